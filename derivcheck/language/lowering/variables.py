"""What a derivative is taken by, and what it holds fixed.

`dq/dz holding m` is ∂q/∂z along every path but those through m: a layer that is held is a leaf while
the derivative is taken, and itself again afterwards.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from derivcheck.diagnostics.diagnostic import NotationError
from derivcheck.graph.nodes import Input, Node, Quantity, tensor, topological
from derivcheck.graph.substitution import substituted
from derivcheck.language.lowering.letters import index_error, member_name
from derivcheck.language.lowering.scope import Leaves, Scope
from derivcheck.language.lowering.state import LoweringState
from derivcheck.language.lowering.values import Value
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.syntax import Derivative, Expression, Name, Subscript


def variable_node(lowering: LoweringState, tree: Expression) -> Value:
    """The quantity or input that a variable names."""
    name = member_name(tree, lowering.scope)
    if name is None:
        if isinstance(tree, Name):
            raise lowering.unknown(tree.name, tree.span)
        raise index_error("DC136", "a derivative is taken by a declared tensor or an entry of one", tree.span)
    value = lowering.scope.values[name]
    if not isinstance(value.node, Input | Quantity):
        raise index_error(
            "DC136", f"`{name}` is an abbreviation, not a variable", tree.span, "derive by a tensor or a layer"
        )
    return value


def whole(tree: Expression, scope: Scope) -> Expression:
    """The quantity whose entries a tree are."""
    while isinstance(tree, Subscript) and member_name(tree, scope) is None:
        tree = tree.base
    return tree


def detached(lowering: LoweringState, tree: Derivative, numerator: Value) -> tuple[Value, Leaves]:
    """The numerator with leaves in the place of what is held, and what those leaves stand for.

    Raises NotationError: DC136 what is held is no quantity, DC139 holding it says nothing.
    """
    if not tree.holding:
        return numerator, ()
    by = frozenset(variable_node(lowering, whole(part, lowering.scope)).node for part in tree.variables)
    found = _held(lowering, tree, set(topological([numerator.node])), by)
    leaves: dict[Node, Node] = {
        node: tensor(f"{node.name} held", node.axes) for node in found if isinstance(node, Quantity)
    }
    made = replace(numerator, node=substituted(numerator.node, leaves, by))
    return made, tuple((leaf, node) for node, leaf in leaves.items())


def attached(value: Value, leaves: Leaves) -> Value:
    """What was derived with leaves, with what they stand for in their places."""
    return replace(value, node=substituted(value.node, dict(leaves))) if leaves else value


def _held(lowering: LoweringState, tree: Derivative, inside: Collection[Node], by: Collection[Node]) -> Iterator[Node]:
    """What is held; of a family that is held, `holding h`, those members that stand in between."""
    name = member_name(whole(tree.numerator, lowering.scope), lowering.scope)
    ends = {*by, *([] if name is None else [lowering.scope.values[name].node])}
    for one in tree.holding or ():
        if isinstance(one, Name) and lowering.scope.is_family(one.name):
            members = (v.node for name, v in lowering.scope.values.items() if name.startswith(f"{one.name}["))
            yield from (node for node in members if node in inside and node not in ends)
            continue
        node = variable_node(lowering, one).node
        if node in ends:
            raise _refused(one, "it is what is derived, or derived by")
        if node not in inside:
            raise _refused(one, f"`{to_plain(tree.numerator)}` is not computed from it")
        yield node


def _refused(tree: Expression, why: str) -> NotationError:
    message = f"holding `{to_plain(tree)}` says nothing"
    return index_error("DC139", message, tree.span, why, "a layer in between is held")
