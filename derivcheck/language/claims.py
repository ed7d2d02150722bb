"""Claims to graph: an equation becomes pairs of nodes along common axes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from math import prod

from derivcheck.diagnostics.diagnostic import DerivcheckError, Diagnostic, NotationError, UnsupportedError
from derivcheck.graph.axes import Axes, Axis
from derivcheck.graph.derive import Derived
from derivcheck.graph.nodes import Node, add, constant, delta, multiply, rename
from derivcheck.graph.slices import slice_at
from derivcheck.language.lowering.indexed import refuse_bound_and_free
from derivcheck.language.lowering.language import Lowering
from derivcheck.language.lowering.letters import dimension_name, index_error
from derivcheck.language.lowering.memory import LoweringMemory, RememberingLowering
from derivcheck.language.lowering.scope import Scope
from derivcheck.language.lowering.shapes import sizes_of
from derivcheck.language.lowering.summation import over_pairs
from derivcheck.language.lowering.values import (
    Value,
    dimensions,
    fresh_axes,
    onto,
    same_shape,
    shape_error,
    united,
    without_units,
)
from derivcheck.language.notation.relations import BY_NAME, Claimed, Relation
from derivcheck.language.notation.syntax import (
    Binary,
    Call,
    Condition,
    Equation,
    Expression,
    Matrix,
    Name,
    Negate,
    Number,
    Span,
    Transpose,
)

LARGEST_FOLD = 36


@dataclass(frozen=True, slots=True)
class Pair:
    """One link `left relation right`: two nodes along `axes`, the positions of the left side first.

    Where the shapes differ, `shapes` holds both and the nodes are not comparable. `derived` are
    the derivatives that the sides speak of, `condition` is the 1 or 0 that both are weighted with.
    """

    left: Node
    right: Node
    axes: Axes
    relation: Relation
    left_value: Value
    right_value: Value
    left_tree: Expression
    right_tree: Expression
    letters: tuple[Axis, ...] = ()
    shapes: tuple[str, str] | None = None
    where: Condition | None = None
    derived: tuple[Derived, ...] = ()
    condition: Node | None = None

    @property
    def is_entrywise(self) -> bool:
        """Whether both sides are entries at letters."""
        return bool(self.letters)


def pairs(equation: Equation, scope: Scope) -> list[Pair]:
    """The links of an equation. Raises NotationError where a side has no meaning."""
    equation = over_pairs(equation, scope)
    return [
        pair(left, right, relation, equation.where, scope)
        for left, relation, right in zip(equation.sides, equation.relations, equation.sides[1:], strict=False)
    ]


@dataclass(frozen=True, slots=True)
class Link:
    """One step of a chain `left relation right`; `outcome` is its pair, or why it has none.

    `left` is the last side that has a meaning: a side without one is no ground to go on
    from. `before` is the side that stands in front of the relation.
    """

    left: Expression
    right: Expression
    before: Expression
    relation: Relation
    outcome: Pair | NotationError | UnsupportedError


def links_of(equation: Equation, scope: Scope) -> list[Link]:
    """Every step of an equation, those without a meaning too: the steps behind them are judged all the same."""
    found: list[Link] = []
    left = equation.sides[0]
    for before, relation, right in zip(equation.sides, equation.relations, equation.sides[1:], strict=False):
        if BY_NAME[relation].claimed is not Claimed.NOTHING:
            outcome = _outcome(left, right, relation, equation.where, scope)
        else:
            outcome = UnsupportedError(Diagnostic("DC409", BY_NAME[relation].reason))
        found.append(Link(left, right, before, relation, outcome))
        # Only an equality that has no meaning is passed over: `A <= B = C` says nothing of A and C.
        passed_over = isinstance(outcome, NotationError) and relation == "="
        if not passed_over or not isinstance(_outcome(left, left, "=", equation.where, scope), Pair):
            left = right
    return found


def _outcome(
    left: Expression, right: Expression, relation: Relation, where: Condition | None, scope: Scope
) -> Pair | NotationError | UnsupportedError:
    try:
        return pair(left, right, relation, where, scope)
    except (NotationError, UnsupportedError) as problem:
        return problem


def pair(
    left: Expression,
    right: Expression,
    relation: Relation,
    where: Condition | None,
    scope: Scope,
    memory: LoweringMemory | None = None,
) -> Pair:
    """One link lowered: letters are shared, a literal 0 stands for zero of any shape.

    A `memory` knows what parts of other links mean in the same scope.
    """
    if _is_shape(left) or _is_shape(right):
        return _shape_pair(left, right, relation, scope)
    lowering = Lowering(scope) if memory is None else RememberingLowering(scope, memory)
    for tree in (left, right):
        lowering.letters.learn(tree)
    if where is not None:
        lowering.letters.learn(where)
    for tree in (left, right):
        lowering.letters.settle(tree, partial(_axes_of, scope))
    lowering.letters.generalise()
    first = lowering.expression(left)
    on_left = dict(lowering.letters.used_free)
    refuse_bound_and_free(lowering, on_left)
    lowering.letters.used_free.clear()
    lowering.letters.ever_bound.clear()
    second = lowering.expression(right)
    on_right = dict(lowering.letters.used_free)
    refuse_bound_and_free(lowering, on_right)
    _refuse_unmatched(on_left, on_right)
    letters = tuple(lowering.letters.axis(name, span) for name, span in {**on_left, **on_right}.items())
    test = None
    if where is not None:
        condition = lowering.condition(where)
        if not condition.is_scalar and not (same_shape(condition, first) or same_shape(condition, second)):
            label = f"the condition is {condition.shape()}, the sides are {first.shape()}"
            raise shape_error("a condition of another shape", where.span, label, help_="name entries: `a[i] == 0`")
        test = condition.node
        letters = tuple(
            dict.fromkeys((*letters, *(lowering.letters.axis(n, s) for n, s in lowering.letters.used_free.items())))
        )
        first = _weighted(first, test)
        second = _weighted(second, test)
    found = conformed(first, second, relation, left, right, letters, where)
    return replace(found, derived=tuple(lowering.derived), condition=test)


def _axes_of(scope: Scope, tree: Expression) -> Axes:
    """The axes of a formula by itself; none where it has no meaning, or needs letters of the formula round it."""
    try:
        return Lowering(scope).expression(tree).axes
    except DerivcheckError:
        return ()


def conformed(
    first: Value,
    second: Value,
    relation: Relation,
    left: Expression,
    right: Expression,
    letters: tuple[Axis, ...] = (),
    where: Condition | None = None,
) -> Pair:
    """Both values along common axes, or a pair that records that their shapes differ."""
    shapes = None
    second_node = second.node
    if _is_literal_zero(right):
        pass
    elif _is_literal_zero(left):
        first = Value(first.node, second.row, second.column, second.more)
    elif not same_shape(first, second) and same_shape(without_units(first), without_units(second)):
        # n·1 rows, of `vec` or `kron`, are n.
        first, second = without_units(first), without_units(second)
        second_node = onto(second, first)
    elif not same_shape(first, second) and same_shape(united(first), united(second)):
        # 3·n rows are 3*n.
        first, second = united(first), united(second)
        second_node = onto(second, first)
    elif not same_shape(first, second) and (folded := _folded(second, first)) is not None:
        second_node = onto(folded, first)
    elif not same_shape(first, second):
        shapes = (first.shape(), second.shape())
    else:
        second_node = onto(second, first)
    axes = (*first.axes, *letters)
    return Pair(first.node, second_node, axes, relation, first, second, left, right, letters, shapes, where)


def _is_literal_zero(tree: Expression) -> bool:
    """Whether a side is written `0`: that is zero of any shape. What only comes out as zero has a shape of its own."""
    while isinstance(tree, Negate):
        tree = tree.operand
    return isinstance(tree, Number) and tree.value == 0


def proportional(link: Pair) -> Pair | None:
    """`A ∝ B` as A_i B_j = A_j B_i: one factor for every entry; None between numbers, where there always is one."""
    if not link.axes or link.shapes is not None:
        return None
    others = fresh_axes([axis.dimension for axis in link.axes], (*link.axes, *link.left.axes, *link.right.axes))
    there = dict(zip(link.axes, others, strict=True))
    left = multiply(link.left, rename(link.right, there))
    right = multiply(rename(link.left, there), link.right)
    return replace(link, left=left, right=right, axes=(*link.axes, *others), relation="=")


def _folded(value: Value, target: Value) -> Value | None:
    """The value with rows and columns of fixed sizes divided as the target's are: 4 rows as 2·2; None where not equal.

    The first axis of several is the slowest, as in `vec` and `kron`.
    """
    if value.more or target.more:
        return None
    node, made = value.node, []
    for axes, wanted in ((value.row, target.row), (value.column, target.column)):
        if dimensions(axes) == dimensions(wanted):
            made.append(axes)
            continue
        count = _fixed(axes)
        if count is None or count != _fixed(wanted) or count > LARGEST_FOLD:
            return None
        new = fresh_axes([axis.dimension for axis in wanted], (*value.node.axes, *node.axes, *value.axes, *target.axes))
        parts = []
        for old_place, new_place in zip(_places(axes), _places(new), strict=True):
            part = slice_at(node, dict(zip(axes, old_place, strict=True)))
            parts.append(
                multiply(part, *(delta(axis, position) for axis, position in zip(new, new_place, strict=True)))
            )
        node = add(*parts)
        made.append(tuple(new))
    return Value(node, *made)


def _fixed(axes: Axes) -> int | None:
    """How many entries axes of fixed sizes have together."""
    if any(axis.dimension.terms for axis in axes):
        return None
    return prod(axis.dimension.constant for axis in axes)


def _places(axes: Axes) -> Iterator[tuple[int, ...]]:
    return product(*(range(1, axis.dimension.constant + 1) for axis in axes))


def _weighted(value: Value, test: Node) -> Value:
    return Value(multiply(value.node, test), value.row, value.column, value.more)


def _refuse_unmatched(on_left: Mapping[str, Span], on_right: Mapping[str, Span]) -> None:
    for letter, span in on_right.items():
        if letter not in on_left:
            raise index_error(
                "DC151",
                f"the index `{letter}` is free on the right and does not stand on the left",
                span,
                "sum over it, or index the left side with it",
                f"sum_{letter}(...); `sums: einstein` in the spec where repeated indices are summed",
            )


# --- claims about shapes ----------------------------------------------------------------------


def _is_shape(tree: Expression) -> bool:
    return isinstance(tree, Call) and tree.function == "shape"


def _shape_pair(left: Expression, right: Expression, relation: Relation, scope: Scope) -> Pair:
    """`shape(E) = [n1, n0]`: equal dimensions make equal numbers, different ones do not."""
    shapes = [_shape_of(tree, scope) for tree in (left, right)]
    equal = shapes[0] == shapes[1]
    first, second = constant(1), constant(1 if equal else 0)
    scalar = Value(constant(0))
    found = None if equal else (_listed(shapes[0]), _listed(shapes[1]))
    return Pair(first, second, (), relation, scalar, scalar, left, right, (), found)


def _listed(shape: tuple[object, ...]) -> str:
    return "[" + ", ".join(str(part) for part in shape) + "]"


def _shape_of(tree: Expression, scope: Scope) -> tuple[object, ...]:
    match tree:
        case Call("shape", (Name(name),)) if name in scope.opaque_losses:
            return ()
        case Call("shape", (inner,)):
            value = Lowering(scope).expression(inner)
            if value.more or value.is_scalar:
                return tuple(str(axis.dimension) for axis in value.axes)
            if not value.row or not value.column:
                # A vector in the spec's own orientation is [n]; turned, it shows its 1.
                native = bool(value.row) == (scope.vectors == "column")
                name = "·".join(str(axis.dimension) for axis in value.axes)
                return (name,) if native else (("1", name) if value.column else (name, "1"))
            return tuple("·".join(str(a.dimension) for a in side) for side in (value.row, value.column))
        case Transpose(Matrix() as listed):
            # LaTeX shows one row as a row.
            return _shape_of(listed, scope)
        case Matrix(rows):
            entries = rows[0] if rows else ()
            return tuple(_dimension_text(entry, scope) for entry in entries)
        case _:
            raise index_error("DC152", "a shape is compared with a shape", tree.span, "", "shape(W1) = [n1, n0]")


def _dimension_text(tree: Expression, scope: Scope) -> str:
    match tree:
        case Number(value):
            return str(value)
        case _ if (name := dimension_name(tree, scope)) is not None:
            return name
        case Binary() if (sizes := sizes_of(Lowering(scope), tree)) is not None:
            return "·".join(map(str, sizes))
        case _:
            raise index_error("DC152", "a shape lists dimensions", tree.span, "", "[n1, n0]")
