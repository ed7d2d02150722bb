"""Canonical form: sums of products over interned atoms; equal forms prove equality for all sizes."""
