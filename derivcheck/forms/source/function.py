"""One Python function for a loss and its gradients: a line for each quantity, and one for each adjoint."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from functools import cached_property
from typing import assert_never

from derivcheck.diagnostics.diagnostic import Diagnostic, UnsupportedError
from derivcheck.evidence.numeric.program import is_product
from derivcheck.forms.source.arrays import Array, aligned, contracted, joint_axes, outer, renamed, summed, turned
from derivcheck.forms.source.conditions import condition
from derivcheck.forms.source.exponentials import without_overflow
from derivcheck.forms.source.identifiers import Identifiers
from derivcheck.forms.source.scalars import ATOM, PRODUCT, SUM, Scalars, at
from derivcheck.forms.source.shifting import shifted
from derivcheck.forms.source.trial import require_agreement
from derivcheck.forms.source.windows import Window, factors_of, windows_of
from derivcheck.graph.axes import Axes, Axis, Dimension
from derivcheck.graph.derive import sweep
from derivcheck.graph.nodes import (
    Determinant,
    Extremum,
    Held,
    Indicator,
    Input,
    Inverse,
    Map,
    Node,
    Product,
    Quantity,
    Rename,
    Sum,
    operands,
    topological,
)
from derivcheck.language.network import Network
from derivcheck.language.tensors import NamedTensor

LONGEST = 60  # characters of a part that is still written inside its whole
FUNCTION = "loss_and_gradients"


def numpy_source(network: Network, tensors: Sequence[NamedTensor], verdicts: Mapping[str, str]) -> str:
    """The source of a module with the function `loss_and_gradients`; `verdicts` are told in its docstring.

    It has been run. Raises UnsupportedError: DC406 for what has no counterpart in NumPy,
    DC690 for an opaque loss, DC691 for a size that no array has; ContradictionError (DC904)
    where it does not compute what was derived.
    """
    writer = _FunctionWriter(network, tensors)
    text = writer.module(verdicts)
    adjoints = sweep(writer.loss.node)
    derived = {tensor.name: adjoints.get(tensor.node) for tensor in tensors}
    require_agreement(text, FUNCTION, network, writer.inputs, derived, writer.scalars.opaque_functions)
    return text


class _FunctionWriter:
    def __init__(self, network: Network, tensors: Sequence[NamedTensor]) -> None:
        assert network.loss is not None
        self.network, self.loss, self.tensors = network, network.loss, tensors
        computed = shifted(self.loss.node, frozenset(tensor.node for tensor in tensors))
        self.root = computed[self.loss.node]
        adjoints = sweep(self.root)
        self.gradients = {tensor.name: adjoints.get(computed.get(tensor.node, tensor.node)) for tensor in tensors}
        found = [node for node in self.gradients.values() if node is not None]
        self.order = topological([self.root, *found])
        self.forward = frozenset(topological([self.root]))
        self.uses = self._count(found)
        self.identifiers = Identifiers(frozenset({"np", "math", FUNCTION, "t"}))
        self.homes = self._homes()
        self.inputs = self._inputs()
        self.names = {tensor.node: self.identifiers.name(tensor.name) for tensor in self.inputs}
        self.sizes: dict[str, str] = {}
        self.scalars = Scalars(self.identifiers, self._size)
        self.values: dict[Node, Array] = {}
        self.lines: list[str] = []
        self.parts = 0
        self._written: dict[str, str] = {}

    def _count(self, found: Sequence[Node]) -> dict[Node, int]:
        """How often a node is written; one seen along other axes is written where that is."""
        uses: dict[Node, int] = dict.fromkeys([self.root, *found], 1)
        for node in reversed(self.order):
            for operand in operands(node):
                uses[operand] = uses.get(operand, 0) + (uses[node] if isinstance(node, Rename) else 1)
        return uses

    def _homes(self) -> dict[str, Axes]:
        """The order of the axes of everything that has a name, adjoints included."""
        homes = {tensor.name: tensor.axes for tensor in self.network.tensors}
        return {**homes, **{f"d{self.loss.name}/d{name}": axes for name, axes in homes.items()}}

    def _inputs(self) -> list[NamedTensor]:
        """The arguments. Raises UnsupportedError (DC690) for an opaque loss."""
        known = {tensor.node: tensor for tensor in self.network.tensors}
        for node in self.order:
            if isinstance(node, Input) and node not in known:
                raise UnsupportedError(
                    Diagnostic(
                        "DC690",
                        f"the loss `{self.loss.name}` is opaque: there is no code for its value",
                        help="define it, as in `loss: {L: sum(a * y)}`",
                    )
                )
        wanted = {node for node in self.order if isinstance(node, Input)} | {tensor.node for tensor in self.tensors}
        return [tensor for tensor in self.network.tensors if tensor.node in wanted and isinstance(tensor.node, Input)]

    # --- sizes ----------------------------------------------------------------------------

    def _size(self, name: str) -> str:
        """The name of a size, which is read off an array. Raises UnsupportedError (DC691)."""
        if name not in self.sizes:
            self._shape_of(Dimension.named(name))
            self.sizes[name] = self.identifiers.name(name)
        return self.sizes[name]

    def _shape_of(self, dimension: Dimension) -> str:
        lengths = {
            axis.dimension: f"{self.names[tensor.node]}.shape[{position}]"
            for tensor in reversed(self.inputs)
            for position, axis in reversed([*enumerate(tensor.axes)])
        }
        if dimension in lengths:
            return lengths[dimension]
        for whole, text in lengths.items():
            found = self._within(dimension, whole, text, lengths)
            if found:
                return found
        raise UnsupportedError(
            Diagnostic(
                "DC691",
                f"the size `{dimension}` is not the length of any argument along an axis",
                notes=(("arguments", ", ".join(tensor.name for tensor in self.inputs)),),
            )
        )

    def _within(self, dimension: Dimension, whole: Dimension, text: str, lengths: Container[Dimension]) -> str:
        """A size from a length that is made of it, `2*h` or `n + k - 1` where k is a length; empty for none."""
        ((name, _),) = dimension.terms
        count = dict(whole.terms).get(name, 0)
        others = [other for other, _ in whole.terms if other != name]
        if count < 1 or not all(Dimension.named(other) in lengths for other in others):
            return ""
        rest = Dimension(()).plus(whole, -1).plus(dimension, count)
        above = text if rest == Dimension(()) else f"{text} + {at(self.scalars.write(rest.expression(), []), SUM)}"
        return above if count == 1 else f"{above} // {count}" if above == text else f"({above}) // {count}"

    def _length(self, dimension: Dimension) -> str:
        """A size as an expression."""
        return self.scalars.write(dimension.expression(), [])[0]

    # --- the module -----------------------------------------------------------------------

    def module(self, verdicts: Mapping[str, str]) -> str:
        body = list(self._body())
        arguments = [*(self.names[tensor.node] for tensor in self.inputs), *self.scalars.opaque]
        signature = f"def {FUNCTION}({', '.join(arguments)}):"
        text = "\n\n".join([*self.scalars.definitions, "\n".join([signature, *self._docstring(verdicts), *body])])
        imports = (["import math", ""] if "math." in text else []) + ["import numpy as np"]
        return "\n".join(imports) + f"\n\n\n{text}\n"

    def _docstring(self, verdicts: Mapping[str, str]) -> Iterator[str]:
        title = " ".join(self.network.spec.title.split())
        title = "".join(c for c in title if c.isprintable() and c.isascii() and c not in '\\"')
        yield f'    """The loss {self.loss.name} and its gradients{": " if title else ""}{title}.'
        yield ""
        yield "    Arguments, with their shapes:"
        for tensor in self.inputs:
            yield f"        {self.names[tensor.node]}: {_shape(tensor.axes)}"
        for name, what in self.scalars.opaque.items():
            yield f"        {name}: the function {what}, applied entrywise"
        yield ""
        yield f"    Returns {self.loss.name} and a dictionary of gradients, each of the shape of its argument:"
        for tensor in self.tensors:
            judged = f", {verdicts[tensor.name]}" if verdicts.get(tensor.name) else ""
            yield f"        {tensor.name}: {_shape(tensor.axes)}{judged}"
        yield ""
        yield "    Exponentials in quotients and logarithms are shifted by the largest exponent: they do not overflow."
        if any(isinstance(node, Held) for node in topological([self.loss.node])):
            yield "    What stop_gradient was written around is constant to the gradients."
        yield '    """'

    def _body(self) -> Iterator[str]:
        for node in self.order:
            if node in self.forward:
                self._settle(node)
        forward, self.lines = self.lines, []
        for node in self.order:
            if node not in self.forward:
                self._settle(node)
        returned = [self._returned(tensor) for tensor in self.tensors]
        for name, shown in self.sizes.items():
            yield f"    {shown} = {self._shape_of(Dimension.named(name))}"
        yield from ("    # forward", *forward)
        if self.lines:
            yield from ("    # backward", *self.lines)
        yield f"    return {self.values[self.root].text}, {{"
        yield from (
            f"        {tensor.name!r}: {text},".replace("'", '"')
            for tensor, text in zip(self.tensors, returned, strict=True)
        )
        yield "    }"

    def _returned(self, tensor: NamedTensor) -> str:
        """The gradient along all axes of its variable."""
        node = self.gradients[tensor.name]
        value = self.values[node] if node is not None else Array("0.0", ATOM, ())
        if set(value.axes) == set(tensor.axes):
            shown = turned(value, tensor.axes)
            return f"{shown.at(ATOM)}.copy()" if self._is_argument(node) and tensor.axes else shown.text
        lengths = f"{self.names[tensor.node]}.shape" if tensor.node in self.names else ""
        return self._repeated(value, tensor.axes, lengths).text

    def _repeated(self, value: Array, axes: Axes, lengths: str = "") -> Array:
        """The value along all of the axes; an array of its own, where it had fewer."""
        if set(value.axes) == set(axes):
            return value
        if not lengths:
            each = [self._length(axis.dimension) for axis in axes]
            lengths = f"({', '.join(each)}{',' if len(each) == 1 else ''})"
        if not value.axes:
            return Array(f"np.full({lengths}, {value.text}, dtype=float)", ATOM, axes)
        return Array(f"np.broadcast_to({aligned(value, axes).text}, {lengths}).copy()", ATOM, axes)

    # --- lines ----------------------------------------------------------------------------

    def _settle(self, node: Node) -> None:
        """Find the value of a node; it gets a line where it has a name, is used twice, or is long."""
        if isinstance(node, Input):
            tensor = next(t for t in self.inputs if t.node is node)
            self.values[node] = Array(self.names[node], ATOM, tensor.axes)
            return
        if node not in self._fused:
            value = self._value(node, self._wants.get(node))
            if isinstance(node, Rename) or (isinstance(node, Map) and not node.operands):
                self.values[node] = value
            elif isinstance(node, Quantity):
                self._assign(node, node.name, turned(value, self._wants.get(node, value.axes)))
            elif node in self._targets:
                self._assign(node, f"d{self.loss.name}/d{self._targets[node]}", value)
            elif self.uses[node] > 1 or (len(value.text) > LONGEST and node not in self._wants):
                self._part(node, value)
            else:
                self.values[node] = value

    def _part(self, node: Node, value: Array) -> None:
        """A line for a node; what is written already, an identity along other axes, say, is taken from there."""
        if value.text not in self._written:
            self.parts += 1
            self._assign(node, f"part{self.parts}", value)
            self._written[value.text] = self.values[node].text
        self.values[node] = Array(self._written[value.text], ATOM, value.axes)

    def _assign(self, node: Node, name: str, value: Array) -> None:
        shown = self.identifiers.name(name)
        self.lines.append(f"    {shown} = {value.text}")
        self.values[node] = Array(shown, ATOM, value.axes)

    @cached_property
    def _targets(self) -> dict[Node, str]:
        """Gradients that have no name in the graph, by the first variable that they belong to."""
        found: dict[Node, str] = {}
        for name, node in self.gradients.items():
            if node is not None and not isinstance(node, Quantity | Input):
                found.setdefault(node, name)
        return found

    @cached_property
    def _windows(self) -> dict[Node, tuple[list[Node], list[Window]]]:
        """The factors of the sums that have windows, and these."""
        found: dict[Node, tuple[list[Node], list[Window]]] = {}
        for node in self.order:
            if isinstance(node, Sum) and node.operand in self._products:
                assert isinstance(node.operand, Map)
                factors, _ = factors_of(node.operand, self.uses)
                windows = windows_of(node, factors)
                if windows:
                    found[node] = factors, windows
        return found

    @cached_property
    def _fused(self) -> frozenset[Node]:
        """What is not written by itself: products that only a sum uses, conditions that are windows wherever used."""
        found = set(self._products)
        seen: Counter[Node] = Counter()
        for node, (_, windows) in self._windows.items():
            assert isinstance(node, Sum) and isinstance(node.operand, Map)
            found.update(factors_of(node.operand, self.uses)[1])
            seen.update(window.condition for window in windows)
        return frozenset(found | {node for node, count in seen.items() if count == self.uses[node]})

    @cached_property
    def _products(self) -> frozenset[Node]:
        """Products that only a sum uses: they are contracted with it."""
        return frozenset(
            node.operand
            for node in self.order
            if isinstance(node, Sum)
            and isinstance(node.operand, Map)
            and self.uses[node.operand] == 1
            and is_product(node.operand.expression)
        )

    @cached_property
    def _wants(self) -> dict[Node, Axes]:
        """The order of axes that what has a name is to have, and what becomes it: that of its declaration."""
        wants: dict[Node, Axes] = {}
        for node in reversed(self.order):
            name = self._targets.get(node, node.name if isinstance(node, Quantity) else "")
            home = self.homes.get(name, wants.get(node))
            if home is None or set(home) != set(node.axes):
                continue
            wants[node] = home
            if isinstance(node, Quantity | Rename) and self.uses[node.operand] == 1:
                back = {new: old for old, new in node.mapping} if isinstance(node, Rename) else {}
                wants[node.operand] = tuple(back.get(axis, axis) for axis in home)
        return wants

    def _is_argument(self, node: Node | None) -> bool:
        """Whether a gradient is one of the arguments as it stands: it must not be handed out itself."""
        while isinstance(node, Quantity | Rename | Held):
            node = node.operand
        return isinstance(node, Input)

    def _value(self, node: Node, wanted: Axes | None) -> Array:
        match node:
            case Input():
                return self.values[node]
            case Quantity():
                return self._repeated(self.values[node.operand], wanted or node.axes)
            case Map():
                return self._map(node, wanted)
            case Sum():
                return self._sum(node, wanted)
            case Rename():
                return renamed(self.values[node.operand], node.mapping)
            case Held():
                return self.values[node.operand]
            case Indicator():
                return self._indicator(node)
            case Extremum() | Product():
                function = node.kind if isinstance(node, Extremum) else "prod"
                array = summed(self.values[node.operand], node.bound)
                return Array(array.text.replace("np.sum(", f"np.{function}(", 1), ATOM, array.axes)
            case Inverse() | Determinant():
                return self._of_matrix(node)
            case _:
                assert_never(node)

    def _map(self, node: Map, wanted: Axes | None) -> Array:
        parts = list(node.operands)
        if is_product(node.expression):
            parts.sort(key=lambda part: not isinstance(part, Quantity) or part in self.forward)  # adjoints first
        arrays = [self.values[part] for part in parts]
        if is_product(node.expression) and len(arrays) == 2:
            found = outer(arrays[0], arrays[1], wanted)
            if found is not None:
                return found
        axes = joint_axes(arrays, wanted)
        placed = [aligned(array, axes) if array.axes else array for array in arrays]
        operands = [(array.text, array.binding) for array in placed]
        text, binding = self.scalars.write(without_overflow(node.expression), operands)
        return Array(text, binding, axes)

    def _sum(self, node: Sum, wanted: Axes | None) -> Array:
        if node in self._windows:
            return self._seen(node, wanted)
        if node.operand in self._fused:
            assert isinstance(node.operand, Map)
            return contracted([self.values[operand] for operand in node.operand.operands], node.bound, wanted)
        return summed(self.values[node.operand], node.bound)

    def _seen(self, node: Sum, wanted: Axes | None) -> Array:
        """A sum of a product of which factors are seen through windows."""
        factors, windows = self._windows[node]
        conditions = {window.condition for window in windows}
        arrays = {factor: self.values[factor] for factor in factors if factor not in conditions}
        for window in windows:
            shown = self.scalars.special("windows")
            arrays[window.factor] = window.seen(arrays[window.factor], shown, self._length)
        return contracted(
            list(arrays.values()), tuple(a for a in node.bound if a not in {w.gone for w in windows}), wanted
        )

    def _of_matrix(self, node: Inverse | Determinant) -> Array:
        value = self.values[node.operand]
        left = tuple(axis for axis in value.axes if axis not in (node.row, node.column))
        matrix = turned(value, (*left, node.row, node.column))
        if isinstance(node, Determinant):
            return Array(f"np.linalg.det({matrix.text})", ATOM, left)
        return Array(f"np.linalg.inv({matrix.text})", ATOM, matrix.axes)

    def _indicator(self, node: Indicator) -> Array:
        """0/1 arrays."""
        axes = node.axes
        if node.relation == "equal" and len(axes) == 2:
            return Array(f"np.eye({self._length(axes[0].dimension)})", ATOM, axes)
        text = condition(node, lambda axis: self._positions(axis, axes), self._length)
        return Array(f"1.0 * ({text})", PRODUCT, axes)

    def _positions(self, axis: Axis, axes: Axes) -> str:
        counted = Array(f"np.arange(1, {self._length(axis.dimension.plus(Dimension.fixed(1)))})", ATOM, (axis,))
        return aligned(counted, axes).text


def _shape(axes: Axes) -> str:
    lengths = [str(axis.dimension) for axis in axes]
    return f"({', '.join(lengths)}{',' if len(lengths) == 1 else ''})" if lengths else "a number"
