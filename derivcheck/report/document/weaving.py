"""The text of a document with a mark in the place of each formula, and which results belong to which mark."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from derivcheck.diagnostics.verdicts import FormulaResult
from derivcheck.statements.document.passages import Manuscript, Passage

OPENED, CLOSED = "\ue000", "\ue001"  # no document has them: they are for private use
MARK = re.compile(f"{OPENED}(\\d+){CLOSED}")
_FENCE = "(?:`{3,}|~{3,}|:{3,})"
# What stands around a formula, by how it is written: before it, and behind it.
AROUND: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (re.compile(rf"(?:{before})\Z", re.MULTILINE), re.compile(behind))
    for before, behind in (
        (r"\$\$[ \t>\n]*", r"[ \t>\n]*\$\$"),
        (r"\\{1,2}\[[ \t>\n]*", r"[ \t>\n]*\\{1,2}\]"),
        (r"\\{1,2}\([ \t\n]*", r"[ \t\n]*\\{1,2}\)"),
        (r"\$`", r"`\$"),
        (r"\{math\}`|:math:`", r"`"),
        (r"\$[ \t>\n]*", r"[ \t>\n]*\$"),
        (r"`", r"`:math:|`"),
        (rf"^[ \t>]*{_FENCE}[ \t]*\{{?\w+\}}?[^\n]*\n(?:[ \t>]*:\w+:[^\n]*\n)*[ \t>]*", rf"\s*{_FENCE}"),
        (r"^[ \t]*\.\.[ \t]+math::[^\n]*\n?(?:[ \t]*:[\w-]+:[^\n]*\n)*[ \t\n]*", r""),
        (r"<(?:script|annotation)\b[^<>]*>\s*", r"\s*</(?:script|annotation)\s*>"),
    )
)
FARTHEST = 400  # characters that may stand around a formula


@dataclass(frozen=True, slots=True)
class Inset:
    """A formula in its place: its passage, and what was found of it, in order."""

    passage: Passage
    results: tuple[FormulaResult, ...] = ()


@dataclass(frozen=True, slots=True)
class Weave:
    """The text with marks, what each of them stands for, and the results whose place was not found."""

    text: str
    insets: tuple[Inset, ...]
    strays: tuple[FormulaResult, ...] = field(default=())


def woven(manuscript: Manuscript, results: Sequence[FormulaResult]) -> Weave:
    """The text of a manuscript with marks for its formulas."""
    text = manuscript.text.replace(OPENED, "\ufffd").replace(CLOSED, "\ufffd")
    spans = _spans(manuscript, text)
    found, strays = _placed([passage for _, _, passage in spans], results)
    pieces, position = [], 0
    for number, (begin, end, _) in enumerate(spans):
        pieces += [text[position:begin], f"{OPENED}{number}{CLOSED}"]
        position = end
    insets = tuple(Inset(passage, tuple(one)) for (_, _, passage), one in zip(spans, found, strict=True))
    return Weave("".join([*pieces, text[position:]]), insets, tuple(strays))


def _spans(manuscript: Manuscript, text: str) -> list[tuple[int, int, Passage]]:
    """Where each formula stands, with what stands around it; none overlaps the one before."""
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    kept: list[tuple[int, int, Passage]] = []
    for passage in manuscript.passages:
        (first, column), (last, behind) = passage.text.origin[0], passage.text.origin[-1]
        if passage.stray == "its place is not found" or last > len(starts):
            continue
        begin = starts[first - 1] + column - 1
        end = starts[last - 1] + behind - 1 + len(passage.text.text.rsplit("\n", 1)[-1])
        begin, end = _widened(text, begin, end)
        if not kept or begin >= kept[-1][1]:
            kept.append((begin, end, passage))
    return kept


def _widened(text: str, begin: int, end: int) -> tuple[int, int]:
    """With the dollars, brackets or fences around it."""
    for before, behind in AROUND:
        left = text[max(0, begin - FARTHEST) : begin]
        if (opened := before.search(left)) and (closed := behind.match(text, end)):
            return begin - len(left) + opened.start(), closed.end()
    return begin, end


def _placed(
    passages: Sequence[Passage], results: Sequence[FormulaResult]
) -> tuple[list[list[FormulaResult]], list[FormulaResult]]:
    """The results by the passage that they stand in, and those that stand in none."""
    rows: dict[tuple[str, int, int], list[tuple[int, int, int]]] = {}
    for number, passage in enumerate(passages):
        for place, first, last in _rows(passage):
            rows.setdefault(place, []).append((first, last, number))
    found: list[list[FormulaResult]] = [[] for _ in passages]
    strays: list[FormulaResult] = []
    for result in results:
        where = result.where
        here = rows.get((where.path, where.cell, where.line), [])
        inset = next((n for first, last, n in here if first <= where.column <= last), None)
        if inset is None:
            strays.append(result)
        else:
            found[inset].append(result)
    return found, strays


def _rows(passage: Passage) -> Iterator[tuple[tuple[str, int, int], int, int]]:
    """The lines that a passage stands on, with its first and last column."""
    source = passage.text
    ends = [*(match.start() for match in re.finditer("\n", source.text)), len(source.text)]
    for begin, end in pairwise([-1, *ends]):
        where = source.where(begin + 1, max(end, begin + 1))
        yield (where.path, where.cell, where.line), where.column, where.column + end - begin - 1
