"""What stands below and above a sum sign: the condition that the limits of an index mean."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import NoReturn

from derivcheck.graph.axes import Dimension
from derivcheck.language.latex.conditions import all_of
from derivcheck.language.latex.cursor import RowCursor
from derivcheck.language.latex.scripts import Script, dimension_at
from derivcheck.language.notation.relations import Relation
from derivcheck.language.notation.syntax import (
    Binary,
    Comparison,
    Condition,
    Expression,
    Name,
    Number,
    Span,
)
from derivcheck.language.tex.errors import fail


@dataclass(slots=True)
class SumLimits:
    """What stands below a sum sign: the letters, where the first one begins, a condition."""

    letters: list[str]
    lower: Expression | None = None
    test: Condition | None = None


def limited(
    reader: RowCursor, bound: SumLimits, above: Script | None, below: Script, body: Expression
) -> Condition | None:
    """The condition that limits mean; None where they are those of the letter's dimension."""
    if above is None and bound.lower is None:
        return bound.test
    letter = bound.letters[0]
    dimension = reader.context.types.letter_dimension(letter, body, *([bound.test] if bound.test is not None else []))
    span = below.span if above is None else below.span.to(above.span)
    if above is None:
        _refuse(letter, "the sum has a lower limit only", span, "up to where?")
    if dimension is None:
        message = f"the limits of the sum are not checked: `{letter}` indexes nothing in it"
        _refuse(letter, message, span, "over which dimension?")
    tests = [bound.test] if bound.test is not None else []
    zero = bound.lower == Number(Fraction(0))
    if not zero:
        tests += _from(letter, bound.lower, span)
    tests += _up_to(reader, letter, above, dimension, zero, span)
    return all_of(tests)


def _from(letter: str, lower: Expression | None, span: Span) -> list[Condition]:
    name = Name(letter, span)
    match lower:
        case None | Number(Fraction(numerator=1, denominator=1)):
            return []
        case Number(value) if value.denominator == 1 and value > 1:
            return [Comparison(">=", name, lower, span)]
        case Name():
            return [Comparison(">=", name, lower, span)]
        case Binary("+", Name() as other, Number(Fraction(numerator=1, denominator=1))):
            return [Comparison(">", name, other, span)]
        case _:
            _refuse(letter, "the lower limit of the sum is not read", span, "a number, an index, or one more than it")


def _up_to(
    reader: RowCursor, letter: str, above: Script, dimension: Dimension, zero: bool, span: Span
) -> list[Condition]:
    """The condition that an upper limit means. Raises NotationError (DC119, DC120)."""
    declared = dimension_at(reader, above.row, above.span)
    if declared is not None:
        found = reader.context.types.dimension(declared)
        wanted = dimension.plus(Dimension.fixed(1), -1) if zero else dimension
        if found == wanted:
            return []
        shown = reader.source(above.span).strip("^{} ")
        message = f"the sum runs to `{shown}`, but `{letter}` runs over `{dimension}`"
        _refuse(letter, message, span, "not the end of its dimension")
    inner = reader.part(above.row, above.span)
    if not _speaks_of_letters(inner, reader):
        _refuse_limit(reader, above, dimension)
    inner.letters = True
    upper = inner.whole()
    name = Name(letter, span)
    relation: Relation
    match upper:
        case Name() as other:
            relation = "<="
        case Binary("-", Name() as other, Number(Fraction(numerator=1, denominator=1))):
            relation = "<"
        case _:
            _refuse_limit(reader, above, dimension)
    if zero:
        fail(
            "DC119",
            "a sum from 0 runs over the whole dimension of its letter",
            span,
            "indices count from 1 here",
            rf"\sum_{{{letter}=1}}",
        )
    return [Comparison(relation, name, other, span)]


def _refuse(letter: str, message: str, span: Span, label: str) -> NoReturn:
    """Raise NotationError (DC119); without its limits the sum is one over the whole dimension of its letter."""
    fail("DC119", message, span, label, rf"\sum_{{{letter}}}")


def _speaks_of_letters(inner: RowCursor, reader: RowCursor) -> bool:
    """Whether a limit can be an index: a lower-case letter that nothing else is."""
    first = inner.element
    return (
        first.kind == "letter"
        and len(first.text) == 1
        and first.text.islower()
        and not reader.context.names.declares(first)
    )


def _refuse_limit(reader: RowCursor, above: Script, dimension: Dimension) -> NoReturn:
    shown = reader.source(above.span).lstrip("^").strip("{} ")
    fail(
        "DC119",
        f"the sum runs to `{shown}`, which is no declared dimension",
        above.span,
        f"the letter runs over `{dimension}`",
        f"symbols: {{'{shown}': {dimension}}}",
    )
