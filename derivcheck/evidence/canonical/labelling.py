"""Canonical labels of the bound indices of a term: terms that differ in the names of their sums become one."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence

from derivcheck.evidence.canonical.atoms import OUTER, Atom, Factor, Factors, Term
from derivcheck.evidence.canonical.terms import substituted

PERMUTATION_CAP = 720


def labelled(atoms: Sequence[Atom], bound: tuple[int, ...], factors: list[Factor]) -> Term:
    """The term under the labels that make its factors the smallest, of those that its marks leave open."""
    if not bound:
        return (), tuple(sorted(factors))
    colours = _colours(atoms, bound, factors)
    ranked = sorted(range(len(bound)), key=lambda k: colours[k])
    groups = [list(group) for _, group in itertools.groupby(ranked, key=lambda k: colours[k])]
    count = math.prod(math.factorial(len(group)) for group in groups)
    orders: Iterable[tuple[int, ...]]
    if count == 1 or count > PERMUTATION_CAP:
        orders = [tuple(ranked)]
    else:
        orders = (
            tuple(itertools.chain(*choice))
            for choice in itertools.product(*(itertools.permutations(group) for group in groups))
        )
    best: Factors | None = None
    for order in orders:
        names = {old: new for new, old in enumerate(order)}
        candidate = tuple(sorted(sorted_indices(atoms, f) for f in substituted(factors, names)))
        if best is None or candidate < best:
            best = candidate
    assert best is not None
    return tuple(bound[k] for k in ranked), best


def sorted_indices(atoms: Sequence[Atom], factor: Factor) -> Factor:
    """The factor with the smallest of the indices that are as good as each other."""
    number, indices, power = factor
    symmetries = atoms[number].symmetries
    if len(symmetries) < 2:
        return factor
    return number, min(tuple(indices[k] for k in symmetry) for symmetry in symmetries), power


def _colours(atoms: Sequence[Atom], bound: tuple[int, ...], factors: list[Factor]) -> list[tuple[object, ...]]:
    """A mark for every bound index that no renaming can change."""
    colours: list[tuple[object, ...]] = [(dimension,) for dimension in bound]
    if len(bound) == 1:
        return colours
    for _ in range(min(3, len(bound))):
        seen: list[list[tuple[object, ...]]] = [[] for _ in bound]
        for number, indices, power in factors:
            symmetric = len(atoms[number].symmetries) > 1
            marks = [(1, colours[i]) if 0 <= i < OUTER else (0, (i,)) for i in indices]
            shown = tuple(sorted(marks)) if symmetric else tuple(marks)
            for slot, i in enumerate(indices):
                if 0 <= i < OUTER:
                    seen[i].append((number, -1 if symmetric else slot, power, shown))
        raw = [(dimension, tuple(sorted(marks))) for dimension, marks in zip(bound, seen, strict=True)]
        ranks = {mark: rank for rank, mark in enumerate(sorted(set(raw)))}
        colours = [(dimension, ranks[mark]) for dimension, mark in zip(bound, raw, strict=True)]
    return colours
