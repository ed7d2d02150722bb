"""`X_L \\dots X_{l+1}`: a product whose factors differ in their layer labels alone, written out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from fractions import Fraction
from typing import Any

from derivcheck.language.notation.labels import label_value
from derivcheck.language.notation.syntax import Expression, Name, Number, Span, Subscript, rebuilt

LONGEST = 50


def between(first: Expression, last: Expression, labels: Mapping[str, int]) -> list[Expression] | None:
    """The factors behind `first` up to `last`, with numbers for labels; none where the two are the same layer.

    None where the two do not differ by one and the same number in all their labels.
    """
    found: list[tuple[Expression, int, int]] = []
    if not _parallel(first, last, labels, found) or not found:
        return None
    steps = {end - start for _, start, end in found}
    if len(steps) != 1:
        return None
    (step,) = steps
    if abs(step) > LONGEST:
        return None
    if step == 0:
        return []
    towards = 1 if step > 0 else -1
    made = [_shifted(first, towards * k, labels) for k in range(1, abs(step))]
    return [*made, last]


def _parallel(one: Any, other: Any, labels: Mapping[str, int], found: list[tuple[Expression, int, int]]) -> bool:
    """Whether two trees agree but for labels with known numbers; those are noted."""
    if type(one) is not type(other):
        return False
    if isinstance(one, Subscript) and one.base == other.base and len(one.entries) == len(other.entries) == 1:
        start, end = _number(one.entries[0], labels), _number(other.entries[0], labels)
        if isinstance(one.base, Name) and start is not None and end is not None:
            found.append((one, start, end))
            return True
    if isinstance(one, tuple):
        return len(one) == len(other) and all(_parallel(a, b, labels, found) for a, b in zip(one, other, strict=True))
    if is_dataclass(one) and not isinstance(one, Span):
        return all(_parallel(getattr(one, f.name), getattr(other, f.name), labels, found) for f in fields(one))
    return isinstance(one, Span) or bool(one == other)


def _number(label: Any, labels: Mapping[str, int]) -> int | None:
    return label_value(label, labels)


def _shifted(tree: Expression, by: int, labels: Mapping[str, int]) -> Expression:
    def put(node: object) -> object:
        if isinstance(node, Subscript) and isinstance(node.base, Name) and len(node.entries) == 1:
            number = _number(node.entries[0], labels)
            if number is not None:
                return Subscript(node.base, (Number(Fraction(number + by)),), node.span)
        return node

    return rebuilt(tree, put)  # type: ignore[no-any-return]
