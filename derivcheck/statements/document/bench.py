"""Who judges the formulas of a document, in the setting that each of them has."""

from __future__ import annotations

from dataclasses import replace

from derivcheck.diagnostics.diagnostic import (
    ContradictionError,
    DerivcheckError,
    SpecError,
)
from derivcheck.diagnostics.verdicts import ClaimResult, FormulaResult, Standing
from derivcheck.judging.panel import Panel
from derivcheck.judging.statement import Statement
from derivcheck.spec import ClaimDeclaration, Spec
from derivcheck.statements.document.accounting import Accountant
from derivcheck.statements.document.namings import TextDefinition, told
from derivcheck.statements.document.occurrence import Occurrence
from derivcheck.statements.document.passages import Passage
from derivcheck.statements.document.pieces import Piece
from derivcheck.statements.document.provisions import Provisions
from derivcheck.statements.document.reading import Reading, Setting, Spelling
from derivcheck.statements.document.readings import Readings


class Bench:
    """What reads and judges formulas of one document, before the panel of its spec."""

    def __init__(self, accountant: Accountant, panel: Panel, strict: bool, readings: Readings) -> None:
        self.accountant = accountant
        self.spec = accountant.spec
        self.panel = panel
        self.strict = strict
        self.infers = accountant.declaration.infer
        self.provisions = Provisions(self.spec, accountant.declaration, accountant.manuscript)
        self.readings = readings
        self._spellings: dict[int, Spelling] = {}
        self._defined: list[TextDefinition] = []

    def _judged(
        self, occurrence: Occurrence, claim: ClaimResult, standing: Standing, setting: Setting, *more: str
    ) -> FormulaResult:
        """A verdict, with what of the text it rests on; what has no meaning under that is not read."""
        spelled = {symbol.name.text for symbol in setting.named}
        used = [told(one.where, one.shown) for one in self._defined if one.spelling in spelled]
        if used and claim.verdict == "invalid" and claim.diagnosis is not None and occurrence.free:
            return occurrence.unread(claim.diagnosis.with_notes(*(("inferred", line) for line in used)))
        return occurrence.judged(claim, standing, (*used, *more))

    def _reader(self, occurrence: Occurrence, piece: Piece, setting: Setting, panel: Panel) -> Reading:
        assert piece.chain is not None
        return self.readings.reading(occurrence.passage, piece, setting, self._spelling(occurrence.passage), panel)

    def _anew(self, occurrence: Occurrence, piece: Piece, setting: Setting) -> Reading:
        """How a chain is read that is not what stands in the text."""
        assert piece.chain is not None
        text, spelling = occurrence.passage.text, self._spelling(occurrence.passage)
        return Reading(text, piece.chain, setting, spelling, self._panel(setting).examiners, piece.above)

    def _statement(self, occurrence: Occurrence, reader: Reading, panel: Panel) -> Statement:
        text = occurrence.passage.text
        declaration = ClaimDeclaration(occurrence.name, "latex", text, (), "", "", "", None, (), (), occurrence.where)
        pinned = bool(self.accountant.manuscript.depth)
        span, labels = occurrence.span, reader.labels
        return Statement(declaration, text, reader.assertions, panel, self.strict, span, labels, names_its_depth=pinned)

    def _panel(self, setting: Setting) -> Panel:
        """Who judges in a setting. Raises SpecError for what the sidecar says and cannot be used."""
        let, given = (setting.binding.let, setting.binding.given) if setting.binding is not None else ((), ())
        plain = ClaimDeclaration(
            "", "latex", None, (), "", "", "", None, let, given, self.accountant.declaration.file.where()
        )
        try:
            own = self._whole(setting.spec)
            return own.at(self.accountant.depths).under(setting.spec).for_claim(plain)
        except ContradictionError:
            raise
        except DerivcheckError as problem:
            raise SpecError(problem.diagnostic) from None

    def _whole(self, spec: Spec) -> Panel:
        """The panel of a network that a section of the document, or a value, makes of the spec's."""
        key = _network(spec)
        if key == _network(self.spec):
            return self.panel
        first = self.panel.first
        bare = replace(spec, let=(), symbols=())
        return self.readings.panels.made(key, lambda: Panel.of(bare, first.seed, first.measuring))

    def _spelling(self, passage: Passage) -> Spelling:
        macros = self.accountant.macros(passage)  # the same object where the same definitions are in force
        if id(macros) not in self._spellings:
            self._spellings[id(macros)] = self.readings.spelling(macros)
        return self._spellings[id(macros)]


def _network(spec: Spec) -> tuple[object, ...]:
    """What a spec declares of its network."""
    return spec.tensors, spec.layers, spec.loss
