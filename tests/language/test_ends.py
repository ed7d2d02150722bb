"""The last position: an index that is called as a dimension, and sizes in conditions beside an index."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from derivcheck.diagnostics.verdicts import ClaimResult
from derivcheck.pipeline.verification import verify_text

SPEC = """
padding: zero
tensors: {x: n, f: 3, h: n, W: n m}
layers: {"y[t in 1..n]": "sum_a(f[a] * x[t+a-2])", "q[i in 1..n]": "x[i-1] * x[i+1]", p: softmax(x)}
loss: {L: "sum(h*y) + sum(q)"}
"""


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("y[n] = f[1]*x[n-1] + f[2]*x[n]", "undecided"),  # of the last entry alone
        ("q[n] = 0", "undecided"),
        ("q[n+0] = 0", "proved"),
        ("p[n] = exp(x[n])/sum(exp(x))", "proved"),  # of every entry
        ("p[n] = exp(x[n])", "refuted"),  # of none
        ("W[n,m] = W[m,n]", "invalid"),
        ("sum_n(x[n]) = sum(x)", "proved"),
        ("sum_n(x[n]) = 2*sum(x)", "refuted"),
    ],
)
def test_an_index_called_as_a_dimension(claim: str, verdict: str) -> None:
    (found,) = verify_text(f"{SPEC}claims: {{a: '{claim}'}}\n").claims
    assert found.verdict == verdict
    if verdict == "undecided":
        assert found.diagnosis is not None and found.diagnosis.code == "DC172"
        assert "n + 0" in str(found.diagnosis.notes)


CHAIN = """
tensors: {x: n, W: n m}
layers: {d: "sum_{i in 2..n}(x[i] * x[i-1])", e: "sum_{i in 3..n}(x[i] * x[i-2])"}
claims:
"""

# (claim, verdict): at the smallest size, n = 1, the first entry is the last one
LAST = [
    ("dd/dx[k] = (x[k-1] if k > 1 else 0) + (x[k+1] if k < n else 0)", "proved"),
    ("dd/dx[k] = (x[k-1] if k > 1 else 0) + (x[k+1] if k <= n - 1 else 0)", "proved"),
    ("dd/dx[k] = (x[k-1] if k != 1 else 0) + (x[k+1] if k != n else 0)", "proved"),
    ("dd/dx[k] = (0 if k == 1 else x[k-1]) + (0 if n == k else x[k+1])", "proved"),
    ("dd/dx[k] = (x[k-1] if k > 1 else 0) - (x[k+1] if k < n else 0)", "refuted"),
    ("dd/dx[k] = (x[k-1] if k > 1 else 0) + (x[k+1] if k < n else x[1])", "refuted"),
    ("dd/dx[k] = (x[k-1] if k > 1 else 0) + (x[k+1] if k < n - 1 else 0)", "refuted"),
    ("de/dx[k] = (x[k-2] if k > 2 else 0) + (x[k+2] if k < n - 1 else 0)", "proved"),
    ("de/dx[k] = (x[k-2] if k > 2 else 0) + (x[k+2] if k < n - 2 else 0)", "refuted"),
    ("dd/dx[k] = (x[k-1] if k > 1 else 0) + (x[k+1] if k <= n else 0)", "invalid"),  # no entry n + 1
    ("dd/dx[k] = (x[k-1] if k != n else 0) + (x[k+1] if k != 1 else 0)", "invalid"),
    ("sum_k(x[k] if k == n else 0) = x[n+0]", "proved"),
    ("sum_k(x[k] if k == n else 0) = x[1]", "refuted"),
    ("sum_k(x[k] if k == n - 1 else 0) = x[n+0]", "refuted"),
    ("(x[k] if k == n else 0) + (x[k] if k < n else 0) = x[k]", "proved"),
    ("(x[k] if k == n else 0) + (x[k] if k <= n else 0) = x[k]", "refuted"),
    ("(x[k] if k >= n else 0) = (x[k] if k == n else 0)", "proved"),
    ("(x[k] if k >= n else 0) = 0", "refuted"),
    ("(x[k] if k >= n else 0) = x[k]", "refuted"),
    ("(x[k] if k > n else 0) = 0", "proved"),
    ("(1 if n > k else 0)*x[k] = x[k] - (1 if k == n else 0)*x[n+0]", "proved"),
    ("(1 if n > k else 0)*x[k] = x[k] - (1 if k == n else 0)*x[1]", "refuted"),
    ("sum_{k < n}(x[k+1] - x[k]) = x[n+0] - x[1]", "proved"),
    ("sum_{k < n}(x[k+1] - x[k]) = x[n+0]", "refuted"),
    ("sum_{k < n}(x[k+1] - x[k]) = 0", "refuted"),
    ("x[k] = x[n+0] where k == n", "proved"),
    ("x[k] = x[1] where k == n", "refuted"),
    ("(W[k,j] if k == n and j == m else 0) = W[n+0,m+0]*(1 if k == n else 0)*(1 if j == m else 0)", "proved"),
    ("(W[k,j] if k == n or j == m else 0) = W[n+0,m+0]*(1 if k == n else 0)*(1 if j == m else 0)", "refuted"),
    # The size of another dimension is a number.
    ("(W[k,j] if k < m else 0) = W[k,j]", "refuted"),
    ("(W[k,j] if k < m else 0) + (W[k,j] if k >= m else 0) = W[k,j]", "proved"),
    ("(W[k,j] if k < m else 0) + (W[k,j] if k > m else 0) = W[k,j]", "refuted"),
]


@pytest.fixture(scope="module")
def judged() -> Mapping[str, ClaimResult]:
    claims = [f"  c{number}: '{claim}'\n" for number, (claim, _) in enumerate(LAST)]
    found = verify_text(CHAIN + "".join(claims)).claims
    return {claim: result for (claim, _), result in zip(LAST, found, strict=True)}


@pytest.mark.parametrize(("claim", "verdict"), LAST)
def test_a_size_stands_in_a_condition_beside_an_index(
    claim: str, verdict: str, judged: Mapping[str, ClaimResult]
) -> None:
    assert judged[claim].verdict == verdict, judged[claim].message


def test_the_last_position_is_printed_as_it_is_read(judged: Mapping[str, ClaimResult]) -> None:
    claim = "(x[k] if k == n else 0) + (x[k] if k <= n else 0) = x[k]"
    diagnosis = judged[claim].diagnosis
    assert diagnosis is not None and "k == n" in diagnosis.help
    (again,) = verify_text(f"{CHAIN}  a: '{claim.partition(' = ')[0]} = {diagnosis.help}'\n").claims
    assert again.verdict == "proved"


@pytest.mark.parametrize(("limit", "verdict"), [("n", "proved"), ("n - 1", "refuted")])
def test_the_last_position_in_latex(limit: str, verdict: str) -> None:
    either = r"\begin{cases} %s & %s \\ 0 & \text{otherwise} \end{cases}"
    cases = f"{either % ('x_{k-1}', 'k > 1')} + {either % ('x_{k+1}', f'k < {limit}')}"
    (found,) = verify_text(f"{CHAIN}  a: {{latex: '\\frac{{\\partial d}}{{\\partial x_k}} = {cases}'}}\n").claims
    assert found.verdict == verdict, found.message


NEARLY_ALWAYS_ZERO = """
padding: zero
tensors: {S: n m}
layers: {"y[k in 1..n]": "(S[2*k, k + 1] if k >= n - 1 else 0)"}
claims:
  zero: sum(y) = 0
"""


def test_conditions_that_meet_at_few_sizes_are_met() -> None:
    """2k <= n and k >= n - 1 together only where n is 2, and the entry is one where m is more than 1."""
    (first,) = verify_text(NEARLY_ALWAYS_ZERO).claims
    assert first.verdict == "refuted"
    assert first.witness is not None
    assert dict(first.witness.sizes)["n"] == 2
