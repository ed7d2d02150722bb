"""Conditions that are met at no point tried: nothing was compared there, and an agreement says nothing.

A condition behind a claim, `s = 5 where s > t`, weights both sides with 1 or 0. An equality of values,
`5 if s == t else s`, is met by chance nowhere, whatever stands in its branch; and a bound that is no zero,
`1 if sum(s) > 5 else 0`, may lie beyond every point: both of its branches are to be seen. Positions are
compared at every size up to a dozen: `p - q > 20` is met beyond.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import sympy

from derivcheck.diagnostics.diagnostic import NumericError, UnsupportedError
from derivcheck.evidence.canonical.form import Facts
from derivcheck.evidence.numeric.program import Program
from derivcheck.evidence.numeric.sampling import finite_run
from derivcheck.graph.nodes import Indicator, Map, Node, constant, mapped, subtract, topological

COMBINED = ("zero", "positive")  # of combinations of positions
Point = tuple[Mapping[str, int], int, float]  # sizes, seed, spread


def branches(nodes: Iterable[Node]) -> tuple[Node, ...]:
    """1 where a branch is taken and 0 elsewhere, for all that points may miss: equal values, both sides of a bound."""
    found: list[Node] = []
    for node in topological(nodes):
        if isinstance(node, Indicator) and node.relation in COMBINED:
            found += [node, subtract(constant(1), node)] if node.relation == "positive" else [node]
        if not isinstance(node, Map) or not isinstance(node.expression, sympy.Piecewise):
            continue
        test = node.expression.args[0].args[1]
        taken = mapped(sympy.Piecewise((1, test), (0, True)), *node.operands)
        if isinstance(test, sympy.Eq):
            found.append(taken)
        elif isinstance(test, sympy.Ne):
            found.append(subtract(constant(1), taken))
        elif any(side.is_number and not side.is_zero for side in getattr(test, "args", ())):
            found += [taken, subtract(constant(1), taken)]
    return tuple(dict.fromkeys(found))


def are_combined(nodes: Iterable[Node]) -> bool:
    """Whether combinations of positions are compared."""
    return any(isinstance(node, Indicator) and node.relation in COMBINED for node in topological(nodes))


def are_met(tests: Iterable[Node], sides: Iterable[Node], points: Iterable[Point], facts: Facts) -> bool:
    """Whether each test is 1 in some entry at one of the points at least, of those at which the sides have values."""
    open_tests = list(tests)
    for sizes, seed, spread in points:
        if not open_tests:
            break
        try:
            _, outputs = finite_run(Program([*open_tests, *sides], seed=seed), sizes, facts, seed, spread)
        except (NumericError, UnsupportedError):
            continue
        values = dict(zip(open_tests, outputs, strict=False))
        open_tests = [test for test in open_tests if not np.any(np.real(values[test].array) > 0.5)]
    return not open_tests
