"""One formula where it stands in a document, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from derivcheck.diagnostics.diagnostic import Diagnostic, NotationError, Where, placed
from derivcheck.diagnostics.verdicts import ClaimResult, FormulaResult, Standing
from derivcheck.spec.declarations import Binding, Expectation
from derivcheck.statements.document.namings import told
from derivcheck.statements.document.passages import Passage
from derivcheck.statements.document.places import known_as

AMBIGUOUS = frozenset({"DC106", "DC171", "DC172", "DC177", "DC179"})


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A formula at its place, with what its sidecar says of it; `strict` lets what is not read fail.

    `key` is how a sidecar may name it.
    """

    passage: Passage
    span: tuple[int, int]
    key: str = ""
    binding: Binding | None = None
    expectation: Expectation | None = None
    strict: bool = False

    @property
    def where(self) -> Where:
        return self.passage.text.where(*self.span)

    @property
    def name(self) -> str:
        """What it is known by: its label, or its line."""
        return known_as(self.passage, self.span)

    @property
    def shown(self) -> str:
        start, stop = self.span
        return self.passage.text.text[start:stop].strip()

    @property
    def bound(self) -> bool:
        return self.binding is not None

    def said(self, code: str, message: str, label: str = "", help: str = "") -> Diagnostic:
        """Something to be said of it, at its place."""
        return Diagnostic(code, message, self.where, label, help=help)

    def unread(self, problem: Diagnostic | NotationError) -> FormulaResult:
        """It is not judged, for a reason."""
        reason = placed(problem, self.passage.text) if isinstance(problem, NotationError) else problem
        standing: Standing = "ambiguous" if reason.code in AMBIGUOUS else "unread"
        expected = self.expectation is not None
        holds = self.expectation.verdict == standing if self.expectation is not None else not self.strict
        return FormulaResult(
            self.passage.kind, self.shown, self.where, standing, None, reason, self.bound, holds, expected
        )

    @property
    def free(self) -> bool:
        """Whether its sidecar says nothing of it."""
        return self.binding is None and self.expectation is None

    def defined(self, shown: str) -> FormulaResult:
        """It says what its left side means."""
        reason = self.said("DC636", told(self.where, shown), "what the name means from here on")
        return self._finished("definition", None, reason)

    def updated(self) -> FormulaResult:
        """It gives its left side a new value."""
        reason = self.said("DC626", "an update: the left side is given a new value")
        return self._finished("definition", None, reason)

    def judged(self, claim: ClaimResult, standing: Standing, inferred: tuple[str, ...] = ()) -> FormulaResult:
        """It has a verdict, which rests on what the text says besides."""
        diagnosis = claim.diagnosis
        if diagnosis is not None:
            diagnosis = diagnosis.with_notes(*(("inferred", line) for line in inferred))
        return self._finished(standing, replace(claim, inferred=inferred, diagnosis=diagnosis), None)

    def _finished(self, standing: Standing, claim: ClaimResult | None, reason: Diagnostic | None) -> FormulaResult:
        expectation = self.expectation
        holds = claim is None or claim.holds
        if expectation is not None:
            found = claim.verdict if claim is not None and standing != "definition" else standing
            holds = found == expectation.verdict
            if claim is not None:
                code = claim.diagnosis.code if claim.diagnosis is not None else ""
                message = claim.message
                if holds and expectation.code and code != expectation.code:
                    holds, message = False, f"expected the diagnosis {expectation.code}, found {code or 'none'}"
                elif not holds:
                    message = f"expected to be {expectation.verdict}"
                claim = replace(claim, expected=expectation.verdict, holds=holds, message=message)
        return FormulaResult(self.passage.kind, self.shown, self.where, standing, claim, reason, self.bound, holds)
