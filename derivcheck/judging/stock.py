"""What may be missing from a claim: numbers, quantities, entries at letters, and functions of one network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cached_property, partial
from itertools import combinations, islice, product

from derivcheck.diagnostics.diagnostic import DerivcheckError, NotationError
from derivcheck.graph.axes import Dimension
from derivcheck.graph.nodes import topological
from derivcheck.language.catalogue.functions import activations, entrywise
from derivcheck.language.claims import Pair
from derivcheck.language.formulas import name_tree
from derivcheck.language.lowering.language import Lowering
from derivcheck.language.lowering.letters import member_name
from derivcheck.language.lowering.values import Value, dimensions
from derivcheck.language.network import Network
from derivcheck.language.notation.labels import substitute_labels
from derivcheck.language.notation.parser import parse_expression
from derivcheck.language.notation.relations import Relation
from derivcheck.language.notation.syntax import (
    Binary,
    Call,
    Comparison,
    Derivative,
    Expression,
    Name,
    Number,
    Reduction,
    Subscript,
    bottom_up,
    rebuilt,
)
from derivcheck.spec.facts.table import values_of

USUAL = ("diag", "sqrt", "exp", "log", "inv", "det", "sum", "mean", "trace", "prod")  # functions that are left out
MOST = 24  # quantities of one kind
ENTRIES = 60
ARGUMENT = Name("t")  # of a function of the catalogue
SIDES: tuple[Relation, ...] = ("<", ">")  # of a boundary
FIRST = 2  # labels at which a formula about a label may mean something


class Stock:
    """The quantities and functions of one network that a repair may be made of."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.scope = network.scope

    def dimension_names(self, link: Pair) -> list[str]:
        used = {
            name
            for node in topological([link.left, link.right])
            for axis in node.axes
            for name, _ in axis.dimension.terms
        }
        return [name for name in self.scope.dimensions if name in used]

    # --- numbers --------------------------------------------------------------------------

    def scalars(self, link: Pair) -> Iterator[Expression]:
        """Numbers that a gradient may be off by: names of numbers, and numbers that layers are made with."""
        yield from islice((name_tree(name) for name in self._scalar_names if not self.is_left_side(name, link)), MOST)
        yield from self._inner_scalars

    @cached_property
    def _scalar_names(self) -> list[str]:
        return [name for name, value in self.scope.values.items() if value.is_scalar and name != self.scope.loss]

    @cached_property
    def _inner_scalars(self) -> list[Expression]:
        """`1 - q` and `sqrt(d)`, where layers are made with them."""
        found: dict[Expression, None] = {}
        for tree in self._formulas:
            for node in bottom_up(tree):
                if isinstance(node, Call | Binary) and self._is_number(node):
                    found[node] = None
        return list(found)[:MOST]

    def _is_number(self, tree: Call | Binary) -> bool:
        """Whether a formula is made of numbers that have names, and of nothing else."""
        parts = [node for node in bottom_up(tree) if not isinstance(node, Number | Call | Binary)]
        names = [node.name for node in parts if isinstance(node, Name)]
        numbers = {*self._scalar_names, *self.scope.dimensions}
        return bool(names) and len(names) == len(parts) and set(names) <= numbers

    def is_scalar(self, tree: Expression) -> bool:
        match tree:
            case Number():
                return True
            case Name(name):
                value = self.scope.values.get(name)
                return name in self.scope.dimensions or (value is not None and value.is_scalar)
            case Binary("*" | "/", left, right):
                return self.is_scalar(left) and self.is_scalar(right)
            case Binary("**", base, Number()):
                return self.is_scalar(base)
            case _:
                return False

    def factor_code(self, factor: Expression) -> str:
        """The code of a factor that is missing, or one too many: numbers are small mistakes."""
        return "DC201" if self.is_scalar(factor) else "DC236"

    def may_vanish(self, tree: Expression) -> bool:
        """Whether a quantity is one of few numbers by a fact, so that nothing is divided by it."""
        facts = self.network.facts
        named = {node.name for node in bottom_up(tree) if isinstance(node, Name)}
        return any(values_of(fact) for name in named for fact, _ in facts.get(name, ()))

    # --- quantities -----------------------------------------------------------------------

    def tensors(self, link: Pair) -> Iterator[tuple[Expression, Value]]:
        """Quantities with axes, derivatives of the loss by layers, slopes of activations; not the left side."""
        for name, value in islice(self.scope.values.items(), 3 * MOST):
            if value.axes and not self.is_left_side(name, link):
                yield name_tree(name), value
        for tree in (*self._slopes, *self._gradients):
            known = self.value_of(tree)
            if known is not None and known.axes and tree != link.left_tree:
                yield tree, known

    def value_of(self, tree: Expression) -> Value | None:
        """What a formula without free letters means; None for one that means nothing."""
        try:
            return Lowering(self.scope).expression(tree)
        except (DerivcheckError, ValueError, RecursionError):
            return None

    def members(self, label: str) -> Iterator[tuple[Expression, Value]]:
        """A member of every family at a label, `f[t]`, and slopes of activations there, `tanh'(z[t])`."""
        found: dict[str, Value] = {}
        for name, value in self.scope.values.items():
            stem, bracket, number = name.partition("[")
            if bracket and number[:-1].isdigit():
                found.setdefault(stem, value)
        for stem, value in islice(found.items(), MOST):
            yield Subscript(Name(stem), (Name(label),)), value
        applied = [(f, one.base) for f, one in self.applied if isinstance(one, Subscript)]
        for function, base in dict.fromkeys(applied):
            if isinstance(base, Name) and base.name in found:
                yield Call(function, (Subscript(base, (Name(label),)),), 1), found[base.name]

    def value_at(self, tree: Expression, label: str) -> Value | None:
        """What a formula means that speaks of a label, at the first number at which it means anything."""
        found = (self.value_of(substitute_labels(tree, {label: at})) for at in range(1, FIRST + 1))
        return next((value for value in found if value is not None), None)

    def entries(self, link: Pair, right: Expression) -> Iterator[Expression]:
        """Entries of quantities at the letters of a claim, free ones and bound ones."""
        letters = self.letters(link, right)
        for tree, value in self.tensors(link):
            places = [[letter for letter, size in letters.items() if size == one] for one in dimensions(value.axes)]
            for chosen in islice(product(*places), ENTRIES):
                entry = entry_of(tree, chosen)
                if len(set(chosen)) == len(chosen) and entry != link.left_tree:
                    yield entry

    def letters(self, link: Pair, right: Expression) -> dict[str, Dimension]:
        """The letters of a claim and what they count: those of the left side, and those that sums bind."""
        found = {axis.key: axis.dimension for axis in link.letters}
        bound = {x for node in bottom_up(right) if isinstance(node, Reduction) for x in node.letters}
        for node in bottom_up(right):
            if isinstance(node, Subscript):
                value = self.scope.values.get(member_name(node.base, self.scope) or "")
                if value is not None and len(value.axes) == len(node.entries):
                    for axis, letter in zip(value.axes, node.entries, strict=True):
                        if isinstance(letter, Name) and letter.name in bound:
                            found.setdefault(letter.name, axis.dimension)
        return found

    def is_left_side(self, name: str, link: Pair) -> bool:
        """Whether a name is how the left side is written, or stands for it: that is no repair."""
        return link.left_tree in (name_tree(name), self.scope.abbreviations.get(name))

    @cached_property
    def _gradients(self) -> list[Expression]:
        if not self.network.loss or self.network.loss.name in self.scope.opaque_losses:
            return []
        names = [tensor.name for tensor in self.network.tensors if tensor.axes][:MOST]
        return [Derivative(Name(self.network.loss.name), (name_tree(name),)) for name in names]

    @cached_property
    def _slopes(self) -> list[Expression]:
        return [Call(function, (argument,), 1) for function, argument in self.applied]

    # --- functions ------------------------------------------------------------------------

    @cached_property
    def slopes_of(self) -> dict[str, Expression]:
        """f'(z) by the name of the layer that is f(z)."""
        found: dict[str, Expression] = {}
        for formula in self.network.spec.layers:
            try:
                tree = parse_expression(formula.text.text, self.scope.vocabulary())
            except NotationError:
                continue
            match tree:
                case Call(function, (Name() as argument,), 0) if self.is_entrywise(function):
                    found[formula.name.text] = Call(function, (argument,), 1)
        return found

    @cached_property
    def applied(self) -> list[tuple[str, Expression]]:
        """(function, argument) of the layers that are one function of one name, or of a formula: tanh(W @ x)."""
        values = self.scope.values.items()
        found: dict[tuple[str, Expression], None] = {}
        for tree in self._formulas:
            match tree:
                case Call(function, (argument, *_)) if isinstance(argument, Name | Subscript):
                    name = member_name(argument, self.scope)
                    if name in self.scope.values:
                        found[function, argument] = None
                    elif isinstance(argument, Subscript) and isinstance(argument.base, Name):
                        stem = f"{argument.base.name}["
                        found.update({(function, name_tree(n)): None for n, v in values if n.startswith(stem)})
                case Call(function, (Binary() as argument,)) if self.value_of(argument) is not None:
                    found[function, argument] = None
        return [(f, argument) for f, argument in found if entrywise(f, self.scope.functions)]

    def functions(self, link: Pair) -> tuple[str, ...]:
        """Functions of one argument that may be left out: those of the left side, of the spec, and the usual ones."""
        trees = (link.left_tree, *self._formulas)
        used = [node.function for tree in trees for node in bottom_up(tree) if isinstance(node, Call)]
        return tuple(dict.fromkeys((*used, *USUAL)))

    def is_entrywise(self, function: str) -> bool:
        return entrywise(function, self.scope.functions)

    # --- boundaries -----------------------------------------------------------------------

    def conditions(self, link: Pair) -> Iterator[Comparison]:
        """The two sides of each boundary between branches of the forward pass, at the letters of the claim."""
        letters = [axis.key for axis in link.letters]
        for one, other in self._boundaries:
            for relation in SIDES:
                yield Comparison(relation, self._at(one, letters), self._at(other, letters))

    @staticmethod
    def _at(tree: Expression, letters: Sequence[str]) -> Expression:
        return entry_of(tree, letters) if letters and isinstance(tree, Name) else tree

    @cached_property
    def _boundaries(self) -> list[tuple[Expression, Expression]]:
        """What `max`, `min`, conditionals and functions with cases compare in the layers."""
        found: dict[tuple[Expression, Expression], None] = {}
        for tree in self._formulas:
            for node in bottom_up(tree):
                match node:
                    case Call("max" | "min", (_, _)):
                        found.update(dict.fromkeys(combinations(_compared(node), 2)))
                    case Call(function, (argument, *_)) if function in activations():
                        found.update(dict.fromkeys(_cases(activations()[function].formula, argument)))
                    case Comparison(_, one, other):
                        found[one, other] = None
        return list(found)[:MOST]

    @cached_property
    def _formulas(self) -> Sequence[Expression]:
        found = []
        spec = self.network.spec
        for formula in (*spec.layers, *spec.let, *(() if spec.loss is None else (spec.loss,))):
            try:
                found.append(parse_expression(formula.text.text, self.scope.vocabulary()))
            except NotationError:
                continue
        return found


def _compared(tree: Call) -> tuple[Expression, ...]:
    """What is compared by functions within functions: r, 1 - e and 1 + e by `min(max(r, 1 - e), 1 + e)`."""
    inner = (_compared(a) if isinstance(a, Call) and a.function in ("max", "min") else (a,) for a in tree.arguments)
    return tuple(one for parts in inner for one in parts)


def _cases(formula: str, argument: Expression) -> Iterator[tuple[Expression, Expression]]:
    """What the formula of a function compares at an argument; a parameter of it is nothing that a claim could name."""
    for node in bottom_up(parse_expression(formula)):
        if isinstance(node, Comparison):
            names = {part for part in bottom_up(node) if isinstance(part, Name)}
            if names == {ARGUMENT}:
                at = partial(rebuilt, change=lambda part: argument if part == ARGUMENT else part)
                yield at(node.left), at(node.right)


def entry_of(tree: Expression, letters: Sequence[str]) -> Expression:
    """`W[i,j]`, `dL/dz[i]`, `sigmoid'(z[i])`: a quantity at letters."""
    places = tuple(Name(letter) for letter in letters)
    match tree:
        case Derivative(_, (variable,)):
            return Derivative(tree.numerator, (Subscript(variable, places),))
        case Call(function, (argument,), primes):
            return Call(function, (Subscript(argument, places),), primes)
        case _:
            return Subscript(tree, places)


def number(value: int) -> Number:
    return Number(Fraction(value))
