"""Every equation of `cases` gets the verdict that its truth asks for."""

from __future__ import annotations

from pathlib import Path

import pytest
from truths_of_cases import TRUTHS

from derivcheck.pipeline.verification import verify_file

FOLDER = Path(__file__).parents[1] / "cases"
ACCEPTED = {
    "true": {"proved", "checked"},
    "false": {"refuted"},
    "invalid": {"invalid"},
    "wrong": {"refuted", "invalid"},
    "any": {"proved", "checked", "refuted", "invalid"},
}


def test_every_spec_has_its_truths() -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(TRUTHS)


@pytest.mark.parametrize("name", TRUTHS)
def test_the_verdicts_are_the_truth(name: str) -> None:
    result = verify_file(FOLDER / f"{name}.yaml")
    assert result.error is None
    verdicts = {claim.id: claim.verdict for claim in result.claims}
    assert verdicts.keys() == TRUTHS[name].keys()
    misses = {label: verdicts[label] for label, truth in TRUTHS[name].items() if verdicts[label] not in ACCEPTED[truth]}
    assert not misses
    assert not [g for g in result.gradients if g.verdict in ("refuted", "internal")]
