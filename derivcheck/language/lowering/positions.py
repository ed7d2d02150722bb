"""Index arithmetic: what stands in the brackets of a tensor, `x[2*t + a - 2]`, and an index as a number, `i - j`.

An index is a whole combination of letters, sizes, numbers and digits of such, `(i - 1) // 2` and
`(i - 1) % 2`. It has to be a position of the axis for all letters and sizes, or by the conditions
around it, unless the spec says that what is outside is zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction

from derivcheck.graph.axes import Axes, Axis, Dimension, fresh
from derivcheck.graph.nodes import (
    Node,
    add,
    constant,
    diagonal,
    entry,
    indicator,
    multiply,
    rename,
    size,
    subtract,
    sum_over,
)
from derivcheck.graph.positions import ONE, Affine, divided, never_negative
from derivcheck.language.lowering.digits import digits, quotient
from derivcheck.language.lowering.letters import dimension_name, index_error
from derivcheck.language.lowering.state import LoweringState
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.relations import Relation
from derivcheck.language.notation.syntax import (
    Binary,
    Comparison,
    Condition,
    Expression,
    Junction,
    Name,
    Negate,
    Number,
    Slice,
    whole_number,
)

OPPOSITE: Mapping[Relation, Relation] = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
INDEX = "an index is a letter, a position from 1, or `:`"
EXAMPLE = "letters, sizes and whole numbers may be added, and multiplied by whole numbers: x[2*t + a - 1]"
DIVIDED = "positions are divided by whole numbers: (i - 1) // 2 and (i - 1) % 2, with i from 1"
STEPS = (1, 2, 3)


@dataclass(slots=True)
class Combination:
    """Σ count · position + offset; `unknown` are letters of which no dimension is known yet.

    `digits` say which positions are digits of what, along axes that are summed over.
    """

    value: Affine = field(default_factory=Affine)
    unknown: dict[str, int] = field(default_factory=dict)
    digits: dict[Node, Axes] = field(default_factory=dict)

    def plus(self, other: Combination, factor: int) -> Combination:
        unknown = dict(self.unknown)
        for letter, count in other.unknown.items():
            unknown[letter] = unknown.get(letter, 0) + factor * count
        kept = {letter: count for letter, count in unknown.items() if count}
        return Combination(self.value.plus(other.value, factor), kept, {**self.digits, **other.digits})

    def read(self, node: Node) -> Node:
        """What speaks of digits, at those that there are: exactly one of each."""
        axes = [axis for axes in self.digits.values() for axis in axes]
        return sum_over(multiply(node, *self.digits), axes) if axes else node


def combination(lowering: LoweringState, tree: Expression) -> Combination | None:
    """What a tree says of positions; None where it speaks of anything else."""
    match tree:
        case Number(value) if value.denominator == 1:
            return Combination(Affine.of(int(value)))
        case Negate(operand):
            inner = combination(lowering, operand)
            return None if inner is None else Combination().plus(inner, -1)
        case Binary("+" | "-" as sign, left, right):
            first, second = combination(lowering, left), combination(lowering, right)
            if first is None or second is None:
                return None
            return first.plus(second, 1 if sign == "+" else -1)
        case Binary("*", left, right):
            before, behind = whole_number(left), whole_number(right)
            inner = combination(lowering, left if before is None else right)
            factor = behind if before is None else before
            return None if inner is None or factor is None else Combination().plus(inner, factor)
        case Binary("//" | "%"):
            return _digit(lowering, tree)
        case _:
            return _term(lowering, tree)


def _digit(lowering: LoweringState, tree: Binary) -> Combination | None:
    """`u // c` and `u % c`: u + 1 is c times the one and, counted from 1, the other."""
    found, divisor = combination(lowering, tree.left), whole_number(tree.right)
    if found is None or divisor is None or divisor < 1 or not (found.value.terms or found.unknown):
        return None
    for letter in found.unknown:
        advice = f"`{letter} in 1..n` on the left of the formula, or sum_{{{letter} in 1..n}}(...)"
        raise index_error("DC140", f"nothing says how far the index `{letter}` runs", tree.span, "", advice)
    if not _is_safe(lowering, found.value):
        message = f"`{to_plain(tree.left)}` is negative at some positions"
        raise index_error("DC143", message, tree.left.span, f"it runs from {found.value.least}", "(i - 1) // 2")
    # What is at least c throughout is counted from there on: (i + 1) // 2 is (i - 1) // 2 + 1.
    least = found.value.least
    before = least.constant // divisor if not least.terms else 0
    value = found.value.plus(Affine.of(before * divisor), -1)
    count = value.greatest.plus(Dimension.fixed(divisor))
    rounded = Dimension(count.terms, count.constant - count.constant % divisor)
    many = quotient(rounded, Dimension.fixed(divisor)) or value.greatest.plus(ONE)
    written = " ".join(f"{number}{axis}" for axis, number in value.terms)
    slow, fast = (Axis(d, f"{written}+{value.offset}//{divisor}") for d in (many, Dimension.fixed(divisor)))
    there = digits(value.plus(Affine.of(1)), slow, fast)
    assert there is not None
    digit = Affine.of(slow).plus(Affine.of(before)) if tree.operator == "//" else Affine.of(fast)
    return Combination(digit.plus(Affine.of(1), -1), {}, {**found.digits, there: (slow, fast)})


def _term(lowering: LoweringState, tree: Expression) -> Combination | None:
    letters = lowering.letters
    role = letters.role(tree)
    if isinstance(tree, Name) and role in ("letter", "either", "unknown"):
        if letters.is_letter(tree):
            return Combination(Affine.of(letters.axis(tree.name, tree.span)))
        return Combination(unknown={tree.name: 1})
    name = dimension_name(tree, lowering.scope)
    return None if name is None else Combination(Affine.of(lowering.scope.dimensions[name]))


# --- entries ----------------------------------------------------------------------------------------


def at(lowering: LoweringState, node: Node, axis: Axis, place: Expression) -> Node:
    """A tensor at an index of one of its axes.

    Raises NotationError: DC140 no dimension is known, DC143 no index, DC155 outside of the axis.
    """
    match place:
        case Name() if not _is_limited(lowering, place, axis):
            return _along(node, axis, lowering.letters.axis(place.name, place.span, axis.dimension))
        case Number(number) if number.denominator == 1 and number >= 1:
            return entry(node, axis, int(number))
    found = combination(lowering, place)
    if found is None or isinstance(place, Number):
        raise index_error("DC143", INDEX, place.span, "", EXAMPLE)
    value = _settled(lowering, found, axis, place)
    _refuse_outside(lowering, value, axis.dimension, place)
    return found.read(sum_over(multiply(node, indicator("zero", Affine.of(axis).plus(value, -1))), [axis]))


def _is_limited(lowering: LoweringState, place: Name, axis: Axis) -> bool:
    """Whether a letter runs over a part of an axis because it is written so."""
    known = lowering.letters.dimension(place.name)
    return known not in (None, axis.dimension) and Axis(known, place.name) in lowering.letters.limited


def _along(node: Node, axis: Axis, letter: Axis) -> Node:
    if axis not in node.axes:
        return node
    return diagonal(node, letter, axis) if letter in node.axes else rename(node, {axis: letter})


def _settled(lowering: LoweringState, found: Combination, axis: Axis, place: Expression) -> Affine:
    """The combination with all its letters: one that stands here alone runs as far as the axis goes."""
    value = found.value
    for letter, count in found.unknown.items():
        room = axis.dimension.plus(value.greatest, -1) if count > 0 else value.least.plus(ONE, -1)
        # Where entries outside are zero, an index may run beyond the axis.
        alone = len(found.unknown) == 1 and lowering.scope.padding == "none"
        dimension = divided(room, abs(count)) if alone else None
        if dimension is None:
            raise index_error(
                "DC140",
                f"nothing says how far the index `{letter}` runs",
                place.span,
                "it stands in sums with others alone",
                f"sum_{{{letter} in 1..3}}(...), or another tensor with the index `{letter}`",
            )
        value = value.plus(Affine.of(lowering.letters.axis(letter, place.span, dimension)), count)
    return value


def _refuse_outside(lowering: LoweringState, value: Affine, dimension: Dimension, place: Expression | Slice) -> None:
    """Raise NotationError (DC155) for an index that reaches beyond its axis."""
    below = value.plus(Affine.of(1), -1)
    above = Affine.of(dimension).plus(value, -1)
    if lowering.scope.padding == "zero" or (_is_safe(lowering, below) and _is_safe(lowering, above)):
        return
    written = to_plain(place)
    reach = f"from {value.least} to {value.greatest}"
    advice = "`padding: zero` at the top of the spec where entries outside are zero"
    if _is_safe(lowering, below):
        advice = f"an axis of {value.greatest} entries, or {advice}"
    raise index_error("DC155", f"the index `{written}` runs {reach}", place.span, f"there are {dimension}", advice)


def _is_safe(lowering: LoweringState, value: Affine) -> bool:
    """Whether a combination is 0 or more for all positions and sizes, by one of the conditions around it if need be."""
    if never_negative(value.least, value.dimensions):
        return True
    for guard in lowering.guards:
        for step in STEPS:
            less = value.plus(guard, -step)
            if never_negative(less.least, (*value.dimensions, *guard.dimensions)):
                return True
    return False


def sliced(lowering: LoweringState, node: Node, axis: Axis, place: Slice, along: Axis) -> tuple[Node, Axis]:
    """A tensor at a range of positions of one of its axes, both ends included, and the axis that it has then.

    A bare colon is the whole axis, seen along another one. Raises NotationError (DC143, DC155).
    """
    if place.start is None and place.stop is None:
        return rename(node, {axis: along}), along
    start, stop = (_end(lowering, end) for end in (place.start or Number(Fraction(1)), place.stop))
    last = axis.dimension if stop is None else stop
    assert start is not None
    length = last.plus(start, -1).plus(ONE)
    if never_negative(Dimension(()).plus(length, -1)):
        raise index_error("DC143", f"the range `{to_plain(place)}` has no entries", place.span)
    kept = fresh(length, (*node.axes, along, axis), "range")
    value = Affine.of(kept).plus(Affine.of(start.plus(ONE, -1)))
    _refuse_outside(lowering, value, axis.dimension, place)
    return sum_over(multiply(node, indicator("zero", Affine.of(axis).plus(value, -1))), [axis]), kept


def _end(lowering: LoweringState, tree: Expression | None) -> Dimension | None:
    """A size, or None for none. Raises NotationError (DC143) for what is no size."""
    if tree is None:
        return None
    size = size_of(lowering, tree)
    if size is None:
        raise index_error("DC143", "the ends of a range are positions or sizes", tree.span, "", "x[2:], W[1:k,:]")
    return size


def size_of(lowering: LoweringState, tree: Expression) -> Dimension | None:
    """The size that a tree is; None where it is none."""
    found = combination(lowering, tree)
    return None if found is None or found.unknown or found.digits or found.value.terms else found.value.offset


def runs_to(lowering: LoweringState, letter: str, end: Expression) -> None:
    """Let a free letter run over as many positions. Raises NotationError (DC143) for what is no size."""
    size = _end(lowering, end)
    assert size is not None
    lowering.letters.limit(letter, size)
    lowering.letters.axis(letter, end.span)


# --- numbers ----------------------------------------------------------------------------------------


def position(axis: Axis) -> Node:
    """The number of a position, counted from 1: one more than there are before it."""
    before = fresh(axis.dimension, [axis], "before")
    return add(constant(1), sum_over(indicator("less", before, axis), [before]))


def digit(lowering: LoweringState, tree: Binary) -> Node:
    """A quotient or a remainder as a number. Raises NotationError (DC143) for one of anything but positions."""
    found = combination(lowering, tree)
    if found is None:
        message = f"`{tree.operator}` divides positions by a whole number"
        raise index_error("DC143", message, tree.span, "", DIVIDED)
    terms = (multiply(constant(count), position(axis)) for axis, count in found.value.terms)
    return found.read(add(*terms, size(found.value.offset)))


# --- conditions -------------------------------------------------------------------------------------


def relation(lowering: LoweringState, tree: Comparison) -> Node | None:
    """1 where a comparison of combinations of letters holds, else 0; None where it is one of anything else."""
    difference = _difference(lowering, tree)
    if difference is None:
        return None
    if tree.relation in ("=", "!="):
        equal = difference.read(indicator("zero", difference.value))
        return equal if tree.relation == "=" else subtract(constant(1), equal)
    return difference.read(indicator("positive", _at_least_zero(difference.value, tree.relation).plus(Affine.of(1))))


def reckons(lowering: LoweringState, tree: Comparison) -> bool:
    """Whether letters are compared as parts of sums, not by themselves."""
    return any(isinstance(side, Binary | Negate) for side in (tree.left, tree.right)) and (
        _difference(lowering, tree) is not None
    )


def _difference(lowering: LoweringState, tree: Comparison) -> Combination | None:
    """left - right of a comparison of letters."""
    left, right = combination(lowering, tree.left), combination(lowering, tree.right)
    if left is None or right is None or left.unknown or right.unknown:
        return None
    return left.plus(right, -1) if left.value.terms or right.value.terms else None


def _at_least_zero(difference: Affine, relation: Relation) -> Affine:
    """What is 0 or more where left - right is in this relation to 0; positions are whole numbers."""
    towards = difference if relation in (">", ">=") else difference.times(-1)
    return towards.plus(Affine.of(1), -1) if relation in ("<", ">") else towards


@contextmanager
def given(lowering: LoweringState, condition: Condition | None, holds: bool = True) -> Iterator[None]:
    """What is lowered meanwhile counts only where a condition holds, or where it does not."""
    before = lowering.guards
    if condition is not None:
        lowering.guards = (*before, *_guards(lowering, condition, holds))
    try:
        yield
    finally:
        lowering.guards = before


def _guards(lowering: LoweringState, condition: Condition, holds: bool) -> list[Affine]:
    """Combinations that are 0 or more where a condition holds."""
    if isinstance(condition, Junction):
        if (condition.operator == "and") is not holds:
            return []
        return [g for side in (condition.left, condition.right) for g in _guards(lowering, side, holds)]
    difference = _difference(lowering, condition)
    relation = condition.relation if holds else OPPOSITE.get(condition.relation, condition.relation)
    if difference is None or difference.digits:
        return []
    value, opposite = difference.value, difference.value.times(-1)
    if relation == "=":
        return [value, opposite]
    if relation == "!=":
        # What is never below 0, or never above it, and is not 0 is beyond it: `k != 1`, `k != n`.
        ends = (end for end in (value, opposite) if never_negative(end.least, end.dimensions))
        return [end.plus(Affine.of(1), -1) for end in ends]
    return [_at_least_zero(difference.value, relation)]
