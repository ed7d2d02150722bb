"""The derivatives that a formula names, measured by differences instead of derived.

A refuted equation is settled by a value that no rule of differentiation has touched:
its left side is lowered once more with a fresh leaf in the place of every derivative,
and the leaf's value is the difference quotient of the forward pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from derivcheck.canonical.form import Facts
from derivcheck.claims import Pair, pair
from derivcheck.diagnostics import NumericError, UnsupportedError
from derivcheck.graph import Node, topological
from derivcheck.lowering.letters import member_name
from derivcheck.lowering.scope import Measured, Scope
from derivcheck.numeric.comparison import difference_quotients
from derivcheck.numeric.differences import EPSILON, ladder
from derivcheck.numeric.program import Program, Sizes, Tensor
from derivcheck.numeric.sampling import finite_run, inputs_of, sample
from derivcheck.numeric.survey import STEP, is_analytic, laid_out
from derivcheck.verdicts import Witness


def finite_difference(link: Pair, scope: Scope, facts: Facts, sizes: Sizes, witness: Witness) -> str:
    """The left side's entry at the witness, with measured derivatives; empty where it names none to be measured.

    `sizes` are those of the spec, for dimensions of which the witness says nothing.
    """
    leaves: dict[Node, Measured] = {}
    left = scope.abbreviations.get(member_name(link.left_tree, scope) or "", link.left_tree)
    measured = pair(left, link.right_tree, link.relation, link.where, replace(scope, measured=leaves))
    wanted = [node for node in topological([measured.left]) if node in leaves]
    if not wanted:
        return ""
    try:
        found = {leaf: leaves[leaf] for leaf in wanted}
        return _evaluated(link, measured, found, facts, {**sizes, **dict(witness.sizes)}, witness)
    except (NumericError, UnsupportedError):
        return ""


def _evaluated(
    link: Pair, measured: Pair, leaves: Mapping[Node, Measured], facts: Facts, sizes: Sizes, witness: Witness
) -> str:
    seed, spread = witness.seed, witness.spread
    values, _ = finite_run(Program([link.left, link.right], seed=seed), sizes, facts, seed, spread)
    forward = [node for found in leaves.values() for node in (found.numerator, found.variable)]
    more = [node for node in inputs_of([*forward, measured.left]) if node not in values and node not in leaves]
    values = {**sample(more, sizes, facts, seed, spread=spread), **values}
    error = 0.0
    for leaf, found in leaves.items():
        value, uncertainty = _measured(found, values, sizes, seed)
        values[leaf] = value
        error = max(error, uncertainty)
    result = Program([measured.left], seed=seed).run(values, sizes)[0]
    shown = float(np.real(laid_out(result, measured.axes, sizes)[tuple(place - 1 for place in witness.entry)]))
    if not np.isfinite(shown):
        return ""  # the forward pass has no value there, though what is derived from it has
    return f"{shown:.12g}" if error == 0.0 else f"{shown:.6g}"


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
