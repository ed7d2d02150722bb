"""Texts as cells of a spreadsheet: on one line, and never a formula."""

from __future__ import annotations

from derivcheck.report.page import Page

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
PLAIN_PAGE = Page()


def guarded(text: str, page: Page = PLAIN_PAGE) -> str:
    """A cell that no spreadsheet evaluates: what would be a formula begins with an apostrophe."""
    shown = page.show(text)
    starts = text.lstrip(" ").startswith(FORMULA_STARTS) or shown.lstrip(" ").startswith(FORMULA_STARTS)
    return f"'{shown}" if starts else shown
