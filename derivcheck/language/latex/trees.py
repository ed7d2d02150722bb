"""Small operations on syntax trees: move to a place, fold labels."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

from derivcheck.language.notation.syntax import Binary, Expression, Name, Negate, Number, Span, Subscript, rebuilt


def placed_at(tree: Any, span: Span) -> Any:
    """The tree with every part at one place: what a symbol stands for has the place of the symbol."""
    return rebuilt(tree, lambda node: replace(node, span=span))


def folded(tree: Any) -> Any:
    """`(l+1)-1` is `l`: labels as they would be written."""
    match tree:
        case Subscript(_, entries):
            return replace(tree, entries=tuple(folded_label(entry) for entry in entries))
        case _:
            return tree


def folded_label(tree: Any) -> Any:
    """A label as a name and one number."""
    total, names = _linear(tree)
    if names is None or len(names) > 1 or not isinstance(tree, Binary | Negate):
        return tree
    if not names:
        return Number(Fraction(total), tree.span) if total >= 0 else tree
    base = Name(names[0], tree.span)
    if not total:
        return base
    return Binary("+" if total > 0 else "-", base, Number(Fraction(abs(total)), tree.span), tree.span)


def _linear(tree: Expression) -> tuple[int, list[str] | None]:
    match tree:
        case Number(value) if value.denominator == 1:
            return int(value), []
        case Name(name):
            return 0, [name]
        case Negate(Number(value)) if value.denominator == 1:
            return -int(value), []
        case Binary("+" | "-" as operator, left, right):
            a, first = _linear(left)
            b, second = _linear(right)
            if first is None or second is None or (second and operator == "-"):
                return 0, None
            return (a + b if operator == "+" else a - b), first + second
        case _:
            return 0, None
