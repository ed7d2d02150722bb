"""Comparing a gradient with differences of the forward pass, and two sides with each other.

No tolerance is absolute. A bar is the error of the scheme plus the measured noise of
what is compared: how far values move when every input moves by a unit in the last place.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import mpmath
import numpy as np
import sympy

from derivcheck.canonical.form import Facts
from derivcheck.graph import Axes, Axis, Dimension, Map, Node, mapped, topological
from derivcheck.numeric.program import Program, Sizes, Tensor
from derivcheck.numeric.sampling import finite_run
from derivcheck.scalars import lower
from derivcheck.verdicts import NumericEvidence, NumericVerdict

STEP = 1e-30
EPSILON = float(np.finfo(float).eps)
CHUNK = 200_000  # numbers in a batch of perturbed copies of the variable
PROBE = Axis(Dimension.named("probe"), "probe")


def laid_out(value: Tensor, axes: Axes, sizes: Sizes) -> Any:
    """The array along exactly the given axes, repeated along those that the tensor lacks."""
    shape = [axis.dimension.size(sizes) for axis in axes]
    return np.broadcast_to(value.aligned(axes), shape)


def is_analytic(output: Node, variable: Node) -> bool:
    """Whether the forward pass can be evaluated at complex points."""
    for node in topological([output], frozenset([variable])):
        if isinstance(node, Map) and lower(node.expression).has(sympy.erf):
            return False
    return True


def compare_gradient(
    output: Node,
    variable: Node,
    claimed: Node,
    sizes: Sizes,
    facts: Facts,
    seed: int,
    rows: Mapping[Axis, Axis] | None = None,
    columns: Mapping[Axis, Axis] | None = None,
) -> NumericEvidence:
    """Every ∂output[rows]/∂variable[columns] of `claimed` against differences of the forward pass.

    `claimed` runs over the images of `rows` and `columns` (the axes themselves where
    they are not given). Raises NumericError where no finite point is found.
    """
    rows, columns = dict(rows or {}), dict(columns or {})
    backward = Program([claimed, output, variable], seed=seed)
    values, (slopes, _, at) = finite_run(backward, sizes, facts, seed)
    axes = tuple(rows.get(a, a) for a in output.axes) + tuple(columns.get(a, a) for a in variable.axes)
    forward = Program([output], frozenset([variable]), seed)
    given = laid_out(slopes, axes, sizes)
    base = np.array(laid_out(at, variable.axes, sizes))
    measure = _complex_step if is_analytic(output, variable) else _central_differences
    measured, scheme_error = measure(forward, variable, values, base, output.axes, sizes)
    bar = scheme_error + _noise(Program([claimed], seed=seed), values, (axes,), sizes, (given,))
    kink = _near_kink(output, variable, {**values, variable: Tensor(base, variable.axes)}, sizes, seed)
    return _verdict(given, measured, bar, "complex step" if measure is _complex_step else "central differences", kink)


def difference_quotients(
    forward: Program, variable: Node, values: Mapping[Node, Tensor], base: Any, out_axes: Axes, sizes: Sizes
) -> tuple[Any, float]:
    """(every ∂output/∂variable along (*out, *variable), the error of the scheme)."""
    measure = _complex_step if is_analytic(forward.outputs[0], variable) else _central_differences
    return measure(forward, variable, values, base, out_axes, sizes)


def _complex_step(
    forward: Program, variable: Node, values: Mapping[Node, Tensor], base: Any, out_axes: Axes, sizes: Sizes
) -> tuple[Any, float]:
    """Im f(x + ih) / h with h = 1e-30: no subtraction, no truncation error to speak of."""
    parts = _perturbed(forward, variable, values, base, 1j * STEP, out_axes, sizes)
    return _columns([np.imag(part) / STEP for part in parts], base.shape), 0.0


def _central_differences(
    forward: Program, variable: Node, values: Mapping[Node, Tensor], base: Any, out_axes: Axes, sizes: Sizes
) -> tuple[Any, float]:
    """Fourth-order differences on a ladder of steps; the error is how far neighbouring rungs differ."""
    unit = float(np.max(np.abs(base))) if base.size else 1.0
    unit = unit or 1.0
    rungs = []
    for step in (unit * 1e-2, unit * 3e-3, unit * 1e-3, unit * 3e-4):
        total: Any = 0.0
        for offset, weight in ((1, 8.0), (-1, -8.0), (2, -1.0), (-2, 1.0)):
            parts = list(_perturbed(forward, variable, values, base, offset * step, out_axes, sizes))
            total = total + weight * _columns(parts, base.shape)
        rungs.append(total / (12 * step))
    gaps = [float(np.max(np.abs(a - b))) for a, b in itertools.pairwise(rungs)]
    best = int(np.argmin(gaps))
    return rungs[best + 1], 4 * gaps[best]


def _perturbed(
    forward: Program,
    variable: Node,
    values: Mapping[Node, Tensor],
    base: Any,
    step: complex,
    out_axes: Axes,
    sizes: Sizes,
) -> Iterator[Any]:
    """The output for every single-entry perturbation, in batches along a probe axis."""
    count = int(base.size)
    batch = max(1, CHUNK // max(1, count))
    lengths = [axis.dimension.size(sizes) for axis in out_axes]
    for start in range(0, count, batch):
        stop = min(count, start + batch)
        entries = np.zeros((stop - start, count))
        entries[np.arange(stop - start), np.arange(start, stop)] = 1.0
        probes = base + step * entries.reshape((stop - start, *base.shape))
        out = forward.run({**values, variable: Tensor(probes, (PROBE, *variable.axes))}, sizes)[0]
        yield np.broadcast_to(out.aligned((PROBE, *out_axes)), [stop - start, *lengths])


def _columns(parts: list[Any], shape: tuple[int, ...]) -> Any:
    """Batches (probe, *out) joined to (*out, *variable)."""
    joined = np.concatenate(parts, axis=0)
    moved = np.moveaxis(joined, 0, -1)
    return moved.reshape((*moved.shape[:-1], *shape))


def _noise(
    program: Program, values: Mapping[Node, Tensor], axes: Sequence[Axes], sizes: Sizes, outputs: Sequence[Any]
) -> float:
    """How far the outputs move when every input moves by a few units in the last place."""
    generator = np.random.default_rng(5)
    worst = 0.0
    moved = {}
    for node, value in values.items():
        # Two perturbed copies at once, along the probe axis.
        array = np.asarray(value.array)
        signs = generator.choice([-1.0, 1.0], size=(2, *array.shape))
        moved[node] = Tensor(array * (1 + 4 * EPSILON * signs), (PROBE, *value.axes))
    for value, place, reference in zip(program.run(moved, sizes), axes, outputs, strict=True):
        shape = [2, *(axis.dimension.size(sizes) for axis in place)]
        difference = np.abs(np.broadcast_to(value.aligned((PROBE, *place)), shape) - reference)
        largest = float(np.max(difference)) if difference.size else 0.0
        worst = max(worst, largest if np.isfinite(largest) else 0.0)
    scale = max(float(np.max(np.abs(o))) if np.size(o) else 0.0 for o in outputs)
    return 32 * worst + 256 * EPSILON * (scale if np.isfinite(scale) else 0.0)


def _verdict(given: Any, measured: Any, bar: float, scheme: str, kink: bool) -> NumericEvidence:
    count = int(np.size(measured))
    if not np.all(np.isfinite(given)) or not np.all(np.isfinite(measured)):
        return NumericEvidence("cannot_tell", scheme, float("nan"), bar, count, "a value is not finite")
    error = float(np.max(np.abs(given - measured))) if count else 0.0
    scale = max(float(np.max(np.abs(measured))), float(np.max(np.abs(given)))) if count else 0.0
    verdict: NumericVerdict
    if error <= bar or error == 0.0:
        verdict, reason = "agrees", ""
    elif kink:
        verdict, reason = "kink", "the point lies at a kink"
    elif error > 16 * bar:
        verdict, reason = "differs", ""
    else:
        verdict, reason = "cannot_tell", "the difference is within the noise"
    relative = error / scale if scale else 0.0
    return NumericEvidence(verdict, scheme, relative, bar / scale if scale else 0.0, count, reason)


def _near_kink(output: Node, variable: Node, values: Mapping[Node, Tensor], sizes: Sizes, seed: int) -> bool:
    """Whether some condition of a branch is decided by less than rounding at the point."""
    conditions: list[Node] = []
    for node in topological([output], frozenset([variable])):
        if isinstance(node, Map):
            for piece in lower(node.expression).atoms(sympy.Piecewise):
                for _, condition in piece.args:
                    for relation in condition.atoms(sympy.core.relational.Relational):
                        conditions.append(mapped(relation.lhs - relation.rhs, *node.operands))
    if not conditions:
        return False
    program = Program(conditions, frozenset([variable]), seed)
    found = program.run(values, sizes)
    return any(bool(np.any(np.abs(np.real(t.array)) < 1e-12)) for t in found)


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
    sizes: Sizes = field(default_factory=dict)
    seed: int = 0


def compare_sides(left: Node, right: Node, axes: Axes, sizes: Sizes, facts: Facts, seed: int) -> SidesAtAPoint:
    """Both sides in floats; a difference beyond the bar is confirmed to 50 digits.

    Raises NumericError where no finite point is found.
    """
    program = Program([left, right], seed=seed)
    values, outputs = finite_run(program, sizes, facts, seed)
    first, second = (laid_out(t, axes, sizes) for t in outputs)
    bar = _noise(program, values, (axes, axes), sizes, (first, second))
    error = np.abs(first - second)
    count = int(np.size(error))
    place = np.unravel_index(int(np.argmax(error)), np.shape(error)) if count else ()
    worst = float(error[place]) if count else 0.0
    scale = max(float(np.max(np.abs(first))), float(np.max(np.abs(second)))) if count else 0.0
    relative, relative_bar = (worst / scale, bar / scale) if scale else (0.0, 0.0)
    if worst <= bar or worst == 0.0:
        return SidesAtAPoint(NumericEvidence("agrees", "two sides", relative, relative_bar, count))
    precise = _at_fifty_digits(left, right, axes, sizes, values, seed, place)
    gap = abs(precise[0] - precise[1])
    size = max(abs(precise[0]), abs(precise[1]), mpmath.mpf(10) ** -300)
    differs = gap > size * mpmath.mpf(10) ** -30 and gap > mpmath.mpf(worst) / 1000
    verdict: NumericVerdict = "differs" if differs else "cannot_tell"
    return SidesAtAPoint(
        NumericEvidence(verdict, "two sides", relative, relative_bar, count),
        tuple(int(k) + 1 for k in place), float(first[place]), float(second[place]),
        mpmath.nstr(precise[0], 12), mpmath.nstr(precise[1], 12), dict(sizes), seed,
    )  # fmt: skip


def _at_fifty_digits(
    left: Node, right: Node, axes: Axes, sizes: Sizes, values: Mapping[Node, Tensor], seed: int, place: Any
) -> tuple[Any, Any]:
    """Both sides at one entry, to 50 digits, at the very point that was tried in floats."""
    with mpmath.workdps(60):
        program = Program([left, right], seed=seed, digits=50)
        exact = {n: Tensor(_exact(t.array), t.axes) for n, t in values.items()}
        sides = program.run(exact, sizes)
        first, second = (laid_out(t, axes, sizes)[place] for t in sides)
        return first, second


def _exact(array: Any) -> Any:
    return np.vectorize(lambda x: mpmath.mpf(float(x)), otypes=[object])(np.asarray(array))
