"""Proofs that stand again: of an equation that is another one but for the labels in its names."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Hashable
from dataclasses import fields, is_dataclass
from functools import cache, partial
from typing import Any

import sympy

from derivcheck.evidence.canonical.form import Facts
from derivcheck.graph.axes import Axis, Dimension
from derivcheck.graph.nodes import Determinant, Input, Inverse, Map, Node, Quantity, operands
from derivcheck.graph.positions import Affine

LABEL = re.compile(r"\[(\d+)\]")

Renaming = Callable[[str], str | None]
Pattern = tuple[Hashable, ...]


class UnlikeError(Exception):
    """A part that no other equation can be likened to."""


class Precedents:
    """What was proved, as patterns: a proof takes the names it does not look into for anything of their axes and facts.

    It stands for every equation with the same parts, whatever the names of these are. A renaming must be injective
    on the names of an equation; what cannot be recognised is proved by itself.
    """

    def __init__(self) -> None:
        self._proved: dict[frozenset[str], set[Pattern]] = {}

    def add(self, left: Node, right: Node, cut: Container[Node], renamed: Renaming, facts: Facts) -> None:
        """Remember a proof that did not look into the nodes of a cut."""
        found = _Outline(renamed, facts, lambda node, _: node in cut)
        pattern = found.of(left, right)
        if pattern is not None:
            self._proved.setdefault(frozenset(found.closed), set()).add(pattern)

    def cut_of(self, left: Node, right: Node, renamed: Renaming, facts: Facts) -> frozenset[Node] | None:
        """The nodes into which no proof of this equation has to look; None where none is known."""
        for names, patterns in self._proved.items():
            found = _Outline(renamed, facts, partial(_is_named, names))
            if found.of(left, right) in patterns:
                return frozenset(found.closed.values())
        return None


@cache
def _own_fields(kind: type) -> tuple[str, ...]:
    """The names of what a kind of node has beside its operand."""
    return tuple(field.name for field in fields(kind) if field.name not in ("operand", "serial"))


def _is_named(names: frozenset[str], _: Node, name: str) -> bool:
    return name in names


class _Outline:
    """What a proof sees of two nodes: their parts down to the closed names, in the order in which they are met."""

    def __init__(self, renamed: Renaming, facts: Facts, is_closed: Callable[[Node, str], bool]) -> None:
        self._renamed = renamed
        self._facts = facts
        self._is_closed = is_closed
        self.closed: dict[str, Node] = {}
        self._told_axes: dict[tuple[Axis, ...], Hashable] = {}

    def of(self, *roots: Node) -> Pattern | None:
        """None where a name has no other one, or stands for two things."""
        try:
            return self._rows(roots)
        except UnlikeError:
            return None

    def _rows(self, roots: tuple[Node, ...]) -> Pattern:
        place: dict[Node, int] = {}
        rows: list[Hashable] = []
        waiting = [(root, False) for root in reversed(roots)]
        while waiting:
            node, ready = waiting.pop()
            if node in place:
                continue
            below = () if self._is_leaf(node) else operands(node)
            if not ready and any(part not in place for part in below):
                waiting.append((node, True))
                waiting += [(part, False) for part in reversed(below)]
                continue
            rows.append((self._row(node), tuple(place[part] for part in below)))
            place[node] = len(place)
        return (*rows, tuple(place[root] for root in roots))

    def _is_leaf(self, node: Node) -> bool:
        return isinstance(node, Input) or (isinstance(node, Quantity) and self._is_closed(node, self._name(node.name)))

    def _row(self, node: Node) -> Hashable:
        match node:
            case Input() | Quantity() if self._is_leaf(node):
                name = self._name(node.name)
                if isinstance(node, Quantity) and self.closed.setdefault(name, node) is not node:
                    raise UnlikeError
                home = self._along(node.home) if isinstance(node, Input) else None
                return ("leaf", name, home, self._along(node.axes), frozenset(self._facts.get(node.name, ())))
            case Inverse() | Determinant():
                # The name of an inverse stands for it wherever it occurs: there, names that do not occur matter too.
                raise UnlikeError
            case Map():
                return ("map", self._expression(node.expression), self._along(node.axes))
            case _:
                kind: type = type(node)
                said = [getattr(node, name) for name in _own_fields(kind)]
                return (kind.__name__, self._told(tuple(said)))

    def _along(self, axes: tuple[Axis, ...]) -> Hashable:
        """What is told of axes; most nodes of an equation have those of another one."""
        if axes not in self._told_axes:
            self._told_axes[axes] = self._told(axes)
        return self._told_axes[axes]

    def _name(self, name: str) -> str:
        found = self._renamed(name)
        if found is None:
            raise UnlikeError
        return found

    def _told(self, value: Any) -> Hashable:
        match value:
            case Dimension():
                terms = sorted((self._name(name), count) for name, count in value.terms)
                return ("size", *terms, value.constant)
            case Axis():
                return (self._told(value.dimension), value.key)
            case Affine():
                return ("positions", frozenset(map(self._told, value.terms)), self._told(value.offset))
            case tuple():
                return tuple(map(self._told, value))
            case str():
                return self._name(value)
            case _ if is_dataclass(value):
                raise UnlikeError
            case _:
                return value  # type: ignore[no-any-return]

    def _expression(self, expression: Any) -> Hashable:
        """Sizes have names with labels as well."""
        named = {size: self._name(size.name) for size in expression.free_symbols if LABEL.search(size.name)}
        if not named:
            return expression  # type: ignore[no-any-return]
        renamed: Hashable = expression.xreplace({size: sympy.Symbol(name) for size, name in named.items()})
        return renamed
