"""A derived derivative against the forward pass, along random directions.

Along a direction d in general position, J d and the slope of the forward pass agree for the true
Jacobian alone: one number an output is enough, however many entries the derivative has. Complex
step where the forward pass can be evaluated at complex points, differences elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import mpmath
import numpy as np

from derivcheck.diagnostics.verdicts import NumericEvidence, NumericVerdict
from derivcheck.evidence.canonical.form import Facts
from derivcheck.evidence.numeric.differences import EPSILON, bends, ladder
from derivcheck.evidence.numeric.noise import spread_of
from derivcheck.evidence.numeric.program import Program
from derivcheck.evidence.numeric.rounding import Rounding
from derivcheck.evidence.numeric.sampling import STYLES, in_digits
from derivcheck.evidence.numeric.sides import copies
from derivcheck.evidence.numeric.structure import dependents, held_nodes
from derivcheck.evidence.numeric.survey import PROBE, STEP, is_analytic, laid_out
from derivcheck.evidence.numeric.tensors import Sizes, Tensor
from derivcheck.evidence.points import Points
from derivcheck.graph.axes import Axes, Axis, Dimension
from derivcheck.graph.derive import Derived
from derivcheck.graph.nodes import Input, Node, topological

DIRECTIONS = 2
PRECISE_STEP = mpmath.mpf(10) ** -12  # of the smallest entry: log(p) bends at a p of 1e-30
DIRECTION = Axis(Dimension.named("direction"), "direction")


def measure_slopes(
    derived: Derived,
    sizes: Sizes,
    facts: Facts,
    seed: int,
    points: Points[Tensor] | None = None,
    spread: float = 1.0,
    style: str = STYLES[0],
) -> NumericEvidence:
    """A derivative against its forward pass at one point; `kink` where they differ and the forward pass bends.

    `points` remember what is evaluated. The point is of the `style`, if it has a value there. Raises
    NumericError where no finite point is found.
    """
    wanted = [derived.node, derived.numerator, derived.variable]
    _, known, (slopes, value, at) = copies(wanted, sizes, facts, seed, points or Points(), spread, style)
    forward = _Forward(derived, known, at, sizes, seed)
    directions = drawn_directions(forward.base, forward.unit, seed)
    expected, rounding = expected_along(derived, slopes, directions, sizes)
    measured, error, scheme = forward.slopes(directions)
    found, gap, bar = compared(derived, (expected, rounding), (measured, error), value, scheme, sizes)
    if found.verdict != "differs":
        return found
    if forward.bends(directions, float(np.max(gap))):
        return replace(found, verdict="kink", reason="the point lies at a kink")
    if np.max(gap) <= 16 * bar:
        return replace(found, verdict="cannot_tell", reason="the difference is within the noise")
    if not _differ_precisely(derived, known, directions[int(np.argmax(gap))], sizes, seed):
        return replace(found, verdict="cannot_tell", reason="rounding errors are as large as the values")
    return found


def drawn_directions(base: Any, unit: float, seed: int) -> Any:
    """Directions in general position, as long as a point; `base` has its copies along the first axis."""
    return np.random.default_rng([seed, 7]).normal(size=(DIRECTIONS, *base.shape[1:])) * unit


def compared(
    derived: Derived, expected: tuple[Any, float], measured: tuple[Any, float], value: Tensor, scheme: str, sizes: Sizes
) -> tuple[NumericEvidence, Any, float]:
    """(what slopes along directions say at the first look, the largest gap along every direction, the bar).

    `expected` and `measured` come with their errors, `value` is that of the numerator.
    """
    (slopes, rounding), (found, error) = expected, measured
    entries = int(
        np.prod([axis.dimension.size(sizes) for axis in {*derived.numerator.axes, *derived.columns}], dtype=int)
    )
    if not (np.all(np.isfinite(slopes)) and np.all(np.isfinite(found))):
        nothing = NumericEvidence("cannot_tell", scheme, float("nan"), 0.0, entries, "a value is not finite")
        return nothing, np.zeros(len(slopes)), 0.0
    gaps = _largest(np.abs(slopes[:, : found.shape[1]] - found)[:, 0])
    gap = float(np.max(gaps, initial=0.0))
    moved = [np.moveaxis(side[:, 1:], 0, 1) for side in (slopes, found) if side.shape[1] > 1]
    bar = error + rounding + 16 * EPSILON * float(np.max(np.abs(np.real(value.array)), initial=0.0))
    bar += spread_of(moved, [slopes[:, 0], found[:, 0]][: len(moved)])
    scale = max(float(np.max(np.abs(side), initial=0.0)) for side in (slopes, found))
    relative, relative_bar = (gap / scale, bar / scale) if scale else (0.0, 0.0)
    seen: NumericVerdict = "agrees" if gap <= bar else "differs"
    return NumericEvidence(seen, scheme, relative, relative_bar, entries), gaps, bar


def _largest(gaps: Any) -> Any:
    """The largest gap along every direction."""
    return np.max(gaps.reshape(len(gaps), -1), axis=1, initial=0.0)


def _differ_precisely(derived: Derived, known: Mapping[Node, Tensor], direction: Any, sizes: Sizes, seed: int) -> bool:
    """Whether 60 digits say so too: with as many, a difference quotient has no noise to speak of."""
    wanted = [derived.node, derived.variable, derived.numerator]
    with mpmath.workdps(60):
        values: dict[Node, Tensor] = {
            node: Tensor(in_digits(_first(known[node]).array), _first(known[node]).axes)
            for node in topological(wanted)
            if isinstance(node, Input)
        }
        rows, columns = derived.numerator.axes, derived.columns
        along = Tensor(in_digits(direction), derived.variable.axes)
        forward = Program([derived.numerator], frozenset([derived.variable]), seed, digits=50)
        try:
            precise = Program(wanted, seed=seed, digits=50).run_all(values, sizes)
            node, at = precise[derived.node], precise[derived.variable]
            values |= {still: precise[still] for still in held_nodes([derived.numerator])}
            base = laid_out(at, derived.variable.axes, sizes)
            step = PRECISE_STEP * min((abs(x) for x in np.ravel(base) if x), default=mpmath.mpf(1))

            sides = [
                laid_out(forward.run({**values, derived.variable: Tensor(point, along.axes)}, sizes)[0], rows, sizes)
                for point in (base + step * along.array, base - step * along.array)
            ]
        except ZeroDivisionError:
            return False
        measured = np.asarray((sides[0] - sides[1]) / (2 * step), dtype=object)
        if derived.entrywise:
            expected = laid_out(node, rows, sizes) * Tensor(along.array, columns).aligned(rows)
        else:
            expected = np.tensordot(
                laid_out(node, (*rows, *columns), sizes),
                along.array,
                axes=(range(len(rows), len(rows) + len(columns)), range(len(columns))),
            )
        gap = max(map(abs, np.ravel(np.asarray(expected - measured, dtype=object))), default=mpmath.mpf(0))
        size = max((abs(x) for x in (*np.ravel(expected), *np.ravel(measured))), default=mpmath.mpf(0))
        # Rounding is relative to the largest number on the way, which may have cancelled.
        largest = max(abs(x) for value in precise.values() for x in np.ravel(np.asarray(value.array, dtype=object)))
        return bool(gap > max(size * 1e-10, largest * mpmath.mpf(10) ** -30))


def expected_along(derived: Derived, slopes: Tensor, directions: Any, sizes: Sizes) -> tuple[Any, float]:
    """(the derivative along every direction at every copy of the point, the rounding error of that)."""
    rows, columns = derived.numerator.axes, derived.columns
    if derived.entrywise:
        array = np.broadcast_to(slopes.aligned((PROBE, *rows)), [3, *(axis.dimension.size(sizes) for axis in rows)])
        found = array[None] * Tensor(directions, (DIRECTION, *columns)).aligned((DIRECTION, *rows))[:, None]
        return found, 64 * EPSILON * float(np.max(np.abs(found), initial=0.0))
    shape = [3, *(axis.dimension.size(sizes) for axis in (*rows, *columns))]
    array = np.broadcast_to(slopes.aligned((PROBE, *rows, *columns)), shape)
    height = tuple(shape[: 1 + len(rows)])
    flat, along = array.reshape(int(np.prod(height)), -1), directions.reshape(DIRECTIONS, -1)
    rounding = 64 * EPSILON * float(np.max(np.abs(along) @ np.abs(flat).T, initial=0.0))
    return (along @ flat.T).reshape(DIRECTIONS, *height), rounding


class _Forward:
    """The numerator as a function of the variable alone, at one point and two copies of it next to it."""

    def __init__(self, derived: Derived, known: Mapping[Node, Tensor], at: Tensor, sizes: Sizes, seed: int) -> None:
        self.variable, self.numerator, self.sizes, self.seed = derived.variable, derived.numerator, sizes, seed
        self.rows = self.numerator.axes
        shape = [3, *(axis.dimension.size(sizes) for axis in self.variable.axes)]
        self.base = np.broadcast_to(np.real(at.aligned((PROBE, *self.variable.axes))), shape)
        self.unit = float(np.sqrt(np.mean(self.base[0] ** 2))) or 1.0
        moving = {self.variable, *dependents(self.numerator, self.variable)}
        still = {node: value for node, value in known.items() if node not in moving}
        # What stands still is given, and what lies beneath it never asked for.
        self._program = Program([self.numerator], frozenset([self.variable, *still]), seed)
        self._still = {node: still[node] for node in self._program.order if node in still}

    def _at(self, array: Any, copies_too: bool, rounding: Rounding | None = None) -> Any:
        """The numerator at points (direction, copy, *variable axes), along (direction, copy, *rows)."""
        count = array.shape[1]
        still = self._still if copies_too else {node: _first(value) for node, value in self._still.items()}
        given = {**still, self.variable: Tensor(array, (DIRECTION, PROBE, *self.variable.axes))}
        if rounding is not None:
            given = {node: rounding(value) for node, value in given.items()}
        found = self._program.run(given, self.sizes, rounding)[0]
        shape = [array.shape[0], count, *(axis.dimension.size(self.sizes) for axis in self.rows)]
        return np.broadcast_to(found.aligned((DIRECTION, PROBE, *self.rows)), shape)

    def slopes(self, directions: Any) -> tuple[Any, float, str]:
        """(the slopes along directions, at every copy or at the point alone, the error of the scheme, its name)."""
        if is_analytic(self.numerator, self.variable):
            # A step of its own for every copy: where x³ is flat, what a step leaves is its square.
            steps = steps_of_copies(len(self.base))
            moved = self.base[None] + 1j * _for_every_copy(steps, self.variable.axes) * directions[:, None]
            found = np.imag(self._at(moved, True, Rounding(copies=PROBE)))
            return found / _for_every_copy(steps, self.rows), 0.0, "complex step"
        plain = self._along(directions, 0.0)
        noise = max(4 * EPSILON * float(np.max(np.abs(plain), initial=0.0)), self._noise(directions))
        quotients = ladder(
            lambda steps: self._along(directions, float(steps[0])).reshape(-1), np.full(plain.size, 1.0), noise
        )[1]
        return quotients.value.reshape(plain.shape)[:, None], float(np.max(quotients.bar, initial=0.0)), "differences"

    def _along(self, directions: Any, step: float, rounding: Rounding | None = None) -> Any:
        """The numerator at the point moved by step · d, for every direction."""
        return np.real(self._at(self.base[None, :1] + step * directions[:, None], False, rounding))[:, 0]

    def _noise(self, directions: Any) -> float:
        """How far rounding errors of every step move the numerator."""
        gaps = np.abs(self._along(directions, 0.0, Rounding()) - self._along(directions, 0.0))
        return float(np.max(gaps, initial=0.0, where=np.isfinite(gaps)))

    def bends(self, directions: Any, gap: float) -> bool:
        return bends(lambda step: self._along(directions, step), gap, self._noise(directions))


def steps_of_copies(count: int) -> Any:
    """The lengths of the complex steps of the copies of a point."""
    return STEP * np.exp2(np.arange(count))


def _for_every_copy(numbers: Any, axes: Axes) -> Any:
    """One number a copy, along (direction, copy, *axes)."""
    return numbers.reshape(1, -1, *(1 for _ in axes))


def _first(value: Tensor) -> Tensor:
    """The point itself, of its copies."""
    if PROBE not in value.axes:
        return value
    at = value.axes.index(PROBE)
    rest = tuple(axis for axis in value.axes if axis != PROBE)
    scale = None if value.scale is None else np.take(np.asarray(value.scale), 0, axis=at)
    return Tensor(np.take(np.asarray(value.array), 0, axis=at), rest, scale)
