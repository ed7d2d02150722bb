"""Derivatives in all their spellings: fractions, slashes, ∇, ∂ with an index, Jacobians."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import NoReturn

from derivcheck.diagnostics.diagnostic import NotationError
from derivcheck.graph.nodes import Input, Map, Quantity, operands, topological
from derivcheck.graph.scalars import placeholder
from derivcheck.language.catalogue import functions as catalogue_functions
from derivcheck.language.latex import operators
from derivcheck.language.latex.arguments import arguments_here, depends
from derivcheck.language.latex.cursor import RowCursor
from derivcheck.language.latex.elements import Element, Elements
from derivcheck.language.latex.scripts import take_scripts
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.syntax import (
    Binary,
    Call,
    Derivative,
    Expression,
    Name,
    Number,
    Span,
    Subscript,
    Transpose,
)
from derivcheck.language.tex.errors import fail

# --- fractions ----------------------------------------------------------------------------------


def fraction(reader: RowCursor) -> Expression:
    """`\\frac{a}{b}`, `\\frac{\\partial L}{\\partial W}`, `\\frac{d}{dx} f(x)`. Raises NotationError (DC117, DC118)."""
    element = reader.advance()
    (above, below), span = element.rows, element.span
    top, bottom = reader.part(above, span), reader.part(below, span)
    if not _is_differential(reader, above, below, span):
        return Binary("/", top.whole(), bottom.whole(), span)
    top.advance()
    order = _order(top, span)
    variables = _variables(bottom, order, span)
    if top.at_end():
        return _operator(reader, variables, span)
    numerator = _numerator(top)
    if not top.at_end():
        fail(
            "DC118",
            "what is differentiated needs brackets",
            top.element.span,
            "how far does the derivative reach?",
            r"\frac{\partial (..)}{\partial x}",
        )
    found = Derivative(numerator, variables, span)
    _refuse_evaluation(reader, found)
    return found


def _numerator(top: RowCursor) -> Expression:
    """What stands behind the mark; a layer may show what it depends on, `\\partial L(z)`."""
    if (value := _value_of_function(top)) is not None:
        return value
    begin, top.applies = top.position, False
    found = top.factor()
    top.applies = True
    if top.at_group("(") and isinstance(found, Name | Subscript):
        checked_arguments(top, found)
        return found
    top.position = begin
    return top.term()


def _value_of_function(reader: RowCursor) -> Expression | None:
    """`\\partial g`: a function by itself is its value, where the network has one layer that it makes and no other."""
    names, scope, element = reader.context.names, reader.context.scope, reader.element
    function = names.function(element) if len(reader.rest) == 1 and not names.is_value(element) else None
    if function is None or not catalogue_functions.entrywise(function, scope.functions):
        return None
    try:
        made = catalogue_functions.applied(function, 0, [placeholder(0)], scope.functions, Call(function, ()))
    except NotationError:
        return None
    nodes = topological(value.node for value in scope.values.values())
    called = [node for node in nodes if isinstance(node, Map) and node.expression == made]
    named = [
        name
        for name, value in scope.values.items()
        if isinstance(value.node, Quantity) and [value.node.operand] == called and name not in scope.abbreviations
    ]
    return Name(named[0], reader.advance().span) if len(named) == 1 else None


def _is_differential(reader: RowCursor, above: Elements, below: Elements, span: Span) -> bool:
    """Whether a fraction is one of differentials. Raises NotationError (DC118, DC171)."""
    if not above or not below:
        return False
    first, second = above[0], below[0]
    if second.is_sign("∂"):
        if not _is_mark(first):
            fail(
                "DC118",
                "`\\partial` needs what it differentiates",
                second.span,
                "only below the bar",
                r"\frac{\partial L}{\partial x}",
            )
        return True
    if not (_is_mark(first) and _is_mark(second)) or len(below) < 2 or below[1].kind == "script":
        return False
    if len(above) > 1 and above[1].kind == "script" and above[1].text == "_":
        return False
    if second.font != "roman" and reader.context.names.is_value(second):
        reader.refuse_both(
            span,
            "a derivative or a quotient?",
            r"\mathrm{d} for the derivative",
            "a derivative",
            "a quotient of products with d",
            message="a fraction with two readings: `d` is declared",
        )
    return True


def _is_mark(element: Element) -> bool:
    return element.is_sign("∂") or (element.kind == "letter" and element.text == "d" and not element.accent)


def _order(top: RowCursor, span: Span) -> int:
    """The order behind the mark: `\\partial^2`."""
    if not top.at_script("^"):
        return 1
    text = "".join(element.text for element in top.advance().inside)
    if text != "2":
        fail(
            "DC117",
            f"a derivative of order `{text}` is not read",
            span,
            "first and second ones are",
            r"\frac{\partial^2 L}{\partial x^2}",
        )
    return 2


def _variables(below: RowCursor, order: int, span: Span) -> tuple[Expression, ...]:
    """What is differentiated by: one quantity for each mark, or one with a square."""
    row = below.rest
    marks = _marks(row)
    ends = [*marks[1:], len(row)]
    if order == 2 and len(marks) == 1:
        last = row[-1]
        if len(row) < 3 or last.kind != "script" or last.text != "^" or [one.text for one in last.inside] != ["2"]:
            fail(
                "DC117",
                "a second derivative needs two variables",
                span,
                "by which two?",
                r"\frac{\partial^2 L}{\partial x^2}",
            )
        found = variable_of(below, row[marks[0] + 1 : -1], span)
        return found, found
    if len(marks) != order:
        _refuse_order(order, len(marks), span)
    variables = [variable_of(below, row[mark + 1 : end], span) for mark, end in zip(marks, ends, strict=True)]
    if order == 2 and isinstance(variables[1], Transpose) and variables[1].operand == variables[0]:
        variables[1] = variables[0]  # ∂x ∂xᵀ is the Hessian
    return tuple(variables)


def _refuse_order(order: int, count: int, span: Span) -> NoReturn:
    message, help_ = (
        "the order of the derivative does not match its variables",
        r"\frac{\partial^2 L}{\partial x_i \partial x_j}",
    )
    fail("DC117", message, span, f"order {order}, {count} variables", help_)


def _marks(row: Elements) -> list[int]:
    """Where the marks of a denominator stand."""
    scripted = [element.kind == "script" for element in (*row[1:], row[0])]
    return [k for k, element in enumerate(row) if _is_mark(element) and not scripted[k]]


def variable_of(reader: RowCursor, row: Elements, here: Span) -> Expression:
    inner = reader.part(row, here)
    inner.letters = False
    inner.applies = False
    if (value := _value_of_function(inner)) is not None:
        return value
    found = inner.factor()
    if not inner.at_end():
        fail(
            "DC118",
            "a derivative is taken by one quantity",
            inner.element.span,
            "more than a name stands below",
            r"\frac{\partial L}{\partial x}",
        )
    return found


def _operator(reader: RowCursor, variables: tuple[Expression, ...], span: Span) -> Expression:
    """`\\frac{d}{dx}` and what it stands before."""
    if reader.at_end():
        fail("DC118", "the derivative of what?", span, "nothing follows", r"\frac{\partial L}{\partial x}")
    operand = operators.operand(reader, variables, span)
    return Derivative(operand, variables, span.to(operand.span))


def _refuse_evaluation(reader: RowCursor, tree: Derivative) -> None:
    """`\\frac{dL}{dw}(w)` may be a value at a point or a product."""
    if not reader.at_group("("):
        return
    begin = reader.position
    inner = arguments_here(reader)
    stop, scripted = reader.before.span, reader.at_script() or reader.at("'")
    reader.position = begin
    types = reader.context.types
    if scripted:
        return  # `(a)^T` is a factor, no point
    if len(inner) > 1 or types.is_named(inner[0]):
        span, product = tree.span.to(stop), "the product with the bracket"
        reader.refuse_both(
            span, "at a point or a product?", "leave the bracket out", to_plain(tree), product, code="DC177"
        )


# --- in one line --------------------------------------------------------------------------------


def inline(reader: RowCursor) -> Expression | None:
    """`\\partial L / \\partial W`, `dL/dW`, `\\partial_i S_j`; None with nothing read where it is none of these."""
    token = reader.element
    if not _is_mark(token):
        return None
    if token.kind == "letter" and token.font != "roman" and reader.context.names.is_value(token):
        return None
    if reader.ahead().kind == "script" and reader.ahead().text == "_":
        return None if token.kind == "letter" else _with_index(reader)
    begin = reader.position
    try:
        found = _slashed(reader)
    except NotationError:
        if token.kind == "sign" or _slash_ahead(reader, begin):
            raise
        found = None
    if found is None:
        reader.position = begin
    return found


def _slash_ahead(reader: RowCursor, begin: int) -> bool:
    """Whether a slash and another mark stand further on, so that a derivative was meant."""
    return any(one.is_sign("/") and _is_mark(other) for one, other in pairwise(reader.row[begin : begin + 13]))


def _slashed(reader: RowCursor) -> Expression | None:
    mark = reader.advance()
    order = _order(reader, mark.span)
    if reader.at("/") or reader.at_end():
        below = _line_variables(reader, order, mark.span)  # `d/dx (...)`
        return None if below is None else _operator(reader, below, mark.span.to(reader.before.span))
    applies, reader.applies = reader.applies, False
    numerator = reader.factor()
    if reader.at_group("("):
        checked_arguments(reader, numerator)
    reader.applies = applies
    variables = _line_variables(reader, order, mark.span)
    return None if variables is None else Derivative(numerator, variables, mark.span.to(reader.before.span))


def _line_variables(reader: RowCursor, order: int, span: Span) -> tuple[Expression, ...] | None:
    """What stands behind `/d`; None where no such slash is here."""
    if not reader.at("/") or not _is_mark(reader.ahead()):
        return None
    reader.advance()
    applies, reader.applies = reader.applies, False
    found: list[Expression] = []
    while len(found) < order and _is_mark(reader.element):
        reader.advance()
        variable = reader.factor()
        if order == 2 and not found and isinstance(variable, Binary) and variable.operator == "**":
            if variable.right != Number(Fraction(2)):
                break
            found += [variable.left, variable.left]
        else:
            found.append(variable)
    reader.applies = applies
    if len(found) != order:
        _refuse_order(order, len(found), span)
    return tuple(found)


def _with_index(reader: RowCursor) -> Expression:
    """`\\partial_x L`, `\\partial_i S_j`: by a quantity, or by an entry of what the operand is a function of."""
    mark = reader.advance()
    scripts, _ = take_scripts(reader)
    script = scripts[0]
    inner = script.row
    entry = len(inner) == 1 and inner[0].kind == "letter" and not reader.context.names.declares(inner[0])
    variable = None if entry else variable_of(reader, inner, script.span)
    known = () if variable is None else (variable,)
    whole = mark.span.to(script.span)
    applies, reader.applies = reader.applies, False
    operand, named = operators.named_operand(reader, known, whole)
    reader.applies = applies
    span = mark.span.to(operand.span)
    if reader.at_group("(") and named:
        checked_arguments(reader, operand)
    if variable is None:
        letter = Name(inner[0].text, inner[0].span)
        variable = Subscript(_only_variable(reader, operand, span), (letter,), script.span)
    return Derivative(operand, (variable,), span)


def _only_variable(reader: RowCursor, operand: Expression, span: Span) -> Expression:
    """The one named quantity that a layer is computed from. Raises NotationError (DC118)."""
    types = reader.context.types
    value = types.value(types.whole(operand))
    found: dict[str, None] = {}
    if value is not None and isinstance(value.node, Quantity):
        waiting = [value.node.operand]
        while waiting:
            node = waiting.pop()
            if isinstance(node, Input | Quantity):
                found[node.name] = None
            else:
                waiting.extend(operands(node))
    if len(found) == 1:
        name = next(iter(found))
        stem, bracket, label = name.partition("[")
        if not bracket:
            return Name(stem, span)
        return Subscript(Name(stem, span), (Number(Fraction(int(label.rstrip("]"))), span),), span)
    fail(
        "DC118",
        "`\\partial` with an index needs the variable",
        span,
        f"one of {', '.join(sorted(found)) or 'nothing'}",
        r"\frac{\partial S_j}{\partial x_i}",
    )


def refuse_mark(reader: RowCursor) -> NoReturn:
    """Raise NotationError (DC118) for a ∂ that begins no derivative."""
    fail(
        "DC118",
        "`\\partial` needs what it differentiates, and by what",
        reader.element.span,
        "",
        r"\frac{\partial L}{\partial x}",
    )


def checked_arguments(reader: RowCursor, operand: Expression, variable: Expression | None = None) -> list[Expression]:
    """The bracket behind a quantity that is differentiated: what it depends on. Raises NotationError (DC177)."""
    begin = reader.element.span
    arguments = arguments_here(reader)
    span = operand.span.to(reader.before.span)
    for argument in arguments:
        if argument != variable and not depends(reader, operand, argument):
            applied = f"{to_plain(operand)} as a function of {to_plain(argument)}"
            reader.refuse_both(
                begin.to(argument.span),
                "applied or multiplied?",
                "leave the bracket out",
                applied,
                "the product with the bracket",
                code="DC177",
                message=f"`{reader.source(span)}` has two readings",
            )
    return arguments
