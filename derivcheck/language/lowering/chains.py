"""The chain rule by name: `chain(dL/dz, dz/dW)` is ∂L/∂W, contracted over every axis of what links two derivatives.

A product of matrices says the same only where the links are vectors and stand as it needs
them: the gradient as a row, no derivative with three axes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from derivcheck.graph.axes import Axis
from derivcheck.graph.nodes import Node, multiply, rename, sum_over
from derivcheck.graph.substitution import substituted
from derivcheck.language.lowering import derivatives
from derivcheck.language.lowering.letters import index_error, member_name
from derivcheck.language.lowering.scope import Leaves, Scope
from derivcheck.language.lowering.state import LoweringState
from derivcheck.language.lowering.values import Value, dimensions, fresh_axes
from derivcheck.language.lowering.variables import detached, variable_node
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.syntax import Call, Derivative, Expression, Name

EXAMPLE = "chain(dL/dz, dz/dx)"


def link_of(
    tree: Expression, scope: Scope, name_of: Callable[[Expression], str | None] | None = None
) -> Derivative | None:
    """The derivative by one quantity that a tree is, or that the `let` name stands for; None where it is none."""
    seen: set[str] = set()
    while True:
        name = member_name(tree, scope) if name_of is None else name_of(tree)
        if name is None or name in seen or name not in scope.abbreviations:
            return tree if isinstance(tree, Derivative) and len(tree.variables) == 1 else None
        seen.add(name)
        tree = scope.abbreviations[name]


def chain(lowering: LoweringState, tree: Call) -> Value:
    """The value of a chain, laid out as the one derivative that it is.

    Raises NotationError (DC138) where an argument is no derivative by one quantity, or two do not meet.
    """
    if not tree.arguments:
        raise lowering.call_error(tree, "`chain` needs the derivatives that it links", EXAMPLE)
    links = [_link(lowering, argument) for argument in tree.arguments]
    outer, lowering.in_numerator = lowering.in_numerator, True
    try:
        numerators = [lowering.expression(link.numerator) for link in links]
        between = [_linking(lowering, link.variables[0]) for link in links[:-1]]
    finally:
        lowering.in_numerator = outer
    for position, (one, other) in enumerate(pairwise(links)):
        if between[position].node is not numerators[position + 1].node:
            shown = [to_plain(part) for part in (one.variables[0], other.numerator)]
            raise index_error(
                "DC138",
                "the links of the chain do not meet",
                tree.arguments[position + 1].span,
                f"by `{shown[0]}` before, of `{shown[1]}` here",
                EXAMPLE,
            )

    parted = [(link, *detached(lowering, link, value)) for link, value in zip(links, numerators, strict=True)]

    def raw(variable: Value, columns: dict[Axis, Axis]) -> Node:
        return _contracted(lowering, parted, [*between, variable], columns)

    try:
        lowering.measuring = lowering.scope.measured is not None and not outer
        return derivatives.by(lowering, numerators[0], links[-1].variables[0], tree.span, raw)
    finally:
        lowering.measuring = False


def _link(lowering: LoweringState, tree: Expression) -> Derivative:
    found = link_of(tree, lowering.scope)
    if found is not None:
        return found
    label = "one derivative by one quantity is expected"
    if isinstance(tree, Name) and tree.name in lowering.scope.abbreviations:
        label = f"it stands for `{to_plain(lowering.scope.abbreviations[tree.name])}`"
    raise index_error("DC138", f"`{to_plain(tree)}` is no link of a chain", tree.span, label, EXAMPLE)


def _linking(lowering: LoweringState, tree: Expression) -> Value:
    """The quantity between two links: a whole tensor, since the chain sums over all of its axes."""
    if member_name(tree, lowering.scope) is None:
        if isinstance(tree, Name):
            raise lowering.unknown(tree.name, tree.span)
        raise index_error(
            "DC138",
            "a chain goes through whole tensors",
            tree.span,
            "not an entry",
            "write the sum over its entries, sum_k(dL/dz[k] * dz[k]/dx)",
        )
    return variable_node(lowering, tree)


def _contracted(
    lowering: LoweringState,
    parted: Sequence[tuple[Derivative, Value, Leaves]],
    variables: Sequence[Value],
    columns: dict[Axis, Axis],
) -> Node:
    """Σ over the axes of what stands between; those of the last variable are renamed to `columns`."""
    values = (*(numerator for _, numerator, _ in parted), *variables)
    taken = [*columns.values(), *(axis for value in values for axis in (*value.axes, *value.node.axes))]
    found: Node | None = None
    before: tuple[Axis, ...] = ()
    for (link, numerator, leaves), variable in zip(parted, variables, strict=True):
        own = variable.node.axes
        made = fresh_axes(dimensions(own), taken)
        taken += made
        around = lowering.leaves, lowering.deriving
        lowering.leaves, lowering.deriving = (*lowering.leaves, *leaves), link
        try:
            factor = derivatives.raw(lowering, numerator, variable, dict(zip(own, made, strict=True)))
        finally:
            lowering.leaves, lowering.deriving = around
        factor = substituted(factor, dict(leaves))
        if found is not None:
            met = rename(factor, dict(zip(numerator.node.axes, before, strict=True)))
            factor = sum_over(multiply(found, met), before)
        found, before = factor, made
    assert found is not None
    homes = variables[-1].node.axes
    return rename(found, {axis: columns.get(home, home) for axis, home in zip(before, homes, strict=True)})
