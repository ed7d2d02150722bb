"""Norms, absolute values and scalar products in brackets."""

from __future__ import annotations

from fractions import Fraction

from derivcheck.language.latex.cursor import RowCursor
from derivcheck.language.latex.forks import DETERMINANT, LENGTH, Fork
from derivcheck.language.notation.syntax import Binary, Call, Expression, Number, Span
from derivcheck.language.tex.errors import fail


def bars(reader: RowCursor) -> Expression:
    """`\\|x\\|`, `|x|`, `\\|x\\|_1`, `\\|W\\|_F`. Raises NotationError (DC103, DC171)."""
    opener = reader.element
    if opener.kind == "group":
        within = reader.enter()
        inner, span = within.expression(), opener.span
        within.leave(opener)
    else:
        inner, span = _between(reader)
    order, power = _order(reader)
    shape = reader.context.types(inner)
    matrix = shape is not None and len(shape.axes) > 1
    if opener.text == "|" and not order:
        return _size(reader, inner, span)
    if matrix and order != "F":
        spectral = "the largest sum of a column" if order == "1" else "the largest singular value"
        reader.refuse_both(span, "of a matrix", r"\|W\|_F", spectral, "the root of the sum of squares")
    tree = _norm(inner, order, span)
    return tree if power is None else Binary("**", tree, power, span.to(power.span))


def _between(reader: RowCursor) -> tuple[Expression, Span]:
    """What stands between two bars of the row. Raises NotationError (DC103)."""
    opener = reader.advance()
    reader.bars.append(opener.text)
    applies, reader.applies = reader.applies, True
    inner = reader.expression()
    reader.bars.pop()
    reader.applies = applies
    closer = reader.accept(opener.text)
    if closer is None:
        shown = reader.source(opener.span)
        fail("DC103", f"`{shown}` is never closed", opener.span, "opened here", f"add `{shown}`")
    return inner, opener.span.to(closer.span)


def _norm(inner: Expression, order: str, span: Span) -> Expression:
    match order:
        case "" | "2" | "F":
            return Call("norm", (inner,), 0, span)
        case "1":
            return Call("norm", (inner, Number(Fraction(1), span)), 0, span)
        case "∞":
            return Call("max", (Call("abs", (inner,), 0, span),), 0, span)
        case _:
            fail("DC171", f"the norm of order `{order}` is not read", span, "1, 2, F and \\infty are", r"\|x\|_2")


def _size(reader: RowCursor, inner: Expression, span: Span) -> Expression:
    """`|x|` of a vector: its length, or the absolute values of its entries; of a matrix its determinant, or these."""
    shape, entries = reader.context.types(inner), Call("abs", (inner,), 0, span)
    if shape is None or not shape.axes:
        return entries
    kind, function = (LENGTH, "norm") if shape.is_vector else (DETERMINANT, "det")
    fork = Fork(kind, "", span, reader.source(span))
    return reader.context.choices.take(fork, Call(function, (inner,), 0, span), entries)


def _order(reader: RowCursor) -> tuple[str, Expression | None]:
    """(what stands below a norm: 1, 2, F, ∞ or nothing, the power that stands before it)."""
    power: Expression | None = None
    if reader.at_script("^"):
        below = reader.ahead()
        if below.kind != "script" or below.text != "_":
            return "", None
        above = reader.advance()
        power = reader.part(above.inside, above.span).whole()
    if not reader.at_script("_"):
        return "", None
    text = "".join(element.text for element in reader.advance().inside)
    return {"Fro": "F", "fro": "F", "infty": "∞"}.get(text, text), power


def scalar_product(reader: RowCursor) -> Expression:
    """`\\langle x, y \\rangle`. Raises NotationError (DC107)."""
    group = reader.element
    inner = reader.enter()
    left = inner.expression()
    if inner.accept(",") is None:
        inner.unexpected("`,` and the second vector")
    right = inner.expression()
    inner.leave(group)
    return Call("dot", (left, right), 0, group.span)
