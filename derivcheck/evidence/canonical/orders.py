"""Comparisons of indices, 1[i < j]: at the first position, and written in one of two ways."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from derivcheck.evidence.canonical.atoms import OUTER, Atom, Factor
from derivcheck.evidence.canonical.terms import Work


def about_the_first(
    atoms: Sequence[Atom],
    delta_atom: Callable[[int], int],
    bound: tuple[int, ...],
    factors: list[Factor],
    position: int,
) -> list[Work]:
    """1 < i but for the first i, i < 2 for it alone, i < 1 never."""
    number, (left, right), _ = factors[position]
    rest = factors[:position] + factors[position + 1 :]
    index = right if left == -1 else left
    first: Factor = (delta_atom(atoms[number].dimensions[0]), (index, -1), 1)
    if right == -1:
        return []
    return [(bound, [*rest, first], 1)] if right == -2 else [(bound, rest, 1), (bound, [*rest, first], -1)]


def in_one_order(atoms: Sequence[Atom], delta_atom: Callable[[int], int], work: Work) -> Iterator[Work]:
    """The terms of a term with every comparison of a free index written in one of two ways.

    Two bound ones may change places as their letters do: which way is meant is not seen.
    """
    stack = [work]
    while stack:
        bound, factors, coefficient = stack.pop()
        place = next((k for k, factor in enumerate(factors) if is_turned(atoms, factor)), None)
        if place is None:
            yield bound, factors, coefficient
        else:
            turned = _turned(atoms, delta_atom, bound, list(factors), place)
            stack.extend((b, f, c * coefficient) for b, f, c in turned)


def is_turned(atoms: Sequence[Atom], factor: Factor) -> bool:
    """Whether a factor compares a free index with a bound one, or with one of a smaller number."""
    number, indices, _ = factor
    if atoms[number].kind != "less":
        return False
    left, right = indices
    return not 0 <= left < OUTER and (0 <= right < OUTER or left > right)


def _turned(
    atoms: Sequence[Atom],
    delta_atom: Callable[[int], int],
    bound: tuple[int, ...],
    factors: list[Factor],
    position: int,
) -> list[Work]:
    """1[i < j] = 1 - 1[j < i] - δ(i,j)."""
    number, (left, right), _ = factors[position]
    rest = factors[:position] + factors[position + 1 :]
    same: Factor = (delta_atom(atoms[number].dimensions[0]), (left, right), 1)
    return [(bound, rest, 1), (bound, [*rest, (number, (right, left), 1)], -1), (bound, [*rest, same], -1)]
