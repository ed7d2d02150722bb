"""Every shipped spec is green: each gradient proved and measured, each claim as expected."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from shipped import ROOT, SPECS, WITH_LOSS, result_of
from witnesses import is_clean, run_here, settled

from derivcheck.judging.witness import script
from derivcheck.pipeline.results import Report
from derivcheck.pipeline.verification import verify_file
from derivcheck.report.json import to_json
from derivcheck.spec import load_spec


def test_there_are_specs() -> None:
    assert len(SPECS) >= 15


@pytest.mark.parametrize("path", SPECS, ids=lambda p: str(p.relative_to(ROOT)))
def test_spec_holds(path: Path) -> None:
    """Differences side with each witness, and its script runs, of each claim that stands by itself, in LaTeX too."""
    result = result_of(str(path.relative_to(ROOT / "specs")))
    assert result.error is None
    assert result.gradients or result.claims
    for gradient in result.gradients:
        assert gradient.verdict == "proved", gradient
        assert gradient.exact.equal is not False, gradient
        assert gradient.numeric.verdict == "agrees", gradient
    spec = load_spec(path)
    assert (path in WITH_LOSS) == (spec.loss is not None)
    by_itself = {
        one.id: one.text.text
        for one in spec.claims
        if one.text and one.expect == "refuted" and not (one.given or one.let or one.quantifier)
    }
    for claim in result.claims:
        assert claim.holds, claim
        if claim.verdict == "refuted" and claim.witness is not None and claim.witness.finite_difference:
            assert settled(claim.witness), claim.id
        if (equation := by_itself.get(claim.id)) is not None and claim.witness is not None:
            source = script(equation, path, claim)
            assert is_clean(source), claim.id
            run_here(source)
    if "document" in path.stem and "DERIVCHECK_DOCUMENTS" in os.environ:
        assert result.formulas  # the documents of the sidecars are no part of the project
    assert result.exit_code == 0


def test_same_seed_same_bytes() -> None:
    path = ROOT / "specs" / "mlp.yaml"
    first, second = (to_json(Report((verify_file(path, seed=3),))) for _ in range(2))
    assert first == second
    assert json.loads(first)["schema"] == 1
