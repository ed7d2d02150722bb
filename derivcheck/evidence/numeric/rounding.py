"""The noise of an evaluation, seen by making more of it.

Rounding errors are of the size of what cancels, not of what is left: of 1 - 1 + 1e-17 the last
place says nothing. An evaluation that keeps fewer digits at every step shows how much of a value
is noise, whatever cancels where. What needs no more digits stays exact: whole numbers, an entry
that is picked out, the equal zeros of `relu(x)`.
"""

from __future__ import annotations

from functools import cached_property
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
            return Tensor(self._rounded(np.asarray(value.array), self._dropped), value.axes, value.scale)
        if self._copies not in value.axes:
            return value
        place = value.axes.index(self._copies)
        array = np.array(value.array)
        for copy in range(1, array.shape[place]):
            at = (slice(None),) * place + (copy,)
            array[at] = self._rounded(array[at], BITS[(copy - 1) % len(BITS)])
        return Tensor(array, value.axes, value.scale)

    def _rounded(self, array: Any, dropped: int) -> Any:
        if not np.iscomplexobj(array):
            return _shortened(array, dropped)
        # The imaginary part carries a small step. No branch looks at it, so that it may move by chance:
        # of fewer bits too little is seen where most of its errors happen to be none.
        rounded = np.empty(array.shape, dtype=complex)
        rounded.real = _shortened(array.real, dropped)
        rounded.imag = array.imag * (1 + self._generator.uniform(-UNITS, UNITS, size=array.shape))
        return rounded


def _shortened(array: Any, dropped: int) -> Any:
    bits = np.ascontiguousarray(array, dtype=float).view(np.int64)
    kept = (bits + (1 << (dropped - 1))) & ~((1 << dropped) - 1)
    return kept.view(float).reshape(np.shape(array))
