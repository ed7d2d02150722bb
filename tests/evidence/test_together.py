"""Several inputs measured by one run of the forward pass: what agrees is what agrees one by one, no wrong one does."""

from __future__ import annotations

import numpy as np
import pytest
from sympy import Rational

from derivcheck.evidence.numeric.comparison import agreements, compare_gradient
from derivcheck.evidence.numeric.program import Program
from derivcheck.evidence.numeric.sampling import finite_run
from derivcheck.evidence.numeric.survey import Surveyor
from derivcheck.evidence.numeric.together import JointSurveyor
from derivcheck.graph.derive import gradient
from derivcheck.graph.nodes import add, constant, mapped, multiply
from derivcheck.graph.scalars import placeholder
from derivcheck.language.network import Network, build
from derivcheck.spec import read_spec

SIZES = {"n": 3, "m": 4, "k": 2}
NETWORKS = {
    "softmax": """
tensors: {x: n, W: m n, b: m, V: k m, y: {axes: k, given: one_hot}}
layers: {z: W @ x + b, a: sigmoid(z), s: V @ a, p: softmax(s)}
loss: {L: "cross_entropy(p, y)"}
""",
    "shared weights": """
tensors: {x: m, W: m m, b: m, c: m, y: m}
layers: {h: tanh(W @ x + b), g: tanh(W @ h + b), o: g * c + h}
loss: {L: "sse(o, y)"}
""",
    "held still": """
tensors: {x: n, W: m n, b: m, c: m, y: m}
layers: {h: tanh(W @ x + b), s: stop_gradient(h), o: s * h * c}
loss: {L: "sse(o, y)"}
""",
    "branches": """
tensors: {x: n, W: m n, b: m, V: k m, y: k}
layers: {z: W @ x + b, a: relu(z), s: V @ a}
loss: {L: "sse(s, y)"}
""",
}
# What is wrong with a gradient: a factor, what stands beside it, and a part of a single entry's size.
WRONG = {"twice": (2, 0), "beside": (1, 1), "a thousandth": (1, Rational(1, 1000)), "none": (0, 0)}


def network_of(name: str) -> Network:
    return build(read_spec(NETWORKS[name]))


@pytest.mark.parametrize("name", NETWORKS)
def test_inputs_agree_together_as_they_do_one_by_one(name: str) -> None:
    network = network_of(name)
    assert network.loss is not None
    loss = network.loss.node
    claimed = {tensor.node: gradient(loss, tensor.node) for tensor in network.parameters}
    found = agreements(loss, claimed, SIZES, network.facts, 3)
    assert set(found) == set(claimed)
    for node, slope in claimed.items():
        alone = compare_gradient(loss, node, slope, SIZES, network.facts, 3)
        assert (alone.verdict, alone.scheme, alone.entries) == ("agrees", found[node].scheme, found[node].entries)


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("name", NETWORKS)
def test_a_wrong_gradient_does_not_agree_beside_right_ones(name: str, wrong: str) -> None:
    network = network_of(name)
    assert network.loss is not None
    loss, (factor, more) = network.loss.node, WRONG[wrong]
    right = {tensor.node: gradient(loss, tensor.node) for tensor in network.parameters}
    for node in right:
        claimed = {**right, node: add(multiply(constant(factor), right[node]), mapped(more * placeholder(0), node))}
        found = agreements(loss, claimed, SIZES, network.facts, 3)
        assert set(found) == set(right) - {node}, node


@pytest.mark.parametrize("name", NETWORKS)
def test_slopes_together_are_those_one_by_one(name: str) -> None:
    network = network_of(name)
    assert network.loss is not None
    loss = network.loss.node
    nodes = [tensor.node for tensor in network.parameters]
    values, _ = finite_run(Program([loss]), SIZES, network.facts, 5)
    for node, survey in JointSurveyor(loss, values, SIZES, 5).surveys(nodes).items():
        alone = Surveyor(loss, node, values, SIZES, 5).plain()
        assert np.allclose(survey.measured, alone.measured, rtol=1e-12, atol=1e-14)
        assert alone.error / 8 < survey.error < alone.error * 8 + 1e-14
