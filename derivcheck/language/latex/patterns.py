"""Matrices and sums with dots: the general entry that all shown entries follow, and the matrix it is the entry of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from derivcheck.language.catalogue import functions as catalogue_functions
from derivcheck.language.latex.cursor import RowCursor
from derivcheck.language.lowering.types import Type
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.syntax import (
    Binary,
    Call,
    Derivative,
    Equation,
    Expression,
    Name,
    Negate,
    Number,
    Reduction,
    Slice,
    Span,
    Subscript,
    Transpose,
    bottom_up,
    rebuilt,
)
from derivcheck.language.tex.errors import fail

HOLE = "□"


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """A shown entry with its row and column; None stands for the last one."""

    row: int | None
    column: int | None
    tree: Expression


def mentions(tree: Any, letter: str) -> bool:
    """Whether a name stands in a tree."""
    return any(isinstance(node, Name) and node.name == letter for node in bottom_up(tree))


def unused(trees: Sequence[Expression | Equation], wanted: str) -> str:
    """An index letter that stands in none of the trees."""
    taken = {node.name for tree in trees for node in bottom_up(tree) if isinstance(node, Name)}
    return next(name for name in (wanted, *(f"{wanted}{n}" for n in range(1, 100))) if name not in taken)


# --- the general entry ----------------------------------------------------------------------------


def general(reader: RowCursor, cells: Sequence[ShownEntry], letters: tuple[str, str], span: Span) -> Expression:
    """The entry at (row letter, column letter) that every shown entry is an instance of.

    Raises NotationError (DC173) with the entry that does not follow.
    """
    split = [_split(cell.tree) for cell in cells]
    skeleton, first = split[0]
    for cell, (other, holes) in zip(cells, split, strict=True):
        if other != skeleton or len(holes) != len(first):
            _refuse(cell.tree, f"`{to_plain(cell.tree)}` does not look like `{to_plain(cells[0].tree)}`", span)
    chosen: list[Expression | Slice] = []
    for number in range(len(first)):
        values = [holes[number][0] for _, holes in split]
        letter = _letter(reader, cells, values, first[number][1], letters)
        if letter is None:
            odd = next(c for c, v in zip(cells, values, strict=True) if v != values[0])
            _refuse(odd.tree, f"the index in `{to_plain(odd.tree)}` follows neither its row nor its column", span)
        chosen.append(letter)
    return _filled(skeleton, chosen)


def check_instance(tree: Expression | None, entry: Expression, letter: str, span: Span) -> None:
    """Raise NotationError (DC173) for an entry between dots that is not the general one, whatever its letter is."""
    if tree is None:
        return
    letters = {node.name for node in bottom_up(tree) if isinstance(node, Name)}

    def called(name: str) -> Expression:
        put: Any = lambda node: Name(name) if node == Name(letter) else node  # noqa: E731
        made: Expression = rebuilt(entry, put)
        return made

    if all(called(name) != tree for name in letters):
        _refuse(tree, f"`{to_plain(tree)}` is no entry like the others", span)


def _refuse(tree: Expression, reason: str, span: Span) -> NoReturn:
    fail(
        "DC173",
        f"the entries follow no pattern: {reason}",
        tree.span if tree.span.stop else span,
        "not the entry that the others ask for",
    )


Holes = list[tuple[Expression | Slice, Any]]


def _split(tree: Expression) -> tuple[Expression, Holes]:
    """A tree with holes for its indices, and the indices with the base they belong to."""
    holes: Holes = []

    def walk(node: Any) -> Any:
        if isinstance(node, Subscript):
            base = walk(node.base)
            entries: list[Expression | Slice] = []
            for place, entry in enumerate(node.entries):
                if isinstance(entry, Slice):
                    entries.append(entry)
                    continue
                holes.append((entry, (node.base, place)))
                entries.append(Name(f"{HOLE}{len(holes) - 1}", entry.span))
            return replace(node, base=base, entries=tuple(entries))
        return _with_parts(node, walk)

    return walk(tree), holes


def _with_parts(node: Any, walk: Any) -> Any:
    """A node with its parts walked, in the order in which they are written."""
    match node:
        case Negate(operand) | Transpose(operand):
            return replace(node, operand=walk(operand))
        case Binary(_, left, right):
            return replace(node, left=walk(left), right=walk(right))
        case Call(_, arguments):
            return replace(node, arguments=tuple(walk(a) for a in arguments))
        case Derivative(numerator, variables):
            return replace(node, numerator=walk(numerator), variables=tuple(walk(v) for v in variables))
        case Reduction(_, _, _, body):
            return replace(node, body=walk(body))
        case _:
            return node


def _letter(
    reader: RowCursor,
    cells: Sequence[ShownEntry],
    values: Sequence[Expression | Slice],
    place: Any,
    letters: tuple[str, str],
) -> Expression | Slice | None:
    """The index at one place: constant, the row, or the column."""
    if all(value == values[0] for value in values):
        return values[0]
    for letter, numbers in zip(letters, ([c.row for c in cells], [c.column for c in cells]), strict=True):
        if letter and all(_is_at(reader, value, number, place) for value, number in zip(values, numbers, strict=True)):
            return Name(letter, values[0].span)
    return None


def _is_at(reader: RowCursor, value: Expression | Slice, number: int | None, place: Any) -> bool:
    """Whether an index is the number of its row, or the size of its dimension in the last one."""
    if isinstance(value, Slice):
        return False
    if number is not None:
        return isinstance(value, Number) and value.value == number
    base, position = place
    shape = reader.context.types(base)
    axes = shape.axes if shape is not None else ()
    found = reader.context.types.dimension(value)
    return found is not None and position < len(axes) and found == axes[position]


def _filled(skeleton: Expression, chosen: Sequence[Expression | Slice]) -> Expression:
    def put(node: Any) -> Any:
        if isinstance(node, Name) and node.name.startswith(HOLE):
            return chosen[int(node.name[len(HOLE) :])]
        return node

    return rebuilt(skeleton, put)  # type: ignore[no-any-return]


# --- from an entry to the matrix ------------------------------------------------------------------


class Unindexed:
    """The matrix expression whose entry at (row, column) a tree is; an empty letter stands for no such axis."""

    def __init__(self, reader: RowCursor, span: Span) -> None:
        self._types = reader.context.types
        self._layout = reader.context.scope.layout
        self._functions = reader.context.scope.functions
        self._span = span

    def matrix(self, tree: Expression, row: str, column: str) -> Expression:
        """Raises NotationError (DC173) where there is no such expression."""
        letters = {letter for letter in (row, column) if letter and mentions(tree, letter)}
        if not letters:
            return tree
        match tree:
            case Subscript():
                return self._entry(tree, row, column)
            case Negate(operand):
                return Negate(self.matrix(operand, row, column), tree.span)
            case Binary("@" | "**"):
                if tree.operator == "**" and not any(mentions(tree.right, letter) for letter in letters):
                    return replace(tree, left=self.matrix(tree.left, row, column))
            case Binary(_, left, right):
                return replace(tree, left=self.matrix(left, row, column), right=self.matrix(right, row, column))
            case Call(function, arguments) if catalogue_functions.entrywise(function, self._functions):
                return replace(tree, arguments=tuple(self.matrix(a, row, column) for a in arguments))
            case Derivative():
                return self._derivative(tree, row, column)
            case Reduction("sum", (letter,), None, body):
                return self._sum(tree, letter, body, row, column)
        self._no_entry(tree)

    def _no_entry(self, tree: Expression) -> NoReturn:
        message = f"the general entry `{to_plain(tree)}` is no entry of a matrix expression"
        fail("DC173", message, tree.span, "write the equation entry by entry")

    def _entry(self, tree: Subscript, row: str, column: str) -> Expression:
        base, entries = tree.base, tree.entries
        names = [entry.name if isinstance(entry, Name) else "" for entry in entries]
        shape = self._types(base)
        if shape is None or shape.more or any(mentions(base, letter) for letter in (row, column) if letter):
            self._no_entry(tree)
        if len(entries) == 1:
            return self._standing(base, shape, names[0] == row)
        if len(entries) != 2:
            self._no_entry(tree)
        first, second = (self._role(entry, row, column) for entry in entries)
        if {first, second} in ({"row", "column"}, {"row", "all"}, {"all", "column"}):
            turned = first == "column" or second == "row"
            return Transpose(base, tree.span) if turned else base
        if first == second:
            return self._standing(Call("diag", (base,), 0, tree.span), None, first == "row")
        kept = tuple(
            Slice(e.span) if role in ("row", "column") else e for e, role in zip(entries, (first, second), strict=True)
        )
        sliced = Subscript(base, kept, tree.span)
        return self._standing(sliced, None, "row" in (first, second))

    def _role(self, entry: Expression | Slice, row: str, column: str) -> str:
        if isinstance(entry, Slice):
            return "all"
        if isinstance(entry, Name) and entry.name:
            return "row" if entry.name == row else "column" if entry.name == column else ""
        return ""

    def _standing(self, tree: Expression, shape: Type | None, upright: bool) -> Expression:
        """A vector as a column where its letter is the row's, else as a row."""
        shape = self._types(tree) if shape is None else shape
        if shape is None or not shape.is_vector:
            self._no_entry(tree)
        return tree if bool(shape.row) == upright else Transpose(tree, tree.span)

    def _derivative(self, tree: Derivative, row: str, column: str) -> Expression:
        if len(tree.variables) != 1:
            self._no_entry(tree)
        above, below = tree.numerator, tree.variables[0]
        over = self._letter_of(above, row, column)
        under = self._letter_of(below, row, column)
        if under is None or not isinstance(below, Subscript):
            self._no_entry(tree)
        if over is None:
            return self._gradient(tree, below, row, column)
        if not isinstance(above, Subscript) or len(above.entries) != 1 or len(below.entries) != 1:
            self._no_entry(tree)
        whole: Expression = Derivative(above.base, (below.base,), tree.span)
        if self._layout == "denominator":
            whole = Transpose(whole, tree.span)
        if over == under:
            return self._standing(Call("diag", (whole,), 0, tree.span), None, over == row)
        return whole if over == row else Transpose(whole, tree.span)

    def _gradient(self, tree: Derivative, below: Subscript, row: str, column: str) -> Expression:
        """∂L/∂x_i for a number L: the gradient, standing as its letter asks."""
        shape = self._types(tree.numerator)
        base = self._types(below.base)
        if shape is None or not shape.is_scalar or base is None:
            self._no_entry(tree)
        whole = Derivative(tree.numerator, (below.base,), tree.span)
        names = [entry.name if isinstance(entry, Name) else "" for entry in below.entries]
        if len(names) == 1:
            return self._standing(whole, None, names[0] == row)
        laid = self._layout == "numerator"
        if set(names) == {row, column} and len(names) == 2 and row and column:
            turned = (names[0] == column) != laid
            return Transpose(whole, tree.span) if turned else whole
        self._no_entry(tree)

    def _letter_of(self, tree: Expression, row: str, column: str) -> str | None:
        found = [letter for letter in (row, column) if letter and mentions(tree, letter)]
        return found[0] if found else None

    def _sum(self, tree: Reduction, letter: str, body: Expression, row: str, column: str) -> Expression:
        """Σ_k of a product: the factors with the row times the factors with the column."""
        lefts: list[Expression] = []
        rights: list[Expression] = []
        for factor in _factors(body):
            with_row = bool(row) and mentions(factor, row)
            with_column = bool(column) and mentions(factor, column)
            if with_row and with_column:
                self._no_entry(tree)
            behind = with_column or not (with_row or column)  # of a column of sums, what has no letter of its own
            (rights if behind else lefts).append(factor)
        if not lefts or not rights:
            self._no_entry(tree)
        left = self.matrix(_multiplied(lefts), row if any(mentions(f, row) for f in lefts if row) else "", letter)
        right = self.matrix(_multiplied(rights), letter, column)
        return Binary("@", left, right, tree.span)


def _factors(tree: Expression) -> list[Expression]:
    if isinstance(tree, Binary) and tree.operator == "*":
        return [*_factors(tree.left), *_factors(tree.right)]
    return [tree]


def _multiplied(factors: Sequence[Expression]) -> Expression:
    found = factors[0]
    for factor in factors[1:]:
        found = Binary("*", found, factor, found.span.to(factor.span))
    return found
