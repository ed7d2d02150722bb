"""Checking the gradient of a Python function: `check_gradient(f, grad, x)`.

Complex step where the function has shown that it is safe under it, differences on a
ladder of steps elsewhere; a disagreement that differences can resolve is confirmed by
them. No tolerance is absolute: every entry has a bar of its own.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from derivcheck.numeric.census import census
from derivcheck.numeric.differences import EPSILON, Quotients, ladder, noise_of
from derivcheck.verdicts import Census

CheckVerdict = Literal["agrees", "differs", "kink", "cannot_tell", "not_deterministic"]

STEP = 1e-30
FULL = 4096  # entries up to which every one is measured
DIRECTIONS = 4
SHOWN = 5
SEVERITY: tuple[CheckVerdict, ...] = ("differs", "cannot_tell", "kink", "agrees")


@dataclass(frozen=True, slots=True)
class CheckedEntry:
    """One entry of a gradient: what was given, what was measured, and how far they may lie apart."""

    index: tuple[int, ...]
    given: float
    measured: float
    bar: float
    verdict: CheckVerdict

    def __str__(self) -> str:
        place = "[" + ",".join(map(str, self.index)) + "]" if self.index else ""
        ratio = f", ratio {self.given / self.measured:.6g}" if self.measured else ""
        return (
            f"x{place}: given {self.given:.10g}, measured {self.measured:.10g} ± {self.bar:.1e}{ratio}: {self.verdict}"
        )


@dataclass(frozen=True, slots=True)
class GradientCheck:
    """What was found about a gradient.

    `verdict` is `agrees`, `differs`, `kink` (every odd entry lies between the one-sided
    slopes), `cannot_tell` or `not_deterministic`; `max_error` and `bar` are relative to
    the largest entry; `entries` are the worst first.
    """

    verdict: CheckVerdict
    scheme: str
    max_error: float = float("nan")
    bar: float = float("nan")
    entries: tuple[CheckedEntry, ...] = ()
    evaluations: int = 0
    reason: str = ""
    census: Census | None = field(default=None, repr=False)

    @property
    def ok(self) -> bool:
        return self.verdict in ("agrees", "kink")

    def __str__(self) -> str:
        how = f"{self.scheme}, {self.evaluations} evaluations"
        lines = [f"{self.verdict}: relative error {self.max_error:.1e}, bar {self.bar:.1e} ({how})"]
        if self.reason:
            lines.append(self.reason)
        if self.verdict != "agrees":
            lines += [str(entry) for entry in self.entries[:SHOWN] if entry.verdict != "agrees"]
        if self.census is not None and self.verdict == "differs":
            lines.append(str(self.census))
        return "\n".join(lines)


def check_gradient(
    f: Callable[[Any], Any], grad: Callable[[Any], Any], x: Any, *, seed: int = 0, scheme: str = "auto"
) -> GradientCheck:
    """Compare `grad(x)` with measured slopes of `f` at `x`.

    `x` is a float array of any shape, float32 or float64; `f(x)` is a scalar and `grad(x)` shaped like `x`.
    `grad` is asked in the type of `x`, whose rounding counts for its bar; `f` is measured in float64.
    Every entry is measured up to 4,096 of them; of a larger array random directions are, and the
    wrong entries are found by bisection. `scheme` is `auto`, `complex` or `differences`.
    Raises ValueError where `f(x)` is not a scalar or `grad(x)` has another shape than `x`.
    """
    if scheme not in ("auto", "complex", "differences"):
        raise ValueError(f"the scheme is `auto`, `complex` or `differences`, not `{scheme}`")
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return _Check(f, grad, x, seed, scheme).result()


class _Check:
    """The state of one check: the function, the point, and what was learned of them."""

    def __init__(self, f: Callable[[Any], Any], grad: Callable[[Any], Any], x: Any, seed: int, scheme: str) -> None:
        self.f, self.grad, self.scheme = f, grad, scheme
        array = np.asarray(x)
        self.type = array.dtype if array.dtype in (np.float32, np.float64) else np.dtype(np.float64)
        self.x = np.array(array, dtype=float)
        self.random = np.random.default_rng(seed)
        self.evaluations = 0
        self.reason = ""

    # --- evaluation -----------------------------------------------------------------------

    def value(self, point: Any) -> float:
        """f at a real point. Raises ValueError where it is not a scalar.

        The point is in float64 whatever the type of x: in float32 a step of 1e-3 is rounded by 1e-4 of itself.
        """
        self.evaluations += 1
        found = np.asarray(self.f(np.array(point, dtype=float)))
        if found.size != 1:
            raise ValueError(f"f(x) has the shape {found.shape}: a scalar is expected")
        return float(np.real(found.reshape(())))

    def slope(self, direction: Any) -> float:
        """Im f(x + ih d) / h. Raises whatever f raises at complex points."""
        self.evaluations += 1
        found = np.asarray(self.f(self.x.astype(np.complex128) + 1j * STEP * direction))
        if found.size != 1:
            raise ValueError("f is not a scalar at complex points")
        return float(np.imag(found.reshape(()))) / STEP

    def given(self, point: Any) -> Any:
        found = np.asarray(self.grad(np.array(point, dtype=self.type)))
        if found.shape != self.x.shape:
            raise ValueError(f"grad(x) has the shape {found.shape}, x has {self.x.shape}")
        return found.astype(float)

    # --- the check ------------------------------------------------------------------------

    def result(self) -> GradientCheck:
        value, given = self.value(self.x), self.given(self.x)
        if not self._same(value, self.value(self.x)) or not self._same(given, self.given(self.x)):
            return GradientCheck("not_deterministic", "two runs", evaluations=self.evaluations,
                                 reason="the same point gave two different values")  # fmt: skip
        if not np.isfinite(value):
            return GradientCheck("cannot_tell", "none", evaluations=self.evaluations, reason=f"f(x) is {value}")
        if not self.x.size:
            return GradientCheck("agrees", "no entries", 0.0, 0.0, evaluations=self.evaluations)
        self.base = value
        self.unit = self._unit()
        self.noise = noise_of(
            lambda t, d: self.value(self.x + t * d), [self._direction() * self.unit for _ in range(DIRECTIONS)], value
        )
        self.gradient_noise = self._gradient_noise(given)
        complex_step = self.scheme != "differences" and self._is_safe_under_complex_step()
        if self.scheme == "complex" and not complex_step:
            return GradientCheck("cannot_tell", "complex step", evaluations=self.evaluations,
                                 reason=self.reason or "f is not safe under complex step")  # fmt: skip
        if self.x.size > FULL:
            return self._by_projection(given, complex_step)
        places = np.arange(self.x.size)
        return self._judged(given, places, *self._measured(given, places, complex_step))

    @staticmethod
    def _same(first: Any, second: Any) -> bool:
        return bool(np.array_equal(first, second, equal_nan=True))

    def _unit(self) -> float:
        """The typical length of an entry of x."""
        finite = np.abs(self.x[np.isfinite(self.x)])
        typical = float(np.sqrt(np.mean(finite**2))) if finite.size else 0.0
        return typical or 1.0

    def _direction(self) -> Any:
        return self.random.choice([-1.0, 1.0], size=self.x.shape)

    def _gradient_noise(self, given: Any) -> Any:
        """How far every entry of grad moves when x moves by a unit or two in the last place, and its rounding."""
        epsilon = float(np.finfo(self.type).eps)
        moved = np.zeros(self.x.shape)
        for _ in range(2):
            near = self.given(self.x * (1 + 2 * epsilon * self._direction()))
            moved = np.maximum(moved, np.where(np.isfinite(near), np.abs(near - given), 0))
        finite = np.where(np.isfinite(given), np.abs(given), 0)
        return 8 * moved + 16 * epsilon * (finite + 0.05 * float(np.max(finite)))

    def _is_safe_under_complex_step(self) -> bool:
        """Complex and real slopes along random directions agree, and the real part stays what it was."""
        try:
            there = np.asarray(self.f(self.x.astype(np.complex128) + 1j * STEP * self._direction()))
        except Exception as problem:
            self.reason = f"f does not take complex points ({type(problem).__name__})"
            return False
        self.evaluations += 1
        if not np.iscomplexobj(there) or there.size != 1:
            self.reason = "f loses the imaginary part"
            return False
        if abs(float(np.real(there.reshape(()))) - self.base) > 64 * self.noise + 1e-6 * abs(self.base):
            self.reason = "f has another value at complex points"
            return False
        directions = [self._direction() * self._sparse(k) for k in range(DIRECTIONS)]
        try:
            steps = np.array([self.slope(d) for d in directions])
        except Exception as problem:
            self.reason = f"f does not take complex points ({type(problem).__name__})"
            return False
        quotients = self._along(directions)
        # Differences that do not move at all say that f is below its own resolution, not that complex step errs.
        trusted = np.isfinite(quotients.bar) & ~quotients.kinked & (quotients.value != 0)
        return bool(
            np.all(np.isfinite(steps)) and np.all(np.abs(steps - quotients.value)[trusted] <= quotients.bar[trusted])
        )

    def _sparse(self, k: int) -> Any:
        """Directions over everything, and over ever smaller random parts of x."""
        return np.where(self.random.uniform(size=self.x.shape) < 0.5**k, 1.0, 0.0)

    def _along(self, directions: list[Any]) -> Quotients:
        """Difference quotients along directions."""
        return ladder(
            lambda steps: np.array([self.value(self.x + t * d) for t, d in zip(steps, directions, strict=True)]),
            np.full(len(directions), self.unit), self.noise,
        )[1]  # fmt: skip

    # --- every entry ----------------------------------------------------------------------

    def _measured(self, given: Any, places: Any, complex_step: bool) -> tuple[Any, Any, Any, str]:
        """(measured, bars, kinks inside the one-sided slopes, scheme) for flat places."""
        if not complex_step:
            quotients = self._differences(places)
            inside = self._inside(given.reshape(-1)[places], quotients)
            return quotients.value, quotients.bar, inside, "differences"
        measured = np.array([self._partial(place) for place in places])
        scale = float(np.max(np.abs(measured))) if np.all(np.isfinite(measured)) else 0.0
        bars = np.full(len(places), 64 * EPSILON * scale) + 64 * EPSILON * np.abs(measured)
        bars += self._conditioning(places, measured)
        inside = np.zeros(len(places), dtype=bool)
        flat, noise = given.reshape(-1)[places], self.gradient_noise.reshape(-1)[places]
        odd = np.flatnonzero(~(np.abs(flat - measured) <= bars + noise))
        if odd.size:
            measured, bars, inside = self._confirmed(places, odd[:FULL], flat, measured, bars)
        return measured, bars, inside, "complex step"

    def _confirmed(self, places: Any, odd: Any, given: Any, measured: Any, bars: Any) -> tuple[Any, Any, Any]:
        """Entries that disagree, measured once more by differences: f may be unsafe for these alone."""
        # A few settle whether complex step can be trusted; all are measured where it cannot, or at a kink.
        tried = odd[np.argsort(-np.abs(given - measured)[odd], kind="stable")][:64]
        quotients = self._differences(places[tried])
        inside = np.zeros(len(places), dtype=bool)
        inside[tried] = self._inside(given[tried], quotients)
        consistent = np.abs(quotients.value - measured[tried]) <= quotients.bar + bars[tried]
        if np.any(~consistent & ~quotients.kinked & (quotients.value != 0)):
            quotients = self._differences(places[odd])
            measured, bars = measured.copy(), bars.copy()
            measured[odd], bars[odd] = quotients.value, quotients.bar
            inside[odd] = self._inside(given[odd], quotients)
        return measured, bars, inside

    def _partial(self, place: int) -> float:
        direction = np.zeros(self.x.size)
        direction[place] = 1.0
        try:
            return self.slope(direction.reshape(self.x.shape))
        except Exception:
            return float("nan")

    def _conditioning(self, places: Any, measured: Any) -> Any:
        """How far measured slopes move when x moves by a unit in the last place."""
        if len(places) > 256:
            chosen = self.random.choice(len(places), 64, replace=False)
        else:
            chosen = np.arange(len(places))
        keep = self.x
        self.x = keep * (1 + 2 * EPSILON * self._direction())
        try:
            moved = np.abs(np.array([self._partial(place) for place in places[chosen]]) - measured[chosen])
        finally:
            self.x = keep
        moved = np.where(np.isfinite(moved), moved, 0.0)
        if len(chosen) == len(places):
            return 8 * moved
        return np.full(len(places), 8 * float(np.max(moved)) if moved.size else 0.0)

    def _differences(self, places: Any) -> Quotients:
        """Entrywise difference quotients, with steps on the scale of all of x and, where that fails, of the entry."""
        flat = self.x.reshape(-1)
        own = np.abs(flat[places])

        def evaluate(steps: Any) -> Any:
            values = np.empty(len(places))
            for k, (place, step) in enumerate(zip(places, steps, strict=True)):
                moved = flat.copy()
                moved[place] += step
                values[k] = self.value(moved.reshape(self.x.shape)) if step else self.base
            return values

        found = ladder(evaluate, np.full(len(places), self.unit), self.noise)[1]
        again = np.flatnonzero((own > 0) & (own < 1e-2 * self.unit) | (own > 1e2 * self.unit))
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

    def _inside(self, given: Any, quotients: Quotients) -> Any:
        """Entries at a kink whose given value lies between the slopes to the left and to the right."""
        low, high = np.minimum(quotients.left, quotients.right), np.maximum(quotients.left, quotients.right)
        margin = 1e-6 * (np.abs(low) + np.abs(high))
        return quotients.kinked & (low - margin <= given) & (given <= high + margin)

    def _judged(self, given: Any, places: Any, measured: Any, bars: Any, inside: Any, scheme: str) -> GradientCheck:
        flat = given.reshape(-1)[places]
        bars = bars + self.gradient_noise.reshape(-1)[places]
        errors = np.abs(flat - measured)
        scale = float(max(np.max(np.abs(flat[np.isfinite(flat)]), initial=0.0),
                          np.max(np.abs(measured[np.isfinite(measured)]), initial=0.0)))  # fmt: skip
        verdicts = [
            _entry_verdict(float(e), float(b), float(g), float(m), bool(k), scale)
            for e, b, g, m, k in zip(errors, bars, flat, measured, inside, strict=True)
        ]
        with np.errstate(all="ignore"):
            weight = np.where(np.isfinite(errors), errors / np.where(bars > 0, bars, np.nan), np.inf)
        severity = np.array([SEVERITY.index(v) for v in verdicts])
        order = np.lexsort((-np.nan_to_num(weight, nan=0.0, posinf=1e300), severity))
        entries = tuple(
            CheckedEntry(tuple(int(k) for k in np.unravel_index(int(places[k]), self.x.shape)), float(flat[k]),
                         float(measured[k]), float(bars[k]), verdicts[k])
            for k in order[:64]
        )  # fmt: skip
        verdict = min(verdicts, key=SEVERITY.index)
        if verdict == "cannot_tell" and not self.reason:
            self.reason = "the noise of f is as large as its gradient" if scale else "f does not move at any step"
        with np.errstate(all="ignore"):
            relative = (
                float(np.max(np.where(np.isnan(errors), np.inf, errors))) / scale if scale else float(np.max(errors))
            )
        found = None
        if verdict == "differs" and len(places) == self.x.size:
            found = census(given, measured.reshape(self.x.shape), bars.reshape(self.x.shape))
        largest = float(np.max(bars))
        reason = self.reason if verdict == "cannot_tell" else ""
        bar = largest / scale if scale else largest
        return GradientCheck(verdict, scheme, relative, bar, entries, self.evaluations, reason, found)

    # --- very many entries ----------------------------------------------------------------

    def _by_projection(self, given: Any, complex_step: bool) -> GradientCheck:
        """Random directions through everything; the wrong entries are found by bisection."""
        scheme = "complex-step projections" if complex_step else "difference projections"
        worst = 0.0
        for _ in range(3):
            direction = self._direction()
            error, bar = self._projected(given, direction, complex_step)
            if not error <= bar:
                wrong = self._bisected(given, direction, complex_step)
                return self._judged(given, wrong, *self._measured(given, wrong, complex_step)[:3],
                                    f"{scheme}, bisection")  # fmt: skip
            worst = max(worst, error / bar if bar else 0.0)
        scale = float(np.max(np.abs(given)))
        bar = float(np.max(self.gradient_noise))
        return GradientCheck("agrees", scheme, worst * bar / scale if scale else 0.0, bar / scale if scale else 0.0,
                             evaluations=self.evaluations)  # fmt: skip

    def _projected(self, given: Any, direction: Any, complex_step: bool) -> tuple[float, float]:
        """(how far the given slope along a direction is from the measured one, the bar)."""
        expected = float(np.sum(given * direction))
        rounding = float(np.sqrt(np.sum((self.gradient_noise * direction) ** 2)))
        rounding += EPSILON * float(np.sum(np.abs(given * direction)))
        if complex_step:
            return abs(self.slope(direction) - expected), rounding + 64 * EPSILON * abs(expected)
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
                part[half] = direction.reshape(-1)[half]
                error, bar = self._projected(given, part.reshape(self.x.shape), complex_step)
                tried += 1
                if not error <= bar:
                    waiting.append((error if np.isfinite(error) else np.inf, half))
        return np.array(sorted(found) or [int(np.argmax(np.abs(given)))])


def _entry_verdict(error: float, bar: float, given: float, measured: float, inside: bool, scale: float) -> CheckVerdict:
    if not np.isfinite(measured) or not np.isfinite(bar):
        return "cannot_tell"
    if not np.isfinite(given):
        return "differs"
    if inside:
        return "kink"
    if error <= bar:
        # A bar as large as the gradient itself lets anything pass: that is no agreement.
        return "agrees" if error == 0 or bar <= 0.5 * scale else "cannot_tell"
    return "differs"
