"""What a formula may cost: how far operations nest, and how large the powers in it become."""

from __future__ import annotations

from fractions import Fraction

from derivcheck.language.notation.syntax import (
    Binary,
    Condition,
    Equation,
    Expression,
    Negate,
    Number,
    bottom_up,
    children,
)
from derivcheck.language.notation.tokens import fail

MAXIMAL_HEIGHT = 130
MAXIMAL_EXPONENT = 1000
MAXIMAL_BITS = 8_000


def check_limits(tree: Expression | Condition | Equation) -> None:
    """Refuse what later stages could only meet with endless time or memory.

    Raises NotationError: DC111 more than MAXIMAL_HEIGHT operations inside each other
    (a sum of n terms is n - 1 of them), DC112 powers beyond MAXIMAL_EXPONENT, their
    nesting multiplied out, or a number beyond MAXIMAL_BITS.
    """
    heights: dict[int, int] = {}
    degrees: dict[int, int] = {}
    constants: dict[int, Fraction] = {}
    for node in bottom_up(tree):
        parts = children(node)
        height = degree = 1
        for part in parts:
            height = max(height, heights[id(part)] + 1)
            degree = max(degree, degrees[id(part)])
        if height > MAXIMAL_HEIGHT:
            fail(
                "DC111",
                "the formula is nested too deeply",
                node.span,
                f"more than {MAXIMAL_HEIGHT} operations inside each other",
                "split it with `let:` names",
            )
        match node:
            case Number(value):
                constants[id(node)] = value
            case Negate(operand) if id(operand) in constants:
                constants[id(node)] = -constants[id(operand)]
            case Binary("**", left, right):
                degree = _power(node, degrees[id(left)], constants.get(id(left)), constants.get(id(right)), constants)
            case Binary(_, left, right) if id(left) in constants and id(right) in constants:
                _arithmetic(node, constants)
        heights[id(node)], degrees[id(node)] = height, degree


def _power(
    node: Binary, degree: int, base: Fraction | None, exponent: Fraction | None, constants: dict[int, Fraction]
) -> int:
    if exponent is None:
        return degree
    if max(abs(exponent.numerator), exponent.denominator) > MAXIMAL_EXPONENT:
        fail("DC112", "the exponent is too large", node.right.span, f"more than {MAXIMAL_EXPONENT}")
    degree *= max(1, abs(exponent.numerator))
    if degree > MAXIMAL_EXPONENT:
        fail("DC112", "the powers multiply to one that is too large", node.span, f"{degree} in all")
    if base is None or exponent.denominator != 1 or (base == 0 and exponent < 0):
        return degree
    if _bits(base) * abs(exponent.numerator) > MAXIMAL_BITS:
        fail("DC112", "the power is too large a number", node.span, f"more than {MAXIMAL_BITS} binary digits")
    constants[id(node)] = base**exponent.numerator
    return degree


def _arithmetic(node: Binary, constants: dict[int, Fraction]) -> None:
    left, right = constants[id(node.left)], constants[id(node.right)]
    match node.operator:
        case "+":
            value = left + right
        case "-":
            value = left - right
        case "/":
            if right == 0:
                return
            value = left / right
        case "//" | "%":
            return
        case _:
            value = left * right
    if _bits(value) > MAXIMAL_BITS:
        fail("DC112", "the number is too large", node.span, f"more than {MAXIMAL_BITS} binary digits")
    constants[id(node)] = value


def _bits(value: Fraction) -> int:
    return max(abs(value.numerator).bit_length(), value.denominator.bit_length())
