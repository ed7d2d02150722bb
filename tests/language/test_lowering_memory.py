"""What parts of an equation mean is remembered for the next one, and is what they mean without any memory."""

from __future__ import annotations

import random

import pytest

from derivcheck.diagnostics.diagnostic import DerivcheckError
from derivcheck.language.claims import Pair, pair
from derivcheck.language.lowering.memory import LoweringMemory
from derivcheck.language.network import Network, build
from derivcheck.language.notation.parser import parse_equation, parse_expression
from derivcheck.language.notation.syntax import Expression, Name, rebuilt
from derivcheck.spec.loader import read_spec
from tests.judging.mutants import mutants

SPEC = """
tensors: {x: n, W: m n, b: m, y: {axes: m, given: simplex}, S: n n, s: scalar}
layers: {z: W @ x + b, p: softmax(z)}
loss: {L: "cross_entropy(p, y)"}
let: {g: dL/dz}
"""
EQUATIONS = [
    "dL/dW = (p - y) @ x.T + 0 * g @ x.T",
    "dL/dx[j] = sum_i(W[i,j] * (p[i] - y[i])) + 0 * x[j]",
    "dp[i]/dz[j] = p[i] * (1 - p[i]) if i == j else -p[i] * p[j]",
    "dL/dx = (W.T @ dL/dz if s > 0 else W.T @ g) * tanh'(x) / tanh'(x)",
    "S[j,j] = sum_i(S[i,i] * delta(i,j))",
    "dL/dx = chain(dL/dz, dz/dx) + 0 * chain(dL/dp, dp/dx)",
    "d2L/dz[i]dz[j] = p[i] * delta(i,j) - p[i] * p[j]",
]


def network() -> Network:
    return build(read_spec(SPEC))


def lowered(left: Expression, right: Expression, made: Network, memory: LoweringMemory | None) -> Pair | str:
    try:
        return pair(left, right, "=", None, made.scope, memory)
    except DerivcheckError as problem:
        return problem.diagnostic.code


@pytest.mark.parametrize("text", EQUATIONS)
def test_edits_mean_what_they_mean_by_themselves(text: str) -> None:
    made = network()
    left, right = parse_equation(text, made.scope.vocabulary()).sides
    memory = LoweringMemory()
    others = mutants(right, ["x", "z", "p", "s"], random.Random(text), 60)
    assert len(others) > 20
    for tree in (right, *(mutant.tree for mutant in others), right):
        known, alone = (lowered(left, tree, made, remembered) for remembered in (memory, None))
        # Nodes that are the same are one object.
        assert known == alone


@pytest.mark.parametrize(
    ("text", "equations"),
    [
        # Letters up to n, up to m, and up to n again.
        ("2 * delta(i,j)", ["S[i,j] * P = S[j,i] * P", "y[i] * y[j] * P = y[j] * y[i] * P", "x[i] * x[j] = P - x[i]"]),
        ("2 * delta(i,j)", ["s = sum_{i,j}(x[i] * x[j] * P)", "s = sum_{i,j}(y[i] * y[j] * P)"]),
        # A letter that is bound, free, and bound again.
        ("x[i] * x[i]", ["s = sum_i(P)", "x[i]**2 = P", "s = sum_i(P + S[i,i])", "s * x[i] = P * sum_i(P)"]),
        # A derivative that is noted, or is inside of one.
        ("sum(g * b)", ["s = P", "d(P)/db = g", "s = P * P"]),
    ],
)
def test_a_part_means_what_it_means_where_it_stands(text: str, equations: list[str]) -> None:
    made = network()
    vocabulary = made.scope.vocabulary()
    part = parse_expression(text, vocabulary)
    memory = LoweringMemory()
    for equation in equations:
        read = parse_equation(equation, vocabulary)
        left, right = (rebuilt(side, lambda node: part if node == Name("P") else node) for side in read.sides)
        assert lowered(left, right, made, memory) == lowered(left, right, made, None)
