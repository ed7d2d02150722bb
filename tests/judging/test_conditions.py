"""Conditions that are met at no point tried decide nothing; those that are met are judged as ever."""

from __future__ import annotations

import pytest

from derivcheck.pipeline.verification import verify_text

SPEC = """
tensors:
  x: n
  s: scalar
  t: scalar
  y: {axes: n, given: one_hot}
  g: {axes: n, given: signs}
  u: {axes: n, given: open_unit}
layers: {p: softmax(x), h: relu(x)}
loss: {L: sum(x)}
claims:
"""

# (equation, verdict)
CLAIMS = [
    # An equality of values is met by chance nowhere.
    ("s = 5 where s == 0", "undecided"),
    ("s != 5 where s == 0", "undecided"),
    ("1 = 2 where s == t", "undecided"),
    ("x[i] = 5 where x[i] == s", "undecided"),
    ("s^2 = s + 1 where s^2 == 4", "undecided"),
    ("dL/dx[i] = 2 where x[i] == 0", "undecided"),
    ("d(abs(x[i]))/dx[i] = 1 where x[i] == 0", "undecided"),
    ("(5 if s == t else s) = s", "undecided"),
    ("(s if s != t else 5) = s", "undecided"),
    ("sum_i(5 if x[i] == s else x[i]) = sum(x)", "undecided"),
    # Neither is a size that is not tried, nor what nothing reaches.
    ("x[i] = 5 where n == 20", "undecided"),
    ("x[i] = 5 where n > 20", "undecided"),
    ("p[i] = 5 where p[i] > 1", "undecided"),
    # Nor do the points reach a branch beyond a bound.
    ("(1 if sum(g) > 5 else 0) = 0", "undecided"),
    ("(1 if u[i] > 0.999999999 else 0) = 0", "undecided"),
    ("(1 if p[i] > 2 else 0) = 0", "undecided"),
    ("(1 if x[i] > 3 else 0) = 0", "refuted"),
    ("(1 if x[i]^2 > 100000000000 else 0) = 0", "refuted"),
    ("(1 if x[i] > 3 else 0) = (1 if 2*x[i] > 6 else 0)", "proved"),
    ("max(s, 2) - 2 = relu(s - 2)", "proved"),
    ("max(min(s, 3), t) = min(max(s, t), max(3, t))", "checked"),
    # A proof stands whether a condition is met or not.
    ("s * t = 0 where s == 0", "proved"),
    ("s^2 = s where s == 1", "proved"),
    ("(t if s == t else s) = s", "proved"),
    # What is met somewhere is compared there.
    ("x[i] = 5 where i == 3", "refuted"),
    ("x[i] = 5 where x[i] == max(x)", "refuted"),
    ("y[i] = 5 where y[i] == 1", "refuted"),
    ("y[i] = 1 where y[i] == 1", "proved"),
    ("x[i] = 0 where h[i] == 0", "refuted"),
    ("h[i] = 0 where h[i] == 0", "proved"),
    ("s = 5 where s > 100", "refuted"),
    ("abs(s) = -s where s < 0", "proved"),
    ("5 * x[i] = x[i] + 4 * sum(x) where x[i] == mean(x)", "undecided"),  # met at n = 1, false beyond
    ("max_i(h[i] - s) = max(x) - s where max(x) > 0", "checked"),
    ("(5 if x[i] == max(x) else x[i]) = x[i]", "refuted"),
]


@pytest.mark.parametrize(("equation", "verdict"), CLAIMS)
def test_a_condition_that_is_never_met_decides_nothing(equation: str, verdict: str) -> None:
    (claim,) = verify_text(f"{SPEC}  c: '{equation}'").claims
    assert claim.verdict == verdict, claim.message
    if verdict == "undecided":
        assert claim.message == "a condition holds at no point that was tried"


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("(1 if p == q + 20 else 0)*S[p,q] = 0", "undecided"),
        ("(1 if p - q > 30 else 0)*S[p,q] = 0", "undecided"),
        ("(1 if p + q > 30 else 0)*S[p,q] = 0", "undecided"),
        ("sum_{p in 1..n}(x[p]*(1 if 2*p > 50 else 0)) = 0", "undecided"),
        ("(1 if p + q > 0 else 0)*S[p,q] = S[p,q]", "proved"),
        # At n = 5 it is S[3,1], at n = 4 nothing.
        (
            "sum_{i in 1..n}(sum_{j in 1..n}((1 if 2*i - j == n else 0)*(1 if i + j == n-1 else 0)*S[i,j])) = 0",
            "refuted",
        ),
    ],
)
def test_positions_that_meet_at_large_sizes_only(claim: str, verdict: str) -> None:
    (found,) = verify_text(f"tensors: {{x: n, S: n n}}\nclaims: {{a: '{claim}'}}\n").claims
    assert found.verdict == verdict


def test_a_comparison_with_a_position_tells_what_it_takes_for_granted() -> None:
    claims = ["sum_{i in 1..n}(1 if i == 2 else 0) = 1", "sum_{i in 1..n}(1 if i >= 1 else 0) = n", "x[2] = x[2]"]
    text = "tensors: {x: n}\nclaims:\n" + "".join(f"  c{k}: '{claim}'\n" for k, claim in enumerate(claims))
    assert [claim.note for claim in verify_text(text).claims] == ["where `i` runs to 2 at least", "", ""]


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("x[i] = 0 where i == 1 and i == 2", "undecided"),
        ("x[i] = 0 where i != i", "undecided"),
        ("S[i,j] = 0 where i < j and j < i", "undecided"),
        ("1/0 = 2/0", "undecided"),
        ("0/0 = 0/0", "undecided"),
        ("sum(x) = 0 where x == 0", "invalid"),  # of every entry, or of one
        ("x = 0 * x where x == 0", "proved"),
        ("S[i,j] = S[j,i] where i == j", "proved"),
    ],
)
def test_conditions_that_hold_nowhere_or_are_of_another_shape(claim: str, verdict: str) -> None:
    (found,) = verify_text(f"tensors: {{x: n, S: n n}}\nclaims: {{a: '{claim}'}}\n").claims
    assert found.verdict == verdict
