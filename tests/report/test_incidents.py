"""What fails unforeseen while results are written costs one item: the others are shown, and the exit code is 3."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from derivcheck.cli.main import run
from derivcheck.judging.examiner import Examiner
from derivcheck.judging.proofreader import Proofreader
from derivcheck.judging.steps import StepWriter
from derivcheck.report import gradepage, sections

SPEC = """
tensors: {x: n0, W: n1 n0, b: n1}
layers: {z: W @ x + b}
loss: {L: sum(z^2)}
claims: {right: dL/db = 2*z, also: dL/dz = 2*z}
"""


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The path of a spec; failures are reported as users see them, not raised."""
    monkeypatch.delenv("DERIVCHECK_TRACEBACK")
    path = tmp_path / "spec.yaml"
    path.write_text(SPEC)
    return str(path)


def failing_for(wanted: str, honest: Callable[..., Any], name: Callable[..., str]) -> Callable[..., Any]:
    def called(*arguments: Any, **named: Any) -> Any:
        if name(*arguments) == wanted:
            raise RuntimeError("out of order")
        return honest(*arguments, **named)

    return called


FORMATS = [
    ("text", "∂L/∂b ="),
    ("unicode", "∂L/∂b ="),
    ("sympy", "dL_db_index ="),
    ("markdown", "## Derivative by `b`"),
    ("latex", r"\subsection*{Derivative by \texttt{b}}"),
]


@pytest.mark.parametrize(("format", "other"), FORMATS)
def test_a_form_that_fails_costs_itself(
    spec: str, format: str, other: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        Proofreader, "form", failing_for("W", Proofreader.form, lambda self, tensor, style: tensor.name)
    )
    assert run(["derive", spec, "--format", format]) == 3
    shown = capsys.readouterr()
    assert other in shown.out and "DC900" in shown.out
    assert "DC900" in shown.err and "out of order" in shown.err
    if format == "sympy":
        compile(shown.out, "shown", "exec")


@pytest.mark.parametrize("format", ["text", "markdown"])
def test_steps_that_fail_cost_themselves(
    spec: str, format: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for method in ("steps", "stage"):
        honest = getattr(StepWriter, method)
        monkeypatch.setattr(StepWriter, method, failing_for("W", honest, lambda self, tensor, *style: tensor.name))
    assert run(["derive", spec, "--steps", "--format", format]) == 3
    shown = capsys.readouterr()
    assert "DC900" in shown.out and ("∂L/∂b" in shown.out or "Derivative by `b`" in shown.out)


def test_code_is_written_of_the_gradients_that_hold(
    spec: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = failing_for("W", Examiner.measured, lambda self, tensor: tensor.name)
    monkeypatch.setattr(Examiner, "measured", measured)
    assert run(["derive", spec, "--format", "numpy"]) == 3
    shown = capsys.readouterr()
    assert '"b": ' in shown.out and '"W": ' not in shown.out and "out of order" in shown.err


PIECES = [
    (sections, "claim_card", lambda claim, *rest: claim.id, "right"),
    (sections, "gradient_card", lambda gradient, *rest: gradient.wrt, "W"),
    (sections, "drawings", lambda network: "", ""),
    (sections, "jacobians", lambda examiner: "", ""),
    (StepWriter, "stage", lambda self, tensor: tensor.name, "W"),
]


@pytest.mark.parametrize(("place", "name", "of", "wanted"), PIECES, ids=[piece[1] for piece in PIECES])
def test_a_piece_of_a_page_that_fails_costs_itself(
    spec: str,
    place: Any,
    name: str,
    of: Callable[..., str],
    wanted: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert run(["verify", spec, "--format", "html"]) == 0
    whole = capsys.readouterr().out
    monkeypatch.setattr(place, name, failing_for(wanted, getattr(place, name), of))
    assert run(["verify", spec, "--format", "html"]) == 3
    shown = capsys.readouterr()
    assert shown.out.count("DC900") == 1 and "out of order" in shown.err
    assert len(shown.out) > 0.4 * len(whole) and shown.out.rstrip().endswith("</html>")
    assert run(["verify", spec, "--format", "concise"]) == 0  # what was noted is forgotten


def test_a_finding_of_a_grade_sheet_that_fails_costs_itself(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DERIVCHECK_TRACEBACK")
    folder = Path(__file__).parents[2] / "specs" / "homework"
    arguments = ["grade", str(folder / "backpropagation.yaml"), str(folder / "answers.csv"), "--format", "html"]
    run(arguments)
    whole = capsys.readouterr().out
    first = gradepage._excerpt
    seen: list[object] = []

    def once(group: Any) -> Any:
        seen.append(group)
        if len(seen) == 1:
            raise RuntimeError("out of order")
        return first(group)

    monkeypatch.setattr(gradepage, "_excerpt", once)
    assert run(arguments) == 3
    shown = capsys.readouterr()
    assert shown.out.count("DC900") == 1 and len(seen) > 1 and len(shown.out) > 0.8 * len(whole)
