"""One spec judged piece by piece: only what is asked for, and nothing twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from derivcheck.diagnostics.diagnostic import DerivcheckError, Diagnostic, SpecError, Where
from derivcheck.diagnostics.verdicts import ClaimResult, FormulaResult, GradientResult
from derivcheck.judging.examiner import Examiner
from derivcheck.judging.rulings import check_spellings, judge_claim
from derivcheck.language.network import build, depths
from derivcheck.pipeline.exemptions import exempted
from derivcheck.spec import Spec
from derivcheck.spec.roster import Entry

if TYPE_CHECKING:
    from derivcheck.statements.document.accounting import Accountant


class Casebook:
    """The verdicts on one spec as they are asked for; `accountant` tells of its document."""

    def __init__(self, spec: Spec, strict: bool = False, accountant: Accountant | None = None) -> None:
        self.spec = spec
        self.strict = strict
        self._accountant = accountant
        self._examiners: list[Examiner] | DerivcheckError | None = None
        self._formulas: tuple[FormulaResult, ...] | DerivcheckError | None = None

    def examiners(self) -> list[Examiner]:
        """The network at every depth. Raises DerivcheckError with a place, each time anew."""
        if self._examiners is None:
            try:
                self._examiners = [Examiner(build(self.spec, depth)) for depth in depths(self.spec)]
                if self.spec.symbols:
                    check_spellings(self._examiners[0].network)
            except DerivcheckError as problem:
                first = "".join(self.spec.lines[:1])
                problem.diagnostic = problem.diagnostic.at(Where(self.spec.path, 1, 1, 1, first))
                self._examiners = problem
        if isinstance(self._examiners, DerivcheckError):
            raise self._examiners
        return self._examiners

    def claim(self, entry: Entry) -> ClaimResult:
        """The verdict on one claim. Raises DerivcheckError where the spec has no meaning."""
        assert entry.claim is not None
        ((result,), _) = exempted((judge_claim(entry.claim, self.examiners(), self.strict),), (entry.claim,))
        return result

    def gradients(self, entry: Entry) -> tuple[GradientResult, ...]:
        """The gradient with respect to one declared tensor, of every member at every depth.

        Raises SpecError (DC683) where there is none.
        """
        found = [
            examiner.gradient(tensor)
            for examiner in self.examiners()
            for tensor in examiner.network.parameters
            if examiner.derivation is not None and self._declares(entry.tensor, tensor.name)
        ]
        if not found:
            raise SpecError(Diagnostic("DC683", f"no gradient is derived for `{entry.tensor}`", entry.where))
        return tuple(found)

    def _declares(self, declared: str, member: str) -> bool:
        """Whether a member, as `W[2]`, is one of a declared tensor, as `W[l]`; its own declaration goes first."""
        if declared == member:
            return True
        names = {tensor.name.text for tensor in self.spec.tensors}
        labels = {family.label for family in self.spec.families}
        stem, bracket, label = declared.partition("[")
        # `x[0]` and `x[L]` are single members; what runs through a label is a family.
        runs = any(name in label for name in labels) if bracket else False
        return runs and member not in names and member.split("[")[0] == stem

    def accepts(self, gradient: GradientResult) -> bool:
        """Whether a gradient is as it should be."""
        return gradient.verdict == "proved" or (gradient.verdict == "checked" and not self.strict)

    def formulas(self) -> tuple[FormulaResult, ...]:
        """Every formula of the document. Raises DerivcheckError, each time anew."""
        assert self._accountant is not None
        self.examiners()
        if self._formulas is None:
            try:
                self._formulas = self._accountant.account()
            except DerivcheckError as problem:
                self._formulas = problem
        if isinstance(self._formulas, DerivcheckError):
            raise self._formulas
        return self._formulas


def accountant_of(spec: Spec, strict: bool = False) -> Accountant | None:
    """Who accounts for a spec's document; None where it has none, or where it is not here.

    Raises DerivcheckError where the document cannot be read.
    """
    from derivcheck.statements.document.accounting import Accountant
    from derivcheck.statements.document.sidecars import manuscript_of

    manuscript = manuscript_of(spec)
    return Accountant(spec, manuscript, None, strict) if manuscript is not None else None
