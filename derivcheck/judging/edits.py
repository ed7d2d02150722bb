"""Small changes of a claim, each with the mistake that it would mend: what a refuted claim may have meant."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import Protocol

from derivcheck.diagnostics.diagnostic import NotationError
from derivcheck.forms.rewriting import is_entry, joined, negated, places, put, summands
from derivcheck.graph.nodes import topological
from derivcheck.judging import layouts
from derivcheck.judging.judge import Judge
from derivcheck.language.catalogue.functions import entrywise
from derivcheck.language.claims import Pair
from derivcheck.language.network import Network
from derivcheck.language.notation.labels import shifted
from derivcheck.language.notation.parser import parse_expression
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.syntax import (
    Binary,
    Call,
    Derivative,
    Expression,
    Name,
    Negate,
    Number,
    Reduction,
    Span,
    Subscript,
    Transpose,
)


@dataclass(frozen=True, slots=True)
class Edit:
    """A changed right side (or left side): its code, what to say, and the place of the change."""

    code: str
    message: str
    tree: Expression
    span: Span
    cost: int
    left: Expression | None = None


class DerivedSides(Protocol):
    """What is derived for the left side of a claim."""

    def form(self, link: Pair) -> Expression | None:
        """The derived right side in the language of the claim."""

    def terms(self, link: Pair) -> Sequence[tuple[Expression, bool]]:
        """Its terms, multiplied out: (term, whether it is subtracted)."""

    def attempted(self, work: Callable[[], Edit | None], otherwise: Edit | None) -> Edit | None:
        """What one attempt finds; one that fails is noted, and costs no other."""


class Edits:
    """The edits of claims about one network."""

    def __init__(self, network: Network, judge: Judge, derived: DerivedSides) -> None:
        self.network = network
        self.judge = judge
        self.derived = derived

    def of(self, link: Pair) -> Iterator[Edit]:
        """Every edit of the right side, in no order of likelihood: `cost` has it."""
        right = link.right_tree
        yield from self._made(self._whole(link, right))
        for place, node in places(right):
            for edit in self._made(self._local(node, link)):
                yield replace(edit, tree=put(right, place, edit.tree))
        yield from self._made(self._terms(link, right))
        yield from self._made(self._layouts(link))

    def _made(self, edits: Iterator[Edit]) -> Iterator[Edit]:
        """The edits of one kind, up to one that fails in the making."""
        while (edit := self.derived.attempted(partial(next, edits, None), None)) is not None:
            yield edit

    def _whole(self, link: Pair, right: Expression) -> Iterator[Edit]:
        span = right.span
        yield Edit("DC202", "the sign is wrong", negated(right), span, 2)
        for value, shown in self._factors(link):
            factor, inverse = value
            yield Edit("DC201", f"a factor {shown} is missing", Binary("*", factor, right), span, 2)
            yield Edit("DC201", f"a factor {shown} too large", Binary("/", right, inverse), span, 2)
            yield Edit("DC201", f"a factor -{shown} is missing", Negate(Binary("*", factor, right)), span, 4)
        yield Edit("DC203", "transpose missing", Transpose(right), span, 1)

    def _factors(self, link: Pair) -> Iterator[tuple[tuple[Expression, Expression], str]]:
        for value in (2, 3, 4):
            number = Number(Fraction(value))
            yield (number, number), str(value)
        for name in self.dimension_names(link):
            yield (Name(name), Name(name)), name
        for name in self.dimension_names(link):
            half = Binary("/", Name(name), Number(Fraction(2)))
            yield (half, half), f"{name}/2"

    def dimension_names(self, link: Pair) -> list[str]:
        used = {
            name
            for node in topological([link.left, link.right])
            for axis in node.axes
            for name, _ in axis.dimension.terms
        }
        return [name for name in self.network.scope.dimensions if name in used]

    def _local(self, node: Expression, link: Pair) -> Iterator[Edit]:
        """Edits of one subexpression; the tree of an edit is the new subexpression."""
        span = node.span
        match node:
            case Transpose(operand):
                yield Edit("DC204", "transpose superfluous", operand, span, 1)
            case Name() | Subscript() | Derivative() | Call():
                if not is_entry(node):
                    yield Edit("DC203", "transpose missing", Transpose(node), span, 1)
        match node:
            case Negate(operand):
                yield Edit("DC202", "the sign is wrong", operand, span, 1)
            case Binary("+", left, right):
                yield Edit("DC202", "the sign is wrong", Binary("-", left, right), span, 1)
                yield Edit("DC202", "the sign is wrong", Binary("-", right, left), span, 2)
            case Binary("-", left, right):
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
            case Binary("*", Number() | Name() as factor, rest) if self._is_scalar(factor):
                yield Edit("DC201", f"a factor {to_plain(factor)} too large", rest, span, 1)
            case Binary("*", Binary("/", Number(one), factor), rest) if one == 1 and self._is_scalar(factor):
                yield Edit("DC201", f"a factor {to_plain(factor)} is missing", rest, span, 1)
            case Binary("/", rest, factor) if self._is_scalar(factor):
                yield Edit("DC201", f"a factor {to_plain(factor)} is missing", rest, span, 1)
            case Binary("*", left, right):
                if not is_entry(left) and not is_entry(right):
                    yield Edit("DC207", "a matrix product is meant", Binary("@", left, right), span, 2)
                    yield Edit("DC207", "a matrix product is meant", Binary("@", left, Transpose(right)), span, 3)
                    yield Edit("DC207", "a matrix product is meant", Binary("@", Transpose(left), right), span, 3)
                    yield Edit("DC207", "a matrix product is meant", Binary("@", right, left), span, 3)
                    yield Edit("DC207", "a matrix product is meant", Binary("@", right, Transpose(left)), span, 3)
            case Binary("**", base, Number(value)):
                for other in (value + 1, value - 1):
                    yield Edit("DC223", "the power is wrong", Binary("**", base, Number(other)), span, 2)
            case Number(value):
                for other in (value + 1, value - 1, -value):
                    if other >= 0:
                        yield Edit("DC201", "a constant is wrong", Number(other), span, 3)
        if isinstance(node, Name | Subscript) and self._is_value(node):
            yield Edit("DC223", "the power is wrong", Binary("**", node, Number(Fraction(2))), span, 3)
        yield from self._chained(node)
        yield from self._functions(node)
        yield from self._names(node, link)
        yield from self._sums(node)

    def _is_value(self, tree: Name | Subscript) -> bool:
        base = tree.base if isinstance(tree, Subscript) else tree
        return isinstance(base, Name) and (
            base.name in self.network.scope.values or base.name in self.network.scope.families
        )

    def _is_scalar(self, tree: Expression) -> bool:
        match tree:
            case Number():
                return True
            case Name(name):
                value = self.network.scope.values.get(name)
                return name in self.network.scope.dimensions or (value is not None and value.is_scalar)
            case _:
                return False

    def _functions(self, node: Expression) -> Iterator[Edit]:
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
        if node.function in ("sum", "mean"):
            other = "mean" if node.function == "sum" else "sum"
            yield Edit("DC216", f"a {other} is meant", replace(node, function=other), node.span, 1)
            if len(node.arguments) == 2:
                for name in self.network.scope.dimensions:
                    moved = replace(node, arguments=(node.arguments[0], Name(name)))
                    if moved != node:
                        yield Edit("DC214", "the sum runs over the wrong axis", moved, node.span, 2)

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
                count = len(self.network.scope.values[name].axes)
                for other, value in self.network.scope.values.items():
                    # An abbreviation of the left side itself would be no repair.
                    if other != name and len(value.axes) == count and "[" not in other and value.node is not link.left:
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

    def _sums(self, node: Expression) -> Iterator[Edit]:
        match node:
            case Call("sum" | "mean", _):
                return
            case Reduction("sum", letters, None, body):
                del letters, body
            case Binary() | Name() | Derivative() if not is_entry(node):
                for name in self.network.scope.dimensions:
                    total = Call("sum", (node, Name(name)))
                    yield Edit("DC215", f"the sum over `{name}` is missing", total, node.span, 3)

    def _terms(self, link: Pair, right: Expression) -> Iterator[Edit]:
        """A term dropped, or the rest of the derived form added; a missing factor f'(z)."""
        parts = list(summands(right))
        if len(parts) > 1:
            for skipped in range(len(parts)):
                kept = [part for k, part in enumerate(parts) if k != skipped]
                yield Edit("DC222", "a term too many", joined(kept), parts[skipped][0].span, 2)
        derived = self.derived.form(link)
        if derived is not None:
            for term, negative in self.derived.terms(link) or summands(derived):
                made = Binary("-" if negative else "+", right, term)
                yield Edit("DC221", "a term is missing", made, right.span, 3)
        for k, (part, negative) in enumerate(parts if len(parts) > 1 else ()):
            two = Number(Fraction(2))
            for message, made in (
                ("a factor 2 is missing", Binary("*", two, part)),
                ("a factor 2 too large", Binary("/", part, two)),
                *((f"the factor `{name}` is missing", Binary("*", part, Name(name))) for name in self._like(link)),
            ):
                terms = [*parts[:k], (made, negative), *parts[k + 1 :]]
                yield Edit("DC201", message, joined(terms), part.span, 3)
        for name in self._like(link) if len(parts) == 1 else ():
            made = Binary("*", right, Name(name))
            yield Edit("DC201", f"the factor `{name}` is missing", made, right.span, 3)
        for function, name in self._applied_functions():
            factor: Expression = Call(function, (Name(name),), 1)
            message = f"the factor `{function}'({name})` is missing"
            yield Edit("DC212", message, Binary("*", right, factor), right.span, 3)
            for letter in link.letters:
                entry: Expression = Call(function, (Subscript(Name(name), (Name(letter.key),)),), 1)
                made = Binary("*", right, entry)
                yield Edit("DC212", f"the factor `{to_plain(entry)}` is missing", made, right.span, 3)
            for place, node in places(right):
                if isinstance(node, Binary) and node.operator == "@":
                    yield Edit("DC212", message, put(right, place, Binary("*", node, factor)), node.span, 4)
                    inner = Binary("@", Binary("*", node.left, factor), node.right)
                    yield Edit("DC212", message, put(right, place, inner), node.left.span, 2)
        yield from self._deltas(link, right)

    def _like(self, link: Pair) -> Iterator[str]:
        """Named quantities of the shape of a side that has no indices: factors that may be missing."""
        if link.letters:
            return
        wanted = [axis.dimension for axis in link.axes]
        for name, value in self.network.scope.values.items():
            if "[" not in name and wanted and [axis.dimension for axis in value.axes] == wanted:
                yield name

    def _applied_functions(self) -> Iterator[tuple[str, str]]:
        """(function, argument) of the layers that are one function of one name."""
        for formula in self.network.spec.layers:
            try:
                tree = parse_expression(formula.text.text, self.network.scope.vocabulary())
            except NotationError:
                continue
            match tree:
                case Call(function, (Name(name),)) if name in self.network.scope.values:
                    yield function, name

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


def _linked(tree: Expression) -> tuple[Expression, ...]:
    """The factors of a matrix product."""
    if isinstance(tree, Binary) and tree.operator == "@":
        return (*_linked(tree.left), *_linked(tree.right))
    return (tree,)
