"""Comparisons in conditions: of index letters and positions, or of values."""

from __future__ import annotations

from functools import cache

import sympy

from derivcheck.graph.axes import Axis
from derivcheck.graph.nodes import Node, constant, delta, indicator, mapped, subtract
from derivcheck.graph.scalars import Scalar, placeholder
from derivcheck.language.lowering import lookups, positions
from derivcheck.language.lowering.letters import dimension_name, index_error
from derivcheck.language.lowering.state import LoweringState
from derivcheck.language.lowering.values import Value, broadcast
from derivcheck.language.notation.syntax import Comparison, Condition, Expression, Junction, Name, Number


@cache
def _test(relation: str) -> Scalar:
    """1 where two values are in a relation, 0 elsewhere."""
    x, y = placeholder(0), placeholder(1)
    tests = {"=": sympy.Eq(x, y), "!=": sympy.Ne(x, y), "<": x < y, "<=": x <= y, ">": x > y, ">=": x >= y}
    return sympy.Piecewise((1, tests[relation]), (0, True))


def comparison(lowering: LoweringState, tree: Comparison) -> Value:
    """1 where it holds, 0 elsewhere. Raises NotationError: DC144 no index comparison, DC154 it may be either."""
    looked_up = lookups.comparison(lowering, tree)
    if looked_up is not None:
        return looked_up
    reckoned = positions.relation(lowering, tree) if positions.reckons(lowering, tree) else None
    if reckoned is not None:
        return Value(reckoned)
    if lowering.letters.compares(tree):
        return Value(_of_letters(lowering, tree))
    left, right = lowering.expression(tree.left), lowering.expression(tree.right)
    a, b, shape = broadcast(left, right, tree.span, tree.relation)
    return Value(mapped(_test(tree.relation), a, b), shape.row, shape.column, shape.more)


def is_of_letters(lowering: LoweringState, tree: Condition) -> bool:
    """Whether a condition compares index letters alone."""
    match tree:
        case Junction(_, left, right):
            return is_of_letters(lowering, left) and is_of_letters(lowering, right)
        case Comparison():
            if lookups.comparison(lowering, tree) is not None:
                return True
            return positions.reckons(lowering, tree) or lowering.letters.compares(tree)


def _of_letters(lowering: LoweringState, tree: Comparison) -> Node:
    letters = lowering.letters
    named = [side for side in (tree.left, tree.right) if isinstance(side, Name) and letters.role(side) != "value"]
    first = next((side for side in named if letters.is_letter(side)), named[0])
    known = letters.axis(first.name, first.span).dimension
    if any(_is_size(lowering, side) for side in (tree.left, tree.right)):
        limited = positions.relation(lowering, tree)
        assert limited is not None
        return limited
    terms: list[Axis | int] = []
    for side in (tree.left, tree.right):
        match side:
            case Name(letter) if letters.role(side) != "value":
                terms.append(letters.axis(letter, side.span, known))
            case Number(value) if value.denominator == 1 and value >= 1:
                terms.append(int(value))
            case _:
                raise index_error("DC144", "an index is compared with a letter, a position or a size", side.span)
    a, b = terms
    equal = delta(a, b)
    less, greater = indicator("less", a, b), indicator("less", b, a)
    return {
        "=": equal,
        "!=": subtract(constant(1), equal),
        "<": less,
        ">": greater,
        "<=": subtract(constant(1), greater),
        ">=": subtract(constant(1), less),
    }[tree.relation]


def _is_size(lowering: LoweringState, tree: Expression) -> bool:
    """Whether a side is a size, as the last position of a dimension is: `k < n`, `k == n`."""
    return dimension_name(tree, lowering.scope) is not None and lowering.letters.role(tree) == "value"
