"""Rows of equations in a frame, `aligned` or an `array`, as lines of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from derivcheck.language.notation.relations import NAMES
from derivcheck.language.notation.syntax import Span
from derivcheck.language.tex.commands import RowLayout
from derivcheck.language.tex.errors import fail
from derivcheck.language.tex.marks import JOINING, is_hidden, is_keyword, is_relation, is_sign, seen
from derivcheck.language.tex.nodes import (
    Break,
    Grid,
    Group,
    Node,
    Prose,
    Row,
    Scripts,
    Space,
    Symbol,
)
from derivcheck.language.tex.nodes import rows_of as parts_of

FRAMING = frozenset({"array", "matrix"})  # that hold lines of equations where relations stand in them


def unframed(row: Row) -> Row:
    """The rows of environments of lines as rows of the formula, without their `&`; matrices and cases stay."""
    found: list[Node] = []
    for position, node in enumerate(row):
        match node:
            case Grid() if _is_frame(node):
                found += _framed(node, False)
            case Grid() if _is_system(row, position):
                found += _framed(node, True)
            case Grid():
                _refuse_frames(node)
                found.append(node)
            case Group() if is_hidden(node):
                found += [Space(node.span), *unframed(node.body), Space(node.span)]
            case Group():
                found.append(replace(node, body=unframed(node.body)))
            case Break("&"):
                found.append(Space(node.span, wide=True))
            case _:
                found.append(node)
    return tuple(found)


def _framed(matrix: Grid, system: bool) -> Iterator[Node]:
    """The rows of an environment; in a system what stands behind a `&` may be a statement of its own."""
    for place, cells in enumerate(matrix.rows):
        if place:
            yield Break("\\\\", Span(matrix.span.start, matrix.span.start))
        for column, cell in enumerate(cells):
            if column and system and _stand_apart(cells[column - 1], cell):
                yield Symbol("sign", ",", Span(seen(cell)[0].span.start, seen(cell)[0].span.start))
            elif column:
                yield Space(matrix.span, wide=True)
            yield from unframed(cell)


def _refuse_frames(node: Node) -> None:
    """Lines of equations cannot stand inside a matrix. Raises NotationError (DC176)."""
    for row in parts_of(node):
        for part in row:
            if isinstance(part, Grid) and _is_frame(part):
                fail("DC176", f"`{part.name}` inside a matrix", part.span, "lines of equations cannot stand here")
            _refuse_frames(part)


def _is_frame(matrix: Grid) -> bool:
    """Whether an environment holds lines of equations: by its name, or because relations stand in it."""
    if matrix.layout is RowLayout.LINES:
        return True
    return matrix.name in FRAMING and any(is_relation(node) for cells in matrix.rows for cell in cells for node in cell)


def _is_system(row: Row, position: int) -> bool:
    """Whether a brace holds equations, not the cases of one side: it stands alone, and its first row relates."""
    matrix = row[position]
    before, behind = seen(row[:position]), seen(row[position + 1 :])
    while behind and is_sign(behind[0], ",", ".", ";"):
        behind = behind[1:]
    alone = all(isinstance(node, Prose | Break) for node in (*before[-1:], *behind[:1]))
    if not isinstance(matrix, Grid) or matrix.layout is not RowLayout.CASES or not alone:
        return False
    begins = True
    for cells in matrix.rows:
        for cell in cells[:1]:
            for node in seen(cell):
                if is_relation(node):
                    return not begins
                begins = False
        if len(cells) > 1:
            return is_relation(next(iter(seen(cells[1])), None))
    return False


def _stand_apart(before: Row, behind: Row) -> bool:
    """Whether a `&` parts an equation from what is said of it, and nothing else does."""
    last, first = seen(before)[-1:], seen(behind)[:1]
    if not last or not first or any(isinstance(node, Prose) or is_keyword(node) for node in (*last, *first)):
        return False
    joins = NAMES | JOINING | {"-"}
    return not is_sign(last[0], *joins, ",", ";") and not is_sign(first[0], *joins)


def without_breaks(nodes: Iterable[Node]) -> Iterator[Node]:
    """Inside of brackets a row ends nowhere."""
    for node in nodes:
        match node:
            case Break():
                yield Space(node.span)
            case Group(body=body):
                yield replace(node, body=tuple(without_breaks(body)))
            case Scripts(base=Group() as base):
                yield replace(node, base=replace(base, body=tuple(without_breaks(base.body))))
            case _:
                yield node
