"""One small change of a claim with the mistake that it would mend, and how factors are put in and taken away."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from derivcheck.language.notation.syntax import Binary, Call, Expression, Negate, Number, Span

ONE, TWO = Number(Fraction(1)), Number(Fraction(2))


@dataclass(frozen=True, slots=True)
class Edit:
    """A changed right side (or left side): its code, what to say, and the place of the change."""

    code: str
    message: str
    tree: Expression
    span: Span
    cost: int
    left: Expression | None = None


def scaled(tree: Expression, factor: Expression) -> Expression:
    """A product with one more number in front: `2 * x`, and `6 * x` for `3 * x`."""
    match tree:
        case Number(value) if isinstance(factor, Number):
            return Number(value * factor.value)
        case Number(value):
            return factor if value == 1 else Binary("*", tree, factor)
        case Negate(operand):
            return Negate(scaled(operand, factor))
        case Binary("*" | "@" as operator, left, right):
            return Binary(operator, scaled(left, factor), right)
        case Binary("/", Number(value), below) if value == 1:
            return Binary("/", factor, below)
        case Binary("/", above, below) if below == factor:
            return above
        case Binary("/", above, below):
            return Binary("/", scaled(above, factor), below)
        case _:
            return Binary("*", factor, tree)


def divided(tree: Expression, divisor: Expression) -> Expression:
    """A product over a number: `x/n`, and `x` for `2 * x` over 2."""
    match tree:
        case Number(value) if isinstance(divisor, Number) and divisor.value:
            return Number(value / divisor.value)
        case Negate(operand):
            return Negate(divided(operand, divisor))
        case Binary("*", Number() as first, right) if first == divisor:
            return right
        case Binary("*" | "@" as operator, left, right) if _begins_with(left, divisor):
            return Binary(operator, divided(left, divisor), right)
        case Binary("/", above, below) if below == divisor and not isinstance(divisor, Number):
            return Binary("/", above, Binary("**", below, TWO))
        case Binary("/", above, Number(value)) if isinstance(divisor, Number):
            return Binary("/", above, Number(value * divisor.value))
        case _ if isinstance(divisor, Binary) and divisor.operator == "/":
            return scaled(tree, Binary("/", divisor.right, divisor.left))
        case _:
            return Binary("/", tree, divisor)


def _begins_with(tree: Expression, factor: Expression) -> bool:
    match tree:
        case Binary("*" | "@", left, _):
            return _begins_with(left, factor)
        case Number():
            return tree == factor
        case _:
            return False


def product_of(tree: Expression) -> tuple[Expression, ...]:
    """The factors of an entrywise or matrix product, in order."""
    match tree:
        case Binary("*" | "@", left, right):
            return (*product_of(left), *product_of(right))
        case _:
            return (tree,)


def is_slope(tree: Expression) -> bool:
    """Whether a factor is f'(z)."""
    return isinstance(tree, Call) and tree.primes > 0
