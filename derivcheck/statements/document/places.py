"""The places of formulas in a document, and how a sidecar names them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from derivcheck.diagnostics.verdicts import FormulaResult
from derivcheck.statements.document.passages import Passage

PLACE = re.compile(r"line (\d+)(?:, (\d+))?|block (\d+)")


def balanced(text: str, start: int, stop: int) -> tuple[int, int]:
    """A span with the braces that belong to it: the font around its beginning, the argument at its end."""
    if text[start:stop].endswith("\\end"):
        stop += len(match[0]) if (match := re.match(r"\s*\{[^{}]*\}", text[stop:])) else 0
    depth = text.count("{", start, stop) - text.count("}", start, stop)
    while depth > 0 and (match := re.match(r"\s*\}", text[stop:])):
        stop, depth = stop + len(match[0]), depth - 1
    while depth < 0 and (match := re.search(r"\\[A-Za-z]+\s*\{\s*$|\{\s*$", text[:start])):
        start, depth = match.start(), depth + 1
    return start, stop


def nearest(at: str, found: Sequence[FormulaResult]) -> str:
    """The lines near a place on which formulas that assert something begin."""
    lines = sorted({formula.where.line for formula in found})
    match = PLACE.fullmatch(at)
    if match and match[1]:
        lines = sorted(sorted(lines, key=lambda line: abs(line - int(match[1])))[:6])
    return f"begin on lines {', '.join(map(str, lines[:12]))}" if lines else "there are none"


def known_as(passage: Passage, span: tuple[int, int]) -> str:
    return passage.label or f"line {passage.text.where(*span).line}"


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a formula stands: its passage, its lines, which of those that begin on its line it is, which block."""

    passage: Passage
    lines: tuple[int, int]
    order: int
    block: int

    @property
    def key(self) -> str:
        """How a sidecar may name it."""
        if self.passage.label:
            return self.passage.label
        return f"line {self.lines[0]}" if self.order == 1 else f"'line {self.lines[0]}, {self.order}'"

    def is_named(self, at: str) -> bool:
        """Whether a sidecar means it: `line 7`, `line 7, 2`, `block 3`, or its label."""
        match = PLACE.fullmatch(at)
        if not match:
            return bool(self.passage.label) and at == self.passage.label
        if match[3]:
            return self.block == int(match[3])
        return self.lines[0] == int(match[1]) and self.order == int(match[2] or 1)
