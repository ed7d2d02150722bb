"""Forms as a person groups them: `A B C` for `A (B C)`, `w/u` for `1/u ⊙ w`, `s²` for `s s`."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from derivcheck.forms.transposition import is_number
from derivcheck.language.notation.syntax import Binary, Expression, Number, rebuilt

ONE, TWO = Number(Fraction(1)), Number(Fraction(2))


def regrouped(tree: Expression, scalars: frozenset[str]) -> Expression:
    """The same products and quotients with their parts in another grouping."""

    def changed(node: Any) -> Any:
        match node:
            case Binary(("@" | "*") as operator, left, Binary(other, middle, right)) if other == operator:
                return changed(Binary(operator, changed(Binary(operator, left, middle)), right))
            case Binary("*", Binary("/", above, below), other) if above == ONE and not is_number(below, scalars):
                return Binary("/", other, below)
            case Binary("*", left, right) if left == right:
                return Binary("**", left, TWO)
            case Binary("*", number, Binary("/", above, below)) if is_number(number, scalars):
                return Binary("/", above if number == ONE else Binary("*", number, above), below)
            case _:
                return node

    return rebuilt(tree, changed)  # type: ignore[no-any-return]
