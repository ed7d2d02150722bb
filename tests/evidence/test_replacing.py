"""Identities of entries by themselves: where they may be used, and where not."""

from __future__ import annotations

from fractions import Fraction

import pytest

from derivcheck.evidence.canonical.atoms import OUTER, Factor, Rational
from derivcheck.evidence.canonical.identities import replaced
from derivcheck.evidence.canonical.knowledge import identity_of, lowest_power

ONE_HOT = identity_of("one_hot", "y[i]*y[j] = y[i]*delta(i,j)", 0)
Y, DELTA = 7, 8
A, B = OUTER, OUTER + 1


@pytest.mark.parametrize(
    ("factors", "wanted"),
    [
        ([(Y, (A,), 1), (Y, (B,), 1)], [(Y, (A,), 1), (DELTA, (A, B), 1)]),
        ([(Y, (A,), 1)], None),
        ([(Y, (A,), 1), (Y + 1, (B,), 1)], None),
    ],
)
def test_a_product_of_entries(factors: list[Factor], wanted: list[Factor] | None) -> None:
    found = replaced(ONE_HOT, [DELTA], (), factors, 0)
    assert (None if found is None else list(found[1])) == wanted


@pytest.mark.parametrize(
    ("values", "power", "lowest"),
    [
        ((0, 1), 3, 1),
        ((0, 1), 1, 1),
        ((0, 1), Fraction(1, 2), 1),
        ((0, 1), -1, -1),  # there is none
        ((-1, 1), 2, 0),
        ((-1, 1), 3, 1),
        ((-1, 1), -1, 1),
        ((-1, 1), Fraction(1, 2), Fraction(1, 2)),
    ],
)
def test_a_power_of_few_values(values: tuple[int, ...], power: Rational, lowest: Rational) -> None:
    assert lowest_power(values, power) == lowest
