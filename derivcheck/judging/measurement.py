"""The derivatives that a formula names, measured by complex step or differences.

Before a claim is judged, every derivative that it speaks of is compared with its forward pass,
once; one that disagrees is derivcheck's own bug. And a refuted equation is settled by a value that
no rule of differentiation has touched: its left side is lowered once more with a fresh leaf in the
place of every derivative, and the leaf's value is the difference quotient of the forward pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np

from derivcheck.diagnostics.diagnostic import ContradictionError, Diagnostic, NumericError, UnsupportedError
from derivcheck.diagnostics.verdicts import NumericEvidence, NumericVerdict, Slope, Witness
from derivcheck.evidence.canonical.form import Facts, without_switches
from derivcheck.evidence.extents import extents
from derivcheck.evidence.numeric.branches import is_branched
from derivcheck.evidence.numeric.comparison import difference_quotients
from derivcheck.evidence.numeric.differences import EPSILON, ladder
from derivcheck.evidence.numeric.program import Program
from derivcheck.evidence.numeric.sampling import STYLES, inputs_of, sample
from derivcheck.evidence.numeric.slopes import measure_slopes
from derivcheck.evidence.numeric.survey import STEP, is_analytic, laid_out
from derivcheck.evidence.numeric.tensors import Sizes, Tensor
from derivcheck.evidence.points import Points
from derivcheck.graph.derive import Derived
from derivcheck.graph.nodes import Node, topological
from derivcheck.graph.sizes import SizeChoice, dimensions_of, shapes_of
from derivcheck.language.claims import Pair, pair
from derivcheck.language.lowering.letters import member_name
from derivcheck.language.lowering.points import is_evaluated
from derivcheck.language.lowering.scope import Measured
from derivcheck.language.network import Network

ATTEMPTS = 6  # points at which a derivative is looked at until it is measured
# Of a function with branches, four have to agree: among them one at which every input is negative, so that
# several entries of `relu(x)` are the largest.
BRANCHES = ((1.0, "generic"), (1.0, "negative"), (1.0, "positive"), (8.0, "generic"), (1 / 64, "generic"))
ENOUGH = 4
RESOLVED = 1 / 8  # of the gap between two sides: a measured value as near as that to one of them is that one
ROUNDING = 1e-13  # of a measured derivative
DIGITS = 1e-12  # to which a witness gives its values
EXACT = 1e-9  # an error up to which that many digits of a measured value are shown
MAXIMAL_ENTRIES = 1 << 16  # of a derivative, above which it is measured at small sizes


class Slopes:
    """How the derivatives of one network compare with its forward pass; each is measured once."""

    def __init__(self, facts: Facts, sizes: Sizes, given: Sizes, seed: int, points: Points[Tensor]) -> None:
        """`given` are the sizes that the user asked for."""
        self.facts, self.sizes, self.given, self.seed = facts, sizes, given, seed
        self._points = points
        self._found: dict[tuple[Node, Node, bool], NumericEvidence] = {}

    def confirmed(self, derived: Iterable[Derived]) -> tuple[Slope, ...]:
        """What was measured of each derivative. Raises ContradictionError (DC902) where one is another."""
        return tuple(Slope(described(one), self._measured(one)) for one in derived)

    def _measured(self, derived: Derived) -> NumericEvidence:
        key = (derived.numerator, derived.variable, derived.entrywise)
        if key not in self._found:
            self._found[key] = self._looked_at(derived, self._sizes_for(derived))
        return self._found[key]

    def _sizes_for(self, derived: Derived) -> Sizes:
        """The sizes of the network; small ones for a derivative with many entries."""
        axes = {*derived.numerator.axes, *derived.columns}
        dimensions = dimensions_of([derived.node, derived.numerator]).union(axis.dimension for axis in axes)
        dimensions |= extents([derived.node, derived.numerator], self.facts)
        whole = tuple(axis.dimension for axis in axes)
        shapes = shapes_of(topological([derived.node, derived.numerator]), whole)
        choice = SizeChoice(dimensions, self.sizes, self.given, shapes)
        usual = choice.usual()
        return usual if prod(axis.dimension.size(usual) for axis in axes) <= MAXIMAL_ENTRIES else choice.small()[0]

    def _looked_at(self, derived: Derived, sizes: Sizes) -> NumericEvidence:
        """The first agreement; without one, a kink at every point, or why nothing could be measured."""
        branched = is_branched([derived.numerator])
        agreed: list[NumericEvidence] = []
        others: list[NumericEvidence] = []
        for attempt in range(ATTEMPTS):
            seed = self.seed + attempt
            spread, style = BRANCHES[attempt % len(BRANCHES)] if branched else (1.0, STYLES[0])
            found = self._at(derived, sizes, self.facts, seed, spread, style)
            if found.verdict == "undefined" and (beside := without_switches(self.facts)) != self.facts:
                # `y log y` has no value at the zeros of a one-hot y, and one beside them.
                found = self._at(derived, sizes, beside, seed, spread, style)
            (agreed if found.verdict == "agrees" else others).append(found)
            if len(agreed) == (ENOUGH if branched else 1) or found.verdict == "undefined":
                break
        if agreed:
            return agreed[0]
        return next((found for found in others if found.verdict == "kink"), others[0])

    def exist(self, derived: Iterable[Derived], sizes: Sizes, facts: Facts, seed: int, spread: float) -> bool:
        """Whether no derivative is at a kink at a point. Raises ContradictionError (DC902)."""
        return all(self._at(one, sizes, facts, seed, spread).verdict != "kink" for one in derived)

    def _at(
        self, derived: Derived, sizes: Sizes, facts: Facts, seed: int, spread: float, style: str = STYLES[0]
    ) -> NumericEvidence:
        points = self._points if seed == self.seed else None
        try:
            found = measure_slopes(derived, sizes, facts, seed, points, spread, style)
        except (NumericError, UnsupportedError) as problem:
            if problem.diagnostic.code == "DC502":
                raise ContradictionError(replace(problem.diagnostic, code="DC902")) from problem
            verdict: NumericVerdict = "undefined" if problem.diagnostic.code == "DC501" else "cannot_tell"
            return NumericEvidence(verdict, reason=problem.diagnostic.message)
        if found.verdict == "differs":
            raise ContradictionError(
                Diagnostic(
                    "DC902",
                    f"the derived {described(derived)} disagrees with differences",
                    None,
                    f"relative error {found.max_error:.1e}, bar {found.bar:.1e}",
                    help="this is a bug of derivcheck: please report it with the spec",
                )
            )
        return found


def described(derived: Derived) -> str:
    """`dL/dz2`: what was written, or the names of what is derived and of the variable."""
    if derived.written is not None:
        return derived.written()
    names = [getattr(node, "name", "(…)") for node in (derived.numerator, derived.variable)]
    return f"d{names[0]}/d{names[1]}"


def finite_difference(link: Pair, network: Network, witness: Witness) -> str:
    """The left side's entry at the witness, with measured derivatives; empty where it names none to be measured.

    The sizes of the network are those of dimensions of which the witness says nothing. Raises
    ContradictionError (DC902) where it is not the value that was derived: what is not measured refutes nothing.
    """
    scope = network.scope
    leaves: dict[Node, Measured] = {}
    if is_evaluated(link.left_tree):
        return ""  # it is measured where it is taken, not at the point where it is evaluated
    left = scope.abbreviations.get(member_name(link.left_tree, scope) or "", link.left_tree)
    measured = pair(left, link.right_tree, link.relation, link.where, replace(scope, measured=leaves))
    wanted = [node for node in topological([measured.left]) if node in leaves]
    if not wanted:
        return ""
    try:
        found = {leaf: leaves[leaf] for leaf in wanted}
        shown, error = _evaluated(measured, found, network, witness)
    except (NumericError, UnsupportedError):
        return ""
    derived, claimed = float(witness.derived), float(witness.claimed)
    error += DIGITS * (abs(derived) + abs(claimed))
    resolved = abs(derived - claimed) * RESOLVED
    if not np.isfinite(shown) or not resolved or error > resolved:
        return ""  # the forward pass has no value there, or differences are too coarse to tell the sides apart
    if abs(shown - derived) > resolved:
        raise ContradictionError(
            Diagnostic(
                "DC902",
                "differences do not confirm the derived side of a refutation",
                None,
                "",
                (("derived", witness.derived), ("claimed", witness.claimed), ("measured", f"{shown:.12g}")),
                help="this is a bug of derivcheck: please report it with the spec",
            )
        )
    return f"{shown:.12g}" if error < EXACT * abs(shown) else f"{shown:.6g}"


def _evaluated(
    measured: Pair, leaves: Mapping[Node, Measured], network: Network, witness: Witness
) -> tuple[float, float]:
    """(the left side with measured derivatives, how far their errors move it)."""
    seed, sizes, images = witness.seed, {**network.sizes, **dict(witness.sizes)}, network.known.images
    held = {leaf: source for found in leaves.values() for leaf, source in found.leaves}
    forward = [node for found in leaves.values() for node in (found.numerator, found.variable)] + list(held.values())
    wanted = [*forward, measured.left, measured.right, *images.values()]
    inputs = [node for node in inputs_of(wanted) if node not in leaves]
    values = sample(inputs, sizes, network.facts, seed, witness.style, witness.spread)
    values |= dict(zip(images, Program(list(images.values()), seed=seed).run(values, sizes), strict=True))
    if held:
        kept = Program(list(held.values()), seed=seed).run(values, sizes)
        values.update(zip(held, kept, strict=True))
    errors = {}
    for leaf, found in leaves.items():
        values[leaf], error = _measured(found, values, sizes, seed)
        errors[leaf] = error + ROUNDING * float(np.max(np.abs(values[leaf].array), initial=0.0))
    program = Program([measured.left], seed=seed)

    def shown(values: Mapping[Node, Tensor]) -> float:
        found = laid_out(program.run(values, sizes)[0], measured.axes, sizes)
        return float(np.real(found[tuple(place - 1 for place in witness.entry)]))

    generator = np.random.default_rng([seed, 11])
    moved = dict(values)
    for leaf, error in errors.items():
        array = np.asarray(values[leaf].array)
        moved[leaf] = Tensor(array + error * generator.choice([-1.0, 1.0], size=array.shape), values[leaf].axes)
    plain = shown(values)
    return plain, 4 * abs(shown(moved) - plain)


def _measured(found: Measured, values: Mapping[Node, Tensor], sizes: Sizes, seed: int) -> tuple[Tensor, float]:
    """(the difference quotients along the leaf's axes, the error of the scheme)."""
    if not found.entrywise:
        array, error = difference_quotients(found.numerator, found.variable, values, sizes, seed)
        return Tensor(array, (*found.numerator.axes, *found.columns)), error
    at = Program([found.variable], seed=seed).run(values, sizes)[0]
    axes = found.variable.axes
    base = np.array(laid_out(at, axes, sizes))
    program = Program([found.numerator], frozenset([found.variable]), seed)

    def applied(array: Any) -> Any:
        out = program.run({**values, found.variable: Tensor(array, axes)}, sizes)[0]
        return laid_out(out, axes, sizes)

    if is_analytic(found.numerator, found.variable):
        return Tensor(np.imag(applied(base + 1j * STEP)) / STEP, axes), 0.0
    flat = base.reshape(-1)
    noise = 4 * EPSILON * float(np.max(np.abs(applied(base))))
    quotients = ladder(
        lambda steps: applied((flat + steps).reshape(base.shape)).reshape(-1), np.maximum(np.abs(flat), 1e-3), noise
    )[1]
    return Tensor(quotients.value.reshape(base.shape), axes), float(np.max(quotients.bar))
