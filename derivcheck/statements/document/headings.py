"""The headings of a document, by which a sidecar names what stands below them."""

from __future__ import annotations

import re
from collections.abc import Iterator

HEADINGS = re.compile(
    r"^[ \t]*(?:#{1,6}[ \t]+(?P<markdown>[^\n]+?)[ \t]*#*|\*+[ \t]+(?P<org>[^\n]+)"
    r"|(?P<underlined>[^\s#][^\n]*)\n(?P<line>[=\-~^\"'`*+.:_])(?P=line){2,})[ \t]*$"
    r"|\\(?:part|chapter|(?:sub)*section|(?:sub)?paragraph)\*?\s*(?:\[[^\]]*\])?\{(?P<tex>(?:[^{}]|\{[^{}]*\})*)\}"
    r"|<h(?P<level>[1-6])\b[^<>]*>(?P<html>.*?)</h(?P=level)\s*>",
    re.MULTILINE | re.DOTALL,
)
_ATTRIBUTES = re.compile(r"\s*\{[#.][^{}]*\}\s*$|\s+:[\w:]+:\s*$|<[^<>]*>|\\label\{[^{}]*\}")


def headings(text: str) -> Iterator[tuple[int, str]]:
    """(line, title) of every heading, however the format writes it."""
    for match in HEADINGS.finditer(text):
        title = next(match[how] for how in ("markdown", "org", "underlined", "tex", "html") if match[how] is not None)
        yield text.count("\n", 0, match.start()) + 1, bare(title)


def bare(title: str) -> str:
    """A title without its marks, `## Batch form {#sec-batch}`: what two spellings of it have in common."""
    title = re.sub(r"^[#*=\s]+|[#\s]+$", "", title)
    if match := re.fullmatch(r"\\\w+\*?\{(.*)\}", title):
        title = match[1]
    return " ".join(_ATTRIBUTES.sub("", title).split()).casefold()


def line_of_heading(text: str, wanted: str) -> int:
    """The line of the first heading with a title; 0 where there is none."""
    return next((line for line, title in headings(text) if title == bare(wanted)), 0)
