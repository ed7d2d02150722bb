"""Derivations line by line in every style: named rules, the fewest lines, each proved against the one before."""

from __future__ import annotations

import functools
import re

import pytest
from shipped import derivcheck

from derivcheck.forms.slopes import SlopeStyle
from derivcheck.graph.nodes import World, inside
from derivcheck.judging.examiner import Examiner
from derivcheck.judging.exposition import Expositor
from derivcheck.judging.lines import LineProver, Step
from derivcheck.judging.steps import StepStyle
from derivcheck.language.network import build, depths
from derivcheck.language.notation.parser import parse_expression
from derivcheck.pipeline.casebook import Casebook
from derivcheck.report.exposition import to_markdown
from derivcheck.report.page import Page
from derivcheck.spec import load_spec, read_spec
from derivcheck.statements.document.passages import read_manuscript

MLP = "specs/mlp.yaml"
BATCH = "specs/networks/mlp_batch.yaml"
RESIDUAL = "specs/networks/residual_depth_4.yaml"


@functools.cache
def examiner(path: str, slopes: SlopeStyle = "value") -> Examiner:
    spec = load_spec(path)
    return Examiner(build(spec, depths(spec)[0]), slopes=slopes)


def steps(path: str, variable: str, style: StepStyle | None = None, slopes: SlopeStyle = "value") -> list[Step]:
    judge = examiner(path, slopes)
    return judge.writer.steps(judge.network.named(variable), style)


def written(path: str, variable: str, style: StepStyle | None = None, slopes: SlopeStyle = "value") -> list[str]:
    judge = examiner(path, slopes)
    return [f"{judge.proofreader.plain(s.equation)}  # {s.rule}" for s in steps(path, variable, style, slopes)]


STAGES: dict[tuple[str, str, StepStyle], list[str]] = {
    (MLP, "z2", "index"): [
        "dL/dp[i] = -(y[i]/p[i])  # derivative of cross entropy",
        "dL/dz2[i] = sum_j(dL/dp[j] * dp[j]/dz2[i])  # chain rule",
        "dL/dz2[i] = sum_j(dL/dp[j] * (p[j] * (delta(j,i) - p[i])))  # derivative of softmax",
        "dL/dz2[i] = sum_j(-(y[j]/p[j]) * (p[j] * (delta(j,i) - p[i])))  # the derivative above put in",
        "dL/dz2[i] = p[i] * sum_j(y[j]) - y[i]  # sum over a delta",
        "dL/dz2[i] = p[i] - y[i]  # facts used: Σ y = 1",
    ],
    (MLP, "z2", "matrix"): [
        "dL/dp = -(y/p)  # derivative of cross entropy",
        "dL/dz2 = (dp/dz2).T @ dL/dp  # chain rule",
        "dL/dz2 = p * (dL/dp - (dL/dp).T @ p)  # derivative of softmax",
        "dL/dz2 = sum(y) * p - y  # the derivative above put in",
        "dL/dz2 = p - y  # facts used: Σ y = 1",
    ],
    (MLP, "W1", "differential"): [
        "d(p) = p * (d(z2) - d(z2).T @ p)  # differential of softmax",
        "d(z2) = W2 @ d(a1)  # differential of z2",
        "d(a1) = d(z1) * a1 * (1 - a1)  # differential of sigmoid",
        "d(z1) = d(W1) @ x  # differential of z1",
        "d(L) = -(y/p).T @ d(p)  # differential of cross entropy",
        "d(L) = (p - y).T @ d(z2)  # d(p) put in, collected",
        "d(L) = delta2.T @ W2 @ d(a1)  # d(z2) put in, collected",
        "d(L) = ((W2.T @ delta2) * a1 * (1 - a1)).T @ d(z1)  # d(a1) put in, collected",
        "d(L) = trace(x @ ((W2.T @ delta2) * a1 * (1 - a1)).T @ d(W1))  # d(z1) put in, collected",
        "dL/dW1 = ((W2.T @ delta2) * a1 * (1 - a1)) @ x.T  # read off: d(L) = trace((dL/dW1).T @ d(W1))",
    ],
}


@pytest.mark.parametrize("case", STAGES, ids=lambda case: f"{case[1]} by {case[2]}")
def test_lines_and_their_rules(case: tuple[str, str, StepStyle]) -> None:
    assert written(*case) == STAGES[case]


@pytest.mark.parametrize("style", ["index", "matrix", "differential"])
@pytest.mark.parametrize(
    ("path", "variable"),
    [
        (BATCH, "W1"),
        (RESIDUAL, "W[3]"),
        ("specs/networks/rows_tanh_relu_mse.yaml", "W2"),
        ("specs/networks/attention.yaml", "Q"),
        ("specs/conventions/columns_numerator.yaml", "W"),
        ("specs/networks/layer_norm_steps.yaml", "z"),
    ],
)
def test_every_line_is_proved_and_the_last_is_the_gradient(path: str, variable: str, style: StepStyle) -> None:
    judge, found = examiner(path), steps(path, variable, style)
    assert found
    assert {step.verdict for step in found} == {"proved"}
    form = judge.proofreader.form(judge.network.named(variable))
    last = found[-1].equation.sides[-1]
    assert last in (form.matrix, form.index) or style == "index"
    if style == "differential":
        assert sum(step.rule.startswith("differential of") for step in found) > 1
        assert "read off" in found[-1].rule
        assert judge.writer.remark(judge.network.named(variable), style).startswith("held: ")


def test_what_is_not_so_is_no_line() -> None:
    judge = examiner(MLP)
    vocabulary = judge.network.scope.vocabulary()
    read = functools.partial(parse_expression, vocabulary=vocabulary)
    held = judge.writer._differentials
    variable = judge.network.named("W1")
    chain = LineProver(judge.proofreader, lambda equation: held._held_in(equation, variable))
    for left, right, holds in (
        ("d(z1)", "d(W1) @ x", True),
        ("d(z1)", "2 * d(W1) @ x", False),
        ("d(a1)", "d(z1) * a1", False),
        ("d(L)", "(y - p).T @ d(z2)", False),
        ("d(L)", "(p - y).T @ d(z2)", True),
    ):
        assert bool(chain.steps(read(left), [("", read(right))])) == holds
    # Without what is held it is another statement: the bias moves, too.
    assert not LineProver(judge.proofreader).steps(read("d(z1)"), [("", read("d(W1) @ x"))])


def test_what_is_no_product_of_matrices_is_said_and_told_by_entries() -> None:
    with inside(World()):  # the letters follow the order of making
        judge = Examiner(build(load_spec("specs/networks/conv1d.yaml")))
        variable = judge.network.named("w")
        told = judge.writer.steps(variable, "differential")
        assert judge.writer.remark(variable, "differential").startswith("not by differentials")
        assert told == judge.writer.steps(variable, "matrix")
        last = judge.proofreader.plain(told[-1].equation)
    assert last == "dL/dw[i,j,m] = sum_q(g[i,q] * x[j,q + m - 1])"


def test_a_derivative_is_read_off_in_its_layout() -> None:
    for path, variable, pattern in (
        (MLP, "W1", "d(L) = trace((dL/dW1).T @ d(W1))"),
        (MLP, "b1", "d(L) = (dL/db1).T @ d(b1)"),
        ("specs/conventions/columns_numerator.yaml", "W", "d(L) = trace(dL/dW @ d(W))"),
        ("specs/networks/rows_tanh_relu_mse.yaml", "b2", "d(E) = d(b2) @ (dE/db2).T"),
    ):
        assert steps(path, variable, "differential")[-1].rule == f"read off: {pattern}"


def test_a_line_that_says_the_same_again_is_left_out() -> None:
    found = written(MLP, "a1", "index")[-2:]
    assert found == [
        "dL/da1[i] = sum_j(dL/dz2[j] * dz2[j]/da1[i])  # chain rule",
        "dL/da1[i] = sum_j(W2[j,i] * delta2[j])  # derivative of z2",
    ]


@pytest.mark.parametrize("style", ["index", "matrix"])
def test_slopes_end_by_their_value_or_stay(style: StepStyle) -> None:
    by_value = written(MLP, "z1", style)
    assert [line for line in by_value if line.endswith("# slope of sigmoid by its value")]
    assert "sigmoid'" not in by_value[-1]
    primed = written(MLP, "z1", style, "prime")
    assert "sigmoid'(z1" in primed[-1]
    assert not any("by its value" in line for line in primed)


def test_forms_with_slopes() -> None:
    found = {slopes: examiner(MLP, slopes).proofreader for slopes in ("value", "prime")}
    matrices = {
        slopes: one.plain(one.form(one.network.named("W1")).matrix)  # type: ignore[arg-type]
        for slopes, one in found.items()
    }
    assert matrices == {
        "value": "((W2.T @ delta2) * a1 * (1 - a1)) @ x.T",
        "prime": "((W2.T @ delta2) * sigmoid'(z1)) @ x.T",
    }


def test_a_document_in_matrix_steps_is_proved() -> None:
    judge = examiner(BATCH)
    told = Expositor(judge, steps=True, steps_in="matrix").exposition(judge.network.parameters)
    manuscript = read_manuscript(to_markdown(told, BATCH, Page()), "told.md")
    found = Casebook(load_spec(BATCH), manuscript=manuscript).formulas()
    assert {result.claim.verdict for result in found if result.claim is not None} == {"proved"}


def test_on_the_command_line() -> None:
    shown = derivcheck("derive", MLP, "--style", "differential", "--wrt", "W1", "--ascii")
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.startswith("held: x, b1, W2, b2, y\n\nd(p)\n  = p * ")
    assert re.search(r"\n  = trace\(x @ .*\n      # d\(z1\) put in, collected\n", shown.stdout)
    refused = derivcheck("derive", MLP, "--style", "differential", "--format", "latex")
    assert refused.returncode == 2
    assert "DC692" in refused.stderr


def test_what_is_put_in_is_a_step_and_then_cancels() -> None:
    text = """
tensors: {z: n, y: n, u: k, c: k}
layers: {a: sigmoid(z), l: log(a), p: softmax(u)}
loss: {L: 'sum(y * l) - sum(c * log(p))'}
"""
    with inside(World()):
        judge = Examiner(build(read_spec(text)))
        told = [
            [
                (judge.proofreader.plain(step.equation), step.rule)
                for step in judge.writer.stage(judge.network.named(name))
            ]
            for name in ("z", "u")
        ]
    assert [stage[-2:] for stage in told] == [
        [
            ("dL/dz[i] = sum_j(dL/dl[j]/a[j] * (a[j] * (1 - a[j]) * delta(j,i)))", "the derivative above put in"),
            ("dL/dz[i] = dL/dl[i] * (1 - a[i])", "sum over a delta"),
        ],
        [
            ("dL/du[i] = sum_j(-(c[j]/p[j]) * (p[j] * (delta(j,i) - p[i])))", "the derivative above put in"),
            ("dL/du[i] = p[i] * sum_j(c[j]) - c[i]", "sum over a delta"),
        ],
    ]
