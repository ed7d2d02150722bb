"""An index that is called as a dimension: `x[n]` is any entry of x, or its last one."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from derivcheck.language.lowering.scope import Scope
from derivcheck.language.notation.syntax import Binary, Equation, Name, Number, Reduction, Subscript, bottom_up, rebuilt


def at_the_ends(equation: Equation, scope: Scope) -> Equation | None:
    """The equation with the size for every free index called as a dimension, `x[n+0]`; None where it has none."""
    bound = {letter for node in bottom_up(equation) if isinstance(node, Reduction) for letter in node.letters}

    def end(entry: Any) -> Any:
        match entry:
            case Name(name) if name in scope.dimensions and name not in bound:
                return Binary("+", entry, Number(Fraction(0)))
        return entry

    def put(node: Any) -> Any:
        if not isinstance(node, Subscript):
            return node
        entries = tuple(end(entry) for entry in node.entries)
        return node if entries == node.entries else Subscript(node.base, entries, node.span)

    changed = rebuilt(equation, put)
    return None if changed == equation else changed
