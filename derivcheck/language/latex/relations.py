"""Signs between two sides, and those that make no equation."""

from __future__ import annotations

from typing import NoReturn

from derivcheck.language.latex.tokens import LatexToken
from derivcheck.language.tex.errors import fail


def refuse_relation(token: LatexToken, shown: str) -> NoReturn:
    """Raise NotationError (DC174) for a sign that makes no equation."""
    reasons = {
        "≃": ("an approximate equality is not judged", "="),
        "∼": ("`\\sim` is no equation", "="),
        "≅": ("an approximate equality is not judged", "="),
        "⇒": (f"`{shown}` makes no equation", "a formula for each equation"),
        "⇔": (f"`{shown}` makes no equation", "a formula for each equation"),
        "∈": ("membership is judged of real vectors and matrices alone", ""),
        "∉": ("membership is not judged", ""),
    }
    message, help_ = reasons.get(token.text, (f"`{shown}` makes no equation", "="))
    fail("DC174", message, token.span, "not an equation", help_)
