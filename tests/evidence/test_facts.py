"""Facts of one tensor together: at the points that are tried all of them hold, or the pair is refused."""

from __future__ import annotations

import itertools
from fractions import Fraction

import mpmath
import numpy as np
import pytest

from derivcheck.diagnostics.diagnostic import SpecError
from derivcheck.evidence import exact
from derivcheck.evidence.canonical.atoms import Rational
from derivcheck.evidence.canonical.form import Facts
from derivcheck.evidence.canonical.knowledge import lowest_power
from derivcheck.evidence.field import Known
from derivcheck.evidence.numeric.program import Program
from derivcheck.evidence.numeric.sampling import STYLES, inputs_of, sample
from derivcheck.evidence.numeric.survey import laid_out
from derivcheck.evidence.points import Points
from derivcheck.evidence.residues import P, Q
from derivcheck.graph.axes import Axis, Dimension
from derivcheck.graph.nodes import tensor
from derivcheck.judging.exposition import in_words
from derivcheck.language.claims import pairs
from derivcheck.language.facts import combined
from derivcheck.language.network import build
from derivcheck.language.notation.parser import parse_equation
from derivcheck.pipeline.verification import check_equation, verify_text
from derivcheck.spec import read_spec
from derivcheck.spec.facts.kinds import FactKind
from derivcheck.spec.facts.table import FACTS, KINDS, exclude_each_other, values_of, with_implied

HOLDS = {
    "one_hot": lambda y: np.isin(y, (0, 1)).all() and y.sum() == 1,
    "simplex": lambda y: (y >= 0).all() and np.isclose(y.sum(), 1),
    "sums_to_one": lambda y: np.isclose(y.sum(), 1),
    "binary": lambda y: np.isin(y, (0, 1)).all(),
    "positive": lambda y: (y > 0).all(),
    "unit": lambda y: np.isclose((y * y).sum(), 1),
    "sums_to_zero": lambda y: np.isclose(y.sum(), 0),
}  # of a vector
DECLARED = [
    (kind.name, text)
    for kind in KINDS
    for known in with_implied(kind.name)
    for text in (*known.identities, *([f"(0 if {known.support} else y[i,j]) = 0"] if known.support else []))
]
VECTOR = Axis(Dimension.named("n"), "0")


def given(*facts: str) -> tuple[tuple[str, int | None], ...]:
    return tuple((fact, 0 if FACTS[fact].along_an_axis else None) for fact in facts)


@pytest.mark.parametrize("pair", list(itertools.combinations(HOLDS, 2)), ids=" ".join)
def test_both_facts_hold_at_the_points_tried(pair: tuple[str, str]) -> None:
    try:
        facts: Facts = {"y": combined(given(*pair), "y", None)}
    except SpecError as problem:
        assert problem.diagnostic.code == "DC043"
        return
    y = tensor("y", (VECTOR,))
    for seed in range(5):
        value = sample([y], {"n": 4}, facts, seed)[y].array
        assert all(HOLDS[fact](value) for fact in pair), value


def declared(fact: str, text: str) -> str:
    """A spec with a tensor of which a fact holds, along its only axis, and an identity as its claim."""
    axes = {"a square matrix": "n n", "a matrix": "n n"}.get(FACTS[fact].needs, "n")
    return f"tensors: {{y: {{axes: {axes}, given: {fact}}}}}\nclaims: {{identity: '{text}'}}\n"


@pytest.mark.parametrize(("fact", "text"), DECLARED)
def test_what_a_fact_declares_is_proved_by_it_alone(fact: str, text: str) -> None:
    spec = declared(fact, text)
    (claim,) = verify_text(spec).claims
    assert claim.verdict == "proved" and claim.facts
    (claim,) = verify_text(spec.replace(f", given: {fact}", "")).claims
    assert claim.verdict == "refuted"


@pytest.mark.parametrize(("fact", "text"), DECLARED)
@pytest.mark.parametrize("style", STYLES)
def test_what_a_fact_declares_holds_at_its_points(fact: str, text: str, style: str) -> None:
    """To the digits of every number system: those of one are made as those of another."""
    network = build(read_spec(declared(fact, text)))
    (link,) = pairs(parse_equation(text, network.scope.vocabulary()), network.scope)
    sizes: dict[str, int]
    for sizes, seed in (({"n": 1}, 3), ({"n": 2}, 5), ({"n": 3}, 7), ({"n": 4}, 9)):  # 1/3 is no float
        assert exact.identical(link.left, link.right, sizes=[sizes], facts=network.facts, seed=seed).equal
        for digits, error in ((16, 1e-14), (60, 1e-58)):
            with mpmath.workdps(digits):
                point = sample(inputs_of([link.left]), sizes, network.facts, seed, style, 64.0, precise=digits > 16)
                program = Program([link.left, link.right], digits=digits if digits > 16 else 0)
                left, right = (laid_out(side, link.axes, sizes) for side in program.run(point, sizes))
                largest = max([1, *(np.max(abs(value.array)) for value in point.values())])
                assert np.max(abs(np.asarray(left - right))) < error * largest


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_entries_are_as_declared(kind: FactKind) -> None:
    axes = (VECTOR, Axis(VECTOR.dimension, "1"))[: 1 if kind.needs == "a vector" else 2]
    y = tensor("y", axes)
    facts: Facts = {"y": given(kind.name)}
    known = with_implied(kind.name)
    for seed, style in itertools.product(range(3), STYLES):
        for value in (
            sample([y], {"n": 3}, facts, seed, style, 1000.0)[y].array,
            sample([y], {"n": 3}, facts, seed, style, precise=True)[y].array,
        ):
            few = values_of(kind.name)
            assert not few or set(value.ravel().tolist()) == set(few)
            assert (value > 0).all() or not any(entry.positive for entry in known)
            assert (value < 1).all() or not any(entry.below_one for entry in known)
    residues = exact.Draws(3, facts, {"n": 3}).leaf(y)[0]
    assert not few or all(
        {int(x) for x in world.ravel()} == {v % m for v in few} for world, m in ((residues.p, P), (residues.q, Q))
    )


def test_every_fact_is_known_everywhere() -> None:
    with pytest.raises(SpecError) as caught:
        read_spec("tensors: {y: {axes: n, given: hot}}\n")
    assert dict(caught.value.diagnostic.notes) == {"known": ", ".join(FACTS)}
    for kind in KINDS:
        assert {*kind.implies, *kind.together, *itertools.chain(*kind.amounts)} <= set(FACTS)
        assert in_words(kind.formula.format("y")) == kind.words.format("y")


@pytest.mark.parametrize(
    ("values", "power", "lowest"),
    [
        ((0, 1), 3, 1),
        ((0, 1), Fraction(1, 2), 1),
        ((0, 1), -1, -1),
        ((-1, 1), 5, 1),
        ((-1, 1), -2, 0),
        ((-1, 1), -3, 1),
        ((-1, 1), Fraction(1, 2), Fraction(1, 2)),
        ((-1, 0, 1), 4, 2),
        ((2, 3), 2, 2),
    ],
)
def test_powers_of_few_values(values: tuple[int, ...], power: Rational, lowest: Rational) -> None:
    assert lowest_power(values, power) == lowest


def test_a_distribution_may_have_zeros() -> None:
    """At the edge `sign(0)` is 0: no point is drawn there, and no proof says otherwise."""
    spec = "tensors: {s: {axes: n, given: %s}}\nclaims: {a: sign(s) = ones(n)}\n"
    assert [verify_text(spec % fact).claims[0].verdict for fact in ("simplex", "positive")] == ["checked", "proved"]


def test_which_pairs_are_supported() -> None:
    supported = set()
    for pair in itertools.combinations(HOLDS, 2):
        try:
            combined(given(*pair), "y", None)
        except SpecError:
            continue
        supported.add(frozenset(pair))
    assert supported == {
        frozenset(pair)
        for pair in [
            ("one_hot", "sums_to_one"),
            ("one_hot", "binary"),
            ("one_hot", "unit"),
            ("binary", "sums_to_one"),
            ("binary", "unit"),
            ("positive", "sums_to_one"),
            ("positive", "simplex"),
            ("simplex", "sums_to_one"),
        ]
    }


@pytest.mark.parametrize("pair", list(itertools.permutations(FACTS, 2)), ids=" ".join)
def test_no_pair_makes_a_contradiction(pair: tuple[str, str]) -> None:
    text = f"""
tensors: {{y: {{axes: n, given: [{", ".join(pair)}]}}, z: n}}
loss: {{L: sum(y*z)}}
claims: {{a: "sum(y)^2 = sum(y)", b: "y[i]^2 = y[i]", c: "sum(y^2) = 1", d: "abs(y[i]) = y[i]"}}
"""
    result = verify_text(text)
    assert result.exit_code in (0, 1, 2)
    if result.error is None:
        found = {kind.name for fact, _ in combined(given(*pair), "y", None) for kind in with_implied(fact)}
        assert result.claims[0].verdict == ("proved" if "sums_to_one" in found else "refuted")


def test_facts_along_two_axes_are_refused() -> None:
    result = verify_text("tensors: {P: {axes: n m, given: [{sums_to_one: n}, {sums_to_one: m}]}}\n")
    assert result.error is not None
    assert result.error.code == "DC043"


def test_a_claim_s_own_fact_joins_the_tensor_s() -> None:
    text = """
tensors: {y: {axes: n, given: binary}, W: n m}
claims:
  a: {claim: "y[i]*sum(y) = y[i]^3", given: "sums_to_one: y"}
  b: {claim: "sum(y) = sum(y)", given: "positive: y"}
  c: {claim: "W = W", given: "symmetric: W"}
"""
    joined, refused, unfit = verify_text(text).claims
    assert joined.verdict == "proved"
    assert [claim.diagnosis.code for claim in (refused, unfit) if claim.diagnosis] == ["DC043", "DC042"]


@pytest.mark.parametrize(
    ("given", "instead"),
    [
        ("h[0] = 0", "positive: h"),
        ("simetric: h", "symmetric: W"),
        ("sums_to_one: q", "sums_to_one: x"),
        ("unit", "unit: x"),
    ],
)
def test_what_is_no_fact_is_answered_with_one_that_can_be_given(given: str, instead: str) -> None:
    text = "tensors: {x: n, h: m, W: n n}\nclaims:\n  a: {claim: x = x, given: '%s'}\n"
    (claim,) = verify_text(text % given).claims
    assert claim.diagnosis is not None
    assert (claim.diagnosis.code, claim.diagnosis.help) == ("DC042", instead)
    assert dict(claim.diagnosis.notes) == {"facts": ", ".join(FACTS)}
    assert verify_text(text % instead).exit_code == 0
    without = verify_text("tensors: {s: scalar}\nclaims:\n  a: {claim: s = s, given: 'unit: q'}\n").claims[0]
    assert without.diagnosis is not None
    assert (without.diagnosis.code, without.diagnosis.help) == ("DC042", "")


@pytest.mark.parametrize(
    ("claim", "fact"),
    [
        ("sqrt(x^2) = x", "x > 0"),
        ("d(x.T@W@x)/dx = 2*W@x", "W is symmetric"),
        ("sum(x) = 1", "Σ x = 1"),
        ("relu(1-x) = 1-x", "0 < x < 1"),
        ("(1 if x[i] > 0 else 0) = 1", "x > 0"),
    ],
)
def test_a_claim_that_needs_a_fact_is_told_the_weakest(claim: str, fact: str) -> None:
    (found,) = verify_text(f"tensors: {{x: n, W: n n}}\nclaims: {{a: '{claim}'}}\n").claims
    assert found.diagnosis is not None
    assert (found.diagnosis.code, found.diagnosis.message) == ("DC219", f"right only if {fact}, which is not given")


@pytest.mark.parametrize(
    ("given", "claim", "said"),
    [("open_unit", "x^2 = ones(n)", ""), ("positive", "x^2 = ones(n)", "x is ±1"), ("binary", "x = x^3 + x - 1", "")],
)
def test_no_fact_is_asked_for_that_what_is_given_excludes(given: str, claim: str, said: str) -> None:
    (found,) = verify_text(f"tensors: {{x: {{axes: n, given: {given}}}}}\nclaims: {{a: '{claim}'}}\n").claims
    assert found.verdict == "refuted"
    assert found.diagnosis is not None
    assert ("right only if" in found.diagnosis.message, said in found.diagnosis.message) == (bool(said), True)


def test_facts_that_leave_no_number_exclude_each_other() -> None:
    names = ("positive", "binary", "signs", "open_unit", "symmetric")
    pairs = {(a, b) for a in names for b in names if a < b and exclude_each_other((a, b))}
    assert pairs == {("binary", "open_unit"), ("open_unit", "signs")}
    assert exclude_each_other(("one_hot", "open_unit"))


def test_a_derivative_of_a_loss_asks_for_a_network() -> None:
    for text, place in (("dL/dz2 = p - y", (1, 6)), ("p - y = dE/dz", (9, 5)), ("x = 2 * dL/da[i]", (9, 8))):
        with pytest.raises(SpecError) as caught:
            check_equation(text)
        said = caught.value.diagnostic
        assert (said.code, "--spec FILE" in said.help) == ("DC607", True)
        assert said.where is not None
        assert (said.where.column, said.where.length) == place
    for text in ("d(x.T @ A @ x)/dx = (A + A.T) @ x", "dx/dx = eye(n)"):
        assert check_equation(text).verdict == "proved"


def test_a_draw_does_not_depend_on_what_else_is_drawn() -> None:
    y, z = tensor("y", (VECTOR,)), tensor("z", (VECTOR,))
    alone, after = ({}, {})
    exact.Draws(3, {}, {"n": 2}).add_leaves([y], frozenset(), alone)
    exact.Draws(3, {}, {"n": 2}).add_leaves([z, y], frozenset(), after)
    assert (alone[y].residues.p == after[y].residues.p).all()
    assert (after[y].residues.p != after[z].residues.p).any()


@pytest.mark.parametrize("fact", ["signs", "binary"])
@pytest.mark.parametrize("seed", range(6))
def test_both_values_of_a_single_choice_are_tried(fact: str, seed: int) -> None:
    claims = ["s * x = x", "A = s * A", "ones(n) = s * ones(n)", "s * x = -x", "s * x = 0 * x", "exp(s) = exp(1)"]
    text = f"tensors: {{s: {{axes: scalar, given: {fact}}}, x: {{axes: n, given: simplex}}, A: n n}}\nclaims:\n"
    text += "".join(f"  c{k}: {claim}\n" for k, claim in enumerate(claims))
    assert {claim.verdict for claim in verify_text(text, seed=seed).claims} == {"refuted"}


def test_what_is_positive_is_tried_below_one() -> None:
    """Roots of 1 - a have values at some of the points, and nothing else says that a is below one."""
    text = (
        "tensors: {x: d, e: d, a: {axes: scalar, given: positive}}\n"
        "layers: {s: sqrt(a) * x + sqrt(1 - a) * e}\n"
        'loss: {L: "s.T @ s"}\n'
        'claims: {true: "dL/de = 2 * sqrt(1 - a) * s", false: "dL/de = 2 * sqrt(a) * s"}\n'
    )
    found = verify_text(text)
    assert [claim.verdict for claim in found.claims] == ["proved", "refuted"]
    assert {gradient.verdict for gradient in found.gradients} == {"proved"}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_what_a_fact_does_not_touch_is_worth_what_it_was(kind: FactKind) -> None:
    """Values that are taken over from a point beside are those of a point that is drawn alone."""
    scope = build(read_spec("tensors: {x: n, y: n, S: n n}")).scope
    (link,) = pairs(parse_equation("exp(S @ y) * y + x = S.T @ (x * y) + y * y"), scope)
    of, sizes = "S" if "matrix" in kind.needs else "x", {"n": 3}
    facts: Facts = {of: ((kind.name, 0 if kind.along_an_axis else None),)}

    def values(points: Points[Known], given: Facts, beside: Facts | None = None) -> list[object]:
        exact.identical(
            link.left, link.right, sizes=[sizes], facts=given, draws=1, seed=2, points=points, beside=beside
        )
        drawn = (points.at(sizes, given, seed) for seed in range(2000 * exact.REDRAWS, 2001 * exact.REDRAWS))
        known = next(one for one in drawn if one)
        return [known[node].residues.p.tolist() for node in (link.left, link.right)]

    points: Points[Known] = Points()
    free = values(points, {})
    assert values(points, facts, beside={}) == values(Points(), facts) != free


# (axes, a fact in words, what it makes right, what it does not)
IN_WORDS = [
    ("m n", "rows sum to one", "P @ ones(n) = ones(m)", "P.T @ ones(m) = ones(n)"),
    ("m n", "columns sum to one", "P.T @ ones(m) = ones(n)", "P @ ones(n) = ones(m)"),
    ("n n", "rows sum to one", "P @ ones(n) = ones(n)", "P.T @ ones(n) = ones(n)"),
    ("h m n", "rows sum to one", "sum_j(P[a,i,j]) = 1", "sum_i(P[a,i,j]) = 1"),
    ("m n", "the rows are one-hot", "P[i,j]*P[i,k] = P[i,j]*delta(j,k)", "P[i,j]*P[k,j] = P[i,j]*delta(i,k)"),
    ("m n", "columns sum to zero", "sum_i(P[i,j]) = 0", "sum_j(P[i,j]) = 0"),
    ("n n", "lower triangular", "P[i,j] = 0 where i < j", "P[i,j] = 0 where i > j"),
]


@pytest.mark.parametrize(("axes", "words", "right", "wrong"), IN_WORDS, ids=[f"{row[1]} {row[0]}" for row in IN_WORDS])
def test_a_fact_in_words_is_the_same_of_a_tensor_and_of_a_claim(axes: str, words: str, right: str, wrong: str) -> None:
    claims = f"  a: '{right}'\n  b: '{wrong}'\n"
    declared = verify_text(f"tensors: {{P: {{axes: {axes}, given: {words}}}}}\nclaims:\n{claims}")
    assert [claim.verdict for claim in declared.claims] == ["proved", "refuted"]
    turned = [f"'P: {words}'", f"{{P: {words}}}", f"{{{words}: P}}", f"'{words} of P'"]
    lines = [f"  {k}: {{claim: '{right}', given: {text}}}\n" for k, text in enumerate(turned)]
    found = verify_text(
        f"tensors: {{P: {axes}}}\nclaims:\n  w: {{claim: '{wrong}', given: {turned[0]}}}\n{''.join(lines)}"
    )
    assert [claim.verdict for claim in found.claims] == ["refuted", *(["proved"] * len(turned))]
    assert {claim.facts for claim in found.claims[1:]} == {declared.claims[0].facts}
