"""Evaluation at a point: `at(dL/dw, w = 0)` is the derivative, with 0 in the place of w once it is taken.

What is replaced is a quantity that the expression is computed from, or an index: `at(dp[i]/dz[j], j = i)`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sympy

from derivcheck.diagnostics.diagnostic import Diagnostic, NotationError, UnsupportedError
from derivcheck.graph.nodes import Map, Node, topological
from derivcheck.graph.scalars import lower, placeholder
from derivcheck.graph.substitution import substituted
from derivcheck.language.formulas import mentioned_names
from derivcheck.language.lowering.letters import index_error
from derivcheck.language.lowering.state import LoweringState
from derivcheck.language.lowering.values import Value, onto, same_shape, shape_error
from derivcheck.language.lowering.variables import variable_node
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.syntax import Call, Expression, Name, Number, Reduction, bottom_up, rebuilt

Place = tuple[Expression, Expression]  # what is replaced, and by what


def at(lowering: LoweringState, tree: Call) -> Value:
    """The value of an expression at a point.

    Raises NotationError: DC122 arguments, DC130 shapes, DC136 what is replaced is no quantity, DC156 it is not there.
    """
    body, *rest = tree.arguments or (Name("at"),)
    if not rest or len(rest) % 2:
        raise lowering.call_error(tree, "`at` takes an expression and what stands where in it", "at(dL/dw, w = 0)")
    indices, quantities = _sorted(lowering, list(zip(rest[::2], rest[1::2], strict=True)))
    for letter, by in indices:
        body = _with_index(lowering, body, letter, by)
    value = lowering.expression(body)
    places = dict(_replaced(lowering, body, place) for place in quantities)
    if places and _jumps(value.node, places):
        raise UnsupportedError(Diagnostic("DC410", f"`{to_plain(body)}` jumps at this point: there is a kink"))
    node = substituted(value.node, places) if places else value.node
    return Value(node, value.row, value.column, value.more)


def _sorted(lowering: LoweringState, places: Sequence[Place]) -> tuple[list[tuple[Name, Expression]], list[Place]]:
    """The indices that are replaced, and the quantities."""
    indices: list[tuple[Name, Expression]] = []
    quantities: list[Place] = []
    for target, by in places:
        if isinstance(target, Name) and lowering.letters.role(target) in ("letter", "either"):
            indices.append((target, by))
        else:
            quantities.append((target, by))
    return indices, quantities


def _with_index(lowering: LoweringState, body: Expression, letter: Name, by: Expression) -> Expression:
    if letter.name in lowering.scope.values or letter.name in lowering.scope.dimensions:
        raise lowering.letters.ambiguous(letter)
    if not isinstance(by, Name | Number):
        raise index_error("DC143", "an index is a letter or a position from 1", by.span)
    nodes = bottom_up(body)
    bound = {name for node in nodes if isinstance(node, Reduction) for name in node.letters}
    if letter.name in bound or (isinstance(by, Name) and by.name in bound):
        raise _nowhere(letter, "a sum binds it", "rename the bound one")
    if letter not in nodes:
        raise _nowhere(letter, f"it does not stand in `{to_plain(body)}`")

    def put(node: Any) -> Any:
        return by if node == letter else node

    return rebuilt(body, put)  # type: ignore[no-any-return]


def _replaced(lowering: LoweringState, body: Expression, place: Place) -> tuple[Node, Node]:
    """A quantity, and the node that stands in its place."""
    target, by = place
    there, found = variable_node(lowering, target), lowering.expression(by)
    values = lowering.scope.values
    # What is named, not what is left of it: the second derivative of a square is a number.
    if there.node not in topological(values[name].node for name in mentioned_names(body) if name in values):
        raise _nowhere(target, f"`{to_plain(body)}` is not computed from it")
    if found.is_scalar and set(found.node.axes) <= set(there.node.axes):
        return there.node, found.node
    if not same_shape(there, found):
        label = f"`{to_plain(target)}` is {there.shape()}, this {found.shape()}"
        raise shape_error("a quantity is replaced by one of its own shape", by.span, label)
    moved = onto(found, there)
    if not set(moved.axes) <= set(there.node.axes):
        raise _nowhere(target, "what replaces it has an index of its own")
    return there.node, moved


def _jumps(root: Node, places: Mapping[Node, Node]) -> bool:
    """Whether a function with branches has two values at the point, `relu'` at 0: what it says there is neither."""
    for node in topological([root], places):
        if not isinstance(node, Map) or not lower(node.expression).has(sympy.Piecewise):
            continue
        moved = [substituted(operand, places) for operand in node.operands]
        known = {placeholder(k): m.expression for k, m in enumerate(moved) if isinstance(m, Map) and not m.operands}
        for choice in lower(node.expression).atoms(sympy.Piecewise):
            met = [piece.xreplace(known) for piece, test in choice.args if _is_boundary(test, known)]
            if met and len({*met, *(piece.xreplace(known) for piece, _ in choice.args)}) > 1:
                return True
    return False


def _is_boundary(test: Any, known: Mapping[Any, Any]) -> bool:
    """Whether a comparison is one of equal numbers at the point."""
    relations = test.atoms(sympy.core.relational.Relational) if known else ()
    return any((one.lhs - one.rhs).xreplace(known).is_zero for one in relations)


def _nowhere(tree: Expression, why: str, help_: str = "") -> NotationError:
    return index_error("DC156", f"`{to_plain(tree)}` cannot be replaced", tree.span, why, help_)


def is_evaluated(tree: Expression) -> bool:
    """Whether something in a formula is taken at a point."""
    return any(isinstance(node, Call) and node.function == "at" for node in bottom_up(tree))
