"""The syntax tree of the equation language: what was written, not yet what it means.

Every node remembers the span of the text it was read from; spans do not take
part in comparison, so two texts with one meaning give equal trees.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from typing import Any, Literal, Union, assert_never

from derivcheck.language.notation.relations import Relation


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of character offsets into the text that was parsed."""

    start: int
    stop: int

    def to(self, other: Span) -> Span:
        return Span(min(self.start, other.start), max(self.stop, other.stop))


NOWHERE = Span(0, 0)


@dataclass(frozen=True, slots=True)
class Number:
    """A literal; decimals are kept as exact rationals."""

    value: Fraction
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Name:
    """A tensor, layer, `let` name, dimension, label or index letter: told apart by what is declared."""

    name: str
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Slice:
    """The bare colon of `W[:,j]`, or a range of positions, both ends included: `x[2:k]`, `x[2:]`."""

    span: Span = field(default=NOWHERE, compare=False)
    start: Expression | None = None
    stop: Expression | None = None

    @property
    def whole(self) -> bool:
        return self.start is None and self.stop is None


@dataclass(frozen=True, slots=True)
class Subscript:
    """`base[entries]`: entries of a tensor, or the label of a family's member (`W[l]`, `W[l][i,j]`)."""

    base: Expression
    entries: tuple[Expression | Slice, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Negate:
    operand: Expression
    span: Span = field(default=NOWHERE, compare=False)


BinaryOperator = Literal["+", "-", "*", "/", "@", "**", "//", "%"]


@dataclass(frozen=True, slots=True)
class Binary:
    """`*` is entrywise, `@` contracts, `**` is an entrywise power (plain text also writes `^`).

    `//` and `%` divide positions, as Python divides whole numbers.
    """

    operator: BinaryOperator
    left: Expression
    right: Expression
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Transpose:
    operand: Expression
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """`name(arguments)` with `primes` primes: `sigmoid'(z)` has one. `options` are whole numbers, `stride=2`."""

    function: str
    arguments: tuple[Expression, ...]
    primes: int = 0
    span: Span = field(default=NOWHERE, compare=False)
    options: tuple[tuple[str, Number], ...] = ()


@dataclass(frozen=True, slots=True)
class Derivative:
    """`d numerator / d v1 d v2 ...`; a second derivative has two variables, a Hessian the same twice.

    What is `holding` stays as it is while the variables change, `dq/dz holding m`; nothing is held by an
    empty one (`holding nothing`), nor by None, which leaves it to the formula around it.
    """

    numerator: Expression
    variables: tuple[Expression, ...]
    span: Span = field(default=NOWHERE, compare=False)
    holding: tuple[Expression, ...] | None = None


BooleanOperator = Literal["and", "or"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A condition on index letters or on values: `i == j` is read as relation `=`."""

    relation: Relation
    left: Expression
    right: Expression
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Junction:
    """Two conditions joined by `and` or `or`."""

    operator: BooleanOperator
    left: Condition
    right: Condition
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Conditional:
    """`then if test else otherwise`."""

    test: Condition
    then: Expression
    otherwise: Expression
    span: Span = field(default=NOWHERE, compare=False)


ReductionKind = str  # `sum`, `prod`, `max`, `min`, or the name of another function of the entries along an axis


@dataclass(frozen=True, slots=True)
class Reduction:
    """`sum_k(body)`, `sum_{k != i}(body)`, `prod_k`, `max_k`, `mean_k`: binds its letters in the body.

    `ends` are the limits of its one letter, `sum_{t in 1..T}(body)`; the letter is not bound in them.
    """

    kind: ReductionKind
    letters: tuple[str, ...]
    condition: Condition | None
    body: Expression
    span: Span = field(default=NOWHERE, compare=False)
    ends: tuple[Expression, Expression] | None = None


@dataclass(frozen=True, slots=True)
class Matrix:
    """A written-out matrix `[a, b; c, d]`; one row `[a, b]` is a vector in the spec's orientation."""

    rows: tuple[tuple[Expression, ...], ...]
    span: Span = field(default=NOWHERE, compare=False)


Expression = Union[Number, Name, Subscript, Negate, Binary, Transpose, Call, Derivative, Conditional, Reduction, Matrix]
Condition = Union[Comparison, Junction]
ENDS = (Name, Number)  # nodes that have no parts


@dataclass(frozen=True, slots=True)
class Equation:
    """`side relation side relation ...` with an optional side condition after `where`.

    `relations[k]` stands between `sides[k]` and `sides[k + 1]`. `rivals` are further
    readings of the same text: what is said of the equation must hold of each, and `choice` says what to write for
    one of them. One that `follows` is said to hold under the equation before it.
    """

    sides: tuple[Expression, ...]
    relations: tuple[Relation, ...]
    where: Condition | None = None
    span: Span = field(default=NOWHERE, compare=False)
    rivals: tuple[Equation, ...] = field(default=(), compare=False)
    follows: bool = field(default=False, compare=False)
    choice: str = field(default="", compare=False)

    def changed(self, change: Callable[[Equation], Equation]) -> Equation:
        """The equation with a change made to it and to each of its rivals."""
        return replace(change(self), rivals=tuple(change(rival) for rival in self.rivals))


def children(tree: Expression | Condition | Slice | Equation) -> tuple[Expression | Condition | Slice, ...]:
    """The parts of a tree node, in the order in which they are written."""
    match tree:
        case Number() | Name():
            return ()
        case Slice(_, start, stop):
            return tuple(end for end in (start, stop) if end is not None)
        case Subscript(base, entries):
            return (base, *entries)
        case Negate(operand) | Transpose(operand):
            return (operand,)
        case Binary(_, left, right) | Comparison(_, left, right) | Junction(_, left, right):
            return (left, right)
        case Call(_, arguments):
            return arguments
        case Derivative(numerator, variables):
            return (numerator, *variables, *(tree.holding or ()))
        case Conditional(test, then, otherwise):
            return (then, test, otherwise)
        case Reduction(_, _, condition, body):
            return (*(tree.ends or ()), *(() if condition is None else (condition,)), body)
        case Matrix(rows):
            return tuple(entry for row in rows for entry in row)
        case Equation(sides, _, where):
            return sides if where is None else (*sides, where)
        case _:
            assert_never(tree)


def bottom_up(tree: Expression | Condition | Slice | Equation) -> list[Expression | Condition | Slice | Equation]:
    """Every node of a tree, parts before wholes; takes no recursion, however deep the tree is."""
    found: list[Expression | Condition | Slice | Equation] = []
    waiting: list[Expression | Condition | Slice | Equation] = [tree]
    while waiting:
        node = waiting.pop()
        found.append(node)
        if not isinstance(node, ENDS):
            waiting.extend(children(node))
    found.reverse()
    return found


def rebuilt(tree: Any, change: Callable[[Any], Any]) -> Any:
    """The tree with `change` applied to every node, parts first."""
    made: dict[str, Any] = {}
    for member in fields(tree):
        value = getattr(tree, member.name)
        if isinstance(value, tuple):
            new: Any = tuple(_part(item, change) for item in value)
        else:
            new = _part(value, change)
        if new is not value:
            made[member.name] = new
    return change(replace(tree, **made) if made else tree)


def _part(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, tuple):
        return tuple(_part(item, change) for item in value)
    if hasattr(value, "__dataclass_fields__") and not isinstance(value, Span):
        return rebuilt(value, change)
    return value


def whole_number(tree: Any) -> int | None:
    """The whole number that is written, `3`, `-3` or `3 - 1`; None for anything else."""
    match tree:
        case Binary("+" | "-" as operator, left, right):
            one, other = whole_number(left), whole_number(right)
            return None if one is None or other is None else one + (other if operator == "+" else -other)
        case Number(value) if value.denominator == 1:
            return int(value)
        case Negate(Number(value)) if value.denominator == 1:
            return -int(value)
        case _:
            return None
