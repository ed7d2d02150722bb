"""The state of a lowering: what those who lower one kind of expression ask for, each other's help included."""

from __future__ import annotations

import difflib
from abc import ABC, abstractmethod

from derivcheck.diagnostics.diagnostic import NotationError
from derivcheck.graph.axes import Axis
from derivcheck.graph.derive import Derived
from derivcheck.graph.nodes import Node, quantity
from derivcheck.graph.positions import Affine
from derivcheck.language.lowering.letters import Letters, index_error
from derivcheck.language.lowering.remarks import FormulaRemark
from derivcheck.language.lowering.scope import Leaves, Scope
from derivcheck.language.lowering.values import Value, tensor_value
from derivcheck.language.notation.syntax import Call, Derivative, Expression, Name, Span


class LoweringState(ABC):
    """What the lowering of one equation has met so far; the letters are shared by its sides.

    `in_numerator` is set while the numerator of a derivative is lowered: there an
    opaque loss may stand, elsewhere it has no value. `derived` notes every derivative that is
    taken, in order; `deriving` is the one that is being lowered, `leaves` are what it holds. `guards`
    are combinations of positions that are 0 or more wherever what is being lowered counts.
    """

    def __init__(self, scope: Scope, prefix: str = "") -> None:
        """With a `prefix`, the named lines of a catalogue definition become quantities `prefix_name`."""
        self.scope = scope
        self.letters = Letters(scope)
        self.in_numerator = False
        self.measuring = False
        self.derived: dict[Derived, None] = {}
        self.deriving: Derivative | None = None
        self.leaves: Leaves = ()
        self.prefix = prefix
        self.guards: tuple[Affine, ...] = ()
        self.intermediates: dict[str, Value] = {}
        self.remarks: dict[FormulaRemark, None] = {}

    def intermediate(self, name: str, node: Node, axes: tuple[Axis, ...]) -> Node:
        """A named line of a definition, along the axes in this order; one that depends on an index has no name."""
        if not self.prefix or not set(node.axes) <= set(axes):
            return node
        full = f"{self.prefix}_{name}"
        named = quantity(full, node, axes)
        self.intermediates[full] = tensor_value(named, axes, self.scope.vectors)
        return named

    def remark(self, found: FormulaRemark | None) -> None:
        """Note what is to be said of the formula, if anything is."""
        if found is not None:
            self.remarks[found] = None

    @abstractmethod
    def expression(self, tree: Expression) -> Value:
        """What an expression stands for."""

    def unknown(self, name: str, span: Span) -> NotationError:
        differential = self._differential(name, span)
        if differential is not None:
            return differential
        known = {n.split("[")[0] for n in self.scope.values} | set(self.scope.dimensions)
        if name in self.scope.families or any(n.startswith(f"{name}[") for n in self.scope.values):
            return index_error("DC121", f"`{name}` is a family and needs its label", span, "", f"{name}[1]")
        close = difflib.get_close_matches(name, known, 1, 0.5)
        label = "not declared"
        instead = close[0] if close else f"declare it; a scalar is `{name}: scalar` under `tensors:`"
        if self.letters.is_letter(Name(name)):
            label, instead = "an index letter is not a value", close[0] if close else ""
        return index_error(
            "DC120",
            f"unknown name `{name}`",
            span,
            label,
            instead,
            (("known", ", ".join(sorted(known)) or "nothing is declared"),),
        )

    def _differential(self, name: str, span: Span) -> NotationError | None:
        """`dC` by itself: no derivative, and no product with a quantity called d either."""
        of = name[1:]
        declared = of in self.scope.values or of in self.scope.families
        if not name.startswith("d") or not declared:
            return None
        whole = f"differential({of})" if "d" in self.scope.values else f"d({of})"
        readings = [("one reading", f"the differential, {whole}: `differentials: statements` says so")]
        help_ = f"{whole} for the differential"
        if self.scope.loss:
            gradient = f"d{self.scope.loss}/d{of}"
            readings.append(("another reading", f"the gradient, {gradient}: `differentials: gradients` says so"))
            help_ += f", {gradient} for the gradient"
        if "d" in self.scope.values or "d" in self.scope.dimensions:
            readings.append(("another reading", f"the product, d * {of}"))
            help_ += f", d * {of} for the product"
        return index_error("DC118", f"`{name}` is not declared", span, "which of them?", help_, tuple(readings))

    def call_error(self, tree: Call, message: str, help_: str = "", label: str = "") -> NotationError:
        return index_error("DC122", message, tree.span, label, help_)
