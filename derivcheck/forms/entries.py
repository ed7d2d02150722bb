"""Entries, dimensions and whole tensors as they are written in a form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from derivcheck.forms.transposition import transposed
from derivcheck.graph.axes import Dimension
from derivcheck.graph.nodes import Input, Node
from derivcheck.language.notation.syntax import Binary, Expression, Name, Negate, Number, Subscript
from derivcheck.language.tensors import NamedTensor


def native(tensor: NamedTensor, tree: Expression, scalars: frozenset[str]) -> Expression:
    """An expression of a tensor's shape, turned between its own orientation and the spec's."""
    return transposed(tree, scalars) if tensor.across else tree


def entry_of(tree: Expression, places: Sequence[Expression]) -> Expression:
    """The entry of a tensor at its places; a scalar has none."""
    return Subscript(tree, tuple(places)) if places else tree


def in_declared_order(tensor: NamedTensor, node: Node, places: Sequence[Expression]) -> list[Expression]:
    """Places given in the order of the canonical form's axes, in the order of the declaration."""
    own = node.home if isinstance(node, Input) else node.axes
    by_axis = dict(zip(own, places, strict=True))
    return [by_axis[axis] for axis in tensor.axes if axis in by_axis]


def dimension_tree(dimension: Dimension) -> Expression:
    """A dimension as it is written in a formula; one with a fixed size is its number."""
    total: Expression | None = None
    for name, count in dimension.terms:
        part: Expression = Name(name)
        if abs(count) != 1:
            part = Binary("*", Number(Fraction(abs(count))), part)
        if total is None:
            total = Negate(part) if count < 0 else part
        else:
            total = Binary("-" if count < 0 else "+", total, part)
    if total is None:
        return Number(Fraction(dimension.constant))
    if dimension.constant:
        total = Binary("-" if dimension.constant < 0 else "+", total, Number(Fraction(abs(dimension.constant))))
    return total


def entry_writer(
    tensors: dict[Node, NamedTensor],
) -> Callable[[Node, Sequence[Expression], frozenset[str]], Expression]:
    """Entries of named tensors with their indices in the order of the declaration."""

    def entry(node: Node, at: Sequence[Expression], letters: frozenset[str]) -> Expression:
        return entry_of(tensors[node].tree, in_declared_order(tensors[node], node, at))

    return entry
