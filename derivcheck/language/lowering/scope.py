"""What names mean while a formula is lowered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from derivcheck.evidence.canonical.form import Facts
from derivcheck.graph.axes import Axis, Dimension
from derivcheck.graph.derive import Derived
from derivcheck.graph.nodes import Node, tensor
from derivcheck.graph.scalars import NamedFunction
from derivcheck.language.lowering.values import Value
from derivcheck.language.notation.syntax import Expression
from derivcheck.language.notation.vocabulary import Vocabulary
from derivcheck.spec.declarations import Differentials, Gradient, Layout, Orientation, Padding, Sums, VecOrder

# Leaves, and the quantities that they stand for: what a derivative holds fixed.
Leaves = tuple[tuple[Node, Node], ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """A derivative to be measured: ∂numerator/∂variable, the variable's axes as `columns`; entry by entry alone.

    The `leaves` of the numerator stand for what is held.
    """

    numerator: Node
    variable: Node
    columns: tuple[Axis, ...] = ()
    entrywise: bool = False
    leaves: Leaves = ()


@dataclass(frozen=True)
class Scope:
    """Names in reach of a formula. `opaque_losses` are scalars that have derivatives but no value.

    With `measured`, every outermost derivative becomes a leaf that is noted there. `labels` are those of
    families with their ranges, `depth` the numbers of the ends; `derived` are the derivatives inside what a
    name stands for. `gradients` are names `dW` of derivatives of the loss, or of differentials, `distributions`
    are those of what is drawn. Tensors of `indices` are positions: one-hot along their last axis.
    """

    values: Mapping[str, Value] = field(default_factory=dict)
    dimensions: Mapping[str, Dimension] = field(default_factory=dict)
    functions: Mapping[str, type[NamedFunction]] = field(default_factory=dict)
    families: frozenset[str] = frozenset()
    opaque_losses: frozenset[str] = frozenset()
    vectors: Orientation = "column"
    layout: Layout = "mixed"
    vec: VecOrder = "columns"
    padding: Padding = "none"
    indices: frozenset[str] = frozenset()
    gradient: Gradient = "layout"
    differentials: Differentials | Literal[""] = ""
    sums: Sums = "written"
    loss: str = ""
    measured: dict[Node, Measured] | None = None
    abbreviations: Mapping[str, Expression] = field(default_factory=dict)
    labels: Mapping[str, range] = field(default_factory=dict)
    depth: Mapping[str, int] = field(default_factory=dict)
    derived: Mapping[str, tuple[Derived, ...]] = field(default_factory=dict)
    gradients: frozenset[str] = frozenset()
    distributions: tuple[tuple[str, Expression], ...] = ()
    facts: Facts = field(default_factory=dict)

    def measurement(self, found: Measured) -> Node:
        """A leaf that stands for a derivative until it is measured."""
        assert self.measured is not None
        axes = (*found.numerator.axes, *found.columns)
        leaf = tensor(f"measured {len(self.measured)}", axes)
        self.measured[leaf] = found
        return leaf

    def with_abbreviation(self, name: str, tree: Expression, value: Value) -> Scope:
        """The scope with a `let` name; the formula behind it is remembered."""
        return replace(self.with_values({name: value}), abbreviations={**self.abbreviations, name: tree})

    def is_family(self, stem: str) -> bool:
        """Whether a name needs a label to be a quantity or a dimension."""
        if stem in self.values or stem in self.dimensions:
            return False
        return stem in self.families or any(name.startswith(f"{stem}[") for name in (*self.values, *self.dimensions))

    def undeclared(self, names: Iterable[str]) -> frozenset[str]:
        """Those of some names that are no quantity and no dimension."""
        return frozenset(name for name in names if name not in self.values and name not in self.dimensions)

    def with_derived(self, name: str, found: Iterable[Derived]) -> Scope:
        """The scope that knows which derivatives a name stands for."""
        kept = tuple(found)
        return replace(self, derived={**self.derived, name: kept}) if kept else self

    def with_values(self, more: Mapping[str, Value]) -> Scope:
        return replace(self, values={**self.values, **more})

    def vocabulary(self) -> Vocabulary:
        stems = {name.split("[")[0] for name in self.values} | self.families
        known = frozenset(self.dimensions), frozenset(self.functions)
        return Vocabulary(frozenset(stems), *known, gradients=self.gradients, distributions=self.distributions)
