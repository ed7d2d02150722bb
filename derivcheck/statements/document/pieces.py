"""What a passage asserts, piece by piece: each chain that is read, and each piece that cannot be, with the reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from derivcheck.diagnostics.diagnostic import Diagnostic, NotationError
from derivcheck.language.notation.relations import RELATIONS, UNREAD_RELATIONS, pattern
from derivcheck.language.tex.commands import COMMANDS, ENVIRONMENTS, RowLayout, layout_of
from derivcheck.language.tex.nodes import Broken, Prose
from derivcheck.language.tex.parser import parse_tex
from derivcheck.language.tex.statements import Chain, chains, is_relation, is_sign, seen
from derivcheck.statements.document.kinds import asserts, assigning, relates_inside
from derivcheck.statements.document.passages import Kind, Passage
from derivcheck.statements.document.places import balanced

MARKS = re.compile(pattern((*RELATIONS, *UNREAD_RELATIONS), "in leftarrow gets", "←"))
ASIDE = re.compile(r"\s*(?:\\left|\\[Bb]igg?l?)?\s*[(\[]\s*")  # `(A = f(X))` in the prose
_MACRO = re.compile(r"\\([A-Za-z]+)|\\.|[{}]", re.DOTALL)
_ENVIRONMENTS = (name for name in ENVIRONMENTS if layout_of(name) is not RowLayout.LINES)
_KNOWN = frozenset({*COMMANDS, *_ENVIRONMENTS, "newcommand", "renewcommand", "def", "let"})


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a passage that asserts something: its chain, or why it has none.

    The first `above` relations of the chain belong to a formula that it goes on from. `without` is the place of a side
    that was taken out of it.
    """

    span: tuple[int, int]
    chain: Chain | None = None
    problem: Diagnostic | NotationError | None = None
    above: int = 0
    without: tuple[int, int] = (0, 0)

    @property
    def accounted(self) -> bool:
        """Whether it has a chain, or a reason to have none."""
        return self.chain is not None or self.problem is not None

    def without_side(self, place: int) -> Piece | None:
        """The chain of equalities without the side at a place; None where fewer than two are left of it."""
        row = self.chain.row if self.chain is not None else ()
        cuts = [k for k, node in enumerate(row) if is_relation(node)]
        if self.above or self.chain is None or not _is_bare(self.chain) or not all(is_sign(row[k], "=") for k in cuts):
            return None
        bounds = [-1, *cuts, len(row)]
        sides = [row[max(start, 0) : stop] for start, stop in pairwise(bounds)]  # each with the sign before it
        legible = [side for side in sides if not any(node.span.start <= place < node.span.stop for node in seen(side))]
        if len(legible) != len(sides) - 1 or len(legible) < 2:
            return None
        kept = tuple(node for side in legible for node in side)
        chain = replace(self.chain, row=kept[1:] if is_relation(kept[0]) else kept)
        (dropped,) = (seen(side) for side in sides if side not in legible)
        dropped = dropped[1:] if is_relation(dropped[0]) else dropped
        return replace(self, chain=chain, without=(dropped[0].span.start, dropped[-1].span.stop))


def pieces(passage: Passage, macros: Mapping[str, str]) -> list[Piece]:
    """All that a passage asserts, in order; one whose lines cannot be told apart is one piece."""
    text = passage.text.text
    if passage.stray:
        return [Piece((0, len(text)), None, Diagnostic("DC623", passage.stray, passage.text.where()))]
    found = _taken_apart(text, passage.kind, passage.above, tuple(macros.items()))
    return [piece if piece.accounted else _inside(piece.span, passage) for piece in found]


def _inside(span: tuple[int, int], passage: Passage) -> Piece:
    said = Diagnostic("DC623", "a relation inside brackets", passage.text.where(*span), "not read as a claim")
    return Piece(span, None, said)


@lru_cache(maxsize=4096)
def _taken_apart(text: str, kind: Kind, whole: int, defined: tuple[tuple[str, str], ...]) -> tuple[Piece, ...]:
    """The pieces of a text, behind the `whole` that goes on in it; those of relations inside brackets are bare."""
    macros = dict(defined)
    try:
        found = chains(parse_tex(text, macros))
    except NotationError as problem:
        return (Piece((0, len(text)), None, problem),) if may_assert(text, macros) else ()
    made = []
    for chain, start in _going_on(text, map(assigning, found)):
        if min(chain.span.stop, len(text)) <= whole:
            continue
        start = _behind(text, max(start, whole))
        above = sum(is_relation(node) and node.span.start < start for node in chain.row)
        span = balanced(text, start, min(chain.span.stop, len(text)))
        aside = kind == "inline" and text[: span[0]].strip() and ASIDE.fullmatch(text[: span[0]])
        if chain.problem is not None:
            made += [Piece(span, None, chain.problem)] if may_assert(text[slice(*span)], macros) else []
        elif asserts(chain) and not aside:
            made.append(Piece(span, chain, above=above))
        elif aside or (kind == "display" and relates_inside(chain.row)):
            made.append(Piece(span))
    return tuple(sorted(made, key=lambda piece: piece.span[0]))


def _going_on(text: str, found: Iterable[Chain]) -> Iterator[tuple[Chain, int]]:
    """The chains, and where their own parts begin: one that begins with a relation goes on from the one before.

    A step that cannot be taken apart leaves those behind it to the chain that it is a step of.
    """
    before: Chain | None = None
    for chain in (part for one in found for part in _beside_broken_step(text, one)):
        start = chain.span.start
        first = next((node for node in seen(chain.row) if not isinstance(node, Prose)), chain.row[0])
        if before is not None and is_relation(first) and before.problem is None and _is_bare(before):
            chain = replace(chain, row=(*before.row, *chain.row))
        yield chain, start
        before = before if _broken_step(text, chain) is not None else chain


def _broken_step(text: str, chain: Chain) -> int | None:
    """Where a step in a chain stands that cannot be taken apart."""
    for place, node in enumerate(chain.row):
        if isinstance(node, Broken):
            return place if MARKS.match(text[node.span.start :].lstrip("& \n")) else None
    return None


def _beside_broken_step(text: str, chain: Chain) -> list[Chain]:
    place = _broken_step(text, chain)
    behind = chain.row[place + 1 :] if place is not None else ()
    if not seen(behind) or not is_relation(seen(behind)[0]):
        return [chain]
    return [replace(chain, row=chain.row[: len(chain.row) - len(behind)]), replace(chain, row=behind)]


def _is_bare(chain: Chain) -> bool:
    """Whether nothing but sides and relations stands in a chain: no condition behind them."""
    return not any(is_sign(node, ",", ";") or getattr(node, "kind", "") == "keyword" for node in chain.row)


def _behind(text: str, start: int) -> int:
    """Behind the blanks and the marks of columns at a place."""
    while start < len(text) and (text[start].isspace() or text[start] == "&"):
        start += 1
    return start


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
