"""Whole documents: their formulas, read and judged where they stand."""
