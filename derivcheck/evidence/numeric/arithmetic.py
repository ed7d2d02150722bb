"""Two arithmetics for the scalar expressions of maps: scaled floats and many digits.

A *scaled* number is mantissa · exp(scale): exp(u) is (1, u) and nothing overflows
until a value is needed as it is; sums align on the larger scale, log undoes it.
Every operation is safe under complex step: comparisons look at real parts only,
and nothing takes an absolute value.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import mpmath
import numpy as np
import sympy

from derivcheck.diagnostics.diagnostic import Diagnostic, UnsupportedError

Array = Any
Scaled = tuple[Array, Any]  # (mantissa, scale or None)
HALF, MINUS_HALF = sympy.Rational(1, 2), sympy.Rational(-1, 2)


def _real(name: str, function: Callable[..., float]) -> Callable[..., Array]:
    """A function of real numbers, entry by entry; NaN where it has no value, infinite where that is too large."""

    def one(*arguments: float) -> float:
        try:
            return float(function(*arguments))
        except ValueError:
            return math.nan
        except OverflowError:
            return math.inf

    def evaluated(*arrays: Array) -> Array:
        if any(np.iscomplexobj(array) for array in arrays):
            raise UnsupportedError(Diagnostic("DC406", f"{name} is not evaluated at complex points"))
        return np.vectorize(one, otypes=[float])(*arrays)

    return evaluated


def _inverse_sine(x: Array) -> Array:
    """NaN beyond 1, where it is no real function's value."""
    return np.arcsin(np.where(np.abs(np.real(x)) > 1, np.nan, x))


TINY = 1e-9


def _on_the_real_line(x: Array) -> Array:
    """NaN where a complex point stands for a negative number: its logarithm or root is no real function's value."""
    return np.where(np.real(x) < 0, np.nan, x) if np.iscomplexobj(x) else x


def exponential(z: Array) -> Array:
    """exp; for |Im z| < 1e-9 cos and sin of it are 1 and itself to the last place, and are not computed."""
    if not np.iscomplexobj(z):
        return np.exp(z)
    z = np.asarray(z)
    imaginary = z.imag
    if not imaginary.size or max(float(np.max(imaginary)), -float(np.min(imaginary))) >= TINY:
        return np.exp(z)
    result = np.empty_like(z)
    result.real = np.exp(z.real)
    result.imag = result.real * imaginary
    return result


FLOAT_FUNCTIONS: Mapping[str, Callable[[Array], Array]] = {
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "tanh": np.tanh,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "atan": np.arctan,
    "asin": _inverse_sine,
    "erf": _real("erf", math.erf),
    "gamma": _real("gamma", math.gamma),
    "polygamma": _real("polygamma", lambda order, x: mpmath.psi(int(order), x)),
    "coth": lambda x: 1 / np.tanh(x),
}


class ScaledFloats:
    """float64 or complex128 with a separate exponent where exp is involved."""

    def constant(self, value: sympy.Expr) -> Scaled:
        # NumPy's own numbers: 1 / (n - 1) at n = 1 is infinite, no exception.
        return np.float64(value), None

    def leaf(self, array: Array) -> Scaled:
        return array, None

    @staticmethod
    def plain(value: Scaled) -> Array:
        mantissa, scale = value
        return mantissa if scale is None else mantissa * exponential(scale)

    def add(self, values: Sequence[Scaled]) -> Scaled:
        if all(scale is None for _, scale in values):
            total = values[0][0]
            for mantissa, _ in values[1:]:
                total = total + mantissa
            return total, None
        # A mantissa of zero has no say in the common scale.
        top: Any = None
        for mantissa, scale in values:
            height = np.real(0.0 if scale is None else scale)
            height = np.where(np.asarray(mantissa) == 0, -np.inf, height)
            top = height if top is None else np.maximum(top, height)
        top = np.where(np.isfinite(top), top, 0.0)
        total = 0.0
        for mantissa, scale in values:
            shift = (0.0 if scale is None else scale) - top
            total = total + np.where(
                np.asarray(mantissa) == 0, 0.0, mantissa * exponential(np.where(np.real(shift) > 0, 0, shift))
            )
        return total, top

    def multiply(self, values: Sequence[Scaled]) -> Scaled:
        mantissa, scale = values[0]
        for m, s in values[1:]:
            mantissa = mantissa * m
            scale = s if scale is None else (scale if s is None else scale + s)
        return mantissa, scale

    def power(self, base: Scaled, exponent: sympy.Rational) -> Scaled:
        mantissa, scale = base
        if exponent == HALF:
            raised = np.sqrt(_on_the_real_line(mantissa))
        elif exponent.is_Integer:
            raised = 1.0 / mantissa if exponent == -1 else np.asarray(mantissa) ** int(exponent)
        elif exponent == MINUS_HALF:
            raised = 1.0 / np.sqrt(_on_the_real_line(mantissa))
        else:
            raised = np.asarray(_on_the_real_line(mantissa)) ** float(exponent)
        return raised, None if scale is None else scale * float(exponent)

    def general_power(self, base: Scaled, exponent: Scaled) -> Scaled:
        power = self.plain(exponent)
        whole = np.all(np.real(power) == np.round(np.real(power)))
        root = self.plain(base) if whole else _on_the_real_line(self.plain(base))
        return root**power, None

    def exp(self, value: Scaled) -> Scaled:
        return 1.0, self.plain(value)

    def log(self, value: Scaled) -> Scaled:
        mantissa, scale = value
        mantissa = _on_the_real_line(mantissa)
        return (np.log(mantissa) if scale is None else np.log(mantissa) + scale), None

    def log_of_one_plus(self, value: Scaled) -> Scaled:
        mantissa, scale = value
        if scale is None:
            return np.log1p(np.where(np.real(mantissa) < -1, np.nan, mantissa)), None
        small = np.real(scale) <= 0
        below = np.log1p(mantissa * np.exp(np.where(small, scale, 0)))
        above = scale + np.log(mantissa + np.exp(np.where(small, 0, -scale)))
        return np.where(small, below, above), None

    def function(self, name: str, values: Sequence[Scaled]) -> Scaled:
        try:
            function = FLOAT_FUNCTIONS[name]
        except KeyError:
            raise UnsupportedError(Diagnostic("DC406", f"`{name}` is not evaluated in numbers")) from None
        return function(*map(self.plain, values)), None

    def choose(self, choices: Sequence[tuple[Any, Scaled]]) -> Scaled:
        """The value of the first condition that holds."""
        scaled = any(scale is not None for _, (_, scale) in choices)
        mantissa: Any = np.nan
        scale: Any = 0.0 if scaled else None
        for condition, (m, s) in reversed(choices):
            mantissa = np.where(condition, m, mantissa)
            if scaled:
                scale = np.where(condition, 0.0 if s is None else s, scale)
        return mantissa, scale

    truth = staticmethod(np.asarray)
    negation = staticmethod(np.logical_not)

    @staticmethod
    def junction(every: bool, parts: Sequence[Any]) -> Any:
        """Whether every one, or any one, of the conditions holds."""
        return (
            np.logical_and.reduce(np.broadcast_arrays(*parts))
            if every
            else np.logical_or.reduce(np.broadcast_arrays(*parts))
        )

    def compare(self, relation: str, left: Scaled, right: Scaled) -> Any:
        a, b = np.real(self.plain(left)), np.real(self.plain(right))
        return _COMPARISONS[relation](a, b)


_COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "StrictGreaterThan": lambda a, b: a > b,
    "GreaterThan": lambda a, b: a >= b,
    "StrictLessThan": lambda a, b: a < b,
    "LessThan": lambda a, b: a <= b,
    "Equality": lambda a, b: a == b,
    "Unequality": lambda a, b: a != b,
}


# What mpmath calls otherwise, or takes otherwise.
DIGIT_FUNCTIONS: Mapping[str, Callable[..., Any]] = {"polygamma": lambda order, x: mpmath.psi(int(order), x)}


def _mp(function: Callable[..., Any], count: int = 1) -> Callable[..., Any]:
    made: Callable[..., Any] = np.frompyfunc(function, count, 1)
    return made


class ManyDigits:
    """mpmath numbers in object arrays; the working precision is mpmath's."""

    _exp, _log, _sqrt, _log1p = _mp(mpmath.exp), _mp(mpmath.log), _mp(mpmath.sqrt), _mp(mpmath.log1p)

    def constant(self, value: sympy.Expr) -> Any:
        if isinstance(value, sympy.Rational):
            return mpmath.mpf(int(value.p)) / int(value.q)
        return mpmath.mpf(str(value.evalf(mpmath.mp.dps + 5)))

    def leaf(self, array: Any) -> Any:
        return array

    @staticmethod
    def plain(value: Any) -> Any:
        return value

    # NumPy takes a number of mpmath on its left: asked first, mpmath writes the array into the text of an error.

    def add(self, values: Sequence[Any]) -> Any:
        total = values[0]
        for value in values[1:]:
            total = np.add(total, value)
        return total

    def multiply(self, values: Sequence[Any]) -> Any:
        total = values[0]
        for value in values[1:]:
            total = np.multiply(total, value)
        return total

    def power(self, base: Any, exponent: sympy.Rational) -> Any:
        if exponent.is_Integer:
            return base ** int(exponent)
        root = self._sqrt(base) if exponent.q == 2 else None
        if root is not None:
            return root ** int(exponent.p)
        return _mp(mpmath.power, 2)(base, self.constant(exponent))

    def general_power(self, base: Any, exponent: Any) -> Any:
        return _mp(mpmath.power, 2)(base, exponent)

    def exp(self, value: Any) -> Any:
        return self._exp(value)

    def log(self, value: Any) -> Any:
        return self._log(value)

    def log_of_one_plus(self, value: Any) -> Any:
        return self._log1p(value)

    def function(self, name: str, values: Sequence[Any]) -> Any:
        known = DIGIT_FUNCTIONS.get(name) or getattr(mpmath, name, None)
        if known is None:
            raise UnsupportedError(Diagnostic("DC406", f"`{name}` is not evaluated in numbers"))
        return _mp(known, len(values))(*values)

    def choose(self, choices: Sequence[tuple[Any, Any]]) -> Any:
        result: Any = mpmath.nan
        for condition, value in reversed(choices):
            result = np.where(np.asarray(condition, dtype=bool), value, result)
        return result

    truth = staticmethod(np.asarray)
    negation = staticmethod(np.logical_not)
    junction = staticmethod(ScaledFloats.junction)

    def compare(self, relation: str, left: Any, right: Any) -> Any:
        difference = np.asarray(np.subtract(left, right), dtype=object)
        signs = np.asarray(_mp(lambda d: float(mpmath.sign(mpmath.re(d))))(difference), dtype=float)
        return _COMPARISONS[relation](signs, 0.0)
