"""What a page says of one spec: its claims, its network, its gradients, their derivation, its Jacobians."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from xml.etree.ElementTree import Element

from derivcheck.diagnostics.diagnostic import ContradictionError, DerivcheckError, Diagnostic
from derivcheck.diagnostics.incidents import in_short, isolated
from derivcheck.diagnostics.verdicts import HOLDS, ClaimResult, FormulaResult, GradientResult
from derivcheck.evidence.canonical.atoms import GrowthError, UndefinedError
from derivcheck.judging.examiner import Examiner
from derivcheck.judging.lines import Step
from derivcheck.judging.steps import StepWriter
from derivcheck.language.network import build, depths
from derivcheck.language.notation.syntax import Derivative, Equation
from derivcheck.language.tensors import NamedTensor
from derivcheck.pipeline.generality import general_forms
from derivcheck.pipeline.results import FileResult
from derivcheck.report.arrays import disagreements, jacobians
from derivcheck.report.cards import badge, claim_card, evidence, formula, gradient_card
from derivcheck.report.coverage import coverage, standing
from derivcheck.report.drawing import drawings, shape, stages
from derivcheck.report.evidence import counting
from derivcheck.report.formulas import Formulas
from derivcheck.report.markup import PAGE, Child, element, scrolling
from derivcheck.report.tables import heat_map
from derivcheck.report.typesetting.typesetter import typeset

DEPTH = re.compile(r"\w+ = \d+(?:, \w+ = \d+)*")  # the note of a gradient at one depth


class Sections:
    """The parts of what is said of one spec; without the spec itself only its results."""

    def __init__(self, file: FileResult, level: int) -> None:
        """Its headings are of one level."""
        self.file, self.level = file, f"h{level}"
        self.examiner: Examiner | None = None
        if file.spec is not None and file.error is None:
            self.examiner = Examiner(build(file.spec, depths(file.spec)[0]), file.seed)
        self.formulas = Formulas.of(self.examiner) if self.examiner is not None else Formulas()
        self.declared = {claim.id: claim for claim in file.spec.claims} if file.spec is not None else {}

    def written(self, told: bool = False) -> Iterator[Child]:
        """All of it; with `told` the formulas of the document have been shown in their places."""
        file, examiner = self.file, self.examiner
        shown = {id(formula.claim) for formula in file.formulas} if told else set()
        claims = [claim for claim in file.claims if id(claim) not in shown]
        mistakes = [claim for claim in claims if claim.holds and claim.verdict not in HOLDS]
        # What somebody has to act upon comes first.
        own = sorted((claim for claim in claims if claim not in mistakes), key=lambda claim: claim.holds)
        for heading, some in (("Claims", own), ("Known mistakes", mistakes)):
            if some:
                yield element(self.level, heading)
            for claim in some:
                yield isolated(partial(self.claim, claim), partial(lost, claim.id))
        if file.formulas and not told:
            yield from self._coverage()
        if examiner is not None:
            yield from _all_of(self._network, examiner, "the network")
        if file.gradients:
            yield element(self.level, "Gradients")
            yield from self._gradients()
        if examiner is not None and file.gradients:
            yield from self._derivation(examiner)
        if examiner is not None:
            yield from _all_of(self._jacobians, examiner, "the Jacobians in numbers")

    # --- claims ---------------------------------------------------------------------------

    def claim(self, claim: ClaimResult, macros: Mapping[str, str] | None = None) -> Element:
        """A claim with the entries that are wrong in it; LaTeX is drawn with `macros` if its document has some."""
        latex = "\\" in claim.text
        formulas = self.formulas if macros is None else replace(self.formulas, macros=macros)
        return claim_card(claim, latex, formulas, *(self._wrong_entries(claim) if self.examiner else ()))

    def explained(self, found: FormulaResult, macros: Mapping[str, str]) -> Element:
        """Why a formula of a document stands as it does."""
        if found.claim is not None and found.standing == "judged":
            return self.claim(found.claim, macros)
        reason = found.reason
        return element(
            "div",
            element("p", element("strong", found.known_as), f" {standing(found)}", class_="head"),
            scrolling("div", typeset(found.text, macros), class_="formula"),
            element("p", f"{reason.code} {reason.message}") if reason is not None else None,
            element("dl", *_notes(reason)) if reason is not None and (reason.notes or reason.help) else None,
            class_="card",
        )

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
            yield folded(f"{counting(len(rows), 'formula')} not judged", scrolling("div", table, class_="scroll"))

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
        yield folded("Layers as formulas", scrolling("div", table, class_="scroll"))

    def _jacobians(self, examiner: Examiner) -> Iterator[Child]:
        found = list(jacobians(examiner))
        if found:
            yield element(self.level, "Jacobians in numbers")
        for one in found:
            caption = f"∂{one.output}/∂{one.variable} at the sample of seed {examiner.seed}"
            yield heat_map(one.array.tolist(), caption, one.output, one.variable)

    # --- the gradients --------------------------------------------------------------------

    def _gradients(self) -> Iterator[Child]:
        """Each gradient; those of families with their general label first, and their members folded."""
        general: list[Child] = isolated(lambda: list(self._general()), lambda bug: [lost("the general forms", bug)])
        if not general:
            yield from map(self._card, self.file.gradients)
            return
        yield from general
        members: dict[str, list[GradientResult]] = {}
        for gradient in self.file.gradients:
            depth = next((note for note in gradient.notes if DEPTH.fullmatch(note)), "")
            members.setdefault(depth, []).append(gradient)
        for depth, some in members.items():
            wrong = not all(map(self.file.accepts, some))
            said = f"{'At ' + depth if depth else 'Layer by layer'}: {counting(len(some), 'gradient')}"
            fold = folded(f"{said}{', not all as they should be' if wrong else ''}", *map(self._card, some))
            if wrong:
                fold.set("open", "")
            yield fold

    def _general(self) -> Iterator[Element]:
        """The derivatives of families as they hold for every layer."""
        spec = self.file.spec
        for found in general_forms(spec, self.file.seed) if spec is not None and spec.families else ():
            of, _, wrt = found.text.partition(" = ")[0].removeprefix("d").partition("/d")
            yield element(
                "article",
                element(
                    "p",
                    badge(found.verdict, True),
                    element("strong", PAGE.derivative(of, wrt)),
                    element("span", found.id, class_="dim"),
                    class_="head",
                ),
                formula(self.formulas.shown(found.text)),
                evidence(("holds for", found.reach), ("given", ", ".join(found.facts))),
                class_="card",
            )

    def _card(self, gradient: GradientResult) -> Element:
        card = partial(gradient_card, gradient, self.file.accepts(gradient), self.formulas)
        return isolated(card, partial(lost, f"d{gradient.of}/d{gradient.wrt}"))

    # --- the derivation -------------------------------------------------------------------

    def _derivation(self, examiner: Examiner) -> Iterator[Child]:
        """Every stage from the loss down, each folded under the derivative it arrives at."""
        derivation = examiner.derivation
        assert derivation is not None
        yield element(self.level, "Derivation")
        writer = examiner.writer
        for tensor in writer.path(examiner.network.parameters):
            name = f"d{derivation.output.name}/d{tensor.name}"
            yield isolated(partial(self._stage, writer, tensor), partial(lost, name))

    def _stage(self, writer: StepWriter, tensor: NamedTensor) -> Element:
        of = writer.derivation.output
        derivative = self.formulas.written(Derivative(of.tree, (tensor.tree,)))
        whole = self._whole(of.name, tensor.name)
        try:
            return folded(derivative, *self._steps(writer.stage(tensor)), whole)
        except ContradictionError:
            raise
        except (DerivcheckError, GrowthError, UndefinedError) as problem:
            why = problem.diagnostic.message if isinstance(problem, DerivcheckError) else str(problem)
            said = f"These steps could not be written: {why or 'they grow too large'}."
            return folded(derivative, element("p", said), whole)

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


def _notes(reason: Diagnostic) -> Iterator[Element]:
    for name, said in (*reason.notes, ("help", reason.help)):
        if said:
            yield from (element("dt", name), element("dd", element("code", said)))


def _all_of(make: Callable[[Examiner], Iterable[Child]], examiner: Examiner, what: str) -> list[Child]:
    """The pieces of a section, all or none."""
    return isolated(lambda: list(make(examiner)), lambda bug: [lost(what, bug)])


def lost(what: str, bug: Diagnostic) -> Element:
    """What stands in the place of a piece that a bug of derivcheck costs."""
    return element("p", f"{what}: {in_short(bug)}", class_="bad")


def folded(summary: Child, *children: Child) -> Element:
    head = element("summary", summary)
    if isinstance(summary, Element) and summary.get("alttext"):
        head.set("aria-label", summary.get("alttext", ""))
    return element("details", head, *children)
