"""Every formula of a document that asserts something: judged, a definition, ambiguous, or unread with a reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from derivcheck.diagnostics.diagnostic import (
    ContradictionError,
    DerivcheckError,
    Diagnostic,
    NotationError,
    SourceText,
    SpecError,
    Where,
)
from derivcheck.diagnostics.verdicts import HOLDS, FormulaResult
from derivcheck.judging.panel import Panel
from derivcheck.judging.statement import Source, Statement, spellings
from derivcheck.language.network import depths
from derivcheck.language.notation.precedence import root
from derivcheck.language.tex.statements import Chain
from derivcheck.spec import ClaimDeclaration, Spec
from derivcheck.spec.declarations import DocumentDeclaration
from derivcheck.statements.document.company import condition_of, in_plain_text
from derivcheck.statements.document.definitions import Glossary
from derivcheck.statements.document.kinds import defines, is_example, is_of_letters, is_stationary, is_update
from derivcheck.statements.document.occurrence import Occurrence
from derivcheck.statements.document.passages import Manuscript, Passage
from derivcheck.statements.document.pieces import MARKS, Piece, pieces
from derivcheck.statements.document.places import Spot, known_as, label_at
from derivcheck.statements.document.provisions import Provisions
from derivcheck.statements.document.reading import Reading, Setting, Spelling

MAXIMAL_DEPTH = 64

Row = tuple[str, int, int]  # a line of a file, or of a cell of it


class Accountant:
    """Accounts for one document against the spec that is its sidecar: a source of statements."""

    def __init__(self, spec: Spec, manuscript: Manuscript) -> None:
        """Raises SpecError (DC631) where the document is written for no depth of its spec."""
        if manuscript.exported:
            spec = replace(spec, symbols=(), macros=(), document=None)
        self.spec = spec
        self.manuscript = manuscript
        self.declaration = spec.document or DocumentDeclaration(SourceText(manuscript.path))
        self.depths = self._depths()
        self.glossary = Glossary(manuscript.macros, spellings(spec.macros))
        self._beginning: dict[Row, list[Passage]] = {}
        for passage in manuscript.passages:
            self._beginning.setdefault(_row(passage.text.where()), []).append(passage)

    def _depths(self) -> list[dict[str, int]]:
        """The depth that the document is written for, else those of the spec. Raises SpecError (DC631)."""
        declared, written = depths(self.spec), dict(self.manuscript.depth)
        if not written:
            return declared
        if written.keys() != declared[0].keys() or min(written.values()) < 1 or max(written.values()) > MAXIMAL_DEPTH:
            shown = ", ".join(f"{label} = {value}" for label, value in written.items())
            known = ", ".join(f"{label} = {value}" for label, value in declared[0].items())
            raise SpecError(
                Diagnostic(
                    "DC631",
                    f"the document is written for `{shown}`, which is no depth of its spec",
                    help=f"depths: {known}" if known else "leave out `depths:`",
                )
            )
        return [written]

    def places(self) -> tuple[tuple[str, Where], ...]:
        """(name, place) of every formula that is accounted for, in the order of the document; none is judged for it."""
        return tuple(
            (known_as(passage, piece.span), passage.text.where(*piece.span))
            for passage in self._passages()
            for piece in self.pieces(passage)
        )

    def account(self, panel: Panel, strict: bool = False) -> Source[tuple[FormulaResult, ...]]:
        """Every formula in the order of the document, judged by the panel of its spec.

        Raises SpecError (DC047) for a binding or an expectation of a formula that is not there.
        """
        return _Account(self, panel, strict).formulas()

    def occurrences(self, provisions: Provisions, strict: bool) -> Iterator[tuple[Occurrence, Piece]]:
        """Every formula in the order of the document, with what its sidecar says of it."""
        blocks = 0
        for passage in self.manuscript.passages:
            blocks += passage.kind == "display"
            if self._accounts_for(passage):
                yield from self._of_passage(passage, blocks if passage.kind == "display" else 0, provisions, strict)

    def _of_passage(
        self, passage: Passage, block: int, provisions: Provisions, strict: bool
    ) -> Iterator[tuple[Occurrence, Piece]]:
        starts = Counter[Row]()
        for piece in self.pieces(passage):
            where, label = passage.text.where(*piece.span), label_at(passage, piece.span)
            starts[_row(where)] += 1
            order = self._before(passage, _row(where)) + starts[_row(where)]
            spot = Spot(passage, where, order, block, label, self.manuscript.path)
            binding, expectation = provisions.binding(spot), provisions.expectation(spot)
            yield Occurrence(passage, piece.span, spot.key, binding, expectation, strict), piece

    def pieces(self, passage: Passage) -> list[Piece]:
        """The formulas of a passage; one that cannot be taken apart is one formula."""
        return pieces(passage, self.macros(passage))

    def macros(self, passage: Passage) -> Mapping[str, str]:
        """The macros as they are defined where a passage begins."""
        return self.glossary.at(passage.text.origin[0])

    def _passages(self) -> list[Passage]:
        return [passage for passage in self.manuscript.passages if self._accounts_for(passage)]

    def _accounts_for(self, passage: Passage) -> bool:
        line = passage.lines[0]
        return not self.declaration.lines or any(first <= line <= last for first, last in self.declaration.lines)

    def _before(self, passage: Passage, row: Row) -> int:
        """How many formulas begin on a line before those of a passage."""
        before = [other for other in self._beginning.get(row, ()) if other.text.origin < passage.text.origin]
        return sum(MARKS.search(other.text.text) is not None for other in before)


class _Account:
    """One account of a document, before the panel of its spec."""

    def __init__(self, accountant: Accountant, panel: Panel, strict: bool) -> None:
        self.accountant = accountant
        self.spec = accountant.spec
        self.panel = panel
        self.strict = strict
        self.provisions = Provisions(self.spec, accountant.declaration, accountant.manuscript)
        self._spellings: dict[int, Spelling] = {}

    def formulas(self) -> Source[tuple[FormulaResult, ...]]:
        occurrences: list[Occurrence] = []
        found: list[FormulaResult] = []
        for occurrence, piece in self.accountant.occurrences(self.provisions, self.strict):
            occurrences.append(occurrence)
            if piece.chain is None:
                assert piece.problem is not None
                found.append(replace(occurrence, binding=None).unread(piece.problem))
                continue
            result = yield from self._formula(occurrence, piece.chain)
            lines = lines_of(occurrence.passage, occurrence.span)
            found.append(self.provisions.stepwise(result, occurrence.expectation, lines))
        self.provisions.refuse_unused(found, self.accountant.manuscript.path)
        beside = [(occurrence.passage, result) for occurrence, result in zip(occurrences, found, strict=True)]
        return tuple(self._in_company(*pair, beside) for pair in zip(occurrences, found, strict=True))

    def _in_company(
        self, occurrence: Occurrence, result: FormulaResult, others: Sequence[tuple[Passage, FormulaResult]]
    ) -> FormulaResult:
        """A refutation counts where nothing beside the formula may be a condition of it."""
        refuted = result.standing == "judged" and result.claim is not None and result.claim.verdict == "refuted"
        if not refuted or occurrence.binding is not None or occurrence.expectation is not None:
            return result
        condition = condition_of(occurrence.passage, others)
        if not condition:
            return result
        message = f"it is not true of everything, and the text may say it where `{' '.join(condition.split())}` only"
        where = in_plain_text(condition)
        help_ = (
            f"bindings: {{{occurrence.key}: {{where: {where}}}}}" if where else f"expect: {{{occurrence.key}: refuted}}"
        )
        return occurrence.unread(occurrence.said("DC628", message, "a condition stands beside it", help_))

    def _formula(self, occurrence: Occurrence, chain: Chain) -> Source[FormulaResult]:
        """A formula that can be taken apart: what it states is judged, unless it is known to assert nothing."""
        said = self._asserts_nothing(occurrence, chain)
        if said is not None:
            return occurrence.unread(said)
        passage, binding = occurrence.passage, occurrence.binding
        setting = self.provisions.setting(lines_of(passage, occurrence.span)[0], binding)
        panel = self._panel(setting)
        reader = Reading(passage.text, chain, setting, self._spelling(passage), panel.examiners)
        try:
            equation = reader.equation(panel.first, reader.labels(panel.first)[0])
        except NotationError as problem:
            return occurrence.unread(problem)
        if is_update(equation, panel.first):
            return occurrence.updated()
        claim = yield self._statement(occurrence, reader, panel)
        settled = claim.verdict in (*HOLDS, "internal")
        if not settled and occurrence.expectation is None and is_example(passage, equation):
            message = "it gives a value to something that has others too"
            return occurrence.unread(occurrence.said("DC630", message, "an example, or a condition of the prose"))
        if not settled and occurrence.expectation is None and binding is None and is_stationary(equation):
            message = "it sets a derivative to zero, which is a point and no identity"
            return occurrence.unread(occurrence.said("DC635", message, "where the derivative vanishes"))
        if claim.verdict in HOLDS and defines(equation, panel.first):
            return occurrence.judged(claim, "definition")
        if reader.assigns and not settled and root(equation.sides[0]):
            anew = occurrence.said(
                "DC625",
                "a definition that is not the spec's",
                "defined anew here",
                "from: {line N: {let: ...}} says what it means from there on",
            )
            return occurrence.unread(anew)
        return occurrence.judged(claim, "judged")

    def _asserts_nothing(self, occurrence: Occurrence, chain: Chain) -> Diagnostic | None:
        """Why a formula asserts nothing by itself, as far as that is seen before it is read."""
        passage, binding = occurrence.passage, occurrence.binding
        if binding is None and is_of_letters(chain, self.spec):
            return occurrence.said("DC629", "it speaks of indices alone", "no assertion by itself")
        if passage.under and binding is None and occurrence.expectation is None:
            message = f"the sentence says it under a condition: `{passage.under}`"
            return occurrence.said("DC628", message, "no assertion by itself")
        if binding is not None and binding.unread:
            return occurrence.said("DC624", binding.unread)
        return None

    def _statement(self, occurrence: Occurrence, reader: Reading, panel: Panel) -> Statement:
        text = occurrence.passage.text
        declaration = ClaimDeclaration(occurrence.name, "latex", text, (), "", "", "", None, (), (), occurrence.where)
        return Statement(declaration, text, reader.assertions, panel, self.strict, occurrence.span, reader.labels)

    def _panel(self, setting: Setting) -> Panel:
        """Who judges in a setting. Raises SpecError for what the sidecar says and cannot be used."""
        let, given = (setting.binding.let, setting.binding.given) if setting.binding is not None else ((), ())
        plain = ClaimDeclaration(
            "", "latex", None, (), "", "", "", None, let, given, self.accountant.declaration.file.where()
        )
        try:
            return self.panel.at(self.accountant.depths).under(setting.spec).for_claim(plain)
        except ContradictionError:
            raise
        except DerivcheckError as problem:
            raise SpecError(problem.diagnostic) from None

    def _spelling(self, passage: Passage) -> Spelling:
        macros = self.accountant.macros(passage)  # the same object where the same definitions are in force
        return self._spellings.setdefault(id(macros), Spelling(macros))


def _row(where: Where) -> Row:
    return where.path, where.cell, where.line


def lines_of(passage: Passage, span: tuple[int, int]) -> tuple[int, int]:
    """The first and the last line of a formula of a passage."""
    text = passage.text
    return text.line(span[0]), text.line(max(span[1] - 1, 0))
