"""What stands beside a formula: a condition in its sentence, in the paragraph above a display, in the heading above.

Prose says `for i ≠ j` and `at z = 0` in many ways. Where a formula that could be such a condition stands beside an
equation, a refutation says nothing: the text may claim it under that condition alone.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from derivcheck.diagnostics.verdicts import FormulaResult
from derivcheck.statements.document.passages import Company, Found, Passage

SENTENCE = re.compile(r"[.!?]\s|\n\s*\n|\n\s*(?:[-*+]|\d+\.)\s")
BLOCK = re.compile(r"(?:\A|\n[ \t]*\n|\n(?=[ \t]*(?:[-*+]|\d+\.)\s)|\n(?=#{1,6} ))\s*(?=\S)")
HEADING = re.compile(r"^#{1,6} .*$", re.MULTILINE)
STATIONARY = "DC635"  # a derivative that is set to zero
SOON = 2  # paragraphs
CONDITIONAL = frozenset({"DC629", "DC630"})  # what speaks of indices alone, or gives a value
INDICES = re.compile(r"\s*([A-Za-z])\s*(=|≠|\\neq?(?![A-Za-z]))\s*([A-Za-z])\s*")
RANGE = re.compile(r"\\[cl]?dots|\.\.\.|…|\\in(?![A-Za-z])|∈")


def companies(found: Sequence[Found], text: str) -> Iterator[Company]:
    """The company of each formula; a display belongs to the paragraph above it."""
    for begin, end, passage in found:
        text = text[:begin] + ("x" if passage.kind == "inline" else " ") * (end - begin) + text[end:]
    sentences = [match.end() for match in SENTENCE.finditer(text)]
    blocks = [match.end() for match in BLOCK.finditer(text.replace("$", " "))]
    headings = [match.span() for match in HEADING.finditer(text)]
    for begin, _, _ in found:
        section = bisect_right([first for first, _ in headings], begin)
        titled = section > 0 and begin < headings[section - 1][1]
        yield Company(bisect_right(sentences, begin), bisect_right(blocks, begin), section, titled)


def condition_of(passage: Passage, others: Iterable[tuple[Passage, FormulaResult]]) -> str:
    """A formula beside this one that may be a condition of it; empty where there is none."""
    for other, result in others:
        reason = result.reason.code if result.reason is not None else ""
        if reason == STATIONARY and _follows(passage, other):
            return result.text
        if reason in CONDITIONAL and other is not passage and not RANGE.search(result.text) and _beside(passage, other):
            return result.text
    return ""


def _beside(passage: Passage, other: Passage) -> bool:
    here, there = passage.company, other.company
    if here is None or there is None:
        return False
    if there.titled:
        return here.section == there.section
    if other.kind == "display":
        return False
    if passage.kind == "inline":
        return here.sentence == there.sentence
    return here.block == there.block


def _follows(passage: Passage, other: Passage) -> bool:
    """Whether it may hold at the point that another one speaks of: it stands with it, or soon after."""
    here, there = passage.company, other.company
    if here is None or there is None or here.section != there.section:
        return False
    return other.text.origin <= passage.text.origin and 0 <= here.block - there.block <= SOON


def in_plain_text(condition: str) -> str:
    """A condition on two indices as a binding takes it, `i != j`; empty for any other."""
    match = INDICES.fullmatch(condition)
    return f"{match[1]} {'==' if match[2] == '=' else '!='} {match[3]}" if match else ""
