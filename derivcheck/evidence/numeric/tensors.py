"""Arrays with named axes: aligned, repeated, summed and contracted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from derivcheck.diagnostics.diagnostic import Diagnostic, NumericError
from derivcheck.evidence.numeric.arithmetic import exponential
from derivcheck.graph.axes import Axes, Axis

Sizes = Mapping[str, int]

SAFE_DECADES = 250  # of 308; a complex step takes thirty
MAXIMAL_ENTRIES = 1 << 25  # of one array, 0.25 GB


@dataclass(frozen=True, slots=True)
class Tensor:
    """An array and what its axes are. `scale` is the exponent of a scaled float, aligned with the array."""

    array: Any
    axes: Axes
    scale: Any = None

    def aligned(self, axes: Axes) -> Any:
        """The array along the given axes, of length 1 where it has none."""
        return _aligned(self.array, self.axes, axes)

    def aligned_scale(self, axes: Axes) -> Any:
        return None if self.scale is None else _aligned(self.scale, self.axes, axes)


def _aligned(array: Any, own: Axes, axes: Axes) -> Any:
    if own == axes:
        return array
    array = np.asarray(array)
    order = [own.index(axis) for axis in axes if axis in own]
    if order != list(range(len(order))):
        array = array.transpose(order)
    if len(order) == len(axes):
        return array
    index = tuple(slice(None) if axis in own else None for axis in axes)
    return array[index]


def unscaled(value: Tensor) -> Tensor:
    """A scaled value without its exponent, where nothing overflows or vanishes by that; else as it is."""
    if value.scale is None:
        return value
    plain = value.array * exponential(value.scale)
    if not np.all(np.isfinite(plain)) or np.any((plain == 0) & (np.asarray(value.array) != 0)):
        return value
    return Tensor(plain, value.axes)


def in_range(operands: Sequence[Tensor]) -> bool:
    """Whether no product of some of the operands comes near the ends of the range of floats, and of their digits."""
    low = high = 0.0
    for operand in operands:
        sizes = np.abs(operand.array)
        sizes = sizes[sizes > 0]
        if sizes.size:
            low += min(0.0, float(np.log10(np.min(sizes))))
            high += max(0.0, float(np.log10(np.max(sizes))))
    return bool(max(-low, high) < SAFE_DECADES)


def repeated(value: Tensor, wanted: Axes, sizes: Sizes) -> Tensor:
    """The value along further axes as well: those of `wanted` that it does not have."""
    missing = tuple(axis for axis in wanted if axis not in value.axes)
    if not missing:
        return value
    axes = (*missing, *value.axes)
    shape = (*(axis.dimension.size(sizes) for axis in missing), *np.shape(value.array))
    scale = None if value.scale is None else np.broadcast_to(value.scale, shape)
    return Tensor(np.broadcast_to(value.array, shape), axes, scale)


def summed(value: Tensor, bound: Axes) -> Tensor:
    """The sum over axes, aligned on the largest exponent where the value is scaled."""
    refuse_too_large([value])
    places = tuple(value.axes.index(axis) for axis in bound)
    axes = tuple(axis for axis in value.axes if axis not in bound)
    if value.scale is None:
        return Tensor(np.sum(value.array, axis=places), axes)
    mantissa = np.asarray(value.array)
    if all(stride == 0 for stride in mantissa.strides) and mantissa.size and mantissa.flat[0] == 1:
        # A sum of plain exponentials.
        top = np.max(np.real(value.scale), axis=places, keepdims=True)
        top = np.where(np.isfinite(top), top, 0.0)
        total = np.sum(exponential(value.scale - top), axis=places)
    else:
        heights = np.where(mantissa == 0, -np.inf, np.real(value.scale))
        top = np.max(heights, axis=places, keepdims=True)
        top = np.where(np.isfinite(top), top, 0.0)
        total = np.sum(np.where(mantissa == 0, 0.0, mantissa * exponential(value.scale - top)), axis=places)
    return Tensor(total, axes, np.squeeze(top, axis=places))


def spread_out(array: Any, axes: Axes, operands: Sequence[Tensor]) -> Any:
    """A result on the full shape of its operands, where it came out constant along an axis."""
    if np.ndim(array) == len(axes) and 1 not in np.shape(array):
        return array
    shape = [1] * len(axes)
    for operand in operands:
        for axis, length in zip(operand.axes, np.shape(operand.array), strict=True):
            shape[axes.index(axis)] = length
    return np.broadcast_to(array, shape)


def refuse_too_large(operands: Sequence[Tensor], bound: Axes = ()) -> None:
    """Raise NumericError (DC506) for a result that no memory is to be spent on; `bound` axes are summed over."""
    lengths = {
        axis: length
        for operand in operands
        for axis, length in zip(operand.axes, np.shape(operand.array), strict=True)
        if axis not in bound and length > 1
    }
    count = prod(lengths.values())
    if count > MAXIMAL_ENTRIES:
        raise NumericError(
            Diagnostic(
                "DC506", f"a tensor of {count:,} entries is too large to be evaluated", help="smaller sizes, by --sizes"
            )
        )


def _part(operand: Tensor, part: Callable[[Any], Any]) -> Tensor:
    return Tensor(part(operand.array), operand.axes) if np.iscomplexobj(operand.array) else operand


_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def contracted(operands: Sequence[Tensor], bound: Axes) -> Tensor:
    """The product of the operands summed over the bound axes."""
    if not bound:
        axes = tuple(sorted({axis for operand in operands for axis in operand.axes}))
        product = operands[0].aligned(axes)
        for operand in operands[1:]:
            product = product * operand.aligned(axes)
        return Tensor(product, axes)
    if sum(np.iscomplexobj(operand.array) for operand in operands) == 1:
        # Linear in the one complex factor: two real products, where NumPy would make the others complex.
        real, imaginary = (
            contracted([_part(operand, part) for operand in operands], bound) for part in (np.real, np.imag)
        )
        whole = np.empty(np.shape(real.array), dtype=complex)
        whole.real, whole.imag = real.array, imaginary.array
        return Tensor(whole, real.axes)
    names: dict[Axis, str] = {}
    for operand in operands:
        for axis in operand.axes:
            names.setdefault(axis, _LETTERS[len(names)])
    left = tuple(sorted(axis for axis in names if axis not in bound))
    refuse_too_large(operands, bound)
    inputs = ",".join("".join(names[axis] for axis in operand.axes) for operand in operands)
    formula = f"{inputs}->{''.join(names[axis] for axis in left)}"
    arrays = [operand.array for operand in operands]
    return Tensor(np.einsum(formula, *arrays, optimize=len(arrays) > 2 or np.size(arrays[0]) > 4096), left)
