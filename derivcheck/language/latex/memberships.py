"""`W \\in \\mathbb{R}^{m \\times n}`, `W \\rightarrow m \\times n`: claims about a shape."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NoReturn

from derivcheck.language.latex.cursor import RowCursor
from derivcheck.language.latex.elements import Element, Elements
from derivcheck.language.latex.scripts import dimension_at, divided
from derivcheck.language.notation.syntax import Binary, Call, Expression, Matrix, Number, Span, Transpose
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


def is_arithmetic(reader: RowCursor) -> bool:
    """Whether `(n \\times m)(m \\times 1) = n \\times 1` stands here: sizes and nothing else, in brackets."""
    sides = divided(reader.rest, "=", "→")
    several = any(sum(element.is_group("(") for element in side) > 1 for side in sides)
    return several and len(sides) == 2 and all(side and _is_shape(reader, side) for side in sides)


def arithmetic(reader: RowCursor) -> list[Expression]:
    """The sides of a statement about shapes; read to the end. Raises NotationError (DC174)."""
    sides = [_product(reader, side) for side in divided(reader.rest, "=", "→")]
    reader.position = len(reader.row) - 1
    return sides


def _is_shape(reader: RowCursor, side: Elements) -> bool:
    """Brackets with sizes in them, one behind the other, or two sizes."""
    grouped = [element for element in side if element.is_group("(")]
    if grouped:
        return all(_is_sizes(reader, element.inside) for element in grouped) and all(
            element.is_group("(") or element.is_sign("·", "×", "*") for element in side
        )
    return _is_sizes(reader, side)


def _is_sizes(reader: RowCursor, row: Elements) -> bool:
    """Two declared sizes, or numbers."""
    parts = divided(row, "×")
    return len(parts) == 2 and all(part and dimension_at(reader, part, part[0].span) is not None for part in parts)


def _product(reader: RowCursor, side: Elements) -> Expression:
    """The shape of a product of matrices of ones, which have the sizes that are written."""
    here = side[0].span.to(side[-1].span)
    grouped = [element for element in side if element.is_group("(")]
    if len(grouped) < 2:
        return Matrix((tuple(_sizes(reader, grouped[0].inside if grouped else side)),), here)
    made: Expression | None = None
    for element in grouped:
        factor = Call("ones", tuple(_sizes(reader, element.inside)), 0, element.span)
        made = factor if made is None else Binary("@", made, factor, made.span.to(factor.span))
    assert made is not None
    return Call("shape", (made,), 0, here)


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
    for part in divided(row, "×", "*", "·", ","):
        found = dimension_at(reader, part, row[0].span)
        if found is None:
            _refuse(part[0] if part else row[-1])
        sizes.append(found)
    return sizes


def _refuse(token: Element) -> NoReturn:
    fail(
        "DC174",
        "membership is judged of real vectors and matrices alone",
        token.span,
        "not a declared size",
        r"W \in \mathbb{R}^{n_1 \times n_0}",
    )
