"""A sum of matrices beside its inverse, by its leading term: (A + B)⁻¹ A = I - (A + B)⁻¹ B.

    Σ_k M⁻¹(i,k) L(k,j) = (δ(i,j) - Σ_k M⁻¹(i,k) R(k,j)) / c        for M = c L + R, and the same on the left

The leading term is the one with the most factors, U V in C⁻¹ + U V.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, cast

from derivcheck.evidence.canonical.atoms import OUTER, Factor, Indices, Polynomial, Rational, Term, exact
from derivcheck.evidence.canonical.inverses import INVERSE, MatrixTable, places_of, rows_and_columns
from derivcheck.evidence.canonical.terms import Work, rebound, substituted

FAR = -(1 << 30)  # stands for the index at which what is matched ends


def without_led_inverses(algebra: MatrixTable, bound: tuple[int, ...], factors: list[Factor]) -> list[Work] | None:
    """The term with the first inverse that stands beside the leading term of its matrix by the others; or None."""
    for position, (number, indices, power) in enumerate(factors):
        atom = algebra.atoms[number]
        if atom.kind != "function" or atom.name != INVERSE or power != 1:
            continue
        matrix: Polynomial = dict(cast(Any, atom.payload[0]))
        row, column = rows_and_columns(algebra, atom)
        lead = _leading(algebra, matrix, row, column)
        if lead is None:
            continue
        others = factors[:position] + factors[position + 1 :]
        filling = dict(zip(atom.slots, indices, strict=True))
        for first, second in places_of(atom, indices):
            for shared, own, near, far in ((second, first, row, column), (first, second, column, row)):
                if not 0 <= shared < OUTER or shared == own:
                    continue
                known = {**filling, near: shared, far: FAR}
                # At a free end first: of u vᵀ M⁻¹ (vᵀ B u) it is the first u that stands beside.
                found = sorted(_beside(algebra, lead, known, others, len(bound)), key=lambda one: one[0] < OUTER)
                for end, gone, rest in found:
                    if any(shared in there for _, there, _ in rest) or shared == end or {own, end} & set(gone):
                        continue
                    inverse = factors[position]
                    return list(
                        _replaced(
                            algebra, matrix, lead, (bound, rest), {**known, far: end}, (inverse, own, end, shared, gone)
                        )
                    )
    return None


def _leading(algebra: MatrixTable, matrix: Polynomial, row: int, column: int) -> Term | None:
    """The term with the most factors, of those with a row and a column; None for a matrix that is one tensor."""
    found = []
    for term in matrix:
        used = {i for _, indices, _ in term[1] for i in indices}
        plain = all(power == 1 and algebra.atoms[number].kind != "equal" for number, _, power in term[1])
        if {row, column} <= used and plain:
            found.append(term)
    if not found or (len(matrix) == 1 and len(found[0][1]) == 1):
        return None
    return max(found, key=lambda term: (len(term[1]), term))


def _beside(
    algebra: MatrixTable, lead: Term, known: Mapping[int, int], factors: Sequence[Factor], count: int
) -> Iterator[tuple[int, list[int], list[Factor]]]:
    """(the index at the far end, the bound indices used up, the other factors) of every place where a term stands."""
    wanted = sorted(lead[1], key=lambda factor: not any(known.get(i, i) >= 0 and i in known for i in factor[1]))

    def matched(
        left: Sequence[Factor], filled: Mapping[int, int], rest: list[Factor]
    ) -> Iterator[tuple[Mapping[int, int], list[Factor]]]:
        if not left:
            yield filled, rest
            return
        number, indices, _ = left[0]
        for place, (other, there, power) in enumerate(rest):
            if other != number or not isinstance(power, int) or power < 1:
                continue
            for symmetry in algebra.atoms[number].symmetries:
                trial = _filled(indices, tuple(there[k] for k in symmetry), known, filled)
                if trial is not None:
                    remaining = [*rest[:place], *rest[place + 1 :]]
                    if power > 1:
                        remaining.append((other, there, power - 1))
                    yield from matched(left[1:], trial, remaining)

    for filled, rest in matched(wanted, {}, list(factors)):
        end = filled.get(FAR)
        gone = [index for key, index in filled.items() if key != FAR]
        summed = all(0 <= i < count for i in gone) and len(set(gone)) == len(gone) == len(lead[0])
        if end is not None and summed and not any(set(there) & set(gone) for _, there, _ in rest):
            yield end, gone, rest


def _filled(
    indices: Indices, there: Indices, known: Mapping[int, int], filled: Mapping[int, int]
) -> Mapping[int, int] | None:
    """What the summed indices of a pattern and its far end are, where a factor fits; None where it does not."""
    trial = dict(filled)
    for wanted, have in zip(indices, there, strict=True):
        fixed = known.get(wanted, wanted if not 0 <= wanted < OUTER else None)
        if fixed is not None and fixed != FAR:
            if fixed != have:
                return None
        elif trial.setdefault(FAR if fixed == FAR else wanted, have) != have:
            return None
    return trial


def _replaced(
    algebra: MatrixTable,
    matrix: Polynomial,
    lead: Term,
    rest: tuple[tuple[int, ...], list[Factor]],
    known: Mapping[int, int],
    ends: tuple[Factor, int, int, int, list[int]],
) -> Iterator[Work]:
    """A delta in place of the inverse and the leading term, and the other terms beside the inverse."""
    bound, factors = rest
    inverse, own, end, shared, gone = ends
    coefficient: Rational = matrix[lead]
    row, _ = rows_and_columns(algebra, algebra.atoms[inverse[0]])
    delta: Factor = (algebra.delta_atom(algebra.outer_dimension[row]), (own, end), 1)
    yield rebound(bound, [*factors, delta], sorted([*gone, shared]), exact(1 / Fraction(coefficient)))
    for (inner, others), c in matrix.items():
        if (inner, others) != lead:
            placed = {**known, **{k: len(bound) + k for k in range(len(inner))}}
            made = [*factors, inverse, *substituted(others, placed)]
            yield rebound((*bound, *inner), made, sorted(gone), exact(-Fraction(c) / coefficient))
