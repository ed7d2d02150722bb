"""A function and its gradient as `check_gradient` meets them: asked at points, never looked into."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import comb, sqrt
from typing import Any

import numpy as np

from derivcheck.evidence.numeric.arguments import Point, rounded_to, scalar
from derivcheck.evidence.numeric.differences import EPSILON, noise_of

STEP = 1e-30
SMALLEST = 1e-130  # an entry below which a product of it and its step would underflow
DIRECTIONS = 4
SIDES = range(-3, 4)
TINY, NEAR, FAR = 1e-12, 1e-7, 1e-3  # parts of x over which 64, 32 and 16 bits are seen to round
PARTS = 1e-5  # of the largest slope: what sums of 32 bits may be off by


class BlackBox:
    """f and grad at a point: every question is counted, and what was learned of their precision kept.

    `precision` is that of the types f returned, `digits` the one its values look rounded to.
    """

    def __init__(self, f: Callable[..., Any], grad: Callable[..., Any], x: Any, seed: int) -> None:
        self.f, self.grad, self.point = f, grad, Point.of(x)
        self.x = self.point.flat
        self.random = np.random.default_rng(seed)
        self.precision = self.digits = EPSILON
        self.evaluations = 0

    # --- questions ------------------------------------------------------------------------

    def value(self, flat: Any) -> float:
        """f at a real point. Raises ValueError where it is not a real scalar.

        The point is in float64 whatever the type of x: in float32 a step of 1e-3 is rounded by 1e-4 of itself.
        """
        self.evaluations += 1
        found, epsilon = scalar(self.f(*self.point.arguments(flat)))
        self.precision = max(self.precision, epsilon)
        if found.imag:
            raise ValueError("f(x) is complex: a real number is expected")
        return found.real

    def moved(self, flat: Any) -> float:
        """f beside the point: not a number where f refuses it."""
        try:
            return self.value(flat)
        except Exception:
            return float("nan")

    def slope(self, direction: Any, at: Any = None, part: float = 1.0) -> float:
        """Im f(x + ih d) / h, with a part of the usual step h. Raises whatever f raises at complex points."""
        step = part * self._step(direction)
        return self.complex_value(direction, at, step).imag / step

    def _step(self, direction: Any) -> float:
        """A complex step that is small beside every entry it moves: the relative error is about its square."""
        own = np.abs(self.x)
        moving = (direction != 0) & (own >= SMALLEST)
        return float(np.min(sqrt(self.precision) * own[moving] / np.abs(direction[moving]), initial=STEP))

    def complex_value(self, direction: Any, at: Any = None, step: float = 0.0) -> complex:
        """f(x + ih d). Raises TypeError where f loses the imaginary part."""
        self.evaluations += 1
        step = step or self._step(direction)
        start = self.x if at is None else at
        found = self.f(*self.point.arguments(start.astype(np.complex128) + 1j * step * direction))
        value, epsilon = scalar(found)
        if not np.iscomplexobj(np.asarray(found.detach() if hasattr(found, "detach") else found)):
            raise TypeError("f loses the imaginary part")
        self.precision = max(self.precision, epsilon)
        return value

    def given(self, flat: Any) -> tuple[Any, Any]:
        """(the gradient, its relative rounding), flat. Raises ValueError where it is not shaped like x."""
        return self.point.gradient(self.grad(*self.point.arguments(flat, exact=False)))

    # --- how exact the answers are --------------------------------------------------------

    def direction(self) -> Any:
        return self.random.choice([-1.0, 1.0], size=self.x.shape)

    def noise(self, value: float) -> float:
        """The noise of f, absolute."""
        lengths = self.point.lengths()
        directions = [self.direction() * lengths for _ in range(DIRECTIONS)]
        seen = [value]

        def along(t: float, direction: Any) -> float:
            seen.append(self.moved(self.x + t * direction))
            return seen[-1]

        found = noise_of(along, directions, value)
        for direction in directions:
            along(FAR, direction)
        self.digits = rounded_to(seen)
        return max(found, self.precision * abs(value), self.digits * abs(value))

    def gradient_noise(self, given: Any, rounding: Any) -> Any:
        """How far every entry of grad moves when x moves by a unit or two in the last place, and its rounding."""
        moved = np.zeros(self.x.shape)
        for _ in range(2):
            near = self.given(self.x * (1 + 2 * rounding * self.direction()))[0]
            moved = np.maximum(moved, np.where(np.isfinite(near), np.abs(near - given), 0))
        finite = np.where(np.isfinite(given), np.abs(given), 0)
        return 8 * moved + 16 * rounding * (finite + 0.05 * float(np.max(finite, initial=0.0)))

    def inner_gradient_noise(self) -> Any:
        """The noise of every entry of grad that its type does not tell: what it rounds inside."""
        return self._stairs(lambda flat: self.given(flat)[0])

    def inner_slope_noise(self) -> float:
        """The noise of complex steps that their type does not tell."""
        part = np.where(self.random.uniform(size=self.x.shape) < 0.5, 1.0, 0.0)
        directions = [self.direction(), self.direction() * part]
        return max(float(self._stairs(partial(self._slope_or_nan, direction))) for direction in directions)

    def _slope_or_nan(self, direction: Any, at: Any) -> float:
        try:
            return self.slope(direction, at)
        except Exception:
            return float("nan")

    def _stairs(self, evaluate: Callable[[Any], Any]) -> Any:
        """How rough a function is along a line, over ways on which 64, 32 and 16 bits are seen to round.

        What is flat on a way was rounded by less bits, if it has a stair at nearly every step of a longer one: a
        jump or two are jumps. What moves on the shortest way may still have parts in 32 bits; more than these
        explain is a shape of the function.
        """
        own = np.abs(self.x)
        direction = self.direction() * np.where(own > 0, own, self.point.lengths())
        tiny, near = (np.array([evaluate(self.x + k * way * direction) for k in SIDES]) for way in (TINY, NEAR))
        still = np.all(tiny == tiny[0], axis=0)
        flat = still & np.all(near == near[0], axis=0)
        rough = _roughness(near)
        parts = np.where(rough <= PARTS * np.max(np.abs(near[len(near) // 2]), initial=0.0), rough, 0.0)
        found = np.where(still, _stair(near), np.maximum(_roughness(tiny), parts))
        if not np.any(flat):
            return found
        far = np.array([evaluate(self.x + k * FAR * direction) for k in SIDES])
        return np.where(flat, _stair(far), found)


def _stair(samples: Any) -> Any:
    """The height of a typical stair, where there is one at nearly every step."""
    heights = np.abs(np.diff(samples, axis=0))
    found = np.where(np.count_nonzero(heights, axis=0) >= 3, np.median(heights, axis=0), 0.0)
    return np.where(np.isfinite(found), found, 0.0)


def _roughness(samples: Any) -> Any:
    """The noise that explains the differences of equally spaced samples: the least over the orders 2 to 6.

    Differences of a smooth function fall from order to order, those of noise grow as the root of C(2k, k).
    The median passes over the two second differences that a single jump moves.
    """
    found = []
    for order in range(2, len(samples)):
        typical = np.median(np.abs(np.diff(samples, order, axis=0)), axis=0)
        found.append(3 * typical / sqrt(comb(2 * order, order)))
    least = np.min(np.array(found), axis=0)
    return np.where(np.isfinite(least), least, 0.0)
