"""What is said of formulas that have a meaning, and perhaps not the one that was meant: nothing fails for it."""

from __future__ import annotations

import pytest

from derivcheck.pipeline.verification import verify_text

HEAD = "tensors: {x: m, p: {axes: n, given: open_unit}, y: {axes: n, given: binary}, W: m n, X: m n, s: scalar}\n"
# (formula of the loss, code of the remark, the part of the formula that it is about)
TOLD = [
    ("mean((p - y.T)**2)", "DC146", "p - y.T"),
    ("sum((x + y.T) * W)", "DC146", "x + y.T"),
    ("sum(p.T / x)", "DC146", "p.T / x"),
    ("sum(W * (x * y.T))", "DC146", "x * y.T"),
    ("mean(binary_cross_entropy(p, y))", "DC147", "mean(binary_cross_entropy(p, y))"),
    ("s + mean(mse(p, y))", "DC147", "mean(mse(p, y))"),
    ("2*mean(sum(p))", "DC147", "mean(sum(p))"),
]
NOT_TOLD = [
    "mean((p - y)**2)",
    "sum(W + x)",
    "sum(W @ p + x)",
    "sum(x @ y.T)",
    "mean(sse(W, X, n), m)",
    "mean(sse(W, X, n))",
    "sum(p - mean(p))",
    "sum_{i}(sum_{j}((x[i] + y[j])*W[i,j]))",
    "s * mean(x)",
]


@pytest.mark.parametrize(("loss", "code", "part"), TOLD, ids=[row[0] for row in TOLD])
def test_a_remark_says_what_it_is_about_and_fails_nothing(loss: str, code: str, part: str) -> None:
    found = verify_text(f"{HEAD}loss: {{L: '{loss}'}}\n", strict=True)
    (remark,) = found.remarks
    assert remark.where is not None
    told = remark.where.line_text[remark.where.column - 1 :].lstrip("(")
    assert (remark.code, told[: len(part)]) == (code, part)
    assert found.exit_code == 0


@pytest.mark.parametrize("loss", NOT_TOLD)
def test_what_is_usual_is_not_remarked_upon(loss: str) -> None:
    assert verify_text(f"{HEAD}loss: {{L: '{loss}'}}\n").remarks == ()


def test_every_member_of_a_family_is_told_of_once() -> None:
    head = "families: {l: 1..3}\ntensors: {'a[0]': n, v: m}\n"
    text = f"{head}layers:\n  a[l]: (a[l-1] + v.T) @ v\nloss: {{L: 'sum(a[3])'}}\n"
    assert [remark.code for remark in verify_text(text).remarks] == ["DC146"]
