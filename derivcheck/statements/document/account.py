"""One account of a document: each formula judged where it stands, and with what the text says of it besides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial

from derivcheck.diagnostics.diagnostic import (
    ContradictionError,
    DerivcheckError,
    Diagnostic,
    NotationError,
    SourceText,
    SpecError,
)
from derivcheck.diagnostics.verdicts import HOLDS, ClaimResult, FormulaResult, Standing
from derivcheck.judging.examiner import Examiner
from derivcheck.judging.panel import Panel
from derivcheck.judging.statement import Assertions, Labels, Source, Statement
from derivcheck.language.notation.precedence import root
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.syntax import Derivative, Equation, Expression, Name, bottom_up
from derivcheck.language.tex.statements import Chain
from derivcheck.spec import ClaimDeclaration, Spec
from derivcheck.spec.declarations import Binding, NamedFormula
from derivcheck.statements.document.accounting import Accountant, lines_of
from derivcheck.statements.document.company import Accounted, conditions_of, in_plain_text
from derivcheck.statements.document.conditions import (
    ZERO,
    Restriction,
    at_values,
    multiple_of,
    restriction,
    vanishing_with,
)
from derivcheck.statements.document.kinds import (
    defines,
    input_set,
    is_example,
    is_of_letters,
    is_of_sizes,
    is_stationary,
    is_step,
    is_update,
    no_equation,
    restricts_inputs,
)
from derivcheck.statements.document.namings import TextDefinition, called_loss, naming, told
from derivcheck.statements.document.occurrence import AMBIGUOUS, Occurrence
from derivcheck.statements.document.passages import Passage
from derivcheck.statements.document.pieces import Piece
from derivcheck.statements.document.provisions import Provisions
from derivcheck.statements.document.reading import Reading, Setting, Spelling, changed
from derivcheck.statements.document.words import chooses, is_plain_condition, is_stationary_point, says_defined

ORDERS = frozenset({"<", "<=", ">", ">=", "≈", "≪", "≫"})
HYPOTHESIS = "no assertion by itself"
MOST_CONDITIONS = 4
FACTORS = tuple(map(Fraction, ("1", "-1", "2", "-2", "1/2", "-1/2")))  # of an equation on its way


class Account:
    """The account of a document before the panel of its spec: a source of statements."""

    def __init__(self, accountant: Accountant, panel: Panel, strict: bool) -> None:
        self.accountant = accountant
        self.spec = accountant.spec
        self.panel = panel
        self.strict = strict
        self.infers = accountant.declaration.infer
        self.provisions = Provisions(self.spec, accountant.declaration, accountant.manuscript)
        self._spellings: dict[int, Spelling] = {}
        self._defined: list[TextDefinition] = []
        self._networks: dict[tuple[object, ...], Panel] = {}

    def formulas(self) -> Source[tuple[FormulaResult, ...]]:
        """Every formula in the order of the document, judged by the panel of its spec.

        Raises SpecError (DC047) for a binding or an expectation of a formula that is not there.
        """
        entries: list[Accounted] = []
        for occurrence, piece in self.accountant.occurrences(self.provisions, self.strict):
            if piece.chain is None:
                assert piece.problem is not None
                said = self._nothing_derived(occurrence) or piece.problem
                entries.append(Accounted(occurrence, piece, replace(occurrence, binding=None).unread(said)))
                continue
            setting = self._setting(occurrence)
            result = yield from self._formula(occurrence, piece, setting)
            lines = lines_of(occurrence.passage, occurrence.span)
            result = self.provisions.stepwise(result, occurrence.expectation, lines)
            entries.append(Accounted(occurrence, piece, result, self._setting(occurrence)))
        self.provisions.refuse_unused([entry.result for entry in entries], self.accountant.manuscript.path)
        found = []
        for entry in entries:
            found.append((yield from self._in_company(entry, entries)))
        return tuple(found)

    # --- one formula ----------------------------------------------------------------------

    def _formula(self, occurrence: Occurrence, piece: Piece, setting: Setting) -> Source[FormulaResult]:
        """A formula that can be taken apart: what it states is judged, unless it is known to assert nothing."""
        assert piece.chain is not None
        said = self._asserts_nothing(occurrence, piece.chain)
        if said is not None:
            return occurrence.unread(said)
        panel = self._panel(setting)
        reader = self._reader(occurrence, piece, setting, panel)
        try:
            equation = reader.equation(panel.first, reader.labels(panel.first)[0])
        except NotationError as problem:
            return (yield from self._unreadable(occurrence, piece, setting, problem))
        if is_update(equation, panel.first):
            return occurrence.updated()
        claim = yield self._statement(occurrence, reader, panel)
        if claim.verdict in (*HOLDS, "internal"):
            defined = claim.verdict in HOLDS and defines(equation, panel.first)
            return self._judged(occurrence, claim, "definition" if defined else "judged", setting)
        if occurrence.expectation is None:
            said = self._no_identity(occurrence, equation, claim, panel)
            if said is not None:
                return occurrence.unread(said)
            if (again := self._redefined(occurrence, piece, setting)) is not None:
                return again
        if reader.assigns and root(equation.sides[0]):
            anew = occurrence.said(
                "DC625",
                "a definition that is not the spec's",
                "defined anew here",
                "from: {line N: {let: ...}} says what it means from there on",
            )
            return occurrence.unread(anew)
        if occurrence.passage.under and occurrence.free:
            return occurrence.unread(self._hypothetical(occurrence))
        return self._judged(occurrence, claim, "judged", setting)

    def _asserts_nothing(self, occurrence: Occurrence, chain: Chain) -> Diagnostic | None:
        """Why a formula asserts nothing by itself, as far as that is seen before it is read."""
        binding = occurrence.binding
        if binding is None and is_of_letters(chain, self.spec):
            return occurrence.said("DC629", "it speaks of indices alone", HYPOTHESIS)
        if occurrence.free and is_of_sizes(chain, self.spec):
            return occurrence.said("DC629", "it speaks of sizes alone", HYPOTHESIS)
        if occurrence.passage.under and occurrence.free and not self.infers:
            return self._hypothetical(occurrence)
        if binding is not None and binding.unread:
            return occurrence.said("DC624", binding.unread)
        return None

    def _hypothetical(self, occurrence: Occurrence) -> Diagnostic:
        message = f"the sentence says it under a condition: `{occurrence.passage.under}`"
        return occurrence.said("DC628", message, HYPOTHESIS)

    def _no_identity(
        self, occurrence: Occurrence, equation: Equation, claim: ClaimResult, panel: Panel
    ) -> Diagnostic | None:
        """Why an equation that does not hold is none that holds of everything, as far as the equation itself tells."""
        if is_example(occurrence.passage, equation):
            message = "it gives a value to something that has others too"
            return occurrence.said("DC630", message, "an example, or a condition of the prose")
        if occurrence.binding is not None:
            return None
        if is_stationary(equation):
            message = "it sets a derivative to zero, which is a point and no identity"
            return occurrence.said("DC635", message, "where the derivative vanishes")
        if self.infers and claim.witness is not None and (name := input_set(equation, panel.first)):
            message = f"`{name}` is free in the spec, and is set to something here"
            return occurrence.said("DC637", message, "a choice, a solution or a condition")
        restricts = restricts_inputs(equation, panel.first)
        if self.infers and restricts and set(equation.relations) & ORDERS:
            return occurrence.said("DC637", "it restricts what is free in the spec", "an order, or a choice")
        restricts = restricts and claim.verdict == "refuted"
        lead = occurrence.passage.lead
        if self.infers and restricts and chooses(lead) and not is_stationary_point(lead):
            return occurrence.said("DC637", "it restricts what is free in the spec", "a condition of the prose")
        return None

    # --- what names mean by the text ------------------------------------------------------

    def _unreadable(
        self, occurrence: Occurrence, piece: Piece, setting: Setting, problem: NotationError
    ) -> Source[FormulaResult]:
        """What is not read: it may say what a name means, or be nothing that is derived."""
        assert piece.chain is not None
        if not self.infers or not occurrence.free:
            return occurrence.unread(problem)
        called = called_loss(problem, self.panel.first)
        if called is not None and all(one.spelling != called[0] for one in self._defined):
            self._defined.append(TextDefinition(*called, called[0], occurrence.where))
            return (yield from self._formula(occurrence, piece, self._setting(occurrence)))
        if problem.diagnostic.code not in AMBIGUOUS:
            defined = self._meaning(occurrence, piece.chain, setting)
            if defined is not None and all(one.where != defined.where for one in self._defined):
                self._defined = [one for one in self._defined if one.spelling != defined.spelling] + [defined]
                meaning = naming(piece.chain, occurrence.passage.text.text)
                if meaning is not None and not meaning.further:
                    return occurrence.defined(defined.shown)
                return (yield from self._formula(occurrence, piece, self._setting(occurrence)))
        if setting.named:  # what the text calls so may be something else here
            bare = replace(setting, named=(), spec=self.provisions.setting(self._line(occurrence), None).spec)
            return (yield from self._formula(occurrence, piece, bare))
        if occurrence.passage.under:
            return occurrence.unread(self._hypothetical(occurrence))
        if is_step(piece.chain):
            return occurrence.updated()
        return occurrence.unread(self._nothing_derived(occurrence) or problem)

    def _nothing_derived(self, occurrence: Occurrence) -> Diagnostic | None:
        """What is said of a formula that is not read because it speaks of nothing that is derived."""
        nothing = no_equation(occurrence.shown) if self.infers and occurrence.free else ""
        return occurrence.said("DC638", f"it speaks of {nothing}", HYPOTHESIS) if nothing else None

    def _meaning(self, occurrence: Occurrence, chain: Chain, setting: Setting) -> TextDefinition | None:
        """What a formula says that a name means which nothing declares; None where it says nothing of the kind."""
        text, panel = occurrence.passage.text.text, self._panel(setting)
        found = naming(chain, text)
        said = occurrence.passage.kind == "display" or says_defined(occurrence.passage.lead)
        if found is None or not (found.assigned or said) or occurrence.binding is not None:
            return None
        sentence = Reading(
            occurrence.passage.text, chain, setting, self._spelling(occurrence.passage), panel.examiners
        ).sentence(panel.first, {})
        try:
            meaning = found.read(sentence)
        except NotationError:
            return None
        if found.is_known(sentence):
            return None
        shown = text[found.name[0].span.start : max(node.span.stop for node in found.meaning)]
        return TextDefinition(found.spelling(text), to_plain(meaning), shown, occurrence.where, found.letters)

    def _redefined(self, occurrence: Occurrence, piece: Piece, setting: Setting) -> FormulaResult | None:
        """A name that the text gave a meaning and gives another one: it means that from here on."""
        assert piece.chain is not None
        found = naming(piece.chain, occurrence.passage.text.text) if setting.named else None
        spelling = found.spelling(occurrence.passage.text.text) if found is not None else ""
        before = next((one for one in self._defined if one.spelling == spelling), None)
        if found is None or before is None or found.further:
            return None
        others = tuple(symbol for symbol in setting.named if symbol.name.text != spelling)
        anew = self._meaning(occurrence, piece.chain, replace(setting, named=others))
        if anew is None:
            message = f"`{spelling}` means something else by the text ({before.where.spoken})"
            return occurrence.unread(occurrence.said("DC636", message, "which of them?"))
        self._defined = [one for one in self._defined if one is not before] + [anew]
        return occurrence.defined(anew.shown)

    def _setting(self, occurrence: Occurrence) -> Setting:
        """What holds where a formula stands, with the meanings that the text has given to names of it."""
        passage = occurrence.passage
        setting = self.provisions.setting(self._line(occurrence), occurrence.binding)
        if not self.infers or self.accountant.manuscript.exported:
            return setting
        declared = set(setting.symbols)
        used = [one for one in self._defined if one.spelling not in declared and one.occurs_in(passage.text.text)]
        named, let = [], []
        for one in used:
            name = one.name(self.panel.first)
            meaning = name if one.letters else one.meaning
            named.append(NamedFormula(SourceText(one.spelling), SourceText(meaning)))
            if one.letters:
                ends = ("",) * len(one.letters)
                let.append(NamedFormula(SourceText(name), SourceText(one.meaning), one.letters, ends))
        spec = changed(setting.spec, Binding(SourceText(""), let=tuple(let))) if let else setting.spec
        return replace(setting, spec=spec, named=tuple(named))

    def _line(self, occurrence: Occurrence) -> int:
        return lines_of(occurrence.passage, occurrence.span)[0]

    def _judged(
        self, occurrence: Occurrence, claim: ClaimResult, standing: Standing, setting: Setting, *more: str
    ) -> FormulaResult:
        """A verdict, with what of the text it rests on; what has no meaning under that is not read."""
        spelled = {symbol.name.text for symbol in setting.named}
        used = [told(one.where, one.shown) for one in self._defined if one.spelling in spelled]
        if used and claim.verdict == "invalid" and claim.diagnosis is not None and occurrence.free:
            return occurrence.unread(claim.diagnosis.with_notes(*(("inferred", line) for line in used)))
        return occurrence.judged(claim, standing, (*used, *more))

    # --- under what it holds --------------------------------------------------------------

    def _in_company(self, entry: Accounted, entries: Sequence[Accounted]) -> Source[FormulaResult]:
        """A refutation counts where nothing beside the formula may be a condition of it, or not under it either."""
        occurrence, result = entry.occurrence, entry.result
        if (reason := self._behind_an_arrow(entry, entries)) is not None:
            return (yield from self._following(entry, entries, reason))
        refuted = result.standing == "judged" and result.claim is not None and result.claim.verdict == "refuted"
        hypothetical = result.reason is not None and result.reason.code == "DC628"
        solves = entry.code == "DC637" and self.infers
        if not (refuted or solves or (hypothetical and self.infers)) or not occurrence.free:
            return result
        conditions = conditions_of(entry, entries)
        found = None
        if self.infers and not solves:
            others = [other for other in conditions if not other.is_stationary]
            found = yield from self._under(entry, others[:MOST_CONDITIONS])
            if found is not None and found.claim is not None and found.claim.verdict in HOLDS:
                return found
        point = next((other for other in conditions if other.is_stationary), None)
        if self.infers and (point is not None or is_stationary_point(occurrence.passage.lead)):
            there = yield from self._at_point(entry, point)
            return result if solves and there.claim is None else there
        if refuted and self.infers and found is None and (said := (yield from self._stationary(entry))) is not None:
            return occurrence.unread(said)
        if found is not None or hypothetical or solves or not conditions:
            return found or result
        return occurrence.unread(_conditional(occurrence, conditions[0].result.text))

    def _behind_an_arrow(self, entry: Accounted, entries: Sequence[Accounted]) -> str | None:
        """Why a refutation before or behind an arrow says nothing: what stands before the arrow is no identity."""
        result = entry.result
        if (
            not entry.occurrence.free
            or result.standing != "judged"
            or result.claim is None
            or result.claim.verdict != "refuted"
        ):
            return None
        place = next(k for k, other in enumerate(entries) if other is entry)
        if place + 1 < len(entries) and _follows(entry, entries[place + 1]):
            return "it is no identity, and a premise of what stands behind the arrow"
        while place and _follows(entries[place - 1], entries[place]):
            place -= 1
            claim = entries[place].result.claim
            if claim is None or claim.verdict not in HOLDS:
                return "it is claimed under the equation before the arrow, which is no identity"
        return None

    def _following(self, entry: Accounted, entries: Sequence[Accounted], reason: str) -> Source[FormulaResult]:
        """What is refuted beside an arrow, under the premise where that can be used."""
        place = next(k for k, other in enumerate(entries) if other is entry)
        if place and _follows(entries[place - 1], entry) and entries[place - 1].piece.chain is not None:
            premise = self._restriction(entries[place - 1])
            claim = (yield from self._claim_under(entry, [premise])) if premise is not None else None
            if claim is not None and claim.verdict in HOLDS:
                told_of = told(entries[place - 1].occurrence.where, entries[place - 1].result.text)
                return self._judged(entry.occurrence, claim, "judged", entry.settled, told_of)
        return entry.occurrence.unread(entry.occurrence.said("DC639", reason, "under what?"))

    def _under(self, entry: Accounted, conditions: Sequence[Accounted]) -> Source[FormulaResult | None]:
        """The verdict under the conditions beside a formula, each by itself and all together; None without one."""
        restrictions = [self._restriction(one) if one.introduced else None for one in conditions]
        wrong: list[tuple[ClaimResult, tuple[str, ...]]] = []
        usable = bool(conditions)
        for chosen in [[k] for k in range(len(conditions))] + ([[*range(len(conditions))]] if conditions[1:] else []):
            under = [one for k in chosen if (one := restrictions[k]) is not None]
            claim = (yield from self._claim_under(entry, under)) if len(under) == len(chosen) else None
            lines = tuple(told(conditions[k].occurrence.where, conditions[k].result.text) for k in chosen)
            if claim is not None and claim.verdict in HOLDS:
                return self._judged(entry.occurrence, claim, "judged", entry.settled, *lines)
            usable = usable and claim is not None and claim.verdict == "refuted"
            if usable and claim is not None:
                wrong.append((claim, lines))
        if usable and (entry.result.standing == "judged" or is_plain_condition(entry.occurrence.passage.lead)):
            claim, lines = wrong[0]
            return self._judged(entry.occurrence, claim, "judged", entry.settled, *lines)
        return None

    def _restriction(self, entry: Accounted) -> Restriction | None:
        """What a formula restricts, where that can be used."""
        assert entry.piece.chain is not None
        panel = self._panel(entry.settled)
        reader = self._reader(entry.occurrence, entry.piece, entry.settled, panel)
        labels = {family.label for family in self.spec.families}
        try:
            found = restriction(entry.piece.chain, reader.sentence(panel.first, {}), entry.settled.spec)
        except DerivcheckError:
            return None
        return None if found.speaks_of(labels) or (found.name and labels) else found

    def _claim_under(self, entry: Accounted, restrictions: Sequence[Restriction]) -> Source[ClaimResult | None]:
        """The verdict on a formula under restrictions; None where they cannot be used together."""
        where = " and ".join(one.where for one in restrictions if one.where)
        given = tuple(SourceText(one.given) for one in restrictions if one.given)
        values = {one.name: one.value for one in restrictions if one.name}
        binding = Binding(SourceText(""), given=given, where=SourceText(where) if where else None)
        setting = replace(entry.settled, binding=binding)
        try:
            if values:
                own = self._panel(entry.settled).first
                setting = replace(setting, spec=at_values(setting.spec, values, own))
            panel = self._panel(setting)
            reader = self._reader(entry.occurrence, entry.piece, setting, panel)
            reader.equation(panel.first, reader.labels(panel.first)[0])
        except ContradictionError:
            raise
        except DerivcheckError:
            return None
        return (yield self._statement(entry.occurrence, reader, panel))

    # --- where a derivative vanishes ------------------------------------------------------

    def _at_point(self, entry: Accounted, point: Accounted | None) -> Source[FormulaResult]:
        """An equation where a derivative vanishes: it follows from that, or it is none that is judged."""
        occurrence, setting = entry.occurrence, entry.settled
        panel = self._panel(setting)
        reader = self._reader(occurrence, entry.piece, setting, panel)
        said = point.result.text if point is not None else occurrence.passage.lead
        lines = (told(point.occurrence.where if point is not None else occurrence.where, said),)
        equation = _read(reader, panel)
        slope = yield from self._vanishing(entry, equation, self._slopes(point, panel))
        if slope is not None:
            claim = yield replace(
                self._statement(occurrence, reader, panel), assertions=_assertions(slope), labels=None
            )
            if claim.verdict in HOLDS:
                return self._judged(occurrence, claim, "judged", setting, *lines)
        message = f"it holds where a derivative vanishes, if at all: `{' '.join(said.split())}`"
        return occurrence.unread(occurrence.said("DC635", message, "no identity"))

    def _stationary(self, entry: Accounted) -> Source[Diagnostic | None]:
        """Why an equation of inputs alone does not hold of everything: it says that the gradient vanishes."""
        panel = self._panel(entry.settled)
        reader = self._reader(entry.occurrence, entry.piece, entry.settled, panel)
        equation = _read(reader, panel)
        if equation is None or not restricts_inputs(equation, panel.first):
            return None
        for slope in self._slopes(None, panel):
            if (yield from self._vanishing(entry, equation, [slope])) is not None:
                message = f"it holds where `{to_plain(slope)} = 0`, and nowhere else"
                return entry.occurrence.said("DC635", message, "no identity")
        return None

    def _vanishing(
        self, entry: Accounted, equation: Equation | None, slopes: Sequence[Expression]
    ) -> Source[Equation | None]:
        """What is proved of an equation and one of some slopes, from which it follows where that is zero."""
        if equation is None or len(equation.sides) != 2 or equation.relations != ("=",):
            return None
        setting = entry.settled
        panel = self._panel(setting)
        reader = self._reader(entry.occurrence, entry.piece, setting, panel)
        blank = replace(self._statement(entry.occurrence, reader, panel), labels=None)
        for slope in slopes:
            claim = yield replace(blank, assertions=_assertions(replace(equation, sides=(slope, ZERO))))
            if claim.verdict in HOLDS:
                continue  # it is zero everywhere: nothing follows from that
            for wanted in (vanishing_with(equation, slope), *(multiple_of(equation, slope, f) for f in FACTORS)):
                claim = yield replace(blank, assertions=_assertions(wanted))
                if claim.verdict in HOLDS:
                    return wanted
                if claim.verdict == "refuted" and wanted.relations == ("∝",):
                    break  # no factor does
        return None

    def _slopes(self, point: Accounted | None, panel: Panel) -> list[Expression]:
        """The derivatives that may vanish: the one that the text speaks of, else those of the loss."""
        if point is not None:
            reader = self._reader(point.occurrence, point.piece, point.settled, self._panel(point.settled))
            equation = _read(reader, self._panel(point.settled))
            sides = equation.sides if equation is not None else ()
            return [side for side in sides if any(isinstance(node, Derivative) for node in bottom_up(side))]
        network = panel.first.network
        if network.loss is None:
            return []
        return [Derivative(Name(network.loss.name), (Name(one.name),)) for one in network.parameters[:MOST_CONDITIONS]]

    # --- reading --------------------------------------------------------------------------

    def _reader(self, occurrence: Occurrence, piece: Piece, setting: Setting, panel: Panel) -> Reading:
        assert piece.chain is not None
        passage = occurrence.passage
        return Reading(passage.text, piece.chain, setting, self._spelling(passage), panel.examiners, piece.above)

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
        if key not in self._networks:
            first = self.panel.first
            self._networks[key] = Panel.of(replace(spec, let=(), symbols=()), first.seed, first.measuring)
        return self._networks[key]

    def _spelling(self, passage: Passage) -> Spelling:
        macros = self.accountant.macros(passage)  # the same object where the same definitions are in force
        return self._spellings.setdefault(id(macros), Spelling(macros))


def _network(spec: Spec) -> tuple[object, ...]:
    """What a spec declares of its network."""
    return spec.tensors, spec.layers, spec.loss


def _read(reader: Reading, panel: Panel) -> Equation | None:
    try:
        return reader.equation(panel.first, reader.labels(panel.first)[0])
    except NotationError:  # with what the text has said since
        return None


def _assertions(equation: Equation) -> Assertions:
    return Assertions(partial(_stated, equation))


def _stated(equation: Equation, examiner: Examiner, labels: Labels) -> tuple[Equation]:
    return (equation,)


def _conditional(occurrence: Occurrence, condition: str) -> Diagnostic:
    """What is said of an equation that may be claimed under a condition alone."""
    message = f"it is not true of everything, and the text may say it where `{' '.join(condition.split())}` only"
    where = in_plain_text(condition)
    help_ = f"bindings: {{{occurrence.key}: {{where: {where}}}}}" if where else f"expect: {{{occurrence.key}: refuted}}"
    return occurrence.said("DC628", message, "a condition stands beside it", help_)


def _follows(before: Accounted, entry: Accounted) -> bool:
    """Whether an arrow stands between two formulas."""
    same = before.occurrence.passage is entry.occurrence.passage
    return same and entry.piece.chain is not None and entry.piece.chain.follows
