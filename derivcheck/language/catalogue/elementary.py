"""The elementary functions by name, for who lists them; functions.py says which SymPy function each is."""

from __future__ import annotations

ELEMENTARY_NAMES: tuple[tuple[str, str], ...] = (
    ("exp", "exponential function"),
    ("log", "natural logarithm"),
    ("sqrt", "square root"),
    ("sin", "sine"),
    ("cos", "cosine"),
    ("tan", "tangent"),
    ("tanh", "hyperbolic tangent"),
    ("sinh", "hyperbolic sine"),
    ("cosh", "hyperbolic cosine"),
    ("atan", "inverse tangent"),
    ("erf", "error function"),
)

# What show-jacobian shows: the derivative of erf holds π, which has no name in the language.
WITH_A_JACOBIAN = {name: about for name, about in ELEMENTARY_NAMES if name != "erf"}
