"""Random index arithmetic against loops over all positions."""

from __future__ import annotations

import pytest
from random_claims import positions
from random_claims.indices import case

from derivcheck.pipeline.verification import verify_text


@pytest.mark.parametrize("seed", range(16))
def test_random_indices(seed: int) -> None:
    made = case(seed)
    lines = "".join(f'  claim {k}: "{claim.text}"\n' for k, claim in enumerate(made.claims))
    found = verify_text(f"{made.spec}claims:\n{lines}")
    assert found.error is None, (found.error, made.spec)
    assert {gradient.verdict for gradient in found.gradients} <= {"proved", "checked"}, made.spec
    for claim, result in zip(made.claims, found.claims, strict=True):
        wanted = ("proved", "checked") if claim.is_true else ("refuted",)
        assert result.verdict in wanted, (made.spec, claim, result)


@pytest.mark.parametrize("seed", [0, 2, 3])
def test_random_formulas_of_entries(seed: int) -> None:
    """Conditions on positions, binders, strides and digits; `random_claims N --positions` draws more."""
    made = positions.case(seed, count=4)
    faults = [one.fault for one in positions.judged(made) if one.fault]
    assert not faults, made.text


def test_formulas_of_entries_are_true_and_false() -> None:
    truths = [claim.is_true for seed in range(6) for claim in positions.case(seed, count=4).claims]
    assert truths.count(True) >= 6 and truths.count(False) >= 4
    texts = "".join(positions.case(seed, count=4).text for seed in range(100))
    for kind in ("mean_{", "logsumexp_{", "prod_{", "max_{", "// ", "% ", "< n", "== n", "2*", " or ", " in 1..n"):
        assert kind in texts


def test_both_kinds_are_made() -> None:
    made = [claim.is_true for seed in range(16) for claim in case(seed).claims]
    assert 8 <= sum(made) <= len(made) - 8
