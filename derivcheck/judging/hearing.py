"""One link of what is stated before an examiner: what is found of it, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from derivcheck.diagnostics.diagnostic import (
    Diagnostic,
    NotationError,
    NumericError,
    SourceText,
    UnsupportedError,
    placed,
)
from derivcheck.diagnostics.verdicts import HOLDS, ClaimResult, Verdict
from derivcheck.evidence.domains import differ_where_met
from derivcheck.evidence.numeric.branches import is_branched
from derivcheck.graph.nodes import Node, constant
from derivcheck.judging.deadline import aside
from derivcheck.judging.diagnose import Diagnoser, unexplained
from derivcheck.judging.examiner import Examiner
from derivcheck.judging.judge import NEVER_MET
from derivcheck.judging.measurement import finite_difference
from derivcheck.judging.suggestion import PLAIN, Wording
from derivcheck.language.claims import Link, Pair, proportional
from derivcheck.language.divisors import compared_numbers, lost_divisor, values_under, vanishing_divisor
from derivcheck.language.lowering.language import Lowering
from derivcheck.language.notation.relations import BY_NAME, Claimed
from derivcheck.language.notation.syntax import Expression

NEAR = "the sides differ; how near they are meant to be is not said"
TRIED = "that was tried"
EXACTLY = "the sides are equal elsewhere, and differ where the condition holds exactly: a branch jumps there"
NONCONFORMING = frozenset({"DC130", "DC131", "DC132"})
NOWHERE = frozenset({"DC501", "DC505"})  # has no value at any point that was tried

Search = Callable[[Diagnoser], tuple[Diagnostic, str]]


@dataclass(frozen=True, slots=True)
class Hearing:
    """What a statement's links are judged with: its result before anything is known, its text, and its wording.

    `before` are the verdicts found already: of what is as bad as one of them no mistake is searched for again.
    """

    blank: ClaimResult
    text: SourceText
    examiner: Examiner
    wording: Wording = PLAIN
    before: Sequence[Verdict] = ()

    @property
    def known(self) -> bool:
        """Whether it is known that the statement fails."""
        return "invalid" in self.before or "refuted" in self.before

    def judged(self, link: Link) -> ClaimResult:
        """What is found of a link, whatever its outcome."""
        match link.outcome:
            case Pair():
                try:
                    return self.pair(link.outcome, self.known)
                except NumericError as problem:
                    if problem.diagnostic.code not in NOWHERE:
                        raise
                    return replace(self.blank, verdict="undecided", message=problem.diagnostic.message)
            case UnsupportedError() as problem:
                return replace(self.blank, verdict="undecided", message=problem.diagnostic.message)
            case NotationError() as problem:
                return self._without_meaning(link, placed(problem, self.text))

    def _without_meaning(self, link: Link, found: Diagnostic) -> ClaimResult:
        if link.relation == "!=" and found.code in NONCONFORMING:
            # A product of shapes that do not fit equals nothing.
            return replace(self.blank, verdict="proved", message=f"the right side does not conform: {found.message}")
        if link.relation != "=" or "invalid" in self.before:
            return replace(self.blank, diagnosis=found, message=found.message)
        return self._explained(
            self.blank, found, lambda diagnoser: diagnoser.diagnose_invalid(link, found, self.text, self.wording)
        )

    def pair(self, link: Pair, known: bool) -> ClaimResult:
        """One pair; where it is `known` that the claim fails, what is wrong is not searched for again."""
        blank, examiner = self.blank, self.examiner
        relation = BY_NAME[link.relation]
        if relation.claimed is Claimed.NEAR:
            near = self.pair(replace(link, relation="="), known=True)
            return near if near.verdict != "refuted" else replace(near, verdict="undecided", witness=None, message=NEAR)
        if relation.claimed is Claimed.PROPORTIONAL:
            return self._factor(link)
        if relation.claimed is Claimed.NOTHING:
            return replace(blank, verdict="undecided", message=relation.reason)
        different = relation.claimed is Claimed.DIFFERENT
        if link.shapes is not None:
            unequal: Verdict = "proved" if different else "refuted"
            message = f"the sides have different shapes: {link.shapes[0]} and {link.shapes[1]}"
            refuted = replace(blank, verdict=unequal, message=message)
            return refuted if different or known else self._diagnosed(refuted, link)
        if (zero := self._vanishing_divisor(link)) is not None:
            shown = examiner.proofreader.plain(zero)
            return replace(
                blank, verdict="undecided", message=f"a side has no value: it divides by `{shown}`, which is zero"
            )
        judgement = examiner.judge.judge(
            link.left, link.right, link.axes, derived=link.derived, condition=link.condition
        )
        verdict, message = judgement.verdict, judgement.reason
        if verdict in HOLDS and link.condition is None and (lost := self._lost_divisor(link)) is not None:
            shown = examiner.proofreader.plain(lost)
            message = f"one side has no value where `{shown}` is zero, by which it divides, and the other has one"
            return replace(blank, verdict="undecided", message=message)
        if verdict in HOLDS and (nowhere := self._without_values(link)):
            return replace(blank, verdict="undecided", message=nowhere)
        if verdict in HOLDS and self._differs_where_met(link):
            return replace(blank, verdict="undecided", message=EXACTLY)
        if different:
            # Two sides that differ somewhere, with a witness, differ as functions.
            flipped: dict[Verdict, Verdict] = {"proved": "refuted", "checked": "refuted", "refuted": "proved"}
            verdict = flipped.get(verdict, verdict)
            message = "the sides are equal" if verdict == "refuted" else message
        witness = judgement.witness
        if witness is not None and not known:
            network = examiner.network
            measured = finite_difference(link, network, witness)
            witness = replace(witness, finite_difference=measured)
        result = replace(
            blank,
            verdict=verdict,
            facts=judgement.facts,
            exact=judgement.exact,
            numeric=judgement.numeric,
            slopes=judgement.slopes,
            witness=witness,
            message=message,
        )
        wrong = verdict == "refuted" and not different and not known
        return self._diagnosed(result, link) if wrong else result

    def _vanishing_divisor(self, link: Pair) -> Expression | None:
        """What a side divides by though it is zero wherever what is given holds."""
        return vanishing_divisor((link.left_tree, link.right_tree), self._lowered, self.examiner.network.facts)

    def _lost_divisor(self, link: Pair) -> Expression | None:
        """What one side divides by though it is zero, more often than by chance, where the other side has a value."""
        return lost_divisor((link.left_tree, link.right_tree), self._lowered, self.examiner.network.facts)

    def _without_values(self, link: Pair) -> str:
        """Why it is not known that the sides, as they are written, have values where the claim speaks of them."""
        network = self.examiner.network
        condition = constant(1) if link.condition is None else network.known.imposed(link.condition)
        found = values_under(condition, link.where, (link.left_tree, link.right_tree), self._lowered, network.facts)
        if found == "none":
            return "a side has no value at any point " + (
                TRIED if link.condition is None else "at which the condition holds"
            )
        return NEVER_MET if found == "unmet" else ""

    def _differs_where_met(self, link: Pair) -> bool:
        """Whether sides with branches differ where the condition of a claim holds, as `s == 0` does at one point."""
        if link.condition is None or not is_branched((link.left, link.right)):
            return False
        network = self.examiner.network
        condition, *sides = (network.known.imposed(one) for one in (link.condition, link.left, link.right))
        return differ_where_met(condition, sides, network.facts, compared_numbers(link.where))

    def _lowered(self, tree: Expression) -> Node:
        network = self.examiner.network
        return network.known.imposed(Lowering(network.scope).expression(tree).node)

    def _factor(self, link: Pair) -> ClaimResult:
        """`A ∝ B`: one factor, whatever it depends on, makes every entry of B that of A."""
        if link.shapes is not None:
            return self.pair(replace(link, relation="="), known=True)
        crossed = proportional(link)
        if crossed is None:
            return replace(self.blank, verdict="undecided", message="between two numbers there is always a factor")
        nothing = replace(link, right=constant(0), relation="=")
        if self.pair(replace(nothing, left=link.right), known=True).verdict != "refuted":
            crossed = nothing  # only zero is a multiple of zero
        elif self.pair(nothing, known=True).verdict != "refuted":
            message = "the left side is zero, a multiple of anything"
            return replace(self.blank, verdict="undecided", message=message)
        result = self.pair(crossed, known=True)
        if result.verdict != "refuted":
            return result
        where = self.text.where(link.right_tree.span.start, link.right_tree.span.stop)
        found = Diagnostic("DC231", "no one factor fits every entry", where, "not a multiple")
        return replace(result, witness=None, diagnosis=found, message=found.message)

    def _diagnosed(self, result: ClaimResult, link: Pair) -> ClaimResult:
        """A refuted claim with its diagnosis and, where one is proved, the suggestion."""
        return self._explained(
            result, unexplained(link, self.text), lambda diagnoser: diagnoser.diagnose(link, self.text, self.wording)
        )

    def _explained(self, result: ClaimResult, bare: Diagnostic, search: Search) -> ClaimResult:
        """What the search for a mistake finds; `bare` is known without it. It costs no verdict, however it ends."""
        examiner = self.examiner

        def late() -> ClaimResult:
            examiner.renew()
            return replace(result, diagnosis=bare.with_notes(("search", "what is wrong was not found in time")))

        def found() -> ClaimResult:
            diagnoser = examiner.diagnoser
            failed = bare.with_notes(("search", "derivcheck failed in it"))
            diagnosis, suggestion = diagnoser.attempted(lambda: search(diagnoser), (failed, ""))
            lapses = tuple(diagnoser.lapses)
            if lapses:
                examiner.renew()
            message = diagnosis.message if result.verdict == "invalid" else result.message
            return replace(result, diagnosis=diagnosis, suggestion=suggestion, lapses=lapses, message=message)

        return aside(found, late)
