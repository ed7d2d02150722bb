"""One layer's part of the chain rule, its neighbours' derivatives and differentials being leaves with their names.

    back      Σ_c ∂L/∂c · ∂c/∂v     what the layers made of v hand back to it
    forward   Σ_v ∂c/∂v · dv        what the quantities that a layer is made of hand on to it

Both are derived from the layer's definition alone; what stands beside v in it is not looked into.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from derivcheck.forms.derivation import Derivation
from derivcheck.forms.entries import native
from derivcheck.forms.matrix_form import matrix_form
from derivcheck.forms.reading import Namer
from derivcheck.forms.slopes import SlopeStyle
from derivcheck.graph import derive
from derivcheck.graph.axes import Axis, fresh
from derivcheck.graph.nodes import Node, Quantity, add, constant, delta, multiply, rename, sum_over, tensor, topological
from derivcheck.language.notation.syntax import Call, Expression
from derivcheck.language.tensors import NamedTensor


class Propagation:
    """The steps between neighbours of one derivation, in matrix form."""

    def __init__(self, derivation: Derivation) -> None:
        self.derivation = derivation
        self.names = frozenset(derivation.tensors)

    def made_of(self, node: Node) -> set[Node]:
        """The names that a quantity is made of directly."""
        return set(topological([node], self.names - {node})) & self.names - {node}

    def consumers(self, node: Node) -> list[NamedTensor]:
        """The quantities made of a name directly that the output depends on, the output included."""
        found = [
            tensor
            for tensor in self.derivation.tensors.values()
            if isinstance(tensor.node, Quantity)
            and (tensor.node in self.derivation.adjoints or tensor.node is self.derivation.output.node)
            and node in self.made_of(tensor.node)
        ]
        return sorted(found, key=lambda t: t.node.serial)

    def back(
        self, consumers: Sequence[NamedTensor], variable: NamedTensor, slopes: SlopeStyle | None = None
    ) -> Expression:
        """∂L/∂variable by the derivatives of what is made of it. Raises NoMatrixForm, GrowthError, UndefinedError."""
        output = self.derivation.output
        above: dict[Node, NamedTensor] = {}
        parts: list[Node] = []
        for consumer in consumers:
            assert isinstance(consumer.node, Quantity)
            seed: Node = constant(1)
            if consumer.node is not output.node:
                seed = tensor(f"d{output.name}/d{consumer.name} above", consumer.node.axes)
                above[seed] = consumer
            independent = self.made_of(consumer.node)
            parts.append(derive.adjoints(consumer.node.operand, seed, independent)[variable.node])
        leaves = {node: (self.derivation.above(consumer), consumer) for node, consumer in above.items()}
        return self.derivation.in_layout(self._written(add(*parts), variable, leaves, slopes))

    def forward(self, consumer: NamedTensor, variables: Sequence[NamedTensor]) -> Expression:
        """d(consumer) by the differentials of what moves in it. Raises NoMatrixForm, GrowthError, UndefinedError."""
        assert isinstance(consumer.node, Quantity)
        rows = {a: fresh(a.dimension, (), f"row{k}.") for k, a in enumerate(consumer.axes)}
        seed = multiply(constant(1), *(delta(a, b) for a, b in rows.items()))
        found = derive.adjoints(consumer.node.operand, seed, self.made_of(consumer.node))
        moving: dict[Node, tuple[Expression, NamedTensor]] = {}
        parts: list[Node] = []
        for variable in variables:
            leaf = tensor(f"d {variable.name} along", variable.node.axes)
            moving[leaf] = native(variable, Call("differential", (variable.tree,)), self.derivation.scalars), variable
            parts.append(sum_over(multiply(found[variable.node], leaf), variable.node.axes))
        turned = rename(add(*parts), {row: axis for axis, row in rows.items()})
        return self._written(turned, consumer, moving)

    def _written(
        self,
        node: Node,
        shape: NamedTensor,
        leaves: Mapping[Node, tuple[Expression, NamedTensor]],
        slopes: SlopeStyle | None = None,
    ) -> Expression:
        reading = Namer(tuple(self.names), (), {}, shape.axes, slopes or self.derivation.slopes).reading(node)
        naming = self.derivation.matrix_naming("named")

        def leaf(one: Node) -> tuple[Expression, tuple[Axis, ...]]:
            return (leaves[one][0], leaves[one][1].axes) if one in leaves else naming.leaf(one)

        written = matrix_form(reading, shape.axes, replace(naming, leaf=leaf))
        return native(shape, written, self.derivation.scalars)
