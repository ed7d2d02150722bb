"""The operations on matrices: traces, diagonals, determinants, inverses and powers."""

from __future__ import annotations

import sympy

from derivcheck.diagnostics.diagnostic import Diagnostic, UnsupportedError
from derivcheck.graph.axes import Axis
from derivcheck.graph.nodes import delta, determinant, diagonal, inverse, mapped, multiply, sum_over
from derivcheck.graph.scalars import placeholder
from derivcheck.language.lowering.state import LoweringState
from derivcheck.language.lowering.values import (
    Value,
    contracted,
    dimensions,
    fresh_axes,
    shape_error,
    tensor_value,
    without_units,
)
from derivcheck.language.notation.syntax import Call, whole_number

LARGEST_POWER = 32


def arguments(lowering: LoweringState, tree: Call, count: int) -> list[Value]:
    if len(tree.arguments) != count:
        raise lowering.call_error(tree, f"`{tree.function}` takes {count} arguments, {len(tree.arguments)} are given")
    return [lowering.expression(argument) for argument in tree.arguments]


def _square(value: Value, tree: Call) -> tuple[Axis, Axis]:
    if not value.more and len(value.row) > 1 and dimensions(value.row) == dimensions(value.column):
        # A Kronecker product is square as well.
        message = f"`{tree.function}` of a {value.shape()} is not supported: its rows are several axes"
        raise UnsupportedError(Diagnostic("DC405", message))
    if (
        value.more
        or len(value.row) != 1
        or len(value.column) != 1
        or value.row[0].dimension != value.column[0].dimension
    ):
        raise shape_error(f"`{tree.function}` needs a square matrix", tree.span, value.shape())
    return value.row[0], value.column[0]


def trace(lowering: LoweringState, tree: Call) -> Value:
    (value,) = arguments(lowering, tree, 1)
    value = without_units(value)
    # A scalar is its own trace; of a Kronecker product, rows and columns are several axes each.
    if value.more or dimensions(value.row) != dimensions(value.column):
        _square(value, tree)
    deltas = [delta(i, j) for i, j in zip(value.row, value.column, strict=True)]
    return Value(sum_over(multiply(value.node, *deltas), (*value.row, *value.column)))


def diag(lowering: LoweringState, tree: Call) -> Value:
    """A vector on the diagonal of a matrix, or the diagonal of a matrix as a vector."""
    (value,) = arguments(lowering, tree, 1)
    if not value.more and not (value.row and value.column):
        others = fresh_axes([axis.dimension for axis in value.axes], value.axes)
        deltas = [delta(a, b) for a, b in zip(value.axes, others, strict=True)]
        return Value(multiply(value.node, *deltas), value.axes, others)
    i, j = _square(value, tree)
    return tensor_value(diagonal(value.node, i, j), (i,), lowering.scope.vectors)


def matrix_inverse(lowering: LoweringState, tree: Call) -> Value:
    (value,) = arguments(lowering, tree, 1)
    row, column = _square(value, tree)
    return Value(inverse(value.node, row, column), value.row, value.column)


def matrix_determinant(lowering: LoweringState, tree: Call) -> Value:
    (value,) = arguments(lowering, tree, 1)
    return Value(determinant(value.node, *_square(value, tree)))


def logarithm_of_determinant(lowering: LoweringState, tree: Call) -> Value:
    return Value(mapped(sympy.log(placeholder(0)), matrix_determinant(lowering, tree).node))


def solution(lowering: LoweringState, tree: Call) -> Value:
    """`solve(A, b)`: what A takes to b."""
    matrix, right = arguments(lowering, tree, 2)
    row, column = _square(matrix, tree)
    return contracted(Value(inverse(matrix.node, row, column), matrix.row, matrix.column), right, tree.span)


def matrix_power(lowering: LoweringState, tree: Call) -> Value:
    """`matrix_power(A, k)`: A times itself, or its inverse, for a written-out whole k."""
    if len(tree.arguments) != 2:
        raise lowering.call_error(tree, "`matrix_power` takes a matrix and a power", "matrix_power(A, 2)")
    value, power = lowering.expression(tree.arguments[0]), whole_number(tree.arguments[1])
    if power is None or abs(power) > LARGEST_POWER:
        message = f"the power of a matrix is a written-out whole number up to {LARGEST_POWER}"
        raise lowering.call_error(tree, message, "matrix_power(A, 2)")
    row, column = _square(value, tree)
    if not power:
        return Value(delta(row, column), value.row, value.column)
    factor = Value(inverse(value.node, row, column), value.row, value.column) if power < 0 else value
    found = factor
    for _ in range(abs(power) - 1):
        found = contracted(found, factor, tree.span)
    return found
