"""What a side divides by where it is zero more often than by chance: 0/0 is not what it is reduced to."""

from __future__ import annotations

from functools import cache

import pytest

from derivcheck.pipeline.verification import check_equation, verify_text
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


# What holds under a condition has values under it: each of these is right, and with another condition says nothing.
NOWHERE = (
    "s / s = 1 where s == 0",
    "s / s = 1 where s^2 == 0",
    "1 / (s - 3/2) = 1 / (s - 3/2) where 2*s == 3",
    "x[i] / x[i] = 1 where x[i] == 0",
    "sum_k(x[k] / x[k]) = n where x[i] == 0",
    "x[i] / (x[i] - x[j]) = x[i] / (x[i] - x[j]) where x[i] == x[j]",
    "log(s) - log(s) = 0 where s == 0",
    "s * log(s) / s = log(s) where s < 0",
    "sqrt(s) * sqrt(s) = s where s < 0",
    "d(log(s))/ds = 1/s where s < 0",
    "d(norm(x))/dx[i] = x[i] / norm(x) where norm(x) == 0",
    "inv(P) @ P = eye(n) where norm(P) == 0",
    "at(log(s) - log(s), s = 0) = 0",
    "at(d(log(s))/ds - 1/s, s = -1) = 0",
)
SOMEWHERE = (
    "s / s = 1 where s > 0",
    "s / s = 1 where s^2 == 1",
    "x[i] / x[i] = 1 where x[i] == 3/2",
    "sum_k(x[k] / x[k]) = n where x[i] != 0",
    "sum_{k != i}(x[k] / x[k]) = n - 1 where x[i] == 0",
    "x[i] / (x[i] - s) * (x[i] - s) = x[i] where x[i] > s",
    "s * log(s) / s = log(s) where s > 0",
    "d(norm(x))/dx[i] = x[i] where norm(x) == 1",
    "(s / s if s > 1 else 1) = 1 where s == 0",
    "at(d(log(s))/ds - 1/s, s = 1) = 0",
)


@pytest.mark.parametrize("claim", NOWHERE)
def test_nothing_is_proved_where_no_side_has_a_value(claim: str) -> None:
    found = check_equation(claim, spec())
    assert (found.verdict, found.message != "") == ("undecided", True)


@pytest.mark.parametrize("claim", SOMEWHERE)
def test_what_has_values_under_a_condition_is_proved(claim: str) -> None:
    assert check_equation(claim, spec()).verdict == "proved"


def test_what_is_given_may_leave_no_values() -> None:
    text = "tensors: {s: scalar}\nclaims: {a: {claim: 'log(s) - log(s) = 0', given: 's = 0'}}\n"
    (found,) = verify_text(text).claims
    assert (found.verdict, found.message) == ("undecided", "a side has no value at any point that was tried")


JUMPS = """
tensors: {s: scalar, k: scalar, x: n, z: {axes: [], given: binary}}
claims:
"""
AT_THE_JUMP = (
    "sign(s)**2 = 1 where s == 0",
    "where(s >= 0, 1, 0) = 0 where s == 0",
    "where(s > 1, 1, 0) = where(s >= 1, 1, 0) where s == 1",
    "where(s > k, 1, 0) = where(s >= k, 1, 0) where s == k",
    "sign(x[i])**2 = 1 where x[i] == 0",
    "sign(x[i] - x[j])**2 + delta(i,j) = 1 where x[i] == x[j]",
    "abs(sign(s)) = 1 where abs(s) <= 0",
    "sign(s)**2 = 1 where s*k == 0",
)
BESIDE_IT = (
    "sign(s)**2 = 1 where s < 0",
    "sign(s)**2 = 1 where s == 2",
    "sign(z)**2 = 1 where z == 1",
    "abs(s) = -s where s == 0",
    "max(s, k) = s where s == k",
)
GIVEN = {
    "sign(s)**2 = 1 | s = 0": "refuted",
    "sign(s - k)**2 = 1 | s = k": "refuted",
    "sign(s)**2 = 1 | s = k**2 + 1": "proved",
    "relu(s) - relu(-s) = s | s = k": "proved",
}


@pytest.mark.parametrize("claim", AT_THE_JUMP)
def test_what_is_equal_almost_everywhere_is_not_proved_where_a_branch_jumps(claim: str) -> None:
    found = check_equation(claim, read_spec(JUMPS))
    assert (found.verdict, "a branch jumps there" in found.message) == ("undecided", True)


@pytest.mark.parametrize("claim", BESIDE_IT)
def test_it_is_proved_where_none_does(claim: str) -> None:
    assert check_equation(claim, read_spec(JUMPS)).verdict == "proved"


@pytest.mark.parametrize(("claim", "verdict"), GIVEN.items())
def test_an_equation_that_is_given_may_lie_at_a_jump(claim: str, verdict: str) -> None:
    equation, given = claim.split(" | ")
    (found,) = verify_text(f"{JUMPS}  a: {{claim: '{equation}', given: '{given}'}}\n").claims
    assert found.verdict == verdict
