"""Entries put elsewhere: blocks side by side, axes exchanged, reversed or padded, triangles, running sums, einsum.

Each is a sum over conditions on positions: `flip(x)[i]` is Σ_s x[s] 1[s = n + 1 - i].
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from derivcheck.graph.axes import Axis, Dimension, fresh
from derivcheck.graph.nodes import (
    Node,
    add,
    constant,
    delta,
    diagonal,
    indicator,
    multiply,
    rename,
    subtract,
    sum_over,
)
from derivcheck.graph.positions import ONE, Affine
from derivcheck.language.lowering.axes import chosen_axes, spelled_axes
from derivcheck.language.lowering.letters import index_error
from derivcheck.language.lowering.state import LoweringState
from derivcheck.language.lowering.values import Value, shape_error, tensor_value
from derivcheck.language.notation.syntax import Call, Expression, Matrix, Name, Number, Span, whole_number

Place = Callable[[Axis], Affine]


def _moved(value: Value, axis: Axis, length: Dimension, origin: Place) -> tuple[Node, Axis]:
    """The node with one axis replaced by another of `length` entries; `origin` is where each of them is from."""
    kept = fresh(length, (*value.node.axes, *value.axes), "moved")
    there = indicator("zero", Affine.of(axis).plus(origin(kept), -1))
    return sum_over(multiply(value.node, there), [axis]), kept


def _along(value: Value, old: Axis, new: Axis, node: Node) -> Value:
    """The value with one of its axes replaced by another."""
    row, column, more = (
        tuple(new if axis == old else axis for axis in side) for side in (value.row, value.column, value.more)
    )
    return Value(node, row, column, more)


def _first(lowering: LoweringState, tree: Call) -> Value:
    if not tree.arguments:
        raise lowering.call_error(tree, f"`{tree.function}` needs an argument")
    return lowering.expression(tree.arguments[0])


def _one_axis(lowering: LoweringState, value: Value, tree: Call, names: tuple[Expression, ...]) -> Axis:
    """The axis that a call names; the only one where none is named. Raises NotationError (DC134)."""
    if not names and len(value.axes) == 1:
        return value.axes[0]
    if len(names) != 1:
        along = " or ".join(f"{tree.function}(..., {axis})" for axis in spelled_axes(value))
        raise index_error("DC134", f"`{tree.function}` needs the axis it runs along", tree.span, value.shape(), along)
    return chosen_axes(lowering, value, names, tree)[0]


def _named_axes(lowering: LoweringState, value: Value, tree: Call, names: tuple[Expression, ...]) -> tuple[Axis, ...]:
    """The axes that a call names; the only one where none is named. Raises NotationError (DC134)."""
    if len(names) > 1:
        return chosen_axes(lowering, value, names, tree)
    return (_one_axis(lowering, value, tree, names),)


# --- along one axis -----------------------------------------------------------------------------------


def flip(lowering: LoweringState, tree: Call) -> Value:
    """The entries along an axis from the last to the first, along each of several: `flip(W, 1, 2)`."""
    value = _first(lowering, tree)
    for axis in _named_axes(lowering, value, tree, tree.arguments[1:]):
        value = _flipped(value, axis)
    return value


def _flipped(value: Value, axis: Axis) -> Value:
    last = Affine.of(axis.dimension.plus(ONE))
    node, kept = _moved(value, axis, axis.dimension, lambda place: last.plus(Affine.of(place), -1))
    return _along(value, axis, kept, node)


def running_sum(lowering: LoweringState, tree: Call) -> Value:
    """Σ of the entries up to each of them along an axis."""
    value = _first(lowering, tree)
    axis = _one_axis(lowering, value, tree, tree.arguments[1:])
    kept = fresh(axis.dimension, (*value.node.axes, *value.axes), "upto")
    up_to = subtract(constant(1), indicator("less", kept, axis))
    return _along(value, axis, kept, sum_over(multiply(value.node, up_to), [axis]))


def padded(lowering: LoweringState, tree: Call) -> Value:
    """`pad(x, 1)`, `pad(X, 2, h, w)`: so many zeros at both ends of the axes named, or of the only one."""
    value = _first(lowering, tree)
    match tree.arguments[1:]:
        case (Number(width), *names) if width.denominator == 1 and width >= 0:
            count = Dimension.fixed(int(width))
        case _:
            raise lowering.call_error(tree, "`pad` takes a tensor and a number of zeros", "pad(x, 1)")
    for axis in _named_axes(lowering, value, tree, tuple(names)):
        length = axis.dimension.plus(count, 2)
        node, kept = _moved(value, axis, length, lambda place: Affine.of(place).plus(Affine.of(count), -1))
        value = _along(value, axis, kept, node)
    return value


# --- triangles ----------------------------------------------------------------------------------------


def upper_triangle(lowering: LoweringState, tree: Call) -> Value:
    """The entries on and above a diagonal; `triu(A, 1)` those above the main one."""
    return _triangle(lowering, tree, 1)


def lower_triangle(lowering: LoweringState, tree: Call) -> Value:
    """The entries on and below a diagonal; `tril(A, -1)` those below the main one."""
    return _triangle(lowering, tree, -1)


def _triangle(lowering: LoweringState, tree: Call, sign: int) -> Value:
    value = _first(lowering, tree)
    offset = whole_number(tree.arguments[1]) if len(tree.arguments) == 2 else 0
    if len(tree.arguments) > 2 or offset is None:
        raise lowering.call_error(tree, f"`{tree.function}` takes a matrix and the number of a diagonal")
    if len(value.axes) < 2 or len(value.row) > 1 or len(value.column) > 1:
        raise shape_error(f"`{tree.function}` needs a matrix", tree.span, value.shape())
    row, column = value.axes[-2:]
    beyond = Affine.of(column).plus(Affine.of(row), -1).plus(Affine.of(offset), -1).times(sign)
    kept = indicator("positive", beyond.plus(Affine.of(1)))
    return Value(multiply(value.node, kept), value.row, value.column, value.more)


# --- axes ---------------------------------------------------------------------------------------------


def exchanged(lowering: LoweringState, tree: Call) -> Value:
    """`swapaxes(X, t, k)`: the tensor with two of its axes exchanged."""
    value = _first(lowering, tree)
    if len(tree.arguments) != 3:
        raise lowering.call_error(tree, "`swapaxes` takes a tensor and two of its axes", "swapaxes(X, 1, 2)")
    first, second = chosen_axes(lowering, value, tree.arguments[1:], tree)
    turned = {first: second, second: first}
    return tensor_value(value.node, tuple(turned.get(axis, axis) for axis in value.axes), lowering.scope.vectors)


def stacked(lowering: LoweringState, tree: Call) -> Value:
    """`stack(a, b)`: tensors of one shape behind each other, along a new first axis."""
    values = [lowering.expression(argument) for argument in tree.arguments]
    if not values:
        raise lowering.call_error(tree, "`stack` needs arguments")
    first = values[0]
    shape = [axis.dimension for axis in first.axes]
    axis = fresh(Dimension.fixed(len(values)), first.axes, "stack")
    parts = []
    for number, (value, argument) in enumerate(zip(values, tree.arguments, strict=True), 1):
        if [other.dimension for other in value.axes] != shape:
            raise shape_error("what is stacked has one shape", argument.span, f"{first.shape()} and {value.shape()}")
        node = rename(value.node, dict(zip(value.axes, first.axes, strict=True)))
        parts.append(multiply(node, delta(axis, number)))
    return tensor_value(add(*parts), (axis, *first.axes), lowering.scope.vectors)


# --- einsum -------------------------------------------------------------------------------------------

EINSUM = "einsum('ij,jk->ik', A, B)"


def einsum(lowering: LoweringState, tree: Call) -> Value:
    """`einsum('ij,jk->ik', A, B)`: a product of entries, summed over every letter that the result lacks."""
    if not tree.arguments or not isinstance(tree.arguments[0], Name) or tree.arguments[0].name[:1] != "'":
        raise lowering.call_error(tree, "`einsum` begins with its letters in quotes", EINSUM)
    text, operands = tree.arguments[0].name.strip("'").replace(" ", ""), tree.arguments[1:]
    given, arrow, result = text.partition("->")
    parts = given.split(",")
    if not arrow:
        result = "".join(sorted(letter for letter in set(given) if letter.isalpha() and given.count(letter) == 1))
    letters = set("".join(parts))
    if not all(letter.isalpha() for letter in letters) or not set(result) <= letters or len(parts) != len(operands):
        raise lowering.call_error(tree, "`einsum` has letters for each of its operands, and for the result", EINSUM)
    if len(set(result)) < len(result):
        raise lowering.call_error(tree, "a letter of the result stands there twice", EINSUM)
    axes: dict[str, Axis] = {}
    nodes = [_lettered(lowering, part, operand, axes) for part, operand in zip(parts, operands, strict=True)]
    summed = [axis for letter, axis in axes.items() if letter not in result]
    node = sum_over(multiply(*nodes), summed)
    return tensor_value(node, tuple(axes[letter] for letter in result), lowering.scope.vectors)


def _lettered(lowering: LoweringState, letters: str, tree: Expression, axes: dict[str, Axis]) -> Node:
    """An operand along the axes of its letters, which get theirs where they are new."""
    value = lowering.expression(tree)
    if len(value.axes) != len(letters):
        raise index_error(
            "DC142", f"{len(letters)} indices for a tensor with {len(value.axes)} axes", tree.span, value.shape()
        )
    staging = [fresh(axis.dimension, value.node.axes, f"of{k}.") for k, axis in enumerate(value.axes)]
    node = rename(value.node, dict(zip(value.axes, staging, strict=True)))
    for letter, axis in zip(letters, staging, strict=True):
        here = axes.setdefault(letter, Axis(axis.dimension, f"einsum.{letter}"))
        if here.dimension != axis.dimension:
            raise index_error(
                "DC141",
                f"the index `{letter}` is used for two dimensions",
                tree.span,
                f"over `{axis.dimension}` here, over `{here.dimension}` elsewhere",
                "use two letters",
            )
        if axis in node.axes:
            node = diagonal(node, here, axis) if here in node.axes else rename(node, {axis: here})
    return node


# --- blocks -------------------------------------------------------------------------------------------


def blocks(lowering: LoweringState, tree: Matrix, values: Sequence[Sequence[Value]]) -> Value:
    """A matrix of blocks, `[A, B; C, D]`, or vectors behind each other, `[a; b]`; a 0 is as large as it has to be."""
    found = [
        [_Block(value.node, _sides(value, entry.span), entry) for value, entry in zip(line, entries, strict=True)]
        for line, entries in zip(values, tree.rows, strict=True)
    ]
    heights = [_common(line, 0, "rows") for line in found]
    widths = [_common([line[k] for line in found], 1, "columns") for k in range(len(found[0]))]
    down, across = _total(heights, "down"), _total(widths, "across")
    parts = []
    for line, above in zip(found, _starts(heights), strict=True):
        for block, before in zip(line, _starts(widths), strict=True):
            node = _put(block.node, block.sides[0], down, above)
            parts.append(_put(node, block.sides[1], across, before))
    return Value(add(*parts), (down,) if down else (), (across,) if across else ())


Sides = tuple[Axis | None, Axis | None]


@dataclass(frozen=True, slots=True)
class _Block:
    """A block with its axes down and across; None where it is one entry wide."""

    node: Node
    sides: Sides
    tree: Expression

    @property
    def is_empty(self) -> bool:
        """Whether it is written as 0: as large as it has to be."""
        return isinstance(self.tree, Number) and self.tree.value == 0


def _sides(value: Value, span: Span) -> Sides:
    """The axes down and across of a block; None where it is one entry wide."""
    if value.more or len(value.row) > 1 or len(value.column) > 1:
        raise shape_error("a block is a vector or a matrix", span, value.shape(), code="DC130")
    return (value.row[0] if value.row else None, value.column[0] if value.column else None)


def _common(blocks: Sequence[_Block], side: int, what: str) -> Dimension | None:
    """The dimension that the blocks of a row have down, or those of a column across; None for one entry."""
    told = [block for block in blocks if not block.is_empty]
    lengths = [axis.dimension if (axis := block.sides[side]) else None for block in told]
    for length, block in zip(lengths, told, strict=True):
        if (length or ONE) != (lengths[0] or ONE):
            label = f"{lengths[0] or ONE} and {length or ONE}"
            raise shape_error(f"blocks beside each other have as many {what}", block.tree.span, label)
    return lengths[0] if lengths else None


def _starts(parts: Sequence[Dimension | None]) -> list[Dimension]:
    """How many entries there are before each of some parts."""
    return list(itertools.accumulate((part or ONE for part in parts[:-1]), Dimension.plus, initial=Dimension(())))


def _total(parts: Sequence[Dimension | None], key: str) -> Axis | None:
    """The axis along blocks behind each other; None where there is one entry."""
    if len(parts) == 1:
        return Axis(parts[0], key) if parts[0] else None
    return Axis(_starts([*parts, None])[-1], key)


def _put(node: Node, side: Axis | None, whole: Axis | None, start: Dimension) -> Node:
    """A block along the axis of the whole, behind the entries in front of it."""
    if whole is None:
        return node
    origin = Affine.of(whole).plus(Affine.of(start), -1)
    if side is None:
        return multiply(node, indicator("zero", origin.plus(Affine.of(1), -1)))
    return sum_over(multiply(node, indicator("zero", origin.plus(Affine.of(side), -1))), [side])


ARRANGEMENTS: Mapping[str, Callable[[LoweringState, Call], Value]] = {
    "flip": flip,
    "cumsum": running_sum,
    "pad": padded,
    "triu": upper_triangle,
    "tril": lower_triangle,
    "swapaxes": exchanged,
    "stack": stacked,
    "einsum": einsum,
}
