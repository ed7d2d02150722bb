"""Layers by their entries, `H[b,i]: ...`; tensors of three axes and more; formulas that braces of YAML tear apart."""

from __future__ import annotations

import pytest

from derivcheck.diagnostics.diagnostic import SpecError
from derivcheck.pipeline.results import FileResult
from derivcheck.pipeline.verification import verify_text
from derivcheck.spec import read_spec

HEAD = """
tensors:
  X: n m
  w: m
  y: b
  A: b n m
  B: b m k
  M: n m
  C: b n k
  q: n
  c: scalar
  F: b n m k
  S: n n n
"""


def verified(layers: str, loss: str, *claims: str) -> FileResult:
    lines = "\n".join(f"  claim {k}: '{claim}'" for k, claim in enumerate(claims))
    text = f"{HEAD}layers:\n  {layers}\nloss: {{L: '{loss}'}}\n" + (f"claims:\n{lines}\n" if claims else "")
    return verify_text(text)


def refused(layers: str, loss: str = "sum(H)") -> tuple[str, str]:
    found = verified(layers, loss).error
    assert found is not None
    return found.code, found.help


# (layers, loss, true claims, false claims)
JUDGED = [
    ("H[i,j]: X[i,j] * w[j]", "sum(H * H)", ["H = X @ diag(w)", "dL/dX = 2 * H @ diag(w)"], ["H = diag(q) @ X"]),
    ("H[j,i]: X[i,j]", "sum(H @ X)", ["H = X.T", "dL/dH[i,j] = sum(X[j,:])"], ["H = X", "dL/dH = zeros(n, m)"]),
    ("v[i]: sum_j(X[i,j] * w[j])", "sum(v * v)", ["v = X @ w", "dL/dw = 2 * X.T @ v"], ["dL/dw = X.T @ v"]),
    ("v[i]: sum_{k1 != i}(q[k1])", "sum(v)", ["v = sum(q) - q", "dL/dq[i] = n - 1"], ["dL/dq[i] = n"]),
    ("s: sum_i(q[i])\n  v[i]: s * q[i]", "sum(v)", ["v = sum(q) * q"], ["v = q * q"]),
    ("H[b0,i,j]: A[b0,i,j] - y[b0]", "sum(H * H)", ["dL/dA[b0,i,j] = 2 * H[b0,i,j]"], ["dL/dA[b0,i,j] = H[b0,i,j]"]),
    ("H[i,b0,j]: A[b0,i,j]", "sum(H * H)", ["dL/dA[b0,i,j] = 2 * H[i,b0,j]"], []),
    (
        "mu: mean(A, n, m)\n  H[b0,i,j]: A[b0,i,j] - mu[b0]",
        "sum(H * H)",
        ["mu[b0] = sum_{i,j}(A[b0,i,j]) / (n*m)", "dL/dA[b0,i,j] = 2 * H[b0,i,j]"],
        ["dL/dA[b0,i,j] = H[b0,i,j]"],
    ),
    ("s: sum(A, n, m)", "sum(y * s)", ["dL/dA[b0,i,j] = y[b0]"], ["dL/dA[b0,i,j] = y[b0] / n"]),
    (
        "H: A @ B",
        "sum(C * H)",
        [
            "H[b0,i,p] = sum_j(A[b0,i,j] * B[b0,j,p])",
            "dL/dA[b0,i,j] = sum_p(C[b0,i,p] * B[b0,j,p])",
            "dL/dB[b0,j,p] = sum_i(A[b0,i,j] * C[b0,i,p])",
        ],
        ["dL/dA[b0,i,j] = sum_p(C[b0,i,p])", "H[b0,i,p] = sum_j(A[b0,i,j] * B[1,j,p])"],
    ),
    (
        "H: M.T @ C",
        "sum(H * B)",
        ["H[b0,j,p] = sum_i(M[i,j] * C[b0,i,p])", "dL/dM[i,j] = sum_{b0,p}(B[b0,j,p] * C[b0,i,p])"],
        ["dL/dM[i,j] = sum_p(B[1,j,p] * C[1,i,p])"],
    ),
    (
        "H: A @ w",
        "sum(H * H)",
        ["H[b0,i] = sum_j(A[b0,i,j] * w[j])", "dL/dw[j] = 2 * sum_{b0,i}(H[b0,i] * A[b0,i,j])"],
        [],
    ),
    (
        "H: A * M + A * y - A / q + c",
        "sum(H)",
        ["dL/dA[b0,i,j] = M[i,j] + y[b0] - 1/q[i]", "dL/dc = b*n*m", "dL/dM = sum(A, 1)"],
        ["dL/dA[b0,i,j] = M[i,j] + y[b0] - q[i]", "dL/dc = 1"],
    ),
    ("H: S * S - S", "sum(H)", ["dL/dS[i,j,p] = 2 * S[i,j,p] - 1"], ["dL/dS[i,j,p] = 2 * S[i,p,j] - 1"]),
    ("H[i,j]: S[i,j,j]", "sum(H * H)", ["dL/dS[i,j,p] = 2 * S[i,j,j] * delta(j,p)"], ["dL/dS[i,j,p] = 2 * S[i,j,p]"]),
    (
        "P: softmax(F, k)\n  H: sum(P * F, k)",
        "sum(A * H)",
        ["dL/dF[b0,i,j,p] = A[b0,i,j] * P[b0,i,j,p] * (1 + F[b0,i,j,p] - H[b0,i,j])"],
        ["dL/dF[b0,i,j,p] = A[b0,i,j] * P[b0,i,j,p] * (F[b0,i,j,p] - H[b0,i,j])"],
    ),
]


@pytest.mark.parametrize(("layers", "loss", "true", "false"), JUDGED, ids=[case[0] for case in JUDGED])
def test_layers_by_their_entries(layers: str, loss: str, true: list[str], false: list[str]) -> None:
    found = verified(layers, loss, *true, *false)
    assert found.error is None, found.error
    assert {gradient.verdict for gradient in found.gradients} == {"proved"}
    assert {gradient.numeric.verdict for gradient in found.gradients} == {"agrees"}
    assert [claim.verdict for claim in found.claims] == ["proved"] * len(true) + ["refuted"] * len(false)


def test_a_family_by_its_entries() -> None:
    found = verify_text("""
families: {l: 1..L}
depths: {L: [2]}
tensors: {"Q[0]": n m, "w[l]": n, V: n}
layers:
  "Q[l][i,j]": Q[l-1][i,j] * w[l][i]
  "R[l][i]": sum_j(Q[l][i,j])
loss: {C: "sum(R[L])"}
let: {"D[l][i,j]": "dC/dQ[l][i,j]"}
claims:
  weights: {claim: "dC/dw[l][i] = sum_j(D[l][i,j] * Q[l-1][i,j])", for: l in 1..L}
  named: {claim: "D[l] = dC/dQ[l]", for: l in 1..L}
  last: "D[L] = ones(n, m)"
  wrong: {claim: "D[1] = ones(n, m)", expect: refuted}
""")
    assert found.error is None, found.error
    assert [claim.verdict for claim in found.claims] == ["proved", "proved", "proved", "refuted"]


REFUSED = [
    ("H[i,j]: X[i,j] * q[j]", "DC141", "use two letters"),
    ("H[i,j]: q[i]", "DC140", "H[i]"),
    ("H[i]: X[i,j] * w[j]", "DC151", "H[i,j]"),
    ("H[i]: q[i] + sum_i(q[i])", "DC150", "rename the bound one"),
    ("H[i]: X[i,:]", "DC145", "index every tensor in it"),
    ("H: X[i,j] * w[j]", "DC151", "H[i,j]: X[i,j] * w[j], or sum_i(X[i,j] * w[j])"),
    ("H[i,i]: X[i,i]", "DC024", "H[i,j]"),
    ("H[i,2]: X[i,2]", "DC024", "H[i,j]"),
    ("T: F.T", "DC130", "swapaxes(F, 3, 4)"),
    ("H: (A + A).T @ B", "DC130", "swapaxes(A + A, 2, 3)"),
    ("H: X / w", "DC130", "transpose the right side with `.T`"),
    ("H: w - X", "DC130", "transpose the left side with `.T`"),
    ("H: S * q", "DC130", "say which axis is which in index form, Y[i,j,k]: A[i,j,k] * b[j]"),
    ("H: A * B", "DC130", "say which axis is which in index form, Y[i,j,k]: A[i,j,k] * b[j]"),
    ("H: A @ C", "DC131", "write the contraction in index form, Y[i,j]: sum_k(A[i,k] * B[k,j])"),
    ("H: S @ B", "DC131", "write the contraction in index form, Y[i,j]: sum_k(A[i,k] * B[k,j])"),
]


@pytest.mark.parametrize(("layers", "code", "advice"), REFUSED, ids=[case[0] for case in REFUSED])
def test_what_is_refused_says_what_to_write(layers: str, code: str, advice: str) -> None:
    assert refused(layers) == (code, advice)


def test_a_label_and_letters_stand_in_brackets_of_their_own() -> None:
    with pytest.raises(SpecError) as caught:
        read_spec("families: {t: 1..2}\ntensors: {x: n}\nlayers:\n  Q[t,i]: x[i]\n")
    assert (caught.value.diagnostic.code, caught.value.diagnostic.help) == ("DC024", "Q[t][i]")


@pytest.mark.parametrize(
    ("layers", "loss"),
    [
        ("H[i]: q[i]", "sum(H)"),
        ("H[i,j]: X[i,j] * w[j]", "sum(H)"),
        ("T: swapaxes(F, 3, 4)", "sum(T)"),
        ("H: X / w.T", "sum(H)"),
        ("H: w.T - X", "sum(H)"),
        ("Y[i,j,k]: S[i,j,k] * q[j]", "sum(Y)"),
        ("H[p,i,j]: sum_r(S[p,i,r] * M[r,j])", "sum(H)"),
    ],
)
def test_what_is_advised_is_read(layers: str, loss: str) -> None:
    found = verified(layers, loss)
    assert found.error is None and {gradient.verdict for gradient in found.gradients} == {"proved"}
