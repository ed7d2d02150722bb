"""Formulas by the marks around them alone, for formats in which nothing else must be known to find them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from derivcheck.language.tex.commands import ENVIRONMENTS, RowLayout, layout_of
from derivcheck.statements.document.definitions import Definitions
from derivcheck.statements.document.dollars import prices
from derivcheck.statements.document.leftovers import FOUND, leftovers
from derivcheck.statements.document.passages import Found, Kind, Manuscript, Passage, label_of
from derivcheck.statements.document.sentences import in_sentences
from derivcheck.statements.document.sheets import Sheet, Span, masked

_NAMES = "|".join(sorted(re.escape(name) for name in ENVIRONMENTS if layout_of(name) is RowLayout.LINES))
_INSIDE = r"((?:\\\\|(?!\n[ \t]*\n|\\[\[\]()]).)+?)"
MARKED: tuple[tuple[re.Pattern[str], int, Kind], ...] = (
    (re.compile(r"(?<!\\)\$\$(.{1,20000}?)(?<!\\)\$\$", re.DOTALL), 1, "display"),
    (re.compile(rf"(?<!\\)\\\[{_INSIDE}\\\]", re.DOTALL), 1, "display"),
    (re.compile(rf"\\begin\{{({_NAMES})\}}.{{0,20000}}?\\end\{{\1\}}", re.DOTALL), 0, "display"),
    (re.compile(rf"(?<!\\)\\\({_INSIDE}\\\)", re.DOTALL), 1, "inline"),
    (re.compile(r"(?<![\\$\w])\$(?![\s$])((?:[^$\\]|\\.)+?)(?<!\s)\$(?![$\w])", re.DOTALL), 1, "inline"),
)


class Marked:
    """A text whose formulas are found by their marks.

    `text` is what is read, without what is no text of it; `words` is that with the beginnings of paragraphs, items and
    headings as sentences are told apart by them: all as long as the sheet, so that places are the same.
    """

    def __init__(self, sheet: Sheet, text: str, words: str, labels: Mapping[int, str] | None = None) -> None:
        """`labels` name formulas by where the marks before them begin."""
        self.sheet = sheet
        self.words = words
        self.found: list[Found] = []
        self.defined = Definitions(sheet, text, False)
        self.text = masked(text, self.defined.spans)
        self._labels = labels or {}
        self._spent: list[Span] = []

    def take(self, begin: int, end: int, kind: Kind, around: Span) -> None:
        """A formula between two offsets; nothing where only definitions stood."""
        self._spent.append(around)
        inside = self.text[begin:end]
        if not inside.strip():
            return
        begin, end = begin + len(inside) - len(inside.lstrip()), end - len(inside) + len(inside.rstrip())
        source = self.sheet.at(begin, end)
        self.found.append((begin, end, Passage(kind, source, label_of(source.text) or self._labels.get(around[0], ""))))

    def mask(self) -> None:
        """What was taken is no part of the text any more."""
        self.text, self._spent = masked(self.text, self._spent, FOUND), []

    def manuscript(self, path: str) -> Manuscript:
        """All the rest of the formulas, and what looks like one."""
        self.mask()
        self.text = masked(self.text, list(prices(self.text)))
        for pattern, group, kind in MARKED:
            for match in pattern.finditer(self.text):
                self.take(*match.span(group), kind, match.span())
            self.mask()
        self.found += leftovers(self.text, self.sheet, 0, False)
        passages = in_sentences(self.found, self.sheet, self.words, False)
        return Manuscript(path, self.sheet.text, passages, tuple(self.defined.macros), parts=self.sheet.parts)
