"""What took longest: a line for each, the slowest first."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from derivcheck.pipeline.results import Report
from derivcheck.report.marks import HEADING
from derivcheck.report.page import Page


def duration_lines(report: Report, most: int, page: Page) -> Iterator[Text]:
    """The slowest gradients, claims and formulas, all of them where `most` is 0."""
    found = sorted((one for file in report.files for one in file.durations), key=lambda one: -one.seconds)
    shown = found[: most or None]
    yield page.text(f"slowest {len(shown)} of {len(found)} gradients, claims and formulas", HEADING)
    for one in shown:
        yield page.text(f"{one.seconds:7.2f} s  {one.path}: {one.name}")
