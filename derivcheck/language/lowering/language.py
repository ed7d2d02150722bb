"""The lowering of expressions: one method per kind of syntax node."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache

import sympy

from derivcheck.diagnostics.diagnostic import Diagnostic, UnsupportedError
from derivcheck.graph.axes import Axes, Axis, Dimension, fresh
from derivcheck.graph.nodes import (
    Map,
    Node,
    add,
    constant,
    delta,
    divide,
    mapped,
    multiply,
    negate,
    rename,
    size,
    subtract,
)
from derivcheck.graph.positions import never_negative
from derivcheck.graph.scalars import Scalar, placeholder, power
from derivcheck.language.lowering import (
    arrangements,
    binders,
    calls,
    comparisons,
    derivatives,
    lookups,
    operations,
    positions,
    ranges,
    unrolled,
)
from derivcheck.language.lowering.letters import count_error, dimension_name, index_error, member_name
from derivcheck.language.lowering.remarks import of_every_pair
from derivcheck.language.lowering.state import LoweringState
from derivcheck.language.lowering.values import Value, broadcast, contracted, shape_error, tensor_value
from derivcheck.language.notation.printer import to_plain
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
    Span,
    Subscript,
    Transpose,
)

POWER = placeholder(0) ** placeholder(1)
ENTRYWISE: dict[str, Callable[[Node, Node], Node]] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "**": lambda left, right: mapped(POWER, left, right),
}


@cache
def _choice() -> Scalar:
    """The first of two values where a third is 1, the second where it is 0."""
    return sympy.Piecewise((placeholder(0), placeholder(2) > sympy.Rational(1, 2)), (placeholder(1), True))


class Lowering(LoweringState):
    """Lowers the expressions of one equation: one method per kind of syntax node."""

    def expression(self, tree: Expression) -> Value:
        match tree:
            case Number(value):
                return Value(constant(sympy.Rational(value.numerator, value.denominator)))
            case Name():
                return self.name(tree)
            case Subscript():
                return self.subscript(tree)
            case Negate(operand):
                inner = self.expression(operand)
                return Value(negate(inner.node), inner.row, inner.column, inner.more)
            case Binary():
                return self.binary(tree)
            case Transpose(operand):
                inner = self.expression(operand)
                if inner.more:
                    raise shape_error(
                        "a transpose needs a vector or a matrix",
                        operand.span,
                        inner.shape(),
                        help_=_exchanged(operand, len(inner.more)),
                    )
                return inner.transposed()
            case Call():
                return calls.call(self, tree)
            case Derivative():
                return derivatives.derivative(self, tree)
            case Conditional():
                return self.conditional(tree)
            case Reduction():
                return self.reduction(tree)
            case Matrix(rows):
                return self.matrix(tree, rows)

    # --- names and entries ----------------------------------------------------------------

    def name(self, tree: Name) -> Value:
        name = tree.name
        if name in self.scope.values:
            self._refuse_opaque(name, tree.span)
            if self.scope.values[name].is_scalar and self.letters.is_letter(tree):
                raise self.letters.ambiguous(tree)
            return self._named(name)
        if name in self.scope.dimensions:
            if self.letters.is_letter(tree):
                raise self.letters.ambiguous(tree)
            return Value(size(self.scope.dimensions[name]))
        if name == "pi":
            return Value(constant(sympy.pi))
        if self.letters.role(tree) == "letter":
            return Value(positions.position(self.letters.axis(name, tree.span)))
        if name in self.letters.head[1]:
            raise self.letters.unlimited(tree)
        raise self.unknown(name, tree.span)

    def _named(self, name: str) -> Value:
        self.derived.update(dict.fromkeys(self.scope.derived.get(name, ())))
        return self.scope.values[name]

    def _refuse_opaque(self, name: str, span: Span) -> None:
        if name in self.scope.opaque_losses and not self.in_numerator:
            advice = f"its derivatives, d{name}/d..., or a function of each entry, `functions: {{f: opaque}}`"
            raise UnsupportedError(
                Diagnostic("DC403", f"the opaque number `{name}` has derivatives but no value", help=advice)
            )

    def _refuse_differential(self, tree: Binary) -> None:
        """`d Cᵀ` with a number called d: the product with d, or the differential."""
        if isinstance(tree.left, Name) and tree.left.name == "d" and self.expression(tree.left).is_scalar:
            inner = to_plain(tree.right)
            raise index_error(
                "DC118",
                "a differential, or a product with `d`?",
                tree.span,
                "which of them?",
                f"differential({inner}), or d * {inner}",
                (("one reading", f"the differential of {inner}"), ("another reading", f"the product d * {inner}")),
            )

    def subscript(self, tree: Subscript) -> Value:
        member = member_name(tree, self.scope)
        if member is not None:
            self._refuse_opaque(member, tree.span)
            return self._named(member)
        length = dimension_name(tree, self.scope)
        if length is not None and isinstance(tree.base, Name) and tree.base.name not in self.scope.values:
            return Value(size(self.scope.dimensions[length]))
        ranges.refuse_open_label(tree, self.scope)
        if (
            isinstance(tree.base, Name)
            and tree.base.name not in self.scope.values
            and any(name.startswith(f"{tree.base.name}[") for name in self.scope.values)
        ):
            known = sorted(name for name in self.scope.values if name.startswith(f"{tree.base.name}["))
            raise index_error(
                "DC121",
                f"the family `{tree.base.name}` has no such member",
                tree.span,
                "",
                known[0],
                (("members", ", ".join(known)),),
            )
        base = self.expression(tree.base)
        axes = base.axes
        if len(axes) != len(tree.entries):
            raise count_error(tree, len(axes), base.shape())
        return self.entries(base, tree)

    def entries(self, base: Value, tree: Subscript) -> Value:
        """The slice of a value at letters, positions and bare colons."""
        node = base.node
        # Out of the way first, so that a letter's axis can be given to any position.
        staging = [fresh(axis.dimension, (*node.axes, *base.axes), f"at{k}.") for k, axis in enumerate(base.axes)]
        node = rename(node, dict(zip(base.axes, staging, strict=True)))
        homes: dict[Axis, Axes] = {}
        for axis, original, place in zip(staging, base.axes, tree.entries, strict=True):
            if isinstance(place, Slice):
                node, left = positions.sliced(self, node, axis, place, original)
                homes[original] = (left,)
            elif lookups.is_lookup(self, place):
                node, homes[original] = lookups.looked_up(self, node, axis, place)
            else:
                node = positions.at(self, node, axis, place)
        return self._sliced(base, node, homes)

    def _sliced(self, base: Value, node: Node, homes: Mapping[Axis, Axes]) -> Value:
        """What is left of a value: for each axis what stands in its place, a part of itself or what is looked up."""
        kept = tuple(axis for original in base.axes for axis in homes.get(original, ()))
        if not kept:
            return Value(node)
        if base.more or any(len(axes) > 1 for axes in homes.values()):
            return tensor_value(node, kept, self.scope.vectors)
        row, column = (tuple(a for o in side for a in homes.get(o, ())) for side in (base.row, base.column))
        return Value(node, row, column)

    # --- operators ------------------------------------------------------------------------

    def binary(self, tree: Binary) -> Value:
        if tree.operator == "@":
            self._refuse_differential(tree)
            return contracted(self.expression(tree.left), self.expression(tree.right), tree.span)
        if tree.operator in ("//", "%"):
            return Value(positions.digit(self, tree))
        left, right = self.expression(tree.left), self.expression(tree.right)
        if tree.operator == "**" and not right.is_scalar:
            raise shape_error("an exponent is a scalar", tree.right.span, right.shape())
        first, second, shape = broadcast(left, right, tree.span, tree.operator)
        self.remark(of_every_pair(tree, left, right))
        if tree.operator == "**":
            self._refuse_huge_power(first, second, tree)
        return Value(ENTRYWISE[tree.operator](first, second), shape.row, shape.column, shape.more)

    def _refuse_huge_power(self, base: Node, exponent: Node, tree: Binary) -> None:
        """Constants are folded: 9^9^9 must not be."""
        if isinstance(exponent, Map) and not exponent.operands:
            constant_base = base.expression if isinstance(base, Map) and not base.operands else placeholder(0)
            try:
                power(constant_base, exponent.expression)
            except OverflowError as problem:
                raise index_error("DC112", str(problem), tree.right.span) from None

    def matrix(self, tree: Matrix, rows: tuple[tuple[Expression, ...], ...]) -> Value:
        """A written-out matrix: its dimensions have fixed sizes; one row of numbers is a vector."""
        if not rows:
            raise shape_error("a written-out matrix has entries", tree.span, "none here")
        values = [[self.expression(e) for e in row] for row in rows]
        if not all(value.is_scalar for row in values for value in row):
            return arrangements.blocks(self, tree, values)
        down, across = Dimension.fixed(len(rows)), Dimension.fixed(len(rows[0]))
        if len(rows) == 1:
            axis = Axis(across, "0")
            node = add(*(multiply(v.node, delta(axis, k)) for k, v in enumerate(values[0], 1)))
            return Value(node, (axis,), ()) if self.scope.vectors == "column" else Value(node, (), (axis,))
        i, j = Axis(down, "0"), Axis(across, "1")
        node = add(
            *(
                multiply(v.node, delta(i, r), delta(j, c))
                for r, row in enumerate(values, 1)
                for c, v in enumerate(row, 1)
            )
        )
        return Value(node, (i,), (j,))

    # --- cases and reductions -------------------------------------------------------------

    def conditional(self, tree: Conditional) -> Value:
        if isinstance(tree.test, Junction) and not comparisons.is_of_letters(self, tree.test):
            return self.conditional(_one_by_one(tree, tree.test))
        with positions.given(self, tree.test):
            then = self.expression(tree.then)
        with positions.given(self, tree.test, holds=False):
            otherwise = self.expression(tree.otherwise)
        first, second, shape = broadcast(then, otherwise, tree.span, "if")
        chosen = self.condition(tree.test)
        first, chosen_node, target = broadcast(
            Value(first, shape.row, shape.column, shape.more), chosen, tree.span, "if"
        )
        second, _, _ = broadcast(Value(second, shape.row, shape.column, shape.more), chosen, tree.span, "if")
        # Both branches weighted with 1 and 0; a branch that is undefined is not reached by an index.
        if comparisons.is_of_letters(self, tree.test):
            node = add(multiply(chosen_node, first), multiply(subtract(constant(1), chosen_node), second))
        else:
            node = mapped(_choice(), first, second, chosen_node)
        return Value(node, target.row, target.column, target.more)

    def condition(self, tree: Condition) -> Value:
        """1 where the condition holds, 0 elsewhere."""
        match tree:
            case Junction(operator, left, right):
                a, b, shape = broadcast(self.condition(left), self.condition(right), tree.span, operator)
                both = multiply(a, b)
                node = both if operator == "and" else subtract(add(a, b), both)
                return Value(node, shape.row, shape.column, shape.more)
            case Comparison():
                return comparisons.comparison(self, tree)

    def reduction(self, tree: Reduction) -> Value:
        labels = ranges.label_letters(tree, self.scope)
        if labels:
            return unrolled.reduced(self, tree, labels)
        self.letters.bind(tree)
        try:
            tree = self._limited(tree)
            with positions.given(self, tree.condition):
                body = self.expression(tree.body)
            if body.axes and tree.kind not in ("sum", "mean"):
                raise shape_error(
                    f"the body of an indexed `{tree.kind}` is a scalar",
                    tree.body.span,
                    body.shape(),
                    help_="index every tensor in it",
                    code="DC145",
                )
            axes = self.letters.bound_axes(tree)
            test = None if tree.condition is None else self.condition(tree.condition).node
        finally:
            self.letters.release()
        return Value(binders.reduced(tree, body.node, tuple(axes), test), body.row, body.column, body.more)

    def _limited(self, tree: Reduction) -> Reduction:
        """The limits of an index are those of its dimension, a part of it, or all that is known of how far it runs.

        Raises NotationError (DC119) for limits that go beyond it at some sizes.
        """
        if tree.ends is None:
            return tree
        (letter, *_), (first, last) = tree.letters, tree.ends
        known = self.letters.dimension(letter)
        start, end = (None if ends is None else ends[k] for k, ends in enumerate(map(self._reach, tree.ends)))
        inside = start is not None and end is not None and never_negative(start.plus(Dimension.fixed(-1)))
        if inside and known is not None and end is not None:
            inside = never_negative(known.plus(end, -1))
        fixed = all(operations.dimension_of(self, limit) is not None for limit in tree.ends)
        if not inside or end is None or (known is None and fixed and start != Dimension.fixed(1)):
            raise index_error(
                "DC119",
                f"the index `{letter}` runs over `{known}`" if known else f"the index `{letter}` starts at 1",
                last.span,
                "no limits here but those of its dimension" if known else "it indexes no tensor by itself",
                f"{tree.kind}_{letter}(...), or {tree.kind}_{{{letter} <= {to_plain(last)}}}(...) for a part",
            )
        if fixed and start == Dimension.fixed(1):
            self.letters.limit(letter, end)
            return tree
        if known is None:
            self.letters.limit(letter, end)
            known = end
        condition: Condition = Comparison(">=", Name(letter, first.span), first, first.span)
        if operations.dimension_of(self, last) != known:
            condition = Junction(
                "and", condition, Comparison("<=", Name(letter, last.span), last, last.span), last.span
            )
        if tree.condition is not None:
            condition = Junction("and", condition, tree.condition, tree.condition.span)
        return replace(tree, condition=condition, ends=None)

    def _reach(self, limit: Expression) -> tuple[Dimension, Dimension] | None:
        """The least and the greatest position that a limit is: twice a size, or those of an index, `1..i-1`."""
        size = operations.dimension_of(self, limit)
        if size is not None:
            return size, size
        found = positions.combination(self, limit)
        if found is None or found.digits:
            return None
        for letter in found.unknown:
            advice = f"`{letter} in 1..n` on the left of the formula"
            raise index_error("DC140", f"nothing says how far the index `{letter}` runs", limit.span, "", advice)
        return found.value.least, found.value.greatest


def _exchanged(tree: Expression, axes: int) -> str:
    """A tensor with its last two axes exchanged: the transposes of its matrices."""
    return f"swapaxes({to_plain(tree)}, {axes - 1}, {axes})"


def _one_by_one(tree: Conditional, test: Junction) -> Conditional:
    """`a if c and d else b` as `(a if d else b) if c else b`: each condition alone is a case of its value."""
    last = replace(tree, test=test.right)
    if test.operator == "and":
        return replace(tree, test=test.left, then=last)
    return replace(tree, test=test.left, otherwise=last)
