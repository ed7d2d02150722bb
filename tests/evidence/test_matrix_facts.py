"""Facts about whole matrices, and determinants and inverses of products: proofs, the field and numbers agree."""

from __future__ import annotations

import itertools

import pytest

from derivcheck.pipeline.verification import check_equation, verify_text
from derivcheck.spec import read_spec
from derivcheck.spec.facts.table import KINDS

SPEC = read_spec(
    "tensors: {L: {axes: n n, given: lower_triangular}, U: {axes: n n, given: upper_triangular}, x: n, A: n n, B: n n,"
    " D: {axes: n n, given: diagonal}, S: {axes: n n, given: positive_definite}, P: {axes: n n, given: idempotent},"
    " e: {axes: n, given: sums_to_zero}, X: n m, E: {axes: n m, given: {sums_to_zero: m}},"
    " V: {axes: a b, given: orthonormal_columns}, R: {axes: c d, given: orthonormal_rows}, y: a, z: d}\n"
    "loss: {l: sum(x)}"
)

# What is true, and the same with a mistake in it.
EQUATIONS = [
    ("L[1,2] = 0", "L[2,1] = 0"),
    ("U[2,1] = 0", "U[1,2] = 0"),
    ("U.T[1,2] = 0", "U.T[2,1] = 0"),
    ("(L[i,j] if i < j else 0) = 0", "(L[i,j] if i > j else 0) = 0"),
    ("sum_{i < j}(L[i,j]) = 0", "sum_{i > j}(L[i,j]) = 0"),
    ("det(L) = prod(diag(L))", "det(L) = sum(diag(L))"),
    ("det(L.T) = prod(diag(L))", "det(L.T) = prod(L)"),
    ("det(L @ U) = prod(diag(L)) * prod(diag(U))", "det(L @ U) = prod(diag(L))"),
    ("d(logdet(L @ L.T))/dL = 2*inv(L).T", "d(logdet(L @ L.T))/dL = inv(L).T"),
    ("d(sum(L))/dL[i,j] = 1", "d(sum(L))/dL[i,j] = 1 if i >= j else 0"),
    ("inv(L @ L.T) = inv(L).T @ inv(L)", "inv(L @ L.T) = inv(L) @ inv(L).T"),
    ("D @ x = diag(D) * x", "D @ x = diag(D)"),
    ("D.T = D", "D.T = 2*D"),
    ("D @ L @ D = L * outer(diag(D), diag(D))", "D @ L @ D = L * outer(diag(D), x)"),
    ("trace(D @ A) = sum(diag(D) * diag(A))", "trace(D @ A) = sum(D) * trace(A)"),
    ("det(D) = prod(diag(D))", "det(D) = prod(D)"),
    ("det(diag(x)) = prod(x)", "det(diag(x)) = sum(x)"),
    ("det(2*eye(n)) = 2**n", "det(2*eye(n)) = 2"),
    ("det(A @ B) = det(A) * det(B)", "det(A + B) = det(A) + det(B)"),
    ("det(A @ B.T @ A) = det(A)**2 * det(B)", "det(A @ B.T @ A) = det(A) * det(B)"),
    ("inv(A @ B) = inv(B) @ inv(A)", "inv(A @ B) = inv(A) @ inv(B)"),
    ("inv(A.T @ B) = inv(B) @ inv(A).T", "inv(A.T @ B) = inv(B) @ inv(A)"),
    ("S = S.T", "S = S @ S"),
    ("d(x.T @ S @ x)/dx = 2 * S @ x", "d(x.T @ A @ x)/dx = 2 * A @ x"),
    ("P @ P = P", "P.T @ P = P"),
    ("P @ P @ P @ x = P @ x", "P @ x = x"),
    ("(eye(n) - P) @ (eye(n) - P) = eye(n) - P", "(eye(n) - P) @ P = P"),
    ("(eye(n) - 2*P) @ (eye(n) - 2*P) = eye(n)", "(eye(n) - P) @ (eye(n) - P) = eye(n)"),
    ("V.T @ V = eye(b)", "V @ V.T = eye(a)"),
    ("V @ V.T @ V @ V.T @ y = V @ V.T @ y", "V @ V.T @ y = y"),
    (
        "sum((y - V @ V.T @ y)**2) = sum(y**2) - sum((V.T @ y)**2)",
        "sum((y - V @ V.T @ y)**2) = sum(y**2) - sum(V.T @ y)",
    ),
    ("R @ R.T = eye(c)", "R.T @ R = eye(d)"),
    ("norm(R.T @ R @ z)**2 = z.T @ R.T @ R @ z", "norm(R.T @ R @ z)**2 = z.T @ z"),
    ("sum(e * (x + 2)) = sum(e * x)", "sum(e * x) = 0"),
    ("sum(E, m) = zeros(n)", "sum(E, n) = zeros(m)"),
    ("sum(E * (X + x), m) = sum(E * X, m)", "sum(E * (X + x), n) = sum(E * X, n)"),
]


@pytest.mark.parametrize(("true", "false"), EQUATIONS)
def test_what_is_true_is_proved_and_a_mistake_in_it_refuted(true: str, false: str) -> None:
    assert check_equation(true, SPEC).verdict == "proved"
    assert check_equation(false, SPEC).verdict == "refuted"


UNDEFINED = ["(1/L[i,j] if i < j else 0) = 0", "sum_{i < j}(log(L[i,j])) = 0", "1/D[1,2] = 0"]


@pytest.mark.parametrize("equation", UNDEFINED)
def test_what_has_no_value_outside_of_a_support_is_not_proved(equation: str) -> None:
    assert check_equation(equation, SPEC).verdict == "undecided"


def test_not_square_factors_are_no_factors() -> None:
    """det(X Xᵀ) is not det X · det Xᵀ: there is no det X."""
    assert check_equation("det(X @ X.T) = det(X.T @ X)", SPEC).verdict == "refuted"
    assert check_equation("X.T @ inv(X @ X.T) @ X = eye(m)", SPEC).verdict == "refuted"


MATRIX_FACTS = [kind.name for kind in KINDS if kind.needs != "a vector" and not kind.along_an_axis]


@pytest.mark.parametrize("pair", list(itertools.combinations(MATRIX_FACTS, 2)), ids=" ".join)
def test_no_pair_makes_a_contradiction(pair: tuple[str, str]) -> None:
    result = verify_text(f"""
tensors: {{Y: {{axes: n n, given: [{", ".join(pair)}]}}, x: n}}
claims: {{a: "Y = Y.T", b: "Y @ Y = Y", c: "(Y[i,j] if i < j else 0) = 0", d: "det(Y) = prod(diag(Y))",
  e: "Y @ Y.T = eye(n)", f: "Y[1,2]^2 = Y[1,2]", g: "abs(x.T @ Y @ x) = x.T @ Y @ x", h: "sum(Y) = trace(Y)"}}
""")
    assert result.exit_code in (0, 1, 2)
    assert result.error is None or result.error.code == "DC043"
