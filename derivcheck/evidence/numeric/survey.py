"""Every entry of a gradient measured, however many there are.

full          every entry by itself through the exact forward pass (perturbation.py)
structured    a layer's units by themselves, all positions of a batch at once; a weight's
              entries follow because the layer is affine in them. Guarded by projections and
              by a sample of entries moved one by one; what the guard does not confirm is
              measured in full.
projections   random directions through everything: one number each, no entry escapes
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import prod
from typing import Any, Literal

import numpy as np
import sympy

from derivcheck.evidence.numeric.differences import EPSILON, ladder
from derivcheck.evidence.numeric.imaginary_parts import STEP as STEP
from derivcheck.evidence.numeric.perturbation import Perturbation
from derivcheck.evidence.numeric.point_values import PointValues, Units
from derivcheck.evidence.numeric.program import Program
from derivcheck.evidence.numeric.rounding import BITS, Rounding
from derivcheck.evidence.numeric.structure import Independence, LinearEntry, dependents, independence, linear_entry
from derivcheck.evidence.numeric.tensors import Sizes, Tensor, contracted
from derivcheck.graph.axes import Axes, Axis, Dimension
from derivcheck.graph.nodes import Map, Node, topological
from derivcheck.graph.scalars import Scalar, lower

Way = Literal["full", "structured", "projections"]
WAYS: tuple[Way, ...] = ("full", "structured", "projections")
REAL_FUNCTIONS = (sympy.erf, sympy.gamma, sympy.polygamma)  # that are not evaluated at complex points
SAFETY = 4.0  # of a noise along directions, which is larger than that of an entry
DIRECTIONS = 3
SMALL = 64
SAMPLE, ROOM = 16, 1 << 20  # entries moved one by one, numbers that copies may take at a time
PROBE = Axis(Dimension.named("probe"), "probe")


@dataclass(frozen=True, slots=True)
class Survey:
    """Measured slopes along (*variable axes, *output axes), the error of the scheme, and what it took."""

    measured: Any
    error: Any
    scheme: str
    evaluations: int


def laid_out(value: Tensor, axes: Axes, sizes: Sizes) -> Any:
    """The array along exactly the given axes, repeated along those that the tensor lacks."""
    return np.broadcast_to(value.aligned(axes), [axis.dimension.size(sizes) for axis in axes])


def is_analytic(output: Node, *variables: Node) -> bool:
    """Whether the forward pass, from variables that are not inputs on, can be evaluated at complex points."""
    nodes = topological([output], frozenset(variables))
    return not any(isinstance(node, Map) and _is_real(node.expression) for node in nodes)


@cache
def _is_real(expression: Scalar) -> bool:
    """Whether an expression is evaluated at real points alone."""
    return bool(lower(expression).has(*REAL_FUNCTIONS))


class Surveyor:
    """Measures ∂output/∂variable at one point, whose values may be known: `point` is shared by several surveyors."""

    def __init__(
        self,
        output: Node,
        variable: Node,
        values: Mapping[Node, Tensor],
        sizes: Sizes,
        seed: int,
        point: PointValues | None = None,
    ) -> None:
        self.output, self.variable, self.sizes, self.seed = output, variable, sizes, seed
        self.values = {n: t for n, t in values.items() if n is not variable}
        at = values[variable] if variable in values else Program([variable], seed=seed).run(values, sizes)[0]
        self.base = np.array(laid_out(at, variable.axes, sizes))
        self.values[variable] = Tensor(self.base, variable.axes)
        self.point = point or PointValues(output, self.values, sizes, seed)
        self._moving = {variable, *dependents(output, variable)}
        self.analytic = is_analytic(output, variable)

    @property
    def is_small(self) -> bool:
        """Whether all copies of the plain forward pass fit into one run."""
        return self.analytic and not self.output.axes and self.base.size <= SMALL

    def plain(self) -> Survey:
        """Every entry by a copy of the plain forward pass, all in one run; for small scalar problems."""
        count = self.base.size
        directions = np.eye(count).reshape((count, *self.base.shape))
        slopes = np.imag(self.along(directions, 1j * STEP)) / STEP
        return Survey(slopes.reshape(self.base.shape), self._rounding(), "complex step", count)

    def full(self) -> Survey:
        """Every entry by itself."""
        perturbation = self._perturbation(self.output, self.variable)
        slopes, error, scheme = self._slopes(perturbation)
        return Survey(slopes, error, scheme, perturbation.evaluations)

    def _perturbation(self, target: Node, variable: Node) -> Perturbation:
        known = {**self.values, **self.point.rounded()}
        return Perturbation(
            target, variable, {**known, self.variable: self.values[self.variable]}, self.sizes, self.seed
        )

    def structured(self) -> Survey:
        """Units by themselves, where the graph allows it and the guard confirms it; else in full."""
        if self.output.axes:
            return self.full()
        entry = linear_entry(self.output, self.variable)
        free = independence(self.output, entry)
        batched = free.axes if free is not None else ()
        units = int(np.prod([a.dimension.size(self.sizes) for a in entry.node.axes if a not in batched]))
        if units >= self.base.size and (self.output, entry.node, batched) not in self.point.units:
            return self.full()
        slopes, error, scheme, used = self._units(entry, free)
        known = Program([entry.coefficient], frozenset(self.point.rounded()), self.seed)
        coefficient = known.run(self.point.rounded(), self.sizes)[0]
        measured = contracted([Tensor(slopes, (*self._unit_axes(entry, batched), *batched)), coefficient], entry.own)
        names = {a: v for v, a in entry.shared.items()} | {a: v for v, a in entry.summed.items()}
        named = Tensor(measured.array, tuple(names.get(a, a) for a in measured.axes))
        found = np.array(laid_out(named, self.variable.axes, self.sizes))
        bar = self._height(coefficient, entry.own) * (
            error + self._terms(entry) * EPSILON * float(np.max(np.abs(slopes)))
        )
        how = f"{scheme}, {units} units" + (f", all of {batched[0].dimension} at once" if batched else "")
        survey = Survey(found, bar, how, used)
        return survey if self._confirmed(survey) else self.full()

    @staticmethod
    def _unit_axes(entry: LinearEntry, batched: Axes) -> Axes:
        return tuple(axis for axis in entry.node.axes if axis not in batched)

    def _units(self, entry: LinearEntry, free: Independence | None) -> Units:
        """The slopes of the output by every unit of a layer, with an error for all of them, its scheme and its cost."""
        batched = free.axes if free is not None else ()
        key = (self.output, entry.node, batched)
        if key not in self.point.units:
            perturbation = self._perturbation(free.per_position if free is not None else self.output, entry.node)
            weight: Any = 1.0
            if free is not None:
                known = Program([free.weight], frozenset(self.point.rounded()), self.seed)
                weight = np.asarray(known.run(self.point.rounded(), self.sizes)[0].array)
            if self.analytic:
                layer = Surveyor(self.output, entry.node, self.point.rounded(), self.sizes, self.seed, self.point)
                slopes, error, scheme = perturbation.slopes(batched), layer._rounding(), "complex step"
            else:
                slopes, bars, scheme = self._slopes(perturbation, batched)
                error = float(np.max(np.abs(weight) * bars, initial=0.0))
            self.point.units[key] = (slopes * weight, error, scheme, perturbation.evaluations)
        return self.point.units[key]

    def _height(self, coefficient: Tensor, own: Axes) -> float:
        """How much an error of the units may become in an entry of the variable."""
        present = [k for k, axis in enumerate(coefficient.axes) if axis in own and np.shape(coefficient.array)[k] > 1]
        missing = [axis for axis in own if axis not in [coefficient.axes[k] for k in present]]
        total = np.sum(np.abs(coefficient.array), axis=tuple(present))
        return float(np.max(total)) * prod(axis.dimension.size(self.sizes) for axis in missing)

    def _terms(self, entry: LinearEntry) -> int:
        return prod(axis.dimension.size(self.sizes) for axis in entry.own)

    def _slopes(self, perturbation: Perturbation, batched: Axes = ()) -> tuple[Any, Any, str]:
        """(slopes, error of the scheme, its name)."""
        if self.analytic:
            return perturbation.slopes(batched), self._rounding(), "complex step"
        axes = tuple(a for a in perturbation.variable.axes if a not in batched)
        at = np.asarray(laid_out(perturbation.base[perturbation.variable], perturbation.variable.axes, self.sizes))
        shape = [axis.dimension.size(self.sizes) for axis in axes]
        lengths = [axis.dimension.size(self.sizes) for axis in perturbation.output.axes]
        unit = float(np.sqrt(np.mean(at**2))) or 1.0
        plain = perturbation.program.settled(perturbation.base[perturbation.output]).array
        count = int(np.prod(shape, dtype=int)) * int(np.prod(lengths, dtype=int))

        def evaluate(steps: Any) -> Any:
            return np.real(perturbation.outputs(float(steps[0]), batched)).reshape(-1)

        noise = max(4 * EPSILON * float(np.max(np.abs(plain), initial=0.0)), self.noise(self.directions(), 0.0))
        quotients = ladder(evaluate, np.full(count, unit), noise)[1]
        return quotients.value.reshape([*shape, *lengths]), quotients.bar.reshape([*shape, *lengths]), "differences"

    def _rounding(self) -> float:
        """The error of a complex step: of the size of what cancels on the way, whatever the slope is."""
        # In general position: along signs alone the errors of two entries may cancel exactly.
        directions = np.random.default_rng([self.seed, 3]).normal(size=(DIRECTIONS, *self.base.shape))
        return SAFETY * self.noise(directions, 1j * STEP) / STEP

    def noise(self, directions: Any, step: complex) -> float:
        """How far the part of the output that tells is moved by rounding errors, and by the length of a complex step.

        Where x³ is flat, what a complex step leaves is its square: a longer one tells.
        """
        part, longer = (np.imag, 2.0) if isinstance(step, complex) else (np.real, 1.0)
        exact = part(self.along(directions, step))
        gaps = np.abs([part(self.along(directions, longer * step, bits)) / longer - exact for bits in BITS])
        return float(np.max(gaps, initial=0.0, where=np.isfinite(gaps)))

    # --- the guard ------------------------------------------------------------------------

    def along(self, directions: Any, step: complex, dropped: int = 0) -> Any:
        """The output at x + step · d for every direction (k, *variable axes), by the plain forward pass.

        Every step of it drops so many bits.
        """
        count = max(1, ROOM // max(1, self.base.size))
        if len(directions) > count:
            parts = [self.along(directions[k : k + count], step, dropped) for k in range(0, len(directions), count)]
            return np.concatenate(parts)
        array = np.empty(directions.shape, dtype=complex if isinstance(step, complex) else float)
        if isinstance(step, complex):
            array.real[...] = self.base
            np.multiply(directions, step.imag, out=array.imag)
        else:
            array[...] = self.base + step * directions
        program = Program([self.output], frozenset([self.variable]), self.seed)
        moved = Tensor(array, (PROBE, *self.variable.axes))
        rounding = Rounding(dropped) if dropped else None
        still = {node: value for node, value in self.point.rounded(dropped).items() if node not in self._moving}
        given = {**still, self.variable: moved if rounding is None else rounding(moved)}
        found = program.run(given, self.sizes, rounding)[0]
        lengths = [axis.dimension.size(self.sizes) for axis in self.output.axes]
        return np.broadcast_to(found.aligned((PROBE, *self.output.axes)), (len(directions), *lengths))

    def projected(self, directions: Any) -> tuple[Any, float]:
        """(slopes along directions (k, *variable axes), the error of the scheme)."""
        if self.analytic:
            error = SAFETY * self.noise(directions, 1j * STEP) / STEP
            return np.imag(self.along(directions, 1j * STEP)) / STEP, error
        unit = float(np.sqrt(np.mean(self.base**2))) or 1.0
        height = float(np.max(np.abs(np.real(self.along(directions, 0.0)))))
        noise = max(8 * EPSILON * height, self.noise(directions, 0.0))
        scale = unit / max(1.0, float(np.sqrt(self.base.size)))
        quotients = ladder(
            lambda steps: np.real(self.along(directions, float(steps[0]))), np.full(len(directions), scale), noise
        )[1]
        return quotients.value, float(np.max(quotients.bar))

    def directions(self, count: int = DIRECTIONS) -> Any:
        """Random signs."""
        generator = np.random.default_rng([self.seed, 3])
        return 2.0 * generator.integers(0, 2, size=(count, *self.base.shape), dtype=np.int8) - 1.0

    def _confirmed(self, survey: Survey) -> bool:
        """Whether random directions and a sample of entries say the same as the survey."""
        directions = self.directions()
        slopes, error = self._guarding(directions)
        expected = directions.reshape(len(directions), -1) @ survey.measured.reshape(-1)
        size = float(np.linalg.norm(survey.measured))
        room = 1e-9 * size + error + survey.error * np.sqrt(self.base.size)
        if not np.all(np.abs(slopes - expected) <= room):
            return False
        generator = np.random.default_rng([self.seed, 5])
        places = generator.choice(
            self.base.size, size=max(1, min(SAMPLE, self.base.size, 4 * ROOM // self.base.size)), replace=False
        )
        single = np.zeros((len(places), self.base.size))
        single[np.arange(len(places)), places] = 1.0
        plain, plain_error = self._guarding(single.reshape((len(places), *self.base.shape)))
        chosen = survey.measured.reshape(-1)[places]
        bar = 1e-9 * float(np.max(np.abs(survey.measured))) + plain_error + survey.error
        return bool(np.all(np.abs(plain - chosen) <= bar))

    def _guarding(self, directions: Any) -> tuple[Any, float]:
        """Slopes along directions by the plain forward pass; the noise of complex steps is that of the survey."""
        if self.analytic:
            return np.imag(self.along(directions, 1j * STEP)) / STEP, 0.0
        return self.projected(directions)
