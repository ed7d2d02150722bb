"""What is given besides facts: what is drawn from which distribution, and equations, each solved for an input."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from derivcheck.diagnostics.diagnostic import NotationError, SourceText, located
from derivcheck.graph.nodes import Node, topological
from derivcheck.graph.substitution import substituted
from derivcheck.language.notation.expectations import Drawn
from derivcheck.language.notation.parser import parse_distribution


@dataclass(frozen=True, slots=True)
class Conditions:
    """Equations, each with the input that it was solved for, hold where that is its image.

    In its image an input stands for any numbers.
    """

    equations: tuple[tuple[str, Node], ...] = ()
    images: Mapping[Node, Node] = field(default_factory=dict)

    def texts(self, nodes: Iterable[Node]) -> tuple[str, ...]:
        """The equations that were solved for an input of nodes."""
        below = set(topological(nodes)) if self.equations else set()
        return tuple(text for text, solved in self.equations if solved in below)

    def imposed(self, node: Node) -> Node:
        """The node where all of the equations hold."""
        return substituted(node, self.images)

    def joined(self, text: str, solved: Node, image: Node) -> Conditions:
        """One more, whose solution may speak of what was solved for before, and the other way round."""
        image = self.imposed(image)
        images = {node: substituted(other, {solved: image}) for node, other in self.images.items()}
        return Conditions((*self.equations, (text, solved)), {**images, solved: image})


NO_CONDITIONS = Conditions()


def drawn(text: SourceText) -> Drawn | None:
    """`a ~ p`; None for what draws nothing. Raises NotationError with its place."""
    if "~" not in text.text:
        return None
    try:
        return parse_distribution(text.text)
    except NotationError as problem:
        raise located(problem, text) from None
