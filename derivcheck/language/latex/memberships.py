"""`W \\in \\mathbb{R}^{m \\times n}`, `W \\rightarrow m \\times n`: claims about a shape."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NoReturn

from derivcheck.language.latex.cursor import TokenReader
from derivcheck.language.latex.scripts import dimension_at
from derivcheck.language.latex.tokens import LatexToken
from derivcheck.language.notation.syntax import Call, Expression, Matrix, Number, Span, Transpose
from derivcheck.language.tex.errors import fail

REALS = ("R", "ℝ")


def membership(reader: TokenReader, side: Expression) -> tuple[Expression, Expression]:
    """The sides of `shape(side) = [m, n]`; read from behind the sign. Raises NotationError (DC174)."""
    sign = reader.advance()
    first = reader.token
    if first.kind != "letter" or first.text not in REALS:
        _refuse(first)
    reader.advance()
    sizes: list[Expression] = []
    if reader.accept("^") is not None:
        opener = reader.advance()
        stop = reader.partner(reader.position - 1) if opener.text == "{" else reader.position
        start = reader.position if opener.text == "{" else reader.position - 1
        sizes = _sizes(reader, start, stop)
        reader.position = stop + 1 if opener.text == "{" else stop
    return _shape(reader, side, sizes, sign.span.to(reader.tokens[reader.position - 1].span))


def sized(reader: TokenReader, side: Expression) -> tuple[Expression, Expression]:
    """The sides of `W \\rightarrow m \\times n`; read to the end. Raises NotationError (DC174)."""
    sign = reader.advance()
    stop = len(reader.tokens) - 1
    sizes = _sizes(reader, reader.position, stop)
    reader.position = stop
    return _shape(reader, side, sizes, sign.span.to(reader.tokens[stop - 1].span))


def is_sized(tokens: Sequence[LatexToken]) -> bool:
    """Whether a product of sizes stands behind one arrow."""
    signs = [token.text for token in tokens if token.kind == "sign"]
    return signs.count("→") == 1 and "×" in signs[signs.index("→") :] and "=" not in signs


def _shape(reader: TokenReader, side: Expression, sizes: list[Expression], span: Span) -> tuple[Expression, Expression]:
    shape = reader.context.shapes(side)
    columns = reader.context.scope.vectors == "column"
    one = Number(Fraction(1))
    if len(sizes) == 2 and sizes[1 if columns else 0] == one and sizes[0 if columns else 1] != one:
        sizes.pop(1 if columns else 0)  # n × 1 is what a column is anyway
    turned = shape is not None and shape.is_vector and bool(shape.row) != columns
    if turned and len(sizes) == 1:
        side = Transpose(side, side.span)  # ℝⁿ does not say which way a vector lies
    return Call("shape", (side,), 0, side.span), Matrix((tuple(sizes),) if sizes else (), span)


def _sizes(reader: TokenReader, start: int, stop: int) -> list[Expression]:
    sizes: list[Expression] = []
    begin, depth = start, 0
    for place in range(start, stop + 1):
        token = reader.tokens[place]
        if place < stop and token.kind == "sign":
            depth += (token.text in "{([") - (token.text in "})]")
        if place == stop or (depth == 0 and token.kind == "sign" and token.text in ("×", "*", "·", ",")):
            found = dimension_at(reader, begin, place)
            if found is None:
                _refuse(reader.tokens[min(begin, stop)])
            sizes.append(found)
            begin = place + 1
    return sizes


def _refuse(token: LatexToken) -> NoReturn:
    fail(
        "DC174",
        "membership is judged of real vectors and matrices alone",
        token.span,
        "not a declared size",
        r"W \in \mathbb{R}^{n_1 \times n_0}",
    )
