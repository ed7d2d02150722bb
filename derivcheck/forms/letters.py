"""Letters of indices: which one comes next, and which names could be one."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from itertools import chain

LETTERS = "ijkmpqrstuvwabcdefgh"
GREEK = ("alpha", "beta", "mu", "nu", "rho", "tau")


def fresh_letter(used: AbstractSet[str]) -> str:
    """The first letter in the usual order that is not in use."""
    for letter in chain(LETTERS, GREEK):
        if letter not in used:
            return letter
    return next(name for k in range(len(used) + 1) if (name := f"i{k}") not in used)


def fresh_letters(count: int, used: AbstractSet[str]) -> list[str]:
    """So many letters, none of them in use."""
    found: list[str] = []
    for _ in range(count):
        found.append(fresh_letter({*used, *found}))
    return found


def may_be_letter(name: str) -> bool:
    """Whether `fresh_letter` could come up with a name."""
    return len(name) == 1 or name in GREEK or (name.startswith("i") and name[1:].isdigit())
