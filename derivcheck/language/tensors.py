"""The tensors of a network by the names that its spec gives them."""

from __future__ import annotations

from dataclasses import dataclass

from derivcheck.graph.axes import Axis
from derivcheck.graph.nodes import Node
from derivcheck.language.notation.syntax import Expression


@dataclass(frozen=True, slots=True)
class NamedTensor:
    """A name, how it is written, its node, and its axes in the order of the declaration.

    `across` says that a vector lies across the spec's orientation: `x.T @ W` is a row
    where vectors are columns.
    """

    name: str
    tree: Expression
    node: Node
    axes: tuple[Axis, ...]
    across: bool = False
