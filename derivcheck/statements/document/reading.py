"""How a formula is read where it stands: under the conventions that hold there, at every depth and label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from derivcheck.diagnostics.diagnostic import DerivcheckError, NotationError, SourceText, SpecError
from derivcheck.judging.examiner import Examiner
from derivcheck.judging.statement import Assertions, Labels, labelled, labels_of, spellings
from derivcheck.language.componentwise import componentwise
from derivcheck.language.latex.equations import Sentence
from derivcheck.language.latex.labels import Labels as LatexLabels
from derivcheck.language.latex.symbols import Symbols
from derivcheck.language.lowering.types import Types
from derivcheck.language.notation.parser import parse_equation
from derivcheck.language.notation.syntax import Equation, Junction, bottom_up
from derivcheck.language.tex.statements import Chain, is_sign
from derivcheck.spec import ClaimDeclaration, Spec
from derivcheck.spec.declarations import Binding, NamedFormula
from derivcheck.spec.extension import replaced
from derivcheck.statements.document.kinds import mentions

NO_SUCH_LAYER = frozenset({"DC121", "DC120"})


@dataclass(frozen=True, slots=True)
class Setting:
    """What holds where a formula stands: the spec with the changes up to there, and its own binding."""

    spec: Spec
    binding: Binding | None
    quantifier: SourceText | None
    componentwise: bool
    named: tuple[NamedFormula, ...] = ()  # what the text says that names mean; the sidecar goes first

    @property
    def symbols(self) -> dict[str, str]:
        bound = self.binding.symbols if self.binding else ()
        return {**spellings(self.named), **spellings(self.spec.symbols), **spellings(bound)}


def changed(spec: Spec, change: Binding) -> Spec:
    symbols, let = _merged(spec.symbols, change.symbols), _merged(spec.let, change.let)
    return replace(renewed(spec, change).under(change), symbols=symbols, let=let)


def renewed(spec: Spec, change: Binding) -> Spec:
    """The spec with the tensors, layers and loss that a change declares."""
    tensors, layers = {one.name.text for one in change.tensors}, {one.name.text for one in change.layers}
    if not tensors and not layers and change.loss is None:
        return spec
    if change.loss is not None and spec.loss is not None and change.loss.name.text != spec.loss.name.text:
        spec = replace(spec, layers=(*spec.layers, spec.loss))  # what speaks of the one before goes on to do so
    return replace(
        spec,
        tensors=tuple(one for one in replaced(spec.tensors, change.tensors) if one.name.text not in layers),
        layers=tuple(one for one in replaced(spec.layers, change.layers) if one.name.text not in tensors),
        loss=change.loss or spec.loss,
    )


def _merged(formulas: tuple[NamedFormula, ...], others: tuple[NamedFormula, ...]) -> tuple[NamedFormula, ...]:
    """The formulas with those of the same name replaced."""
    names = {formula.name.text for formula in others}
    return (*(formula for formula in formulas if formula.name.text not in names), *others)


class Spelling:
    """What names are spelled with where the same macros hold: made out once for each examiner and its symbols."""

    def __init__(self, macros: Mapping[str, str]) -> None:
        self.macros = macros
        self._symbols: dict[tuple[Examiner, tuple[tuple[str, str], ...]], Symbols] = {}

    def symbols(self, examiner: Examiner, setting: Setting) -> Symbols:
        """The symbols of a setting as the names of an examiner make them out. Raises NotationError."""
        key = (examiner, tuple(setting.symbols.items()))
        if key not in self._symbols:
            self._symbols[key] = Symbols(setting.symbols, self.macros, examiner.network.scope)
        return self._symbols[key]


class Reading:
    """How one chain of tokens is read at a depth and a label."""

    def __init__(
        self,
        text: SourceText,
        chain: Chain,
        setting: Setting,
        spelling: Spelling,
        declared: Sequence[Examiner],
        above: int = 0,
    ) -> None:
        """The first `above` relations of the chain are those of a formula that it goes on from."""
        self._above = above
        self._spelling = spelling
        self._text = text
        self._chain = chain
        self._setting = setting
        self._declared = declared
        self._equations: dict[tuple[Examiner, tuple[tuple[str, int], ...]], Equation] = {}
        self.assertions = Assertions(self)
        self._labels: dict[Examiner, Sequence[Labels]] = {}
        spans = [node.span for node in chain.row if is_sign(node, "=")]
        first = text.text[spans[0].start : spans[0].stop].strip() if spans else ""
        self._redefines = first in (":=", "\\coloneqq", "≔")
        self.assigns = len(spans) == 1 and text.text[spans[0].start : spans[0].stop].strip() not in ("=", "&=")

    def __call__(self, examiner: Examiner, labels: Labels) -> Sequence[Equation]:
        return (self.equation(examiner, labels),)

    def equation(self, examiner: Examiner, labels: Labels) -> Equation:
        """Raises NotationError."""
        key = (examiner, tuple(sorted(labels.items())))
        if key not in self._equations:
            if examiner not in self._declared and (common := self._common()) is not None:
                return common
            known = {**examiner.network.depth, **labels}
            equation = self.sentence(examiner, labels).equation(self._chain.row)
            if self._above:
                equation = equation.changed(self._own)
            if self._redefines:
                equation = self._of_the_new(equation, examiner, labels)
            if self._setting.binding is not None and self._setting.binding.where is not None:
                where, binding = self._setting.binding.where, examiner
                equation = equation.changed(lambda one: _restricted(one, where, binding))
            if self._setting.componentwise:
                scope = examiner.network.scope
                equation = labelled(equation, known, scope).changed(lambda one: componentwise(one, scope))
            self._equations[key] = equation
        return self._equations[key]

    def _own(self, equation: Equation) -> Equation:
        """The equation from the side on that a formula goes on from."""
        sides, relations = equation.sides[self._above :], equation.relations[self._above :]
        return replace(equation, sides=sides, relations=relations)

    def sentence(self, examiner: Examiner, labels: Labels) -> Sentence:
        """How rows of the text are read at a depth and labels."""
        symbols = self._spelling.symbols(examiner, self._setting)
        known = {**examiner.network.depth, **labels}
        return Sentence(self._text.text, examiner.network.scope, symbols, self._spelling.macros, known)

    def _of_the_new(self, equation: Equation, examiner: Examiner, labels: Labels) -> Equation:
        """`d := d^T = A`: the new d is A, if that is the d of the spec; else the old one is, and its transpose is A."""
        if len(equation.sides) < 3 or not any(node == equation.sides[0] for node in bottom_up(equation.sides[1])):
            return equation
        scope, known = examiner.network.scope, {**examiner.network.depth, **labels}
        types = Types(scope, LatexLabels(scope, known))
        new, old, meant = map(types, equation.sides[:3])
        as_old = replace(equation, sides=equation.sides[1:], relations=equation.relations[1:])
        as_new = replace(as_old, sides=(equation.sides[0], *equation.sides[2:]))
        if old == new == meant:  # of a square matrix
            return replace(as_new, rivals=(as_old,), choice="symbols: what the name means from here on")
        return as_old if old == meant != new else as_new

    def _common(self) -> Equation | None:
        """What was read the same at every depth and label that is judged: it is what is claimed beyond them."""
        found = list(self._equations.values())
        return found[0] if len(found) > 1 and all(other == found[0] for other in found) else None

    def labels(self, examiner: Examiner) -> Sequence[Labels]:
        """What the layer labels run through: of the declared range, those for which every layer spoken of exists.

        Raises NotationError where there is none, for the reason that the first one has.
        """
        if examiner not in self._labels:
            self._labels[examiner] = self._existing(examiner)
        return self._labels[examiner]

    def _existing(self, examiner: Examiner) -> Sequence[Labels]:
        quantifier = self._setting.quantifier
        if quantifier is None:
            self.equation(examiner, {})
            return [{}]
        declaration = ClaimDeclaration("", "latex", None, (), "", "", "", quantifier, (), (), quantifier.where())
        kept: list[Labels] = []
        problem: NotationError | None = None
        for labels in labels_of(declaration, examiner):
            try:
                equation = self.equation(examiner, labels)
                if not mentions(equation, labels):
                    self._equations[examiner, ()] = equation
                    return [{}]
                for assertion in self.assertions(examiner, labels):
                    for link in assertion.links:
                        if isinstance(link.outcome, NotationError):
                            raise link.outcome
            except NotationError as caught:
                problem = problem or caught
                if caught.diagnostic.code in NO_SUCH_LAYER:
                    continue
            except DerivcheckError:
                pass  # it is judged, and said then
            kept.append(labels)
        if not kept and problem is not None:
            raise problem
        return kept


def _restricted(equation: Equation, where: SourceText, examiner: Examiner) -> Equation:
    """The equation under a condition that the prose gives. Raises SpecError for one that is not read."""
    try:
        condition = parse_equation(f"0 = 0 where {where.text}", examiner.network.scope.vocabulary()).where
    except NotationError as problem:
        raise SpecError(replace(problem.diagnostic, where=where.where())) from None
    both = condition if equation.where is None or condition is None else Junction("and", equation.where, condition)
    return replace(equation, where=both)
