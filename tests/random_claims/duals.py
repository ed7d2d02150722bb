"""Arrays over the algebra of several infinitesimals e with e² = 0: exact derivatives of any order.

A number is {mask: array}: the coefficient of the product of the infinitesimals in the
mask. Entries are floats, or mpmath numbers of 50 digits in arrays of objects.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import mpmath
import numpy as np

mpmath.mp.dps = 50
Array = Any


def _precise(function: Callable[[Any], Any]) -> Callable[[Array], Array]:
    return np.frompyfunc(function, 1, 1)


def _erf(x: Array) -> Array:
    return np.vectorize(math.erf, otypes=[float])(x)


PLAIN: Mapping[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "exp": (np.exp, _precise(mpmath.exp)),
    "log": (np.log, _precise(mpmath.log)),
    "sqrt": (np.sqrt, _precise(mpmath.sqrt)),
    "sin": (np.sin, _precise(mpmath.sin)),
    "cos": (np.cos, _precise(mpmath.cos)),
    "tanh": (np.tanh, _precise(mpmath.tanh)),
    "atan": (np.arctan, _precise(mpmath.atan)),
    "erf": (_erf, _precise(mpmath.erf)),
}


class UndefinedError(Exception):
    """The formula has no finite real value here."""


class Dual:
    __slots__ = ("parts",)

    def __init__(self, parts: Mapping[int, Array]) -> None:
        self.parts = parts

    def linear(self, change: Callable[[Array], Array]) -> Dual:
        return Dual({mask: change(part) for mask, part in self.parts.items()})

    def bilinear(self, other: Dual, product: Callable[[Array, Array], Array]) -> Dual:
        found: dict[int, Array] = {}
        for one, left in self.parts.items():
            for two, right in other.parts.items():
                if not one & two:
                    term = product(left, right)
                    found[one | two] = found[one | two] + term if one | two in found else term
        return Dual(found)

    def __add__(self, other: Dual) -> Dual:
        found = dict(self.parts)
        for mask, part in other.parts.items():
            found[mask] = found[mask] + part if mask in found else part + 0 * self.parts[0]
        shape = np.shape(found[0])
        return Dual({m: p if np.shape(p) == shape else p + 0 * found[0] for m, p in found.items()})

    def __neg__(self) -> Dual:
        return self.linear(lambda part: -part)

    def __sub__(self, other: Dual) -> Dual:
        return self + (-other)

    def __mul__(self, other: Dual) -> Dual:
        return self.bilinear(other, lambda a, b: a * b)

    def __truediv__(self, other: Dual) -> Dual:
        return self * other.inverse()

    def inverse(self) -> Dual:
        return self._through(lambda x: 1 / x, lambda d: -(d.inverse() * d.inverse()))

    @property
    def plain(self) -> Array:
        return self.parts[0]

    @property
    def zero(self) -> Dual:
        return Dual({0: 0 * self.parts[0]})

    def shifted(self, by: float) -> Dual:
        return Dual({**self.parts, 0: self.parts[0] + by})

    def scaled(self, by: Any) -> Dual:
        return self.linear(lambda part: part * by)

    def _through(self, value: Callable[[Array], Array], slope: Callable[[Dual], Dual]) -> Dual:
        """f(a + b e) = f(a) + f'(a) b e, one infinitesimal after the other."""
        highest = max(self.parts).bit_length() - 1
        if highest < 0:
            with np.errstate(all="ignore"):
                try:
                    return Dual({0: value(self.parts[0])})
                except (ZeroDivisionError, ValueError) as problem:
                    raise UndefinedError(str(problem)) from None
        bit = 1 << highest
        base = Dual({mask: part for mask, part in self.parts.items() if not mask & bit})
        rest = Dual({mask & ~bit: part for mask, part in self.parts.items() if mask & bit})
        below = base._through(value, slope)
        moved = slope(base) * rest
        return Dual({**below.parts, **{mask | bit: part for mask, part in moved.parts.items()}})

    def function(self, name: str) -> Dual:
        fast, precise = PLAIN[name]
        return self._through(lambda x: precise(x) if x.dtype == object else fast(x), SLOPES[name])

    def power(self, exponent: int) -> Dual:
        if exponent < 0:
            return self.power(-exponent).inverse()
        found = self.zero.shifted(1)
        for _ in range(exponent):
            found = found * self
        return found

    def coefficient(self, bit: int) -> Dual:
        found = {mask & ~bit: part for mask, part in self.parts.items() if mask & bit}
        return Dual(found) if 0 in found else Dual({0: 0 * self.parts[0], **found})


def _pi_factor(x: Array) -> Any:
    return 2 / mpmath.sqrt(mpmath.pi) if x.dtype == object else 2 / math.sqrt(math.pi)


SLOPES: Mapping[str, Callable[[Dual], Dual]] = {
    "exp": lambda x: x.function("exp"),
    "log": lambda x: x.inverse(),
    "sqrt": lambda x: x.function("sqrt").inverse().scaled(0.5),
    "sin": lambda x: x.function("cos"),
    "cos": lambda x: -x.function("sin"),
    "tanh": lambda x: (x.function("tanh") * x.function("tanh")).scaled(-1).shifted(1),
    "atan": lambda x: (x * x).shifted(1).inverse(),
    "erf": lambda x: (-(x * x)).function("exp").scaled(_pi_factor(x.plain)),
}


def chosen(mask: Array, yes: Dual, no: Dual) -> Dual:
    """The one or the other, entry by entry."""
    masks = set(yes.parts) | set(no.parts)
    zero = 0 * yes.parts[0] + 0 * no.parts[0]
    shape = np.broadcast(mask, zero)
    blank = np.zeros(shape.shape, dtype=zero.dtype)
    return Dual({m: np.where(mask, yes.parts.get(m, blank), no.parts.get(m, blank)) for m in masks})
