"""What facts say of sizes: a matrix with orthonormal columns has at least as many rows."""

from __future__ import annotations

from collections.abc import Iterable

from derivcheck.evidence.canonical.form import Facts
from derivcheck.graph.axes import Dimension
from derivcheck.graph.nodes import Input, Node, topological
from derivcheck.spec.facts.table import FACTS

ONE = Dimension.fixed(1)


def extents(nodes: Iterable[Node], facts: Facts) -> frozenset[Dimension]:
    """Dimensions that have an entry wherever the facts about inputs can hold: m - k + 1 for m rows and k columns."""
    found = set()
    for node in topological(nodes):
        if not isinstance(node, Input):
            continue
        for fact, _ in facts.get(node.name, ()):
            if longest := FACTS[fact].longest:
                rows, columns = (axis.dimension for axis in node.home)
                more, fewer = (rows, columns) if longest == "rows" else (columns, rows)
                found.add(more.plus(fewer, -1).plus(ONE))
    return frozenset(dimension for dimension in found if dimension.terms)
