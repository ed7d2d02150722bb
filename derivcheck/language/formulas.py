"""The formulas of a spec as trees: what stands on their left, numbers for their labels, and the order of their use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from derivcheck.diagnostics.diagnostic import Diagnostic, SpecError
from derivcheck.language.lowering.descents import refuse_descents
from derivcheck.language.lowering.scope import Scope
from derivcheck.language.notation.labels import refuse_bound_and_free, substitute_labels
from derivcheck.language.notation.syntax import Expression, Name, Number, Subscript, children
from derivcheck.language.notation.vocabulary import Vocabulary
from derivcheck.spec.declarations import NamedFormula


def head_tree(member: str, formula: NamedFormula) -> Expression:
    """What stands on the left of a formula: `H[b,i]` for an index formula."""
    tree = name_tree(member)
    return Subscript(tree, tuple(Name(letter) for letter in formula.letters)) if formula.letters else tree


def with_numbers(tree: Expression, labels: Mapping[str, int], vocabulary: Vocabulary, scope: Scope) -> Expression:
    """A formula with numbers for its labels; a label that nothing else is called by is one anywhere.

    Raises NotationError for a label that a sum binds and that stands free besides (DC150), and for limits
    that run downwards (DC119).
    """
    refuse_bound_and_free(tree, labels)
    refuse_descents(tree, labels, scope.labels, scope.depth)
    values = frozenset(label for label in labels if label not in vocabulary.names | vocabulary.dimensions)
    found: Expression = substitute_labels(tree, labels, values)
    return found


def name_tree(member: str) -> Expression:
    """How a name is written: `W[1]` is a member of a family."""
    stem, bracket, label = member.partition("[")
    if not bracket:
        return Name(stem)
    return Subscript(Name(stem), (Number(Fraction(int(label.rstrip("]")))),))


def mentioned_names(tree: Any) -> Iterator[str]:
    """The names and members that a tree mentions, without recursion."""
    stack = [tree]
    while stack:
        node = stack.pop()
        match node:
            case Name(name):
                yield name
            case Subscript(Name(name), (Number(value),)):
                yield f"{name}[{value}]"
        stack.extend(children(node))


def in_order_of_use(trees: Mapping[str, tuple[Expression, NamedFormula]]) -> list[str]:
    """The names so that each comes after what it uses. Raises SpecError for a cycle."""
    uses = {name: [m for m in mentioned_names(tree) if m in trees] for name, (tree, _) in trees.items()}
    done: dict[str, bool] = {}
    order: list[str] = []
    for start in trees:
        stack: list[tuple[str, Iterator[str]]] = []
        if start not in done:
            done[start] = False
            stack.append((start, iter(uses[start])))
        while stack:
            name, rest = stack[-1]
            following = next(rest, None)
            if following is None:
                done[name] = True
                order.append(name)
                stack.pop()
            elif following not in done:
                done[following] = False
                stack.append((following, iter(uses[following])))
            elif not done[following]:
                cycle = [n for n, _ in stack]
                cycle = [*cycle[cycle.index(following) :], following]
                formula = trees[name][1]
                raise SpecError(
                    Diagnostic(
                        "DC040",
                        f"`{following}` depends on itself",
                        formula.text.where(),
                        "",
                        (("cycle", " -> ".join(cycle)),),
                    )
                )
    return order
