"""From specs to verdicts: the pipeline, read aloud.

load the spec, build the network, derive every gradient, judge its forms against the
adjoint and against differences, judge the claims, hand over the results.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from derivcheck.canonical.atoms import GrowthError, UndefinedError
from derivcheck.claims import Pair, form_pair, pair, pairs
from derivcheck.derivation import Derivation, GradientForm, NamedTensor, is_affine_layer
from derivcheck.diagnose import Diagnoser
from derivcheck.diagnostics import (
    ContradictionError,
    DerivcheckError,
    Diagnostic,
    NotationError,
    NumericError,
    SourceText,
    SpecError,
    UnsupportedError,
    Where,
)
from derivcheck.general import Instance, depths_to_try, described, holds_for_every_depth
from derivcheck.graph import Input, Node, Quantity
from derivcheck.judge import Judge
from derivcheck.measurement import finite_difference
from derivcheck.network import (
    Network,
    build,
    depths,
    located,
    substitute_labels,
    with_abbreviations,
    with_facts,
)
from derivcheck.notation.parser import parse_continuation, parse_equation
from derivcheck.notation.printer import to_latex, to_plain, to_unicode
from derivcheck.notation.syntax import Derivative, Equation, Expression, Name, Subscript
from derivcheck.numeric.comparison import compare_gradient
from derivcheck.numeric.survey import Way
from derivcheck.spec import ClaimDeclaration, Spec, load_spec, read_spec
from derivcheck.verdicts import (
    HOLDS,
    ClaimResult,
    ExactEvidence,
    FileResult,
    Forms,
    GradientResult,
    NumericEvidence,
    Report,
    Verdict,
)


@dataclass(frozen=True, slots=True)
class Measuring:
    """How derived gradients are measured: the way (numeric/survey.py), sizes of its own, and whom to tell.

    `sizes` hold for the measurement alone; claims are judged at the spec's sizes.
    """

    way: Way = "full"
    sizes: Mapping[str, int] = field(default_factory=dict)
    progress: Callable[[str], None] | None = None


def verify_paths(paths: Iterable[str | Path], seed: int | None = None, strict: bool = False) -> Report:
    """Every spec file in the order given; a file that cannot be read is reported, the others are judged."""
    return Report(tuple(verify_file(path, seed, strict) for path in paths))


def verify_file(
    path: str | Path, seed: int | None = None, strict: bool = False, measuring: Measuring | None = None
) -> FileResult:
    try:
        spec = load_spec(path)
    except DerivcheckError as problem:
        return FileResult(str(path), error=problem.diagnostic)
    return verify_spec(spec, seed, strict, measuring)


def verify_text(text: str, path: str = "<string>", seed: int | None = None, strict: bool = False) -> FileResult:
    """The verdicts on a spec given as text."""
    try:
        spec = read_spec(text, path)
    except DerivcheckError as problem:
        return FileResult(path, error=problem.diagnostic)
    return verify_spec(spec, seed, strict)


def verify_spec(
    spec: Spec, seed: int | None = None, strict: bool = False, measuring: Measuring | None = None
) -> FileResult:
    """The verdicts on one spec, at every depth it declares."""
    blank = FileResult(spec.path, spec.title, spec.source, strict=strict)
    try:
        examiners = [Examiner(build(spec, depth), seed, measuring) for depth in depths(spec)]
        gradients = tuple(result for examiner in examiners for result in examiner.gradients())
        claims = tuple(judge_claim(declaration, examiners, strict) for declaration in spec.claims)
    except ContradictionError as problem:
        return replace(blank, error=problem.diagnostic, contradiction=True)
    except DerivcheckError as problem:
        return replace(blank, error=problem.diagnostic.at(Where(spec.path, 1, 1, 1, "".join(spec.lines[:1]))))
    first = examiners[0]
    return replace(
        blank, sizes=tuple(first.network.sizes.items()), seed=first.seed, gradients=gradients, claims=claims
    )  # fmt: skip


class Examiner:
    """Everything about one network at one depth."""

    def __init__(self, network: Network, seed: int | None = None, measuring: Measuring | None = None) -> None:
        """Raises SpecError (DC039) where `measuring` gives a size to a dimension that the spec does not have."""
        self.network = network
        self.measuring = measuring or Measuring()
        for name in self.measuring.sizes:
            if name not in network.sizes:
                raise SpecError(Diagnostic("DC039", f"`{name}` is not a dimension of this spec", None, "",
                                           (("dimensions", ", ".join(network.sizes)),)))  # fmt: skip
        self.seed = network.spec.numeric.seed if seed is None else seed
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
            self.derivation = Derivation(network.loss, network.tensors, network.facts, spec.vectors, taken, spec.layout)
            adjoints = frozenset(node for node in self.derivation.adjoints.values() if isinstance(node, Quantity))
            names -= {network.loss.node}
        cuts.append(names)
        # Activations and probabilities may have to be looked into, pre-activations seldom.
        cuts.append(frozenset(n for n in names if is_affine_layer(n, names)))
        self.judge = Judge(network.facts, network.sizes, self.seed, cuts, adjoints)
        self.prefix = ", ".join(f"{label} = {value}" for label, value in network.depth.items())
        self._diagnoser: Diagnoser | None = None
        self._measured: dict[tuple[Node, Node], NumericEvidence] = {}
        self._deeper: dict[tuple[tuple[str, int], ...], Examiner] = {}

    @property
    def diagnoser(self) -> Diagnoser:
        """The search for what is wrong with a claim; the derived forms are written when it is first asked."""
        if self._diagnoser is None:
            self._diagnoser = Diagnoser(self.network, self.judge, self._derived())
        return self._diagnoser

    def _derived(self) -> dict[Node, Expression]:
        found: dict[Node, Expression] = {}
        if self.derivation is None:
            return found
        for node, adjoint in self.derivation.adjoints.items():
            try:
                form = self.derivation.best(self.derivation.tensors[node])
            except (GrowthError, UndefinedError):
                continue
            if form.matrix is not None:
                found[adjoint] = form.matrix
        return found

    def at_depth(self, depth: dict[str, int]) -> Examiner:
        """The same spec at another depth (remembered)."""
        key = tuple(sorted(depth.items()))
        if key not in self._deeper:
            self._deeper[key] = Examiner(build(self.network.spec, depth), self.seed, self.measuring)
        return self._deeper[key]

    def for_claim(self, declaration: ClaimDeclaration) -> Examiner:
        """The examiner with the abbreviations and facts that a claim brings along, itself where it brings none.

        Raises SpecError and NotationError for a `let` or `given` that cannot be used.
        """
        if not declaration.let and not declaration.given:
            return self
        network = with_abbreviations(self.network, declaration.let)
        network = replace(network, facts=with_facts(network, declaration.given))
        return Examiner(network, self.seed, self.measuring)

    # --- gradients ------------------------------------------------------------------------

    def gradients(self) -> Iterable[GradientResult]:
        if self.derivation is None:
            return ()
        return tuple(self.gradient(tensor) for tensor in self.network.parameters)

    def gradient(self, tensor: NamedTensor) -> GradientResult:
        """∂L/∂tensor derived, its printed forms proved equal to the adjoint, and measured."""
        derivation = self.derivation
        assert derivation is not None
        output = derivation.output
        shape = tuple(str(axis.dimension) for axis in tensor.axes)
        notes: list[str] = [self.prefix] if self.prefix else []
        blank = GradientResult(output.name, tensor.name, shape, Forms(""), "undecided", ExactEvidence(None),
                               NumericEvidence("not_run"), where=self._where(tensor))  # fmt: skip
        if tensor.node not in derivation.adjoints:
            notes.append(f"{output.name} does not depend on {tensor.name}: the gradient is zero")
        try:
            form = derivation.best(tensor)
        except (GrowthError, UndefinedError) as problem:
            return replace(blank, notes=(*notes, f"no form could be written: {problem or 'it grows too large'}"))
        links = self._printed(form)
        forms = _forms(form, derivation.scalars)
        numeric = self.measured(tensor)
        if numeric.verdict == "differs":
            raise ContradictionError(
                Diagnostic("DC902", f"the derived d{output.name}/d{tensor.name} disagrees with differences",
                           self._where(tensor), f"relative error {numeric.max_error:.1e}, bar {numeric.bar:.1e}",
                           (("worst entry", f"{tensor.name}{numeric.reason}"), ("census", str(numeric.census or ""))),
                           help="this is a bug of derivcheck: please report it with the spec")
            )  # fmt: skip
        judgements = [self.judge.judge(link.left, link.right, link.axes) for link in links]
        for judgement in judgements:
            if judgement.verdict == "refuted":
                raise ContradictionError(
                    Diagnostic("DC903", f"a printed form of d{output.name}/d{tensor.name} is not the adjoint",
                               self._where(tensor), help="this is a bug of derivcheck: please report it with the spec")
                )  # fmt: skip
        worst = min(judgements, key=lambda j: ("undecided", "checked", "proved").index(j.verdict))
        verdict = worst.verdict
        if numeric.verdict not in ("agrees", "kink"):
            notes.append(f"differences: {numeric.reason or numeric.verdict}")
            verdict = "undecided" if verdict == "undecided" else verdict
        facts = tuple(dict.fromkeys(text for j in judgements for text in j.facts))
        return replace(blank, forms=forms, verdict=verdict, exact=worst.exact, numeric=numeric, facts=facts,
                       notes=tuple(notes))  # fmt: skip

    def _printed(self, form: GradientForm) -> list[Pair]:
        """The printed forms as equations, read back: what is shown is what is proved."""
        assert self.derivation is not None
        of = self.derivation.output.tree
        scope = self.network.scope
        places = tuple(Name(letter) for letter in form.letters)
        entry = Subscript(form.wrt.tree, places) if places else form.wrt.tree
        found = [self._reread(Derivative(of, (entry,)), form.index)]
        if form.matrix is not None:
            adjoint = self.derivation.adjoints.get(form.wrt.node)
            if adjoint is not None:
                found.append(replace(form_pair(form.wrt.tree, form.matrix, scope), left=adjoint))
        return found

    def _reread(self, left: Expression, right: Expression) -> Pair:
        text = to_plain(Equation((left, right), ("=",)))
        tree = parse_equation(text, self.network.scope.vocabulary())
        return pair(tree.sides[0], tree.sides[1], "=", None, self.network.scope)

    def measured(self, tensor: NamedTensor) -> NumericEvidence:
        """The derived gradient against differences of the forward pass."""
        assert self.derivation is not None
        output = self.derivation.output.node
        adjoint = self.derivation.adjoints.get(tensor.node)
        if adjoint is None:
            return NumericEvidence("agrees", "no path", 0.0, 0.0, 0)
        key = (output, tensor.node)
        if key not in self._measured:
            network = self.network
            sizes = {**network.sizes, **self.measuring.sizes}
            if self.measuring.progress is not None:
                self.measuring.progress(f"measuring d{self.derivation.output.name}/d{tensor.name}")
            try:
                self._measured[key] = compare_gradient(
                    output,
                    tensor.node,
                    adjoint,
                    sizes,
                    network.facts,
                    self.seed,
                    way=self.measuring.way,
                    order=tensor.axes,
                )
            except (NumericError, UnsupportedError) as problem:
                self._measured[key] = NumericEvidence("cannot_tell", reason=problem.diagnostic.message)
        return self._measured[key]

    def _where(self, tensor: NamedTensor) -> Where | None:
        stem = tensor.name.split("[")[0]
        for declaration in self.network.spec.tensors:
            if declaration.name.text.split("[")[0] == stem:
                return declaration.name.where(0, len(declaration.name.text))
        return None


def _forms(form: GradientForm, scalars: frozenset[str]) -> Forms:
    matrix = form.matrix
    return Forms(
        index=to_plain(form.index),
        matrix=to_plain(matrix) if matrix is not None else "",
        no_matrix=form.no_matrix,
        index_unicode=to_unicode(form.index, scalars),
        matrix_unicode=to_unicode(matrix, scalars) if matrix is not None else "",
        latex=to_latex(matrix if matrix is not None else form.index, scalars),
    )


# --- claims -----------------------------------------------------------------------------------


def judge_claim(declaration: ClaimDeclaration, examiners: Sequence[Examiner], strict: bool) -> ClaimResult:
    """One claim at every depth and label it speaks of; the worst verdict counts."""
    if declaration.notation == "latex":
        text = declaration.text.text if declaration.text else ""
        return _finished(
            ClaimResult(declaration.id, text, declaration.where, "undecided", declaration.expect, False,
                        message="LaTeX claims are not read yet"), strict)  # fmt: skip
    try:
        examiners = [examiner.for_claim(declaration) for examiner in examiners]
    except DerivcheckError as problem:
        if isinstance(problem, ContradictionError):
            raise
        blank = ClaimResult(declaration.id, "", declaration.where, "invalid", declaration.expect, False)
        found = problem.diagnostic
        return _finished(replace(blank, diagnosis=found, message=found.message), strict, declaration.code)
    if declaration.steps:
        return _judge_steps(declaration, examiners, strict)
    assert declaration.text is not None
    results = []
    for examiner in examiners:
        for labels in _labels(declaration, examiner):
            results.append(_judge_one(declaration, declaration.text, examiner, labels))
    worst = _worst(results)
    if examiners[0].network.depth and worst.verdict in HOLDS:
        general = worst.verdict == "proved" and _is_general(declaration, examiners[0])
        worst = replace(
            worst,
            reach=described(
                general, declaration.quantifier is not None, [examiner.network.depth for examiner in examiners]
            ),
        )
    return _finished(worst, strict, declaration.code)


def _is_general(declaration: ClaimDeclaration, above: Examiner) -> bool:
    """Whether a claim about a family is proved for every label at every depth (general.py)."""

    def instances() -> Iterator[Instance]:
        assert declaration.text is not None
        spec = above.network.spec
        for depth in depths_to_try(spec):
            examiner = above.at_depth(depth).for_claim(declaration)
            first = min(int(family.first.text) for family in spec.families)
            for labels in _labels(declaration, examiner):
                equation = parse_equation(declaration.text.text, examiner.network.scope.vocabulary())
                equation = _labelled(equation, {**examiner.network.depth, **labels})
                links = tuple(pairs(equation, examiner.network.scope))
                label = next(iter(labels.values()), None)
                yield Instance(next(iter(depth.values())), label, first, examiner.judge, links)

    try:
        return holds_for_every_depth(instances())
    except DerivcheckError:
        return False


ORDER = ("invalid", "refuted", "undecided", "checked", "proved")


def _worst(results: Sequence[ClaimResult]) -> ClaimResult:
    worst = min(results, key=lambda r: ORDER.index(r.verdict))
    facts = tuple(dict.fromkeys(fact for r in results for fact in r.facts))
    return replace(worst, facts=facts)


def _finished(result: ClaimResult, strict: bool, code: str = "") -> ClaimResult:
    if result.expected:
        holds = result.verdict == result.expected
        found = result.diagnosis.code if result.diagnosis is not None else ""
        if holds and code and found != code:
            message = f"expected the diagnosis {code}, found {found or 'none'}"
            return replace(result, holds=False, message=message)
    else:
        holds = result.verdict == "proved" if strict else result.verdict in HOLDS
    return replace(result, holds=holds)


def _labels(declaration: ClaimDeclaration, examiner: Examiner) -> list[dict[str, int]]:
    """The labels that a claim's `for:` runs through."""
    quantifier = declaration.quantifier
    if quantifier is None:
        return [{}]
    import re

    match = re.fullmatch(r"\s*(\w+)\s+in\s+(.+?)\s*\.\.\s*(.+?)\s*", quantifier.text)
    if not match:
        raise SpecError(
            Diagnostic("DC041", "`for` names a label and its range", quantifier.where(), "", (), "l in 1..L-1")
        )
    from derivcheck.network import label_value
    from derivcheck.notation.parser import parse_expression

    ends = []
    for group in (2, 3):
        value = label_value(parse_expression(match[group]), examiner.network.depth)
        if value is None:
            raise SpecError(Diagnostic("DC041", f"`{match[group]}` is not the end of a range", quantifier.where()))
        ends.append(value)
    return [{match[1]: value} for value in range(ends[0], ends[1] + 1)]


def _judge_one(
    declaration: ClaimDeclaration, text: SourceText, examiner: Examiner, labels: dict[str, int]
) -> ClaimResult:
    network = examiner.network
    blank = ClaimResult(declaration.id, text.text.strip(), text.where(), "invalid", declaration.expect, False)
    context = ", ".join([*([examiner.prefix] if examiner.prefix else []), *(f"{k} = {v}" for k, v in labels.items())])
    equation: Equation | None = None
    try:
        equation = parse_equation(text.text, network.scope.vocabulary())
        equation = _labelled(equation, {**network.depth, **labels})
        links = pairs(equation, network.scope)
    except UnsupportedError as problem:
        return replace(blank, verdict="undecided", message=problem.diagnostic.message)
    except NotationError as problem:
        found = located(problem, text).diagnostic
        suggestion = ""
        if equation is not None and len(equation.sides) == 2:
            found, suggestion = examiner.diagnoser.diagnose_invalid(*equation.sides, text, found)
        return replace(blank, diagnosis=found, message=found.message, suggestion=suggestion)
    judged = [_judge_link(blank, link, examiner, text) for link in links]
    result = _worst(judged)
    if context and result.verdict not in HOLDS:
        result = replace(result, message=f"{result.message + ': ' if result.message else ''}at {context}")
    if len(judged) > 1:
        result = replace(result, links=tuple(judged))
    return replace(result, reading=to_plain(equation))


def _labelled(equation: Equation, labels: dict[str, int]) -> Equation:
    sides = tuple(substitute_labels(side, labels) for side in equation.sides)
    return replace(equation, sides=sides)


def _judge_link(blank: ClaimResult, link: Pair, examiner: Examiner, text: SourceText) -> ClaimResult:
    if link.relation not in ("=", "!="):
        return replace(blank, verdict="undecided", message="inequalities are not judged")
    if link.shapes is not None:
        unequal: Verdict = "proved" if link.relation == "!=" else "refuted"
        message = f"the sides have different shapes: {link.shapes[0]} and {link.shapes[1]}"
        refuted = replace(blank, verdict=unequal, message=message)
        return refuted if link.relation == "!=" else _diagnosed(refuted, link, examiner, text)
    judgement = examiner.judge.judge(link.left, link.right, link.axes)
    verdict, message = judgement.verdict, judgement.reason
    if link.relation == "!=":
        # Two sides that differ somewhere, with a witness, differ as functions.
        flipped: dict[Verdict, Verdict] = {"proved": "refuted", "checked": "refuted", "refuted": "proved"}
        verdict = flipped.get(verdict, verdict)
        message = "the sides are equal" if verdict == "refuted" else message
    witness = judgement.witness
    if witness is not None:
        measured = finite_difference(
            link, examiner.network.scope, examiner.network.facts, examiner.network.sizes, witness
        )
        witness = replace(witness, finite_difference=measured)
    result = replace(
        blank, verdict=verdict, facts=judgement.facts, exact=judgement.exact, numeric=judgement.numeric,
        witness=witness, message=message,
    )  # fmt: skip
    return _diagnosed(result, link, examiner, text) if verdict == "refuted" and link.relation == "=" else result


def _diagnosed(result: ClaimResult, link: Pair, examiner: Examiner, text: SourceText) -> ClaimResult:
    """A refuted claim with its diagnosis and, where one is proved, the suggestion."""
    diagnosis, suggestion = examiner.diagnoser.diagnose(link, text)
    return replace(result, diagnosis=diagnosis, suggestion=suggestion)


def _judge_steps(declaration: ClaimDeclaration, examiners: Sequence[Examiner], strict: bool) -> ClaimResult:
    """A derivation: the first line is an equation, each further line continues the one above."""
    examiner = examiners[0]
    network = examiner.network
    first = declaration.steps[0]
    blank = ClaimResult(declaration.id, first.text.strip(), first.where(), "invalid", declaration.expect, False)
    sides: list[Expression] = []
    links: list[ClaimResult] = []
    for position, line in enumerate(declaration.steps):
        here = replace(blank, id=f"{declaration.id}, line {position + 1}", text=line.text.strip(), where=line.where())
        try:
            vocabulary = network.scope.vocabulary()
            read = parse_equation(line.text, vocabulary) if position == 0 else parse_continuation(line.text, vocabulary)
            chain = [*sides[-1:], *read.sides] if position else list(read.sides)
            for left, relation, right in zip(chain, read.relations, chain[1:], strict=False):
                links.append(_judge_link(here, pair(left, right, relation, read.where, network.scope), examiner, line))
            sides = chain
        except UnsupportedError as problem:
            links.append(replace(here, verdict="undecided", message=problem.diagnostic.message))
        except NotationError as problem:
            found = located(problem, line).diagnostic
            links.append(replace(here, diagnosis=found, message=found.message))
            break
    worst = _worst(links)
    wrong = next((k for k, link in enumerate(links) if link.verdict in ("refuted", "invalid")), None)
    message = worst.message
    if wrong is not None:
        message = f"{links[wrong].id} is the first wrong step" + (
            f"; {len(links) - wrong - 1} later ones inherit it" if wrong + 1 < len(links) else ""
        )
    return _finished(
        replace(worst, id=declaration.id, text=blank.text, links=tuple(links), message=message),
        strict,
        declaration.code,
    )


def check_equation(text: str, spec: Spec | str | Path | None = None, seed: int = 0) -> ClaimResult:
    """One equation judged against a spec, or on its own over catalogue functions of vectors.

    Raises SpecError where the spec cannot be used.
    """
    if spec is None:
        from derivcheck.bare import bare_spec

        loaded = bare_spec(text)
    else:
        loaded = spec if isinstance(spec, Spec) else load_spec(spec)
    source = SourceText(text, "<equation>", ((1, 1),), (text,))
    where = source.where()
    declaration = ClaimDeclaration("equation", "plain", source, (), "", "", "", None, (), (), where)
    return judge_claim(declaration, [Examiner(build(loaded, depths(loaded)[0]), seed)], strict=False)
