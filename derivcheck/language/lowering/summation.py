"""Which letters a sum with a condition runs through: `sum_{i<j}(x[i]*x[j])` runs through pairs.

`sum_{k != i}` binds k, and i is the row that the equation speaks of. Where i stands nowhere
else, there is no such row, and the sum runs through both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from derivcheck.language.lowering.letters import index_error
from derivcheck.language.lowering.scope import Scope
from derivcheck.language.notation.syntax import (
    Comparison,
    Condition,
    Equation,
    Expression,
    Name,
    Reduction,
    Slice,
    bottom_up,
    children,
    rebuilt,
)

Part = Expression | Condition | Slice


def over_pairs(equation: Equation, scope: Scope) -> Equation:
    """The equation with sums over pairs written as such.

    Raises NotationError: DC119 the limit of a sum is not declared, DC153 it could be one row or all pairs.
    """
    if not any(isinstance(node, Reduction) for node in bottom_up(equation)):
        return equation
    parts: list[Part] = [*equation.sides, *([] if equation.where is None else [equation.where])]
    loose = [dict(_loose(part, scope, frozenset())) for part in parts]
    every = {letter for found in loose for letter in found}
    bound: set[str] = set()
    for letter in sorted(every):
        if any(_occurs(part, letter, frozenset()) for part in parts):
            continue
        holders = [found[letter] for found in loose if letter in found]
        if not any(_in_body(reduction, letter) for reduction in holders):
            _refuse_limit(letter, holders[0])
            continue
        if len(holders) == len(equation.sides) > 1:
            other = holders[0].letters[0]
            raise index_error(
                "DC153",
                f"does the sum run through `{other}` alone, or through `{other}` and `{letter}`?",
                holders[0].span,
                f"`{letter}` stands in no other place",
                f"sum_{{{other},{letter}: ...}}(...)",
                (
                    ("one reading", f"for every {letter}, the sum over {other}"),
                    ("another reading", f"the sum over all pairs of {other} and {letter}"),
                ),
            )
        bound.add(letter)
    if not bound:
        return equation

    def completed(node: Any) -> Any:
        if not isinstance(node, Reduction) or node.condition is None:
            return node
        more = [n for n in _names(node.condition) if n in bound and n not in node.letters]
        return replace(node, letters=(*node.letters, *dict.fromkeys(more))) if more else node

    return replace(equation, sides=tuple(rebuilt(side, completed) for side in equation.sides))


def _loose(tree: Part, scope: Scope, bound: frozenset[str]) -> Iterator[tuple[str, Reduction]]:
    """The undeclared letters of conditions of sums that nothing around them binds, with the sum."""
    if isinstance(tree, Reduction):
        bound = bound | set(tree.letters)
        if tree.condition is not None:
            for name in _names(tree.condition):
                if name not in bound and name not in scope.values and name not in scope.dimensions:
                    yield name, tree
    for part in children(tree):
        yield from _loose(part, scope, bound)


def _names(condition: Condition) -> list[str]:
    return [node.name for node in reversed(bottom_up(condition)) if isinstance(node, Name)]


def _occurs(tree: Part, letter: str, bound: frozenset[str]) -> bool:
    """Whether a letter stands free outside of the sums whose conditions it is in."""
    if isinstance(tree, Name):
        return tree.name == letter and letter not in bound
    if isinstance(tree, Reduction):
        if tree.condition is not None and letter in _names(tree.condition) and letter not in bound:
            return False
        bound = bound | set(tree.letters)
    return any(_occurs(part, letter, bound) for part in children(tree))


def _in_body(reduction: Reduction, letter: str) -> bool:
    return any(isinstance(node, Name) and node.name == letter for node in bottom_up(reduction.body))


def _refuse_limit(letter: str, reduction: Reduction) -> None:
    """An order needs both its letters: `sum_{j <= d}` with a `d` that is nothing else has no limit."""
    assert reduction.condition is not None
    for node in bottom_up(reduction.condition):
        if isinstance(node, Comparison) and node.relation in ("<", "<=", ">", ">="):
            for side in (node.left, node.right):
                if isinstance(side, Name) and side.name == letter:
                    raise index_error(
                        "DC119",
                        f"the limit `{letter}` of the sum is not declared",
                        side.span,
                        "neither a dimension nor an index",
                        "the name of a dimension",
                    )


def sums_over_pairs(tree: Expression, scope: Scope, head: Expression) -> Expression:
    """The same for the formula of a layer; the letters of its `head` are rows that it speaks of."""
    return over_pairs(Equation((head, tree), ("=",)), scope).sides[1]
