"""Each way by itself: a wrong rule of one must not hide behind the other two."""

from __future__ import annotations

from functools import cache
from itertools import product

import pytest
from three_ways import NO_PROOF, RESTS_ON, ROWS, SPEC

from derivcheck.diagnostics.verdicts import ExactEvidence
from derivcheck.evidence import exact
from derivcheck.evidence.canonical.form import Canonical
from derivcheck.evidence.field import Known
from derivcheck.evidence.numeric.sides import compare_sides
from derivcheck.evidence.numeric.tensors import Tensor
from derivcheck.evidence.points import Points
from derivcheck.graph.nodes import Input, topological
from derivcheck.language.claims import Pair, pairs
from derivcheck.language.network import Network, build
from derivcheck.language.notation.parser import parse_equation
from derivcheck.spec import read_spec

FIELD = {True: "equal", False: "differs", None: "unknown"}
EQUATIONS = [row[0] for row in ROWS]


@cache
def network() -> Network:
    return build(read_spec(SPEC))


@cache
def sides(equation: str) -> Pair:
    (link,) = pairs(parse_equation(equation, network().scope.vocabulary()), network().scope)
    return link


@cache
def alone(equation: str) -> ExactEvidence:
    """What the field says where nothing is remembered of its points."""
    return exact.identical(sides(equation).left, sides(equation).right, facts=network().facts)


@pytest.mark.parametrize(("equation", "true", "canonical", "field"), ROWS, ids=EQUATIONS)
def test_canonical_form(equation: str, true: bool, canonical: str, field: str) -> None:
    found = Canonical(network().facts).equal(sides(equation).left, sides(equation).right)
    assert ("proved" if found.proved else "open") == canonical
    assert true or canonical == "open"


@pytest.mark.parametrize(("equation", "true", "canonical", "field"), ROWS, ids=EQUATIONS)
def test_field(equation: str, true: bool, canonical: str, field: str) -> None:
    assert FIELD[alone(equation).equal] == field


def test_what_the_field_remembers_of_its_points_changes_no_answer() -> None:
    """Equations that have no value at a point stand between others, made of some of the same nodes."""
    points: Points[Known] = Points()

    def said(equation: str) -> ExactEvidence:
        return exact.identical(sides(equation).left, sides(equation).right, sizes=[{"n": 40}], points=points)

    assert said("sqrt(x) + exp(y/7) = sqrt(x) * x + exp(y/7)").reason == "undefined at every point tried"
    assert said("exp(y/7) + x = x + exp(y/7)").equal is True
    assert said("exp(y/7)^2 = exp(y/7)").equal is False
    for equation in EQUATIONS:
        link = sides(equation)
        assert exact.identical(link.left, link.right, facts=network().facts, points=points) == alone(equation)


def test_what_has_no_value_in_the_field_is_tried_once() -> None:
    """A node that has no value at a point is not evaluated there again, nor is anything that is made of it."""
    points: Points[Known] = Points()
    link, larger = sides("sqrt(x) = 2 * sqrt(x)"), sides("exp(x) + 3 * sqrt(x) = sqrt(x) + x")
    for one in (link, larger):
        assert exact.identical(one.left, one.right, sizes=[{"n": 40}], draws=1, points=points).equal is None
    inputs = {node for node in topological([link.left]) if isinstance(node, Input)}
    for known in (points.at({"n": 40}, {}, seed) for seed in range(exact.REDRAWS)):
        lost = {node for node, worth in known.items() if not worth.is_defined}
        assert lost >= {link.left, link.right, larger.left, larger.right} and not lost & inputs


@pytest.mark.parametrize(("equation", "true", "canonical", "field"), ROWS, ids=EQUATIONS)
def test_numbers(equation: str, true: bool, canonical: str, field: str) -> None:
    link, here = sides(equation), network()
    found = {
        compare_sides(link.left, link.right, link.axes, here.sizes, here.facts, seed, None).evidence.verdict
        for seed in range(4)
    }
    assert found == {"agrees"} if true else "differs" in found


def test_numbers_remember_what_they_would_find_anew() -> None:
    """All questions in one memory, to sixty digits too: values and verdicts are those of each question alone."""
    memory: Points[Tensor] = Points()
    here, digits = network(), 0
    for equation, seed in product(EQUATIONS, range(2)):
        link = sides(equation)
        asked = (link.left, link.right, link.axes, here.sizes, here.facts, seed)
        first, again = compare_sides(*asked), compare_sides(*asked, memory)
        assert first.evidence.verdict == again.evidence.verdict, equation
        assert (first.precise_left, first.precise_right) == (again.precise_left, again.precise_right), equation
        digits += first.evidence.verdict == "differs"
    assert digits > 20


@pytest.mark.parametrize("equation", NO_PROOF)
def test_no_proof(equation: str) -> None:
    assert not Canonical(network().facts).equal(sides(equation).left, sides(equation).right).proved


@pytest.mark.parametrize(("equation", "facts"), RESTS_ON, ids=[equation for equation, _ in RESTS_ON])
def test_a_proof_names_its_facts(equation: str, facts: set[tuple[str, str]]) -> None:
    found = Canonical(network().facts).equal(sides(equation).left, sides(equation).right)
    assert found.proved and set(found.facts) == facts
