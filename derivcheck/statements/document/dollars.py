"""Dollars that open no formula: prices, and one too many in a paragraph."""

from __future__ import annotations

import re
from collections.abc import Iterator

from derivcheck.statements.document.sheets import Span

PRICED = re.compile(r"(?<![\\$])\$(?=\d)")
PROSE = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{2,}")
PARAGRAPH = re.compile(r"\n[ \t]*\n|\Z")
_DOLLAR = re.compile(r"\\.|(\$\$?)", re.DOTALL)
_BRACED = re.compile(r"\{[^{}]*\}")


def prices(text: str, start: int = 0, stop: int | None = None) -> Iterator[Span]:
    """`$5 or $10`: a dollar before a number whose partner would stand behind words."""
    for match in PRICED.finditer(text, start, len(text) if stop is None else stop):
        paragraph = PARAGRAPH.search(text, match.end())
        end = paragraph.start() if paragraph else len(text)
        partner = re.compile(r"(?<!\\)\$").search(text, match.end(), end)
        between = _BRACED.sub("", text[match.end() : partner.start() if partner else end])
        if not partner or PROSE.search(between) or text[partner.end() : partner.end() + 1].isdigit():
            yield match.span()


def unpaired(text: str) -> Iterator[Span]:
    """In LaTeX, where no formula goes over a blank line: the dollars that leave a paragraph with an odd number."""
    begin = 0
    while begin < len(text):
        match = PARAGRAPH.search(text, begin)
        end = match.start() if match else len(text)
        places = [one.span(1) for one in _DOLLAR.finditer(text, begin, end) if one[1] == "$"]
        if len(places) % 2:
            odd = list(prices(text, begin, end))
            yield from odd
            places = [one for one in places if one not in odd]
            if len(places) % 2:
                yield _odd_one(text, places)
        begin = match.end() if match and match.end() > end else len(text)


def _odd_one(text: str, places: list[Span]) -> Span:
    """The first dollar with prose up to the next one, where a formula would be; else the last."""
    for one, other in zip(places[::2], places[1::2], strict=False):
        between = _BRACED.sub("", text[one[1] : other[0]])
        if "=" not in between and "\\" not in between and PROSE.search(between):
            return one
    return places[-1]
