"""Whether a spec says the same of every layer at every depth, as a proof for all of them takes for granted.

A label in the bracket of a family, `W[l+1]`, names a neighbour, `W[1]` and `W[L]` the ends.
Anywhere else a label is a number that differs from layer to layer, a layer far from both ends
is not there at every depth, and a sum over layers has more terms the deeper the network is:
what holds at the depths tried may end there. One sum is harmless: that of a loss over all
layers, `sum_t(E[t])`, whose derivative by each of its terms is one and the same number.
"""

from __future__ import annotations

from collections.abc import Sequence

from derivcheck.language.lowering.scope import Scope
from derivcheck.language.network import Network, written
from derivcheck.language.notation.labels import label_value, mentions
from derivcheck.language.notation.parser import parse_expression
from derivcheck.language.notation.syntax import (
    Binary,
    Condition,
    Expression,
    Name,
    Negate,
    Number,
    Reduction,
    Slice,
    Subscript,
    bottom_up,
    children,
)
from derivcheck.spec.declarations import NamedFormula

WINDOW = 2  # how many layers away is near


def is_uniform(tree: Expression, scope: Scope) -> bool:
    """Whether labels stand in the brackets of families alone, near to another or an end, and no sum runs over them."""
    labels = frozenset((*scope.labels, *scope.depth))
    values = scope.undeclared(labels)
    waiting: list[Expression | Condition | Slice] = [tree]
    while waiting:
        node = waiting.pop()
        match node:
            case Name(name) if name in values:
                return False
            case Subscript(Name(stem), (label,)) if scope.is_family(stem):
                if not is_near(label, scope):
                    return False
                continue
            case Subscript(_, entries) if any(mentions(entry, labels) for entry in entries):
                return False
            case Reduction(_, letters) if node.ends is not None or labels & set(letters):
                return False
        waiting += children(node)
    return True


def is_near(label: Expression | Slice, scope: Scope) -> bool:
    """Whether a label is within a few of another one, of the end, or of the first label."""
    names = {node.name for node in bottom_up(label) if isinstance(node, Name)}
    offset = label_value(label, dict.fromkeys(names, 0))
    if offset is None or len(names) > 1:
        return False
    first = min((found.start for found in scope.labels.values()), default=1)
    return abs(offset if names else offset - first) <= WINDOW


def sums_of_families(network: Network, more: Sequence[NamedFormula]) -> frozenset[str] | None:
    """The names of the spec that are sums over all layers; None where some formula is not alike at every label."""
    found: set[str] = set()
    for formula, tree in written(network, more):
        member = parse_expression(formula.name.text)
        if isinstance(member, Subscript) and not is_near(member.entries[0], network.scope):
            return None
        if is_uniform(tree, network.scope):
            continue
        if formula in network.spec.let or formula in more or "[" in formula.name.text:
            return None
        if not _adds_layers(tree, network.scope):
            return None
        found.add(formula.name.text)
    return frozenset(found)


def _adds_layers(tree: Expression, scope: Scope) -> bool:
    """Whether the derivative by every term of a sum over layers is one number, the same for all."""
    match tree:
        case Binary("+" | "-", left, right):
            return _adds_layers(left, scope) and _adds_layers(right, scope)
        case Negate(operand) | Binary("*", Number(), operand) | Binary("*" | "/", operand, Number()):
            return _adds_layers(operand, scope)
        case Reduction("sum", (letter,), None, body) if letter in scope.labels and scope.undeclared([letter]):
            return _runs_through_all(tree, letter, scope) and is_uniform(body, scope)
        case _:
            return is_uniform(tree, scope)


def _runs_through_all(tree: Reduction, letter: str, scope: Scope) -> bool:
    """Whether the limits are those of the label at every depth: 1 and the name of the end, not its number here."""
    if tree.ends is None:
        return True
    first, last = tree.ends
    whole = scope.labels[letter]
    named = isinstance(last, Name) and last.name in scope.depth
    return named and (label_value(first, {}), label_value(last, scope.depth)) == (whole.start, whole.stop - 1)
