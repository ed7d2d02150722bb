"""Derivatives where several entries are the largest: on whole regions, at single points, and where there is none."""

from __future__ import annotations

import pytest

from derivcheck.pipeline.verification import verify_text

SPEC = """
tensors:
  x: n
  u: n
  s: scalar
  t: scalar
  W: m n
  b: m
  A: n m
  S: {axes: n n, given: symmetric}
  y: {axes: n, given: one_hot}
layers: {z: W @ x + b, h: relu(z), g: sigmoid(z), p: softmax(z)}
numeric: {seed: %d}
claims:
"""

# (equation, verdict)
CLAIMS = [
    # Ties on an open set: the derivative is that of the function.
    ("d(max_k(relu(x[k]) + s))/ds = 1", "proved"),
    ("d(max_k(relu(x[k]) + s))/ds = sum_k(1 if relu(x[k]) == max(relu(x)) else 0)", "refuted"),
    ("d(min_k(s - relu(x[k])))/ds = 1", "proved"),
    ("d(max_k(t * 2 + relu(x[k])))/dt = 2", "proved"),
    ("d(max_k(max(x[k], s)))/ds = relu'(s - max(x))", "checked"),
    ("d(max_k(max(x[k], s)))/ds = sum_k(relu'(s - x[k]))", "refuted"),
    ("d(min_k(max(x[k], s)))/ds = (1 if min(x) < s else 0)", "checked"),
    ("d(max(relu(x)))/dx[i] = (1 if x[i] == max(x) else 0) * relu'(x[i])", "checked"),
    ("d(max(relu(x)))/dx[i] = (1 if relu(x[i]) == max(relu(x)) else 0)", "refuted"),
    ("d(max(s, s))/ds = 1", "proved"),
    ("d(max(relu(s), 0))/ds = relu'(s)", "proved"),
    ("d(max(relu(s), relu(-s)))/ds = sign(s)", "proved"),
    ("d(max(relu(s), relu(-s)))/ds = 1", "refuted"),
    ("d(max(relu(s), relu(s) + relu(t)))/dt = relu'(t)", "proved"),
    ("d(abs(relu(s)))/ds = relu'(s)", "proved"),
    ("d(abs(relu(s)))/ds = 1", "refuted"),
    ("d(min(max(relu(s), 0), 6))/ds = (1 if 0 < s and s < 6 else 0)", "checked"),
    ("d(max_i(A[i,1] + relu(s)))/dt = 0", "proved"),
    # One entry alone: the textbook's indicator.
    ("d(max(x))/dx[i] = (1 if x[i] == max(x) else 0)", "proved"),
    ("d(max(x))/dx[i] = 1", "refuted"),
    ("d(min(x))/dx[i] = (1 if x[i] == min(x) else 0)", "proved"),
    ("d(max(z))/dz[i] = (1 if z[i] == max(z) else 0)", "proved"),
    ("d(max(g))/dz[i] = (1 if g[i] == max(g) else 0) * sigmoid'(z[i])", "proved"),
    ("d(max(p))/dp[i] = (1 if p[i] == max(p) else 0)", "proved"),
    ("d(max(A))/dA[i,j] = (1 if A[i,j] == max(A) else 0)", "proved"),
    ("d(max_j(A[i,j]))/dA[k,l] = (1 if A[i,l] == max_j(A[i,j]) else 0) * delta(i,k)", "proved"),
    ("d(max(x*s))/ds = sum(x * (1 if x*s == max(x*s) else 0))", "proved"),
    ("d(max(abs(x)))/dx[i] = sign(x[i]) * (1 if abs(x[i]) == max(abs(x)) else 0)", "proved"),
    ("d2(max(x)^2)/dx[i]dx[j] = 2*(1 if x[i] == max(x) else 0)*(1 if x[j] == max(x) else 0)", "proved"),
    ("sum_i(1 if x[i] == max(x) else 0) = 1", "proved"),
    ("sum_i(1 if relu(x[i]) == max(relu(x)) else 0) = 1", "refuted"),
    ("sum_i((1 if x[i] == max(x) else 0) * u[i]) = sum(u)", "refuted"),
    ("sum_i((1 if x[i] == max(x) else 0) * u[i]) = sum_i((1 if u[i] == max(u) else 0) * u[i])", "refuted"),
    ("sum_i((1 if x[i] == max(x) else 0) * x[i]) = max(x)", "proved"),
    ("sum_i((1 if x[i] == max(x) else 0) * (1 if u[i] == max(u) else 0)) = 1", "refuted"),
    ("d(max(exp(t)*x))/dt = exp(t)*max(x)", "proved"),
    ("sum_i(1 if x[i] * u[i] == max(x * u) else 0) = 1", "proved"),
    ("sum_i(sum_j(1 if S[i,j] == max(S) else 0)) = 1", "refuted"),
    ("sum_i(1 if y[i] == min(y) else 0) = 1", "refuted"),
    ("sum_i(1 if sin(x[i]) == max(sin(x)) else 0) = 1", "proved"),
    ("sum_i(1 if x[i]^2 == max(x^2) else 0) = 1", "proved"),
    ("sum_i(sum_j(1 if x[i] + u[j] == max_{i}(max_j(x[i] + u[j])) else 0)) = 1", "checked"),
    # Where the smallest entries meet at every point, there is no derivative to speak of.
    ("d(min(y))/dy[i] = (1 if y[i] == min(y) else 0)", "undecided"),
    # Where they meet on a region alone, the rest decides.
    ("d(max(h))/dh[i] = (1 if h[i] == max(h) else 0)", "checked"),
    ("d(max(h))/dh[i] = 2 * (1 if h[i] == max(h) else 0)", "refuted"),
    # What is the same at every place stands outside.
    ("max(2*x + s) = 2*max(x) + s", "proved"),
    ("max(-2*x) = -2*min(x)", "proved"),
    ("max(s*x) = s*max(x)", "refuted"),
    ("min(3*x - s) = 3*min(x) - s", "proved"),
    ("max(exp(s)*x) = exp(s)*max(x)", "proved"),
]


def test_the_derivative_at_a_tie_is_that_of_the_function() -> None:
    text = SPEC % 3 + "".join(
        f"  c{k}: '{equation.replace(chr(39), chr(39) * 2)}'\n" for k, (equation, _) in enumerate(CLAIMS)
    )
    found = verify_text(text)
    assert not found.contradiction, found.error
    wrong = [(e, c.verdict, c.message) for c, (e, v) in zip(found.claims, CLAIMS, strict=True) if c.verdict != v]
    assert not wrong


def test_two_entries_of_a_symmetric_matrix_are_the_largest_but_on_its_diagonal() -> None:
    (claim,) = verify_text(SPEC % 0 + "  a: 'd(max(S))/dS[i,j] = (1 if S[i,j] == max(S) else 0)'\n").claims
    assert claim.verdict in ("checked", "undecided"), claim


@pytest.mark.parametrize("seed", range(4))
def test_the_gradient_at_a_tie_is_that_of_the_function(seed: int) -> None:
    """The weights of the largest entries of `relu(x) + s` sum to one; where one is alone they are not shown."""
    found = verify_text(
        "tensors: {x: n, s: scalar}\nlayers: {h: relu(x), m: max(h + s)}\nloss: {L: m^2}\n"
        f"claims: {{a: dL/ds = 2*m}}\nnumeric: {{seed: {seed}}}\n"
    )
    assert found.exit_code == 0, found
    gradients = {gradient.wrt: gradient for gradient in found.gradients}
    assert gradients["s"].forms.index == "2 * m"
    assert gradients["x"].verdict == "proved"
    plain = verify_text("tensors: {x: n}\nlayers: {m: max(x)}\nloss: {L: m^2}\n").gradients[0]
    assert plain.verdict == "proved" and "sum" not in plain.forms.index


# Equations that hold at all sizes but the smallest, or but the largest of the usual ones.
CORNERS = [
    ("prod(y) = 0", {"n": 1}),
    ("min(y) = 0", {"n": 1}),
    ("abs(n - 2) = n - 2", {"n": 1}),
    ("max_i(max_j(delta(i,j)*A[i,1]^2 - A[i,1]^2)) = 0", None),
    ("(1 if n > 8 else 0) = 0", {"n": 12}),
    ("(1 if n == 1 and m == 1 else 0) = 0", {"n": 1, "m": 1}),
    ("(1 if m == 1 else 0) * max(z) = 0", {"m": 1}),
    ("(1 if n < 2 else 0) * relu(s) = 0", {"n": 1}),
]


@pytest.mark.parametrize(("equation", "sizes"), CORNERS)
def test_what_is_false_at_a_corner_is_refuted_there(equation: str, sizes: dict[str, int] | None) -> None:
    (claim,) = verify_text(SPEC % 0 + f"  a: '{equation}'\n").claims
    if sizes is None:
        assert claim.verdict in ("checked", "proved")
        return
    assert claim.verdict == "refuted", claim
    assert claim.witness is not None
    assert dict(claim.witness.sizes).items() >= sizes.items()


def test_what_has_a_value_at_a_corner_only_is_not_decided_there() -> None:
    (claim,) = verify_text(SPEC % 0 + "  a: 'inv(x @ x.T) = eye(n)'\n").claims
    assert claim.verdict == "undecided"
