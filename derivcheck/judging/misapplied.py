"""Rules of functions that are taken for others: `exp(a b) = exp(a) exp(b)`, `log(a + b) = log(a) + log(b)`.

Such an equation is right of another left side: of the sum where it says the product, for one. Or its right side
has a product where the rule makes a sum, `log(a b) = log(a) log(b)`, or a sum where it makes a product.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import get_args

from derivcheck.forms.rewriting import places, put
from derivcheck.judging.edit import Edit
from derivcheck.language.claims import Pair
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.syntax import Binary, BinaryOperator, Call, Derivative, Expression

NOT_ENTRYWISE = ("@", "//", "%")
TAKEN: Mapping[str, Mapping[str, BinaryOperator]] = {"log": {"*": "+", "/": "-"}, "exp": {"+": "*", "-": "/"}}
TURNS = {"log": "products into sums", "exp": "sums into products"}


def of(link: Pair) -> Iterator[Edit]:
    """The left side with another operation inside a function."""
    left = link.left_tree
    if any(isinstance(node, Derivative) for _, node in places(left)):
        return
    for path, node in places(left):
        if isinstance(node, Call) and not node.primes and len(node.arguments) == 1:
            for made in _otherwise(node.arguments[0]):
                other = put(left, (*path, 0), made)
                message = f"this is `{to_plain(other)}`: the rule is that of another argument"
                yield Edit("DC238", message, link.right_tree, node.span, 4, other)


def of_values(right: Expression) -> Iterator[Edit]:
    """The right side with a sum of logarithms for their product, a product of exponentials for their sum."""
    for path, node in places(right):
        match node:
            case Binary("*" | "/" | "+" | "-" as operator, Call(function, (_,), 0), Call(other, (_,), 0)) if (
                function == other and operator in TAKEN.get(function, {})
            ):
                made = Binary(TAKEN[function][operator], node.left, node.right)
                message = f"{function} turns {TURNS[function]}: `{to_plain(made)}` is meant, not `{to_plain(node)}`"
                yield Edit("DC238", message, put(right, path, made), node.span, 2)


def _otherwise(tree: Expression) -> Iterator[Expression]:
    """The argument with another operation between its two parts."""
    for path, node in places(tree):
        if isinstance(node, Binary) and node.operator not in NOT_ENTRYWISE:
            for operator in get_args(BinaryOperator):
                if operator != node.operator and operator not in NOT_ENTRYWISE:
                    yield put(tree, path, Binary(operator, node.left, node.right))
            return
