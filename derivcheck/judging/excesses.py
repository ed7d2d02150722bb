"""Edits that take away what a claim has too much: terms, factors, divisors, and powers of two of one term."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derivcheck.forms.rewriting import joined, negated, places, put, summands
from derivcheck.judging.edit import TWO, Edit, divided, product_of, scaled
from derivcheck.judging.stock import Stock, number
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.syntax import Binary, Expression


def of(right: Expression, stock: Stock) -> Iterator[Edit]:
    """A term, a factor, a divisor or several factors dropped."""
    parts = list(summands(right))
    if len(parts) > 1:
        for skipped in range(len(parts)):
            kept = [part for k, part in enumerate(parts) if k != skipped]
            yield Edit("DC222", "a term too many", joined(kept), parts[skipped][0].span, 2)
    for place, node in places(right):
        for part, left in _shortened(node):
            message = f"the factor `{to_plain(part)}` is superfluous"
            yield Edit(stock.factor_code(part), message, put(right, place, left), part.span, 3)
        match node:
            case Binary("/", above, below):
                message = f"the division by `{to_plain(below)}` is superfluous"
                yield Edit(stock.factor_code(below), message, put(right, place, above), below.span, 3)
            case Binary("+" | "-" as operator, first, other) if place:
                yield Edit("DC222", "a term too many", put(right, place, first), other.span, 3)
                rest = negated(other) if operator == "-" else other
                yield Edit("DC222", "a term too many", put(right, place, rest), first.span, 3)
    for k, (part, negative) in enumerate(parts if len(parts) > 1 else ()):
        for message, made in (
            ("a factor 2 is missing", scaled(part, TWO)),
            ("a factor 2 too large", divided(part, TWO)),
            ("a factor 3 is missing", scaled(part, number(3))),
        ):
            terms = [*parts[:k], (made, negative), *parts[k + 1 :]]
            yield Edit("DC201", message, joined(terms), part.span, 3)


def _shortened(tree: Expression) -> Iterator[tuple[Expression, Expression]]:
    """(what is dropped, what is left) of a product: one side of it, or two factors that stand beside each other."""
    if not isinstance(tree, Binary) or tree.operator not in "*@":
        return
    yield tree.right, tree.left
    yield tree.left, tree.right
    factors = product_of(tree)
    if tree.operator == "*" and len(factors) > 3:
        for k in range(len(factors) - 2):
            yield _product(factors[k : k + 2]), _product([*factors[:k], *factors[k + 2 :]])


def _product(factors: Sequence[Expression]) -> Expression:
    made = factors[0]
    for factor in factors[1:]:
        made = Binary("*", made, factor)
    return made
