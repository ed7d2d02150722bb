"""Derivatives in formulas: gradients, Jacobians, entries of them, second derivatives; and the layouts."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING

from derivcheck import derive
from derivcheck.diagnostics import Diagnostic, UnsupportedError
from derivcheck.graph import (
    Axes,
    Axis,
    Input,
    Node,
    Quantity,
    diagonal,
    entry,
    fresh,
    multiply,
    rename,
    sum_over,
    topological,
)
from derivcheck.lowering.letters import index_error, member_name
from derivcheck.lowering.scope import Measured
from derivcheck.lowering.values import Value, fresh_axes, shape_error
from derivcheck.notation.syntax import Binary, Call, Derivative, Expression, Name, Number, Slice, Span, Subscript

if TYPE_CHECKING:
    from derivcheck.lowering.language import Lowering

COTANGENT = "∂/∂"


def derivative(lowering: Lowering, tree: Derivative) -> Value:
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
    try:
        for position, variable in enumerate(tree.variables, 1):
            lowering.measuring = lowering.scope.measured is not None and not outer and position == len(tree.variables)
            result = _one(lowering, result, variable, tree.span)
    finally:
        lowering.measuring = False
    return result


def variable_node(lowering: Lowering, tree: Expression) -> Value:
    """The quantity or input that a variable names."""
    name = member_name(tree, lowering.scope)
    if name is None:
        if isinstance(tree, Name):
            raise lowering.unknown(tree.name, tree.span)
        raise index_error("DC136", "a derivative is taken by a declared tensor or an entry of one", tree.span)
    value = lowering.scope.values[name]
    if not isinstance(value.node, Input | Quantity):
        raise index_error("DC136", f"`{name}` is an abbreviation, not a variable", tree.span,
                          "derive by a tensor or a layer")  # fmt: skip
    return value


def _one(lowering: Lowering, numerator: Value, tree: Expression, span: Span) -> Value:
    match tree:
        case Call("vec", (inner,)):
            whole = lowering.expression(tree)
            return _whole(
                lowering, numerator, Value(variable_node(lowering, inner).node, whole.row, whole.column), span
            )
        case Subscript() if member_name(tree, lowering.scope) is None:
            return _entry(lowering, numerator, tree)
        case _:
            return _whole(lowering, numerator, variable_node(lowering, tree), span)


def _raw(lowering: Lowering, numerator: Value, variable: Value, columns: dict[Axis, Axis]) -> Node:
    """Every ∂numerator/∂variable, the variable's axes renamed to the given ones."""
    node = numerator.node
    if lowering.measuring:
        named = tuple(columns.get(axis, axis) for axis in variable.node.axes)
        return lowering.scope.measurement(Measured(node, variable.node, named))
    if not node.axes:
        return rename(derive.gradient(node, variable.node), columns)
    return derive.jacobian(node, variable.node, {}, columns)


def _entry(lowering: Lowering, numerator: Value, tree: Subscript) -> Value:
    """∂numerator/∂variable[i,j]: the letters are those of the entry; `W[:,j]` has an axis to derive along."""
    variable = variable_node(lowering, tree.base)
    if len(variable.axes) != len(tree.entries):
        raise index_error(
            "DC142", f"{len(tree.entries)} indices for a tensor with {len(variable.axes)} axes", tree.span,
            variable.shape(),
        )  # fmt: skip
    staging = {
        axis: fresh(axis.dimension, (*numerator.axes, *numerator.node.axes, *variable.axes), f"by{k}.")
        for k, axis in enumerate(variable.axes)
    }
    node = _raw(lowering, numerator, variable, staging)
    along: list[Axis] = []
    for axis, place in zip(variable.axes, tree.entries, strict=True):
        here = staging[axis]
        match place:
            case Name(letter):
                target = lowering.letters.axis(letter, place.span, axis.dimension)
                if here in node.axes:
                    node = diagonal(node, target, here) if target in node.axes else rename(node, {here: target})
            case Number(value) if value.denominator == 1 and value >= 1:
                node = entry(node, here, int(value))
            case Slice():
                along.append(here)
            case _:
                raise index_error("DC143", "an index is a letter or a position from 1", place.span)
    if along:
        line = lowering.expression(tree)
        homes = dict(zip(line.axes, along, strict=True))
        return _laid_out(
            lowering, numerator, line, tree.span,
            lambda columns: rename(node, {here: columns.get(home, home) for home, here in homes.items()}),
        )  # fmt: skip
    result = Value(node, numerator.row, numerator.column, numerator.more)
    turned = lowering.scope.layout == "denominator" and numerator.axes and not numerator.more
    return result.transposed() if turned else result


def chain_rule(lowering: Lowering, tree: Expression) -> Value | None:
    """`∂L/∂z ∂z/∂w`: ∂L/∂w, contracted over every axis of what stands between; None where the links do not meet.

    The chain rule says what such a product means where it is no product of matrices: because
    the gradient stands as a column, or because ∂z/∂w has three axes. In denominator layout
    the factors stand the other way round.
    """
    links = _links(lowering, tree)
    if not links:
        return None
    numerators, variables = [], []
    outer, lowering.in_numerator = lowering.in_numerator, True
    try:
        for link in links:
            numerators.append(lowering.expression(link.numerator))
            variables.append(variable_node(lowering, link.variables[0]))
    finally:
        lowering.in_numerator = outer

    def product(columns: dict[Axis, Axis]) -> Node:
        found: Node | None = None
        between: Axes = ()
        taken = [*numerators[0].node.axes, *columns.values(), *(axis for v in variables for axis in v.node.axes)]
        for position, (numerator, variable) in enumerate(zip(numerators, variables, strict=True)):
            own = variable.node.axes
            made = fresh_axes([axis.dimension for axis in own], taken)
            taken += made
            factor = _raw(lowering, numerator, variable, dict(zip(own, made, strict=True)))
            if found is None:
                found = factor
            else:
                met = rename(factor, dict(zip(variables[position - 1].node.axes, between, strict=True)))
                found = sum_over(multiply(found, met), between)
            between = made
        assert found is not None
        last = variables[-1].node.axes
        return rename(found, {axis: columns.get(home, home) for axis, home in zip(between, last, strict=True)})

    try:
        lowering.measuring = lowering.scope.measured is not None and not outer
        return _laid_out(lowering, numerators[0], variables[-1], tree.span, product)
    finally:
        lowering.measuring = False


def passes_matrix(lowering: Lowering, tree: Expression) -> bool:
    """Whether a chain of derivatives goes through a matrix, even a square one: then it is no product of matrices."""
    between = [member_name(link.numerator, lowering.scope) for link in _links(lowering, tree)[1:]]
    return any(name is not None and len(lowering.scope.values[name].axes) > 1 for name in between)


def _links(lowering: Lowering, tree: Expression) -> list[Derivative]:
    """The derivatives of a product, each by what the next one derives; empty where that is not all there is to it."""
    factors = [_written_out(lowering, factor) for factor in _factors(tree)]
    if lowering.scope.layout == "denominator":
        factors = factors[::-1]
    links = [factor for factor in factors if isinstance(factor, Derivative) and len(factor.variables) == 1]
    meets = all(one.variables[0] == other.numerator for one, other in pairwise(links))
    return links if len(links) > 1 and len(links) == len(factors) and meets else []


def _written_out(lowering: Lowering, tree: Expression) -> Expression:
    """The derivative that a `let` name stands for, or the tree."""
    name = member_name(tree, lowering.scope)
    meant = lowering.scope.abbreviations.get(name) if name is not None else None
    return meant if isinstance(meant, Derivative) else tree


def _factors(tree: Expression) -> list[Expression]:
    return (
        [*_factors(tree.left), *_factors(tree.right)] if isinstance(tree, Binary) and tree.operator == "@" else [tree]
    )


def _whole(lowering: Lowering, numerator: Value, variable: Value, span: Span) -> Value:
    """∂numerator/∂variable for whole tensors, in the spec's layout."""
    return _laid_out(lowering, numerator, variable, span, lambda columns: _raw(lowering, numerator, variable, columns))


def _laid_out(
    lowering: Lowering, numerator: Value, variable: Value, span: Span, raw: Callable[[dict[Axis, Axis]], Node]
) -> Value:
    """A derivative as a value: `raw` gives its node, with the variable's axes renamed as it is told."""
    layout = lowering.scope.layout
    if numerator.is_scalar:
        node = raw({})
        result = Value(node, variable.row, variable.column, variable.more)
        if layout == "numerator" and not variable.more:
            return result.transposed()
        return result
    if variable.is_scalar:
        node = raw({})
        result = Value(node, numerator.row, numerator.column, numerator.more)
        return result.transposed() if layout == "denominator" and not result.more else result
    if numerator.more or variable.more or not _is_line(numerator) or not _is_line(variable):
        raise shape_error(
            f"the derivative of a {numerator.shape()} by a {variable.shape()} is not a matrix", span,
            "more than two axes", help_="index both, dZ[i,j]/dW[k,l], or vectorise both with vec()", code="DC135",
        )  # fmt: skip
    columns = fresh_axes([axis.dimension for axis in variable.axes], (*numerator.axes, *numerator.node.axes))
    node = raw(dict(zip(variable.axes, columns, strict=True)))
    result = Value(node, numerator.axes, columns)
    return result.transposed() if layout == "denominator" else result


def _is_line(value: Value) -> bool:
    """A vector, or a product index in one direction."""
    return not value.row or not value.column
