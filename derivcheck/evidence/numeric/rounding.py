"""The noise of an evaluation, seen by making more of it.

Rounding errors are of the size of what cancels, not of what is left: of 1 - 1 + 1e-17 the last
place says nothing. An evaluation that keeps fewer digits at every step shows how much of a value
is noise, whatever cancels where. What needs no more digits stays exact: whole numbers, an entry
that is picked out, the equal zeros of `relu(x)`.
"""

from __future__ import annotations

from functools import cache, cached_property
from typing import Any

import numpy as np

from derivcheck.evidence.numeric.differences import EPSILON
from derivcheck.evidence.numeric.tensors import Tensor
from derivcheck.graph.axes import Axis

BITS = (2, 3)  # that are dropped of the 53
UNITS = 4 * EPSILON


class Rounding:
    """Rounds to fewer bits.

    Along the axis `copies`, where it is given, each copy is rounded to bits of its own, and the
    first one is the exact one; elsewhere `dropped` bits are dropped.
    """

    def __init__(self, dropped: int = BITS[-1], copies: Axis | None = None) -> None:
        self._dropped, self._copies = dropped, copies

    @cached_property
    def _generator(self) -> np.random.Generator:
        return np.random.default_rng(19)

    def __call__(self, value: Tensor) -> Tensor:
        """The value with fewer bits; exponents that are apart keep theirs."""
        if self._copies is None:
            array = _own(value.array)
            self._round(array, _units(self._dropped), 0)
            return Tensor(array, value.axes, value.scale)
        if self._copies not in value.axes:
            return value
        place = value.axes.index(self._copies)
        array = _own(value.array)
        moved = array[(slice(None),) * place + (slice(1, None),)]
        self._round(moved, _of_copies(moved.shape[place], array.ndim - place - 1), place)
        return Tensor(array, value.axes, value.scale)

    def _round(self, array: Any, units: tuple[Any, Any], copies: int) -> None:
        """Rounds every number where it stands to the bits that are left; `copies` is the place of their axis."""
        half, kept = units
        bits = array.real.view(np.int64)
        bits += half
        bits &= kept
        if np.iscomplexobj(array):
            # The imaginary part carries a small step. No branch looks at it, so that it may move by chance:
            # of fewer bits too little is seen where most of its errors happen to be none.
            shape = (array.shape[copies], *array.shape[:copies], *array.shape[copies + 1 :]) if copies else array.shape
            moves = self._generator.uniform(-UNITS, UNITS, size=shape)
            array.imag *= 1 + (np.moveaxis(moves, 0, copies) if copies else moves)


def _own(array: Any) -> Any:
    """A copy whose bits are those of floats."""
    return np.array(array, dtype=complex if np.iscomplexobj(array) else float)


def _units(dropped: Any) -> tuple[Any, Any]:
    """(half a unit of the last bit that is left, all bits that are left)."""
    return 1 << (dropped - 1), -1 << dropped


@cache
def _of_copies(count: int, behind: int) -> tuple[Any, Any]:
    """The units of so many copies, along an axis with others behind it."""
    return _units(np.resize(BITS, count).reshape(-1, *(1,) * behind))
