"""Conditions on positions as NumPy writes them."""

from __future__ import annotations

from collections.abc import Callable

from derivcheck.graph.axes import Axis, Dimension
from derivcheck.graph.nodes import Indicator, IndicatorTerm
from derivcheck.graph.positions import Affine


def condition(node: Indicator, positions: Callable[[Axis], str], size: Callable[[Dimension], str]) -> str:
    """What an indicator says; `positions` writes an array of the numbers 1, 2, ... along an axis."""

    def written(term: IndicatorTerm) -> str:
        match term:
            case Axis():
                return positions(term)
            case Affine():
                parts = [(positions(axis), count) for axis, count in term.terms]
                parts += [(size(term.offset), 1)] if term.offset != Dimension(()) else []
                return " + ".join(text if count == 1 else f"{count} * {text}" for text, count in parts)
            case _:
                return str(term)

    terms = [written(term) for term in node.terms]
    match node.relation:
        case "equal":
            return f"{terms[0]} == {terms[1]}"
        case "less":
            return f"{terms[0]} < {terms[1]}"
        case "zero":
            return f"{terms[0]} == 0"
        case "positive":
            return f"{terms[0]} > 0"
