"""By which one number two sides of an equation differ, in floats at one point: a search for mistakes asks it often."""

from __future__ import annotations

import numpy as np

from derivcheck.evidence.canonical.form import Facts
from derivcheck.evidence.numeric.noise import spread_of
from derivcheck.evidence.numeric.sides import copies
from derivcheck.evidence.numeric.survey import PROBE
from derivcheck.evidence.numeric.tensors import Sizes, Tensor
from derivcheck.evidence.points import Points
from derivcheck.graph.axes import Axes
from derivcheck.graph.nodes import Node

NOISES = 16  # times the measured noise, beyond which values differ


def ratio(
    left: Node, right: Node, axes: Axes, sizes: Sizes, facts: Facts, seed: int, points: Points[Tensor]
) -> float | None:
    """The number that makes every entry of the left side of the right one's: 1 where they agree.

    None where there is no such number, or it is zero or infinite. Raises NumericError where no finite point is found.
    """
    _, _, (one, other) = copies([left, right], sizes, facts, seed, points, 1.0)
    shape = [3, *(axis.dimension.size(sizes) for axis in axes)]
    sides = [np.broadcast_to(tensor.aligned((PROBE, *axes)), shape) for tensor in (one, other)]
    bar = NOISES * spread_of([side[1:] for side in sides], [side[0] for side in sides])
    first, second = (np.ravel(side[0]) for side in sides)
    if np.iscomplexobj(first) or np.iscomplexobj(second):
        return None
    if not first.size or float(np.max(np.abs(first - second))) <= bar:
        return 1.0
    place = int(np.argmax(np.abs(second)))
    if not second[place] or not first[place]:
        return None
    with np.errstate(over="ignore"):
        found = float(first[place] / second[place])
    if not np.isfinite(found):
        return None
    error = float(np.max(np.abs(first - found * second)))
    return found if error <= bar * max(1.0, abs(found)) and abs(first[place]) > bar else None
