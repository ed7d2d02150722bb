"""One entry that disagrees, looked at on every scale from the whole of x down to its last places.

Differences at a few steps see neither a kink between them nor what f rounds away inside. Here
the slope at a step counts only as far as every finer step confirms it above its noise, and the
noise is read off the entry itself: it stays where a kink shrinks with the step and a curve
with its square. Where f is coarser than float64 (computed in float32, summed beside large
numbers), fine steps and coarse ones tell different slopes: both views are heard.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from derivcheck.evidence.numeric.differences import SAFETY, STENCIL

Opinion = Literal["agrees", "kink", "cannot_tell", "differs"]

PER_DECADE = 2
FINEST = 17  # decades below the lengths of an entry
COARSEST = 6  # decades above them, for a function that is flat nearby
SHORT = 1e-4  # a part of x over which every number format of 16 bits or more may round a change away
PLAIN = 2.0**-9  # resolutions of f below this part of it are those of a number format
OFFSETS = tuple(offset for offset, _ in STENCIL)
WEIGHTS = np.array([weight for _, weight in STENCIL])


@dataclass(frozen=True, slots=True)
class CloseUp:
    """The slope of one entry with its bar, and what that says of the given value."""

    value: float
    bar: float
    opinion: Opinion


@dataclass(frozen=True, slots=True)
class _Scales:
    """Steps, coarse to fine, with f at the offsets 1, -1, 2, -2 of each: (step, offset); `centre` is f(x)."""

    steps: Any
    values: Any
    centre: float

    def slopes(self) -> Any:
        return self.values @ WEIGHTS / (12 * self.steps)

    def kinks(self) -> Any:
        """How far the slopes to either side lie apart; curvature cancels between h and 2h."""
        right, left, far_right, far_left = (self.values[:, k] - self.centre for k in range(4))
        return (2 * (right + left) - (far_right + far_left) / 2) / self.steps

    def jitter(self) -> Any:
        """Second and fourth differences as the noise that would explain them; the smaller one."""
        right, left, far_right, far_left = (self.values[:, k] - self.centre for k in range(4))
        second, fourth = right + left, far_right + far_left - 4 * (right + left)
        return np.minimum(np.abs(second) / np.sqrt(6), np.abs(fourth) / np.sqrt(70))

    def flat_below(self, step: float) -> bool:
        """Nothing moves f up to a step."""
        return bool(np.all(self.values[self.steps <= step] == self.centre))

    def between(self, finest: float, coarsest: float = np.inf) -> _Scales:
        kept = (self.steps >= finest) & (self.steps <= coarsest)
        return _Scales(self.steps[kept], self.values[kept], self.centre)


def close_up(
    f: Callable[[float], float],
    at: float,
    lengths: tuple[float, ...],
    noise: tuple[float, float],
    given: float,
    allowed: float,
) -> CloseUp:
    """The slope of f(at + t) at t = 0, beside a given one whose own rounding is `allowed`.

    `lengths` are the natural lengths of the entry, `noise` one that f has, and one that its digits suggest.
    """
    centre = f(0.0)
    smallest = 4 * float(np.spacing(abs(at)))
    scales = _sampled(f, centre, _steps(lengths, smallest, -1))
    if scales.flat_below(SHORT * max(lengths)) and given:
        coarse = _sampled(f, centre, _steps(lengths, smallest, COARSEST, lowest=0, per_decade=1))
        scales = _Scales(
            np.concatenate([coarse.steps, scales.steps]), np.concatenate([coarse.values, scales.values]), centre
        )
    levels = _levels(scales, noise)
    finest, *views = [
        _seen(scales.between(step, np.inf if step else max(lengths)), level, given, allowed) for step, level in levels
    ]
    if finest.opinion != "differs":
        return finest
    apart = abs(given - finest.value)
    for (_, level), view in zip(levels[1:], views, strict=True):
        if view.opinion == "differs" or not _tells(view, given, apart):
            continue
        rounded = view.opinion == "agrees" and level <= PLAIN * abs(centre)
        return view if rounded else CloseUp(view.value, view.bar, "cannot_tell")
    if finest.value:
        return finest
    for step, level in levels[1:]:
        near = _seen(scales.between(step, max(lengths)), level, given, allowed)
        if near.opinion == "differs" and near.bar <= 0.5 * abs(near.value):
            return near
    return CloseUp(0.0, finest.bar, "cannot_tell") if _is_staircase(f, scales, given) else finest


def reconciled(look: CloseUp, value: float, bar: float) -> CloseUp:
    """A closer look beside a complex step, which is the finer one wherever the two are of one mind."""
    consistent = np.isfinite(value) and abs(look.value - value) <= look.bar + bar
    if (not consistent and np.isfinite(look.bar)) or look.opinion == "kink":
        # What does not move at all may be below the resolution of f, which complex step does not feel.
        hidden = np.isfinite(value) and look.value == 0 and look.opinion == "differs"
        return CloseUp(look.value, look.bar, "cannot_tell") if hidden else look
    if look.value and look.bar < bar:
        return look
    return CloseUp(value, bar, "differs" if np.isfinite(value) else "cannot_tell")


def _steps(
    lengths: tuple[float, ...], smallest: float, highest: int, lowest: int = -FINEST, per_decade: int = PER_DECADE
) -> Any:
    """Powers of two about every length, the largest first: at + h is exact at each."""
    powers = {
        round(np.log2(length) + exponent / per_decade * np.log2(10))
        for length in lengths
        for exponent in range(lowest * per_decade, highest * per_decade + 1)
    }
    steps = np.exp2(np.array(sorted(powers, reverse=True), dtype=float))
    return steps[steps >= smallest]


def _sampled(f: Callable[[float], float], centre: float, steps: Any) -> _Scales:
    values = np.array([[f(offset * step) for offset in OFFSETS] for step in steps]).reshape(-1, len(OFFSETS))
    kept = np.all(np.isfinite(values), axis=1)
    return _Scales(steps[kept], values[kept], centre)


def _levels(scales: _Scales, noise: tuple[float, float]) -> list[tuple[float, float]]:
    """(step from which on, noise): the finest first, and every larger noise that is there from some step on."""
    jitter, steps = scales.jitter(), scales.steps
    finest = float(np.max(jitter[-2 * PER_DECADE :], initial=0.0))
    levels = [(0.0, max(noise[0], 2 * finest))]
    if noise[1] > 4 * levels[-1][1]:
        levels.append((0.0, noise[1]))

    def about(step: float) -> float:
        return float(np.max(jitter[(steps > step / 4) & (steps < step * 4)], initial=0.0))

    for step in steps[::-1]:
        here = about(step)
        stays = 10 * step <= steps[0] and all(about(10.0**d * step) <= 4.0**d * here for d in (1, 2))
        if stays and here > 4 * levels[-1][1]:
            levels.append((float(step), 2 * here))
    return levels


def _tells(view: CloseUp, given: float, apart: float) -> bool:
    """Whether a view tells the given value from one that lies so far apart."""
    return view.bar <= 0.5 * apart or (view.bar <= 2 * apart and abs(view.value - given) <= 0.25 * apart)


def _is_staircase(f: Callable[[float], float], scales: _Scales, given: float) -> bool:
    """Whether f is flat about the point and then jumps, no later and no less than the given slope rounded away would.

    Then it may be a table whose slope is 0, or a slope that large numbers have swallowed.
    """
    moving = np.argwhere(scales.values != scales.centre)
    if not len(moving):
        return False
    last, column = moving[-1]
    below, above = 0.0, float(OFFSETS[column] * scales.steps[last])
    for _ in range(40):
        middle = (below + above) / 2
        below, above = (middle, above) if f(middle) == scales.centre else (below, middle)
    jump = abs(f(above) - scales.centre)
    return jump >= 0.5 * abs(given * above) and jump > abs(f(1.001 * above) - f(above))


def _seen(scales: _Scales, noise: float, given: float, allowed: float) -> CloseUp:
    if len(scales.steps) < 3:
        return CloseUp(float("nan"), float("inf"), "cannot_tell")
    slope, bar = _settled(scales.slopes(), 1.5 * noise / scales.steps)
    kink, kink_bar = _settled(scales.kinks(), 10 * noise / scales.steps)
    error = abs(given - slope)
    kinked = abs(kink) > 2 * kink_bar and abs(kink) > 8 * (bar + allowed)
    if error <= bar + allowed and not kinked:
        return CloseUp(slope, bar, "agrees")
    if error <= bar + allowed + abs(kink) / 2 + kink_bar:
        return CloseUp(slope, bar, "kink" if kinked else "cannot_tell")
    return CloseUp(slope, bar, "differs")


def _settled(values: Any, rounding: Any) -> tuple[float, float]:
    """The value of the best step with its bar: the gaps to its neighbours, its rounding, what finer steps deny."""
    gaps = np.abs(np.diff(values))
    coarse, fine = np.append(np.inf, gaps), np.append(gaps, 0.0)
    bars = np.maximum(coarse, np.minimum(fine, coarse)) + rounding
    apart = np.abs(values[None, :] - values[:, None]) - 2 * (rounding[None, :] + rounding[:, None])
    denied = np.max(np.triu(apart, 1), axis=1, initial=0.0)
    bars = bars + np.maximum(denied, 0.0)
    best = int(np.argmin(bars))
    return float(values[best]), SAFETY * float(bars[best])
