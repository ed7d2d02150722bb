"""A tensor has the axes it was declared or computed with, also where its formula is constant along one of them."""

from __future__ import annotations

import numpy as np
import pytest

from derivcheck.evidence.numeric.comparison import compare_gradient
from derivcheck.evidence.numeric.survey import WAYS, Way
from derivcheck.forms.source.function import numpy_source
from derivcheck.graph.derive import gradient
from derivcheck.judging.witness import script
from derivcheck.language.network import build
from derivcheck.pipeline.verification import verify_text
from derivcheck.spec import read_spec

REPEATED = """
tensors: {x: n, b: k, s: scalar, w: n, Y: M k, A: n n, v: n}
layers:
  m: s * ones(n)
  two: 2
  t: two * ones(n)
  zero: zeros(n)
  I: eye(n)
  mu: mean(x) * ones(n)
  c: x - mu
  B: ones(M) @ b.T
  E: w @ ones(k).T
  F: "sum(E, k) @ ones(k).T"
loss: {L: sum((B - Y)^2) + two * s + trace(I @ A) + v.T @ (t + zero) + sum(m * x) + w.T @ sigmoid(c)}
let: {g: dL/dm, G: dL/dB}
"""

EQUATIONS = [
    ("d(m)/dm = eye(n)", "proved"),
    ("d(m)/ds = ones(n)", "proved"),
    ("d(m)/ds = n * ones(n)", "refuted"),
    ("d(sum(m))/dm = ones(n)", "proved"),
    ("d(sum(m))/dm = n * ones(n)", "refuted"),
    ("d(sum(m))/ds = n", "proved"),
    ("d(m.T @ m)/dm = 2 * m", "proved"),
    ("d(m.T @ m)/ds = 2 * n * s", "proved"),
    ("d2(m.T @ m)/dm^2 = 2 * eye(n)", "proved"),
    ("d2(m.T @ m)/dm^2 = 2 * n * eye(n)", "refuted"),
    ("d2(m.T @ m)/ds^2 = 2 * n", "proved"),
    ("d(x.T @ m)/dm = x", "proved"),
    ("d(x.T @ m)/dm = sum(x) * ones(n)", "refuted"),
    ("d(x.T @ m)/dm[i] = x[i]", "proved"),
    ("d(m[2])/dm[i] = delta(i, 2)", "proved"),
    ("dm[i]/dm[j] = delta(i, j)", "proved"),
    ("dm[i]/dm[j] = 1", "refuted"),
    ("d(sum(m * m))/dx = 0", "proved"),
    ("dL/dtwo = s + sum(v)", "proved"),
    ("dL/dtwo = s", "refuted"),
    ("dL/dtwo = 0", "refuted"),
    ("dL/dt = v", "proved"),
    ("dL/dzero = v", "proved"),
    ("dL/dzero = 0", "refuted"),
    ("d(zero.T @ zero)/dzero = 0", "proved"),
    ("d2(zero.T @ zero)/dzero^2 = 2 * eye(n)", "proved"),
    ("dL/dI = A.T", "proved"),
    ("dL/dI = 0", "refuted"),
    ("dL/ds = two + sum(x)", "proved"),
    ("dL/dB = 2 * (B - Y)", "proved"),
    ("dL/dB = ones(M) @ sum(2 * (B - Y), M).T", "refuted"),
    ("dL/db = sum(2 * (B - Y), M)", "proved"),
    ("dB[i,j]/db[k1] = delta(j, k1)", "proved"),
    ("dB[i,j]/dB[a,c1] = delta(i, a) * delta(j, c1)", "proved"),
    ("d2(sum(B^2))/dB[i,j]dB[i,j] = 2", "proved"),
    ("d(sum(E^2))/dE = 2 * E", "proved"),
    ("d(sum(E^2))/dw = 2 * k * w", "proved"),
    ("F = k * E", "proved"),
    ("sum(E, k) = k * w", "proved"),
    ("d(sum(F^2))/dE = 2 * F @ ones(k, k)", "proved"),
    ("E.T @ w = norm(w)^2 * ones(k)", "proved"),
    ("dL/dmu = -(w * sigmoid'(c))", "proved"),
    ("dL/dx = m + w * sigmoid'(c) - mean(w * sigmoid'(c)) * ones(n)", "proved"),
    ("max(m) = s", "proved"),
    ("max(m + x) = s + max(x)", "proved"),
    ("prod(t) = 2^n", "proved"),
    ("prod(m) = s^n", "proved"),
    ("softmax(m) = ones(n) / n", "proved"),
    ("d(softmax(m))/dm = eye(n) / n - ones(n, n) / n^2", "proved"),
    ("g = x", "proved"),
    ("d(g.T @ g)/dx = 2 * x", "proved"),
    ("d(sum(G))/dB = 2 * ones(M, k)", "proved"),
    ("d(sum(G))/db = 2 * M * ones(k)", "proved"),
    ("det(ones(n, n)) = 1", "refuted"),
    ("det(ones(n, n)) = 0", "refuted"),
    ("det(ones(n, n) + eye(n)) = n + 1", "checked"),
    ("inv(2 * eye(n)) = eye(n) / 2", "checked"),
]


def verdicts(text: str, equations: list[tuple[str, str]]) -> list[tuple[str, str]]:
    claims = "".join(f"  c{k}: {{claim: {equation!r}}}\n" for k, (equation, _) in enumerate(equations))
    result = verify_text(f"{text}claims:\n{claims}")
    assert result.error is None, result.error
    assert all(gradient.verdict == "proved" and gradient.numeric.verdict == "agrees" for gradient in result.gradients)
    return [(equation, claim.verdict) for (equation, _), claim in zip(equations, result.claims, strict=True)]


@pytest.mark.parametrize("start", range(0, len(EQUATIONS), 14))
def test_a_repeated_layer_is_a_full_tensor(start: int) -> None:
    part = EQUATIONS[start : start + 14]
    assert verdicts(REPEATED, part) == part


LAYOUTS = [
    ("vectors: row", "d(sum(m))/dm = ones(n)", "d(sum(m))/dm = n * ones(n)"),
    ("vectors: row", "d(m)/dm = eye(n)", "d(m)/dm = ones(n, n)"),
    ("layout: numerator", "d(sum(m))/dm = ones(n).T", "d(sum(m))/dm = ones(n)"),
    ("layout: numerator", "d(m)/ds = ones(n)", "d(m)/ds = n * ones(n)"),
    ("layout: denominator", "d(m)/ds = ones(n).T", "d(m)/ds = ones(n)"),
    ("layout: denominator", "d(m)/dm = eye(n)", "d(m)/dm = n * eye(n)"),
]


@pytest.mark.parametrize(("switch", "true", "false"), LAYOUTS)
def test_in_every_layout(switch: str, true: str, false: str) -> None:
    equations = [(true, "proved"), (false, "refuted")]
    assert verdicts(f"{switch}\ntensors: {{s: scalar, x: n}}\nlayers: {{m: s * ones(n)}}\n", equations) == equations


FAMILY = """
families: {t: 1..T}
depths: {T: [2, 3]}
tensors: {"x[t]": d, W: n n, U: n d, y: n}
layers:
  h[0]: zeros(n)
  a[t]: W @ h[t-1] + U @ x[t]
  h[t]: tanh(a[t])
loss: {L: "sse(h[T], y)"}
claims:
  state: dL/dh[0] = W.T @ dL/da[1]
  step: {claim: "dL/dh[t-1] = W.T @ dL/da[t]", for: t in 1..T}
  nothing: dL/dh[0] = 0
"""


def test_the_first_state_of_a_recursion_is_a_variable() -> None:
    result = verify_text(FAMILY)
    assert [claim.verdict for claim in result.claims] == ["proved", "proved", "refuted"]
    assert result.claims[1].reach == "for every layer at any depth"


def test_the_lines_of_a_definition_have_the_axes_of_its_argument() -> None:
    text = """
tensors: {b: n, gamma: n, Y: M n}
layers: {h: "layer_norm(ones(M) @ b.T, gamma, 0, n)"}
loss: {L: sum((h - Y)^2)}
"""
    equations = [("shape(h_mean) = [M]", "proved"), ("d(sum(h_mean))/dh_mean = ones(M)", "proved")]
    assert verdicts(text, equations) == equations


# --- what evaluates a graph -------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_measuring(way: Way) -> None:
    network = build(read_spec(REPEATED))
    assert network.loss is not None
    sizes = {"n": 4, "k": 3, "M": 5}
    for name in ("x", "b", "s", "w", "A", "v", "m", "two", "t", "zero", "I", "mu", "c", "B"):
        node = network.named(name).node
        derived = gradient(network.loss.node, node)
        found = compare_gradient(network.loss.node, node, derived, sizes, {}, 3, way=way)
        assert found.verdict == "agrees", (name, found)
        wrong = compare_gradient(
            network.loss.node, node, gradient(network.loss.node, network.named("two").node), sizes, {}, 3
        )
        assert name == "two" or wrong.verdict == "differs", name


def test_generated_code_repeats_too() -> None:
    network = build(read_spec(REPEATED))
    names = ("x", "b", "s", "w", "m", "t", "zero", "I", "B")
    source = numpy_source(network, [network.named(name) for name in names], {})
    space: dict[str, object] = {}
    exec(source, space)
    random = np.random.default_rng(4)
    shapes = {"x": 4, "b": 3, "s": (), "w": 4, "Y": (5, 3), "A": (4, 4), "v": 4}
    given = {name: random.normal(size=shape) for name, shape in shapes.items()}
    _, found = space["loss_and_gradients"](**given)  # type: ignore[operator]
    centred = given["x"] - given["x"].mean()
    slope = 1 / (2 + np.exp(centred) + np.exp(-centred))
    expected = {
        "x": given["s"] + given["w"] * slope - np.mean(given["w"] * slope),
        "b": 2 * np.sum(given["b"] - given["Y"], axis=0),
        "s": 2 + np.sum(given["x"]),
        "w": 1 / (1 + np.exp(-centred)),
        "m": given["x"],
        "t": given["v"],
        "zero": given["v"],
        "I": given["A"].T,
        "B": 2 * (given["b"] - given["Y"]),
    }
    for name, array in expected.items():
        assert np.shape(found[name]) == np.shape(array), name
        np.testing.assert_allclose(found[name], array, rtol=1e-12, err_msg=name)
        found[name] *= 2  # an array of its own


def test_the_witness_script_repeats_too(tmp_path: object) -> None:
    from derivcheck.pipeline.verification import check_equation

    spec = read_spec("tensors: {s: scalar, x: n}\nlayers: {m: s * ones(n)}\n")
    equation = "d(sum(m * x))/dm = sum(x) * m"
    result = check_equation(equation, spec)
    assert result.verdict == "refuted"
    exec(script(equation, spec, result), {})


# --- zero --------------------------------------------------------------------------------------

ZEROS = """
tensors: {t: scalar, r: scalar, s: n, y: n, W: m n, x: n, q: m}
loss: {L: sum(y * s)}
let: {g: dL/dt, nought: 0}
"""

ZERO_EQUATIONS = [
    ("dL/dx = 0", "proved"),
    ("dL/dW = 0", "proved"),
    ("-0 = dL/dW", "proved"),
    ("dL/dx = (0)", "proved"),
    ("dL/dx = zeros(n)", "proved"),
    ("dL/dW = zeros(m, n)", "proved"),
    ("y - y = 0", "proved"),
    ("dL/dt = zeros(n)", "refuted"),
    ("zeros(n) = dL/dt", "refuted"),
    ("dL/dt = y - y", "refuted"),
    ("0 * t = zeros(n)", "refuted"),
    ("t - t = zeros(n)", "refuted"),
    ("1 - 1 = zeros(n)", "refuted"),
    ("dt/dr = zeros(n)", "refuted"),
    ("d2L/dt^2 = zeros(n)", "refuted"),
    ("g = zeros(n)", "refuted"),
    ("y - y = nought", "refuted"),
    ("y - y = 0 * t", "refuted"),
    ("sum(0 * y) = zeros(n)", "refuted"),
    ("dL/dx = zeros(m)", "refuted"),
    ("dL/dW = zeros(n, m)", "refuted"),
    ("dL/dW = 0 * W.T", "refuted"),
    ("dy/dx = zeros(n)", "refuted"),
    ("dL/ds = y + 0", "proved"),
]


def test_only_a_literal_zero_has_any_shape() -> None:
    assert verdicts(ZEROS, ZERO_EQUATIONS) == ZERO_EQUATIONS


# --- scalars where a vector belongs ------------------------------------------------------------

LOSSES = """
tensors: {x: n, y: n, q: n, X: n M, s: scalar, r: scalar}
layers: {a: x.T @ y, c: sigmoid(s)}
"""

LOSS_EQUATIONS = [
    ("sse(s, y) = sum((s - y)^2)", "proved"),
    ("sse(s, y) = (s - y)^2", "refuted"),
    ("sse(y, s) = sse(s, y)", "proved"),
    ("sse(s, X) = sum((X - s)^2)", "proved"),
    ("sse(s, X, M) = sum((X - s)^2, M)", "proved"),
    ("mse(s, y) = mean((s - y)^2)", "proved"),
    ("d(mse(s, y))/ds = 2 * (s - mean(y))", "proved"),
    ("d(mse(a, y))/da = 2 * mean(a - y)", "proved"),
    ("d(mse(a, y))/da = 2 * (a - y)", "refuted"),
    ("cross_entropy(2, y) = -log(2) * sum(y)", "proved"),
    ("cross_entropy(s, y) = -sum(y) * log(s)", "proved"),
    ("binary_cross_entropy(c, y) = -sum(y) * log(c) - sum(1 - y) * log(1 - c)", "proved"),
    ("kl(s, s) = 0", "proved"),
    ("kl(2, y) = sum(2 * log(2 / y))", "proved"),
    ("kl(x, y) = cross_entropy(x, y)", "refuted"),
    ("cross_entropy(x, y) = kl(x, y) + entropy(x)", "refuted"),
    ("cross_entropy(y, x) = kl(x, y) + entropy(x)", "checked"),
    ("sse(s, r) = (s - r)^2", "proved"),
    ("l2(s) = s^2", "proved"),
    ("hinge_loss(s, y) = sum(hinge(s * y))", "proved"),
    ("huber_loss(s, y, 2) = sum(huber(s - y, 2))", "proved"),
    ("sse(x, y) = sse(sin(x), y)", "refuted"),
    ("sse(s, y) = kron(2, y)", "refuted"),
    ("dsse(s, y)/ds = 1", "invalid"),
    ("softmax(s) = 1", "invalid"),
    ("softmax(s, n) = 1", "invalid"),
    ("logsumexp(2) = 2", "invalid"),
    ("cross_entropy_logits(s, y) = 1", "invalid"),
    ("attention(s, X, X) = X", "invalid"),
    ("conv1d(X, s) = X", "invalid"),
    ("mse(x, X) = s", "invalid"),
]


@pytest.mark.parametrize("start", range(0, len(LOSS_EQUATIONS), 11))
def test_a_scalar_among_the_arguments_of_a_loss(start: int) -> None:
    part = LOSS_EQUATIONS[start : start + 11]
    assert verdicts(LOSSES, part) == part


# --- axes of size 1 ----------------------------------------------------------------------------

UNITS = """
tensors: {x: 1, W: 1 n, V: n 1, y: n, z: 1 1, A: n n}
"""

UNIT_EQUATIONS = [
    ("vec(W) = W.T", "proved"),
    ("W.T = vec(W)", "proved"),
    ("vec(V) = V", "proved"),
    ("vec(W) = V", "refuted"),
    ("vec(W) = W", "refuted"),
    ("kron(x, y) = x * y", "proved"),
    ("kron(y, x) = kron(x, y)", "proved"),
    ("kron(x, y) = y", "refuted"),
    ("kron(z, A) = z * A", "proved"),
    ("kron(W, y) = y @ W", "proved"),
    ("kron(W, y) = W.T @ y.T", "refuted"),
    ("W = y.T", "refuted"),
    ("W = y", "refuted"),
    ("x = y", "refuted"),
]


def test_an_axis_of_size_1_is_none_in_a_product_of_axes() -> None:
    assert verdicts(UNITS, UNIT_EQUATIONS) == UNIT_EQUATIONS


# --- free indices ------------------------------------------------------------------------------

FREE = [
    ("layers: {s: 'x[i] * y[i]'}", "i"),
    ("layers: {s: 'sum_k(x[k] * y[j])'}", "j"),
    ("layers: {s: 'x[i] * delta(i, 1)'}", "i"),
    ("loss: {s: 'x[i]^2'}", "i"),
    ("let: {s: 'x[i] * y[i]'}", "i"),
]


@pytest.mark.parametrize(("part", "letter"), FREE)
def test_a_formula_that_stands_by_itself_has_no_free_index(part: str, letter: str) -> None:
    error = verify_text(f"tensors: {{x: n, y: n}}\n{part}\n").error
    assert error is not None
    assert error.code == "DC151"
    assert f"`{letter}`" in error.message
    assert error.where is not None
    assert error.where.line == 2
