"""Verdicts and diagnostics as text: one module per format, and the only importers of rich."""
