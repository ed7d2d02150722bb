"""Whole documents: the formulas of a Markdown or LaTeX file, read and judged where they stand."""
