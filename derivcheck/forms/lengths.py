"""How much there is to read in a polynomial."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from derivcheck.evidence.canonical.atoms import Polynomial
from derivcheck.evidence.canonical.form import Canonical
from derivcheck.forms.collecting import collected
from derivcheck.forms.polynomials import is_unnamed
from derivcheck.graph.nodes import Node

WEIGHTS: Mapping[str, int] = {"leaf": 2, "size": 1, "function": 2, "equal": 2}
COMPOUND = frozenset({"exp", "log", "power", "group", "positive", "zero", "function"})
DEEPEST = 8


def length(canonical: Canonical, polynomial: Polynomial) -> int:
    """How much there is to read, term by term."""
    total = 0
    for (bound, factors), _ in polynomial.items():
        total += 1 + len(bound)
        for number, _, power in factors:
            atom = canonical.algebra.atoms[number]
            total += WEIGHTS.get(atom.kind, 6) + (power != 1)
    return total


def collected_length(canonical: Canonical, polynomial: Polynomial, leaves: Mapping[Node, int]) -> int:
    """How much there is to read once the terms are put together; some `leaves` have a weight of their own."""
    algebra = canonical.algebra

    def of(polynomial: Polynomial, depth: int = 0) -> int:
        total = 0
        for (bound, factors), coefficient in collected(algebra, polynomial).items():
            total += 1 + len(bound) + (coefficient not in (1, -1))
            for number, _, power in factors:
                total += inside(number, depth) + (power != 1) + (power not in (1, 2, -1))
        return total

    def inside(number: int, depth: int) -> int:
        atom = algebra.atoms[number]
        node = canonical.leaf_nodes.get(number)
        if node is not None and node in leaves:
            return leaves[node]
        if node is not None and is_unnamed(node):
            return of(canonical.opened(node), depth + 1)
        if depth > DEEPEST or atom.kind not in COMPOUND:
            return WEIGHTS.get(atom.kind, 6)
        payloads = atom.payload if atom.kind == "function" else (atom.payload,)
        shown = [dict(cast(Any, payload)) for payload in payloads]
        return 1 + sum(of(payload, depth + 1) for payload in shown)

    return of(polynomial)
