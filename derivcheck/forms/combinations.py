"""Conditions on combinations of positions, as they are written: `2*t + a == s + 2`."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import reduce

from derivcheck.graph.axes import Dimension
from derivcheck.graph.positions import Comparing
from derivcheck.language.notation.syntax import Binary, Call, Comparison, Conditional, Expression, Name, Number

ONE, ZERO = Number(Fraction(1)), Number(Fraction(0))

Counted = tuple[Expression, int]


def condition(relation: Comparing, terms: Sequence[Counted], offset: Dimension) -> Expression:
    """1 where Σ count · place + offset is zero, or positive, else 0; no side has a minus."""
    window = _window(terms, offset) if relation == "zero" else None
    if window is not None:
        return window
    parts = [*terms, *((Name(name), count) for name, count in offset.terms), (ONE, offset.constant)]
    left, right = (_sum([(place, sign * count) for place, count in parts if sign * count > 0]) for sign in (1, -1))
    if relation == "zero" and not any(count > 0 for _, count in terms):
        left, right = right, left
    if isinstance(left, Name) and isinstance(right, Name) and len(terms) == 2:
        # Two letters by themselves run over one dimension.
        left, right = Binary("-", left, right), ZERO
    return Conditional(Comparison("=" if relation == "zero" else ">", left, right), ONE, ZERO)


def _window(terms: Sequence[Counted], offset: Dimension) -> Expression | None:
    """`window(t, i, k)` where the condition is t = i + k - 1."""
    for sign in (1, -1):
        places = [place for place, count in terms if count == sign]
        others = [place for place, count in terms if count == -sign]
        if len(terms) == 3 and len(places) == 1 and len(others) == 2 and offset == Dimension((), sign):
            return Call("window", (*places, *others))
    return None


def written_sum(terms: Sequence[Counted], offset: Dimension) -> Expression:
    """Σ count · place + offset, what is subtracted last."""
    parts = [*terms, *((Name(name), count) for name, count in offset.terms), (ONE, offset.constant)]
    more, less = ([(place, sign * count) for place, count in parts if sign * count > 0] for sign in (1, -1))
    result = _sum(more)
    for part in less:
        result = Binary("-", result, _sum([part]))
    return result


def _sum(parts: Sequence[Counted]) -> Expression:
    written: list[Expression] = []
    for place, count in parts:
        if place == ONE:
            written.append(Number(Fraction(count)))
        else:
            written.append(place if count == 1 else Binary("*", Number(Fraction(count)), place))
    return reduce(lambda left, right: Binary("+", left, right), written) if written else ZERO
