"""What a side divides by where it is zero more often than by chance: 0/0 is not what it is reduced to."""

from __future__ import annotations

from functools import cache

import pytest

from derivcheck.pipeline.verification import check_equation
from derivcheck.spec import Spec, read_spec

SPEC = """
tensors:
  x: n
  s: scalar
  b: {axes: n, given: binary}
  L: {axes: n n, given: lower_triangular}
  P: {axes: n n, given: idempotent}
layers: {m: b * exp(x), p: m / sum(m), c: "where(s > 0, x / s, x)"}
"""
ONE_SIDE_ALONE = (
    "relu(s)^2 / relu(s) = s",
    "b / b = ones(n)",
    "x * b**(-1) * b = x",
    "L / L = ones(n, n)",
    "(x[i] - x[j]) / (x[i] - x[j]) = 1",
    "inv(P) @ P = eye(n)",
    "d(b * x / b)/dx = eye(n)",
)
BOTH_OR_SINGLE_POINTS = (
    "x / x = ones(n)",
    "x / norm(x) * norm(x) = x",
    "p = m / sum(m)",
    "dp[i]/dx[j] = p[i] * (delta(i,j) - m[j] / sum(m))",
    "where(s > 0, x / s, x) = c",
    "inv(L) @ L = eye(n)",
)


@cache
def spec() -> Spec:
    return read_spec(SPEC)


@pytest.mark.parametrize("claim", ONE_SIDE_ALONE)
def test_where_one_side_alone_has_a_value_nothing_is_proved(claim: str) -> None:
    found = check_equation(claim, spec())
    assert (found.verdict, "is zero, by which it divides" in found.message) == ("undecided", True)


@pytest.mark.parametrize("claim", BOTH_OR_SINGLE_POINTS)
def test_what_both_divide_by_and_zero_at_single_points_is_no_matter(claim: str) -> None:
    assert check_equation(claim, spec()).verdict == "proved"
