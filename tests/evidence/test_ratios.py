"""One number between two sides: found where there is one, and never with a word of NumPy's."""

from __future__ import annotations

import warnings

import pytest
import sympy

from derivcheck.evidence.numeric.ratios import ratio
from derivcheck.evidence.points import Points
from derivcheck.graph.nodes import Node, constant, multiply
from derivcheck.graph.scalars import Scalar
from derivcheck.language.network import build
from derivcheck.spec import read_spec

LARGE = sympy.Integer(10) ** 300
NETWORK = build(read_spec("tensors: {x: n, y: n}"))
X, Y = (NETWORK.named(name).node for name in ("x", "y"))


def times(number: Scalar | int, node: Node) -> Node:
    return multiply(constant(number), node)


@pytest.mark.parametrize(
    ("left", "right", "found"),
    [
        (X, X, 1.0),
        (times(3, X), X, 3.0),
        (times(-1, X), X, -1.0),
        (Y, X, None),
        (multiply(X, X), X, None),
        (times(LARGE, X), times(1 / LARGE, X), None),  # no float is as large
    ],
)
def test_the_one_number_between_two_sides(left: Node, right: Node, found: float | None) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert ratio(left, right, X.axes, {"n": 3}, {}, 0, Points()) == pytest.approx(found)
