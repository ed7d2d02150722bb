"""Whether a function with branches has two values at a point: `relu'` where its argument is 0."""

from __future__ import annotations

from collections.abc import Mapping

import sympy

from derivcheck.diagnostics.diagnostic import UnsupportedError
from derivcheck.evidence.canonical.atoms import GrowthError, UndefinedError
from derivcheck.evidence.canonical.form import Canonical, Facts
from derivcheck.graph.nodes import Map, Node, constant, mapped, operands, topological
from derivcheck.graph.scalars import lower
from derivcheck.graph.substitution import substituted


def jumps_at(root: Node, places: Mapping[Node, Node], facts: Facts | None = None) -> bool:
    """Whether two branches meet where quantities are replaced, and not everywhere, and differ there.

    What is said of a branch at such a point is one of two values: of a derivative there is none.
    """
    canonical = Canonical(facts)
    changed: dict[Node, bool] = {}
    for node in topological([root], places):
        changed[node] = node in places or any(changed[operand] for operand in operands(node))
        if changed[node] and isinstance(node, Map) and node not in places and _jumps(node, places, canonical):
            return True
    return False


def _jumps(node: Map, places: Mapping[Node, Node], canonical: Canonical) -> bool:
    choices = lower(node.expression).atoms(sympy.Piecewise)
    if not choices:
        return False
    moved = [substituted(operand, places) for operand in node.operands]
    for choice in choices:
        tests = [test for _, test in choice.args]
        gaps = [one.lhs - one.rhs for test in tests for one in test.atoms(sympy.core.relational.Relational)]
        met = any(_is_zero(mapped(gap, *moved), canonical) for gap in gaps)
        if met and not any(_is_zero(mapped(gap, *node.operands), canonical) for gap in gaps):
            first, *others = [mapped(piece, *moved) for piece, _ in choice.args]
            if any(not _are_equal(first, other, canonical) for other in others):
                return True
    return False


def _is_zero(node: Node, canonical: Canonical) -> bool:
    return _are_equal(node, constant(0), canonical)


def _are_equal(first: Node, second: Node, canonical: Canonical) -> bool:
    try:
        return first is second or bool(canonical.equal(first, second).proved)
    except (GrowthError, UndefinedError, UnsupportedError):
        return False
