"""Syntax trees to graph nodes: the matrix language and the index language mean the same nodes."""
