"""Convolutions and pools of the catalogue: strides, padding, dilation, channels, and heads whose axes have names."""

from __future__ import annotations

import pytest

from derivcheck.pipeline.results import FileResult
from derivcheck.pipeline.verification import verify_text

HEAD = """
tensors:
  x: c t+k-1
  w: o c k
  b: o
  G: o t
  s: c 2*t-1
  v: o c 3
  E: o t
  y: o t
  d: c k
  D: c t
  X: c 2*p-1 2*q
  W: o c 3 2
  H: o p q+1
  P: 2*p 2*q
  R: p q
  l: 3*t
  u: t
  B: N c t+k-1
  g: c o t+k-1
  h: c e o k
  S: n m=n
  Q: n e
  C: n e
"""


def verified(layers: str, loss: str, *claims: str) -> FileResult:
    lines = "\n".join(f'  claim {k}: "{claim}"' for k, claim in enumerate(claims))
    text = f'{HEAD}layers:\n  {layers}\nloss: {{L: "{loss}"}}\n' + (f"claims:\n{lines}\n" if claims else "")
    return verify_text(text)


# (layers, loss, true claims, false claims)
JUDGED = [
    (
        "z: conv1d(x, w, b)",
        "sum(G * z)",
        [
            "z[o1,i] = b[o1] + sum_{c1,a}(w[o1,c1,a] * x[c1,i+a-1])",
            "dL/dw[o1,c1,a] = sum_i(G[o1,i] * x[c1,i+a-1])",
            "dL/db = G @ ones(t)",
            "dL/dx[c1,r] = sum_{o1,i,a}(w[o1,c1,a] * G[o1,i] * (1 if r == i + a - 1 else 0))",
        ],
        ["dL/dw[o1,c1,a] = sum_i(G[o1,i] * x[c1,i+1-1])", "dL/db = mean(G, t)"],
    ),
    (
        "z: conv1d(s, v, stride=2, padding=1)\n  f: pad(s, 1, 2)",
        "sum(E * z)",
        [
            "z[o1,i] = sum_{c1,a}(v[o1,c1,a] * f[c1,2*i+a-2])",
            "dL/dv[o1,c1,a] = sum_i(E[o1,i] * f[c1,2*i+a-2])",
            "shape(z) = [o, t]",
        ],
        ["dL/dv[o1,c1,a] = sum_i(E[o1,i] * f[c1,i+a-1])"],
    ),
    (
        "z: depthwise_conv1d(x, d)",
        "sum(D * z)",
        ["dL/dd[c1,a] = sum_i(D[c1,i] * x[c1,i+a-1])"],
        ["dL/dd[c1,a] = sum_{c2,i}(D[c2,i] * x[c2,i+a-1])"],
    ),
    (
        "z: conv2d(X, W, stride=2, padding=1, dilation=1)\n  f: pad(X, 1, 2, 3)",
        "sum_{o1,i}(sum_j(H[o1,i,j] * z[o1,i,j]))",
        ["dL/dW[o1,c1,a,e1] = sum_{i,j}(H[o1,i,j] * f[c1,2*i+a-2,2*j+e1-2])"],
        ["dL/dW[o1,c1,a,e1] = sum_{i,j}(H[o1,i,j] * f[c1,i+a-1,j+e1-1])"],
    ),
    (
        "z: conv_transpose1d(G, w)",
        "sum(x * z)",
        ["dL/dG[o1,i] = sum_{c1,a}(w[o1,c1,a] * x[c1,i+a-1])", "dL/dx = z"],
        ["dL/dG[o1,i] = sum_{c1,a}(w[o1,c1,a] * x[c1,i+1-1])"],
    ),
    (
        "z: maxpool1d(l, size=3)\n  a: avgpool1d(l, size=3)",
        "u.T @ z + u.T @ a",
        ["z[i] = max_{e1 in 1..3}(l[3*i+e1-3])", "a[i] = (l[3*i-2] + l[3*i-1] + l[3*i]) / 3", "dL/du = z + a"],
        ["a[i] = (l[3*i-2] + l[3*i-1] + l[3*i]) / 2", "z[i] = l[3*i]"],
    ),
    (
        "z: avgpool2d(P)\n  a: maxpool2d(P)",
        "sum(R * z) + sum(a * R)",
        [
            "z[i,j] = (P[2*i-1,2*j-1] + P[2*i-1,2*j] + P[2*i,2*j-1] + P[2*i,2*j]) / 4",
        ],
        ["z[i,j] = (P[2*i-1,2*j-1] + P[2*i,2*j]) / 2"],
    ),
    (
        "z: conv1d(B, w, b)",
        "sum(z * z)",
        ["dL/db[o1] = 2 * sum_{b1,i}(z[b1,o1,i])", "z[b1,o1,i] = b[o1] + sum_{c1,a}(w[o1,c1,a] * B[b1,c1,i+a-1])"],
        ["dL/db[o1] = 2 * sum_i(z[1,o1,i])"],
    ),
    (
        "z: conv1d(g, h)",
        "sum(z * z)",
        ["dL/dh[c1,e1,o1,a] = 2 * sum_i(z[c1,e1,i] * g[c1,o1,i+a-1])"],
        ["dL/dh[c1,e1,o1,a] = 2 * sum_{i,c2}(z[c2,e1,i] * g[c1,o1,i+a-1])"],
    ),
    (
        "P1: softmax(S, m)\n  A: P1 @ Q\n  T[i,j]: S[i,j] * Q[i,1] * Q[j,1]\n  r: sum(T, j) + max(T, i)",
        "sum(C * A) + sum(r)",
        ["r[i] = sum_j(T[i,j]) + max_j(T[j,i])", "A[i,u] = sum_j(exp(S[i,j]) * Q[j,u]) / sum_j(exp(S[i,j]))"],
        ["A[i,u] = sum_j(exp(S[i,j]) * Q[j,u]) / sum_j(exp(S[j,i]))"],
    ),
]


@pytest.mark.parametrize(("layers", "loss", "true", "false"), JUDGED, ids=[case[0] for case in JUDGED])
def test_convolutions(layers: str, loss: str, true: list[str], false: list[str]) -> None:
    found = verified(layers, loss, *true, *false)
    assert found.error is None, found.error
    assert {gradient.verdict for gradient in found.gradients} <= {"proved", "checked"}
    assert {gradient.numeric.verdict for gradient in found.gradients} == {"agrees"}
    said = dict(zip((*true, *false), (claim.verdict for claim in found.claims), strict=True))
    assert said == {**dict.fromkeys(true, "proved"), **dict.fromkeys(false, "refuted")}


REFUSED = [
    ("z: conv1d(x, w, stride=2)", "DC158", "declare the axis"),
    ("z: conv1d(x, w, size=2)", "DC122", "stride, padding, dilation"),
    ("z: conv1d(x, w, stride=0)", "DC122", ""),
    ("z: conv1d(x, w, stride=c)", "DC122", "stride=1"),
    ("z: softmax(u, stride=2)", "DC122", "leave it out"),
    ("z: sum(u, stride=2)", "DC122", "leave it out"),
    ("z: sigmoid(u, stride=2)", "DC122", "leave it out"),
    ("z: maxpool1d(u)", "DC158", "declare the axis `t` as `2*m` or `2*m+1`"),
    ("z: softmax(S, n)", "DC133", "name the axis by its position, 1 or 2"),
    ("z: softmax(S, r)", "DC122", ""),
]


@pytest.mark.parametrize(("layers", "code", "advice"), REFUSED, ids=[case[0] for case in REFUSED])
def test_what_has_no_size_or_no_such_option_is_refused(layers: str, code: str, advice: str) -> None:
    error = verified(layers, "sum(z)").error
    assert error is not None
    assert error.code == code
    assert advice in error.help


def test_two_axes_of_one_name() -> None:
    error = verify_text("tensors: {S: n m=n m=n}\nloss: {L: sum(S)}\n").error
    assert error is not None and (error.code, error.help) == ("DC029", "S: t s=t")


@pytest.mark.parametrize(
    ("layer", "advice", "followed"),
    [
        ("y: pad(c, 1)", "pad(..., 1) or pad(..., 2)", "y: pad(c, 1, 2)"),
        ("y: pad(u, 1)", "pad(..., h) or pad(..., 2)", "y: pad(u, 1, h)"),
        ("y: pad(c, 1, 9)", "1 or 2", "y: pad(c, 1, 2)"),
        ("y: softmax(v)", "softmax(..., 1) or softmax(..., 2)", "y: softmax(v, 2)"),
        ("y: conv1d(x, w)", "conv1d(x[c,t], w[o,c,k])", "y: conv1d(c, w)"),
        ("y: conv2d(i, f, stride=2)", "declare `k` as a number, the axis `h` as `2*m` or `2*m+1`", ""),
        ("y: sum_{a in 1..3}(x[a])", "sum_a(...), or sum_{a <= 3}(...) for a part", "y: sum_{a <= 3}(x[a])"),
        ("y: ones()", "ones(n)", "y: ones(n, h, n)"),
    ],
)
def test_an_axis_is_named_as_it_can_be_written(layer: str, advice: str, followed: str) -> None:
    head = "tensors: {x: n, c: 2 9, u: h 2*m, v: n n, w: 4 2 3, i: 1 h h, f: 1 1 k k}\nlayers:\n  "
    error = verify_text(f"{head}'{layer}'\n".replace("'y: ", "y: '")).error
    assert error is not None and error.help == advice
    if followed:
        assert verify_text(f"{head}'{followed}'\nclaims: {{a: y = y}}\n".replace("'y: ", "y: '")).error is None
