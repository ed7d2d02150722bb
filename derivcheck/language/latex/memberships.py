"""`W \\in \\mathbb{R}^{m \\times n}`, `W \\rightarrow m \\times n`: claims about a shape."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NoReturn

from derivcheck.language.latex.cursor import RowCursor
from derivcheck.language.latex.elements import Element, Elements
from derivcheck.language.latex.scripts import dimension_at
from derivcheck.language.notation.syntax import Call, Expression, Matrix, Number, Span, Transpose
from derivcheck.language.tex.errors import fail

REALS = ("R", "ℝ")


def membership(reader: RowCursor, side: Expression) -> tuple[Expression, Expression]:
    """The sides of `shape(side) = [m, n]`; read from behind the sign. Raises NotationError (DC174)."""
    sign = reader.advance()
    first = reader.element
    if first.kind != "letter" or first.text not in REALS:
        _refuse(first)
    reader.advance()
    sizes = _sizes(reader, reader.advance().inside) if reader.at_script("^") else []
    return _shape(reader, side, sizes, sign.span.to(reader.before.span))


def sized(reader: RowCursor, side: Expression) -> tuple[Expression, Expression]:
    """The sides of `W \\rightarrow m \\times n`; read to the end. Raises NotationError (DC174)."""
    sign = reader.advance()
    sizes = _sizes(reader, reader.rest)
    reader.position = len(reader.row) - 1
    return _shape(reader, side, sizes, sign.span.to(reader.before.span))


def is_sized(row: Sequence[Element]) -> bool:
    """Whether a product of sizes stands behind one arrow."""
    signs = [element.text for element in row if element.kind == "sign"]
    return signs.count("→") == 1 and "×" in signs[signs.index("→") :] and "=" not in signs


def _shape(reader: RowCursor, side: Expression, sizes: list[Expression], span: Span) -> tuple[Expression, Expression]:
    shape = reader.context.types(side)
    columns = reader.context.scope.vectors == "column"
    one = Number(Fraction(1))
    if len(sizes) == 2 and sizes[1 if columns else 0] == one and sizes[0 if columns else 1] != one:
        sizes.pop(1 if columns else 0)  # n × 1 is what a column is anyway
    turned = shape is not None and shape.is_vector and bool(shape.row) != columns
    if turned and len(sizes) == 1:
        side = Transpose(side, side.span)  # ℝⁿ does not say which way a vector lies
    return Call("shape", (side,), 0, side.span), Matrix((tuple(sizes),) if sizes else (), span)


def _sizes(reader: RowCursor, row: Elements) -> list[Expression]:
    sizes: list[Expression] = []
    begin = 0
    for place in range(len(row) + 1):
        if place == len(row) or row[place].is_sign("×", "*", "·", ","):
            found = dimension_at(reader, row[begin:place], row[0].span)
            if found is None:
                _refuse(row[min(begin, len(row) - 1)])
            sizes.append(found)
            begin = place + 1
    return sizes


def _refuse(token: Element) -> NoReturn:
    fail(
        "DC174",
        "membership is judged of real vectors and matrices alone",
        token.span,
        "not a declared size",
        r"W \in \mathbb{R}^{n_1 \times n_0}",
    )
