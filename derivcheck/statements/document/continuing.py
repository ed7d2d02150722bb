"""Displays that go on: one that begins with `=` goes on from the one above, one that ends with `=` goes on below."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from derivcheck.diagnostics.diagnostic import SourceText
from derivcheck.statements.document.passages import Passage

BEGINS = re.compile(r"(?:\s|&|\{\}|\\begin\{\w+\*?\}|\\(?:label|tag)\*?\{[^{}]*\})*(?:=|\\equiv(?![A-Za-z]))")
ENDS = re.compile(r"(?<![:<>!])=(?:\s|&|\\\\|\\end\{\w+\*?\}|\\(?:label|tag)\*?\{[^{}]*\})*\Z")
BREAK = "\n\\\\\n"


def continued(passages: Iterable[Passage]) -> tuple[Passage, ...]:
    """The passages with those joined that go on in the next display."""
    made: list[Passage] = []
    shown = -1  # the last display
    for passage in passages:
        if passage.kind == "inline" and made and _is_behind(made[-1], passage):
            passage = _going_on(made[-1], passage)
        if passage.kind != "display" or passage.stray:
            made.append(passage)
            continue
        above = made[shown] if shown >= 0 else None
        if above is not None and _is_near(above, passage):
            if ENDS.search(above.text.text):
                passage = replace(passage, text=_below(above.text, passage.text), label=passage.label or above.label)
                passage = replace(passage, above=above.above)
                del made[shown]
            elif BEGINS.match(passage.text.text):
                passage = _going_on(above, passage)
        shown = len(made)
        made.append(passage)
    return tuple(made)


def _going_on(above: Passage, below: Passage) -> Passage:
    return replace(below, text=_below(above.text, below.text), above=len(above.text.text) + len(BREAK))


def _is_behind(before: Passage, passage: Passage) -> bool:
    """Whether a formula within the text begins with `=` directly behind another one, as where lines are broken."""
    behind = re.search(r"\$[\s\\]*\Z", passage.lead) is not None
    return behind and before.kind == "inline" and not before.stray and BEGINS.match(passage.text.text) is not None


def _is_near(above: Passage, below: Passage) -> bool:
    """Whether no more than a paragraph stands between two displays, and no heading."""
    here, there = below.company, above.company
    if here is None or there is None:
        return False
    return here.section == there.section and 0 <= here.block - there.block <= 2


def _below(above: SourceText, below: SourceText) -> SourceText:
    """One text of two, as rows of one formula."""
    last = above.origin[-1]
    return replace(above, text=above.text + BREAK + below.text, origin=(*above.origin, last, *below.origin))
