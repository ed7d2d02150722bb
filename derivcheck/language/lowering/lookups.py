"""Entries at positions that are values themselves, `E[w,:]`: an embedding's rows for the words w.

A tensor of positions is one-hot along its last axis, and a lookup is a sum over that axis; so its gradient
scatters: dL/dE[v,i] = Σ_t 1[w(t) = v] G(t,i).
"""

from __future__ import annotations

from derivcheck.graph.axes import Axes, Axis, fresh
from derivcheck.graph.nodes import Node, multiply, rename, sum_over
from derivcheck.language.lowering import positions
from derivcheck.language.lowering.letters import index_error
from derivcheck.language.lowering.state import LoweringState
from derivcheck.language.lowering.values import Value
from derivcheck.language.notation.syntax import Comparison, Expression, Name, Slice, Subscript


def is_lookup(lowering: LoweringState, tree: Expression | Slice) -> bool:
    """Whether a tree is a declared tensor of positions, or an entry of one."""
    match tree:
        case Name(name) | Subscript(Name(name)):
            return name in lowering.scope.indices and not lowering.letters.is_letter(tree)
        case _:
            return False


def looked_up(lowering: LoweringState, node: Node, axis: Axis, tree: Expression) -> tuple[Node, Axes]:
    """A tensor at positions of one axis, and the axes of the positions. Raises NotationError (DC141, DC142)."""
    chosen, axes, last = _positions(lowering, tree, [*node.axes, axis])
    if last.dimension != axis.dimension:
        raise index_error(
            "DC141",
            "positions of one dimension are looked up along another",
            tree.span,
            f"positions of `{last.dimension}`, along `{axis.dimension}`",
        )
    return sum_over(multiply(node, rename(chosen, {last: axis})), [axis]), axes


def _positions(lowering: LoweringState, tree: Expression, avoid: list[Axis]) -> tuple[Node, Axes, Axis]:
    """(a one-hot tensor, the axes that are left of it, the axis of the positions)."""
    places = tree.entries if isinstance(tree, Subscript) else ()
    value = lowering.expression(tree.base if isinstance(tree, Subscript) else tree)
    *own, last = value.axes
    taken = list(avoid)
    mapping: dict[Axis, Axis] = {}
    for original in value.axes:
        mapping[original] = fresh(original.dimension, [*taken, *value.axes], "at")
        taken.append(mapping[original])
    node = rename(value.node, mapping)
    if places and len(places) != len(own):
        count = f"{len(places)} indices for positions along {len(own)} axes"
        raise index_error("DC142", count, tree.span, value.shape())
    left: list[Axis] = []
    for original, place in zip(own, places or [Slice()] * len(own), strict=True):
        if isinstance(place, Slice):
            node, kept = positions.sliced(lowering, node, mapping[original], place, mapping[original])
            left.append(kept)
        else:
            node = positions.at(lowering, node, mapping[original], place)
    return node, tuple(left), mapping[last]


def comparison(lowering: LoweringState, tree: Comparison) -> Value | None:
    """1 where `w[t] == v`, for a position and a letter; None for any other comparison."""
    for side, other in ((tree.left, tree.right), (tree.right, tree.left)):
        if tree.relation == "=" and isinstance(side, Subscript | Name) and is_lookup(lowering, side):
            chosen, axes, last = _positions(lowering, side, [])
            if not axes and not isinstance(other, Slice):
                return Value(positions.at(lowering, chosen, last, other))
    return None
