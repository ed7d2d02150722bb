"""How far a claim about a family of layers reaches: any depth, from a least one on, or the depths that were tried."""

from __future__ import annotations

from collections.abc import Iterator

from derivcheck.diagnostics.diagnostic import ContradictionError, DerivcheckError
from derivcheck.judging.deadline import aside
from derivcheck.judging.examiner import Examiner
from derivcheck.judging.general import (
    Instance,
    depths_to_try,
    described,
    holds_for_every_depth,
    is_proved,
    least_depth,
    remember,
)
from derivcheck.judging.precedents import Precedents
from derivcheck.judging.statement import Assertion, Labels, Statement
from derivcheck.language.claims import Link, Pair
from derivcheck.language.uniformity import is_uniform, sums_of_families


def reach_of(statement: Statement, proved: bool) -> str:
    """What is said of the depths of a statement that holds, `proved` at those that were tried; empty without any."""
    examiners = statement.panel.examiners
    if not examiners[0].network.depth:
        return ""

    def unknown() -> Labels | None:
        statement.panel.renew()
        return None

    asked = proved and not statement.names_its_depth
    least = aside(lambda: _least_depth(statement, examiners[0]), unknown) if asked else None
    runs = any(labels for examiner in examiners for labels in statement.labels_at(examiner))
    return described(least, runs, [examiner.network.depth for examiner in examiners])


def _least_depth(statement: Statement, above: Examiner) -> Labels | None:
    """The depth from which on a claim about a family is proved for every label (general.py); none where it is at all.

    None where there is no proof for any depth. Raises ContradictionError.
    """
    spec = above.network.spec

    def instances(summed: frozenset[str]) -> Iterator[Instance]:
        for depth in depths_to_try(spec):
            examiner = above.at_depth(depth).for_claim(statement.declaration)
            for labels in statement.labels_at(examiner):
                yield _instance(statement, examiner, labels, summed)

    precedents = Precedents()
    try:
        found = sums_of_families(above.network, statement.declaration.let)
        said = [reading for labels in statement.labels_at(above)[:1] for reading in _readings(statement, above, labels)]
        if found is None or not all(
            is_uniform(side, above.network.scope) for one in said for side in one.written.sides
        ):
            return None
        for examiner in statement.panel.examiners:
            for labels in statement.labels_at(examiner):
                remember(_instance(statement, examiner, labels), precedents)
        if not holds_for_every_depth(instances(found), precedents):
            return None
        return least_depth(spec, lambda depth: _is_proved_at(statement, above, depth, precedents))
    except ContradictionError:
        raise
    except DerivcheckError:
        return None


def _is_proved_at(statement: Statement, above: Examiner, depth: dict[str, int], precedents: Precedents) -> bool:
    """Whether a statement is proved at a depth wherever it says something there: `W[3]` says nothing of two layers."""
    try:
        examiner = above.at_depth(depth).for_claim(statement.declaration)
        every = statement.labels_at(examiner)
    except DerivcheckError:
        return True
    for labels in every:
        try:
            instance = _instance(statement, examiner, labels)
        except DerivcheckError:
            continue
        if not is_proved(instance, precedents):
            return False
    return True


def _instance(
    statement: Statement, examiner: Examiner, labels: Labels, summed: frozenset[str] = frozenset()
) -> Instance:
    """Raises NotationError and UnsupportedError for a link without a meaning."""
    links = [_pair_of(link) for one in _readings(statement, examiner, labels) for link in one.links]
    network = examiner.network
    first = min(int(family.first.text) for family in network.spec.families)
    label = next(iter(labels.values()), None)
    return Instance(next(iter(network.depth.values())), label, first, examiner.judge, tuple(links), summed)


def _readings(statement: Statement, examiner: Examiner, labels: Labels) -> Iterator[Assertion]:
    for assertion in statement.assertions(examiner, labels):
        yield from (assertion, *assertion.rivals)


def _pair_of(link: Link) -> Pair:
    """Raises NotationError and UnsupportedError for a link without a meaning."""
    if not isinstance(link.outcome, Pair):
        raise link.outcome
    return link.outcome
