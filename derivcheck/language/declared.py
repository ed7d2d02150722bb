"""The tensors that a spec declares: their dimensions, their axes and what is given of them, member by member."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from derivcheck.diagnostics.diagnostic import Diagnostic, SourceText, SpecError
from derivcheck.graph.axes import Axes, Axis, Dimension
from derivcheck.graph.nodes import tensor
from derivcheck.language.facts import combined, fits, side_along
from derivcheck.language.families import Families
from derivcheck.language.formulas import name_tree
from derivcheck.language.lowering.values import Value, tensor_value
from derivcheck.language.tensors import NamedTensor
from derivcheck.spec.declarations import Spec, TensorDeclaration
from derivcheck.spec.facts.table import FACTS
from derivcheck.spec.formulas import factors_of

ONE_HOT, POSITION = "one_hot", "position"  # what an index is: its last axis has a name of its own


class DeclaredTensors:
    """Reads the declarations of a spec; `dimensions` are those that were named, `indices` the members that are one.

    `turned` are the factors of a product of sizes, from the last to the first.
    """

    def __init__(self, spec: Spec, families: Families, turned: bool = False) -> None:
        self.spec = spec
        self.families = families
        self.turned = turned
        self.dimensions: dict[str, Dimension] = {}
        self.indices: set[str] = set()
        self._sides: dict[str, tuple[Axes, ...]] = {}

    def _dimension(self, text: SourceText, labels: Mapping[str, int]) -> Dimension:
        total = Dimension((), 0)
        for sign, word in re.findall(r"([+-]?)((?:[^\[\]+-]|\[[^\]]*\])+)", text.text):
            times, _, word = word.rpartition("*")
            factor = int(times or 1) * (-1 if sign == "-" else 1)
            if word.isdecimal():
                part = Dimension.fixed(int(word))
            else:
                stem, bracket, label = word.partition("[")
                name = stem
                if bracket:
                    name = f"{stem}[{self.families.label_of(replace(text, text=label.rstrip(']')), labels)}]"
                part = Dimension.named(name)
                self.dimensions.setdefault(name, part)
            total = total.plus(part, factor)
        return total

    def inputs(self) -> tuple[dict[str, NamedTensor], dict[str, tuple[tuple[str, int | None], ...]]]:
        """The inputs in their order, and what is given of them. Raises SpecError (DC029, DC037)."""
        made: dict[str, NamedTensor] = {}
        facts: dict[str, tuple[tuple[str, int | None], ...]] = {}
        for declaration in self.spec.tensors:
            for member, labels in self.families.members(declaration.name):
                sides = self._axes(declaration, labels)
                axes = [axis for side in sides for axis in side]
                if declaration.index is not None:
                    self.indices.add(member)
                    axes.append(Axis.named(self._dimension(declaration.index, labels), POSITION))
                else:
                    self._sides[member] = sides
                made[member] = NamedTensor(member, name_tree(member), tensor(member, tuple(axes)), tuple(axes))
                found = [self._fact(fact, declaration.name, axes, labels) for fact in declaration.facts]
                if declaration.index is not None:
                    found.append((ONE_HOT, len(axes) - 1))
                facts[member] = combined(found, member, declaration.facts[0].where if declaration.facts else None)
        return made, {name: found for name, found in facts.items() if found}

    def _axes(self, declaration: TensorDeclaration, labels: Mapping[str, int]) -> tuple[Axes, ...]:
        """The axes of a tensor; `s=t` is one over t that is called s, `H*k` two as one, k the faster."""
        counts: dict[Dimension, int] = {}
        sides: list[Axes] = []
        for text in declaration.axes:
            name, sign, over = text.text.rpartition("=")
            factors = factors_of(over)
            if len(factors) > 1 and (len(declaration.axes) > 2 or declaration.index is not None):
                message, advice = f"`{text.text}` is an axis of a vector or a matrix", " ".join(factors)
                raise SpecError(Diagnostic("DC029", message, text.where(), "", help=f"an axis for each: {advice}"))
            side: list[Axis] = []
            for factor in factors[::-1] if self.turned else factors:
                dimension = self._dimension(replace(text, text=factor), labels)
                counts[dimension] = counts.get(dimension, -1) + 1
                side.append(Axis.named(dimension, name) if sign else Axis(dimension, str(counts[dimension])))
            sides.append(tuple(side))
        axes = [axis for side in sides for axis in side]
        if len(set(axes)) < len(axes):
            message = f"two axes of `{declaration.name.text}` have one name"
            raise SpecError(Diagnostic("DC029", message, declaration.name.where(), "", help="S: t s=t"))
        return tuple(sides)

    def _fact(self, fact: Any, name: SourceText, axes: list[Axis], labels: Mapping[str, int]) -> tuple[str, int | None]:
        if fact.dimension is not None:
            text = replace(name, text=fact.dimension)
            called = [k for k, axis in enumerate(axes) if fact.dimension in (axis.name, str(axis.dimension))]
            called = called or side_along(fact.dimension, axes)
            # A name of an axis is no dimension.
            wanted = None if called else self._dimension(text, labels)
            places = called or [k for k, axis in enumerate(axes) if axis.dimension == wanted]
            position = int(fact.dimension) if fact.dimension.isdecimal() else 0
            if not places and 1 <= position <= len(axes):
                places = [position - 1]
            if len(places) > 1:
                message = f"two axes of `{name.text}` run over `{fact.dimension}`"
                advice = f"given: {{{fact.name}: {places[-1] + 1}}}"
                raise SpecError(Diagnostic("DC037", message, fact.where, "which of them?", help=advice))
            if not places:
                message = f"`{name.text}` has no axis `{fact.dimension}`"
                advice = f"given: {fact.name}" if len(axes) == 1 else ""
                raise SpecError(Diagnostic("DC037", message, fact.where, help=advice))
            return fact.name, places[0]
        if FACTS[fact.name].along_an_axis:
            if len(axes) != 1:
                choices = " or ".join(f"given: {{{fact.name}: {axis.dimension}}}" for axis in axes)
                raise SpecError(
                    Diagnostic(
                        "DC037",
                        f"`{fact.name}` of `{name.text}` needs the axis it holds along",
                        fact.where,
                        "the axis along which the entries belong together",
                        help=choices or "a tensor with axes",
                    )
                )
            return fact.name, 0
        if not fits(fact.name, axes):
            raise SpecError(Diagnostic("DC037", f"`{fact.name}` needs {FACTS[fact.name].needs}", fact.where))
        return fact.name, None

    def value(self, declared: NamedTensor) -> Value:
        """An input as formulas meet it: a vector lies as the spec says."""
        sides = self._sides.get(declared.name, ())
        if all(len(side) == 1 for side in sides):
            return tensor_value(declared.node, declared.axes, self.spec.vectors)
        column = len(sides) == 2 or self.spec.vectors == "column"
        return Value(declared.node, *sides) if column else Value(declared.node, (), *sides)
