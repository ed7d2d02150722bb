"""Positions along axes, and whole combinations of them: `2*t + a - 2` is where a filter looks.

Positions count from 1. What is said of all of them holds at all sizes at which every
axis has an entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import gcd
from typing import Literal, Union

from derivcheck.graph.axes import Axis, Dimension

ONE, NOTHING = Dimension.fixed(1), Dimension.fixed(0)


@dataclass(frozen=True, slots=True)
class Affine:
    """Σ coefficient · position + offset; the axes in their order, no coefficient is 0."""

    terms: tuple[tuple[Axis, int], ...] = ()
    offset: Dimension = NOTHING

    @staticmethod
    def of(term: Axis | Dimension | int) -> Affine:
        match term:
            case Axis():
                return Affine(((term, 1),))
            case Dimension():
                return Affine((), term)
            case _:
                return Affine((), Dimension.fixed(term))

    @property
    def axes(self) -> tuple[Axis, ...]:
        return tuple(axis for axis, _ in self.terms)

    def plus(self, other: Affine, factor: int = 1) -> Affine:
        """self + factor * other."""
        total = dict(self.terms)
        for axis, count in other.terms:
            total[axis] = total.get(axis, 0) + factor * count
        kept = tuple(sorted((axis, count) for axis, count in total.items() if count))
        return Affine(kept, self.offset.plus(other.offset, factor))

    def times(self, factor: int) -> Affine:
        return Affine().plus(self, factor)

    def renamed(self, mapping: Mapping[Axis, Axis]) -> Affine:
        return Affine(tuple(sorted((mapping.get(axis, axis), count) for axis, count in self.terms)), self.offset)

    def at(self, place: Mapping[Axis, int]) -> Affine:
        """The combination with positions put in for some of its axes."""
        fixed = sum(count * place[axis] for axis, count in self.terms if axis in place)
        kept = tuple((axis, count) for axis, count in self.terms if axis not in place)
        return Affine(kept, self.offset.plus(Dimension.fixed(fixed)))

    @property
    def least(self) -> Dimension:
        """The smallest value, at the ends of the axes."""
        return bound(((axis.dimension, count) for axis, count in self.terms), self.offset, -1)

    @property
    def greatest(self) -> Dimension:
        return bound(((axis.dimension, count) for axis, count in self.terms), self.offset, 1)

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        return tuple(axis.dimension for axis, _ in self.terms)


def bound(terms: Iterable[tuple[Dimension, int]], offset: Dimension, sign: int) -> Dimension:
    """The greatest value (sign 1) or the smallest one (sign -1) of Σ count · position + offset."""
    total = offset
    for dimension, count in terms:
        total = total.plus(dimension if count * sign > 0 else ONE, count)
    return total


def never_negative(value: Dimension, inhabited: Iterable[Dimension] = ()) -> bool:
    """Whether a combination of sizes is 0 or more for all sizes at which the `inhabited` ones have an entry.

    Sizes are 1 or more. One inhabited dimension at a time is made use of; False where it is not seen.
    """
    if _plainly(value):
        return True
    for dimension in inhabited:
        steps = {abs(count) for _, count in value.terms} | {1}
        if any(_plainly(value.plus(dimension.plus(ONE, -1), -step)) for step in steps):
            return True
    return False


def divided(room: Dimension, count: int) -> Dimension | None:
    """The largest size that fits into `room` so many times; None where that is no combination of sizes, or none."""
    if any(number % count for _, number in room.terms):
        return None
    size = Dimension(tuple((name, number // count) for name, number in room.terms), room.constant // count)
    return size if size.terms or size.constant >= 1 else None


def is_within(value: Affine, dimension: Dimension) -> bool:
    """Whether a combination is a position of a dimension wherever its axes have entries."""
    below, above = value.least.plus(ONE, -1), dimension.plus(value.greatest, -1)
    return never_negative(below, value.dimensions) and never_negative(above, value.dimensions)


def _plainly(value: Dimension) -> bool:
    """Whether no size is subtracted, and the smallest sizes suffice."""
    counts = [count for _, count in value.terms]
    return all(count > 0 for count in counts) and sum(counts) + value.constant >= 0


ONE_MORE = Affine.of(1)
Comparing = Literal["zero", "positive"]
Simplified = Union[bool, Affine, tuple[Axis, Union[Axis, int]]]


def simplified(relation: Comparing, value: Affine) -> Simplified:
    """What is left of `value = 0` or of `value > 0`: whether it holds, two terms, or a combination in lowest terms.

    Two terms, the second one perhaps a position, are equal, or the first is less than the second.
    """
    value = _in_lowest_terms(value)
    below, above = (_is_positive(v) for v in (value.times(-1), value))
    if relation == "zero":
        if below or above:
            return False
        if not value.terms and value.offset == NOTHING:
            return True
    elif above or never_negative(value.times(-1).least, value.dimensions):
        return above
    match value:
        case Affine(((left, a), (right, b)), Dimension((), 0)) if left.dimension == right.dimension and {a, b} == {
            1,
            -1,
        }:
            return (left, right) if relation == "zero" or a < 0 else (right, left)
        case Affine(((axis, 1 | -1 as count),), Dimension((), offset)) if relation == "zero" and count * offset < 0:
            # A delta takes its position for one that there is.
            there = never_negative(axis.dimension.plus(ONE, -abs(offset)), [axis.dimension])
            return (axis, abs(offset)) if there else value
        case _:
            return value


def about_an_end(value: Affine) -> tuple[Affine, bool] | None:
    """What is 0 where `value > 0`, or where it is not, for a position against the first or the last one of its axis.

    None for anything else. The last of a number of positions is a position like any other.
    """
    match value:
        case Affine(((axis, 1),), Dimension((), -1)):
            return value, False
        case Affine(((axis, -1),), Dimension((), 2)):
            return Affine.of(axis).plus(ONE_MORE, -1), True
        case Affine(((axis, -1),), last) if last == axis.dimension and last.terms:
            return value, False
        case Affine(((axis, 1),), _) if value.greatest == ONE and axis.dimension.terms:
            return value.plus(ONE_MORE, -1), True
        case _:
            return None


def not_positive(value: Affine) -> Affine:
    """What is positive where the value is not: positions are whole numbers."""
    return ONE_MORE.plus(value, -1)


def _is_positive(value: Affine) -> bool:
    """Whether a combination is positive wherever its axes have entries."""
    return never_negative(value.least.plus(ONE, -1), value.dimensions)


def _in_lowest_terms(value: Affine) -> Affine:
    counts = [count for _, count in value.terms] + [count for _, count in value.offset.terms]
    factor = gcd(*counts, value.offset.constant)
    if factor < 2:
        return value
    offset = tuple((name, count // factor) for name, count in value.offset.terms)
    terms = tuple((axis, count // factor) for axis, count in value.terms)
    return Affine(terms, Dimension(offset, value.offset.constant // factor))
