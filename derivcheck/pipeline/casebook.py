"""One spec judged, whole or piece by piece: its gradients, its claims, the formulas of its document."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from derivcheck.diagnostics.diagnostic import DerivcheckError, Diagnostic, SpecError, Where
from derivcheck.diagnostics.verdicts import ClaimResult, FormulaResult, GradientResult
from derivcheck.graph.nodes import inside
from derivcheck.judging.examiner import assigned
from derivcheck.judging.panel import Panel
from derivcheck.judging.rulings import judge, judged
from derivcheck.judging.statement import Source, Statement, check_spellings, stated
from derivcheck.language.tensors import NamedTensor
from derivcheck.pipeline.exemptions import exempted
from derivcheck.pipeline.memory import Memory
from derivcheck.pipeline.pace import Pace
from derivcheck.pipeline.request import Request
from derivcheck.pipeline.results import FileResult
from derivcheck.spec import ClaimDeclaration, Spec
from derivcheck.spec.declarations import Ignore
from derivcheck.spec.roster import Entry
from derivcheck.spec.selection import names_of_gradient

if TYPE_CHECKING:
    from derivcheck.statements.document.accounting import Accountant
    from derivcheck.statements.document.passages import Manuscript


class Casebook:
    """The verdicts on one spec as they are asked for, each found once; its network is built and derived once.

    A spec that is a sidecar is judged with its document: the `manuscript`, or the file that the spec names.
    """

    def __init__(self, spec: Spec, request: Request | None = None, manuscript: Manuscript | None = None) -> None:
        self.spec = spec
        self.request = request = request or Request()
        self.path = manuscript.path if manuscript is not None else spec.path
        # Progress is told where sizes are given, for then it takes long.
        told = request.progress if request.measuring.sizes else None
        self._measuring = replace(request.measuring, progress=told)
        self._given = manuscript
        self._memory = request.memory or Memory()
        measuring = self._measuring
        asked = (measuring.way, tuple(measuring.sizes.items()), measuring.seconds, measuring.latex)
        self._memory.turn_to(spec, (request.seed, request.strict, *asked, told))
        self._pace = Pace(self.path, request.tell)
        self._problem: DerivcheckError | None = None
        self._formulas: tuple[FormulaResult, ...] | None = None

    def inside(self) -> AbstractContextManager[None]:
        """Where nodes of this spec's network are made."""
        return inside(self._memory.world)

    # --- the whole ------------------------------------------------------------------------

    def result(self) -> FileResult:
        """Everything that is selected, with what is to be said of the rest. Raises DerivcheckError."""
        spec, request = self.spec, self.request
        notes = self._about_the_document()
        declared = [claim for claim in spec.claims if request.selection.matches(claim.id, self.path)]
        panel = self.panel()
        gradients = self._selected_gradients(panel)
        claims, warnings = self._exempted(declared, spec.stray_ignores)
        formulas = tuple(f for f in self.formulas() if request.selection.matches(f.known_as, self.path))
        claims += tuple(f.claim for f in formulas if f.claim is not None and f.standing == "judged")
        reduced = {name: size for examiner in panel.examiners for name, size in examiner.reduced.items()}
        if reduced:
            notes = (*notes, f"claims are judged at {assigned(reduced)}: the sizes given take too much memory")
        return FileResult(
            self.path,
            spec.title,
            spec.source,
            tuple(panel.first.network.sizes.items()),
            panel.first.seed,
            gradients,
            claims,
            notes,
            strict=request.strict,
            document=self.manuscript.path if self.manuscript is not None else "",
            formulas=formulas,
            warnings=warnings,
            remarks=tuple(dict.fromkeys(one for examiner in panel.examiners for one in examiner.network.remarks)),
            spec=spec,
            deselected=self._deselected(panel, len(declared) + len(gradients)) if request.selection.text else 0,
            durations=tuple(self._pace.durations),
        )

    def _deselected(self, panel: Panel, found: int) -> int:
        """How many of the spec's own claims and gradients were not asked for."""
        gradients = sum(len(e.network.parameters) for e in panel.examiners if e.derivation is not None)
        return len(self.spec.claims) + gradients - found

    # --- the network ----------------------------------------------------------------------

    def panel(self) -> Panel:
        """The network at every depth. Raises DerivcheckError with a place, each time anew."""
        if self._problem is not None:
            raise self._problem
        if self._memory.panel is None:
            try:
                with self.inside():
                    panel = Panel.of(self.spec, self.request.seed, self._measuring)
                    if self.spec.symbols:
                        check_spellings(panel.first.network)
            except DerivcheckError as problem:
                first = "".join(self.spec.lines[:1])
                problem.diagnostic = problem.diagnostic.at(Where(self.spec.path, 1, 1, 1, first))
                self._problem = problem
                raise
            for examiner in panel.examiners:
                examiner.expect(examiner.network.parameters)
            self._memory.panel = panel
        return self._memory.panel

    # --- gradients ------------------------------------------------------------------------

    def gradients(self, entry: Entry) -> tuple[GradientResult, ...]:
        """The gradient with respect to one declared tensor, of every member at every depth.

        Raises SpecError (DC683) where there is none.
        """
        found = [
            self._gradient(position, tensor)
            for position, examiner in enumerate(self.panel().examiners)
            for tensor in examiner.network.parameters
            if examiner.derivation is not None and self._declares(entry.tensor, tensor.name)
        ]
        if not found:
            raise SpecError(Diagnostic("DC683", f"no gradient is derived for `{entry.tensor}`", entry.where))
        return tuple(found)

    def _selected_gradients(self, panel: Panel) -> tuple[GradientResult, ...]:
        selected = [
            (position, tensor)
            for position, examiner in enumerate(panel.examiners)
            if examiner.derivation is not None
            for tensor in examiner.network.parameters
            if self.request.selection.matches(
                *names_of_gradient(examiner.derivation.output.name, tensor.name), self.path
            )
        ]
        self._pace.begin("gradient", len(selected))
        return tuple(self._gradient(*one) for one in selected)

    def _gradient(self, position: int, tensor: NamedTensor) -> GradientResult:
        """One gradient at the depth of a position; remembered ones are placed where the tensor is declared now."""
        panel, known = self.panel(), self._memory.gradients
        if (position, tensor.name) not in known:
            examiner = panel.examiners[position]
            of = examiner.derivation.output.name if examiner.derivation is not None else ""
            with self.inside(), self._pace.step(f"d{of}/d{tensor.name}"):
                known[position, tensor.name] = examiner.gradient(tensor)
        # A depth has the same parameters at the same places as any other.
        return replace(known[position, tensor.name], where=panel.first.place_of(tensor.name))

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
        return gradient.verdict == "proved" or (gradient.verdict == "checked" and not self.request.strict)

    # --- claims ---------------------------------------------------------------------------

    def claim(self, entry: Entry) -> ClaimResult:
        """The verdict on one claim. Raises DerivcheckError where the spec has no meaning."""
        assert entry.claim is not None
        ((result,), _) = self._exempted([entry.claim])
        return result

    def _exempted(
        self, declarations: Sequence[ClaimDeclaration], stray: Sequence[Ignore] = ()
    ) -> tuple[tuple[ClaimResult, ...], tuple[Diagnostic, ...]]:
        """The verdicts on some claims with those marked that are ignored, and what is to be said of ignores."""
        with self.inside():
            return exempted(judged(self._claims(declarations), self._ruling), declarations, stray)

    def _claims(self, declarations: Sequence[ClaimDeclaration]) -> Source[tuple[ClaimResult, ...]]:
        """The claims of the spec as a source of statements."""
        found = []
        self._pace.begin("claim", len(declarations))
        for declaration in declarations:
            found.append((yield stated(declaration, self.panel(), self.request.strict)))
        return tuple(found)

    def _ruling(self, statement: Statement) -> ClaimResult:
        """The verdict on a claim, a remembered one where it is declared as it was."""
        known = self._memory.claims
        if statement.declaration not in known:
            known[statement.declaration] = self._paced(statement)
        return known[statement.declaration]

    def _paced(self, statement: Statement) -> ClaimResult:
        with self._pace.step(statement.declaration.id):
            return judge(statement)

    def _reheard(self, statement: Statement) -> ClaimResult:
        """The verdict on a formula, a remembered one where the same was stated before."""
        with self._pace.step(statement.declaration.id):
            return self._memory.rehearings.ruling(statement)

    # --- the document ---------------------------------------------------------------------

    @cached_property
    def manuscript(self) -> Manuscript | None:
        """The document; None where the spec has none, or where it is not here.

        Raises DerivcheckError where it cannot be read.
        """
        if self._given is not None or self.spec.document is None:
            return self._given
        # A spec alone waits for no reader of documents.
        from derivcheck.statements.document.sidecars import manuscript_of

        return manuscript_of(self.spec, self.request.documents)

    @cached_property
    def accountant(self) -> Accountant | None:
        """Who accounts for the document. Raises DerivcheckError."""
        if self.manuscript is None:
            return None
        # As above.
        from derivcheck.statements.document.accounting import Accountant

        return Accountant(self.spec, self.manuscript)

    def formulas(self) -> tuple[FormulaResult, ...]:
        """Every formula of the document. Raises DerivcheckError."""
        if self._formulas is None:
            with self.inside():
                self._formulas = self._accounted()
        return self._formulas

    def _accounted(self) -> tuple[FormulaResult, ...]:
        accountant = self.accountant
        if accountant is None:
            return ()
        # As above.
        from derivcheck.statements.document.account import Account

        self._pace.begin("formula")
        account = Account(accountant, self.panel(), self.request.strict, self._memory.readings)
        formulas = judged(account.formulas(), self._reheard)
        self._memory.turn()
        return formulas

    def _about_the_document(self) -> tuple[str, ...]:
        """What is to be said of a document that is not here. Raises SpecError (DC622) where it must not be missing."""
        spec, strict = self.spec, self.request.strict
        if spec.document is None or self.manuscript is not None:
            return ()
        file = spec.document.file
        if strict or (spec.loss is None and not spec.claims):
            why = "strictly, everything is to be judged" if strict else "the spec has nothing else to judge"
            said = f"`{file.text}` is not here, and {why}"
            raise SpecError(Diagnostic("DC622", said, file.where(), "the document", help="--documents FOLDER"))
        return (f"{file.text} is not here, its formulas are not judged: --documents FOLDER",)
