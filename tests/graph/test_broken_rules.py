"""Every rule of differentiation broken on purpose: nothing false is proved, and nothing true refuted.

Each rule has the smallest equation that rests on it. With the rule broken, what agrees with the
broken derivative and what agrees with the true one must both end in derivcheck's own bug.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from derivcheck.diagnostics.diagnostic import ContradictionError
from derivcheck.graph import derive, scalars
from derivcheck.graph.derive import ATTAINED, forget_sweeps
from derivcheck.graph.nodes import (
    Determinant,
    Extremum,
    Held,
    Inverse,
    Map,
    Node,
    Product,
    Quantity,
    Rename,
    Sum,
    World,
    inside,
    mapped,
    multiply,
    negate,
)
from derivcheck.judging.examiner import Examiner
from derivcheck.language.claims import pair
from derivcheck.language.network import build, depths
from derivcheck.language.notation.parser import parse_equation
from derivcheck.pipeline.verification import verify_text
from derivcheck.spec import read_spec

SPEC = """
tensors: {x: n, y: m, s: scalar, A: n n, W: m n, P: {axes: n, given: positive}}
layers: {q: "exp(x)", r: "W @ x"}
let: {g: "d(sum(q^2))/dq"}
"""

Contributions = Callable[[Node, Node, set[Node]], Iterable[tuple[Node, Node]]]


def flipped(kind: type) -> Callable[[Contributions], Contributions]:
    """The rule of a kind with the wrong sign."""

    def broken(honest: Contributions) -> Contributions:
        def rule(node: Node, adjoint: Node, wanted: set[Node]) -> Iterator[tuple[Node, Node]]:
            for operand, part in honest(node, adjoint, wanted):
                yield operand, negate(part) if isinstance(node, kind) else part

        return rule

    return broken


def summed_over_ties(honest: Contributions) -> Contributions:
    """An extremum that gives every place at which it is attained the whole adjoint."""

    def rule(node: Node, adjoint: Node, wanted: set[Node]) -> Iterator[tuple[Node, Node]]:
        if isinstance(node, Extremum):
            yield node.operand, multiply(adjoint, mapped(ATTAINED, node.operand, node))
        else:
            yield from honest(node, adjoint, wanted)

    return rule


def leaking(honest: Contributions) -> Contributions:
    """A gradient that is not stopped."""

    def rule(node: Node, adjoint: Node, wanted: set[Node]) -> Iterator[tuple[Node, Node]]:
        yield from [(node.operand, adjoint)] if isinstance(node, Held) else honest(node, adjoint, wanted)

    return rule


def without_the_sum(honest: Contributions) -> Contributions:
    """A map that does not sum the axes that its operand does not have: the first entry alone is taken."""
    from derivcheck.graph.nodes import entry

    def rule(node: Node, adjoint: Node, wanted: set[Node]) -> Iterator[tuple[Node, Node]]:
        for operand, part in honest(node, adjoint, wanted):
            if isinstance(node, Map) and isinstance(part, Sum):
                inner = part.operand
                for axis in part.bound:
                    inner = entry(inner, axis, 1)
                yield operand, inner
            else:
                yield operand, part

    return rule


# The rule that is broken, how, the equation that is true, and the one that the broken rule makes true.
RULES = [
    (Map, flipped(Map), "d(exp(s))/ds = exp(s)", "d(exp(s))/ds = -exp(s)"),
    (Map, without_the_sum, "d(sum(s*x))/ds = sum(x)", "d(sum(s*x))/ds = x[1]"),
    (Sum, flipped(Sum), "d(sum(x))/dx = ones(n)", "d(sum(x))/dx = -ones(n)"),
    (Rename, flipped(Rename), "d(sum_{i}(A[i,1]))/dA[j,k] = delta(k,1)", "d(sum_{i}(A[i,1]))/dA[j,k] = -delta(k,1)"),
    (Quantity, flipped(Quantity), "d(sum(q))/dx = exp(x)", "d(sum(q))/dx = -exp(x)"),
    (
        Extremum,
        flipped(Extremum),
        "d(max(x))/dx[i] = (1 if x[i] == max(x) else 0)",
        "d(max(x))/dx[i] = -(1 if x[i] == max(x) else 0)",
    ),
    (
        Extremum,
        flipped(Extremum),
        "d(min(x))/dx[i] = (1 if x[i] == min(x) else 0)",
        "d(min(x))/dx[i] = -(1 if x[i] == min(x) else 0)",
    ),
    (
        Extremum,
        summed_over_ties,
        "d(max_k(relu(x[k]) + s))/ds = 1",
        "d(max_k(relu(x[k]) + s))/ds = sum_k(1 if relu(x[k]) == max(relu(x)) else 0)",
    ),
    (
        Inverse,
        flipped(Inverse),
        "d(sum(inv(A)))/dA = -inv(A).T @ ones(n, n) @ inv(A).T",
        "d(sum(inv(A)))/dA = inv(A).T @ ones(n, n) @ inv(A).T",
    ),
    (Held, leaking, "d(sum(stop_gradient(x)*x))/dx = x", "d(sum(stop_gradient(x)*x))/dx = 2*x"),
    (
        Held,
        leaking,
        "d(sum(stop_gradient(r) + r))/dx = W.T @ ones(m)",
        "d(sum(stop_gradient(r) + r))/dx = 2*W.T @ ones(m)",
    ),
    (Determinant, flipped(Determinant), "d(det(A))/dA = det(A) * inv(A).T", "d(det(A))/dA = -det(A) * inv(A).T"),
    (Product, flipped(Product), "d(prod(P))/dP = prod(P) / P", "d(prod(P))/dP = -prod(P) / P"),
    # On either side, behind a `let` name, in a chain, and a step of a second derivative.
    (Sum, flipped(Sum), "2*q = d(sum(q^2))/dq", "-2*q = d(sum(q^2))/dq"),
    (Sum, flipped(Sum), "g = 2*q", "g = -2*q"),
    (Sum, flipped(Sum), "chain(d(sum(q^2))/dq, dq/dx) = 2*exp(2*x)", "chain(d(sum(q^2))/dq, dq/dx) = -2*exp(2*x)"),
    (Sum, flipped(Sum), "d2(sum(x^3))/dx[i]dx[j] = 6*x[i]*delta(i,j)", "d2(sum(x^3))/dx[i]dx[j] = -6*x[i]*delta(i,j)"),
]


@contextmanager
def examined(spec: str) -> Iterator[Examiner]:
    """A network in a world of its own: no other test meets what a broken rule has derived."""
    forget_sweeps()
    try:
        with inside(World()):
            loaded = read_spec(spec, "<test>")
            yield Examiner(build(loaded, depths(loaded)[0]))
    finally:
        forget_sweeps()


def verdict(examiner: Examiner, equation: str) -> str:
    """The verdict, or the code of the contradiction."""
    scope = examiner.network.scope
    left, right = parse_equation(equation, scope.vocabulary()).sides
    link = pair(left, right, "=", None, scope)
    try:
        return examiner.judge.judge(link.left, link.right, link.axes, derived=link.derived).verdict
    except ContradictionError as problem:
        return problem.diagnostic.code


@pytest.mark.parametrize(("kind", "broken", "true", "false"), RULES, ids=[f"{k.__name__}: {t}" for k, _, t, _ in RULES])
def test_a_broken_rule_is_our_own_bug(
    monkeypatch: pytest.MonkeyPatch, kind: type, broken: Any, true: str, false: str
) -> None:
    with examined(SPEC) as examiner:
        assert verdict(examiner, true) in ("proved", "checked")
        assert verdict(examiner, false) == "refuted"
    monkeypatch.setattr(derive, "_contributions", broken(derive._contributions))
    with examined(SPEC) as examiner:
        assert verdict(examiner, true) == "DC902"
    with examined(SPEC) as examiner:
        assert verdict(examiner, false) == "DC902"


SLOPES = [
    ("d(sum(tanh(x)))/dx = 1 - tanh(x)^2", "d(sum(tanh(x)))/dx = 2*(1 - tanh(x)^2)"),
    ("d(sum(erf(x)))/dx = 2/sqrt(pi)*exp(-x^2)", "d(sum(erf(x)))/dx = 4/sqrt(pi)*exp(-x^2)"),
    ("d(sum(softplus(x)))/dx = sigmoid(x)", "d(sum(softplus(x)))/dx = 2*sigmoid(x)"),
    ("d(sum(log(P)))/dP = 1/P", "d(sum(log(P)))/dP = 2/P"),
]


@pytest.mark.parametrize(("true", "false"), SLOPES)
def test_a_wrong_slope_of_a_map_is_our_own_bug(monkeypatch: pytest.MonkeyPatch, true: str, false: str) -> None:
    honest = derive.differentiate
    monkeypatch.setattr(derive, "differentiate", lambda expression, symbol: 2 * honest(expression, symbol))
    for equation in (true, false):
        with examined(SPEC) as examiner:
            assert verdict(examiner, equation) == "DC902"


PRIMES = [
    ("sigmoid'(x) = sigmoid(x) * (1 - sigmoid(x))", "sigmoid'(x) = 2*sigmoid(x) * (1 - sigmoid(x))"),
    ("softplus''(x) = sigmoid(x) * (1 - sigmoid(x))", "softplus''(x) = 4*sigmoid(x) * (1 - sigmoid(x))"),
    ("sigmoid'(0) = 1/4", "sigmoid'(0) = 1/2"),
]


@pytest.mark.parametrize(("true", "false"), PRIMES)
def test_a_wrong_prime_is_our_own_bug(monkeypatch: pytest.MonkeyPatch, true: str, false: str) -> None:
    with examined(SPEC) as examiner:
        assert (verdict(examiner, true), verdict(examiner, false)) == ("proved", "refuted")
    honest = scalars.differentiate
    monkeypatch.setattr(scalars, "differentiate", lambda expression, symbol: 2 * honest(expression, symbol))
    for equation in (true, false):
        with examined(SPEC) as examiner:
            assert verdict(examiner, equation) == "DC902"


NOTED = [
    ("2*q = d(sum(q^2))/dq", {"d(sum(q**2))/dq"}),
    ("g = 2*q", {"d(sum(q**2))/dq"}),
    ("chain(dr/dx, dx/dx) = W", {"dr/dx", "dx/dx"}),
    ("sigmoid''(x) = sigmoid'(x) * (1 - 2*sigmoid(x))", {"sigmoid'(x)", "sigmoid''(x)"}),
    ("d2(s^3)/ds^2 = 6*s", {"d2(s**3)/ds^2"}),
    ("d(erf(s))/ds = 2/sqrt(pi)*exp(-s^2)", {"d(erf(s))/ds"}),
    ("sum(x) = x.T @ ones(n)", set()),
]


@pytest.mark.parametrize(("equation", "texts"), NOTED)
def test_how_each_derivative_was_measured_is_evidence(equation: str, texts: set[str]) -> None:
    (claim,) = verify_text(f'{SPEC}claims: {{a: "{equation}"}}\n').claims
    assert claim.verdict == "proved", claim
    assert {slope.text for slope in claim.slopes} == texts
    assert all(slope.numeric.verdict == "agrees" for slope in claim.slopes)
    schemes = {slope.numeric.scheme for slope in claim.slopes}
    assert schemes <= ({"differences"} if "erf" in equation else {"complex step"})


def test_what_cannot_be_measured_is_noted() -> None:
    spec = SPEC.replace("s: scalar", "s: scalar, y1: {axes: n, given: one_hot}")
    (claim,) = verify_text(f'{spec}claims: {{a: "d(min(y1))/dy1[i] = (1 if y1[i] == min(y1) else 0)"}}\n').claims
    assert claim.verdict == "undecided" and [slope.numeric.verdict for slope in claim.slopes] == ["kink"]
