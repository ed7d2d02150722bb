"""The types of trees, by which a reader chooses between readings: what the lowering makes of them, letters left open.

A tree is typed by itself, wherever it stands: an index is as good as any other, a label of layers has the
number that a reader takes for it, a sum has the type of its body, and a derivative is not taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from derivcheck.diagnostics.diagnostic import DerivcheckError
from derivcheck.graph.axes import Axis, Dimension
from derivcheck.graph.nodes import Input, Quantity, constant
from derivcheck.language.lowering.language import Lowering
from derivcheck.language.lowering.letters import Letters
from derivcheck.language.lowering.scope import Scope
from derivcheck.language.lowering.values import Value, dimensions
from derivcheck.language.notation.labels import label_value, substitute_labels
from derivcheck.language.notation.limits import check_limits
from derivcheck.language.notation.syntax import (
    Binary,
    Call,
    Comparison,
    Condition,
    Derivative,
    Expression,
    Name,
    Number,
    Reduction,
    Slice,
    Span,
    Subscript,
    children,
)

Dimensions = tuple[Dimension, ...]
OPEN = Dimension.named("?")  # that of a letter of which nothing is known


@dataclass(frozen=True, slots=True)
class Type:
    """Rows and columns by dimension; a tensor of three or more axes keeps them in `more`."""

    row: Dimensions = ()
    column: Dimensions = ()
    more: Dimensions = ()

    @property
    def axes(self) -> Dimensions:
        return self.more or self.row + self.column

    @property
    def is_scalar(self) -> bool:
        return not self.axes

    @property
    def is_number(self) -> bool:
        """A scalar, or a tensor of one entry: every axis has size 1."""
        return all(axis == Dimension.fixed(1) for axis in self.axes)

    @property
    def is_vector(self) -> bool:
        return len(self.axes) == 1

    @property
    def is_square(self) -> bool:
        return bool(self.row) and self.row == self.column

    def contracts(self, other: Type) -> bool:
        """Whether the columns of a matrix are the rows of another."""
        return not self.more and not other.more and self.column == other.row

    def __str__(self) -> str:
        if self.more:
            return " × ".join(str(d) for d in self.more)
        if not self.axes:
            return "scalar"
        return " × ".join("·".join(str(d) for d in side) or "1" for side in (self.row, self.column))


def type_of(value: Value) -> Type:
    return Type(dimensions(value.row), dimensions(value.column), dimensions(value.more))


class LabelNumbers(Protocol):
    """The numbers that a reader takes for labels."""

    @property
    def values(self) -> Mapping[str, int]: ...

    def may_be(self, name: str) -> bool:
        """Whether a letter may be a label."""
        ...


class Types:
    """The types of trees, remembered; None where a tree has none."""

    def __init__(self, scope: Scope, labels: LabelNumbers) -> None:
        self.scope = scope
        self.labels = labels
        self._under: Mapping[str, int] | None = None
        self._known: dict[int, tuple[Expression, Type | None]] = {}  # which trees they are, lest a number be used again
        self.numbers: set[str] = set()  # the index letters that stand where a number does
        self._typing = _Typing(scope, labels, self.numbers)

    def __call__(self, tree: Expression) -> Type | None:
        if self.labels.values != self._under:
            self._under = dict(self.labels.values)
            self._typing = _Typing(self.scope, self.labels, self.numbers)
            self._known.clear()
        if id(tree) not in self._known:
            self._known[id(tree)] = tree, self._found(tree)
        return self._known[id(tree)][1]

    def axis_names(self, tree: Expression) -> tuple[str, ...]:
        """What the axes of a tree are called."""
        if self(tree) is None:
            return ()
        return tuple(axis.name for axis in self._typing.expression(self._typing.numbered(tree)).axes)

    def take_number(self, letter: str) -> None:
        """From here on an index letter has the type of the number that it is."""
        if letter not in self.numbers:
            self.numbers.add(letter)
            self._under = None

    def _found(self, tree: Expression) -> Type | None:
        try:
            check_limits(tree)
            return type_of(self._typing.expression(self._typing.numbered(tree)))
        except DerivcheckError:
            return None

    # --- what names are ---------------------------------------------------------------------

    def member(self, tree: Expression) -> str | None:
        """The declared name that a tree is, labels filled in."""
        match tree:
            case Name(name):
                return name if name in self.scope.values else None
            case Subscript(Name(name), (entry,)) if name not in self.scope.values:
                member = f"{name}[{label_value(entry, self.labels.values)}]"
                return member if member in self.scope.values else None
            case _:
                return None

    def whole(self, tree: Expression) -> Expression:
        """The quantity that a tree is an entry of, itself where it is one."""
        return tree.base if isinstance(tree, Subscript) and self.member(tree) is None else tree

    def is_named(self, tree: Expression) -> bool:
        """Whether a tree is a name by itself or a member of a family."""
        return isinstance(tree, Name) or (isinstance(tree, Subscript) and self.member(tree) is not None)

    def value(self, tree: Expression) -> Value | None:
        name = self.member(tree)
        return None if name is None else self.scope.values[name]

    def is_derived(self, tree: Expression) -> bool:
        """Whether a tree names a layer or the loss."""
        value = self.value(tree)
        return value is not None and isinstance(value.node, Quantity)

    def is_input(self, tree: Expression) -> bool:
        value = self.value(tree)
        return value is not None and isinstance(value.node, Input)

    def dimension(self, tree: Expression) -> Dimension | None:
        """The declared dimension that a tree names, a fixed one for a number."""
        match tree:
            case Name(name) if name in self.scope.dimensions:
                return self.scope.dimensions[name]
            case Number(value) if value.denominator == 1:
                return Dimension.fixed(int(value))
            case Subscript(Name(name), (entry,)):
                return self.scope.dimensions.get(f"{name}[{label_value(entry, self.labels.values)}]")
            case Binary("+" | "-" as operator, left, right):
                first, second = self.dimension(left), self.dimension(right)
                return None if first is None or second is None else first.plus(second, 1 if operator == "+" else -1)
            case _:
                return None

    # --- letters ----------------------------------------------------------------------------

    def letter_dimension(self, letter: str, *trees: Expression | Condition) -> Dimension | None:
        """The dimension a letter runs over, from the entries that it indexes and the letters it is compared with."""
        linked: list[str] = []
        waiting: list[Expression | Condition | Slice] = [*trees]
        while waiting:
            node = waiting.pop()
            match node:
                case Call("delta", (Name(a), Name(b))) | Comparison(_, Name(a), Name(b)) if letter in (a, b) and a != b:
                    linked.append(b if a == letter else a)
            waiting.extend(children(node))
        found = (self._indexed(name, trees) for name in (letter, *linked))
        return next((dimension for dimension in found if dimension is not None), None)

    def _indexed(self, letter: str, trees: tuple[Expression | Condition, ...]) -> Dimension | None:
        """The dimension of the first axis that a letter is the index of."""
        waiting: list[Expression | Condition | Slice] = [*trees]
        while waiting:
            node = waiting.pop()
            if isinstance(node, Subscript) and Name(letter) in node.entries and self.value(node) is None:
                found = self(node.base)
                for entry, axis in zip(node.entries, found.axes if found else (), strict=False):
                    if entry == Name(letter):
                        return axis
            waiting.extend(children(node))
        return None


class _OpenLetters(Letters):
    """Letters of which nothing has to be known."""

    def axis(self, letter: str, span: Span, dimension: Dimension | None = None) -> Axis:
        return Axis(OPEN if dimension is None else dimension, letter)

    def is_letter(self, tree: Expression | Slice) -> bool:
        return False


class _Typing(Lowering):
    """A lowering that is asked for types alone, of one tree after the other."""

    def __init__(self, scope: Scope, labels: LabelNumbers, numbers: set[str]) -> None:
        super().__init__(replace(scope, measured={}))
        self._numbers = numbers
        self.letters = _OpenLetters(scope)
        self._labels = labels
        self._known: dict[Expression, Value | DerivcheckError] = {}

    def numbered(self, tree: Expression) -> Expression:
        """The tree with numbers for its labels."""
        values = self._labels.values
        found: Expression = substitute_labels(tree, values, self.scope.undeclared(values)) if values else tree
        return found

    def expression(self, tree: Expression) -> Value:
        if tree not in self._known:
            try:
                self._known[tree] = self._lowered(tree)
            except DerivcheckError as problem:
                self._known[tree] = problem
        known = self._known[tree]
        if isinstance(known, DerivcheckError):
            raise known
        return known

    def _lowered(self, tree: Expression) -> Value:
        match tree:
            case Name(name) if name in self._numbers or (self._labels.may_be(name) and self.scope.undeclared([name])):
                return Value(constant(1))
            case Call("delta" | "window"):
                return Value(constant(1))
            case Call("differential" | "at", (operand, *_)):
                return self.expression(operand)
            case Derivative(_, variables) if any(isinstance(variable, Subscript) for variable in variables):
                return super().expression(replace(tree, variables=tuple(map(self._indexed, variables))))
            case _:
                return super().expression(tree)

    def _refuse_opaque(self, name: str, span: Span) -> None:
        """What has no value has a type."""

    def _indexed(self, tree: Expression) -> Expression:
        """An entry with plain letters for its indices."""
        if not isinstance(tree, Subscript) or self.scope.is_family(getattr(tree.base, "name", "")):
            return tree
        entries = (one if isinstance(one, Slice) else Name(f"entry {k}") for k, one in enumerate(tree.entries))
        return replace(tree, entries=tuple(entries))

    def entries(self, base: Value, tree: Subscript) -> Value:
        found = self._indexed(tree)
        assert isinstance(found, Subscript)
        return super().entries(base, found)

    def condition(self, tree: Condition) -> Value:
        try:
            return super().condition(tree)
        except DerivcheckError:
            return Value(constant(1))  # of letters

    def reduction(self, tree: Reduction) -> Value:
        return self.expression(self.numbered(tree.body))
