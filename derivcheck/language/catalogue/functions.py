"""The entrywise functions: the activations as named functions, and SymPy's elementary ones."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import sympy

from derivcheck.diagnostics.diagnostic import Diagnostic, NotationError
from derivcheck.graph import scalars
from derivcheck.graph.scalars import ELEMENTARY
from derivcheck.language.catalogue.activations import ACTIVATIONS
from derivcheck.language.catalogue.entries import Activation
from derivcheck.language.notation.parser import parse_expression
from derivcheck.language.notation.syntax import (
    Binary,
    Call,
    Comparison,
    Condition,
    Conditional,
    Expression,
    Junction,
    Name,
    Negate,
    Number,
)

# Named functions of a spec; a catalogue formula may also see an elementary function under its own name.
UserFunctions = Mapping[str, Any]


@cache
def activations() -> Mapping[str, Activation]:
    return {entry.name: entry for entry in ACTIVATIONS}


@cache
def activation(name: str) -> type[scalars.NamedFunction]:
    """The named function of a catalogue activation, its parameters after the variable. Raises KeyError."""
    entry = activations()[name]
    # A formula such as `tanh(t)` of `tanh` means the elementary function.
    own = {name: ELEMENTARY[name]} if name in ELEMENTARY else {}
    return define(name, ("t", *(parameter for parameter, _ in entry.parameters)), parse_expression(entry.formula), own)


def define(
    name: str, parameters: tuple[str, ...], body: Expression, functions: UserFunctions
) -> type[scalars.NamedFunction]:
    """A named function from the formula of its value. Raises NotationError for what is not scalar."""
    symbols = {parameter: scalars.placeholder(k) for k, parameter in enumerate(parameters)}
    return scalars.define(name, tuple(symbols.values()), scalar(body, symbols, functions))


def scalar(tree: Expression, symbols: Mapping[str, scalars.Scalar], functions: UserFunctions) -> scalars.Scalar:
    """A SymPy expression from a syntax tree of scalars: built node by node, never from text."""
    match tree:
        case Number(value):
            return sympy.Rational(value.numerator, value.denominator)
        case Name(name) if name in symbols:
            return symbols[name]
        case Name("pi"):
            return sympy.pi
        case Negate(operand):
            return -scalar(operand, symbols, functions)
        case Binary(operator, left, right) if operator != "@":
            a, b = scalar(left, symbols, functions), scalar(right, symbols, functions)
            match operator:
                case "+":
                    return a + b
                case "-":
                    return a - b
                case "*":
                    return a * b
                case "/":
                    return a / b
                case "**":
                    try:
                        return scalars.power(a, b)
                    except OverflowError as problem:
                        at = (right.span.start, right.span.stop)
                        raise NotationError(Diagnostic("DC112", str(problem)), at) from None
        case Call(function, arguments, primes):
            values = [scalar(argument, symbols, functions) for argument in arguments]
            return applied(function, primes, values, functions, tree)
        case Conditional(test, then, otherwise):
            condition = _condition(test, symbols, functions)
            yes, no = scalar(then, symbols, functions), scalar(otherwise, symbols, functions)
            return sympy.Piecewise((yes, condition), (no, True))
    raise NotationError(
        Diagnostic("DC123", "the definition of a function is a formula of its parameters", label="not a scalar"),
        (tree.span.start, tree.span.stop),
    )


def _condition(tree: Condition, symbols: Mapping[str, scalars.Scalar], functions: UserFunctions) -> scalars.Scalar:
    match tree:
        case Junction(operator, left, right):
            a, b = _condition(left, symbols, functions), _condition(right, symbols, functions)
            return sympy.And(a, b) if operator == "and" else sympy.Or(a, b)
        case Comparison(relation, left, right):
            a, b = scalar(left, symbols, functions), scalar(right, symbols, functions)
            return {
                "=": sympy.Eq,
                "!=": sympy.Ne,
                "<": sympy.Lt,
                "<=": sympy.Le,
                ">": sympy.Gt,
                ">=": sympy.Ge,
            }[relation](a, b)


def entrywise(name: str, functions: UserFunctions) -> bool:
    """Whether a name is an entrywise function."""
    return name in functions or name in ELEMENTARY or name in activations() or name in ("max", "min")


def applied(
    name: str, primes: int, values: list[scalars.Scalar], functions: UserFunctions, tree: Call
) -> scalars.Scalar:
    """The function of a name, differentiated by its first argument `primes` times, at the values.

    Raises NotationError for an unknown name or a wrong number of arguments.
    """
    at = (tree.span.start, tree.span.stop)
    if name in functions and functions[name] is ELEMENTARY.get(name):
        return functions[name](*values)
    if name in ELEMENTARY and name not in functions and name not in activations():
        return _elementary(name, primes, values, tree)
    if name in ("max", "min") and len(values) == 2 and not primes:
        a, b = values
        return sympy.Piecewise((a, a > b if name == "max" else a < b), (b, True))
    function = functions.get(name)
    if function is None and name in activations():
        function = activation(name)
        defaults = activations()[name].parameters
        missing = len(function.orders) - len(values)
        if 0 < missing <= len(defaults) and all(text for _, text in defaults[-missing:]):
            values = values + [scalar(parse_expression(text), {}, {}) for _, text in defaults[-missing:]]
    if function is None:
        raise NotationError(Diagnostic("DC124", f"unknown function `{name}`"), at)
    if len(values) != len(function.orders):
        raise NotationError(
            Diagnostic("DC122", f"`{name}` takes {len(function.orders)} arguments, {len(values)} are given"),
            at,
        )
    for _ in range(primes):
        function = scalars.derivative_function(function, 0)
    return function(*values)


def _elementary(name: str, primes: int, values: list[scalars.Scalar], tree: Call) -> scalars.Scalar:
    """A function that SymPy knows; one with an order has no primes, its derivative is that of the next order."""
    at = (tree.span.start, tree.span.stop)
    count = scalars.ARITIES.get(name, 1)
    if len(values) != count:
        counted = "one argument" if count == 1 else f"{count} arguments"
        raise NotationError(Diagnostic("DC122", f"`{name}` takes {counted}"), at)
    orders = tree.arguments[: count - 1]
    if not all(isinstance(order, Number) and order.value.denominator == 1 and order.value >= 0 for order in orders):
        raise NotationError(Diagnostic("DC122", f"the order of `{name}` is a written-out whole number"), at)
    if orders and primes:
        raise NotationError(Diagnostic("DC114", f"the derivative of `{name}` is that of the next order"), at)
    x = scalars.placeholder(count - 1)
    expression = ELEMENTARY[name](*(scalar(order, {}, {}) for order in orders), x)
    for _ in range(primes):
        expression = scalars.differentiate(expression, x)
    return expression.xreplace({x: values[-1]})
