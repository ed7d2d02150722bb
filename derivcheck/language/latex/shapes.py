"""The rows and columns of an expression, by dimension name: what products are resolved by."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass

from derivcheck.diagnostics.diagnostic import DerivcheckError
from derivcheck.graph.axes import Dimension
from derivcheck.graph.nodes import Input, Quantity
from derivcheck.language.lowering.chains import link_of
from derivcheck.language.lowering.language import Lowering
from derivcheck.language.lowering.scope import Scope
from derivcheck.language.lowering.values import Value, aligned, dimensions
from derivcheck.language.notation.labels import label_value, substitute_labels
from derivcheck.language.notation.limits import check_limits
from derivcheck.language.notation.syntax import (
    Binary,
    Call,
    Comparison,
    Condition,
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
    Subscript,
    Transpose,
    children,
)

Dimensions = tuple[Dimension, ...]
MAXIMAL_CHOICES = 5_000


@dataclass(frozen=True, slots=True)
class Shape:
    """Rows and columns; a tensor of three or more axes keeps them in `more`."""

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

    def transposed(self) -> Shape:
        return Shape(self.column, self.row)

    def __str__(self) -> str:
        if self.more:
            return " × ".join(str(d) for d in self.more)
        if not self.axes:
            return "scalar"
        return " × ".join("·".join(str(d) for d in side) or "1" for side in (self.row, self.column))


SCALAR = Shape()


class Labels:
    """Numbers for the labels of families that a formula mentions: one choice that every member exists for."""

    def __init__(self, scope: Scope, given: Mapping[str, int]) -> None:
        self.given = dict(given)
        self.bound: list[str] = []  # the letters of sums that may run over layers
        self._members: dict[str, set[int]] = {}
        for name in (*scope.values, *scope.dimensions):
            found = re.fullmatch(r"(.+)\[(-?\d+)\]", name)
            if found:
                self._members.setdefault(found[1], set()).add(int(found[2]))
        self._uses: dict[tuple[str, Expression], None] = {}
        self._values: dict[str, int] | None = None

    def note(self, stem: str, label: Expression) -> None:
        """Remember that a member is mentioned."""
        if (stem, label) not in self._uses:
            self._uses[stem, label] = None
            self._values = None

    def has(self, stem: str, number: int) -> bool:
        return number in self._members.get(stem, ())

    def members(self, stem: str) -> list[int]:
        return sorted(self._members.get(stem, ()))

    def may_be(self, name: str) -> bool:
        """Whether a letter may be a label here, where labels are given."""
        return name in self.given or name in self.bound

    @property
    def values(self) -> Mapping[str, int]:
        if self._values is None:
            self._values = self._chosen()
        return self._values

    def _chosen(self) -> dict[str, int]:
        names = sorted({n for _, label in self._uses for n in _names(label)} - set(self.given))
        numbers = sorted({n for found in self._members.values() for n in found})
        if not names or not numbers or len(numbers) ** len(names) > MAXIMAL_CHOICES:
            return dict(self.given)
        best, best_score = dict(self.given), (-1, 0, 0)
        for chosen in itertools.product(numbers, repeat=len(names)):
            values = {**self.given, **dict(zip(names, chosen, strict=True))}
            held = sum(label_value(label, values) in self._members.get(stem, ()) for stem, label in self._uses)
            last = sum(values[name] == numbers[-1] for name in names if name.isupper())
            score = (held, len(set(values.values())), last)
            if score > best_score:
                best, best_score = values, score
        return best


def _names(label: Expression) -> set[str]:
    found: set[str] = set()
    waiting: list[Expression | Condition | Slice] = [label]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Name):
            found.add(node.name)
        waiting.extend(children(node))
    return found


class Shapes:
    """Shapes of trees, remembered; None where a tree has none (its lowering fails too)."""

    def __init__(self, scope: Scope, labels: Labels) -> None:
        self.scope = scope
        self.labels = labels
        self._known: dict[int, tuple[Expression, Shape | None]] = {}
        self._under: dict[str, int] = {}

    def __call__(self, tree: Expression) -> Shape | None:
        """The shape of a tree; its parts first, so that no depth is too deep."""
        if self.labels.values != self._under:
            self._known.clear()
            self._under = dict(self.labels.values)
        waiting = [tree]
        while waiting:
            node = waiting[-1]
            if id(node) in self._known:
                waiting.pop()
                continue
            missing = [part for part in _operands(node) if id(part) not in self._known]
            if missing:
                waiting.extend(missing)
                continue
            waiting.pop()
            self._known[id(node)] = (node, self._shape(node))
        return self._known[id(tree)][1]

    def _of(self, tree: Expression) -> Shape | None:
        return self._known[id(tree)][1]

    def member(self, tree: Expression) -> str | None:
        """The declared name that a tree is, labels filled in."""
        match tree:
            case Name(name):
                return name if name in self.scope.values else None
            case Subscript(Name(name), (entry,)) if name not in self.scope.values:
                value = label_value(entry, self.labels.values)
                member = f"{name}[{value}]"
                return member if member in self.scope.values else None
            case _:
                return None

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

    # --- one node, the shapes of its parts known --------------------------------------------

    def _shape(self, tree: Expression) -> Shape | None:
        match tree:
            case Number():
                return SCALAR
            case Reduction(_, _, _, body):
                return self._of(body)
            case Name(name):
                if name in self.scope.values:
                    return _declared(self.scope.values[name])
                number = name in self.scope.dimensions or name == "pi" or self.labels.may_be(name)
                return SCALAR if number else None
            case Subscript():
                return self._entries(tree)
            case Negate(operand):
                return self._of(operand)
            case Transpose(operand):
                inner = self._of(operand)
                return None if inner is None or inner.more else inner.transposed()
            case Binary(operator, left, right):
                return binary(operator, self._of(left), self._of(right))
            case Conditional(_, then, otherwise):
                return binary("if", self._of(then), self._of(otherwise))
            case Derivative(numerator, variables):
                shape = self._of(numerator)
                for variable in variables:
                    shape = self._derivative(shape, variable)
                return shape
            case Matrix(rows):
                return self._matrix(rows)
            case Call():
                return self._call(tree)

    def _entries(self, tree: Subscript) -> Shape | None:
        value = self.value(tree)
        if value is not None:
            return _declared(value)
        if self.dimension(tree) is not None:
            return SCALAR
        base = self._of(tree.base)
        if base is None or len(base.axes) != len(tree.entries):
            return None
        kept = [k for k, entry in enumerate(tree.entries) if isinstance(entry, Slice)]
        if base.more:
            return self._oriented(tuple(base.more[k] for k in kept))
        rows = len(base.row)
        return Shape(
            tuple(base.row[k] for k in kept if k < rows), tuple(base.column[k - rows] for k in kept if k >= rows)
        )

    def _oriented(self, axes: Dimensions) -> Shape:
        """A tensor of its own: a vector stands as the spec's vectors do."""
        match len(axes):
            case 1:
                return Shape(axes, ()) if self.scope.vectors == "column" else Shape((), axes)
            case 2:
                return Shape(axes[:1], axes[1:])
            case _:
                return Shape(more=axes)

    def _derivative(self, shape: Shape | None, variable: Expression) -> Shape | None:
        if shape is None:
            return None
        by, layout = self._of(variable), self.scope.layout
        if by is None:
            return None
        if shape.is_scalar:
            return by.transposed() if layout == "numerator" and not by.more else by
        if by.is_scalar:
            return shape.transposed() if layout == "denominator" and not shape.more else shape
        if shape.more or by.more or (shape.row and shape.column) or (by.row and by.column):
            return None
        result = Shape(shape.axes, by.axes)
        return result.transposed() if layout == "denominator" else result

    def _matrix(self, rows: tuple[tuple[Expression, ...], ...]) -> Shape | None:
        if not rows:
            return SCALAR
        if any(self._of(e) != SCALAR for row in rows for e in row):
            return None
        across = Dimension.fixed(len(rows[0]))
        return self._oriented((across,)) if len(rows) == 1 else Shape((Dimension.fixed(len(rows)),), (across,))

    def _call(self, tree: Call) -> Shape | None:
        if tree.function == "chain":
            return self._chain(tree.arguments)
        if tree.function in ("delta", "norm", "trace", "det", "dot", "window"):
            return SCALAR
        if all(self._of(a) == SCALAR for a in tree.arguments) and tree.function not in ("eye", "ones", "zeros", "diag"):
            return SCALAR
        try:
            check_limits(tree)
            lowering = Lowering(self.scope)
            whole = substitute_labels(tree, self.labels.values)
            lowering.letters.learn(whole)
            return _declared(lowering.expression(whole))
        except DerivcheckError:
            return None

    def _chain(self, links: tuple[Expression, ...]) -> Shape | None:
        """That of the one derivative that it is."""
        meant = [link_of(link, self.scope, self.member) for link in links]
        if not meant or any(link is None for link in meant):
            return None
        first, last = meant[0], meant[-1]
        assert first is not None and last is not None
        return self(Derivative(first.numerator, last.variables))

    # --- letters ----------------------------------------------------------------------------

    def letter_dimension(self, letter: str, *trees: Expression | Condition) -> Dimension | None:
        """The dimension a letter runs over, from the entries that it indexes and the letters it is compared with."""
        waiting: list[Expression | Condition | Slice] = [*trees]
        linked: list[str] = []
        seen = 0
        while waiting:
            node = waiting.pop()
            if isinstance(node, Subscript) and self.value(node) is None:
                shape = self(node.base)
                for entry, axis in zip(node.entries, shape.axes if shape else (), strict=False):
                    if isinstance(entry, Name) and entry.name == letter:
                        return axis
            match node:
                case Call("delta", (Name(a), Name(b))) | Comparison(_, Name(a), Name(b)) if letter in (a, b) and a != b:
                    linked.append(b if a == letter else a)
            waiting.extend(children(node))
            seen += 1
        for other in linked:
            found = _first_entry(self, other, trees)
            if found is not None:
                return found
        return None


def _first_entry(shapes: Shapes, letter: str, trees: tuple[Expression | Condition, ...]) -> Dimension | None:
    waiting: list[Expression | Condition | Slice] = [*trees]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Subscript) and shapes.value(node) is None:
            shape = shapes(node.base)
            for entry, axis in zip(node.entries, shape.axes if shape else (), strict=False):
                if isinstance(entry, Name) and entry.name == letter:
                    return axis
        waiting.extend(children(node))
    return None


def _declared(value: Value) -> Shape:
    return Shape(dimensions(value.row), dimensions(value.column), dimensions(value.more))


def _operands(tree: Expression) -> list[Expression]:
    """The parts whose shapes matter: not the letters of an entry, not the body of a sum."""
    match tree:
        case Subscript(base, _):
            return [base]
        case Reduction(_, _, _, body):
            return [body]
        case Conditional(_, then, otherwise):
            return [then, otherwise]
        case _:
            return [p for p in children(tree) if not isinstance(p, Slice | Comparison | Junction)]


def binary(operator: str, left: Shape | None, right: Shape | None) -> Shape | None:
    """The shape of an operation, None where the shapes do not conform."""
    if left is None or right is None:
        return None
    if operator == "@":
        if left.more or right.more:
            return _batched(left, right)
        if left.column != right.row:
            left, right = _without_units(left), _without_units(right)
        return Shape(left.row, right.column) if left.column == right.row else None
    if operator == "**" and not right.is_scalar:
        return None
    if left.more or right.more:
        if left.is_scalar or right.is_scalar:
            return left if right.is_scalar else right
        small, large = (left, right) if len(left.axes) < len(right.axes) else (right, left)
        return large if len(aligned(small.axes, large.axes)) == 1 else None
    if not _broadcasts(left, right):
        left, right = _without_units(left), _without_units(right)
    return Shape(left.row or right.row, left.column or right.column) if _broadcasts(left, right) else None


def _batched(left: Shape, right: Shape) -> Shape | None:
    """The product of matrices along the last two axes, where what stands in front agrees."""
    (first, rows, inner), (second, across, columns) = (
        (shape.more[:-2], shape.more[-2:-1], shape.more[-1:]) if shape.more else ((), shape.row, shape.column)
        for shape in (left, right)
    )
    if inner != across or (first and second and first != second):
        return None
    axes = (*(first or second), *rows, *columns)
    return Shape(axes[:1], axes[1:]) if len(axes) == 2 else Shape(more=axes)


def _broadcasts(left: Shape, right: Shape) -> bool:
    return all(not a or not b or a == b for a, b in ((left.row, right.row), (left.column, right.column)))


def _without_units(shape: Shape) -> Shape:
    """The shape without its rows or columns of size 1."""
    unit = Dimension.fixed(1)
    return Shape(tuple(d for d in shape.row if d != unit), tuple(d for d in shape.column if d != unit))
