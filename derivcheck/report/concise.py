"""One line for each finding, `path:line:column: CODE message`, one for each note, and one for the outcome."""

from __future__ import annotations

from derivcheck.pipeline.results import Report
from derivcheck.report.findings import findings, notes
from derivcheck.report.outcome import overall
from derivcheck.report.page import Page


def to_concise(report: Report, *, ascii_only: bool = False) -> str:
    """The lines; none of them is wrapped, whatever the width of the page."""
    page = Page(unicode=not ascii_only)
    lines = [page.show(f"{one.where}: {one.rule} {one.diagnostic.message}") for one in findings(report)]
    lines += [page.show(f"{where}: note {note}") for where, note in notes(report)]
    return "\n".join([*lines, overall(report, page).plain]) + "\n"
