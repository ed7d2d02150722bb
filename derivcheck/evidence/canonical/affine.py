"""Indicators of combinations of positions: `1[s = 2 t + a - 2]`, which shifts, strides and blocks are made of.

[p = e] [p = f] = [p = e] [e = f]      where the latter is a delta or decided
Σ_p [p = e] F(p) = [1 <= e] [e <= n] F(e)      for F of such indicators alone
[c t + r = c s + q] = [t = s] [r = q]      for r and q of less than c + 1 entries
Σ_t Σ_r [c (t - 1) + r = e] = [1 <= e] [e <= c n]      for r of c entries and t of n
[u > 0] = 1 - [1 - u > 0]      for one of the two, as positions are whole numbers
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import prod
from typing import Protocol, cast

from derivcheck.evidence.canonical.atoms import OUTER, SWITCH, Atom, Factor, Rational
from derivcheck.evidence.canonical.labelling import sorted_indices
from derivcheck.evidence.canonical.terms import Work, rebound, substituted
from derivcheck.graph.axes import Axis, Dimension
from derivcheck.graph.positions import ONE_MORE, Affine, Comparing, about_an_end, is_within, not_positive, simplified

Term = tuple[tuple[Factor, ...], Rational]
Parts = list[Term]  # a sum of products

SYMMETRIES = 24
FEW = 9


class AtomTable(Protocol):
    """What is asked of the algebra: its atoms and dimensions by their numbers."""

    atoms: list[Atom]
    dimensions: list[Dimension]

    def dimension(self, dimension: Dimension) -> int: ...

    def intern(self, atom: Atom) -> int: ...

    def delta_atom(self, dimension: int) -> int: ...

    def less_atom(self, dimension: int) -> int: ...


def indicator(algebra: AtomTable, relation: Comparing, value: Affine, index_of: Mapping[Axis, int]) -> Parts:
    """The factors that an indicator is made of, each sum of them with its coefficient; none where it is 0."""
    end = about_an_end(value) if relation == "positive" else None
    if end is not None:
        there = indicator(algebra, "zero", end[0], index_of)
        return there if end[1] else [((), 1), *((more, -factor) for more, factor in there)]
    found = simplified(relation, value)
    parts = by_digits(found) if relation == "zero" and isinstance(found, Affine) else None
    if parts is not None:
        return list(_both(algebra, parts, index_of))
    match found:
        case bool():
            return [((), 1)] if found else []
        case Affine():
            opposite = simplified(relation, not_positive(found)) if relation == "positive" else found
            if isinstance(opposite, tuple):
                return [((), 1), ((_of_two(algebra, relation, *opposite, index_of),), -1)]
            return _normal(algebra, relation, found, index_of)
        case left, right:
            return [((_of_two(algebra, relation, left, right, index_of),), 1)]


def _both(algebra: AtomTable, values: Sequence[Affine], index_of: Mapping[Axis, int]) -> Iterator[Term]:
    """The product of `u = 0` for each of some combinations."""
    for choice in itertools.product(*(indicator(algebra, "zero", value, index_of) for value in values)):
        yield tuple(itertools.chain(*(more for more, _ in choice))), prod(factor for _, factor in choice)


def by_digits(value: Affine) -> tuple[Affine, ...] | None:
    """Combinations that are all 0 where this one is, the lower digits first; (1,) where it never is; None for itself.

    What is less than c and a multiple of c is 0.
    """
    for base in sorted({abs(count) for _, count in value.terms if abs(count) > 1}, reverse=True):
        low = tuple((axis, count) for axis, count in value.terms if count % base)
        whole = all(count % base == 0 for _, count in value.offset.terms)
        if not whole or any(axis.dimension.terms for axis, _ in low):
            continue
        part = Affine(low, Dimension.fixed(value.offset.constant % base))
        least, greatest = part.least.constant, part.greatest.constant
        multiples = range(-(-least // base), greatest // base + 1)
        if len(multiples) > 1:
            continue
        if not multiples:
            return (Affine.of(1),)
        carried = Affine.of(multiples[0] * base)
        high = value.plus(part, -1).plus(carried)
        return (part.plus(carried, -1), high) if low else None
    return None


def _of_two(
    algebra: AtomTable, relation: Comparing, left: Axis, right: Axis | int, index_of: Mapping[Axis, int]
) -> Factor:
    dimension = algebra.dimension(left.dimension)
    indices = (index_of[left], -right if isinstance(right, int) else index_of[right])
    if relation == "zero":
        return sorted_indices(algebra.atoms, (algebra.delta_atom(dimension), indices, 1))
    return algebra.less_atom(dimension), indices, 1


def _normal(algebra: AtomTable, relation: Comparing, value: Affine, index_of: Mapping[Axis, int]) -> Parts:
    """One of the two ways of writing a condition: u = 0 as -u = 0, u > 0 as not 1 - u > 0."""
    turned = not_positive(value) if relation == "positive" else value.times(-1)
    ways = [_written(algebra, way, index_of) for way in (value, turned)]
    keys = [key for key, _ in ways]
    best = min(keys)
    fillings = [filling for key, filling in ways if key == best]
    dimensions, counts, offset = best
    symmetries = _symmetries(dimensions, counts, fillings if relation == "zero" else fillings[:1])
    payload = (relation, counts, offset)
    atom = algebra.intern(Atom("affine", payload, dimensions, symmetries, values=SWITCH, name=relation))
    factor = sorted_indices(algebra.atoms, (atom, fillings[0], 1))
    if relation == "zero" or keys[0] == best:
        return [((factor,), 1)]
    return [((), 1), ((factor,), -1)]


Key = tuple[tuple[int, ...], tuple[int, ...], Dimension]


def _written(algebra: AtomTable, value: Affine, index_of: Mapping[Axis, int]) -> tuple[Key, tuple[int, ...]]:
    slots = sorted((algebra.dimension(axis.dimension), count, index_of[axis]) for axis, count in value.terms)
    dimensions, counts, indices = zip(*slots, strict=True) if slots else ((), (), ())
    return (dimensions, counts, value.offset), indices


def _symmetries(
    dimensions: Sequence[int], counts: Sequence[int], fillings: Sequence[tuple[int, ...]]
) -> tuple[tuple[int, ...], ...]:
    """The permutations of slots with one count and one dimension, and those that turn the sign."""
    groups = [list(g) for _, g in itertools.groupby(range(len(counts)), key=lambda k: (dimensions[k], counts[k]))]
    inner = [
        tuple(itertools.chain(*choice)) for choice in itertools.product(*(itertools.permutations(g) for g in groups))
    ]
    if len(inner) > SYMMETRIES:
        inner = inner[:1]
    first, *others = fillings
    found = {tuple(first.index(filling[k]) for k in order) for filling in (first, *others) for order in inner}
    identity = tuple(range(len(counts)))
    return (identity, *sorted(found - {identity}))


# --- rules ------------------------------------------------------------------------------------------


def combined(algebra: AtomTable, factor: Factor) -> tuple[Comparing, Affine, dict[Axis, int]]:
    """What an indicator of the algebra says, over axes that stand for its indices."""
    number, indices, _ = factor
    atom = algebra.atoms[number]
    relation, counts, offset = atom.payload if atom.kind == "affine" else ("positive", (-1, 1), Dimension(()))
    value = Affine((), cast(Dimension, offset))
    index_of: dict[Axis, int] = {}
    for dimension, count, index in zip(atom.dimensions, cast("tuple[int, ...]", counts), indices, strict=True):
        if index < 0:
            value = value.plus(Affine.of(-index), count)
        else:
            axis = Axis(algebra.dimensions[dimension], f"{index:09d}")
            index_of[axis] = index
            value = value.plus(Affine.of(axis), count)
    return cast(Comparing, relation), value, index_of


def without_combinations(algebra: AtomTable, bound: tuple[int, ...], factors: list[Factor]) -> list[Work] | None:
    """One step of the rules; None where none applies."""
    places = [k for k, (number, _, _) in enumerate(factors) if algebra.atoms[number].kind == "affine"]
    for place in places:
        _, indices, _ = factors[place]
        if len(set(indices)) < len(indices) or any(index < 0 for index in indices):
            relation, value, index_of = combined(algebra, factors[place])
            return _replaced(bound, factors, place, indicator(algebra, relation, value, index_of))
    zeros = [k for k in places if algebra.atoms[factors[k][0]].name == "zero"]
    compared = _compared(algebra, bound, factors, zeros)
    conditions = [k for k, (number, _, _) in enumerate(factors) if algebra.atoms[number].kind in ("affine", "less")]
    return _summed(algebra, bound, factors, conditions, zeros) if compared is None else compared


def _replaced(bound: tuple[int, ...], factors: list[Factor], place: int, parts: Parts) -> list[Work]:
    rest = factors[:place] + factors[place + 1 :]
    return [(bound, [*rest, *more], coefficient) for more, coefficient in parts]


def _compared(algebra: AtomTable, bound: tuple[int, ...], factors: list[Factor], zeros: list[int]) -> list[Work] | None:
    """Of two conditions the one that with the other, `u = 0`, is a delta or decided."""
    others = [k for k, (number, _, _) in enumerate(factors) if algebra.atoms[number].kind in ("affine", "less")]
    for first, gone in itertools.product(zeros, others):
        if first == gone:
            continue
        _, solved, index_of = combined(algebra, factors[first])
        relation, left, more = combined(algebra, factors[gone])
        index_of |= more
        for put in _put_in(left, solved):
            decided = simplified(relation, put)
            if isinstance(decided, bool) or (relation == "zero" and not isinstance(decided, Affine)):
                return _replaced(bound, factors, gone, indicator(algebra, relation, put, index_of))
    return None


def _put_in(value: Affine, solved: Affine) -> Iterator[Affine]:
    """The value with what `solved = 0` says of an axis, where that is a combination of whole numbers."""
    here = dict(value.terms)
    shared = [(axis, count) for axis, count in solved.terms if axis in here]
    for axis, count in shared:
        if here[axis] % count == 0:
            yield value.plus(solved, -(here[axis] // count))
    if not shared:
        yield value.plus(solved, -1)
        yield value.plus(solved)


def _summed(
    algebra: AtomTable, bound: tuple[int, ...], factors: list[Factor], places: list[int], zeros: list[int]
) -> list[Work] | None:
    """Σ_p of conditions alone: p is put into all others, and has to be a position of its axis.

    Over an axis of few entries the sum is written out, unless every place is one of them.
    """
    uses = Counter(index for _, indices, _ in factors for index in set(indices))
    for place in zeros:
        counted = _counted(algebra, bound, factors, place, uses)
        if counted is not None:
            return counted
    inside = Counter(index for k in places for index in set(factors[k][1]))
    found: list[tuple[bool, int, Axis]] = []
    for place in zeros:
        _, solved, index_of = combined(algebra, factors[place])
        for axis, count in solved.terms:
            if 0 <= index_of[axis] < OUTER and uses[index_of[axis]] == inside[index_of[axis]]:
                whole = count in (1, -1) and is_within(Affine.of(axis).plus(solved, -count), axis.dimension)
                found.append((not whole, place, axis))
    for partly, place, axis in sorted(found):
        _, solved, index_of = combined(algebra, factors[place])
        index, count = index_of[axis], dict(solved.terms)[axis]
        if partly and not axis.dimension.terms and axis.dimension.constant <= FEW:
            positions = range(1, axis.dimension.constant + 1)
            return [rebound(bound, substituted(factors, {index: -position}), [index]) for position in positions]
        if count in (1, -1):
            others = [k for k in places if k != place and index in factors[k][1]]
            kept = [factors[k] for k in range(len(factors)) if k != place and k not in others]
            sums = list(_range(algebra, Affine.of(axis).plus(solved, -count), axis.dimension, index_of))
            for relation, value, more in (combined(algebra, factors[k]) for k in others):
                put = value.plus(solved, -dict(value.terms)[axis] * count)
                sums.append(indicator(algebra, relation, put, {**index_of, **more}))
            return _multiplied(bound, [index], kept, sums)
    return None


def _counted(
    algebra: AtomTable, bound: tuple[int, ...], factors: list[Factor], place: int, uses: Mapping[int, int]
) -> list[Work] | None:
    """Σ_t Σ_r [c t + r + e = 0] of all digits: each number has its own."""
    _, value, index_of = combined(algebra, factors[place])
    alone = [(axis, count) for axis, count in value.terms if 0 <= index_of[axis] < OUTER and uses[index_of[axis]] == 1]
    for (fast, step), (slow, base) in itertools.permutations(alone, 2):
        length = fast.dimension
        if step not in (1, -1) or length.terms or abs(base) != length.constant:
            continue
        rest = Affine(tuple(t for t in value.terms if t[0] not in (fast, slow)), value.offset)
        # c (t - 1) + r = e, counted from the other end where the sign is another.
        position = rest.times(-1 if base > 0 else 1).plus(Affine.of(length), -1)
        if step * base < 0:
            position = position.plus(Affine.of(length)).plus(ONE_MORE)
        size = Dimension(()).plus(slow.dimension, abs(base))
        kept = factors[:place] + factors[place + 1 :]
        gone = [index_of[slow], index_of[fast]]
        return _multiplied(bound, gone, kept, _range(algebra, position, size, index_of))
    return None


def _range(algebra: AtomTable, place: Affine, dimension: Dimension, index_of: Mapping[Axis, int]) -> Iterator[Parts]:
    """Whether a combination is a position along a dimension."""
    beyond = Affine.of(dimension).plus(place, -1).plus(Affine.of(1))
    for inner in (place, beyond):
        yield indicator(algebra, "positive", inner, index_of)


def _multiplied(bound: tuple[int, ...], gone: Sequence[int], kept: list[Factor], sums: Iterable[Parts]) -> list[Work]:
    found: list[Work] = []
    for choice in itertools.product(*sums):
        coefficient: Rational = 1
        made = list(kept)
        for more, factor in choice:
            coefficient, made = coefficient * factor, [*made, *more]
        found.append(rebound(bound, made, gone, coefficient))
    return found
