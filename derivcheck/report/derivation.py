"""Derived gradients as text or SymPy source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, TextIO

from rich.text import Text

from derivcheck.diagnostics.diagnostic import Diagnostic, NotationError, UnsupportedError
from derivcheck.diagnostics.incidents import in_short, isolated
from derivcheck.evidence.canonical.atoms import GrowthError, UndefinedError
from derivcheck.forms.sympy_form import PREAMBLE, SympyForm, source
from derivcheck.forms.sympy_trial import SympyTrial
from derivcheck.judging.proofreader import Proofreader, UnwrittenError
from derivcheck.language.notation.syntax import Derivative, Equation, Expression, Name, Subscript
from derivcheck.report.lines import write_line
from derivcheck.report.page import Page
from derivcheck.spec.facts.table import fact_texts

if TYPE_CHECKING:
    from derivcheck.forms.candidates import GradientForm
    from derivcheck.forms.derivation import Style
    from derivcheck.judging.examiner import Examiner
    from derivcheck.judging.lines import Step
    from derivcheck.judging.proofreader import Notation
    from derivcheck.judging.steps import StepStyle
    from derivcheck.language.tensors import NamedTensor


@dataclass(frozen=True, slots=True)
class Manner:
    """How derivations are written: in text, unicode or sympy; as forms, best ones without a `style`, or as `steps`."""

    format: str = "text"
    style: Style | None = None
    steps: bool = False
    steps_in: StepStyle | None = None


def write_derivation(
    examiner: Examiner, tensors: Sequence[NamedTensor], stream: TextIO, page: Page, manner: Manner
) -> None:
    """The derivatives by some tensors, one after the other."""
    console = page.console(stream)
    writer = _DerivationWriter(examiner, page, manner)

    def line(text: str) -> None:
        if manner.format == "sympy":
            console.print(Text(text), soft_wrap=True)
        else:
            write_line(console, Text(text), len(text) - len(text.lstrip()) + 4)

    if manner.format == "sympy":
        for text in PREAMBLE:
            line(text)
    for position, tensor in enumerate(tensors):
        if position or manner.format == "sympy":
            line("")
        for text in isolated(partial(writer.lines, tensor), partial(writer.lost, tensor)):
            line(text)


class _DerivationWriter:
    def __init__(self, examiner: Examiner, page: Page, manner: Manner) -> None:
        assert examiner.derivation is not None
        self.examiner, self.page, self.manner, self.format = examiner, page, manner, manner.format
        self.derivation = examiner.derivation
        self._told: set[tuple[Step, ...]] = set()  # chains of lines
        self.notation: Notation = "plain" if self.format == "text" and not page.unicode else "unicode"

    def lines(self, tensor: NamedTensor) -> list[str]:
        """Everything about one gradient."""
        try:
            return self.steps(tensor) if self.manner.steps else self.forms(tensor)
        except (GrowthError, UndefinedError, UnwrittenError) as problem:
            return [self.remark(f"{tensor.name}: no form could be written: {problem or 'it grows too large'}")]

    def lost(self, tensor: NamedTensor, bug: Diagnostic) -> list[str]:
        return [self.remark(f"{tensor.name}: {in_short(bug)}")]

    def remark(self, words: str) -> str:
        """A line that is no formula; in source, a comment."""
        return self.page.show(f"# {words}" if self.format == "sympy" else words)

    def shown(self, left: Expression, right: Expression) -> tuple[str, str]:
        """The two sides of an equation that holds, as they were read back."""
        sides = self.examiner.proofreader.sides(Equation((left, right), ("=",)), self.notation)
        assert sides is not None  # what is handed out was read back in plain notation
        return self.page.show(sides[0]), self.page.show(sides[1])

    def forms(self, tensor: NamedTensor) -> list[str]:
        if self.format == "sympy":
            # Source knows no names of derivatives.
            return self._sympy(self.examiner.proofreader.form(tensor, self.manner.style or "closed"))
        form = self.examiner.proofreader.form(tensor, self.manner.style)
        of = self.derivation.output.tree
        places = tuple(Name(letter) for letter in form.letters)
        entry = Subscript(tensor.tree, places) if places else tensor.tree
        lines = [" = ".join(self.shown(Derivative(of, (entry,)), form.index))]
        if form.matrix is not None:
            lines.insert(0, " = ".join(self.shown(Derivative(of, (tensor.tree,)), form.matrix)))
        elif form.slices is not None:
            left = self.examiner.proofreader.slice_of(tensor, form.slices)
            lines.insert(0, f"{form.slices.every}: {' = '.join(self.shown(left, form.slices.matrix))}")
        else:
            lines.append(f"no matrix form: {form.no_matrix}")
        if form.facts:
            lines.append(self.page.show("under " + ", ".join(fact_texts(sorted(form.facts)))))
        return lines

    def _sympy(self, form: GradientForm) -> list[str]:
        made, trial = SympyForm(self.examiner.network.scope), SympyTrial(self.examiner.network, self.derivation)
        name = f"d{self.derivation.output.name}_d{form.wrt.name}".replace("[", "_").replace("]", "")
        lines = []
        for suffix, build, tree in (("index", made.index, form.index), ("matrix", made.matrix, form.matrix)):
            if tree is None:
                lines.append(f"# {name}_{suffix}: no matrix form: {form.no_matrix}")
                continue
            try:
                text = source(build(tree))
            except (UnsupportedError, NotationError) as problem:
                lines.append(f"# {name}_{suffix}: {problem.diagnostic.message}")
                continue
            if trial.holds(text, form, whole=suffix == "matrix"):
                lines.append(f"{name}_{suffix} = {text}")
            else:
                lines.append(f"# {name}_{suffix}: what was written does not have the numbers of the gradient")
        return lines

    def steps(self, tensor: NamedTensor) -> list[str]:
        lines: list[str] = []
        written = self.examiner.writer.steps(tensor, self.manner.steps_in)
        told = self.examiner.writer.remark(tensor, self.manner.steps_in)
        if told and written:
            lines += [self.page.show(told), ""]
        if not written:
            of = self.derivation.output
            zero = f"{of.name} does not depend on {tensor.name}: the derivative is zero"
            lines.append(f"{of.name} is derived by itself: the derivative is one" if tensor.node is of.node else zero)
        chains = _chains(written)
        new = [chain for chain in chains if chain not in self._told] or chains[-1:]
        self._told.update(new)
        steps = [step for chain in new for step in chain]
        return [*lines, *step_lines(self.examiner.proofreader, steps, self.page, self.notation)]


def _chains(steps: Sequence[Step]) -> list[tuple[Step, ...]]:
    """The lines cut before each that opens a chain: a stage that several derivatives pass is told once."""
    starts = [position for position, step in enumerate(steps) if step.opens]
    return [tuple(steps[start:stop]) for start, stop in pairwise([*starts, len(steps)])]


def step_lines(proofreader: Proofreader, steps: Sequence[Step], page: Page, notation: Notation) -> Iterator[str]:
    """Steps below each other, under each the rule that it follows by; a chain begins with its left side."""
    for position, step in enumerate(steps):
        sides = proofreader.sides(step.equation, notation)
        assert sides is not None  # what is handed out was read back in plain notation
        left, right = map(page.show, sides)
        if step.opens:
            if position:
                yield ""
            yield left
        mark = "" if step.verdict == "proved" else f"  ({step.verdict})"
        yield f"  = {right}"
        yield f"      # {page.show(step.rule)}{mark}"


def write_steps(proofreader: Proofreader, steps: Sequence[Step], stream: TextIO, page: Page) -> None:
    """The lines of one chain."""
    console = page.console(stream)
    for text in step_lines(proofreader, steps, page, "unicode" if page.unicode else "plain"):
        write_line(console, Text(text), len(text) - len(text.lstrip()) + 4)
