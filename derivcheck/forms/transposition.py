"""Transposes of matrix expressions, pushed inwards as far as they go, and numbers, which have none.

While a form is built its scalars are marked, so that a transpose leaves them alone.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, replace
from typing import Any, cast

from derivcheck.language.notation.syntax import (
    Binary,
    BinaryOperator,
    Call,
    Derivative,
    Expression,
    Name,
    Negate,
    Number,
    Reduction,
    Transpose,
)

# Functions of the notation that do not act entrywise: a transpose does not pass through them.
NOT_ENTRYWISE = frozenset(
    {
        "differential",
        "sum",
        "mean",
        "diag",
        "eye",
        "ones",
        "zeros",
        "trace",
        "outer",
        "vec",
        "kron",
        "det",
        "inv",
        "norm",
        "chain",
    }
)


def transposed(
    expression: Expression, scalars: frozenset[str] = frozenset(), symmetric: Container[Expression] = ()
) -> Expression:
    """The transpose, pushed inwards as far as it goes; `scalars` are numbers, `symmetric` ones stay."""
    if is_number(expression, scalars) or expression in symmetric:
        return expression
    match expression:
        case Transpose(operand):
            return operand
        case Number():
            return expression
        case Negate(operand):
            return replace(expression, operand=transposed(operand, scalars, symmetric))
        case Binary("@", left, right):
            return Binary("@", transposed(right, scalars, symmetric), transposed(left, scalars, symmetric))
        case Binary("*", left, right) if is_number(left, scalars):
            return Binary("*", left, transposed(right, scalars, symmetric))
        case Binary("/", left, right) if is_number(right, scalars):
            return Binary("/", transposed(left, scalars, symmetric), right)
        case Binary(operator, left, right):
            pushed = Binary(operator, transposed(left, scalars, symmetric), transposed(right, scalars, symmetric))
            # (U Vᵀ - R)ᵀ, not V Uᵀ - Rᵀ: what has as many transposes in its parts is turned as a whole.
            return pushed if transposes(pushed) <= transposes(expression) else Transpose(expression)
        case Call("diag", (inner,), 0) if not (isinstance(inner, Call) and inner.function == "diag"):
            return expression
        case Call("eye"):
            return expression
        case Call("ones" | "zeros" as function, (rows, columns)):
            return Call(function, (columns, rows))
        case Reduction("sum", _, None, body):
            return replace(expression, body=transposed(body, scalars, symmetric))
        case Call(function, arguments, primes) if function not in NOT_ENTRYWISE and len(arguments) == 1:
            return Call(function, (transposed(arguments[0], scalars, symmetric),), primes)
        case _:
            return Transpose(expression)


def is_number(expression: object, scalars: frozenset[str]) -> bool:
    """Whether an expression is visibly a scalar: built from numbers, sizes and full reductions."""
    match expression:
        case MarkedScalar() | Number():
            return True
        case Name(name):
            return name in scalars or name == "pi"
        case Negate(operand) | Transpose(operand):
            return is_number(operand, scalars)
        case Binary(_, left, right):
            return is_number(left, scalars) and is_number(right, scalars)
        case Call("trace" | "norm" | "det", _, _):
            return True
        case Call("sum" | "mean", (_,), _):
            return True
        case Call("ones" | "zeros" | "eye", _, _):
            return False  # the arguments are numbers, what is made of them is none
        case Call(_, arguments, _):
            return bool(arguments) and all(is_number(argument, scalars) for argument in arguments)
        case Derivative(numerator, variables):
            return is_number(numerator, scalars) and all(is_number(v, scalars) for v in variables)
        case _:
            return False


@dataclass(frozen=True, slots=True)
class MarkedScalar:
    """A marker around scalar expressions while a form is built: a transpose leaves them alone."""

    expression: Expression


def unmarked(expression: Any) -> Expression:
    """The tree without the scalar markers."""
    match expression:
        case MarkedScalar(inner):
            return unmarked(inner)
        case Binary(operator, left, right):
            return _signed(operator, unmarked(left), unmarked(right))
        case Negate(operand):
            inner = unmarked(operand)
            return inner.operand if isinstance(inner, Negate) else Negate(inner)
        case Transpose(operand):
            return Transpose(unmarked(operand))
        case Reduction():
            return replace(expression, body=unmarked(expression.body))
        case Call(function, arguments, primes, _, options):
            return Call(function, tuple(unmarked(a) for a in arguments), primes, options=options)
        case _:
            return cast(Expression, expression)


def _signed(operator: BinaryOperator, left: Expression, right: Expression) -> Expression:
    """The operation with minus signs where a reader expects them."""
    if operator in ("+", "-"):
        if isinstance(right, Negate):
            return Binary("-" if operator == "+" else "+", left, right.operand)
        return Binary(operator, left, right)
    if operator == "**":
        return Binary(operator, left, right)
    bare = [side.operand if isinstance(side, Negate) else side for side in (left, right)]
    made = Binary(operator, bare[0], bare[1])
    return Negate(made) if isinstance(left, Negate) != isinstance(right, Negate) else made


def marked(expression: Expression) -> Expression:
    return cast(Expression, expression if isinstance(expression, MarkedScalar) else MarkedScalar(expression))


def transposes(expression: object) -> int:
    """How many transposes a reader has to see."""
    match expression:
        case Transpose(operand):
            return 1 + transposes(operand)
        case Binary(_, left, right):
            return transposes(left) + transposes(right)
        case Negate(operand) | MarkedScalar(operand) | Reduction(body=operand):
            return transposes(operand)
        case Call(_, arguments, _):
            return sum(transposes(argument) for argument in arguments)
        case _:
            return 0
