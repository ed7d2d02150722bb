"""Determinants of what is the identity, or a free matrix, plus a product; and of multiples.

    det(c M) = cⁿ det M       det(I + U V) = det(I + V U)       det(I + u vᵀ) = 1 + vᵀ u

`U V` is a chain that a summed index links. Of the matrices that a chain can be turned into, one is chosen.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from derivcheck.evidence.canonical.algebra import Algebra
from derivcheck.evidence.canonical.atoms import (
    OUTER,
    Factor,
    Polynomial,
    Rational,
    Term,
    combination,
    exact,
    scaled,
)
from derivcheck.evidence.canonical.terms import rebound, substituted

MAXIMAL_TURNS = 6


def multiple(matrix: Polynomial) -> tuple[Rational, Polynomial]:
    """(c, M) of a matrix c M, for a positive number c."""
    sizes = {abs(Fraction(coefficient)) for coefficient in matrix.values()}
    if len(sizes) != 1:
        return 1, matrix
    (size,) = sizes
    return exact(size), scaled(matrix, exact(1 / size))


def with_chain(algebra: Algebra, matrix: Polynomial, row: int, column: int) -> tuple[Term, Term] | None:
    """(a term that is one matrix or a delta, the other term) of a matrix with two terms; None for any other."""
    if len(matrix) != 2:
        return None
    alone = [term for term in matrix if not term[0] and len(term[1]) == 1]
    single = [term for term in alone if set(term[1][0][1]) == {row, column} and term[1][0][2] == 1]
    kinds = {term: algebra.atoms[term[1][0][0]].kind for term in single}
    for wanted in ("equal", "leaf"):
        for term, kind in kinds.items():
            if kind == wanted:
                (other,) = (t for t in matrix if t != term)
                return term, other
    return None


def of_unit_and_chain(algebra: Algebra, chain: Polynomial, row: int, column: int) -> Polynomial | None:
    """det(I + chain) as a number, where the chain is an outer product; else as a chosen matrix (see `turns`)."""
    for here, first, last in turns(algebra, chain, row, column):
        (term,) = here
        if _sides(term, first, last, None) is not None:
            met = algebra.substitute(here, {last: first})
            return combination(algebra.number(1), algebra.sum_over(met, [first]))
    return None


def turns(algebra: Algebra, chain: Polynomial, row: int, column: int) -> Iterator[tuple[Polynomial, int, int]]:
    """The chain U V, and V U for each index that links them, and so on; each with its row and column."""
    waiting = [(chain, row, column)]
    seen: set[str] = set()
    while waiting and len(seen) < MAXIMAL_TURNS:
        here, first, last = waiting.pop(0)
        if len(here) != 1 or repr(here) in seen:
            continue
        seen.add(repr(here))
        yield here, first, last
        ((term, coefficient),) = here.items()
        for link, dimension in enumerate(term[0]):
            found = _sides(term, first, last, link)
            if found is not None:
                before, behind = found
                start, end = (algebra.outer(dimension, ("reduced", k)) for k in (0, 1))
                middle = algebra.outer(algebra.outer_dimension[first], ("turned", 0))
                made = [
                    *substituted(behind, {link: start, last: middle}),
                    *substituted(before, {first: middle, link: end}),
                ]
                bound, factors, _ = rebound(term[0], made, [link])
                waiting.append((algebra.sum_over({(bound, tuple(factors)): coefficient}, [middle]), start, end))


def _sides(term: Term, row: int, column: int, link: int | None) -> tuple[list[Factor], list[Factor]] | None:
    """The factors that hang together with the row, and those with the column, once a summed index is taken out."""
    groups: list[tuple[set[int], list[Factor]]] = []
    for factor in term[1]:
        here = {i for i in factor[1] if (0 <= i < OUTER and i != link) or i in (row, column)}
        joined = [g for g in groups if g[0] & here]
        merged = (here.union(*(g[0] for g in joined)), [*(f for g in joined for f in g[1]), factor])
        groups = [g for g in groups if not g[0] & here] + [merged]
    before = [g for g in groups if row in g[0]]
    behind = [g for g in groups if column in g[0]]
    if len(before) != 1 or len(behind) != 1 or before[0] is behind[0]:
        return None
    rest = [f for g in groups if g is not before[0] and g is not behind[0] for f in g[1]]
    sides = [*before[0][1], *rest], behind[0][1]
    linked = [link is None or any(link in f[1] for f in side) for side in (before[0][1], behind[0][1])]
    return sides if all(linked) and not any(link in f[1] for f in rest) else None
