"""Everything about one network at one depth: its derivation, its gradients judged, its search for mistakes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from derivcheck.diagnostics.diagnostic import (
    ContradictionError,
    DerivcheckError,
    Diagnostic,
    NumericError,
    UnsupportedError,
    Where,
    own_bug,
    tracebacks_are_wanted,
)
from derivcheck.diagnostics.verdicts import (
    ExactEvidence,
    Forms,
    GradientResult,
    NumericEvidence,
    NumericVerdict,
    Verdict,
)
from derivcheck.evidence.canonical.form import Facts, without_switches
from derivcheck.evidence.numeric.comparison import agreements, compare_gradient
from derivcheck.evidence.numeric.program import Program
from derivcheck.forms.candidates import GradientForm
from derivcheck.forms.derivation import Derivation, is_affine_layer
from derivcheck.forms.slopes import SlopeStyle
from derivcheck.graph.derive import forget_sweeps
from derivcheck.graph.nodes import Input, Node, Quantity, topological
from derivcheck.graph.sizes import affordable, dimensions_of, fitted, shapes_of
from derivcheck.judging.deadline import Limit, within
from derivcheck.judging.diagnose import Diagnoser
from derivcheck.judging.judge import Judge
from derivcheck.judging.proofreader import Notation, Proofreader, UnwrittenError
from derivcheck.judging.settings import Measuring
from derivcheck.judging.steps import StepWriter
from derivcheck.language.network import Network, build, unknown_dimension, with_abbreviations
from derivcheck.language.notation.syntax import Derivative, Equation, Expression, Name, Subscript
from derivcheck.language.provisions import provided
from derivcheck.language.tensors import NamedTensor
from derivcheck.spec import ClaimDeclaration, Spec

MEASURED_ENTRIES = 1 << 22  # of all nodes together that may be laid out to measure a gradient


def assigned(sizes: Mapping[str, int]) -> str:
    """`n = 4, m = 3`."""
    return ", ".join(f"{name} = {size}" for name, size in sizes.items())


def late_text(seconds: float) -> str:
    """What is said of a claim or a gradient that runs away."""
    return f"took longer than {seconds:g} s (`--claim-timeout` gives more)"


class Examiner:
    """Everything about one network at one depth."""

    def __init__(
        self,
        network: Network,
        seed: int | None = None,
        measuring: Measuring | None = None,
        slopes: SlopeStyle = "value",
    ) -> None:
        """`slopes` says how slopes are written in what is derived.

        Raises SpecError (DC039) where `measuring` gives a size to a dimension that the spec does not have.
        """
        self.network = network = provided(network, network.spec.given)
        self.measuring = measuring or Measuring()
        self.slopes: SlopeStyle = slopes
        for name in self.measuring.sizes:
            if name not in network.sizes:
                raise unknown_dimension(name, network.sizes)
        self.seed = network.spec.numeric.seed if seed is None else seed
        self.prefix = ", ".join(f"{label} = {value}" for label, value in network.depth.items())
        self.reduced: dict[str, int] = {}  # sizes that were given, and at which claims would take too much memory
        self._measured: dict[tuple[Node, Node], NumericEvidence] = {}
        self._measured_at: dict[tuple[Node, Node], Mapping[str, int]] = {}  # sizes below those that were given
        self._expected: tuple[NamedTensor, ...] = ()
        self._begin()

    def _begin(self) -> None:
        """The derivation and the judge, who remember what they have found."""
        network = self.network
        self.derivation = None
        # A second name of an input, `a[0]: x`, is no quantity of its own.
        names = frozenset(
            t.node for t in network.tensors if isinstance(t.node, Quantity) and not isinstance(t.node.operand, Input)
        )
        cuts: list[frozenset[Node]] = []
        adjoints: frozenset[Node] = frozenset()
        if network.loss is not None:
            taken = (*network.scope.dimensions, *network.scope.functions)
            spec = network.spec
            short = network.scope.abbreviations
            self.derivation = Derivation(
                network.loss, network.tensors, network.facts, spec.vectors, taken, spec.layout, short, self.slopes
            )
            adjoints = frozenset(node for node in self.derivation.adjoints.values() if isinstance(node, Quantity))
            names -= {network.loss.node}
        cuts.append(names)
        # Activations and probabilities may have to be looked into, pre-activations seldom.
        cuts.append(frozenset(n for n in names if is_affine_layer(n, names)))
        self.judge = Judge(network.facts, network.sizes, self.seed, cuts, adjoints, network.given, network.known)
        self.judge.reduced = self.reduced
        self.proofreader = Proofreader(network, self.derivation, self.judge)
        self._diagnoser: Diagnoser | None = None
        self._writer: StepWriter | None = None
        self._deeper: dict[tuple[tuple[str, int], ...], Examiner] = {}

    def renew(self) -> None:
        """Forget what may be half made, after something was interrupted or failed in the middle."""
        forget_sweeps()
        self._expected = ()
        self._deeper.clear()
        self._begin()

    @property
    def diagnoser(self) -> Diagnoser:
        """The search for what is wrong with a claim; made when it is first asked."""
        if self._diagnoser is None:
            self._diagnoser = Diagnoser(self.network, self.judge, self.proofreader)
        return self._diagnoser

    @property
    def writer(self) -> StepWriter:
        """The writer of derivations line by line, of a network with a loss; made when it is first asked."""
        if self._writer is None:
            self._writer = StepWriter(self.proofreader)
        return self._writer

    def meet(self, others: Iterable[Examiner]) -> None:
        """Know the same spec at other depths, so that it is not built there again."""
        self._deeper.update({tuple(sorted(other.network.depth.items())): other for other in others})

    def at_depth(self, depth: Mapping[str, int]) -> Examiner:
        """The same spec at another depth (remembered)."""
        key = tuple(sorted(depth.items()))
        if key not in self._deeper:
            self._deeper[key] = Examiner(build(self.network.spec, depth), self.seed, self.measuring, self.slopes)
        return self._deeper[key]

    def for_claim(self, declaration: ClaimDeclaration) -> Examiner:
        """The examiner with the abbreviations and facts that a claim brings along, itself where it brings none.

        Raises SpecError and NotationError for a `let` or `given` that cannot be used.
        """
        if not declaration.let and not declaration.given:
            return self
        network = with_abbreviations(self.network, declaration.let)
        network = provided(network, declaration.given)
        made = Examiner(network, self.seed, self.measuring, self.slopes)
        made.judge.reduced = self.reduced
        made._deeper = self._deeper  # nothing of it depends on what the claim brings along
        return made

    # --- gradients ------------------------------------------------------------------------

    def gradients(self, wanted: Callable[[str, str], bool] = lambda of, wrt: True) -> Iterable[GradientResult]:
        """The gradient by every parameter, by those alone that are `wanted`: called with the names of both."""
        if self.derivation is None:
            return ()
        of = self.derivation.output.name
        chosen = [tensor for tensor in self.network.parameters if wanted(of, tensor.name)]
        self.expect(chosen)
        return tuple(map(self.gradient, chosen))

    def expect(self, tensors: Iterable[NamedTensor]) -> None:
        """Measure the gradients by these tensors together, when one of them is asked for."""
        self._expected = tuple(tensors)

    def gradient(self, tensor: NamedTensor) -> GradientResult:
        """∂L/∂tensor derived, measured, and its forms read back: what is shown is what is proved.

        Whatever happens to it is its own result: that it takes too long, or a bug of derivcheck.
        """
        assert self.derivation is not None
        notes = (self.prefix,) if self.prefix else ()
        shape = tuple(str(axis.dimension) for axis in tensor.axes)
        blank = GradientResult(
            self.derivation.output.name,
            tensor.name,
            shape,
            Forms(""),
            "undecided",
            ExactEvidence(None),
            NumericEvidence("not_run"),
            notes=notes,
            where=self._where(tensor),
        )
        seconds = self.measuring.seconds

        def late() -> GradientResult:
            self.renew()
            return replace(blank, notes=(*notes, late_text(seconds)))

        try:
            return within(Limit(seconds, busy=True), lambda: self._gradient(tensor, blank), late)
        except UnsupportedError as problem:
            return replace(blank, notes=(*notes, problem.diagnostic.message))
        except DerivcheckError as problem:
            found = problem.diagnostic
        except Exception as problem:
            if tracebacks_are_wanted():
                raise
            self.renew()
            found = own_bug(problem)
        return replace(
            blank, verdict="internal", problem=found.at(blank.where), notes=(*notes, f"{found.code} {found.message}")
        )

    def _gradient(self, tensor: NamedTensor, blank: GradientResult) -> GradientResult:
        derivation = self.derivation
        assert derivation is not None
        output = derivation.output
        notes = list(blank.notes)
        if tensor.node not in derivation.adjoints and tensor.node is not output.node:
            notes.append(f"{output.name} does not depend on {tensor.name}: the gradient is zero")
        numeric = self.measured(tensor)
        if smaller := self._measured_at.get((output.node, tensor.node)):
            notes.append(f"measured at {assigned(smaller)}: the sizes given take too much memory (`--sizes` insists)")
        if numeric.verdict == "differs":
            raise ContradictionError(
                Diagnostic(
                    "DC902",
                    f"the derived d{output.name}/d{tensor.name} disagrees with differences",
                    self._where(tensor),
                    f"relative error {numeric.max_error:.1e}, bar {numeric.bar:.1e}",
                    (("worst entry", f"{tensor.name}{numeric.reason}"), ("census", str(numeric.census or ""))),
                    help="this is a bug of derivcheck: please report it with the spec",
                )
            )
        if numeric.verdict not in ("agrees", "kink"):
            notes.append(f"differences: {numeric.reason or numeric.verdict}")
        try:
            proof = self.proofreader.gradient(tensor)
        except UnwrittenError as why:
            # There is nothing to read, and what is derived is measured all the same.
            notes.append(f"no form could be written: {why}")
            seen: Verdict = "checked" if numeric.verdict in ("agrees", "kink") else "undecided"
            return replace(blank, verdict=seen, numeric=numeric, notes=tuple(notes))
        worst = min(proof.judgements, key=lambda j: ("undecided", "checked", "proved").index(j.verdict))
        verdict = "undecided" if numeric.verdict == "undefined" else worst.verdict
        facts = tuple(dict.fromkeys(text for j in proof.judgements for text in j.facts))
        return replace(
            blank,
            forms=self._forms(proof.form),
            verdict=verdict,
            exact=worst.exact,
            numeric=numeric,
            facts=facts,
            notes=tuple(notes),
        )

    def _forms(self, form: GradientForm) -> Forms:
        """The forms in every notation, each as it was read back."""
        assert self.derivation is not None
        of, wrt = self.derivation.output.tree, form.wrt.tree
        places = tuple(Name(letter) for letter in form.letters)
        entry = Derivative(of, (Subscript(wrt, places) if places else wrt,))

        def shown(left: Expression, right: Expression | None, notation: Notation) -> str:
            sides = self.proofreader.sides(Equation((left, right), ("=",)), notation) if right is not None else None
            return sides[1] if sides is not None else ""

        whole = Derivative(of, (wrt,))
        latex = ""
        if self.measuring.latex:
            latex = shown(whole, form.matrix, "latex") or shown(entry, form.index, "latex")
        return Forms(
            index=shown(entry, form.index, "plain"),
            matrix=shown(whole, form.matrix, "plain"),
            no_matrix=form.no_matrix,
            index_unicode=shown(entry, form.index, "unicode"),
            matrix_unicode=shown(whole, form.matrix, "unicode"),
            latex=latex,
            letters=form.letters,
            slices=self._slices(form, "plain"),
            slices_unicode=self._slices(form, "unicode"),
        )

    def _slices(self, form: GradientForm, notation: Notation) -> str:
        """`for each h: dL/dQ[h,:,:] = …`, nothing where there is no such form."""
        if form.slices is None:
            return ""
        left = self.proofreader.slice_of(form.wrt, form.slices)
        text = self.proofreader.text(Equation((left, form.slices.matrix), ("=",)), notation)
        return f"{form.slices.every}: {text}" if text else ""

    def measured(self, tensor: NamedTensor) -> NumericEvidence:
        """The derived gradient against differences of the forward pass."""
        assert self.derivation is not None
        output = self.derivation.output.node
        adjoint = self.derivation.adjoints.get(tensor.node)
        if adjoint is None:
            return NumericEvidence("agrees", "no path", 0.0, 0.0, 0)
        key = (output, tensor.node)
        if key not in self._measured:
            self._measure_together()
        if key not in self._measured:
            network, sizes = self.network, self._sizes_for(tensor, adjoint)
            if self.measuring.progress is not None:
                self.measuring.progress(f"measuring d{self.derivation.output.name}/d{tensor.name}")
            found = self._compared(output, tensor, adjoint, sizes, network.facts)
            if found.verdict == "undefined" and (beside := without_switches(network.facts)) != network.facts:
                # `y log y` has no value at the zeros of a one-hot y, and one beside them.
                elsewhere = self._compared(output, tensor, adjoint, sizes, beside)
                found = found if elsewhere.verdict == "undefined" else elsewhere
            self._measured[key] = found
        return self._measured[key]

    def _sizes_for(self, tensor: NamedTensor, adjoint: Node) -> Mapping[str, int]:
        """The sizes at which a gradient is measured."""
        assert self.derivation is not None
        network, output = self.network, self.derivation.output.node
        asked = {**network.given, **self.measuring.sizes}
        dimensions = dimensions_of([output, adjoint])
        sizes: Mapping[str, int]
        sizes = fitted(network.sizes, dimensions, asked) or {**network.sizes, **asked}
        if not self.measuring.sizes:
            nodes = topological([output, adjoint])
            if affordable(sizes, dimensions, shapes_of(nodes), MEASURED_ENTRIES) is not sizes:
                laid_out = set(nodes) - Program([output, adjoint]).fused
                sizes = affordable(sizes, dimensions, shapes_of(laid_out), MEASURED_ENTRIES)
        self._measured_at[output, tensor.node] = {n: sizes[n] for n, size in network.given.items() if sizes[n] < size}
        return sizes

    def _measure_together(self) -> None:
        """Measure at once what is expected; what does not agree at once is looked at by itself, later."""
        expected, self._expected = self._expected, ()
        if self.derivation is None or self.measuring.way != "full":
            return
        output, adjoints = self.derivation.output.node, self.derivation.adjoints
        groups: dict[tuple[tuple[str, int], ...], list[Node]] = {}
        for tensor in expected:
            adjoint = adjoints.get(tensor.node)
            if adjoint is not None and (output, tensor.node) not in self._measured:
                groups.setdefault(tuple(self._sizes_for(tensor, adjoint).items()), []).append(tensor.node)
        for sizes, nodes in groups.items():
            claimed = {node: adjoints[node] for node in nodes}
            try:
                found = agreements(output, claimed, dict(sizes), self.network.facts, self.seed)
            except (NumericError, UnsupportedError):
                continue
            self._measured |= {(output, node): evidence for node, evidence in found.items()}

    def _compared(
        self, output: Node, tensor: NamedTensor, adjoint: Node, sizes: Mapping[str, int], facts: Facts
    ) -> NumericEvidence:
        try:
            return compare_gradient(
                output, tensor.node, adjoint, sizes, facts, self.seed, way=self.measuring.way, order=tensor.axes
            )
        except (NumericError, UnsupportedError) as problem:
            verdict: NumericVerdict = "undefined" if problem.diagnostic.code == "DC501" else "cannot_tell"
            return NumericEvidence(verdict, reason=problem.diagnostic.message)

    def turn_to(self, spec: Spec) -> None:
        """Take another text of the same network, so that places are those of its lines."""
        self.network = replace(self.network, spec=spec)
        self._deeper.clear()

    def _where(self, tensor: NamedTensor) -> Where | None:
        return self.place_of(tensor.name)

    def place_of(self, name: str) -> Where | None:
        """Where a tensor is declared."""
        stem = name.split("[")[0]
        for declaration in self.network.spec.tensors:
            if declaration.name.text.split("[")[0] == stem:
                return declaration.name.where(0, len(declaration.name.text))
        return None
