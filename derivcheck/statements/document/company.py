"""What stands beside a formula: a condition in its sentence, in the paragraph above a display, in the heading above.

Prose says `for i ≠ j` and `at z = 0` in many ways. Where a formula that could be such a condition stands beside an
equation, a refutation says nothing: the text may claim it under that condition alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from derivcheck.diagnostics.verdicts import FormulaResult
from derivcheck.statements.document.occurrence import Occurrence
from derivcheck.statements.document.passages import Passage
from derivcheck.statements.document.pieces import Piece
from derivcheck.statements.document.reading import Setting
from derivcheck.statements.document.words import chooses, insists, negates

STATIONARY = "DC635"  # a derivative that is set to zero
SOON = 2  # paragraphs
INDICES_ALONE = "DC629"
CONDITIONAL = frozenset({INDICES_ALONE, "DC630", "DC637"})  # indices, a value, a choice
INDICES = re.compile(r"\s*([A-Za-z])\s*(=|≠|\\neq?(?![A-Za-z]))\s*([A-Za-z])\s*")
RANGE = re.compile(r"\\[cl]?dots|\.\.\.|…|\\in(?![A-Za-z])|∈")


@dataclass(frozen=True, slots=True)
class Accounted:
    """A formula of a document with what became of it, and what held where it was judged."""

    occurrence: Occurrence
    piece: Piece
    result: FormulaResult
    setting: Setting | None = None

    @property
    def settled(self) -> Setting:
        assert self.setting is not None
        return self.setting

    @property
    def code(self) -> str:
        return self.result.reason.code if self.result.reason is not None else ""

    @property
    def introduced(self) -> bool:
        """Whether a word or a heading says that it is a condition: `if`, `at`, `case`."""
        passage = self.occurrence.passage
        return chooses(passage.lead) or (passage.company is not None and passage.company.titled)

    @property
    def is_stationary(self) -> bool:
        """Whether it sets a derivative to zero."""
        return self.code == STATIONARY


def conditions_among(entries: Iterable[Accounted]) -> list[Accounted]:
    """The formulas that may be a condition of others."""
    return [one for one in entries if one.is_stationary or (one.code in CONDITIONAL and _is_usable(one))]


def conditions_of(entry: Accounted, others: Iterable[Accounted]) -> list[Accounted]:
    """Those of the conditions of a document that stand beside a formula."""
    return [other for other in others if other is not entry and _may_restrict(entry, other)]


def _is_usable(one: Accounted) -> bool:
    return RANGE.search(one.result.text) is None and one.setting is not None


def _may_restrict(entry: Accounted, other: Accounted) -> bool:
    passage, beside = entry.occurrence.passage, other.occurrence.passage
    if other.is_stationary:
        return _follows(passage, beside)
    if " ".join(other.result.text.split()) == " ".join(entry.result.text.split()) or negates(beside.lead):
        return False
    if _beside(passage, beside):
        return True
    return other.code != INDICES_ALONE and insists(beside.lead) and _follows(passage, beside)


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
    return other.begin <= passage.begin and 0 <= here.block - there.block <= SOON


def in_plain_text(condition: str) -> str:
    """A condition on two indices as a binding takes it, `i != j`; empty for any other."""
    match = INDICES.fullmatch(condition)
    return f"{match[1]} {'==' if match[2] == '=' else '!='} {match[3]}" if match else ""
