"""A graph as a list of array operations over named axes.

An input may carry extra axes (a *probe* axis): they simply propagate, which is how
many perturbed copies are evaluated at once.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from functools import cache, cached_property
from typing import Any, assert_never

import mpmath
import numpy as np
import sympy

from derivcheck.diagnostics.diagnostic import Diagnostic, NumericError
from derivcheck.evidence.numeric.arithmetic import ManyDigits, ScaledFloats, exponential
from derivcheck.evidence.numeric.exact_sums import contracted_exactly
from derivcheck.evidence.numeric.opaque_functions import witnessed
from derivcheck.evidence.numeric.tensors import (
    Sizes,
    Tensor,
    contracted,
    in_range,
    refuse_too_large,
    repeated,
    spread_out,
    summed,
    unscaled,
)
from derivcheck.graph.axes import Axes, Axis
from derivcheck.graph.evaluation import evaluator, holds, value_at
from derivcheck.graph.nodes import (
    Determinant,
    Extremum,
    Held,
    Indicator,
    Input,
    Inverse,
    Map,
    Node,
    Product,
    Quantity,
    Rename,
    Sum,
    operands,
    topological,
)
from derivcheck.graph.scalars import lower

# What is done to the value of every node before the next one is computed from it.
Rounded = Callable[[Tensor], Tensor]
STILL: Mapping[Node, Rounded] = {}


@cache
def is_product(expression: Any) -> bool:
    """Whether a map multiplies its operands, each once."""
    return isinstance(expression, sympy.Mul) and all(
        isinstance(part, sympy.Symbol) and part.name.startswith("_") for part in expression.args
    )


class Program:
    """The nodes below `outputs`, ready to be run; nodes in `leaves` are given like inputs."""

    def __init__(
        self, outputs: Sequence[Node], leaves: Container[Node] = frozenset(), seed: int = 0, digits: int = 0
    ) -> None:
        self.outputs = tuple(outputs)
        self.leaves = leaves
        self.seed = seed
        self._arithmetic: Any = ManyDigits() if digits else ScaledFloats()
        self._precise = digits > 0
        self.order = topological(outputs, leaves)
        self._dimensions = {
            axis.dimension for node in self.order for axis in node.axes if len(axis.dimension.terms) > 1
        }
        users: dict[Node, int] = {}
        for node in self.order:
            if node not in leaves:
                for operand in operands(node):
                    users[operand] = users.get(operand, 0) + 1
        kept = set(outputs)
        # A product is contracted with the sum over it; one that only the sum uses is never laid out.
        self.contracted = {
            node: node.operand
            for node in self.order
            if isinstance(node, Sum)
            and node not in leaves
            and isinstance(node.operand, Map)
            and node.operand not in leaves
            and is_product(node.operand.expression)
        }
        self.fused = frozenset(node for node in self.contracted.values() if node not in kept and users[node] == 1)

    def needs(self, node: Node) -> tuple[Node, ...]:
        """The nodes whose values are looked at when a node is evaluated."""
        if node in self.leaves or node in self.fused:
            return ()
        return (*operands(node), *self.contracted[node].operands) if node in self.contracted else operands(node)

    @cached_property
    def _done_after(self) -> Mapping[Node, list[Node]]:
        """Behind which node the values of others are looked at no more."""
        last: dict[Node, Node] = {}
        for node in self.order:
            last.update(dict.fromkeys(self.needs(node), node))
        found: dict[Node, list[Node]] = {}
        for node in set(last).difference(self.outputs):
            found.setdefault(last[node], []).append(node)
        return found

    def run(
        self,
        given: Mapping[Node, Tensor],
        sizes: Sizes,
        rounding: Rounded | None = None,
        moves: Mapping[Node, Rounded] = STILL,
    ) -> list[Tensor]:
        """The outputs for the given inputs, some nodes moved where they are met. Overflow and NaN are left in."""
        values = self._evaluated(given, sizes, rounding, moves, self._done_after)
        return [self.settled(values[node]) for node in self.outputs]

    def run_all(
        self, given: Mapping[Node, Tensor], sizes: Sizes, rounding: Rounded | None = None
    ) -> dict[Node, Tensor]:
        """The value of every node, some of them scaled; with `rounding`, every step rounded by it.

        Raises NumericError (DC504) for an empty dimension.
        """
        return self._evaluated(given, sizes, rounding, STILL, {})

    def _evaluated(
        self,
        given: Mapping[Node, Tensor],
        sizes: Sizes,
        rounding: Rounded | None,
        moves: Mapping[Node, Rounded],
        done: Mapping[Node, list[Node]],
    ) -> dict[Node, Tensor]:
        """The values of the nodes, without those that are `done` behind another one."""
        for dimension in self._dimensions:
            if dimension.size(sizes) < 1:
                raise NumericError(Diagnostic("DC504", f"the dimension `{dimension}` has no entries at these sizes"))
        values = dict(given)
        with np.errstate(all="ignore"):
            for node in self.order:
                if node not in values and node not in self.fused:
                    value = self.value(node, values, sizes)
                    value = moves[node](self.settled(value)) if node in moves else value
                    values[node] = value if rounding is None else rounding(value)
                    for other in done.get(node, ()):
                        values.pop(other, None)
        return values

    def settled(self, value: Tensor) -> Tensor:
        """The value with its exponent worked in."""
        if value.scale is None:
            return value
        with np.errstate(all="ignore"):
            return Tensor(value.array * exponential(value.scale), value.axes)

    def value(self, node: Node, values: dict[Node, Tensor], sizes: Sizes) -> Tensor:
        match node:
            case Input():
                raise NumericError(Diagnostic("DC502", f"no value is given for `{node.name}`"))
            case Quantity():
                return repeated(values[node.operand], node.axes, sizes)
            case Map():
                return self.map(node, [values[operand] for operand in node.operands], sizes)
            case Sum():
                return self._sum(node, values, sizes)
            case Rename():
                value = values[node.operand]
                mapping = dict(node.mapping)
                return Tensor(value.array, tuple(mapping.get(a, a) for a in value.axes), value.scale)
            case Held():
                return values[node.operand]
            case Indicator():
                return self._indicator(node, sizes)
            case Extremum():
                return self.extremum(node, self.settled(values[node.operand]))
            case Product():
                value = self.settled(values[node.operand])
                places = tuple(value.axes.index(axis) for axis in node.bound)
                return Tensor(np.prod(value.array, axis=places), tuple(a for a in value.axes if a not in node.bound))
            case Inverse() | Determinant():
                return self.of_matrix(node, self.settled(values[node.operand]), sizes)
            case _:
                assert_never(node)

    def map(self, node: Map, operands: Sequence[Tensor], sizes: Sizes) -> Tensor:
        """The scalar expression of a map applied to operands, along all of their axes."""
        axes: Axes = tuple(sorted({axis for operand in operands for axis in operand.axes}))
        refuse_too_large(operands)
        run = evaluator(witnessed(lower(node.expression), self.seed))
        if self._precise:
            result = run(self._arithmetic, [operand.aligned(axes) for operand in operands], sizes)
            return Tensor(spread_out(result, axes, operands), axes)
        arguments = [(operand.aligned(axes), operand.aligned_scale(axes)) for operand in operands]
        mantissa, scale = run(self._arithmetic, arguments, sizes)
        mantissa = spread_out(mantissa, axes, operands)
        return Tensor(mantissa, axes, None if scale is None else np.broadcast_to(scale, np.shape(mantissa)))

    def _sum(self, node: Sum, values: dict[Node, Tensor], sizes: Sizes) -> Tensor:
        product = self.contracted.get(node)
        if product is None:
            return summed(values[node.operand], node.bound)
        given = [values[operand] for operand in product.operands]
        if self._precise and (found := contracted_exactly(given, node.bound)) is not None:
            return found
        operands = [unscaled(value) for value in given]
        if any(operand.scale is not None for operand in operands):
            given = operands
        elif not self._precise and (all(value.scale is None for value in given) or in_range(operands)):
            return contracted(operands, node.bound)
        return summed(self.map(product, given, sizes), node.bound)

    def _indicator(self, node: Indicator, sizes: Sizes) -> Tensor:
        """0/1 arrays."""
        axes = node.axes
        place = {}
        for position, axis in enumerate(axes):
            shape = [1] * len(axes)
            shape[position] = -1
            place[axis] = np.arange(1, axis.dimension.size(sizes) + 1).reshape(shape)
        decided = holds(node.relation, [value_at(term, place, sizes) for term in node.terms])
        for term, other in zip(node.terms, node.terms[::-1], strict=True):
            if isinstance(term, int) and isinstance(other, Axis) and term > other.dimension.size(sizes):
                raise NumericError(
                    Diagnostic("DC503", f"there is no entry {term} along `{other.dimension}` at its size")
                )
        shape = [axis.dimension.size(sizes) for axis in axes]
        numbers = np.broadcast_to(decided, shape).astype(float)
        if self._precise:
            return Tensor(np.vectorize(mpmath.mpf, otypes=[object])(numbers), axes)
        return Tensor(numbers, axes)

    def of_matrix(self, node: Inverse | Determinant, value: Tensor, sizes: Sizes) -> Tensor:
        """The inverse or determinant along two axes; of a singular matrix there is no inverse, and it is NaN."""
        left = tuple(axis for axis in value.axes if axis not in (node.row, node.column))
        size = node.row.dimension.size(sizes)
        array = np.asarray(value.aligned((*left, node.row, node.column)))
        array = np.broadcast_to(array, (*array.shape[:-2], size, size))
        if self._precise:
            matrices = [mpmath.matrix(array[place].tolist()) for place in np.ndindex(*array.shape[:-2])]
            if isinstance(node, Determinant):
                found = np.array([_determinant(m) for m in matrices], dtype=object)
                return Tensor(found.reshape(array.shape[:-2]), left)
            inverted = [_inverse(m).tolist() for m in matrices]
            return Tensor(np.array(inverted, dtype=object).reshape(array.shape), (*left, node.row, node.column))
        if isinstance(node, Determinant):
            return Tensor(np.linalg.det(array), left)
        try:
            return Tensor(np.linalg.inv(array), (*left, node.row, node.column))
        except np.linalg.LinAlgError:
            return Tensor(np.full_like(array, np.nan), (*left, node.row, node.column))

    def extremum(self, node: Extremum, value: Tensor) -> Tensor:
        """The entry with the largest or smallest real part."""
        kept = tuple(axis for axis in value.axes if axis not in node.bound)
        array = np.asarray(value.aligned(kept + node.bound))
        array = array.reshape((*array.shape[: len(kept)], -1))
        keys = array if self._precise else np.real(array)
        places = np.argmax(keys, axis=-1) if node.kind == "max" else np.argmin(keys, axis=-1)
        return Tensor(np.take_along_axis(array, places[..., None], axis=-1)[..., 0], kept)


def _determinant(matrix: Any) -> Any:
    try:
        return mpmath.det(matrix)
    except TypeError:
        return mpmath.mpf(0)  # mpmath looks for a pivot in a column of zeros, and takes none for a row


def _inverse(matrix: Any) -> Any:
    try:
        return matrix**-1
    except TypeError:
        raise ZeroDivisionError from None
