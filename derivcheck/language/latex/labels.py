"""Numbers for the labels of families that a formula mentions."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping

from derivcheck.language.lowering.scope import Scope
from derivcheck.language.notation.labels import label_value
from derivcheck.language.notation.syntax import Expression, Name, bottom_up

MAXIMAL_CHOICES = 5_000


class Labels:
    """Numbers for the labels of families that a formula mentions: one choice that every member exists for."""

    def __init__(self, scope: Scope, given: Mapping[str, int]) -> None:
        self.given = dict(given)
        self.bound: list[str] = []  # the letters of sums that may run over layers
        self._members: dict[str, set[int]] = {}
        for name in (*scope.values, *scope.dimensions):
            found = re.fullmatch(r"(.+)\[(-?\d+)\]", name)
            if found:
                self._members.setdefault(found[1], set()).add(int(found[2]))
        self._uses: dict[tuple[str, Expression], None] = {}
        self._values: dict[str, int] | None = None

    def note(self, stem: str, label: Expression) -> None:
        """Remember that a member is mentioned."""
        if (stem, label) not in self._uses:
            self._uses[stem, label] = None
            self._values = None

    def has(self, stem: str, number: int) -> bool:
        return number in self._members.get(stem, ())

    def members(self, stem: str) -> list[int]:
        return sorted(self._members.get(stem, ()))

    def may_be(self, name: str) -> bool:
        """Whether a letter may be a label here, where labels are given."""
        return name in self.given or name in self.bound

    @property
    def values(self) -> Mapping[str, int]:
        if self._values is None:
            self._values = self._chosen()
        return self._values

    def _chosen(self) -> dict[str, int]:
        names = sorted({n for _, label in self._uses for n in _names(label)} - set(self.given))
        numbers = sorted({n for found in self._members.values() for n in found})
        if not names or not numbers or len(numbers) ** len(names) > MAXIMAL_CHOICES:
            return dict(self.given)
        best, best_score = dict(self.given), (-1, 0, 0)
        for chosen in itertools.product(numbers, repeat=len(names)):
            values = {**self.given, **dict(zip(names, chosen, strict=True))}
            held = sum(label_value(label, values) in self._members.get(stem, ()) for stem, label in self._uses)
            last = sum(values[name] == numbers[-1] for name in names if name.isupper())
            score = (held, len(set(values.values())), last)
            if score > best_score:
                best, best_score = values, score
        return best


def _names(label: Expression) -> set[str]:
    return {node.name for node in bottom_up(label) if isinstance(node, Name)}
