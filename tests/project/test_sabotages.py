"""The table of sabotages stays true to the code, and none of them survives."""

from __future__ import annotations

import ast
import os

import pytest
from sabotages import BATTERY, SABOTAGES, TESTS, Sabotage, outcomes, sabotaged


@pytest.mark.parametrize("sabotage", SABOTAGES, ids=lambda s: f"{s.module}: {' '.join(s.old.split())[:60]}")
def test_a_sabotage_stands_once_and_is_python(sabotage: Sabotage) -> None:
    ast.parse(sabotaged(sabotage))


def test_the_battery_is_there() -> None:
    assert all((TESTS / test).is_file() for tests in BATTERY for test in tests)


@pytest.mark.skipif(
    "DERIVCHECK_SABOTAGES" not in os.environ, reason="takes a quarter of an hour: set DERIVCHECK_SABOTAGES"
)
def test_none_survives() -> None:
    survivors = [found.sabotage for found in outcomes(SABOTAGES, jobs=2, seconds=600) if not found.seen_by]
    assert not survivors
