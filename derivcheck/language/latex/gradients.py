"""Gradients and Jacobians by their signs: `\\nabla_x L`, `J_f(x)`."""

from __future__ import annotations

from collections.abc import Sequence

from derivcheck.language.latex import operators
from derivcheck.language.latex.arguments import arguments_here
from derivcheck.language.latex.cursor import RowCursor
from derivcheck.language.latex.derivatives import checked_arguments, variable_of
from derivcheck.language.latex.elements import Element
from derivcheck.language.latex.scripts import Script, take_scripts
from derivcheck.language.notation.syntax import (
    Binary,
    Call,
    Derivative,
    Expression,
    Span,
    Transpose,
)
from derivcheck.language.tex.errors import fail


def gradient(reader: RowCursor) -> Expression:
    """`\\nabla_W L`, `\\nabla L(a)`, `\\nabla_x^2 L`. Raises NotationError (DC118, DC171)."""
    mark = reader.advance()
    scripts, _ = take_scripts(reader)
    order = 1
    variable: Expression | None = None
    for script in scripts:
        if script.kind == "sub":
            variable = variable_of(reader, script.row, script.span)
        elif reader.source(script.span).strip("^{} ") == "2":
            order = 2
        else:
            fail("DC118", "the superscript of `\\nabla` is not read", script.span, "", r"\nabla^2")
    here = mark.span.to(scripts[-1].span) if scripts else mark.span
    applies, reader.applies = reader.applies, False
    operand, named = operators.scalar_operand(reader, (variable,) if variable is not None else (), here)
    reader.applies = applies
    span = mark.span.to(operand.span)
    if reader.at_group("(") and named:
        arguments = checked_arguments(reader, operand, variable)
        span = span.to(reader.before.span)
        if variable is None and len(arguments) == 1:
            variable = arguments[0]
    if variable is None:
        fail("DC118", "the gradient by what?", span, "`\\nabla` names no variable", r"\nabla_{W} L")
    shape = reader.context.types(operand)
    if isinstance(operand, Transpose) and shape is not None and shape.is_scalar and order == 1:
        # `\\nabla f^T v`: of the gradient
        return Transpose(_column(reader, Derivative(operand.operand, (variable,), span)), span)
    if shape is not None and not shape.is_scalar:
        row, column = "the Jacobian, a row for each output", "its transpose, a column for each output"
        reader.refuse_both(span, f"of a {shape}", r"\frac{\partial y}{\partial x}", row, column)
    return _column(reader, Derivative(operand, (variable,) * order, span))


def _column(reader: RowCursor, tree: Derivative) -> Expression:
    """A gradient as ∇ is laid out: with `gradient: column` in the shape of its variable."""
    scope = reader.context.scope
    turned = scope.gradient == "column" and scope.layout == "numerator" and len(tree.variables) == 1
    return Transpose(tree, tree.span) if turned else tree


def jacobian(reader: RowCursor, token: Element, scripts: Sequence[Script], span: Span) -> Expression | None:
    """`\\mathbf{J}_{a}(z)` is da/dz where J is not declared; None with nothing read where it is something else."""
    if reader.context.names.is_value(token) or len(scripts) != 1 or scripts[0].kind != "sub":
        return None
    numerator = variable_of(reader, scripts[0].row, scripts[0].span)
    arguments = arguments_here(reader)
    flat = len(arguments) == 1 and isinstance(arguments[0], Call) and arguments[0].function == "vec"
    if len(arguments) != 1 or (isinstance(arguments[0], Call | Binary) and not flat):
        fail("DC118", "a Jacobian has one variable", span, "", r"\frac{\partial a}{\partial z}")
    return Derivative(numerator, (arguments[0],), span.to(arguments[0].span))
