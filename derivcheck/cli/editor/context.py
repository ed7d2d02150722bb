"""Where in a spec somebody is writing: under which keys, and whether a key or a value is begun.

Read off the lines, since what is being written is seldom YAML yet.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from derivcheck.cli.editor.places import line_at
from derivcheck.spec.keys import SPEC
from derivcheck.spec.quoting import CLOSERS, OPENERS
from derivcheck.spec.values import ListValue, MappingValue, SectionValue, Taken

KEY = re.compile(r"\s*(?:- )?(?:'([^']*)'|\"([^\"]*)\"|([^\s'\"#:{}][^:{}]*?))\s*:(?:\s+|$)")
COMMENT = re.compile(r"(?:^|\s)#")


@dataclass(frozen=True, slots=True)
class WritingContext:
    """The keys around a place, the nearest last, what is written of a key or a value before it, and which it is."""

    keys: tuple[str, ...]
    written: str
    is_key: bool
    is_comment: bool = False


def context_at(lines: Sequence[str], line: int, column: int) -> WritingContext:
    """What stands around a place."""
    before = line_at(lines, line)[: column - 1]
    keys = _above(lines, line, len(before) - len(before.lstrip()))
    if COMMENT.search(before):
        return WritingContext(keys, before, False, is_comment=True)
    rest = before.lstrip().removeprefix("- ")
    while found := KEY.match(rest):
        keys = (*keys, _name(found))
        rest = rest[found.end() :]
        inside = _inside(rest)
        if inside is None:
            return WritingContext(keys, rest, False)
        rest = inside
    return WritingContext(keys, rest.lstrip(), True)


def _above(lines: Sequence[str], line: int, indent: int) -> tuple[str, ...]:
    """The keys that the lines above put around a line of an indentation."""
    keys: list[str] = []
    for number in range(line - 1, 0, -1):
        text = lines[number - 1]
        found = KEY.match(text)
        own = len(text) - len(text.lstrip())
        if not text.strip() or text.lstrip().startswith("#") or own >= indent:
            continue
        indent = own
        if found is not None:
            keys.insert(0, _name(found))
        if not indent:
            break
    return tuple(keys)


def _name(found: re.Match[str]) -> str:
    return next(part for part in found.groups() if part is not None)


def _inside(value: str) -> str | None:
    """The last item of braces that are open at the end of a value; None where none are."""
    if not value.startswith("{"):
        return None
    depth, start = 0, 1
    for position, character in enumerate(value):
        depth += (character in OPENERS) - (character in CLOSERS)
        if not depth:
            return None
        if character == "," and depth == 1:
            start = position + 1
    return value[start:].lstrip()


def taken_at(keys: Sequence[str]) -> Taken | None:
    """What the value of the last of some keys is; None where there is no such key."""
    taken: Taken = SPEC
    for name in keys:
        if isinstance(taken, ListValue):
            taken = taken.of
        if isinstance(taken, SectionValue) and name in taken.by_name:
            taken = taken.by_name[name].takes
        elif isinstance(taken, MappingValue):
            taken = taken.of
        else:
            return None
    return taken.of if isinstance(taken, ListValue) else taken
