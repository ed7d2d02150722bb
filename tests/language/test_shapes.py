"""The same entries in another shape: `reshape`, `unvec`, heads, and axes over a product of sizes."""

from __future__ import annotations

import pytest

from derivcheck.pipeline.results import FileResult
from derivcheck.pipeline.verification import verify_text

HEAD = """
tensors:
  X: a b
  w: b*a
  Q: T H*k
  W: d H*k
  Z: T d
  G: H T k
  p: 2*m
  S: 3 n
  r: 3*n
  N: 2 3
  six: 6
"""


def verified(layers: str, loss: str, *claims: str, head: str = HEAD) -> FileResult:
    lines = "\n".join(f'  claim {k}: "{claim}"' for k, claim in enumerate(claims))
    body = f"layers:\n  {layers}\n" if layers else ""
    return verify_text(f'{head}{body}loss: {{L: "{loss}"}}\n' + (f"claims:\n{lines}\n" if claims else ""))


# (layers, loss, true claims, false claims)
JUDGED = [
    (
        "v: vec(X)",
        "w.T @ v + sum(v**3)",
        [
            "dL/dX = unvec(w, a, b) + 3 * X**2",
            "dL/dX = reshape(w, b, a).T + 3 * X**2",
            "vec(dL/dX) = dL/dv",
            "unvec(vec(X), a, b) = X",
            "vec(unvec(w, a, b)) = w",
            "shape(w) = [b*a]",
            "ones(b*a).T @ v = sum(X)",
            "eye(b*a) @ w = w",
        ],
        ["dL/dX = unvec(w, a, b) + 2 * X**2", "dL/dv = w", "unvec(w, a, b) = reshape(w, b, a)", "dL/dw = w"],
    ),
    (
        "h: split_heads(Q, H)\n  O: merge_heads(h)",
        "sum(h**2 * G)",
        [
            "h[i,t,j] = reshape(Q, T, H, k)[t,i,j]",
            "O = Q",
            "dL/dQ = 2 * Q * merge_heads(G)",
            "shape(O) = [T, H*k]",
            "split_heads(dL/dQ, H) = dL/dh",
        ],
        ["dL/dQ = Q * merge_heads(G)", "split_heads(dL/dQ, H) = 2 * dL/dh"],
    ),
    (
        "P: split_heads(Z @ W, H)\n  Y: merge_heads(P * P)",
        "sum(Y)",
        ["dL/dW = 2 * Z.T @ Z @ W", "dL/dZ = 2 * Z @ W @ W.T", "Y = (Z @ W) * (Z @ W)"],
        ["dL/dW = Z.T @ Z @ W", "dL/dZ = 2 * Z @ W"],
    ),
    (
        "M: reshape(p, m, 2)\n  K: reshape(p, 2, m)",
        "sum(M[:,1] * M[:,2]) + sum(K[1,:] * K[2,:] * K[2,:])",
        [
            "M[i,1] = p[2*i-1]",
            "M[i,2] = p[2*i]",
            "K[2,i] = p[m+i]",
            "reshape(M, 2*m) = p",
            "reshape(K, 2*m) = p",
            "reshape(M, 2, m) = K",
            "avgpool1d(p) = mean(M, 2)",
            "dL/dK[1,i] = p[m+i]**2",
        ],
        ["M[i,1] = p[2*i]", "M.T = K", "K[2,i] = p[m+i-1]", "dL/dK[1,i] = p[m+i]", "avgpool1d(p) = mean(K, 1).T"],
    ),
    (
        "R: reshape(S, 3*n)",
        "R.T @ R * (r.T @ R)",
        [
            "R[n+i] = S[2,i]",
            "R = [S[1,:].T; S[2,:].T; S[3,:].T]",
            "vec(S.T) = R",
            "dL/dR = 2 * (r.T @ R) * R + R.T @ R * r",
            "dL/dr = R.T @ R * vec(S.T)",
        ],
        ["vec(S) = R", "R.T @ vec(S) = sum(S**2)", "R[n+i] = S[1,i]", "dL/dr = R.T @ R * vec(S)"],
    ),
    (
        "R: reshape(N, 6)\n  Z3: reshape(six, 3, 2)",
        "R.T @ six",
        ["dL/dN = reshape(six, 2, 3)", "R[4] = N[2,1]", "Z3[2,1] = six[3]", "vec(N)[2,1] = N[1,2]"],
        ["dL/dN = reshape(six, 3, 2).T", "R[4] = N[1,2]", "dL/dN = Z3.T"],
    ),
]


@pytest.mark.parametrize(("layers", "loss", "true", "false"), JUDGED, ids=[case[0] for case in JUDGED])
def test_shapes(layers: str, loss: str, true: list[str], false: list[str]) -> None:
    found = verified(layers, loss, *true, *false)
    assert found.error is None, found.error
    assert {gradient.verdict for gradient in found.gradients} == {"proved"}
    assert {gradient.numeric.verdict for gradient in found.gradients} == {"agrees"}
    said = dict(zip((*true, *false), (claim.verdict for claim in found.claims), strict=True))
    assert said == {**dict.fromkeys(true, "proved"), **dict.fromkeys(false, "refuted")}


def test_a_product_is_counted_as_its_formula_needs() -> None:
    """`a*b` entries are those of `vec`, whichever factor is written first; a formula that needs both orders has none."""
    head = "tensors: {X: a b, w: a*b}\n"
    assert verified("", "w.T @ vec(X)", "vec(dL/dX) = w", head=head).claims[0].verdict == "proved"
    assert verified("", "w.T @ vec(X.T)", "vec((dL/dX).T) = w", head=head).claims[0].verdict == "proved"
    error = verified("", "w.T @ vec(X) + w.T @ vec(X.T)", head=head).error
    assert error is not None and error.code == "DC131"


REFUSED = [
    ("y: reshape(w, a, b) + unvec(w, a, b)", "DC130", "split by the same factors"),
    ("y: sum(reshape(Q, T, k, H)) + sum(reshape(Q, T, H, k))", "DC130", "split by the same factors"),
    ("y: reshape(p, m, 3)", "DC130", ""),
    ("y: reshape(p, 2)", "DC130", ""),
    ("y: reshape(p, 2, m, m)", "DC130", ""),
    ("y: reshape(p)", "DC122", "reshape(x, n, k)"),
    ("y: reshape(p, -1)", "DC132", "reshape(X, H, k)"),
    ("y: unvec(X, a, b)", "DC130", ""),
    ("y: split_heads(Q, T)", "DC130", "T*k of them"),
    ("y: split_heads(p, 2)", "DC130", ""),
    ("y: merge_heads(Q)", "DC130", ""),
    ("y: reshape(G, H, T*k, 1)", "DC130", "an axis for each"),
]


@pytest.mark.parametrize(("layers", "code", "advice"), REFUSED, ids=[case[0] for case in REFUSED])
def test_what_has_another_number_or_order_of_entries_is_refused(layers: str, code: str, advice: str) -> None:
    error = verified(layers, "sum(y)").error
    assert error is not None
    assert error.code == code
    assert advice in error.help or advice in error.label


def test_a_product_is_no_axis_of_a_tensor_of_three() -> None:
    error = verified("", "sum(B)", head="tensors: {B: n T H*k}\n").error
    assert error is not None
    assert (error.code, error.help) == ("DC029", "an axis for each: H k")


VECTORISED = """
tensors: {x: n, W: k n, y: {axes: k, given: one_hot}}
layers: {z: W @ x, q: softmax(z)}
"""


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("dz/dvec(W) = kron(x.T, eye(k))", "proved"),
        ("dvec(W @ x)/dvec(W) = kron(x.T, eye(k))", "proved"),
        ("dz/d(vec(W)) = dz/dvec(W)", "proved"),
        ("d2L/dvec(W)^2 = kron(x @ x.T, diag(q) - q @ q.T)", "proved"),
        ("d2L/dvec(W)dvec(W) = kron(x @ x.T, diag(q) - q @ q.T)", "proved"),
        ("dL/dvec(W) = vec((q - y) @ x.T)", "proved"),
        ("dL/dvec(W) = vec((y - q) @ x.T)", "refuted"),
        ("d2L/dvec(W)^2 = kron(x @ x.T, diag(q) + q @ q.T)", "refuted"),
        ("dz/dvec(W) = kron(eye(k), x.T)", "refuted"),
    ],
)
def test_derivatives_by_vec(claim: str, verdict: str) -> None:
    assert verified("", "cross_entropy(q, y)", claim, head=VECTORISED).claims[0].verdict == verdict
