"""No false verdicts: mutants of every proved claim, judged, and compared with plain float evaluation.

The number of mutants a claim gives is DERIVCHECK_MUTANTS (15 by default; the whole
harness prints what was judged and how many refuted mutants were repaired by diagnosis
when it is run with -s).
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from derivcheck.diagnostics.diagnostic import DerivcheckError, SourceText
from derivcheck.evidence.numeric.program import Program
from derivcheck.evidence.numeric.sampling import finite_sample
from derivcheck.evidence.numeric.survey import laid_out
from derivcheck.forms.rewriting import places, put
from derivcheck.judging.examiner import Examiner
from derivcheck.judging.statement import labels_of
from derivcheck.language.claims import Pair, pair
from derivcheck.language.network import build, depths
from derivcheck.language.notation.labels import substitute_labels
from derivcheck.language.notation.parser import parse_equation
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.syntax import (
    Binary,
    Call,
    Expression,
    Name,
    Negate,
    Number,
    Reduction,
    Subscript,
    Transpose,
)
from derivcheck.spec import load_spec

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SPECS = sorted((ROOT / "specs").rglob("*.yaml"))
COUNT = int(os.environ.get("DERIVCHECK_MUTANTS", "15"))
TOTALS: Counter[str] = Counter()


def mutations(node: Expression, names: list[str], chance: random.Random) -> Iterator[Expression]:
    """Realistic mistakes at one subexpression."""
    match node:
        case Transpose(operand):
            yield operand
        case Negate(operand):
            yield operand
        case Binary("+", left, right):
            yield Binary("-", left, right)
            yield left
        case Binary("-", left, right):
            yield Binary("+", left, right)
            yield Binary("-", right, left)
            yield right
        case Binary("@", left, right):
            yield Binary("@", right, left)
            yield Binary("*", left, right)
            yield Binary("@", Transpose(left), right)
            yield Binary("@", left, Transpose(right))
        case Binary("*", left, right):
            yield Binary("@", left, right)
            yield left
            yield right
        case Binary("/", left, right):
            yield Binary("*", left, right)
            yield left
        case Binary("**", base, Number(value)):
            yield Binary("**", base, Number(value + 1))
            yield base
        case Call(_, (argument,), primes):
            yield replace(node, primes=primes + 1)
            yield argument
            if primes:
                yield replace(node, primes=primes - 1)
        case Call("sum", (argument, _)):
            yield Call("mean", node.arguments)
            yield argument
        case Call("delta", _):
            yield Number(Fraction(1))
        case Number(value):
            yield Number(value + 1)
        case Subscript(base, (first, second)):
            yield Subscript(base, (second, first))
        case Reduction(_, letters, _, body):
            del letters
            yield body
        case Name(name) if name in names:
            yield Name(chance.choice(names))
    if not isinstance(node, Number):
        yield Negate(node)
        yield Binary("*", Number(Fraction(2)), node)
        yield Transpose(node)


def mutants(tree: Expression, names: list[str], chance: random.Random, count: int) -> list[Expression]:
    found: dict[str, Expression] = {}
    spots = list(places(tree))
    for _ in range(count * 12):
        path, node = chance.choice(spots)
        options = list(mutations(node, names, chance))
        if not options:
            continue
        mutant = put(tree, path, chance.choice(options))
        if mutant != tree:
            found.setdefault(to_plain(mutant), mutant)
        if len(found) >= count:
            break
    return list(found.values())


def float_difference(link: Pair, sizes: dict[str, int], facts: object, seed: int) -> float | None:
    """The largest relative difference of the sides in plain floats; None where they have no value."""
    try:
        program = Program([link.left, link.right], seed=seed)
        values = finite_sample([link.left, link.right], sizes, facts, seed)  # type: ignore[arg-type]
        every = program.run_all(values, sizes)
        left, right = (np.asarray(laid_out(t, link.axes, sizes), dtype=float) for t in program.run(values, sizes))
    except (DerivcheckError, KeyError):
        return None
    scale = max(float(np.max(np.abs(left), initial=0.0)), float(np.max(np.abs(right), initial=0.0)))
    # Of what cancels, rounding errors are left.
    largest = max(float(np.max(np.abs(np.asarray(value.array, dtype=float)), initial=0.0)) for value in every.values())
    difference = float(np.max(np.abs(left - right), initial=0.0))
    return difference / scale if scale and difference > 1e-13 * largest else 0.0


@pytest.mark.parametrize("path", SPECS, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_false_verdicts(path: Path) -> None:
    spec = load_spec(path)
    examiner = Examiner(build(spec, depths(spec)[0]))
    network = examiner.network
    names = [n for n, v in network.scope.values.items() if "[" not in n and v.axes]
    chance = random.Random(str(path.name))
    for claim in spec.claims:
        if claim.text is None or claim.expect not in ("", "proved", "checked") or claim.notation != "plain":
            continue
        labels = {**network.depth, **labels_of(claim, examiner)[0]}
        equation = parse_equation(claim.text.text, network.scope.vocabulary())
        sides = [substitute_labels(side, labels) for side in equation.sides]
        if len(sides) != 2 or equation.relations[0] != "=":
            continue
        for mutant in mutants(sides[1], names, chance, COUNT):
            judge_mutant(examiner, sides[0], mutant)
    print(dict(TOTALS))


def judge_mutant(examiner: Examiner, left: Expression, mutant: Expression) -> None:
    network = examiner.network
    shown = f"{to_plain(left)} = {to_plain(mutant)}"
    try:
        link = pair(left, mutant, "=", None, network.scope)
    except DerivcheckError:
        TOTALS["invalid"] += 1
        return
    if link.shapes is not None:
        TOTALS["shapes"] += 1
        count_diagnosis(examiner, link)
        return
    judgement = examiner.judge.judge(link.left, link.right, link.axes)
    TOTALS[judgement.verdict] += 1
    # What is given holds at the points, too.
    link = replace(link, left=network.known.imposed(link.left), right=network.known.imposed(link.right))
    dimensions = list(network.scope.dimensions)
    assignments = [
        dict(network.sizes),
        dict.fromkeys(dimensions, 3),
        {name: 2 + k % 4 for k, name in enumerate(reversed(dimensions))},
    ]
    differences = [
        d
        for k, sizes in enumerate(assignments)
        if (d := float_difference(link, {**network.sizes, **sizes}, network.facts, 100 + k)) is not None
    ]
    if judgement.verdict == "proved":
        assert all(d < 1e-9 for d in differences), (shown, differences)
    elif judgement.verdict == "refuted":
        count_diagnosis(examiner, link)
        # A difference at one point is a difference: some evaluation has to show it.
        witness = judgement.witness
        assert witness is not None
        seen = float_difference(link, {**network.sizes, **dict(witness.sizes)}, network.facts, examiner.judge.seed)
        candidates = [*differences, *([seen] if seen is not None else [])]
        assert any(d > 1e-12 for d in candidates), (shown, differences)
    else:
        assert all(d < 1e-9 for d in differences) or judgement.verdict == "undecided", (shown, differences)


def count_diagnosis(examiner: Examiner, link: Pair) -> None:
    """Whether the search finds a true equation one edit away, on every third wrong mutant (all with the full run)."""
    TOTALS["wrong"] += 1
    if COUNT <= 15 and TOTALS["wrong"] % 3:
        return
    TOTALS["diagnosed"] += 1
    found, suggestion = examiner.diagnoser.diagnose(link, SourceText(to_plain(link.right_tree)))
    assert found is not None
    if suggestion:
        TOTALS["repaired"] += 1
        repaired = parse_equation(f"{to_plain(link.left_tree)} = {suggestion}", examiner.network.scope.vocabulary())
        again = pair(repaired.sides[0], repaired.sides[1], "=", None, examiner.network.scope)
        assert examiner.judge.judge(again.left, again.right, again.axes).verdict == "proved", suggestion
    elif found.code == "DC219":
        TOTALS["repaired"] += 1
