"""Comparing a gradient with differences of the forward pass, and two sides with each other.

No tolerance is absolute. A bar is the error of the scheme plus the measured noise of
what is compared: how far values move when every input moves by a unit in the last place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import mpmath
import numpy as np
import sympy

from derivcheck.diagnostics.verdicts import NumericEvidence, NumericVerdict
from derivcheck.evidence.canonical.form import Facts
from derivcheck.evidence.numeric.census import census
from derivcheck.evidence.numeric.differences import EPSILON, bends
from derivcheck.evidence.numeric.program import Program
from derivcheck.evidence.numeric.rounding import Rounding
from derivcheck.evidence.numeric.sampling import (
    STYLES,
    finite_run,
    generator_of,
    inputs_of,
    no_finite_point,
    sample,
    styled_run,
)
from derivcheck.evidence.numeric.survey import PROBE, Surveyor, Way, laid_out
from derivcheck.evidence.numeric.tensors import Sizes, Tensor
from derivcheck.evidence.points import Points
from derivcheck.graph.nodes import Axes, Axis, Extremum, Input, Map, Node, mapped, topological
from derivcheck.graph.scalars import lower

NOISES = 32  # how far beyond what a few units in the last place move rounding errors may reach
NOISY = 1e-3  # of the values: an agreement within such noise is none,
NOISE_OF_ZERO = 1e-9  # unless both sides are as good as zero
JITTER = 1 << 20  # added to the seed of a point for the signs of its moves
DIGITS = 60  # of what is said to hold to 50
FINEST = 460  # digits that tell apart what any number that can be written makes different
SHOWN = 25  # digits of both sides in a witness
REMEMBERED = 1 << 14  # entries of an array, above which it is evaluated anew for every question


def compare_gradient(
    output: Node,
    variable: Node,
    claimed: Node,
    sizes: Sizes,
    facts: Facts,
    seed: int,
    rows: Mapping[Axis, Axis] | None = None,
    columns: Mapping[Axis, Axis] | None = None,
    way: Way = "full",
    order: Axes = (),
) -> NumericEvidence:
    """Every ∂output[rows]/∂variable[columns] of `claimed` against differences of the forward pass.

    `claimed` runs over the images of `rows` and `columns` (the axes themselves where
    they are not given). `order` are the variable's axes as they were declared, for the
    places of entries. Raises NumericError where no finite point is found.
    """
    rows, columns = dict(rows or {}), dict(columns or {})
    backward = Program([claimed, output, variable], seed=seed)
    values, (slopes, _, at) = finite_run(backward, sizes, facts, seed)
    axes = tuple(rows.get(a, a) for a in output.axes) + tuple(columns.get(a, a) for a in variable.axes)
    given = laid_out(slopes, axes, sizes)
    surveyor = Surveyor(output, variable, {**values, variable: at}, sizes, seed)
    claim = Program([claimed], seed=seed)
    if way == "projections" and not output.axes:
        return _compare_projections(surveyor, claim, values, given, axes)
    if way == "structured":
        survey = surveyor.structured()
    else:
        survey = surveyor.plain() if surveyor.is_small else surveyor.full()
    measured = _outputs_first(survey.measured, len(variable.axes))
    bar = float(np.max(survey.error, initial=0.0)) + _noise(claim, values, (axes,), sizes, (given,))
    if order and not output.axes:
        given, measured = (Tensor(array, variable.axes).aligned(order) for array in (given, measured))
    found = _verdict(given, measured, bar, survey.scheme)
    if found.verdict in ("differs", "cannot_tell") and _bends(surveyor, float(np.max(np.abs(given - measured)))):
        return replace(found, verdict="kink", reason="the point lies at a kink", census=None)
    return found


def _bends(surveyor: Surveyor, gap: float) -> bool:
    """Whether the point lies at a kink, where a gap between the slopes says nothing."""
    unit = float(np.sqrt(np.mean(surveyor.base**2))) or 1.0
    directions = np.random.default_rng([surveyor.seed, 7]).normal(size=(2, *surveyor.base.shape)) * unit
    noise = surveyor.noise(directions, 0.0)
    return bends(lambda step: np.real(surveyor.along(directions, step)), gap * unit, noise)


def _outputs_first(array: Any, count: int) -> Any:
    """(*variable, *output) to (*output, *variable)."""
    return np.moveaxis(array, tuple(range(count)), tuple(range(-count, 0))) if count else array


def _compare_projections(
    surveyor: Surveyor, claim: Program, values: Mapping[Node, Tensor], given: Any, axes: Axes
) -> NumericEvidence:
    """The claimed gradient along random directions: one number each, in which every entry has its part."""
    directions = surveyor.directions()
    measured, error = surveyor.projected(directions)
    places = tuple(range(1, directions.ndim))

    def along(array: Any) -> Any:
        return np.sum(array * directions, axis=places)

    expected = along(given)
    spread = 0.0
    for moved in _moved(claim, values, axes, surveyor.sizes):
        spread = max(spread, float(np.max(np.abs(along(moved) - expected))))
    rounding = EPSILON * (np.sqrt(np.sum(given**2)) + float(np.max(np.abs(expected))))
    bar = error + 4 * spread + 4 * float(rounding)
    return _verdict(expected, measured, bar, f"{len(directions)} projections")


def difference_quotients(
    numerator: Node, variable: Node, values: Mapping[Node, Tensor], sizes: Sizes, seed: int
) -> tuple[Any, float]:
    """(every ∂output/∂variable along (*output, *variable), the error of the scheme)."""
    survey = Surveyor(numerator, variable, values, sizes, seed).full()
    return _outputs_first(survey.measured, len(variable.axes)), float(np.max(survey.error, initial=0.0))


def _noise(
    program: Program, values: Mapping[Node, Tensor], axes: Sequence[Axes], sizes: Sizes, outputs: Sequence[Any]
) -> float:
    """How far outputs move when inputs move by a few units in the last place, and every step keeps fewer bits."""
    moved = [
        np.broadcast_to(value.aligned((PROBE, *place)), [2, *(axis.dimension.size(sizes) for axis in place)])
        for value, place in zip(_jittered(program, values, sizes, rounding=Rounding()), axes, strict=True)
    ]
    return spread_of(moved, outputs)


def spread_of(moved: Sequence[Any], outputs: Sequence[Any]) -> float:
    """The noise, from the outputs at points a few units in the last place away."""
    worst = 0.0
    for values, reference in zip(moved, outputs, strict=True):
        difference = np.abs(values - reference)
        largest = float(np.max(difference)) if difference.size else 0.0
        worst = max(worst, largest if np.isfinite(largest) else 0.0)
    scale = max(float(np.max(np.abs(o))) if np.size(o) else 0.0 for o in outputs)
    return NOISES * worst + 256 * EPSILON * (scale if np.isfinite(scale) else 0.0)


def _moved(program: Program, values: Mapping[Node, Tensor], axes: Axes, sizes: Sizes) -> Any:
    """The first output at two points a few units in the last place away, every step with fewer bits, (2, *axes)."""
    found = _jittered(program, values, sizes, rounding=Rounding())[0]
    return np.broadcast_to(found.aligned((PROBE, *axes)), [2, *(axis.dimension.size(sizes) for axis in axes)])


def _jittered(
    program: Program,
    values: Mapping[Node, Tensor],
    sizes: Sizes,
    still: Mapping[Node, Tensor] | None = None,
    rounding: Rounding | None = None,
) -> list[Tensor]:
    """The outputs at two points where `values` are moved by a few units in the last place; `still` are not."""
    generator = np.random.default_rng(5)
    moved = {}
    for node, value in values.items():
        # Two perturbed copies at once, along the probe axis.
        array = np.asarray(value.array)
        signs = generator.choice([-1.0, 1.0], size=(2, *array.shape))
        moved[node] = Tensor(array * (1 + 4 * EPSILON * signs), (PROBE, *value.axes))
    given = {**(still or {}), **moved}
    return program.run(given if rounding is None else {n: rounding(v) for n, v in given.items()}, sizes, rounding)


def _verdict(given: Any, measured: Any, bar: float, scheme: str) -> NumericEvidence:
    """The verdict on a tensor; where it differs, with the worst entry and the census."""
    count = int(np.size(measured))
    if not np.all(np.isfinite(given)) or not np.all(np.isfinite(measured)):
        return NumericEvidence("cannot_tell", scheme, float("nan"), bar, count, "a value is not finite")
    errors = np.abs(given - measured)
    error = float(np.max(errors)) if count else 0.0
    scale = max(float(np.max(np.abs(measured))), float(np.max(np.abs(given)))) if count else 0.0
    relative, relative_bar = (error / scale, bar / scale) if scale else (0.0, 0.0)
    if error <= bar or error == 0.0:
        return NumericEvidence("agrees", scheme, relative, relative_bar, count)
    if error <= 16 * bar:
        reason = "the difference is within the noise"
        return NumericEvidence("cannot_tell", scheme, relative, relative_bar, count, reason)
    found = census(given, measured, np.broadcast_to(bar, np.shape(measured))) if np.ndim(measured) else None
    worst = _worst_entry(given, measured, errors, bar)
    return NumericEvidence("differs", scheme, relative, relative_bar, count, worst, found)


def _worst_entry(given: Any, measured: Any, errors: Any, bar: float) -> str:
    """`[3,7]: given 2, measured 1 ± 1e-13, ratio 2`."""
    place = np.unravel_index(int(np.argmax(errors)), np.shape(errors))
    first, second = float(np.asarray(given)[place]), float(np.asarray(measured)[place])
    shown = "[" + ",".join(str(int(k) + 1) for k in place) + "]: " if place else ""
    ratio = f", ratio {first / second:.6g}" if second else ""
    return f"{shown}given {first:.10g}, measured {second:.10g} ± {bar:.1e}{ratio}"


def _conditions(nodes: Sequence[Node], leaves: frozenset[Node] = frozenset()) -> list[Node]:
    """What the branches of functions compare with zero."""
    conditions: list[Node] = []
    for node in topological(nodes, leaves):
        if isinstance(node, Map):
            for piece in lower(node.expression).atoms(sympy.Piecewise):
                for _, condition in piece.args:
                    for relation in condition.atoms(sympy.core.relational.Relational):
                        conditions.append(mapped(relation.lhs - relation.rhs, *node.operands))
    return conditions


def is_branched(nodes: Sequence[Node]) -> bool:
    """Whether something is made of branches, or of the largest of several entries."""
    return any(
        isinstance(node, Extremum) or (isinstance(node, Map) and lower(node.expression).has(sympy.Piecewise))
        for node in topological(nodes)
    )


def are_rational(nodes: Sequence[Node]) -> bool:
    """Whether something is made of sums, products and quotients alone, which the field tells apart exactly."""
    return not any(
        isinstance(node, Extremum)
        or (isinstance(node, Map) and not (found := lower(node.expression)).is_rational_function(*found.free_symbols))
        for node in topological(nodes)
    )


def rounding_decides(nodes: Sequence[Node], sizes: Sizes, facts: Facts, seed: int, spread: float) -> bool:
    """Whether rounding errors choose a branch at a point; what stays zero when inputs move is zero indeed."""
    conditions = _conditions(nodes)
    if not conditions:
        return False
    values, _ = finite_run(Program([*nodes, *conditions], seed=seed), sizes, facts, seed, spread)
    program = Program(conditions, seed=seed)
    moved = {node: value for node, value in values.items() if not _is_whole(value.array)}
    copies_of = [_jittered(program, moved, sizes, values, rounding) for rounding in (None, Rounding())]
    for at, *nearby in zip(program.run(values, sizes), *copies_of, strict=True):
        base = np.real(at.array)
        shifts = [np.abs(np.real(jittered.aligned((PROBE, *at.axes))) - base) for jittered in nearby]
        noise = NOISES * np.max([np.max(shift, axis=0) for shift in shifts], axis=0)
        if np.any((noise > 0) & (np.abs(base) <= noise)):
            return True
    return False


def _is_whole(array: Any) -> bool:
    return bool(np.all(np.real(array) == np.round(np.real(array))))


# --- two sides --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SidesAtAPoint:
    """Both sides of an equation at one point, and the entry at which they differ most."""

    evidence: NumericEvidence
    entry: tuple[int, ...] = ()
    left: float = 0.0
    right: float = 0.0
    precise_left: str = ""
    precise_right: str = ""
    difference: str = ""  # where the digits of both sides do not show it
    sizes: Sizes = field(default_factory=dict)
    seed: int = 0
    spread: float = 1.0
    style: str = STYLES[0]


def compare_sides(
    left: Node,
    right: Node,
    axes: Axes,
    sizes: Sizes,
    facts: Facts,
    seed: int,
    points: Points[Tensor] | None = None,
    spread: float = 1.0,
    confirmed: bool = True,
    beside: Sequence[Node] = (),
) -> SidesAtAPoint:
    """Both sides in floats; a difference beyond the bar is confirmed to 50 digits, where `confirmed`.

    The point is one at which the nodes `beside` have values too. `points` remember what is evaluated.
    Raises NumericError where no finite point is found.
    """
    style, _, (*_, one, other) = copies([*beside, left, right], sizes, facts, seed, points or Points(), spread)
    shape = [3, *(axis.dimension.size(sizes) for axis in axes)]
    sides = [np.broadcast_to(t.aligned((PROBE, *axes)), shape) for t in (one, other)]
    first, second = (side[0] for side in sides)
    bar = spread_of([side[1:] for side in sides], (first, second))
    error = np.abs(first - second)
    count = int(np.size(error))
    place = np.unravel_index(int(np.argmax(error)), np.shape(error)) if count else ()
    worst = float(error[place]) if count else 0.0
    scale = max(float(np.max(np.abs(first))), float(np.max(np.abs(second)))) if count else 0.0
    relative, relative_bar = (worst / scale, bar / scale) if scale else (0.0, 0.0)
    if 0.0 < worst <= bar and bar > max(NOISY * scale, NOISE_OF_ZERO):
        reason = "rounding errors are as large as the values"
        return SidesAtAPoint(NumericEvidence("cannot_tell", "two sides", relative, relative_bar, count, reason))
    if worst <= bar or worst == 0.0:
        return SidesAtAPoint(NumericEvidence("agrees", "two sides", relative, relative_bar, count))
    if not confirmed:
        quick: NumericVerdict = "differs" if worst > 16 * bar else "cannot_tell"
        return SidesAtAPoint(NumericEvidence(quick, "two sides", relative, relative_bar, count))
    try:
        precise = [side[place] for side in _to_digits(DIGITS, left, right, axes, sizes, facts, seed, style, spread)]
    except ZeroDivisionError:
        reason = "a division by zero"
        return SidesAtAPoint(NumericEvidence("cannot_tell", "two sides", relative, relative_bar, count, reason))
    gap = abs(precise[0] - precise[1])
    size = max(abs(precise[0]), abs(precise[1]), mpmath.mpf(10) ** -300)
    found = census(second, first, np.broadcast_to(bar, np.shape(first))) if count > 1 else None
    differs = gap > size * mpmath.mpf(10) ** -30 and gap > mpmath.mpf(worst) / 1000
    verdict: NumericVerdict = "differs" if differs else "cannot_tell"
    return SidesAtAPoint(
        NumericEvidence(verdict, "two sides", relative, relative_bar, count, "", found),
        tuple(int(k) + 1 for k in place),
        float(first[place]),
        float(second[place]),
        mpmath.nstr(precise[0], 12),
        mpmath.nstr(precise[1], 12),
        "",
        dict(sizes),
        seed,
        spread,
        style,
    )


def copies(
    nodes: Sequence[Node],
    sizes: Sizes,
    facts: Facts,
    seed: int,
    points: Points[Tensor],
    spread: float,
    first: str = STYLES[0],
) -> tuple[str, dict[Node, Tensor], list[Tensor]]:
    """(the style of a point at which every node is finite, what is known there, the nodes there).

    Everything has three copies along the probe axis: the point itself, and two whose inputs are
    moved by a few units in the last place, and every step of which is rounded to fewer bits. The
    style tried `first` is the given one. Raises NumericError where no finite point is found.
    """
    rounding = Rounding(copies=PROBE)
    for style in dict.fromkeys((first, *STYLES)):
        known = points.at(sizes, facts, seed, style, spread)
        program = Program(nodes, known.keys(), seed)
        fresh = [node for node in program.order if isinstance(node, Input) and node not in known]
        for node, value in sample(fresh, sizes, facts, seed, style, spread).items():
            array = np.asarray(value.array)
            signs = generator_of(node, seed + JITTER, array.shape).choice([-1.0, 1.0], size=(2, *array.shape))
            # What is 0 or 1 is so without an error.
            error = 0.0 if _is_whole(array) else 4 * EPSILON
            moved = np.concatenate([array[None], array * (1 + error * signs)])
            known[node] = rounding(Tensor(moved, (PROBE, *value.axes)))
        values = program.run_all(known, sizes, rounding)
        for node in program.order:
            if node in values and np.size(values[node].array) <= REMEMBERED:
                known[node] = values[node]
        outputs = [program.settled(values[node]) for node in nodes]
        plain = [t.aligned((PROBE, *(axis for axis in t.axes if axis != PROBE)))[0] for t in outputs]
        if all(np.all(np.isfinite(np.real(array))) for array in plain):
            return style, values, outputs
    raise no_finite_point(Program(nodes, seed=seed), sizes, facts, seed)


def compare_precisely(
    left: Node,
    right: Node,
    axes: Axes,
    sizes: Sizes,
    facts: Facts,
    seed: int,
    beside: Sequence[Node] = (),
    digits: int = DIGITS,
) -> SidesAtAPoint:
    """Both sides to so many digits less ten, every entry, at a point that honours the facts to as many.

    What floats cannot tell apart, a difference of 1e-14, is told apart here. The nodes `beside` have
    values there too. Raises NumericError where no finite point is found.
    """
    scheme = f"{digits - 10} digits"
    style, _, _ = styled_run(Program([left, right, *beside], seed=seed), sizes, facts, seed)

    def sides(digits: int) -> list[Any]:
        return _to_digits(digits, left, right, axes, sizes, facts, seed, style)

    first, second = sides(digits)
    count = int(np.size(first))
    gaps = [abs(gap) for gap in np.ravel(np.asarray(first - second, dtype=object))]
    if not count or any(not mpmath.isfinite(gap) for gap in gaps):
        return SidesAtAPoint(NumericEvidence("cannot_tell", scheme, entries=count))
    place = np.unravel_index(max(range(count), key=lambda k: gaps[k]), np.shape(first))
    gap = max(gaps)
    size = max([abs(x) for x in (*np.ravel(first), *np.ravel(second))])
    bar = mpmath.mpf(10) ** (20 - digits)
    differs = gap > size * bar
    if differs:
        # A side that is zero has no size: of rounding errors more digits leave nothing, of a difference all.
        more, less = sides(2 * digits)
        differs = abs(more[place] - less[place]) > gap * mpmath.mpf(10) ** -10
    relative = float(gap / size) if size and differs else 0.0
    evidence = NumericEvidence("differs" if differs else "agrees", scheme, relative, float(bar), count)
    one, other = first[place], second[place]
    return SidesAtAPoint(
        evidence,
        tuple(int(k) + 1 for k in place),
        float(one),
        float(other),
        mpmath.nstr(one, SHOWN),
        mpmath.nstr(other, SHOWN),
        mpmath.nstr(one - other, 3) if differs and gap * mpmath.mpf(10) ** (SHOWN - 4) < size else "",
        dict(sizes),
        seed,
        style=style,
    )


def _to_digits(
    digits: int,
    left: Node,
    right: Node,
    axes: Axes,
    sizes: Sizes,
    facts: Facts,
    seed: int,
    style: str,
    spread: float = 1.0,
) -> list[Any]:
    """Both sides calculated to many digits at a point of floats; facts hold to as many."""
    with mpmath.workdps(digits):
        exact = sample(inputs_of([left, right]), sizes, facts, seed, style, spread, precise=True)
        found = Program([left, right], seed=seed, digits=digits).run(exact, sizes)
        return [np.asarray(laid_out(side, axes, sizes), dtype=object) for side in found]
