"""What is stated: an equation, where it stands, in which scope it is read, and what is expected of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, TypeVar

from derivcheck.diagnostics.diagnostic import Diagnostic, NotationError, SourceText, SpecError
from derivcheck.diagnostics.verdicts import ClaimResult
from derivcheck.judging.examiner import Examiner
from derivcheck.judging.panel import Panel
from derivcheck.language.claims import Link, links_of
from derivcheck.language.lowering import einstein
from derivcheck.language.lowering.descents import refuse_descents
from derivcheck.language.lowering.paths import along_all_paths, along_paths
from derivcheck.language.lowering.scope import Scope
from derivcheck.language.lowering.summation import over_pairs
from derivcheck.language.network import Network
from derivcheck.language.notation.labels import label_value, refuse_bound_and_free, substitute_labels
from derivcheck.language.notation.parser import parse_continuation, parse_equation, parse_expression
from derivcheck.language.notation.syntax import Equation, Expression, Reduction, bottom_up
from derivcheck.spec import ClaimDeclaration
from derivcheck.spec.declarations import NamedFormula
from derivcheck.spec.spelling import WORD, spelled

MAXIMAL_LABELS = 1_000
QUANTIFIER = re.compile(rf"\s*({WORD})\s+in\s+(.+?)\s*\.\.\s*(.+?)\s*")

Labels = Mapping[str, int]
Reader = Callable[[Examiner, Labels], Iterable[Equation]]


@dataclass(frozen=True, slots=True)
class Assertion:
    """An equation as it was read, with numbers for its layer labels, and every step of it; its other readings.

    `broken` is why what stands behind it is not read. Where its chains run over paths, `equation` holds what
    stands between, and `literal` is the same without: every derivative along all paths.
    """

    written: Equation
    equation: Equation
    links: tuple[Link, ...]
    rivals: tuple[Assertion, ...] = ()
    broken: NotationError | None = None
    literal: Assertion | None = None


class Assertions:
    """What is asserted at a depth and label, read and lowered once. Raises NotationError and UnsupportedError.

    Where each equation `continues` the one before, the first without a meaning ends them.
    """

    def __init__(self, read: Reader, continues: bool = False) -> None:
        self._read = read
        self._continues = continues
        self._found: dict[tuple[Examiner, tuple[tuple[str, int], ...]], tuple[Assertion, ...]] = {}

    def __call__(self, examiner: Examiner, labels: Labels) -> tuple[Assertion, ...]:
        key = (examiner, tuple(sorted(labels.items())))
        if key not in self._found:
            known = {**examiner.network.depth, **labels}
            scope = examiner.network.scope
            lowered = (_assertion(written, known, scope) for written in self._read(examiner, labels))
            self._found[key] = tuple(_while_it_has_a_meaning(lowered) if self._continues else lowered)
        return self._found[key]


def _assertion(written: Equation, known: Labels, scope: Scope) -> Assertion:
    equation = over_pairs(labelled(written, known, scope), scope)
    if scope.sums == "einstein":
        equation = einstein.summed(equation, scope)
    rivals = tuple(_assertion(rival, known, scope) for rival in written.rivals)
    held = along_paths(equation, scope)
    literal = None
    if held != equation:
        along_all = along_all_paths(held, equation)
        literal = Assertion(written, along_all, tuple(links_of(along_all, scope)))
    return Assertion(written, held, tuple(links_of(held, scope)), rivals, literal=literal)


def _while_it_has_a_meaning(assertions: Iterator[Assertion]) -> list[Assertion]:
    found: list[Assertion] = []
    try:
        for assertion in assertions:
            found.append(assertion)
            if any(isinstance(link.outcome, NotationError) for link in assertion.links):
                break
    except NotationError as problem:
        if not found:
            raise
        found[-1] = replace(found[-1], broken=problem)
    return found


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that is stated: what it asserts, the text that its places refer to, and what is expected of it.

    The `panel` are those who judge it, without what its declaration brings along; `span` is the
    part of the text that says it, all of it where there is none; `labels` are what its layer labels
    run through, given an examiner. `strict` lets only a proof hold where nothing else is expected.
    Of one on `trial` it is asked whether it holds alone: what is wrong with it is not searched for.
    A text that `names_its_depth` is written for the depths of its panel and says nothing of others.
    """

    declaration: ClaimDeclaration
    text: SourceText
    assertions: Assertions
    panel: Panel
    strict: bool = False
    span: tuple[int, int] | None = None
    labels: Callable[[Examiner], Sequence[Labels]] | None = None
    trial: bool = False
    names_its_depth: bool = False

    def labels_at(self, examiner: Examiner) -> Sequence[Labels]:
        """The labels that it runs through. Raises SpecError (DC041)."""
        return self.labels(examiner) if self.labels is not None else labels_of(self.declaration, examiner)

    def blank(self) -> ClaimResult:
        """Its result before anything is known."""
        start, stop = self.span or (0, len(self.text.text))
        shown, where = self.text.text[start:stop].strip(), self.text.where(start, stop)
        return ClaimResult(self.declaration.id, shown, where, "invalid", self.declaration.expect, False)


Shape = TypeVar("Shape")
# Where statements come from: it yields one after the other, is sent the result of each, and returns its own
# shape of result, put together from these.
Source = Generator[Statement, ClaimResult, Shape]


def stated(declaration: ClaimDeclaration, panel: Panel, strict: bool = False) -> Statement:
    """A claim of a spec as a statement; a derivation is one text, which its first line stands for."""
    text = text_of(declaration)
    span = (0, len(declaration.steps[0].text)) if declaration.steps else None
    assertions = Assertions(reader_of(declaration), continues=bool(declaration.steps))
    return Statement(declaration, text, assertions, panel, strict, span)


def alone(text: str) -> ClaimDeclaration:
    """An equation as a claim that nobody has declared; a text with a backslash in it is LaTeX."""
    source = SourceText(text, "<equation>", ((1, 1),), (text,))
    notation: Literal["plain", "latex"] = "latex" if "\\" in text else "plain"
    return ClaimDeclaration("equation", notation, source, (), "", "", "", None, (), (), source.where())


def text_of(declaration: ClaimDeclaration) -> SourceText:
    """The text of a claim; the lines of a derivation below each other."""
    if not declaration.steps:
        assert declaration.text is not None
        return declaration.text
    first = declaration.steps[0]
    places = tuple(place for line in declaration.steps for place in _places(line))
    return replace(first, text="\n".join(line.text for line in declaration.steps), origin=places)


def _places(line: SourceText) -> Iterator[tuple[int, int]]:
    """The place of every row of a text: the last that is known is that of all further ones."""
    for row in range(line.text.count("\n") + 1):
        yield line.origin[min(row, len(line.origin) - 1)]


# --- reading ----------------------------------------------------------------------------------


def reader_of(declaration: ClaimDeclaration) -> Reader:
    """How the text of a claim is read, in its own notation."""
    if declaration.steps:
        return lambda examiner, labels: _lines(declaration.steps, examiner)
    text = text_of(declaration)
    if declaration.notation == "plain":
        return lambda examiner, labels: (parse_equation(text.text, examiner.network.scope.vocabulary()),)

    def read(examiner: Examiner, labels: Labels) -> Sequence[Equation]:
        # Where nobody writes LaTeX, nobody waits for its reader.
        from derivcheck.language.latex.reading import parse_latex_derivation

        spec = examiner.network.spec
        known = {**examiner.network.depth, **labels}
        symbols, macros = spellings(spec.symbols), spellings(spec.macros)
        return parse_latex_derivation(text.text, examiner.network.scope, symbols, macros, known)

    return read


def _lines(lines: Sequence[SourceText], examiner: Examiner) -> Iterator[Equation]:
    """The first line of a derivation, and each further one from the last side of the one above on."""
    vocabulary = examiner.network.scope.vocabulary()
    above: Equation | None = None
    before = 0
    for line in lines:
        text = " " * before + line.text  # so that places are those in the whole text
        before += len(line.text) + 1
        try:
            read = parse_equation(text, vocabulary) if above is None else parse_continuation(text, vocabulary)
        except NotationError as problem:
            if problem.span is None:
                problem.diagnostic = problem.diagnostic.at(line.where())
            raise
        if above is not None:
            read = read.changed(partial(_continued, above.sides[-1]))
        above = read
        yield read


def _continued(ground: Expression, equation: Equation) -> Equation:
    return replace(equation, sides=(ground, *equation.sides))


def spellings(formulas: Sequence[NamedFormula]) -> dict[str, str]:
    """`symbols:` or `macros:` of a spec as the reader of LaTeX wants them."""
    return {formula.name.text: formula.text.text for formula in formulas}


def check_spellings(network: Network) -> None:
    """Raises SpecError (DC178) at the first of the spec's symbols that is not read."""
    # As above.
    from derivcheck.language.latex.symbols import Symbols

    spec = network.spec
    for symbol in spec.symbols:
        try:
            Symbols({symbol.name.text: symbol.text.text}, spellings(spec.macros), network.scope)
        except NotationError as problem:
            raise SpecError(problem.diagnostic.at(symbol.name.where())) from None


def labels_of(declaration: ClaimDeclaration, examiner: Examiner) -> list[dict[str, int]]:
    """The labels that a claim's `for:` runs through. Raises SpecError (DC041)."""
    quantifier = declaration.quantifier
    if quantifier is None:
        return [{}]
    match = QUANTIFIER.fullmatch(quantifier.text)
    if not match:
        raise SpecError(
            Diagnostic("DC041", "`for` names a label and its range", quantifier.where(), "", (), "l in 1..L-1")
        )
    ends = []
    for group in (2, 3):
        value = label_value(parse_expression(match[group]), examiner.network.depth)
        if value is None:
            raise SpecError(Diagnostic("DC041", f"`{match[group]}` is not the end of a range", quantifier.where()))
        ends.append(value)
    if ends[1] - ends[0] > MAXIMAL_LABELS:
        raise SpecError(Diagnostic("DC041", "the range of `for` is too long", quantifier.where()))
    return [{spelled(match[1]): value} for value in range(ends[0], ends[1] + 1)]


def labelled(equation: Equation, labels: Labels, scope: Scope) -> Equation:
    """The equation with its labels replaced by their numbers; limits keep the names of ends, `sum_{k in 2..T}`.

    Raises NotationError for a label that a sum binds and that stands free besides (DC150), and for limits
    that run downwards (DC119).
    """

    def numbered(one: Equation) -> Equation:
        for side in one.sides:
            if any(isinstance(node, Reduction) for node in bottom_up(side)):
                refuse_bound_and_free(side, labels)
                refuse_descents(side, labels, scope.labels, scope.depth)
        values = scope.undeclared(labels)
        return replace(one, sides=tuple(substitute_labels(side, labels, values, scope.depth) for side in one.sides))

    return equation.changed(numbered)
