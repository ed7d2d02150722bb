"""What a passage asserts, piece by piece: each chain that is read, and each piece that cannot be, with the reason."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from derivcheck.diagnostics.diagnostic import Diagnostic, NotationError
from derivcheck.language.latex.lines import Chain, chains
from derivcheck.language.latex.rows import Row, rows, together
from derivcheck.language.notation.relations import RELATIONS, UNREAD_RELATIONS, pattern
from derivcheck.language.tex.commands import COMMANDS, ENVIRONMENTS, Layout, layout_of
from derivcheck.statements.document.kinds import asserts, assigning, relates_inside
from derivcheck.statements.document.passages import Passage
from derivcheck.statements.document.places import balanced

MARKS = re.compile(pattern((*RELATIONS, *UNREAD_RELATIONS), "in leftarrow gets", "←"))
ASIDE = re.compile(r"\s*(?:\\left|\\[Bb]igg?l?)?\s*[(\[]\s*")  # `(A = f(X))` in the prose
_MACRO = re.compile(r"\\([A-Za-z]+)|\\.|[{}]", re.DOTALL)
_ENVIRONMENTS = (name for name in ENVIRONMENTS if layout_of(name) is not Layout.LINES)
_KNOWN = frozenset({*COMMANDS, *_ENVIRONMENTS, "newcommand", "renewcommand", "def", "let"})


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a passage that asserts something: its chain, or why it has none."""

    span: tuple[int, int]
    chain: Chain | None = None
    problem: Diagnostic | NotationError | None = None


def pieces(passage: Passage, macros: Mapping[str, str]) -> list[Piece]:
    """All that a passage asserts, in order; one whose lines cannot be told apart is one piece."""
    text = passage.text.text
    whole = (0, len(text))
    if passage.stray:
        return [Piece(whole, None, Diagnostic("DC623", passage.stray, passage.text.where()))]
    try:
        found, unread = _dissected(text, macros)
    except NotationError as problem:
        return [Piece(whole, None, problem)] if may_assert(text, macros) else []
    made = [Piece(row, None, problem) for row, problem in unread if may_assert(text[slice(*row)], macros)]
    for chain in map(assigning, found):
        span = balanced(text, chain.span.start, min(chain.span.stop, len(text)))
        aside = passage.kind == "inline" and text[: span[0]].strip() and ASIDE.fullmatch(text[: span[0]])
        if asserts(chain) and not aside:
            made.append(Piece(span, chain))
        elif aside or (passage.kind == "display" and relates_inside(chain)):
            inside = Diagnostic("DC623", "a relation inside brackets", passage.text.where(*span), "not read as a claim")
            made.append(Piece(span, None, inside))
    return sorted(made, key=lambda piece: piece.span[0])


def may_assert(text: str, macros: Mapping[str, str]) -> bool:
    """Whether a text that is not read has a relation in it, or a macro that could be one."""
    return MARKS.search(text) is not None or any(
        MARKS.search(macros.get(f"\\{name}", "")) or _relates(text, stop, name, macros) for name, stop in _names(text)
    )


def _names(text: str) -> list[tuple[str, int]]:
    """The macros outside of all braces, and where each ends."""
    found = []
    depth = 0
    for match in _MACRO.finditer(text):
        depth += (match[0] == "{") - (match[0] == "}")
        if match[1] and not depth:
            found.append((match[1], match.end()))
    return found


def _relates(text: str, stop: int, name: str, macros: Mapping[str, str]) -> bool:
    """Whether a macro that nothing knows stands between two things, as a relation does."""
    if name in _KNOWN or f"\\{name}" in macros:
        return False
    before, behind = text[: stop - len(name) - 1].rstrip(" \n\t&"), text[stop:].lstrip(" \n\t&")
    return bool(before) and not before.endswith("\\\\") and bool(behind) and behind[0] not in "{_^[.,;}"


def _dissected(text: str, macros: Mapping[str, str]) -> tuple[list[Chain], list[tuple[tuple[int, int], NotationError]]]:
    """(the chains, the rows that are not read). Raises NotationError where it is not the rows that are at fault."""
    found: list[Row] | None = None
    unread: list[tuple[tuple[int, int], NotationError]] = []
    rest = text
    while True:
        try:
            return chains(rest, macros), unread
        except NotationError as problem:
            found = rows(text) if found is None else found
            place = problem.span[0] if problem.span else -1
            at = next((k for k, row in enumerate(found) if row.start <= place < row.stop), -1)
            if len(found) < 2 or at < 0 or not rest[found[at].start : found[at].stop].strip():
                raise
            group = together(found, at)
            start, stop = group[0].start, group[-1].stop
            unread = [one for one in unread if not start <= one[0][0] < stop]
            begin = start + len(text[start:stop]) - len(text[start:stop].lstrip(" \n\t&"))
            unread.append(((begin, start + len(text[start:stop].rstrip())), problem))
            for row in group:
                rest = rest[: row.start] + re.sub(r"[^\n]", " ", rest[row.start : row.stop]) + rest[row.stop :]
