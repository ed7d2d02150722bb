"""A sum over all entries is written as one sum, as a trace, or as an inner product, with the fewest transposes."""

from __future__ import annotations

import functools

import pytest

from derivcheck.graph.nodes import World, inside
from derivcheck.judging.examiner import Examiner
from derivcheck.language.network import build
from derivcheck.spec import read_spec

TENSORS = "tensors: {A: n n, B: n m, C: n m, W: m n, x: n, y: m, s: scalar, r: scalar, e: scalar}"


@functools.cache
def written(formula: str, variable: str) -> str:
    with inside(World()):
        judge = Examiner(build(read_spec(f"{TENSORS}\nloss: {{L: '{formula}'}}\n")))
        proof = judge.proofreader.gradient(judge.network.named(variable))
        assert {judgement.verdict for judgement in proof.judgements} == {"proved"}
        assert proof.form.matrix is not None
        return judge.proofreader.plain(proof.form.matrix)


@pytest.mark.parametrize(
    ("formula", "variable", "form"),
    [
        ("trace(eye(n) - A)^2", "A", "-(2 * trace(eye(n) - A) * eye(n))"),
        ("trace(A)^3", "A", "3 * trace(A)**2 * eye(n)"),
        ("trace(A @ A)^2", "A", "4 * trace(A @ A) * A.T"),
        ("trace(A.T @ A)^2", "A", "4 * sum(A**2) * A"),
        ("trace(A @ B @ W)^2", "A", "2 * trace(B @ W @ A) * (W.T @ B.T)"),
        ("sum(B * C)^2", "B", "2 * sum(B * C) * C"),
        ("sum(B * C * W.T)^2", "B", "2 * sum(B * C * W.T) * C * W.T"),
        ("sum(B)^2", "B", "2 * sum(B) * ones(n, m)"),
        ("(x.T @ B @ y)^2", "x", "2 * (x.T @ B @ y) * (B @ y)"),
        ("(x.T @ B @ y)^2", "B", "2 * (x.T @ B @ y) * (x @ y.T)"),
    ],
)
def test_a_sum_over_all_entries(formula: str, variable: str, form: str) -> None:
    assert written(formula, variable) == form


def test_terms_of_one_length_stand_as_they_were_declared() -> None:
    assert written("s*(e + x.T @ x + r)", "s") == "r + e + sum(x**2)"


def test_a_derivative_of_a_clipped_ratio_reads_as_its_cases() -> None:
    text = "tensors: {r: scalar, e: {axes: scalar, given: positive}}\nloss: {L: 'min(r, min(max(r, 1 - e), 1 + e))'}\n"
    judge = Examiner(build(read_spec(text)))
    proof = judge.proofreader.gradient(judge.network.named("e"))
    assert {judgement.verdict for judgement in proof.judgements} == {"proved"}
    shown = judge.proofreader.plain(proof.form.index)
    inner = "min(max(r, 1 - e), 1 + e)"
    assert shown == (
        f"(1 if r >= {inner} and max(r, 1 - e) >= 1 + e else 0)"
        f" - (1 if r >= {inner} and max(r, 1 - e) < 1 + e and r <= 1 - e else 0)"
    )
