"""The table of sabotages stays true to the code, and none of them survives."""

from __future__ import annotations

import os

import pytest
from sabotages import PACKAGE, SABOTAGES, Sabotage, outcomes


@pytest.mark.parametrize("sabotage", SABOTAGES, ids=lambda s: f"{s.module}: {' '.join(s.old.split())[:60]}")
def test_the_text_stands_once(sabotage: Sabotage) -> None:
    assert (PACKAGE / sabotage.module).read_text(encoding="utf-8").count(sabotage.old) == 1


@pytest.mark.skipif("DERIVCHECK_SABOTAGES" not in os.environ, reason="takes half an hour: set DERIVCHECK_SABOTAGES")
def test_none_survives() -> None:
    survivors = [found.sabotage for found in outcomes(SABOTAGES, jobs=2, seconds=600) if not found.seen_by]
    assert not survivors
