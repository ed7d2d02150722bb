"""Means of polynomials over independent standard normal entries.

    E f(ε) = Σ_k (Δᵏ f)(0) / (2ᵏ k!)        with the Laplacian Δ = Σ_i ∂²/∂ε_i²

The sum is finite for a polynomial and holds for little else, so that what is no polynomial is refused.
"""

from __future__ import annotations

from math import factorial

import sympy

from derivcheck.graph.axes import Axis
from derivcheck.graph.derive import jacobian
from derivcheck.graph.nodes import (
    Input,
    Map,
    Node,
    Quantity,
    Rename,
    Sum,
    add,
    constant,
    diagonal,
    mapped,
    operands,
    sum_over,
    topological,
)
from derivcheck.graph.scalars import lower, placeholder
from derivcheck.graph.substitution import substituted
from derivcheck.language.lowering.letters import index_error
from derivcheck.language.lowering.state import LoweringState
from derivcheck.language.lowering.values import Value
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.syntax import Call, Name

HIGHEST = 8


def normal_mean(lowering: LoweringState, tree: Call) -> Value:
    """`normal_mean(x, eps)`: the mean of x over standard normal entries of eps."""
    match tree.arguments:
        case (body, Name(name) as noise) if name in lowering.scope.values:
            drawn = lowering.scope.values[name].node
        case _:
            raise lowering.call_error(tree, "`normal_mean` takes a polynomial and a tensor", "normal_mean(x, eps)")
    if not isinstance(drawn, Input):
        message = f"`{name}` is a layer: what is drawn is a tensor"
        raise index_error("DC127", message, noise.span, "", f"declare it: {name}: n")
    value = lowering.expression(body)
    degree = _degree(value.node, drawn)
    if degree is None or degree > HIGHEST:
        message = f"the mean over normal entries is known of polynomials of a degree up to {HIGHEST}"
        label = f"`{to_plain(body)}` is none in `{name}`"
        raise index_error("DC127", message, body.span, label, "a distribution of finitely many values: E_{a ~ p}(...)")
    terms, node = [_at_zero(value.node, drawn)], value.node
    for k in range(1, degree // 2 + 1):
        node = _laplacian(node, drawn)
        terms.append(mapped(placeholder(0) / (2**k * factorial(k)), _at_zero(node, drawn)))
    return Value(add(*terms), value.row, value.column, value.more)


def _at_zero(node: Node, drawn: Node) -> Node:
    return substituted(node, {drawn: constant(0)})


def _laplacian(node: Node, drawn: Node) -> Node:
    """Σ_i ∂²/∂ε_i², entry by entry of the node."""
    first, second = (
        {axis: Axis(axis.dimension, f"normal {node.serial}.{order}.{k}") for k, axis in enumerate(drawn.axes)}
        for order in (1, 2)
    )
    twice = jacobian(jacobian(node, drawn, {}, first), drawn, {}, second)
    for axis in drawn.axes:
        twice = sum_over(diagonal(twice, first[axis], second[axis]), [first[axis]])
    return twice


def _degree(root: Node, drawn: Node) -> int | None:
    """The degree of a polynomial in the entries of what is drawn, at most; None for what is not seen to be one."""
    degrees: dict[Node, int | None] = {drawn: 1}
    for node in topological([root], {drawn}):
        below = [degrees.get(operand, 0) for operand in operands(node)]
        if node is drawn or not any(degree != 0 for degree in below):
            continue
        match node:
            case Map(expression, parts):
                degrees[node] = _of_map(lower(expression), [degrees.get(part, 0) for part in parts])
            case Sum() | Rename() | Quantity():
                degrees[node] = below[0]
            case _:
                degrees[node] = None
    return degrees.get(root, 0)


def _of_map(expression: sympy.Expr, degrees: list[int | None]) -> int | None:
    moving = {placeholder(k): degree for k, degree in enumerate(degrees) if degree != 0}
    if None in moving.values() or not expression.is_polynomial(*moving):
        return None
    powers: list[tuple[int, ...]] = sympy.Poly(expression, *moving).monoms()
    return max(sum(p * (degree or 0) for p, degree in zip(power, moving.values(), strict=True)) for power in powers)
