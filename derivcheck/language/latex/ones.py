"""Vectors of ones without a size: what stands beside one says how long it is."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, product

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
    Subscript,
    Transpose,
    bottom_up,
    rebuilt,
)
from derivcheck.language.tex.errors import fail

MAXIMAL_PLACES = 4  # vectors of ones in one term whose sizes are found


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
    number = not wanted.is_vector or (
        not any(_name_of(reader, one) for one in wanted.axes) and _stands_alike(reader, wanted)
    )
    if number and term.span not in reader.context.identities and term.span in _unsized_in(reader, term):
        reader.context.unsized.discard(term.span)
        return term
    return _of_type(reader, term, wanted)


def _of_type(reader: RowCursor, tree: Expression, wanted: Type) -> Expression:
    """The tree with the ones in it of the only sizes with which it has a type; as it is where there are none."""
    return _settled(reader, tree, wanted.axes, lambda made: reader.context.types(made) == wanted)


def _settled(
    reader: RowCursor, tree: Expression, axes: Iterable[Dimension], fits: Callable[[Expression], bool]
) -> Expression:
    """The tree with the ones in it of the only sizes with which it fits; as it is where there are none or several."""
    places = sorted(_unsized_in(reader, tree), key=lambda span: span.start)
    if len(places) > MAXIMAL_PLACES:
        return tree
    types = [reader.context.types(node) for node in bottom_up(tree) if isinstance(node, Name | Subscript)]
    names = _candidates(reader, chain(axes, *(shape.axes for shape in types if shape is not None)))
    sizes = (dict(zip(places, chosen, strict=True)) for chosen in product(names, repeat=len(places)))
    fitting = [made for size in sizes if fits(made := _with_sizes(reader, tree, size))]
    if len(fitting) != 1:
        return tree
    reader.context.unsized.difference_update(places)
    return fitting[0]


def _candidates(reader: RowCursor, axes: Iterable[Dimension]) -> list[str]:
    """The names of some dimensions and of one more: ones that may have that size may have every one."""
    dimensions = dict.fromkeys(axes)
    other = next((name for name, known in reader.context.scope.dimensions.items() if known not in dimensions), "")
    return [name for name in (*(_name_of(reader, one) for one in dimensions), other) if name]


def _with_sizes(reader: RowCursor, tree: Expression, sizes: Mapping[Span, str]) -> Expression:
    def put(node: object) -> object:
        match node:
            case Number() if node.span in sizes:
                function = "eye" if node.span in reader.context.identities else "ones"
                return Call(function, (Name(sizes[node.span], node.span),), 0, node.span)
            case Binary("*", left, right) if _is_matrix_product(reader, left, right, sizes):
                return replace(node, operator="@")
            case _:
                return node

    return rebuilt(tree, put)  # type: ignore[no-any-return]


def _is_matrix_product(reader: RowCursor, left: Expression, right: Expression, places: Container[Span]) -> bool:
    """Whether ones stand beside a tensor: `b \\mathbf{1}^\\top` has b in every column."""
    ones = [_are_ones(tree, places) for tree in (left, right)]
    types = [reader.context.types(tree) for tree in (left, right)]
    beside = [shape for shape, are_ones in zip(types, ones, strict=True) if not are_ones]
    return any(ones) and all(shape is None or not shape.is_scalar for shape in beside)


def _are_ones(tree: Expression, places: Container[Span]) -> bool:
    """Whether a tree is ones, transposed or times a number or not: `\\frac{1}{n} \\mathbf{1}`."""
    match tree:
        case Transpose(operand) | Negate(operand) | Binary("/", operand, _):
            return _are_ones(operand, places)
        case Binary("*", left, right):
            return _are_ones(left, places) or _are_ones(right, places)
        case _:
            return tree.span in places


def sized_factors(reader: RowCursor, items: Sequence[Item]) -> list[Item]:
    """A vector of ones in a product has the size with which it conforms to the factor beside it, if one alone does."""
    found = list(items)
    for places in (range(len(found)), reversed(range(len(found)))):
        for place in places:
            identity = found[place].tree.span in reader.context.identities
            if len(found) > 1 and not identity and _unsized_in(reader, found[place].tree):
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
    """The ones in a factor have the sizes with which it conforms to the factors beside it as matrices do."""
    types, neighbours = reader.context.types, list(_neighbours(reader, items, place))
    beside = [(shape, before) for tree, before in neighbours if (shape := types(tree)) is not None]
    axes = chain.from_iterable(shape.axes for shape, _ in beside)
    tree = _settled(reader, items[place].tree, axes, lambda made: _conforms(types(made), beside))
    return replace(items[place], tree=tree)


def _conforms(own: Type | None, beside: Sequence[tuple[Type, bool]]) -> bool:
    """Whether a factor is contracted with one beside it; of an outer product every size conforms."""
    tensors = [(shape, before) for shape, before in beside if not shape.is_scalar]
    pairs = [(shape, own) if before else (own, shape) for shape, before in tensors if own is not None]
    agree = all(left.column == right.row for left, right in pairs)
    return agree and any(left.column for left, _ in pairs)


def _settle(reader: RowCursor, tree: Expression) -> None:
    reader.context.unsized.discard((tree.operand if isinstance(tree, Transpose) else tree).span)


def _name_of(reader: RowCursor, dimension: Dimension) -> str:
    """The name of a dimension, empty where it has none."""
    return next((name for name, known in reader.context.scope.dimensions.items() if known == dimension), "")


def _neighbours(reader: RowCursor, items: Sequence[Item], place: int) -> Iterator[tuple[Expression, bool]]:
    """The factors to which it is multiplied as a matrix is, and whether each stands in front."""
    if place and items[place].sign in DOT_LIKE and not _is_unsized(reader, items[place - 1].tree):
        yield items[place - 1].tree, True
    if place + 1 < len(items) and items[place + 1].sign in DOT_LIKE and not _is_unsized(reader, items[place + 1].tree):
        yield items[place + 1].tree, False


def refuse_unsized(reader: RowCursor) -> None:
    """Raise NotationError (DC120) for a vector of ones or an identity whose size is nowhere to be seen."""
    for span in sorted(reader.context.unsized, key=lambda span: span.start):
        shown, identity = reader.source(span), span in reader.context.identities
        what = "identity matrix" if identity else "vector of ones"
        help_ = f"symbols: {{'{shown}': eye(n)}}" if identity else "symbols: {'\\mathbf{1}': ones(n)}"
        fail("DC120", f"the size of the {what} `{shown}` is not known", span, "of which dimension?", help_)
