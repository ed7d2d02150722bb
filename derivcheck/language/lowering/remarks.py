"""What is to be said of a formula that has a meaning, and perhaps not the one that was meant."""

from __future__ import annotations

from dataclasses import dataclass

from derivcheck.diagnostics.diagnostic import Diagnostic, SourceText
from derivcheck.graph.axes import Dimension
from derivcheck.language.lowering.values import Value, dimensions
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.syntax import NOWHERE, Binary, Call, Span


@dataclass(frozen=True, slots=True)
class FormulaRemark:
    """One of them, with the part of the formula that it is about."""

    diagnostic: Diagnostic
    span: Span

    def at(self, text: SourceText) -> Diagnostic:
        """It at its place in the file."""
        return self.diagnostic.at(text.where() if self.span == NOWHERE else text.where(self.span.start, self.span.stop))


def of_every_pair(tree: Binary, left: Value, right: Value) -> FormulaRemark | None:
    """A column and a row that are combined entry by entry: a matrix of every entry with every entry."""
    column, row = (left, right) if right.column else (right, left)
    axes = (*column.row, *row.column)
    if left.more or right.more or column.column or row.row or not column.row or not row.column:
        return None
    if any(axis.dimension == Dimension.fixed(1) for axis in axes):
        return None
    message = f"`{to_plain(tree)}` takes every entry of one with every entry of the other"
    label = f"a column and a row: {left.shape()} {tree.operator} {right.shape()}"
    alike = dimensions(column.row) == dimensions(row.column)
    help_ = f"write letters where that is meant: M[i,j]: x[i] {tree.operator} y[j]" + "; else drop the `.T`" * alike
    return FormulaRemark(Diagnostic("DC146", message, label=label, help=help_), tree.span)


def of_one_number(tree: Call, value: Value) -> FormulaRemark | None:
    """A mean that has one number to take it of."""
    if not value.is_scalar:
        return None
    message = f"`{to_plain(tree.arguments[0])}` is one number already: its mean is itself"
    help_ = "divide by the number of entries, or name the axis along which each of them is one"
    return FormulaRemark(Diagnostic("DC147", message, label="nothing is averaged", help=help_), tree.span)
