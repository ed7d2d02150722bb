"""What the graph says about a variable: where it enters linearly, and which axes nothing mixes.

Weights enter a layer linearly: ∂L/∂W follows from ∂L/∂z and from what multiplies W, without
any approximation. Along an axis that no node mixes on the way to a final sum, the batch of
an ordinary network, all positions may be moved at once. Batch norm, attention and
convolution mix theirs, and are recognised by that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from derivcheck.graph.axes import Axes, Axis
from derivcheck.graph.nodes import (
    Held,
    Map,
    Node,
    Quantity,
    Rename,
    Sum,
    constant,
    mapped,
    multiply,
    operands,
    rename,
    sum_over,
    topological,
)
from derivcheck.graph.scalars import placeholder


@dataclass(frozen=True, slots=True)
class LinearEntry:
    """`node` is affine in a variable: ∂node/∂variable is `coefficient`, with a delta for every axis in `shared`.

    `shared` maps axes of the variable to axes of the node, `summed` those that were
    summed over to axes of the coefficient.
    """

    node: Node
    coefficient: Node
    shared: Mapping[Axis, Axis]
    summed: Mapping[Axis, Axis]

    @property
    def own(self) -> Axes:
        """The node's axes that the variable does not have."""
        return tuple(axis for axis in self.node.axes if axis not in self.shared.values())


def dependents(output: Node, variable: Node) -> list[Node]:
    """What moves with a variable on the way to an output, both without the variable itself, in order."""
    return list(dependents_of(output, [variable]))


def dependents_of(output: Node, variables: Sequence[Node], through: bool = False) -> dict[Node, None]:
    """What moves with some variable on the way to an output, both without the variables themselves, in order.

    Variables that depend on others are looked into, where it goes `through` them.
    """
    independent = frozenset(variables)
    found: dict[Node, None] = {}
    for node in topological([output], frozenset() if through else independent):
        moves = node not in independent and not isinstance(node, Held)
        if moves and any(operand in found or operand in independent for operand in operands(node)):
            found[node] = None
    return found


def held_nodes(outputs: Iterable[Node]) -> list[Node]:
    """What outputs are made of that stays what it is when anything moves."""
    return [node for node in topological(outputs) if isinstance(node, Held)]


def _users(output: Node, variable: Node) -> dict[Node, list[Node]]:
    users: dict[Node, list[Node]] = {}
    for node in dependents(output, variable):
        for operand in dict.fromkeys(operands(node)):
            users.setdefault(operand, []).append(node)
    return users


def _affine_weight(output: Node, scalar: Node) -> Node | None:
    """∂output/∂scalar where the output is affine in a scalar node, None where it is not seen to be."""
    users = _users(output, scalar)
    entry = LinearEntry(scalar, constant(1), {}, {})
    while entry.node is not output:
        if len(users.get(entry.node, ())) != 1:
            return None
        further = _through(entry, users[entry.node][0])
        if further is None:
            return None
        entry = further
    return entry.coefficient


def linear_entry(output: Node, variable: Node) -> LinearEntry:
    """The first layer behind a variable, where the only way there is affine; the variable itself elsewhere.

    The first named quantity ends the search: what lies behind it is to be measured, even
    where it happens to be linear as well.
    """
    users = _users(output, variable)
    entry = LinearEntry(variable, constant(1), {axis: axis for axis in variable.axes}, {})
    while len(users.get(entry.node, ())) == 1:
        further = _through(entry, users[entry.node][0])
        if further is None:
            break
        entry = further
        if isinstance(entry.node, Quantity):
            break
    if entry.node is output:
        return LinearEntry(variable, constant(1), {axis: axis for axis in variable.axes}, {})
    return entry


def _through(entry: LinearEntry, user: Node) -> LinearEntry | None:
    """The entry one node further on, None where that is not affine."""
    match user:
        case Quantity():
            return LinearEntry(user, entry.coefficient, entry.shared, entry.summed)
        case Rename():
            mapping = dict(user.mapping)
            shared = {v: mapping.get(a, a) for v, a in entry.shared.items()}
            return LinearEntry(user, rename(entry.coefficient, mapping), shared, entry.summed)
        case Map():
            position = user.operands.index(entry.node)
            slope = user.expression.diff(placeholder(position))
            if slope.has(placeholder(position)):
                return None
            return LinearEntry(
                user, multiply(entry.coefficient, mapped(slope, *user.operands)), entry.shared, entry.summed
            )
        case Sum():
            coefficient, shared, summed = entry.coefficient, dict(entry.shared), dict(entry.summed)
            for variable, axis in entry.shared.items():
                if axis in user.bound:
                    aside = Axis(axis.dimension, f"entry {axis.key}.{user.serial}")
                    coefficient = rename(coefficient, {axis: aside})
                    summed[variable] = aside
                    del shared[variable]
            rest = [axis for axis in user.bound if axis not in entry.shared.values()]
            return LinearEntry(user, sum_over(coefficient, rest), shared, summed)
        case _:
            return None


@dataclass(frozen=True, slots=True)
class Independence:
    """Along `axes` of an entry nothing is mixed before the sum: output = weight · Σ per_position + rest."""

    axes: Axes
    per_position: Node
    weight: Node


def independence(output: Node, entry: LinearEntry) -> Independence | None:
    """An axis of the entry's node that no node mixes before one final, linearly used sum; None where there is none."""
    if output.axes:
        return None
    order = dependents(output, entry.node)
    for axis in entry.own:
        exits = [node for node in order if isinstance(node, Sum) and axis in node.bound and axis in node.operand.axes]
        if len(exits) != 1 or exits[0].axes:
            continue
        final = exits[0]
        ending = set(dependents(output, final)) | {final}
        before = [node for node in order if node not in ending]
        if not all(_keeps(node, axis) for node in before):
            continue
        weight = _affine_weight(output, final)
        if weight is None:
            continue
        per_position = sum_over(final.operand, [a for a in final.bound if a != axis])
        return Independence((axis,), per_position, weight)
    return None


def _keeps(node: Node, axis: Axis) -> bool:
    """Whether a node works position by position along an axis."""
    if axis not in node.axes:
        return False
    match node:
        case Map() | Quantity():
            return True
        case Rename():
            return all(axis not in pair for pair in node.mapping)
        case _:
            # A sum, product or extremum over other axes.
            return axis not in getattr(node, "bound", (axis,))
