"""A report for people: a table of gradients and a line per claim, with what is wrong explained."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import TextIO

from rich import box
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from derivcheck.diagnostics.diagnostic import Diagnostic
from derivcheck.diagnostics.verdicts import HOLDS, ClaimResult, GradientResult, Verdict
from derivcheck.pipeline.results import FileResult, Report
from derivcheck.report.coverage import coverage, open_lines
from derivcheck.report.evidence import counting, file_summary, finding, measured, numbers, proof, sizes
from derivcheck.report.excerpt import diagnostic_lines
from derivcheck.report.page import Page, width_of, write_line, write_table

STYLES: dict[str, str] = {
    "proved": "green",
    "checked": "yellow",
    "refuted": "red",
    "undecided": "yellow",
    "invalid": "red",
    "internal": "red",
}
DIM, HEADING = "dim", "bold"
WIDEST_ID = 24
WIDE_ENOUGH = 100  # for a long label beside the forms


def write_report(report: Report, stream: TextIO, page: Page) -> None:
    """The whole report. Quiet pages show only what does not hold, and the summary."""
    console = page.console(stream)
    shown = 0
    for file in report.files:
        if page.verbosity < 0 and file.exit_code == 0:
            continue
        if shown:
            console.line()
        shown += 1
        _write_file(file, console, page)
    if len(report.files) != 1 or not shown:
        if shown:
            console.line()
        write_line(console, overall(report, page))


def to_text(report: Report, page: Page) -> str:
    """The whole report as one text, coloured where the page is."""
    stream = io.StringIO()
    write_report(report, stream, page)
    return stream.getvalue()


def write_diagnostic(diagnostic: Diagnostic, stream: TextIO, page: Page, *, title: str = "error") -> None:
    """One diagnostic, never wrapped."""
    console = page.console(stream)
    for line in diagnostic_lines(diagnostic, page, title=title):
        write_line(console, line)


def write_claim(claim: ClaimResult, stream: TextIO, page: Page) -> None:
    """One claim judged on its own, as `derivcheck check` does."""
    console = page.console(stream)
    for line in _claim_lines([claim], page):
        write_line(console, line)
    if page.verbosity >= 0:
        for name, text in _claim_evidence(claim, page):
            write_line(console, Text.assemble("    ", (f"{name:<8}", DIM)) + Text(text))


def _write_file(file: FileResult, console: Console, page: Page) -> None:
    heading = page.text(file.path, HEADING)
    if file.title:
        heading.append_text(page.text(f"  {file.title}"))
    write_line(console, heading)
    if file.source and page.verbosity > 0:
        write_line(console, page.text(f"source: {file.source}", DIM))
    if file.failure is not None:
        title = "internal error" if file.contradiction else "error"
        for line in diagnostic_lines(file.failure, page, title=title):
            write_line(console, line)
    # Who verifies a document asks for its equations; the gradients that stand behind them are on request.
    shown = page.verbosity > 0 if file.document == file.path else page.verbosity >= 0
    gradients = [g for g in file.gradients if shown or not file.accepts(g)]
    if gradients:
        write_table(gradient_table(gradients, page, strict=file.strict), console)
    claims = [c for c in file.claims if page.verbosity >= 0 or file.fails(c)]
    if claims:
        console.line()
        for line in _claim_lines(claims, page, file):
            write_line(console, line)
    for warning in file.warnings if page.verbosity >= 0 or file.strict else ():
        console.line()
        for line in diagnostic_lines(warning, page, title="error" if file.strict else "warning"):
            write_line(console, line)
    if file.formulas and page.verbosity >= 0:
        console.line()
        for line in open_lines(file, page):
            write_line(console, line)
        write_line(console, page.text(f"  {file.document}: {coverage(file)}", HEADING))
    if page.verbosity >= 0:
        for note in file.notes:
            write_line(console, Text.assemble(("  note: ", HEADING)) + page.text(note))
        if page.verbosity > 0 and file.sizes:
            write_line(console, page.text(f"  numbers at {sizes(file.sizes)}, seed {file.seed}", DIM))
        if file.deselected:
            write_line(console, page.text(f"  {file.deselected} more are not selected", DIM))
    if gradients or claims or file.warnings:
        console.line()
    holds = file.exit_code == 0 and file.failure is None
    style = "green" if holds else "red"
    mark = _mark(holds, page)
    write_line(console, Text.assemble((mark + " ", style)) + page.text(f"{file.path}: {file_summary(file)}"))


def _mark(holds: bool, page: Page) -> str:
    return page.show("✓" if holds else "✗")


def _some(paths: Sequence[str]) -> str:
    """The first few of them, so that a long report need not be searched."""
    return ", ".join(paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")


def overall(report: Report, page: Page) -> Text:
    """The last line: all files together."""
    gradients = [gradient for file in report.files for gradient in file.gradients]
    claims = [claim for file in report.files for claim in file.claims]
    wrong = sum(file.fails(claim) for file in report.files for claim in file.claims)
    failed = [f"{counting(wrong, 'claim')} {'does' if wrong == 1 else 'do'} not hold"] if wrong else []
    open_ = sum(file.gradient_fails(gradient) for file in report.files for gradient in file.gradients)
    failed += [f"{counting(open_, 'gradient')} {'does' if open_ == 1 else 'do'} not hold"] if open_ else []
    unread = [file.path for file in report.files if file.failure is not None or file.contradiction]
    failed += [f"{counting(len(unread), 'spec')} could not be judged ({_some(unread)})"] if unread else []
    bugs = sum(file.internal for file in report.files)
    failed += [f"{counting(bugs, 'internal error')}"] if bugs else []
    formulas = sum(file.fails(formula) for file in report.files for formula in file.formulas if formula.claim is None)
    failed += [f"{counting(formulas, 'formula')} {'is' if formulas == 1 else 'are'} unread"] if formulas else []
    unused = sum(len(file.warnings) for file in report.files if file.strict)
    failed += [f"{counting(unused, 'ignore')} {'is' if unused == 1 else 'are'} not needed"] if unused else []
    counted = ", ".join(
        (counting(len(report.files), "spec"), counting(len(gradients), "gradient"), counting(len(claims), "claim"))
    )
    holds = report.exit_code == 0 and not failed
    ignored = sum(bool(claim.ignored) for claim in claims)
    passed = sum(c.open and not c.ignored for c in claims) + sum(
        not file.accepts(gradient) for file in report.files for gradient in file.gradients
    )
    remarks = [f"{ignored} ignored"] * bool(ignored) + [f"{passed} open"] * bool(holds and passed)
    passing = sum(
        not formula.expected
        for file in report.files
        for formula in file.formulas
        if formula.holds and formula.standing in ("unread", "ambiguous")
    )
    remarks += [f"{counting(passing, 'formula')} not read"] * bool(passing)
    remarks += [f"{report.deselected} not selected"] * bool(report.deselected)
    outcome = ("all others hold" if ignored or passed else "all hold") if holds else ", ".join(failed)
    outcome = "; ".join([outcome or "nothing to judge", *remarks])
    if failed and report.exit_code == 0:
        outcome += " (exit code 0 all the same, by --exit-zero)"
    style = "bold green" if holds else "bold red"
    return Text.assemble((f"{_mark(holds, page)} {counted}: {page.show(outcome)}", style))


# --- gradients ------------------------------------------------------------------------------


def gradient_table(gradients: Sequence[GradientResult], page: Page, *, strict: bool = False) -> Table:
    """One row per gradient in seven columns where they fit, else its forms on lines of their own."""
    wide = _wide_table(gradients, page, strict)
    return wide if _natural_width(wide) <= page.width else _narrow_table(gradients, page, strict)


def _natural_width(table: Table) -> int:
    """How wide a table is when nothing in it is folded."""
    unlimited = Console(width=100_000, file=None, markup=False, emoji=False)
    return unlimited.measure(table).maximum


def _table(page: Page) -> Table:
    return Table(
        box=box.SIMPLE_HEAD if page.unicode else box.ASCII2,
        header_style=HEADING,
        show_edge=not page.unicode,
        pad_edge=not page.unicode,
        show_lines=not page.unicode,
        padding=(0, 1),
    )


def _wide_table(gradients: Sequence[GradientResult], page: Page, strict: bool) -> Table:
    table = _table(page)
    for heading in ("gradient", "shape", "index form", "matrix form", "proof", "finite differences", "verdict"):
        table.add_column(heading, no_wrap=True)
    for gradient in gradients:
        index, matrix = _forms(gradient, page)
        proved = proof(gradient.exact, page) + _given(gradient.facts, page)
        table.add_row(
            page.text(page.derivative(gradient.of, gradient.wrt), HEADING),
            page.text(_shape(gradient)),
            Text(index),
            Text(matrix),
            Text(proved),
            Text(numbers(gradient.numeric, page)),
            _verdict(gradient.verdict, strict, page),
        )
        for note in gradient.notes:
            table.add_row("", "", Text("note: ") + page.text(note))
    return table


def _narrow_table(gradients: Sequence[GradientResult], page: Page, strict: bool) -> Table:
    table = _table(page)
    names = max(width_of(page.show(page.derivative(g.of, g.wrt))) for g in gradients)
    table.add_column("gradient", max_width=max(10, min(names, page.width // 4)), overflow="fold")
    table.add_column("forms and evidence", ratio=1, overflow="fold")
    table.add_column("verdict", no_wrap=True)
    table.expand = True
    for position, gradient in enumerate(gradients):
        if position and page.unicode:
            table.add_section()
        name = page.text(page.derivative(gradient.of, gradient.wrt), HEADING)
        name.append("\n").append_text(page.text(_shape(gradient)))
        table.add_row(name, _block(gradient, page), _verdict(gradient.verdict, strict, page))
    return table


def _block(gradient: GradientResult, page: Page) -> RenderableType:
    """The forms and the evidence of one gradient, a long one folded under itself."""
    index, matrix = _forms(gradient, page)
    block = Table.grid(padding=(0, 1))
    block.add_column(no_wrap=True, style=DIM)
    block.add_column(overflow="fold", ratio=1)
    block.add_row("index", Text(index))
    block.add_row("matrix", Text(matrix))
    block.add_row("proof", Text(proof(gradient.exact, page)))
    if gradient.facts:
        block.add_row("given", page.text(", ".join(gradient.facts)))
    block.add_row(
        "finite differences" if page.width >= WIDE_ENOUGH else "numbers", Text(numbers(gradient.numeric, page))
    )
    for note in gradient.notes:
        block.add_row("note", page.text(note))
    return block


def _forms(gradient: GradientResult, page: Page) -> tuple[str, str]:
    """Index form and matrix form as the page can carry them."""
    forms = gradient.forms
    index = forms.index_unicode if page.unicode and forms.index_unicode else forms.index
    matrix = forms.matrix_unicode if page.unicode and forms.matrix_unicode else forms.matrix
    none = f"no matrix form: {forms.no_matrix}" if forms.no_matrix else "no matrix form"
    return page.show(index), page.show(matrix or none)


def _shape(gradient: GradientResult) -> str:
    return " × ".join(gradient.shape) if gradient.shape else "scalar"


def _given(facts: Sequence[str], page: Page) -> str:
    return page.show(f", given {', '.join(facts)}") if facts else ""


def _verdict(verdict: Verdict, strict: bool, page: Page) -> Text:
    holds = verdict == "proved" if strict else verdict in HOLDS
    return Text(f"{_mark(holds, page)} {verdict}", style=STYLES[verdict])


# --- claims ---------------------------------------------------------------------------------


def _claim_lines(claims: Sequence[ClaimResult], page: Page, file: FileResult | None = None) -> Iterator[Text]:
    column = min(WIDEST_ID, max(width_of(page.show(claim.id)) for claim in claims))
    for position, claim in enumerate(claims):
        passes = file is not None and not file.fails(claim)
        yield _claim_line(claim, column, page, passes)
        yield from _link_lines(claim, page)
        if page.verbosity > 0:
            for name, text in _claim_evidence(claim, page):
                yield Text.assemble("      ", (f"{name:<8}", DIM)) + Text(text)
        if not claim.holds and not claim.ignored:
            found = finding(claim)
            if found is not None:
                title = "internal error" if claim.verdict == "internal" else "warning" if passes else "error"
                yield from diagnostic_lines(found, page, title=title)
                if position + 1 < len(claims):
                    yield Text()


def _claim_line(claim: ClaimResult, column: int, page: Page, passes: bool = False) -> Text:
    """One claim; one that does not hold and `passes` all the same has a mark of its own."""
    shown = page.show(claim.id)
    mark = ("-", DIM) if claim.ignored else ("?", "yellow") if passes and not claim.holds else None
    mark = mark or (_mark(claim.holds, page), "green" if claim.holds else "red")
    line = Text.assemble("  ", mark, " ", (shown, HEADING))
    line.append(" " * (column - width_of(shown) + 2 if width_of(shown) <= column else 2))
    line.append(f"{claim.verdict:<9}", style=STYLES[claim.verdict]).append("  ")
    shown = claim.text if len(claim.links) < 2 else f"{claim.links[0].text} = …"
    line.append(page.show(" ".join(shown.split())))
    remarks = []
    if claim.ignored:
        code = claim.diagnosis.code if claim.diagnosis is not None and claim.diagnosis.code else "as"
        remarks.append(f"ignored {code}: {claim.ignored}")
    if claim.facts:
        remarks.append(f"given {', '.join(claim.facts)}")
    if claim.chained:
        remarks.append(f"read as {claim.reading}")
    if claim.note:
        remarks.append(claim.note)
    if claim.reach:
        remarks.append(claim.reach)
    if claim.holds and claim.expected == claim.verdict and claim.expected not in HOLDS:
        code = f": {claim.diagnosis.code} {claim.diagnosis.message}" if claim.diagnosis is not None else ""
        remarks.append(f"as expected{code}")
    if claim.verdict == "checked" and (claim.message or claim.exact.reason):
        remarks.append(f"no proof: {claim.message or claim.exact.reason}")
    if remarks:
        line.append(page.show(f"  ({'; '.join(remarks)})"), style=DIM)
    return line


def _link_lines(claim: ClaimResult, page: Page) -> Iterator[Text]:
    """The links of a chain, the first wrong one and what inherits it."""
    if len(claim.links) < 2 or (claim.holds and page.verbosity <= 0):
        return
    for link in claim.links:
        line = Text.assemble("      ", (_mark(link.holds, page), "green" if link.holds else "red"), " ")
        line.append(f"{link.verdict:<9}", style=STYLES[link.verdict]).append("  ")
        line.append(page.show(" ".join(link.text.split())))
        said = [link.message] if link.message else []
        said += [f"given {', '.join(link.facts)}"] if link.facts and link.holds else []
        if said:
            line.append(page.show(f"  ({'; '.join(said)})"), style=DIM)
        yield line


def _claim_evidence(claim: ClaimResult, page: Page) -> Iterator[tuple[str, str]]:
    if claim.reading:
        yield "read as", page.show(claim.reading)
    if claim.exact.equal is not None or claim.exact.reason:
        yield "proof", proof(claim.exact, page)
    if claim.numeric.verdict != "not_run":
        yield "numbers", numbers(claim.numeric, page)
    if claim.slopes:
        yield "slopes", measured(claim.slopes, page)
    if claim.message and claim.holds:
        yield "note", page.show(claim.message)
    for lapse in claim.lapses:
        yield "lapse", page.show(f"the search for the mistake lost an attempt: {lapse}")
