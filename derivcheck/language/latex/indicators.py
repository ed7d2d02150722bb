"""A one with a condition behind it or below, `1[i = j]`, or with its size, `1_n`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from derivcheck.diagnostics.diagnostic import NotationError
from derivcheck.language.latex.conditions import condition_to_end
from derivcheck.language.latex.cursor import RowCursor
from derivcheck.language.latex.elements import Element
from derivcheck.language.latex.scripts import dimension_at, script_of
from derivcheck.language.notation.relations import TURNED
from derivcheck.language.notation.syntax import (
    Call,
    Condition,
    Conditional,
    Expression,
    Number,
)

ONE = Number(Fraction(1))


def at_indicator(reader: RowCursor) -> bool:
    """Whether a condition stands behind a plain 1, in brackets or below it: `1\\{i = j\\}`, `1_{x > 0}`."""
    element = reader.element
    if not (reader.at_script("_") or reader.at_group("[", "\\{", "(")) or element.wide:
        return False  # `1 \\quad (i = j)` is a condition of the equation
    return not (element.is_group("(") and element.spaced) and any(_holds_relation(element))


def at_named(reader: RowCursor) -> bool:
    """Whether an undeclared I stands before a condition in brackets or below it, `\\mathbb{I}[i = j]`."""
    letter, behind, context = reader.element, reader.ahead(), reader.context
    if letter.text != "I" or letter.kind != "letter" or letter.accent or not behind.rows:
        return False
    known = context.names.declares(letter) or context.symbols.has_base(letter)
    holds = behind.is_group("[", "\\{", "(") or (behind.kind == "script" and behind.text == "_")
    return holds and not known and any(_holds_relation(behind))


def _holds_relation(element: Element) -> Iterator[bool]:
    for inner in element.inside:
        yield inner.is_sign(*TURNED)
        if inner.kind == "group":
            yield from _holds_relation(inner)


def indicator(reader: RowCursor, token: Element) -> Expression:
    """`\\mathbb{1}[i = j]`, `\\mathbb{1}_{i=j}`, `\\mathbf{1}_n`. Raises NotationError (DC120)."""
    if reader.at_script("_"):
        script = script_of(reader.advance())
        size = dimension_at(reader, script.row, script.span)
        if size is not None:
            return Call("ones", (size,), 0, token.span.to(script.span))
        inner = reader.part(script.inner, script.span)
        return Conditional(_whole_condition(inner), ONE, Number(Fraction(0)), token.span.to(script.span))
    if reader.at_group("[", "\\{", "("):
        begin, group = reader.position, reader.element
        try:
            test = _whole_condition(reader.enter())
        except NotationError:
            reader.position = begin
        else:
            return Conditional(test, ONE, Number(Fraction(0)), token.span.to(group.span))
    # Beside a vector in a sum it is as good as the number; anywhere else its size matters.
    reader.context.unsized.add(token.span)
    return replace(ONE, span=token.span)


def _whole_condition(inner: RowCursor) -> Condition:
    inner.letters = True
    return condition_to_end(inner)
