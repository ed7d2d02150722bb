"""Rules of functions that are taken for others: `exp(a b) = exp(a) exp(b)`, `log(a + b) = log(a) + log(b)`.

Such an equation is right of another left side: of the sum where it says the product, for one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from derivcheck.forms.rewriting import places, put
from derivcheck.judging.edit import Edit
from derivcheck.language.claims import Pair
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.syntax import Binary, BinaryOperator, Call, Derivative, Expression

NOT_ENTRYWISE = ("@", "//", "%")


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


def _otherwise(tree: Expression) -> Iterator[Expression]:
    """The argument with another operation between its two parts."""
    for path, node in places(tree):
        if isinstance(node, Binary) and node.operator not in NOT_ENTRYWISE:
            for operator in get_args(BinaryOperator):
                if operator != node.operator and operator not in NOT_ENTRYWISE:
                    yield put(tree, path, Binary(operator, node.left, node.right))
            return
