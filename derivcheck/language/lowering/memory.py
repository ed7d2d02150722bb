"""What parts of equations mean, remembered from one equation to the next: a search changes one part at a time.

A part means the same wherever its letters run over the same dimensions. It is told by its identity, not by what is
written: what an edit leaves alone is the same object before and after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from derivcheck.diagnostics.diagnostic import NotationError
from derivcheck.graph.derive import Derived
from derivcheck.language.lowering.language import Lowering
from derivcheck.language.lowering.scope import Scope
from derivcheck.language.lowering.values import Value
from derivcheck.language.notation.syntax import Expression, Name, Number, Span, Subscript

LEAVES = (Name, Number, Subscript)  # which cost no more than to look them up


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a part means, with what its lowering has noted: letters that are used and bound, derivatives."""

    tree: Expression  # which lives as long as its identity is a key
    value: Value
    used: Mapping[str, Span]
    bound: Mapping[str, Span]
    derived: Mapping[Derived, None]


@dataclass(frozen=True, slots=True)
class Meaningless:
    """A part without a meaning, and why it has none."""

    tree: Expression  # as above
    why: NotationError


class LoweringMemory:
    """The meanings of parts in one scope, by what the free letters run over."""

    def __init__(self) -> None:
        self._tables: dict[frozenset[object], dict[int, Meaning | Meaningless]] = {}

    def table(self, free: frozenset[object]) -> dict[int, Meaning | Meaningless]:
        """What is known where the free letters run over these dimensions, to be added to."""
        return self._tables.setdefault(free, {})


class RememberingLowering(Lowering):
    """Lowers what no sum, derivative or condition surrounds once for all equations that share the part."""

    def __init__(self, scope: Scope, memory: LoweringMemory) -> None:
        super().__init__(scope)
        self._memory = memory

    def expression(self, tree: Expression) -> Value:
        if isinstance(tree, LEAVES) or self._is_surrounded():
            return super().expression(tree)
        free = self.letters.settled()
        table = self._memory.table(free)
        found = table.get(id(tree))
        if found is None:
            try:
                found = self._noted(tree)
            except NotationError as why:
                if self.letters.settled() == free:
                    table[id(tree)] = Meaningless(tree, why)
                raise
            if self.letters.settled() == free:
                table[id(tree)] = found
            return found.value
        if isinstance(found, Meaningless):
            raise found.why.with_traceback(None)  # or it would be longer each time
        self._note(found.used, found.bound, found.derived)
        return found.value

    def _is_surrounded(self) -> bool:
        return bool(
            self.in_numerator
            or self.measuring
            or self.deriving is not None
            or self.leaves
            or self.prefix
            or self.guards
            or self.letters.is_inside()
        )

    def _noted(self, tree: Expression) -> Meaning:
        """The meaning of a part by itself; what it notes beside that is noted of the whole where it has none."""
        letters = self.letters
        around = letters.used_free, letters.ever_bound, self.derived
        letters.used_free, letters.ever_bound, self.derived = {}, {}, {}
        try:
            value = super().expression(tree)
            return Meaning(tree, value, letters.used_free, letters.ever_bound, self.derived)
        finally:
            inside = letters.used_free, letters.ever_bound, self.derived
            letters.used_free, letters.ever_bound, self.derived = around
            self._note(*inside)

    def _note(self, used: Mapping[str, Span], bound: Mapping[str, Span], derived: Mapping[Derived, None]) -> None:
        for letter, span in used.items():
            self.letters.used_free.setdefault(letter, span)
        self.letters.ever_bound.update(bound)
        self.derived.update(derived)
