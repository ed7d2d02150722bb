"""Values of formulas: matrices whose rows and columns are labelled with names of dimensions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .duals import Dual


class MeaninglessError(Exception):
    """The formula has no meaning: shapes that do not conform, an unknown name."""


class UnrangedError(MeaninglessError):
    """Nothing says over what a letter runs."""


Labels = tuple[str, ...]


@dataclass(frozen=True)
class Value:
    data: Dual
    rows: Labels = ()
    cols: Labels = ()
    more: Labels = ()

    @property
    def axes(self) -> Labels:
        return self.more or self.rows + self.cols

    @property
    def turned(self) -> Value:
        if self.more:
            raise MeaninglessError("a transpose of three axes")
        return Value(self.data.linear(np.transpose), self.cols, self.rows)


def own(labels: Labels) -> Labels:
    """Labels without axes that are of one entry by declaration."""
    return tuple(label for label in labels if label != "1")


def compared(sign: str, a: Any, b: Any) -> Any:
    match sign:
        case "==":
            return a == b
        case "!=":
            return a != b
        case "<":
            return a < b
        case "<=":
            return a <= b
        case ">":
            return a > b
    return a >= b


def stacked(slopes: list[Value], join: Any) -> Dual:
    masks = {mask for slope in slopes for mask in slope.data.parts}
    return Dual({m: join([s.data.parts[m] if m in s.data.parts else 0 * s.data.plain for s in slopes]) for m in masks})


def cells_of(data: Dual) -> list[list[Dual]]:
    rows, cols = data.plain.shape
    return [[data.linear(lambda part, i=i, j=j: np.asarray(part[i, j])) for j in range(cols)] for i in range(rows)]


def _minor(cells: list[list[Dual]], row: int, col: int) -> list[list[Dual]]:
    return [[c for j, c in enumerate(line) if j != col] for i, line in enumerate(cells) if i != row]


def determinant(cells: list[list[Dual]]) -> Dual:
    """Laplace's expansion along the first row."""
    if len(cells) == 1:
        return cells[0][0]
    return total_of([cells[0][j] * cofactor(cells, 0, j) for j in range(len(cells))])


def cofactor(cells: list[list[Dual]], row: int, col: int) -> Dual:
    minor = _minor(cells, row, col)
    found = determinant(minor) if minor else cells[0][0].zero.shifted(1)
    return -found if (row + col) % 2 else found


def total_of(terms: list[Dual]) -> Dual:
    found = terms[0]
    for term in terms[1:]:
        found = found + term
    return found
