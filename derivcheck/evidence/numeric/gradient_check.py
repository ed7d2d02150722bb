"""Checking the gradient of a Python function: `check_gradient(f, grad, x)`.

Complex step where the function has shown that it is safe under it, differences on a
ladder of steps elsewhere; an entry that disagrees is looked at on every scale before it
is said to. No tolerance is absolute: every entry has a bar of its own, which knows the
precision that f and grad compute in.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from derivcheck.evidence.numeric.blackbox import DIRECTIONS, SMALLEST, BlackBox
from derivcheck.evidence.numeric.checked import CheckVerdict, GradientCheck
from derivcheck.evidence.numeric.closeup import CloseUp, close_up, reconciled
from derivcheck.evidence.numeric.differences import EPSILON, Quotients, ladder
from derivcheck.evidence.numeric.measured_entries import MeasuredEntries, judged_entries

FULL = 4096  # entries up to which every one is measured
COARSE = 1e-4  # bars above this part of an entry are worth a closer look
STEADY = 1e-6  # what a slope may move by when the step does, relative
BATCH = 64  # entries that are looked at closely at a time


def check_gradient(
    f: Callable[..., Any], grad: Callable[..., Any], x: Any, *, seed: int = 0, scheme: str = "auto"
) -> GradientCheck:
    """Compare `grad(x)` with measured slopes of `f` at `x`.

    `x` is an array of numbers of any shape, `f(x)` a scalar and `grad(x)` shaped like `x`. A tuple of arrays
    stands for several arguments: `f(W, b)` is a scalar, and `grad(W, b)` a tuple of arrays of their shapes.
    `grad` is asked in the type of `x`, whose rounding counts for its bar; `f` is measured in float64, with
    the precision it answers in. Both get NumPy arrays of their own, which functions of jax take as well.
    Every entry is measured up to 4,096 of them; of a larger array random directions are, and the
    wrong entries are found by bisection. `scheme` is `auto`, `complex` or `differences`.
    Raises ValueError where `f(x)` is not a scalar or `grad(x)` has another shape than `x`.
    """
    if scheme not in ("auto", "complex", "differences"):
        raise ValueError(f"the scheme is `auto`, `complex` or `differences`, not `{scheme}`")
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return _Check(BlackBox(f, grad, x, seed), scheme).result()


class _Check:
    """The state of one check: the function, the point, and what was learned of them."""

    def __init__(self, box: BlackBox, scheme: str) -> None:
        self.box, self.x, self.scheme = box, box.x, scheme
        self.reason, self.confirmed = "", False

    def result(self) -> GradientCheck:
        value, (given, rounding) = self.box.value(self.x), self.box.given(self.x)
        if not self._same(value, self.box.value(self.x)) or not self._same(given, self.box.given(self.x)[0]):
            return self._untold("not_deterministic", "two runs", "the same point gave two different values")
        if not np.isfinite(value):
            return self._untold("cannot_tell", "none", f"f(x) is {value}")
        if not self.x.size:
            return GradientCheck("agrees", "no entries", 0.0, 0.0, evaluations=self.box.evaluations)
        self.base, self.lengths = value, self.box.point.lengths()
        self.noise = self.box.noise(value)
        self.gradient_noise = self.box.gradient_noise(given, rounding)
        complex_step = self.scheme != "differences" and self._try_complex_step()
        if self.scheme == "complex" and not complex_step:
            return self._untold("cannot_tell", "complex step", self.reason or "f is not safe under complex step")
        if self.x.size > FULL:
            return self._by_projection(given, complex_step)
        scheme = "complex step" if complex_step else "differences"
        return self._judged(given, np.arange(self.x.size), complex_step, scheme)

    def _judged(self, given: Any, places: Any, complex_step: bool, scheme: str) -> GradientCheck:
        found = self._measured(given, places, complex_step)
        return judged_entries(found, self.box, self.gradient_noise, scheme)

    def _untold(self, verdict: CheckVerdict, scheme: str, reason: str) -> GradientCheck:
        return GradientCheck(verdict, scheme, evaluations=self.box.evaluations, reason=reason)

    @staticmethod
    def _same(first: Any, second: Any) -> bool:
        return bool(np.array_equal(first, second, equal_nan=True))

    def _try_complex_step(self) -> bool:
        """Try complex steps along random directions.

        They will do where their slopes agree with real ones, and the real part stays what it was.
        """
        directions = [self.box.direction() * self._sparse(k) for k in range(DIRECTIONS)]
        # Steps on the scale of all of x may leave the domain of small entries; relative ones stay inside.
        directions.append(self.box.direction() * np.abs(self.x) / float(np.median(self.lengths)))
        try:
            there = self.box.complex_value(self.box.direction())
            if abs(there.real - self.base) > 64 * self.noise + 1e-6 * abs(self.base):
                self.reason = "f has another value at complex points"
                return False
            steps = np.array([self.box.slope(d) for d in directions])
        except Exception as problem:
            lost = str(problem) == "f loses the imaginary part"
            self.reason = str(problem) if lost else f"f does not take complex points ({type(problem).__name__})"
            return False
        quotients = self._along(directions)
        # Differences that do not move count as well: their bar is the resolution of f over the largest step.
        trusted = np.isfinite(quotients.bar) & ~quotients.kinked
        self.confirmed = bool(np.any(trusted & (quotients.bar < np.abs(quotients.value))))
        return bool(
            np.all(np.isfinite(steps)) and np.all(np.abs(steps - quotients.value)[trusted] <= quotients.bar[trusted])
        )

    def _sparse(self, k: int) -> Any:
        """Directions over everything, and over ever smaller random parts of x."""
        return np.where(self.box.random.uniform(size=self.x.shape) < 0.5**k, 1.0, 0.0)

    def _along(self, directions: list[Any]) -> Quotients:
        """Difference quotients along directions."""
        return ladder(
            lambda steps: np.array([self.box.moved(self.x + t * d) for t, d in zip(steps, directions, strict=True)]),
            np.full(len(directions), float(np.median(self.lengths))),
            self.noise,
        )[1]

    # --- every entry ----------------------------------------------------------------------

    def _measured(self, given: Any, places: Any, complex_step: bool) -> MeasuredEntries:
        suspects = np.array([], dtype=int)
        if complex_step:
            values = np.array([self._partial(place) for place in places])
            scale = float(np.max(np.abs(values))) if np.all(np.isfinite(values)) else 0.0
            bars = self._rounding() * (scale + np.abs(values)) + self._conditioning(places, values)
        else:
            quotients = self._differences(places)
            values, bars = quotients.value, quotients.bar
            suspects = np.flatnonzero(quotients.kinked)[:BATCH]
        return self._closer(MeasuredEntries(places, given[places], values, bars, {}), suspects, complex_step)

    def _rounding(self) -> float:
        """The relative rounding of a complex step."""
        return 64 * self.box.precision + 4 * self.box.digits

    def _closer(self, found: MeasuredEntries, suspects: Any, complex_step: bool) -> MeasuredEntries:
        """Entries that disagree, looked at on every scale: the worst first, until one is found to differ."""
        if not (found.odd(self.gradient_noise).size or suspects.size or self._coarse(found).size):
            return found
        self.gradient_noise = self.gradient_noise + 8 * self.box.inner_gradient_noise()
        values, bars, opinions = found.values.copy(), found.bars.copy(), dict(found.opinions)
        if complex_step:
            bars += 8 * self.box.inner_slope_noise()
        found = MeasuredEntries(found.places, found.given, values, bars, opinions)
        odd = list(dict.fromkeys([*found.odd(self.gradient_noise), *suspects, *self._coarse(found)]))
        for start in range(0, len(odd), BATCH):
            for k in odd[start : start + BATCH]:
                look = self._look(int(found.places[k]), float(found.given[k]))
                if complex_step:
                    look = self._beside(look, float(values[k]), float(bars[k]), found, int(k))
                elif self._may_have_vanished(look, int(found.places[k]), float(found.given[k])):
                    look = CloseUp(look.value, look.bar, "cannot_tell")
                values[k], bars[k], opinions[int(k)] = look.value, look.bar, look.opinion
            if "differs" in opinions.values():
                break
        return found

    def _beside(self, look: CloseUp, value: float, bar: float, found: MeasuredEntries, k: int) -> CloseUp:
        """A closer look beside a complex step; one that no difference confirmed accuses nothing by itself."""
        both = reconciled(look, value, bar)
        apart = abs(found.given[k] - both.value) > both.bar + self.gradient_noise[found.places[k]]
        alone = not self.confirmed and look.opinion != "differs" and both.opinion == "differs"
        return CloseUp(both.value, both.bar, "cannot_tell") if alone and apart else both

    def _may_have_vanished(self, look: CloseUp, place: int, given: float) -> bool:
        """Whether f is 0, does not move, and may be unable to: it underflows, or complex step knows the given slope."""
        if self.base or look.value or look.opinion != "differs":
            return False
        underflows = abs(given * self.lengths[place]) < np.finfo(float).tiny
        allowed = self._rounding() * abs(given) + float(self.gradient_noise[place])
        return underflows or (self.scheme == "auto" and abs(self._partial(place) - given) <= allowed)

    def _coarse(self, found: MeasuredEntries) -> Any:
        """Positions whose bars are far above what the noise of an exact f explains: a kink lies among the steps."""
        if max(self.box.precision, self.box.digits) > EPSILON:
            return np.array([], dtype=int)
        size = np.maximum(np.abs(found.given), np.abs(found.values))
        coarse = np.flatnonzero((found.bars > COARSE * size) & (found.bars < np.inf))
        return coarse[np.argsort(-found.bars[coarse], kind="stable")][: BATCH // 4]

    def _look(self, place: int, given: float) -> CloseUp:
        direction = np.zeros(self.x.size)
        direction[place] = 1.0
        own = abs(float(self.x[place]))
        lengths = (float(self.lengths[place]), own) if own else (float(self.lengths[place]),)
        return self._look_along(direction, float(self.x[place]), lengths, given, float(self.gradient_noise[place]))

    def _look_along(
        self, direction: Any, at: float, lengths: tuple[float, ...], given: float, allowed: float
    ) -> CloseUp:
        def along(t: float) -> float:
            return self.box.moved(self.x + t * direction) if t else self.base

        noise = (self.box.precision * abs(self.base), self.box.digits * abs(self.base))
        return close_up(along, at, lengths, noise, given, allowed)

    def _partial(self, place: int, part: float = 1.0) -> float:
        direction = np.zeros(self.x.size)
        direction[place] = 1.0
        try:
            return self.box.slope(direction, part=part)
        except Exception:
            return float("nan")

    def _conditioning(self, places: Any, measured: Any) -> Any:
        """How far measured slopes move when x moves by a unit in the last place, and the step to a quarter."""
        if len(places) > 256:
            chosen = self.box.random.choice(len(places), 64, replace=False)
        else:
            chosen = np.arange(len(places))
        keep = self.x
        self.box.x = keep * (1 + 2 * EPSILON * self.box.direction())
        try:
            moved = np.abs(np.array([self._partial(place, 0.25) for place in places[chosen]]) - measured[chosen])
        finally:
            self.box.x = keep
        moved = np.where(np.isfinite(moved), moved, 0.0)
        if len(chosen) == len(places):
            # A step that is not small beside the entry, and a slope that depends on it: nothing was measured.
            own = np.abs(self.x[places])
            apart = (own > 0) & (own < SMALLEST) & (moved > STEADY * np.abs(measured))
            return np.where(apart, np.inf, 8 * moved)
        return np.full(len(places), 8 * float(np.max(moved)) if moved.size else 0.0)

    def _differences(self, places: Any) -> Quotients:
        """Entrywise difference quotients, with steps on the scale of all of x and, where that fails, of the entry."""
        units, own = self.lengths[places], np.abs(self.x[places])

        def evaluate(steps: Any) -> Any:
            values = np.empty(len(places))
            for k, (place, step) in enumerate(zip(places, steps, strict=True)):
                moved = self.x.copy()
                moved[place] += step
                values[k] = self.box.moved(moved) if step else self.base
            return values

        found = ladder(evaluate, units, self.noise)[1]
        again = np.flatnonzero((own > 0) & (own < 1e-2 * units) | (own > 1e2 * units))
        if not again.size:
            return found
        places = places[again]
        other = ladder(evaluate, own[again], self.noise)[1]
        better = other.bar < found.bar[again]
        parts = []
        for name in ("value", "bar", "step", "left", "right", "kinked"):
            whole = getattr(found, name).copy()
            whole[again] = np.where(better, getattr(other, name), whole[again])
            parts.append(whole)
        return Quotients(*parts)

    # --- very many entries ----------------------------------------------------------------

    def _by_projection(self, given: Any, complex_step: bool) -> GradientCheck:
        """Random directions through everything; the wrong entries are found by bisection."""
        scheme = "complex-step projections" if complex_step else "difference projections"
        worst = 0.0
        untold = False
        for _ in range(3):
            direction = self.box.direction()
            error, bar = self._projected(given, direction, complex_step)
            if not error <= bar:
                opinion = self._opinion_along(given, direction, complex_step)
                if opinion == "differs":
                    wrong = self._bisected(given, direction, complex_step)
                    return self._judged(given, wrong, complex_step, f"{scheme}, bisection")
                untold = untold or opinion == "cannot_tell"
                continue
            worst = max(worst, error / bar if bar else 0.0)
        if untold:
            return self._untold("cannot_tell", scheme, "f is too rough along directions through all of its entries")
        scale = float(np.max(np.abs(given)))
        bar = float(np.max(self.gradient_noise))
        return GradientCheck(
            "agrees",
            scheme,
            worst * bar / scale if scale else 0.0,
            bar / scale if scale else 0.0,
            evaluations=self.box.evaluations,
        )

    def _opinion_along(self, given: Any, direction: Any, complex_step: bool) -> CheckVerdict:
        """What a closer look along a direction through everything says."""
        expected, rounding = self._expected(given, direction)
        length = float(np.median(self.lengths))
        look = self._look_along(direction, float(np.max(np.abs(self.x))), (length,), expected, rounding)
        if complex_step:
            bar = self._rounding() * abs(expected) + 8 * self.box.inner_slope_noise()
            look = reconciled(look, self.box.slope(direction), bar)
        return look.opinion

    def _expected(self, given: Any, direction: Any) -> tuple[float, float]:
        """(the given slope along a direction, how far it may be rounded)."""
        rounding = float(np.sqrt(np.sum((self.gradient_noise * direction) ** 2)))
        return float(np.sum(given * direction)), rounding + EPSILON * float(np.sum(np.abs(given * direction)))

    def _projected(self, given: Any, direction: Any, complex_step: bool) -> tuple[float, float]:
        """(how far the given slope along a direction is from the measured one, the bar)."""
        expected, rounding = self._expected(given, direction)
        if complex_step:
            return abs(self.box.slope(direction) - expected), rounding + self._rounding() * abs(expected)
        quotients = self._along([direction])
        return abs(float(quotients.value[0]) - expected), rounding + float(quotients.bar[0])

    def _bisected(self, given: Any, direction: Any, complex_step: bool) -> Any:
        """Up to 64 flat places whose parts of a projection disagree, the largest disagreement first."""
        waiting = [(0.0, np.arange(self.x.size))]
        found: list[int] = []
        tried = 0
        while waiting and len(found) < 64 and tried < 2000:
            waiting.sort(key=lambda part: part[0])
            _, places = waiting.pop()
            if len(places) == 1:
                found.append(int(places[0]))
                continue
            for half in np.array_split(places, 2):
                part = np.zeros(self.x.size)
                part[half] = direction[half]
                error, bar = self._projected(given, part, complex_step)
                tried += 1
                if not error <= bar:
                    waiting.append((error if np.isfinite(error) else np.inf, half))
        return np.array(sorted(found) or [int(np.argmax(np.abs(given)))])
