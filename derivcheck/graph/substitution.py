"""Nodes put in the place of others: what is held fixed becomes a leaf, a point what stands there."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import assert_never

from derivcheck.graph.nodes import (
    Determinant,
    Extremum,
    Held,
    Indicator,
    Input,
    Inverse,
    Map,
    Node,
    Product,
    Quantity,
    Rename,
    Sum,
    determinant,
    extremum,
    held,
    inverse,
    mapped,
    operands,
    product_over,
    rename,
    sum_over,
    topological,
)


def substituted(root: Node, places: Mapping[Node, Node], cut: Container[Node] = frozenset()) -> Node:
    """The root with every node of `places` replaced by its image; nodes in `cut` are not looked into.

    An image has no axis that the node it replaces lacks. A named quantity that changes is one no longer:
    its name stands for something else.
    """
    made: dict[Node, Node] = {}
    for node in topological([root], _Closed(places, cut)):
        if node in places:
            made[node] = places[node]
        elif node in cut or all(made[operand] is operand for operand in operands(node)):
            made[node] = node
        else:
            made[node] = over(node, made)
    return made[root]


class _Closed:
    """What is not looked into: what is replaced, and what is cut."""

    def __init__(self, places: Container[Node], cut: Container[Node]) -> None:
        self.places, self.cut = places, cut

    def __contains__(self, node: object) -> bool:
        return node in self.places or node in self.cut


def over(node: Node, made: Mapping[Node, Node]) -> Node:
    """The node over what its operands have become."""
    match node:
        case Map(expression, parts):
            return mapped(expression, *(made[part] for part in parts))
        case Quantity(_, operand):
            return made[operand]
        case Sum(operand, bound):
            return sum_over(made[operand], bound)
        case Rename(operand, mapping):
            return rename(made[operand], dict(mapping))
        case Extremum(kind, operand, bound):
            return extremum(kind, made[operand], bound)
        case Product(operand, bound):
            return product_over(made[operand], bound)
        case Inverse(operand, row, column):
            return inverse(made[operand], row, column)
        case Determinant(operand, row, column):
            return determinant(made[operand], row, column)
        case Held(operand):
            return held(made[operand])
        case Input() | Indicator():
            return node
        case _:
            assert_never(node)
