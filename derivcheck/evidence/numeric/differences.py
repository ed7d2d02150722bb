"""Difference quotients with an error bar: fourth order, on a ladder of steps, without any absolute tolerance.

Both halves of the error are measured. Truncation: how far neighbouring rungs differ.
Rounding: the noise of the function over the step. The best rung of every entry is
chosen by itself. That second differences show the noise of a function is the idea of
Moré and Wild, "Estimating computational noise" (2011).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

EPSILON = float(np.finfo(float).eps)
RUNGS = tuple(10.0**-k for k in (1, 1.5, 2, 2.5, 3, 3.5, 4, 5, 6, 7))
STENCIL = ((1.0, 8.0), (-1.0, -8.0), (2.0, -1.0), (-2.0, 1.0))  # f'(x) ~ sum(w f(x + o h)) / 12 h
SAFETY = 2.0
BEND_STEPS, BEND = (1e-5, 1e-6), 0.01
NOISE_STEPS = (4 * EPSILON, 1e-12, 1e-10, 1e-8, 1e-7)

Evaluation = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Quotients:
    """Difference quotients, one per direction: the value, its bar, and the chosen step.

    `left` and `right` are the slopes to either side at the smallest trusted step, `kinked`
    where they differ and stay different on every smaller rung.
    """

    value: Any
    bar: Any
    step: Any
    left: Any
    right: Any
    kinked: Any


@dataclass(frozen=True, slots=True)
class Ladder:
    """Every rung: steps (rung,), values and bars (rung, direction)."""

    steps: Any
    values: Any
    bars: Any


def ladder(
    evaluate: Evaluation, units: Any, noise: float, rungs: tuple[float, ...] = RUNGS
) -> tuple[Ladder, Quotients]:
    """Slopes at 0 of the functions `evaluate` gives along every direction.

    `evaluate(t)` takes a step per direction, shape (directions,), and returns f(x + t d),
    shape (directions,); `units` is the natural length of each direction, `noise` the
    noise of f as an absolute number. Steps at which f is not finite are passed over.
    """
    units = np.asarray(units, dtype=float)
    centre = np.asarray(evaluate(np.zeros_like(units)), dtype=float)
    values, rounding, right, left = [], [], [], []
    for rung in rungs:
        # A step that x + h - x gives back exactly is left to the caller; here h is a power of two.
        step = np.exp2(np.round(np.log2(units * rung)))
        samples = [(offset, weight, np.asarray(evaluate(offset * step), dtype=float)) for offset, weight in STENCIL]
        with np.errstate(all="ignore"):
            values.append(sum(weight * sample for _, weight, sample in samples) / (12 * step))
            rounding.append(1.5 * noise / step)
            right.append((samples[0][2] - centre) / step)
            left.append((centre - samples[1][2]) / step)
    table = np.array(values)
    steps = np.exp2(np.round(np.log2(units[None, :] * np.array(rungs)[:, None])))
    rounding_error = np.array(rounding)
    with np.errstate(all="ignore"):
        gaps = np.abs(np.diff(table, axis=0))
    gaps = np.where(np.isfinite(gaps), gaps, np.inf)
    edge = np.full((1, table.shape[1]), np.inf)
    # The larger of both neighbouring gaps: two rungs may agree by chance, three seldom do.
    coarse = np.concatenate([edge, gaps])
    fine = np.concatenate([gaps, np.zeros_like(edge)])
    bars = np.maximum(coarse, np.minimum(fine, coarse)) + rounding_error
    bars = np.where(np.isfinite(table), bars, np.inf)
    bars = _unresolved(table, bars, steps, noise)
    best = np.argmin(bars, axis=0)
    columns = np.arange(table.shape[1])
    kinked, one_left, one_right = _one_sided(np.array(left), np.array(right), rounding_error)
    return Ladder(steps, table, bars), Quotients(
        table[best, columns], SAFETY * bars[best, columns], steps[best, columns], one_left, one_right, kinked
    )


def _unresolved(table: Any, bars: Any, steps: Any, noise: float) -> Any:
    """Bars of differences that are exactly zero: the function may only be too coarse to show its slope there.

    Its resolution is the smallest change that was seen along a direction in which small steps change nothing;
    a change far above the noise is no resolution, but a kink or a jump that a large step has met.
    """
    flat = table == 0
    moving = ~flat & np.isfinite(table)
    partly = flat.any(axis=0) & moving.any(axis=0)
    if not partly.any():
        return bars
    changes = np.where(moving, np.abs(table) * steps, np.inf)
    resolution = np.where(partly, np.min(changes, axis=0), np.min(changes[:, partly]))
    if noise:
        resolution = np.where(resolution <= 64 * noise, resolution, 0.0)
    with np.errstate(all="ignore"):
        return np.where(flat, np.maximum(bars, resolution / steps[0]), bars)


def _one_sided(left: Any, right: Any, rounding: Any) -> tuple[Any, Any, Any]:
    """(whether the slopes stay apart as the step shrinks, slope to the left, slope to the right).

    For a smooth function the gap shrinks with the step; at a kink it stays.
    """
    with np.errstate(all="ignore"):
        gap = np.abs(right - left)
    usable = np.isfinite(gap) & (gap > 8 * rounding)
    # The smallest and the next smaller step at which a gap is still to be seen, a factor 10 apart at least.
    count = gap.shape[0]
    columns = np.arange(gap.shape[1])
    last = count - 1 - np.argmax(usable[::-1], axis=0)
    before = np.maximum(last - 2, 0)
    seen = usable.any(axis=0) & (last >= 4)
    with np.errstate(all="ignore"):
        stays = gap[last, columns] > 0.5 * gap[before, columns]
    return seen & stays, left[last, columns], right[last, columns]


def bends(along: Callable[[float], Any], gap: float, noise: float) -> bool:
    """Whether slopes to both sides of a point differ by about as much as is to be explained: a kink.

    `along(t)` is a function at x + t d, for several d of the length of x itself, with rounding
    errors up to `noise`; the second difference over the step stays as the step shrinks at a kink,
    and vanishes elsewhere.
    """
    centre = along(0.0)
    noise = 8 * max(noise, EPSILON * float(np.max(np.abs(centre), initial=0.0)))
    wide, narrow = (
        float(np.max(np.abs(along(step) - 2 * centre + along(-step)), initial=0.0)) / step for step in BEND_STEPS
    )
    return narrow > max(BEND * gap, noise / BEND_STEPS[-1], 0.5 * wide)


def noise_of(evaluate: Callable[[float, Any], float], directions: list[Any], value: float) -> float:
    """The noise of a scalar function, absolute: how far it jumps where it should be straight.

    `evaluate(t, d)` is f(x + t d) for a relative displacement t. Second differences at
    the smallest displacement that moves the value at all are pure noise.
    """
    floor = EPSILON * abs(value)
    for step in NOISE_STEPS:
        jumps = []
        for direction in directions:
            above, below = evaluate(step, direction), evaluate(-step, direction)
            jump = abs(above - 2 * value + below)
            if np.isfinite(jump) and (above != value or below != value):
                jumps.append(jump)
        if jumps and 2 * len(jumps) >= len(directions):
            return max(floor, max(jumps))
    return floor
