"""The formats of a report. Each is a line here and the module of its name, imported when it is asked for."""

from __future__ import annotations

from enum import Enum
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the command line reads the names to show its help, which needs neither
    from derivcheck.pipeline.results import Report
    from derivcheck.report.page import Page


class ReportFormat(str, Enum):  # noqa: UP042 - Typer reads the values
    """`name` is written by `to_name` of the module `derivcheck.report.name`."""

    text = "text"
    concise = "concise"
    json = "json"
    junit = "junit"
    sarif = "sarif"
    github = "github"
    markdown = "markdown"
    html = "html"
    csv = "csv"


FORMATS = tuple(one.value for one in ReportFormat)
PAGED = frozenset({ReportFormat.text})  # made for the width, the colours and the verbosity of a page
TYPESET = frozenset({ReportFormat.json})  # has the forms of gradients in LaTeX as well


def rendered(name: str, report: Report, page: Page) -> str:
    """The report in one of the formats, in ASCII where the page carries nothing else.

    Raises ValueError for an unknown format.
    """
    form = ReportFormat(name)
    render = getattr(import_module(f"derivcheck.report.{form.value}"), f"to_{form.value}")
    text: str = render(report, page) if form in PAGED else render(report, ascii_only=not page.unicode)
    return text
