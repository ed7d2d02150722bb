"""Conditions stand in the ranges of sums and as cases, never as factors of one and zero."""

from __future__ import annotations

import functools

import pytest

from derivcheck.forms.ranges import in_ranges
from derivcheck.judging.examiner import Examiner
from derivcheck.language.network import build
from derivcheck.language.notation.parser import parse_expression
from derivcheck.language.notation.printer import to_plain
from derivcheck.spec import load_spec, read_spec


@functools.cache
def examiner(path: str) -> Examiner:
    return Examiner(build(load_spec(path)))


FORMS = [
    ("specs/convolution/conv1d_padded.yaml", "x", "sum_{j,k: i + 2 == j + k}(g[j] * w[k])"),
    ("specs/networks/conv1d.yaml", "x", "sum_{m,p,q: j == p + q - 1}(w[m,i,q] * g[m,p])"),
    ("specs/attention/relative_bias.yaml", "b", "sum_{j,k: k + t == j + i}(dL/dS[k,j])"),
    (
        "specs/convolution/conv2d.yaml",
        "w",
        "sum_{r,s,t,u: 2 * t + k == r + 3 and 2 * u + m == s + 3}(g[i,t,u] * x[j,r,s])",
    ),
]


@pytest.mark.parametrize(("path", "variable", "form"), FORMS)
def test_a_window_is_a_range(path: str, variable: str, form: str) -> None:
    judge = examiner(path)
    proof = judge.proofreader.gradient(judge.network.named(variable))
    assert judge.proofreader.plain(proof.form.index) == form
    assert {judgement.verdict for judgement in proof.judgements} == {"proved"}


def test_a_sum_of_ones_is_a_size() -> None:
    judge = Examiner(
        build(read_spec("tensors: {s: scalar, v: h}\nlayers: {r: s * ones(h)}\nloss: {L: trace(diag(r))}"))
    )
    proof = judge.proofreader.gradient(judge.network.named("s"))
    assert judge.proofreader.plain(proof.form.index) == "h"


@pytest.mark.parametrize(
    ("left", "right", "holds"),
    [
        ("dL/dx[i,j]", "sum_{m,p,q: j == p + q - 1}(w[m,i,q] * g[m,p])", True),
        ("dL/dx[i,j]", "sum_{m,p,q: j == p + q}(w[m,i,q] * g[m,p])", False),
        ("dL/dx[i,j]", "sum_{m,p,q: j >= p + q - 1}(w[m,i,q] * g[m,p])", False),
        ("dL/dx[i,j]", "sum_{m,p,q: q == p + j - 1}(w[m,i,q] * g[m,p])", False),
    ],
)
def test_another_range_is_another_sum(left: str, right: str, holds: bool) -> None:
    judge = examiner("specs/networks/conv1d.yaml")
    vocabulary = judge.network.scope.vocabulary()
    found = judge.proofreader.judged(parse_expression(left, vocabulary), parse_expression(right, vocabulary))
    assert (found is not None) == holds


@pytest.mark.parametrize(
    ("factor", "range_"),
    [
        ("sum_k(a[k] * (1 if j < k else 0))", "sum_{k > j}(a[k])"),
        ("sum_k((1 if k <= j else 0) * a[k])", "sum_{k <= j}(a[k])"),
        ("sum_k((1 if k <= j else 0))", "sum_{k <= j}(1)"),
        ("sum_{k,m}(a[k] * window(i, k, m) * b[m])", "sum_{k,m: i == k + m - 1}(a[k] * b[m])"),
        ("sum_{k,m}(a[k] * (1 if k < m else 0) * (1 if m < i else 0))", "sum_{k,m: k < m and m < i}(a[k])"),
        ("sum_{k > i}(a[k] * (1 if k < j else 0))", "sum_{k > i and k < j}(a[k])"),
        ("a[i] * (1 if i < j else 0)", "a[i] if i < j else 0"),
        ("(1 if i < j else 0) * a[i] * (1 if j < 4 else 0)", "a[i] if i < j and j < 4 else 0"),
        ("sum_k((1 - (1 if i < k else 0)) * a[k])", "sum_{k <= i}(a[k])"),
        ("b[i] + ((1 if i < j else 0) - 1) * a[j]/c[j]", "b[i] - (a[j]/c[j] if i >= j else 0)"),
        ("b[i] * (1 if max_j(z[j]) - z[i] == 0 else 0)", "b[i] if z[i] == max_j(z[j]) else 0"),
        ("sum_j(b[j] * (1 if j - i == 0 else 0))", "sum_{j: j - i == 0}(b[j])"),
        ("(a if a > b else b) + (a if a < b else b)", "max(a, b) + min(a, b)"),
        ("a * (0 if b < c else 1)", "a if b >= c else 0"),
        ("a * (1 if b < c else 0) - b * (1 if c < a else 0)", "(a if b < c else 0) - (b if c < a else 0)"),
        ("(a if a > b else c) + (b if a > b else a)", "(a if a > b else c) + (b if a > b else a)"),
        ("(1 if a >= b else 0) * (0 if b < c else 1)", "1 if a >= b and b >= c else 0"),
        ("(a if a >= b else b)", "(a if a >= b else b)"),
        ("2 - (1 if i < j else 0)", "2 - (1 if i < j else 0)"),
        ("1 - (3 if i < j else 0)", "1 - (3 if i < j else 0)"),
        # A condition that speaks of no letter of the sum limits nothing of it, and what is no one or zero stays.
        ("sum_k(a[k] * (1 if i < j else 0))", "sum_k(a[k] * (1 if i < j else 0))"),
        ("sum_k(a[k] * (2 if k < j else 0))", "sum_k(a[k] * (2 if k < j else 0))"),
        ("sum_k(a[k] * (1 if k < j else 3))", "sum_k(a[k] * (1 if k < j else 3))"),
        ("sum_{k in 1..3}(a[k] * (1 if k < j else 0))", "sum_{k in 1..3}(a[k] if k < j else 0)"),
        ("prod_k(a[k] * (1 if k < j else 0))", "prod_k(a[k] * (1 if k < j else 0))"),
        ("sum_k(a[k] / (1 if k < j else 0))", "sum_k(a[k] / (1 if k < j else 0))"),
    ],
)
def test_factors_of_one_and_zero(factor: str, range_: str) -> None:
    assert to_plain(in_ranges(parse_expression(factor))) == to_plain(parse_expression(range_))
