"""Sums over what a filter looks at, as views of an array: Σ_p x[p] 1[p = s t + d a + c] is x seen along t and a."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from derivcheck.evidence.numeric.program import is_product
from derivcheck.forms.source.arrays import Array, turned
from derivcheck.forms.source.scalars import ATOM
from derivcheck.graph.axes import Axes, Axis, Dimension
from derivcheck.graph.nodes import Indicator, Map, Node, Sum
from derivcheck.graph.positions import Affine

ONE = Dimension.fixed(1)


@dataclass(frozen=True, slots=True)
class Window:
    """A factor seen along other axes instead of one, by a condition that is not written then.

    `start` counts from 0: where the first of each of the axes looks, turned round where its step is below 0.
    """

    factor: Node
    condition: Node
    gone: Axis
    steps: tuple[tuple[Axis, int], ...]
    start: Dimension

    @property
    def axes(self) -> Axes:
        return tuple(axis for axis, _ in self.steps)

    def seen(self, array: Array, function: str, length: Callable[[Dimension], str]) -> Array:
        """The view, zero outside of the array."""
        others = tuple(axis for axis in array.axes if axis != self.gone)
        first, *rest = [(axis.dimension, step) for axis, step in self.steps]
        (count, stride), (size, dilation) = first, rest[0] if rest else (ONE, 1)
        numbers = (length(self.start), length(count), str(abs(stride)), length(size), str(abs(dilation)))
        text = f"{function}({turned(array, (*others, self.gone)).text}, {', '.join(numbers)})"
        along, across = (":" if step > 0 else "::-1" for step in (stride, dilation))
        if not rest:
            text += f"[..., {along}, 0]"
        elif along != ":":
            text += f"[..., {along}, {across}]"
        elif across != ":":
            text += f"[..., {across}]"
        return Array(text, ATOM, (*others, *self.axes))


def factors_of(product: Map, uses: Mapping[Node, int]) -> tuple[list[Node], list[Node]]:
    """(the factors of a product, products that are used by it alone and are not written then)."""
    found: list[Node] = []
    inner: list[Node] = []
    for operand in product.operands:
        if isinstance(operand, Map) and is_product(operand.expression) and uses[operand] == 1:
            more, within = factors_of(operand, uses)
            found += more
            inner += [operand, *within]
        else:
            found.append(operand)
    return found, inner


def windows_of(total: Sum, factors: Sequence[Node]) -> list[Window]:
    """The windows of a sum of a product, one for each condition that is one."""
    found: list[Window] = []
    axes = {factor: set(factor.axes) for factor in factors}
    for condition in factors:
        if not isinstance(condition, Indicator) or condition.relation != "zero":
            continue
        (value,) = condition.terms
        assert isinstance(value, Affine)
        longest = sorted(value.axes, key=lambda axis: _rank(axis.dimension), reverse=True)  # a filter is shorter
        window = next((w for gone in longest if (w := _window(total, condition, value, gone, axes))), None)
        if window is not None:
            axes[window.factor] = axes[window.factor] - {window.gone} | set(window.axes)
            axes[condition] = set()
            found.append(window)
    return found


def _rank(dimension: Dimension) -> tuple[int, int]:
    return sum(count for _, count in dimension.terms), dimension.constant


def _window(total: Sum, condition: Node, value: Affine, gone: Axis, axes: Mapping[Node, set[Axis]]) -> Window | None:
    """The window along one of the axes of a condition; None where it is none."""
    count = dict(value.terms)[gone]
    holders = [factor for factor, own in axes.items() if gone in own and factor is not condition]
    others = tuple((axis, -number * count) for axis, number in value.terms if axis != gone)
    if gone not in total.bound or count not in (1, -1) or len(holders) != 1 or not 1 <= len(others) <= 2:
        return None
    if isinstance(holders[0], Indicator) or axes[holders[0]] & {axis for axis, _ in others}:
        return None
    start = Dimension(()).plus(value.offset, -count)
    for axis, step in others:
        start = start.plus(ONE if step > 0 else axis.dimension, step)
    return Window(holders[0], condition, gone, others, start.plus(ONE, -1))
