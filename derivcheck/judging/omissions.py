"""Edits that put in what a claim leaves out: factors, functions, terms, the other half of a symmetric form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import islice, permutations

from derivcheck.forms.rewriting import is_entry, places, put
from derivcheck.graph.axes import Dimension
from derivcheck.judging.edit import ONE, TWO, Edit, divided, is_slope, scaled
from derivcheck.judging.stock import Stock, entry_of
from derivcheck.language.claims import Pair
from derivcheck.language.lowering.values import Value, dimensions, same_shape
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
    Subscript,
    Transpose,
    bottom_up,
)

MOST_SLOTS, MOST_PARTS, MOST_PAIRS = 16, 12, 6
BRANCHED = 3  # places that may be without a branch
MASKS: tuple[Relation, ...] = ("<=", "<")
MOST_FACTORS = 500  # that are tried with one claim
ALGEBRAIC = frozenset({"log", "sqrt", "exp"})  # their slopes are 1/x and its kin: a fraction is meant, no `log'`


class Omissions:
    """What may be missing from claims about one network."""

    def __init__(self, stock: Stock) -> None:
        self.stock = stock

    def of(self, link: Pair, right: Expression, derived: Expression | None) -> Iterator[Edit]:
        """What is missing may be a part of the `derived` side, too."""
        yield from self._numbers(link, right)
        parts = _parts_of(derived, link.left_tree)
        divides = derived is None or any(isinstance(n, Binary) and n.operator == "/" for n in bottom_up(derived))
        makes = self._entries if self.stock.letters(link, right) else self._tensors
        factors = makes(link, right, parts, divides)
        yield from islice(factors, MOST_FACTORS)
        yield from islice(self._members(link, right), MOST_FACTORS)
        yield from self._masks(link, right)
        yield from self._branches(link, right)
        yield from self._functions(link, right)

    # --- factors --------------------------------------------------------------------------

    def _numbers(self, link: Pair, right: Expression) -> Iterator[Edit]:
        """A number that is missing, or is one too many, from the whole or from one of its terms."""
        for path, node in slots(right):
            cost = 2 + bool(path)
            for factor in self.stock.scalars(link):
                shown = to_plain(factor)
                for message, made in (
                    (f"the factor `{shown}` is missing", scaled(node, factor)),
                    (f"the factor `1/{_bracketed(shown, factor)}` is missing", divided(node, factor)),
                ):
                    yield Edit("DC201", message, put(right, path, made), node.span, cost)
            for name in self.stock.dimension_names(link):
                less = Binary("-", Name(name), ONE)
                yield from self._sized(right, path, node, (Name(name), name), cost + 1)
                yield from self._sized(right, path, node, (less, f"({name} - 1)"), cost + 2)
                freedom = scaled(divided(node, less), Name(name))
                message = f"the divisor is `{name} - 1`, not `{name}`: degrees of freedom"
                yield Edit("DC201", message, put(right, path, freedom), node.span, cost + 2)

    @staticmethod
    def _sized(
        right: Expression, path: tuple[int, ...], node: Expression, factor: tuple[Expression, str], cost: int
    ) -> Iterator[Edit]:
        tree, shown = factor
        yield Edit("DC201", f"a factor {shown} is missing", put(right, path, scaled(node, tree)), node.span, cost)
        yield Edit("DC201", f"a factor {shown} too large", put(right, path, divided(node, tree)), node.span, cost)

    def _entries(self, link: Pair, right: Expression, parts: Sequence[Expression], divides: bool) -> Iterator[Edit]:
        known = list(self.stock.entries(link, right))
        entries = [*known, *(part for part in parts if part not in known)]
        for path, node in slots(right):
            for entry in entries:
                shown = to_plain(entry)
                cost = 3 + bool(path) + 2 * (entry not in known) + isinstance(entry, Derivative)
                made = put(right, path, Binary("*", node, entry))
                code = "DC212" if is_slope(entry) else "DC236"
                yield Edit(code, f"the factor `{shown}` is missing", made, node.span, cost)
                if not divides or self.stock.may_vanish(entry):
                    continue
                over = put(right, path, Binary("/", node, entry))
                message = f"the factor `1/{_bracketed(shown, entry)}` is missing"
                yield Edit("DC236", message, over, node.span, cost + 2)

    def _tensors(self, link: Pair, right: Expression, parts: Sequence[Expression], divides: bool) -> Iterator[Edit]:
        valued = ((tree, self.stock.value_of(tree)) for tree in parts)
        tensors = [*self.stock.tensors(link), *((tree, value) for tree, value in valued if value is not None)]
        for path, node in slots(right):
            value = self.stock.value_of(node)
            if value is None or value.more:
                continue
            for tree, factor in tensors:
                if factor.more:
                    continue
                code = "DC212" if is_slope(tree) else "DC236"
                shown = to_plain(tree)
                message = f"the factor `{shown}` is missing"
                for made, cost in _products((node, value), (tree, factor), link.shapes is None):
                    over = isinstance(made, Binary) and made.operator == "/"
                    if over and (not divides or self.stock.may_vanish(tree)):
                        continue
                    said = f"the factor `1/{_bracketed(shown, tree)}` is missing" if over else message
                    dearer = bool(path) + isinstance(tree, Derivative) + 2 * isinstance(tree, Binary)
                    yield Edit(code, said, put(right, path, made), node.span, cost + dearer)

    def _members(self, link: Pair, right: Expression) -> Iterator[Edit]:
        """A member of a family left out inside a sum over its label: `f[t]` of `sum_t(...)`."""
        for outer, total in places(right):
            if not isinstance(total, Reduction) or len(total.letters) != 1:
                continue
            label = total.letters[0]
            members = list(self.stock.members(label))
            for path, node in slots(total.body) if members else ():
                value = self.stock.value_at(node, label)
                for tree, factor in members if value is not None else ():
                    shown = to_plain(tree)
                    scalar = not factor.axes and value is not None and bool(value.axes)
                    made_of = [(scaled(node, tree), 3)] if scalar else _products((node, value), (tree, factor), True)  # type: ignore[arg-type]
                    for made, cost in made_of:
                        over = isinstance(made, Binary) and made.operator == "/"
                        said = f"1/{shown}" if over else shown
                        code = "DC212" if is_slope(tree) else "DC236"
                        place = (*outer, 0, *path)
                        yield Edit(
                            code, f"the factor `{said}` is missing", put(right, place, made), node.span, cost + 1
                        )

    def _masks(self, link: Pair, right: Expression) -> Iterator[Edit]:
        """Terms that count only where one letter is at most, or below, another: a causal mask."""
        letters = self.stock.letters(link, right)
        alike = [pair for pair in permutations(letters, 2) if letters[pair[0]] == letters[pair[1]]]
        zero = Number(Fraction(0))
        for one, two in alike[:MOST_PAIRS]:
            for relation in MASKS:
                test = Comparison(relation, Name(one), Name(two))
                message = f"only the terms with `{one} {relation} {two}` count: the mask is missing"
                found = slots(right)
                for path, node in found:
                    yield Edit("DC235", message, put(right, path, Conditional(test, node, zero)), node.span, 5)
        bases = dict.fromkeys(
            node.base for node in bottom_up(right) if isinstance(node, Subscript) and len(node.entries) == 2
        )
        for base in bases if alike else ():
            for relation in MASKS:
                made, count = _masked(right, base, relation)
                if count > 1:
                    message = f"of `{to_plain(base)}[i,k]` only those with `k {relation} i` count: the mask is missing"
                    yield Edit("DC235", message, made, right.span, 6)

    def _branches(self, link: Pair, right: Expression) -> Iterator[Edit]:
        """What is right on one side of a boundary that the forward pass has, and zero on the other."""
        zero = Number(Fraction(0))
        for test in self.stock.conditions(link):
            shown = f"{to_plain(test.left)} {test.relation} {to_plain(test.right)}"
            message = f"right only where `{shown}`, zero elsewhere: the branch is missing"
            for path, node in slots(right)[:BRANCHED]:
                yield Edit("DC235", message, put(right, path, Conditional(test, node, zero)), node.span, 5)

    # --- functions ------------------------------------------------------------------------

    def _functions(self, link: Pair, right: Expression) -> Iterator[Edit]:
        functions = self.stock.functions(link)
        slopes = [name for name in functions if self.stock.is_entrywise(name) and name not in ALGEBRAIC]
        for path, node in list(places(right))[: 2 * MOST_SLOTS]:
            if isinstance(node, Number):
                continue
            for function in functions:
                if isinstance(node, Call) and node.function == function:
                    continue
                if link.letters and is_entry(node) and not self.stock.is_entrywise(function):
                    continue
                if function == "sqrt" and not self.stock.is_scalar(node):
                    continue  # of what may be negative there is no root
                made = put(right, path, Call(function, (node,)))
                if function == "diag":
                    message = f"the diagonal matrix `diag({to_plain(node)})` is meant, not the vector"
                    yield Edit("DC224", message, made, node.span, 2 if not path else 3)
                else:
                    cost = 1 if function == "sqrt" and self.stock.is_scalar(node) else 4
                    yield Edit("DC225", f"`{function}` is missing", made, node.span, cost)
            for function in slopes:
                made = put(right, path, Call(function, (node,), 1))
                yield Edit("DC212", f"the derivative `{function}'` is missing", made, node.span, 5)
        for path, node in places(right):
            match node:
                case Call(function, (operand,), 0) if self.stock.is_entrywise(function):
                    yield from self._chain_rules(right, path, node, operand)

    def _chain_rules(self, right: Expression, path: tuple[int, ...], node: Call, operand: Expression) -> Iterator[Edit]:
        """`relu(d)` for `d * relu'(z)`: the function itself in place of the chain rule."""
        for function, argument in self.stock.applied:
            if function == node.function:
                factor = Call(function, (argument,), 1)
                message = f"the factor `{to_plain(factor)}` is meant, not the function `{function}`"
                yield Edit("DC209", message, put(right, path, Binary("*", operand, factor)), node.span, 3)

    # --- terms ----------------------------------------------------------------------------

    def terms(self, link: Pair, right: Expression) -> Iterator[Edit]:
        """A quantity that is to be added, subtracted, or subtracted from: `p - y` for `y`, `1 - a` for `a`."""
        yield from self._halves(link, right)
        letters: Mapping[str, Dimension] = self.stock.letters(link, right)
        tensors = list(self.stock.tensors(link))
        for path, node in list(places(right))[:MOST_SLOTS]:
            if isinstance(node, Number | Negate | Transpose):
                continue
            for other in (ONE, *self._alike(node, tensors, letters)):
                for made in (Binary("-", other, node), Binary("-", node, other), Binary("+", node, other)):
                    message = f"`{to_plain(made)}` is meant, not `{to_plain(node)}`"
                    yield Edit("DC221", message, put(right, path, made), node.span, 4)

    def _alike(
        self, node: Expression, tensors: list[tuple[Expression, Value]], letters: Mapping[str, Dimension]
    ) -> Iterator[Expression]:
        """Other quantities of the shape of one, at its letters."""
        if isinstance(node, Subscript) and letters:
            chosen = [entry.name for entry in node.entries if isinstance(entry, Name)]
            if len(chosen) == len(node.entries) and set(chosen) <= set(letters):
                wanted = [letters[letter] for letter in chosen]
                for tree, value in tensors:
                    if list(dimensions(value.axes)) == wanted:
                        yield entry_of(tree, chosen)
            return
        own = None if letters else self.stock.value_of(node)
        for tree, value in tensors:
            if own is not None and not is_slope(tree) and same_shape(own, value):
                yield tree

    # --- symmetric forms ------------------------------------------------------------------

    def _halves(self, link: Pair, right: Expression) -> Iterator[Edit]:
        if link.letters:
            return
        for path, node in slots(right):
            value = self.stock.value_of(node)
            if value is None or not value.row or dimensions(value.row) != dimensions(value.column):
                continue
            both = Binary("+", node, Transpose(node))
            for made in (both, Binary("/", both, TWO)):
                message = "the transpose is to be added: the form is not symmetric"
                yield Edit("DC228", message, put(right, path, made), node.span, 3)


def _parts_of(derived: Expression | None, left: Expression) -> list[Expression]:
    """What stands in the derived side, and in what is derived: factors and divisors that a claim may lack."""
    trees = [left.numerator] if isinstance(left, Derivative) else []  # in the claim's own words first
    if derived is not None:
        trees.append(derived)
    found = (node for tree in trees for _, node in places(tree))
    kept = (node for node in found if isinstance(node, Binary | Call | Reduction | Subscript | Derivative))
    return list(islice(dict.fromkeys(kept), MOST_PARTS))


def _masked(tree: Expression, base: Expression, relation: Relation) -> tuple[Expression, int]:
    """The tree with every function of `base[i,k]` zero but where `k relation i`, and how many there are."""
    made, count = tree, 0
    for path, node in places(tree):
        match node:
            case Call(_, (Subscript(inner, (Name() as row, Name() as column)),)) if inner == base:
                test = Comparison(relation, column, row)
                made, count = put(made, path, Conditional(test, node, Number(Fraction(0)))), count + 1
    return made, count


def slots(tree: Expression) -> list[tuple[tuple[int, ...], Expression]]:
    """The places at which a factor may be missing: terms, arguments, factors of matrix products."""
    found = list(places(tree))
    above = dict(found)
    kept = []
    for path, node in found:
        parent = above[path[:-1]] if path else None
        match parent:
            case Binary("*" | "**") | Transpose():
                continue
            case Binary("/") if path[-1] == 1:
                continue
            case Negate() | None | Binary() | Call() | Reduction() | Conditional():
                if not isinstance(node, Negate) or not path:
                    kept.append((path, node))
    return kept[:MOST_SLOTS]


def _products(
    node: tuple[Expression, Value], factor: tuple[Expression, Value], keeps: bool
) -> Iterator[tuple[Expression, int]]:
    """(product, cost) of a node with one more factor, entrywise and as matrices; `keeps` its shape."""
    (tree, value), (other, one) = node, factor
    if same_shape(value, one) or not value.axes or not one.axes or (not keeps and len(one.axes) >= len(value.axes)):
        yield Binary("*", tree, other), 3
        yield Binary("/", tree, other), 4
    elif same_shape(value, one.transposed()):
        yield Binary("*", tree, Transpose(other)), 4
        yield Binary("/", tree, Transpose(other)), 5
    if not value.axes:
        return
    for matrix, turned in ((other, one), (Transpose(other), one.transposed())):
        row, column = dimensions(turned.row), dimensions(turned.column)
        if column == dimensions(value.row) and (not keeps or row == column):
            yield Binary("@", matrix, tree), 4
        if row == dimensions(value.column) and (not keeps or row == column):
            yield Binary("@", tree, matrix), 4


def _bracketed(shown: str, tree: Expression) -> str:
    return f"({shown})" if isinstance(tree, Binary) else shown
