"""Every entry of a tensor moved by itself, at the price of what it moves.

An entry of W moves one unit of z by h·x. Behind W, behind z and behind every entrywise
function of z only one slice differs from what it was: a *sliced* value holds, at each
position of an axis, the slice as it is when the entry belonging to that position has
moved. A sum over that axis adds the change of one slice to the sum as it was, and from
there on there is one copy per perturbation, along a *probe* axis. Nothing here is
linearised: the rest of the forward pass is the exact one.

Complex steps, which leave the real part of everything as it is, are carried as imaginary
parts alone where that is seen to be the same (imaginary_parts.py).

Which axes are sliced follows from the graph alone. Where a sliced value meets one that
has already been copied, it is written out in full: that costs time, never truth.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from derivcheck.evidence.numeric.imaginary_parts import NUMBERS, STEP, ImaginaryParts, NotCarriedError, probe
from derivcheck.evidence.numeric.program import Program
from derivcheck.evidence.numeric.structure import dependents
from derivcheck.evidence.numeric.tensors import Sizes, Tensor, contracted, refuse_too_large, repeated, summed
from derivcheck.graph.axes import Axes, Axis
from derivcheck.graph.nodes import Determinant, Extremum, Inverse, Map, Node, Product, Quantity, Rename, Sum

BATCH = 1 << 18  # numbers in the largest intermediate of a block
WORKERS = 2

Block = Mapping[Axis, slice]


@dataclass(frozen=True, slots=True)
class Moved:
    """A value after the perturbation; `along` maps the axes that are still sliced to the variable's axes."""

    tensor: Tensor
    along: Mapping[Axis, Axis]


class Perturbation:
    """The entries of one variable moved one by one, for one output.

    `values` are a point: the inputs, and the variable itself where it is a layer.
    """

    def __init__(self, output: Node, variable: Node, values: Mapping[Node, Tensor], sizes: Sizes, seed: int) -> None:
        self.output, self.variable, self.sizes = output, variable, sizes
        self.program = Program([output], frozenset([variable]), seed)
        self.base = self.program.run_all(dict(values), sizes)
        self.order = dependents(output, variable)
        self.evaluations = 0

    @property
    def cost(self) -> int:
        """Numbers per perturbation in the largest intermediate."""
        own = set(self.variable.axes)
        return max(
            (
                math.prod(a.dimension.size(self.sizes) for a in node.axes if a not in own)
                for node in self.order
                if node not in self.program.fused
            ),
            default=1,
        )

    def outputs(self, step: Any, batched: Axes = ()) -> Any:
        """The output for every entry moved by `step`, (*variable axes without batched, *output axes).

        `step` is a number or an array along the variable's axes. Along `batched` axes all
        positions move at once: only right where no node mixes them, and the output keeps them.
        """
        axes = tuple(axis for axis in self.variable.axes if axis not in batched)
        shape = [axis.dimension.size(self.sizes) for axis in axes]
        rest = tuple(axis for axis in self.output.axes)
        lengths = [axis.dimension.size(self.sizes) for axis in rest]
        result = np.zeros([*shape, *lengths], dtype=np.result_type(step, float))
        if not self.order and self.output is not self.variable:
            result[...] = self.program.settled(self.base[self.output]).aligned(rest)
            return result

        def run(block: Block) -> None:
            moved = self._run(block, step)
            target = tuple(probe(axis) for axis in axes) + rest
            part = moved.tensor.aligned(target)
            result[tuple(block[axis] for axis in axes)] = part

        _in_threads(run, list(self._blocks(axes, shape, max(1, BATCH // self.cost))))
        self.evaluations += int(np.prod(shape))
        return result

    def slopes(self, batched: Axes = ()) -> Any:
        """The output's slopes by every entry, of a complex step: (*variable axes without batched, *output axes).

        The real part, which is the same for all of them, is computed once, where the graph allows it.
        """
        try:
            parts = ImaginaryParts(self.program, self.order, self.base, self.variable, self.sizes, batched)
        except NotCarriedError:
            return np.imag(self.outputs(1j * STEP, batched)) / STEP
        shape = [axis.dimension.size(self.sizes) for axis in parts.entries]
        result = np.zeros([*shape, *(axis.dimension.size(self.sizes) for axis in self.output.axes)])
        self.evaluations += int(np.prod(shape))
        if self.order or self.output is self.variable:

            def run(block: Block) -> None:
                cut = tuple(block[axis] for axis in parts.entries)
                found = parts.of_block(cut)
                count = len(self.output.axes)
                result[cut] = np.moveaxis(found, range(count), range(-count, 0)) if count else found

            with np.errstate(all="ignore"):
                parts.of_block([slice(0, 1)] * len(shape))  # which tells how many numbers an entry takes
            _in_threads(run, list(self._blocks(parts.entries, shape, max(1, NUMBERS // parts.largest))))
        return result

    def _blocks(self, axes: Axes, shape: list[int], room: int) -> Iterator[Block]:
        """Ranges of the probe axes, `room` entries in each, so that a block's largest intermediate stays in bounds."""
        lengths = list(shape)
        for k in range(len(lengths)):
            behind = math.prod(shape[k + 1 :])
            lengths[k] = max(1, min(shape[k], room // behind))
        starts: list[list[slice]] = [
            [slice(s, min(s + length, size)) for s in range(0, size, length)]
            for length, size in zip(lengths, shape, strict=True)
        ]

        def product(k: int, chosen: tuple[slice, ...]) -> Iterator[Block]:
            if k == len(axes):
                yield dict(zip(axes, chosen, strict=True))
                return
            for piece in starts[k]:
                yield from product(k + 1, (*chosen, piece))

        yield from product(0, ())

    # --- one block ------------------------------------------------------------------------

    def _run(self, block: Block, step: Any) -> Moved:
        variable = self.variable
        start = self.base[variable]
        along = {axis: axis for axis in block}
        array = _laid(self.cut(start, along, block), variable.axes, self.sizes, block)
        steps = np.broadcast_to(step, [a.dimension.size(self.sizes) for a in variable.axes])
        steps = steps[tuple(block.get(axis, slice(None)) for axis in variable.axes)]
        found: dict[Node, Moved] = {variable: Moved(Tensor(array + steps, variable.axes), along)}
        for node in self.order:
            if node not in self.program.fused:
                found[node] = self._value(node, found, block)
        result = found.get(self.output, Moved(self.base[self.output], {}))
        for axis in list(result.along):
            result = self._written_out(self.output, result, axis, block)
        return Moved(self.program.settled(result.tensor), {})

    def _value(self, node: Node, found: Mapping[Node, Moved], block: Block) -> Moved:
        match node:
            case Quantity():
                inner = found[node.operand]
                return Moved(repeated(inner.tensor, node.axes, self.sizes), inner.along)
            case Map():
                return self._map(node, found, block)
            case Sum():
                return self._sum(node, found, block)
            case Rename():
                inner = found[node.operand]
                mapping = dict(node.mapping)
                tensor = inner.tensor
                renamed = Tensor(tensor.array, tuple(mapping.get(a, a) for a in tensor.axes), tensor.scale)
                return Moved(renamed, {mapping.get(a, a): v for a, v in inner.along.items()})
            case Inverse() | Determinant():
                inner = found[node.operand]
                for axis in [axis for axis in inner.along if axis in (node.row, node.column)]:
                    inner = self._written_out(node.operand, inner, axis, block)
                return Moved(self.program.of_matrix(node, self.program.settled(inner.tensor), self.sizes), inner.along)
            case Extremum() | Product():
                inner = found[node.operand]
                for axis in [axis for axis in inner.along if axis in node.bound]:
                    inner = self._written_out(node.operand, inner, axis, block)
                settled = self.program.settled(inner.tensor)
                if isinstance(node, Extremum):
                    return Moved(self.program.extremum(node, settled), inner.along)
                places = tuple(settled.axes.index(axis) for axis in node.bound)
                left = tuple(a for a in settled.axes if a not in node.bound)
                return Moved(Tensor(np.prod(settled.array, axis=places), left), inner.along)
            case _:
                raise AssertionError("a leaf that depends on a variable")

    def _operands(self, node: Map, found: Mapping[Node, Moved], block: Block) -> tuple[list[Tensor], dict[Axis, Axis]]:
        """The operands of a map on common slices, (tensors, what is still sliced)."""
        moved = {operand: found[operand] for operand in node.operands if operand in found}
        for own in self.variable.axes:
            if own not in block:
                continue
            places = {a for m in moved.values() for a, v in m.along.items() if v == own}
            copied = any(probe(own) in m.tensor.axes for m in moved.values())
            # One slice for all, or one copy per perturbation for all.
            if len(places) > 1 or (places and copied):
                for operand, value in moved.items():
                    for axis in [a for a, v in value.along.items() if v == own]:
                        moved[operand] = value = self._written_out(operand, value, axis, block)
        along = {a: v for m in moved.values() for a, v in m.along.items()}
        tensors = []
        for operand in node.operands:
            if operand in moved:
                mine = moved[operand]
                missing = {a: v for a, v in along.items() if a not in mine.along}
                tensors.append(self.cut(mine.tensor, missing, block))
            else:
                tensors.append(self.cut(self.base[operand], along, block))
        return tensors, along

    def _map(self, node: Map, found: Mapping[Node, Moved], block: Block) -> Moved:
        tensors, along = self._operands(node, found, block)
        return Moved(self.program.map(node, tensors, self.sizes), along)

    def _sum(self, node: Sum, found: Mapping[Node, Moved], block: Block) -> Moved:
        inner = node.operand
        if inner in self.program.fused:
            assert isinstance(inner, Map)
            tensors, along = self._operands(inner, found, block)
            if all(tensor.scale is None for tensor in tensors):
                return self._contracted(node, inner, tensors, along, found, block)
            moved = Moved(self.program.map(inner, tensors, self.sizes), along)
        else:
            moved = found[inner]
        sliced = [axis for axis in moved.along if axis in node.bound]
        if moved.tensor.scale is not None or self._scaled(inner) or self._scaled(node):
            for axis in sliced:
                moved = self._written_out(inner, moved, axis, block)
            sliced = []
        if not sliced:
            bound = tuple(a for a in node.bound if a in moved.tensor.axes)
            return Moved(summed(moved.tensor, bound), moved.along)
        before = self.cut(self._base(inner), moved.along, block)
        change = _difference(moved.tensor, before)
        renamed = _renamed(change, {axis: probe(moved.along[axis]) for axis in sliced})
        bound = tuple(a for a in node.bound if a in renamed.axes)
        along = {a: v for a, v in moved.along.items() if a not in sliced}
        total = _total(self.cut(self.base[node], along, block), summed(renamed, bound))
        return Moved(total, along)

    def _contracted(
        self,
        node: Sum,
        inner: Map,
        tensors: list[Tensor],
        along: Mapping[Axis, Axis],
        found: Mapping[Node, Moved],
        block: Block,
    ) -> Moved:
        """A product that is summed as it is made; only what changed in its one moved factor is contracted."""
        sliced = [axis for axis in along if axis in node.bound]
        changed = [k for k, operand in enumerate(inner.operands) if operand in found]
        if not sliced:
            return Moved(contracted(tensors, node.bound), along)
        left = {a: v for a, v in along.items() if a not in sliced}
        names = {axis: probe(along[axis]) for axis in sliced}
        bound = tuple(a for a in node.bound if a not in sliced)
        now = [_renamed(tensor, names) for tensor in tensors]
        if len(changed) == 1:
            before = self.cut(self.base[inner.operands[changed[0]]], along, block)
            now[changed[0]] = _renamed(_difference(tensors[changed[0]], before), names)
            change = contracted(now, bound)
        else:
            old = [_renamed(self.cut(self.base[operand], along, block), names) for operand in inner.operands]
            change = _difference(contracted(now, bound), contracted(old, bound))
        return Moved(_total(self.cut(self.base[node], left, block), change), left)

    # --- layouts --------------------------------------------------------------------------

    def _base(self, node: Node) -> Tensor:
        """The value as it was; that of a fused product is made when it is asked for."""
        if node in self.base:
            return self.base[node]
        assert isinstance(node, Map)
        return self.program.map(node, [self.base[operand] for operand in node.operands], self.sizes)

    def _scaled(self, node: Node) -> bool:
        return node in self.base and self.base[node].scale is not None

    def cut(self, tensor: Tensor, along: Mapping[Axis, Axis], block: Block) -> Tensor:
        """The tensor at the block's positions of the sliced axes."""
        if not any(axis in along for axis in tensor.axes):
            return tensor
        shape = np.shape(tensor.array)
        index = tuple(
            block[along[axis]] if axis in along and length > 1 else slice(None)
            for axis, length in zip(tensor.axes, shape, strict=True)
        )
        scale = tensor.scale
        if scale is not None:
            scale = np.broadcast_to(scale, shape)[index]
        return Tensor(np.asarray(tensor.array)[index], tensor.axes, scale)

    def _written_out(self, node: Node, moved: Moved, axis: Axis, block: Block) -> Moved:
        """A sliced value in full: at every position of `axis`, for every perturbation."""
        own = moved.along[axis]
        rest = {a: v for a, v in moved.along.items() if a != axis}
        piece = block[own]
        count = own.dimension.size(self.sizes)
        here = np.arange(count)[:, None] == np.arange(count)[None, piece]
        before = self.cut(self._base(node), rest, block)
        slices = _renamed(moved.tensor, {axis: probe(own)})
        axes = tuple(dict.fromkeys((axis, probe(own), *before.axes, *slices.axes)))
        refuse_too_large([before, slices, Tensor(here, (axis, probe(own)))])
        mask = here.reshape((*here.shape, *[1] * (len(axes) - 2)))
        array = np.where(mask, slices.aligned(axes), before.aligned(axes))
        scale = None
        if slices.scale is not None or before.scale is not None:
            first, second = slices.aligned_scale(axes), before.aligned_scale(axes)
            scale = np.where(mask, 0.0 if first is None else first, 0.0 if second is None else second)
            scale = np.broadcast_to(scale, np.shape(array))
        return Moved(Tensor(array, axes, scale), rest)


def _in_threads(run: Callable[[Block], None], blocks: Sequence[Block]) -> None:
    """Run every block, several at a time."""
    if len(blocks) < 2:
        with np.errstate(all="ignore"):
            for block in blocks:
                run(block)
        return
    # A run without threads does not wait for them.
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(WORKERS, initializer=lambda: np.seterr(all="ignore")) as pool:
        list(pool.map(run, blocks))


def _renamed(tensor: Tensor, names: Mapping[Axis, Axis]) -> Tensor:
    return Tensor(tensor.array, tuple(names.get(a, a) for a in tensor.axes), tensor.scale)


def _difference(first: Tensor, second: Tensor) -> Tensor:
    axes = tuple(dict.fromkeys((*first.axes, *second.axes)))
    return Tensor(first.aligned(axes) - second.aligned(axes), axes)


def _total(first: Tensor, second: Tensor) -> Tensor:
    axes = tuple(dict.fromkeys((*first.axes, *second.axes)))
    return Tensor(first.aligned(axes) + second.aligned(axes), axes)


def _laid(tensor: Tensor, axes: Axes, sizes: Sizes, block: Block) -> Any:
    """The array along exactly these axes, those of the block cut."""
    shape = []
    for axis in axes:
        size = axis.dimension.size(sizes)
        shape.append(len(range(*block[axis].indices(size))) if axis in block else size)
    return np.broadcast_to(tensor.aligned(axes), shape)
