"""Inverses and determinants of matrices as polynomials, by simpler ones where there are any.

(M⁻¹)⁻¹ = M        det M⁻¹ = 1 / det M        det(A + U V) = det A · det(I + V A⁻¹ U)
"""

from __future__ import annotations

from collections.abc import Callable

from derivcheck.evidence.canonical import determinants, elementary
from derivcheck.evidence.canonical.algebra import Algebra
from derivcheck.evidence.canonical.atoms import Atom, Polynomial, combination
from derivcheck.evidence.canonical.inverses import INVERSE
from derivcheck.evidence.canonical.inverted import inverted


class MatrixFunctions:
    """`raised(base, exponent)` is a power of polynomials, `is_free(leaf)` says that a matrix has an inverse."""

    def __init__(
        self,
        algebra: Algebra,
        raised: Callable[[Polynomial, Polynomial], Polynomial],
        is_free: Callable[[int], bool],
    ) -> None:
        self._algebra = algebra
        self._raised = raised
        self._is_free = is_free

    def inverse(self, matrix: Polynomial, row: int, column: int) -> Polynomial:
        """The inverse of an inverse is the matrix."""
        found = inverted(self._algebra, matrix, row, column)
        return bare(self._algebra, matrix, row, column, True) if found is None else found

    def determinant(self, matrix: Polynomial, row: int, column: int) -> Polynomial:
        """A determinant by simpler ones (determinants.py), where there are any."""
        algebra = self._algebra
        scale, matrix = determinants.multiple(matrix)
        size = algebra.size(algebra.outer_dimension[row])
        found = self._raised(algebra.number(scale), size) if scale != 1 else algebra.number(1)
        below = inverted(algebra, matrix, row, column)
        if below is not None:
            inner = self.determinant(below, row, column)
            return algebra.multiply(found, elementary.power(algebra, inner, -1))
        return algebra.multiply(found, self._of_chain(matrix, row, column))

    def _of_chain(self, matrix: Polynomial, row: int, column: int) -> Polynomial:
        """The determinant of the identity or a free matrix and a chain; any other is only known by its matrix."""
        algebra = self._algebra
        parts = determinants.with_chain(algebra, matrix, row, column)
        if parts is None:
            return bare(self._algebra, matrix, row, column, False)
        base, chain = parts
        ((number, _, _),) = base[1]
        product: Polynomial = {chain: matrix[chain]}
        found = algebra.number(1)
        if algebra.atoms[number].kind == "leaf":
            if not self._is_free(number):
                return bare(self._algebra, matrix, row, column, False)
            alone: Polynomial = {base: matrix[base]}
            found = bare(self._algebra, alone, row, column, False)
            middle = algebra.outer(algebra.outer_dimension[row], ("turned", 1))
            inverse = algebra.substitute(bare(self._algebra, alone, row, column, True), {column: middle})
            product = algebra.sum_over(algebra.multiply(inverse, algebra.substitute(product, {row: middle})), [middle])
        elif matrix[base] != 1:
            return bare(self._algebra, matrix, row, column, False)
        number_of = determinants.of_unit_and_chain(algebra, product, row, column)
        if number_of is not None:
            return algebra.multiply(found, number_of)
        choices = []
        for here, first, last in determinants.turns(algebra, product, row, column):
            unit = algebra.factor(algebra.delta_atom(algebra.outer_dimension[first]), (first, last))
            choices.append(bare(self._algebra, combination(unit, here), first, last, False))
        if not choices:
            return bare(self._algebra, matrix, row, column, False)
        return algebra.multiply(found, min(choices, key=repr))


def bare(algebra: Algebra, inner: Polynomial, row: int, column: int, is_inverse: bool) -> Polynomial:
    """The inverse or the determinant of a matrix, of which nothing is known but the matrix.

    That of the transpose is the transposed one, and written as one of the two. The places of an inverse are
    marked by two leaves that say nothing but where.
    """
    dimension = algebra.outer_dimension[row]
    aside = [algebra.outer(dimension, ("reduced", k)) for k in (0, 1)]
    straight = algebra.substitute(inner, {row: aside[0], column: aside[1]})
    turned = algebra.substitute(inner, {row: aside[1], column: aside[0]})
    swapped = repr(sorted(turned.items())) < repr(sorted(straight.items()))
    matrix = turned if swapped else straight
    if not is_inverse:
        return elementary.function(algebra, "determinant", [matrix])
    place = algebra.intern(Atom("leaf", ("place", 0), (dimension,), ((0,),), name="place"))
    places = [algebra.factor(place, (index,)) for index in ((column, row) if swapped else (row, column))]
    if straight == turned:
        # The inverse of a symmetric matrix is symmetric: its places are a pair without an order.
        return elementary.function(algebra, INVERSE, [matrix, algebra.multiply(*places)])
    return elementary.function(algebra, INVERSE, [matrix, *places])
