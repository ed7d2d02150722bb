"""One account of a document: each formula judged where it stands, and with what the text says of it besides."""

from __future__ import annotations

from dataclasses import replace

from derivcheck.diagnostics.diagnostic import (
    Diagnostic,
    NotationError,
    SourceText,
)
from derivcheck.diagnostics.verdicts import HOLDS, ClaimResult, FormulaResult
from derivcheck.judging.examiner import Examiner
from derivcheck.judging.panel import Panel
from derivcheck.judging.statement import Assertions, Labels, Source
from derivcheck.language.notation.precedence import root
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.syntax import Equation
from derivcheck.language.tex.statements import Chain
from derivcheck.spec.declarations import Binding, NamedFormula
from derivcheck.statements.document.accounting import lines_of
from derivcheck.statements.document.cases import of_some_entries
from derivcheck.statements.document.company import Accounted, conditions_among
from derivcheck.statements.document.kinds import (
    defines,
    input_set,
    is_entry_of_derivative,
    is_example,
    is_of_letters,
    is_of_sizes,
    is_stationary,
    is_update,
    names_a_layer,
    names_another,
    no_equation,
    restricts_inputs,
)
from derivcheck.statements.document.namings import TextDefinition, called_loss, naming
from derivcheck.statements.document.occurrence import AMBIGUOUS, Occurrence
from derivcheck.statements.document.pieces import Piece
from derivcheck.statements.document.reading import Reading, Setting, changed
from derivcheck.statements.document.review import Review
from derivcheck.statements.document.updates import by_rule, is_step, without_steps
from derivcheck.statements.document.words import chooses, is_stationary_point, says_defined

ORDERS = frozenset({"<", "<=", ">", ">=", "≈", "≪", "≫"})
HYPOTHESIS = "no assertion by itself"


class Account(Review):
    """The account of a document before the panel of its spec: a source of statements."""

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
            if result.standing == "unread" and (rest := self._legible(occurrence, piece, setting)) is not None:
                others = yield from self._formula(occurrence, rest, setting)
                if others.claim is not None and others.standing == "judged":
                    step = occurrence.passage.text.text[slice(*rest.without)].strip()
                    others = occurrence.judged(others.claim, "judged", (*others.claim.inferred, f"without `{step}`"))
                    entries.append(Accounted(occurrence, rest, others, self._setting(occurrence)))
        self.provisions.refuse_unused([entry.result for entry in entries], self.accountant.manuscript.path)
        found, conditions = [], conditions_among(entries)
        for place in range(len(entries)):
            found.append((yield from self._in_company(entries, place, conditions)))
        return tuple(found)

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
            return (yield from self._updated(occurrence, setting, reader))
        claim = yield self._statement(occurrence, reader, panel)
        if claim.verdict in (*HOLDS, "internal"):
            defined = claim.verdict in HOLDS and defines(equation, panel.first)
            return self._judged(occurrence, claim, "definition" if defined else "judged", setting)
        if setting.named:  # `e^{z}` is no power of an e that the text defines
            bare = yield from self._formula(occurrence, piece, self._bare(occurrence, setting))
            if bare.claim is not None and bare.claim.verdict in HOLDS:
                return bare
        if occurrence.free and claim.verdict == "invalid" and is_step(piece.chain):
            return (yield from self._stepped(occurrence, piece.chain, setting))  # the index of `w_{t+1}` counts them
        if occurrence.expectation is None:
            said = self._no_identity(occurrence, equation, claim, panel)
            if said is not None:
                return occurrence.unread(said)
            if occurrence.free and (shown := of_some_entries(equation, panel.first)) is not None:
                return (yield from self._of_some_entries(occurrence, reader, setting, shown[1]))
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

    def _legible(self, occurrence: Occurrence, piece: Piece, setting: Setting) -> Piece | None:
        """A chain of equalities without the sides that are not read: one of them leaves the other steps judged."""
        rest: Piece | None = piece if occurrence.expectation is None else None
        panel = self._panel(setting)
        while rest is not None:
            reader = self._reader(occurrence, rest, setting, panel)
            try:
                reader.equation(panel.first, reader.labels(panel.first)[0])
            except NotationError as problem:
                rest = rest.without_side(problem.span[0]) if problem.span is not None else None
            else:
                return None if rest is piece else rest
        return None

    def _of_some_entries(
        self, occurrence: Occurrence, reader: Reading, setting: Setting, size: int
    ) -> Source[FormulaResult]:
        """A list of a few entries of a vector that may have more is an example: it is judged entry by entry."""
        panel = self._panel(setting)

        def of_each(examiner: Examiner, labels: Labels) -> tuple[Equation]:
            equation = reader.equation(examiner, labels)
            found = of_some_entries(equation, examiner)
            return (found[0] if found is not None else equation,)

        claim = yield replace(self._statement(occurrence, reader, panel), assertions=Assertions(of_each))
        return self._judged(occurrence, claim, "judged", setting, f"an example: {size} entries stand for any number")

    def _asserts_nothing(self, occurrence: Occurrence, chain: Chain) -> Diagnostic | None:
        """Why a formula asserts nothing by itself, as far as that is seen before it is read."""
        binding = occurrence.binding
        if occurrence.free and names_a_layer(chain, self.spec) and chooses(occurrence.passage.lead):
            return occurrence.said("DC629", "it says which of the layers is meant", HYPOTHESIS)
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
        if self.infers and is_stationary(equation) and is_entry_of_derivative(equation):
            message = "it says that an entry of a derivative is zero, and not under which condition"
            return occurrence.said("DC628", message, "for which indices?")
        if is_stationary(equation):
            message = "it sets a derivative to zero, which is a point and no identity"
            return occurrence.said("DC635", message, "where the derivative vanishes")
        if self.infers and claim.witness is not None and (name := input_set(equation, panel.first)):
            message = f"`{name}` is free in the spec, and is set to something here"
            return occurrence.said("DC637", message, "a choice, a solution or a condition")
        if self.infers and names_another(equation, panel.first):
            message = f"`{to_plain(equation.sides[0])}` is of another shape in the spec: it names something else here"
            return occurrence.said("DC637", message, "a name of its own")
        restricts = restricts_inputs(equation, panel.first)
        if self.infers and restricts and set(equation.relations) & ORDERS:
            return occurrence.said("DC637", "it restricts what is free in the spec", "an order, or a choice")
        restricts = restricts and claim.verdict == "refuted"
        lead = occurrence.passage.lead
        if self.infers and restricts and chooses(lead) and not is_stationary_point(lead):
            return occurrence.said("DC637", "it restricts what is free in the spec", "a condition of the prose")
        return None

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
            if defined is not None and all(one.spelling != defined.spelling for one in self._defined):
                self._defined.append(defined)
                meaning = naming(piece.chain, occurrence.passage.text.text)
                if meaning is not None and not meaning.further:
                    return occurrence.defined(defined.shown)
                return (yield from self._formula(occurrence, piece, self._setting(occurrence)))
        if setting.named:  # what the text calls so may be something else here
            return (yield from self._formula(occurrence, piece, self._bare(occurrence, setting)))
        if occurrence.passage.under:
            return occurrence.unread(self._hypothetical(occurrence))
        if is_step(piece.chain):
            return (yield from self._stepped(occurrence, piece.chain, setting))
        return occurrence.unread(self._nothing_derived(occurrence) or problem)

    def _stepped(self, occurrence: Occurrence, chain: Chain, setting: Setting) -> Source[FormulaResult]:
        """`w_{t+1} = w_t - ...`: an update that names its steps."""
        plain = Piece(occurrence.span, without_steps(chain))
        return (yield from self._updated(occurrence, setting, self._anew(occurrence, plain, setting)))

    def _updated(self, occurrence: Occurrence, setting: Setting, reader: Reading) -> Source[FormulaResult]:
        """An update, judged by the rule that the sidecar names for it, if it does."""
        panel, rules = self._panel(setting), self.accountant.declaration.updates
        try:
            update = reader.equation(panel.first, reader.labels(panel.first)[0]) if rules else None
        except NotationError:  # with its steps taken out
            update = None
        asserted = by_rule(update, rules, panel.first.network.scope) if update is not None else None
        if asserted is None:
            return occurrence.updated()
        assertions = self.readings.assertions(asserted)
        claim = yield replace(self._statement(occurrence, reader, panel), assertions=assertions)
        rule = f"judged by the rule for updates: {to_plain(asserted.sides[0])}"
        return self._judged(occurrence, claim, "judged", setting, rule)

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
        sentence = self._anew(occurrence, Piece((0, 0), chain), setting).sentence(panel.first, {})
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
        said = found.assigned or says_defined(occurrence.passage.lead)
        anew = self._meaning(occurrence, piece.chain, replace(setting, named=others)) if said else None
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

    def _bare(self, occurrence: Occurrence, setting: Setting) -> Setting:
        """The setting without the meanings that the text has given to names."""
        own = self.provisions.setting(self._line(occurrence), occurrence.binding)
        return replace(setting, named=(), spec=own.spec)

    def _line(self, occurrence: Occurrence) -> int:
        return lines_of(occurrence.passage, occurrence.span)[0]
