"""What formulas divide by, as it is written: x/x is 1 once it is lowered, and has no value where x is 0."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Literal

from derivcheck.diagnostics.diagnostic import DerivcheckError
from derivcheck.evidence import domains
from derivcheck.evidence.canonical.atoms import GrowthError, UndefinedError
from derivcheck.evidence.canonical.form import Canonical, Facts
from derivcheck.evidence.domains import Divided, WrittenPart
from derivcheck.graph.nodes import Node, constant
from derivcheck.language.notation.syntax import (
    Binary,
    Call,
    Comparison,
    Condition,
    Conditional,
    Expression,
    Junction,
    Name,
    Negate,
    Number,
    Reduction,
    bottom_up,
    children,
)


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


def lost_divisor(
    trees: tuple[Expression, Expression], lowered: Callable[[Expression], Node], facts: Facts | None = None
) -> Expression | None:
    """A divisor of one side that is zero, on more than single points, where the other side has a value."""
    written = [[one for one in dict.fromkeys(_everywhere(tree)) if _can_be_lowered(one, lowered)] for tree in trees]
    if not any(written):
        return None
    nodes = {one: lowered(one) for found in written for one in found}
    try:
        sides = [
            Divided(lowered(tree), tuple(nodes[one] for one in found))
            for tree, found in zip(trees, written, strict=True)
        ]
    except DerivcheckError:
        return None
    found = domains.lost_divisor(sides[0], sides[1], facts)
    return next((tree for tree, node in nodes.items() if node is found), None)


def values_under(
    condition: Node,
    where: Condition | None,
    trees: Iterable[Expression],
    lowered: Callable[[Expression], Node],
    facts: Facts | None = None,
) -> Literal["some", "none", "unmet"]:
    """Whether sides have a value, as they are written, at some point at which a condition is 1."""
    parts: dict[Node, WrittenPart] = {}
    for tree, divides in dict.fromkeys(one for side in trees for one in _partial(side)):
        if _can_be_lowered(tree, lowered):
            node = lowered(tree)
            parts[node] = WrittenPart(node, divides)
    if not parts:
        return "some"
    return domains.values_under(condition, list(parts.values()), facts, compared_numbers(where))


def compared_numbers(where: Condition | None) -> list[float]:
    """The numbers that a condition speaks of, and their ratios: at one of them it may be met."""
    numbers = (
        {float(node.value) for node in bottom_up(where) if isinstance(node, Number)} if where is not None else set()
    )
    return sorted(numbers | {one / other for one in numbers for other in numbers if other})


def _partial(tree: Expression) -> Iterator[tuple[Expression, bool]]:
    """(what may have no value, whether it divides), whatever branch is taken and whatever a sum leaves out."""
    match tree:
        case Conditional() | Call("where" | "at") | Reduction(_, _, Comparison() | Junction()):
            return
        case Binary("/", _, divisor):
            yield divisor, True
        case Call() | Binary("**", _, _):
            yield tree, False
    for part in children(tree):
        yield from _partial(part)  # type: ignore[arg-type]


def _can_be_lowered(tree: Expression, lowered: Callable[[Expression], Node]) -> bool:
    try:
        lowered(tree)
    except DerivcheckError:
        return False  # a letter that is bound around it, say
    return True


def _everywhere(tree: Expression) -> Iterator[Expression]:
    """What is divided by whatever branch is taken, and determinants of what is inverted."""
    match tree:
        case Conditional() | Call("where"):
            return
        case Call("inv" | "solve", (Name() as matrix, *_), 0):
            yield Call("det", (matrix,))
        case Binary("/", _, divisor) | Binary("**", divisor, Negate(Number())):
            if not isinstance(divisor, Number):
                yield divisor
    for part in children(tree):
        yield from _everywhere(part)  # type: ignore[arg-type]


def _divisors(tree: Expression) -> Iterator[Expression]:
    for node in bottom_up(tree):
        match node:
            case Binary("/", _, divisor) | Binary("**", divisor, Negate(Number())):
                if not isinstance(divisor, Number) or not divisor.value:
                    yield divisor
