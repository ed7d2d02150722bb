"""True identities are proved, false ones refuted: the traps that a verifier falls into."""

from __future__ import annotations

import pytest
import sympy

from derivcheck.evidence import exact
from derivcheck.evidence.canonical.form import Canonical
from derivcheck.graph.axes import Axis, Dimension
from derivcheck.graph.nodes import Node, add, constant, divide, mapped, multiply, sum_over, tensor
from derivcheck.graph.scalars import placeholder
from derivcheck.pipeline.verification import check_equation, verify_text
from derivcheck.spec import read_spec

TRUE = [
    "tanh(2*x) = 2*tanh(x)/(1 + tanh(x)^2)",
    "sigmoid(x) = (1 + tanh(x/2))/2",
    "sigmoid(x) + sigmoid(-x) - 1 = 0",
    "sigmoid'(x) = sigmoid(x)*(1 - sigmoid(x))",
    "sigmoid''(x) = sigmoid'(x)*(1 - 2*sigmoid(x))",
    "softplus(x) - softplus(-x) = x",
    "softplus'(x) = sigmoid(x)",
    "silu'(x) = sigmoid(x) + x*sigmoid'(x)",
    "sum(softmax(x)) = 1",
    "softmax(x + 3) = softmax(x)",
    "log_softmax(x) = log(softmax(x))",
    "d(logsumexp(x))/dx = softmax(x)",
    "d2(logsumexp(x))/dx^2 = diag(softmax(x)) - softmax(x) @ softmax(x).T",
    "abs(1 + exp(x)) = 1 + exp(x)",
    "exp(x)/sqrt(exp(x)) = exp(x/2)",
    "x/sqrt(3) = sqrt(3)*x/3",
    "relu(x) - relu(-x) = x",
    "relu(x)*relu(-x) = 0",
    "abs(x) = relu(x) + relu(-x)",
    "abs(x)^2 = x^2",
    "norm(x)^2 = x.T @ x",
    "d(norm(x))/dx = x/norm(x)",
    "trace(A @ B) = sum(A * B.T)",
    "(A @ B).T = B.T @ A.T",
    "d(trace(A @ B))/dA = B.T",
    "d(x.T @ A @ x)/dx = (A + A.T) @ x",
    "d2(x.T @ A @ x)/dx^2 = A + A.T",
    "vec(A @ B @ A) = kron(A.T, A) @ vec(B)",
    "d(A @ x)/dx = A",
    "diag(x) @ y = x * y",
    "sum_k(delta(i,k)*x[k]) = x[i]",
    "sum_{k != i}(x[k]) = sum_k(x[k]) - x[i]",
    "sum_{i,j}(A[i,j]) = sum(A)",
    "1 - softmax(x)[1] = sum_{k != 1}(softmax(x)[k])",
    "max(x, y) + min(x, y) = x + y",
    "sigmoid'(0) = 1/4",
    "(x + y)^2 = x^2 + 2*x*y + y^2",
    "1/(1 + exp(x)) + 1/(1 + exp(-x)) - 1 = 0",
    "1/((1 + x^2)*(2 + x^2)) = 1/(1 + x^2) - 1/(2 + x^2)",
    # Large numbers below a root and in a logarithm.
    "sqrt(1e14*x^2) = 1e7*abs(x)",
    "sqrt(1e-50*x^2) = 1e-25*abs(x)",
    "(1e60*exp(x))^(2/3) = 1e40*exp(2*x/3)",
    "sqrt(123456789012345678901234567891*exp(x))^2 = 123456789012345678901234567891*exp(x)",
    "log(1e50*exp(x)) = 50*log(10) + x",
]
FALSE = [
    "tanh(2*x) = 2*tanh(x)",
    "sigmoid'(x) = sigmoid(x)",
    "2*sum(softmax(x)^3) = 3*sum(softmax(x)^2) - 1",
    "sum(x^2) = sum(x)^2",
    "A @ B = B @ A",
    "d(x.T @ A @ x)/dx = 2*A @ x",
    "trace(A @ B) = trace(A)*trace(B)",
    "(A @ B).T = A.T @ B.T",
    "abs(x) = x",
    "sqrt(x^2) = x",
    "relu(x) = x",
    "log(x^2 + 1) = 2*log(x + 1)",
    "norm(x + y) = norm(x) + norm(y)",
    "vec(A @ B) = vec(B @ A)",
    "exp(x + y) = exp(x) + exp(y)",
    "softmax(2*x) = softmax(x)",
    "d(logsumexp(x))/dx[i] = exp(x[i])",
    "sum_k(x[k]*y[k]) = sum_k(x[k])*sum_k(y[k])",
    "x[1] = x[2]",
    "1e-9*x = 0",
    "x + 1e-12 = x",
    "sqrt(1e14*x^2) = 1e8*abs(x)",
    "x/sqrt(mean(x^2) + 1e-30) = x/sqrt(mean(x^2))",
    # Wrong in a region alone: far away, near zero.
    "abs(x + 10000) = x + 10000",
    "relu(x - 1/1000) = relu(x)*(1 if x > 1/1000 else 0) - 1/1000*(1 if x > 0 else 0)",
    # Wrong on one branch alone, by less than floats show.
    "relu(x) = relu(x)*(1 + 1e-20)",
    "relu(-x) = relu(-x)*(1 + 1e-20)",
    "leaky_relu(x) = relu(x) - 0.0100000000000000000001*relu(-x)",
]


@pytest.mark.parametrize("equation", TRUE)
def test_true_identity_is_proved(equation: str) -> None:
    result = check_equation(equation)
    assert result.verdict == "proved", result.message


@pytest.mark.parametrize("equation", FALSE)
def test_false_identity_is_refuted(equation: str) -> None:
    result = check_equation(equation)
    assert result.verdict in ("refuted", "invalid"), result
    if result.verdict == "refuted":
        assert result.witness is not None


N = Dimension.named("n")
AXIS = Axis(N, "0")


def entry(expression: object, *nodes: Node) -> Node:
    return mapped(expression, *nodes)


def test_an_identity_of_two_sizes_is_no_proof() -> None:
    z = tensor("z", (AXIS,))
    e = entry(sympy.exp(placeholder(0)), z)
    p = divide(e, sum_over(e, [AXIS]))
    left = multiply(constant(2), sum_over(entry(placeholder(0) ** 3, p), [AXIS]))
    right = add(multiply(constant(3), sum_over(entry(placeholder(0) ** 2, p), [AXIS])), constant(-1))
    holds = [exact.identical(left, right, sizes=[{"n": n}]).equal for n in (1, 2, 3)]
    assert holds == [True, True, False]
    assert not Canonical().equal(left, right).proved


def test_a_product_of_six_relus_is_not_zero() -> None:
    relu = sympy.Piecewise((placeholder(0), placeholder(0) > 0), (0, True))
    product = multiply(*(entry(relu, tensor(f"w{k}", ())) for k in range(6)))
    assert exact.identical(product, constant(0)).equal is False
    assert not Canonical().equal(product, constant(0)).proved


ORTHOGONAL = "tensors: {Q: {axes: n n, given: orthogonal}, x: n, B: n n}"


def test_orthogonal_matrices_have_either_determinant() -> None:
    spec = read_spec(ORTHOGONAL)
    assert check_equation("Q.T @ Q = eye(n)", spec).verdict == "proved"
    assert check_equation("Q @ Q.T = eye(n)", spec).verdict == "proved"
    assert check_equation("norm(Q @ x)^2 = norm(x)^2", spec).verdict == "proved"
    assert check_equation("Q = Q.T", spec).verdict == "refuted"
    two = read_spec(ORTHOGONAL.replace("n n", "2 2").replace("x: n", "x: 2"))
    assert check_equation("Q[1,1]*Q[2,2] - Q[1,2]*Q[2,1] = 1", two).verdict != "proved"


FACTS = "tensors: {z: n, y: {axes: n, given: %s}}\nlayers: {p: softmax(z)}\nloss: {L: 'cross_entropy(p, y)'}"


@pytest.mark.parametrize("fact", ["one_hot", "simplex", "sums_to_one"])
def test_the_weakest_fact_is_named(fact: str) -> None:
    result = check_equation("dL/dz = p - y", read_spec(FACTS % fact))
    assert (result.verdict, result.facts) == ("proved", ("Σ y = 1",))


@pytest.mark.parametrize("fact", ["positive", "binary"])
def test_without_the_fact_the_claim_is_refuted_with_it(fact: str) -> None:
    result = check_equation("dL/dz = p - y", read_spec(FACTS % fact))
    assert result.verdict == "refuted"
    assert result.diagnosis is not None
    assert result.diagnosis.code == "DC219"
    assert "Σ y = 1" in result.diagnosis.message


LAYER_NORM = """
tensors: {z: n, g: n, eps: {axes: scalar, given: positive}}
layers:
  mu: mean(z)
  s: sqrt(mean((z - mu)^2) + eps)
  xhat: (z - mu) / s
loss: {L: sum(g * xhat)}
"""


def test_layer_norm_backward() -> None:
    spec = read_spec(LAYER_NORM)
    right = "dL/dz = (g - mean(g) - xhat * mean(g * xhat)) / s"
    assert check_equation(right, spec).verdict == "proved"
    for wrong in ("dL/dz = (g - mean(g)) / s", "dL/dz = (g - mean(g) - xhat * mean(g * z)) / s"):
        assert check_equation(wrong, spec).verdict == "refuted"


def test_a_claim_may_bring_its_own_facts_and_names() -> None:
    from derivcheck.pipeline.verification import verify_text

    text = (
        FACTS.replace(", y: {axes: n, given: %s}", ", y: n")
        + """
claims:
  without: {claim: dL/dz = p - y, expect: refuted, code: DC219}
  given: {claim: dL/dz = p - y, given: 'sums_to_one: y'}
  named: {claim: dL/dz = d, let: {d: p * sum(y) - y}}
  wrong code: {claim: dL/dz = p - y, expect: refuted, code: DC201}
"""
    )
    result = verify_text(text)
    assert [(c.id, c.holds) for c in result.claims] == [
        ("without", True),
        ("given", True),
        ("named", True),
        ("wrong code", False),
    ]


def test_layer_norm_at_size_one_is_undefined_and_no_proof() -> None:
    z = tensor("z", (AXIS,))
    size = constant(N.expression())
    centred = add(z, multiply(constant(-1), divide(sum_over(z, [AXIS]), size)))
    spread = entry(sympy.sqrt(placeholder(0)), divide(sum_over(multiply(centred, centred), [AXIS]), size))
    normalised = divide(centred, spread)
    alone = exact.identical(normalised, constant(0), sizes=[{"n": 1}])
    assert alone.equal is None
    assert "undefined" in alone.reason
    assert exact.identical(normalised, constant(0), sizes=[{"n": 3}]).equal is False


def test_a_target_of_an_opaque_loss_has_a_gradient_of_its_own() -> None:
    """Its adjoint is the loss's unknown derivative itself: there is nothing behind it to be named."""
    text = "tensors: {W: n m, x: m, t: n}\nlayers: {z: W @ x}\nloss: {E: 'opaque(z, t)'}\n"
    report = verify_text(text)
    assert report.error is None
    assert [(g.wrt, g.forms.index, g.verdict) for g in report.gradients][-1] == ("t", "dE/dt[i]", "proved")


MATRICES = "tensors: {A: n n, B: n n, x: n, S: {axes: n n, given: symmetric}}\n"


@pytest.mark.parametrize(
    ("equation", "verdict"),
    [
        ("d(log(det(A)))/dA = inv(A).T", "proved"),
        ("d(log(det(A)))/dA = inv(A)", "refuted"),
        ("d(x.T @ inv(A) @ x)/dx = 2 * inv(A) @ x", "refuted"),
        ("d(x.T @ inv(S) @ x)/dx = 2 * inv(S) @ x", "proved"),
        ("inv(A) @ inv(B) = inv(B) @ inv(A)", "refuted"),
        ("inv(A.T) = inv(A).T", "proved"),
        ("inv(A.T) = inv(A)", "refuted"),
        ("det(2 * A) = 2 * det(A)", "refuted"),
        ("det(A.T) = det(A)", "proved"),
        ("A @ inv(A) = eye(n)", "proved"),
        ("inv(A) @ B = B @ inv(A)", "refuted"),
    ],
)
def test_inverse_and_determinant(equation: str, verdict: str) -> None:
    claim = verify_text(f"{MATRICES}claims: {{a: '{equation}'}}\n").claims[0]
    assert claim.verdict == verdict, claim


def test_an_inverse_needs_no_name_of_its_own() -> None:
    loss = "loss: {L: 'log(det(A)) + x.T @ inv(A) @ x'}\n"
    unnamed = verify_text("tensors: {A: n n, x: n}\n" + loss)
    assert [g.verdict for g in unnamed.gradients] == ["proved", "proved"]
    assert unnamed.gradients[1].forms.matrix_unicode == "(A⁻¹ + (A⁻¹)ᵀ) x"
    named = verify_text("tensors: {A: n n, x: n}\nlayers: {C: inv(A), D: det(A)}\nloss: {L: 'log(D) + x.T @ C @ x'}\n")
    assert [g.verdict for g in named.gradients] == ["proved", "proved"]


def test_a_regression_without_a_layer_of_its_own_reads_as_in_textbooks() -> None:
    logistic = "tensors: {X: M d, w: d, b: scalar, y: M}\nlayers: {p: sigmoid(X @ w + b)}\nloss: {L: 'binary_cross_entropy(p, y)/M'}\n"
    forms = {gradient.wrt: gradient.forms.matrix for gradient in verify_text(logistic).gradients}
    assert forms["X"] == "((p - y) @ w.T)/M" and forms["w"] == "(X.T @ (p - y))/M"
    plain = "tensors: {z: d, y: d}\nlayers: {p: sigmoid(z)}\nloss: {L: 'binary_cross_entropy(p, y)'}\n"
    assert {g.wrt: g.forms.matrix for g in verify_text(plain).gradients} == {"z": "p - y", "y": "-z"}


# --- a matrix beside its inverse --------------------------------------------------------------------

BESIDE_ITS_INVERSE = """
tensors:
  A: n n
  B: n n
  C: n m
  T: k n n
  x: n
  y: n
  S: {axes: n n, given: symmetric}
  R: {axes: n n, given: symmetric}
functions: {"g(a, b, c)": opaque}
layers: {K: inv(A), z: K @ x}
"""
WITH_AN_INVERSE = [
    ("inv(A) @ A = eye(n)", "proved"),
    ("A @ inv(A) = eye(n)", "proved"),
    ("inv(A) @ A @ x = x", "proved"),
    ("A @ inv(A) @ B = B", "proved"),
    ("sum_k(inv(A)[i,k] * A[k,j]) = delta(i,j)", "proved"),
    ("sum_k(A[i,k] * inv(A)[k,j]) = delta(i,j)", "proved"),
    ("inv(S) @ S = eye(n)", "proved"),
    ("S @ inv(S) @ C = C", "proved"),
    ("inv(A.T) @ A.T = eye(n)", "proved"),
    ("A.T @ inv(A).T = eye(n)", "proved"),
    ("trace(inv(A) @ A) = n", "proved"),
    ("trace(A @ inv(A)) = n", "proved"),
    ("inv(2*A) @ A = eye(n)/2", "proved"),
    ("inv(A) @ A @ inv(A) = inv(A)", "proved"),
    ("B @ inv(A) @ A @ inv(B) = eye(n)", "proved"),
    ("K @ A = eye(n)", "proved"),
    ("A @ z = x", "proved"),
    ("sum_{i,k}(inv(A)[i,k] * A[k,i]) = n", "proved"),
    ("x.T @ inv(S) @ S @ x = sum(x^2)", "proved"),
    ("inv(-A) @ A = -eye(n)", "proved"),
    ("S.T @ inv(S) = eye(n)", "proved"),
    ("sum_{k,l}(inv(A)[i,k]*A[k,l]*x[l]) = x[i]", "proved"),
    ("sum_k(inv(A)[1,k] * A[k,1]) = 1", "proved"),
    ("sum_k(inv(A)[1,k] * A[k,2]) = 0", "proved"),
    ("inv(A @ B) @ A @ B = eye(n)", "proved"),
    ("inv(A + B) @ (A + B) = eye(n)", "proved"),
    ("inv(A) @ A.T = eye(n)", "refuted"),
    ("inv(A).T @ A = eye(n)", "refuted"),
    ("inv(A) @ B @ A = B", "refuted"),
    ("inv(A) * A = eye(n)", "refuted"),
    ("sum_k(inv(A)[i,k] * A[j,k]) = delta(i,j)", "refuted"),
    ("sum_k(inv(A)[k,i] * A[k,j]) = delta(i,j)", "refuted"),
    ("trace(inv(A) @ A.T) = n", "refuted"),
    ("inv(A) @ B = eye(n)", "refuted"),
    ("inv(A) @ A @ x = 2*x", "refuted"),
    ("inv(2*A) @ A = eye(n)", "refuted"),
    ("inv(S) @ R = eye(n)", "refuted"),
    ("sum_k(inv(A)[i,k] * A[k,j] * x[k]) = x[i]*delta(i,j)", "refuted"),
    ("sum_{i,k}(inv(A)[i,k] * A[i,k]) = n", "refuted"),
    ("inv(A)^2 @ A = eye(n)", "refuted"),
    ("inv(A) @ A^2 = eye(n)", "refuted"),
    ("inv(A) @ A * B = B", "refuted"),
    ("sum_k(inv(A)[k,k] * A[k,j]) = 1", "refuted"),
    ("A.T @ inv(A) = eye(n)", "refuted"),
    ("inv(A.T) @ A = eye(n)", "refuted"),
    ("inv(A) @ A @ A = eye(n)", "refuted"),
    ("sum_k(inv(A)[1,k] * A[k,2]) = 1", "refuted"),
    ("sum_k(inv(A)[i,k] * A[k,j] * x[k]) = sum_k(A[i,k] * inv(A)[k,j] * x[k])", "refuted"),
    ("inv(T[1,:,:]) @ T[1,:,:] = eye(n)", "checked"),
    ("inv(T[1,:,:]) @ T[2,:,:] = eye(n)", "refuted"),
    ("inv(x @ x.T + eye(n)) @ (x @ x.T) + inv(x @ x.T + eye(n)) = eye(n)", "proved"),
    ("inv(ones(n, n) + eye(n)) @ ones(n, n) + inv(ones(n, n) + eye(n)) = eye(n)", "checked"),
    ("inv(A^2) @ A = eye(n)", "refuted"),
    ("inv(A * B) @ A = eye(n)", "refuted"),
    ("inv(A + B) @ A = eye(n)", "refuted"),
    ("sum_k(g(A[i,k], x[i], y[k]) * A[k,j]) = delta(i,j)", "refuted"),
]


@pytest.mark.parametrize(("claim", "verdict"), WITH_AN_INVERSE)
def test_a_matrix_beside_its_inverse(claim: str, verdict: str) -> None:
    (found,) = verify_text(f'{BESIDE_ITS_INVERSE}claims: {{a: "{claim}"}}\n').claims
    assert found.verdict == verdict, found
