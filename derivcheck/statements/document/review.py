"""A refutation looked at again: beside what stands around the formula, at a point, behind an arrow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from derivcheck.diagnostics.diagnostic import (
    ContradictionError,
    DerivcheckError,
    Diagnostic,
    NotationError,
    SourceText,
)
from derivcheck.diagnostics.verdicts import HOLDS, ClaimResult, FormulaResult
from derivcheck.judging.panel import Panel
from derivcheck.judging.statement import Source
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.syntax import Derivative, Equation, Expression, Name, bottom_up
from derivcheck.spec.declarations import Binding
from derivcheck.statements.document.accounting import lines_of
from derivcheck.statements.document.bench import Bench
from derivcheck.statements.document.cases import of_scalars
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
    restricts_inputs,
)
from derivcheck.statements.document.namings import told
from derivcheck.statements.document.occurrence import Occurrence
from derivcheck.statements.document.reading import Reading
from derivcheck.statements.document.words import (
    is_of_scalars,
    is_plain_condition,
    is_stationary_point,
    refers_to_case,
    summing,
)

MOST_CONDITIONS = 4
FACTORS = tuple(map(Fraction, ("1", "-1", "2", "-2", "1/2", "-1/2")))  # of an equation on its way


class Review(Bench):
    """What becomes of formulas once all of them are judged, each by itself."""

    def _in_company(
        self, entries: Sequence[Accounted], place: int, restricting: Sequence[Accounted]
    ) -> Source[FormulaResult]:
        """A refutation counts where nothing beside the formula may be a condition of it, or not under it either."""
        entry = entries[place]
        occurrence, result = entry.occurrence, entry.result
        if (reason := self._behind_an_arrow(entries, place)) is not None:
            return (yield from self._following(entries, place, reason))
        if self.infers and occurrence.free and _repeats_an_index(result):
            return (yield from self._with_repeated_summed(entry))
        if self.infers and occurrence.free and _is_wrong_in_part(result):
            lines = lines_of(occurrence.passage, occurrence.span)
            found = yield from self._under(entry, conditions_of(entry, restricting)[:MOST_CONDITIONS])
            return self.provisions.stepwise(found, occurrence.expectation, lines) if found is not None else result
        refuted = result.standing == "judged" and result.claim is not None and result.claim.verdict == "refuted"
        hypothetical = result.reason is not None and result.reason.code == "DC628"
        solves = entry.code == "DC637" and self.infers
        if not (refuted or solves or (hypothetical and self.infers)) or not occurrence.free:
            return result
        if refuted and self.infers and is_of_scalars(occurrence.passage.lead):
            return (yield from self._of_scalars(entry))
        conditions = conditions_of(entry, restricting)
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

    def _behind_an_arrow(self, entries: Sequence[Accounted], place: int) -> str | None:
        """Why a refutation before or behind an arrow says nothing: what stands before the arrow is no identity."""
        entry = entries[place]
        result = entry.result
        if (
            not entry.occurrence.free
            or result.standing != "judged"
            or result.claim is None
            or result.claim.verdict != "refuted"
        ):
            return None
        if place + 1 < len(entries) and _follows(entry, entries[place + 1]):
            return "it is no identity, and a premise of what stands behind the arrow"
        while place and _follows(entries[place - 1], entries[place]):
            place -= 1
            claim = entries[place].result.claim
            if claim is None or claim.verdict not in HOLDS:
                return "it is claimed under the equation before the arrow, which is no identity"
        return None

    def _following(self, entries: Sequence[Accounted], place: int, reason: str) -> Source[FormulaResult]:
        """What is refuted beside an arrow, under the premise where that can be used."""
        entry = entries[place]
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
        meant, lead = entry.code == "DC628", entry.occurrence.passage.lead
        meant = meant and refers_to_case(lead)  # the case is that of the sentence before
        usable = bool(conditions)
        for chosen in [[k] for k in range(len(conditions))] + ([[*range(len(conditions))]] if conditions[1:] else []):
            under = [one for k in chosen if (one := restrictions[k]) is not None]
            claim = (yield from self._claim_under(entry, under)) if len(under) == len(chosen) else None
            lines = tuple(told(conditions[k].occurrence.where, conditions[k].result.text) for k in chosen)
            if claim is not None and claim.verdict in HOLDS:
                return self._judged(entry.occurrence, claim, "judged", entry.settled, *lines)
            if claim is not None and _steps_held(claim) > _steps_held(entry.result.claim):
                return self._judged(entry.occurrence, claim, "judged", entry.settled, *lines)
            usable = usable and claim is not None and claim.verdict in ("refuted", "invalid" if meant else "refuted")
            if usable and claim is not None:
                wrong.append((claim, lines))
        if usable and (entry.result.standing == "judged" or meant or is_plain_condition(lead)):
            claim, lines = wrong[0]
            return self._judged(entry.occurrence, claim, "judged", entry.settled, *lines)
        return None

    def _with_repeated_summed(self, entry: Accounted) -> Source[FormulaResult]:
        """The verdict with a sum over what a term repeats, where the text above says that it does so."""
        occurrence, setting = entry.occurrence, entry.settled
        last, _ = occurrence.passage.begin
        above = "\n".join(self.accountant.manuscript.text.split("\n")[:last])
        said = summing(above)
        claim = None
        if said:
            spec = replace(setting.spec, sums="einstein")
            claim = yield from self._claim_under(replace(entry, setting=replace(setting, spec=spec)), ())
        if claim is None or claim.verdict == "invalid":
            return entry.result
        return self._judged(occurrence, claim, "judged", setting, f"from the text: {' '.join(said.split())}")

    def _of_scalars(self, entry: Accounted) -> Source[FormulaResult]:
        """The verdict in the scalar case, of which the sentence speaks; not read where the spec has none."""
        occurrence, setting = entry.occurrence, entry.settled
        first = self._panel(setting).first
        equation = _read(self._reader(occurrence, entry.piece, setting, self._panel(setting)), self._panel(setting))
        spec = of_scalars(setting.spec, equation, first) if equation is not None else None
        claim = None
        if spec is not None:
            claim = yield from self._claim_under(replace(entry, setting=replace(setting, spec=spec)), ())
        line = told(occurrence.where, occurrence.passage.lead)
        if claim is None or claim.verdict == "invalid":
            return occurrence.unread(occurrence.said("DC628", f"the sentence says it of scalars: {line}", "of what?"))
        return self._judged(occurrence, claim, "judged", setting, line)

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
            said_so = self.readings.assertions(slope)
            claim = yield replace(self._statement(occurrence, reader, panel), assertions=said_so, labels=None)
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
        blank = replace(self._statement(entry.occurrence, reader, panel), labels=None, trial=True)
        for slope in slopes:
            vanishes = self.readings.assertions(replace(equation, sides=(slope, ZERO)))
            claim = yield replace(blank, assertions=vanishes)
            if claim.verdict in HOLDS:
                continue  # it is zero everywhere: nothing follows from that
            for wanted in (vanishing_with(equation, slope), *(multiple_of(equation, slope, f) for f in FACTORS)):
                claim = yield replace(blank, assertions=self.readings.assertions(wanted))
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


def _read(reader: Reading, panel: Panel) -> Equation | None:
    try:
        return reader.equation(panel.first, reader.labels(panel.first)[0])
    except NotationError:  # with what the text has said since
        return None


def _conditional(occurrence: Occurrence, condition: str) -> Diagnostic:
    """What is said of an equation that may be claimed under a condition alone."""
    message = f"it is not true of everything, and the text may say it where `{' '.join(condition.split())}` only"
    where = in_plain_text(condition)
    help_ = f"bindings: {{{occurrence.key}: {{where: {where}}}}}" if where else f"expect: {{{occurrence.key}: refuted}}"
    return occurrence.said("DC628", message, "a condition stands beside it", help_)


def _is_wrong_in_part(result: FormulaResult) -> bool:
    """Whether a step of a chain is refuted where another one has no meaning."""
    claim = result.claim
    steps = claim.links if claim is not None and claim.verdict == "invalid" else ()
    return result.standing == "judged" and any(step.verdict == "refuted" for step in steps)


def _repeats_an_index(result: FormulaResult) -> bool:
    """Whether an index stands on one side alone, as where a sum over it goes without saying."""
    claim = result.claim
    told = [claim.diagnosis, *(step.diagnosis for step in claim.links)] if claim is not None else []
    return any(one is not None and one.code == "DC151" for one in told)


def _steps_held(claim: ClaimResult | None) -> int:
    return sum(step.verdict in HOLDS for step in claim.links) if claim is not None else 0


def _follows(before: Accounted, entry: Accounted) -> bool:
    """Whether an arrow stands between two formulas."""
    same = before.occurrence.passage is entry.occurrence.passage
    return same and entry.piece.chain is not None and entry.piece.chain.follows
