"""Whether a function with branches has two values at a point: `relu'` where its argument is 0."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy

from derivcheck.diagnostics.diagnostic import NumericError, UnsupportedError
from derivcheck.evidence.canonical.atoms import GrowthError, UndefinedError
from derivcheck.evidence.canonical.form import Canonical, Facts
from derivcheck.evidence.numeric.program import Program
from derivcheck.evidence.numeric.sampling import STYLES, inputs_of, sample
from derivcheck.evidence.numeric.survey import laid_out
from derivcheck.evidence.numeric.tensors import Sizes, Tensor
from derivcheck.graph.axes import Axes
from derivcheck.graph.nodes import Map, Node, constant, mapped, operands, topological
from derivcheck.graph.scalars import lower
from derivcheck.graph.sizes import dimensions_of, small_sizes
from derivcheck.graph.substitution import substituted

POINTS = 48  # of what is left, at which another condition may choose the branch that meets this one
ZERO = 1e-12


@dataclass(frozen=True, slots=True)
class Boundary:
    """Where two branches meet: `gap` is zero there, `there` is what it becomes, as the `pieces` are."""

    gap: Node
    there: Node
    pieces: tuple[Node, ...]
    axes: Axes


def jumps_at(roots: Iterable[Node], places: Mapping[Node, Node], facts: Facts | None = None) -> bool:
    """Whether two branches meet where quantities are replaced, and not everywhere, and differ there.

    What is said of a branch at such a point is one of two values: of a derivative there is none.
    """
    found = tuple(_boundaries(roots, places))
    canonical = Canonical(facts)
    return any(_is_met(one, canonical) or _is_met_by_chance(one, facts or {}) for one in found)


def _boundaries(roots: Iterable[Node], places: Mapping[Node, Node]) -> Iterator[Boundary]:
    changed: dict[Node, bool] = {}
    for node in topological(list(roots), places):
        changed[node] = node in places or any(changed[operand] for operand in operands(node))
        if not changed[node] or node in places or not isinstance(node, Map):
            continue
        moved = [substituted(operand, places) for operand in node.operands]
        for choice in lower(node.expression).atoms(sympy.Piecewise):
            pieces = tuple(mapped(piece, *moved) for piece, _ in choice.args)
            relations = {one for _, test in choice.args for one in test.atoms(sympy.core.relational.Relational)}
            for gap in sorted({one.lhs - one.rhs for one in relations}, key=str):
                yield Boundary(mapped(gap, *node.operands), mapped(gap, *moved), pieces, node.axes)


def _is_met(one: Boundary, canonical: Canonical) -> bool:
    """As the canonical form shows."""
    zero = constant(0)
    if not _are_equal(one.there, zero, canonical) or _are_equal(one.gap, zero, canonical):
        return False
    first, *others = one.pieces
    return any(not _are_equal(first, other, canonical) for other in others)


def _are_equal(first: Node, second: Node, canonical: Canonical) -> bool:
    try:
        return first is second or bool(canonical.equal(first, second).proved)
    except (GrowthError, UndefinedError, UnsupportedError):
        return False


def _is_met_by_chance(one: Boundary, facts: Facts) -> bool:
    """At one of several points: where `t < 0`, `relu(max(s, t))` has its kink at s = 0."""
    wanted = (one.gap, one.there, *one.pieces)
    program = Program(wanted)
    sizes = small_sizes(dimensions_of(wanted))[-1]
    for seed in range(POINTS):
        try:
            point = sample(inputs_of(wanted), sizes, facts, seed, STYLES[0])
            found = [_real(value, one.axes, sizes) for value in program.run(point, sizes)]
        except (NumericError, UnsupportedError):
            return False
        gap, there, *pieces = found
        met = (np.abs(there) <= ZERO) & (np.abs(gap) > ZERO)
        spread = np.max(pieces, axis=0) - np.min(pieces, axis=0)
        if np.any(met & (spread > ZERO * (1 + np.max(np.abs(pieces), axis=0)))):
            return True
    return False


def _real(value: Tensor, axes: Axes, sizes: Sizes) -> Any:
    return np.real(np.asarray(laid_out(value, axes, sizes)))
