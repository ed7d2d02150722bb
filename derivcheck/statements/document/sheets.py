"""The text of a document, and the places of what is found in it."""

from __future__ import annotations

import bisect
import re
from collections.abc import Sequence

from derivcheck.diagnostics.diagnostic import SourceText, Stretch

Span = tuple[int, int]
Place = tuple[int, int]  # line and column, from 1
REACH = 20_000  # characters
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_QUOTED = re.compile(r"[ \t]*(?:>[ \t]?)+")
_IN_QUOTE = re.compile(r"[ \t]*(?:(?:[-*+]|\d+[.)])[ \t]+)*>")


class Sheet:
    """The text of a document and the places of offsets in it."""

    def __init__(self, text: str, path: str, parts: tuple[Stretch, ...] = ()) -> None:
        """`parts` say where its lines stand, if they are not those of one file."""
        self.text = text
        self.path = path
        self.parts = parts
        self.lines = tuple(text.split("\n"))
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)

    def line_of(self, offset: int) -> int:
        """The number of the line, from 0, that an offset stands in."""
        return bisect.bisect_right(self.starts, offset) - 1

    def place(self, offset: int) -> Place:
        line = self.line_of(offset)
        return line + 1, offset - self.starts[line] + 1

    def line_end(self, offset: int) -> int:
        """Where the line of an offset ends."""
        line = min(self.line_of(offset), len(self.lines) - 1)
        return self.starts[line] + len(self.lines[line])

    def at(self, start: int, stop: int) -> SourceText:
        """What stands between two offsets; in a quote of Markdown, without the `>` of its further lines."""
        first = self.line_of(start)
        quoted = _IN_QUOTE.match(self.text, self.starts[first], start) is not None
        pieces = []
        for number, piece in enumerate(self.text[start:stop].split("\n")):
            mark = _QUOTED.match(piece) if quoted and number else None
            cut = mark.end() if mark else 0
            pieces.append((self.place(start + cut), piece[cut:]))
            start += len(piece) + 1
        text = "\n".join(piece for _, piece in pieces)
        return SourceText(text, self.path, tuple(place for place, _ in pieces), self.lines, parts=self.parts)

    def find(self, content: str, start: int, stop: int, marked: bool = False) -> Span | None:
        """Where a formula stands between two offsets; the marks of lists and quotes may have been cut off it.

        Of a formula that is `marked`, dollars or brackets stand before it and behind it.
        """
        joint = r"[ \t]*\n[ \t>]*"
        pattern = joint.join(re.escape(line.strip(" \t")) for line in content.split("\n"))
        if marked:
            pattern = rf"(?:\$|\\[\[(])[\s>]*({pattern})[\s>]*(?:\$|\\[\])])"
        match = re.compile(pattern).search(self.text, start, stop)
        return match.span(int(marked)) if match is not None else None


def masked(text: str, spans: Sequence[Span], by: str = " ") -> str:
    """The text with some of it blanked, its lines and columns unchanged."""
    if not spans:
        return text
    characters = list(text)
    for begin, end in spans:
        characters[begin:end] = ["\n" if c == "\n" else by for c in characters[begin:end]]
    return "".join(characters)


def closing(text: str, position: int) -> int:
    """Where the brace closes that opens at `position`; -1 if it does not within reach."""
    depth = 0
    for match in _BRACE.finditer(text, position, position + REACH):
        if match[0] == "{":
            depth += 1
        elif match[0] == "}":
            depth -= 1
            if not depth:
                return match.start()
    return -1
