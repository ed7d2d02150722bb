"""The branches of functions: what has none, and where rounding errors choose one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import numpy as np
import sympy

from derivcheck.evidence.canonical.form import Facts
from derivcheck.evidence.numeric.noise import NOISES, jittered
from derivcheck.evidence.numeric.program import Program
from derivcheck.evidence.numeric.sampling import finite_run
from derivcheck.evidence.numeric.survey import PROBE
from derivcheck.evidence.numeric.tensors import Sizes
from derivcheck.graph.nodes import Extremum, Map, Node, mapped, topological
from derivcheck.graph.scalars import lower

FAR, MANY, HUGE = 64.0, 4, 1e30


def compared_with_zero(nodes: Sequence[Node], leaves: frozenset[Node] = frozenset()) -> list[Node]:
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
        isinstance(node, Extremum) or (isinstance(node, Map) and _has_branches(node.expression))
        for node in topological(nodes)
    )


@cache
def _has_branches(expression: sympy.Expr) -> bool:
    return bool(lower(expression).has(sympy.Piecewise))


def are_rational(nodes: Sequence[Node]) -> bool:
    """Whether something is made of sums, products and quotients alone, which the field tells apart exactly."""
    return not any(
        isinstance(node, Extremum) or (isinstance(node, Map) and not _is_rational(node.expression))
        for node in topological(nodes)
    )


@cache
def _is_rational(expression: sympy.Expr) -> bool:
    found = lower(expression)
    return bool(found.is_rational_function(*found.free_symbols))


def far_numbers(nodes: Sequence[Node]) -> tuple[float, ...]:
    """The size of a few numbers that are far from 1, the largest first: branches may lie there."""
    numbers = {
        abs(float(number))
        for node in topological(nodes)
        if isinstance(node, Map)
        for number in node.expression.atoms(sympy.Number)
        if number.is_finite and abs(number) < HUGE
    }
    far = sorted((size for size in numbers if size > FAR or 0 < size < 1 / FAR), reverse=True)
    return tuple(far[:MANY])


def rounding_decides(nodes: Sequence[Node], sizes: Sizes, facts: Facts, seed: int, spread: float) -> bool:
    """Whether rounding errors choose a branch at a point; what stays zero when inputs move is zero indeed."""
    conditions = compared_with_zero(nodes)
    if not conditions:
        return False
    values, _ = finite_run(Program([*nodes, *conditions], seed=seed), sizes, facts, seed, spread)
    program = Program(conditions, seed=seed)
    moved = {node: value for node, value in values.items() if not is_whole(value.array)}
    copies = jittered(program, moved, sizes, values)
    for at, nearby in zip(program.run(values, sizes), copies, strict=True):
        base = np.real(at.array)
        noise = NOISES * np.max(np.abs(np.real(nearby.aligned((PROBE, *at.axes))) - base), axis=0)
        if np.any((noise > 0) & (np.abs(base) <= noise)):
            return True
    return False


def is_whole(array: Any) -> bool:
    return bool(np.all(np.real(array) == np.round(np.real(array))))


def are_multivalued(nodes: Iterable[Node]) -> bool:
    """Whether something is not single-valued in the complex plane: an equality near one point then says less."""
    return any(
        isinstance(node, Extremum) or (isinstance(node, Map) and _is_multivalued(node.expression))
        for node in topological(nodes)
    )


@cache
def _is_multivalued(expression: sympy.Expr) -> bool:
    expression = lower(expression)
    return bool(
        expression.has(sympy.Piecewise, sympy.Abs, sympy.sign, sympy.log, sympy.atan, sympy.asin)
        or any(not power.exp.is_integer for power in expression.atoms(sympy.Pow) if power.base != sympy.E)
    )
