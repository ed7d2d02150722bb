"""Positions put in for axes: what they decide is decided."""

from __future__ import annotations

import pytest

from derivcheck.graph.axes import Axis, Dimension
from derivcheck.graph.nodes import constant, indicator
from derivcheck.graph.slices import slice_at

ROW, COLUMN = Axis(Dimension.named("n"), "0"), Axis(Dimension.named("n"), "1")


@pytest.mark.parametrize("row", [1, 2, 3])
@pytest.mark.parametrize("column", [1, 2, 3])
def test_indicators_at_two_positions(row: int, column: int) -> None:
    place = {ROW: row, COLUMN: column}
    assert slice_at(indicator("less", ROW, COLUMN), place) is constant(int(row < column))
    assert slice_at(indicator("equal", ROW, COLUMN), place) is constant(int(row == column))
