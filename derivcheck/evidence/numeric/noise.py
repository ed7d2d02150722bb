"""How far values move when every input moves by a few units in the last place, and every step keeps fewer bits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from derivcheck.evidence.numeric.differences import EPSILON
from derivcheck.evidence.numeric.program import Program
from derivcheck.evidence.numeric.rounding import Rounding
from derivcheck.evidence.numeric.survey import PROBE
from derivcheck.evidence.numeric.tensors import Sizes, Tensor
from derivcheck.graph.axes import Axes
from derivcheck.graph.nodes import Node

NOISES = 32  # how far beyond what a few units in the last place move rounding errors may reach


def noise_of(
    program: Program, values: Mapping[Node, Tensor], axes: Sequence[Axes], sizes: Sizes, outputs: Sequence[Any]
) -> float:
    """How far outputs move when inputs move by a few units in the last place, and every step keeps fewer bits."""
    moved = [
        np.broadcast_to(value.aligned((PROBE, *place)), [2, *(axis.dimension.size(sizes) for axis in place)])
        for value, place in zip(jittered(program, values, sizes), axes, strict=True)
    ]
    return spread_of(moved, outputs)


def spread_of(moved: Sequence[Any], outputs: Sequence[Any]) -> float:
    """The noise, from the outputs at points a few units in the last place away."""
    worst = 0.0
    for values, reference in zip(moved, outputs, strict=True):
        difference = np.abs(values - reference)
        largest = float(np.max(difference)) if difference.size else 0.0
        worst = max(worst, largest if np.isfinite(largest) else 0.0)
    scale = max(float(np.max(np.abs(o))) if np.size(o) else 0.0 for o in outputs)
    return NOISES * worst + 256 * EPSILON * (scale if np.isfinite(scale) else 0.0)


def moved_copies(program: Program, values: Mapping[Node, Tensor], axes: Axes, sizes: Sizes) -> Any:
    """The first output at two points a few units in the last place away, every step with fewer bits, (2, *axes)."""
    found = jittered(program, values, sizes)[0]
    return np.broadcast_to(found.aligned((PROBE, *axes)), [2, *(axis.dimension.size(sizes) for axis in axes)])


def jittered(
    program: Program,
    values: Mapping[Node, Tensor],
    sizes: Sizes,
    still: Mapping[Node, Tensor] | None = None,
) -> list[Tensor]:
    """The outputs in fewer bits at two points where `values` are moved by a few units in the last place.

    `still` are not moved.
    """
    generator = np.random.default_rng(5)
    moved = {}
    for node, value in values.items():
        # Two perturbed copies at once, along the probe axis.
        array = np.asarray(value.array)
        signs = generator.choice([-1.0, 1.0], size=(2, *array.shape))
        moved[node] = Tensor(array * (1 + 4 * EPSILON * signs), (PROBE, *value.axes))
    rounding = Rounding()
    return program.run({node: rounding(value) for node, value in {**(still or {}), **moved}.items()}, sizes, rounding)
