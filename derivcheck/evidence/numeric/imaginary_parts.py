"""Complex steps of every entry of a tensor that share one real part.

A step of 1e-30 i leaves the real part of every value what it was, to the last bit. Only the imaginary parts of
the forward pass at x + ih differ from entry to entry, and only they are carried, in units of h: through a map an
operand's imaginary part is multiplied by what the map itself answers at the point with a step of its own there,
as complex multiplication would have it; sums and renamings carry it as they do any value. Every entry's
imaginary part is carried by itself through every node up to the output: nothing is gathered from behind.

Which positions of a value move at all follows from the graph. As long as an axis of the variable is an axis of a
value, entrywise, an entry moves one position of it, and the others need no numbers: a *part* has one number for
all entries that differ in that position, at that position. A sum over the axis ends that, and from there on every
position moves. A value may be the sum of several parts that move in different ways.

What is not seen to be carried like that is refused (None), and measured in the plain way: scaled values that
would overflow without their exponents, products and inverses over axes, and a map whose answer is not
proportional to the step, such as a root at 0.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from derivcheck.evidence.numeric.program import Program, is_product
from derivcheck.evidence.numeric.tensors import Sizes, Tensor, unscaled
from derivcheck.graph.axes import Axes, Axis
from derivcheck.graph.nodes import Extremum, Map, Node, Quantity, Rename, Sum, operands

STEP = 1e-30
PROPORTIONAL = 1e-9  # up to which the answers to a step and to one twice as long are the same, relative
NUMBERS = 1 << 17  # of a part in a block of entries: what stays in the cache of a processor

Along = tuple[Axis | None, ...]


@dataclass(frozen=True, slots=True)
class ImaginaryPart:
    """Imaginary parts along (*axes, *entries of the variable), of length 1 where they are constant.

    For each axis of the entries, `along` is the axis of the value of which they move one position, the entry's own;
    None where they move all. All numbers are to be multiplied by `times`. A `spare` array may be written over.
    """

    array: Any
    axes: Axes
    along: Along
    times: float = 1.0
    spare: bool = False


@dataclass(frozen=True, slots=True)
class Carrying:
    """How one operand's parts go on to a node: multiplied by factors and a number, summed over axes, renamed."""

    operand: Node
    factors: tuple[Tensor, ...] = ()
    times: float = 1.0
    bound: Axes = ()
    names: Mapping[Axis, Axis] = field(default_factory=dict)


class NotCarriedError(Exception):
    """The imaginary parts do not share a real part, or are not seen to."""


class ImaginaryParts:
    """The imaginary part of an output for a complex step of every entry of a variable, in units of the step."""

    def __init__(
        self,
        program: Program,
        order: Sequence[Node],
        values: Mapping[Node, Tensor],
        variable: Node,
        sizes: Sizes,
        batched: Axes = (),
    ) -> None:
        """`values` are those of the program at a point, `order` is what moves. Raises NotCarriedError."""
        self.program, self.variable, self.sizes = program, variable, sizes
        self.output = program.outputs[0]
        self.entries = tuple(axis for axis in variable.axes if axis not in batched)
        self.largest = 1
        self._scaled = values
        self._plain: dict[Node, Tensor] = {}
        self._laid: dict[tuple[int, Axes, Along], Any] = {}
        moving = {variable, *order}
        users: dict[Node, int] = {}
        for node in order:
            for operand in operands(node):
                users[operand] = users.get(operand, 0) + 1
        # What only a sum looks at is summed as it is made.
        self._inside = {
            node.operand
            for node in order
            if isinstance(node, Sum)
            and isinstance(node.operand, Map)
            and users[node.operand] == 1
            and node.operand not in (variable, self.output)
        }
        with np.errstate(all="ignore"):
            self.steps = [(node, tuple(self._carryings(node, moving))) for node in order if node not in self._inside]
        uses: dict[Node, list[Carrying]] = {}
        for _, carryings in self.steps:
            for carrying in carryings:
                uses.setdefault(carrying.operand, []).append(carrying)
        # The last use may write over an array, unless an earlier one has handed on the array itself.
        self._last = {id(last) for *earlier, last in uses.values() if all(one.factors for one in earlier)}

    # --- what every node does, once -------------------------------------------------------

    def _value(self, node: Node) -> Tensor:
        """The value of a node at the point, as plain floats."""
        if node not in self._plain:
            value = unscaled(self._scaled[node])
            if value.scale is not None or not np.all(np.isfinite(value.array)):
                raise NotCarriedError
            self._plain[node] = value
        return self._plain[node]

    def _carryings(self, node: Node, moving: set[Node]) -> Iterator[Carrying]:
        match node:
            case Quantity():
                yield Carrying(node.operand)
            case Rename():
                yield Carrying(node.operand, names=dict(node.mapping))
            case Map():
                yield from self._through(node, moving, ())
            case Sum() if node.operand in self._inside:
                assert isinstance(node.operand, Map)
                yield from self._through(node.operand, moving, node.bound)
            case Sum():
                yield Carrying(node.operand, bound=node.bound)
            case Extremum():
                yield Carrying(node.operand, (self._chosen(node),), bound=node.bound)
            case _:
                raise NotCarriedError

    def _through(self, node: Map, moving: set[Node], bound: Axes) -> Iterator[Carrying]:
        for position, operand in enumerate(node.operands):
            if operand in moving:
                yield self._multiplying(node, position, bound)

    def _multiplying(self, node: Map, position: int, bound: Axes) -> Carrying:
        """What an imaginary part of one operand is multiplied by."""
        operand = node.operands[position]
        if is_product(node.expression):
            others = (self._value(other) for k, other in enumerate(node.operands) if k != position)
            return Carrying(operand, tuple(others), bound=bound)
        answers = []
        for step in (STEP, 2 * STEP):
            given = [self._value(operand) for operand in node.operands]
            moved = given[position]
            given[position] = Tensor(moved.array + 1j * step, moved.axes)
            answer = self.program.settled(self.program.map(node, given, self.sizes))
            answers.append(np.imag(answer.array) / step)
        if not np.all(np.abs(answers[0] - answers[1]) <= PROPORTIONAL * np.abs(answers[0])):
            raise NotCarriedError
        factor = np.asarray(answers[0])
        if factor.size and np.all(factor == factor.flat[0]):
            return Carrying(operand, times=float(factor.flat[0]), bound=bound)
        return Carrying(operand, (Tensor(factor, answer.axes),), bound=bound)

    def _chosen(self, node: Extremum) -> Tensor:
        """1 at the entry that an extremum takes, 0 elsewhere."""
        value = self._value(node.operand)
        axes = (*node.axes, *node.bound)
        array = np.broadcast_to(value.aligned(axes), [axis.dimension.size(self.sizes) for axis in axes])
        flat = array.reshape((*array.shape[: len(node.axes)], -1))
        places = np.argmax(flat, axis=-1) if node.kind == "max" else np.argmin(flat, axis=-1)
        chosen = np.zeros(flat.shape)
        np.put_along_axis(chosen, places[..., None], 1.0, axis=-1)
        return Tensor(chosen.reshape(array.shape), axes)

    # --- one block of entries -------------------------------------------------------------

    def of_block(self, block: Sequence[slice]) -> Any:
        """The output's imaginary parts for a range of entries, (*output axes, *entries)."""
        found: dict[Node, list[ImaginaryPart]] = {
            self.variable: [ImaginaryPart(np.ones([1] * len(self.entries)), (), self.entries)],
        }
        for node, carryings in self.steps:
            parts: dict[Along, ImaginaryPart] = {}
            for carrying in carryings:
                for part in found[carrying.operand] if carrying.times else ():
                    moved = self._carried(carrying, part, block)
                    known = parts.get(moved.along)
                    parts[moved.along] = moved if known is None else _total(known, moved)
            found[node] = list(parts.values())
        return self._written_out(found[self.output], block)

    def _carried(self, carrying: Carrying, part: ImaginaryPart, block: Sequence[slice]) -> ImaginaryPart:
        if part.spare and id(carrying) not in self._last:
            part = replace(part, spare=False)
        *first, last = carrying.factors or (None,)
        for factor in first:
            assert factor is not None
            part = self._multiplied(part, factor, (), block)
        if last is not None:
            part = self._multiplied(part, last, tuple(a for a in carrying.bound if a not in part.along), block)
        elif carrying.bound:
            part = self._summed(part, carrying.bound)
        axes, along = part.axes, part.along
        if carrying.bound:
            along = tuple(None if axis in carrying.bound else axis for axis in along)
        if carrying.names:
            names = carrying.names
            along = tuple(None if axis is None else names.get(axis, axis) for axis in along)
            axes = tuple(names.get(axis, axis) for axis in axes)
        return ImaginaryPart(part.array, axes, along, part.times * carrying.times, part.spare)

    def _summed(self, part: ImaginaryPart, bound: Axes) -> ImaginaryPart:
        places = tuple(k for k, axis in enumerate(part.axes) if axis in bound)
        array = np.add.reduce(part.array, axis=places) if places else part.array
        constant = math.prod(
            axis.dimension.size(self.sizes)
            for axis in bound
            if axis not in part.along and (axis not in part.axes or part.array.shape[part.axes.index(axis)] == 1)
        )
        axes = tuple(axis for axis in part.axes if axis not in bound)
        return ImaginaryPart(array, axes, part.along, part.times * constant, part.spare or bool(places))

    def _multiplied(self, part: ImaginaryPart, factor: Tensor, bound: Axes, block: Sequence[slice]) -> ImaginaryPart:
        """The part times a factor, summed over axes as it is made."""
        axes = (*part.axes, *(axis for axis in factor.axes if axis not in part.axes and axis not in part.along))
        laid = self._cut(factor, axes, part.along, block)
        array = part.array
        missing = len(axes) - len(part.axes)
        if missing:
            array = array.reshape((*array.shape[: len(part.axes)], *[1] * missing, *array.shape[len(part.axes) :]))
        shared = [k for k, axis in enumerate(axes) if axis in bound and array.shape[k] > 1 and laid.shape[k] > 1]
        if not shared:
            kept = (
                part.spare
                and array.ndim
                and not missing
                and np.broadcast_shapes(array.shape, laid.shape) == array.shape
            )
            product = np.multiply(array, laid, out=array if kept else None, order="C")
            self.largest = max(self.largest, product.size)
            made = ImaginaryPart(product, axes, part.along, part.times, True)
            return self._summed(made, bound) if bound else made
        found = _contracted(array, laid, shared, len(axes))
        made = ImaginaryPart(found, _without(axes, shared), part.along, part.times, True)
        self.largest = max(self.largest, array.size, made.array.size)
        rest = tuple(axis for axis in bound if axis not in axes or axes.index(axis) not in shared)
        return self._summed(made, rest) if rest else made

    def _cut(self, factor: Tensor, axes: Axes, along: Along, block: Sequence[slice]) -> Any:
        """A factor along (*axes, *entries), at the positions that the block's entries move."""
        key = (id(factor), axes, along)
        laid = self._laid.get(key)
        if laid is None:
            names = tuple(axis for axis in along if axis is not None)
            array = factor.aligned((*axes, *names))
            shape = [1] * len(along)
            for k, axis in enumerate(names):
                shape[along.index(axis)] = np.shape(array)[len(axes) + k]
            order = sorted(range(len(names)), key=lambda k: along.index(names[k]))
            array = np.transpose(array, [*range(len(axes)), *(len(axes) + k for k in order)])
            laid = self._laid[key] = np.array(array.reshape((*np.shape(array)[: len(axes)], *shape)), order="C")
        cuts = [
            piece if length > 1 else slice(None) for piece, length in zip(block, laid.shape[len(axes) :], strict=True)
        ]
        return laid[(*[slice(None)] * len(axes), *cuts)]

    def _written_out(self, parts: Sequence[ImaginaryPart], block: Sequence[slice]) -> Any:
        """Parts along all of the output's axes, zero at the positions that do not move."""
        entries = tuple(probe(axis) for axis in self.entries)
        wanted = (*self.output.axes, *entries)
        lengths = [axis.dimension.size(self.sizes) for axis in self.output.axes]
        total = np.zeros((*lengths, *(piece.stop - piece.start for piece in block)))
        for part in parts:
            array = Tensor(part.array, (*part.axes, *entries)).aligned(wanted)
            for axis, entry, piece in zip(part.along, entries, block, strict=True):
                if axis is not None:
                    positions = np.arange(axis.dimension.size(self.sizes))
                    here = Tensor(positions[:, None] == positions[None, piece], (axis, entry))
                    array = array * here.aligned(wanted)
            total += array * part.times
        return total


def _total(first: ImaginaryPart, second: ImaginaryPart) -> ImaginaryPart:
    """Two parts that move in the same way as one."""
    axes = (*first.axes, *(axis for axis in second.axes if axis not in first.axes))
    one, other = _widened(first, axes), _widened(second, axes)
    if abs(first.times) != abs(second.times):
        other = other * (second.times / first.times)
    whole = np.broadcast_shapes(one.shape, other.shape)
    kept = next((a for a, part in ((one, first), (other, second)) if part.spare and a.shape == whole != ()), None)
    apart = first.times == -second.times
    array = np.subtract(one, other, out=kept) if apart else np.add(one, other, out=kept)
    return ImaginaryPart(array, axes, first.along, first.times, True)


def _widened(part: ImaginaryPart, axes: Axes) -> Any:
    """The array of a part along further axes, of length 1, and in their order."""
    if part.axes == axes:
        return part.array
    count, own = len(part.axes), part.array
    places = [part.axes.index(axis) for axis in axes if axis in part.axes]
    own = own.transpose([*places, *range(count, own.ndim)])
    return own[(*(slice(None) if axis in part.axes else None for axis in axes), ...)]


def _contracted(array: Any, factor: Any, shared: Sequence[int], count: int) -> Any:
    """The product of two arrays, the first `count` dimensions of which are axes, summed over shared ones of these."""
    dimensions = list(range(array.ndim))
    own = [k for k in range(count) if factor.shape[k] > 1 and array.shape[k] == 1]
    left = [k for k in dimensions if k not in shared]
    if not own or any(length > 1 for length in factor.shape[count:]):
        return np.einsum(array, dimensions, factor, dimensions, left)
    both = [k for k in range(count) if k not in shared and factor.shape[k] > 1 and array.shape[k] > 1]
    others = [k for k in range(count) if k not in (*shared, *both, *own)]
    entries = dimensions[count:]
    heights = [array.shape[k] for k in (*both, *others)]
    matrices = array.transpose([*both, *others, *own, *shared, *entries]).reshape(
        *heights, math.prod(array.shape[k] for k in shared), -1
    )
    rows = factor.transpose([*both, *others, *own, *shared, *entries]).reshape(
        *(factor.shape[k] for k in (*both, *others)), math.prod(factor.shape[k] for k in own), -1
    )
    found = np.matmul(rows, matrices)
    order = [*both, *others, *own, *entries]
    found = found.reshape([*heights, *(factor.shape[k] for k in own), *(array.shape[k] for k in entries)])
    return found.transpose([order.index(k) for k in left])


def _without(axes: Axes, places: Sequence[int]) -> Axes:
    return tuple(axis for k, axis in enumerate(axes) if k not in places)


def probe(axis: Axis) -> Axis:
    """The axis along which copies for the positions of a variable's axis lie."""
    return Axis(axis.dimension, f"probe {axis.key}")
