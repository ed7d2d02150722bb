"""What a claimed derivation skips is filled in: one rule a line, each proved, and nothing leads to what is wrong."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest
from shipped import derivcheck

from derivcheck.judging.examiner import Examiner
from derivcheck.judging.filling import StepFilling
from derivcheck.language.network import build
from derivcheck.language.notation.parser import parse_expression
from derivcheck.spec import load_spec

MLP = "specs/mlp.yaml"
SPEC = """
tensors: {x: n0, W: n1 n0, V: n2 n1, y: n2}
layers: {z: W @ x, a: tanh(z), u: V @ a}
loss: {L: "sse(u, y)/2"}
claims:
  skipping:
    steps:
      - "dL/dW = dL/dz @ x.T"
      - "= ((V.T @ (u - y)) * tanh'(z)) @ x.T"
      - "= ((V.T @ (V @ a - y)) * (1 - a^2)) @ x.T"
  wrong: {claim: dL/dx = W.T @ (V.T @ (u - y)), expect: refuted}
"""


@functools.cache
def examiner() -> Examiner:
    return Examiner(build(load_spec(MLP)))


def between(above: str, below: str) -> list[tuple[str, str, str]]:
    judge = examiner()
    vocabulary = judge.network.scope.vocabulary()
    found = StepFilling(judge.proofreader).between(*(parse_expression(text, vocabulary) for text in (above, below)))
    return [(judge.proofreader.plain(step.equation.sides[-1]), step.rule, step.verdict) for step in found]


FILLED = {
    ("dL/dW1", "((W2.T @ (p - y)) * sigmoid'(z1)) @ x.T"): [
        ("dL/dz1 @ x.T", "dL/dW1 put in"),
        ("((W2.T @ dL/dz2) * a1 * (1 - a1)) @ x.T", "dL/dz1 put in"),
        ("((W2.T @ (p - y)) * (a1 * (1 - a1))) @ x.T", "dL/dz2 put in"),
        ("((W2.T @ (p - y)) * sigmoid'(z1)) @ x.T", "slope of sigmoid by its value, read backwards"),
    ],
    ("dL/dz1[i]", "sum_j(W2[j,i] * (p[j] - y[j])) * sigmoid'(z1[i])"): [
        ("a1[i] * sum_j(W2[j,i] * dL/dz2[j]) * (1 - a1[i])", "dL/dz1 put in"),
        ("sum_j(W2[j,i] * (p[j] - y[j])) * (a1[i] * (1 - a1[i]))", "dL/dz2 put in"),
        ("sum_j(W2[j,i] * (p[j] - y[j])) * sigmoid'(z1[i])", "slope of sigmoid by its value, read backwards"),
    ],
    ("sum(y) * p - y", "p - y"): [("p - y", "facts used: Σ y = 1")],
    ("dL/dW2", "(p - y) @ sigmoid(W1 @ x + b1).T"): [
        ("dL/dz2 @ a1.T", "dL/dW2 put in"),
        ("(p - y) @ a1.T", "dL/dz2 put in"),
        ("(p - y) @ sigmoid(z1).T", "definition of a1"),
        ("(p - y) @ sigmoid(W1 @ x + b1).T", "definition of z1"),
    ],
}


@pytest.mark.parametrize("ends", FILLED, ids=" to ".join)
def test_what_is_skipped(ends: tuple[str, str]) -> None:
    assert between(*ends) == [(*line, "proved") for line in FILLED[ends]]


@pytest.mark.parametrize(
    "ends",
    [
        ("dL/dW1", "(W2.T @ (p - y)) @ x.T"),
        ("dL/dW1", "((W2.T @ (y - p)) * sigmoid'(z1)) @ x.T"),
        ("dL/db1", "dL/db2"),
        ("dL/dz1[i]", "sum_j(W2[j,i] * (p[j] - y[i])) * sigmoid'(z1[i])"),
        ("sum(x) * p - y", "p - y"),
    ],
    ids=" to ".join,
)
def test_nothing_leads_to_what_is_not_equal(ends: tuple[str, str]) -> None:
    assert between(*ends) == []


def test_on_the_command_line(tmp_path: Path) -> None:
    path = tmp_path / "notes.yaml"
    path.write_text(SPEC)
    shown = derivcheck("derive", str(path), "--claim", "skipping", "--between", "1", "2", "--ascii")
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.splitlines() == [
        "dL/dz @ x.T",
        "  = ((V.T @ dL/du) * (1 - a**2)) @ x.T",
        "      # dL/dz put in",
        "  = ((V.T @ (u - y)) * (1 - a**2)) @ x.T",
        "      # dL/du put in",
        "  = ((V.T @ (u - y)) * tanh'(z)) @ x.T",
        "      # slope of tanh by its value, read backwards",
    ]
    for arguments, said in (
        (("--claim", "skipping", "--between", "2", "4"), "lines 1 to 3"),
        (("--claim", "wrong"), "are not the same"),
        (("--claim", "skiping"), "--claim 'skipping'"),
        (("--between", "1", "2"), "has no claim"),
    ):
        refused = derivcheck("derive", str(path), *arguments)
        assert refused.returncode == 2
        assert "DC693" in refused.stderr and said in " ".join(refused.stderr.split())
