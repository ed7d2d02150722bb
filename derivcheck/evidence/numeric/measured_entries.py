"""Measured entries of a gradient, and what is said of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from derivcheck.diagnostics.verdicts import Census
from derivcheck.evidence.numeric.blackbox import BlackBox
from derivcheck.evidence.numeric.census import census
from derivcheck.evidence.numeric.checked import CheckedEntry, CheckVerdict, GradientCheck

SEVERITY: tuple[CheckVerdict, ...] = ("differs", "cannot_tell", "kink", "agrees")


@dataclass(frozen=True, slots=True)
class MeasuredEntries:
    """Entries at flat places: what was given and measured, the bars, and what a closer look said of some."""

    places: Any
    given: Any
    values: Any
    bars: Any
    opinions: dict[int, CheckVerdict]

    def odd(self, noise: Any) -> Any:
        """Positions of the entries that disagree, the worst first, without those that are settled."""
        allowed = self.bars + noise[self.places]
        errors = np.abs(self.given - self.values)
        apart = ~(errors <= allowed) & np.isfinite(self.given)
        found = [k for k in np.flatnonzero(apart) if int(k) not in self.opinions]
        weight = np.nan_to_num(errors / np.where(allowed > 0, allowed, 1e-300), nan=0.0, posinf=1e300)
        return np.array(sorted(found, key=lambda k: -weight[k]), dtype=int)


def judged_entries(found: MeasuredEntries, box: BlackBox, noise: Any, scheme: str) -> GradientCheck:
    """The verdict on a gradient by its entries, the worst first; `noise` is that of the given ones."""
    given, measured = found.given, found.values
    bars = found.bars + noise[found.places]
    errors = np.abs(given - measured)
    scale = float(
        max(
            np.max(np.abs(given[np.isfinite(given)]), initial=0.0),
            np.max(np.abs(measured[np.isfinite(measured)]), initial=0.0),
        )
    )
    verdicts = [
        _entry_verdict(
            float(errors[k]), float(bars[k]), float(given[k]), float(measured[k]), found.opinions.get(k), scale
        )
        for k in range(len(errors))
    ]
    weight = np.where(np.isfinite(errors), errors / np.where(bars > 0, bars, np.nan), np.inf)
    severity = np.array([SEVERITY.index(v) for v in verdicts])
    order = np.lexsort((-np.nan_to_num(weight, nan=0.0, posinf=1e300), severity))
    entries = tuple(_entry(found, box, int(k), float(bars[k]), verdicts[k]) for k in order[:64])
    verdict = min(verdicts, key=SEVERITY.index)
    reason = _reason(found.opinions.get(int(order[0])), scale) if verdict == "cannot_tell" else ""
    largest = float(np.max(np.where(np.isnan(errors), np.inf, errors)))
    bar = float(np.max(bars))
    return GradientCheck(
        verdict,
        scheme,
        largest / scale if scale else largest,
        bar / scale if scale else bar,
        entries,
        box.evaluations,
        reason,
        _census(found, box, entries[0], bars) if verdict == "differs" else None,
    )


def _entry(found: MeasuredEntries, box: BlackBox, k: int, bar: float, verdict: CheckVerdict) -> CheckedEntry:
    argument, index = box.point.place(int(found.places[k]))
    return CheckedEntry(
        index,
        float(found.given[k]),
        float(found.values[k]),
        bar,
        verdict,
        argument + 1 if box.point.several else None,
    )


def _census(found: MeasuredEntries, box: BlackBox, worst: CheckedEntry, bars: Any) -> Census | None:
    """The pattern of the wrong entries, in the argument of the worst of them."""
    if len(found.places) != box.x.size:
        return None
    argument = (worst.argument or 1) - 1
    own, shape = box.point.places(argument), box.point.shapes[argument]
    return census(*(part[own].reshape(shape) for part in (found.given, found.values, bars)))


def _reason(opinion: CheckVerdict | None, scale: float) -> str:
    if not scale:
        return "f does not move at any step"
    if opinion == "cannot_tell":
        return "f has kinks or steps there that its noise hides"
    return "the noise of f is as large as its gradient"


def _entry_verdict(
    error: float, bar: float, given: float, measured: float, opinion: CheckVerdict | None, scale: float
) -> CheckVerdict:
    if not np.isfinite(measured) or not np.isfinite(bar):
        return "cannot_tell"
    if not np.isfinite(given):
        return "differs"
    if opinion in ("kink", "cannot_tell"):
        return opinion
    if error <= bar:
        # A bar as large as the gradient itself lets anything pass: that is no agreement.
        return "agrees" if error == 0 or bar <= 0.5 * scale else "cannot_tell"
    return "differs"
