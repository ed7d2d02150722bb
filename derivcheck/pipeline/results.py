"""What a run found: every file with its results, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from derivcheck.diagnostics.diagnostic import Diagnostic, Where
from derivcheck.diagnostics.display import Displayed
from derivcheck.diagnostics.verdicts import ASIDES, HOLDS, ClaimResult, FailOn, FormulaResult, GradientResult
from derivcheck.pipeline.pace import Duration
from derivcheck.spec import Spec

KNOWN = "in the baseline"  # why a finding passes that a run before has found


@dataclass(frozen=True, slots=True)
class FileResult(Displayed):
    """One spec judged; `error` instead of results where it could not be read."""

    path: str
    title: str = ""
    source: str = ""
    sizes: tuple[tuple[str, int], ...] = ()
    seed: int = 0
    gradients: tuple[GradientResult, ...] = ()
    claims: tuple[ClaimResult, ...] = ()
    notes: tuple[str, ...] = ()
    error: Diagnostic | None = None
    contradiction: bool = False
    strict: bool = False
    document: str = ""  # the document whose formulas were accounted for
    formulas: tuple[FormulaResult, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()  # findings about the spec itself; where only proofs count, they fail
    remarks: tuple[Diagnostic, ...] = ()  # of formulas that mean something, and perhaps not what was meant
    fail_on: FailOn = "undecided"
    deselected: int = 0  # claims and gradients that were not asked for
    known: tuple[str, ...] = ()  # by which tensors the gradients are that a baseline lets pass
    durations: tuple[Duration, ...] = field(default=(), compare=False, repr=False)
    # Each file that it rests upon, and its state.
    reads: tuple[tuple[str, str], ...] = field(default=(), compare=False, repr=False)
    spec: Spec | None = field(default=None, compare=False, repr=False)  # what a report may draw or derive from

    @property
    def exit_code(self) -> int:
        """0 everything holds, 1 something does not, 2 could not be judged, 3 derivcheck's own bug."""
        if self.contradiction or self.internal:
            return 3
        if self.error is not None or self.illegible:
            return 2
        failed = any(self.fails(claim) for claim in self.claims) or any(self.fails(f) for f in self.formulas)
        failed = failed or any(self.gradient_fails(gradient) for gradient in self.gradients)
        return 1 if failed or (self.strict and self.warnings) else 0

    @property
    def internal(self) -> int:
        """How many claims, formulas and gradients derivcheck's own bugs spoiled."""
        claims = {id(claim): claim.verdict for claim in self.claims}
        claims |= {id(f.claim): f.claim.verdict for f in self.formulas if f.claim is not None}
        return [*claims.values(), *(gradient.verdict for gradient in self.gradients)].count("internal")

    @property
    def failure(self) -> Diagnostic | None:
        """Why there are no results: what could not be read, or that there was nothing to judge."""
        if self.error is None and self.illegible:
            what = "no formula of the document could be read"
            return Diagnostic("DC632", what, self.formulas[0].where, "the first of them")
        if self.blank:
            what = "there is nothing to judge: neither a loss nor a claim is declared"
            return Diagnostic("DC682", what, Where(self.path, 1, 1), help="claims: {name: equation}")
        return self.error

    @property
    def blank(self) -> bool:
        """Whether there was nothing to judge, though nothing was left out."""
        found = (self.error, self.gradients, self.claims, self.formulas, self.document, self.notes, self.deselected)
        return not any(found)

    @property
    def illegible(self) -> bool:
        """Whether a document has formulas that were not to be read, unexpectedly, and not one that was."""
        if any(formula.standing not in ("unread", "ambiguous") or formula.expected for formula in self.formulas):
            return False
        return any(formula.reason is not None and formula.reason.code not in ASIDES for formula in self.formulas)

    def fails(self, result: ClaimResult | FormulaResult) -> bool:
        """Whether a claim or a formula makes the file fail: it does not hold, is not ignored, and open ones count."""
        if isinstance(result, FormulaResult):
            if result.standing == "judged" and result.claim is not None:
                return not result.holds and self.fails(replace(result.claim, holds=result.holds))
            return not result.holds
        return not result.holds and not result.ignored and not (self.fail_on == "refuted" and result.open)

    def gradient_fails(self, gradient: GradientResult) -> bool:
        """Whether a gradient makes the file fail: none is ever refuted, so open ones must count."""
        if gradient.verdict == "internal":
            return True
        return self.fail_on == "undecided" and not self.accepts(gradient) and gradient.wrt not in self.known

    def __repr__(self) -> str:
        found = f"{len(self.gradients)} gradients, {len(self.claims)} claims"
        if self.error is not None:
            found = f"{self.error.code} {self.error.message}"
        return f"<{self.path}: {found}; exit code {self.exit_code}>"

    def accepts(self, gradient: GradientResult) -> bool:
        """Whether a gradient is as it should be: proved or checked, proved where only proofs count."""
        return gradient.verdict == "proved" if self.strict else gradient.verdict in HOLDS


@dataclass(frozen=True, slots=True)
class Report(Displayed):
    """Everything that one run judged."""

    files: tuple[FileResult, ...]
    exit_zero: bool = False
    deselected: int = 0  # claims and gradients that were not asked for

    @property
    def exit_code(self) -> int:
        """The highest code of the files; 2 where there was nothing to judge. With `exit_zero`, 1 becomes 0."""
        code = max((2 if file.blank else file.exit_code for file in self.files), default=2)
        return 0 if code == 1 and self.exit_zero else code
