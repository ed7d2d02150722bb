"""Conditions behind an equation: on its indices, or a point at which it holds."""

from __future__ import annotations

from dataclasses import replace

from derivcheck.diagnostics.diagnostic import NotationError, UnsupportedError
from derivcheck.graph.nodes import Input, Quantity
from derivcheck.language.latex.cursor import RowCursor
from derivcheck.language.lowering.language import Lowering
from derivcheck.language.lowering.letters import member_name
from derivcheck.language.notation.syntax import (
    Comparison,
    Condition,
    Derivative,
    Equation,
    Expression,
    Junction,
    Name,
    Negate,
    Number,
    Span,
    bottom_up,
    rebuilt,
)
from derivcheck.language.tex.errors import fail


def check_condition(test: Condition, span: Span, reader: RowCursor) -> None:
    """A condition that values be equal holds almost nowhere: nothing could be judged under it."""
    waiting: list[Condition] = [test]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Junction):
            waiting += [node.left, node.right]
        elif isinstance(node, Comparison) and node.relation == "=":
            values = [side for side in (node.left, node.right) if _is_value(side, reader)]
            if values:
                fail(
                    "DC175",
                    "an equation under a condition on values is not read",
                    span,
                    "the values are equal almost nowhere",
                    "put the value into the equation",
                )


def holds_by_definition(test: Condition, reader: RowCursor) -> bool:
    """`where u = g(x)`, and the spec says that u is g(x): nothing is restricted."""
    if not isinstance(test, Comparison) or test.relation not in ("=", "=="):
        return False
    scope = reader.context.scope
    name = member_name(test.left, scope)
    node = scope.values[name].node if name is not None else None
    if not isinstance(node, Quantity):
        return False
    try:
        meant = Lowering(scope).expression(test.right)
    except (NotationError, UnsupportedError):
        return False
    return meant.node == node.operand


def point_of(test: Condition, reader: RowCursor) -> tuple[str, Expression] | None:
    """`if z = 0`, for a number z that the spec declares: (its name, the value)."""
    if not isinstance(test, Comparison) or test.relation not in ("=", "=="):
        return None
    value = reader.context.scope.values.get(test.left.name) if isinstance(test.left, Name) else None
    number = test.right.operand if isinstance(test.right, Negate) else test.right
    if value is None or not isinstance(value.node, Input) or value.axes or not isinstance(number, Number):
        return None
    assert isinstance(test.left, Name)
    return test.left.name, test.right


def at_point(equation: Equation, name: str, value: Expression, at: Span) -> Equation:
    """The equation with a value put in. Raises NotationError (DC175) where it is derived by that name."""
    for node in bottom_up(equation):
        if isinstance(node, Derivative) and any(part == Name(name) for v in node.variables for part in bottom_up(v)):
            fail(
                "DC175",
                f"a derivative by `{name}` at a value of it is not read",
                at,
                "the value is put in first?",
                r"f'(0) = 1",
            )

    def put(node: object) -> object:
        return replace(value, span=node.span) if isinstance(node, Name) and node.name == name else node

    return replace(equation, sides=tuple(rebuilt(side, put) for side in equation.sides))


def _is_value(tree: Expression, reader: RowCursor) -> bool:
    shape = reader.context.types(tree)
    number = not isinstance(tree, Name) or tree.name in reader.context.scope.values
    return shape is not None and number and not _is_position(tree)


def _is_position(tree: Expression) -> bool:
    return isinstance(tree, Number) and tree.value.denominator == 1 and tree.value >= 1
