"""What a passage asserts, piece by piece: each chain that is read, and each piece that cannot be, with the reason."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from derivcheck.diagnostics.diagnostic import Diagnostic, NotationError
from derivcheck.language.notation.relations import RELATIONS, UNREAD_RELATIONS, pattern
from derivcheck.language.tex.commands import COMMANDS, ENVIRONMENTS, RowLayout, layout_of
from derivcheck.language.tex.parser import parse_tex
from derivcheck.language.tex.statements import Chain, chains
from derivcheck.statements.document.kinds import asserts, assigning, relates_inside
from derivcheck.statements.document.passages import Passage
from derivcheck.statements.document.places import balanced

MARKS = re.compile(pattern((*RELATIONS, *UNREAD_RELATIONS), "in leftarrow gets", "←"))
ASIDE = re.compile(r"\s*(?:\\left|\\[Bb]igg?l?)?\s*[(\[]\s*")  # `(A = f(X))` in the prose
_MACRO = re.compile(r"\\([A-Za-z]+)|\\.|[{}]", re.DOTALL)
_ENVIRONMENTS = (name for name in ENVIRONMENTS if layout_of(name) is not RowLayout.LINES)
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
        found = chains(parse_tex(text, macros))
    except NotationError as problem:
        return [Piece(whole, None, problem)] if may_assert(text, macros) else []
    made = []
    for chain in map(assigning, found):
        span = balanced(text, chain.span.start, min(chain.span.stop, len(text)))
        aside = passage.kind == "inline" and text[: span[0]].strip() and ASIDE.fullmatch(text[: span[0]])
        if chain.problem is not None:
            made += [Piece(span, None, chain.problem)] if may_assert(text[slice(*span)], macros) else []
        elif asserts(chain) and not aside:
            made.append(Piece(span, chain))
        elif aside or (passage.kind == "display" and relates_inside(chain.row)):
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
