"""Every shipped spec is green: each gradient proved and measured, each claim as expected."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from shipped import ROOT, SPECS

from derivcheck.pipeline.results import Report
from derivcheck.pipeline.verification import verify_file
from derivcheck.report.json import to_json


def test_there_are_specs() -> None:
    assert len(SPECS) >= 15


@pytest.mark.parametrize("path", SPECS, ids=lambda p: str(p.relative_to(ROOT)))
def test_spec_holds(path: Path) -> None:
    result = verify_file(path)
    assert result.error is None
    assert result.gradients or result.claims
    for gradient in result.gradients:
        assert gradient.verdict == "proved", gradient
        assert gradient.exact.equal is not False, gradient
        assert gradient.numeric.verdict == "agrees", gradient
    for claim in result.claims:
        assert claim.holds, claim
    assert result.exit_code == 0


def test_same_seed_same_bytes() -> None:
    path = ROOT / "specs" / "mlp.yaml"
    first, second = (to_json(Report((verify_file(path, seed=3),))) for _ in range(2))
    assert first == second
    assert json.loads(first)["schema"] == 1
