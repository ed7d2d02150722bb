"""What names mean while a formula is lowered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from derivcheck.graph import Dimension
from derivcheck.lowering.values import Orientation, Value
from derivcheck.notation.parser import Vocabulary
from derivcheck.scalars import NamedFunction

Layout = Literal["mixed", "numerator", "denominator"]


@dataclass(frozen=True)
class Scope:
    """Names in reach of a formula. `opaque_losses` are scalars that have derivatives but no value."""

    values: Mapping[str, Value] = field(default_factory=dict)
    dimensions: Mapping[str, Dimension] = field(default_factory=dict)
    functions: Mapping[str, type[NamedFunction]] = field(default_factory=dict)
    families: frozenset[str] = frozenset()
    opaque_losses: frozenset[str] = frozenset()
    vectors: Orientation = "column"
    layout: Layout = "mixed"
    vec: Literal["columns", "rows"] = "columns"

    def with_values(self, more: Mapping[str, Value]) -> Scope:
        return replace(self, values={**self.values, **more})

    def vocabulary(self) -> Vocabulary:
        stems = {name.split("[")[0] for name in self.values} | self.families
        return Vocabulary(frozenset(stems), frozenset(self.dimensions), frozenset(self.functions))
