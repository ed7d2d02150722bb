"""The name of a mistake, and the repair in the claim's own words: one row for each kind."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import pytest

from derivcheck.diagnostics.explain.advice import ADVICE
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
tensors: {x: n, b: n, A: n n, S: {axes: n n, given: symmetric}, G: n n}
layers: {R: inv(A), m: x.T @ A @ x, t: trace(A), s: "sum_i(sum_j((G[i,j]*x[j] if j <= i else 0)))"}
loss: {L: sum(G * R)}
"""

KINDS = (
    # a factor, of any kind
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
    (FORMS, "vec(x @ b.T) = kron(x, b)", "DC220", ""),
    # constants
    (FORMS, "d(sum(sqrt(2/pi)*x))/dx = 0.79788 * ones(n)", "DC227", ""),
    (SOFTMAX, "dp/dz @ ones(n) = p - p^2", "DC222", "0"),
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
