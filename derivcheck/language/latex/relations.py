"""Signs between two sides, and those that make no equation."""

from __future__ import annotations

from typing import NoReturn

from derivcheck.language.latex.elements import Element
from derivcheck.language.notation.relations import UNREAD_RELATIONS
from derivcheck.language.tex.errors import fail


def refuse_relation(token: Element, shown: str) -> NoReturn:
    """Raise NotationError (DC174) for a sign that makes no equation."""
    reasons = {
        **{unread.sign: (unread.reason, unread.instead) for unread in UNREAD_RELATIONS},
        "⇒": (f"`{shown}` makes no equation", "a formula for each equation"),
        "⇔": (f"`{shown}` makes no equation", "a formula for each equation"),
        "∈": ("membership is judged of real vectors and matrices alone", ""),
        "∉": ("membership is not judged", ""),
    }
    message, help_ = reasons.get(token.text, (f"`{shown}` makes no equation", "="))
    fail("DC174", message, token.span, "not an equation", help_)
