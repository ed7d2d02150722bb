"""`dC` that stands alone: no derivative, and a product with what is called d only where a sign says so."""

from __future__ import annotations

from collections.abc import Callable

from derivcheck.diagnostics.diagnostic import NotationError
from derivcheck.language.latex.cursor import RowCursor
from derivcheck.language.latex.elements import Element
from derivcheck.language.notation.syntax import Name, Subscript, bottom_up
from derivcheck.language.tex.errors import fail


def refuse_alone(reader: RowCursor, starts: Callable[[Element], bool]) -> None:
    """Raise NotationError (DC118) for a `d` or `d^2` before a quantity; `starts` says where a factor begins.

    An upright d is always a differential; an italic one may be a vector called d, or stand
    before a size.
    """
    token = reader.element
    if token.text != "d" or token.kind != "letter" or token.accent or reader.context.symbols.has_base(token):
        return
    script = reader.ahead()
    squared = script.kind == "script" and script.text == "^" and [one.text for one in script.inside] == ["2"]
    count = 1 + squared
    number = _is_number(reader, token)
    if not starts(reader.ahead(count)) or (token.font != "roman" and not number):
        return
    begin, trying = reader.position, reader.trying
    reader.trying = True
    reader.position += count
    try:
        of = reader.factor()
        end = reader.before.span
    except NotationError:
        return
    finally:
        reader.position, reader.trying = begin, trying
    types = reader.context.types
    if not any(isinstance(node, Name | Subscript) and types.member(node) for node in bottom_up(of)):
        return
    shown = reader.source(of.span)
    readings: tuple[tuple[str, str], ...] = (("one reading", f"the differential of {shown}"),)
    help_ = rf"\frac{{\partial {shown}}}{{\partial x}}"
    if number:
        readings = (*readings, ("another reading", f"the product of {'d^2' if squared else 'd'} and {shown}"))
        help_ += rf", or {'d^2' if squared else 'd'} \cdot {shown} for the product"
    span = token.span.to(end)
    fail(
        "DC118",
        f"a differential alone is not read: `{reader.source(span)}`",
        span,
        "the derivative by what?",
        help_,
        readings,
    )


def _is_number(reader: RowCursor, token: Element) -> bool:
    """Whether d is declared as a dimension or a scalar."""
    names, values = reader.context.names, reader.context.scope.values
    declared = [name for base in names.bases(token) for name in names.plain.get(base, ())]
    if declared:
        return all(not values[name].axes for name in declared)
    return any(base in names.dimensions for base in names.bases(token))
