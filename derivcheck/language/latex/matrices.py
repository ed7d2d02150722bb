"""Brackets, lists, written-out matrices, cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NoReturn

from derivcheck.diagnostics.diagnostic import NotationError
from derivcheck.language.latex import conditions, numbers, patterns
from derivcheck.language.latex.cursor import RowCursor
from derivcheck.language.latex.elements import Element, Elements
from derivcheck.language.latex.forks import BLOCKS, LIST, Fork
from derivcheck.language.latex.patterns import ShownEntry, Unindexed
from derivcheck.language.latex.scripts import is_letter_t, is_transpose
from derivcheck.language.notation.syntax import Binary, Call, Expression, Matrix, Number, Span, Transpose
from derivcheck.language.tex.commands import RowLayout, layout_of
from derivcheck.language.tex.errors import fail


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """A cell of a written-out matrix; `tree` is None where dots stand."""

    tree: Expression | None
    span: Span


def refuse_dots(reader: RowCursor, message: str) -> NoReturn:
    """Raise NotationError (DC173) for dots that have no pattern."""
    fail("DC173", message, reader.element.span, "dots without a pattern", "write what they stand for")


# --- brackets -----------------------------------------------------------------------------------


def group(reader: RowCursor) -> Expression:
    """`(...)`, or a list `[a, b, c]`, which is a vector. Raises NotationError (DC103, DC107)."""
    opener = reader.element
    inner = reader.enter()
    inner.listed = opener.text == "[" and numbers.are_indices(opener.inside)
    if inner.at_end():
        fail("DC104", "the bracket is empty", opener.span, "expected an expression")
    entries = [_listed(inner)]
    while inner.accept(",", ";") is not None and not inner.at_end():
        entries.append(_listed(inner))
    inner.leave(opener)
    span = opener.span
    if opener.text == "[" and len(entries) == 1:
        _refuse_spaced(reader, opener)
    if len(entries) == 1:
        tree = entries[0].tree
        if tree is None:
            refuse_dots(reader, "dots alone in a bracket")
        if tree.span in reader.context.unsized:  # `(\\vec 1)`
            reader.context.unsized ^= {tree.span, span}
        return replace(tree, span=span)
    if opener.text == "\\{" and (not _is_side(reader, opener) or _are_blocks(reader, [entries])):
        fail("DC107", "a set is not read", span, "expected an expression")
    vectors = reader.context.scope.vectors
    if _are_blocks(reader, [entries]):
        return _listed_blocks(reader, [entry.tree for entry in entries if entry.tree is not None], span)
    if not _take_transpose(reader):
        return _matrix(reader, [entries], span, vectors)
    turned = vectors == "column" and reader.context.choices.number(Fork(LIST, "", span), 2)
    return _matrix(reader, [entries], span, "row" if turned else "column")


def _is_side(reader: RowCursor, group: Element) -> bool:
    """Whether a group is a side by itself: `x = \\{x_1, \\dots, x_n\\}` lists the entries of x."""
    place = reader.row.index(group)
    before, behind = reader.row[place - 1], reader.row[place + 1]
    ends = behind.kind in ("end", "prose", "keyword") or behind.is_sign("=", ",", ".")
    return place > 0 and before.is_sign("=") and ends


def _refuse_spaced(reader: RowCursor, group: Element) -> None:
    """Raise NotationError (DC171) for `[s \\; t]`: a list without commas, or a product of numbers."""
    first, *others = (element for element in group.inside if element.kind != "script")
    names = (reader.context.names.is_value(one) for one in (first, *others))
    if not others or not all(one.made for one in others) or not all(names):
        return
    shown = [reader.source(one.span) for one in (first, *others)]
    listed = ", ".join(shown)
    list_, product = f"the list of {listed}", f"the product {' '.join(shown)}"
    reader.refuse_both(group.span, "a list or a product?", f"[{listed}]", list_, product)


def _are_blocks(reader: RowCursor, rows: Sequence[Sequence[MatrixCell]]) -> bool:
    """Whether something written out holds vectors or matrices, and no dots."""
    types = [reader.context.types(cell.tree) for row in rows for cell in row if cell.tree is not None]
    whole = len(types) == sum(map(len, rows))
    return whole and any(shape is not None and not shape.is_scalar for shape in types)


def _listed_blocks(reader: RowCursor, trees: Sequence[Expression], span: Span) -> Expression:
    """`[h, x]` of vectors: one behind the other or side by side; transposed, what is behind the other may stand so."""
    stacked = Matrix(tuple((tree,) for tree in trees), span)
    beside = Matrix((tuple(trees),), span)
    readings: tuple[Expression, ...] = (stacked, beside)
    if _take_transpose(reader):
        readings = (Transpose(stacked, span), Transpose(beside, span), stacked)
    typed = [tree for tree in readings if reader.context.types(tree) is not None]
    return typed[0] if len(typed) == 1 else reader.context.choices.take(Fork(BLOCKS, "", span), *readings)


def _listed(reader: RowCursor) -> MatrixCell:
    if reader.at("…"):
        return MatrixCell(None, reader.advance().span)
    tree = reader.expression()
    return MatrixCell(tree, tree.span)


def _take_transpose(reader: RowCursor) -> bool:
    """Read the transpose behind a list: `[a, b]^T` is a column."""
    row = reader.element.inside if reader.at_script("^") else ()
    if len(row) != 1 or not (is_transpose(row[0]) or is_letter_t(row[0])):
        return False
    reader.advance()
    return True


# --- environments ---------------------------------------------------------------------------------


def environment(reader: RowCursor) -> Expression:
    """A matrix or cases. Raises NotationError (DC113, DC173, DC176)."""
    grid = reader.advance()
    rows = [row for row in grid.cells if any(row)]
    reader.descend()
    if layout_of(grid.text) is RowLayout.CASES:
        found = conditions.cases(reader, rows, grid.span)
    elif grid.text in ("vmatrix", "Vmatrix"):
        fail("DC176", "a determinant written out is not read", grid.span, "bars around a matrix", r"\det W")
    else:
        found = _matrix(reader, [_entries(reader, row) for row in _with_blanks(rows, grid.span)], grid.span, "")
    reader.ascend()
    return found


def _with_blanks(rows: Sequence[Sequence[Elements]], span: Span) -> Sequence[Sequence[Elements]]:
    """A cell that is left blank beside others is a zero; dots in its row or its column go on in it."""
    width = max(map(len, rows), default=0)
    columns = [place for place in range(width) if any(place < len(row) and row[place] for row in rows)]
    if len(columns) < 2 or all(cell for row in rows for cell in row):
        return rows
    whole = [[row[place] if place < len(row) else () for place in columns] for row in rows]
    dotted = [any(map(_are_dots, column)) for column in zip(*whole, strict=True)]
    zero, dots = (Element("number", "0", span),), (Element("sign", "…", span),)
    return [
        [
            cell or (dots if across or any(map(_are_dots, row)) else zero)
            for cell, across in zip(row, dotted, strict=True)
        ]
        for row in whole
    ]


def _are_dots(cell: Elements) -> bool:
    return len(cell) == 1 and cell[0].is_sign("…")


def _entries(reader: RowCursor, row: Sequence[Elements]) -> list[MatrixCell]:
    """The entries of a row; commas between cells are punctuation, inside a cell they divide it."""
    found: list[MatrixCell] = []
    for cell in row:
        if not cell:
            continue
        inner = reader.part(cell, cell[0].span)
        inner.pattern = reader.pattern
        while not inner.at_end():
            if inner.accept(",", ";", ".") is not None:
                continue
            found.append(_cell(inner))
            if not inner.at_end() and not inner.at(",", ";", "."):
                inner.unexpected("`&`, `,` or the end of the cell")
    return found


def _cell(inner: RowCursor) -> MatrixCell:
    span = inner.element.span
    if inner.at("…"):
        inner.advance()
        return MatrixCell(None, span)
    if inner.at("·", "⊙"):  # three dots in the middle are dots too
        while inner.at("·", "⊙"):
            span = span.to(inner.advance().span)
        return MatrixCell(None, span)
    tree = inner.expression()
    return MatrixCell(tree, tree.span)


# --- matrices -------------------------------------------------------------------------------------


def _matrix(reader: RowCursor, rows: Sequence[Sequence[MatrixCell]], span: Span, standing: str) -> Expression:
    """A matrix from its entries; `standing` says how a list of one row stands."""
    if not rows or not any(rows):
        fail("DC109", "the matrix is empty", span, "expected its entries")
    if any(entry.tree is None for row in rows for entry in row):
        return _dotted(reader, rows, span, standing)
    if len({len(row) for row in rows}) > 1:
        fail("DC113", "the rows of the matrix have different lengths", span, ", ".join(str(len(row)) for row in rows))
    trees = tuple(tuple(entry.tree for entry in row if entry.tree is not None) for row in rows)
    if len(trees) == 1 and len(trees[0]) == 1:
        return replace(trees[0][0], span=span)
    if _are_blocks(reader, rows):
        return Matrix(trees, span)
    vectors = reader.context.scope.vectors
    if len(trees) == 1:
        vector = Matrix(trees, span)
        return vector if (standing or "row") == vectors else Transpose(vector, span)
    if len(trees[0]) == 1:
        vector = Matrix((tuple(row[0] for row in trees),), span)
        return vector if vectors == "column" else Transpose(vector, span)
    return Matrix(trees, span)


def _dotted(reader: RowCursor, rows: Sequence[Sequence[MatrixCell]], span: Span, standing: str) -> Expression:
    """The matrix whose shown entries all follow one pattern. Raises NotationError (DC173)."""
    general = None
    if len(rows) == 1:
        rows, general = _without_general(rows[0])
    if standing == "column":
        rows = [[entry] for entry in rows[0]]
    down, across = _gap(rows, span), _gap_across(rows, span)
    cells = [
        ShownEntry(_number(r, down, len(rows)), _number(c, across, len(row)), entry.tree)
        for r, row in enumerate(rows)
        for c, entry in enumerate(row)
        if entry.tree is not None
    ]
    trees = [cell.tree for cell in cells]
    upright = max(len(row) for row in rows) > 1 or standing == "row"
    row = patterns.unused(trees, "i") if len(rows) > 1 else ""
    column = patterns.unused(trees, "j") if upright else ""
    unindexed = Unindexed(reader, span)
    try:
        entry = patterns.general(reader, cells, (row, column), span)
        patterns.check_instance(general, entry, row or column, span)
        matrix = unindexed.matrix(entry, row, column)
        if not _stacks(reader, cells, row, column):
            _check_axes(reader, matrix, row, column, span)
        return replace(matrix, span=span)
    except NotationError as problem:
        if not (row and column):
            raise
        found = _diagonal(reader, cells, unindexed, (row, column), span)
        if found is None:
            raise problem from None
        return found


def _without_general(row: Sequence[MatrixCell]) -> tuple[Sequence[Sequence[MatrixCell]], Expression | None]:
    """`[z_1, \\dots, z_j, \\dots, z_n]`: the list without the entry between the dots, and that entry."""
    gaps = [place for place, entry in enumerate(row) if entry.tree is None]
    if len(gaps) != 2 or gaps[1] != gaps[0] + 2:
        return [row], None
    return [[*row[: gaps[0]], *row[gaps[1] :]]], row[gaps[0] + 1].tree


def _gap(rows: Sequence[Sequence[MatrixCell]], span: Span) -> int | None:
    """The row that holds nothing but dots."""
    gaps = [r for r, row in enumerate(rows) if all(entry.tree is None for entry in row)]
    if len(gaps) > 1 or (gaps and (gaps[0] < 1 or gaps[0] != len(rows) - 2)):
        fail("DC173", "the dots have no pattern", rows[gaps[0]][0].span, "two rows before them and the last one after")
    return gaps[0] if gaps else None


def _gap_across(rows: Sequence[Sequence[MatrixCell]], span: Span) -> int | None:
    full = [row for row in rows if any(entry.tree is not None for entry in row)]
    gaps = {tuple(c for c, entry in enumerate(row) if entry.tree is None) for row in full}
    widths = {len(row) for row in full}
    if len(gaps) > 1 or len(widths) > 1:
        fail("DC173", "the dots stand in different columns", span, "the rows do not follow one pattern")
    found = next(iter(gaps))
    if len(found) > 1 or (found and (found[0] < 1 or found[0] != next(iter(widths)) - 2)):
        fail("DC173", "the dots have no pattern", span, "entries before them and the last one after")
    return found[0] if found else None


def _number(position: int, gap: int | None, count: int) -> int | None:
    """The number of a shown row or column, None for the last one behind dots."""
    return None if gap is not None and position > gap else position + 1


def _stacks(reader: RowCursor, cells: Sequence[ShownEntry], row: str, column: str) -> bool:
    """Whether the entries of a single row are columns, set side by side."""
    types = [reader.context.types(cell.tree) for cell in cells]
    return bool(column) and not row and all(s is not None and s.is_vector and bool(s.row) for s in types)


def _check_axes(reader: RowCursor, tree: Expression, row: str, column: str, span: Span) -> None:
    """A matrix expression must have the axes that its letters say, or it is something else. Raises NotationError."""
    shape = reader.context.types(tree)
    if shape is None or shape.is_scalar or (not row and shape.row) or (not column and shape.column):
        sized = "of unknown size" if shape is None or shape.is_scalar else f"it is {shape}"
        fail("DC173", "the entries follow no pattern that is a matrix", span, sized)


def _diagonal(
    reader: RowCursor, cells: Sequence[ShownEntry], unindexed: Unindexed, letters: tuple[str, str], span: Span
) -> Expression | None:
    """A square matrix whose diagonal follows a pattern of its own: P - diag(diag(P)) + diag(q)."""
    on = [ShownEntry(c.row, c.row, c.tree) for c in cells if c.row == c.column]
    off = [c for c in cells if c.row != c.column]
    if len(on) < 2 or len(off) < 2:
        return None
    try:
        entry = patterns.general(reader, on, (letters[0], ""), span)
        line = unindexed.matrix(entry, letters[0], "")
        _check_axes(reader, line, letters[0], "", span)
        diagonal = Call("diag", (line,), 0, span)
        if all(isinstance(c.tree, Number) and c.tree.value == 0 for c in off):
            return diagonal
        outside = unindexed.matrix(patterns.general(reader, off, letters, span), *letters)
    except NotationError:
        return None
    shape = reader.context.types(outside)
    if shape is None or not shape.is_square:
        return None
    inner = Call("diag", (Call("diag", (outside,), 0, span),), 0, span)
    return Binary("+", Binary("-", outside, inner, span), diagonal, span)
