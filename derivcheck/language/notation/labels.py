"""Labels of layers in a tree: the numbers that stand for them at a depth, and what sums over them bind."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from derivcheck.language.notation.syntax import (
    Binary,
    Call,
    Comparison,
    Conditional,
    Derivative,
    Expression,
    Junction,
    Matrix,
    Name,
    Negate,
    Number,
    Reduction,
    Slice,
    Span,
    Subscript,
    Transpose,
    bottom_up,
    children,
)
from derivcheck.language.notation.tokens import fail


def label_value(tree: Expression | Slice, labels: Mapping[str, int]) -> int | None:
    """The integer that a label expression is, None where it is not one."""
    match tree:
        case Number(value):
            return int(value) if value.denominator == 1 else None
        case Name(name):
            return labels.get(name)
        case Negate(operand):
            inner = label_value(operand, labels)
            return None if inner is None else -inner
        case Binary("+" | "-" as operator, left, right):
            a, b = label_value(left, labels), label_value(right, labels)
            return None if a is None or b is None else (a + b if operator == "+" else a - b)
        case _:
            return None


def substitute_labels(
    tree: Any, labels: Mapping[str, int], values: Collection[str] = (), kept: Collection[str] = ()
) -> Any:
    """The tree with labels in brackets, `a[l-1]`, and in limits replaced by their numbers; index letters stay.

    Those among `values` are numbers elsewhere too, `gamma**t`; the others are not meant there.
    Limits that speak of `kept` labels alone stay. What a sum binds is its own: it is left alone inside.
    """
    if not any(isinstance(node, Name) and node.name in labels for node in bottom_up(tree)):
        return tree
    return _Substitution(labels, values, kept).walk(tree)


class _Substitution:
    def __init__(self, labels: Mapping[str, int], values: Collection[str], kept: Collection[str]) -> None:
        self.labels = labels
        self.values = values
        self.kept = kept

    def number(self, tree: Any) -> Any:
        """A place where a label stands: its number, or the tree with the labels inside replaced."""
        value = label_value(tree, self.labels) if mentions(tree, self.labels) else None
        return Number(Fraction(value), tree.span) if value is not None else self.walk(tree)

    def walk(self, node: Any) -> Any:
        match node:
            case Name(name) if name in self.labels and name in self.values:
                return Number(Fraction(self.labels[name]), node.span)
            case Name() | Number():
                return node
            case Subscript(base, entries):
                return replace(node, base=self.named(base), entries=tuple(self.number(e) for e in entries))
            case Negate(operand) | Transpose(operand):
                return replace(node, operand=self.walk(operand))
            case Binary(_, left, right) | Comparison(_, left, right) | Junction(_, left, right):
                return replace(node, left=self.walk(left), right=self.walk(right))
            case Call(_, arguments):
                return replace(node, arguments=tuple(self.walk(a) for a in arguments))
            case Derivative(numerator, variables):
                held = None if node.holding is None else tuple(self.named(one) for one in node.holding)
                below = tuple(self.named(v) for v in variables)
                return replace(node, numerator=self.named(numerator), variables=below, holding=held)
            case Conditional(test, then, otherwise):
                return replace(node, test=self.walk(test), then=self.walk(then), otherwise=self.walk(otherwise))
            case Reduction():
                return self.reduction(node)
            case Matrix(rows):
                return replace(node, rows=tuple(tuple(self.walk(e) for e in row) for row in rows))
            case _:
                return node

    def named(self, node: Any) -> Any:
        """What must be a name: it is never a number."""
        return node if isinstance(node, Name) else self.walk(node)

    def limit(self, tree: Expression) -> Any:
        stays = mentions(tree, self.kept) and not mentions(tree, set(self.labels) - set(self.kept))
        return tree if stays else self.number(tree)

    def reduction(self, node: Reduction) -> Reduction:
        ends = None if node.ends is None else (self.limit(node.ends[0]), self.limit(node.ends[1]))
        kept = {name: value for name, value in self.labels.items() if name not in node.letters}
        inside = _Substitution(kept, self.values, self.kept)
        condition = None if node.condition is None else inside.walk(node.condition)
        return replace(node, condition=condition, body=inside.walk(node.body), ends=ends)


def shifted(label: Expression, by: int) -> Expression:
    """`t-1` moved by 1 is `t`: a label with a number added to what it has."""
    match label:
        case Binary("+", base, Number(value)):
            offset = value + by
        case Binary("-", base, Number(value)):
            offset = by - value
        case _:
            base, offset = label, Fraction(by)
    if not offset:
        return base
    return Binary("+" if offset > 0 else "-", base, Number(abs(offset)), label.span)


def mentions(tree: Any, labels: Collection[str]) -> bool:
    """Whether a label expression speaks of one of some labels."""
    match tree:
        case Name(name):
            return name in labels
        case Negate(operand):
            return mentions(operand, labels)
        case Binary(_, left, right):
            return mentions(left, labels) or mentions(right, labels)
        case _:
            return False


def free_and_bound(tree: Any, labels: Collection[str]) -> tuple[set[str], dict[str, Span]]:
    """Those of some labels that stand free in a tree, and those that a sum binds, with the sum."""
    free: set[str] = set()
    binding: dict[str, Span] = {}
    waiting: list[tuple[Any, frozenset[str]]] = [(tree, frozenset())]
    while waiting:
        node, bound = waiting.pop()
        match node:
            case Name(name) if name in labels and name not in bound:
                free.add(name)
            case Reduction():
                waiting += [(end, bound) for end in node.ends or ()]
                binding |= {letter: node.span for letter in node.letters if letter in labels}
                inside = bound | set(node.letters)
                waiting += [(part, inside) for part in (node.condition, node.body) if part is not None]
                continue
        waiting += [(part, bound) for part in children(node)]
    return free, binding


def refuse_bound_and_free(tree: Expression, labels: Collection[str]) -> None:
    """Raise NotationError (DC150) where a sum binds one of some labels that stands free besides."""
    free, binding = free_and_bound(tree, labels)
    for name in sorted(free & set(binding)):
        fail(
            "DC150",
            f"the label `{name}` is both bound and free in one side",
            binding[name],
            "bound by this sum",
            "rename the bound one",
        )
