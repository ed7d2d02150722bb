"""Where things stand in the text of an editor: lines and columns count from 1, as in diagnostics."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from derivcheck.diagnostics.diagnostic import Where
from derivcheck.pipeline.results import FileResult

NAME = re.compile(r"[^\W\d]\w*(?:\[[^\[\]\s]*\])?'*")
CODE = re.compile(r"DC\d\d\d")


@dataclass(frozen=True, slots=True)
class Extent:
    """From the `first` line and column up to, and without, a column of the `last` line."""

    first: int
    start: int
    last: int
    stop: int

    def holds(self, line: int, column: int) -> bool:
        """Whether a place is in it, or just behind it."""
        return (self.first, self.start) <= (line, column) <= (self.last, self.stop)


def lines_of(text: str) -> list[str]:
    """The lines of a text as editors count them."""
    return re.split(r"\r\n|\n|\r", text)


def extent(where: Where, text: str = "") -> Extent:
    """The extent of a diagnostic, or of a `text` that begins at a place."""
    lines = text.split("\n")
    if len(lines) < 2:
        return Extent(where.line, where.column, where.line, where.column + where.length)
    return Extent(where.line, where.column, where.line + len(lines) - 1, len(lines[-1]) + 1)


def word_at(pattern: re.Pattern[str], line: str, column: int) -> str:
    """What of a line matches a pattern at a column; nothing where nothing does."""
    found = (match for match in pattern.finditer(line) if match.start() <= column - 1 <= match.end())
    return next((match[0] for match in found), "")


def line_at(lines: Sequence[str], line: int) -> str:
    return lines[line - 1] if 0 < line <= len(lines) else ""


def statement_end(where: Where, lines: Sequence[str], result: FileResult) -> int:
    """The line on which what begins at a place ends: where the next statement begins, at the latest."""
    begun = sorted({claim.where.line for claim in result.claims if claim.where is not None} | {len(lines) + 1})
    following = next((line for line in begun if line > where.line), len(lines) + 1)
    end = where.line
    indent = _indent(line_at(lines, where.line))
    while end + 1 < following and line_at(lines, end + 1).strip() and _indent(line_at(lines, end + 1)) > indent:
        end += 1
    return end


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
