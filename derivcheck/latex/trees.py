"""Small operations on syntax trees: rebuild, move to a place, fold labels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from fractions import Fraction
from typing import Any

from derivcheck.notation.syntax import Binary, Expression, Name, Negate, Number, Span, Subscript


def rebuilt(tree: Any, change: Callable[[Any], Any]) -> Any:
    """The tree with `change` applied to every node, parts first."""
    made: dict[str, Any] = {}
    for field in fields(tree):
        value = getattr(tree, field.name)
        if isinstance(value, tuple):
            new: Any = tuple(_part(item, change) for item in value)
        else:
            new = _part(value, change)
        if new is not value:
            made[field.name] = new
    return change(replace(tree, **made) if made else tree)


def _part(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, tuple):
        return tuple(_part(item, change) for item in value)
    if hasattr(value, "__dataclass_fields__") and not isinstance(value, Span):
        return rebuilt(value, change)
    return value


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
