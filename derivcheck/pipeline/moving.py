"""A claim that stands on other lines than before, word for word: its verdict moves along with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

from derivcheck.diagnostics.diagnostic import SourceText, Where
from derivcheck.diagnostics.verdicts import ClaimResult
from derivcheck.spec import ClaimDeclaration


def moved(
    result: ClaimResult, before: ClaimDeclaration, now: ClaimDeclaration, lines: Sequence[str]
) -> ClaimResult | None:
    """The verdict on a claim that stood elsewhere, at the lines on which it stands; None where more than that differs.

    It may speak of places in the claim alone: whatever stands around it may have moved another way.
    """
    by = now.where.line - before.where.line
    if _shifted(before, by) != now:
        return None
    own = {line for line, _ in _lines_of(before)}
    spoken = list(_lines_of(result))
    if any(line not in own for line, _ in spoken):
        return None
    if any(not 0 < line + by <= len(lines) or lines[line + by - 1] != text for line, text in spoken):
        return None
    found: ClaimResult = _shifted(result, by)
    return found


def _lines_of(value: Any) -> Iterator[tuple[int, str]]:
    """The numbers and the texts of all the lines that a value speaks of."""
    if isinstance(value, Where):
        yield value.line, value.line_text
    elif isinstance(value, SourceText):
        for line, _ in value.origin:
            yield line, value.lines[line - 1] if 0 < line <= len(value.lines) else ""
    elif isinstance(value, tuple):
        for item in value:
            yield from _lines_of(item)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _lines_of(getattr(value, field.name))


def _shifted(value: Any, by: int) -> Any:
    """A value with every place in it so many lines further down."""
    if isinstance(value, Where):
        return replace(value, line=value.line + by)
    if isinstance(value, SourceText):
        return replace(value, origin=tuple((line + by, column) for line, column in value.origin))
    if isinstance(value, tuple):
        return tuple(_shifted(item, by) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        old = {field.name: getattr(value, field.name) for field in fields(value)}
        new = {name: _shifted(item, by) for name, item in old.items()}
        return replace(value, **{name: item for name, item in new.items() if item is not old[name]})
    return value
