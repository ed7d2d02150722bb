"""Small changes of a claim, each with the mistake that it would mend: what a refuted claim may have meant."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial, reduce
from typing import Protocol, TypeVar

from derivcheck.forms.rewriting import matrix_factors, negated, places, put, summands
from derivcheck.judging import excesses, exchanges, layouts, misapplied, reflections
from derivcheck.judging.edit import TWO, Edit, divided, scaled
from derivcheck.judging.judge import Judge
from derivcheck.judging.local_edits import LocalEdits
from derivcheck.judging.omissions import Omissions
from derivcheck.judging.repetitions import Repetitions
from derivcheck.judging.stock import Stock, number
from derivcheck.language.claims import Pair
from derivcheck.language.network import Network
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.syntax import (
    Binary,
    Call,
    Derivative,
    Expression,
    Name,
    Negate,
    Number,
    Subscript,
    Transpose,
    bottom_up,
    rebuilt,
)

Found = TypeVar("Found")


class DerivedSides(Protocol):
    """What is derived for the left side of a claim."""

    def form(self, link: Pair) -> Expression | None:
        """The derived right side in the language of the claim."""

    def terms(self, link: Pair) -> Sequence[tuple[Expression, bool]]:
        """Its terms, multiplied out: (term, whether it is subtracted)."""

    def attempted(self, work: Callable[[], Found], otherwise: Found) -> Found:
        """What one attempt finds; one that fails is noted, and costs no other."""


class Edits:
    """The edits of claims about one network."""

    def __init__(self, network: Network, judge: Judge, derived: DerivedSides) -> None:
        self.network = network
        self.judge = judge
        self.derived = derived
        self.stock = Stock(network)
        self.omissions = Omissions(self.stock)
        self.local = LocalEdits(self.stock)
        self.repetitions = Repetitions(self.stock, self.local.of)

    def of(self, link: Pair) -> Iterator[Edit]:
        """Every edit of the right side, in no order of likelihood: `cost` has it."""
        right = link.right_tree
        yield from self.made(self._whole(link, right))
        yield from self._inside(link, right)
        yield from self.made(self._slopes(link, right))
        yield from self.made(excesses.of(right, self.stock))
        yield from self.made(exchanges.of(link, right, self.stock))
        yield from self.made(reflections.of(link, right, self.stock))
        yield from self.made(self._of_the_left_side(link))
        yield from self.made(misapplied.of(link))
        yield from self.made(misapplied.of_values(right))
        yield from self.made(self._layouts(link))
        yield from self.made(self.repetitions.of(link, right))
        yield from self.made(self.omissions.of(link, right, self.derived.form(link)))

    def terms(self, link: Pair) -> Iterator[Edit]:
        """Every edit that adds a term."""
        yield from self.made(self._derived_terms(link, link.right_tree))
        yield from self.made(self.omissions.terms(link, link.right_tree))

    def beneath(self, link: Pair) -> Iterator[Edit]:
        """Every edit of what a `let` name of the right side stands for, where that is no derivative."""
        for _, node in places(link.right_tree):
            meaning = self.network.scope.abbreviations.get(node.name) if isinstance(node, Name) else None
            if meaning is None or any(isinstance(part, Derivative) for part in bottom_up(meaning)):
                continue
            for edit in (*self._inside(link, meaning), *self.made(self.omissions.of(link, meaning, None))):
                made = _with(link.right_tree, node, edit.tree)
                message = f"{edit.message} in `{to_plain(node)}`, which is `{to_plain(meaning)}`"
                yield replace(edit, message=message, tree=made, span=node.span, cost=edit.cost + 2)

    def _inside(self, link: Pair, tree: Expression) -> Iterator[Edit]:
        for place, node in places(tree):
            for edit in self.made(self.local.of(node, link)):
                yield replace(edit, tree=put(tree, place, edit.tree))

    def made(self, edits: Iterator[Edit]) -> Iterator[Edit]:
        """The edits of one kind, up to one that fails in the making."""
        while (edit := self.derived.attempted(partial(next, edits, None), None)) is not None:
            yield edit

    def _whole(self, link: Pair, right: Expression) -> Iterator[Edit]:
        span = right.span
        yield Edit("DC202", "the sign is wrong", negated(right), span, 2)
        for factor, shown in self._factors(link):
            yield Edit("DC201", f"a factor {shown} is missing", scaled(right, factor), span, 2)
            yield Edit("DC201", f"a factor {shown} too large", divided(right, factor), span, 2)
            yield Edit("DC201", f"a factor -{shown} is missing", Negate(scaled(right, factor)), span, 4)
        yield Edit("DC203", "transpose missing", _turned(right), span, 1)

    def numbers(self, link: Pair) -> Iterator[tuple[Expression, str]]:
        """Numbers that a claim may be off by, as they are shown."""
        yield from self._factors(link)
        yield from ((tree, f"`{to_plain(tree)}`") for tree in self.stock.scalars(link))

    def _factors(self, link: Pair) -> Iterator[tuple[Expression, str]]:
        for value in (2, 3, 4):
            yield number(value), str(value)
        names = self.stock.dimension_names(link)
        yield from ((Name(name), name) for name in names)
        yield from ((Binary("/", Name(name), TWO), f"{name}/2") for name in names)
        yield from ((Call("log", (number(base),)), f"log({base})") for base in (2, 10))

    def _derived_terms(self, link: Pair, right: Expression) -> Iterator[Edit]:
        """A term of the derived form added."""
        derived = self.derived.form(link)
        if derived is None:
            return
        for term, negative in self.derived.terms(link) or summands(derived):
            if isinstance(right, Number) and right.value == 0:
                made: Expression = Negate(term) if negative else term
                yield Edit("DC221", f"`{to_plain(made)}` is meant: it is not zero", made, right.span, 3)
            else:
                made = Binary("-" if negative else "+", right, term)
                said = (
                    f"`{to_plain(term)}` is to be subtracted" if negative else f"the term `{to_plain(term)}` is missing"
                )
                yield Edit("DC221", said, made, right.span, 3)

    def _of_the_left_side(self, link: Pair) -> Iterator[Edit]:
        """The derivative of the same quantity with respect to another one."""
        left = link.left_tree
        if not isinstance(left, Derivative) or len(left.variables) != 1 or link.letters:
            return
        for tree, value in self.stock.tensors(link):
            if isinstance(tree, Name | Subscript) and not isinstance(left.variables[0], Subscript):
                other = replace(left, variables=(tree,))
                message = f"this is `{to_plain(other)}`, the derivative with respect to `{to_plain(tree)}`"
                if len(value.axes) == len(link.axes):
                    yield Edit("DC213", message, link.right_tree, left.span, 4, other)

    def _slopes(self, link: Pair, right: Expression) -> Iterator[Edit]:
        """A missing factor f'(z), of the whole or of a factor of a matrix product."""
        for function, argument in self.stock.applied:
            factor: Expression = Call(function, (argument,), 1)
            message = f"the factor `{to_plain(factor)}` is missing"
            along = self.stock.value_of(argument)
            # A vector beside a matrix is spread out: it stands beside the vector that makes the matrix instead.
            spread = not link.letters and along is not None and len(along.axes) != len(link.axes)
            yield Edit("DC212", message, Binary("*", right, factor), right.span, 4 if spread else 2)
            for letter in link.letters:
                entry: Expression = Call(function, (Subscript(argument, (Name(letter.key),)),), 1)
                made = Binary("*", right, entry)
                yield Edit("DC212", f"the factor `{to_plain(entry)}` is missing", made, right.span, 3)
            for place, node in places(right):
                if isinstance(node, Binary) and node.operator == "@":
                    cost = 4 if spread and not place else 3
                    yield Edit("DC212", message, put(right, place, Binary("*", node, factor)), node.span, cost)
                    inner = Binary("@", Binary("*", node.left, factor), node.right)
                    yield Edit("DC212", message, put(right, place, inner), node.left.span, 3)
        yield from self._deltas(link, right)

    def _deltas(self, link: Pair, right: Expression) -> Iterator[Edit]:
        letters = list(link.letters)
        for a in letters:
            for b in letters:
                if a.key < b.key and a.dimension == b.dimension:
                    made = Call("delta", (Name(a.key), Name(b.key)))
                    yield Edit("DC218", f"`delta({a.key},{b.key})` is missing", Binary("*", right, made), right.span, 2)

    def _layouts(self, link: Pair) -> Iterator[Edit]:
        span = link.right_tree.span
        for layout, trial in layouts.elsewhere(link, self.network.scope):
            if self.judge.differs_at_once(trial.left, trial.right, trial.axes):
                continue
            if self.judge.prover.proof(trial.left, trial.right).proved:
                for made in layouts.rewritten(link.right_tree, self.network.scope, layout):
                    yield Edit("DC205", f"equal up to layout: true in {layout} layout", made, span, 0)


def _with(tree: Expression, old: Expression, new: Expression) -> Expression:
    """The tree with another part wherever one stands."""
    return rebuilt(tree, lambda node: new if node == old else node)  # type: ignore[no-any-return]


def _turned(node: Expression) -> Expression:
    """The transpose, that of a product as the product of the transposes."""
    *others, first = matrix_factors(node)
    return reduce(
        lambda product, factor: Binary("@", product, _turned_factor(factor)), others[::-1], _turned_factor(first)
    )


def _turned_factor(node: Expression) -> Expression:
    return node.operand if isinstance(node, Transpose) else Transpose(node)
