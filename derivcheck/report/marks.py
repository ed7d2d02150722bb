"""The mark and the colours of what was found."""

from __future__ import annotations

from rich.text import Text

from derivcheck.diagnostics.verdicts import HOLDS, Verdict
from derivcheck.report.page import Page

STYLES: dict[str, str] = {
    "proved": "green",
    "checked": "yellow",
    "refuted": "red",
    "undecided": "yellow",
    "invalid": "red",
    "internal": "red",
}
DIM, HEADING = "dim", "bold"


def mark(holds: bool, page: Page) -> str:
    """`✓` or `✗`."""
    return page.show("✓" if holds else "✗")


def marked(verdict: Verdict, strict: bool, page: Page) -> Text:
    """A verdict with its mark; strictly, only a proof holds."""
    holds = verdict == "proved" if strict else verdict in HOLDS
    return Text(f"{mark(holds, page)} {verdict}", style=STYLES[verdict])
