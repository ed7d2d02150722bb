"""Identities of entries by themselves: where they may be used, and where not."""

from __future__ import annotations

import pytest

from derivcheck.evidence.canonical.atoms import OUTER, Factor
from derivcheck.evidence.canonical.identities import replaced
from derivcheck.evidence.canonical.knowledge import identity_of

ONE_HOT = identity_of("one_hot", "y[i]*y[j] = y[i]*delta(i,j)", 0)
Y, DELTA = 7, 8
A, B, C = OUTER, OUTER + 1, OUTER + 2


@pytest.mark.parametrize(
    ("factors", "wanted"),
    [
        ([(Y, (A,), 1), (Y, (B,), 1)], [(Y, (A,), 1), (DELTA, (A, B), 1)]),
        ([(Y, (A,), 1), (Y, (B,), -1)], None),
        # What stands below is no entry to be multiplied with.
        ([(Y, (A,), 1), (Y, (B,), -1), (Y, (C,), 2)], [(Y, (B,), -1), (Y, (C,), 1), (Y, (A,), 1), (DELTA, (A, C), 1)]),
    ],
)
def test_a_product_of_entries(factors: list[Factor], wanted: list[Factor] | None) -> None:
    found = replaced(ONE_HOT, [DELTA], (), factors, 0)
    assert (None if found is None else list(found[1])) == wanted
