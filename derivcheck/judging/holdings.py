"""What a refuted equation may have meant to hold fixed.

Of a derivative, the layers between what is derived and its variable; of a differential, the inputs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations, islice

from derivcheck.forms.rewriting import places, put
from derivcheck.graph.nodes import Input, Quantity, topological
from derivcheck.language.claims import Pair
from derivcheck.language.formulas import mentioned_names, name_tree
from derivcheck.language.lowering.letters import member_name
from derivcheck.language.lowering.scope import Scope
from derivcheck.language.lowering.variables import whole
from derivcheck.language.notation.syntax import Call, Derivative, Expression

MOST, TOGETHER = 12, 5  # layers that are held one by one, and of which two are held together


def held(link: Pair, scope: Scope) -> Iterator[tuple[Expression, Expression, tuple[Expression, ...]]]:
    """(left side, right side, what is held) for every derivative and differential of a link."""
    for side in ("left", "right"):
        tree = link.left_tree if side == "left" else link.right_tree
        for place, node in places(tree):
            for names, found in _alternatives(node, scope):
                made = put(tree, place, found)
                yield (made, link.right_tree, names) if side == "left" else (link.left_tree, made, names)


def _alternatives(tree: Expression, scope: Scope) -> Iterator[tuple[tuple[Expression, ...], Expression]]:
    """(what is held, the same with that held) of what holds nothing as it is written."""
    match tree:
        case Derivative() if not tree.holding:
            yield from ((names, replace(tree, holding=names)) for names in _choices(_between(tree, scope)))
        case Call("differential", (operand,)):
            found = _choices(_inputs(operand, scope))
            yield from ((names, replace(tree, arguments=(operand, *names))) for names in found)


def _choices(names: Sequence[str]) -> Iterator[tuple[Expression, ...]]:
    """One of several, two of few, all of them."""
    found = [name_tree(name) for name in names]
    yield from ((name,) for name in found)
    pairs: Sequence[tuple[Expression, ...]] = list(combinations(found, 2)) if len(found) <= TOGETHER else []
    yield from pairs
    if len(found) > 2:
        yield tuple(found)


def _inputs(tree: Expression, scope: Scope) -> list[str]:
    """The inputs that an expression is computed from, but for one that it is."""
    named = [scope.values[name].node for name in mentioned_names(tree) if name in scope.values]
    below = topological(node for node in named if not isinstance(node, Input))
    beside = [node for node in named if isinstance(node, Input) and tree != name_tree(node.name)]
    inside = {node.name for node in (*below, *beside) if isinstance(node, Input)}
    return list(islice((name for name in scope.values if name in inside), MOST))


def _between(tree: Derivative, scope: Scope) -> list[str]:
    ends = [member_name(whole(part, scope), scope) for part in (tree.numerator, *tree.variables)]
    if any(name is None for name in ends):
        return []
    above, *below = (scope.values[name].node for name in ends if name is not None)
    inside = set(topological([above], set(below)))
    layers = (name for name, value in scope.values.items() if isinstance(value.node, Quantity) and name not in ends)
    standing = (
        name
        for name in layers
        if (node := scope.values[name].node) in inside
        and node is not above
        and not set(below).isdisjoint(topological([node]))
    )
    return list(islice(standing, MOST))
