"""What stands inside of a sum and what in front of it: `2 Σ_k a(k)/n` for `Σ_k 2 a(k)/n`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from derivcheck.language.notation.syntax import Binary, Expression, Name, Negate, Number, bottom_up

ONE = Number(Fraction(1))


@dataclass
class SummedParts:
    """The factors of what is summed: those that stay, above and below the line, and those in front of the sum."""

    above: list[Expression] = field(default_factory=list)
    below: list[Expression] = field(default_factory=list)
    outside_above: list[Expression] = field(default_factory=list)
    outside_below: list[Expression] = field(default_factory=list)


def drawn_out(letters: Collection[str], above: Sequence[Expression], below: Sequence[Expression]) -> SummedParts:
    """The factors of a product that is summed over letters: what has none of them stands in front."""
    found = SummedParts()
    minus = False
    for tree, is_below in _parts(above, below):
        if isinstance(tree, Negate):
            minus, tree = not minus, tree.operand
        inside = any(isinstance(part, Name) and part.name in letters for part in bottom_up(tree))
        if is_below:
            (found.below if inside else found.outside_below).append(tree)
        else:
            (found.above if inside else found.outside_above).append(tree)
    if minus:
        found.outside_above = [Negate(ONE), *found.outside_above]
    return found


def _parts(above: Sequence[Expression], below: Sequence[Expression]) -> Iterator[tuple[Expression, bool]]:
    """The factors of products and quotients, each with whether it stands below the line."""
    for side, is_below in ((above, False), (below, True)):
        for tree in side:
            yield from _factors(tree, is_below)


def _factors(tree: Expression, is_below: bool) -> Iterator[tuple[Expression, bool]]:
    match tree:
        case Binary("*", left, right):
            yield from _factors(left, is_below)
            yield from _factors(right, is_below)
        case Binary("/", left, right):
            yield from _factors(left, is_below)
            yield from _factors(right, not is_below)
        case Negate(operand):
            first, *others = _factors(operand, is_below)
            yield Negate(first[0]), first[1]
            yield from others
        case _ if tree != ONE:
            yield tree, is_below
        case _:
            return
