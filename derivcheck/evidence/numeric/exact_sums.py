"""Sums of products of numbers with many digits, calculated in whole numbers.

A number of mpmath is a whole number times a power of 2. In units of the smallest power that occurs in an array, every
entry is whole: sums of products are exact, and rounded once. Number by number, mpmath takes many times as long.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import mpmath
import numpy as np

from derivcheck.evidence.numeric.tensors import Tensor, contracted
from derivcheck.graph.axes import Axes

MAXIMAL_BITS = 4096  # of the whole numbers: where entries are farther apart, they are multiplied one by one


def contracted_exactly(operands: Sequence[Tensor], bound: Axes) -> Tensor | None:
    """The product of the operands summed over the bound axes; None where an entry is infinite, complex or far away."""
    whole: list[Tensor] = []
    unit = 0
    for operand in operands:
        found = _in_units(operand.array)
        if found is None:
            return None
        whole.append(Tensor(found[0], operand.axes))
        unit += found[1]
    total = contracted(whole, bound)
    rounded = np.frompyfunc(lambda number: mpmath.mpf((int(number), unit)), 1, 1)
    return Tensor(np.asarray(rounded(total.array), dtype=object), total.axes)


def _in_units(array: Any) -> tuple[Any, int] | None:
    """(whole numbers, the power of 2 that is their unit), None where there are none."""
    numbers = np.asarray(array, dtype=object)
    parts: list[Any] = [getattr(number, "_mpf_", None) for number in numbers.flat]
    if any(part is None or (part[2] and not part[1]) for part in parts):
        return None  # what is no number has an exponent and no digits
    ends = [(exponent, exponent + bits) for _, digits, exponent, bits in parts if digits]
    low = min((start for start, _ in ends), default=0)
    if max((stop for _, stop in ends), default=0) - low > MAXIMAL_BITS:
        return None
    whole = np.empty(len(parts), dtype=object)
    whole[:] = [
        (-digits if sign else digits) << (exponent - low) if digits else 0 for sign, digits, exponent, _ in parts
    ]
    return whole.reshape(numbers.shape), low
