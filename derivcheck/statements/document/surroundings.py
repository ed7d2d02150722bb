"""Where each formula stands in the prose: its sentence, its paragraph, its section, the words before it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from derivcheck.statements.document.passages import Company, Found
from derivcheck.statements.document.words import leads

SENTENCE = re.compile(r"[.!?]\s|\n\s*\n|\n\s*(?:[-*+]|\d+\.)\s")
BLOCK = re.compile(r"(?:\A|\n[ \t]*\n|\n(?=[ \t]*(?:[-*+]|\d+\.)\s)|\n(?=#{1,6} ))\s*(?=\S)")
HEADING = re.compile(r"^#{1,6} .*$", re.MULTILINE)


def companies(found: Sequence[Found], text: str) -> Iterator[Company]:
    """The company of each formula; a display belongs to the paragraph above it."""
    said = list(leads(found, text))
    for begin, end, passage in found:
        text = text[:begin] + ("x" if passage.kind == "inline" else " ") * (end - begin) + text[end:]
    sentences = [match.end() for match in SENTENCE.finditer(text)]
    blocks = [match.end() for match in BLOCK.finditer(text.replace("$", " "))]
    headings = [match.span() for match in HEADING.finditer(text)]
    for (begin, _, _), lead in zip(found, said, strict=True):
        section = bisect_right([first for first, _ in headings], begin)
        titled = section > 0 and begin < headings[section - 1][1]
        yield Company(bisect_right(sentences, begin), bisect_right(blocks, begin), section, titled, lead)
