"""Combinations of positions: what is folded, put in and summed away says the same as before, at every position."""

from __future__ import annotations

import itertools
import random
from collections import Counter

import pytest

from derivcheck.evidence.canonical.form import Canonical
from derivcheck.evidence.exact import identical
from derivcheck.graph.axes import Axis, Dimension
from derivcheck.graph.evaluation import holds, value_at
from derivcheck.graph.nodes import Indicator, Map, Node, add, indicator, multiply, negate, rename, sum_over, tensor
from derivcheck.graph.positions import Affine, is_within, never_negative
from derivcheck.graph.scalars import placeholder
from derivcheck.graph.slices import slice_at

N, M = Dimension.named("n"), Dimension.named("m")
LONG = Dimension((("m", 2), ("n", 1)), -1)  # n + 2m - 1
AXES = (Axis(N, "0"), Axis(N, "1"), Axis(M, "0"), Axis(LONG, "0"))
SIZES = [{"n": 1, "m": 1}, {"n": 2, "m": 1}, {"n": 1, "m": 3}, {"n": 3, "m": 2}]


def some_combination(numbers: random.Random) -> Affine:
    value = Affine.of(Dimension(tuple((n, c) for n in "mn" if (c := numbers.choice([0, 0, 0, -1, 1]))), 0))
    for axis in numbers.sample(AXES, numbers.randint(1, 3)):
        value = value.plus(Affine.of(axis), numbers.choice([-2, -1, -1, 1, 1, 2, 3]))
    return value.plus(Affine.of(numbers.randint(-3, 3)))


def truth(relation: str, value: Affine, place: dict[Axis, int], sizes: dict[str, int]) -> bool:
    total = sum(count * place[axis] for axis, count in value.terms) + value.offset.size(sizes)
    return total == 0 if relation == "zero" else total > 0


def said(node: Node, place: dict[Axis, int], sizes: dict[str, int]) -> int:
    if isinstance(node, Map):
        values = {placeholder(k): said(operand, place, sizes) for k, operand in enumerate(node.operands)}
        return int(node.expression.subs(values))
    assert isinstance(node, Indicator)
    return int(holds(node.relation, [value_at(term, place, sizes) for term in node.terms]))


def places(sizes: dict[str, int]) -> list[dict[Axis, int]]:
    ranges = (range(1, axis.dimension.size(sizes) + 1) for axis in AXES)
    return [dict(zip(AXES, found, strict=True)) for found in itertools.product(*ranges)]


def test_what_is_folded_says_the_same() -> None:
    numbers = random.Random(20)
    kinds: Counter[str] = Counter()
    for _ in range(1000):
        value, relation = some_combination(numbers), numbers.choice(["zero", "positive"])
        node = indicator(relation, value)
        kinds[type(node).__name__ + getattr(node, "relation", "")] += 1
        at = dict.fromkeys(numbers.sample(AXES, 1), 1)
        for sizes in SIZES:
            for place in places(sizes):
                assert said(node, place, sizes) == truth(relation, value, place, sizes), (relation, value, place, sizes)
                if all(place[axis] == 1 for axis in at):
                    assert said(slice_at(node, at), place, sizes) == truth(relation, value, place, sizes)
    assert len(kinds) >= 4, kinds  # decided ones, two terms, and what stays


def test_what_is_said_of_every_size_holds_at_small_ones() -> None:
    numbers = random.Random(21)
    seen = Counter(found for _ in range(400) if (found := _of_sizes(some_combination(numbers))))
    assert min(seen["never negative"], seen["within"]) >= 10


def _of_sizes(value: Affine) -> str:
    values = [truth_value(value, place, sizes) for sizes in SIZES for place in places(sizes)]
    if never_negative(value.least, value.dimensions):
        assert min(values) >= 0
        return "never negative"
    if is_within(value.plus(Affine.of(LONG)), LONG.plus(LONG)):
        assert all(
            1 <= truth_value(value, place, sizes) + LONG.size(sizes) <= 2 * LONG.size(sizes)
            for sizes in SIZES
            for place in places(sizes)
        )
        return "within"
    return ""


def truth_value(value: Affine, place: dict[Axis, int], sizes: dict[str, int]) -> int:
    return sum(count * place[axis] for axis, count in value.terms) + value.offset.size(sizes)


# --- sums over them, in normal form -------------------------------------------------------------------

X, Y = tensor("x", (AXES[0],)), tensor("y", (AXES[3],))


def some_sum(numbers: random.Random) -> Node:
    """A sum over some axes of conditions, and perhaps of entries of a tensor."""
    factors = [indicator(numbers.choice(["zero", "zero", "positive"]), some_combination(numbers)) for _ in range(2)]
    if numbers.random() < 0.5:
        factors.append(numbers.choice([X, Y, rename(X, {AXES[0]: AXES[1]})]))
    node = multiply(*factors)
    return sum_over(node, numbers.sample(AXES, 2)) if numbers.random() < 0.8 else sum_over(node, [AXES[3]])


@pytest.mark.parametrize("seed", range(6))
def test_equal_normal_forms_are_equal_functions(seed: int) -> None:
    numbers = random.Random(seed)
    forms: dict[object, list[Node]] = {}
    canonical = Canonical()
    for _ in range(220):
        node = some_sum(numbers)
        forms.setdefault(tuple(sorted(canonical.form(node).items())), []).append(node)
    equal = [group for group in forms.values() if len(set(group)) > 1]
    assert equal
    for first, *others in equal:
        for other in set(others[:6]) - {first}:
            assert identical(first, other, sizes=SIZES).equal is not False, (first, other)


def axis(name: str, dimension: Dimension) -> Axis:
    return Axis(dimension, name)


I, J, P, Q = axis("i", N), axis("j", N), axis("p", N.plus(M)), axis("q", N.plus(M))


def of(*terms: tuple[int, Axis | Dimension | int]) -> Affine:
    value = Affine()
    for count, term in terms:
        value = value.plus(Affine.of(term), count)
    return value


K = axis("k", M)
FIRST, SECOND = indicator("zero", of((1, P), (-1, I))), indicator("zero", of((1, P), (-1, K), (-1, N)))

EQUAL = [
    ("a part lies in the whole", sum_over(FIRST, [P]), indicator("zero", Affine())),
    ("two parts lie apart", sum_over(multiply(FIRST, SECOND), [P]), indicator("zero", Affine.of(1))),
    (
        "one place has one origin",
        sum_over(multiply(FIRST, rename(FIRST, {I: J})), [P]),
        indicator("zero", of((1, I), (-1, J))),
    ),
    (
        "parts make up the whole",
        add(sum_over(FIRST, [I]), sum_over(SECOND, [K])),
        indicator("zero", Affine()),
    ),
    (
        "what is not positive",
        indicator("positive", of((1, I), (-2, K), (3, 1))),
        add(indicator("zero", Affine()), negate(indicator("positive", of((2, K), (-1, I), (-2, 1))))),
    ),
    (
        "strides are different places",
        sum_over(multiply(*(indicator("zero", of((1, Q), (-2, a), (1, 1))) for a in (I, J))), [Q]),
        multiply(indicator("zero", of((1, I), (-1, J))), sum_over(indicator("zero", of((1, Q), (-2, I), (1, 1))), [Q])),
    ),
]


@pytest.mark.parametrize(("left", "right"), [case[1:] for case in EQUAL], ids=[case[0] for case in EQUAL])
def test_sums_over_conditions(left: Node, right: Node) -> None:
    assert Canonical().equal(left, right).proved
    assert identical(left, right, sizes=[{"n": 3, "m": 2}, {"n": 1, "m": 4}]).equal
