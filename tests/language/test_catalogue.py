"""Every catalogue entry enrols itself: derived, printed, proved, measured, and stable at the edges."""

from __future__ import annotations

import numpy as np
import pytest

from derivcheck.evidence.numeric.comparison import compare_gradient
from derivcheck.evidence.numeric.program import Program
from derivcheck.evidence.numeric.tensors import Tensor
from derivcheck.graph.derive import gradient
from derivcheck.judging.jacobian import show
from derivcheck.language.catalogue.activations import ACTIVATIONS
from derivcheck.language.catalogue.operations import OPERATIONS
from derivcheck.language.catalogue.specs import function_names
from derivcheck.language.lowering.operations import BUILTINS
from derivcheck.language.network import build
from derivcheck.pipeline.verification import check_equation
from derivcheck.spec import read_spec


@pytest.mark.parametrize("name", function_names())
def test_jacobian_is_derived_proved_and_measured(name: str) -> None:
    result = show(name)
    assert result.verdict == "proved"
    assert result.numeric.verdict == "agrees"
    assert np.all(np.isfinite(np.array(result.numbers)))


@pytest.mark.parametrize("entry", ACTIVATIONS, ids=lambda e: e.name)
def test_entrywise_functions_have_diagonal_jacobians(entry: object) -> None:
    result = show(entry.name)  # type: ignore[attr-defined]
    assert "diagonal" in result.structure
    assert result.verdict == "proved"


def test_softmax_reads_like_the_textbook() -> None:
    result = show("softmax", at=[1, 2, 3], size="3")
    assert result.index.plain == "p[i] * (delta(i,j) - p[j])"
    assert result.matrix is not None
    assert result.matrix.plain == "diag(p) - p @ p.T"
    assert result.structure == ("symmetric", "rows sum to zero", "columns sum to zero")
    p = np.exp([1, 2, 3]) / np.sum(np.exp([1, 2, 3]))
    assert np.allclose(result.numbers, np.diag(p) - np.outer(p, p), rtol=1e-12, atol=0)


def test_dense_by_its_weights() -> None:
    result = show("dense", wrt="W")
    assert result.index.plain == "x[k] * delta(i,j)"
    assert result.matrix is not None
    assert result.matrix.plain == "kron(eye(m), x.T)"


def test_two_by_two() -> None:
    result = show("sigmoid", size="2x2")
    assert result.matrix is not None
    assert result.matrix.plain == "diag(vec(A * (1 - A)))"
    assert np.array(result.numbers).shape == (4, 4)


def test_denominator_layout_transposes() -> None:
    numerator, denominator = show("linear"), show("linear", layout="denominator")
    assert np.allclose(np.array(numerator.numbers).T, denominator.numbers)


SATURATED = {
    "softmax": "loss: {L: sum(g * softmax(z))}",
    "log_softmax": "loss: {L: sum(g * log_softmax(z))}",
    "logsumexp": "loss: {L: logsumexp(z)}",
    "cross_entropy": "layers: {p: softmax(z)}\nloss: {L: 'cross_entropy(p, g)'}",
    "cross_entropy_logits": "loss: {L: 'cross_entropy_logits(z, g)'}",
    "sigmoid": "loss: {L: sum(g * sigmoid(z))}",
    "softplus": "loss: {L: sum(g * softplus(z))}",
    "tanh": "loss: {L: sum(g * tanh(z))}",
    "silu": "loss: {L: sum(g * silu(z))}",
}


@pytest.mark.parametrize("name", sorted(SATURATED))
def test_saturated_inputs_neither_overflow_nor_turn_into_nan(name: str) -> None:
    network = build(read_spec("tensors: {z: n, g: {axes: n, given: simplex}}\n" + SATURATED[name]))
    assert network.loss is not None
    z, g = network.named("z"), network.named("g")
    point = {
        z.node: Tensor(np.array([1000.0, -1000.0, 0.0]), z.axes),
        g.node: Tensor(np.array([0.2, 0.3, 0.5]), g.axes),
    }
    program = Program([network.loss.node, gradient(network.loss.node, z.node)])
    value, slope = (np.asarray(t.array) for t in program.run(point, {"n": 3}))
    assert np.isfinite(value)
    assert np.all(np.isfinite(slope))


def test_a_small_error_in_one_entry_is_seen() -> None:
    network = build(read_spec("tensors: {x: n, W: m n}\nlayers: {a: tanh(W @ x)}\nloss: {L: sum(a)}"))
    from derivcheck.graph.nodes import add, constant, delta, multiply

    assert network.loss is not None
    w = network.named("W")
    true = gradient(network.loss.node, w.node)
    spike = multiply(delta(w.axes[0], 2), delta(w.axes[1], 3), constant(1), true)
    from sympy import Rational

    for scale, verdict in ((0, "agrees"), (Rational(1, 10**8), "differs"), (2, "differs")):
        claimed = add(true, multiply(constant(scale), spike)) if scale else true
        sizes = {"n": 4, "m": 5}
        assert compare_gradient(network.loss.node, w.node, claimed, sizes, {}, 1).verdict == verdict


def test_every_operation_is_listed() -> None:
    assert {name for name, _, _ in OPERATIONS} == set(BUILTINS)


@pytest.mark.parametrize(("name", "signature", "about"), OPERATIONS, ids=[name for name, _, _ in OPERATIONS])
def test_an_operation_is_called_as_it_is_listed(name: str, signature: str, about: str) -> None:
    assert signature.startswith(f"{name}(")
    assert about
    if name == "opaque":
        spec = read_spec(f"tensors: {{x: n, y: m}}\nloss: {{L: '{signature}'}}")
        assert check_equation("dL/dx = dL/dx", spec).verdict == "proved"
        return
    spec = read_spec("tensors: {x: n, y: n, A: n n, B: m k, X: n m, Q: m n*k, G: n m k}\nloss: {L: sum(X)}")
    claim = f"delta(i, j) = {signature}" if name == "delta" else f"{signature} = {signature}"
    if name == "window":
        spec = read_spec("tensors: {u: p, w: r, v: p+r-1}\nloss: {L: sum(v)}")
        claim = f"{signature}*v[t]*u[i]*w[k] = w[k]*u[i]*{signature}*v[t]"
    if name == "chain":
        spec = read_spec("tensors: {x: n, W: m n}\nlayers: {z: W @ x}\nloss: {L: sum(z^2)}")
    assert check_equation(claim, spec).verdict == "proved"
