"""What the inverses in a polynomial are of: a matrix that is an inverse, and a polynomial beside such a matrix."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from derivcheck.evidence.canonical.algebra import Algebra
from derivcheck.evidence.canonical.atoms import OUTER, Indices, Polynomial
from derivcheck.evidence.canonical.inverses import INVERSE, places_of, rows_and_columns


def inverted(algebra: Algebra, matrix: Polynomial, row: int, column: int) -> Polynomial | None:
    """The matrix M, where a matrix is M⁻¹ or its transpose; None for any other."""
    if len(matrix) != 1:
        return None
    (((bound, factors), coefficient),) = matrix.items()
    if bound or len(factors) != 1 or coefficient != 1 or factors[0][2] != 1:
        return None
    number, indices, _ = factors[0]
    atom = algebra.atoms[number]
    if atom.kind != "function" or atom.name != INVERSE:
        return None
    own = rows_and_columns(algebra, atom)
    filling = dict(zip(atom.slots, indices, strict=True))
    for places in places_of(atom, indices):
        if set(places) == {row, column}:
            return algebra.substitute(
                dict(cast(Any, atom.payload[0])), {**filling, own[0]: places[0], own[1]: places[1]}
            )
    return None


def beside_its_matrix(algebra: Algebra, number: int, indices: Indices, polynomial: Polynomial) -> Iterator[Polynomial]:
    """The polynomial times the matrix that an atom inverts, summed over a free place of the atom.

    A matrix that has an inverse makes nothing zero that is not.
    """
    atom = algebra.atoms[number]
    if atom.kind != "function" or atom.name != INVERSE:
        return
    row, column = rows_and_columns(algebra, atom)
    filling = dict(zip(atom.slots, indices, strict=True))
    matrix: Polynomial = dict(cast(Any, atom.payload[0]))
    aside = algebra.outer(algebra.outer_dimension[row], ("beside", 0))
    for first, second in places_of(atom, indices):
        others = {i for slot, i in filling.items() if i not in (first, second)}
        if first == second or any(0 <= i < OUTER for i in others):
            continue
        for place, near, far in ((first, column, row), (second, row, column)):
            if place >= OUTER:
                here = algebra.substitute(matrix, {**filling, near: place, far: aside})
                product = algebra.sum_over(algebra.multiply(here, polynomial), [place])
                yield algebra.substitute(product, {aside: place})
