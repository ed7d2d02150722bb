"""Which entries of a tensor differ, and what the pattern suggests."""

from __future__ import annotations

from typing import Any

import numpy as np

from derivcheck.diagnostics.verdicts import Census


def census(given: Any, measured: Any, bars: Any) -> Census:
    """The census of two arrays of one shape; `bars` say how far entries may lie apart."""
    given, measured = np.asarray(given, dtype=float), np.asarray(measured, dtype=float)
    with np.errstate(all="ignore"):
        wrong = ~(np.abs(given - measured) <= bars)
    count = int(np.count_nonzero(wrong))
    lines = []
    for axis in range(given.ndim):
        if given.shape[axis] > 1 and count:
            others = tuple(k for k in range(given.ndim) if k != axis)
            hit = np.flatnonzero(np.any(wrong, axis=others))
            if len(hit) <= given.shape[axis] // 2:
                lines.append((axis + 1, tuple(int(k) + 1 for k in hit)))
    ratio = _constant_ratio(given, measured, wrong)
    return Census(count, int(given.size), tuple(lines), ratio, _cause(given, measured, bars, wrong, ratio))


def _constant_ratio(given: Any, measured: Any, wrong: Any) -> float | None:
    """given / measured over the wrong entries, where it is one number."""
    above, below = given[wrong], measured[wrong]
    if above.size < 2 or np.any(below == 0) or not np.all(np.isfinite(above)) or not np.all(np.isfinite(below)):
        return None
    ratios = above / below
    middle = _middle(ratios)
    # A ratio near 1 that varies as much as it differs from 1 is no factor.
    bar = min(1e-6 * abs(middle), 1e-3 * abs(middle - 1))
    return middle if np.all(np.abs(ratios - middle) <= bar) else None


def _middle(values: Any) -> float:
    """The median of finite values; that of NumPy looks for masks, and imports what knows them."""
    values = np.sort(values, axis=None)
    return float((values[(values.size - 1) // 2] + values[values.size // 2]) / 2)


def _cause(given: Any, measured: Any, bars: Any, wrong: Any, ratio: float | None) -> str:
    bar = float(np.max(np.where(np.isfinite(bars), bars, 0))) if np.size(bars) else 0.0
    if not np.all(np.isfinite(given)):
        return "a given value is not finite"
    if ratio is not None and abs(ratio + 1) < 1e-6:
        return "the sign is wrong"
    if ratio is not None and abs(ratio) > 1e-12:
        inverse = 1 / ratio
        if abs(inverse) >= 1 and abs(inverse - round(inverse)) < 1e-6 * abs(inverse):
            return f"a factor {round(inverse)} is missing"
        return f"a constant factor {ratio:.6g} too much"
    if np.all(given[wrong] == 0):
        return "the given entries are zero"
    if given.ndim == 2 and given.shape[0] == given.shape[1] and np.all(np.abs(given.T - measured) <= bars + bar):
        return "the given array is the transpose"
    shift = (given - measured)[wrong]
    if shift.size > 1 and np.all(np.abs(shift - _middle(shift)) <= 1e-6 * np.max(np.abs(shift))):
        return f"a constant {_middle(shift):.6g} is added"
    for axis in range(given.ndim):
        if given.shape[axis] > 1 and np.all(wrong):
            with np.errstate(all="ignore"):
                ratios = given / measured
                middle = np.median(ratios, axis=axis, keepdims=True)
            if np.all(np.isfinite(ratios)) and np.all(np.abs(ratios - middle) <= 1e-6 * np.abs(middle)):
                return (
                    f"the ratio given / measured is constant along axis {axis + 1}: a factor of the other axes is off"
                )
    return ""
