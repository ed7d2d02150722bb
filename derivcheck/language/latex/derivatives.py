"""Derivatives in all their spellings: fractions, slashes, ∇, ∂ with an index, Jacobians."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NoReturn

from derivcheck.diagnostics.diagnostic import NotationError
from derivcheck.graph.nodes import Input, Quantity, operands
from derivcheck.language.latex import operators
from derivcheck.language.latex.arguments import arguments_here, depends
from derivcheck.language.latex.cursor import TokenReader
from derivcheck.language.latex.scripts import Script, take_scripts
from derivcheck.language.latex.tokens import LatexToken
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


def fraction(reader: TokenReader) -> Expression:
    """`\\frac{a}{b}`, `\\frac{\\partial L}{\\partial W}`, `\\frac{d}{dx} f(x)`. Raises NotationError (DC117, DC118)."""
    sign = reader.advance()
    above = reader.position
    middle = reader.partner(above)
    below = middle + 1
    stop = reader.partner(below)
    if not _is_differential(reader, above + 1, middle, below + 1, stop):
        numerator, denominator = reader.braced(), reader.braced()
        return Binary("/", numerator, denominator, sign.span.to(denominator.span))
    span = sign.span.to(reader.tokens[stop].span)
    top = reader.part(above + 1, middle)
    top.advance()
    order = _order(top, span)
    variables = _variables(reader, below + 1, stop, order, span)
    reader.position = stop + 1
    if top.at_end():
        return _operator(reader, variables, span)
    numerator = _numerator(top)
    if not top.at_end():
        fail(
            "DC118",
            "what is differentiated needs brackets",
            top.token.span,
            "how far does the derivative reach?",
            r"\frac{\partial (..)}{\partial x}",
        )
    found = Derivative(numerator, variables, span)
    _refuse_evaluation(reader, found)
    return found


def _numerator(top: TokenReader) -> Expression:
    """What stands behind the mark; a layer may show what it depends on, `\\partial L(z)`."""
    begin, top.applies = top.position, False
    found = top.factor()
    top.applies = True
    if top.at("(") and isinstance(found, Name | Subscript):
        _checked_arguments(top, found)
        return found
    top.position = begin
    return top.term()


def _is_differential(reader: TokenReader, above: int, middle: int, below: int, stop: int) -> bool:
    """Whether a fraction is one of differentials. Raises NotationError (DC118, DC171)."""
    tokens = reader.tokens
    first, second = tokens[above], tokens[below]
    if second.kind == "sign" and second.text == "∂":
        if not _is_mark(first):
            fail(
                "DC118",
                "`\\partial` needs what it differentiates",
                second.span,
                "only below the bar",
                r"\frac{\partial L}{\partial x}",
            )
        return True
    if not (_is_mark(first) and _is_mark(second)) or stop - below < 2 or tokens[below + 1].text in ("_", "^", ")"):
        return False
    if middle - above > 1 and tokens[above + 1].text == "_":
        return False
    if second.font != "roman" and reader.context.names.is_value(second):
        fail(
            "DC171",
            "a fraction with two readings: `d` is declared",
            tokens[above].span.to(tokens[stop].span),
            "a derivative or a quotient?",
            r"\mathrm{d} for the derivative",
            (("one reading", "a derivative"), ("another reading", "a quotient of products with d")),
        )
    return True


def _is_mark(token: LatexToken) -> bool:
    if token.kind == "sign":
        return token.text == "∂"
    return token.kind == "letter" and token.text == "d" and not token.accent


def _order(top: TokenReader, span: Span) -> int:
    """The order behind the mark: `\\partial^2`."""
    if not top.at("^"):
        return 1
    stop = top.partner(top.position + 1)
    text = "".join(token.text for token in top.tokens[top.position + 2 : stop])
    if text != "2":
        fail(
            "DC117",
            f"a derivative of order `{text}` is not read",
            span,
            "first and second ones are",
            r"\frac{\partial^2 L}{\partial x^2}",
        )
    top.position = stop + 1
    return 2


def _variables(reader: TokenReader, start: int, stop: int, order: int, span: Span) -> tuple[Expression, ...]:
    """What is differentiated by: one quantity for each mark, or one with a square."""
    marks = _marks(reader, start, stop)
    ends = [*marks[1:], stop]
    if order == 2 and len(marks) == 1:
        square = reader.tokens[stop - 4 : stop]
        if stop - start < 6 or [t.text for t in square] != ["^", "{", "2", "}"]:
            fail(
                "DC117",
                "a second derivative needs two variables",
                span,
                "by which two?",
                r"\frac{\partial^2 L}{\partial x^2}",
            )
        found = _variable(reader, marks[0] + 1, stop - 4)
        return found, found
    if len(marks) != order:
        fail(
            "DC117",
            "the order of the derivative does not match its variables",
            span,
            f"order {order}, {len(marks)} variables",
            r"\frac{\partial^2 L}{\partial x_i \partial x_j}",
        )
    variables = [_variable(reader, mark + 1, end) for mark, end in zip(marks, ends, strict=True)]
    if order == 2 and isinstance(variables[1], Transpose) and variables[1].operand == variables[0]:
        variables[1] = variables[0]  # ∂x ∂xᵀ is the Hessian
    return tuple(variables)


def _marks(reader: TokenReader, start: int, stop: int) -> list[int]:
    found: list[int] = []
    depth = 0
    for position in range(start, stop):
        token = reader.tokens[position]
        if token.kind == "sign":
            depth += (token.text in ("{", "(", "[")) - (token.text in ("}", ")", "]"))
        if depth == 0 and _is_mark(token) and reader.tokens[position + 1].text not in ("_", "^"):
            found.append(position)
    return found


def _variable(reader: TokenReader, start: int, stop: int) -> Expression:
    inner = reader.part(start, stop)
    inner.letters = False
    inner.applies = False
    found = inner.factor()
    if not inner.at_end():
        fail(
            "DC118",
            "a derivative is taken by one quantity",
            inner.token.span,
            "more than a name stands below",
            r"\frac{\partial L}{\partial x}",
        )
    return found


def _operator(reader: TokenReader, variables: tuple[Expression, ...], span: Span) -> Expression:
    """`\\frac{d}{dx}` and what it stands before."""
    if reader.at_end():
        fail("DC118", "the derivative of what?", span, "nothing follows", r"\frac{\partial L}{\partial x}")
    operand = operators.operand(reader, variables, span)
    return Derivative(operand, variables, span.to(operand.span))


def _refuse_evaluation(reader: TokenReader, tree: Derivative) -> None:
    """`\\frac{dL}{dw}(w)` may be a value at a point or a product."""
    if not reader.at("("):
        return
    begin = reader.position
    inner = arguments_here(reader)
    stop, scripted = reader.tokens[reader.position - 1].span, reader.at("^", "_", "'")
    reader.position = begin
    shapes = reader.context.shapes
    if scripted:
        return  # `(a)^T` is a factor, no point
    lone = isinstance(inner[0], Name) or (isinstance(inner[0], Subscript) and shapes.member(inner[0]) is not None)
    if len(inner) > 1 or lone:
        span = tree.span.to(stop)
        fail(
            "DC177",
            f"`{reader.source(span)}` has two readings",
            span,
            "at a point or a product?",
            "leave the bracket out",
            (("one reading", to_plain(tree)), ("another reading", "the product with the bracket")),
        )


# --- in one line --------------------------------------------------------------------------------


def inline(reader: TokenReader) -> Expression | None:
    """`\\partial L / \\partial W`, `dL/dW`, `\\partial_i S_j`; None with nothing read where it is none of these."""
    token = reader.token
    if not _is_mark(token):
        return None
    if token.kind == "letter" and token.font != "roman" and reader.context.names.is_value(token):
        return None
    if reader.ahead().text == "_" and token.kind == "letter":
        return None
    if reader.ahead().text == "_" and reader.ahead().kind == "sign":
        return _with_index(reader)
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


def _slash_ahead(reader: TokenReader, begin: int) -> bool:
    """Whether a slash and another mark stand further on, so that a derivative was meant."""
    tokens = reader.tokens
    return any(
        tokens[k].kind == "sign" and tokens[k].text == "/" and _is_mark(tokens[k + 1])
        for k in range(begin, min(begin + 12, len(tokens) - 1))
    )


def _slashed(reader: TokenReader) -> Expression | None:
    mark = reader.advance()
    order = _order(reader, mark.span)
    if reader.at("/") or reader.at_end():
        return _slashed_operator(reader, mark, order)
    applies, reader.applies = reader.applies, False
    numerator = reader.factor()
    if reader.at("("):
        _checked_arguments(reader, numerator)
    reader.applies = applies
    if not reader.at("/") or not _is_mark(reader.ahead()):
        return None
    reader.advance()
    variables = _line_variables(reader, order, mark.span)
    return Derivative(numerator, variables, mark.span.to(reader.tokens[reader.position - 1].span))


def _slashed_operator(reader: TokenReader, mark: LatexToken, order: int) -> Expression | None:
    """`d/dx (...)`."""
    if not reader.at("/") or not _is_mark(reader.ahead()):
        return None
    reader.advance()
    variables = _line_variables(reader, order, mark.span)
    return _operator(reader, variables, mark.span.to(reader.tokens[reader.position - 1].span))


def _line_variables(reader: TokenReader, order: int, span: Span) -> tuple[Expression, ...]:
    applies, reader.applies = reader.applies, False
    found: list[Expression] = []
    while len(found) < order and _is_mark(reader.token):
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
        fail(
            "DC117",
            "the order of the derivative does not match its variables",
            span,
            f"order {order}, {len(found)} variables",
            r"\frac{\partial^2 L}{\partial x_i \partial x_j}",
        )
    return tuple(found)


def _with_index(reader: TokenReader) -> Expression:
    """`\\partial_x L`, `\\partial_i S_j`: by a quantity, or by an entry of what the operand is a function of."""
    mark = reader.advance()
    scripts, _ = take_scripts(reader)
    script = scripts[0]
    inner = reader.tokens[script.start : script.stop]
    entry = len(inner) == 1 and inner[0].kind == "letter" and not reader.context.names.declares(inner[0])
    variable = None if entry else _variable(reader, script.start, script.stop)
    known = () if variable is None else (variable,)
    whole = mark.span.to(script.span)
    applies, reader.applies = reader.applies, False
    operand, named = operators.named_operand(reader, known, whole)
    reader.applies = applies
    span = mark.span.to(operand.span)
    if reader.at("(") and named:
        _checked_arguments(reader, operand)
    if variable is None:
        letter = Name(inner[0].text, inner[0].span)
        variable = Subscript(_only_variable(reader, operand, span), (letter,), script.span)
    return Derivative(operand, (variable,), span)


def _only_variable(reader: TokenReader, operand: Expression, span: Span) -> Expression:
    """The one named quantity that a layer is computed from. Raises NotationError (DC118)."""
    shapes = reader.context.shapes
    base = operand.base if isinstance(operand, Subscript) and shapes.member(operand) is None else operand
    value = shapes.value(base)
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


def refuse_mark(reader: TokenReader) -> NoReturn:
    """Raise NotationError (DC118) for a ∂ that begins no derivative."""
    fail(
        "DC118",
        "`\\partial` needs what it differentiates, and by what",
        reader.token.span,
        "",
        r"\frac{\partial L}{\partial x}",
    )


# --- gradients and Jacobians ----------------------------------------------------------------------


def gradient(reader: TokenReader) -> Expression:
    """`\\nabla_W L`, `\\nabla L(a)`, `\\nabla_x^2 L`. Raises NotationError (DC118, DC171)."""
    mark = reader.advance()
    scripts, _ = take_scripts(reader)
    order = 1
    variable: Expression | None = None
    for script in scripts:
        if script.kind == "sub":
            variable = _variable(reader, script.start, script.stop)
        elif reader.source(script.span).strip("^{} ") == "2":
            order = 2
        else:
            fail("DC118", "the superscript of `\\nabla` is not read", script.span, "", r"\nabla^2")
    here = mark.span.to(scripts[-1].span) if scripts else mark.span
    applies, reader.applies = reader.applies, False
    operand, named = operators.scalar_operand(reader, (variable,) if variable is not None else (), here)
    reader.applies = applies
    span = mark.span.to(operand.span)
    if reader.at("(") and named:
        arguments = _checked_arguments(reader, operand, variable)
        span = span.to(reader.tokens[reader.position - 1].span)
        if variable is None and len(arguments) == 1:
            variable = arguments[0]
    if variable is None:
        fail("DC118", "the gradient by what?", span, "`\\nabla` names no variable", r"\nabla_{W} L")
    shape = reader.context.shapes(operand)
    if isinstance(operand, Transpose) and shape is not None and shape.is_scalar and order == 1:
        return Transpose(Derivative(operand.operand, (variable,), span), span)  # `\\nabla f^T v`: of the gradient
    if shape is not None and not shape.is_scalar:
        fail(
            "DC171",
            f"`{reader.source(span)}` has two readings",
            span,
            f"of a {shape}",
            r"\frac{\partial y}{\partial x}",
            (
                ("one reading", "the Jacobian, a row for each output"),
                ("another reading", "its transpose, a column for each output"),
            ),
        )
    return Derivative(operand, (variable,) * order, span)


def _checked_arguments(
    reader: TokenReader, operand: Expression, variable: Expression | None = None
) -> list[Expression]:
    """The bracket behind a quantity that is differentiated: what it depends on. Raises NotationError (DC177)."""
    begin = reader.token.span
    arguments = arguments_here(reader)
    span = operand.span.to(reader.tokens[reader.position - 1].span)
    for argument in arguments:
        if argument != variable and not depends(reader, operand, argument):
            fail(
                "DC177",
                f"`{reader.source(span)}` has two readings",
                begin.to(argument.span),
                "applied or multiplied?",
                "leave the bracket out",
                (
                    ("one reading", f"{to_plain(operand)} as a function of {to_plain(argument)}"),
                    ("another reading", "the product with the bracket"),
                ),
            )
    return arguments


def jacobian(reader: TokenReader, token: LatexToken, scripts: Sequence[Script], span: Span) -> Expression | None:
    """`\\mathbf{J}_{a}(z)` is da/dz where J is not declared; None with nothing read where it is something else."""
    if reader.context.names.is_value(token) or len(scripts) != 1 or scripts[0].kind != "sub":
        return None
    numerator = _variable(reader, scripts[0].start, scripts[0].stop)
    arguments = arguments_here(reader)
    flat = len(arguments) == 1 and isinstance(arguments[0], Call) and arguments[0].function == "vec"
    if len(arguments) != 1 or (isinstance(arguments[0], Call | Binary) and not flat):
        fail("DC118", "a Jacobian has one variable", span, "", r"\frac{\partial a}{\partial z}")
    return Derivative(numerator, (arguments[0],), span.to(arguments[0].span))
