"""The name of a mistake, and the repair in the claim's own words: one row for each kind."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import pytest

from derivcheck.diagnostics.explain.advice import ADVICE
from derivcheck.graph.nodes import World, inside
from derivcheck.judging.diagnose import CODES
from derivcheck.pipeline.verification import check_equation, verify_text
from derivcheck.spec import Spec, read_spec

SOFTMAX = """
tensors: {z: n, g: n, T: {axes: [], given: positive}, y: {axes: n, given: one_hot}}
layers: {p: softmax(z), q: softmax(z/T), a: sigmoid(z), h: relu(z), u: sum(g * p)}
loss: {L: sum(g * h)}
"""
RIDGE = """
tensors: {X: N d, w: d, y: N, lam: scalar}
layers: {r: X @ w - y}
loss: {L: "sum(r^2)/N + lam*sum(w^2)"}
symbols: {'\\lambda': lam}
"""
ROWS = """
vectors: row
tensors: {X: N D, W: C D, b: C, Y: {axes: N C, given: {one_hot: C}}}
layers: {Z: X @ W.T + b, P: "softmax(Z, C)"}
loss: {L: "sum(cross_entropy(P, Y, C))"}
"""
FORMS = """
tensors: {x: n, b: n, A: n n, S: {axes: n n, given: symmetric}, G: n n, e: k}
layers: {R: inv(A), m: x.T @ A @ x, t: trace(A), s: "sum_i(sum_j((G[i,j]*x[j] if j <= i else 0)))"}
loss: {L: sum(G * R)}
"""
LOGS = "tensors: {z: n, g: n}\nlayers: {y: log_softmax(z)}\nloss: {L: sum(g * y)}\n"
NORM = """
tensors: {x: n, w: n, g: n, eps: {axes: scalar, given: positive}}
layers: {mu: mean(x), s: sqrt(mean((x - mu)^2) + eps), xh: (x - mu)/s}
loss: {L: sum(g * w * xh)}
let: {c1: mean(xh * (w * g)), c2: mean(w * g)}
"""
NETWORK = """
tensors: {i: n, V: h n, W: k h, t: k}
layers: {q: sigmoid(V @ i), v: W @ q, o: sigmoid(v)}
loss: {L: sum((o - t)^2)}
let: {e: o - t, back: W.T @ e}
"""
LAYERS = """
families: {l: 1..L}
depths: {L: [3]}
tensors: {x: "n[0]", "W[l]": "n[l] n[l-1]", "b[l]": "n[l]", y: "n[L]"}
layers: {"a[0]": x, "z[l]": "W[l] @ a[l-1] + b[l]", "a[l]": "sigmoid(z[l])"}
loss: {C: "sum((a[L] - y)^2)/2"}
"""
CLIPPED = """
tensors: {x: scalar, y: scalar, A: {axes: scalar, given: positive}, e: {axes: scalar, given: positive}}
layers: {r: exp(x - y)}
loss: {L: "-min(r * A, min(max(r, 1 - e), 1 + e) * A)"}
"""
FILTERS = """
padding: zero
tensors: {x: n, w: k, v: 3, X: h q, W: r c}
layers:
  y[t in 1..n]: sum_a(w[a] * x[t + a - 1])
  u[t in 1..n]: sum_a(v[a] * x[t - a + 2])
  C: conv(X, W)
  F: full_conv(x, flip(w))
loss: {L: "sum(u^2)/2 + sum(C^2)/2"}
let: {m: dL/du, G: dL/dC}
"""

KINDS = (
    # a factor, of any kind
    (FORMS, "d(norm(x - b))/dx = x - b", "DC236", "(x - b)/norm(x - b)"),
    (SOFTMAX, "d(sum(g*z)/T)/dz = g", "DC201", "g/T"),
    (SOFTMAX, "dL/dz[i] = relu'(z[i])", "DC236", "relu'(z[i]) * g[i]"),
    (SOFTMAX, "dL/dz = g", "DC212", "g * relu'(z)"),
    (SOFTMAX, "dp[i]/dz[j] = delta(i,j) - p[j]", "DC236", "(delta(i,j) - p[j]) * p[i]"),
    (SOFTMAX, "dL/dz = g * h", "DC209", "g * relu'(z)"),
    (SOFTMAX, "d(sum(g*z))/dz = 2 * g * z", "DC236", "g"),
    (RIDGE, "dL/dw = 2/N * X.T @ r + lam * w", "DC201", "2/N * X.T @ r + 2 * lam * w"),
    (RIDGE, "dL/dr = 2 * N * r", "DC201", "2/N * r"),
    (RIDGE, "d(sum(r*r))/dr = r*(-2)/N", "DC201", "-r*(-2)"),
    # the sign and a factor at once
    (RIDGE, "dL/dr = -r", "DC201", "2/N * r"),
    # Jacobians
    (SOFTMAX, "da/dz = a * (1 - a)", "DC224", "diag(a * (1 - a))"),
    (SOFTMAX, "dp/dz = diag(p * (1 - p))", "DC217", "diag(p) - p @ p.T"),
    (SOFTMAX, "du/dz = g * p * (1 - p)", "DC217", "p * (g - g.T @ p)"),
    (SOFTMAX, "dL/dz[i] = 0 if z[i] > 0 else g[i]", "DC234", "g[i] if z[i] > 0 else 0"),
    # sums
    (ROWS, "dL/db = -sum(Y - P)", "DC214", "-sum(Y - P, N)"),
    (ROWS, "dL/db[c] = -sum_n(sum_k(Y[n,k] - P[n,k]))", "DC214", "-sum_n(Y[n,c] - P[n,c])"),
    (FORMS, "s = sum_i(sum_j(G[i,j]*x[j]))", "DC235", "sum_i(sum_j(G[i,j]*x[j] if j <= i else 0))"),
    # several times the same mistake; a half of a symmetric form; a fact before a term
    (FORMS, "dL/dA = -(R @ G @ R)", "DC203", "-(R.T @ G @ R.T)"),
    (FORMS, "dm/dx = A @ x", "DC228", "(A + A.T) @ x"),
    (FORMS, "d(x.T @ A @ x + b.T @ x)/dx = 2 * A @ x + b", "DC219", ""),
    # letters, axes and factors at the wrong place
    (FORMS, "d(x.T @ A @ b)/dA[i,j] = x[j] * b[i]", "DC203", "x[i] * b[j]"),
    (SOFTMAX, "dp[i]/dz[j] = p[i] * (delta(i,j) - p[i])", "DC213", "p[i] * (delta(i,j) - p[j])"),
    (FORMS, "(A @ G)[i,j] = sum_k(A[j,k] * G[k,j]) + 0 * A[i,j]", "DC213", "sum_k(A[i,k] * G[k,j]) + 0 * A[i,j]"),
    (FORMS, "diag(A @ G.T) = sum(A * G, 1)", "DC214", "sum(A * G, 2)"),
    (FORMS, "A.T @ (x * b) = x * (A.T @ b)", "DC206", "A.T @ (x * b)"),
    (FORMS, "x * (A @ b) = A @ (x * b)", "DC206", "x * (A @ b)"),
    # the other way up: nobody means log'
    (FORMS, "det(inv(G)) * b = det(G) * b", "DC223", "1/det(G) * b"),
    (SOFTMAX, "d(log(T))/dT = T", "DC223", "1/T"),
    # what is not zero off the diagonal is not dropped there
    (FORMS, "vec(x @ b.T) = kron(x, b)", "DC206", "kron(b, x)"),
    (SOFTMAX, "sum(p^2) = 1", "DC220", ""),
    # constants
    (FORMS, "d(sum(sqrt(2/pi)*x))/dx = 0.79788 * ones(n)", "DC227", ""),
    (SOFTMAX, "dp/dz @ ones(n) = p - p^2", "DC222", "0"),
    # terms: one of several, those of a product that is multiplied out
    (LOGS, "dL/dz = g - sum(g * y)", "DC237", "g - sum(g) * exp(y)"),
    (LOGS, "dL/dz[i] = g[i] - exp(y[i]) * sum_j(g[j] * y[j]) + 0 * z[i]", "DC236", ""),
    (FORMS, "d(trace(A @ A @ G))/dA = (eye(n) + A.T) @ G.T @ (eye(n) + A.T)", "DC222", "A.T @ G.T + G.T @ A.T"),
    # what stands inside sums, or inside what a name stands for; two names, each in the other's place
    (
        NORM,
        "dL/dx = w * (g - (xh * mean(xh * g) + mean(g)))/s",
        "DC206",
        "(w * g - (xh * mean(xh * (w * g)) + mean(w * g)))/s",
    ),
    (
        NORM,
        "dL/dx[i] = w[i] * (g[i] - xh[i] * sum_k(xh[k] * g[k])/n - sum_k(g[k])/n)/s",
        "DC206",
        "(w[i] * g[i] - xh[i] * sum_k(xh[k] * (w[k] * g[k]))/n - sum_k(w[k] * g[k])/n)/s",
    ),
    (NORM, "dL/dx = (w * g - (xh * c2 + c1))/s", "DC213", "(w * g - (xh * c1 + c2))/s"),
    (NETWORK, "dL/dV = 2 * (back * q * (1 - q)) @ i.T", "DC212", ""),
    # Jacobians of which the diagonal alone is taken, entry by entry and row by row
    (ROWS, "dL/dZ[i,j] = -Y[i,j] * (1 - P[i,j])", "DC217", "P[i,j] - Y[i,j]"),
    (ROWS, "dL/dZ = -Y * (1 - P)", "DC217", "P - Y"),
    # branches that are proved by numbers alone
    (CLIPPED, "dL/dx = -A * r", "DC235", ""),
    (CLIPPED, "dL/dx = A * r if r < 1 + e else 0", "DC202", ""),
    # degrees of freedom, a square in a divisor, two labels
    (NORM, "d(mean((x - mu)^2))/dx = 2*(x - mu)/(n - 1)", "DC201", "2*(x - mu)/n"),
    (SOFTMAX, "d(1/(1 + exp(-T)))/dT = exp(-T)/(1 + exp(-T))", "DC223", "exp(-T)/(1 + exp(-T))**2"),
    (NETWORK, "dL/dV = (W.T @ dL/dv) @ i.T", "DC212", "((W.T @ dL/dv) * sigmoid'(V @ i)) @ i.T"),
    (LAYERS, "dC/dz[1] = (W[1].T @ dC/dz[1]) * sigmoid'(z[1])", "DC213", "(W[2].T @ dC/dz[2]) * sigmoid'(z[1])"),
    # a size for another
    (FORMS, "mean(x) + t/n = sum(x)/k + t/n", "DC213", "sum(x)/n + t/n"),
    # filters the wrong way round: by name, by entries, of an image, of a convolution that flips its own
    (FILTERS, "dL/dX = full_conv(G, W)", "DC239", "full_conv(G, flip(W, 1, 2))"),
    (FILTERS, "dL/dX = full_conv(G, flip(W, 2))", "DC239", "full_conv(G, flip(W, 1, 2))"),
    (FILTERS, "dL/dW = conv(X, flip(G, 1, 2))", "DC239", "conv(X, G)"),
    (FILTERS, "d(sum(F^2))/dx = conv(2 * F, flip(w))", "DC239", "conv(2 * F, w)"),
    (FILTERS, "dL/dv[a] = sum_t(m[t] * x[t + a - 2])", "DC239", "sum_t(m[t] * x[t - a + 2])"),
    (FILTERS, "d(sum(y^2)/2)/dw[a] = sum_t(y[t] * x[t - a + k])", "DC239", "sum_t(y[t] * x[t + a - 1])"),
    (
        FILTERS,
        "dL/dW[a,b] = sum_i(sum_j(G[i,j] * X[i - a + r, j - b + c]))",
        "DC239",
        "sum_i(sum_j(G[i,j] * X[i + a - 1,j + b - 1]))",
    ),
    # rules of functions
    (SOFTMAX, "exp(T * z) = exp(T) * exp(z)", "DC238", ""),
    (SOFTMAX, "log(T + exp(z)) = log(T) + z", "DC238", ""),
    (SOFTMAX, "log(T * exp(z)) = log(T) * log(exp(z))", "DC238", "log(T) + log(exp(z))"),
    (SOFTMAX, "exp(T + z) = exp(T) + exp(z)", "DC238", "exp(T) * exp(z)"),
    (SOFTMAX, "d(abs(T - 1))/dT = 1 if T < 1 else -1", "DC234", "-1 if T < 1 else 1"),
    # the notation of the claim
    (
        RIDGE,
        r"\frac{\partial L}{\partial w} = \frac{2}{N} X^\top r + \lambda w",
        "DC201",
        r"\frac{2}{N} X^\top r + 2 \, \lambda \, w",
    ),
)


@cache
def spec_of(text: str) -> Spec:
    return read_spec(text)


@pytest.mark.parametrize(("spec", "claim", "code", "repair"), KINDS, ids=[row[1] for row in KINDS])
def test_the_mistake_is_named_and_repaired(spec: str, claim: str, code: str, repair: str) -> None:
    with inside(World()):  # the order of terms is that of their making
        found = check_equation(claim, spec_of(spec))
    assert found.diagnosis is not None
    assert (found.diagnosis.code, found.suggestion if repair else "") == (code, repair)
    if found.suggestion:
        followed = f"{claim.split('=')[0]} = {found.suggestion}"
        assert check_equation(followed, spec_of(spec)).verdict == "proved"


def test_every_mistake_comes_with_advice() -> None:
    assert set(CODES) <= set(ADVICE)


RECURRENT = """
families: {t: 1..T}
depths: {T: [2, 3]}
tensors: {"h[0]": n, A: n n, "x[t]": n, "g[t]": n}
layers: {"z[t]": A @ h[t-1] + x[t], "h[t]": tanh(z[t]), "u[t]": A @ h[0]}
loss: {L: "sum_{t in 1..T}(sum(g[t] * h[t]))"}
let: {"d[t]": dL/dh[t]}
claims:
"""
AT_EVERY_DEPTH = (
    ("", "dL/dA", "sum_t(d[t] @ h[t-1].T)", "DC212", "sum_t((d[t] * tanh'(z[t])) @ h[t-1].T)"),
    ("t in 1..T", "dL/dx[t]", "d[t] * h[t]", "DC229", "d[t] * (1 - h[t]**2)"),
    ("", "u[T]", "T * A @ h[0]", "DC201", "A @ h[0]"),
    ("", "dL/dA", "dL/dz[T] @ h[T-1].T", "DC215", "sum_t(dL/dz[t] @ h[t - 1].T)"),
    ("", "dL/dA", "dL/dz[t] @ h[t-1].T", "DC215", "sum_t(dL/dz[t] @ h[t-1].T)"),
    ("t in 1..T", "dL/dA", "dL/dz[t] @ h[t-1].T", "DC215", "sum_t(dL/dz[t] @ h[t - 1].T)"),
    ("", "sum_t(u[t])", "2 * A @ h[0]", "DC201", ""),  # 3 at T = 3: right there alone, and no repair
)


def test_a_repair_holds_at_every_depth() -> None:
    def claims(rows: Sequence[tuple[str, str]]) -> str:
        return RECURRENT + "".join(
            f"  c{k}: {{claim: {claim!r}{f', for: {steps}' if steps else ''}}}\n"
            for k, (steps, claim) in enumerate(rows)
        )

    found = verify_text(claims([(steps, f"{left} = {right}") for steps, left, right, *_ in AT_EVERY_DEPTH])).claims
    for one, (*_, code, repair) in zip(found, AT_EVERY_DEPTH, strict=True):
        assert one.diagnosis is not None
        assert (one.diagnosis.code if code else "", one.suggestion) == (code, repair), one.text
    repaired = [(steps, f"{left} = {repair}") for steps, left, _, _, repair in AT_EVERY_DEPTH if repair]
    assert {one.verdict for one in verify_text(claims(repaired)).claims} == {"proved"}
