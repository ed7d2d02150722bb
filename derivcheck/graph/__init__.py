"""The graph of a computation: node kinds, their adjoints, scalar functions, values, sizes."""
