"""No false verdicts: mutants of every proved claim, judged, and compared with plain float evaluation.

The number of mutants a claim gives is DERIVCHECK_MUTANTS (10 by default; the whole
harness prints what was judged, and how many refuted mutants were repaired and rightly named,
when it is run with -s; `python -m tests.judging.mutants` prints these shares alone).
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from derivcheck.diagnostics.diagnostic import DerivcheckError
from derivcheck.evidence.numeric.program import Program
from derivcheck.evidence.numeric.sampling import finite_run
from derivcheck.evidence.numeric.survey import laid_out
from derivcheck.judging.examiner import Examiner
from derivcheck.language.claims import Pair, pair
from derivcheck.language.notation.printer import to_plain
from tests.judging.mutants import ROOT, SHARE, SPECS, Mutant, Mutated, diagnosed, mutated_claims

pytestmark = pytest.mark.slow

COUNT = int(os.environ.get("DERIVCHECK_MUTANTS", "10"))
TOTALS: Counter[str] = Counter()


def float_difference(link: Pair, sizes: dict[str, int], facts: object, seed: int) -> float | None:
    """The largest relative difference of the sides in plain floats; None where they have no value."""
    try:
        program = Program([link.left, link.right], seed=seed)
        values, outputs = finite_run(program, sizes, facts, seed)  # type: ignore[arg-type]
        left, right = (np.asarray(laid_out(t, link.axes, sizes), dtype=float) for t in outputs)
    except (DerivcheckError, KeyError):
        return None
    if not np.max(np.abs(left - right), initial=0.0):
        return 0.0
    every = program.run_all(values, sizes)
    scale = max(float(np.max(np.abs(left), initial=0.0)), float(np.max(np.abs(right), initial=0.0)))
    # Of what cancels, rounding errors are left.
    largest = max(float(np.max(np.abs(np.asarray(value.array, dtype=float)), initial=0.0)) for value in every.values())
    difference = float(np.max(np.abs(left - right), initial=0.0))
    return difference / scale if scale and difference > 1e-13 * largest else 0.0


@pytest.mark.parametrize("path", SPECS, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_false_verdicts(path: Path) -> None:
    for claim in mutated_claims(path, COUNT):
        for mutant in claim.mutants:
            judge_mutant(claim, mutant)
    print(dict(TOTALS))


def judge_mutant(claim: Mutated, mutant: Mutant) -> None:
    examiner, network = claim.examiner, claim.examiner.network
    shown = f"{to_plain(claim.left)} = {to_plain(mutant.tree)}"
    try:
        link = pair(claim.left, mutant.tree, "=", claim.where, network.scope)
    except DerivcheckError:
        TOTALS["invalid"] += 1
        return
    if link.shapes is not None:
        TOTALS["shapes"] += 1
        count_diagnosis(examiner, link, mutant)
        return
    judgement = examiner.judge.judge(link.left, link.right, link.axes, condition=link.condition)
    TOTALS[judgement.verdict] += 1
    # What is given holds at the points, too.
    link = replace(link, left=network.known.imposed(link.left), right=network.known.imposed(link.right))
    dimensions = list(network.scope.dimensions)
    assignments = [
        dict(network.sizes),
        dict.fromkeys(dimensions, 3),
        {name: 2 + k % 4 for k, name in enumerate(reversed(dimensions))},
    ]

    def differences() -> Iterator[float]:
        for k, sizes in enumerate(assignments):
            if (d := float_difference(link, {**network.sizes, **sizes}, network.facts, 100 + k)) is not None:
                yield d

    if judgement.verdict == "proved":
        assert all(d < 1e-9 for d in differences()), (shown, list(differences()))
    elif judgement.verdict == "refuted":
        count_diagnosis(examiner, link, mutant)
        # A difference at one point is a difference: some evaluation has to show it.
        witness = judgement.witness
        assert witness is not None
        if not any(d > 1e-12 for d in differences()):
            seen = float_difference(link, {**network.sizes, **dict(witness.sizes)}, network.facts, examiner.judge.seed)
            assert seen is not None and seen > 1e-12, (shown, list(differences()))
    elif judgement.verdict != "undecided":
        assert all(d < 1e-9 for d in differences()), (shown, list(differences()))


def count_diagnosis(examiner: Examiner, link: Pair, mutant: Mutant) -> None:
    """Whether the search finds a true equation one edit away, on every third wrong mutant (all with the full run)."""
    TOTALS["wrong"] += 1
    if COUNT <= 15 and TOTALS["wrong"] % SHARE:
        return
    TOTALS["diagnosed"] += 1
    found = diagnosed(examiner, link, mutant.codes)
    TOTALS["repaired"] += found.is_repaired
    TOTALS["named"] += found.is_named
