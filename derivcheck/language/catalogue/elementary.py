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
    ("asin", "inverse sine"),
    ("gamma", "gamma function"),
    ("polygamma", "polygamma(n, t): derivative number n + 1 of log gamma(t), for a written-out n"),
)

# What show-jacobian shows: functions of one variable, but for erf, whose derivative holds π.
WITH_A_JACOBIAN = {name: about for name, about in ELEMENTARY_NAMES if name not in ("erf", "polygamma")}
