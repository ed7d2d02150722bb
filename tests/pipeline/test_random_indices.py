"""Random index arithmetic against loops over all positions."""

from __future__ import annotations

import pytest
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


def test_both_kinds_are_made() -> None:
    made = [claim.is_true for seed in range(16) for claim in case(seed).claims]
    assert 8 <= sum(made) <= len(made) - 8
