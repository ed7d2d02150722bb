"""Reports of results made by hand: every width, plain outputs, and text that nobody should write."""

from __future__ import annotations

import io
import json

import pytest
import samples

from derivcheck.diagnostics.diagnostic import Diagnostic, Where
from derivcheck.diagnostics.verdicts import GradientResult
from derivcheck.pipeline.results import FileResult, Report
from derivcheck.report.excerpt import diagnostic_lines
from derivcheck.report.json import to_json
from derivcheck.report.page import Page
from derivcheck.report.text import write_report

GRADIENTS = [value for value in vars(samples).values() if isinstance(value, GradientResult)]
FILES = [value for value in vars(samples).values() if isinstance(value, FileResult)]


def shown(report: Report, **page: object) -> str:
    stream = io.StringIO()
    write_report(report, stream, Page(**page))  # type: ignore[arg-type]
    return stream.getvalue()


def reports() -> list[Report]:
    made = Report((FileResult("made.yaml", "made by hand", gradients=tuple(GRADIENTS)),))
    return [made, *(Report((file,)) for file in FILES)]


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_tables_keep_to_the_width(width: int) -> None:
    for line in shown(reports()[0], width=width).splitlines():
        assert len(line) <= width or "made.yaml" in line


def test_ascii_pages_are_ascii() -> None:
    for report in reports():
        assert shown(report, unicode=False).isascii()


def test_markup_in_names_means_nothing() -> None:
    hostile = FileResult("[bold]W[l][/bold].yaml", "[red]title[/red]", gradients=tuple(GRADIENTS))
    text = shown(Report((hostile,)))
    assert "[bold]W[l][/bold].yaml" in text
    assert "\x1b" not in text


def test_json_is_valid_and_stable() -> None:
    for report in reports():
        assert to_json(report) == to_json(report)
        assert json.loads(to_json(report))["schema"] == 1


@pytest.mark.parametrize("length", range(50, 90, 3))
@pytest.mark.parametrize("unicode", [True, False])
def test_the_line_of_an_excerpt_keeps_to_the_width_wherever_its_caret_is(length: int, unicode: bool) -> None:
    written = "".join(chr(ord("a") + k % 26) for k in range(length))
    for column in range(1, length + 1, 4):
        where = Where("a.yaml", 4, column, 3, written)
        lines = [line.plain for line in diagnostic_lines(Diagnostic("DC144", "wrong", where), Page(60, unicode))]
        (shown,) = (line for line in lines if line.startswith("4 | "))
        (carets,) = (line for line in lines if line.lstrip(" |").startswith("^"))
        assert len(shown) <= 60
        assert shown[carets.index("^") : carets.rindex("^") + 1] == written[column - 1 : column + 2]
