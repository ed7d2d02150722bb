"""An index that is called as a dimension: any entry, or the last one."""

from __future__ import annotations

import pytest

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
