"""The noise of an evaluation, seen by making more of it.

Rounding errors are of the size of what cancels, not of what is left: of 1 - 1 + 1e-17 the last
place says nothing. An evaluation every step of which moves its result by a few units in the
last place shows how much of a value is noise, whatever cancels where.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from derivcheck.graph import Axis, Determinant, Inverse, Map, Node, Product, Sum
from derivcheck.numeric.differences import EPSILON
from derivcheck.numeric.program import Tensor
from derivcheck.scalars import placeholder

UNITS = 4 * EPSILON
LARGEST_WHOLE = float(1 << 20)  # up to which a whole number is taken for one, and no chance result
MIX = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9))  # of SplitMix64


class Rounding:
    """Moves the results of steps; the first one along the axis `copies`, if they have it, stays as it is.

    Equal numbers move alike: what is exactly equal, as the zeros of `relu(x)`, was rounded alike.
    """

    def __init__(self, seed: int, copies: Axis | None = None) -> None:
        self._seed, self._copies = seed, copies

    def __call__(self, node: Node, value: Tensor) -> Tensor:
        """What a step may have given as well."""
        if not _rounds(node) or (self._copies is not None and self._copies not in value.axes):
            return value
        array = np.array(value.array)
        keys = None if value.scale is None else _bits(np.broadcast_to(np.real(value.scale), array.shape))
        if self._copies is None:
            return Tensor(_moved(array, keys, self._seed), value.axes, value.scale)
        place = value.axes.index(self._copies)
        for copy in range(1, array.shape[place]):
            at = (slice(None),) * place + (copy,)
            array[at] = _moved(array[at], None if keys is None else keys[at], self._seed + copy)
        return Tensor(array, value.axes, value.scale)


def _moved(array: Any, keys: Any, seed: int) -> Any:
    """Every number by a few units in the last place, except small whole ones; `keys` are the bits of exponents."""
    if np.iscomplexobj(array):
        # The step of a complex number is carried by its imaginary part, which rounds by itself.
        return _moved(array.real, keys, seed) + 1j * _moved(array.imag, keys, seed)
    mixed = _bits(array) + np.uint64((seed + 1) * int(MIX[0]) % 2**64)
    if keys is not None:
        mixed = mixed ^ (keys * MIX[0])
    mixed = (mixed ^ (mixed >> np.uint64(30))) * MIX[1]
    mixed = mixed ^ (mixed >> np.uint64(27))
    moved = array * (1 + UNITS * ((mixed >> np.uint64(11)).astype(float) * 2.0**-52 - 1))
    if keys is not None:
        return moved
    return np.where((array == np.rint(array)) & (np.abs(array) <= LARGEST_WHOLE), array, moved)


def _bits(array: Any) -> Any:
    """The bits of the absolute values: a number and its negative are moved alike."""
    return np.ascontiguousarray(np.abs(array), dtype=float).view(np.uint64).reshape(np.shape(array))


def _rounds(node: Node) -> bool:
    """Whether a step calculates: a sign, a name, or a choice among entries does not."""
    match node:
        case Map():
            return bool(node.operands) and node.expression != -placeholder(0)
        case Sum() | Product() | Inverse() | Determinant():
            return True
        case _:
            return False
