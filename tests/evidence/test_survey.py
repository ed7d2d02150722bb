"""Structured measurement against naive perturbation, on every catalogue function and every shipped network."""

from __future__ import annotations

from pathlib import Path

import mpmath
import numpy as np
import pytest
from shipped import WITH_LOSS

from derivcheck.diagnostics.diagnostic import NumericError
from derivcheck.evidence.numeric.comparison import compare_gradient
from derivcheck.evidence.numeric.imaginary_parts import ImaginaryParts, NotCarriedError
from derivcheck.evidence.numeric.perturbation import Perturbation
from derivcheck.evidence.numeric.program import Program
from derivcheck.evidence.numeric.sampling import finite_run, sample
from derivcheck.evidence.numeric.structure import held_nodes, independence, linear_entry
from derivcheck.evidence.numeric.survey import STEP, WAYS, Surveyor, Way, laid_out
from derivcheck.evidence.numeric.tensors import Tensor
from derivcheck.graph.derive import gradient
from derivcheck.graph.nodes import Input, Node, Quantity, delta, mapped, multiply, sum_over, tensor
from derivcheck.graph.scalars import placeholder
from derivcheck.language.catalogue.specs import function_names, function_spec
from derivcheck.language.network import Network, build, depths
from derivcheck.spec import load_spec, read_spec

SPECS = Path(__file__).parents[2] / "specs"


def catalogue_network(name: str) -> tuple[Network, Node]:
    """A catalogue function under a smooth scalar, so that its gradient is no constant."""
    spec, _, output = function_spec(name, "", "mixed")
    network = build(spec)
    out = network.named(output).node
    weights = tensor("weights", out.axes)
    return network, quantity_of(
        sum_over(multiply(weights, mapped(placeholder(0) ** 2 + placeholder(0), out)), out.axes)
    )


def quantity_of(node: Node) -> Node:
    from derivcheck.graph.nodes import quantity

    return quantity("total", node, node.axes)


def naive(output: Node, variable: Node, values: dict[Node, Tensor], sizes: dict[str, int], step: complex) -> np.ndarray:
    """One run of the forward pass per entry, nothing clever."""
    base = np.array(laid_out(values[variable], variable.axes, sizes))
    program = Program([output], frozenset([variable]), 3)
    still = held_nodes([output])
    values = {**values, **dict(zip(still, Program(still, frozenset([variable]), 3).run(values, sizes), strict=True))}
    found = np.empty(base.shape, dtype=type(step))
    for place in np.ndindex(base.shape):
        moved = base.astype(type(step))
        moved[place] += step
        found[place] = program.run({**values, variable: Tensor(moved, variable.axes)}, sizes)[0].array
    return found


def point(network: Network, output: Node) -> dict[Node, Tensor]:
    try:
        return finite_run(Program([output]), network.sizes, network.facts, 3)[0]
    except NumericError:
        return finite_run(
            Program([output]), network.sizes, {t.name: (("positive", None),) for t in network.tensors}, 3
        )[0]


def agrees(found: np.ndarray, expected: np.ndarray) -> bool:
    scale = float(np.max(np.abs(expected))) or 1.0
    return bool(np.all(np.abs(found - expected) <= 1e-12 * scale))


@pytest.mark.parametrize("name", function_names())
def test_every_way_agrees_with_naive_perturbation_on_the_catalogue(name: str) -> None:
    network, output = catalogue_network(name)
    values = point(network, output)
    for variable in [node for node in values if isinstance(node, Input) and node.name != "weights"]:
        surveyor = Surveyor(output, variable, values, network.sizes, 3)
        if surveyor.analytic:
            expected = np.imag(naive(output, variable, values, network.sizes, 1j * STEP)) / STEP
            assert agrees(surveyor.full().measured, expected)
            assert agrees(surveyor.structured().measured, expected)
            assert not surveyor.is_small or agrees(surveyor.plain().measured, expected)
        else:
            # Of fourth order: near its poles the gamma function bends.
            step = 1e-4
            ends = [np.real(naive(output, variable, values, network.sizes, k * step)) for k in (-2, -1, 1, 2)]
            expected = (ends[0] - 8 * ends[1] + 8 * ends[2] - ends[3]) / (12 * step)
            for survey in (surveyor.full(), surveyor.structured()):
                error = np.abs(survey.measured - expected)
                assert np.all(error <= survey.error + 1e-7 * np.max(np.abs(survey.measured)))


@pytest.mark.parametrize("path", WITH_LOSS, ids=lambda path: path.stem)
def test_every_way_agrees_with_naive_perturbation_on_networks(path: Path) -> None:
    spec = load_spec(path)
    network = build(spec, depths(spec)[0])
    assert network.loss is not None
    output = network.loss.node
    values = point(network, output)
    for variable in [t.node for t in network.parameters if t.node in values]:
        surveyor = Surveyor(output, variable, values, network.sizes, 3)
        if not surveyor.analytic:
            continue
        expected = np.imag(naive(output, variable, values, network.sizes, 1j * STEP)) / STEP
        assert agrees(surveyor.full().measured, expected)
        assert agrees(surveyor.structured().measured, expected)


@pytest.mark.parametrize("name", function_names())
def test_the_compiled_forward_is_safe_under_complex_step(name: str) -> None:
    """Complex step against real differences: an operation that drops an imaginary part cannot hide."""
    network, output = catalogue_network(name)
    values = point(network, output)
    for variable in [node for node in values if isinstance(node, Input) and node.name != "weights"]:
        surveyor = Surveyor(output, variable, values, network.sizes, 3)
        if not surveyor.analytic:
            continue
        stepped = surveyor.full().measured
        surveyor.analytic = False
        survey = surveyor.full()
        assert np.all(np.abs(survey.measured - stepped) <= survey.error + 1e-13 * np.max(np.abs(stepped)))
        assert np.max(survey.error) <= 1e-6 * (np.max(np.abs(stepped)) or 1.0)


BATCH = "tensors: {W: n k, X: k M, T: n M}\n"
SQUARES = "loss: {L: 'mean(sum((A - T)**2, n))'}\n"
MIXED = {
    "batch norm over the batch": ("batch_norm(Z, 1, 0, 0.1, M)", False),
    "softmax over the classes": ("softmax(Z, n)", True),
    "softmax over the batch": ("softmax(Z, M)", False),
    "entrywise": ("tanh(Z)", True),
    "a mean over the batch inside": ("Z * mean(Z, M)", False),
    "a product with its own transpose": ("Z @ Z.T @ Z", False),
    "a largest entry of the batch": ("Z / max(Z, M)", False),
}


@pytest.mark.parametrize("case", MIXED)
def test_what_mixes_the_batch_is_recognised(case: str) -> None:
    formula, free = MIXED[case]
    network = build(read_spec(f"{BATCH}layers: {{Z: W @ X, A: '{formula}'}}\n{SQUARES}"))
    assert network.loss is not None
    entry = linear_entry(network.loss.node, network.named("W").node)
    assert isinstance(entry.node, Quantity) and entry.node.name == "Z"
    assert (independence(network.loss.node, entry) is not None) == free


def test_a_loss_that_is_not_linear_in_the_sum_over_the_batch_is_not_taken_apart() -> None:
    text = "tensors: {W: n k, X: k M}\nlayers: {Z: W @ X}\nloss: {L: 'log(sum(exp(Z)))'}"
    network = build(read_spec(text))
    assert network.loss is not None
    assert independence(network.loss.node, linear_entry(network.loss.node, network.named("W").node)) is None


def test_a_weight_used_twice_is_its_own_entry() -> None:
    network = build(read_spec("tensors: {W: n n, x: n}\nlayers: {z: W @ x, a: W @ tanh(z)}\nloss: {L: sum(a**2)}"))
    assert network.loss is not None
    w = network.named("W").node
    assert linear_entry(network.loss.node, w).node is w


def test_a_survey_that_the_guard_does_not_confirm_is_measured_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    text = BATCH + "layers: {Z: W @ X, A: 'exp(Z) / max(exp(Z), M)'}\n" + SQUARES
    network = build(read_spec(text))
    assert network.loss is not None
    from derivcheck.evidence.numeric import structure

    monkeypatch.setattr(structure, "_keeps", lambda node, axis: True)  # claims that nothing is ever mixed
    output, w = network.loss.node, network.named("W").node
    values = point(network, output)
    surveyor = Surveyor(output, w, values, network.sizes, 3)
    survey = surveyor.structured()
    assert survey.scheme == "complex step"
    assert agrees(survey.measured, np.imag(naive(output, w, values, network.sizes, 1j * STEP)) / STEP)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("relative", "verdict"), [(0, "agrees"), (1e-10, "differs"), (1e-3, "differs")])
def test_one_wrong_entry_is_caught(way: Way, relative: float, verdict: str) -> None:
    network = build(read_spec(BATCH + "layers: {Z: W @ X, A: tanh(Z)}\n" + SQUARES))
    assert network.loss is not None
    w = network.named("W")
    true = gradient(network.loss.node, w.node)
    spike = multiply(delta(w.axes[0], 2), delta(w.axes[1], 3), true)
    from sympy import Rational

    claimed = mapped(placeholder(0) + Rational(relative) * placeholder(1), true, spike) if relative else true
    sizes = {"n": 11, "k": 7, "M": 5}
    found = compare_gradient(network.loss.node, w.node, claimed, sizes, {}, 1, way=way, order=w.axes)
    assert found.verdict == verdict, found
    if verdict == "differs" and way != "projections":
        assert found.census is not None and found.census.wrong == 1
        assert found.reason.startswith("[2,3]: given")


def test_blocks_cover_every_entry() -> None:
    """Blocks smaller than the tensor give what one block gives."""
    network = build(read_spec("tensors: {W: n k, X: k M}\nlayers: {A: 'softmax(W @ X, n)'}\nloss: {L: sum(A**3)}"))
    assert network.loss is not None
    sizes = {"n": 7, "k": 6, "M": 5}
    values = sample([network.named("W").node, network.named("X").node], sizes, {}, 0)
    perturbation = Perturbation(network.loss.node, network.named("W").node, values, sizes, 0)
    whole = perturbation.outputs(1j * STEP)
    from derivcheck.evidence.numeric import perturbation as module

    for room in (1, 40, 200):
        before = module.BATCH, module.NUMBERS
        module.BATCH = module.NUMBERS = room
        try:
            assert len(list(perturbation._blocks(network.named("W").node.axes, [6, 7], room // 35 or 1))) > 1
            assert agrees(np.imag(perturbation.outputs(1j * STEP)), np.imag(whole))
            assert agrees(perturbation.slopes(), np.imag(whole) / STEP)
        finally:
            module.BATCH, module.NUMBERS = before


CARRIED = {
    "tanh(W @ X)": True,
    "softmax(W @ X, M) @ X.T @ W.T": True,
    "W @ X - mean(W @ X, M)": True,
    "W @ X * max(W @ X, M)": True,
    "relu(W @ X) * sum(W, k)": True,
    "prod(W @ X, n)": False,
    "softmax(900 * W @ X, n)": False,
    "sqrt(relu(-exp(W))) @ X": False,
}


@pytest.mark.parametrize("formula", CARRIED)
def test_imaginary_parts_are_carried_where_they_share_a_real_part(
    formula: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = build(read_spec(f"tensors: {{W: n k, X: k M}}\nlayers: {{A: '{formula}'}}\nloss: {{L: sum(A**2)}}"))
    assert network.loss is not None
    output, w = network.loss.node, network.named("W").node
    values = point(network, output)
    perturbation = Perturbation(output, w, values, network.sizes, 3)
    plain = np.imag(perturbation.outputs(1j * STEP)) / STEP
    assert np.array_equal(np.isfinite(plain), np.isfinite(perturbation.slopes()))
    if np.all(np.isfinite(plain)):
        assert agrees(perturbation.slopes(), plain)
    if CARRIED[formula]:
        monkeypatch.setattr(Perturbation, "outputs", None)
        perturbation.slopes()
    else:
        with pytest.raises(NotCarriedError):
            ImaginaryParts(perturbation.program, perturbation.order, perturbation.base, w, network.sizes)


# --- the forward pass against 50 digits ---------------------------------------------------------

EXTREME = (1000.0, -1000.0, 30.0, -30.0, 0.0, 1e-8)
STABLE = (
    "sigmoid",
    "softplus",
    "silu",
    "softmax",
    "log_softmax",
    "logsumexp",
    "cross_entropy_logits",
    "binary_cross_entropy_logits",
)


@pytest.mark.parametrize("name", function_names())
def test_the_compiled_forward_is_the_definition_to_fifty_digits(name: str) -> None:
    spec, _, output = function_spec(name, "", "mixed")
    network = build(spec)
    node = network.named(output).node
    sizes = dict.fromkeys(network.sizes, 6) | ({"k": 2} if name == "conv1d" else {})
    program = Program([node])
    leaves = [leaf for leaf in program.order if isinstance(leaf, Input)]
    # The inverse hyperbolic cosine begins at 1.
    style = "generic" if name in STABLE else "large" if name == "acosh" else "fraction"
    values = sample(leaves, sizes, {}, 1, style)
    if name in STABLE:
        values[leaves[0]] = Tensor(np.array(EXTREME), values[leaves[0]].axes)
    found = np.asarray(program.run(values, sizes)[0].array)
    with mpmath.workdps(60):
        exact = {n: Tensor(np.vectorize(mpmath.mpf, otypes=[object])(t.array), t.axes) for n, t in values.items()}
        moved = {
            n: Tensor(np.vectorize(lambda x: x * (1 + mpmath.mpf(2) ** -52), otypes=[object])(t.array), t.axes)
            for n, t in exact.items()
        }
        precise_program = Program([node], digits=50)
        precise = np.asarray(precise_program.run(exact, sizes)[0].array)
        conditioning = np.abs(np.asarray(precise_program.run(moved, sizes)[0].array) - precise)
        error = np.abs(np.vectorize(mpmath.mpf, otypes=[object])(found) - precise)
        room = 64 * (conditioning + mpmath.mpf(2) ** -52 * np.abs(precise)) + mpmath.mpf(10) ** -300
        if name not in STABLE:
            room = room + 64 * mpmath.mpf(2) ** -52 * np.max(np.abs(precise))
        assert np.all(error <= room), (found, precise)


FAILING = {
    "a logarithm of a negative number": "log(-exp(x))",
    "a logarithm of zero": "log(x - x)",
    "a root of a negative number": "sqrt(-exp(x))",
    "a division by zero": "1 / (x - x)",
    "overflows": "exp(exp(x + 20))",
}


@pytest.mark.parametrize("cause", FAILING)
def test_what_is_not_finite_is_named_with_its_layer(cause: str) -> None:
    network = build(read_spec(f"tensors: {{x: n}}\nlayers: {{bad: '{FAILING[cause]}'}}\nloss: {{L: sum(bad)}}"))
    assert network.loss is not None
    with pytest.raises(NumericError) as problem:
        finite_run(Program([network.loss.node]), network.sizes, {}, 0)
    assert cause in problem.value.diagnostic.message
    assert "`bad`" in problem.value.diagnostic.message


def test_constants_do_not_move() -> None:
    network = build(read_spec("tensors: {x: n, W: n n}\nloss: {L: sum(x)}"))
    assert network.loss is not None
    values = point(network, network.loss.node)
    w = network.named("W").node
    survey = Surveyor(network.loss.node, w, {**values, w: Tensor(np.ones((4, 4)), w.axes)}, network.sizes, 0).full()
    assert np.all(survey.measured == 0)


@pytest.mark.parametrize("formula", ["log(x)", "sqrt(x)", "x**(1/3)", "1/sqrt(x)", "log(1 + x)"])
def test_functions_of_negative_numbers_stay_undefined_at_complex_points(formula: str) -> None:
    """A complex logarithm of -2 is log 2 + iπ: finite, and no value of the real function."""
    network = build(read_spec(f"tensors: {{x: n}}\nloss: {{L: 'sum({formula})'}}"))
    assert network.loss is not None
    x = network.named("x").node
    values = {x: Tensor(np.array([-2.0, 1.0]), x.axes)}
    slopes = Surveyor(network.loss.node, x, values, {"n": 2}, 0).full().measured
    assert np.isnan(slopes).any()
