"""A spec that can be asked: its gradients, its verdicts, any equation about it.

derivcheck.load("specs/mlp.yaml").derive("W1").matrix
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import Any

from derivcheck.diagnostics.diagnostic import DerivcheckError, Diagnostic
from derivcheck.diagnostics.display import Displayed
from derivcheck.diagnostics.verdicts import ClaimResult, GradientResult, Verdict
from derivcheck.forms.candidates import GradientForm
from derivcheck.judging.examiner import Examiner
from derivcheck.judging.lines import Step
from derivcheck.judging.proofreader import Notation, Proofreader
from derivcheck.language.network import build
from derivcheck.language.notation.mathml import to_mathml
from derivcheck.language.notation.plain import Numbers
from derivcheck.language.notation.printer import to_latex, to_plain, to_unicode
from derivcheck.language.notation.syntax import Derivative, Equation, Expression, Name, Subscript
from derivcheck.language.tensors import NamedTensor
from derivcheck.pipeline.equation import judge_equation
from derivcheck.pipeline.results import FileResult
from derivcheck.pipeline.verification import verify_spec
from derivcheck.spec import Spec, load_spec


def load(path: str | Path) -> Model:
    """The spec of a file, ready to be asked. Raises SpecError."""
    spec = load_spec(path)
    return Model(**{part.name: getattr(spec, part.name) for part in fields(Spec)})


@dataclass(frozen=True, repr=False)
class Formula(Displayed):
    """One equation in every notation, each as it was read back; `str` is text that parses again.

    A line that continues the one above has one side; `whole` is the equation that it stands for.
    """

    tree: Equation
    scalars: frozenset[str] = frozenset()
    families: frozenset[str] = frozenset()
    proofreader: Proofreader | None = field(default=None, compare=False)
    whole: Equation | None = field(default=None, compare=False)

    @property
    def right(self) -> Expression:
        """The syntax tree of the right side."""
        return self.tree.sides[-1]

    @property
    def latex(self) -> str:
        return self._text("latex") or to_latex(self.tree, self.numbers, self.families)

    @property
    def unicode(self) -> str:
        return self._text("unicode") or to_unicode(self.tree, self.numbers, self.families)

    def sides(self, notation: Notation) -> tuple[str, str] | None:
        """The two sides of the whole equation as they were read back; None where there is nobody who reads."""
        if self.proofreader is None:
            return None
        return self.proofreader.sides(self.whole or self.tree, notation)

    @property
    def numbers(self) -> Numbers:
        """What is a number in it: names, and products of matrices."""
        return self.scalars if self.proofreader is None else self.scalars | self.proofreader.numbers(self.tree)

    def _text(self, notation: Notation) -> str:
        sides = self.sides(notation)
        if sides is None:
            return ""
        return f"= {sides[1]}" if self.whole is not None else " = ".join(sides)

    @property
    def mathml(self) -> str:
        return to_mathml(self.tree, self.numbers, self.families)

    def __str__(self) -> str:
        return self._text("plain") or to_plain(self.tree)

    def __repr__(self) -> str:
        return self.unicode


@dataclass(frozen=True, repr=False)
class Steps(Displayed):
    """A derivation line by line, each proved equal to the one before; iterable."""

    lines: tuple[Step, ...]
    scalars: frozenset[str] = frozenset()
    families: frozenset[str] = frozenset()
    proofreader: Proofreader | None = field(default=None, compare=False)

    def __iter__(self) -> Any:
        return iter(self.lines)

    def __len__(self) -> int:
        return len(self.lines)

    def __getitem__(self, position: int) -> Step:
        return self.lines[position]

    def formula(self, step: Step) -> Formula:
        """The equation of a line: whole where it opens a stage, continued otherwise."""
        if step.opens:
            return Formula(step.equation, self.scalars, self.families, self.proofreader)
        rest = Equation(step.equation.sides[1:], ("=",))
        return Formula(rest, self.scalars, self.families, self.proofreader, step.equation)

    def __repr__(self) -> str:
        return "\n".join(
            f"{'' if step.opens else '    '}{self.formula(step).unicode}    # {step.rule}" for step in self.lines
        )


class Gradient(Displayed):
    """∂L/∂name, derived when it is first looked at."""

    def __init__(self, examiner: Examiner, tensor: NamedTensor) -> None:
        self._examiner, self._tensor = examiner, tensor

    @cached_property
    def form(self) -> GradientForm:
        """The syntax trees behind `index` and `matrix`. Raises UnwrittenError where there are none to be read back."""
        return self._examiner.proofreader.form(self._tensor)

    @property
    def index(self) -> Formula:
        """The derivative entry by entry."""
        letters = tuple(Name(letter) for letter in self.form.letters)
        return self._formula(Subscript(self._tensor.tree, letters) if letters else self._tensor.tree, self.form.index)

    @property
    def matrix(self) -> Formula | None:
        """The derivative as a product of matrices; None where it is none, and `no_matrix` says why."""
        return self._formula(self._tensor.tree, self.form.matrix) if self.form.matrix is not None else None

    @property
    def no_matrix(self) -> str:
        return self.form.no_matrix

    @property
    def slices(self) -> Formula | None:
        """A slice of the derivative as a product of matrices, for each of its letters; None where there is none."""
        slices = self.form.slices
        return self._formula(Subscript(self._tensor.tree, slices.places), slices.matrix) if slices else None

    @property
    def latex(self) -> str:
        """LaTeX source of the matrix form, of the index form where there is none."""
        return (self.matrix or self.index).latex

    @cached_property
    def steps(self) -> Steps:
        """How it comes about, from the loss down."""
        examiner = self._examiner
        assert examiner.derivation is not None
        written = examiner.writer.steps(self._tensor)
        families = examiner.network.scope.families
        return Steps(tuple(written), examiner.derivation.scalars, families, examiner.proofreader)

    @cached_property
    def result(self) -> GradientResult:
        """The evidence: the forms proved equal to the adjoint, and measured."""
        return self._examiner.gradient(self._tensor)

    @property
    def verdict(self) -> Verdict:
        return self.result.verdict

    @property
    def shape(self) -> tuple[str, ...]:
        """The dimensions of the variable."""
        return tuple(str(axis.dimension) for axis in self._tensor.axes)

    def _formula(self, variable: Expression, right: Expression) -> Formula:
        derivation = self._examiner.derivation
        assert derivation is not None
        tree = Equation((Derivative(derivation.output.tree, (variable,)), right), ("=",))
        families = self._examiner.network.scope.families
        return Formula(tree, derivation.scalars, families, self._examiner.proofreader)

    def __repr__(self) -> str:
        return repr(self.matrix or self.index)


@dataclass(frozen=True, repr=False)
class Model(Spec, Displayed):
    """A spec with its derivations; everything that takes a spec takes it."""

    @cached_property
    def examiner(self) -> Examiner:
        """The network at the first of its depths, with its derivation and its judge."""
        return Examiner(build(self))

    def derive(self, name: str) -> Gradient:
        """The derivative of the loss by a tensor or layer.

        Raises DerivcheckError: DC609 without a loss, DC610 for a name that is not declared.
        """
        if self.examiner.derivation is None:
            raise DerivcheckError(
                Diagnostic("DC609", f"`{self.path}` declares no loss to derive", help="loss: {L: ...}")
            )
        known = {tensor.name: tensor for tensor in self.examiner.network.tensors}
        if name not in known:
            close = difflib.get_close_matches(name, known, 1, 0.4)
            raise DerivcheckError(
                Diagnostic(
                    "DC610",
                    f"`{self.path}` has no tensor `{name}`",
                    notes=(("known", ", ".join(known)),),
                    help=f'derive("{close[0]}")' if close else "",
                )
            )
        return Gradient(self.examiner, known[name])

    @property
    def gradients(self) -> tuple[Gradient, ...]:
        """The derivatives by every parameter, in the order of the spec."""
        return tuple(self.derive(tensor.name) for tensor in self.examiner.network.parameters)

    def check(self, equation: str, seed: int = 0) -> ClaimResult:
        """One equation about this network, in plain notation or in LaTeX."""
        return judge_equation(equation, self.examiner.network, seed)

    def verify(self, seed: int | None = None, strict: bool = False) -> FileResult:
        """Every gradient and every claim of the spec judged."""
        return verify_spec(self, seed, strict)

    def __repr__(self) -> str:
        names = ", ".join(tensor.name.text for tensor in self.tensors)
        loss = self.loss.name.text if self.loss is not None else "no loss"
        return f"<{self.path}: {loss} of {names}; {len(self.layers)} layers, {len(self.claims)} claims>"
