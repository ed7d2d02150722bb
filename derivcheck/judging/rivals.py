"""What is said of a claim whose text has several readings: what they have in common, else nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from derivcheck.diagnostics.diagnostic import Diagnostic
from derivcheck.diagnostics.verdicts import HOLDS, ClaimResult


def conforming(results: Sequence[ClaimResult]) -> list[int]:
    """Which of some readings count: those that have a meaning, where any has; shapes fit, but indices may not."""
    found = [number for number, result in enumerate(results) if result.verdict != "invalid"]
    return found or list(range(len(results)))


def reconciled(
    results: Sequence[ClaimResult], worst: ClaimResult, readings: Sequence[str], choice: str = ""
) -> ClaimResult:
    """The worst of the results where they all hold or all fail alike, else `undecided` with each reading.

    `choice` says what to write for one of them.
    """
    if len(results) == 1:
        return worst
    each = list(zip(readings, results, strict=True))
    if len({result.verdict in HOLDS or result.verdict for result in results}) == 1:
        said = [f"the other reading, `{text}`, is {result.verdict} too" for text, result in each[1:]]
        return replace(worst, note="; ".join(said))
    names = ("one reading", *["another reading"] * (len(each) - 1))
    notes = tuple((name, f"{text} ({result.verdict})") for name, (text, result) in zip(names, each, strict=True))
    found = Diagnostic("DC172", "two readings have different verdicts", worst.where, "which of them?", notes, choice)
    return replace(
        worst, verdict="undecided", diagnosis=found, suggestion="", witness=None, message=found.message, facts=()
    )
