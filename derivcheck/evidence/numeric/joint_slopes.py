"""Derivatives of one scalar by many quantities against its forward pass, all of them by one run of it.

What one variable alone needs a run for (slopes.py), many need one run for: along the axis of directions every
variable has a few of its own, along which nothing but this variable moves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from derivcheck.diagnostics.verdicts import NumericEvidence
from derivcheck.evidence.canonical.form import Facts
from derivcheck.evidence.numeric.branches import is_branched
from derivcheck.evidence.numeric.program import Program, Rounded
from derivcheck.evidence.numeric.rounding import Rounding
from derivcheck.evidence.numeric.sampling import STYLES
from derivcheck.evidence.numeric.sides import copies
from derivcheck.evidence.numeric.slopes import (
    DIRECTION,
    DIRECTIONS,
    compared,
    drawn_directions,
    expected_along,
    steps_of_copies,
)
from derivcheck.evidence.numeric.structure import dependents_of
from derivcheck.evidence.numeric.survey import PROBE, is_analytic
from derivcheck.evidence.numeric.tensors import Sizes, Tensor
from derivcheck.evidence.points import Points
from derivcheck.graph.axes import Axes
from derivcheck.graph.derive import Derived
from derivcheck.graph.nodes import Node

COPIES = 3
ENTRIES = 1 << 20  # of one array with all of its copies


def agreeing_slopes(
    derived: Sequence[Derived], sizes: Sizes, facts: Facts, seed: int, points: Points[Tensor]
) -> list[tuple[Derived, NumericEvidence]]:
    """Those derivatives of one scalar by different variables that agree with its slopes at the first point.

    Of the others nothing is said: they are to be measured by themselves. Raises NumericError.
    """
    numerator = derived[0].numerator
    if is_branched([numerator]) or not is_analytic(numerator):
        return []
    wanted = [*(one.node for one in derived), *(one.variable for one in derived), numerator]
    style, known, (*found, value) = copies(wanted, sizes, facts, seed, points, 1.0)
    rows = COPIES * DIRECTIONS * len(derived)
    if style != STYLES[0] or rows * max(np.size(tensor.array) for tensor in known.values()) > ENTRIES:
        return []
    slopes, at = found[: len(derived)], found[len(derived) :]
    directions = {}
    for one, tensor in zip(derived, at, strict=True):
        shape = [COPIES, *(axis.dimension.size(sizes) for axis in one.variable.axes)]
        base = np.broadcast_to(np.real(tensor.aligned((PROBE, *one.variable.axes))), shape)
        unit = float(np.sqrt(np.mean(base[0] ** 2))) or 1.0
        directions[one.variable] = drawn_directions(base, unit, seed)
    measured = _measured(numerator, directions, known, sizes, seed)
    agreeing = []
    for one, slope in zip(derived, slopes, strict=True):
        expected = expected_along(one, slope, directions[one.variable], sizes)
        evidence, _, _ = compared(one, expected, (measured[one.variable], 0.0), value, "complex step", sizes)
        if evidence.verdict == "agrees":
            agreeing.append((one, evidence))
    return agreeing


def _measured(
    numerator: Node, directions: Mapping[Node, Any], known: Mapping[Node, Tensor], sizes: Sizes, seed: int
) -> dict[Node, Any]:
    """The slopes along the directions of every variable, (direction, copy)."""
    variables = list(directions)
    moving = {*dependents_of(numerator, variables, through=True), *variables}
    program = Program([numerator], frozenset(node for node in known if node not in moving), seed)
    count = DIRECTIONS * len(variables)
    steps = steps_of_copies(COPIES)
    moves: dict[Node, Rounded] = {}
    given = {node: known[node] for node in program.order if node in program.leaves}
    for position, (variable, along) in enumerate(directions.items()):
        step = 1j * steps.reshape(1, -1, *(1 for _ in variable.axes)) * along[:, None]
        moves[variable] = _MovedAlong(
            step, slice(DIRECTIONS * position, DIRECTIONS * (position + 1)), count, variable.axes
        )
    rounding = Rounding(copies=PROBE)
    for variable in variables:
        if not program.needs(variable) and variable in program.order:
            given[variable] = rounding(moves[variable](known[variable]))
    value = program.run(given, sizes, rounding, moves)[0]
    found = np.imag(np.broadcast_to(value.aligned((DIRECTION, PROBE)), (count, COPIES))) / steps
    return dict(zip(variables, np.split(found, len(variables)), strict=True))


class _MovedAlong:
    """Moves a value along a few of the directions by a step."""

    def __init__(self, step: Any, own: slice, count: int, axes: Axes) -> None:
        self._step, self._own, self._count, self._axes = step, own, count, axes

    def __call__(self, value: Tensor) -> Tensor:
        axes = (DIRECTION, PROBE, *self._axes)
        shape = (self._count, *self._step.shape[1:])
        array = np.array(np.broadcast_to(value.aligned(axes), shape), dtype=complex)
        array[self._own] += self._step
        return Tensor(array, axes)
