"""What fails unforeseen while results are written: one item is lost, everything else is shown, the exit code is 3."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from derivcheck.diagnostics.diagnostic import (
    ContradictionError,
    DerivcheckError,
    Diagnostic,
    own_bug,
    tracebacks_are_wanted,
)

Item = TypeVar("Item")

_noted: list[Diagnostic] = []


def isolated(make: Callable[[], Item], instead: Callable[[Diagnostic], Item]) -> Item:
    """One item as it is made, or what stands in its place where that is a bug of derivcheck: it is noted.

    Raises DerivcheckError for what is foreseen.
    """
    try:
        return make()
    except ContradictionError as problem:
        found = problem.diagnostic
    except DerivcheckError:
        raise
    except Exception as problem:
        if tracebacks_are_wanted():
            raise
        found = own_bug(problem)
    _noted.append(found)
    return instead(found)


def noted() -> tuple[Diagnostic, ...]:
    """What was noted since this was asked last, each once."""
    found = tuple(dict.fromkeys(_noted))
    _noted.clear()
    return found


def in_short(bug: Diagnostic) -> str:
    """What stands in the place of an item that was lost."""
    return f"{bug.code} {bug.message}"
