"""True and false equations that a careless checker confuses; each must get its own verdict."""

from __future__ import annotations

import pytest

from derivcheck.pipeline.verification import verify_text

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
    ("trace(x.T @ A @ x) = x.T @ A @ x", "proved"),
    ("trace(c) = c", "proved"),
    ("trace(x.T @ A @ x) = sum(x) * sum(A)", "refuted"),
    ("d(trace(x.T @ y))/dx = y", "proved"),
    ("trace(x) = sum(x)", "invalid"),
    ("(x if elu(ones(n)) + atan(ones(n)) > 0 else -x) = x", "proved"),
    ("(x if elu(ones(n)) + atan(ones(n)) > 2 else -x) = x", "refuted"),
    ("(x if sigmoid(0) == 1/2 else 2*x) = x", "proved"),
    ("(x if atan(1) + atan(2) + atan(3) == pi else 2*x) = x", "undecided"),
    ("sum(h * log(p)) = h.T @ x - lse", "proved"),
    ("d(lse)/dx = p", "proved"),
    ("d(norm(x))/dx = x / norm(x)", "proved"),
    ("d(norm(A @ x - y)**2)/dx = 2 * A.T @ (A @ x - y)", "proved"),
    ("tanh(2*x) = 2*t/(1+t**2)", "proved"),
    ("sigmoid(-x) = 1 - sigmoid(x)", "proved"),
    ("softplus(x) - softplus(-x) = x", "proved"),
    ("(x if (x if y > c else y) < c else y) = (x if ((x if y > c else y) < c) else y)", "proved"),
    ("(x if (x if y > c else y) < c else y) = (x if y < c else y)", "refuted"),
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
    ("sin(x)**2 + cos(x)**2 = ones(n)", "proved"),
    ("x.T @ S @ y = y.T @ S @ x", "proved"),
    ("prod_i(exp(x[i])) = exp(sum(x))", "proved"),
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
    ("trace(kron(A, B)) = trace(A) * trace(B)", "proved"),
    ("trace(kron(A, B)) = trace(A @ B)", "refuted"),
    ("inv(kron(A, B)) = kron(inv(A), inv(B))", "undecided"),  # square, and not supported
    ("det(kron(A, x)) = 1", "invalid"),
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
  through a square matrix: dL/dt = chain(dL/dA, dA/dt) + chain(dL/dG, dG/dt)
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
  part of the way: {claim: "dL/dz1 = chain(dL/dz3, dz3/dz2, dz2/dz1)", expect: refuted}
  all of the way: dL/dz1 = chain(dL/dz3, dz3/dz1)
  one branch: {claim: "dL/dW1 = chain(dL/dz2, dz2/dW1)", expect: refuted}
  both branches: dL/dW1 = chain(dL/dz3, dz3/dW1)
  another layer: {claim: "dL/dU = chain(dL/dz3, dz3/dV)", expect: refuted}
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


KINKS = """
tensors: {x: n, u: n, w: k, A: n n, W: n k, b: n, y: {axes: n, given: binary}, m: {axes: n, given: binary}, h: {axes: n, given: one_hot}, e: {axes: n, given: unit}, t: scalar}
layers: {z: W @ w + b, a: relu(z), v: A @ a + x}
let: {d: relu(x) - relu(u)}
claims:
  a1: {claim: "sign(relu(x) - relu(u))^2 = ones(n)", expect: refuted}
  a2: {claim: "relu'(relu(x)-relu(u)) + relu'(relu(u)-relu(x)) = ones(n)", expect: refuted}
  a3: {claim: "sign(y - m)^2 = ones(n)", expect: refuted}
  a4: {claim: "sign(d)^2 = ones(n)", expect: refuted}
  a5: "sign(v)^2 = ones(n)"
  a6: "sign(z)^2 = ones(n)"
  a7: "sign(x - u)^2 = ones(n)"
  a8: "abs(d) = abs(-d)"
  a9: "relu(d) - relu(-d) = d"
  a10: "sign(-d) = -sign(d)"
  a11: "relu(v) - relu(-v) = v"
  b1: {claim: "sign(x[i]-x[j])^2 = 1", expect: refuted}
  b2: {claim: "relu'(x[i]-x[j]) + relu'(x[j]-x[i]) = 1", expect: refuted}
  b3: {claim: "sum_{i,j}(sign(x[i]-x[j])^2) = n^2", expect: refuted}
  b4: {claim: "sign(A - A.T)^2 = ones(n,n)", expect: refuted}
  b5: {claim: "sign(x-x)^2 = ones(n)", expect: refuted}
  b6: {claim: "max(x[i],x[j]) = x[i]*relu'(x[i]-x[j]) + x[j]*relu'(x[j]-x[i])", expect: refuted}
  b6b: "max(x[i],x[j]) = max(x[j],x[i])"
  b7: {claim: "sign(h)^2 = ones(n)", expect: refuted}
  b8: {claim: "relu'(y)+relu'(-y) = ones(n)", expect: refuted}
  b9: {claim: "sign(sum(h)-1)^2 = 1", expect: refuted}
  c1: {claim: "sign(y*x)^2 = ones(n)", expect: refuted}
  c2: {claim: "sign(x[i]-x[1])^2 = 1", expect: refuted}
  c3: {claim: "sign(max(x)-x[i])^2 = 1", expect: refuted}
  c4: {claim: "sign(x-abs(x))^2 = ones(n)", expect: refuted}
  c5: {claim: "sign(huber(x)-x^2/2)^2 = ones(n)", expect: refuted}
  c6: {claim: "leaky_relu'(y)+leaky_relu'(-y) = 101/100*ones(n)", expect: refuted}
  c7: {claim: "relu'(relu(x))+relu'(-relu(x)) = ones(n)", expect: refuted}
  c8: {claim: "sqrt(t^2) = -t", expect: refuted}
  c9: {claim: "sqrt(t^2) = t", expect: refuted}
  d7: {claim: "sign(e.T@e-1)^2 = 1", expect: undecided}
  f1: "abs'(y) = y"
  f2: {claim: "abs'(y) = 2*y - ones(n)", expect: refuted}
  f3: "abs'(relu(x)) = relu'(x)"
  f4: {claim: "abs'(relu(x)) = ones(n)", expect: refuted}
  f5: "abs'(h) = h"
"""


@pytest.mark.parametrize("seed", range(4))
def test_what_is_zero_on_a_region_is_no_kink(seed: int) -> None:
    """1[u > 0] + 1[-u > 0] = 1 for almost every x where u is `x - t`; not where u is `relu(x) - relu(t)`, or x(i) - x(j)."""
    judged = verify_text(f"{KINKS}numeric: {{seed: {seed}}}\n")
    assert judged.exit_code == 0, [(claim.id, claim.verdict) for claim in judged.claims if not claim.holds]


ZERO_DIVISORS = """
tensors: {Z: k M, Y: {axes: k M, given: {one_hot: k}}, m: {axes: k, given: binary}, x: k, p: k}
layers: {P: "softmax(Z, k)"}
loss: {L: "mean(sum(Y*log(Y/P), k), M)"}
claims:
  its gradient: dL/dZ = (P - Y)/M
  y y / y is y: {claim: "dL/dZ = (k*P - 1)/M", expect: undecided}
  not 1: {claim: "m*x*m/m = x", expect: undecided}
  neither here: {claim: "d(sum((1-m)*log((1-m)/(1-p))))/dp = 1/(1-p)", expect: undecided}
  but this: "d(sum((1-m)*log((1-m)/(1-p))))/dp = (1-m)/(1-p)"
  an idempotent mask: "d(sum((m*x)^2)/sum(m))/dx = 2*m*x/sum(m)"
"""


def test_what_is_zero_or_one_has_no_inverse() -> None:
    judged = verify_text(ZERO_DIVISORS)
    assert judged.exit_code == 0, [(claim.id, claim.verdict) for claim in judged.claims if not claim.holds]
    assert next(g for g in judged.gradients if g.wrt == "Z").verdict == "proved"


@pytest.mark.parametrize(
    "equation",
    [
        "inv(x @ x.T) = eye(n)",
        "sum(s)/(1 - sum(s)) = 5",
        "1/(sum(s) - 1)**2 = 7",
        "log(-exp(x)) = x",
        "x/(y - y) = ones(n)",
    ],
)
def test_what_has_no_value_is_neither_true_nor_false(equation: str) -> None:
    for seed in range(3):
        claim = verify_text(f"{SPEC}claims: {{a: '{equation}'}}\nnumeric: {{seed: {seed}}}\n").claims[0]
        assert claim.verdict in ("undecided", "invalid"), claim


FACTS_NAMED = """
tensors: {x: n, S: {axes: n n, given: symmetric}, a: {axes: [], given: positive}, b: {axes: [], given: positive}, A: n n,
          s: {axes: n, given: simplex}}
claims:
  symmetric: d(x.T@S@x)/dx = 2*S@x
  positive: sqrt(a^2) + b = a + b
  neither: a + b = b + a
  of a claim: {claim: "d(x.T@A@x)/dx = 2*A@x", given: "symmetric: A"}
  two: "sqrt(sum(s)*a^2) = a"
"""


def test_the_facts_that_a_proof_takes_for_granted_are_named() -> None:
    facts = [claim.facts for claim in verify_text(FACTS_NAMED).claims]
    assert facts == [("S is symmetric",), ("a > 0",), (), ("A is symmetric",), ("Σ s = 1", "a > 0")]


PAIRS = """
tensors: {x: n, A: n n, W: m n, v: m}
layers: {q: "sum_{i<j}(x[i]*x[j])"}
loss: {L: "sum_{i!=j}(A[i,j]^2) + q"}
claims:
  a: "sum_{i<j}(x[i]*x[j]) = (sum(x)^2 - sum(x^2))/2"
  b: "sum_{i != j}(x[i]*x[j]) = sum(x)^2 - sum(x^2)"
  c: "sum_{i != j}(A[i,j]) = sum(A) - trace(A)"
  d: "sum_{i<j}(A[i,j]) + sum_{i>j}(A[i,j]) + trace(A) = sum(A)"
  e: "d(sum_{i<j}(x[i]*x[j]))/dx[k] = sum(x) - x[k]"
  f: {latex: '\\sum_{i<j} x_i x_j = \\frac12((\\sum_i x_i)^2 - \\sum_i x_i^2)'}
  g: {latex: '\\sum_{i\\ne j} A_{ij}x_ix_j = x^TAx - \\sum_i A_{ii}x_i^2'}
  h: {latex: '\\sum_{j=1}^{d} W_{ij}x_j = (Wx)_i', expect: invalid}
  i: "sum_{k != i}(x[k]) = sum(x) - x[i]"
  j: {claim: "sum_{i<j}(A[i,j]) = sum_{i<j}(A[j,i])", expect: invalid, code: DC153}
  k: "dL/dx[k] = sum(x) - x[k]"
  m: "dL/dA[i,j] = 2*A[i,j]*(1-delta(i,j))"
  n: {latex: '\\sum_{i\\le j} x_i x_j = \\frac12((\\sum_i x_i)^2 + \\sum_i x_i^2)'}
  o: "sum_{i,j: i<j}(x[i]*x[j]) = (sum(x)^2 - sum(x^2))/2"
  p: {claim: "sum_{i<j}(x[i]*x[j]) = (sum(x)^2 + sum(x^2))/2", expect: refuted}
"""


def test_a_sum_with_a_condition_runs_through_pairs_where_no_row_is_spoken_of() -> None:
    judged = verify_text(PAIRS)
    assert judged.exit_code == 0, [(claim.id, claim.verdict) for claim in judged.claims if not claim.holds]


ROOTS = [
    "x^(1/4) = sqrt(sqrt(x))",
    "exp(x)^(1/4) = exp(x/4)",
    "c^0.1*c^0.9 = c",
    "c^(1/3)*c^(2/3) = c",
    "c^(1/6) = sqrt(c^(1/3))",
]


@pytest.mark.parametrize("equation", ROOTS)
def test_roots_of_any_degree(equation: str) -> None:
    assert verify_text(f"{SPEC}claims: {{a: '{equation}'}}\n").claims[0].verdict == "proved"


def test_what_holds_for_the_first_few_sizes_is_refuted() -> None:
    claim = verify_text(f"{SPEC}claims: {{a: '(n-1)*(n-2)*(n-3)*(n-4)*(n-5)*x = 0'}}\n").claims[0]
    assert claim.verdict == "refuted" and dict(claim.witness.sizes)["n"] > 5


POWERS = """
tensors: {x: n, y: n, gm: scalar, p: scalar}
layers: {q: softmax(x)}
loss: {L: "-sum(y*(1-q)^gm*log(q)) + sum(abs(x)^p)^(1/p)"}
claims:
  focal: "dL/dy[i] = -(1 - q[i])^gm * log(q[i])"
  not quite: {claim: "dL/dy[i] = -(1 - q[i])^(gm-1) * log(q[i])", expect: refuted}
"""


def test_a_power_with_a_symbol_above_has_its_gradients_written() -> None:
    judged = verify_text(POWERS)
    assert judged.exit_code == 0 and [g.verdict for g in judged.gradients] == ["proved"] * 4


UNDEFINED_LOSSES = ["sum(log(-exp(x)))", "sum(x/0)", "sum(sqrt(-1)*x)", "sum_{i,j}(sqrt((x[i]-x[j])^2))"]


@pytest.mark.parametrize("loss", UNDEFINED_LOSSES)
def test_the_gradient_of_a_loss_without_a_value_is_not_proved(loss: str) -> None:
    judged = verify_text(f"tensors: {{x: n}}\nloss: {{L: '{loss}'}}\n")
    assert [g.verdict for g in judged.gradients] == ["undecided"] and judged.exit_code == 1


SLIPS = """
tensors: {x: d, W: d k, b: d, mu: k, s: k, eps: k}
layers: {z: "mu + exp(s/2)*eps", l: W @ z + b, p: sigmoid(l)}
loss: {L: "binary_cross_entropy(p, x) + sum(exp(s) + mu^2 - 1 - s)/2"}
claims:
  right: "dL/ds = (W.T@(p-x))*eps*exp(s/2)/2 + (exp(s)-1)/2"
  half of one term: {claim: "dL/ds = (W.T@(p-x))*eps*exp(s/2) + (exp(s)-1)/2", expect: refuted, code: DC201}
  the argument: {claim: "dL/ds = (W.T@(p-x))*eps*exp(s)/2 + (exp(s)-1)/2", expect: refuted, code: DC201}
  its sign: {claim: "dL/ds = (W.T@(p-x))*eps*exp(-s/2)/2 + (exp(s)-1)/2", expect: refuted, code: DC202}
  a factor of one term: {claim: "dL/ds = (W.T@(p-x))*exp(s/2)/2 + (exp(s)-1)/2", expect: refuted, code: DC236}
  a constant: {claim: "dL/ds = (W.T@(p-x))*eps*exp(s/2)/2 + exp(s)/2", expect: refuted, code: DC221}
  the power: {claim: "d(tanh(s))/ds = diag(1 - tanh(s))", expect: refuted}
  the sign of a logarithm: {claim: "dL/dx = l", expect: refuted, code: DC202}
"""


def test_slips_of_a_longer_gradient_are_named() -> None:
    judged = verify_text(SLIPS)
    assert judged.exit_code == 0, [(c.id, c.verdict, c.diagnosis and c.diagnosis.code) for c in judged.claims]
    for claim in judged.claims[1:6]:
        assert (
            claim.suggestion
            and verify_text(
                SLIPS.partition("claims:")[0]
                + f"claims: {{a: '{claim.text.partition('=')[0]} = {claim.suggestion}'}}\n"
            )
            .claims[0]
            .verdict
            == "proved"
        ), claim


@pytest.mark.parametrize("seed", [0, 5, 18])
def test_what_is_wrong_by_a_hair_is_refuted_whatever_differences_can_tell(seed: int) -> None:
    """The values of a witness have twelve digits: where the sides differ in the last one, differences are not asked."""
    judged = verify_text(
        "vectors: row\ntensors: {x: n0, W: n0 n1, y: {axes: n1, given: simplex}}\n"
        "layers: {z: x @ W, p: softmax(z)}\nloss: {L: 'cross_entropy(p, y)'}\n"
        "claims:\n  a: dL/dx = 1.000000000001 * ((p - y) @ W.T)\n  b: dL/dW = 0.999999999999 * (x.T @ (p - y))\n"
        "  c: dL/dz[i] = 1.00000000001 * (p[i] - y[i])\n",
        seed=seed,
    )
    assert [claim.verdict for claim in judged.claims] == ["refuted"] * 3 and judged.exit_code == 1


BRACKETS = [
    ("abs(eye(p))[i,j] = abs(-delta(i, j))", "proved"),
    ("delta(i,j) = eye(p)[i,j]", "proved"),
    ("2 * delta(i,i) = (ones(p) + ones(p))[i]", "proved"),
    ("diag(ones(p))[i,j] = (1 if i == j else 0)", "proved"),
    ("(2 * eye(p))[i,j] = delta(i,j)", "refuted"),
    ("(eye(p) + eye(p))[i,j] = 2 * delta(i,j) + y[i] - y[i]", "invalid"),
]


@pytest.mark.parametrize("claim, verdict", BRACKETS)
def test_a_letter_learns_its_dimension_from_what_stands_in_brackets(claim: str, verdict: str) -> None:
    """Whichever dimension is declared first."""
    judged = verify_text(f"tensors: {{y: q, v: p, A: q p}}\nclaims: {{a: '{claim}'}}\n")
    assert [c.verdict for c in judged.claims] == [verdict]


@pytest.mark.parametrize("seed", [0, 9])
def test_a_saturated_softmax_contradicts_nothing(seed: int) -> None:
    """Where p is 1e-30, a step of the difference is of the size of p."""
    judged = verify_text(
        "tensors: {x: n0, W1: n1 n0, W2: n2 n1, y: n2}\n"
        "layers: {z1: W1 @ x, a1: relu(z1), z2: W2 @ a1, p: softmax(z2)}\nloss: {L: 'cross_entropy(p, y)'}\n"
        "claims: {a: dL/dp = -y/p, b: dL/dp = -y/p^2}\n",
        seed=seed,
    )
    assert [claim.verdict for claim in judged.claims] == ["proved", "refuted"]


# (equation, verdict): a branch may lie far from every number that is drawn without it
FAR = [
    ("relu(s - 10**12) = 0", "refuted"),
    ("relu(x[i] - 10**6) = 0", "refuted"),
    ("max(s, -10**9) = s", "refuted"),
    ("relu(s - 1/10**9) * relu(1/10**8 - s) = 0", "refuted"),
    ("relu(s - 10**9) = max(0, s - 10**9)", "proved"),
    ("relu(s - 10**400) = 0", "undecided"),  # no float can tell, and nothing else in the file is touched by it
]


def test_branches_far_away_are_looked_for() -> None:
    claims = "\n".join(f"  - {equation!r}" for equation, _ in FAR)
    judged = verify_text(f"tensors: {{s: scalar, x: n}}\nloss: {{L: s * sum(x)}}\nclaims:\n{claims}\n")
    assert [(claim.text, claim.verdict) for claim in judged.claims] == FAR
