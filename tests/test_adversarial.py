"""True and false equations that a careless checker confuses; each must get its own verdict."""

from __future__ import annotations

import pytest

from derivcheck.verify import verify_text

SPEC = """
tensors:
  x: n
  y: n
  A: n n
  B: n n
  W: m n
  X: n M
  s: {axes: n, given: simplex}
  h: {axes: n, given: one_hot}
  u: {axes: n, given: unit}
  Q: {axes: n n, given: orthogonal}
  c: {axes: [], given: positive}
  S: {axes: n n, given: symmetric}
layers: {z: W @ x, p: softmax(x), r: relu(x), P: "softmax(X, n)", t: tanh(x), lse: logsumexp(x)}
"""

EQUATIONS = [
    ("sum(p) = 1", "proved"),
    ("sum(p**2) = (sum(p))**2 - sum(p*(1-p))", "proved"),
    ("norm(Q @ x)**2 = x.T @ x", "proved"),
    ("Q.T @ Q = eye(n)", "proved"),
    ("Q @ Q.T = eye(n)", "proved"),
    ("u.T @ u = 1", "proved"),
    ("trace(A @ B) = trace(B @ A)", "proved"),
    ("sum(h * log(p)) = h.T @ x - lse", "proved"),
    ("d(lse)/dx = p", "proved"),
    ("d(norm(x))/dx = x / norm(x)", "proved"),
    ("d(norm(A @ x - y)**2)/dx = 2 * A.T @ (A @ x - y)", "proved"),
    ("tanh(2*x) = 2*t/(1+t**2)", "proved"),
    ("sigmoid(-x) = 1 - sigmoid(x)", "proved"),
    ("softplus(x) - softplus(-x) = x", "proved"),
    ("sqrt(c)**2 = c", "proved"),
    ("log(c**2) = 2*log(c)", "proved"),
    ("relu(x) - relu(-x) = x", "proved"),
    ("abs(x) = relu(x) + relu(-x)", "proved"),
    ("max(x) = max(x + 0*y)", "proved"),
    ("exp(x + y) = exp(x) * exp(y)", "proved"),
    ("sum(P, n) = ones(M)", "proved"),
    ("dlse/dx @ ones(n).T = p @ ones(n).T", "proved"),
    ("det(Q)**2 = 1", "checked"),
    ("log(x**2) = 2 * log(abs(x))", "checked"),
    ("x.T @ A @ x = x.T @ (A + A.T) @ x / 2", "proved"),
    ("sin(x)**2 + cos(x)**2 = ones(n)", "checked"),
    ("x.T @ S @ y = y.T @ S @ x", "proved"),
    ("prod_i(exp(x[i])) = exp(sum(x))", "checked"),
    ("det(Q) = 1", "refuted"),
    ("sqrt(x**2) = x", "refuted"),
    ("log(x**2) = 2*log(x)", "checked"),
    ("relu(x)*relu(-x) = exp(-1000) + 0*x", "refuted"),
    ("sum(p**2) = 1", "refuted"),
    ("s * s = s", "refuted"),
    ("A @ B = B @ A", "refuted"),
    ("x.T @ A @ y = y.T @ A @ x", "refuted"),
    ("max(x + y) = max(x) + max(y)", "refuted"),
    ("d(norm(x))/dx = 2*x", "refuted"),
    ("softmax(X, M) = P", "refuted"),
    ("Q = Q.T", "refuted"),
    ("abs(x) = x", "refuted"),
    ("exp(x)*exp(x) = exp(x**2)", "refuted"),
    ("d(relu(x))/dx = eye(n)", "refuted"),
    ("tanh(x) = x - x**3/3", "refuted"),
    ("sigmoid(x) = sigmoid(x) + 1/10**14 * x", "refuted"),
    ("inv(S + eye(n)) = eye(n) - S", "refuted"),
    ("sum(h**2) = sum(s)", "proved"),
    ("h * s = h * sum(h*s)", "proved"),
    ("s @ s.T = diag(s)", "refuted"),
    ("h @ h.T = diag(h)", "proved"),
    # What only many digits can tell apart.
    ("x = (1 + 1/10**17) * x", "refuted"),
    ("p = p + 1/10**30 * x", "refuted"),
    ("s * 10**20 + x = s * 10**20", "refuted"),
    ("tanh(10**4 * c) = 1", "checked"),  # they differ by 1e-8000: no proof, and nothing to be seen
    # Facts hold to all digits, too: rounding must not refute what follows from them.
    ("log(sum(s)) = 0", "proved"),
    ("sin(sum(s)) = sin(1)", "proved"),
    ("cos(u.T @ u) = cos(1)", "proved"),
    ("trace(Q @ Q.T) = n", "proved"),
]


@pytest.mark.parametrize(("equation", "verdict"), EQUATIONS, ids=[equation for equation, _ in EQUATIONS])
def test_every_equation_gets_its_own_verdict(equation: str, verdict: str) -> None:
    quoted = equation.replace("'", "''")
    claim = verify_text(f"{SPEC}claims: {{a: '{quoted}'}}\n").claims[0]
    assert claim.verdict == verdict, claim


BRANCHES = """
tensors: {s: n}
claims:
  inverse on one branch: {claim: "atan(tan(s)) = s", expect: refuted}
  root on one branch: {claim: "sqrt((s+5)^2) = s + 5", expect: refuted}
  capped far away: {claim: "max(s, -20) = s", expect: refuted}
  capped very far away: {claim: "max(min(s, 500), -500) = s", expect: refuted}
  a sign far away: {claim: "abs(s + 9) = s + 9", expect: refuted}
  a kink that is rounded: {claim: "abs(s) = sqrt(s^2 + 1/10^6)", expect: refuted}
  inside of a narrow kink: {claim: "huber(s, 1/100) = (abs(s) - 1/200)/100", expect: refuted}
  without a branch: tan(s) = sin(s)/cos(s)
numeric: {sizes: {n: 3}, seed: SEED}
"""


@pytest.mark.parametrize("seed", range(4))
def test_what_holds_on_one_branch_is_refuted_whatever_the_seed(seed: int) -> None:
    judged = verify_text(BRANCHES.replace("SEED", str(seed)))
    assert judged.exit_code == 0, [(claim.id, claim.verdict) for claim in judged.claims]


CHAINS_AND_PROPORTIONS = """
tensors: {B: n n, D: n m, t: scalar, x: n, z: k, W: m n}
layers: {A: t*B, G: t*D, q: softmax(z), h: W @ x}
loss: {L: "sum(A^3) + sum(G^2) + sum(h^2)"}
claims:
  through a square matrix: dL/dt = dL/dA @ dA/dt + dL/dG @ dG/dt
  bounded: {claim: "sum(q*q) <= sum(q) = 1", expect: undecided}
  bounded badly: {claim: "sum(q*q) <= sum(q) = 2", expect: refuted}
  gradient to zero: {claim: "dL/dx ~ x - x", expect: refuted}
  zero to gradient: {claim: "x - x ~ dL/dx", expect: undecided}
  up to a factor: "dL/dx ~ W.T @ h"
  behind a meaningless step: {claim: "dL/dx ~ x @ x = W.T @ h", expect: invalid}
"""


def test_chains_through_matrices_and_proportions() -> None:
    judged = verify_text(CHAINS_AND_PROPORTIONS)
    assert len(judged.claims) == 7
    assert judged.exit_code == 0, [(claim.id, claim.verdict) for claim in judged.claims]


RESIDUAL = """
tensors: {x: n0, W1: n1 n0, V: n1 n1, U: n1 n1, b: n1, y: {axes: n1, given: one_hot}}
layers: {z1: W1 @ x + b, a1: tanh(z1), z2: V @ a1 + z1, a2: tanh(z2), z3: U @ a2 + z1, p: softmax(z3)}
loss: {L: "cross_entropy(p, y)"}
claims:
  part of the way: {claim: "dL/dz1 = dL/dz3 @ dz3/dz2 @ dz2/dz1", expect: refuted}
  all of the way: dL/dz1 = dL/dz3 @ dz3/dz1
  one branch: {claim: "dL/dW1 = dL/dz2 @ dz2/dW1", expect: refuted}
  both branches: dL/dW1 = dL/dz3 @ dz3/dW1
  another layer: {claim: "dL/dU = dL/dz3 @ dz3/dV", expect: refuted}
"""


def test_a_chain_along_one_branch_of_two_is_refuted() -> None:
    judged = verify_text(RESIDUAL)
    assert judged.exit_code == 0, [(claim.id, claim.verdict) for claim in judged.claims]
    assert [claim.verdict for claim in judged.claims] == ["refuted", "proved", "refuted", "proved", "refuted"]


ACROSS = """
tensors: {x: d, W: d k, X: N d, v: d, t: N, V: k m, y: m}
layers: {h: x.T @ W, a: tanh(h), o: a @ V, q: o - y.T, r: X @ v, s: r.T}
loss: {L: "sum(q^2) + sum(s * (r-t).T) + sum(s^3)"}
"""
ABOUT_ROWS = """
claims:
  elementwise: dL/dh = dL/da * (1 - a^2)
  outer: dL/dV = a.T @ dL/do
  from the left: dL/dW = x @ dL/dh
  transpose missing: {claim: dL/dV = a @ dL/do, expect: invalid}
  doubled: {claim: dL/da = dL/dq @ V.T * 2, expect: refuted}
"""


@pytest.mark.parametrize("layout", ["mixed", "numerator", "denominator"])
def test_rows_among_columns_have_matrix_forms(layout: str) -> None:
    """`x.T @ W` is a row where vectors are columns: what is printed for it must read back."""
    judged = verify_text(f"{ACROSS}layout: {layout}\n{ABOUT_ROWS if layout == 'mixed' else ''}")
    assert judged.exit_code == 0, judged.error or [(claim.id, claim.verdict) for claim in judged.claims]
    assert len(judged.gradients) == 7
    assert all(gradient.verdict == "proved" and gradient.forms.matrix for gradient in judged.gradients)


def test_columns_among_rows_have_matrix_forms() -> None:
    judged = verify_text("""
tensors: {X: N d, v: d, t: N}
vectors: row
layers: {r: X @ v.T}
loss: {L: "sum((r - t.T)^2)"}
claims: {v: "dL/dv = 2 * (r - t.T).T @ X", factor: {claim: "dL/dv = (r - t.T).T @ X", expect: refuted}}
""")
    assert judged.exit_code == 0, judged.error
    assert all(gradient.verdict == "proved" and gradient.forms.matrix for gradient in judged.gradients)


AXES_OR_VALUES = """
tensors: {s: n, A: n n, X: n M}
claims:
  either: {claim: "max(s, 1) = s", expect: invalid, code: DC137}
  either of a matrix: {claim: "min(X, 2) = X", expect: invalid, code: DC137}
  a value first: "max(1, s) = s + max(1 - s, 0)"
  a dimension: "max(X, M) = -min(-X, M)"
  a position: "max(A, 2) = max(A.T, 1)"
  no such position: "min(max(s, 0), 6) = 6 - max(6 - max(s, 0), 0)"
  in LaTeX a value: {latex: '\\max(A, 1) = \\max(1, A)'}
"""


def test_a_number_behind_is_an_axis_only_where_it_can_be_nothing_else() -> None:
    judged = verify_text(AXES_OR_VALUES)
    assert judged.exit_code == 0, [(claim.id, claim.verdict) for claim in judged.claims]
