"""A derivation as a text: what is declared, and every gradient, as formulas in LaTeX with words between them.

Nothing is handed out that derivcheck does not read back as it is meant: a formula whose
LaTeX would say something else, or nothing, stands in the text as plain notation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from derivcheck.diagnostics.diagnostic import Diagnostic
from derivcheck.diagnostics.incidents import in_short, isolated
from derivcheck.evidence.canonical.atoms import GrowthError, UndefinedError
from derivcheck.forms.derivation import Style
from derivcheck.judging.examiner import Examiner
from derivcheck.judging.lines import Step
from derivcheck.judging.proofreader import UnwrittenError
from derivcheck.judging.steps import StepStyle
from derivcheck.language.network import formulas
from derivcheck.language.notation.syntax import Derivative, Equation, Name, Subscript
from derivcheck.language.tensors import NamedTensor
from derivcheck.spec.facts.table import KINDS, fact_texts


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence; what it says in `code` is plain notation, shown as it stands."""

    text: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Lines:
    """`left = first = second …` in LaTeX; what leads to each line is a remark in words, empty where nothing does."""

    left: str
    rights: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, the name it speaks of, and what stands below."""

    title: str
    name: str
    parts: tuple[Words | Lines, ...]


@dataclass(frozen=True, slots=True)
class Exposition:
    """A whole text, for the layer labels' ends in `depth`."""

    title: str
    source: str
    depth: tuple[tuple[str, int], ...]
    sections: tuple[Section, ...]


class Expositor:
    """Writes the derivation of one spec at one depth; `style` is best, nested or closed."""

    def __init__(
        self,
        examiner: Examiner,
        style: Style | None = None,
        steps: bool = False,
        steps_in: StepStyle | None = None,
    ) -> None:
        assert examiner.derivation is not None
        self.examiner, self.style, self.steps, self.steps_in = examiner, style, steps, steps_in
        self.derivation = examiner.derivation

    def exposition(self, tensors: Sequence[NamedTensor]) -> Exposition:
        """The definitions, and the gradient by each of the tensors; with `steps`, by all on the way, each once."""
        network = self.examiner.network
        sections = [Section("Definitions", "", tuple(self._definitions()))]
        if self.steps:
            made = (isolated(partial(self._stage, t), partial(_lost, t)) for t in self.examiner.writer.path(tensors))
            written = [section for section in made if section is not None]
            tensors = [t for t in tensors if t.name not in {section.name for section in written}]
            sections += written
        sections += [isolated(partial(self._gradient, tensor), partial(_lost, tensor)) for tensor in tensors]
        depth = tuple(sorted(network.depth.items()))
        return Exposition(network.spec.title, network.spec.source, depth, tuple(sections))

    # --- sections -------------------------------------------------------------------------

    def _definitions(self) -> Iterator[Words | Lines]:
        for equation in formulas(self.examiner.network).values():
            yield self._equation(equation)

    def _stage(self, tensor: NamedTensor) -> Section | None:
        """The derivative by one quantity line by line, None where it is zero or one without more ado."""
        try:
            steps = self.examiner.writer.passage(tensor, self.steps_in)
        except (GrowthError, UndefinedError) as problem:
            return Section("Derivative by", tensor.name, (_unwritten(problem),))
        chains: list[list[Step]] = []
        for step in steps:
            if step.opens or not chains:
                chains.append([])
            chains[-1].append(step)
        parts = tuple(part for chain in chains for part in self._chain(chain))
        return Section("Derivative by", tensor.name, parts) if parts else None

    def _chain(self, steps: Sequence[Step]) -> Iterator[Words | Lines]:
        """A chain of lines; one that cannot be written in LaTeX ends it, and the next begins anew."""
        left, lines = "", list[tuple[str, str]]()
        for step in steps:
            latex = self.examiner.proofreader.latex(step.equation)
            if latex is None:
                if lines:
                    yield Lines(left, tuple(lines))
                lines = []
                yield Words(f"{self._remark(step)}:", self.examiner.proofreader.plain(step.equation))
            else:
                left = latex[0]
                lines.append((latex[1], self._remark(step)))
        if lines:
            yield Lines(left, tuple(lines))

    def _remark(self, step: Step) -> str:
        rule, _, _ = step.rule.partition(":") if step.facts else (step.rule, "", "")
        since = ": " if rule == "facts used" else ", since "
        facts = f"{since}{', '.join(map(in_words, step.facts))}" if step.facts else ""
        return f"{rule}{facts}{'' if step.verdict == 'proved' else f' ({step.verdict})'}"

    def _gradient(self, tensor: NamedTensor) -> Section:
        derivation = self.derivation
        try:
            form = self.examiner.proofreader.form(tensor, self.style)
        except UnwrittenError as problem:
            return Section("Derivative by", tensor.name, (_unwritten(problem),))
        of, places = derivation.output.tree, tuple(Name(letter) for letter in form.letters)
        entry = Subscript(tensor.tree, places) if places else tensor.tree
        parts: list[Words | Lines] = []
        if form.matrix is not None:
            parts.append(self._equation(Equation((Derivative(of, (tensor.tree,)), form.matrix), ("=",))))
        elif form.slices is not None:
            parts.append(Words(f"For each {', '.join(form.slices.letters)}:"))
            left = self.examiner.proofreader.slice_of(tensor, form.slices)
            parts.append(self._equation(Equation((left, form.slices.matrix), ("=",))))
        else:
            parts.append(Words(f"No matrix form: {form.no_matrix}."))
        if form.matrix is None or places:
            parts.append(self._equation(Equation((Derivative(of, (entry,)), form.index), ("=",))))
        if form.facts:
            facts = ", ".join(map(in_words, fact_texts(sorted(form.facts))))
            parts.append(Words(f"This holds because {facts}."))
        return Section("Derivative by", tensor.name, tuple(parts))

    # --- formulas -------------------------------------------------------------------------

    def _equation(self, equation: Equation) -> Words | Lines:
        latex = self.examiner.proofreader.latex(equation)
        return (
            Lines(latex[0], ((latex[1], ""),))
            if latex is not None
            else Words("", self.examiner.proofreader.plain(equation))
        )


def _lost(tensor: NamedTensor, bug: Diagnostic) -> Section:
    """What is said of a gradient that a bug of derivcheck costs."""
    return Section("Derivative by", tensor.name, (Words("Nothing was written:", in_short(bug)),))


def in_words(fact: str) -> str:
    """A fact without a formula in it, which would be one more to judge: `the entries of y sum to one`."""
    for kind in KINDS:
        match = re.fullmatch(re.escape(kind.formula).replace(r"\{0\}", "(.+)"), fact)
        if match:
            return kind.words.format(match[1])
    return fact


def _unwritten(problem: Exception) -> Words:
    return Words(f"No form could be written: {problem or 'it grows too large'}.")
