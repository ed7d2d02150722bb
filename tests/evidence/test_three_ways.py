"""Each way by itself: a wrong rule of one must not hide behind the other two."""

from __future__ import annotations

from functools import cache

import pytest
from three_ways import NO_PROOF, RESTS_ON, ROWS, SPEC

from derivcheck.evidence import exact
from derivcheck.evidence.canonical.form import Canonical
from derivcheck.evidence.numeric.sides import compare_sides
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


@pytest.mark.parametrize(("equation", "true", "canonical", "field"), ROWS, ids=EQUATIONS)
def test_canonical_form(equation: str, true: bool, canonical: str, field: str) -> None:
    found = Canonical(network().facts).equal(sides(equation).left, sides(equation).right)
    assert ("proved" if found.proved else "open") == canonical
    assert true or canonical == "open"


@pytest.mark.parametrize(("equation", "true", "canonical", "field"), ROWS, ids=EQUATIONS)
def test_field(equation: str, true: bool, canonical: str, field: str) -> None:
    found = exact.identical(sides(equation).left, sides(equation).right, facts=network().facts)
    assert FIELD[found.equal] == field


@pytest.mark.parametrize(("equation", "true", "canonical", "field"), ROWS, ids=EQUATIONS)
def test_numbers(equation: str, true: bool, canonical: str, field: str) -> None:
    link, here = sides(equation), network()
    found = {
        compare_sides(link.left, link.right, link.axes, here.sizes, here.facts, seed, None).evidence.verdict
        for seed in range(4)
    }
    assert found == {"agrees"} if true else "differs" in found


@pytest.mark.parametrize("equation", NO_PROOF)
def test_no_proof(equation: str) -> None:
    assert not Canonical(network().facts).equal(sides(equation).left, sides(equation).right).proved


@pytest.mark.parametrize(("equation", "facts"), RESTS_ON, ids=[equation for equation, _ in RESTS_ON])
def test_a_proof_names_its_facts(equation: str, facts: set[tuple[str, str]]) -> None:
    found = Canonical(network().facts).equal(sides(equation).left, sides(equation).right)
    assert found.proved and set(found.facts) == facts
