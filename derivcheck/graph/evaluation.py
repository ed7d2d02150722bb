"""Scalar expressions and conditions on positions in numbers.

An expression is walked once: it becomes a function over any arithmetic that can add, multiply and compare.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import sympy

from derivcheck.diagnostics.diagnostic import Diagnostic, UnsupportedError
from derivcheck.graph.axes import Axis
from derivcheck.graph.nodes import IndicatorRelation, IndicatorTerm
from derivcheck.graph.positions import Affine
from derivcheck.graph.scalars import placeholder_position

Evaluator = Callable[[Any, Sequence[Any], Mapping[str, int]], Any]


@cache
def evaluator(expression: Any) -> Evaluator:
    """A function (arithmetic, operands, sizes) -> value for a lowered scalar expression."""
    if isinstance(expression, sympy.Symbol):
        position = placeholder_position(expression)
        if position is not None:
            return lambda arithmetic, operands, sizes: operands[position]
        name = expression.name
        return lambda arithmetic, operands, sizes: arithmetic.constant(sympy.Integer(sizes[name]))
    if isinstance(expression, sympy.NumberSymbol | sympy.Rational):
        return lambda arithmetic, operands, sizes: arithmetic.constant(expression)
    if isinstance(expression, sympy.Piecewise):
        return _piecewise(expression)
    if (
        isinstance(expression, sympy.log)
        and isinstance(expression.args[0], sympy.Add)
        and sympy.S.One in expression.args[0].args
    ):
        rest = evaluator(expression.args[0] - 1)
        return lambda a, operands, sizes: a.log_of_one_plus(rest(a, operands, sizes))
    parts = [evaluator(part) for part in expression.args]
    if isinstance(expression, sympy.Add):
        return lambda a, operands, sizes: a.add([part(a, operands, sizes) for part in parts])
    if isinstance(expression, sympy.Mul):
        return lambda a, operands, sizes: a.multiply([part(a, operands, sizes) for part in parts])
    if isinstance(expression, sympy.Pow):
        exponent = expression.args[1]
        if isinstance(exponent, sympy.Rational):
            return lambda a, operands, sizes: a.power(parts[0](a, operands, sizes), exponent)
        return lambda a, operands, sizes: a.general_power(parts[0](a, operands, sizes), parts[1](a, operands, sizes))
    if isinstance(expression, sympy.exp):
        return lambda a, operands, sizes: a.exp(parts[0](a, operands, sizes))
    if isinstance(expression, sympy.log):
        return lambda a, operands, sizes: a.log(parts[0](a, operands, sizes))
    if isinstance(expression, sympy.Function):
        function = type(expression).__name__
        return lambda a, operands, sizes: a.function(function, [part(a, operands, sizes) for part in parts])
    raise UnsupportedError(Diagnostic("DC406", f"`{type(expression).__name__}` is not evaluated in numbers"))


def _piecewise(expression: Any) -> Evaluator:
    branches = [(_condition(condition), evaluator(value)) for value, condition in expression.args]

    def evaluate(a: Any, operands: Sequence[Any], sizes: Mapping[str, int]) -> Any:
        return a.choose([(test(a, operands, sizes), value(a, operands, sizes)) for test, value in branches])

    return evaluate


def _condition(condition: Any) -> Evaluator:
    if condition in (sympy.true, sympy.false):
        holds = condition == sympy.true
        return lambda a, operands, sizes: a.truth(holds)
    # SymPy's symbols are Booleans too: an expression is told apart first.
    parts = [evaluator(c) if isinstance(c, sympy.Expr) else _condition(c) for c in condition.args]
    if isinstance(condition, sympy.Not):
        return lambda a, operands, sizes: a.negation(parts[0](a, operands, sizes))
    if isinstance(condition, sympy.And | sympy.Or):
        every = isinstance(condition, sympy.And)
        return lambda a, operands, sizes: a.junction(every, [part(a, operands, sizes) for part in parts])
    if isinstance(condition, sympy.ITE):
        test, yes, no = parts

        def chosen(a: Any, operands: Sequence[Any], sizes: Mapping[str, int]) -> Any:
            here = test(a, operands, sizes)
            either = [a.junction(True, [here, yes(a, operands, sizes)])]
            either.append(a.junction(True, [a.negation(here), no(a, operands, sizes)]))
            return a.junction(False, either)

        return chosen
    relation = type(condition).__name__
    return lambda a, operands, sizes: a.compare(relation, parts[0](a, operands, sizes), parts[1](a, operands, sizes))


def value_at(term: IndicatorTerm, place: Mapping[Axis, Any], sizes: Mapping[str, int]) -> Any:
    """A term of an indicator at positions of its axes, which count from 1: numbers, or arrays of them."""
    match term:
        case Axis():
            return place[term]
        case Affine():
            return sum((count * place[axis] for axis, count in term.terms), term.offset.size(sizes))
        case _:
            return term


def holds(relation: IndicatorRelation, values: Sequence[Any]) -> Any:
    """Whether an indicator is 1 at values of its terms."""
    match relation:
        case "equal":
            return values[0] == values[1]
        case "less":
            return values[0] < values[1]
        case "zero":
            return values[0] == 0
        case "positive":
            return values[0] > 0
