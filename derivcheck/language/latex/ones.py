"""Vectors of ones without a size: what stands beside one says how long it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain

from derivcheck.graph.axes import Dimension
from derivcheck.language.latex.cursor import RowCursor
from derivcheck.language.latex.products import DOT_LIKE, Item
from derivcheck.language.lowering.types import Type
from derivcheck.language.notation.syntax import (
    Binary,
    Call,
    Expression,
    Name,
    Negate,
    Number,
    Span,
    Transpose,
    bottom_up,
    rebuilt,
)
from derivcheck.language.tex.errors import fail


def sized_terms(reader: RowCursor, terms: Sequence[Expression]) -> list[Expression]:
    """Vectors of ones in a sum with a tensor have the size of that tensor, `x - s \\mathbf{1}`; beside a matrix the
    number is as good.
    """
    types = {reader.context.types(term) for term in terms if not _unsized_in(reader, term)} - {None, Type()}
    if len(types) != 1:
        return list(terms)
    (wanted,) = types
    assert wanted is not None
    return [_as_term(reader, term, wanted) if _unsized_in(reader, term) else term for term in terms]


def _unsized_in(reader: RowCursor, tree: Expression) -> set[Span]:
    """The vectors of ones without a size in a tree."""
    numbers = {node.span for node in bottom_up(tree) if isinstance(node, Number) and node.value == 1}
    return numbers & reader.context.unsized


def _as_term(reader: RowCursor, term: Expression, wanted: Type) -> Expression:
    number = not wanted.is_vector or (not _names_of(reader, wanted) and _stands_alike(reader, wanted))
    if number and term.span not in reader.context.identities and term.span in _unsized_in(reader, term):
        reader.context.unsized.discard(term.span)
        return term
    return _of_type(reader, term, wanted)


def _of_type(reader: RowCursor, tree: Expression, wanted: Type) -> Expression:
    """The tree with the ones in it of the only size with which it has a type; as it is where there is none."""
    places = _unsized_in(reader, tree)
    made = [_with_size(reader, tree, places, name) for name in _names_of(reader, wanted)]
    fitting = [one for one in made if reader.context.types(one) == wanted]
    if len(fitting) != 1:
        return tree
    reader.context.unsized -= places
    return fitting[0]


def _with_size(reader: RowCursor, tree: Expression, places: set[Span], name: str) -> Expression:
    def put(node: object) -> object:
        match node:
            case Number() if node.span in places:
                function = "eye" if node.span in reader.context.identities else "ones"
                return Call(function, (Name(name, node.span),), 0, node.span)
            case Binary("*", left, right) if _is_matrix_product(reader, left, right, places):
                return replace(node, operator="@")
            case _:
                return node

    return rebuilt(tree, put)  # type: ignore[no-any-return]


def _is_matrix_product(reader: RowCursor, left: Expression, right: Expression, places: set[Span]) -> bool:
    """Whether ones stand beside a tensor: `b \\mathbf{1}^\\top` has b in every column."""
    ones = [_are_ones(tree, places) for tree in (left, right)]
    types = [reader.context.types(tree) for tree in (left, right)]
    beside = [shape for shape, are_ones in zip(types, ones, strict=True) if not are_ones]
    return any(ones) and all(shape is None or not shape.is_scalar for shape in beside)


def _are_ones(tree: Expression, places: set[Span]) -> bool:
    """Whether a tree is ones, transposed or times a number or not: `\\frac{1}{n} \\mathbf{1}`."""
    match tree:
        case Transpose(operand) | Negate(operand) | Binary("/", operand, _):
            return _are_ones(operand, places)
        case Binary("*", left, right):
            return _are_ones(left, places) or _are_ones(right, places)
        case _:
            return tree.span in places


def _names_of(reader: RowCursor, wanted: Type) -> list[str]:
    """The names of the dimensions of a type."""
    return [name for dimension in dict.fromkeys(wanted.axes) if (name := _name_of(reader, dimension))]


def sized_factors(reader: RowCursor, items: Sequence[Item]) -> list[Item]:
    """A vector of ones in a product has the size with which it conforms to the factor beside it, if one alone does."""
    found = list(items)
    for places in (range(len(found)), reversed(range(len(found)))):
        for place in places:
            identity = found[place].tree.span in reader.context.identities
            if len(found) > 1 and _is_unsized(reader, found[place].tree) and not identity:
                found[place] = _sized(reader, found, place)
    for place, item in enumerate(found):
        if _is_unsized(reader, item.tree) and not isinstance(item.tree, Transpose):
            identity = item.tree.span in reader.context.identities
            if (_multiplies if identity else _is_entrywise)(reader, found, place):
                _settle(reader, item.tree)
    return found


def _multiplies(reader: RowCursor, items: Sequence[Item], place: int) -> bool:
    """Whether an identity stands beside a tensor that it leaves as it is: the number is as good."""
    beside = [(reader.context.types(tree), before) for tree, before in _neighbours(reader, items, place)]
    tensors = [(shape, before) for shape, before in beside if shape is None or not shape.is_scalar]
    fits = all(shape is not None and bool(shape.column if before else shape.row) for shape, before in tensors)
    return bool(tensors) and fits and all(one.sign in DOT_LIKE for one in items[place : place + 2])


def _is_entrywise(reader: RowCursor, items: Sequence[Item], place: int) -> bool:
    """Whether a tensor is multiplied by it entry by entry: the number is as good."""
    before = items[place - 1 : place] if items[place].sign == "⊙" else []
    behind = [item for item in items[place + 1 : place + 2] if item.sign == "⊙"]
    types = [reader.context.types(item.tree) for item in (*before, *behind)]
    return any(shape is not None and not shape.is_scalar and _stands_alike(reader, shape) for shape in types)


def _stands_alike(reader: RowCursor, shape: Type) -> bool:
    """Whether a type is no vector, or one that lies as vectors of the spec do."""
    return not shape.is_vector or bool(shape.row) == (reader.context.scope.vectors == "column")


def size_sides(reader: RowCursor, sides: Sequence[Expression]) -> list[Expression]:
    """A vector of ones in a side has the size with which that is like another side."""
    return [_as_side(reader, side, sides) if _unsized_in(reader, side) else side for side in sides]


def _as_side(reader: RowCursor, side: Expression, sides: Sequence[Expression]) -> Expression:
    for other in sides:
        shape = reader.context.types(other)
        if shape is not None and shape.axes and not _unsized_in(reader, other):
            side = _of_type(reader, side, shape)
    return side


def _is_unsized(reader: RowCursor, tree: Expression) -> bool:
    return (tree.operand if isinstance(tree, Transpose) else tree).span in reader.context.unsized


def _sized(reader: RowCursor, items: Sequence[Item], place: int) -> Item:
    item = items[place]
    dimensions = dict.fromkeys(chain.from_iterable(_beside(reader, items, place)))
    fitting = [made for dimension in dimensions if (made := _fits(reader, items, place, dimension)) is not None]
    if len(fitting) != 1:
        return item
    _settle(reader, item.tree)
    return replace(item, tree=fitting[0])


def _settle(reader: RowCursor, tree: Expression) -> None:
    reader.context.unsized.discard((tree.operand if isinstance(tree, Transpose) else tree).span)


def _name_of(reader: RowCursor, dimension: Dimension) -> str:
    """The name of a dimension, empty where it has none."""
    return next((name for name, known in reader.context.scope.dimensions.items() if known == dimension), "")


def _of_size(reader: RowCursor, tree: Expression, dimension: Dimension) -> Expression | None:
    """The vector of ones, transposed as it is written; None for a dimension without a name."""
    name = _name_of(reader, dimension)
    if not name:
        return None
    made = Call("ones", (Name(name, tree.span),), 0, tree.span)
    return Transpose(made, tree.span) if isinstance(tree, Transpose) else made


def _neighbours(reader: RowCursor, items: Sequence[Item], place: int) -> Iterator[tuple[Expression, bool]]:
    """The factors to which it is multiplied as a matrix is, and whether each stands in front."""
    if place and items[place].sign in DOT_LIKE and not _is_unsized(reader, items[place - 1].tree):
        yield items[place - 1].tree, True
    if place + 1 < len(items) and items[place + 1].sign in DOT_LIKE and not _is_unsized(reader, items[place + 1].tree):
        yield items[place + 1].tree, False


def _beside(reader: RowCursor, items: Sequence[Item], place: int) -> Iterator[tuple[Dimension, ...]]:
    for tree, _ in _neighbours(reader, items, place):
        shape = reader.context.types(tree)
        if shape is not None:
            yield tuple(shape.axes)


def _fits(reader: RowCursor, items: Sequence[Item], place: int, dimension: Dimension) -> Expression | None:
    """The ones of that size where they conform to a factor beside them as matrices do."""
    made = _of_size(reader, items[place].tree, dimension)
    if made is None:
        return None
    types, own = reader.context.types, reader.context.types(made)
    contracted = False
    for other, before in _neighbours(reader, items, place):
        shape = types(other)
        if shape is None or own is None or shape.is_scalar:
            continue
        left, right = (shape, own) if before else (own, shape)
        if left.column != right.row:
            return None
        contracted = contracted or bool(left.column)  # of an outer product every size conforms
    return made if contracted else None


def refuse_unsized(reader: RowCursor) -> None:
    """Raise NotationError (DC120) for a vector of ones or an identity whose size is nowhere to be seen."""
    for span in sorted(reader.context.unsized, key=lambda span: span.start):
        shown, identity = reader.source(span), span in reader.context.identities
        what = "identity matrix" if identity else "vector of ones"
        help_ = f"symbols: {{'{shown}': eye(n)}}" if identity else "symbols: {'\\mathbf{1}': ones(n)}"
        fail("DC120", f"the size of the {what} `{shown}` is not known", span, "of which dimension?", help_)
