"""What formulas divide by, as it is written: x/x is 1 once it is lowered, and has no value where x is 0."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from derivcheck.diagnostics.diagnostic import DerivcheckError
from derivcheck.evidence.canonical.atoms import GrowthError, UndefinedError
from derivcheck.evidence.canonical.form import Canonical, Facts
from derivcheck.graph.nodes import Node, constant
from derivcheck.language.notation.syntax import Binary, Expression, Negate, Number, bottom_up


def vanishing_divisor(
    trees: Iterable[Expression], lowered: Callable[[Expression], Node], facts: Facts | None = None
) -> Expression | None:
    """The first divisor that is zero everywhere, as the canonical form shows."""
    zero = constant(0)
    for divisor in dict.fromkeys(divisor for tree in trees for divisor in _divisors(tree)):
        try:
            if Canonical(facts).equal(lowered(divisor), zero).proved:
                return divisor
        except (DerivcheckError, GrowthError, UndefinedError):
            continue  # a letter that is bound around it, say
    return None


def _divisors(tree: Expression) -> Iterator[Expression]:
    for node in bottom_up(tree):
        match node:
            case Binary("/", _, divisor) | Binary("**", divisor, Negate(Number())):
                if not isinstance(divisor, Number) or not divisor.value:
                    yield divisor
