"""The SymPy boundary: scalar expressions of the entrywise maps, and their derivatives.

A `Map` node carries one SymPy expression in the placeholders `_0, _1, ...`
(real) and in size symbols (positive integers). A *named function* (`sigmoid`,
an opaque `f`) is a SymPy function class that remembers its forward definition;
its derivative is again a named function, `sigmoid'`, whose definition SymPy
differentiates. Nothing here knows a derivative by heart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, ClassVar, TypeAlias

import sympy

from derivcheck.diagnostics.diagnostic import Diagnostic, UnsupportedError

Scalar: TypeAlias = Any  # a SymPy expression; SymPy carries no types

# The functions that SymPy knows and can differentiate.
ELEMENTARY: Mapping[str, Callable[..., Scalar]] = {
    "exp": sympy.exp,
    "log": sympy.log,
    "sqrt": sympy.sqrt,
    "sin": sympy.sin,
    "cos": sympy.cos,
    "tan": sympy.tan,
    "tanh": sympy.tanh,
    "sinh": sympy.sinh,
    "cosh": sympy.cosh,
    "erf": sympy.erf,
    "atan": sympy.atan,
    "asin": sympy.asin,
    "gamma": sympy.gamma,
    "polygamma": sympy.polygamma,
}
# How many arguments an elementary function takes, where it is not one; those before the last are orders.
ARITIES: Mapping[str, int] = {"polygamma": 2}


@cache
def placeholder(position: int) -> sympy.Symbol:
    """The symbol `_position` that stands for operand number `position` of a map."""
    return sympy.Symbol(f"_{position}", real=True)


@cache
def size_symbol(name: str) -> sympy.Symbol:
    """The symbol of a dimension's size, a positive integer."""
    return sympy.Symbol(name, integer=True, positive=True)


@cache
def placeholder_position(symbol: sympy.Symbol) -> int | None:
    """`position` of a placeholder, None for a size symbol."""
    return int(symbol.name[1:]) if symbol.name.startswith("_") else None


class NamedFunction(sympy.Function):  # type: ignore[misc]
    """Base class of the functions with a name of their own.

    `base` is the name without primes, `orders` how often each argument was
    differentiated, `parameters` and `definition` the forward formula (None: opaque).
    """

    base: ClassVar[str]
    orders: ClassVar[tuple[int, ...]]
    parameters: ClassVar[tuple[sympy.Symbol, ...]]
    definition: ClassVar[Scalar | None]

    def _eval_is_extended_real(self) -> bool | None:
        return True if all(argument.is_extended_real for argument in self.args) else None

    def _eval_is_finite(self) -> bool | None:
        return True if all(argument.is_finite for argument in self.args) else None

    def fdiff(self, argindex: int = 1) -> Scalar:
        if argindex > 1 and self.definition is not None:
            # Only the derivative by the variable has a name; one by a parameter is written out.
            slope = differentiate(self.definition, self.parameters[argindex - 1])
            return slope.xreplace(dict(zip(self.parameters, self.args, strict=True)))
        derived: Scalar = derivative_function(type(self), argindex - 1)(*self.args)
        return derived


_functions: dict[tuple[Any, ...], type[NamedFunction]] = {}


def _function_class(
    base: str, orders: tuple[int, ...], parameters: tuple[sympy.Symbol, ...], definition: Scalar | None
) -> type[NamedFunction]:
    key = (base, orders, parameters, definition)
    if key not in _functions:
        name = base + ("'" * orders[0] if not any(orders[1:]) else "".join(f"_{order}" for order in orders))
        fields = {
            "base": base,
            "orders": orders,
            "parameters": parameters,
            "definition": definition,
            "nargs": len(orders),
            "__module__": __name__,
        }
        _functions[key] = type(sympy.Function)(name, (NamedFunction,), fields)
    return _functions[key]


def define(name: str, parameters: tuple[sympy.Symbol, ...], definition: Scalar) -> type[NamedFunction]:
    """The function `name(parameters) = definition`; the same declaration gives the same class."""
    return _function_class(name, (0,) * len(parameters), parameters, definition)


def opaque(name: str, arity: int = 1) -> type[NamedFunction]:
    """An unspecified differentiable function of `arity` real arguments."""
    return _function_class(name, (0,) * arity, tuple(placeholder(k) for k in range(arity)), None)


def derivative_function(function: type[NamedFunction], argument: int) -> type[NamedFunction]:
    """The named function that is the partial derivative of `function` by one argument (from 0)."""
    orders = tuple(order + (k == argument) for k, order in enumerate(function.orders))
    definition = None
    if function.definition is not None:
        definition = differentiate(function.definition, function.parameters[argument])
    return _function_class(function.base, orders, function.parameters, definition)


def _absolute_value() -> type[NamedFunction]:
    t = placeholder(0)
    return define("abs", (t,), sympy.Piecewise((t, t > 0), (sympy.Piecewise((-t, t < 0), (0, True)), True)))


def declared(expression: Scalar) -> Scalar:
    """SymPy's own kinked function (it makes `Abs` of `sqrt(x**2)`) as the named one with a visible kink."""
    if expression.has(sympy.Abs):
        expression = expression.replace(sympy.Abs, _absolute_value())
    return expression


@cache
def differentiate(expression: Scalar, symbol: sympy.Symbol) -> Scalar:
    """d expression / d symbol; branches of a Piecewise are differentiated where they stand."""
    return declared(sympy.diff(declared(expression), symbol))


@cache
def lower(expression: Scalar) -> Scalar:
    """The expression with every named function replaced by its definition; opaque ones stay."""
    if not expression.has(NamedFunction, sympy.Abs):
        return expression
    expression = declared(expression)
    if isinstance(expression, NamedFunction):
        arguments = tuple(lower(argument) for argument in expression.args)
        if expression.definition is None:
            return expression.func(*arguments)
        body = lower(expression.definition)
        return body.xreplace(dict(zip(expression.parameters, arguments, strict=True)))
    if not expression.args:
        return expression
    return expression.func(*(lower(argument) for argument in expression.args))


DECIDING_DIGITS = 60


def decided(expression: Scalar) -> Scalar:
    """A number with cases, `1 if sigmoid(1) > 0 else 0`, as the case that holds.

    Raises UnsupportedError (DC406) where the sides of a condition cannot be told apart.
    """
    return expression.replace(lambda part: isinstance(part, sympy.Piecewise), _branch)


def settled(expression: Scalar) -> Scalar:
    """A number without cases, and as a number where it is rational, or its functions are: `relu(0)` is 0.

    Left as a name, SymPy looks for the sign of `relu(0) - 1` without end. Raises UnsupportedError (DC406).
    """
    if expression.has(sympy.Piecewise):
        expression = decided(expression)
    if not expression.has(NamedFunction):
        return expression
    return _if_rational(expression.replace(lambda part: isinstance(part, NamedFunction), _if_rational))


def _if_rational(value: Scalar) -> Scalar:
    """A number as the definitions of its functions give it, where that is rational."""
    try:
        found = decided(lower(value))
    except UnsupportedError:
        return value
    return found if found.is_Rational else value


def _branch(cases: Scalar) -> Scalar:
    for value, condition in cases.args:
        if condition.free_symbols:
            return cases
        if condition.replace(lambda part: isinstance(part, sympy.core.relational.Relational), _truth) is sympy.true:
            return value
    return cases


def _truth(relation: Scalar) -> Scalar:
    gap = lower(relation.lhs - relation.rhs)
    if not gap.is_Rational:
        gap = gap.evalf(DECIDING_DIGITS)
        if not gap.is_Float or abs(gap) < sympy.Float(10) ** (10 - DECIDING_DIGITS):
            raise UnsupportedError(Diagnostic("DC406", f"whether `{relation}` holds is not seen in numbers"))
    return relation.func(gap, 0)


def power(base: Scalar, exponent: Scalar) -> Scalar:
    """base ** exponent. Raises OverflowError for a constant that would have thousands of digits."""
    if exponent.is_Rational and base.is_Rational:
        digits = max(len(str(base.p)), len(str(base.q)))
        if abs(exponent) > 1000 or digits * abs(exponent) > 2000:
            raise OverflowError("the power of two constants is too large")
    elif exponent.is_Rational and abs(exponent) > 1000:
        raise OverflowError("the exponent is too large")
    return base**exponent


def opaque_functions(expression: Scalar) -> frozenset[type[NamedFunction]]:
    """The classes of the opaque functions (derivatives included) that occur."""
    return frozenset(type(f) for f in lower(expression).atoms(NamedFunction) if f.definition is None)
