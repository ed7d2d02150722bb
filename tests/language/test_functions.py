"""Functions beyond the activations: what their derivatives are, and what is refused by name."""

from __future__ import annotations

import pytest

from derivcheck.language.catalogue.refused import REFUSED
from derivcheck.language.lowering.calls import DEFINITIONS
from derivcheck.language.lowering.operations import BUILTINS
from derivcheck.language.notation.parser import parse_expression
from derivcheck.pipeline.verification import check_equation
from derivcheck.spec import read_spec

SPEC = read_spec(
    "tensors: {x: n, u: n, v: m, W: m n, A: n n, b: n, s: scalar, lo: scalar, hi: scalar,"
    " p: {axes: n, given: positive}, q: {axes: n, given: open_unit}}\nloss: {L: sum(x)}"
)

# What is true, and the same with a mistake in it.
DERIVATIVES = [
    ("sec'(s) = sin(s)/cos(s)^2", "sec'(s) = -sin(s)/cos(s)^2"),
    ("csc'(s) = -csc(s) * cot(s)", "csc'(s) = csc(s) * cot(s)"),
    ("cot'(s) = -1 - cot(s)^2", "cot'(s) = 1 + cot(s)^2"),
    ("cot'(s) = -csc(s)^2", "cot'(s) = csc(s)^2"),
    ("sech'(s) = -sech(s) * tanh(s)", "sech'(s) = sech(s) * tanh(s)"),
    ("csch'(s) = -csch(s) * coth(s)", "csch'(s) = -csch(s) * tanh(s)"),
    ("coth'(s) = 1 - coth(s)^2", "coth'(s) = 1 + coth(s)^2"),
    ("coth'(s) = -1/sinh(s)^2", "coth'(s) = -1/cosh(s)^2"),
    ("1/sin(s)^2 = csc(s)^2", "1/sin(s)^2 = sec(s)^2"),
    ("1/(1 - cos(s)^2) = csc(s)^2", "1/(1 - cos(s)^2) = sec(s)^2"),
    ("cos(s)^4/sin(s)^2 = csc(s)^2 - 2 + sin(s)^2", "cos(s)^4/sin(s)^2 = csc(s)^2 - 1 + sin(s)^2"),
    ("sqrt(sin(s)^2) = abs(sin(s))", "sqrt(sin(s)^2) = sin(s)"),
    ("abs(1 + sin(s)^2) = 1 + sin(s)^2", "abs(1 + sin(s)) = 1 + sin(s)^2"),
    ("asin'(q) = 1/sqrt(1 - q^2)", "asin'(q) = 1/sqrt(1 + q^2)"),
    ("acos'(q) = -1/sqrt(1 - q^2)", "acos'(q) = 1/sqrt(1 - q^2)"),
    ("asin(q) + acos(q) = pi/2 * ones(n)", "asin(q) + acos(q) = pi * ones(n)"),
    ("asinh'(s) = 1/sqrt(s^2 + 1)", "asinh'(s) = 1/sqrt(s^2 - 1)"),
    ("acosh'(1 + p) = 1/sqrt((1 + p)^2 - 1)", "acosh'(1 + p) = 1/sqrt((1 + p)^2 + 1)"),
    ("atanh'(q) = 1/(1 - q^2)", "atanh'(q) = 1/(1 + q^2)"),
    ("d(sum(atan2(x, u)))/dx = u/(x^2 + u^2)", "d(sum(atan2(x, u)))/dx = x/(x^2 + u^2)"),
    ("d(sum(atan2(x, u)))/du = -x/(x^2 + u^2)", "d(sum(atan2(x, u)))/du = x/(x^2 + u^2)"),
    ("atan2(0, -1) = pi", "atan2(0, -1) = -pi"),
    ("atan2(s * q, s * p) = atan2(q, p) if s > 0 else atan2(-q, -p)", "atan2(s * q, s * p) = atan2(q, p)"),
    ("log1p'(p) = 1/(1 + p)", "log1p'(p) = 1/p"),
    ("expm1'(x) = expm1(x) + 1", "expm1'(x) = expm1(x)"),
    ("log1p(expm1(x)) = x", "log1p(exp(x)) = x"),
    ("d(sum(logaddexp(x, u)))/du = sigmoid(u - x)", "d(sum(logaddexp(x, u)))/du = sigmoid(x - u)"),
    ("logit(sigmoid(x)) = x", "logit(sigmoid(x)) = -x"),
    ("erfc'(s) = -2/sqrt(pi) * exp(-s^2)", "erfc'(s) = 2/sqrt(pi) * exp(-s^2)"),
    ("d(sum(gamma(p)))/dp = gamma(p) * digamma(p)", "d(sum(gamma(p)))/dp = digamma(p)"),
    ("lgamma'(p) = digamma(p)", "lgamma'(p) = gamma(p)"),
    ("digamma'(p) = trigamma(p)", "digamma'(p) = trigamma(p) + digamma(p)"),
    ("trigamma'(p) = polygamma(2, p)", "trigamma'(p) = polygamma(1, p)"),
    (
        "d(sum(clip(x, lo, hi)))/dx = where(lo <= x and x <= hi, 1, 0)",
        "d(sum(clip(x, lo, hi)))/dx = where(lo <= x or x <= hi, 1, 0)",
    ),
    ("d(sum(clip(x, -1, 1)))/dx[i] = where(-1 <= x[i] and x[i] <= 1, 1, 0)", "d(sum(clip(x, -1, 1)))/dx[i] = 1"),
    ("where(x > 0, x, 0) = relu(x)", "where(x < 0, x, 0) = relu(x)"),
    (
        "where(x > 0 and u > 0, x, 0) = where(u > 0, relu(x), 0)",
        "where(x > 0 or u > 0, x, 0) = where(u > 0, relu(x), 0)",
    ),
    ("argmax(x).T @ x = max(x)", "argmax(x).T @ x = min(x)"),
    ("sum(argmax(x)) = 1", "sum(argmax(x)) = n"),
    ("argmax(W, n) @ ones(n) = ones(m)", "argmax(W, m) @ ones(n) = ones(m)"),
    ("d(max(x))/dx = argmax(x)", "d(max(x))/dx = argmax(-x)"),
    ("d(argmax(x))/dx = zeros(n, n)", "d(argmax(x))/dx = eye(n)"),
    ("stop_gradient(W @ x) = W @ x", "stop_gradient(W @ x) = zeros(m)"),
    ("d(sum(stop_gradient(x^2) + x))/dx = ones(n)", "d(sum(stop_gradient(x^2) + x))/dx = ones(n) + 2*x"),
    (
        "d(v.T @ (stop_gradient(W @ x) * (W @ x)))/dx = W.T @ (v * (W @ x))",
        "d(v.T @ (stop_gradient(W @ x) * (W @ x)))/dx = 2 * W.T @ (v * (W @ x))",
    ),
    (
        "d2(sum(stop_gradient(x) * x^2))/dx[i]dx[j] = 2*x[i]*delta(i,j)",
        "d2(sum(stop_gradient(x) * x^2))/dx[i]dx[j] = 4*x[i]*delta(i,j)",
    ),
    ("d(logdet(A))/dA = inv(A).T", "d(logdet(A))/dA = inv(A)"),
    ("d(x.T @ solve(A, b))/db = solve(A.T, x)", "d(x.T @ solve(A, b))/db = solve(A, x)"),
    (
        "d(x.T @ solve(A, b))/dA = -solve(A.T, x) @ solve(A, b).T",
        "d(x.T @ solve(A, b))/dA = solve(A.T, x) @ solve(A, b).T",
    ),
    ("A @ solve(A, b) = b", "A.T @ solve(A, b) = b"),
    ("matrix_power(A, 2) @ A = matrix_power(A, 3)", "matrix_power(A, 2) @ A = matrix_power(A, 4)"),
    ("matrix_power(A, 0) = eye(n)", "matrix_power(A, 0) = ones(n, n)"),
    (
        "d(trace(matrix_power(A, -1)))/dA = -matrix_power(A, -2).T",
        "d(trace(matrix_power(A, -1)))/dA = matrix_power(A, -2).T",
    ),
    ("d(log(prod(p)))/dp[i] = 1/p[i]", "d(log(prod(p)))/dp[i] = p[i]"),
    ("d(sum(prod(W, n)))/dW[i,j] = prod_{k != j}(W[i,k])", "d(sum(prod(W, n)))/dW[i,j] = prod_{k}(W[i,k])"),
    ("x.T @ A @ x = trace(A @ x @ x.T)", "x.T @ A @ x = trace(A.T @ u @ x.T)"),
]


@pytest.mark.parametrize(("true", "false"), DERIVATIVES)
def test_what_is_true_is_proved_and_a_mistake_in_it_refuted(true: str, false: str) -> None:
    assert check_equation(true, SPEC).verdict == "proved"
    assert check_equation(false, SPEC).verdict == "refuted"


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_function_that_is_refused_is_no_function_and_says_what_to_write(name: str) -> None:
    assert name not in BUILTINS and name not in DEFINITIONS
    result = check_equation(f"{name}(x) = x", SPEC)
    assert (result.verdict, result.diagnosis and result.diagnosis.code) == ("invalid", "DC125")
    assert result.diagnosis is not None and result.diagnosis.help


@pytest.mark.parametrize("name", [name for name, one in REFUSED.items() if one.about.startswith("another name of")])
def test_another_name_is_of_a_function(name: str) -> None:
    instead = REFUSED[name].instead
    declared = read_spec("tensors: {x: n, y: n, low: n, high: n, X: c 2*p 2*q}\nloss: {L: sum(x)}")
    assert parse_expression(instead)
    assert check_equation(f"{instead} = {instead}", declared).verdict == "proved"


QUESTIONS = [
    ("norm(W, 2) = norm(W)", "DC126", "norm(W)"),
    ("norm(x, 2) = norm(x)", "", ""),
    ("norm(x.T, 2) = norm(x)", "", ""),
    ("matrix_power(A, n) = A", "DC122", "matrix_power(A, 2)"),
    ("matrix_power(W, 2) = W", "DC130", ""),
    ("polygamma(s, p) = p", "DC122", ""),
    ("clip(x, 1) = x", "DC122", ""),
    ("where(x > 0, x) = x", "DC122", "where(x > 0, x, 0)"),
    ("atan2(x) = x", "DC122", ""),
]


@pytest.mark.parametrize(("equation", "code", "advice"), QUESTIONS)
def test_what_has_no_one_meaning_is_asked_about(equation: str, code: str, advice: str) -> None:
    result = check_equation(equation, SPEC)
    found = result.diagnosis
    assert (found.code if found else "", found.help if found else "") == (code, advice)
    assert result.verdict == ("invalid" if code else "proved")


LETTERS = [
    ("γ(x) = x", "DC120"),
    ("Γ(p + 1) = gamma(p + 1)", ""),
    ("gamma(p) = Γ(p)", ""),
]


@pytest.mark.parametrize(("equation", "code"), LETTERS)
def test_the_small_letter_is_no_function(equation: str, code: str) -> None:
    result = check_equation(equation, SPEC)
    assert (result.diagnosis.code if result.diagnosis else "") == code
