"""Entries at positions that are values: `E[w,:]`, its scattered gradient, and what is no lookup."""

from __future__ import annotations

import pytest

from derivcheck.pipeline.results import FileResult
from derivcheck.pipeline.verification import verify_text

HEAD = """
tensors:
  E: V d
  b: V
  w: {axes: T, index: V}
  r: {axes: B T, index: V}
  u: {axes: scalar, index: V}
  G: T d
  H: B T d
  a: d
  c: T
"""


def verified(layers: str, loss: str, *claims: str) -> FileResult:
    lines = "\n".join(f'  claim {k}: "{claim}"' for k, claim in enumerate(claims))
    text = f'{HEAD}layers:\n  {layers}\nloss: {{L: "{loss}"}}\n' + (f"claims:\n{lines}\n" if claims else "")
    return verify_text(text)


# (layers, loss, true claims, false claims)
JUDGED = [
    (
        "X: E[w,:]",
        "sum(G * X * X) / 2",
        [
            "X[t,i] = E[w[t],i]",
            "X = w @ E",
            "dL/dE = w.T @ (G * X)",
            "dL/dE[v,i] = sum_t(G[t,i] * X[t,i] * (1 if w[t] == v else 0))",
            "dL/dE[v,i] = sum_{t: v == w[t]}(G[t,i] * E[v,i])",
        ],
        ["dL/dE = w.T @ G", "X[t,i] = E[w[1],i]", "dL/dE[v,i] = sum_t(G[t,i] * (1 if w[t] == v else 0))"],
    ),
    (
        "z: E[u,:] @ a + b[u]",
        "z**2",
        ["dL/dE = 2 * z * u @ a.T", "dL/db = 2 * z * u", "z = E[u,:] @ a + u.T @ b"],
        ["dL/db = 2 * u"],
    ),
    (
        "X: E[r,:]\n  y: b[w]",
        "sum(H * X) + c.T @ y",
        [
            "dL/dE[v,i] = sum_{p,t}(H[p,t,i] * (1 if r[p,t] == v else 0))",
            "X[p,t,i] = E[r[p,t],i]",
            "dL/db[v] = sum_{t: w[t] == v}(c[t])",
            "sum(dL/db) = sum(c)",
        ],
        ["dL/dE[v,i] = sum_t(H[1,t,i] * (1 if r[1,t] == v else 0))", "sum(dL/db) = mean(c)"],
    ),
]


@pytest.mark.parametrize(("layers", "loss", "true", "false"), JUDGED, ids=[case[0] for case in JUDGED])
def test_lookups(layers: str, loss: str, true: list[str], false: list[str]) -> None:
    found = verified(layers, loss, *true, *false)
    assert found.error is None, found.error
    assert {gradient.verdict for gradient in found.gradients} == {"proved"}
    said = dict(zip((*true, *false), (claim.verdict for claim in found.claims), strict=True))
    assert said == {**dict.fromkeys(true, "proved"), **dict.fromkeys(false, "refuted")}


@pytest.mark.parametrize(
    ("layers", "code"),
    [("X: E[:,w]", "DC141"), ("X: G[w,:]", "DC141"), ("X: E[w[1,1],:]", "DC142"), ("X: E[c,:]", "DC151")],
)
def test_what_is_no_lookup_is_refused(layers: str, code: str) -> None:
    error = verified(layers, "sum(X)").error
    assert error is not None and error.code == code
