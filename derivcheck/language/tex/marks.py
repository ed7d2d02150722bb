"""What a node of the tree is to a statement: a sign, a relation, a keyword, half of something, hidden."""

from __future__ import annotations

from collections.abc import Sequence

from derivcheck.language.notation.relations import NAMES
from derivcheck.language.tex.nodes import (
    Group,
    Node,
    Space,
    Symbol,
)

JOINING = frozenset({"+", "·", "×", "*", "⊙", "⊗", "/"})


def seen(nodes: Sequence[Node]) -> list[Node]:
    """The nodes without the space between them."""
    return [node for node in nodes if not isinstance(node, Space)]


def is_sign(node: Node | None, *texts: str) -> bool:
    """Whether a node is a sign, and one of some, where they are given."""
    return isinstance(node, Symbol) and node.kind == "sign" and (not texts or node.text in texts)


def is_relation(node: Node | None) -> bool:
    return is_sign(node, *NAMES)


def is_keyword(node: Node, *texts: str) -> bool:
    return isinstance(node, Symbol) and node.kind == "keyword" and (not texts or node.text in texts)


def is_letter(node: Node) -> bool:
    return isinstance(node, Symbol) and node.kind == "letter"


def is_half(node: Node | None) -> bool:
    """Whether a group closes what nothing in its line opens."""
    return isinstance(node, Group) and node.opener is None and node.closer is not None


def is_hidden(node: Node) -> bool:
    return isinstance(node, Group) and node.opener is None and node.closer is None
