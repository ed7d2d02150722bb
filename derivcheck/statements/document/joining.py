"""Several documents as one: their passages in order, each at its place in its own file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from derivcheck.diagnostics.diagnostic import SourceText, Stretch
from derivcheck.statements.document.definitions import MacroDefinition
from derivcheck.statements.document.passages import Company, Manuscript, Passage
from derivcheck.statements.document.sheets import Place


def joined(manuscripts: Sequence[Manuscript]) -> Manuscript:
    """One manuscript of several, known by the first; macros hold in their own files."""
    first, *others = manuscripts
    if not others:
        return first
    text = "\n".join(one.text for one in manuscripts)
    lines = tuple(text.split("\n"))
    stretches: list[Stretch] = []
    passages: list[Passage] = []
    macros: list[MacroDefinition] = []
    above = before = 0
    for one in manuscripts:
        count = one.text.count("\n") + 1
        own = one.parts or (Stretch(1, one.path),)
        stretches += [replace(stretch, line=stretch.line + above) for stretch in own]
        passages += [_moved(passage, above, before) for passage in one.passages]
        macros += [_held(macro, above, count) for macro in one.macros]
        above += count
        before += max((p.company.block for p in one.passages if p.company is not None), default=0) + 10
    parts = tuple(stretches)
    placed = tuple(_placed(passage, first.path, lines, parts) for passage in passages)
    return replace(first, text=text, passages=placed, macros=tuple(macros), parts=parts)


def _placed(passage: Passage, path: str, lines: tuple[str, ...], parts: tuple[Stretch, ...]) -> Passage:
    text = passage.text
    return replace(passage, text=SourceText(text.text, path, text.origin, lines, text.width, parts))


def _moved(passage: Passage, above: int, before: int) -> Passage:
    """A passage below the lines of the files above, and in none of their sentences and sections."""
    origin = tuple((line + above, column) for line, column in passage.text.origin)
    company = passage.company
    if company is not None:
        company = Company(
            company.sentence + above + before,
            company.block + before,
            company.section + above + before,
            company.titled,
            company.lead,
        )
    return replace(passage, text=replace(passage.text, origin=origin), company=company)


def _held(macro: MacroDefinition, above: int, count: int) -> MacroDefinition:
    begin: Place = (macro.begin[0] + above, macro.begin[1])
    end: Place = (macro.end[0] + above, macro.end[1]) if macro.end is not None else (above + count + 1, 0)
    return replace(macro, begin=begin, end=end)
