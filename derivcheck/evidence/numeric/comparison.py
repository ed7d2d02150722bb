"""Comparing a gradient with differences of the forward pass.

No tolerance is absolute. A bar is the error of the scheme plus the measured noise of
what is compared: how far values move when every input moves by a unit in the last place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import prod
from typing import Any

import mpmath
import numpy as np

from derivcheck.diagnostics.verdicts import NumericEvidence
from derivcheck.evidence.canonical.form import Facts
from derivcheck.evidence.numeric.census import census
from derivcheck.evidence.numeric.differences import EPSILON, bends
from derivcheck.evidence.numeric.noise import jittered, moved_copies, noise_of, spread_of
from derivcheck.evidence.numeric.program import Program
from derivcheck.evidence.numeric.sampling import finite_run, in_digits, inputs_of, sample
from derivcheck.evidence.numeric.survey import PROBE, Surveyor, Way, is_analytic, laid_out
from derivcheck.evidence.numeric.tensors import Sizes, Tensor
from derivcheck.evidence.numeric.together import JointSurveyor, is_small
from derivcheck.graph.axes import Axes, Axis
from derivcheck.graph.nodes import Node, topological

PRECISE_ENTRIES = 1 << 14  # of every value on the way, up to which what differs is evaluated once more in 50 digits
DIGITS = 50
ROUNDING = "rounding errors are as large as the values"


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
    bar = float(np.max(survey.error, initial=0.0)) + noise_of(claim, values, (axes,), sizes, (given,))
    if order and not output.axes:
        given, measured = (Tensor(array, variable.axes).aligned(order) for array in (given, measured))
    found = _verdict(given, measured, bar, survey.scheme)
    if found.verdict in ("differs", "cannot_tell") and _bends(surveyor, float(np.max(np.abs(given - measured)))):
        return replace(found, verdict="kink", reason="the point lies at a kink", census=None)
    if found.verdict == "differs" and (exact := _exact(claim, values, axes, sizes)) is not None:
        if order and not output.axes:
            exact = Tensor(exact, variable.axes).aligned(order)
        return _reconsidered(found, (given, exact, measured), bar)
    return found


def agreements(
    output: Node, claimed: Mapping[Node, Node], sizes: Sizes, facts: Facts, seed: int
) -> dict[Node, NumericEvidence]:
    """The small inputs whose claimed gradients agree with differences of a scalar, all measured at one point.

    Of the others nothing is said: they are to be compared by themselves. Raises NumericError.
    """
    variables = [variable for variable in claimed if is_small(variable, sizes)]
    if len(variables) < 2 or output.axes or not is_analytic(output):
        return {}
    claim = Program([claimed[variable] for variable in variables], seed=seed)
    values, slopes = _at_the_first_point(claim, output, sizes, facts)
    if not values:
        return {}
    surveys = JointSurveyor(output, values, sizes, seed).surveys(variables)
    moved = jittered(claim, values, sizes)
    found = {}
    for variable, slope, copies in zip(variables, slopes, moved, strict=True):
        given, survey = laid_out(slope, variable.axes, sizes), surveys[variable]
        nearby = np.broadcast_to(copies.aligned((PROBE, *variable.axes)), (2, *np.shape(given)))
        one = _verdict(given, survey.measured, survey.error + spread_of([nearby], [given]), survey.scheme)
        if one.verdict == "agrees":
            found[variable] = one
    return found


def _at_the_first_point(
    claim: Program, output: Node, sizes: Sizes, facts: Facts
) -> tuple[dict[Node, Tensor], list[Tensor]]:
    """(the point that is tried first, the claimed gradients there); nothing where something has no value there."""
    program = Program([*claim.outputs, output], seed=claim.seed)
    values = sample(inputs_of(program.outputs), sizes, facts, claim.seed)
    *slopes, value = program.run(values, sizes)
    finite = all(np.all(np.isfinite(np.real(tensor.array))) for tensor in (*slopes, value))
    return (values, slopes) if finite else ({}, [])


def _exact(claim: Program, values: Mapping[Node, Tensor], axes: Axes, sizes: Sizes) -> Any:
    """The claimed gradient at a point, computed in 50 digits; None where that takes too long."""
    if _entries(claim.outputs, sizes) > PRECISE_ENTRIES:
        return None
    precise = Program(claim.outputs, claim.leaves, claim.seed, digits=DIGITS)
    with mpmath.workdps(DIGITS + 10):
        given = {node: Tensor(in_digits(value.array), value.axes) for node, value in values.items()}
        try:
            return laid_out(precise.run(given, sizes)[0], axes, sizes).astype(float)
        except ZeroDivisionError:
            return None


def _reconsidered(found: NumericEvidence, values: tuple[Any, Any, Any], bar: float) -> NumericEvidence:
    """The verdict on (what is claimed in floats, in many digits, what was measured), where the first differs.

    Where floats are all rounding, what they say is nothing: 1 - tanh(u)^2 is exactly 0 where u is 20, and 1e-17 in
    truth.
    """
    given, exact, measured = values
    if 4 * np.max(np.abs(given - exact), initial=0.0) <= np.max(np.abs(given - measured), initial=0.0):
        return found
    again = _verdict(exact, measured, bar, found.scheme)
    return again if again.verdict == "agrees" else replace(again, verdict="cannot_tell", reason=ROUNDING, census=None)


def _entries(nodes: Sequence[Node], sizes: Sizes) -> int:
    """The numbers that an evaluation computes."""
    return sum(prod(axis.dimension.size(sizes) for axis in node.axes) for node in topological(nodes))


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
    for moved in moved_copies(claim, values, axes, surveyor.sizes):
        spread = max(spread, float(np.max(np.abs(along(moved) - expected))))
    rounding = EPSILON * (np.sqrt(np.sum(given**2)) + float(np.max(np.abs(expected))))
    bar = error + 4 * spread + 4 * float(rounding)
    found = _verdict(expected, measured, bar, f"{len(directions)} projections")
    if found.verdict == "differs" and (exact := _exact(claim, values, axes, surveyor.sizes)) is not None:
        return _reconsidered(found, (expected, along(exact), measured), bar)
    return found


def difference_quotients(
    numerator: Node, variable: Node, values: Mapping[Node, Tensor], sizes: Sizes, seed: int
) -> tuple[Any, float]:
    """(every ∂output/∂variable along (*output, *variable), the error of the scheme)."""
    survey = Surveyor(numerator, variable, values, sizes, seed).full()
    return _outputs_first(survey.measured, len(variable.axes)), float(np.max(survey.error, initial=0.0))


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
