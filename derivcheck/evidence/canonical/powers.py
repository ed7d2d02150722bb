"""Powers of powers, before a sum is multiplied out: 1/(a + b)^2 is a power of a + b."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Any

import sympy

from derivcheck.graph.nodes import Map, Node
from derivcheck.graph.scalars import placeholder

BASE = placeholder(0)


def powers_of_powers(expression: Any, nodes: Sequence[Node], known: Container[Node]) -> tuple[Any, Sequence[Node]]:
    """An expression and its operands, with the base of a whole power in its place wherever it is divided by."""
    found: dict[Any, Any] = {}
    kept = list(nodes)
    for position, node in enumerate(nodes):
        if not isinstance(node, Map) or not _is_whole_power(node.expression) or node.operands[0] not in known:
            continue
        symbol = placeholder(position)
        exponents = [one.args[1] for one in expression.atoms(sympy.Pow) if one.args[0] == symbol]
        # The root of a square is no power of its base.
        if all(isinstance(one, sympy.Integer) for one in exponents) and any(one.is_negative for one in exponents):
            found[symbol] = node.expression.xreplace({BASE: symbol})
            kept[position] = node.operands[0]
    return (expression.xreplace(found), kept) if found else (expression, nodes)


def _is_whole_power(expression: Any) -> bool:
    return (
        isinstance(expression, sympy.Pow)
        and expression.args[0] == BASE
        and isinstance(expression.args[1], sympy.Integer)
        and expression.args[1] > 1
    )
