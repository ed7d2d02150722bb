"""Edits of one subexpression of a claim: the tree of an edit is what stands in its place."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from derivcheck.forms.rewriting import is_entry, matrix_factors, negated
from derivcheck.judging.edit import ONE, TWO, Edit, scaled
from derivcheck.judging.stock import Stock, number
from derivcheck.language.catalogue.functions import entrywise
from derivcheck.language.claims import Pair
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
    rebuilt,
)

TURNED: dict[str, Relation] = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


class LocalEdits:
    """The edits of subexpressions of claims about one network."""

    def __init__(self, stock: Stock) -> None:
        self.stock = stock

    def of(self, node: Expression, link: Pair) -> Iterator[Edit]:
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
                if isinstance(left, Name) and left.name in self.stock.scope.dimensions and right == ONE:
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
                yield Edit("DC234", message, Conditional(test, otherwise, then), span, 1)
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
            base.name in self.stock.scope.values or base.name in self.stock.scope.families
        )

    def _functions(self, node: Expression, link: Pair) -> Iterator[Edit]:
        if not isinstance(node, Call):
            return
        if len(node.arguments) == 1 and entrywise(node.function, self.stock.scope.functions):
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
                for name in self.stock.scope.dimensions:
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
                for name in self.stock.scope.dimensions:
                    message = f"the sum runs over too many axes: it is over `{name}` alone"
                    one = replace(node, arguments=(node.arguments[0], Name(name)))
                    yield Edit("DC214", message, one, node.span, 2)

    def _same_shape_names(self, tree: Expression) -> Iterator[Expression]:
        """Other declared names with the shape of a name, indexed alike."""
        base, entries = (tree.base, tree.entries) if isinstance(tree, Subscript) else (tree, None)
        if not isinstance(base, Name) or base.name not in self.stock.scope.values:
            return
        own = self.stock.scope.values[base.name]
        for name, value in self.stock.scope.values.items():
            same = [a.dimension for a in value.axes] == [a.dimension for a in own.axes]
            if name != base.name and same and "[" not in name:
                yield Name(name) if entries is None else Subscript(Name(name), entries)

    def _names(self, node: Expression, link: Pair) -> Iterator[Edit]:
        """Another variable of any shape, or a neighbouring layer's."""
        match node:
            case Name(name) if name in self.stock.scope.values:
                slope = self.stock.slopes_of.get(name)
                if slope is not None:
                    yield Edit("DC209", f"`{to_plain(slope)}` is meant, not the value `{name}`", slope, node.span, 2)
                count = len(self.stock.scope.values[name].axes)
                for other, value in self.stock.scope.values.items():
                    # An abbreviation of the left side itself would be no repair.
                    if other != name and "[" not in other and not self.stock.is_left_side(other, link):
                        cost = 3 if len(value.axes) == count or link.shapes is not None else 5
                        message = f"`{other}` is meant, not `{name}`"
                        yield Edit("DC213", message, Name(other), node.span, cost)
                        if len(value.axes) > 1:
                            yield Edit("DC213", message, Transpose(Name(other)), node.span, cost + 1)
            case Name(name) if name in self.stock.scope.dimensions:
                for other in self.stock.dimension_names(link):
                    if other != name:
                        yield Edit("DC213", f"`{other}` is meant, not `{name}`", Name(other), node.span, 3)
            case Subscript(Name(family), (Number(label),)) if family in self.stock.scope.families:
                for shift in (1, -1):
                    shown = f"{family}[{label + shift}]"
                    if shown in self.stock.scope.values:
                        moved = Subscript(Name(family), (Number(label + shift),))
                        yield Edit("DC213", f"`{shown}` is meant, not `{family}[{label}]`", moved, node.span, 2)
            case Subscript(Name(family), (Name() | Binary() as label,)) if self.stock.scope.is_family(family):
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
                for name in self.stock.scope.dimensions:
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

    def _chained(self, node: Expression) -> Iterator[Edit]:
        """A product of linked derivatives as the chain rule that it looks like."""
        links = matrix_factors(node)
        if len(links) > 1:
            made = Call("chain", links)
            yield Edit("DC232", "the chain rule is meant, not the product of matrices", made, node.span, 1)


def _renamed(tree: Expression, old: str, new: str) -> Expression:
    return rebuilt(tree, lambda node: Name(new) if node == Name(old) else node)  # type: ignore[no-any-return]


def _divided_by(factor: Expression) -> str:
    return f"`{to_plain(factor)}` is divided by, not multiplied by"
