"""The nodes of a graph evaluated in the prime field, at given sizes."""

from __future__ import annotations

import itertools
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, assert_never

import numpy as np

from derivcheck.evidence.residues import (
    FieldArithmetic,
    Missing,
    P,
    Q,
    Redraw,
    Residues,
    hashed,
    in_exponentials,
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


@dataclass(frozen=True, slots=True)
class Known:
    """A node's residues along its axes, and the branch conditions that it depends on; or that it has none."""

    residues: Residues
    axes: Axes
    conditions: frozenset[int] = frozenset()
    is_defined: bool = True

    @property
    def pair(self) -> tuple[Residues, Axes]:
        return self.residues, self.axes

    def along(self, axes: Axes) -> Residues:
        return self.residues.each(_aligner(self.axes, axes))


UNDEFINED = Known(Residues(None, None), (), is_defined=False)


class FieldProgram:
    """Evaluates nodes in the field at given sizes."""

    def __init__(self, roots: Sequence[Node], sizes: Mapping[str, int], cut: Container[Node]) -> None:
        self.order = topological(roots, cut)
        self.sizes = sizes

    def run(self, values: dict[Node, Known], arithmetic: FieldArithmetic) -> None:
        """Adds the value of every node. Raises Redraw and Missing; what was found before stays.

        Of a node that has no value it is remembered, and of all that are made of it: nobody looks below them again.
        """
        for place, node in enumerate(self.order):
            if node not in values:
                arithmetic.conditions = set()
                try:
                    residues, axes = self._value(node, values, arithmetic)
                except Redraw:
                    self._give_up(place, values)
                    raise
                decided = frozenset(arithmetic.conditions).union(*(values[o].conditions for o in operands(node)))
                values[node] = Known(residues, axes, decided)
            elif not values[node].is_defined:
                self._give_up(place, values)
                raise Redraw

    def _give_up(self, place: int, values: dict[Node, Known]) -> None:
        """Remember that the node at a place of the order has no value, and what is made of it neither."""
        lost = {self.order[place]}
        for node in self.order[place + 1 :]:
            if node not in values and not lost.isdisjoint(operands(node)):
                lost.add(node)
        values.update(dict.fromkeys(lost, UNDEFINED))

    def _value(self, node: Node, values: Mapping[Node, Known], arithmetic: FieldArithmetic) -> tuple[Residues, Axes]:
        match node:
            case Input():
                raise AssertionError("an input without a value")
            case Quantity():
                shape = tuple(a.dimension.size(self.sizes) for a in node.axes)
                return values[node.operand].along(node.axes).each(lambda x: np.broadcast_to(x, shape)), node.axes
            case Map():
                axes: Axes = tuple(sorted({a for o in node.operands for a in values[o].axes}))
                given = [values[o].along(axes) for o in node.operands]
                run = evaluator(in_exponentials(lower(node.expression)))
                result: Residues = run(arithmetic, given, self.sizes)
                shape = tuple(a.dimension.size(self.sizes) for a in axes)
                spread: Residues = result.each(lambda x: np.broadcast_to(np.asarray(x, dtype=object), shape))
                return spread, axes
            case Sum():
                value, own = values[node.operand].pair
                places = tuple(own.index(axis) for axis in node.bound)
                p, q = (np.sum(x, axis=places) % m for x, m in ((value.p, P), (value.q, Q)))
                left = tuple(a for a in own if a not in node.bound)
                return (arithmetic.positive(p, q) if value.log_p is not None else Residues(p, q)), left
            case Rename():
                value, own = values[node.operand].pair
                mapping = dict(node.mapping)
                return value, tuple(mapping.get(a, a) for a in own)
            case Held():
                return values[node.operand].pair
            case Indicator():
                return self._indicator(node)
            case Extremum():
                value, own = values[node.operand].pair
                return self._extremum(node, value, own, arithmetic)
            case Product():
                value, own = values[node.operand].pair
                left = tuple(a for a in own if a not in node.bound)
                moved = value.each(_aligner(own, left + node.bound))
                flat = moved.each(lambda x: x.reshape((*x.shape[: len(left)], -1)))
                p, q = (_product(x, m) for x, m in ((flat.p, P), (flat.q, Q)))
                return Residues(p, q), left
            case Inverse() | Determinant():
                value, own = values[node.operand].pair
                return self._of_matrix(node, value, own)
            case _:
                assert_never(node)

    def _indicator(self, node: Indicator) -> tuple[Residues, Axes]:
        for term, other in zip(node.terms, reversed(node.terms), strict=True):
            if isinstance(term, int) and isinstance(other, Axis):
                length = other.dimension.size(self.sizes)
                if term > length:
                    raise Missing(f"there is no entry {term} at size {length}")
        shape = [axis.dimension.size(self.sizes) for axis in node.axes]
        array = np.zeros(shape, dtype=object)
        for place in itertools.product(*(range(1, n + 1) for n in shape)):
            values = [value_at(term, dict(zip(node.axes, place, strict=True)), self.sizes) for term in node.terms]
            array[tuple(k - 1 for k in place)] = int(holds(node.relation, values))
        return Residues(array, array), node.axes

    def _of_matrix(self, node: Inverse | Determinant, value: Residues, own: Axes) -> tuple[Residues, Axes]:
        """By elimination in both worlds."""
        left = tuple(a for a in own if a not in (node.row, node.column))
        axes = (*left, node.row, node.column)
        shape = [axis.dimension.size(self.sizes) for axis in axes]
        spread = value.each(_aligner(own, axes)).each(lambda x: np.broadcast_to(x, shape))
        results = []
        for array, modulus in ((spread.p, P), (spread.q, Q)):
            solved = [_eliminated(array[place], modulus) for place in np.ndindex(*shape[:-2])]
            if isinstance(node, Determinant):
                results.append(np.array([found for found, _ in solved], dtype=object).reshape(shape[:-2]))
            else:
                if any(found == 0 for found, _ in solved):
                    raise Redraw
                results.append(np.array([matrix for _, matrix in solved], dtype=object).reshape(shape))
        return Residues(*results), left if isinstance(node, Determinant) else axes

    def _extremum(
        self, node: Extremum, value: Residues, own: Axes, arithmetic: FieldArithmetic
    ) -> tuple[Residues, Axes]:
        """The maximum is not visible in a field: a free value of the entries, whatever their order."""
        left = tuple(a for a in own if a not in node.bound)
        flat = value.each(_aligner(own, left + node.bound)).each(lambda x: x.reshape((*x.shape[: len(left)], -1)))
        parts = []
        for world, array in ((0, flat.p), (1, flat.q)):
            ordered = np.sort(np.asarray(array, dtype=object), axis=-1)
            arguments = [ordered[..., k] for k in range(ordered.shape[-1])]
            parts.append(hashed(arithmetic.seed, node.kind, world, arguments))
        return Residues(parts[0], parts[1]), left


def _eliminated(matrix: Any, modulus: int) -> tuple[int, Any]:
    """(determinant, inverse) of a square matrix of residues; the inverse means nothing where the determinant is 0."""
    size = len(matrix)
    rows = [[int(x) % modulus for x in row] + [int(i == j) for j in range(size)] for i, row in enumerate(matrix)]
    determinant = 1
    for k in range(size):
        pivot = next((i for i in range(k, size) if rows[i][k]), None)
        if pivot is None:
            return 0, None
        if pivot != k:
            rows[k], rows[pivot] = rows[pivot], rows[k]
            determinant = -determinant
        determinant = determinant * rows[k][k] % modulus
        inverted = pow(rows[k][k], -1, modulus)
        rows[k] = [x * inverted % modulus for x in rows[k]]
        for i in range(size):
            if i != k and rows[i][k]:
                factor = rows[i][k]
                rows[i] = [(x - factor * y) % modulus for x, y in zip(rows[i], rows[k], strict=True)]
    return determinant % modulus, [row[size:] for row in rows]


def _product(array: Any, modulus: int) -> Any:
    result = np.ones(array.shape[:-1], dtype=object)
    for k in range(array.shape[-1]):
        result = result * array[..., k] % modulus
    return result


def _aligner(own: Axes, axes: Axes) -> Any:
    order = [own.index(axis) for axis in axes if axis in own]
    index = tuple(slice(None) if axis in own else None for axis in axes)
    return lambda array: np.asarray(array, dtype=object).transpose(order)[index]
