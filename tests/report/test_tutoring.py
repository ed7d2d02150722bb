"""One mistake told to whoever made it, and the ladder of hints for whoever is to find it."""

from __future__ import annotations

from pathlib import Path

import pytest

from derivcheck.diagnostics.diagnostic import DerivcheckError
from derivcheck.pipeline.verification import verify_text
from derivcheck.report.page import Page
from derivcheck.report.tutoring import tutored
from derivcheck.statements.grading.grader import Rules, grade

SPEC = """
tensors: {X: N d, w: d, y: N, lam: scalar}
layers: {r: X @ w - y}
loss: {L: "sum(r^2)/N + lam*sum(w^2)"}
claims:
  wrong: dL/dw = 2/N * X.T @ r + lam * w
  right: dL/dw = 2/N * X.T @ r + 2 * lam * w
"""
PAGE = Page(80, unicode=False)


def test_a_mistake_is_told_with_its_place_its_numbers_and_advice() -> None:
    wrong, right = verify_text(SPEC).claims
    told = "\n".join(tutored(wrong, PAGE, "DC202"))
    assert "This is not DC202 (sign) but DC201" in told
    assert "What was done: a factor 2 is missing, at `lam * w`." in told
    assert wrong.witness is not None and f"the claim gives {wrong.witness.claimed}" in told
    assert "What is right: 2/N * X.T @ r + 2 * lam * w" in told and "Next time: " in told
    with pytest.raises(DerivcheckError, match="DC617"):
        tutored(right, PAGE)


@pytest.mark.parametrize(
    ("hints", "code", "message", "repair"),
    [
        (1, "", "look at this again, at the mark", ""),
        (2, "DC201", "constant factor", ""),
        (3, "DC201", "a factor 2 is missing", "2/N * X.T @ r + 2 * lam * w"),
    ],
)
def test_hints_say_where_then_what_then_how(tmp_path: Path, hints: int, code: str, message: str, repair: str) -> None:
    spec, answers = tmp_path / "sheet.yaml", tmp_path / "answers.csv"
    spec.write_text(SPEC.replace("  wrong: dL/dw = 2/N * X.T @ r + lam * w\n", ""))
    answers.write_text("who,claim,equation\nAda,right,2/N * X.T @ r + lam * w\nBob,right,2/N * X.T @ r + 2*lam*w\n")
    book = grade(spec, [answers], Rules(hints=hints))
    found, right = book.marks["Ada", "right"].finding, book.marks["Bob", "right"].finding
    assert (found.code, found.message, found.repair) == (code, message, repair)
    assert found.span is not None and found.shown[slice(*found.span)] == "lam * w"
    assert found.credit == book.credit["DC201"] and bool(found.derived) == (hints == 3)
    assert right.status == "right" and bool(right.shown) == (hints == 3)
