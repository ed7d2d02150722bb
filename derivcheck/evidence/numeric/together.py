"""Every entry of several small inputs measured at one point, by one run of the forward pass for all of them.

Along the probe axis lies one copy for each entry of each input, in which that entry alone is moved: what
costs time is a step of the forward pass, however many copies it is taken for. What no input of a block
moves is computed once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Any

import numpy as np

from derivcheck.evidence.numeric.perturbation import BATCH
from derivcheck.evidence.numeric.point_values import PointValues
from derivcheck.evidence.numeric.program import Program
from derivcheck.evidence.numeric.rounding import BITS, Rounding
from derivcheck.evidence.numeric.structure import dependents_of
from derivcheck.evidence.numeric.survey import DIRECTIONS, PROBE, SAFETY, SMALL, STEP, Survey, laid_out
from derivcheck.evidence.numeric.tensors import Sizes, Tensor
from derivcheck.graph.nodes import Input, Node


def is_small(variable: Node, sizes: Sizes) -> bool:
    """Whether all copies of an input fit into one run."""
    return isinstance(variable, Input) and prod(axis.dimension.size(sizes) for axis in variable.axes) <= SMALL


class JointSurveyor:
    """Measures ∂output/∂variable of small inputs at one point; `output` is a scalar, evaluated at complex points."""

    def __init__(self, output: Node, values: Mapping[Node, Tensor], sizes: Sizes, seed: int) -> None:
        self.output, self.values, self.sizes, self.seed = output, values, sizes, seed
        self._program = Program([output], seed=seed)
        self._still = PointValues(output, values, sizes, seed)

    def surveys(self, variables: Sequence[Node]) -> dict[Node, Survey]:
        """The slopes by every variable, with the error of the scheme."""
        found: dict[Node, Survey] = {}
        for block in self._blocks(variables):
            found |= self._surveyed(block)
        return found

    def _blocks(self, variables: Sequence[Node]) -> Iterator[list[Node]]:
        """Variables whose copies are made at once: those that come first in the forward pass stand together."""
        first: dict[Node, int] = {}
        for node in self._program.order:
            for operand in self._program.needs(node):
                first.setdefault(operand, node.serial)
        cost = max((prod(a.dimension.size(self.sizes) for a in n.axes) for n in self._program.order), default=1)
        block: list[Node] = []
        copies = 0
        for variable in sorted(variables, key=lambda node: first.get(node, node.serial)):
            count = self._size(variable) + DIRECTIONS
            if block and (copies + count) * cost > BATCH:
                yield block
                block, copies = [], 0
            block, copies = [*block, variable], copies + count
        yield block

    def _size(self, variable: Node) -> int:
        return prod(axis.dimension.size(self.sizes) for axis in variable.axes)

    def _base(self, variable: Node) -> Any:
        return laid_out(self.values[variable], variable.axes, self.sizes)

    def _surveyed(self, block: Sequence[Node]) -> dict[Node, Survey]:
        moving = dependents_of(self.output, block)
        program = Program(
            [self.output], frozenset(n for n in self._program.order if n not in moving) | frozenset(block), self.seed
        )
        singles, directions = {}, {}
        for variable in block:
            shape = self._base(variable).shape
            singles[variable] = np.eye(self._size(variable)).reshape(-1, *shape)
            directions[variable] = np.random.default_rng([self.seed, 3]).normal(size=(DIRECTIONS, *shape))
        both = {node: np.concatenate([singles[node], directions[node]]) for node in block}
        plain = self._slopes(program, both, 1.0, 0)
        rounded = [self._slopes(program, directions, 2.0, bits) for bits in BITS]
        found = {}
        for variable in block:
            slopes, exact = np.split(plain[variable], [self._size(variable)])
            gaps = np.abs([one[variable] / 2.0 - exact for one in rounded])
            noise = float(np.max(gaps, initial=0.0, where=np.isfinite(gaps)))
            shape = self._base(variable).shape
            found[variable] = Survey(slopes.reshape(shape), SAFETY * noise, "complex step", self._size(variable))
        return found

    def _slopes(self, program: Program, directions: Mapping[Node, Any], length: float, bits: int) -> dict[Node, Any]:
        """The slopes along the directions of each variable, with a step so many times as long; `bits` are dropped."""
        counts = [len(array) for array in directions.values()]
        starts = np.cumsum([0, *counts])
        still = self._still.rounded(bits)
        given = {node: still[node] for node in program.order if node in program.leaves}
        rounding = Rounding(bits) if bits else None
        for (variable, array), start in zip(directions.items(), starts, strict=False):
            moved = np.empty((starts[-1], *array.shape[1:]), dtype=complex)
            moved.real[...] = self._base(variable)
            moved.imag[...] = 0.0
            moved.imag[start : start + len(array)] = array * (length * STEP)
            tensor = Tensor(moved, (PROBE, *variable.axes))
            given[variable] = rounding(tensor) if rounding is not None else tensor
        found = program.run(given, self.sizes, rounding)[0]
        slopes = np.imag(np.broadcast_to(found.aligned((PROBE,)), (starts[-1],))) / STEP
        return dict(zip(directions, np.split(slopes, starts[1:-1]), strict=True))
