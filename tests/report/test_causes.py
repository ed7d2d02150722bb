"""Why formulas of a document were not judged, by cause, with the lines that the sidecar needs."""

from __future__ import annotations

import pathlib

import pytest

from derivcheck.cli.main import run
from derivcheck.pipeline.results import FileResult
from derivcheck.pipeline.verification import verify_document
from derivcheck.report.causes import cause_lines, causes
from derivcheck.report.coverage import coverage, standing
from derivcheck.report.page import Page

SPEC = "tensors: {x: n, g: n}\nlayers: {h: sin(x)}\nloss: {L: x.T @ g + sum(h)}\n"
TEXT = r"""
$\frac{\partial L}{\partial \hat{g}} = x$ and $\hat{g} + x = 2 x$.

$\frac{\partial L}{\partial \hat{g}} = -x$, but $x = 0$ and $\frac{\partial L}{\partial x} = \xi + x$.

$\mine{x} = x$ and let $i \neq j$ and $h = h - \frac{1}{n} \mathbf{1} h$.
"""


def judged(folder: pathlib.Path, more: str = "", text: str = TEXT) -> FileResult:
    (folder / "a.md").write_text(text)
    (folder / "a.derivcheck.yaml").write_text(SPEC + more)
    return verify_document(folder / "a.md")


def test_the_same_cause_is_told_once_the_frequent_ones_first(tmp_path: pathlib.Path) -> None:
    found = causes(judged(tmp_path))
    assert [(one.code, len(one.formulas), one.section, one.key, one.value) for one in found] == [
        ("DC120", 3, "symbols", "\\hat{g}", "g"),
        ("DC120", 1, "symbols", "\\mathbf{1}", "ones(n)"),
        ("DC120", 1, "symbols", "\\xi", "..."),
        ("DC170", 1, "macros", "\\mine", "..."),
        ("DC629", 1, "", "", ""),
        ("DC630", 1, "", "", ""),
    ]
    assert [one.asserts for one in found] == [True] * 4 + [False] * 2


def test_what_is_shown_can_be_pasted(tmp_path: pathlib.Path) -> None:
    lines = [line.plain for line in cause_lines(judged(tmp_path), Page(width=200))]
    assert lines[0].strip() == "not judged, by cause"
    assert "   3  DC120 unknown name `\\hat{g}`  (lines 2, 4)" in lines[1]
    start = next(k for k, line in enumerate(lines) if line.strip() == "symbols:")
    pasted = "\n".join(line[4:] for line in lines[start:] if "..." not in line and line.strip() != "macros:")
    result = judged(tmp_path, pasted + "\n")
    assert [standing(one) for one in result.formulas][:3] == ["proved", "refuted", "unread"]
    keys = {one.key for one in causes(result)}
    assert {"\\xi", "\\mine"} <= keys and "\\hat{g}" not in keys


def test_a_word_of_another_line_is_no_guess(tmp_path: pathlib.Path) -> None:
    (one,) = causes(judged(tmp_path, text=r"$\hat{q} + x = x$"))
    assert (one.key, one.value) == ("\\hat{q}", "...")


def test_the_table_is_asked_for(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    judged(tmp_path)
    for options, shown in (((), False), (("--coverage",), True), (("--coverage", "--no-coverage"), False)):
        run(["verify", str(tmp_path / "a.md"), *options])
        assert ("not judged, by cause" in capsys.readouterr().out) == shown


def test_what_asserts_nothing_is_counted_as_such(tmp_path: pathlib.Path) -> None:
    assert coverage(judged(tmp_path)) == "8 formulas: 2 asides, 6 unread"


def test_nothing_is_said_where_everything_is_judged(tmp_path: pathlib.Path) -> None:
    result = judged(tmp_path, text="$h = \\sin(x)$")
    assert list(cause_lines(result, Page())) == []
