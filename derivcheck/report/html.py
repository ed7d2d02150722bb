"""A report as one page: no script, nothing from elsewhere, formulas as MathML, pictures as SVG."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from importlib.resources import files
from xml.etree.ElementTree import Element

from derivcheck.diagnostics.diagnostic import ContradictionError, DerivcheckError, Diagnostic
from derivcheck.diagnostics.incidents import in_short, isolated
from derivcheck.diagnostics.verdicts import ClaimResult
from derivcheck.evidence.canonical.atoms import GrowthError, UndefinedError
from derivcheck.judging.examiner import Examiner
from derivcheck.judging.steps import Step, StepWriter
from derivcheck.language.network import build, depths
from derivcheck.language.notation.syntax import Derivative, Equation
from derivcheck.language.tensors import NamedTensor
from derivcheck.pipeline.results import FileResult, Report
from derivcheck.report.arrays import disagreements, jacobians
from derivcheck.report.cards import claim_card, diagnostic, formula, gradient_card
from derivcheck.report.coverage import coverage, standing
from derivcheck.report.drawing import drawings, shape, stages
from derivcheck.report.evidence import counting, file_summary, sizes
from derivcheck.report.formulas import Formulas
from derivcheck.report.markup import Child, element, markup, styled
from derivcheck.report.tables import heat_map
from derivcheck.spec import Spec

POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def to_html(report: Report, *, ascii_only: bool = False) -> str:
    """The whole report as the text of one HTML file, UTF-8 or in character references.

    What a bug of derivcheck costs is said in its place, and noted (diagnostics/incidents.py).
    """
    heading = _heading(report)
    body = [
        element("header", element("h1", heading), element("p", _mark(report.exit_code), outcome(report))),
        _overview(report) if len(report.files) > 1 else None,
        element("main", *_files(report)),
    ]
    return _page(f"{heading}: {outcome(report)}", body, ascii_only)


def claim_to_html(claim: ClaimResult, spec: Spec | None = None, *, ascii_only: bool = False) -> str:
    """A page of one claim, its names as the spec declares them."""
    file = FileResult(spec.path if spec is not None else "equation", claims=(claim,), spec=spec)
    body = [
        element("header", element("h1", "One equation judged")),
        element("main", _Sections(file, "h2").claim(claim)),
    ]
    return _page(f"{claim.text}: {claim.verdict}", body, ascii_only)


def _page(title: str, body: Sequence[Child], ascii_only: bool) -> str:
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", title),
        styled(stylesheet()),
    )
    code = element("code", "derivcheck explain CODE")
    footer = element("footer", element("p", "Written by derivcheck. Every code is explained by ", code, "."))
    page = element("html", head, element("body", *body, footer, class_="derivcheck page"), lang="en")
    text = "<!DOCTYPE html>\n" + markup(page) + "\n"
    return text.encode("ascii", "xmlcharrefreplace").decode() if ascii_only else text


def stylesheet() -> str:
    """The rules of every page and of every piece in a notebook."""
    return files("derivcheck.report").joinpath("style.css").read_text(encoding="utf-8")


def outcome(report: Report) -> str:
    """The report in a sentence."""
    if len(report.files) == 1:
        return file_summary(report.files[0])
    wrong = sum(file.exit_code != 0 for file in report.files)
    return f"{counting(len(report.files), 'spec')}, {f'{wrong} not as expected' if wrong else 'all hold'}"


def _heading(report: Report) -> str:
    if len(report.files) != 1:
        return "Derivations verified"
    return report.files[0].title or report.files[0].path


def _mark(code: int) -> Element:
    """What an exit code says, in words."""
    said = {0: "✓ holds", 1: "✗ does not hold", 2: "✗ not judged"}.get(code, "✗ internal error")
    return element("span", said, class_=f"badge {'bad' if code else 'good'}")


def _overview(report: Report) -> Element:
    """A line for each spec."""
    rows = [
        element(
            "tr",
            element("th", element("a", file.title or file.path, href=f"#spec-{k}"), scope="row"),
            element("td", file_summary(file)),
            element("td", _mark(file.exit_code)),
        )
        for k, file in enumerate(report.files, 1)
    ]
    head = element("tr", *(element("th", name, scope="col") for name in ("spec", "what was judged", "outcome")))
    table = element("table", element("caption", "All specs"), element("thead", head), element("tbody", *rows))
    return element("nav", element("div", table, class_="scroll"), aria_label="All specs")


def file_section(file: FileResult) -> Element:
    """One spec as a piece of something else, without a place to link to."""
    section = _file(file, 1, "h3")
    section.insert(0, element("p", _mark(file.exit_code), element("strong", file.title), f" {file_summary(file)}"))
    del section.attrib["id"]
    return section


def _files(report: Report) -> Iterator[Element]:
    """Every spec; one alone has its title above the whole page."""
    if len(report.files) == 1:
        yield _file(report.files[0], 1, "h2")
        return
    for number, file in enumerate(report.files, 1):
        section = _file(file, number, "h3")
        section.insert(0, element("h2", file.title or file.path))
        section.insert(1, element("p", _mark(file.exit_code), file_summary(file)))
        yield section


def _file(file: FileResult, number: int, level: str) -> Element:
    """Everything about one spec, its parts under headings of the level given."""
    place = f"{file.path}{f', {sizes(file.sizes)}, seed {file.seed}' if file.sizes else ''}"
    return element(
        "section",
        element("p", element("code", place), class_="dim"),
        element("p", f"Source: {file.source}", class_="dim") if file.source else None,
        diagnostic(file.failure, "internal error" if file.contradiction else "error") if file.failure else None,
        *(diagnostic(warning, "error" if file.strict else "warning") for warning in file.warnings),
        *(element("p", f"Note: {note}") for note in file.notes),
        *_Sections(file, level).written(),
        id=f"spec-{number}",
    )


class _Sections:
    """The parts of what is said of one spec; without the spec itself only its results."""

    def __init__(self, file: FileResult, level: str) -> None:
        self.file, self.level = file, level
        self.examiner: Examiner | None = None
        if file.spec is not None and file.error is None:
            self.examiner = Examiner(build(file.spec, depths(file.spec)[0]), file.seed)
        self.formulas = Formulas.of(self.examiner) if self.examiner is not None else Formulas()
        self.declared = {claim.id: claim for claim in file.spec.claims} if file.spec is not None else {}

    def written(self) -> Iterator[Child]:
        file, examiner = self.file, self.examiner
        if file.claims:
            yield element(self.level, "Claims")
            # What somebody has to act upon comes first.
            for claim in sorted(file.claims, key=lambda claim: claim.holds):
                yield isolated(partial(self.claim, claim), partial(_lost, claim.id))
        if file.formulas:
            yield from self._coverage()
        if examiner is not None:
            yield from _all_of(self._network, examiner, "the network")
        if file.gradients:
            yield element(self.level, "Gradients")
            for gradient in file.gradients:
                card = partial(gradient_card, gradient, file.accepts(gradient), self.formulas)
                yield isolated(card, partial(_lost, f"d{gradient.of}/d{gradient.wrt}"))
        if examiner is not None and file.gradients:
            yield from self._derivation(examiner)
        if examiner is not None:
            yield from _all_of(self._jacobians, examiner, "the Jacobians in numbers")

    # --- claims ---------------------------------------------------------------------------

    def claim(self, claim: ClaimResult) -> Element:
        """A claim with the entries that are wrong in it."""
        latex = "\\" in claim.text
        return claim_card(claim, latex, self.formulas, *(self._wrong_entries(claim) if self.examiner else ()))

    def _wrong_entries(self, claim: ClaimResult) -> Iterator[Element]:
        """Which entries of a refuted tensor differ, and by how much."""
        assert self.examiner is not None
        if claim.verdict != "refuted" or not claim.reading:
            return
        declaration = self.declared.get(claim.id)
        document = self.file.spec.document if self.file.spec is not None else None
        if declaration is None and document is not None and (document.bindings or document.changes):
            return  # it may have been judged under a binding of its own
        examiner = self.examiner.for_claim(declaration) if declaration is not None else self.examiner
        for found in disagreements(examiner, claim.id, claim.reading):
            caption = f"{claim.id}: claimed minus derived, relative to the largest derived entry"
            names = ("row", "column") if len(found.array) > 1 else ("difference", "entry")
            yield heat_map(found.array.tolist(), caption, *names)

    def _coverage(self) -> Iterator[Child]:
        """What became of the formulas of a document that were not judged."""
        file = self.file
        yield element(self.level, "Formulas of the document")
        yield element("p", f"{file.document}: {coverage(file)}")
        rows = [
            element(
                "tr",
                element("th", f"{one.where.spoken.removeprefix('line ')}:{one.where.column}", scope="row"),
                element("td", standing(one)),
                element("td", element("code", " ".join(one.text.split()))),
                element("td", f"{one.reason.code} {one.reason.message}"),
            )
            for one in file.formulas
            if one.reason is not None
        ]
        if rows:
            head = element("tr", *(element("th", n, scope="col") for n in ("place", "standing", "formula", "why")))
            table = element("table", element("caption", "Not judged"), element("thead", head), element("tbody", *rows))
            yield _folded(f"{counting(len(rows), 'formula')} not judged", element("div", table, class_="scroll"))

    # --- the network ----------------------------------------------------------------------

    def _network(self, examiner: Examiner) -> Iterator[Child]:
        network = examiner.network
        pictures = drawings(network)
        if not pictures:
            return
        yield element(self.level, "Network")
        if examiner.prefix:
            yield element("p", f"Drawn, derived and evaluated at {examiner.prefix}.", class_="dim")
        yield element("div", *(element("figure", picture) for picture in pictures), class_="pictures")
        rows = [
            element(
                "tr",
                element("th", stage.tensor.name, scope="row"),
                element("td", shape(stage.tensor)),
                element("td", formula(self.formulas.written(stage.formula)) if stage.formula is not None else "–"),
            )
            for stage in stages(network)
        ]
        head = element("tr", *(element("th", name, scope="col") for name in ("layer", "shape", "formula")))
        table = element("table", element("caption", "Layers"), element("thead", head), element("tbody", *rows))
        yield _folded("Layers as formulas", element("div", table, class_="scroll"))

    def _jacobians(self, examiner: Examiner) -> Iterator[Child]:
        found = list(jacobians(examiner))
        if found:
            yield element(self.level, "Jacobians in numbers")
        for one in found:
            caption = f"∂{one.output}/∂{one.variable} at the sample of seed {examiner.seed}"
            yield heat_map(one.array.tolist(), caption, one.output, one.variable)

    # --- the derivation -------------------------------------------------------------------

    def _derivation(self, examiner: Examiner) -> Iterator[Child]:
        """Every stage from the loss down, each folded under the derivative it arrives at."""
        derivation = examiner.derivation
        assert derivation is not None
        yield element(self.level, "Derivation")
        writer = StepWriter(examiner.proofreader)
        for tensor in writer.path(examiner.network.parameters):
            name = f"d{derivation.output.name}/d{tensor.name}"
            yield isolated(partial(self._stage, writer, tensor), partial(_lost, name))

    def _stage(self, writer: StepWriter, tensor: NamedTensor) -> Element:
        of = writer.derivation.output
        derivative = self.formulas.written(Derivative(of.tree, (tensor.tree,)))
        whole = self._whole(of.name, tensor.name)
        try:
            return _folded(derivative, *self._steps(writer.stage(tensor)), whole)
        except ContradictionError:
            raise
        except (DerivcheckError, GrowthError, UndefinedError) as problem:
            why = problem.diagnostic.message if isinstance(problem, DerivcheckError) else str(problem)
            said = f"These steps could not be written: {why or 'they grow too large'}."
            return _folded(derivative, element("p", said), whole)

    def _whole(self, of: str, wrt: str) -> Element | None:
        """The matrix form that was proved, as the last line."""
        for gradient in self.file.gradients:
            if (gradient.of, gradient.wrt) == (of, wrt) and gradient.forms.matrix:
                said = "in matrix form" if gradient.verdict == "proved" else f"in matrix form ({gradient.verdict})"
                line = self.formulas.shown(f"d({of})/d({wrt}) = {gradient.forms.matrix}")
                return element("ol", element("li", formula(line), element("span", said, class_="rule")), class_="steps")
        return None

    def _steps(self, steps: Sequence[Step]) -> Iterator[Element]:
        rows: list[Element] = []
        for step in steps:
            if step.opens and rows:
                yield element("ol", *rows, class_="steps")
                rows = []
            left, right = step.equation.sides
            if step.opens:
                yield formula(self.formulas.written(left))
            said = step.rule if step.verdict == "proved" else f"{step.rule} ({step.verdict})"
            line = self.formulas.written(Equation((right,), ("=",)))
            rows.append(element("li", formula(line), element("span", said, class_="rule")))
        yield element("ol", *rows, class_="steps")


def _all_of(make: Callable[[Examiner], Iterable[Child]], examiner: Examiner, what: str) -> list[Child]:
    """The pieces of a section, all or none."""
    return isolated(lambda: list(make(examiner)), lambda bug: [_lost(what, bug)])


def _lost(what: str, bug: Diagnostic) -> Element:
    """What stands in the place of a piece that a bug of derivcheck costs."""
    return element("p", f"{what}: {in_short(bug)}", class_="bad")


def _folded(summary: Child, *children: Child) -> Element:
    return element("details", element("summary", summary), *children)
