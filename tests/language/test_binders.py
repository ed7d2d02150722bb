"""Every function of the entries along an axis binds a letter: `mean_i(...)`, `logsumexp_{j <= i}(...)`."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from derivcheck.diagnostics.verdicts import ClaimResult
from derivcheck.language.catalogue.reductions import BINDERS
from derivcheck.language.notation.mathml import to_mathml
from derivcheck.language.notation.parser import parse_expression
from derivcheck.language.notation.printer import to_latex, to_plain
from derivcheck.pipeline.verification import verify_text

SPEC = """
tensors: {x: n, S: n m, w: m, p: {axes: n, given: simplex}}
layers:
  g[i]: logsumexp_j(S[i,j])
  h[i]: mean_j(S[i,j]*w[j])
  c: mean_{i in 2..n}(x[i]*x[i-1])
let: {k: "norm_i(x[i])"}
loss: {L: "mean_i(g[i]) + mean_i(h[i])"}
claims:
"""
EACH = {"softmax"}  # it has a value for each entry

CLAIMS = [
    *((f"{name}_i(p[i]) = {name}(p)", "proved") for name in sorted(BINDERS - EACH)),
    *((f"{name}_i(p[i]) = {name}(p)", "invalid") for name in sorted(EACH)),
    ("mean_i(x[i]) = sum(x)", "refuted"),
    ("mean_{i,j}(S[i,j]) = sum(S)/(n*m)", "proved"),
    ("mean_{i,j}(S[i,j]) = sum(S)/n", "refuted"),
    ("mean_i(S[i,:]) = sum(S, n).T/n", "proved"),
    ("mean_j(S[i,j]) = mean(S, m)[i]", "proved"),
    ("mean_j(S[j,i]) = mean(S, m)[i]", "invalid"),
    ("logsumexp_j(S[i,j]) = log(sum_j(exp(S[i,j])))", "proved"),
    ("logsumexp_i(S[i,j]) = log(sum_i(S[i,j]))", "refuted"),
    ("logsumexp_{j != i}(x[j]) = log(sum(exp(x)) - exp(x[i]))", "proved"),
    ("logsumexp_{j != i}(x[j]) = log(sum(exp(x)))", "refuted"),
    ("logsumexp_{j <= i}(x[j])*x[i] = log(sum_{j <= i}(exp(x[j])))*x[i]", "proved"),
    ("mean_{j <= i}(x[j])*x[i] = sum_{j <= i}(x[j])*x[i]/sum_{j <= i}(1)", "proved"),
    ("mean_{j != i}(x[j]) = (sum(x) - x[i])/(n-1)", "proved"),
    ("mean_{j != i}(x[j]) = (sum(x) - x[i])/n", "refuted"),
    ("norm_{j != i}(x[j])^2 = sum(x^2) - x[i]^2", "proved"),
    ("norm_j(S[i,j])^2 = sum_j(S[i,j]^2)", "proved"),
    ("norm_j(S[i,j]) = sum_j(S[i,j]^2)", "refuted"),
    ("entropy_{j != i}(p[j]) = entropy(p) + p[i]*log(p[i])", "proved"),
    ("min_i(x[i]) = -max_i(-x[i])", "proved"),
    ("k = sqrt(sum(x^2))", "proved"),
    ("dL/dS[i,j] = softmax(S, m)[i,j]/n + w[j]/(n*m)", "proved"),
    ("dL/dS[i,j] = softmax(S, m)[i,j] + w[j]/(n*m)", "refuted"),
    ("dc/dx[i] = ((x[i-1] if i > 1 else 0) + (x[i+1] if i < n else 0))/(n - 1)", "proved"),
    ("dc/dx[i] = ((x[i-1] if i > 1 else 0) + (x[i+1] if i < n else 0))/n", "refuted"),
    ("mean_foo(x) = 1", "invalid"),
    ("norm_i(x) = 1", "invalid"),
    ("max_{j != i}(x[j]) = x[i]", "undecided"),
]
LATEX = [
    (r"\operatorname{mean}_i x_i = \frac1n \sum_i x_i", "proved"),
    (r"\operatorname{mean}_i x_i = \sum_i x_i", "refuted"),
    (r"\operatorname{mean}_{i=1}^{n} x_i = \frac1n \sum_i x_i", "proved"),
    (r"\operatorname{LSE}_i (x_i) = \log \sum_i \exp(x_i)", "proved"),
    (r"\operatorname{logsumexp}_{j \ne i} (x_j) = \log (\sum_j \exp(x_j) - \exp(x_i))", "proved"),
    (r"\operatorname{mean}_{n} (x) = \frac1n \sum_i x_i", "invalid"),
]


@pytest.fixture(scope="module")
def judged() -> Mapping[str, ClaimResult]:
    plain = [f"  p{k}: '{claim}'\n" for k, (claim, _) in enumerate(CLAIMS)]
    latex = [f"  l{k}: {{latex: '{claim}'}}\n" for k, (claim, _) in enumerate(LATEX)]
    found = verify_text(SPEC + "".join((*plain, *latex))).claims
    return {claim: result for (claim, _), result in zip((*CLAIMS, *LATEX), found, strict=True)}


@pytest.mark.parametrize(("claim", "verdict"), [*CLAIMS, *LATEX])
def test_a_function_of_the_entries_along_an_axis_binds_a_letter(
    claim: str, verdict: str, judged: Mapping[str, ClaimResult]
) -> None:
    assert judged[claim].verdict == verdict, judged[claim].message


def test_a_function_with_a_value_for_each_entry_says_what_to_write(judged: Mapping[str, ClaimResult]) -> None:
    diagnosis = judged["softmax_i(p[i]) = softmax(p)"].diagnosis
    assert diagnosis is not None and (diagnosis.code, diagnosis.help) == ("DC124", "softmax(p)[i]")


@pytest.mark.parametrize("name", sorted(BINDERS))
@pytest.mark.parametrize("below", ["i", "{j != i}", "{t in 1..n}", "{i,j}"])
def test_binders_are_written_as_they_are_read(name: str, below: str) -> None:
    tree = parse_expression(f"2 * {name}_{below}(x[i] + 1)")
    assert parse_expression(to_plain(tree)) == tree
    assert (name in to_latex(tree) and name in to_mathml(tree)) or name in ("sum", "prod")


@pytest.mark.parametrize(("numbers", "verdict"), [("(T + 1)/2", "proved"), ("T/2", "refuted")])
def test_a_mean_over_a_label(numbers: str, verdict: str) -> None:
    spec = f"tensors: {{x: n}}\nfamilies: {{t: 1..T}}\ndepths: {{T: [2, 3]}}\nclaims: {{a: 'mean_t(t) = {numbers}'}}"
    (found,) = verify_text(spec).claims
    assert found.verdict == verdict, found.message
