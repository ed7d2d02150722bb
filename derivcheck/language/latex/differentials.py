"""`dC` by itself: the differential of C, the gradient by C, or a product with what is called d, as is declared.

An upright d is always a differential. What an italic one is, `differentials: statements` or `gradients` says; where
nothing does, both readings are judged.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from derivcheck.diagnostics.diagnostic import NotationError
from derivcheck.language.formulas import name_tree
from derivcheck.language.latex.cursor import RowCursor
from derivcheck.language.latex.elements import Element
from derivcheck.language.latex.forks import DIFFERENTIAL, Fork
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.syntax import (
    Binary,
    Call,
    Derivative,
    Expression,
    Name,
    Span,
    Subscript,
    Transpose,
    bottom_up,
)
from derivcheck.language.tex.errors import fail


def alone(reader: RowCursor, starts: Callable[[Element], bool]) -> Expression | None:
    """What a `d` before a quantity is; None with nothing read for a d that is something else.

    `starts` says where a factor begins. Raises NotationError (DC118) where d is declared besides, and for `d^2`.
    """
    token = reader.element
    if token.text != "d" or token.kind != "letter" or token.accent or reader.context.symbols.has_base(token):
        return None
    script = reader.ahead()
    squared = script.kind == "script" and script.text == "^" and [one.text for one in script.inside] == ["2"]
    count = 1 + squared
    number = _is_number(reader, token)
    declared = reader.context.names.declares(token)
    if not starts(reader.ahead(count)) or (token.font != "roman" and declared and not number):
        return None
    begin, trying = reader.position, reader.trying
    reader.trying = reader.trying or squared or declared or number
    reader.position += count
    try:
        of = reader.factor()
    except NotationError:
        reader.position = begin
        return None
    finally:
        reader.trying = trying
    shapes = reader.context.types
    span = token.span.to(reader.before.span)
    if not any(isinstance(node, Name | Subscript) and shapes.member(node) for node in bottom_up(of)):
        reader.position = begin
        return None
    if squared or declared or number:
        _refuse(reader, of, span, squared, declared or number)
    return _read(reader, of, span, token.font == "roman")


def _read(reader: RowCursor, of: Expression, span: Span, upright: bool) -> Expression:
    if isinstance(of, Transpose):
        return Transpose(_read(reader, of.operand, span, upright), span)
    if isinstance(of, Binary) and of.operator == "**":
        shown = reader.source(span)
        readings = (("one reading", f"d({to_plain(of)})"), ("another reading", f"d({to_plain(of.left)}) to that power"))
        fail("DC171", f"`{shown}` has two readings", span, "of the power, or a power?", r"\mathrm{d}(x^2)", readings)
    scope = reader.context.scope
    whole = Call("differential", (of,), 0, span)
    named = of.base if isinstance(of, Subscript) and reader.context.types.member(of) is None else of
    if not scope.loss or not reader.context.types.member(named) or to_plain(named) == scope.loss:
        return whole
    gradient = Derivative(name_tree(scope.loss), (of,), span)
    if scope.differentials:
        return whole if scope.differentials == "statements" else gradient
    if upright:
        return whole
    return reader.context.choices.take(Fork(DIFFERENTIAL, "", span, reader.source(span)), whole, gradient)


def _refuse(reader: RowCursor, of: Expression, span: Span, squared: bool, number: bool) -> NoReturn:
    shown = reader.source(of.span)
    readings: tuple[tuple[str, str], ...] = (("one reading", f"the differential of {shown}"),)
    help_ = rf"\mathrm{{d}}\left({shown}\right)"
    if number:
        readings = (*readings, ("another reading", f"the product of {'d^2' if squared else 'd'} and {shown}"))
        help_ = rf"{'d^2' if squared else 'd'} \cdot {shown} for the product"
    fail("DC118", f"`{reader.source(span)}` is not read", span, "a differential?", help_, readings)


def _is_number(reader: RowCursor, token: Element) -> bool:
    """Whether d is declared as a dimension or a scalar."""
    names, values = reader.context.names, reader.context.scope.values
    declared = [name for base in names.bases(token) for name in names.plain.get(base, ())]
    if declared:
        return all(not values[name].axes for name in declared)
    return any(base in names.dimensions for base in names.bases(token))
