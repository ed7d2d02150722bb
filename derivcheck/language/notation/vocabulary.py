"""What is declared, as far as the syntax of a formula depends on it."""

from __future__ import annotations

from dataclasses import dataclass, field

from derivcheck.language.notation.syntax import Expression


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What is declared: the parser asks it only where syntax depends on it.

    `gradients` are the names `dW` that stand for derivatives of the loss, `distributions` those of what is drawn.
    """

    names: frozenset[str] = field(default_factory=frozenset)
    dimensions: frozenset[str] = field(default_factory=frozenset)
    functions: frozenset[str] = field(default_factory=frozenset)
    labels: frozenset[str] = field(default_factory=frozenset)
    gradients: frozenset[str] = field(default_factory=frozenset)
    distributions: tuple[tuple[str, Expression], ...] = ()

    def declares(self, word: str) -> bool:
        """Whether a word names a quantity, a dimension or a label (a function does not count)."""
        return word in self.names or word in self.dimensions or word in self.labels


NOTHING_DECLARED = Vocabulary()
