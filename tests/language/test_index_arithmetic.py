"""Sums in brackets, `x[2*t + a - 2]`: strides, shifts, padding, ranges of positions, and indices as numbers."""

from __future__ import annotations

import pytest

from derivcheck.pipeline.results import FileResult
from derivcheck.pipeline.verification import verify_text

HEAD = """
tensors:
  x: n
  w: k
  g: m
  wide: 2*m+k-2
  far: m+2*k-2
  even: 2*m
  S: n n
  G: n n
  b: 2*n-1
  c: scalar
  f: 3
  h: n
  W: 5 n
  u: 2
"""


def verified(layers: str, loss: str, *claims: str, top: str = "") -> FileResult:
    lines = "\n".join(f"  claim {k}: '{claim}'" for k, claim in enumerate(claims))
    body = f"layers:\n  {layers}\n" if layers else ""
    text = f"{top}\n{HEAD}{body}loss: {{L: '{loss}'}}\n" + (f"claims:\n{lines}\n" if claims else "")
    return verify_text(text)


# (what the spec says first, layers, loss, true claims, false claims)
JUDGED = [
    (
        "",
        "",
        "sum_{t,a}(g[t] * w[a] * wide[2*t+a-2])",
        [
            "dL/dw[a] = sum_t(g[t] * wide[2*t+a-2])",
            "dL/dg[t] = sum_a(w[a] * wide[a+2*t-2])",
            "dL/dwide[s] = sum_{t,a}(g[t] * w[a] * (1 if s == 2*t + a - 2 else 0))",
            "dL/dwide[s] = sum_{t,a: s == 2*t + a - 2}(g[t] * w[a])",
        ],
        ["dL/dw[a] = sum_t(g[t] * wide[t+a-1])", "dL/dwide[s] = sum_{t,a}(g[t] * w[a] * (1 if s == t + a - 1 else 0))"],
    ),
    (
        "",
        "y[t]: sum_a(w[a] * far[t+2*a-2])",
        "sum(g * y)",
        ["dL/dw[a] = sum_t(g[t] * far[t+2*a-2])", "y[1] = sum_a(w[a] * far[2*a-1])"],
        ["dL/dw[a] = sum_t(g[t] * far[t+a-1])", "y[1] = sum_a(w[a] * far[1])"],
    ),
    (
        "padding: zero",
        "y[t in 1..n]: sum_a(f[a] * x[t+a-2])",
        "sum(h * y)",
        [
            "dL/df[a] = sum_t(h[t] * x[t+a-2])",
            "dL/dx[s] = sum_a(f[a] * h[s-a+2])",
            "dL/dx = sum_a(f[a] * h) - sum_a(f[a]*h) + dL/dx",
            "dL/dx[s] = sum_{t,a}(f[a] * h[t] * (1 if s - t == a - 2 else 0))",
        ],
        ["dL/dx[s] = sum_a(f[a] * h[s+a-2])", "dL/dx[s] = sum_a(f[a] * h[s-a+1])"],
    ),
    (
        "",
        "y[t]: max_{a in 1..2}(even[2*t+a-2])",
        "sum(g * y)",
        ["dL/dg[t] = max_{a in 1..2}(even[2*t+a-2])"],
        ["y[t] = max(even[2*t-1], even[2*t-1])", "dL/dg[t] = even[2*t]"],
    ),
    (
        "",
        "y[t]: even[2*t] - even[2*t-1]",
        "y.T @ y",
        ["dL/deven[s] = 2 * sum_t(y[t] * ((1 if s == 2*t else 0) - (1 if s + 1 == 2*t else 0)))"],
        ["dL/deven[s] = 2 * sum_t(y[t] * (1 if s == 2*t else 0))"],
    ),
    (
        "",
        "P[i,j]: S[i,j] - c * (i - j) + b[i-j+n]",
        "sum(G * P)",
        [
            "dL/dc = -sum_{i,j}(G[i,j] * (i - j))",
            "dL/dc = sum_{i,j}((j - i) * G[i,j])",
            "dL/db[p] = sum_{i,j: i - j + n == p}(G[i,j])",
            "dL/dS[i,j] = G[i,j]",
        ],
        ["dL/dc = sum_{i,j}(G[i,j] * (i - j))", "dL/db[p] = sum_{i,j: i - j == p}(G[i,j])"],
    ),
    (
        "",
        "y[i]: (x[i] - x[i-1]) if i > 1 else x[1]\n  z[i]: sum_{j <= i}(y[j])",
        "sum(h * z)",
        ["y[i] = x[i] - (x[i-1] if i >= 2 else 0)", "dL/dy[j] = sum_{i: i >= j}(h[i])"],
        ["dL/dy[j] = sum_{i: i > j}(h[i])"],
    ),
    (
        "",
        "R[i,j]: x[n+1-i] * x[j]",
        "sum(G * R)",
        [
            "dL/dx[p] = sum_j(G[n+1-p,j] * x[j]) + sum_i(G[i,p] * x[n+1-i])",
            "dL/dx[p] = sum_j(G[-1*p + n + 1,j] * x[j]) + sum_i(G[i,p] * x[n - -1 - i*1])",
        ],
        ["dL/dx[p] = sum_j(G[p,j] * x[j]) + sum_i(G[i,p] * x[n+1-i])"],
    ),
    (
        "",
        "P[i in 1..n, j]: sin(i / 2**(2*j/n)) * x[j]",
        "sum(G * P)",
        ["dL/dx[j] = sum_i(G[i,j] * sin(i / 2**(2*j/n)))"],
        ["dL/dx[j] = sum_i(G[i,j] * sin(j / 2**(2*j/n)))"],
    ),
    (
        "",
        "z: W[2:3,:] @ x\n  d: x[2:] - x[1:n-1]",
        "u.T @ z + d.T @ d",
        [
            "dL/dW[2:3,:] = u @ x.T",
            "dL/dW[1:1,:] = 0",
            "z = [W[2,:] @ x; W[3,:] @ x]",
            "dL/dx[1] = W[2:3,1].T @ u - 2 * d[1]",
            "dL/du = W[2:3,:] @ x",
        ],
        ["dL/dW[1:2,:] = u @ x.T", "dL/du = W[3:4,:] @ x"],
    ),
    (
        "",
        "d[i in 1..n-1]: x[i+1] - x[i]",
        "sum_{i in 1..n-1}(d[i]**2)",
        [
            "L = sum_{i in 1..n-1}((x[i+1] - x[i])**2)",
            "L = sum_{i in 2..n}((x[i] - x[i-1])**2)",
            "d = x[2:] - x[1:n-1]",
            "dL/dx[p] = 2*(d[p-1] if p > 1 else 0) - 2*sum_{i in 1..n-1}(d[i] * (1 if i - p == 0 else 0))",
        ],
        ["L = sum_{i in 1..n-1}((x[i+1] + x[i])**2)", "dL/dx[p] = 2*(d[p-1] if p > 1 else 0)"],
    ),
    (
        "",
        "B[i,j]: S[i,j] if i - j <= 2 and j - i <= 2 else 0",
        "sum(G * B)",
        ["dL/dS[i,j] = G[i,j] if i - j <= 2 and i - j >= -2 else 0", "dL/dS[i,j] = 0 where i > j + 2"],
        ["dL/dS[i,j] = G[i,j] if i - j <= 2 else 0", "dL/dS[i,j] = 0 where i > j + 1"],
    ),
    (
        "",
        "y[i in 1..2*m]: g[(i-1)//2 + 1]",
        "sum(even * y)",
        [
            "dL/dg[p] = even[2*p-1] + even[2*p]",
            "dL/dg[p] = sum_{i: (i-1)//2 + 1 == p}(even[i])",
            "y[2*p] = g[p]",
            "y[2*p] = y[2*p-1]",
        ],
        [
            "dL/dg[p] = even[2*p]",
            "dL/dg[p] = sum_{i: i//2 + 1 == p}(even[i])",
            "y[2*p] = g[m+1-p]",
            "dL/dg[p] = sum_{i: (i-1)//3 + 1 == p}(even[i])",
        ],
    ),
    (
        "",
        "y[i in 1..n]: f[(i-1) % 3 + 1] * x[i]",
        "sum(h * y)",
        [
            "dL/df[r] = sum_{i: (i-1) % 3 + 1 == r}(h[i] * x[i])",
            "dL/dx[i] = f[(i-1) % 3 + 1] * h[i]",
        ],
        [
            "dL/df[r] = sum_{i: (i-1) % 2 + 1 == r}(h[i] * x[i])",
            "dL/dx[i] = f[i % 3 + 1] * h[i]",
            "sum_{i in 1..n}(i) = sum_{i in 1..n}(3 * (i//3))",
        ],
    ),
    (
        "",
        "P[t in 1..m, j in 1..n]: sin(t / 9**(2*((j-1)//2)/n)) if j % 2 == 1 else cos(t / 9**(2*((j-1)//2)/n))\n"
        "  z: P @ x",
        "sum(g * z)",
        ["dL/dx = P.T @ g", "P[t,1] = sin(t)", "P[t,2] = cos(t)"],
        ["P[t,2] = sin(t)", "P[t,1] = cos(t)"],
    ),
]


@pytest.mark.parametrize(
    ("top", "layers", "loss", "true", "false"), JUDGED, ids=[case[1] or case[2] for case in JUDGED]
)
def test_index_arithmetic(top: str, layers: str, loss: str, true: list[str], false: list[str]) -> None:
    found = verified(layers, loss, *true, *false, top=top)
    assert found.error is None, found.error
    assert {gradient.verdict for gradient in found.gradients} == {"proved"}
    assert {gradient.numeric.verdict for gradient in found.gradients} == {"agrees"}
    said = dict(zip((*true, *false), (claim.verdict for claim in found.claims), strict=True))
    assert said == {**dict.fromkeys(true, "proved"), **dict.fromkeys(false, "refuted")}


REFUSED = [
    ("y[t]: sum_a(f[a] * x[t+a-2])", "DC155", "`padding: zero` at the top"),
    ("P[i,j]: sin(i) * x[j]", "DC140", "P[i in 1..n,j]"),
    ("y[i]: i", "DC140", "y[i in 1..n]"),
    ("y[i]: x[i-1]", "DC155", "`padding: zero` at the top"),
    ("y[t]: sum_a(f[a] * g[t] * wide[2*t+a-2])", "DC155", "an axis of 2*m+1 entries, or `padding: zero`"),
    ("y[t in 1..n]: x[t+1]", "DC155", "an axis of n+1 entries"),
    ("y: sum_{t,a}(x[t+a])", "DC140", "sum_{t in 1..3}(...)"),
    ("y[i]: x[i*i]", "DC143", "letters, sizes and whole numbers"),
    ("y[i]: x[i/2]", "DC143", "letters, sizes and whole numbers"),
    ("y: x[c:]", "DC143", "x[2:], W[1:k,:]"),
    ("y: f[3:2]", "DC143", ""),
    ("y: f[2:4]", "DC155", "an axis of 4 entries"),
    ("y: sum_{i in 1..4}(x[i])", "DC119", "sum_{i <= 4}(...) for a part"),
    ("y: sum_{i in 1..n+1}(x[i])", "DC119", "sum_i(...)"),
    ("y: sum_{i in 0..n}(x[i])", "DC119", "sum_i(...)"),
    ("y: sum_{i in 2..3}(x[i+1])", "DC119", "sum_i(...)"),
    ("y: x[-1]", "DC155", "`padding: zero`"),
    ("y[i in 1..n]: x[i//2]", "DC155", "`padding: zero`"),
    ("y[i in 1..n]: x[(i-2)//2 + 1]", "DC143", "(i - 1) // 2"),
    ("y: x // 2", "DC143", "(i - 1) // 2 and (i - 1) % 2"),
    ("y[i in 1..n]: x[i // n]", "DC143", "letters, sizes and whole numbers"),
    ("y: x[n//2]", "DC143", "letters, sizes and whole numbers"),
    ("y[i]: x[(i-1)//2 + 1]", "DC140", "`i in 1..n` on the left"),
]


@pytest.mark.parametrize(("layers", "code", "advice"), REFUSED, ids=[case[0] for case in REFUSED])
def test_what_reaches_beyond_a_tensor_is_refused(layers: str, code: str, advice: str) -> None:
    error = verified(layers, "sum(y)").error
    assert error is not None
    assert error.code == code
    assert advice in error.help


@pytest.mark.parametrize(
    ("top", "layers"),
    [
        ("padding: zero", "y[i in 1..n]: x[i-1]"),
        ("padding: zero", "y[t in 1..n]: sum_a(f[a] * x[t+a-2])"),
        ("", "y: sum_{t in 1..3}(even[t] * f[t])"),
        ("", "y: f[2:3]"),
        ("", "y[i]: x[i] * i"),
    ],
)
def test_what_is_advised_is_read(top: str, layers: str) -> None:
    found = verified(layers.replace("even[t]", "f[t]"), "sum(y)", top=top)
    assert found.error is None
    assert {gradient.verdict for gradient in found.gradients} == {"proved"}
