"""The noise of an evaluation, seen by making more of it.

Rounding errors are of the size of what cancels, not of what is left: of 1 - 1 + 1e-17 the last
place says nothing. An evaluation every step of which moves its result by a few units in the
last place shows how much of a value is noise, whatever cancels where.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from derivcheck.graph import Axis, Determinant, Inverse, Map, Node, Product, Sum
from derivcheck.numeric.differences import EPSILON
from derivcheck.numeric.program import Tensor
from derivcheck.scalars import placeholder

UNITS = 4 * EPSILON
LARGEST_WHOLE = float(1 << 20)  # up to which a whole number is taken for one, and no chance result
TABLE = 1 << 16


class Rounding:
    """Moves the results of steps; the first one along the axis `copies`, if they have it, stays as it is."""

    def __init__(self, seed: int, copies: Axis | None = None) -> None:
        self._generator = np.random.default_rng([seed, 19])
        self._copies = copies

    def __call__(self, node: Node, value: Tensor) -> Tensor:
        """What a step may have given as well."""
        if not _rounds(node) or (self._copies is not None and self._copies not in value.axes):
            return value
        array = np.array(value.array)
        moving = array
        if self._copies is not None:
            moving = np.moveaxis(array, value.axes.index(self._copies), 0)[1:]
        moving[...] = self._moved(moving, exact=value.scale is None)
        return Tensor(array, value.axes, value.scale)

    def _moved(self, array: Any, exact: bool) -> Any:
        if np.iscomplexobj(array):
            # The step of a complex number is carried by its imaginary part, which rounds by itself.
            return self._moved(array.real, exact) + 1j * self._moved(array.imag, exact)
        if not array.size:
            return array
        moved = array * (1 + self._factors(array.size).reshape(array.shape))
        if not exact:
            return moved
        return np.where((array == np.rint(array)) & (np.abs(array) <= LARGEST_WHOLE), array, moved)

    def _factors(self, count: int) -> Any:
        table = _table()
        if count > TABLE:
            return np.resize(table, count)
        start = int(self._generator.integers(0, TABLE))
        return table[start : start + count]


@cache
def _table() -> Any:
    """Twice as many numbers as any stretch of it is long."""
    return np.random.default_rng(17).uniform(-UNITS, UNITS, size=2 * TABLE)


def _rounds(node: Node) -> bool:
    """Whether a step calculates: a sign, a name, or a choice among entries does not."""
    match node:
        case Map():
            return bool(node.operands) and node.expression != -placeholder(0)
        case Sum() | Product() | Inverse() | Determinant():
            return True
        case _:
            return False
