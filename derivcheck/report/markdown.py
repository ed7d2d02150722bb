"""The outcome as Markdown tables: what does not hold, and a line for each spec."""

from __future__ import annotations

import re
from collections.abc import Iterable

from derivcheck.pipeline.results import FileResult, Report
from derivcheck.report.coverage import coverage
from derivcheck.report.evidence import file_summary
from derivcheck.report.findings import Finding, findings, notes
from derivcheck.report.outcome import overall
from derivcheck.report.page import Page

MOST = 500  # rows: the summary of a step has room for a mebibyte
# What means something to Markdown, to its dialects, or to the HTML within it.
MEANINGFUL = re.compile(r"[\\`*_\[\]<>&|~$#@!]|:(?!\s|$)")
MARKS = {0: "✓", 1: "✗", 2: "✗ not judged", 3: "✗ internal error"}


def to_markdown(report: Report, *, ascii_only: bool = False) -> str:
    """Tables as GitHub reads them; nothing in a spec can become markup."""
    page = Page(unicode=not ascii_only)
    parts = [f"### derivcheck: {escaped(overall(report, page).plain)}"]
    found = sorted(findings(report), key=lambda one: one.rank)
    if found:
        parts.append(_table(("where", "what", "finding"), [_row(one, page) for one in found[:MOST]]))
        parts += [f"and {len(found) - MOST} more"] if len(found) > MOST else []
    parts.append(_table(("spec", "what was judged", "outcome"), [_line(file, page) for file in report.files]))
    told = [f"- note: {code_span(page.show(where.path))}: {worded(page.show(note))}" for where, note in notes(report)]
    parts += ["\n".join(told)] if told else []
    return "\n\n".join(parts) + "\n"


def _row(one: Finding, page: Page) -> tuple[str, str, str]:
    said = one.diagnostic
    code = f"{said.code}: " if said.code else ""
    label = f" ({worded(page.show(said.label))})" if said.label else ""
    repair = f"<br>help: {code_span(page.show(said.help))}" if said.help else ""
    message = code + worded(page.show(said.message)) + label + repair
    what = f"{code_span(page.show(one.subject))} {escaped(one.verdict)}"
    if one.kind in ("file", "bug", "spec"):
        what = escaped(one.verdict)
    return code_span(page.show(str(one.where))), what, message


def _line(file: FileResult, page: Page) -> tuple[str, str, str]:
    judged = file_summary(file)
    if file.formulas:
        judged += f"; {coverage(file)}"
    title = f" {escaped(page.show(file.title))}" if file.title else ""
    return code_span(page.show(file.path)) + title, escaped(page.show(judged)), page.show(MARKS[file.exit_code])


def _table(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [headings, tuple("---" for _ in headings), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def worded(message: str) -> str:
    """A message; what stands in backquotes is code."""
    pieces = message.split("`")
    if len(pieces) % 2 == 0:
        return escaped(message)
    return "".join(
        code_span(piece) if position % 2 and piece else escaped(piece) for position, piece in enumerate(pieces)
    )


def escaped(text: str) -> str:
    """A text of which nothing is markup; a reference to a character never is."""
    return MEANINGFUL.sub(lambda match: f"&#{ord(match[0])};", text)


def code_span(text: str) -> str:
    """A text as code: in backquotes where they can carry it in a cell of a table."""
    if not text.strip():
        return ""
    if text == text.strip() and not set(text) & set("`|\\"):
        return f"`{text}`"
    return f"<code>{escaped(text)}</code>"
