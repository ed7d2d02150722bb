"""Chains over paths: in `dE/dz = dE/dq @ dq/dz + dE/dm @ dm/dz` the direct partial dq/dz holds m fixed.

E depends on z through q and through m. Where q depends on m as well, the path z → m → q is the second term's:
counted in dq/dz too it would be counted twice. In the last factor of a term a layer is held where it stands
between q and z, and is itself what a term goes through: derived by, and derived by z.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice, product
from typing import Any

from derivcheck.diagnostics.diagnostic import NotationError
from derivcheck.graph.nodes import topological
from derivcheck.language.formulas import name_tree
from derivcheck.language.lowering.chains import link_of
from derivcheck.language.lowering.letters import member_name
from derivcheck.language.lowering.ranges import Labels, label_letters
from derivcheck.language.lowering.ranges import terms as label_terms
from derivcheck.language.lowering.scope import Scope
from derivcheck.language.lowering.variables import whole
from derivcheck.language.notation.labels import substitute_labels
from derivcheck.language.notation.syntax import (
    Binary,
    Call,
    Derivative,
    Equation,
    Expression,
    Name,
    Negate,
    Reduction,
    Transpose,
    bottom_up,
    rebuilt,
)

LEAST = 3  # derivatives, or names of them, that a chain over two paths has
MAXIMAL_TERMS = 200  # of a side multiplied out


@dataclass(frozen=True, slots=True)
class _Factor:
    """∂above/∂below, of names; `tree` is the derivative as it is written, `bound` where labels of sums stand in it."""

    above: str
    below: str
    tree: Derivative
    bound: bool


# The derivatives that one term of a side multiplies.
_Term = tuple[_Factor, ...]


def along_paths(equation: Equation, scope: Scope) -> Equation:
    """The equation with what its chains over paths hold fixed written down; the same one where there are none."""
    return replace(equation, sides=tuple(_along_paths(side, scope) for side in equation.sides))


def along_all_paths(held: Equation, equation: Equation) -> Equation:
    """The other reading of an equation whose chains hold something: they hold nothing, and say so."""
    openly = {node for node in bottom_up(equation) if isinstance(node, Derivative) and node.holding is not None}

    def free(node: Any) -> Any:
        return (
            replace(node, holding=()) if isinstance(node, Derivative) and node.holding and node not in openly else node
        )

    return replace(held, sides=tuple(rebuilt(side, free) for side in held.sides))


def _along_paths(side: Expression, scope: Scope) -> Expression:
    if not _may_be_a_chain(side, scope):
        return side
    try:
        found = _terms(side, {}, scope)
    except NotationError:
        return side
    # What is derived by, and derived by the same as what it is held in.
    between: dict[str, set[str]] = {}
    for term in found:
        for one, other in product(term, term):
            if one.below == other.above:
                between.setdefault(other.below, set()).add(other.above)
    held: dict[Derivative, dict[str, None]] = {}
    for term in found:
        for factor in term:
            if any(one.below == factor.above for one in term):
                names = between[factor.below] - {factor.above}
                shown = _families(names, factor, scope) if factor.bound else _in_between(names, factor, scope)
                held.setdefault(factor.tree, {}).update(dict.fromkeys(shown))

    def holding(node: Any) -> Any:
        names = held.get(node) if isinstance(node, Derivative) else None
        return replace(node, holding=tuple(map(name_tree, names))) if names else node

    return rebuilt(side, holding)  # type: ignore[no-any-return]


def _may_be_a_chain(side: Expression, scope: Scope) -> bool:
    """Whether there are derivatives, or names of them, enough for two paths; the terms of a sum may be many."""
    short = {name.partition("[")[0] for name in scope.abbreviations}
    count = 0
    for node in bottom_up(side):
        match node:
            case Reduction():
                return True
            case Derivative():
                count += 1
            case Name(name) if name in short:
                count += 1
    return count >= LEAST


def _in_between(names: Iterable[str], factor: _Factor, scope: Scope) -> Iterator[str]:
    """Those of some layers that stand between what is derived and what it is derived by, in the order of their use."""
    above, below = (scope.values[name].node for name in (factor.above, factor.below))
    inside = set(topological([above], {below}))
    wanted = frozenset(names)
    for name in (name for name in scope.values if name in wanted):
        node = scope.values[name].node
        if node in inside and node is not below and below in topological([node]):
            yield name


def _families(names: Collection[str], factor: _Factor, scope: Scope) -> Iterator[str]:
    """The families whose layers in between are all among some names, `h` for every `h[t]`, and single layers."""
    for stem in dict.fromkeys(name.partition("[")[0] for name in sorted(names)):
        members = [name for name in scope.values if name.partition("[")[0] == stem and name != factor.above]
        between = set(_in_between(members, factor, scope))
        if between and between <= set(names):
            yield stem


# --- the terms of a side ------------------------------------------------------------------------


def _terms(tree: Expression, labels: Labels, scope: Scope) -> list[_Term]:
    """The terms of a side; what is multiplied with a sum is multiplied with each of its terms."""
    match tree:
        case Binary("+" | "-", left, right):
            return _terms(left, labels, scope) + _terms(right, labels, scope)
        case Negate(operand) | Transpose(operand) | Binary("/", operand, _) | Call("sum", (operand, *_)):
            return _terms(operand, labels, scope)
        case Binary("*" | "@", left, right):
            return _multiplied([_terms(left, labels, scope), _terms(right, labels, scope)])
        case Call("chain", arguments):
            return _multiplied([_terms(argument, labels, scope) for argument in arguments])
        case Reduction("sum"):
            return _summed(tree, labels, scope)
        case _:
            factor = _factor(tree, labels, scope)
            return [() if factor is None else (factor,)]


def _multiplied(parts: Iterable[list[_Term]]) -> list[_Term]:
    found: list[_Term] = [()]
    for terms in parts:
        found = [one + other for one, other in islice(product(found, terms), MAXIMAL_TERMS)]
    return found


def _summed(tree: Reduction, labels: Labels, scope: Scope) -> list[_Term]:
    """The terms of a sum; of one over labels those at each of them."""
    letters = label_letters(tree, scope)
    if not letters:
        return _terms(tree.body, labels, scope)
    numbered = substitute_labels(tree, labels, scope.undeclared(labels), scope.depth)
    found: list[_Term] = []
    for more, _ in islice(label_terms(numbered, letters, scope), MAXIMAL_TERMS):
        found += _terms(tree.body, {**labels, **more}, scope)
    return found


def _factor(tree: Expression, labels: Labels, scope: Scope) -> _Factor | None:
    """The derivative that a factor is, or that a `let` name stands for; None for anything else."""
    link = link_of(substitute_labels(tree, labels), scope)
    if link is None or link.holding is not None:
        return None
    above, below = (member_name(whole(part, scope), scope) for part in (link.numerator, link.variables[0]))
    if above is None or below is None:
        return None
    return _Factor(
        above, below, tree if isinstance(tree, Derivative) else link, substitute_labels(tree, labels) != tree
    )
