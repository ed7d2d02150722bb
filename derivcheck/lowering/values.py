"""What an expression means: a node together with the positions of its axes.

In the matrix language every value has rows and columns: each is a tuple of axes,
`()` standing for size 1 and more than one axis for a product index, the first
the slowest (`vec`, `kron`). A tensor with three or more axes keeps them in `more`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from derivcheck.diagnostics import Diagnostic, NotationError
from derivcheck.graph import Axes, Axis, Dimension, Node, fresh, multiply, rename, sum_over
from derivcheck.notation.syntax import Span

Orientation = Literal["column", "row"]


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


def shape_error(message: str, span: Span, label: str, notes: tuple[tuple[str, str], ...] = (), help_: str = "",
                code: str = "DC130") -> NotationError:  # fmt: skip
    return NotationError(Diagnostic(code, message, label=label, notes=notes, help=help_), (span.start, span.stop))


def broadcast(left: Value, right: Value, span: Span, operation: str) -> tuple[Node, Node, Value]:
    """Both nodes on common axes, and a value with those axes (its node is the left one).

    NumPy's two-dimensional rule: a side of size 1 is repeated. Raises NotationError (DC130).
    """
    if left.more or right.more:
        return _broadcast_many(left, right, span, operation)
    if not _broadcasts(left, right):
        left, right = without_units(left), without_units(right)
    sides = []
    for a, b in ((left.row, right.row), (left.column, right.column)):
        if a and b and dimensions(a) != dimensions(b):
            raise shape_error(
                f"shapes do not conform in `{operation}`", span, f"{left.shape()} {operation} {right.shape()}",
                (("left", left.shape()), ("right", right.shape())), _conform_help(left, right),
            )  # fmt: skip
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


def _conform_help(left: Value, right: Value) -> str:
    if dimensions(left.row) == dimensions(right.column) and dimensions(left.column) == dimensions(right.row):
        return "transpose one side with `.T`"
    return ""


def _broadcast_many(left: Value, right: Value, span: Span, operation: str) -> tuple[Node, Node, Value]:
    if left.is_scalar:
        return left.node, right.node, right
    if right.is_scalar:
        return left.node, right.node, left
    if dimensions(left.axes) != dimensions(right.axes):
        raise shape_error(
            f"shapes do not conform in `{operation}`", span, f"{left.shape()} {operation} {right.shape()}",
            (("left", left.shape()), ("right", right.shape())),
        )  # fmt: skip
    return left.node, placed(right, (right.axes, left.axes)), left


def contracted(left: Value, right: Value, span: Span) -> Value:
    """The matrix product. Raises NotationError (DC131) where the inner dimensions differ by name."""
    if left.more or right.more:
        raise shape_error("`@` needs vectors or matrices", span, f"{left.shape()} @ {right.shape()}",
                          (("left", left.shape()), ("right", right.shape())),
                          "write the contraction in index form, sum_k(...)", "DC131")  # fmt: skip
    if dimensions(left.column) != dimensions(right.row):
        left, right = without_units(left), without_units(right)
    if dimensions(left.column) != dimensions(right.row):
        raise shape_error(
            "the inner dimensions of the product differ", span, f"{left.shape()} @ {right.shape()}",
            (("left", left.shape()), ("right", right.shape())), _product_help(left, right), "DC131",
        )  # fmt: skip
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


def _product_help(left: Value, right: Value) -> str:
    conforms: list[tuple[str, Callable[[], bool]]] = [
        ("transpose the left factor", lambda: dimensions(left.row) == dimensions(right.row)),
        ("transpose the right factor", lambda: dimensions(left.column) == dimensions(right.column)),
        ("swap the factors", lambda: dimensions(right.column) == dimensions(left.row)),
    ]
    return next((text for text, holds in conforms if holds()), "")
