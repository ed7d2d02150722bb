"""Vectors of ones without a size: what stands beside one says how long it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain

from derivcheck.graph.axes import Dimension
from derivcheck.language.latex.cursor import RowCursor
from derivcheck.language.latex.products import DOT_LIKE, Item
from derivcheck.language.lowering.types import Type
from derivcheck.language.notation.syntax import Call, Expression, Name, Number, Span, Transpose, bottom_up, rebuilt
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
    if not wanted.is_vector:
        reader.context.unsized -= {term.span for term in terms}
        return list(terms)
    return [_as_term(reader, term, wanted) if _unsized_in(reader, term) else term for term in terms]


def _unsized_in(reader: RowCursor, tree: Expression) -> set[Span]:
    """The vectors of ones without a size in a tree."""
    numbers = {node.span for node in bottom_up(tree) if isinstance(node, Number) and node.value == 1}
    return numbers & reader.context.unsized


def _as_term(reader: RowCursor, term: Expression, wanted: Type) -> Expression:
    name = _name_of(reader, wanted.axes[0])
    places = _unsized_in(reader, term)

    def put(node: object) -> object:
        ones = isinstance(node, Number) and node.span in places
        return Call("ones", (Name(name, node.span),), 0, node.span) if ones and isinstance(node, Number) else node

    if not name and term.span in places and _stands_alike(reader, wanted):
        reader.context.unsized -= places
        return term
    if reader.context.types(term) != Type():
        return term  # `\mathbf{1} x` is a product of a matrix of ones, not a vector entry by entry
    made: Expression = rebuilt(term, put) if name else term
    if reader.context.types(made) != wanted:
        return term
    reader.context.unsized -= places
    return made


def sized_factors(reader: RowCursor, items: Sequence[Item]) -> list[Item]:
    """A vector of ones in a product has the size with which it conforms to the factor beside it, if one alone does."""
    found = list(items)
    for places in (range(len(found)), reversed(range(len(found)))):
        for place in places:
            if len(found) > 1 and _is_unsized(reader, found[place].tree):
                found[place] = _sized(reader, found, place)
    for place, item in enumerate(found):
        if (
            _is_unsized(reader, item.tree)
            and not isinstance(item.tree, Transpose)
            and _is_entrywise(reader, found, place)
        ):
            _settle(reader, item.tree)
    return found


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
    """A vector of ones that is a whole side has the size of a vector on another side."""
    return [_as_side(reader, side, sides) if _is_unsized(reader, side) else side for side in sides]


def _as_side(reader: RowCursor, side: Expression, sides: Sequence[Expression]) -> Expression:
    for other in sides:
        shape = reader.context.types(other)
        if shape is None or not shape.is_vector:
            continue
        made = _of_size(reader, side, shape.axes[0])
        if made is not None and reader.context.types(made) == shape:
            _settle(reader, side)
            return made
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
    """Raise NotationError (DC120) for a vector of ones whose size is nowhere to be seen."""
    for span in sorted(reader.context.unsized, key=lambda span: span.start):
        fail(
            "DC120",
            f"the size of the vector of ones `{reader.source(span)}` is not known",
            span,
            "of which dimension?",
            "symbols: {'\\mathbf{1}': ones(n)}",
        )
