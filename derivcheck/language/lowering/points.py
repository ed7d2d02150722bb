"""Evaluation at a point: `at(dL/dw, w = 0)` is the derivative, with 0 in the place of w once it is taken.

What is replaced is a quantity that the expression is computed from, or an index: `at(dp[i]/dz[j], j = i)`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from derivcheck.diagnostics.diagnostic import Diagnostic, NotationError, UnsupportedError
from derivcheck.evidence.jumps import jumps_at
from derivcheck.graph.nodes import Node, constant, topological
from derivcheck.graph.substitution import substituted
from derivcheck.language.divisors import values_under, vanishing_divisor
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
    for targets in (indices, quantities):
        seen: set[Expression] = set()
        for target, _ in targets:
            if target in seen:
                raise _nowhere(target, "it stands for two things at once", "write it once")
            seen.add(target)
    body = _with_indices(lowering, body, indices)
    before = len(lowering.derived)
    value = lowering.expression(body)
    derived = [one.numerator for one in list(lowering.derived)[before:]]
    places = dict(_replaced(lowering, body, place) for place in quantities)
    if places:
        _refuse_what_has_no_value(lowering, body, [value.node, *derived], places)
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


def _with_indices(lowering: LoweringState, body: Expression, indices: Sequence[tuple[Name, Expression]]) -> Expression:
    """The body with every index replaced at once: `i = j, j = i` exchanges two."""
    nodes = bottom_up(body)
    bound = {name for node in nodes if isinstance(node, Reduction) for name in node.letters}
    for letter, by in indices:
        if letter.name in lowering.scope.values or letter.name in lowering.scope.dimensions:
            raise lowering.letters.ambiguous(letter)
        if not isinstance(by, Name | Number):
            raise index_error("DC143", "an index is a letter or a position from 1", by.span)
        if letter.name in bound or (isinstance(by, Name) and by.name in bound):
            raise _nowhere(letter, "a sum binds it", "rename the bound one")
        if letter not in nodes:
            raise _nowhere(letter, f"it does not stand in `{to_plain(body)}`")
    images = dict(indices)

    def put(node: Any) -> Any:
        return images.get(node, node) if isinstance(node, Name) else node

    return rebuilt(body, put) if images else body


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


def _refuse_what_has_no_value(
    lowering: LoweringState, body: Expression, nodes: Sequence[Node], places: Mapping[Node, Node]
) -> None:
    """Raise UnsupportedError (DC410) where a branch decides: of the value, and of what is derived in it."""
    if jumps_at(nodes, places, lowering.scope.facts):
        raise UnsupportedError(Diagnostic("DC410", f"`{to_plain(body)}` jumps at this point: there is a kink"))

    def there(tree: Expression) -> Node:
        return substituted(lowering.expression(tree).node, places)

    zero = vanishing_divisor([body], there)
    if zero is not None:
        message = f"`{to_plain(body)}` has no value at this point: `{to_plain(zero)}` is zero, a division by zero"
        raise UnsupportedError(Diagnostic("DC410", message))
    if values_under(constant(1), None, [body], there, lowering.scope.facts) == "none":
        raise UnsupportedError(Diagnostic("DC410", f"`{to_plain(body)}` has no value at this point"))


def _nowhere(tree: Expression, why: str, help_: str = "") -> NotationError:
    return index_error("DC156", f"`{to_plain(tree)}` cannot be replaced", tree.span, why, help_)


def is_evaluated(tree: Expression) -> bool:
    """Whether something in a formula is taken at a point."""
    return any(isinstance(node, Call) and node.function == "at" for node in bottom_up(tree))
