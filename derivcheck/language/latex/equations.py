"""A chain of sides with its condition and its label."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import NoReturn

from derivcheck.diagnostics.diagnostic import NotationError
from derivcheck.language.componentwise import componentwise
from derivcheck.language.latex import bars, differentials, numbers
from derivcheck.language.latex.checks import check_entries, check_primes, check_transposes
from derivcheck.language.latex.conditions import all_of, refuse_words
from derivcheck.language.latex.cursor import LABELS, Context, RowCursor, refuse_relation
from derivcheck.language.latex.elements import Element, Elements, elements
from derivcheck.language.latex.forks import Choices, Fork
from derivcheck.language.latex.labels import Labels
from derivcheck.language.latex.memberships import arithmetic, is_arithmetic, is_sized, membership, sized
from derivcheck.language.latex.ones import refuse_unsized, size_sides
from derivcheck.language.latex.parser import LatexParser
from derivcheck.language.latex.points import at_point, check_condition, holds_by_definition, point_of
from derivcheck.language.latex.scripts import dimension_at
from derivcheck.language.latex.symbols import Symbols
from derivcheck.language.latex.vocabulary import Names
from derivcheck.language.lowering.scope import Scope
from derivcheck.language.lowering.types import Types
from derivcheck.language.notation.labels import substitute_labels
from derivcheck.language.notation.limits import check_limits
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.relations import NAMES, Relation
from derivcheck.language.notation.syntax import (
    Condition,
    Equation,
    Expression,
    Number,
    Span,
)
from derivcheck.language.tex.errors import fail
from derivcheck.language.tex.nodes import Row
from derivcheck.language.tex.words import is_conditional

MAXIMAL_READINGS = 16
ARROWS = frozenset("→⇒")


class Sentence:
    """One chain with what is declared: everything that is remembered between its readings."""

    def __init__(
        self,
        text: str,
        scope: Scope,
        symbols: Mapping[str, str] | Symbols,
        macros: Mapping[str, str],
        labels: Mapping[str, int],
    ) -> None:
        self._text = text
        self._scope = scope
        self._macros = macros
        self._labels = labels
        self._symbols = symbols if isinstance(symbols, Symbols) else Symbols(symbols, macros, scope)
        self._names = Names(scope)

    def equation(self, row: Row) -> Equation:
        """The readings of a chain that conform, one with its rivals. Raises NotationError where there is none."""
        span = Span(row[0].span.start, max(node.span.stop for node in row))
        read = elements(row)
        if not read:
            fail("DC109", "the formula is empty", span, "expected an equation")
        readings: list[Equation] = []
        problems: list[NotationError] = []
        first: Fork | None = None
        strict = lone = False
        waiting: list[tuple[int, ...]] = [()]
        count = 0
        while waiting:
            script = waiting.pop()
            choices = Choices(script)
            try:
                found = self._read(read, span, choices)
            except NotationError as problem:
                problems.append(problem)
            else:
                check_limits(found)
                readings += [found] if found not in readings else []
            first = first or next(iter(choices.forks), None)
            strict = strict or any(fork.kind.strict for fork in choices.forks)
            lone = lone or 1 in choices.forks.values()
            waiting += reversed([*_further(script, [*choices.forks.values()])])
            count += 1
            if first is not None and count + len(waiting) > MAXIMAL_READINGS:
                _refuse_fork(first, readings)
        if not readings:
            raise problems[0]
        if first is None or (len(readings) == 1 and not lone):
            return self._resting(readings[0])
        fitting = [reading for reading in readings if self._fits(reading)]
        if fitting:
            return self._resting(replace(fitting[0], rivals=tuple(fitting[1:]), choice=first.advice))
        if strict:
            _refuse_fork(first, readings)
        return readings[0]

    def _resting(self, found: Equation) -> Equation:
        """Where differentials are written of some inputs only, the others may be meant to rest."""
        held, advice = differentials.resting(found, self._scope, self._types)
        if held == found:
            return found
        return replace(found, rivals=(*found.rivals, held), choice=found.choice or advice)

    def _read(self, row: Elements, span: Span, choices: Choices) -> Equation:
        labels = Labels(self._scope, self._labels)
        self._types = Types(self._scope, labels)
        context = Context(
            self._scope,
            self._text,
            self._symbols,
            self._names,
            labels,
            self._types,
            choices,
            indexing=numbers.indexing(row),
        )
        reader = LatexParser(row, context, span)
        try:
            found = _Chain(reader).equation()
            if context.components:
                known = dict(self._labels)
                sides = tuple(substitute_labels(side, known) for side in found.sides)
                found = componentwise(replace(found, sides=sides), self._scope)
            return found
        except RecursionError:
            fail("DC111", "the formula is nested too deeply", span, "split it with `let:` names")

    def _fits(self, equation: Equation) -> bool:
        """Whether the sides of an equation have one type; a literal 0 has every one."""
        types = [self._types(side) for side in equation.sides if side != Number(Fraction(0))]
        return all(shape is not None and shape == types[0] for shape in types)


def _further(script: tuple[int, ...], counts: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """The scripts that take another reading at a fork that was met for the first time."""
    for place in range(len(script), len(counts)):
        for option in range(1, counts[place]):
            yield (*script, *[0] * (place - len(script)), option)


def _refuse_fork(fork: Fork, readings: Sequence[Equation]) -> NoReturn:
    names = ("one reading", "another reading")
    notes = tuple((name, to_plain(reading)) for name, reading in zip(names, readings, strict=False))
    fail(fork.kind.code, fork.message, fork.span, fork.kind.label, fork.advice, notes)


class _Chain:
    def __init__(self, reader: RowCursor) -> None:
        self._reader = reader
        self._points: list[tuple[str, Expression, Span]] = []
        reader.pattern = _has_dots(reader.rest)

    def equation(self) -> Equation:
        reader = self._reader
        span = reader.row[0].span.to(reader.row[-1].span)
        self._skip_words()
        if reader.at_end():
            fail("DC109", "the formula is empty", span, "expected an equation")
        if reader.at(*NAMES):
            fail("DC109", "a side of the equation is empty", reader.element.span, "nothing stands before it")
        relations: list[Relation] = []
        if is_arithmetic(reader):
            sides = arithmetic(reader)
            relations.append("=")
        else:
            sides = [reader.expression()]
        tests: list[Condition] = []
        while not reader.at_end():
            token = reader.element
            if token.kind == "prose":
                self._skip_words()
            elif token.is_sign(*NAMES) and not tests:
                relations.append(reader.advance().text)  # type: ignore[arg-type]
                self._skip_words()
                if reader.at_end() or reader.at(*NAMES):
                    fail("DC109", "a side of the equation is empty", token.span, "nothing stands behind it")
                sides.append(reader.expression())
            elif token.is_sign("∈") and not relations and not tests:
                sides = [*membership(reader, sides[0])]
                relations.append("=")
            elif token.is_sign(*ARROWS) and not relations and is_sized(reader.row):
                sides = [*sized(reader, sides[0])]
                relations.append("=")
            elif token.is_sign(*ARROWS):
                self._label(token)
            elif reader.at_number() or reader.at_remark():
                reader.advance()
            elif token.kind == "keyword" or token.is_sign(",", ";"):
                tests += self._tail(sides)
            else:
                reader.unexpected("an operator, a relation or the end")
        if not relations:
            fail("DC108", "an equation needs two sides", span, "only one side here", "... = ...")
        sides = size_sides(reader, sides)
        found = bars.oriented(Equation(tuple(sides), tuple(relations), all_of(tests), span))
        for name, value, at in self._points:
            found = at_point(found, name, value, at)
        check_entries(found, reader)
        numbers.check_numbers(found, reader)
        check_primes(found, reader)
        check_transposes(reader)
        refuse_unsized(reader)
        return found

    def _skip_words(self) -> None:
        """Words are passed over, but not those that restrict the equation."""
        reader = self._reader
        while reader.element.kind == "prose":
            token = reader.element
            if is_conditional(token.text):
                refuse_words(token)
            reader.advance()

    # --- behind the equation ----------------------------------------------------------------

    def _label(self, arrow: Element) -> None:
        """`\\rightarrow \\text{EqA1}`: a name for the equation."""
        reader = self._reader
        begin = reader.position
        reader.advance()
        start = reader.position
        while _labels(reader.element):
            reader.advance()
        letters = sum(_letters(one) for one in reader.row[start : reader.position])
        if not reader.at_end() or letters < 2:
            reader.position = begin
            refuse_relation(arrow, reader.source(arrow.span))

    def _tail(self, sides: Sequence[Expression]) -> list[Condition]:
        """A condition: `\\text{if } i \\ne j`, `, \\quad i \\ne j`, `for i = 1, \\dots, n`."""
        reader = self._reader
        first = reader.advance()
        if first.kind == "keyword" and first.text == "otherwise":
            fail("DC175", "`otherwise` stands outside of cases", first.span, "otherwise than what?", r"\begin{cases}")
        while reader.element.kind == "keyword" or reader.at(","):
            reader.advance()
        if reader.at_end():
            if first.kind == "sign":
                return []
            fail("DC104", "the condition is empty", first.span, "expected a condition after this")
        if reader.element.kind == "prose":
            return []
        if self._is_range():
            self._range(sides)
            return []
        if first.kind == "keyword" and first.text == "for" and self._take_letters():
            return []
        begin = reader.element.span
        letters, reader.letters = reader.letters, True
        test = reader.condition()
        reader.letters = letters
        if holds_by_definition(test, reader):
            return []
        point = point_of(test, reader)
        if point is not None:
            self._points.append((*point, test.span))
            return []
        check_condition(test, begin.to(test.span), reader)
        return [test]

    def _take_letters(self) -> bool:
        """Read `for all i, j` up to the end, where nothing but letters stands there."""
        reader = self._reader
        plain = all(one.kind in ("letter", "keyword") or one.is_sign(",") for one in reader.rest)
        if plain:
            reader.position = len(reader.row) - 1
        return plain

    def _is_range(self) -> bool:
        reader = self._reader
        match reader.rest:
            case (Element("letter"), Element("sign", "=" | "∈"), Element("number"), Element("sign", ","), *_):
                return True
            case (Element("letter"), Element("sign", "=" | "∈"), _, *_) as listed:
                return _has_dots(listed)
            case _:
                return False

    def _range(self, sides: Sequence[Expression]) -> None:
        """`i = 1, 2, \\dots, n`: every value of the letter. Raises NotationError (DC119)."""
        reader = self._reader
        letter = reader.advance()
        reader.advance()
        inner = reader.enter() if reader.at_group("\\{", "[") else reader
        start = inner.position
        while inner.element.kind == "number" or inner.at(",", "…"):
            inner.advance()
        read = inner.row[start : inner.position]
        numbers = [t.text for t in read if t.kind == "number"]
        begin = inner.position
        if numbers == [str(k) for k in range(1, len(numbers) + 1)] and all(t.text != "…" for t in read):
            begin -= 1  # `1, 2, 3`: the last number is the size
        while not inner.at_end() and not inner.at(",") and inner.element.kind != "prose":
            inner.advance()
        size = dimension_at(inner, inner.row[begin : inner.position], letter.span)
        span = letter.span.to(inner.row[max(inner.position - 1, 0)].span)
        found = reader.context.types.dimension(size) if size is not None else None
        wanted = reader.context.types.letter_dimension(letter.text, *sides)
        if found is None or found != wanted or numbers[:1] != ["1"]:
            over = f"`{letter.text}` runs over `{wanted}`" if wanted is not None else f"`{letter.text}` indexes nothing"
            fail(
                "DC119",
                "the range of the index is not that of its dimension",
                span,
                over,
                rf"\text{{for all }} {letter.text}",
            )


def _has_dots(row: Sequence[Element]) -> bool:
    """Whether dots stand in a row, or anywhere inside of it."""
    return any(
        element.is_sign("…")
        or any(map(_has_dots, element.rows))
        or any(_has_dots(cell) for cells in element.cells for cell in cells)
        for element in row
    )


def _labels(element: Element) -> bool:
    """Whether an element may stand in the name of an equation, `EqA.1 (b)`."""
    plain = element.kind in ("letter", *LABELS) or element.is_sign(".", "-")
    return plain or (element.is_group("(") and all(map(_labels, element.inside)))


def _letters(element: Element) -> int:
    if element.kind == "group":
        return sum(map(_letters, element.inside))
    return len(element.text) if element.kind in ("letter", "word", "prose") else 0
