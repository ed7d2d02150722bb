"""What became of the formulas of a document: how many of each kind, and why some were not read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rich.text import Text

from derivcheck.diagnostics.verdicts import ASIDES, FormulaResult
from derivcheck.pipeline.results import FileResult
from derivcheck.report.evidence import counting
from derivcheck.report.page import Page

VERDICTS = ("proved", "checked", "refuted", "invalid", "undecided", "internal")
ORDER = (*VERDICTS, "definition", "aside", "ambiguous", "unread")
INFERRED = "DC636"  # a meaning that the text gives: whatever rests on it is to be seen
PLURALS = {"definition": "definitions", "aside": "asides"}


def standing(formula: FormulaResult) -> str:
    """The verdict of a formula that was judged, else how it stands."""
    return formula.claim.verdict if formula.claim is not None and formula.standing == "judged" else formula.standing


def _counted_as(formula: FormulaResult) -> str:
    """How it stands; what asserts nothing by itself is no formula that could not be read."""
    aside = formula.standing == "unread" and formula.reason is not None and formula.reason.code in ASIDES
    return "aside" if aside else standing(formula)


def tally(file: FileResult) -> dict[str, int]:
    """How many formulas stand how, in a fixed order, without the zeros."""
    counted = Counter(_counted_as(formula) for formula in file.formulas)
    return {name: counted[name] for name in ORDER if counted[name]}


def coverage(file: FileResult) -> str:
    """`63 formulas: 41 proved, 4 refuted, 9 definitions, 2 ambiguous, 7 unread`."""
    parts = [f"{n} {PLURALS.get(name, name) if n != 1 else name}" for name, n in tally(file).items()]
    return f"{counting(len(file.formulas), 'formula')}: {', '.join(parts) or 'nothing asserted'}"


def open_lines(file: FileResult, page: Page) -> Iterator[Text]:
    """A line for every formula that was not judged, with its place and the reason."""
    for formula in file.formulas:
        if formula.reason is None:
            continue
        if formula.standing == "definition" and formula.reason.code != INFERRED and page.verbosity <= 1:
            continue
        style = "yellow" if formula.holds else "red"
        reason = formula.reason
        where = reason.where or formula.where
        line = Text.assemble("  ", (f"{formula.standing:<10}", style), " ")
        line.append(page.show(f"{where}: {reason.code} {reason.message}"))
        if reason.label and page.verbosity > 1:
            line.append(page.show(f" ({reason.label})"), style="dim")
        yield line
        if formula.standing == "ambiguous":
            for name, text in reason.notes:
                yield page.text(f"             {name}: {text}", "dim")
        if reason.help:
            yield page.text(f"             help: {reason.help}", "dim")
