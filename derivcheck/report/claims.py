"""Claims for people: a line for each, its steps, its evidence, and what is wrong with it explained."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from derivcheck.diagnostics.verdicts import HOLDS, ClaimResult
from derivcheck.pipeline.results import FileResult
from derivcheck.report.evidence import finding, measured, numbers, proof
from derivcheck.report.excerpt import diagnostic_lines
from derivcheck.report.lines import write_lines
from derivcheck.report.marks import DIM, HEADING, STYLES, mark
from derivcheck.report.page import Page, width_of

WIDEST_ID = 24
NARROW_ID = 14  # what goes on below stands under the equation


def write_claims(claims: Sequence[ClaimResult], console: Console, page: Page, file: FileResult | None = None) -> None:
    """Each with its steps and, where it does not hold, with what is wrong with it."""
    column = min(WIDEST_ID, max(width_of(page.show(claim.id)) for claim in claims))
    for position, claim in enumerate(claims):
        passes = file is not None and not file.fails(claim)
        write_lines(console, _claim_lines(claim, column, page, passes))
        if not claim.holds and not claim.ignored and finding(claim) is not None and position + 1 < len(claims):
            console.line()


def _claim_lines(claim: ClaimResult, column: int, page: Page, passes: bool) -> Iterator[tuple[Text, int]]:
    """The lines of one claim, each with what its rest is set in by."""
    yield _claim_line(claim, column, page, passes), column + 17 if column < NARROW_ID else 8
    for said in claim.inferred if claim.holds else ():
        yield page.text(f"      {said}", DIM), 8
    for line in _link_lines(claim, page):
        yield line, 19
    if page.verbosity > 1:
        for name, text in claim_evidence(claim, page):
            yield Text.assemble("      ", (f"{name:<8}", DIM)) + Text(text), 14
    found = None if claim.holds or claim.ignored else finding(claim)
    if found is not None:
        title = "internal error" if claim.verdict == "internal" else "warning" if passes else "error"
        for line in diagnostic_lines(found, page, title=title):
            yield line, 2


def _claim_line(claim: ClaimResult, column: int, page: Page, passes: bool = False) -> Text:
    """One claim; one that does not hold and `passes` all the same has a mark of its own."""
    shown = page.show(claim.id)
    sign = ("-", DIM) if claim.ignored else ("?", "yellow") if passes and not claim.holds else None
    sign = sign or (mark(claim.holds, page), "green" if claim.holds else "red")
    line = Text.assemble("  ", sign, " ", (shown, HEADING))
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
        line = Text.assemble("      ", (mark(link.holds, page), "green" if link.holds else "red"), " ")
        line.append(f"{link.verdict:<9}", style=STYLES[link.verdict]).append("  ")
        line.append(page.show(" ".join(link.text.split())))
        said = [link.message] if link.message else []
        said += [f"given {', '.join(link.facts)}"] if link.facts and link.holds else []
        if said:
            line.append(page.show(f"  ({'; '.join(said)})"), style=DIM)
        yield line


def claim_evidence(claim: ClaimResult, page: Page) -> Iterator[tuple[str, str]]:
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
