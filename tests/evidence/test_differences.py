"""Difference quotients by themselves."""

from __future__ import annotations

import numpy as np
import pytest

from derivcheck.evidence.numeric.differences import ladder


@pytest.mark.parametrize(("degree", "exact"), [(0, True), (1, True), (2, True), (3, True), (4, True), (5, False)])
def test_the_quotients_are_of_fourth_order(degree: int, exact: bool) -> None:
    """What powers of t add to t has no slope at 0, and a scheme of fourth order sees none up to t⁴."""
    found, _ = ladder(lambda t: t + (t**degree if degree != 1 else 0 * t), np.array([1.0, 3.0]), 0.0, rungs=(1e-1,))
    assert bool(np.all(np.abs(found.values - 1) < 1e-12)) == exact
