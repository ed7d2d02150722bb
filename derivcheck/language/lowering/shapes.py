"""The same entries in another shape: `reshape`, `unvec`, and an axis divided into heads.

Entries are counted as NumPy counts them, the last axis the fastest. A product of sizes, `H*k`, is an
axis for each of them, so that most shapes are axes taken apart and put together by name alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from derivcheck.graph.axes import Axes, Axis, Dimension, fresh
from derivcheck.graph.nodes import Node, sum_over
from derivcheck.graph.positions import ONE
from derivcheck.language.lowering.digits import joined, parted, quotient
from derivcheck.language.lowering.letters import dimension_name, index_error
from derivcheck.language.lowering.positions import size_of
from derivcheck.language.lowering.state import LoweringState
from derivcheck.language.lowering.values import Value, shape_error, tensor_value
from derivcheck.language.notation.syntax import Binary, Call, Expression, Number

Sizes = tuple[Dimension, ...]  # one side: the factors of a product, the last the fastest


def sizes_of(lowering: LoweringState, tree: Expression) -> Sizes | None:
    """The sizes whose product a tree is; None where it is none."""
    name = dimension_name(tree, lowering.scope)
    if name is not None:
        return (lowering.scope.dimensions[name],)
    match tree:
        case Number(value) if value.denominator == 1 and value >= 1:
            return (Dimension.fixed(int(value)),)
        case Binary("*", left, right) if not isinstance(left, Number):
            first, second = sizes_of(lowering, left), sizes_of(lowering, right)
            return None if first is None or second is None else first + second
        case Binary():
            size = size_of(lowering, tree)
            return None if size is None else (size,)
        case _:
            return None


def _wanted(lowering: LoweringState, trees: Sequence[Expression]) -> list[Sizes]:
    found = []
    for tree in trees:
        sizes = sizes_of(lowering, tree)
        if sizes is None:
            raise index_error("DC132", "a size is expected", tree.span, "", "reshape(X, H, k), reshape(X, H*k)")
        found.append(sizes)
    return found


def reshaped(lowering: LoweringState, tree: Call) -> Value:
    """`reshape(X, n, H, k)`: the entries of X row by row, in another shape. Raises NotationError (DC130)."""
    if len(tree.arguments) < 2:
        raise lowering.call_error(tree, "`reshape` takes a tensor and sizes", "reshape(x, n, k)")
    value = lowering.expression(tree.arguments[0])
    return _in_shape(lowering, value, value.axes, _wanted(lowering, tree.arguments[1:]), tree)


def unvectorised(lowering: LoweringState, tree: Call) -> Value:
    """`unvec(v, n, m)`: the n × m matrix whose `vec` is v."""
    if len(tree.arguments) != 3:
        raise lowering.call_error(tree, "`unvec` takes a vector and two sizes", "unvec(v, n, m)")
    value = lowering.expression(tree.arguments[0])
    if value.more or (value.row and value.column):
        raise shape_error("`unvec` needs a vector", tree.span, value.shape())
    sizes = _wanted(lowering, tree.arguments[1:])
    if lowering.scope.vec == "rows":
        return _in_shape(lowering, value, value.axes, sizes, tree)
    return _in_shape(lowering, value, value.axes, sizes[::-1], tree).transposed()


def divided_into_heads(lowering: LoweringState, tree: Call) -> Value:
    """`split_heads(X, H)`: T × H·k as H × T × k, the columns of each head a matrix."""
    if len(tree.arguments) != 2:
        raise lowering.call_error(tree, "`split_heads` takes a matrix and the number of heads", "split_heads(X, H)")
    value = lowering.expression(tree.arguments[0])
    ((heads, *more),) = _wanted(lowering, tree.arguments[1:])
    if value.more or more or len(value.row) != 1 or not value.column:
        raise shape_error("`split_heads` needs a matrix", tree.span, value.shape())
    first, *rest = value.column
    if not rest:
        length = quotient(first.dimension, heads)
        whole = _Reshaping(value.node, [first]).shaped([(heads,), (length,)]) if length else None
    else:
        whole = (value.node, [(first,), tuple(rest)]) if first.dimension == heads else None
    if whole is None or len(whole[1][-1]) != 1:
        label = f"the columns are {_written(value.column)}"
        raise shape_error(f"the columns are not divided by `{heads}`", tree.span, label, help_=f"{heads}*k of them")
    node, ((head,), (inner,)) = whole
    return Value(node, more=(head, value.row[0], inner))


def heads_together(lowering: LoweringState, tree: Call) -> Value:
    """`merge_heads(X)`: H × T × k as T × H·k, the heads side by side."""
    if len(tree.arguments) != 1:
        raise lowering.call_error(tree, "`merge_heads` takes a tensor", "merge_heads(X)")
    value = lowering.expression(tree.arguments[0])
    if len(value.more) != 3:
        raise shape_error("`merge_heads` needs heads, rows and columns", tree.span, value.shape())
    head, row, inner = value.more
    return Value(value.node, (row,), (head, inner))


def _written(axes: Axes) -> str:
    return "·".join(str(axis.dimension) for axis in axes)


def _in_shape(lowering: LoweringState, value: Value, axes: Axes, wanted: list[Sizes], tree: Call) -> Value:
    found = _Reshaping(value.node, list(axes)).shaped(wanted)
    if found is None:
        said = " × ".join("·".join(map(str, sizes)) for sizes in wanted)
        raise shape_error(
            f"`{tree.function}` keeps the number and the order of the entries",
            tree.span,
            f"{value.shape()} to {said}",
            help_="a product of sizes is written out where it is declared, Q: T H*k, and split by the same factors",
        )
    node, sides = found
    if all(len(side) == 1 for side in sides):
        return tensor_value(node, tuple(axis for side in sides for axis in side), lowering.scope.vectors)
    match sides:
        case [side]:
            return Value(node, side) if lowering.scope.vectors == "column" else Value(node, (), side)
        case [row, column]:
            return Value(node, row, column)
        case _:
            raise shape_error("products of sizes are axes of vectors and matrices", tree.span, "an axis for each")


@dataclass(slots=True)
class _Reshaping:
    """A node, and those of its axes from which none of the new ones is made yet, the slowest first."""

    node: Node
    left: list[Axis]
    made: list[Axis] = field(default_factory=list)

    def shaped(self, wanted: Sequence[Sizes]) -> tuple[Node, list[Axes]] | None:
        """The node along axes of the sizes wanted, in groups; None where the entries cannot be counted so."""
        sides: list[Axes] = []
        for sizes in wanted:
            side = []
            for size in sizes:
                axis = self._next(size)
                if axis is None:
                    return None
                self.made.append(axis)
                side.append(axis)
            sides.append(tuple(side))
        if any(axis.dimension != ONE for axis in self.left):
            return None
        return sum_over(self.node, self.left), sides

    def _next(self, size: Dimension) -> Axis | None:
        """An axis of a size from the slowest digits that are left: as it is, parted, or joined with the next ones."""
        if size == ONE:
            return fresh(ONE, (*self.node.axes, *self.left, *self.made), "unit")
        while self.left:
            first = self.left.pop(0)
            if first.dimension == size:
                return first
            rest = quotient(first.dimension, size)
            if rest is not None:
                found = parted(self.node, first, size, rest)
                if found is None:
                    return None
                self.node, slow, fast = found
                self.left.insert(0, fast)
                return slow
            if not self.left:
                return None
            together = joined(self.node, first, self.left.pop(0))
            if together is None:
                return None
            self.node, whole = together
            self.left.insert(0, whole)
        return None
