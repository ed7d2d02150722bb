"""What `check_gradient` is given, as one flat vector: an array, or a tuple of them for several arguments."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from math import prod
from typing import Any

import numpy as np

EXACT = np.dtype(np.float64)


def as_array(found: Any, what: str) -> Any:
    """A NumPy array of numbers; those of jax and torch are read where they let NumPy read them.

    Raises ValueError for what holds no numbers.
    """
    try:
        array = np.asarray(found.detach() if hasattr(found, "detach") else found)
    except Exception as problem:
        raise ValueError(f"{what} is a `{type(found).__name__}` that NumPy cannot read: {problem}") from problem
    if array.dtype.kind not in "biufc" and not np.can_cast(array.dtype, EXACT):
        raise ValueError(f"{what} is a `{type(found).__name__}` of `{array.dtype}`: numbers are expected")
    return array


def own_type(array: Any) -> np.dtype[Any]:
    """The float type of an array where it is no finer than float64, float64 for everything else."""
    kind = np.asarray(array).real.dtype
    return kind if kind.kind not in "biu" and kind.itemsize < EXACT.itemsize else EXACT


@cache
def precision(kind: np.dtype[Any]) -> float:
    """The distance from 1 to the next number of a float type, NumPy's own or another library's."""
    if kind.kind == "f":
        return float(np.finfo(kind).eps)
    step = 1.0
    while float(np.asarray(1 + step / 2).astype(kind)) > 1:
        step /= 2
    return step


def rounded_to(values: Any) -> float:
    """The precision of the float type that numbers in float64 were rounded to before, judged by their digits.

    All of float32's digits have to be in use, and none beyond them: small whole numbers tell nothing.
    """
    flat = np.asarray(values, dtype=float).reshape(-1)
    flat = flat[np.isfinite(flat)]
    for bits, few in ((11, 7), (24, 18)):
        if _fits(flat, bits):
            return precision(EXACT) if _fits(flat, few) else 2.0 ** (1 - bits)
    return precision(EXACT)


def _fits(flat: Any, bits: int) -> bool:
    mantissas = np.frexp(flat)[0] * 2.0**bits
    return bool(np.all(mantissas == np.round(mantissas)))


@cache
def _places(shapes: tuple[tuple[int, ...], ...]) -> tuple[slice, ...]:
    """Where arrays of these shapes lie, one behind the other."""
    ends = tuple(accumulate(map(prod, shapes), initial=0))
    return tuple(map(slice, ends, ends[1:]))


@dataclass(frozen=True, slots=True)
class Point:
    """Where a gradient is checked: `flat` in float64, and how its parts are handed to a function."""

    flat: Any
    shapes: tuple[tuple[int, ...], ...]
    types: tuple[np.dtype[Any], ...]
    several: bool

    @classmethod
    def of(cls, x: Any) -> Point:
        """The point of an array, or of a tuple of arrays. Raises ValueError for anything else."""
        if isinstance(x, dict):
            raise ValueError("x is a dict: give a tuple of arrays, and functions that take them one by one")
        several = isinstance(x, tuple)
        parts = [
            cls._part(part, f"argument {k}" if several else "x") for k, part in enumerate(x if several else [x], 1)
        ]
        if not parts:
            raise ValueError("x is an empty tuple: at least one array is expected")
        return cls(
            np.concatenate([part.reshape(-1).astype(float) for part in parts]),
            tuple(part.shape for part in parts),
            tuple(own_type(part) for part in parts),
            several,
        )

    @staticmethod
    def _part(part: Any, name: str) -> Any:
        if type(part).__module__.partition(".")[0] == "torch":
            raise ValueError(
                f"{name} is a torch tensor: give `{name if name == 'x' else 'it'}.detach().numpy()` and "
                "functions of NumPy arrays, such as `lambda x: f(torch.from_numpy(x))`"
            )
        array = as_array(part, name)
        if array.dtype.kind == "c":
            raise ValueError(f"{name} is complex: a gradient by real numbers is checked")
        return array

    def places(self, argument: int) -> slice:
        """The flat places of an argument."""
        return _places(self.shapes)[argument]

    def place(self, flat: int) -> tuple[int, tuple[int, ...]]:
        """(argument, index in it) of a flat place."""
        for argument, shape in enumerate(self.shapes):
            own = self.places(argument)
            if flat < own.stop:
                return argument, tuple(int(k) for k in np.unravel_index(flat - own.start, shape))
        raise IndexError(flat)

    def lengths(self) -> Any:
        """The typical length of an entry of its argument, one for every entry."""
        found = np.ones(self.flat.size)
        for argument in range(len(self.shapes)):
            part = self.flat[self.places(argument)]
            finite = np.abs(part[np.isfinite(part)])
            typical = float(np.sqrt(np.mean(finite**2))) if finite.size else 0.0
            found[self.places(argument)] = (
                typical if 0 < typical < np.inf else float(np.max(finite, initial=0.0)) or 1.0
            )
        return found

    def arguments(self, flat: Any, *, exact: bool = True) -> tuple[Any, ...]:
        """Fresh arrays of a flat vector: in its own type, or in the types that were given."""
        return tuple(
            np.array(flat[places], dtype=None if exact else kind).reshape(shape)
            for places, shape, kind in zip(_places(self.shapes), self.shapes, self.types, strict=True)
        )

    def gradient(self, found: Any) -> tuple[Any, Any]:
        """A gradient as (flat, the relative rounding of every entry). Raises ValueError where it has another shape."""
        if self.several and not isinstance(found, tuple | list):
            raise ValueError(
                f"grad returns a `{type(found).__name__}`: a tuple of {len(self.shapes)} arrays is expected"
            )
        if self.several and len(found) != len(self.shapes):
            raise ValueError(f"grad returns {len(found)} arrays for {len(self.shapes)} arguments")
        values, rounding = [], []
        for k, (part, shape, kind) in enumerate(
            zip(found if self.several else [found], self.shapes, self.types, strict=True), 1
        ):
            name = f"the gradient by argument {k}" if self.several else "grad(x)"
            array = as_array(part, name)
            if array.shape != shape:
                where = f"argument {k}" if self.several else "x"
                raise ValueError(f"{name} has the shape {array.shape}, {where} has {shape}")
            if array.dtype.kind == "c" and np.any(array.imag):
                raise ValueError(f"{name} is complex: real numbers are expected")
            epsilon = max(precision(kind), precision(own_type(array)), rounded_to(array.real))
            values.append(array.real.reshape(-1).astype(float))
            rounding.append(np.full(array.size, epsilon))
        return np.concatenate(values), np.concatenate(rounding)


def scalar(found: Any) -> tuple[complex, float]:
    """A value of f, and the precision of its type. Raises ValueError where it is no single number."""
    array = as_array(found, "f(x)")
    if array.size != 1:
        raise ValueError(f"f(x) has the shape {array.shape}: a scalar is expected")
    return complex(array.reshape(()).astype(complex)), precision(own_type(array))
