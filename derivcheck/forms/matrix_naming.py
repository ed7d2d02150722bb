"""How leaves are written in the matrix language, and that something cannot be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from derivcheck.graph.axes import Axis, Dimension
from derivcheck.graph.nodes import Node
from derivcheck.language.notation.syntax import Expression, Transpose
from derivcheck.spec.declarations import Orientation


class NoMatrixForm(Exception):  # noqa: N818 - a finding, not an error
    """There is no expression in matrix language; the message says why."""


@dataclass(frozen=True, slots=True)
class MatrixNaming:
    """How leaves are written in the matrix language.

    `leaf(node)` is (expression, axes in the order of the declaration); raises NoMatrixForm.
    """

    leaf: Callable[[Node], tuple[Expression, tuple[Axis, ...]]]
    vectors: Orientation
    scalars: frozenset[str]
    dimension_name: Callable[[Dimension], Expression]

    def as_column(self, vector: Expression) -> Expression:
        """A one-axis tensor of the notation as a column."""
        if self.vectors == "column":
            return vector
        return vector.operand if isinstance(vector, Transpose) else Transpose(vector)
