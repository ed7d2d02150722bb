"""What a refuted derivative may have meant to hold fixed: the layers between what is derived and its variable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations, islice

from derivcheck.forms.rewriting import places, put
from derivcheck.graph.nodes import Quantity, topological
from derivcheck.language.claims import Pair
from derivcheck.language.formulas import name_tree
from derivcheck.language.lowering.letters import member_name
from derivcheck.language.lowering.scope import Scope
from derivcheck.language.lowering.variables import whole
from derivcheck.language.notation.syntax import Derivative, Expression

MOST, TOGETHER = 12, 5  # layers that are held one by one, and of which two are held together


def held(link: Pair, scope: Scope) -> Iterator[tuple[Expression, Expression, tuple[Expression, ...]]]:
    """(left side, right side, what is held) for every derivative of a link, and what stands in between."""
    for side in ("left", "right"):
        tree = link.left_tree if side == "left" else link.right_tree
        for place, node in places(tree):
            if not isinstance(node, Derivative) or node.holding:
                continue
            for names in _choices(node, scope):
                made = put(tree, place, replace(node, holding=names))
                yield (made, link.right_tree, names) if side == "left" else (link.left_tree, made, names)


def _choices(tree: Derivative, scope: Scope) -> Iterator[tuple[Expression, ...]]:
    """One layer in between, two of few, all of them."""
    found = [name_tree(name) for name in _between(tree, scope)]
    yield from ((name,) for name in found)
    pairs: Sequence[tuple[Expression, ...]] = list(combinations(found, 2)) if len(found) <= TOGETHER else []
    yield from pairs
    if len(found) > 2:
        yield tuple(found)


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
