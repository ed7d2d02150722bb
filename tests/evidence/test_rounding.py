"""Bars of rounding: of the size of what cancels, not of what is left, and no larger than that."""

from __future__ import annotations

import numpy as np
import pytest
import sympy

from derivcheck.evidence.numeric.comparison import compare_gradient
from derivcheck.evidence.numeric.rounding import Rounding
from derivcheck.evidence.numeric.sides import compare_precisely, compare_sides
from derivcheck.evidence.numeric.slopes import measure_slopes
from derivcheck.evidence.numeric.survey import PROBE, WAYS, Way
from derivcheck.evidence.numeric.tensors import Tensor
from derivcheck.graph.derive import Derived, gradient
from derivcheck.graph.nodes import Node, add, constant, multiply
from derivcheck.language.claims import pair
from derivcheck.language.network import Network, build
from derivcheck.language.notation.parser import parse_equation
from derivcheck.pipeline.verification import verify_text
from derivcheck.spec import read_spec

ZEROS = [
    "tensors: {u: k}\nlayers: {p: softmax(u)}\nloss: {J: sum(p)}\n",
    "tensors: {u: k, W: n k}\nlayers: {p: softmax(W @ u)}\nloss: {J: sum(p)}\n",
    "tensors: {u: k}\nloss: {J: sum(sigmoid(u)) + sum(sigmoid(-u))}\n",
    "tensors: {u: k}\nlayers: {h: layer_norm(u)}\nloss: {J: sum(h)}\n",
    "tensors: {u: k}\nloss: {J: sum(sin(u)^2 + cos(u)^2)}\n",
    "tensors: {u: k}\nloss: {J: sum(erf(u)) + sum(erf(-u))}\n",
    "tensors: {A: n n, y: n}\nlayers: {w: inv(A) @ y}\nloss: {J: sum(A @ w - y)}\n",
]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("text", ZEROS)
def test_a_gradient_that_is_zero(text: str, seed: int) -> None:
    result = verify_text(text, seed=seed)
    assert result.error is None, result.error
    assert {gradient.verdict for gradient in result.gradients} == {"proved"}
    assert {gradient.numeric.verdict for gradient in result.gradients} == {"agrees"}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("seed", [0, 32, 35, 51])  # at the last three an entry is measured as 4e-17, and their sum as 0
def test_a_gradient_that_is_zero_in_every_way(way: Way, seed: int) -> None:
    network = build(read_spec(ZEROS[2]))
    derived = gradient(network.loss.node, network.named("u").node)
    found = compare_gradient(network.loss.node, network.named("u").node, derived, network.sizes, {}, seed, way=way)
    assert found.verdict == "agrees"


FLAT = """
tensors: {X: n m, s: scalar}
layers: {z: "log(ones(n)) / (X @ ones(m))", r: X.T @ z, q: s - s}
loss: {L: "sum(FORMULA)"}
"""


@pytest.mark.parametrize(
    "formula, slope",
    [
        ("r^2", "2*diag(r)"),
        ("r^3", "3*diag(r^2)"),
        ("r^4", "4*diag(r^3)"),
        ("r^5", "5*diag(r^4)"),
        ("sin(r)^3", "3*diag(sin(r)^2*cos(r))"),
        ("1 - cos(r)", "diag(sin(r))"),
        ("r^3/(2 + r)", "diag(3*r^2/(2 + r) - r^3/(2 + r)^2)"),
        ("gelu(r)^3", "3*diag(gelu(r)^2*gelu'(r))"),
        ("erf(r)^2", "2*diag(erf(r)*erf'(r))"),
    ],
)
def test_a_slope_that_is_zero_because_the_point_is(formula: str, slope: str) -> None:
    """Where x³ is flat, a complex step of 1e-30 leaves -1e-60."""
    claims = [
        f"d({formula})/dr = {slope}",
        f"dL/dr = {slope} @ ones(m)",
        f"d({formula})/dr = {slope} + 1/10^20 * eye(m)",
    ]
    spec = FLAT.replace("FORMULA", formula) + "claims:\n" + "".join(f'  c{k}: "{c}"\n' for k, c in enumerate(claims))
    result = verify_text(spec, seed=3)
    assert result.error is None, result.error
    assert [claim.verdict for claim in result.claims] == ["proved", "proved", "refuted"]


@pytest.mark.parametrize("formula", ["r^3", "r^5", "sin(r)^3 + r^4"])
@pytest.mark.parametrize("variable", ["r", "z"])
def test_a_bar_at_a_flat_point_is_no_larger_than_what_a_step_leaves(formula: str, variable: str) -> None:
    network = build(read_spec(FLAT.replace("FORMULA", formula)))
    loss, node = network.loss.node, network.named(variable).node
    right, sizes = gradient(loss, node), {"n": 2, "m": 4}

    def off_by(error: sympy.Rational) -> Node:
        return add(right, constant(error))

    for derived, verdict in ((right, "agrees"), (off_by(sympy.Rational(1, 10**40)), "differs")):
        ways = {way: compare_gradient(loss, node, derived, sizes, {}, 5, way=way).verdict for way in WAYS}
        assert ways == dict.fromkeys(WAYS, verdict)
    for derived, verdict in ((right, "agrees"), (off_by(sympy.Rational(1, 10**20)), "differs")):
        assert measure_slopes(Derived(loss, node, node.axes, derived), sizes, {}, 5).verdict == verdict


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("seed", range(6))
def test_binary_inputs_that_are_all_zero(way: Way, seed: int) -> None:
    """Along random signs the cubes of two equal steps may cancel; those of single entries are there."""
    network = build(read_spec("tensors: {y: {axes: n, given: binary}}\nloss: {L: sum(y^3)}\n"))
    loss, node = network.loss.node, network.named("y").node
    found = compare_gradient(loss, node, gradient(loss, node), {"n": 2}, network.facts, seed, way=way)
    assert found.verdict == "agrees"


NETWORK = """
tensors: {x: n, W1: h n, W2: m h, y: m}
layers: {z: W1 @ x, a: tanh(z), p: softmax(W2 @ a)}
loss: {L: "cross_entropy(p, y)"}
"""


@pytest.mark.parametrize("way", WAYS)
def test_a_gradient_that_is_off_by_little(way: Way) -> None:
    network = build(read_spec(NETWORK))
    for name in ("x", "W1", "W2", "y"):
        node = network.named(name).node
        wrong = multiply(constant(1 + sympy.Rational(1, 10**11)), gradient(network.loss.node, node))
        found = compare_gradient(network.loss.node, node, wrong, network.sizes, {}, 4, way=way)
        assert found.verdict == "differs", name


CLAIMS = """
tensors:
  A: n n
  y: n
  X: N m
  t: N
  lam: {axes: [], given: positive}
  C: {axes: q q, given: orthogonal}
  s: {axes: k, given: simplex}
  u: {axes: k, given: unit}
layers: {w: inv(A) @ y, v: inv(X.T @ X + lam * eye(m)) @ X.T @ t, z: trace(C + C)}
"""

EQUATIONS = [
    ("A @ w - y = zeros(n)", True),
    ("A @ w - y = 0", True),
    ("0 = y - A @ w", True),
    ("A @ w - y = 1/10^14 * y", False),
    ("A @ w - y = 1/10^45 * y", False),
    ("A @ inv(A) @ A - A = 0", True),
    ("trace(A @ inv(A)) - n = 0", True),
    ("d(log(det(A)^2))/dA - 2 * inv(A).T = 0", True),
    ("X.T @ (X @ v - t) + lam * v = zeros(m)", True),
    ("X.T @ (X @ v - t) + lam * v = 1/10^20 * v", False),
    ("trace(-(-inv(C.T))) + trace(C) = z", True),
    ("trace(inv(C.T)) = trace(C)", True),
    ("trace(inv(C)) = trace(C @ C)", False),
    ("det(C)^2 - 1 = 0", True),
    ("sum(s) - 1 = sum(u^2) - 1", True),
    ("sum(s) - 1 = 1/10^20 * sum(u)", False),
]


@pytest.mark.parametrize("seed", [0, 8, 9])
def test_a_side_that_is_zero(seed: int) -> None:
    claims = "".join(f"  c{k}: {{claim: {equation!r}}}\n" for k, (equation, _) in enumerate(EQUATIONS))
    result = verify_text(f"{CLAIMS}claims:\n{claims}", seed=seed)
    assert result.error is None, result.error
    found = [(equation, claim.verdict) for (equation, _), claim in zip(EQUATIONS, result.claims, strict=True)]
    assert [one for one in found if one[1] in ("proved", "checked")] == [
        one for one, (_, true) in zip(found, EQUATIONS, strict=True) if true
    ]
    assert {verdict for (_, verdict), (_, true) in zip(found, EQUATIONS, strict=True) if not true} == {"refuted"}


def to_fifty_digits(network: Network, equation: str, sizes: dict[str, int]) -> str:
    left, right = parse_equation(equation, network.scope.vocabulary()).sides
    link = pair(left, right, "=", None, network.scope)
    return compare_precisely(link.left, link.right, link.axes, sizes, network.facts, 2).evidence.verdict


def test_fifty_digits_by_themselves() -> None:
    network = build(read_spec(CLAIMS))
    sizes = {"n": 4, "N": 5, "m": 3, "q": 2, "k": 6}
    for equation, true in EQUATIONS:
        assert to_fifty_digits(network, equation, sizes) == ("agrees" if true else "differs"), equation


# (equation, verdict): conditions on what is small, and on what is zero but for rounding errors.
CONDITIONS = [
    ("sum(relu(lam)) = 2*sum(relu(lam))", "refuted"),
    ("d(sum(relu(lam)))/dlam = 2*relu'(lam)", "refuted"),
    ("sum(relu(x / 10^200)) = 11/10^201 * sum(relu(x))", "refuted"),
    ("sum(relu(lam)) = 1/10^14 * sum(relu(x))", "proved"),
    ("max_i(max(lam[i], lam[1])) = max(lam)", "checked"),
    ("(1 if sin(s)^2 + cos(s)^2 > 1 else 0) = 0", "proved"),
    ("(1 if gamma(s^2 + 2) > (s^2 + 1)*gamma(s^2 + 1) else 0) = 0", "undecided"),
    ("relu(10^6*(gamma(s^2 + 2) - (s^2 + 1)*gamma(s^2 + 1))) = 0", "undecided"),
]


@pytest.mark.parametrize(("equation", "verdict"), CONDITIONS)
def test_what_is_small_is_no_rounding_error(equation: str, verdict: str) -> None:
    spec = "tensors: {x: n, s: scalar}\nlayers: {lam: x / 10^14}\n"
    (claim,) = verify_text(f"{spec}claims: {{a: '{equation.replace(chr(39), chr(39) * 2)}'}}\n").claims
    assert claim.verdict == verdict, claim


@pytest.mark.parametrize("seed", [33, 69])  # at which the condition is 0 to the last place, and 1e-60 in 60 digits
def test_many_digits_of_a_rounding_error_refute_nothing(seed: int) -> None:
    claim = '{a: "relu\'(cos(s)^2 - sin(s)^2 - cos(2*s)) = 0"}'
    result = verify_text(f"tensors: {{s: scalar}}\nclaims: {claim}\n", seed=seed)
    assert result.claims[0].verdict in ("undecided", "checked", "proved"), result.claims[0]


def test_what_cancels_is_in_the_bar() -> None:
    """Of 1e8 + x - 1e8 eight digits are left."""
    network = build(read_spec("tensors: {x: n}\nloss: {L: 'sum((10^8 + x)^2 - (10^8)^2 - 2 * 10^8 * x)'}\n"))
    node = network.named("x").node
    derived = gradient(network.loss.node, node)
    found = compare_gradient(network.loss.node, node, derived, {"n": 4}, {}, 1)
    assert found.verdict == "agrees"
    assert 1e-10 < found.bar < 1e-3
    wrong = multiply(constant(sympy.Rational(101, 100)), derived)
    assert compare_gradient(network.loss.node, node, wrong, {"n": 4}, {}, 1).verdict == "differs"
    assert np.isfinite(found.max_error)


SATURATED = """
tensors: {x: n0, W1: n1 n0, b1: n1, W2: n2 n1, b2: n2, y: {axes: n2, given: one_hot}}
layers: {z1: W1 @ x + b1, a1: leaky_relu(z1), z2: W2 @ a1 + b2, p: softmax(z2)}
loss: {L: "cross_entropy(p, y)"}
claims:
  top: dL/dz2 = p - y
  below: dL/dW1 = (W2.T @ (p - y) * leaky_relu'(z1)) @ x.T
  wrong: dL/dz2 = p - 2 * y
"""


@pytest.mark.parametrize("seed", [0, 44])
def test_probabilities_whose_products_are_no_floats(seed: int) -> None:
    """At a point of seed 0 p is 1e-160: p p / p is not 1e-320 / 1e-160, of which few digits are left."""
    result = verify_text(SATURATED, seed=seed)
    assert [claim.verdict for claim in result.claims] == ["proved", "proved", "refuted"]


# (equation, verdict): off by what neither floats nor 50 digits show, and true where nothing proves it.
FINE = [
    ("x + 1e-45*y = x", "refuted"),
    ("s = s*(1 + 1e-50)", "refuted"),
    ("s != s + 1e-50", "proved"),
    ("sum(x) = sum(x) + 1e-400", "refuted"),
    ("1 = 1 + 1e-45", "refuted"),
    ("s*t/(s + t)^2 = (s*t + 1e-390)/(s + t)^2", "refuted"),
    ("relu(s) = relu(s)*(1 + 1e-50)", "refuted"),
    ("max(s, t) = max(s, t) + 1e-300*s", "refuted"),
    ("sqrt(p) = sqrt(p)*(1 + 1e-45)", "refuted"),
    ("sigmoid(s + 100) = 1", "refuted"),
    ("erf(s + 30) = 1", "refuted"),
    ("cos(1e-30*s) = 1", "refuted"),
    ("f(x) = f(x)*(1 + 1e-60)", "refuted"),
    ("det(Q)^2 = 1 + 1e-60", "refuted"),
    ("sum(v^2) = 1 + 1e-60", "refuted"),
    ("d(sum(x^2))/dx = 2*x + 1e-45*x", "refuted"),
    ("inv(A) @ A @ x = x + 1e-45*y", "refuted"),
    ("x + (1e-400)^2*y = x", "undecided"),
    ("(1e-300)^3*s = (1e-300)^3*t", "refuted"),
    ("sin(3*s) = 3*sin(s) - 4*sin(s)^3", "proved"),
    ("gamma(s^2 + 2) = (s^2 + 1)*gamma(s^2 + 1)", "checked"),
    ("exp(t)*sinh(s) = exp(t)*tanh(s)*cosh(s)", "proved"),
    ("det(Q)^2*erf(s + s) = erf(2*s)*det(Q @ Q.T)", "proved"),
    ("sin(v[1])^2 + cos(v[1])^2 - sum(v^2) = 0", "proved"),
    ("p^0.3 * p^0.7 * cos(t - t) = p*exp(0*t)", "proved"),
    ("sin(f(x) + 1) = sin(f(x))*cos(1) + cos(f(x))*sin(1)", "proved"),
]
FINE_SPEC = """
tensors:
  x: n
  y: n
  s: scalar
  t: scalar
  A: n n
  p: {axes: [], given: positive}
  Q: {axes: n n, given: orthogonal}
  v: {axes: n, given: unit}
functions: {f: opaque}
"""


@pytest.mark.parametrize(("equation", "verdict"), FINE)
def test_what_any_number_that_can_be_written_makes_different(equation: str, verdict: str) -> None:
    (claim,) = verify_text(f'{FINE_SPEC}claims: {{a: "{equation}"}}\n').claims
    assert claim.verdict == verdict, claim
    if verdict == "refuted" and claim.witness is not None:
        assert claim.witness.claimed != claim.witness.derived or claim.witness.difference not in ("", "0.0")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("loss", ["tanh(40 + sum(x^2))", "sigmoid(60 + sum(x^2))", "tanh(-30 - sum(x^2)) + 1"])
def test_a_saturated_gradient_is_rounding_alone(loss: str, seed: int, way: Way) -> None:
    """1 - tanh(u)^2 is exactly 0 in floats where u is 20, and 1e-17 in truth; twice of that is wrong all the same."""
    network = build(read_spec(f"tensors: {{x: n}}\nloss: {{L: {loss}}}\n"))
    node = network.named("x").node
    right = gradient(network.loss.node, node)
    found = {
        factor: compare_gradient(
            network.loss.node, node, multiply(constant(sympy.Integer(factor)), right), {"n": 3}, {}, seed, way=way
        ).verdict
        for factor in (1, 2)
    }
    assert found[1] in ("agrees", "cannot_tell")
    assert found[2] in ("differs", "cannot_tell")
    judged = verify_text(f"tensors: {{x: n}}\nloss: {{L: {loss}}}\n", seed=seed)
    assert [one.verdict for one in judged.gradients] == ["proved"]


@pytest.mark.parametrize(
    ("claim", "verdicts"),
    [
        ("det(diag(h)) = det(ones(n) @ h.T)", {"proved", "checked"}),
        ("det(diag(h)) = 1 + det(ones(n) @ h.T)", {"refuted"}),
        ("asin(u.T @ u) = pi/2", {"checked", "undecided"}),  # of 1 + 1e-50 there is no arc sine
        ("acos(u.T @ u) = 1", {"refuted", "undecided"}),
    ],
)
@pytest.mark.parametrize("seed", range(3))
def test_singular_matrices_and_what_is_not_real_in_many_digits(claim: str, verdicts: set[str], seed: int) -> None:
    spec = "tensors: {h: {axes: n, given: one_hot}, u: {axes: n, given: unit}}\n"
    (found,) = verify_text(f"{spec}claims: {{a: '{claim}'}}\n", seed=seed).claims
    assert found.verdict in verdicts


def test_what_rounding_leaves_of_zero_is_no_difference() -> None:
    """Far out a softmax is 1 and 0 to all digits calculated: what is left of sums of its slopes is no number."""
    text = "tensors: {Q: t d, K: t d, g: t t}\nlayers: {S: 'Q @ K.T', P: 'softmax(S, 2)'}\nloss: {L: sum(g * P)}\n"
    scope = build(read_spec(text)).scope
    for claim in ("sum_{i,j}(j * dL/dS[i,j]) = sum_{i,j}((j - i) * dL/dS[i,j])", "sum_{i,j}(i * dL/dS[i,j]) = 0"):
        asked = pair(*parse_equation(claim).sides, "=", None, scope)
        for seed in (0, 2, 9, 13, 28, 34, 44):
            found = compare_sides(asked.left, asked.right, asked.axes, {"t": 2, "d": 3}, {}, seed, spread=64.0)
            assert found.evidence.verdict != "differs", (seed, found)


def test_the_step_beside_a_number_moves_as_its_bits_do() -> None:
    """Of both parts something is rounded in every copy but the first; in none so much that it is another number."""
    (axis,) = build(read_spec("tensors: {u: k}\nloss: {J: sum(u)}\n")).named("u").axes
    exact = np.full((5, 7), 1 / 3 + 1e-20j / 3)
    for axes, copies in (((PROBE, axis), 0), ((axis, PROBE), 1)):
        array = exact if copies == 0 else exact.T
        rounded = np.moveaxis(Rounding(copies=PROBE)(Tensor(array, axes)).array, copies, 0)
        assert (rounded[0] == exact[0]).all()
        for part in (np.real, np.imag):
            assert (part(rounded[1:]) != part(exact[1:])).any(axis=1).all()
            np.testing.assert_allclose(part(rounded), part(exact), rtol=1e-14)
