"""Vectors of ones without a size: what stands beside one says how long it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain

from derivcheck.graph.axes import Dimension
from derivcheck.language.latex.cursor import RowCursor
from derivcheck.language.latex.products import DOT_LIKE, Item
from derivcheck.language.notation.syntax import Call, Expression, Name, Transpose
from derivcheck.language.tex.errors import fail


def size_terms(reader: RowCursor, terms: Sequence[Expression]) -> None:
    """A vector of ones in a sum with a tensor has that tensor's size: the number is as good."""
    sized = (term for term in terms if term.span not in reader.context.unsized)
    types = [reader.context.types(term) for term in sized]
    if any(shape is not None and not shape.is_scalar for shape in types):
        reader.context.unsized -= {term.span for term in terms}


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
    return any(shape is not None and not shape.is_scalar for shape in types)


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


def _of_size(reader: RowCursor, tree: Expression, dimension: Dimension) -> Expression | None:
    """The vector of ones, transposed as it is written; None for a dimension without a name."""
    name = next((name for name, known in reader.context.scope.dimensions.items() if known == dimension), None)
    if name is None:
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
