"""The operations on whole tensors: reductions over dimensions, and what takes or makes vectors and matrices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

import sympy

from derivcheck.graph.axes import Axes, Axis, Dimension
from derivcheck.graph.derive import ATTAINED
from derivcheck.graph.nodes import (
    Node,
    add,
    constant,
    delta,
    divide,
    extremum,
    held,
    indicator,
    mapped,
    multiply,
    product_over,
    rename,
    size,
    sum_over,
    tensor,
)
from derivcheck.graph.positions import Affine
from derivcheck.graph.scalars import placeholder
from derivcheck.language.catalogue import functions as catalogue_functions
from derivcheck.language.lowering.arrangements import ARRANGEMENTS
from derivcheck.language.lowering.axes import chosen_axes, names_an_axis
from derivcheck.language.lowering.chains import chain
from derivcheck.language.lowering.derivatives import COTANGENT, gradient
from derivcheck.language.lowering.differentials import differential
from derivcheck.language.lowering.letters import dimension_name, index_error
from derivcheck.language.lowering.matrices import (
    arguments,
    diag,
    logarithm_of_determinant,
    matrix_determinant,
    matrix_inverse,
    matrix_power,
    solution,
    trace,
)
from derivcheck.language.lowering.moments import normal_mean
from derivcheck.language.lowering.points import at
from derivcheck.language.lowering.positions import size_of
from derivcheck.language.lowering.remarks import of_one_number
from derivcheck.language.lowering.shapes import (
    divided_into_heads,
    heads_together,
    reshaped,
    sizes_of,
    unvectorised,
)
from derivcheck.language.lowering.state import LoweringState
from derivcheck.language.lowering.values import (
    Value,
    contracted,
    fresh_axes,
    shape_error,
    tensor_value,
    without_units,
)
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.syntax import Binary, Call, Expression, Name, Number

# How the largest singular value is written, which no operation gives.
SPECTRAL = "declare its vectors, `u: {axes: m, given: unit}` and `v: {axes: n, given: unit}`, and write `u.T @ W @ v`"


def without(lowering: LoweringState, node: Node, value: Value, gone: Axes) -> Value:
    """A value with some axes reduced away: what is left is a tensor of its own."""
    left = tuple(axis for axis in value.axes if axis not in gone)
    return tensor_value(node, left, lowering.scope.vectors)


def _reduction(reduce: Callable[[Node, Axes], Node]) -> Callable[[LoweringState, Call], Value]:
    def lowered(lowering: LoweringState, tree: Call) -> Value:
        if not tree.arguments:
            raise lowering.call_error(tree, f"`{tree.function}` needs an argument")
        value = lowering.expression(tree.arguments[0])
        gone = chosen_axes(lowering, value, tree.arguments[1:], tree) or value.axes
        return without(lowering, reduce(value.node, gone), value, gone)

    return lowered


def _mean(lowering: LoweringState, tree: Call) -> Value:
    if tree.arguments:
        lowering.remark(of_one_number(tree, lowering.expression(tree.arguments[0])))
    return _reduction(mean)(lowering, tree)


def mean(node: Node, axes: Axes) -> Node:
    count = multiply(*(size(axis.dimension) for axis in axes)) if axes else constant(1)
    return mapped(placeholder(0) / placeholder(1), sum_over(node, axes), count)


def dimension_of(lowering: LoweringState, tree: Expression) -> Dimension | None:
    """The dimension that a tree names, a fixed one for a number; None where it is none."""
    name = dimension_name(tree, lowering.scope)
    if name is not None:
        return lowering.scope.dimensions[name]
    match tree:
        case Number(value) if value.denominator == 1 and value >= 1:
            return Dimension.fixed(int(value))
        case Binary():
            return size_of(lowering, tree)
        case _:
            return None


def _sides(lowering: LoweringState, tree: Call) -> list[Axes]:
    """Axes for each size that is given, several for a product of sizes."""
    found: list[Axes] = []
    for argument in tree.arguments:
        sizes = sizes_of(lowering, argument)
        if sizes is None:
            raise index_error("DC132", "a dimension is expected", argument.span)
        found.append(fresh_axes(sizes, [axis for side in found for axis in side]))
    return found


def _filled(value: int) -> Callable[[LoweringState, Call], Value]:
    """`ones(n)`, `zeros(n, m)`, `ones(h, t, s)`: the node is constant, only the positions have axes."""

    def lowered(lowering: LoweringState, tree: Call) -> Value:
        sides = _sides(lowering, tree)
        if not sides:
            raise lowering.call_error(tree, f"`{tree.function}` takes dimensions", f"{tree.function}(n)")
        if len(sides) > 2:
            axes = fresh_axes([axis.dimension for side in sides for axis in side], ())
            return Value(constant(value), more=axes)
        down = len(sides) == 2 or lowering.scope.vectors == "column"
        return Value(constant(value), *sides) if down else Value(constant(value), (), *sides)

    return lowered


def _eye(lowering: LoweringState, tree: Call) -> Value:
    sides = _sides(lowering, tree)
    if len(sides) != 1:
        raise lowering.call_error(tree, "`eye` takes one dimension")
    (row,) = sides
    column = fresh_axes([axis.dimension for axis in row], row)
    return Value(multiply(*(delta(i, j) for i, j in zip(row, column, strict=True))), row, column)


def _outer(lowering: LoweringState, tree: Call) -> Value:
    left, right = arguments(lowering, tree, 2)
    if not left.is_vector or not right.is_vector:
        raise shape_error("`outer` needs two vectors", tree.span, f"{left.shape()} and {right.shape()}")
    return contracted(Value(left.node, left.axes, ()), Value(right.node, (), right.axes), tree.span)


def _vec(lowering: LoweringState, tree: Call) -> Value:
    """The entries column by column, or row by row with `vec: rows`, as one column."""
    (value,) = arguments(lowering, tree, 1)
    if value.more:
        raise shape_error("`vec` needs a matrix", tree.span, value.shape())
    first, second = (value.column, value.row) if lowering.scope.vec == "columns" else (value.row, value.column)
    axes = first + second
    return Value(value.node, axes, ()) if lowering.scope.vectors == "column" else Value(value.node, (), axes)


def _kron(lowering: LoweringState, tree: Call) -> Value:
    left, right = arguments(lowering, tree, 2)
    if left.more or right.more:
        raise shape_error("`kron` needs vectors or matrices", tree.span, f"{left.shape()} and {right.shape()}")
    renamed = fresh_axes([axis.dimension for axis in right.axes], left.axes)
    node = rename(right.node, dict(zip(right.axes, renamed, strict=True)))
    row, column = renamed[: len(right.row)], renamed[len(right.row) :]
    return Value(multiply(left.node, node), left.row + row, left.column + column)


def _is_matrix(value: Value) -> bool:
    return len(without_units(value).axes) > 1


def _norm(lowering: LoweringState, tree: Call) -> Value:
    """The Euclidean (Frobenius) norm; `norm(x, 1)` is the sum of absolute values, `norm(X, n)` along an axis.

    `norm(A, 2)` of a matrix is the largest singular value to some and the Frobenius norm to others.
    """
    if not tree.arguments:
        raise lowering.call_error(tree, "`norm` takes a tensor, perhaps 1 or 2, and perhaps axes", "norm(x)")
    value = lowering.expression(tree.arguments[0])
    order, *names = tree.arguments[1:] or (Number(Fraction(2)),)
    if not isinstance(order, Number) and names_an_axis(lowering, value, order):
        order, names = Number(Fraction(2)), [order, *names]
    gone = chosen_axes(lowering, value, tuple(names), tree) or value.axes
    if len(tree.arguments) == 2 and isinstance(order, Number) and order.value == 2 and not names and _is_matrix(value):
        matrix = to_plain(tree.arguments[0])
        raise index_error(
            "DC126",
            f"is `norm({matrix}, 2)` the Frobenius norm or the largest singular value?",
            tree.span,
            value.shape(),
            f"norm({matrix})",
            (
                ("one reading", f"the root of the sum of squares, `norm({matrix})`"),
                ("another reading", "the spectral norm: " + SPECTRAL),
            ),
        )
    match order:
        case Number(number) if number == 2:
            return without(lowering, euclidean(value.node, gone), value, gone)
        case Number(number) if number == 1:
            absolute = catalogue_functions.activation("abs")
            return without(lowering, sum_over(mapped(absolute(placeholder(0)), value.node), gone), value, gone)
        case _:
            along = f"norm({to_plain(tree.arguments[0])}, 2, n) along an axis"
            raise lowering.call_error(tree, "`norm` knows the orders 1 and 2", along)


def euclidean(node: Node, axes: Axes) -> Node:
    x = placeholder(0)
    return mapped(sympy.sqrt(x), sum_over(mapped(x**2, node), axes))


def _dot(lowering: LoweringState, tree: Call) -> Value:
    left, right = arguments(lowering, tree, 2)
    if not left.is_vector or not right.is_vector:
        raise shape_error("`dot` needs two vectors", tree.span, f"{left.shape()} and {right.shape()}")
    return contracted(Value(left.node, (), left.axes), Value(right.node, right.axes, ()), tree.span)


def _attained(lowering: LoweringState, tree: Call) -> Value:
    """1 at the largest entry along the dimensions named, or of all; equal shares where several are as large."""
    if not tree.arguments:
        raise lowering.call_error(tree, "`argmax` needs an argument", "argmax(x)")
    value = lowering.expression(tree.arguments[0])
    axes = chosen_axes(lowering, value, tree.arguments[1:], tree) or value.axes
    attained = mapped(ATTAINED, value.node, extremum("max", value.node, axes))
    shares = divide(attained, sum_over(attained, axes))
    return Value(shares, value.row, value.column, value.more)


def _stop_gradient(lowering: LoweringState, tree: Call) -> Value:
    (value,) = arguments(lowering, tree, 1)
    return Value(held(value.node), value.row, value.column, value.more)


def _delta(lowering: LoweringState, tree: Call) -> Value:
    """Kronecker's delta of two letters or positions."""
    if len(tree.arguments) != 2:
        raise lowering.call_error(tree, "`delta` takes two indices", "delta(i,j)")
    known = None
    for argument in tree.arguments:
        if isinstance(argument, Name) and lowering.letters.is_letter(argument):
            known = lowering.letters.axis(argument.name, argument.span).dimension
    terms: list[Axis | int] = []
    for argument in tree.arguments:
        match argument:
            case Name(letter) if lowering.letters.role(argument) != "value":
                terms.append(lowering.letters.axis(letter, argument.span, known))
            case Number(value) if value.denominator == 1 and value >= 1:
                terms.append(int(value))
            case _:
                raise index_error(
                    "DC144",
                    "`delta` compares index letters or positions",
                    argument.span,
                    _declared_label(lowering, argument),
                )
    return Value(delta(terms[0], terms[1]))


def _declared_label(lowering: LoweringState, tree: Expression) -> str:
    return f"`{tree.name}` is declared and indexes nothing here" if isinstance(tree, Name) else ""


def _window(lowering: LoweringState, tree: Call) -> Value:
    """`window(t, i, k)`: 1 where t = i + k - 1, counting from 1."""
    if len(tree.arguments) != 3:
        raise lowering.call_error(tree, "`window` takes three index letters", "window(t,i,k)")
    axes = []
    for argument in tree.arguments:
        if not isinstance(argument, Name) or lowering.letters.role(argument) == "value":
            raise index_error(
                "DC144", "`window` takes index letters", argument.span, _declared_label(lowering, argument)
            )
        axes.append(lowering.letters.axis(argument.name, argument.span))
    place, start, offset = (Affine.of(axis) for axis in axes)
    return Value(indicator("zero", place.plus(start, -1).plus(offset, -1).plus(Affine.of(1))))


def _opaque(lowering: LoweringState, tree: Call) -> Value:
    """An unspecified scalar function: to first order it is Σ of each argument times an unknown cotangent.

    Every identity between first derivatives holds for arbitrary cotangents; the value
    of the function and its second derivatives are refused elsewhere.
    """
    total = []
    for position, argument in enumerate(tree.arguments):
        value = lowering.expression(argument)
        name = argument.name if isinstance(argument, Name) else f"argument {position + 1}"
        cotangent = tensor(f"{COTANGENT}{name}", value.axes)
        total.append(sum_over(multiply(cotangent, value.node), value.axes))
    if not total:
        raise lowering.call_error(tree, "`opaque` needs an argument")
    return Value(add(*total))


BUILTINS: Mapping[str, Callable[[LoweringState, Call], Value]] = {
    "sum": _reduction(lambda node, axes: sum_over(node, axes)),
    "mean": _mean,
    "prod": _reduction(lambda node, axes: product_over(node, axes)),
    "max": _reduction(lambda node, axes: extremum("max", node, axes)),
    "min": _reduction(lambda node, axes: extremum("min", node, axes)),
    "ones": _filled(1),
    "zeros": _filled(0),
    "eye": _eye,
    "trace": trace,
    "diag": diag,
    "outer": _outer,
    "vec": _vec,
    "kron": _kron,
    "norm": _norm,
    "dot": _dot,
    "delta": _delta,
    "window": _window,
    "opaque": _opaque,
    "det": matrix_determinant,
    "inv": matrix_inverse,
    "logdet": logarithm_of_determinant,
    "solve": solution,
    "matrix_power": matrix_power,
    "argmax": _attained,
    "stop_gradient": _stop_gradient,
    "normal_mean": normal_mean,
    "chain": chain,
    "grad": gradient,
    "differential": differential,
    "at": at,
    "reshape": reshaped,
    "unvec": unvectorised,
    "split_heads": divided_into_heads,
    "merge_heads": heads_together,
    **ARRANGEMENTS,
}
