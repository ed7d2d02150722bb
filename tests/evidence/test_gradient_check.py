"""`check_gradient`: catches what is wrong, accuses nothing that is right, says when it cannot tell."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from gradient_scenarios import Model, Scenario, models, mutants, scenarios

from derivcheck.evidence.numeric.census import census
from derivcheck.evidence.numeric.differences import ladder
from derivcheck.numeric import check_gradient
from derivcheck.pipeline.verification import check_equation, verify_text

MUTANTS = [(model, name, grad) for model in models() for name, grad in mutants(model)]


@pytest.mark.parametrize("model", models(), ids=lambda model: model.name)
@pytest.mark.parametrize("scheme", ["auto", "differences"])
def test_models_agree(model: Model, scheme: str) -> None:
    result = check_gradient(model.f, model.grad, model.x, scheme=scheme)
    assert result.ok and result.verdict == "agrees", str(result)


@pytest.mark.parametrize(("model", "name", "grad"), MUTANTS, ids=[f"{m.name}: {name}" for m, name, _ in MUTANTS])
def test_every_mutant_is_caught(model: Model, name: str, grad: Any) -> None:
    for scheme in ("auto", "differences"):
        assert check_gradient(model.f, grad, model.x, scheme=scheme).verdict == "differs", name


def test_there_are_enough_mutants_and_scenarios() -> None:
    assert len(MUTANTS) >= 50
    assert len(scenarios()) >= 24


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda scenario: scenario.name)
@pytest.mark.parametrize("scheme", ["auto", "differences"])
def test_no_false_alarm_and_gross_mutants_are_caught(scenario: Scenario, scheme: str) -> None:
    right = check_gradient(scenario.f, scenario.grad, scenario.x, scheme=scheme)
    assert right.verdict != "differs", str(right)
    wrong = check_gradient(scenario.f, scenario.mutant, scenario.x, scheme=scheme)
    assert wrong.verdict in ("differs", "cannot_tell"), str(wrong)
    if scheme == "auto":
        assert right.ok, str(right)


@pytest.mark.parametrize("model", models(), ids=lambda model: model.name)
@pytest.mark.parametrize(("scheme", "relative"), [("auto", 1e-8), ("differences", 1e-6)])
def test_the_smallest_error_that_is_always_caught(model: Model, scheme: str, relative: float) -> None:
    """In each of the entries in turn, as a fraction of the largest entry."""
    true = model.grad(model.x)
    for place in range(0, len(true), 3):
        spike = np.zeros(len(true))
        spike[place] = relative * np.max(np.abs(true))
        assert (
            check_gradient(model.f, lambda x, s=spike: model.grad(x) + s, model.x, scheme=scheme).verdict == "differs"
        )


def square(x: Any) -> Any:
    return np.sum(x**2)


def test_worst_entry_first_with_its_index() -> None:
    x = np.arange(1.0, 7.0).reshape(2, 3)
    wrong = np.ones((2, 3))
    wrong[1, 2] = 3.0
    wrong[0, 1] = 1.5
    result = check_gradient(square, lambda x: 2 * x * wrong, x)
    assert [entry.index for entry in result.entries[:2]] == [(1, 2), (0, 1)]
    first = result.entries[0]
    assert first.given == 36 and abs(first.measured - 12) < 1e-9 and first.bar < 1e-9
    assert "x[1,2]: given 36" in str(result) and "ratio 3" in str(result)
    assert result.census is not None and result.census.wrong == 2


def test_kinks_are_named_inside_and_outside_the_slopes() -> None:
    at = np.array([0.0, 1.0])

    def relu(x: Any) -> Any:
        return np.sum(np.maximum(x, 0))

    for value, verdict in ((0.5, "kink"), (0.0, "kink"), (1.5, "differs"), (-0.1, "differs")):
        assert check_gradient(relu, lambda x, v=value: np.array([v, 1.0]), at, scheme="differences").verdict == verdict


def test_a_function_that_rolls_dice_is_not_deterministic() -> None:
    random = np.random.default_rng(0)
    found = check_gradient(lambda x: square(x) + random.normal(), lambda x: 2 * x, np.ones(3))
    assert found.verdict == "not_deterministic" and not found.ok
    assert not check_gradient(square, lambda x: 2 * x + random.normal(), np.ones(3)).ok


def test_not_a_number_is_never_agreement() -> None:
    x = np.array([1.0, 2.0])
    assert check_gradient(square, lambda x: np.full(2, np.nan), x).verdict == "differs"
    assert check_gradient(square, lambda x: np.array([2.0, np.inf]), x).verdict == "differs"
    assert check_gradient(lambda x: np.nan, lambda x: 2 * x, x).verdict == "cannot_tell"
    assert check_gradient(lambda x: np.sum(np.log(x)), lambda x: 1 / x, -x).verdict == "cannot_tell"
    assert not check_gradient(square, lambda x: 2 * x, np.array([np.nan, 1.0])).ok


def test_a_gradient_below_the_noise_cannot_be_told() -> None:
    """float64 does not see 1e-12 beside 1e6 by differences: not agreement, for the wrong one would pass too."""
    x = np.array([0.3, 0.7])

    def f(x: Any) -> Any:
        return 1e6 + float(np.real(np.sum(1e-12 * x)))

    assert check_gradient(f, lambda x: np.full(2, 1e-12), x).verdict == "cannot_tell"


def test_complex_step_is_not_trusted_where_a_part_of_the_function_drops_it() -> None:
    """abs of a complex number is real: only the second half of the entries loses its slope."""

    def f(x: Any) -> Any:
        return np.sum(x[:3] ** 2) + np.sum(np.abs(x[3:]) ** 3)

    x = np.array([1.0, -2.0, 0.5, 1.5, -0.7, 2.0])
    right = check_gradient(f, lambda x: np.concatenate([2 * x[:3], 3 * x[3:] * np.abs(x[3:])]), x)
    assert right.verdict == "agrees" and right.scheme == "differences"
    dropped = check_gradient(f, lambda x: np.concatenate([2 * x[:3], 0 * x[3:]]), x)
    assert dropped.verdict == "differs"


SIGNED = np.array([0.7, -1.3])
PAIR = np.array([1.0, 2.0])
# numpy takes x / |x| as the sign of a complex number, which is no analytic function: a slope where there is none.
STEPS: dict[str, tuple[Any, Any]] = {
    "a sum of signs": (lambda x: np.sum(np.sign(x)), lambda x: 1 / np.abs(x)),
    "x over its magnitude": (lambda x: np.sum(x / np.abs(x)), lambda x: 1 / np.abs(x)),
    "signs beside 1000": (lambda x: 1e3 + np.sum(np.sign(x)), lambda x: 1 / np.abs(x)),
    "a square of signs": (
        lambda x: (np.sign(x) @ PAIR - 1) ** 2,
        lambda x: 2 * (np.sign(x) @ PAIR - 1) * PAIR / np.abs(x),
    ),
    "magnitudes over magnitudes": (
        lambda x: np.sum(x * np.sign(x)) / np.sum(np.abs(x)),
        lambda x: 2 * np.sign(x) / np.sum(np.abs(x)),
    ),
}


@pytest.mark.parametrize("name", STEPS)
def test_complex_step_is_not_trusted_where_the_function_does_not_move(name: str) -> None:
    f, slope = STEPS[name]
    complex_slope = [np.imag(f(SIGNED + 1e-30j * np.eye(2)[k])) / 1e-30 for k in range(2)]
    assert np.allclose(complex_slope, slope(SIGNED), rtol=1e-12)
    assert check_gradient(f, np.zeros_like, SIGNED).verdict == "agrees"
    wrong = check_gradient(f, slope, SIGNED)
    assert wrong.verdict == (
        "differs" if name in ("a square of signs", "magnitudes over magnitudes") else "cannot_tell"
    )
    assert not check_gradient(f, slope, SIGNED, scheme="complex").ok


def test_complex_step_is_not_trusted_where_one_entry_of_many_does_not_move() -> None:
    def f(x: Any) -> Any:
        return 1e12 * x[0] + np.sign(x[1])

    assert check_gradient(f, lambda x: np.array([1e12, 0.0]), SIGNED).verdict == "agrees"
    assert not check_gradient(f, lambda x: np.array([1e12, 1 / 1.3]), SIGNED).ok


@pytest.mark.parametrize("small", [2e-14, 2e-15, 3e-78])
def test_a_complex_step_that_no_difference_confirms_accuses_nothing(small: float) -> None:
    """Beside 1000 nothing tells x sign(x), of slope 1, from the 2 that complex step has."""
    found = check_gradient(lambda x: 1000 + np.sum(x * np.sign(x)), np.ones_like, np.array([small]))
    assert found.verdict != "differs", str(found)


def test_signs_of_a_large_array_have_no_slope() -> None:
    x = np.random.default_rng(8).normal(size=5000)
    assert check_gradient(lambda x: np.sum(np.sign(x)), np.zeros_like, x).verdict == "agrees"
    assert not check_gradient(lambda x: np.sum(np.sign(x)), lambda x: 1 / np.abs(x), x).ok
    found = check_gradient(lambda x: np.sum(np.sign(x) + x**2), lambda x: 2 * x + 1 / np.abs(x), x)
    assert found.verdict == "differs"


@pytest.mark.parametrize("small", [1e-12, 1e-22, 1e-24, 1e-27, 1e-30, 1e-40, 1e-100])
def test_the_step_for_a_small_entry_is_smaller_still(small: float) -> None:
    """Right and wrong by a hundredth in the smallest entry, whose part of f is below the rounding of f."""
    x = np.array([small, 1.0])
    for f, grad in (
        (lambda x: np.sum(np.sqrt(x)), lambda x: 0.5 / np.sqrt(x)),
        (lambda x: 5 + np.sum(np.exp(np.log(x) / 3)), lambda x: np.exp(-2 * np.log(x) / 3) / 3),
        (lambda x: np.sum(np.log(x)), lambda x: 1 / x),
    ):
        right = check_gradient(f, grad, x)
        assert right.verdict == "agrees" and right.scheme == "complex step", str(right)
        wrong = check_gradient(f, lambda x, grad=grad: grad(x) * np.array([1.01, 1.0]), x)
        assert wrong.verdict == "differs" and wrong.entries[0].index == (0,), str(wrong)


def test_a_function_that_vanishes_in_rounding_cannot_be_told() -> None:
    x = np.array([1e-200, 3e-190])
    assert check_gradient(lambda x: np.sum(x**2), lambda x: 2 * x, x).verdict == "cannot_tell"
    assert not check_gradient(lambda x: np.sum(x**2), lambda x: 3 * x, x).ok
    swallowed = np.array([0.4, 1.3])
    assert check_gradient(lambda x: np.sum(np.sin(x) + 1e17 - 1e17), np.cos, swallowed).verdict == "cannot_tell"


def test_functions_that_refuse_complex_points_are_measured_by_differences() -> None:
    import math

    found = check_gradient(lambda x: math.sin(float(x[0])), lambda x: np.cos(x), np.array([0.4]))
    assert found.verdict == "agrees" and found.scheme == "differences"


def test_shapes_must_match() -> None:
    with pytest.raises(ValueError, match="grad"):
        check_gradient(square, lambda x: np.ones(3), np.ones(4))
    with pytest.raises(ValueError, match="scalar"):
        check_gradient(lambda x: x, lambda x: x, np.ones(4))
    with pytest.raises(ValueError, match="scheme"):
        check_gradient(square, lambda x: 2 * x, np.ones(4), scheme="magic")


def test_scalars_and_empty_arrays() -> None:
    assert check_gradient(lambda x: x**2, lambda x: 2 * x, 3.0).verdict == "agrees"
    assert check_gradient(lambda x: np.sum(x), lambda x: x, np.zeros(0)).ok


def test_large_arrays_are_checked_by_projections_and_bisection() -> None:
    random = np.random.default_rng(5)
    x, inputs = 0.05 * random.normal(size=(120, 90)), random.normal(size=90)

    def f(x: Any) -> Any:
        return np.sum(np.tanh(x @ inputs) ** 2)

    def grad(x: Any) -> Any:
        a = np.tanh(x @ inputs)
        return np.outer(2 * a * (1 - a * a), inputs)

    right = check_gradient(f, grad, x)
    assert right.verdict == "agrees" and right.evaluations < 500

    def wrong(x: Any) -> Any:
        found = grad(x)
        found[17, 33] *= 1.001
        return found

    result = check_gradient(f, wrong, x)
    assert result.verdict == "differs" and result.entries[0].index == (17, 33)


def test_the_difference_bar_covers_the_true_error() -> None:
    random = np.random.default_rng(11)
    x = random.normal(size=600)
    cases = [
        (np.exp, np.exp),
        (np.sin, np.cos),
        (lambda t: np.tanh(50 * t), lambda t: 50 / np.cosh(50 * t) ** 2),
        (lambda t: 1 / t, lambda t: -1 / t**2),
        (lambda t: t**3 + 1e6, lambda t: 3 * t**2),
    ]
    for f, slope in cases:
        noise = 4e-16 * float(np.max(np.abs(f(x))))
        quotients = ladder(lambda t, f=f: f(x + t), np.maximum(np.abs(x), 1e-2), noise)[1]
        assert np.all(np.abs(quotients.value - slope(x)) <= quotients.bar)


TRUE = np.arange(1.0, 13.0).reshape(3, 4) ** 1.5
CAUSES = {
    "the sign is wrong": -TRUE,
    "a factor 3 is missing": TRUE / 3,
    "a constant factor 2 too much": 2 * TRUE,
    "the given entries are zero": 0 * TRUE,
    "a constant 0.25 is added": TRUE + 0.25,
    "a given value is not finite": np.where(TRUE > 5, np.nan, TRUE),
    "the ratio given / measured is constant along axis 2": TRUE * np.array([[2.0], [3.0], [5.0]]),
}


@pytest.mark.parametrize("cause", CAUSES)
def test_the_census_names_the_cause(cause: str) -> None:
    found = census(CAUSES[cause], TRUE, np.full(TRUE.shape, 1e-9))
    assert found.cause.startswith(cause)


def test_the_census_sees_a_transpose_and_wrong_lines() -> None:
    square = np.arange(9.0).reshape(3, 3) ** 2
    assert census(square.T, square, np.full((3, 3), 1e-9)).cause == "the given array is the transpose"
    wrong = TRUE.copy()
    wrong[1] += np.arange(4.0) + 1
    assert census(wrong, TRUE, np.full(TRUE.shape, 1e-9)).lines == ((1, (2,)),)


def test_a_ratio_near_one_that_varies_is_no_factor() -> None:
    given = TRUE * (1 + 1e-5 * (1 + 0.05 * np.arange(TRUE.size).reshape(TRUE.shape)))
    assert census(given, TRUE, np.full(TRUE.shape, 1e-9)).ratio is None


def test_a_refuted_claim_carries_its_census() -> None:
    text = "tensors: {x: n, W: m n, y: m}\nlayers: {z: W @ x}\nloss: {L: 'sse(z, y)'}\n"
    claim = verify_text(text + "claims: {w: 'dL/dW = (z - y) @ x.T'}").claims[0]
    found = claim.numeric.census
    assert found is not None and found.cause == "a factor 2 is missing" and found.wrong == found.entries == 20
    from derivcheck.report.json import claim_to_json

    assert json.loads(claim_to_json(claim))["claim"]["evidence"]["numeric"]["census"]["ratio"] == 0.5
    assert check_equation("sigmoid'(0) = 1").numeric.census is None
