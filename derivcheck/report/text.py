"""A report for people: a line for each file, what does not hold in full, and what was not read.

One file alone shows its claims and a line for each gradient; `-v` the forms of every one, `-vv` all evidence.
"""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TextIO

from rich.console import Console
from rich.text import Text

from derivcheck.diagnostics.diagnostic import Diagnostic
from derivcheck.diagnostics.verdicts import ClaimResult, GradientResult
from derivcheck.pipeline.results import FileResult, Report
from derivcheck.report.causes import cause_lines
from derivcheck.report.claims import claim_evidence, write_claims
from derivcheck.report.coverage import coverage, open_lines
from derivcheck.report.evidence import file_summary, sizes
from derivcheck.report.excerpt import diagnostic_lines
from derivcheck.report.gradients import gradient_lines, gradient_table
from derivcheck.report.lines import write_line, write_table
from derivcheck.report.marks import DIM, HEADING, mark
from derivcheck.report.outcome import file_lines, overall, write_unread
from derivcheck.report.page import Page


def write_report(report: Report, stream: TextIO, page: Page) -> None:
    """The whole report. Quiet pages show only what does not hold, and the summary."""
    console = page.console(stream)
    alone = len(report.files) == 1
    if page.verbosity == 0 and not alone:
        for line in file_lines(report, page):
            write_line(console, line)
    shown = 0
    for file in report.files:
        if not _is_shown(file, alone, page):
            continue
        if shown or (page.verbosity == 0 and not alone):
            console.line()
        shown += 1
        if page.verbosity == 0 and not alone and not (page.causes and file.formulas):
            _write_findings(file, console, page)
        else:
            _write_file(file, console, page)
    if not alone and page.verbosity == 0:
        write_unread(report, console, page)
    if not alone or not shown:
        if shown or page.verbosity == 0:
            console.line()
        write_line(console, overall(report, page))


def _is_shown(file: FileResult, alone: bool, page: Page) -> bool:
    """Whether more than a line is said of a file."""
    if page.verbosity < 0:
        return file.exit_code != 0
    return alone or page.verbosity > 0 or (page.causes and bool(file.formulas)) or _has_findings(file)


def _has_findings(file: FileResult) -> bool:
    claims = any(not claim.holds and not claim.ignored for claim in file.claims)
    gradients = any(not file.accepts(gradient) for gradient in file.gradients)
    return bool(
        file.failure or file.contradiction or file.warnings or file.remarks or claims or gradients or file.exit_code
    )


def to_text(report: Report, page: Page) -> str:
    """The whole report as one text, coloured where the page is."""
    stream = io.StringIO()
    write_report(report, stream, page)
    return stream.getvalue()


def write_diagnostic(diagnostic: Diagnostic, stream: TextIO, page: Page, *, title: str = "error") -> None:
    """One diagnostic."""
    _write_diagnostic(diagnostic, page.console(stream), page, title)


def _write_diagnostic(diagnostic: Diagnostic, console: Console, page: Page, title: str) -> None:
    for line in diagnostic_lines(diagnostic, page, title=title):
        write_line(console, line)


def write_claim(claim: ClaimResult, stream: TextIO, page: Page) -> None:
    """One claim judged on its own, as `derivcheck check` does."""
    console = page.console(stream)
    write_claims([claim], console, page)
    if page.verbosity >= 0:
        for name, text in claim_evidence(claim, page):
            write_line(console, Text.assemble("    ", (f"{name:<8}", DIM)) + Text(text), 12)


def _write_findings(file: FileResult, console: Console, page: Page) -> None:
    """What does not hold in one file of several."""
    _write_heading(file, console, page)
    _write_failure(file, console, page)
    gradients = [gradient for gradient in file.gradients if not file.accepts(gradient)]
    if gradients:
        write_table(gradient_table(gradients, page, strict=file.strict), console)
    claims = [claim for claim in file.claims if not claim.holds and not claim.ignored]
    if claims:
        write_claims(claims, console, page, file)
    _write_warnings(file, console, page)
    failing = tuple(formula for formula in file.formulas if not formula.holds and formula.standing != "judged")
    for line in open_lines(replace(file, formulas=failing), page):
        write_line(console, line, 13)


def _write_heading(file: FileResult, console: Console, page: Page) -> None:
    heading = page.text(file.path, HEADING)
    if file.title:
        heading.append_text(page.text(f"  {file.title}"))
    write_line(console, heading)


def _write_failure(file: FileResult, console: Console, page: Page) -> None:
    if file.failure is not None:
        _write_diagnostic(file.failure, console, page, "internal error" if file.contradiction else "error")


def _write_warnings(file: FileResult, console: Console, page: Page) -> None:
    for warning in file.warnings if page.verbosity >= 0 or file.strict else ():
        console.line()
        _write_diagnostic(warning, console, page, "error" if file.strict else "warning")
    for remark in file.remarks if page.verbosity >= 0 else ():
        console.line()
        _write_diagnostic(remark, console, page, "note")


def _write_file(file: FileResult, console: Console, page: Page) -> None:
    """One file: its claims before its gradients where every one of those is a line, else behind their table."""
    _write_heading(file, console, page)
    if file.source and page.verbosity > 1:
        write_line(console, page.text(f"source: {file.source}", DIM))
    _write_failure(file, console, page)
    gradients = _shown_gradients(file, page)
    if gradients and page.verbosity != 0:
        write_table(gradient_table(gradients, page, strict=file.strict), console)
    claims = [claim for claim in file.claims if page.verbosity >= 0 or file.fails(claim)]
    if claims:
        console.line()
        write_claims(claims, console, page, file)
    _write_warnings(file, console, page)
    if file.formulas and page.verbosity >= 0:
        console.line()
        for line in cause_lines(file, page) if page.causes else open_lines(file, page):
            write_line(console, line, 13)
        write_line(console, page.text(f"  {file.document}: {coverage(file)}", HEADING), 4)
    if gradients and page.verbosity == 0:
        console.line()
        _write_gradients(file, gradients, console, page)
    if page.verbosity >= 0:
        _write_notes(file, console, page)
    if gradients or claims or file.warnings or file.remarks:
        console.line()
    holds = file.exit_code == 0 and file.failure is None
    line = Text.assemble((mark(holds, page) + " ", "green" if holds else "red"))
    write_line(console, line + page.text(f"{file.path}: {file_summary(file)}"))


def _shown_gradients(file: FileResult, page: Page) -> list[GradientResult]:
    """Who verifies a document asks for its equations; the gradients that stand behind them are on request."""
    shown = page.verbosity > 0 if file.document == file.path else page.verbosity >= 0
    return [gradient for gradient in file.gradients if shown or not file.accepts(gradient)]


def _write_gradients(file: FileResult, gradients: list[GradientResult], console: Console, page: Page) -> None:
    """A line for each, and all that is known of those that are not as they should be."""
    for line, hang in gradient_lines(gradients, page, strict=file.strict):
        write_line(console, line, hang)
    open_ = [gradient for gradient in gradients if not file.accepts(gradient)]
    if open_:
        console.line()
        write_table(gradient_table(open_, page, strict=file.strict), console)


def _write_notes(file: FileResult, console: Console, page: Page) -> None:
    for note in file.notes:
        write_line(console, Text.assemble(("  note: ", HEADING)) + page.text(note), 8)
    if page.verbosity > 1 and file.sizes:
        write_line(console, page.text(f"  numbers at {sizes(file.sizes)}, seed {file.seed}", DIM), 4)
    if file.deselected:
        write_line(console, page.text(f"  {file.deselected} more are not selected", DIM), 4)
