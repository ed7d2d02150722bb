"""`X^2` of a square matrix is entrywise in plain text: the report names the other reading and its verdict."""

from __future__ import annotations

import pytest

from derivcheck.language.notation.parser import parse_expression
from derivcheck.language.notation.powers import matrix_power
from derivcheck.language.notation.printer import to_plain
from derivcheck.pipeline.verification import check_equation
from derivcheck.spec import read_spec

SPEC = "tensors: {X: n n, B: n n, W: m n, x: n, t: scalar}\nlayers: {q: X @ B}\nloss: {L: trace(X @ B)}"
BOTH = [
    ("d(trace(X^2))/dX = 2*X.T", "refuted", "d(trace(X @ X))/dX = 2 * X.T", "proved"),
    ("X^2 = X * X", "proved", "X @ X = X * X", "refuted"),
    ("d(X^2)/dt = 0", "proved", "d(X @ X)/dt = 0", "proved"),
    ("X^3 @ x = X @ X @ X @ x", "refuted", "X @ X @ X @ x = X @ X @ X @ x", "proved"),
    ("X^-1 @ X = eye(n)", "refuted", "inv(X) @ X = eye(n)", "proved"),
    ("(X + B)^2 = X^2 + 2*X*B + B^2", "proved", "(X + B) @ (X + B) = X @ X + 2 * X * B + B @ B", "refuted"),
]


@pytest.mark.parametrize(("claim", "verdict", "other", "of_other"), BOTH)
def test_a_power_of_a_square_matrix_carries_its_other_reading(
    claim: str, verdict: str, other: str, of_other: str
) -> None:
    found = check_equation(claim, read_spec(SPEC))
    assert found.verdict == verdict
    assert found.note == f"powers entry by entry; with products of matrices, `{other}` is {of_other}"
    assert check_equation(other, read_spec(SPEC)).verdict == of_other


@pytest.mark.parametrize(
    "claim",
    [
        "W^2 = W*W",
        "x^2 = x*x",
        "t^2 = t*t",
        "X[i,j]^2 = X[i,j]*X[i,j]",
        "sum_{i,j}(X[i,j]^2) = sum(X*X)",
        "exp(X)*X = X*exp(X)",
        "X @ X = X @ X",
        "norm(X)^2 = sum(X*X)",
    ],
)
def test_other_powers_have_one_reading(claim: str) -> None:
    found = check_equation(claim, read_spec(SPEC))
    assert (found.verdict, found.note) == ("proved", "")


@pytest.mark.parametrize(
    ("base", "exponent", "product"),
    [
        ("X", "2", "X @ X"),
        ("X", "-1", "inv(X)"),
        ("X", "-2", "inv(X) @ inv(X)"),
        ("X + B", "2", "(X + B) @ (X + B)"),
        ("X", "1", None),
        ("X", "t", None),
        ("X", "1/2", None),
        ("X", "400", None),
        ("X", "0", None),
    ],
)
def test_powers_of_matrices_are_written_out(base: str, exponent: str, product: str | None) -> None:
    made = matrix_power(parse_expression(base), parse_expression(exponent))
    assert (made if made is None else to_plain(made)) == product
