"""How tightly each operator binds, and so where parentheses stand, in every notation."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from derivcheck.language.notation.syntax import Binary, Expression, Junction, Name, Negate, Number, Reduction, Subscript
from derivcheck.spec.spelling import GREEK

ANY, ALL, COMPARED, CONDITIONAL, SUM, PRODUCT, UNARY, JUXTAPOSED, POWER, FRACTION, ATOM = (
    1,
    2,
    3,
    5,
    10,
    20,
    25,
    30,
    40,
    45,
    50,
)
SPELLINGS = {word: letter for letter, word in reversed(GREEK.items())}
MAXIMAL_PLACES = 6


@dataclass(frozen=True, slots=True)
class Written:
    """A piece of text and how tightly its outermost operator binds."""

    text: str
    binding: int
    brackets: tuple[str, str] = ("(", ")")

    def at(self, minimum: int) -> str:
        return self.text if self.binding >= minimum else self.text.join(self.brackets)


def is_named(tree: Expression) -> bool:
    """A name, a member or an entry of one: what a `d` can stand before without parentheses."""
    return bool(root(tree))


def root(tree: Expression) -> str:
    """The name that a member or an entry is of; empty for what is no name."""
    while isinstance(tree, Subscript):
        tree = tree.base
    return tree.name if isinstance(tree, Name) else ""


def names_its_letter(tree: Reduction) -> bool:
    """Whether the condition of a sum begins with its only letter, so that it says by itself what is summed over."""
    first = tree.condition
    while isinstance(first, Junction):
        first = first.left
    return first is not None and isinstance(first.left, Name) and tree.letters == (first.left.name,)


def is_number(tree: Expression) -> bool:
    """A number, its negative, or a quotient of two: a factor, never a matrix."""
    match tree:
        case Number() | Negate(Number()) | Binary("/", Number(), Number()):
            return True
        case _:
            return False


def short_decimal(value: Fraction) -> str | None:
    """The exact decimal of a fraction with a short one, None otherwise."""
    denominator = value.denominator
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    if denominator != 1 or value.denominator > 10**MAXIMAL_PLACES:
        return None
    places = next(k for k in range(1, 4 * MAXIMAL_PLACES) if (value * 10**k).denominator == 1)
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"
