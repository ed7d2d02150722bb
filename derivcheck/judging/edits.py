"""Small changes of a claim, each with the mistake that it would mend: what a refuted claim may have meant."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial, reduce
from typing import Protocol, TypeVar

from derivcheck.forms.rewriting import is_entry, negated, places, put, summands
from derivcheck.judging import excesses, exchanges, layouts, misapplied
from derivcheck.judging.edit import ONE, TWO, Edit, divided, scaled
from derivcheck.judging.judge import Judge
from derivcheck.judging.omissions import Omissions
from derivcheck.judging.repetitions import Repetitions
from derivcheck.judging.stock import Stock, number
from derivcheck.language.catalogue.functions import entrywise
from derivcheck.language.claims import Pair
from derivcheck.language.network import Network
from derivcheck.language.notation.labels import shifted
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.relations import Relation
from derivcheck.language.notation.syntax import (
    Binary,
    Call,
    Comparison,
    Conditional,
    Derivative,
    Expression,
    Name,
    Negate,
    Number,
    Reduction,
    Span,
    Subscript,
    Transpose,
    bottom_up,
    rebuilt,
)

Found = TypeVar("Found")
TURNED: dict[str, Relation] = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


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
        self.repetitions = Repetitions(self.stock, self._local)

    def of(self, link: Pair) -> Iterator[Edit]:
        """Every edit of the right side, in no order of likelihood: `cost` has it."""
        right = link.right_tree
        yield from self.made(self._whole(link, right))
        yield from self._inside(link, right)
        yield from self.made(self._slopes(link, right))
        yield from self.made(excesses.of(right, self.stock))
        yield from self.made(exchanges.of(link, right, self.stock))
        yield from self.made(self._of_the_left_side(link))
        yield from self.made(misapplied.of(link))
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
            for edit in self.made(self._local(node, link)):
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

    def _local(self, node: Expression, link: Pair) -> Iterator[Edit]:
        """Edits of one subexpression; the tree of an edit is the new subexpression."""
        span = node.span
        match node:
            case Transpose(operand):
                yield Edit("DC204", "transpose superfluous", operand, span, 1)
            case Name() | Subscript() | Derivative() | Call():
                if not is_entry(node):
                    yield Edit("DC203", "transpose missing", Transpose(node), span, 1)
        if isinstance(node, Binary) and node.operator == "*":
            for factor, rest in ((node.right, node.left), (node.left, node.right)):
                yield Edit(self.stock.factor_code(factor), _divided_by(factor), Binary("/", rest, factor), span, 3)
        match node:
            case Negate(operand):
                yield Edit("DC202", "the sign is wrong", operand, span, 1)
            case Binary("+", left, right):
                yield Edit("DC202", "the sign is wrong", Binary("-", left, right), span, 1)
                yield Edit("DC202", "the sign is wrong", Binary("-", right, left), span, 2)
            case Binary("-", left, right):
                if isinstance(left, Name) and left.name in self.network.scope.dimensions and right == ONE:
                    message = f"`{left.name}` is meant, not `{to_plain(node)}`: degrees of freedom"
                    yield Edit("DC201", message, left, span, 2)
                yield Edit("DC202", "the sign is wrong", Binary("-", right, left), span, 1)
                yield Edit("DC202", "the sign is wrong", Binary("+", left, right), span, 1)
            case Binary("@", left, right):
                yield Edit("DC208", "an entrywise product is meant", Binary("*", left, right), span, 3)
                yield Edit("DC206", "the factors are in the wrong order", Binary("@", right, left), span, 2)
                for a, b in (
                    (Transpose(left), right),
                    (left, Transpose(right)),
                    (Transpose(right), left),
                    (right, Transpose(left)),
                    (Transpose(left), Transpose(right)),
                ):
                    code = "DC203" if a in (Transpose(left), left) else "DC206"
                    message = "transpose missing" if code == "DC203" else "the factors are in the wrong order"
                    yield Edit(code, message, Binary("@", a, b), span, 3)
            case Binary("*", Number() | Name() as factor, rest) if self.stock.is_scalar(factor):
                yield Edit("DC201", f"a factor {to_plain(factor)} too large", rest, span, 1)
            case Binary("*", Binary("/", Number(one), factor), rest) if one == 1 and self.stock.is_scalar(factor):
                yield Edit("DC201", f"a factor {to_plain(factor)} is missing", rest, span, 1)
            case Binary("/", rest, factor):
                if self.stock.is_scalar(factor):
                    yield Edit("DC201", f"a factor {to_plain(factor)} is missing", rest, span, 1)
                message = f"`{to_plain(factor)}` is multiplied by, not divided by"
                yield Edit(self.stock.factor_code(factor), message, Binary("*", rest, factor), span, 3)
                yield Edit("DC236", "the fraction stands on its head", Binary("/", factor, rest), span, 4)
                if not isinstance(factor, Number):
                    squared = Binary("/", rest, Binary("**", factor, TWO))
                    yield Edit("DC223", f"the square of `{to_plain(factor)}` is divided by", squared, span, 3)
            case Binary("*", left, right):
                if not is_entry(left) and not is_entry(right):
                    yield Edit("DC207", "a matrix product is meant", Binary("@", left, right), span, 2)
                    yield Edit("DC207", "a matrix product is meant", Binary("@", left, Transpose(right)), span, 3)
                    yield Edit("DC207", "a matrix product is meant", Binary("@", Transpose(left), right), span, 3)
                    yield Edit("DC207", "a matrix product is meant", Binary("@", right, left), span, 3)
                    yield Edit("DC207", "a matrix product is meant", Binary("@", right, Transpose(left)), span, 3)
            case Binary("**", base, Number(value)):
                for other in dict.fromkeys((value + 1, value - 1, -value, Fraction(1))):
                    made = base if other == 1 else Binary("**", base, Number(other))
                    if other:
                        yield Edit("DC223", "the power is wrong", made, span, 2)
            case Number(value):
                yield from self._constants(value, span, link)
            case Conditional(test, then, otherwise):
                message = "the branches are swapped"
                yield Edit("DC234", message, Conditional(test, otherwise, then), span, 2)
                if isinstance(test, Comparison) and test.relation in TURNED:
                    other_test = replace(test, relation=TURNED[test.relation])
                    message = f"the condition stands the wrong way round: `{TURNED[test.relation]}` is meant"
                    yield Edit("DC234", message, Conditional(other_test, then, otherwise), span, 2)
                yield Edit("DC202", "the sign is wrong", Conditional(test, negated(then), otherwise), span, 2)
        if isinstance(node, Name | Subscript) and self._is_value(node):
            yield Edit("DC223", "the power is wrong", Binary("**", node, TWO), span, 3)
            yield Edit("DC223", f"`1/{to_plain(node)}` is meant", Binary("/", ONE, node), span, 5)
        elif isinstance(node, Call | Reduction):
            yield Edit("DC223", "a square is missing", Binary("**", node, TWO), span, 4)
            yield Edit("DC223", f"`1/{to_plain(node)}` is meant", Binary("/", ONE, node), span, 5)
        yield from self._chained(node)
        yield from self._functions(node, link)
        yield from self._names(node, link)
        yield from self._sums(node, link)

    def _constants(self, value: Fraction, span: Span, link: Pair) -> Iterator[Edit]:
        """Another constant, a delta for a 1, and a size for a number that it is by chance."""
        for other in dict.fromkeys((value + 1, value - 1, 2 * value, value / 2, 3 * value, -value)):
            if other >= 0 and other != value:
                yield Edit("DC201", "a constant is wrong", Number(other), span, 3)
        for scalar in self.stock.scalars(link):
            yield Edit("DC201", f"`{to_plain(scalar)}` is meant, not {to_plain(Number(value))}", scalar, span, 4)
        for name in self.stock.dimension_names(link):
            for factor in (1, 2):
                made = scaled(Name(name), number(factor)) if factor > 1 else Name(name)
                if value > 1 and value % factor == 0:
                    message = f"`{to_plain(made)}` is meant: {to_plain(Number(value))} is right for one size only"
                    yield Edit("DC220", message, made, span, 4)
        letters = self.stock.letters(link, link.right_tree) if value == 1 and link.letters else {}
        for one, two in itertools.combinations(letters, 2):
            if letters[one] == letters[two]:
                made = Call("delta", (Name(one), Name(two)))
                yield Edit("DC218", f"`delta({one},{two})` is meant, not 1", made, span, 3)

    def _is_value(self, tree: Name | Subscript) -> bool:
        base = tree.base if isinstance(tree, Subscript) else tree
        return isinstance(base, Name) and (
            base.name in self.network.scope.values or base.name in self.network.scope.families
        )

    def _functions(self, node: Expression, link: Pair) -> Iterator[Edit]:
        if not isinstance(node, Call):
            return
        if len(node.arguments) == 1 and entrywise(node.function, self.network.scope.functions):
            inside, two = node.arguments[0], Number(Fraction(2))
            for message, made in (
                ("the argument is a factor 2 too large", Binary("/", inside, two)),
                ("a factor 2 is missing in the argument", Binary("*", two, inside)),
            ):
                yield Edit("DC201", message, replace(node, arguments=(made,)), node.span, 3)
            yield Edit(
                "DC202", "the sign of the argument is wrong", replace(node, arguments=(negated(inside),)), node.span, 3
            )
        if node.primes:
            lower = replace(node, primes=node.primes - 1)
            yield Edit("DC210", f"`{node.function}` is meant, not its derivative", lower, node.span, 2)
            for argument in self._same_shape_names(node.arguments[0]) if node.arguments else ():
                moved = replace(node, arguments=(argument, *node.arguments[1:]))
                yield Edit("DC211", "the derivative is taken at the wrong argument", moved, node.span, 2)
        else:
            higher = replace(node, primes=1)
            yield Edit(
                "DC209", f"`{node.function}'` is meant, the derivative of `{node.function}`", higher, node.span, 2
            )
        for function in self.stock.functions(link) if node.function not in ("sum", "mean", "delta") else ():
            if function != node.function:
                swapped = replace(node, function=function, primes=0)
                yield Edit("DC226", f"`{function}` is meant, not `{node.function}`", swapped, node.span, 4)
                if self.stock.is_entrywise(function):
                    slope = replace(swapped, primes=1)
                    message = f"`{function}'` is meant, not `{node.function}`"
                    yield Edit("DC209", message, slope, node.span, 4)
        if node.function in ("sum", "mean"):
            other = "mean" if node.function == "sum" else "sum"
            yield Edit("DC216", f"a {other} is meant", replace(node, function=other), node.span, 1)
            if len(node.arguments) == 2:
                for name in self.network.scope.dimensions:
                    moved = replace(node, arguments=(node.arguments[0], Name(name)))
                    if moved != node:
                        yield Edit("DC214", "the sum runs over the wrong axis", moved, node.span, 2)
                    inner = node.arguments[0]
                    if isinstance(inner, Binary) and inner.operator == "@":
                        shown = to_plain(inner.right)
                        message = f"the factor `{shown}` is superfluous, and the sum is over `{name}`"
                        fewer = replace(node, arguments=(inner.left, Name(name)))
                        yield Edit("DC236", message, fewer, inner.right.span, 4)
                whole = replace(node, arguments=node.arguments[:1])
                yield Edit("DC214", "the sum runs over one axis only", whole, node.span, 3)
            elif len(node.arguments) == 1:
                for name in self.network.scope.dimensions:
                    message = f"the sum runs over too many axes: it is over `{name}` alone"
                    one = replace(node, arguments=(node.arguments[0], Name(name)))
                    yield Edit("DC214", message, one, node.span, 2)

    def _same_shape_names(self, tree: Expression) -> Iterator[Expression]:
        """Other declared names with the shape of a name, indexed alike."""
        base, entries = (tree.base, tree.entries) if isinstance(tree, Subscript) else (tree, None)
        if not isinstance(base, Name) or base.name not in self.network.scope.values:
            return
        own = self.network.scope.values[base.name]
        for name, value in self.network.scope.values.items():
            same = [a.dimension for a in value.axes] == [a.dimension for a in own.axes]
            if name != base.name and same and "[" not in name:
                yield Name(name) if entries is None else Subscript(Name(name), entries)

    def _names(self, node: Expression, link: Pair) -> Iterator[Edit]:
        """Another variable of any shape, or a neighbouring layer's."""
        match node:
            case Name(name) if name in self.network.scope.values:
                slope = self.stock.slopes_of.get(name)
                if slope is not None:
                    yield Edit("DC209", f"`{to_plain(slope)}` is meant, not the value `{name}`", slope, node.span, 2)
                count = len(self.network.scope.values[name].axes)
                for other, value in self.network.scope.values.items():
                    # An abbreviation of the left side itself would be no repair.
                    if other != name and "[" not in other and not self.stock.is_left_side(other, link):
                        cost = 3 if len(value.axes) == count or link.shapes is not None else 5
                        message = f"`{other}` is meant, not `{name}`"
                        yield Edit("DC213", message, Name(other), node.span, cost)
                        if len(value.axes) > 1:
                            yield Edit("DC213", message, Transpose(Name(other)), node.span, cost + 1)
            case Name(name) if name in self.network.scope.dimensions:
                for other in self.stock.dimension_names(link):
                    if other != name:
                        yield Edit("DC213", f"`{other}` is meant, not `{name}`", Name(other), node.span, 3)
            case Subscript(Name(family), (Number(label),)) if family in self.network.scope.families:
                for shift in (1, -1):
                    shown = f"{family}[{label + shift}]"
                    if shown in self.network.scope.values:
                        moved = Subscript(Name(family), (Number(label + shift),))
                        yield Edit("DC213", f"`{shown}` is meant, not `{family}[{label}]`", moved, node.span, 2)
            case Subscript(Name(family), (Name() | Binary() as label,)) if self.network.scope.is_family(family):
                for shift in (1, -1):
                    moved = replace(node, entries=(shifted(label, shift),))
                    message = f"`{to_plain(moved)}` is meant, not `{to_plain(node)}`"
                    yield Edit("DC213", message, moved, node.span, 2)
            case Subscript(base, entries) if len(entries) == 2:
                swapped = Subscript(base, entries[::-1])
                yield Edit("DC203", "the indices are in the wrong order", swapped, node.span, 2)

    def _sums(self, node: Expression, link: Pair) -> Iterator[Edit]:
        match node:
            case Call("sum" | "mean", _):
                return
            case Reduction("sum", letters, None, body):
                yield from self._sums_fewer(node, letters, body, link)
            case Binary() | Name() | Derivative() if not is_entry(node):
                for name in self.network.scope.dimensions:
                    total = Call("sum", (node, Name(name)))
                    yield Edit("DC215", f"the sum over `{name}` is missing", total, node.span, 3)

    def _sums_fewer(self, node: Reduction, letters: tuple[str, ...], body: Expression, link: Pair) -> Iterator[Edit]:
        """A sum over too many letters, of which one is that of the left side."""
        for letter in letters:
            for axis in link.letters:
                inner = _renamed(body, letter, axis.key)
                left = tuple(other for other in letters if other != letter)
                made = replace(node, letters=left, body=inner) if left else inner
                message = f"the sum runs over too many letters: `{letter}` is `{axis.key}`"
                yield Edit("DC214", message, made, node.span, 3)

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
            yield Edit("DC212", message, Binary("*", right, factor), right.span, 2)
            for letter in link.letters:
                entry: Expression = Call(function, (Subscript(argument, (Name(letter.key),)),), 1)
                made = Binary("*", right, entry)
                yield Edit("DC212", f"the factor `{to_plain(entry)}` is missing", made, right.span, 3)
            for place, node in places(right):
                if isinstance(node, Binary) and node.operator == "@":
                    yield Edit("DC212", message, put(right, place, Binary("*", node, factor)), node.span, 3)
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

    def _chained(self, node: Expression) -> Iterator[Edit]:
        """A product of linked derivatives as the chain rule that it looks like."""
        links = _linked(node)
        if len(links) > 1:
            made = Call("chain", links)
            yield Edit("DC232", "the chain rule is meant, not the product of matrices", made, node.span, 1)


def _renamed(tree: Expression, old: str, new: str) -> Expression:
    return _with(tree, Name(old), Name(new))


def _with(tree: Expression, old: Expression, new: Expression) -> Expression:
    """The tree with another part wherever one stands."""
    return rebuilt(tree, lambda node: new if node == old else node)  # type: ignore[no-any-return]


def _divided_by(factor: Expression) -> str:
    return f"`{to_plain(factor)}` is divided by, not multiplied by"


def _linked(tree: Expression) -> tuple[Expression, ...]:
    """The factors of a matrix product."""
    if isinstance(tree, Binary) and tree.operator == "@":
        return (*_linked(tree.left), *_linked(tree.right))
    return (tree,)


def _turned(node: Expression) -> Expression:
    """The transpose, that of a product as the product of the transposes."""
    *others, first = _matrices(node)
    return reduce(
        lambda product, factor: Binary("@", product, _turned_factor(factor)), others[::-1], _turned_factor(first)
    )


def _turned_factor(node: Expression) -> Expression:
    return node.operand if isinstance(node, Transpose) else Transpose(node)


def _matrices(node: Expression) -> list[Expression]:
    """The factors of a matrix product, from the left."""
    if isinstance(node, Binary) and node.operator == "@":
        return [*_matrices(node.left), *_matrices(node.right)]
    return [node]
