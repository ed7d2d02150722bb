"""A document as its readers see it: its prose, its figures, its formulas, each with its verdict in the margin."""
