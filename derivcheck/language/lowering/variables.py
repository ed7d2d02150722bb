"""What a derivative is taken by, and what it holds fixed.

`dq/dz holding m` is ∂q/∂z along every path but those through m: a layer that is held is a leaf while
the derivative is taken, and itself again afterwards.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from derivcheck.diagnostics.diagnostic import NotationError
from derivcheck.graph.nodes import Input, Node, Quantity, tensor, topological
from derivcheck.graph.substitution import substituted
from derivcheck.language.lowering.letters import index_error, member_name
from derivcheck.language.lowering.scope import Leaves, Scope
from derivcheck.language.lowering.state import LoweringState
from derivcheck.language.lowering.values import Value
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.syntax import Call, Derivative, Expression, Name, Subscript


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
    while True:
        match tree:
            case Subscript(base, _) if member_name(tree, scope) is None:
                tree = base
            case Call("vec", (inner,)):
                tree = inner
            case _:
                return tree


def detached(lowering: LoweringState, tree: Derivative, numerator: Value) -> tuple[Value, Leaves]:
    """The numerator with leaves in the place of what is held, and what those leaves stand for.

    Raises NotationError: DC136 what is held is no quantity, DC139 holding it says nothing.
    """
    if not tree.holding:
        return numerator, ()
    by = [variable_node(lowering, whole(part, lowering.scope)).node for part in tree.variables]
    return parted(numerator, held(lowering, tree.numerator, numerator, tree.holding, by), by)


def parted(numerator: Value, still: Iterable[Node], by: Collection[Node] = ()) -> tuple[Value, Leaves]:
    """The numerator with leaves for the layers among what stays still; what it is derived `by` is not looked into."""
    layers = [node for node in still if isinstance(node, Quantity)]
    leaves: dict[Node, Node] = {layer: tensor(f"{layer.name} held", layer.axes) for layer in layers}
    made = replace(numerator, node=substituted(numerator.node, leaves, by)) if leaves else numerator
    return made, tuple((leaf, node) for node, leaf in leaves.items())


def attached(value: Value, leaves: Leaves) -> Value:
    """What was derived with leaves, with what they stand for in their places."""
    return replace(value, node=substituted(value.node, dict(leaves))) if leaves else value


def held(
    lowering: LoweringState,
    numerator: Expression,
    value: Value,
    holding: Sequence[Expression],
    by: Collection[Node] = (),
) -> list[Node]:
    """What is held while a numerator is derived; of a family, `holding h`, those members that stand in between.

    Raises NotationError: DC136 what is held is no quantity, DC139 holding it says nothing.
    """
    if not holding:
        return []
    scope = lowering.scope
    inside, name = set(topological([value.node])), member_name(whole(numerator, scope), scope)
    ends = {*by, *([] if name is None else [scope.values[name].node])}
    found: list[Node] = []
    for one in holding:
        if isinstance(one, Name) and scope.is_family(one.name):
            members = (v.node for name, v in scope.values.items() if name.startswith(f"{one.name}["))
            found += (node for node in members if node in inside and node not in ends)
            continue
        node = variable_node(lowering, one).node
        if node in ends:
            raise _refused(one, "it is what is derived, or derived by")
        if node not in inside:
            raise _refused(one, f"`{to_plain(numerator)}` is not computed from it")
        found.append(node)
    return found


def _refused(tree: Expression, why: str) -> NotationError:
    message = f"holding `{to_plain(tree)}` says nothing"
    return index_error("DC139", message, tree.span, why, "a layer in between is held")
