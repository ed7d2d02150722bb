"""Formulas that the results hold as text, as MathML: read with the names that the spec declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from derivcheck.diagnostics.diagnostic import DerivcheckError
from derivcheck.judging.statement import spellings
from derivcheck.language.lowering.inner_products import inner_products
from derivcheck.language.lowering.scope import Scope
from derivcheck.language.notation.parser import parse_continuation, parse_equation
from derivcheck.language.notation.plain import Numbers
from derivcheck.language.notation.printer import to_latex
from derivcheck.language.notation.syntax import Equation, Expression
from derivcheck.language.notation.vocabulary import NOTHING_DECLARED, Vocabulary
from derivcheck.report.markup import Child, element, math
from derivcheck.report.typesetting.typesetter import typeset

if TYPE_CHECKING:
    from derivcheck.judging.examiner import Examiner


@dataclass(frozen=True, slots=True)
class Formulas:
    """How the formulas of one spec are read and written; without a spec nothing is declared."""

    vocabulary: Vocabulary = NOTHING_DECLARED
    scalars: frozenset[str] = frozenset()
    families: frozenset[str] = field(default_factory=frozenset)
    macros: Mapping[str, str] = field(default_factory=dict)  # of the author, for LaTeX that is drawn as it stands
    scope: Scope | None = None

    @classmethod
    def of(cls, examiner: Examiner) -> Formulas:
        network, derivation = examiner.network, examiner.derivation
        names = {tensor.name for tensor in network.tensors if not tensor.axes}
        scalars = frozenset(network.scope.dimensions) | names | (derivation.scalars if derivation else frozenset())
        return cls(
            network.scope.vocabulary(), scalars, network.scope.families, spellings(network.spec.macros), network.scope
        )

    def read(self, text: str) -> Equation | None:
        """The equation that a plain text is, or the part of a chain that begins with its relation."""
        for parse in (parse_equation, parse_continuation):
            try:
                return parse(text, self.vocabulary)
            except DerivcheckError:
                continue
        return None

    def written(self, tree: Expression | Equation, display: bool = False) -> Element:
        return math(tree, self._numbers(tree), self.families, display)

    def shown(self, text: str) -> Element:
        """A plain text as a formula, several with `; ` between them as several; as it stands where it is none."""
        tree = self.read(text)
        if tree is not None:
            return self.written(tree)
        several = [self.read(part) for part in _parts(text)]
        if len(several) == 1 or None in several:
            return element("code", " ".join(text.split()))
        shown: list[Child] = []
        for one in several:
            assert one is not None
            shown += [",\u2003"] * bool(shown) + [self.written(one)]
        return element("span", *shown)

    def drawn(self, latex: str) -> Element:
        """LaTeX as it is written, whatever it means."""
        return typeset(latex, self.macros, display=True)

    def latex(self, text: str) -> str | None:
        """The LaTeX of a plain text, None where it is no equation."""
        tree = self.read(text)
        return to_latex(tree, self._numbers(tree), self.families) if tree is not None else None

    def _numbers(self, tree: Expression | Equation) -> Numbers:
        return self.scalars if self.scope is None else self.scalars | inner_products(tree, self.scope)


def _parts(text: str) -> list[str]:
    """The text cut at the semicolons that stand in no brackets."""
    parts, depth = [""], 0
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        if character == ";" and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return parts
