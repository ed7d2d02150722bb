"""Determinants and inverses of products, and determinants of triangular matrices.

    det(A B) = det A · det B        (A B)⁻¹ = B⁻¹ A⁻¹        det T = Π_i T(i,i)

where A and B are square themselves.
"""

from __future__ import annotations

from collections.abc import Container

from derivcheck.evidence.canonical.algebra import Algebra
from derivcheck.evidence.canonical.atoms import INDICATORS, Polynomial
from derivcheck.graph.axes import Axis
from derivcheck.graph.nodes import (
    Determinant,
    Inverse,
    Map,
    Node,
    Quantity,
    Sum,
    determinant,
    inverse,
    multiply,
    rename,
    sum_over,
)
from derivcheck.graph.scalars import placeholder

PRODUCT = placeholder(0) * placeholder(1)


def of_factors(node: Inverse | Determinant, cut: Container[Node]) -> Node | None:
    """The same by the factors of the matrix; None where it is no product of square matrices."""
    matrix = node.operand
    while isinstance(matrix, Quantity) and matrix not in cut:
        matrix = matrix.operand
    if matrix in cut or not isinstance(matrix, Sum) or len(matrix.bound) != 1 or not isinstance(matrix.operand, Map):
        return None
    (inner,), product = matrix.bound, matrix.operand
    if product in cut or product.expression != PRODUCT or inner.dimension != node.row.dimension:
        return None
    for left, right in (product.operands, product.operands[::-1]):
        if _stands(left, node.row, node.column, inner) and _stands(right, node.column, node.row, inner):
            return _combined(node, left, right, inner)
    return None


def _stands(factor: Node, own: Axis, other: Axis, inner: Axis) -> bool:
    return own in factor.axes and inner in factor.axes and other not in factor.axes


def _combined(node: Inverse | Determinant, left: Node, right: Node, inner: Axis) -> Node:
    row, column = node.row, node.column
    first, second = rename(left, {inner: column}), rename(right, {inner: row})
    if isinstance(node, Determinant):
        return multiply(determinant(first, row, column), determinant(second, row, column))
    before = rename(inverse(second, row, column), {column: inner})
    behind = rename(inverse(first, row, column), {row: inner})
    return sum_over(multiply(before, behind), [inner])


def is_triangular(algebra: Algebra, matrix: Polynomial, below: Polynomial, above: Polynomial) -> bool:
    """Whether nothing stands on one side of the diagonal; `below` and `above` are 1 on the sides."""
    atoms = (algebra.atoms[number] for _, factors in matrix for number, _, _ in factors)
    if not any(atom.kind in INDICATORS or atom.supports for atom in atoms):
        return False
    return not algebra.multiply(matrix, below) or not algebra.multiply(matrix, above)
