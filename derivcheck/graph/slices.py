"""One entry of a graph: positions put in for axes, so that what they decide is decided."""

from __future__ import annotations

from collections.abc import Mapping

from derivcheck.graph.axes import Axis
from derivcheck.graph.nodes import (
    Indicator,
    IndicatorTerm,
    Map,
    Node,
    Rename,
    Sum,
    entry,
    indicator,
    mapped,
    rename,
    sum_over,
)
from derivcheck.graph.positions import Affine

DEEPEST = 200


def slice_at(node: Node, place: Mapping[Axis, int]) -> Node:
    """The node at positions (from 1) of some of its axes; it has those axes no more.

    δ(i,2) at i = 3 is 0 at once. A leaf, a quantity and what lies very deep are sliced by a sum over a delta.
    """
    return _Slicing().at(node, tuple(sorted((axis, k) for axis, k in place.items() if axis in node.axes)), 0)


class _Slicing:
    def __init__(self) -> None:
        self._known: dict[tuple[Node, tuple[tuple[Axis, int], ...]], Node] = {}

    def at(self, node: Node, place: tuple[tuple[Axis, int], ...], depth: int) -> Node:
        if not place:
            return node
        key = (node, place)
        if key not in self._known:
            self._known[key] = self._sliced(node, dict(place), depth)
        return self._known[key]

    def _inside(self, node: Node, place: Mapping[Axis, int], depth: int) -> Node:
        return self.at(node, tuple(sorted((axis, k) for axis, k in place.items() if axis in node.axes)), depth + 1)

    def _sliced(self, node: Node, place: Mapping[Axis, int], depth: int) -> Node:
        match node:
            case Indicator():
                return indicator(node.relation, *(_placed(term, place) for term in node.terms))
            case Map() if depth < DEEPEST:
                return mapped(node.expression, *(self._inside(operand, place, depth) for operand in node.operands))
            case Sum() if depth < DEEPEST:
                return sum_over(self._inside(node.operand, place, depth), node.bound)
            case Rename() if depth < DEEPEST:
                back = {new: old for old, new in node.mapping}
                inner = {back.get(axis, axis): k for axis, k in place.items()}
                kept = {old: new for old, new in node.mapping if new not in place}
                return rename(self._inside(node.operand, inner, depth), kept)
            case _:
                for axis, position in place.items():
                    node = entry(node, axis, position)
                return node


def _placed(term: IndicatorTerm, place: Mapping[Axis, int]) -> IndicatorTerm:
    match term:
        case Axis():
            return place.get(term, term)
        case Affine():
            return term.at(place)
        case _:
            return term
