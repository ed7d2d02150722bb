"""Index letters that stand where a number does, `m_h (i - j)`: each is its position, counted from 1.

A letter nobody declares is one where it indexes something in the same formula; anywhere else it is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from derivcheck.language.latex.cursor import RowCursor
from derivcheck.language.latex.elements import Element, Elements
from derivcheck.language.latex.quantities import ScriptReadings
from derivcheck.language.latex.scripts import Script
from derivcheck.language.notation.syntax import (
    Call,
    Comparison,
    Equation,
    Expression,
    Name,
    Reduction,
    Span,
    Subscript,
    bottom_up,
    children,
)


def indexing(row: Iterable[Element]) -> frozenset[str]:
    """The letters that stand in the subscripts and in the brackets behind letters of a row."""
    return frozenset(_indexing(row, inside=False))


def _indexing(row: Iterable[Element], inside: bool) -> Iterator[str]:
    before: Element | None = None
    for element in row:
        if inside and element.kind == "letter" and len(element.text) == 1 and not element.accent:
            yield element.text
        bracket = element.is_group("[") and before is not None and before.kind == "letter" and not element.spaced
        lowered = element.kind == "script" and element.text == "_"
        below = inside or bracket or (lowered and not (before is not None and before.is_sign("∇", "∂")))
        for part in _rows(element):
            yield from _indexing(part, below)
        before = element


def _rows(element: Element) -> Sequence[Elements]:
    return (*element.rows, *(cell for row in element.cells for cell in row))


def letter(reader: RowCursor, token: Element, scripts: Sequence[Script], span: Span) -> Expression | None:
    """An index letter where indices stand, `i` or `i_1`; anywhere else the number that it is, perhaps to a power."""
    if token.accent or token.kind != "letter":
        return None
    digits = scripts[0].name if scripts else ""
    name: str | None = None
    if not scripts:
        name = token.text
    elif len(scripts) == 1 and scripts[0].kind == "sub" and digits is not None and digits.isdigit():
        name = token.text + digits
    if reader.letters:
        return None if name is None else Name(name, span)
    return _number(reader, token, scripts, span) if name in (None, token.text) else None


def _number(reader: RowCursor, token: Element, scripts: Sequence[Script], span: Span) -> Expression | None:
    context, name = reader.context, token.text
    if name not in context.indexing or token.font or context.labels.may_be(name) or context.names.begins(token):
        return None
    if any(script.kind != "sup" for script in scripts) or (name == "T" and name not in context.bound):
        return None
    if reader.listed or _runs_on(reader, token):
        return None
    context.types.take_number(name)
    tree: Expression = Name(name, token.span)
    if not scripts:
        return tree
    raised = ScriptReadings(reader, token, scripts, span, tree=tree).one()
    labels = raised is not None and any(
        isinstance(n, Name) and context.labels.may_be(n.name) for n in bottom_up(raised)
    )
    return None if labels else raised


def _runs_on(reader: RowCursor, token: Element) -> bool:
    """Whether a letter stands right behind a script without braces: `W_ij` is hardly W_i times j."""
    place = reader.row.index(token)
    before = reader.row[place - 1] if place else token
    braced = reader.context.text[before.span.start : before.span.stop].endswith("}")
    return before.kind == "script" and not braced and not token.spaced


def is_place(reader: RowCursor, tree: Expression) -> bool:
    """Whether a tree speaks of nothing but index letters: behind a quantity `h(t-1)` may be its value there."""
    names = {node.name for node in bottom_up(tree) if isinstance(node, Name)}
    return bool(names) and names <= reader.context.types.numbers


def are_indices(row: Elements) -> bool:
    """Whether a bracket holds what could be indices: letters, numbers, signs between them."""
    return all(element.kind in ("letter", "number") or element.is_sign("+", "-", ",", ":") for element in row)


def check_numbers(equation: Equation, reader: RowCursor) -> None:
    """Raise what is said of the first letter that was read as a number and indexes nothing."""
    if not reader.context.numbered:
        return
    found = {name for node in bottom_up(equation) for name in _letters(node)}
    for name, problem in reader.context.numbered.items():
        if name not in found:
            raise problem


def _letters(node: object) -> Iterator[str]:
    """The letters that index at a node."""
    match node:
        case Reduction(_, letters):
            yield from letters
        case Subscript(_, entries):
            yield from (part.name for entry in entries for part in bottom_up(entry) if isinstance(part, Name))
        case Call("delta" | "window") | Comparison():
            yield from (part.name for part in children(node) if isinstance(part, Name))
        case _:
            return
