"""The README's example says what the tool says."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from derivcheck.report.page import Page
from derivcheck.report.text import write_report
from derivcheck.verdicts import Report
from derivcheck.verify import verify_file

README = (Path(__file__).parent.parent / "README.md").read_text()


def test_the_example_is_judged_as_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = re.search(r"```yaml\n(.*?)```", README, re.S)
    message = re.search(r"```text\n(.*?)```", README, re.S)
    assert spec and message
    monkeypatch.chdir(tmp_path)
    Path("notes.yaml").write_text(spec[1])
    result = verify_file("notes.yaml")
    assert [(c.verdict, c.facts) for c in result.claims] == [("proved", ("Σ y = 1",)), ("invalid", ())]
    stream = io.StringIO()
    write_report(Report((result,)), stream, Page(width=100))
    said = [line.rstrip() for line in stream.getvalue().splitlines()]
    for line in message[1].splitlines():
        assert line.rstrip() in said, line


def test_the_gradient_check_prints_what_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """Error bars may differ between machines in their digits."""
    program = re.search(r"```python\n(.*?)```", README, re.S)
    shown = re.search(r"```text\n(differs.*?)```", README, re.S)
    assert program and shown
    exec(compile(program[1], "README.md", "exec"), {})

    def masked(text: str) -> str:
        return re.sub(r"\d\.\de-1\d", "#", text)

    assert masked(capsys.readouterr().out) == masked(shown[1])
