"""Blocks, einsum, axes exchanged, reversed and padded, triangles, running sums: what they mean and how they are derived."""

from __future__ import annotations

import pytest

from derivcheck.pipeline.results import FileResult
from derivcheck.pipeline.verification import verify_text

HEAD = """
tensors:
  a: n
  b: m
  c: n
  K: k n+m
  g: k
  A: n p
  B: n q
  U: p+q r
  V: n r
  M: n n
  F: n m k
  H: m k n
  G: n m
  s: scalar
"""


def verified(layers: str, loss: str, *claims: str) -> FileResult:
    lines = "\n".join(f'  claim {k}: "{claim}"' for k, claim in enumerate(claims))
    text = f'{HEAD}layers:\n  {layers}\nloss: {{L: "{loss}"}}\n' + (f"claims:\n{lines}\n" if claims else "")
    return verify_text(text)


# (layers, loss, true claims, false claims)
JUDGED = [
    (
        'x: "[a; b]"\n  z: K @ x',
        "g.T @ z",
        [
            "dL/dK = g @ [a; b].T",
            "dL/da = K[:,1:n].T @ g",
            "dL/db = K[:,n+1:].T @ g",
            "x.T @ x = a.T @ a + b.T @ b",
            "x = [a; b]",
            "x[n+1:] = b",
        ],
        ["dL/db = K[:,1:m].T @ g", "dL/dK = g @ [b; a].T", "x[2:n+1] = a", "x.T @ x = a.T @ a - b.T @ b"],
    ),
    (
        'Z: "[A, B] @ U"',
        "sum(V * Z)",
        [
            "Z = A @ U[1:p,:] + B @ U[p+1:,:]",
            "dL/dA = V @ U[1:p,:].T",
            "dL/dB = V @ U[p+1:,:].T",
            "dL/dU = [A.T @ V; B.T @ V]",
            "[A, B].T @ [A, B] = [A.T @ A, A.T @ B; B.T @ A, B.T @ B]",
        ],
        ["dL/dU = [A.T @ V; B.T @ Z]", "dL/dB = V @ U[1:q,:].T"],
    ),
    (
        'x: "[a; 1]"\n  D: "[M, 0; 0, A.T @ A]"',
        "x.T @ x + trace(D)",
        ["x.T @ x = a.T @ a + 1", "dL/dM = eye(n)", "dL/dA = 2 * A", "shape(D) = [n+p, n+p]"],
        ["dL/dA = A", "x.T @ x = a.T @ a"],
    ),
    (
        "y: flip(a)\n  z: cumsum(a)",
        "c.T @ y + c.T @ z",
        [
            "dL/da = flip(c) + sum_{j in 1..n}(c[j]) - cumsum(c) + c",
            "flip(flip(a)) = a",
            "y[i] = a[n+1-i]",
            "z[i] = sum_{j <= i}(a[j])",
            "z[1] = a[1]",
        ],
        ["dL/da = c + cumsum(c)", "y[i] = a[n-i+1] + 0*a[i] + a[1]", "z[i] = sum_{j < i}(a[j])"],
    ),
    (
        "y: pad(a, 2)\n  P: pad(M, 1, 1, 2)",
        "y.T @ y + sum(P * P)",
        ["dL/da = 2 * a", "dL/dM = 2 * M", "y[i+2] = a[i]", "y[1] = 0", "P[1,2] = 0", "shape(P) = [n+2, n+2]"],
        ["dL/da = a", "y[i+1] = a[i]"],
    ),
    (
        "T: triu(M) + tril(M, -1)\n  R: triu(M, 1)",
        "sum(T * M) + a.T @ R @ c",
        ["T = M", "dL/dR = a @ c.T", "R[i,j] = M[i,j] if i < j else 0", "tril(M)[i,j] = M[i,j] if j <= i else 0"],
        ["T = M + diag(diag(M))", "R = triu(M)"],
    ),
    (
        "W: swapaxes(F, m, k)\n  N: swapaxes(M, 1, 2)\n  S: stack(a, c)",
        "sum(F * F) + sum(M * N) + sum(S * S)",
        ["W[i,p,j] = F[i,j,p]", "N = M.T", "S[1,:].T = a", "dL/dc = 2 * c"],
        ["N = M", "S[2,:].T = a"],
    ),
    (
        "E: einsum('imk,mkj->ij', F, H)\n  d: einsum('ii->i', M)\n  t: einsum('ij,ji', M, M)",
        "trace(E) + a.T @ d + t",
        [
            "E[i,j] = sum_{u,v}(F[i,u,v] * H[u,v,j])",
            "dL/dF[i,u,v] = H[u,v,i]",
            "d = diag(M)",
            "t = trace(M @ M)",
            "dL/dM = diag(a) + 2 * M.T",
            "dL/dH = einsum('imk->mki', F)",
        ],
        ["dL/dM = diag(a) + 2 * M", "E[i,j] = sum_{u,v}(F[j,u,v] * H[u,v,i])"],
    ),
]


@pytest.mark.parametrize(("layers", "loss", "true", "false"), JUDGED, ids=[case[0] for case in JUDGED])
def test_arrangements(layers: str, loss: str, true: list[str], false: list[str]) -> None:
    found = verified(layers, loss, *true, *false)
    assert found.error is None, found.error
    assert {gradient.verdict for gradient in found.gradients} == {"proved"}
    assert {gradient.numeric.verdict for gradient in found.gradients} <= {"agrees"}
    said = dict(zip((*true, *false), (claim.verdict for claim in found.claims), strict=True))
    assert said == {**dict.fromkeys(true, "proved"), **dict.fromkeys(false, "refuted")}


REFUSED = [
    ('x: "[a, b]"', "DC130", "as many rows"),
    ('x: "[A; K]"', "DC130", "as many columns"),
    ('x: "[a; F]"', "DC130", "a vector or a matrix"),
    ("x: flip(M)", "DC134", "the axis it runs along"),
    ("x: cumsum()", "DC122", "needs an argument"),
    ("x: pad(a)", "DC122", "a number of zeros"),
    ("x: triu(M, s)", "DC122", "the number of a diagonal"),
    ("x: triu(a)", "DC130", "needs a matrix"),
    ("x: swapaxes(F, 1)", "DC122", "two of its axes"),
    ("x: stack(a, b)", "DC130", "one shape"),
    ("x: einsum('ij,jk->ik', A)", "DC122", "for each of its operands"),
    ("x: einsum('ij,jk->iz', A, U)", "DC122", "for each of its operands"),
    ("x: einsum('ij,jk->ik', A, U)", "DC141", "two dimensions"),
    ("x: einsum('ijk->ik', A)", "DC142", "3 indices for a tensor with 2 axes"),
    ("x: einsum('ij->ii', A)", "DC122", "stands there twice"),
    ("x: einsum(A, B)", "DC122", "in quotes"),
    ("x: einsum('ij, A)", "DC103", "never closed"),
]


@pytest.mark.parametrize(("layers", "code", "words"), REFUSED, ids=[case[0] for case in REFUSED])
def test_what_does_not_fit_is_refused(layers: str, code: str, words: str) -> None:
    error = verified(layers, "sum(x)").error
    assert error is not None
    assert error.code == code
    assert words in error.message
