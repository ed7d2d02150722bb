"""Differentials: `d(C)` is the derivative of C along a direction of every input, whichever it is.

    d(C) = Σ_X ∂C/∂X · dX, a sum over the inputs X and their entries

Each dX is a leaf of its own in the shape of X. What holds between differentials holds for all
directions: `d(A @ B) = d(A) @ B + A @ d(B)`, `d(L) = trace(dL/dW.T @ d(W))`. What is held has no
direction, `d(W @ x) holding x = d(W) @ x`.
"""

from __future__ import annotations

from dataclasses import replace

from derivcheck.graph.nodes import Input, Node, add, multiply, rename, sum_over, tensor, topological
from derivcheck.language.formulas import name_tree
from derivcheck.language.lowering import derivatives
from derivcheck.language.lowering.derivatives import COTANGENT
from derivcheck.language.lowering.state import LoweringState
from derivcheck.language.lowering.values import Value, dimensions, fresh_axes
from derivcheck.language.lowering.variables import attached, held, parted
from derivcheck.language.notation.syntax import Call, Derivative

DIRECTION = "d "  # begins the name of a direction


def differential(lowering: LoweringState, tree: Call) -> Value:
    """The differential of an expression; what stands behind it is held. Raises NotationError (DC122, DC139)."""
    if not tree.arguments:
        raise lowering.call_error(tree, "a differential is of something", "d(C)")
    operand, *holding = tree.arguments
    outer, lowering.in_numerator = lowering.in_numerator, True
    try:
        value = lowering.expression(operand)
    finally:
        lowering.in_numerator = outer
    still = held(lowering, operand, value, holding)
    value, leaves = parted(value, still)
    still += [leaf for leaf, _ in leaves]
    around = lowering.deriving, lowering.leaves
    lowering.leaves = (*lowering.leaves, *leaves)
    lowering.measuring = lowering.scope.measured is not None and not outer
    try:
        found = []
        for node in _inputs(lowering, value.node):
            if node not in still:
                lowering.deriving = Derivative(operand, (name_tree(node.name),), tree.span, tuple(holding) or None)
                found.append(_along(lowering, value, node))
    finally:
        lowering.measuring = False
        lowering.deriving, lowering.leaves = around
    return attached(replace(value, node=add(*found)), leaves)


def _inputs(lowering: LoweringState, root: Node) -> list[Input]:
    """The inputs that a node is made of, in the order of their declaration."""
    order = {name: place for place, name in enumerate(lowering.scope.values)}
    found = [node for node in topological([root]) if isinstance(node, Input)]
    moving = (node for node in found if not node.name.startswith((COTANGENT, DIRECTION)))
    return sorted(moving, key=lambda node: order.get(node.name, len(order)))


def _along(lowering: LoweringState, value: Value, variable: Input) -> Node:
    """Σ over the entries of an input of ∂value/∂entry times the entry of its direction."""
    made = fresh_axes(dimensions(variable.axes), (*value.axes, *value.node.axes, *variable.axes))
    there = dict(zip(variable.axes, made, strict=True))
    slope = derivatives.raw(lowering, value, Value(variable), there)
    direction = tensor(f"{DIRECTION}{variable.name}", variable.home)
    return sum_over(multiply(slope, rename(direction, there)), made)
