"""Derivatives in formulas: gradients, Jacobians, entries of them, second derivatives; and the layouts."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from derivcheck.diagnostics.diagnostic import Diagnostic, UnsupportedError
from derivcheck.graph import derive
from derivcheck.graph.axes import Axis, fresh
from derivcheck.graph.derive import Derived
from derivcheck.graph.nodes import Input, Node, rename, topological
from derivcheck.language.lowering import positions
from derivcheck.language.lowering.letters import count_error, member_name
from derivcheck.language.lowering.ranges import refuse_open_label
from derivcheck.language.lowering.scope import Measured
from derivcheck.language.lowering.state import LoweringState
from derivcheck.language.lowering.values import Value, fresh_axes, shape_error
from derivcheck.language.lowering.variables import attached, detached, variable_node
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.syntax import Call, Derivative, Expression, Slice, Span, Subscript

COTANGENT = "∂/∂"  # begins the name of an unknown derivative, of an opaque loss

# The node of a derivative by a variable whose axes are renamed as told.
Rule = Callable[[Value, dict[Axis, Axis]], Node]


def derivative(lowering: LoweringState, tree: Derivative) -> Value:
    """The value of a derivative. Raises NotationError: DC135 needs index form, DC136 not a variable."""
    outer = lowering.in_numerator
    lowering.in_numerator = True
    try:
        result = lowering.expression(tree.numerator)
    finally:
        lowering.in_numerator = outer
    opaque = len(tree.variables) > 1 and any(
        isinstance(node, Input) and node.name.startswith(COTANGENT) for node in topological([result.node])
    )
    if opaque:
        raise UnsupportedError(Diagnostic("DC403", "an opaque loss has no second derivatives"))
    enclosing, lowering.deriving = lowering.deriving, tree
    result, leaves = detached(lowering, tree, result)
    around, lowering.leaves = lowering.leaves, (*lowering.leaves, *leaves)
    try:
        for position, variable in enumerate(tree.variables, 1):
            lowering.measuring = lowering.scope.measured is not None and not outer and position == len(tree.variables)
            result = _one(lowering, result, variable, tree.span)
    finally:
        lowering.measuring = False
        lowering.deriving, lowering.leaves = enclosing, around
    return attached(result, leaves)


def gradient(lowering: LoweringState, tree: Call) -> Value:
    """`grad(L, W)`: dL/dW of a number, with `gradient: column` in the shape of W in every layout."""
    if len(tree.arguments) != 2:
        raise lowering.call_error(tree, "`grad` takes a number and what it is derived by", "grad(L, W)")
    numerator, variable = tree.arguments
    enclosing, lowering.in_numerator = lowering.in_numerator, True
    try:
        shape = lowering.expression(numerator)
    finally:
        lowering.in_numerator = enclosing
    if not shape.is_scalar:
        quotient = f"{to_plain(Derivative(numerator, (variable,)))}"
        raise lowering.call_error(tree, "`grad` is of a number", quotient, shape.shape())
    found = derivative(lowering, Derivative(numerator, (variable,), tree.span))
    turned = lowering.scope.gradient == "column" and lowering.scope.layout == "numerator" and not found.more
    return found.transposed() if turned else found


def _one(lowering: LoweringState, numerator: Value, tree: Expression, span: Span) -> Value:
    return by(lowering, numerator, tree, span, lambda variable, columns: raw(lowering, numerator, variable, columns))


def by(lowering: LoweringState, numerator: Value, tree: Expression, span: Span, rule: Rule) -> Value:
    """∂numerator/∂tree, laid out; `rule` gives its node for the variable that the tree names."""
    match tree:
        case Call("vec", (inner,)):
            whole = lowering.expression(tree)
            variable = Value(variable_node(lowering, inner).node, whole.row, whole.column)
        case Subscript() if member_name(tree, lowering.scope) is None:
            return _entry(lowering, numerator, tree, rule)
        case _:
            variable = variable_node(lowering, tree)
    return _laid_out(lowering, numerator, variable, span, lambda columns: rule(variable, columns))


def raw(lowering: LoweringState, numerator: Value, variable: Value, columns: dict[Axis, Axis]) -> Node:
    """Every ∂numerator/∂variable, the variable's axes renamed to the given ones."""
    node = numerator.node
    named = tuple(columns.get(axis, axis) for axis in variable.node.axes)
    if lowering.measuring:
        return lowering.scope.measurement(Measured(node, variable.node, named, leaves=lowering.leaves))
    if node.axes:
        found = derive.jacobian(node, variable.node, {}, columns)
    else:
        found = rename(derive.gradient(node, variable.node), columns)
    written = partial(to_plain, lowering.deriving) if lowering.deriving is not None else None
    lowering.derived[Derived(node, variable.node, named, found, written=written)] = None
    return found


def _entry(lowering: LoweringState, numerator: Value, tree: Subscript, rule: Rule) -> Value:
    """∂numerator/∂variable[i,j]: the letters are those of the entry; `W[:,j]` has an axis to derive along."""
    refuse_open_label(tree, lowering.scope)
    variable = variable_node(lowering, tree.base)
    if len(variable.axes) != len(tree.entries):
        raise count_error(tree, len(variable.axes), variable.shape())
    staging = {
        axis: fresh(axis.dimension, (*numerator.axes, *numerator.node.axes, *variable.axes), f"by{k}.")
        for k, axis in enumerate(variable.axes)
    }
    node = rule(variable, staging)
    along: list[Axis] = []
    for axis, place in zip(variable.axes, tree.entries, strict=True):
        here = staging[axis]
        if not isinstance(place, Slice):
            node = positions.at(lowering, node, here, place)
            continue
        node, left = positions.sliced(lowering, node, here, place, here)
        along.append(left)
    if along:
        line = lowering.expression(tree)
        homes = dict(zip(line.axes, along, strict=True))
        return _laid_out(
            lowering,
            numerator,
            line,
            tree.span,
            lambda columns: rename(node, {here: columns.get(home, home) for home, here in homes.items()}),
        )
    result = Value(node, numerator.row, numerator.column, numerator.more)
    turned = lowering.scope.layout == "denominator" and numerator.axes and not numerator.more
    return result.transposed() if turned else result


def _laid_out(
    lowering: LoweringState,
    numerator: Value,
    variable: Value,
    span: Span,
    node_along: Callable[[dict[Axis, Axis]], Node],
) -> Value:
    """A derivative as a value: `node_along` gives its node, with the variable's axes renamed as it is told."""
    layout = lowering.scope.layout
    if numerator.is_scalar:
        node = node_along({})
        result = Value(node, variable.row, variable.column, variable.more)
        if layout == "numerator" and not variable.more:
            return result.transposed()
        return result
    if variable.is_scalar:
        node = node_along({})
        result = Value(node, numerator.row, numerator.column, numerator.more)
        return result.transposed() if layout == "denominator" and not result.more else result
    if numerator.more or variable.more or not _is_line(numerator) or not _is_line(variable):
        raise shape_error(
            f"the derivative of a {numerator.shape()} by a {variable.shape()} is not a matrix",
            span,
            "more than two axes",
            help_="index both, dZ[i,j]/dW[k,l], or vectorise both with vec()",
            code="DC135",
        )
    columns = fresh_axes([axis.dimension for axis in variable.axes], (*numerator.axes, *numerator.node.axes))
    node = node_along(dict(zip(variable.axes, columns, strict=True)))
    result = Value(node, numerator.axes, columns)
    return result.transposed() if layout == "denominator" else result


def _is_line(value: Value) -> bool:
    """A vector, or a product index in one direction."""
    return not value.row or not value.column
