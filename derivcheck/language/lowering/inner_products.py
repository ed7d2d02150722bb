"""Which factors of a formula are products of matrices that come out as a number, `xᵀ B y`."""

from __future__ import annotations

from collections.abc import Iterator

from derivcheck.diagnostics.diagnostic import DerivcheckError
from derivcheck.language.lowering.language import Lowering
from derivcheck.language.lowering.scope import Scope
from derivcheck.language.notation.syntax import Binary, Equation, Expression, bottom_up


def inner_products(tree: Expression | Equation, scope: Scope) -> frozenset[Expression]:
    """The factors beside `*` that are products of matrices and numbers: nothing is entrywise about them."""
    return frozenset(factor for factor in _factors(tree) if _is_number(factor, scope))


def _factors(tree: Expression | Equation) -> Iterator[Expression]:
    for node in bottom_up(tree):
        if isinstance(node, Binary) and node.operator == "*":
            for factor in (node.left, node.right):
                if isinstance(factor, Binary) and factor.operator == "@":
                    yield factor


def _is_number(tree: Expression, scope: Scope) -> bool:
    try:
        return Lowering(scope).expression(tree).is_scalar
    except (DerivcheckError, ValueError, RecursionError):
        return False
