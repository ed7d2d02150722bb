"""Einstein's convention, where a spec says so: what a term repeats is summed over."""

from __future__ import annotations

from functools import cache

import pytest

from derivcheck.diagnostics.verdicts import ClaimResult
from derivcheck.evidence import exact
from derivcheck.evidence.canonical.form import Canonical
from derivcheck.evidence.numeric.sides import compare_sides
from derivcheck.language.claims import pairs
from derivcheck.language.lowering.einstein import summed
from derivcheck.language.network import build
from derivcheck.language.notation.parser import parse_equation
from derivcheck.pipeline.verification import check_equation, verify_text
from derivcheck.spec import Spec, read_spec

SPEC = """
sums: einstein
tensors: {x: n, y: n, W: m n, b: m, t: m, A: n n, B: n n}
layers:
  z[i]: W[i,j]*x[j] + b[i]
  a: tanh(z)
  q: x[i]*A[i,j]*x[j]
  p: softmax(z)
loss: {L: "(a[i] - t[i])*(a[i] - t[i])"}
let: {g: "dL/da[i]*a[i]", h[i]: "W[i,j]*y[j]"}
"""
ROWS = [
    # (equation, its sums written, whether it is true)
    ("z[i] = W[i,j]*x[j] + b[i]", "z[i] = sum_j(W[i,j] * x[j]) + b[i]", True),
    ("z[i] = x[j]*W[i,j] - b[i]", "z[i] = sum_j(x[j] * W[i,j]) - b[i]", False),
    ("A[i,i] = trace(A)", "sum_i(A[i,i]) = trace(A)", True),
    ("A[i,i] = trace(A @ A)", "sum_i(A[i,i]) = trace(A @ A)", False),
    ("A[i,j]*B[j,i] = trace(A @ B)", "sum_{i,j}(A[i,j] * B[j,i]) = trace(A @ B)", True),
    ("A[i,j]*B[i,j] = trace(A @ B)", "sum_{i,j}(A[i,j] * B[i,j]) = trace(A @ B)", False),
    ("x[i]*A[i,j]*y[j] = x.T @ A @ y", "sum_{i,j}(x[i] * A[i,j] * y[j]) = x.T @ A @ y", True),
    ("dq/dx[k] = (A[k,j] + A[j,k])*x[j]", "dq/dx[k] = sum_j((A[k,j] + A[j,k]) * x[j])", True),
    ("dq/dx[k] = 2*A[k,j]*x[j]", "dq/dx[k] = sum_j(2 * A[k,j] * x[j])", False),
    ("dq/dA[i,j] = x[i]*x[j]", "dq/dA[i,j] = x[i] * x[j]", True),
    ("dL/dW[i,j] = dL/da[k]*da[k]/dz[l]*dz[l]/dW[i,j]", "", True),
    ("dL/dx[j] = 2*(a[i] - t[i])*da[i]/dz[k]*W[k,j]", "", True),
    ("dL/dx[j] = (a[i] - t[i])*da[i]/dz[k]*W[k,j]", "", False),
    # An index that stands free in one side is not summed in another.
    ("dp[i]/dz[j] = p[i]*(delta(i,j) - p[j])", "dp[i]/dz[j] = p[i] * (delta(i,j) - p[j])", True),
    ("dL/db[i] = 2*(a[i] - t[i])*(1 - a[i]^2)", "dL/db[i] = 2 * (a[i] - t[i]) * (1 - a[i]**2)", True),
    ("x[i] = A[i,i]", "x[i] = A[i,i]", False),
    ("0*x[i] = A[i,i] - diag(A)[i]", "0 * x[i] = A[i,i] - diag(A)[i]", True),
    # What a function is of has terms of its own.
    ("a[i] = tanh(W[i,j]*x[j] + b[i])", "a[i] = tanh(sum_j(W[i,j] * x[j]) + b[i])", True),
    ("exp(A[i,i]) = exp(trace(A))", "exp(sum_i(A[i,i])) = exp(trace(A))", True),
    ("x[i]*tanh(y[i]) = x.T @ tanh(y)", "sum_i(x[i] * tanh(y[i])) = x.T @ tanh(y)", True),
    ("(x[i]*y[i])^2 = (x.T @ y)^2", "sum_i(x[i] * y[i])**2 = (x.T @ y)**2", True),
    ("x[i]*(A[i,j]*y[j] + y[i]) = x.T @ A @ y + x.T @ y", "", True),
    ("d(A[i,j]*x[j])/dx[i] = trace(A)", "sum_i(d(sum_j(A[i,j] * x[j]))/dx[i]) = trace(A)", True),
    ("dz[i]/db[i] = m", "sum_i(dz[i]/db[i]) = m", True),
    ("x[i]*y[i]/(y[j]*y[j]) = x.T @ y / (y.T @ y)", "", True),
    # A sum that is written stays, and what it binds is not summed twice.
    ("q = sum_i(x[i]*A[i,j]*x[j])", "q = sum_i(sum_j(x[i] * A[i,j] * x[j]))", True),
    ("sum_i(x[i]) = sum(x)", "sum_i(x[i]) = sum(x)", True),
    ("sum_i(x[i]*y[i]) = x.T @ y", "sum_i(x[i] * y[i]) = x.T @ y", True),
    ("g = 2*(a[i] - t[i])*a[i]", "g = sum_i(2 * (a[i] - t[i]) * a[i])", True),
    ("h[i] = W[i,j]*x[j]", "h[i] = sum_j(W[i,j] * x[j])", False),
    ("x[n+1-i]*y[n+1-i] = x.T @ y", "", True),
    ("x[n+1-i]*y[i] = sum_k(y[k] * x[n+1-k])", "sum_i(x[n + 1 - i] * y[i]) = sum_k(y[k] * x[n + 1 - k])", True),
    ("x[i]*y[j] = A[i,j] where i != j", "x[i] * y[j] = A[i,j] where i != j", False),
]


@cache
def spec() -> Spec:
    return read_spec(SPEC)


def judged(claim: str) -> ClaimResult:
    return check_equation(claim, spec())


@pytest.mark.parametrize(("equation", "written", "true"), ROWS, ids=[row[0] for row in ROWS])
def test_each_way_by_itself(equation: str, written: str, true: bool) -> None:
    here = build(spec())
    (link,) = pairs(summed(parse_equation(equation, here.scope.vocabulary()), here.scope), here.scope)
    assert Canonical(here.facts).equal(link.left, link.right).proved == true
    assert exact.identical(link.left, link.right, facts=here.facts).equal == true
    found = compare_sides(link.left, link.right, link.axes, here.sizes, here.facts, 3, None).evidence.verdict
    assert found == ("agrees" if true else "differs")
    whole = judged(equation)
    assert whole.verdict == ("proved" if true else "refuted")
    if written:
        assert whole.reading == written
        assert judged(whole.reading).reading == written


@pytest.mark.parametrize(
    ("claim", "code"),
    [
        ("q = x[i]*y[i]*A[i,i]", "DC157"),
        ("dL/dx[j] = a[i]*t[i]*W[i,j]", "DC157"),
        ("q = x[i]*x[i]^2", "DC157"),  # three times, one of them a square
        ("q = x[i]^2*y[i]", "DC157"),
        ("q = x[i]^2", "DC151"),  # x[i] stands once
        ("y[i] = A[j,k]*x[k]", "DC151"),
        ("z[i] = W[i,j]*b[j]", "DC141"),
    ],
)
def test_what_the_convention_does_not_say_is_refused(claim: str, code: str) -> None:
    found = judged(claim)
    assert found.diagnosis is not None
    assert (found.verdict, found.diagnosis.code) == ("invalid", code)
    if code == "DC157":
        assert found.diagnosis.help.startswith("sum_i(")
        assert judged(f"{claim.partition(' = ')[0]} = {found.diagnosis.help}").verdict == "refuted"


def test_without_the_convention_nothing_is_summed() -> None:
    assert check_equation("A[i,i] = trace(A)", read_spec(SPEC.partition("layers")[0][16:])).verdict == "refuted"


def test_the_letters_of_a_family_are_labels() -> None:
    found = verify_text(
        "sums: einstein\nfamilies: {l: 1..2}\ntensors: {x: n, 'W[l]': n n}\n"
        "layers:\n  h[0]: x\n  h[l]: W[l] @ h[l-1]\n"
        "claims:\n  a: {claim: 'h[l][i] = W[l][i,j]*h[l-1][j]', for: l in 1..2}\n"
        "  b: {claim: 'h[l][i] = W[l][j,i]*h[l-1][j]', for: l in 1..2, expect: refuted}\n"
    )
    assert found.exit_code == 0, [(claim.id, claim.verdict, claim.message) for claim in found.claims]


@pytest.mark.parametrize(
    ("latex", "reading", "true"),
    [
        (r"z_i = W_{ij} x_j + b_i \,", "z[i] = sum_j(W[i,j] * x[j]) + b[i]", True),
        (r"A_{ii} = \operatorname{tr}(A)", "sum_i(A[i,i]) = trace(A)", True),
        (
            r"\frac{\partial q}{\partial x_k} = (A_{kj} + A_{jk}) x_j",
            "dq/dx[k] = sum_j((A[k,j] + A[j,k]) * x[j])",
            True,
        ),
        (r"\frac{\partial q}{\partial x_k} = 2 A_{kj} x_j", "dq/dx[k] = sum_j(2 * A[k,j] * x[j])", False),
        (
            r"\frac{\partial L}{\partial W_{ij}} = \frac{\partial L}{\partial z_k}\frac{\partial z_k}{\partial W_{ij}}",
            "dL/dW[i,j] = sum_k(dL/dz[k] * dz[k]/dW[i,j])",
            True,
        ),
        (r"\sum_j W_{ij} x_j = z_i - b_i", "sum_j(W[i,j] * x[j]) = z[i] - b[i]", True),
    ],
)
def test_the_convention_in_latex(latex: str, reading: str, true: bool) -> None:
    found = judged(latex)
    assert (found.verdict, found.reading) == ("proved" if true else "refuted", reading)
