"""What nodes are worth at points that are asked about again and again.

Most of two claims about one network is the same network. A node is worth the same at a
point whoever asks, so that it is evaluated there once.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Generic, TypeVar

from derivcheck.evidence.canonical.form import Facts
from derivcheck.graph.nodes import Node

Worth = TypeVar("Worth")


class Points(Generic[Worth]):
    """The values of nodes at every point tried; a point is whatever determines the value of every input."""

    def __init__(self) -> None:
        self._values: dict[tuple[Hashable, ...], dict[Node, Worth]] = {}

    def at(self, sizes: Mapping[str, int], facts: Facts, *draw: Hashable) -> dict[Node, Worth]:
        """What is known at a point, to be added to; `draw` tells apart the points of the same sizes and facts."""
        key = (tuple(sorted(sizes.items())), facts_key(facts), *draw)
        return self._values.setdefault(key, {})


def facts_key(facts: Facts) -> tuple[Hashable, ...]:
    """Facts as a key: equal for equal facts."""
    return tuple(sorted((name, tuple(sorted(found, key=str))) for name, found in facts.items()))
