"""The rows of a formula as text, for one whose tokens cannot all be made out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from derivcheck.language.notation.relations import RELATIONS, UNREAD_RELATIONS, pattern
from derivcheck.language.tex.commands import ENVIRONMENTS, Layout, layout_of

_MARK = re.compile(
    r"%[^\n]*|(?P<cut>\\\\\*?(?:[ \t]*\[\s*-?[\d.]+\s*[a-z]+\s*\])?)"
    r"|\\begin\s*\{(?P<begin>[^{}]*)\}|\\end\s*\{(?P<end>[^{}]*)\}"
    r"|\\(?:[A-Za-z]+|.)|(?P<brace>[{}])",
    re.DOTALL,
)
_BLANK = r"(?:[\s&~]|\{\}|\\[,;:! ]|\\q?quad(?![A-Za-z])|\\displaystyle(?![A-Za-z])|\\(?:label|tag)\*?\{[^{}]*\})*"
_RELATION = rf"(?::=|{pattern((*RELATIONS, *UNREAD_RELATIONS), 'leftarrow gets')})"
_OPERATOR = r"(?:[-+−*/·]|\\(?:cdot|times|odot|otimes|circ|ast|pm|mp|div)(?![A-Za-z]))"
STARTS_RELATED = re.compile(_BLANK + _RELATION)
STARTS_JOINED = re.compile(_BLANK + rf"(?:{_OPERATOR}|[)\]]|\\right(?![A-Za-z]))")
ENDS_OPEN = re.compile(rf"(?:{_RELATION}|{_OPERATOR}){_BLANK}$")
RELATED = re.compile(_RELATION)
CONDITION = re.compile(
    r"\\(?:text|mbox|textrm|mathrm|intertext|shortintertext)\s*\{\s*"
    r"(?:if|when|whenever|where|for|with|unless|assuming|provided|given|except)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Row:
    """What stands between two line ends of a formula.

    `related` says that it begins with a relation, `joined` that it goes on inside of the row above it.
    """

    start: int
    stop: int
    related: bool
    joined: bool


def rows(text: str) -> list[Row]:
    """The rows outside of braces and matrices, in order; the environments of lines around them are no part of any."""
    cuts: list[tuple[int, int]] = []
    braces = nested = 0
    for match in _MARK.finditer(text):
        name = match["begin"] or match["end"]
        if match["brace"]:
            braces += 1 if match[0] == "{" else -1
        elif name is not None and layout_of(name) is not Layout.LINES:
            nested += 1 if match["begin"] else -1
        elif not braces and not nested and (match["cut"] or name):
            stop = match.end()
            if match["begin"] and name in ENVIRONMENTS and ENVIRONMENTS[name].columns:
                columns = re.compile(r"\s*\{[^{}]*\}").match(text, stop)
                stop = columns.end() if columns else stop
            cuts.append((match.start(), stop))
    found: list[Row] = []
    open_ = 0
    begin = 0
    above = ""
    for cut, after in [*cuts, (len(text), len(text))]:
        row = text[begin:cut]
        if row.strip():
            joined = bool(found) and (
                open_ > 0
                or ENDS_OPEN.search(above) is not None
                or STARTS_JOINED.match(row) is not None
                or not RELATED.search(row)
                or CONDITION.search(row[:60]) is not None
            )
            found.append(Row(begin, cut, STARTS_RELATED.match(row) is not None, joined))
            open_ = max(0, (open_ if joined else 0) + sum(row.count(c) for c in "([") - sum(row.count(c) for c in ")]"))
            above = row
        begin = after
    return found


def together(found: Sequence[Row], at: int) -> list[Row]:
    """A row with those that have no meaning without it: what it goes on inside of, and all that goes on from it."""
    first, last = at, at
    while first > 0 and found[first].joined:
        first -= 1
    while last + 1 < len(found) and (found[last + 1].joined or found[last + 1].related):
        last += 1
    return list(found[first : last + 1])
