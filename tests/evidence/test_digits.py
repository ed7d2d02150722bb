"""Numbers and their digits in canonical forms, against all positions there are."""

from __future__ import annotations

import itertools
import random

import pytest

from derivcheck.evidence.canonical.affine import by_digits
from derivcheck.graph.axes import Axis, Dimension
from derivcheck.graph.positions import Affine

SIZES = {"n": 3, "m": 2}


def values(value: Affine, places: dict[Axis, int]) -> int:
    return value.at(places).offset.size(SIZES)


@pytest.mark.parametrize("seed", range(60))
def test_a_number_is_zero_where_all_its_digits_are(seed: int) -> None:
    rng = random.Random(seed)
    dimensions = [Dimension.named("n"), Dimension.named("m"), Dimension.fixed(2), Dimension.fixed(3)]
    axes = [Axis(dimension, str(k)) for k, dimension in enumerate(rng.sample(dimensions, 3))]
    counts = [rng.choice((1, -1, 2, -2, 3, 4, 6)) for _ in axes]
    offset = Dimension((("n", rng.choice((2, 4, -2))),) if rng.random() < 0.3 else (), rng.randint(-8, 4))
    value = Affine(tuple(sorted(zip(axes, counts, strict=True))), offset)
    parts = by_digits(value)
    if parts is None:
        return
    for place in itertools.product(*(range(1, axis.dimension.size(SIZES) + 1) for axis in axes)):
        places = dict(zip(axes, place, strict=True))
        assert (values(value, places) == 0) is all(values(part, places) == 0 for part in parts)


def test_most_of_those_tried_have_digits() -> None:
    slow, fast = Axis(Dimension.named("n"), "0"), Axis(Dimension.fixed(2), "1")
    other, second = Axis(Dimension.named("n"), "2"), Axis(Dimension.fixed(2), "3")
    value = Affine(((slow, 2), (fast, 1))).plus(Affine(((other, 2), (second, 1))), -1)
    low, high = by_digits(value) or ()
    assert low == Affine(((fast, 1), (second, -1)))
    assert high == Affine(tuple(sorted(((slow, 2), (other, -2)))))
    assert by_digits(Affine(((slow, 2),), Dimension.fixed(-3))) == (Affine.of(1),)
    assert by_digits(Affine(((slow, 2), (other, 1)), Dimension.fixed(-3))) is None
