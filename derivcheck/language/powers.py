"""`X^2` of a square matrix: in plain text the power of every entry, in most books a product of matrices."""

from __future__ import annotations

from typing import Any

from derivcheck.diagnostics.diagnostic import DerivcheckError
from derivcheck.language.lowering.language import Lowering
from derivcheck.language.lowering.scope import Scope
from derivcheck.language.lowering.values import dimensions
from derivcheck.language.notation.powers import matrix_power
from derivcheck.language.notation.syntax import Binary, Equation, Expression, rebuilt


def as_products(equation: Equation, scope: Scope) -> Equation | None:
    """The equation with products of matrices for its powers of square matrices; None where it has none."""
    found = False

    def product(node: Any) -> Any:
        nonlocal found
        if not isinstance(node, Binary) or node.operator != "**":
            return node
        made = matrix_power(node.left, node.right)
        if made is None or not _is_square(node.left, equation, scope):
            return node
        found = True
        return made

    changed = rebuilt(equation, product)
    return changed if found else None


def _is_square(tree: Expression, equation: Equation, scope: Scope) -> bool:
    """Whether a base is a square matrix; one with letters that a sum binds has no meaning by itself."""
    lowering = Lowering(scope)
    try:
        for side in equation.sides:
            lowering.letters.learn(side)
        value = lowering.expression(tree)
    except DerivcheckError:
        return False
    return len(value.row) == 1 and not value.more and dimensions(value.row) == dimensions(value.column)
