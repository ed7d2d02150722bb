"""Random specs and claims over the whole plain language, judged by the package and by an interpreter of its own.

Every spec is made from one integer: DERIVCHECK_RANDOM_SEED=N judges that of a failure again,
DERIVCHECK_RANDOM=10000 judges so many claims, and `python -m tests.random_claims N` prints the figures.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from random_claims import judging
from random_claims.findings import judged
from random_claims.interpreter import Point
from random_claims.judging import Figures, draw, examine, run
from random_claims.trees import At, Num, Var, read, read_claim, show

pytestmark = pytest.mark.slow

FIRST = 100_000
PARTS = 5
COUNT = int(os.environ.get("DERIVCHECK_RANDOM", "250"))
SEED = os.environ.get("DERIVCHECK_RANDOM_SEED")


@pytest.mark.skipif(SEED is not None, reason="one seed is asked for")
@pytest.mark.parametrize("part", range(PARTS))
def test_no_verdict_and_no_form_contradicts_the_interpreter(part: int) -> None:
    figures = run(FIRST + 20_000 * part, COUNT // PARTS)
    print(figures)
    assert not figures.problems, "\n\n".join(map(str, figures.problems))
    assert figures.claims >= COUNT // PARTS and figures.forms > 0


@pytest.mark.skipif(SEED is None, reason="no seed is asked for")
def test_the_seed_that_is_asked_for() -> None:
    figures = Figures()
    case = draw(int(SEED or 0))
    print(case.text)
    examine(case, figures)
    assert not figures.problems, "\n\n".join(map(str, figures.problems))


# --- the judge itself ---------------------------------------------------------------------


def point(layout: str = "mixed", vectors: str = "column") -> Point:
    generator = np.random.default_rng(3)
    tensors = {
        "x": (generator.normal(size=3), ("n",)),
        "y": (np.abs(generator.normal(size=3)), ("n",)),
        "A": (generator.normal(size=(3, 3)) + 2 * np.eye(3), ("n", "n")),
        "B": (generator.normal(size=(2, 3)), ("m", "n")),
        "s": (np.array(0.7), ()),
    }
    layers = {"z": read("B @ x" if vectors == "column" else "x @ B.T"), "L": read("sum(tanh(z))")}
    return Point({"n": 3, "m": 2}, tensors, layers, vectors=vectors, layout=layout)


def moved(start: Point, name: str, place: tuple[int, ...], step: float) -> Point:
    array, axes = start.tensors[name]
    changed = array.copy()
    changed[place] += step
    return replace(start, tensors={**start.tensors, name: (changed, axes)}, known={})


@pytest.mark.parametrize(
    "formula, variable",
    [
        ("det(A) * s", "A"),
        ("trace(inv(A))", "A"),
        ("sum(softmax(x)^3)", "x"),
        ("x.T @ inv(A) @ x", "x"),
        ("norm(A @ x) / sum(y)", "y"),
        ("sum(sigmoid(x) * gelu(x) + elu(x))", "x"),
        ("logsumexp(x * s)", "s"),
        ("max(x) + sum(abs(x)) + sum(relu(x - s))", "x"),
        ("sum(kron(A, x.T) * kron(A, x.T))", "A"),
        ("sum_{i != 2}(x[i] * A[i,i]) + prod_k(y[k])", "A"),
        ("sum(log(y) + sqrt(y) + y^1.5)", "y"),
        ("dL/dx[2] + sum(tanh'(x) * silu'(x))", "x"),
        ("cross_entropy(softmax(x), y) + mse(x, y)", "x"),
    ],
)
def test_the_interpreter_derives_what_differences_measure(formula: str, variable: str) -> None:
    start = point()
    shape = np.shape(start.tensors[variable][0])
    for place in np.ndindex(*shape):
        entry = At(Var(variable), tuple(Num(k + 1) for k in place)) if shape else Var(variable)
        derived = start.value(read(f"d({formula})/d{show(entry)}"), {}).data.plain[0, 0]
        ends = [moved(start, variable, place, h).value(read(formula), {}).data.plain[0, 0] for h in (1e-5, -1e-5)]
        assert derived == pytest.approx((ends[0] - ends[1]) / 2e-5, rel=1e-7, abs=1e-8)


@pytest.mark.parametrize(
    "claim, truth",
    [
        ("dL/dx = B.T @ tanh'(z)", "true"),
        ("dL/dx = B.T @ tanh(z)", "false"),
        ("dL/dx = B @ tanh'(z)", "meaningless"),
        ("dz/dx = B", "true"),
        ("dz/dx = B.T", "false"),
        ("dz[i]/dx[j] = B[i,j]", "true"),
        ("d2L/dx^2 = B.T @ diag(tanh''(z)) @ B", "true"),
        ("d2L/dx[i]dx[j] = d2L/dx[j]dx[i]", "true"),
        ("chain(dL/dz, dz/dB) = dL/dB", "true"),
        ("shape(dL/dB) = [m, n]", "true"),
        ("shape(dL/dB) = [n, m]", "false"),
        ("A @ x != x", "true"),
        ("A @ x ~ 3 * (A @ x)", "true"),
        ("A @ x ~ x", "false"),
        ("sum_{k: k != i}(x[k]) = sum(x) - x[i]", "true"),
        ("A[i,j] = 0 where i != j", "false"),
        ("vec(B) = kron(eye(n), eye(m)) @ vec(B)", "true"),
        ("sqrt(x^2) = x", "false"),
        ("log(x) = log(x)", "undefined"),
    ],
)
def test_the_interpreter_knows_the_truth(claim: str, truth: str) -> None:
    assert judged(read_claim(claim), point()).truth == truth


def test_layouts_and_rows() -> None:
    assert judged(read_claim("dL/dx = tanh'(z).T @ B"), point("numerator")).truth == "true"
    assert judged(read_claim("dz/dx = B.T"), point("denominator")).truth == "true"
    assert judged(read_claim("dL/dx = tanh'(z) @ B"), point(vectors="row")).truth == "true"


def test_what_is_drawn_is_read_as_it_was_made() -> None:
    for seed in range(40):
        for claim in draw(seed).claims:
            assert read_claim(show(read_claim(claim.text))) == read_claim(claim.text)
        assert draw(seed).text == draw(seed).text


def test_a_wrong_verdict_does_not_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """With verdicts turned round, true claims are told as refuted and wrong ones as proved."""
    other = {"proved": "refuted", "checked": "refuted", "refuted": "proved", "invalid": "proved"}
    verify = judging.verify_text

    def turned(text: str, **options: Any) -> Any:
        result = verify(text, **options)
        claims = [replace(claim, verdict=other.get(claim.verdict, claim.verdict)) for claim in result.claims]
        return replace(result, claims=tuple(claims), gradients=())

    monkeypatch.setattr(judging, "verify_text", turned)
    figures = run(FIRST, 20)
    found = [problem for problem in figures.problems if problem.kind == "false"]
    assert {"is refuted" in p.about for p in found} == {True, False}
    assert len(found) >= 0.6 * figures.claims
