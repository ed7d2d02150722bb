"""Findings as annotations: commands on the standard output that GitHub shows beside the lines they speak of."""

from __future__ import annotations

from pathlib import Path

from derivcheck.diagnostics.diagnostic import Where
from derivcheck.pipeline.results import Report
from derivcheck.report.findings import Finding, findings, notes
from derivcheck.report.outcome import overall
from derivcheck.report.page import Page
from derivcheck.report.places import repository, repository_path

MOST = 9  # a step shows ten of a kind; the tenth counts the others


def to_github(report: Report, *, ascii_only: bool = False) -> str:
    """Refuted claims first; the last line is the outcome."""
    page = Page(unicode=not ascii_only)
    ordered = sorted(findings(report), key=lambda one: one.rank)
    root = repository()
    lines = []
    for one in ordered[:MOST]:
        place = {"file": _path(one.where, root, page), **_columns(one.where)}
        place["title"] = page.show(f"{one.rule} {one.subject}")
        lines.append(_command(_level(one), place, "\n".join(map(page.show, one.lines))))
    if rest := ordered[MOST:]:
        lines.append(_command(_level(rest[0]), {"title": "derivcheck"}, f"and {len(rest)} more"))
    told = notes(report)
    for where, note in told[:MOST]:
        lines.append(_command("notice", {"file": _path(where, root, page), "title": "derivcheck"}, page.show(note)))
    if len(told) > MOST:
        lines.append(_command("notice", {"title": "derivcheck"}, f"and {len(told) - MOST} more"))
    return "\n".join([*lines, overall(report, page).plain]) + "\n"


def _columns(where: Where) -> dict[str, str]:
    """The line and the columns; in a notebook lines are none of the file's."""
    if where.cell:
        return {}
    last = where.column + max(1, where.length)
    return {"line": str(where.line), "col": str(where.column), "endColumn": str(last)}


def _path(where: Where, root: Path, page: Page) -> str:
    inside = repository_path(where.path, root)
    return page.show(inside if inside is not None else where.path)


def _level(one: Finding) -> str:
    return "error" if one.fails else "warning"


def _command(level: str, place: dict[str, str], message: str) -> str:
    properties = ",".join(f"{name}={_escaped(value, ':,')}" for name, value in place.items())
    return f"::{level} {properties}::{_escaped(message)}"


def _escaped(text: str, also: str = "") -> str:
    """A text as the runner reads it: what would end a value is percent-encoded."""
    for character in "%\r\n" + also:
        text = text.replace(character, f"%{ord(character):02X}")
    return text
