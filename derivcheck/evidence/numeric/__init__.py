"""The graph in numbers: float64 that does not overflow, complex step, differences, and 50 digits."""
