"""Where a side of an equation has no value: on more than single points, 0/0 is not what it is reduced to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from derivcheck.diagnostics.diagnostic import DerivcheckError
from derivcheck.evidence.canonical.form import Facts
from derivcheck.evidence.extents import extents
from derivcheck.evidence.numeric.program import Program
from derivcheck.evidence.numeric.sampling import STYLES, inputs_of, sample
from derivcheck.evidence.numeric.tensors import Sizes, Tensor
from derivcheck.graph.axes import Axes
from derivcheck.graph.nodes import Input, Map, Node
from derivcheck.graph.sizes import dimensions_of, small_sizes

POINTS = 12
CHOSEN_POINTS = 96  # at which inputs have a few whole numbers: what is compared for equality is equal by chance there
ZERO = 1e-12
NOISE = 1e-8  # relative to the values
NO_VALUE = frozenset({"DC501", "DC502"})


@dataclass(frozen=True, slots=True)
class Divided:
    """A side of an equation, and what it divides by as it is written."""

    worth: Node
    divisors: tuple[Node, ...]


def lost_divisor(first: Divided, second: Divided, facts: Facts | None = None) -> Node | None:
    """A divisor of one side that is zero at a point where the other side has a value; points are drawn at random.

    So x/x is none, and relu(x)/relu(x) is one: it is zero wherever x is negative.
    """
    divisors = (*first.divisors, *second.divisors)
    if not divisors:
        return None
    wanted = (first.worth, second.worth, *divisors)
    sizes, program = small_sizes(dimensions_of(wanted))[-1], Program(divisors)
    inputs, others_too = inputs_of(divisors), inputs_of(wanted)
    for seed in range(POINTS):
        try:
            # A value depends on its own name alone: what the sides need besides is drawn where it is asked for.
            point = sample(inputs, sizes, facts or {}, seed, STYLES[0])
            vanishing = [bool(np.any(np.abs(_array(one)) <= ZERO)) for one in program.run(point, sizes)]
        except (DerivcheckError, ArithmeticError, ValueError):
            return None
        if not any(vanishing):
            continue
        try:
            point = sample(others_too, sizes, facts or {}, seed, STYLES[0])
        except (DerivcheckError, ArithmeticError, ValueError):
            return None
        mine, others = vanishing[: len(first.divisors)], vanishing[len(first.divisors) :]
        for own, other, side, found in ((mine, others, second, first), (others, mine, first, second)):
            if any(own) and not any(other) and _has_a_value(side.worth, point, sizes):
                return found.divisors[own.index(True)]
    return None


@dataclass(frozen=True, slots=True)
class WrittenPart:
    """A part of an equation as it is written: without a value where `worth` has none, or is zero and `divides`."""

    worth: Node
    divides: bool


def values_under(
    condition: Node, parts: Sequence[WrittenPart], facts: Facts | None = None, numbers: Sequence[float] = ()
) -> Literal["some", "none", "unmet"]:
    """Whether every part has a value in some entry in which a condition is 1, at one of many points.

    It is `unmet` where the condition is 1 at none of them. `numbers` are those that it speaks of.
    """
    if any(_is_no_number(part.worth) for part in parts):
        return "none"
    nodes, given = [condition, *(part.worth for part in parts)], facts or {}
    sizes, inputs = small_sizes(dimensions_of(nodes) | extents(nodes, given))[-1], inputs_of(nodes)
    test, program, met = Program((condition,)), Program(nodes), False
    for point in _points(inputs, sizes, given, numbers):
        try:
            with np.errstate(all="ignore"):
                (holds,) = test.run(point, sizes)
                if not np.any(_is_one(holds)):
                    continue
                met = True
                _, *worths = program.run(point, sizes)
        except (ArithmeticError, ValueError):
            continue
        except DerivcheckError as problem:
            if problem.diagnostic.code not in NO_VALUE:
                return "some"  # what is too large, or is not evaluated, says nothing
            continue
        if np.any(_is_one(holds) & _have_values(parts, worths, holds.axes)):
            return "some"
    return "none" if met else "unmet"


def _is_no_number(node: Node) -> bool:
    """Whether a node is a constant like log(0) or log(-1)."""
    if not isinstance(node, Map) or node.operands:
        return False
    return node.expression.is_finite is False or node.expression.is_real is False


def differ_where_met(
    condition: Node, sides: Sequence[Node], facts: Facts | None = None, numbers: Sequence[float] = ()
) -> bool:
    """Whether sides weighted with a condition differ where it is 1 at chosen points alone, never at random ones.

    What is equal almost everywhere, as `sign(s)²` and 1, need not be where `s == 0`. `numbers` as above.
    """
    nodes, given = [condition, *sides], facts or {}
    sizes, inputs = small_sizes(dimensions_of(nodes) | extents(nodes, given))[-1], inputs_of(nodes)
    program, usual = Program(nodes), np.bool_(False)
    for number, point in enumerate(_points(inputs, sizes, given, numbers)):
        try:
            with np.errstate(all="ignore"):
                holds, left, right = program.run(point, sizes)
        except (DerivcheckError, ArithmeticError, ValueError):
            continue
        met = _is_one(holds)
        if number < POINTS:
            usual = usual | met
        elif np.any(met & ~usual) and _differ(left, right, holds.axes, met & ~usual):
            return True
    return False


def _differ(left: Tensor, right: Tensor, axes: Axes, there: Any) -> bool:
    """Whether two values differ in an entry that is `there`, which has the first axes alone."""
    every = (*axes, *dict.fromkeys(axis for side in (left, right) for axis in side.axes if axis not in axes))
    one, other = (np.asarray(side.aligned(every)) for side in (left, right))
    apart = np.abs(one - other) > NOISE * (1 + np.abs(one) + np.abs(other))
    return bool(np.any(apart & np.reshape(there, (*np.shape(there), *[1] * (len(every) - len(axes))))))


def _is_one(condition: Tensor) -> Any:
    return np.real(_array(condition)) > 0.5


def _have_values(parts: Sequence[WrittenPart], worths: Sequence[Tensor], axes: Axes) -> Any:
    """Where, along the axes of a condition, every part has a value, in all entries along its other axes."""
    found: Any = True
    for part, worth in zip(parts, worths, strict=True):
        others = tuple(axis for axis in worth.axes if axis not in axes)
        array = worth.aligned((*axes, *others))
        has = np.isfinite(array) & (np.imag(array) == 0)
        if part.divides:
            has &= np.abs(array) > ZERO
        found = found & np.all(has, axis=tuple(range(len(axes), has.ndim)))
    return found


def _points(
    inputs: Sequence[Node], sizes: Sizes, facts: Facts, numbers: Sequence[float]
) -> Iterator[dict[Node, Tensor]]:
    """Points at which facts hold: anywhere, then such that inputs of which nothing is known are a few whole numbers."""
    free = [node for node in inputs if not (isinstance(node, Input) and facts.get(node.name))]
    for seed in range(POINTS):
        yield sample(inputs, sizes, facts, seed, STYLES[seed % len(STYLES)])
    for seed in range(CHOSEN_POINTS):
        point = sample(inputs, sizes, facts, seed, STYLES[0])
        generator = np.random.default_rng(seed)
        # One number of all, few, or many: so that what is compared is met, and something beside it is left as it is.
        values = generator.choice([0.0, 1.0, -1.0, *numbers], size=1 + seed % 3)
        for node in free:
            array = _array(point[node])
            if generator.random() < 0.75:
                point[node] = Tensor(generator.choice(values, size=array.shape), point[node].axes)
        yield point


def _has_a_value(node: Node, point: dict[Node, Tensor], sizes: Sizes) -> bool:
    try:
        with np.errstate(all="ignore"):
            (found,) = Program((node,)).run(point, sizes)
        return bool(np.all(np.isfinite(_array(found))))
    except (DerivcheckError, ArithmeticError, ValueError):
        return False


def _array(value: Tensor) -> Any:
    return np.asarray(value.array)
