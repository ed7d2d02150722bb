"""What an expression means: a node together with the positions of its axes.

In the matrix language every value has rows and columns: each is a tuple of axes,
`()` standing for size 1 and more than one axis for a product index, the first
the slowest (`vec`, `kron`, `H*k`). A tensor with three or more axes keeps them in `more`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from derivcheck.diagnostics.diagnostic import Diagnostic, NotationError
from derivcheck.graph.axes import Axes, Axis, Dimension, fresh
from derivcheck.graph.nodes import Node, multiply, rename, sum_over
from derivcheck.language.lowering.digits import joined
from derivcheck.language.notation.syntax import Span
from derivcheck.spec.declarations import Orientation


@dataclass(frozen=True, slots=True)
class Value:
    node: Node
    row: Axes = ()
    column: Axes = ()
    more: Axes = ()

    @property
    def axes(self) -> Axes:
        """All axes in positional order."""
        return self.more or self.row + self.column

    @property
    def is_scalar(self) -> bool:
        return not self.axes

    @property
    def is_vector(self) -> bool:
        """One axis, as a row or a column."""
        return len(self.axes) == 1

    def transposed(self) -> Value:
        return Value(self.node, self.column, self.row)

    def shape(self) -> str:
        """The shape by dimension names: `n1 × n0`, `scalar`."""
        if self.more:
            return " × ".join(str(axis.dimension) for axis in self.more)
        if not self.axes:
            return "scalar"
        return " × ".join("·".join(str(axis.dimension) for axis in side) or "1" for side in (self.row, self.column))


def tensor_value(node: Node, axes: Axes, vectors: Orientation) -> Value:
    """A tensor with its axes in positional order, a vector in the spec's orientation."""
    match len(axes):
        case 0:
            return Value(node)
        case 1:
            return Value(node, row=axes) if vectors == "column" else Value(node, column=axes)
        case 2:
            return Value(node, axes[:1], axes[1:])
        case _:
            return Value(node, more=axes)


def dimensions(axes: Iterable[Axis]) -> tuple[Dimension, ...]:
    return tuple(axis.dimension for axis in axes)


def placed(value: Value, *targets: tuple[Axes, Axes]) -> Node:
    """The value's node with each (old axes, new axes) pair renamed at once."""
    return rename(value.node, {a: b for old, new in targets for a, b in zip(old, new, strict=True)})


def same_shape(first: Value, second: Value) -> bool:
    """Equal dimensions by name, in rows and columns (equality does not broadcast)."""
    if first.more or second.more:
        return dimensions(first.axes) == dimensions(second.axes)
    return dimensions(first.row) == dimensions(second.row) and dimensions(first.column) == dimensions(second.column)


def onto(value: Value, target: Value) -> Node:
    """The value's node along the axes of a target of the same shape."""
    if value.more or target.more:
        return placed(value, (value.axes, target.axes))
    return placed(value, (value.row, target.row), (value.column, target.column))


def fresh_axes(wanted: Iterable[Dimension], avoid: Iterable[Axis]) -> Axes:
    taken = list(avoid)
    made: list[Axis] = []
    for dimension in wanted:
        axis = fresh(dimension, [*taken, *made])
        made.append(axis)
    return tuple(made)


def kept_axes(axes: Axes, avoid: Iterable[Axis]) -> Axes:
    """The axes, or fresh ones of their dimensions where one of them is to be avoided."""
    return fresh_axes(dimensions(axes), avoid) if set(axes) & set(avoid) else axes


def shape_error(
    message: str, span: Span, label: str, notes: tuple[tuple[str, str], ...] = (), help_: str = "", code: str = "DC130"
) -> NotationError:
    return NotationError(Diagnostic(code, message, label=label, notes=notes, help=help_), (span.start, span.stop))


def broadcast(left: Value, right: Value, span: Span, operation: str) -> tuple[Node, Node, Value]:
    """Both nodes on common axes, and a value with those axes (its node is the left one).

    NumPy's two-dimensional rule: a side of size 1 is repeated. Raises NotationError (DC130).
    """
    if left.more or right.more:
        return _broadcast_many(left, right, span, operation)
    if not _broadcasts(left, right):
        left, right = without_units(left), without_units(right)
    if not _broadcasts(left, right) and _broadcasts(one := united(left), other := united(right)):
        left, right = one, other
    sides = []
    for a, b in ((left.row, right.row), (left.column, right.column)):
        if a and b and dimensions(a) != dimensions(b):
            raise shape_error(
                f"shapes do not conform in `{operation}`",
                span,
                f"{left.shape()} {operation} {right.shape()}",
                (("left", left.shape()), ("right", right.shape())),
                _conform_help(left, right),
            )
        sides.append(a or b)
    row = sides[0]
    column = sides[1]
    if set(row) & set(column):
        column = fresh_axes(dimensions(column), row)
    nodes = []
    for value in (left, right):
        targets = []
        if value.row:
            targets.append((value.row, row))
        if value.column:
            targets.append((value.column, column))
        nodes.append(placed(value, *targets))
    return nodes[0], nodes[1], Value(nodes[0], row, column)


def _broadcasts(left: Value, right: Value) -> bool:
    pairs = ((left.row, right.row), (left.column, right.column))
    return all(not a or not b or dimensions(a) == dimensions(b) for a, b in pairs)


def without_units(value: Value) -> Value:
    """The value without its rows or columns of size 1: that is what a vector or a scalar has there anyway."""
    units = [axis for axis in (*value.row, *value.column) if axis.dimension == Dimension.fixed(1)]
    if not units or value.more:
        return value
    row, column = (tuple(axis for axis in axes if axis not in units) for axes in (value.row, value.column))
    return Value(sum_over(value.node, units), row, column)


def united(value: Value) -> Value:
    """The value with one axis for rows or columns of several, where their product is a combination of sizes."""
    if value.more:
        return value
    node, made = value.node, []
    for side in (value.row, value.column):
        axes = list(side)
        while len(axes) > 1 and (found := joined(node, axes[-2], axes[-1])) is not None:
            node, whole = found
            axes[-2:] = [whole]
        made.append(tuple(axes))
    return Value(node, *made)


def _conform_help(left: Value, right: Value) -> str:
    if dimensions(left.row) == dimensions(right.column) and dimensions(left.column) == dimensions(right.row):
        return "transpose one side with `.T`"
    if right.is_vector and _broadcasts(left, right.transposed()):
        return "transpose the right side with `.T`"
    if left.is_vector and _broadcasts(left.transposed(), right):
        return "transpose the left side with `.T`"
    return ""


def _broadcast_many(left: Value, right: Value, span: Span, operation: str) -> tuple[Node, Node, Value]:
    if left.is_scalar:
        return left.node, right.node, right
    if right.is_scalar:
        return left.node, right.node, left
    small, large = (left, right) if len(left.axes) < len(right.axes) else (right, left)
    places = aligned(dimensions(small.axes), dimensions(large.axes))
    if len(places) != 1:
        several = "its axes fit in several ways" if places else ""
        raise shape_error(
            f"shapes do not conform in `{operation}`",
            span,
            several or f"{left.shape()} {operation} {right.shape()}",
            (("left", left.shape()), ("right", right.shape())),
            "say which axis is which in index form, Y[i,j,k]: A[i,j,k] * b[j]",
        )
    moved = placed(small, (small.axes, tuple(large.axes[k] for k in places[0])))
    return (moved, large.node, large) if small is left else (large.node, moved, large)


def aligned(small: Sequence[Dimension], large: Sequence[Dimension]) -> list[tuple[int, ...]]:
    """The ways in which the dimensions of one tensor stand, in their order, among those of another."""
    ways = itertools.combinations(range(len(large)), len(small))
    return [places for places in ways if all(large[k] == d for k, d in zip(places, small, strict=True))]


def contracted(left: Value, right: Value, span: Span) -> Value:
    """The matrix product. Raises NotationError (DC131) where the inner dimensions differ by name."""
    if left.more or right.more:
        return _batched(left, right, span)
    if dimensions(left.column) != dimensions(right.row):
        left, right = without_units(left), without_units(right)
    if dimensions(left.column) != dimensions(right.row):
        one, other = united(left), united(right)
        if dimensions(one.column) == dimensions(other.row):
            left, right = one, other
    if dimensions(left.column) != dimensions(right.row):
        raise shape_error(
            "the inner dimensions of the product differ",
            span,
            f"{left.shape()} @ {right.shape()}",
            (("left", left.shape()), ("right", right.shape())),
            _product_help(left, right),
            "DC131",
        )
    row = left.row
    column = right.column
    if set(column) & set(row):
        column = fresh_axes(dimensions(column), row)
    inner = left.column
    if set(inner) & {*row, *column}:
        inner = fresh_axes(dimensions(inner), (*row, *column))
    first = placed(left, (left.row, row), (left.column, inner))
    second = placed(right, (right.row, inner), (right.column, column))
    return Value(sum_over(multiply(first, second), inner), row, column)


def _batched(left: Value, right: Value, span: Span) -> Value:
    """The matrix product along the last two axes, for each entry of those in front of them, which both share.

    A matrix or a vector is multiplied for each of them. Raises NotationError (DC131).
    """
    (first, rows, inner), (second, across, columns) = _stacked(left), _stacked(right)
    shared = not first or not second or dimensions(first) == dimensions(second)
    if not shared or dimensions(inner) != dimensions(across):
        what = "the inner dimensions of the product differ" if shared else "the axes in front of the matrices differ"
        raise shape_error(
            what,
            span,
            f"{left.shape()} @ {right.shape()}",
            (("left", left.shape()), ("right", right.shape())),
            "write the contraction in index form, Y[i,j]: sum_k(A[i,k] * B[k,j])",
            "DC131",
        )
    front = first or second
    row = kept_axes(rows, front)
    column = kept_axes(columns, (*front, *row))
    between = fresh_axes(dimensions(inner), (*front, *row, *column))
    nodes = (
        placed(left, *([(first, front)] if first else []), (rows, row), (inner, between)),
        placed(right, *([(second, front)] if second else []), (across, between), (columns, column)),
    )
    node, axes = sum_over(multiply(*nodes), between), (*front, *row, *column)
    return Value(node, axes[:1], axes[1:]) if len(axes) == 2 else Value(node, more=axes)


def _stacked(value: Value) -> tuple[Axes, Axes, Axes]:
    """(the axes in front, the rows, the columns) of matrices one behind the other."""
    return (value.more[:-2], value.more[-2:-1], value.more[-1:]) if value.more else ((), value.row, value.column)


def _product_help(left: Value, right: Value) -> str:
    conforms: list[tuple[str, Callable[[], bool]]] = [
        ("transpose the left factor", lambda: dimensions(left.row) == dimensions(right.row)),
        ("transpose the right factor", lambda: dimensions(left.column) == dimensions(right.column)),
        ("swap the factors", lambda: dimensions(right.column) == dimensions(left.row)),
    ]
    return next((text for text, holds in conforms if holds()), "")
