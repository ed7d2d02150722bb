"""The places of formulas in a document, and how a sidecar names them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from derivcheck.diagnostics.diagnostic import Where
from derivcheck.diagnostics.verdicts import FormulaResult
from derivcheck.statements.document.passages import Passage

# `line 7`, the second on `line 7, 2`, `cell 3, line 7` of a notebook, `chapters/one.tex, line 7`, or `block 3`.
PLACE = re.compile(
    r"(?:cell (?P<cell>\d+), |(?P<file>[^,]+\.\w+), )?line (?P<line>\d+)(?:, (?P<order>\d+))?|block (?P<block>\d+)"
)
LABEL = re.compile(r"\\(?:label|tag)\*?\{([^{}]+)\}")


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
    match = PLACE.fullmatch(at)
    cell = int(match["cell"] or 0) if match else 0
    lines = sorted({formula.where.line for formula in found if formula.where.cell == cell})
    if match and match["line"]:
        lines = sorted(sorted(lines, key=lambda line: abs(line - int(match["line"])))[:6])
    inside = f" of cell {cell}" if cell else ""
    return f"begin on lines {', '.join(map(str, lines[:12]))}{inside}" if lines else "there are none"


def known_as(passage: Passage, span: tuple[int, int]) -> str:
    """What a formula is called: by its label, or its line, with the file where that is none of the document's own."""
    where = passage.text.where(*span)
    file = "" if where.path == passage.text.path else f"{seen_from(passage.text.path, where.path)}, "
    return label_at(passage, span) or file + where.spoken


def seen_from(document: str, path: str) -> str:
    """A file as a document names it that puts it in."""
    try:
        return Path(path).relative_to(Path(document).parent).as_posix()
    except ValueError:
        return Path(path).as_posix()


def label_at(passage: Passage, span: tuple[int, int]) -> str:
    """The label of a formula: where several stand in a passage, the one in it or at the end of its row."""
    labels = list(LABEL.finditer(passage.text.text, passage.above))
    if len(labels) < 2:
        return passage.label
    end = passage.text.text.find("\\\\", max(span[1] - 1, 0))
    stop = len(passage.text.text) if end < 0 else end
    return next((label[1] for label in labels if span[0] <= label.start() < stop), "")


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a formula stands: its passage, its place, which of those that begin on its line it is, which block.

    `document` is the path of the document, which may have its formulas in other files too.
    """

    passage: Passage
    where: Where
    order: int
    block: int
    label: str
    document: str

    @property
    def key(self) -> str:
        """How a sidecar may name it."""
        if self.label:
            return self.label
        name = self._file + self.where.spoken + (f", {self.order}" if self.order > 1 else "")
        return f"'{name}'" if "," in name else name

    @property
    def _file(self) -> str:
        """The file that it stands in, as seen from the document, where that is another one."""
        return "" if self.where.path == self.document else f"{seen_from(self.document, self.where.path)}, "

    def is_named(self, at: str) -> bool:
        """Whether a sidecar means it: `line 7`, `line 7, 2`, `block 3`, or its label."""
        match = PLACE.fullmatch(at)
        if not match:
            return bool(self.label) and at == self.label
        if match["block"]:
            return self.block == int(match["block"])
        place = (f"{match['file']}, " if match["file"] else "", int(match["cell"] or 0), int(match["line"]))
        return place == (self._file, self.where.cell, self.where.line) and self.order == int(match["order"] or 1)
