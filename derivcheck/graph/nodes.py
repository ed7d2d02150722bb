"""The graph: a small closed set of node kinds over named axes.

A node is a tensor whose entries are addressed by *axes*, not by positions. A
node that lacks an axis is constant along it, so broadcasting needs no node.
Every node is interned: two nodes that say the same are the same object, and a
node's serial number is larger than its operands', so serial order is a
topological order and nothing has to recurse.
"""

from __future__ import annotations

import itertools
from collections.abc import Container, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any, Literal, TypeVar, Union, cast
from weakref import WeakValueDictionary

import sympy

from derivcheck.graph.axes import Axes, Axis, Dimension
from derivcheck.graph.positions import Affine, Comparing, about_an_end, not_positive, simplified
from derivcheck.graph.scalars import Scalar, placeholder, settled


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Input:
    """A leaf tensor; `axes` in the order of its declaration."""

    name: str
    home: Axes
    axes: Axes
    serial: int


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Quantity:
    """The identity under a name: a layer, a loss, an adjoint. Two names are two variables.

    A name has axes of its own, those of the operand among them: along the others the
    operand is repeated. `m: s * ones(n)` is n numbers, however many of them s is.
    """

    name: str
    operand: Node
    axes: Axes
    serial: int


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Map:
    """A scalar expression in `_0, _1, ...` and size symbols, applied entrywise; operands align by axis."""

    expression: Scalar
    operands: tuple[Node, ...]
    axes: Axes
    serial: int


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Sum:
    """The sum over `bound`, all of them axes of the operand."""

    operand: Node
    bound: Axes
    axes: Axes
    serial: int


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Rename:
    """The operand seen along other axes; `mapping` is simultaneous and injective on the operand's axes."""

    operand: Node
    mapping: tuple[tuple[Axis, Axis], ...]
    axes: Axes
    serial: int


IndicatorRelation = Literal["equal", "less", "zero", "positive"]
IndicatorTerm = Union[Axis, int, Affine]


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Indicator:
    """A 0/1 leaf: `equal(a, b)` is Kronecker's delta, `less(a, b)` is a < b, of two axes of one dimension.

    A term of these is an axis or a position counted from 1. `zero(u)` and `positive(u)` have a
    combination of positions as their only term.
    """

    relation: IndicatorRelation
    terms: tuple[IndicatorTerm, ...]
    axes: Axes
    serial: int


ExtremumKind = Literal["max", "min"]


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Extremum:
    """The largest or smallest entry over `bound`."""

    kind: ExtremumKind
    operand: Node
    bound: Axes
    axes: Axes
    serial: int


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Product:
    """The product over `bound`."""

    operand: Node
    bound: Axes
    axes: Axes
    serial: int


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Inverse:
    """The inverse of the matrices along two axes: Σ_k operand[row=i, column=k] · result[row=k, column=j] = δ_ij."""

    operand: Node
    row: Axis
    column: Axis
    axes: Axes
    serial: int


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Determinant:
    """The determinant of the matrices along `row` and `column`."""

    operand: Node
    row: Axis
    column: Axis
    axes: Axes
    serial: int


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Held:
    """The operand, which stays what it is when anything moves: nothing is differentiated through it."""

    operand: Node
    axes: Axes
    serial: int


Node = Union[Input, Quantity, Map, Sum, Rename, Indicator, Extremum, Product, Inverse, Determinant, Held]


class World:
    """The nodes that may be the same one, and their serial numbers.

    Orders and names follow serial numbers, so that what is built in a world of its own
    comes out the same whatever was built before. Nodes of two worlds must never meet.
    """

    def __init__(self) -> None:
        self.interned: WeakValueDictionary[Hashable, Node] = WeakValueDictionary()
        self.serials = itertools.count()


_world: ContextVar[World] = ContextVar("world", default=World())  # noqa: B039 - one world is meant, shared by all


@contextmanager
def inside(world: World) -> Iterator[None]:
    """Build nodes in a world; another thread stays in its own."""
    token = _world.set(world)
    try:
        yield
    finally:
        _world.reset(token)


Kind = TypeVar("Kind")


def _intern(kind: type[Kind], fields: tuple[Any, ...], axes: Axes) -> Kind:
    key = (kind, fields, axes)
    world = _world.get()
    node = world.interned.get(key)
    if node is None:
        node = cast(Node, cast(Any, kind)(*fields, axes, next(world.serials)))
        world.interned[key] = node
    return cast(Kind, node)


def _union(nodes: Iterable[Node]) -> Axes:
    found: set[Axis] = set()
    for node in nodes:
        found.update(node.axes)
    return tuple(sorted(found))


def operands(node: Node) -> tuple[Node, ...]:
    """The nodes that a node is made of."""
    if isinstance(node, Map):
        return node.operands
    return () if isinstance(node, Input | Indicator) else (node.operand,)


_serial = attrgetter("serial")


def topological(roots: Iterable[Node], cut: Container[Node] = frozenset()) -> list[Node]:
    """Every node the roots are made of, operands first; nodes in `cut` are not looked into."""
    seen: set[Node] = set()
    stack = list(roots)
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            if node not in cut:
                stack.extend(operands(node))
    return sorted(seen, key=_serial)


# --- constructors -----------------------------------------------------------------------------


def tensor(name: str, axes: Axes) -> Node:
    """A leaf tensor with pairwise different axes, in the order of declaration."""
    return _intern(Input, (name, axes), tuple(sorted(axes)))


def quantity(name: str, operand: Node, axes: Iterable[Axis]) -> Node:
    """The operand under a name that has the given axes. Raises ValueError where the operand has others."""
    own = tuple(sorted(axes))
    if not set(operand.axes) <= set(own):
        raise ValueError(f"`{name}` lacks axes of what it stands for")
    return _intern(Quantity, (name, operand), own)


def mapped(expression: Scalar, *nodes: Node) -> Node:
    """`expression` in `_0, _1, ...` applied entrywise; constants are folded, equal operands merged."""
    given = [(node.expression if isinstance(node, Map) and not node.operands else None) for node in nodes]
    pattern = tuple((value, nodes.index(nodes[k])) for k, value in enumerate(given))
    expression, used = _merged(expression, pattern)
    nodes = tuple(nodes[k] for k in used)
    if nodes and expression is placeholder(0):
        return nodes[0]
    return _intern(Map, (expression, nodes), _union(nodes))


@lru_cache(maxsize=1 << 14)
def _merged(expression: Scalar, pattern: tuple[tuple[Scalar | None, int], ...]) -> tuple[Scalar, tuple[int, ...]]:
    """The expression with constants in their places, and the positions of the operands that are left.

    The pattern has the value of each constant operand, None for others, and where an operand stands first.
    """
    kept = list(dict.fromkeys(first for value, first in pattern if value is None))
    if len(kept) < len(pattern):
        replacement = {
            placeholder(position): placeholder(kept.index(first)) if value is None else value
            for position, (value, first) in enumerate(pattern)
        }
        expression = expression.xreplace(replacement)
    if not kept:
        return settled(expression), ()
    symbols = expression.free_symbols
    used = [k for k in range(len(kept)) if placeholder(k) in symbols]
    if len(used) < len(kept):
        expression = expression.xreplace({placeholder(k): placeholder(p) for p, k in enumerate(used)})
    return expression, tuple(kept[k] for k in used)


@cache
def _addition(count: int) -> Scalar:
    return sympy.Add(*(placeholder(k) for k in range(count)))


@cache
def _multiplication(count: int) -> Scalar:
    return sympy.Mul(*(placeholder(k) for k in range(count)))


def constant(value: Scalar | int) -> Node:
    """A scalar that depends on nothing but sizes."""
    return _intern(Map, (sympy.S(value), ()), ())


def size(dimension: Dimension) -> Node:
    return constant(dimension.expression())


_NEGATIVE, _QUOTIENT = -placeholder(0), placeholder(0) / placeholder(1)
ZERO_EXPRESSION = sympy.Integer(0)


def is_zero(node: Node) -> bool:
    return isinstance(node, Map) and not node.operands and bool(node.expression.is_zero)


def is_one(node: Node) -> bool:
    return isinstance(node, Map) and node.expression is sympy.S.One


def add(*nodes: Node) -> Node:
    kept = sorted((node for node in nodes if not is_zero(node)), key=lambda node: node.serial)
    if not kept:
        return constant(0)
    return kept[0] if len(kept) == 1 else mapped(_addition(len(kept)), *kept)


def multiply(*nodes: Node) -> Node:
    if any(is_zero(node) for node in nodes):
        return constant(0)
    kept = sorted((node for node in nodes if not is_one(node)), key=lambda node: node.serial)
    if not kept:
        return constant(1)
    return kept[0] if len(kept) == 1 else mapped(_multiplication(len(kept)), *kept)


def negate(node: Node) -> Node:
    return mapped(_NEGATIVE, node)


def subtract(left: Node, right: Node) -> Node:
    return add(left, negate(right))


def divide(left: Node, right: Node) -> Node:
    return mapped(_QUOTIENT, left, right)


def sum_over(node: Node, axes: Iterable[Axis]) -> Node:
    """Σ over axes; along an axis that the node lacks it is constant, and the sum is a factor of the size."""
    wanted = set(axes)
    missing = sorted(wanted - set(node.axes))
    bound = tuple(sorted(wanted & set(node.axes)))
    if is_zero(node):
        return node
    if bound:
        if isinstance(node, Sum):
            bound = tuple(sorted({*node.bound, *bound}))
            node = node.operand
        node = _intern(Sum, (node, bound), tuple(a for a in node.axes if a not in bound))
    return multiply(node, *(size(axis.dimension) for axis in missing)) if missing else node


def extremum(kind: ExtremumKind, node: Node, axes: Iterable[Axis]) -> Node:
    bound = tuple(sorted(set(axes) & set(node.axes)))
    if not bound:
        return node
    return _intern(Extremum, (kind, node, bound), tuple(a for a in node.axes if a not in bound))


def product_over(node: Node, axes: Iterable[Axis]) -> Node:
    """Π over axes; along an axis that the node lacks it is a power of the size."""
    wanted = set(axes)
    bound = tuple(sorted(wanted & set(node.axes)))
    missing = sorted(wanted - set(bound))
    if bound:
        node = _intern(Product, (node, bound), tuple(a for a in node.axes if a not in bound))
    for axis in missing:
        node = mapped(placeholder(0) ** axis.dimension.expression(), node)
    return node


def inverse(node: Node, row: Axis, column: Axis) -> Node:
    """Raises ValueError where the two axes are one, or of different dimensions."""
    if row == column or row.dimension != column.dimension:
        raise ValueError("the inverse of something that is not square")
    return _intern(Inverse, (node, row, column), tuple(sorted({*node.axes, row, column})))


def determinant(node: Node, row: Axis, column: Axis) -> Node:
    """Raises ValueError where the two axes are one, or of different dimensions."""
    if row == column or row.dimension != column.dimension:
        raise ValueError("the determinant of something that is not square")
    return _intern(Determinant, (node, row, column), tuple(a for a in node.axes if a not in (row, column)))


def held(node: Node) -> Node:
    """The node with no derivative; what depends on nothing has none anyway."""
    if isinstance(node, Held | Indicator) or (isinstance(node, Map) and not node.operands):
        return node
    return _intern(Held, (node,), node.axes)


def rename(node: Node, mapping: Mapping[Axis, Axis]) -> Node:
    """The node along other axes. Raises ValueError where two axes would become one, or dimensions differ."""
    pairs = {a: b for a, b in mapping.items() if a != b and a in node.axes}
    if not pairs:
        return node
    if any(a.dimension != b.dimension for a, b in pairs.items()):
        raise ValueError(f"renaming across dimensions: {pairs}")
    result = tuple(sorted(pairs.get(axis, axis) for axis in node.axes))
    if len(set(result)) < len(result):
        raise ValueError(f"two axes of one tensor renamed to the same axis: {pairs}")
    match node:
        case Indicator():
            return indicator(node.relation, *(_renamed(term, pairs) for term in node.terms))
        case Rename():
            inner = {a: pairs.get(b, b) for a, b in node.mapping}
            outer = {a: b for a, b in pairs.items() if a not in dict(node.mapping).values()}
            return rename(node.operand, {**outer, **inner})
        case _:
            return _intern(Rename, (node, tuple(sorted(pairs.items()))), result)


def indicator(relation: IndicatorRelation, *terms: IndicatorTerm) -> Node:
    """A 0/1 leaf; what is decided by the terms alone is folded."""
    match relation:
        case "zero" | "positive":
            (value,) = terms
            assert isinstance(value, Affine)
            return _of_combination(relation, value)
        case "equal":
            terms = tuple(sorted(terms, key=lambda t: (isinstance(t, int), t if isinstance(t, int) else 0, str(t))))
    left, right = terms
    if left == right:
        return constant(int(relation == "equal"))
    if isinstance(left, int) and isinstance(right, int):
        return constant(int(relation == "less" and left < right))
    if relation == "less" and (left == 1 or right in (1, 2)):
        return indicator("positive", _difference(left, right))
    return _intern(Indicator, (relation, terms), tuple(sorted({t for t in terms if isinstance(t, Axis)})))


def _difference(less: IndicatorTerm, greater: IndicatorTerm) -> Affine:
    first, second = (term if isinstance(term, Affine) else Affine.of(term) for term in (less, greater))
    return second.plus(first, -1)


def _of_combination(relation: Comparing, value: Affine) -> Node:
    end = about_an_end(value) if relation == "positive" else None
    if end is not None:
        there = _of_combination("zero", end[0])
        return there if end[1] else subtract(constant(1), there)
    found = simplified(relation, value)
    match found:
        case bool():
            return constant(int(found))
        case Affine():
            opposite = simplified(relation, not_positive(found)) if relation == "positive" else found
            if isinstance(opposite, tuple):
                return subtract(constant(1), indicator("less", *opposite))
            return _intern(Indicator, (relation, (found,)), tuple(sorted(found.axes)))
        case left, right:
            return indicator("equal" if relation == "zero" else "less", left, right)


def _renamed(term: IndicatorTerm, mapping: Mapping[Axis, Axis]) -> IndicatorTerm:
    match term:
        case Axis():
            return mapping.get(term, term)
        case Affine():
            return term.renamed(mapping)
        case _:
            return term


def delta(left: IndicatorTerm, right: IndicatorTerm) -> Node:
    return indicator("equal", left, right)


def entry(node: Node, axis: Axis, position: int) -> Node:
    """The slice at a position (from 1) of one axis."""
    return sum_over(multiply(node, delta(axis, position)), [axis])


def diagonal(node: Node, kept: Axis, gone: Axis) -> Node:
    """The entries at which two axes of one dimension agree, along `kept`."""
    return sum_over(multiply(node, delta(kept, gone)), [gone])
