"""What a derivation looks like: index form, matrix form, SymPy, NumPy source."""
