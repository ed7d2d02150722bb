"""The formulas of a document in order, each under the `if` of its sentence."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace

from derivcheck.language.notation.relations import RELATIONS, pattern
from derivcheck.statements.document.passages import Found, Passage
from derivcheck.statements.document.sheets import Sheet
from derivcheck.statements.document.surroundings import companies

CONDITION = re.compile(
    r"\$\s+(?:only\s+)?(?:if|when|whenever|unless|for(?:\s+(?:all|every|each|any))?)\s+\$", re.IGNORECASE
)
HYPOTHESIS = re.compile(r"\b(if|suppose|assume|assuming|unless|provided)\b", re.IGNORECASE)
SENTENCE = re.compile(r"[.!?:]\s|\n\s*\n|\n\s*(?:[-*+]|\d+\.)\s|\n\s*\$\$|\$\$\s*\n")
COMPARED = re.compile(pattern((one for one in RELATIONS if one.turned), "in"))
# What stands apart from the sentence around it, and what ends one, in LaTeX.
APART = re.compile(
    r"\\(?:footnote|marginpar|(?:sub)*section|(?:sub)?paragraph|chapter|caption|title)\*?"
    r"\{(?:[^{}]|\{[^{}]*\})*\}"
)
BOUNDARY = re.compile(
    r"\\(?:begin|end|item|footnote|marginpar|(?:sub)*section|(?:sub)?paragraph|chapter|caption)"
    r"(?![A-Za-z])|\\\[|\\\]"
)
LONGEST = 2_000


def in_sentences(found: Sequence[Found], whole: Sheet, text: str, marked: bool) -> tuple[Passage, ...]:
    """The formulas in order: `$A$ if $B$` is one of them; others stand under the `if` of their sentence.

    `text` is what is read, without comments; `marked` says that it is LaTeX.
    """
    joined: list[Found] = []
    for begin, end, passage in sorted(found, key=lambda item: item[0]):
        before = joined[-1][2] if joined else None
        both = before is not None and all(COMPARED.search(one.text.text) for one in (before, passage))
        if before is not None and both and before.kind == passage.kind == "inline":
            first, stop, _ = joined[-1]
            if CONDITION.fullmatch(text, stop, begin):
                joined[-1] = (first, end, Passage("inline", whole.at(first, end)))
                continue
        joined.append((begin, end, passage))
    hypotheses = [match.start() for match in HYPOTHESIS.finditer(text)]
    ends = [] if marked else [match.end() for match in SENTENCE.finditer(text)]

    def under(begin: int) -> str:
        last = bisect_left(hypotheses, begin) - 1
        if last < 0 or hypotheses[last] < begin - LONGEST:
            return ""
        if marked:
            return _word_of(_last_sentence(text[max(0, begin - LONGEST) : begin]))
        past = bisect_right(ends, begin)
        return _word_of(text[max(0, begin - LONGEST, ends[past - 1] if past else 0) : begin])

    return tuple(
        replace(passage, under=under(begin) if passage.kind == "inline" else "", company=company)
        for (begin, _, passage), company in zip(joined, companies(joined, text), strict=True)
    )


def _last_sentence(above: str) -> str:
    """The sentence of LaTeX that a text ends in."""
    above = BOUNDARY.sub(". ", APART.sub(". ", above))
    starts = [match.end() for match in SENTENCE.finditer(above)]
    return above[starts[-1] if starts else 0 :]


def _word_of(sentence: str) -> str:
    """The `if` of a sentence before a formula of it; the conditions of other formulas do not count."""
    match = HYPOTHESIS.search(re.sub(r"\$[^$]*\$", " ", CONDITION.sub("$ $", sentence)))
    return match[1].lower() if match else ""
