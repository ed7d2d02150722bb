"""A matrix beside its inverse.

    Σ_k A⁻¹(i,k) A(k,j) = δ(i,j)        Σ_k A(i,k) A⁻¹(k,j) = δ(i,j)

where A is one leaf, times a number. The index that both share is bound and stands nowhere else,
in the last slot of one and in the first of the other: A⁻¹ beside Aᵀ is nothing simpler.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any, Protocol, cast

from derivcheck.evidence.canonical.atoms import OUTER, Atom, Factor, Indices, Rational, exact
from derivcheck.evidence.canonical.terms import Work, rebound

INVERSE = "inverse"


class MatrixTable(Protocol):
    """What rules about matrices need of the algebra."""

    atoms: list[Atom]
    outer_dimension: dict[int, int]

    def outer(self, dimension: int, key: object) -> int: ...

    def delta_atom(self, dimension: int) -> int: ...


def without_inverses(
    atoms: Sequence[Atom], delta_atom: Callable[[int], int], bound: tuple[int, ...], factors: list[Factor]
) -> list[Work] | None:
    """The term with the first matrix that stands beside its inverse as a delta; None where there is none."""
    for position, (number, indices, power) in enumerate(factors):
        matrix = _matrix_of(atoms[number]) if power == 1 else None
        if matrix is None:
            continue
        leaf, coefficient = matrix
        others = factors[:position] + factors[position + 1 :]
        for place, (other, entry, times) in enumerate(others):
            if other != leaf or times != 1:
                continue
            rest = others[:place] + others[place + 1 :]
            for own in places_of(atoms[number], indices):
                for symmetry in atoms[leaf].symmetries:
                    one = tuple(entry[slot] for slot in symmetry)
                    met = _met(own, one)
                    if met is not None and _is_bound_here(met[0], [*own, *one], rest):
                        made = (delta_atom(atoms[leaf].dimensions[0]), met[1], 1)
                        return [rebound(bound, [*rest, made], [met[0]], exact(1 / Fraction(coefficient)))]
    return None


def rows_and_columns(algebra: MatrixTable, atom: Atom) -> tuple[int, int]:
    """The indices of rows and columns in the matrix that is inverted."""
    (((_, ((place, _, _), *_)), _), *_) = cast(Any, atom.payload[1])
    dimension = algebra.atoms[place].dimensions[0]
    return algebra.outer(dimension, ("reduced", 0)), algebra.outer(dimension, ("reduced", 1))


def _matrix_of(atom: Atom) -> tuple[int, Rational] | None:
    """(the leaf that is inverted, times what); None for what is no inverse of one leaf."""
    if atom.kind != "function" or atom.name != INVERSE:
        return None
    terms = dict(cast(Any, atom.payload[0]))
    if len(terms) != 1:
        return None
    (((_, factors), coefficient),) = terms.items()
    if len(factors) != 1:
        return None
    leaf, entry, power = factors[0]
    # Of a matrix and its transpose the inverse of one is an atom: the one whose row comes first.
    straight = len(entry) == 2 and OUTER <= entry[0] < entry[1]
    return (leaf, coefficient) if straight and power == 1 else None


def places_of(atom: Atom, indices: Indices) -> Iterator[Indices]:
    """(row, column) of an inverse; that of a symmetric matrix has its places side by side, in either order."""
    filling = dict(zip(atom.slots, indices, strict=True))
    marks = [next(iter(dict(cast(Any, marked)))) for marked in atom.payload[1:]]
    places = tuple(filling.get(index, index) for _, factors in marks for _, (index,), _ in factors)
    if len(places) == 2:
        yield places
        if len(marks) == 1:
            yield places[::-1]


def _met(inverse: Indices, matrix: Indices) -> tuple[int, Indices] | None:
    """(the index at which the two meet, the indices that are left); None where they do not."""
    if inverse[1] == matrix[0]:
        return inverse[1], (inverse[0], matrix[1])
    if matrix[1] == inverse[0]:
        return inverse[0], (matrix[0], inverse[1])
    return None


def _is_bound_here(index: int, own: Sequence[int], rest: Sequence[Factor]) -> bool:
    """Whether an index is bound, stands in the two factors once each and in no other."""
    elsewhere = any(index in indices for _, indices, _ in rest)
    return 0 <= index < OUTER and own.count(index) == 2 and not elsewhere
