"""The families of a spec at one depth: what their labels are, and the members of a declared name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from derivcheck.diagnostics.diagnostic import Diagnostic, NotationError, SourceText, SpecError, located
from derivcheck.language.notation.labels import label_value
from derivcheck.language.notation.parser import parse_expression
from derivcheck.spec.declarations import Family, NamedFormula


class Families:
    """The labels of families with their ranges, where the ends have the numbers of a depth."""

    def __init__(self, families: Sequence[Family], depth: Mapping[str, int]) -> None:
        self.depth = depth
        self.labels: dict[str, range] = {}
        for family in families:
            self.labels[family.label] = self._range(family.first, family.last)

    def _range(self, first: SourceText, last: SourceText) -> range:
        return range(self.label_of(first, {}), self.label_of(last, {}) + 1)

    def label_of(self, text: SourceText, labels: Mapping[str, int]) -> int:
        """The value of a label such as `l-1`. Raises SpecError where it has none."""
        try:
            tree = parse_expression(text.text)
        except NotationError as problem:
            raise located(problem, text) from None
        value = label_value(tree, {**self.depth, **labels})
        if value is None:
            known = ", ".join([*self.labels, *self.depth]) or "none"
            notes = (("labels", known),)
            raise SpecError(Diagnostic("DC035", f"`{text.text}` is not a label", text.where(), "", notes, "l-1"))
        return value

    def members(self, name: SourceText) -> Iterator[tuple[str, dict[str, int]]]:
        """(member name, labels) of a declared name: `W[l]` is W[1] … W[L]; a plain name is itself."""
        stem, bracket, label = name.text.partition("[")
        if not bracket:
            yield stem, {}
            return
        text = replace(name, text=label.rstrip("]"))
        variables = [v for v in self.labels if re.search(rf"(?<!\w){re.escape(v)}(?![\w\u0300-\u036f])", text.text)]
        if not variables:
            yield f"{stem}[{self.label_of(text, {})}]", {}
            return
        if len(variables) > 1:
            raise SpecError(Diagnostic("DC036", "a name has one label", name.where()))
        for value in self.labels[variables[0]]:
            yield f"{stem}[{self.label_of(text, {variables[0]: value})}]", {variables[0]: value}

    def expanded(self, formulas: tuple[NamedFormula, ...]) -> list[tuple[str, dict[str, int], NamedFormula]]:
        """Every member with its formula; a more specific line wins over the general one."""
        found: dict[str, tuple[dict[str, int], NamedFormula, bool]] = {}
        for formula in formulas:
            for member, labels in self.members(formula.name):
                general = bool(labels)
                if member in found and (general and not found[member][2]):
                    continue
                found[member] = (labels, formula, general)
        return [(member, labels, formula) for member, (labels, formula, _) in found.items()]
