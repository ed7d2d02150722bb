"""The value that settles a refutation: measured by differences, by no rule of differentiation."""

from __future__ import annotations

import io
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest
from witnesses import run_here, settled

from derivcheck.judging.witness import script
from derivcheck.pipeline.verification import check_equation
from derivcheck.report.evidence import witness_text

SPECS = Path(__file__).parents[2] / "specs"
MLP = SPECS / "mlp.yaml"

WRONG = {
    "matrix form": "dL/dW1 = W2.T @ (p - y) @ x.T",
    "sign": "dL/dW2 = (y - p) @ a1.T",
    "index form": "da1[i]/dz1[j] = b1[i] * b1[j]",
    "a number above": "d(log(p[k]))/dz2[i] = p[i]",
    "second derivative": "d2L/dz2[i]dz2[j] = p[i] * p[j]",
    "prime": "sigmoid'(z1) = a1 * (1 + a1)",
    "prime inside": "diag(sigmoid'(z1)) = diag(a1)",
    "prime of a number": "sigmoid'(0) = 1/2",
    "abbreviation": "delta2 = y - p",
    "one entry": "dL/dz2[2] = p[1] - y[1]",
}


@pytest.mark.parametrize("equation", WRONG.values(), ids=WRONG)
def test_differences_side_with_the_derived_value(equation: str) -> None:
    result = check_equation(equation, MLP)
    assert result.verdict == "refuted"
    assert settled(result.witness)


def test_a_claim_without_a_derivative_has_no_difference_quotient() -> None:
    result = check_equation("sum(p) = 2", MLP)
    assert result.verdict == "refuted" and result.witness is not None
    assert result.witness.finite_difference == ""


def test_a_witness_at_another_point_is_reported_with_the_seed_of_that_point(tmp_path: Path) -> None:
    """relu(x) = x wherever x > 0: the point that refutes may be a later one."""
    spec = tmp_path / "one.yaml"
    spec.write_text("tensors: {x: []}\nnumeric: {seed: 1}\n")
    for seed in range(6):
        result = check_equation("relu(x) = x", spec, seed)
        assert result.verdict == "refuted" and result.witness is not None
        assert float(result.witness.derived) == 0.0 > float(result.witness.claimed)
        run = subprocess.run(
            [sys.executable, "-c", script("relu(x) = x", spec, result)], capture_output=True, text=True, check=False
        )
        assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("equation", ["max(x, 20 - 40) = x", "atan(tan(x)) = x"])
def test_a_witness_far_away_can_be_replayed(equation: str, tmp_path: Path) -> None:
    spec = tmp_path / "one.yaml"
    spec.write_text("tensors: {x: []}\n")
    result = check_equation(equation, spec, 3)
    assert result.verdict == "refuted" and result.witness is not None and result.witness.spread > 1
    assert "times as wide" in witness_text(result.witness)
    run = subprocess.run(
        [sys.executable, "-c", script(equation, spec, result)], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr


def test_the_nearest_true_right_side_is_offered_where_no_edit_repairs() -> None:
    result = check_equation("da1[i]/dz1[j] = b1[i] * b1[j]", MLP)
    assert result.diagnosis is not None and result.diagnosis.code == "DC229"
    assert check_equation(f"da1[i]/dz1[j] = {result.suggestion}", MLP).verdict == "proved"


def test_right_for_equal_sizes_only(tmp_path: Path) -> None:
    spec = tmp_path / "two.yaml"
    spec.write_text("tensors: {x: n, y: m}\n")
    result = check_equation("sum(x)/n + mean(y)/m = sum(x)/m + mean(y)/n", spec)
    assert result.diagnosis is not None
    assert (result.diagnosis.code, result.diagnosis.message) == ("DC220", "right only where n = m")


BREAKS = ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029", "\t"]


@pytest.mark.parametrize("mark", BREAKS, ids=ascii)
def test_the_text_of_a_claim_stays_a_string_of_its_script(tmp_path: Path, mark: str) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text("tensors: {x: n, y: n}\nfunctions: {exit: opaque}\nloss: {L: sum(x * y)}\n")
    equation = f"dL/dx = x{mark}+ exit(0) * y"
    source = script(equation, spec, check_equation(equation, spec))
    assert source.isascii() and "equation = 'dL/dx = x + exit(0) * y'" in source.splitlines()
    run = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=False)
    assert run.returncode == 0 and "largest difference" in run.stdout, run.stderr


def test_no_equation_declares_the_encoding_of_its_script() -> None:
    """A comment `coding=utf_7` in the first two lines would have the rest decoded into other code."""
    for equation in ("coding=utf_7", "coding = utf_7", "vim + fileencoding=utf_16"):
        source = script(equation, None, check_equation(equation))
        encoding, lines = tokenize.detect_encoding(io.BytesIO(source.encode()).readline)
        assert encoding == "utf-8" and lines[0].startswith(b'"""')


@pytest.mark.parametrize(
    "equation",
    [
        r"\frac{\partial L}{\partial W_2} = (y - p) a_1^\top",
        r"\frac{\partial p_i}{\partial z_{2,j}} = p_i (\delta_{ij} + p_j)",
        "dL/dz2 = p - y = y - p",
        "dL/dz2 = p + y = y + p",
    ],
)
def test_witnesses_of_latex_and_of_chains_run(equation: str) -> None:
    result = check_equation(equation, MLP)
    assert result.verdict == "refuted", result
    run_here(script(equation, MLP, result))
