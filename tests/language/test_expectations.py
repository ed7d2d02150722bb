"""Expectations over finitely many values, and of polynomials over normal entries."""

from __future__ import annotations

import pytest

from derivcheck.pipeline.verification import check_equation, verify_text
from derivcheck.spec import read_spec

SPEC = read_spec("""
tensors: {th: n, R: n, b: scalar, mu: k, s: {axes: k, given: positive}, eps: k, xi: scalar, B: k k, x: k,
  Q: {axes: S n, given: {simplex: n}}, r: S n, w: {axes: S, given: simplex}, v: n}
given: [a ~ p, eps ~ normal]
layers: {p: softmax(th), J: "E_{a ~ p}(R[a])", z: mu + s*eps, V: "E_{eps ~ normal}(sum(z**2))"}
loss: {L: -J}
""")

# What is true, and the same with a mistake in it.
EQUATIONS = [
    ("J = p.T @ R", "J = sum(R)"),
    ("E_a(1) = 1", "E_a(1) = n"),
    ("E_{a}(R[a] + b) = J + b", "E_{a}(R[a] + b) = J"),
    ("E_a[R[a]] = J", "E_a[R[a]**2] = J**2"),
    ("dJ/dth[k] = E_a(R[a] * d(log(p[a]))/dth[k])", "dJ/dth[k] = E_a(d(log(p[a]))/dth[k])"),
    ("E_a(d(log(p[a]))/dth[k]) = 0", "E_a(d(p[a])/dth[k]) = 0"),
    ("dJ/dth[k] = E_a((R[a] - b) * d(log(p[a]))/dth[k])", "dJ/dth[k] = E_a(R[a] * b * d(log(p[a]))/dth[k])"),
    ("dJ/dth = p * (R - J)", "dJ/dth = p * R"),
    (
        "E_{i ~ w, a ~ Q[i,:]}(r[i,a]) = sum(w * sum(Q * r, n))",
        "E_{i ~ w, a ~ Q[i,:]}(r[i,a]) = sum(sum(Q * r, n))",
    ),
    ("E_{i ~ w}(E_{a ~ Q[i,:]}(v[a])) = w.T @ Q @ v", "E_{i ~ w}(E_{a ~ Q[i,:]}(v[a])) = sum(Q @ v)"),
    ("E_eps(1) = 1", "E_eps(1) = k"),
    ("E_eps(eps[i]) = 0", "E_eps(eps[i] + 1) = 0"),
    ("E_eps(eps[i]*eps[j]) = delta(i,j)", "E_eps(eps[i]*eps[j]) = 1"),
    ("E_eps(eps[i]*eps[j]*eps[m]) = 0", "E_eps(eps[i]*eps[j]*eps[m]*eps[m]) = 0"),
    ("E_eps(eps[i]**4) = 3", "E_eps(eps[i]**4) = 1"),
    ("E_eps(eps[i]**2 * eps[j]**2) = 1 + 2*delta(i,j)", "E_eps(eps[i]**2 * eps[j]**2) = 1"),
    ("E_eps(eps[i]**6) = 15", "E_eps(eps[i]**6) = 3"),
    ("E_eps(eps[i]**8) = 105", "E_eps(eps[i]**8) = 15"),
    ("E_eps(eps @ eps.T) = eye(k)", "E_eps(eps @ eps.T) = ones(k, k)"),
    ("E_{xi ~ normal}((b + 2*xi)**2) = b**2 + 4", "E_{xi ~ normal}((b + 2*xi)**2) = b**2 + 2"),
    (
        "E_eps((mu + eps).T @ B @ (mu + eps)) = mu.T @ B @ mu + trace(B)",
        "E_eps((mu + eps).T @ B @ (mu + eps)) = mu.T @ B @ mu",
    ),
    ("E_eps(sum(eps**2)**2) = k**2 + 2*k", "E_eps(sum(eps**2)**2) = k**2"),
    ("V = sum(mu**2) + sum(s**2)", "V = sum(mu**2) + sum(s)"),
    ("dV/ds = 2 * s", "dV/ds = 2 * mu"),
    ("dV/dmu[j] = E_eps(sum(z**2) * eps[j] / s[j])", "dV/dmu[j] = E_eps(sum(z**2) * eps[j])"),
    ("dV/dmu = E_eps(2*z)", "dV/dmu = E_eps(2*eps)"),
    ("d(V)/deps[i] = 0", "d(V)/deps[i] = 2*mu[i]"),
    ("normal_mean(x * eps**2, eps) = x", "normal_mean(x * eps**2, eps) = 3*x"),
    ("E_{x ~ normal}(E_eps((x.T @ eps)**2)) = k", "E_{x ~ normal}(E_eps((x.T @ eps)**2)) = 1"),
]


@pytest.mark.parametrize(("true", "false"), EQUATIONS)
def test_what_is_true_is_proved_and_a_mistake_in_it_refuted(true: str, false: str) -> None:
    assert check_equation(true, SPEC).verdict == "proved"
    assert check_equation(false, SPEC).verdict == "refuted"


def test_moments_of_four_entries_are_the_sum_over_pairs_of_pairs() -> None:
    pairs = "delta(i,j)*delta(l,m) + delta(i,l)*delta(j,m) + delta(i,m)*delta(j,l)"
    assert check_equation(f"E_eps(eps[i] * eps[j] * eps[l] * eps[m]) = {pairs}", SPEC).verdict == "proved"


REFUSED = [
    "E_{a ~ uniform}(R[a]) = 1",
    "E_c(R[c]) = 1",
    "E_eps(exp(eps[i])) = 1",
    "E_eps(relu(eps[i])) = 0",
    "E_eps(1/(1 + eps[i]**2)) = 1",
    "E_eps(prod(eps)) = 0",
    "E_eps(max(eps)) = 0",
    "E_eps(eps[i]**10) = 945",
    "E_eps(sum(stop_gradient(eps) * eps)) = k",
    "E_{z ~ normal}(sum(z)) = 0",
]


@pytest.mark.parametrize("equation", REFUSED)
def test_an_expectation_that_is_not_known_is_refused_by_name(equation: str) -> None:
    """The Laplacian of a kink is zero where it is derived: what is no polynomial has no such mean."""
    found = check_equation(equation, SPEC)
    assert found.verdict == "invalid" and found.diagnosis is not None and found.diagnosis.code == "DC127"


def test_a_quantity_may_be_called_so() -> None:
    spec = read_spec("tensors: {E_a: n, x: n}\nloss: {L: sum(x)}")
    assert check_equation("E_a[1] = E_a[1]", spec).verdict == "proved"


GIVEN = [
    ("p: {axes: n, given: simplex}, R: n", "a ~ p", ""),
    ("p: n, R: n", "a ~ p", "DC128"),
    ("p: {axes: n, given: positive}, R: n", "a ~ p", "DC128"),
    ("p: n, R: n", "a ~ softmax(p)", ""),
    ("p: n, R: n", "a ~ sigmoid(p)", "DC128"),
    ("p: n, R: n", "R ~ normal", ""),
    ("p: n, R: {axes: n, given: positive}", "R ~ normal", "DC128"),
    ("p: n, R: n", "q ~ normal", "DC128"),
    ("p: n, R: n", "a ~ poisson", "DC127"),
]


@pytest.mark.parametrize(("tensors", "given", "code"), GIVEN)
def test_what_is_drawn_has_a_distribution(tensors: str, given: str, code: str) -> None:
    error = verify_text(f"tensors: {{{tensors}}}\ngiven: {given}\nclaims: {{a: R = R}}\n").error
    assert (error.code if error else "") == code


def test_a_claim_may_say_what_is_drawn() -> None:
    text = "tensors: {R: n, q: {axes: n, given: simplex}}\nclaims:\n  a: {claim: E_i(R[i]) = q.T @ R, given: i ~ q}\n"
    assert verify_text(text).claims[0].verdict == "proved"
