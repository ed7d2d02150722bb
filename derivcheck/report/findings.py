"""What somebody has to act upon, as a flat list: the formats that have no room for evidence are made from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from derivcheck.diagnostics.diagnostic import Diagnostic, Where
from derivcheck.diagnostics.verdicts import ClaimResult, FormulaResult, GradientResult
from derivcheck.pipeline.results import FileResult, Report
from derivcheck.report.evidence import finding

Kind = Literal["claim", "gradient", "formula", "file", "bug", "spec"]
FIRST = ("refuted", "internal", "bug", "file", "invalid", "undecided")  # what is worth more attention than the rest


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be.

    `rule` is the code or, where there is none, the verdict; `content` tells it from others
    wherever it stands, so that it must not speak of lines; `fails` says whether the run fails
    for it; `ignored` is the reason why it passes all the same.
    """

    kind: Kind
    subject: str
    verdict: str
    content: str
    diagnostic: Diagnostic
    where: Where
    fails: bool = True
    ignored: str = ""

    @property
    def rule(self) -> str:
        return self.diagnostic.code or self.verdict

    @property
    def rank(self) -> int:
        """Refuted claims before everything else, what does not fail the run behind it."""
        names = [name for name in (self.verdict, self.kind) if name in FIRST]
        place = min((FIRST.index(name) for name in names), default=len(FIRST))
        return place + (0 if self.fails else 100)

    @property
    def lines(self) -> list[str]:
        """What is said of it: the message, then a line for each of its notes, longer ones going on below."""
        said = self.diagnostic
        notes = [*said.notes, ("help", said.help)] if said.help else said.notes
        told = [said.message + (f" ({said.label})" if said.label else "")]
        for name, text in notes:
            first, *rest = text.split("\n")
            told += [f"{name}: {first}", *(f"  {line}" for line in rest)]
        return told


def findings(report: Report, *, ignored: bool = False) -> list[Finding]:
    """Everything in the order of the files and of their lines; with `ignored`, also what passes for a reason."""
    found = []
    for file in report.files:
        of_file = [one for one in _of_file(file) if ignored or not one.ignored]
        found += sorted(of_file, key=lambda one: (one.where.path != file.path, one.where.line, one.where.column))
    return found


def own_claims(file: FileResult) -> list[ClaimResult]:
    """The claims of the spec itself; those of its document belong to formulas."""
    of_formulas = {id(formula.claim) for formula in file.formulas}
    return [claim for claim in file.claims if id(claim) not in of_formulas]


def file_finding(file: FileResult) -> Finding | None:
    """Why a file could not be judged, or that derivcheck contradicts itself."""
    if file.failure is None and not file.contradiction:
        return None
    problem = file.failure or Diagnostic("DC901", "derivcheck contradicts itself here: this is its own bug")
    where = problem.where or Where(file.path, 1, 1)
    return Finding(
        "bug" if file.contradiction else "file",
        file.path,
        "internal error" if file.contradiction else "error",
        where.line_text.strip() or problem.message,
        problem,
        where,
    )


def claim_finding(claim: ClaimResult, file: FileResult) -> Finding | None:
    """What is wrong with a claim; nothing where it holds."""
    said = None if claim.holds else finding(claim)
    if said is None:
        return None
    where = said.where or claim.where or Where(file.path, 1, 1)
    return Finding(
        "claim", claim.id, claim.verdict, " ".join(claim.text.split()), said, where, file.fails(claim), claim.ignored
    )


def gradient_finding(gradient: GradientResult, file: FileResult) -> Finding | None:
    """What is open about a gradient; nothing where it is as it should be."""
    if file.accepts(gradient):
        return None
    name = f"d{gradient.of}/d{gradient.wrt}"
    if gradient.problem is not None:
        where = gradient.problem.where or gradient.where or Where(file.path, 1, 1)
        return Finding("gradient", name, gradient.verdict, name, gradient.problem, where)
    reasons = [reason for reason in (gradient.exact.reason, gradient.numeric.reason) if reason]
    said = Diagnostic(
        "",
        f"`{name}` is {': '.join([gradient.verdict, *reasons[:1]])}",
        gradient.where,
        notes=tuple(("numbers", reason) for reason in reasons[1:]),
    )
    where = gradient.where or Where(file.path, 1, 1)
    return Finding("gradient", name, gradient.verdict, name, said, where, file.gradient_fails(gradient))


def formula_finding(formula: FormulaResult, file: FileResult) -> Finding | None:
    """What is wrong with a formula of a document, and what was not read of it; nothing where it is as expected."""
    judged = formula.claim if formula.standing == "judged" else None
    if judged is not None:
        found = claim_finding(replace(judged, holds=judged.holds and formula.holds), file)
        return None if found is None else replace(found, kind="formula")
    passes_unread = formula.standing in ("unread", "ambiguous") and not formula.expected
    if formula.holds and not passes_unread:
        return None
    shown = " ".join(formula.text.split())
    said = formula.reason or Diagnostic("", f"`{shown}` is {formula.standing}", formula.where)
    where = said.where or formula.where
    return Finding("formula", formula.known_as, formula.standing, shown, said, where, not formula.holds)


def warning_findings(file: FileResult) -> Iterator[Finding]:
    """What is to be said of the spec itself; a warning fails the run where only proofs count, a remark never does."""
    for said, fails in (*((one, file.strict) for one in file.warnings), *((one, False) for one in file.remarks)):
        where = said.where or Where(file.path, 1, 1)
        content = where.line_text.strip() or said.message
        yield Finding("spec", file.path, "error" if fails else "warning", content, said, where, fails)


def notes(report: Report) -> list[tuple[Where, str]]:
    """What is told of the files besides: that a document is not there, or which sizes took too much memory."""
    return [(Where(file.path, 1, 1), note) for file in report.files for note in file.notes]


def _of_file(file: FileResult) -> Iterator[Finding]:
    found = [
        file_finding(file),
        *(claim_finding(claim, file) for claim in own_claims(file)),
        *(formula_finding(formula, file) for formula in file.formulas),
        *(gradient_finding(gradient, file) for gradient in file.gradients),
    ]
    yield from (one for one in found if one is not None)
    yield from warning_findings(file)
