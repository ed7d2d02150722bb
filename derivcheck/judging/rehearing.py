"""Verdicts on what was stated before, in the same words and before the same panel, wherever it stands now."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from typing import Generic, TypeVar

from derivcheck.diagnostics.diagnostic import Diagnostic, SourceText, Where
from derivcheck.diagnostics.verdicts import ClaimResult
from derivcheck.judging.rulings import judge
from derivcheck.judging.statement import Statement

Key = TypeVar("Key", bound=Hashable)
Kept = TypeVar("Kept")
Row = tuple[str, int, int]  # a line of a file, or of a cell of it


class Shelf(Generic[Key, Kept]):
    """What was made for some keys, as long as it is asked for: what was not since the last turn but one is gone."""

    def __init__(self) -> None:
        self._now: dict[Key, Kept] = {}
        self._before: dict[Key, Kept] = {}

    def turn(self) -> None:
        """Keep what was asked for since the last turn, and not what was not."""
        self._before, self._now = self._now, {}

    def get(self, key: Key) -> Kept | None:
        found = self._now.get(key)
        if found is None and (found := self._before.get(key)) is not None:
            self._now[key] = found
        return found

    def put(self, key: Key, kept: Kept) -> Kept:
        self._now[key] = kept
        return kept

    def made(self, key: Key, make: Callable[[], Kept]) -> Kept:
        """What is kept for a key, made where there is nothing."""
        found = self.get(key)
        return self.put(key, make()) if found is None else found


class Rehearings:
    """Verdicts by what is stated: the same assertions in the same text have the same verdict at any place."""

    def __init__(self) -> None:
        self._known: Shelf[Hashable, tuple[Statement, ClaimResult]] = Shelf()

    def turn(self) -> None:
        """Forget what has not been stated since the last turn."""
        self._known.turn()

    def ruling(self, statement: Statement) -> ClaimResult:
        """The verdict on a statement that brings nothing along and of which nothing is expected."""
        # Nobody looks where something stands of which it is asked whether it holds alone.
        place = () if statement.trial else (statement.text.text, statement.span)
        key = (statement.assertions, statement.panel, statement.strict, place)
        found = self._known.get(key)
        if found is None:
            return self._known.put(key, (statement, judge(statement)))[1]
        before, result = found
        still = statement.trial or (
            before.declaration.id == statement.declaration.id and _lies_still(before.text, statement.text)
        )
        return result if still else _Move(before, statement).result(result)


def _lies_still(before: SourceText, now: SourceText) -> bool:
    """Whether a text stands where it stood, in lines that read as they did."""
    return (before, before.parts) == (now, now.parts) and all(
        before.lines[line - 1 : line] == now.lines[line - 1 : line] for line, _ in now.origin
    )


class _Move:
    """From where a text stood to where the same text stands."""

    def __init__(self, before: Statement, now: Statement) -> None:
        self.names = before.declaration.id, now.declaration.id
        offsets = [0]
        for position, sign in enumerate(now.text.text):
            if sign == "\n":
                offsets.append(position + 1)
        self.places: Mapping[Row, tuple[Where, Where]] = {
            (old.path, old.cell, old.line): (old, now.text.where(offset, offset + 1))
            for offset in reversed(offsets)
            for old in [before.text.where(offset, offset + 1)]
        }

    def result(self, result: ClaimResult) -> ClaimResult:
        before, now = self.names
        name = now + result.id.removeprefix(before)
        return replace(
            result,
            id=name,
            where=self.where(result.where),
            diagnosis=self.diagnostic(result.diagnosis),
            message=result.message.replace(f"{before}, ", f"{now}, "),
            links=tuple(map(self.result, result.links)),
        )

    def diagnostic(self, found: Diagnostic | None) -> Diagnostic | None:
        return None if found is None else replace(found, where=self.where(found.where))

    def where(self, place: Where | None) -> Where | None:
        """A place in the text as it lies now; any other stays."""
        if place is None or (row := self.places.get((place.path, place.cell, place.line))) is None:
            return place
        old, new = row
        column = place.column - old.column + new.column
        return replace(new, column=column, length=place.length)
