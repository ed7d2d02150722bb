"""Parts of real models whose equations hold, each with a known mistake; LaTeX does not write all of them yet."""

from __future__ import annotations

from pathlib import Path

import pytest

from derivcheck.pipeline.verification import verify_file

MODELS = sorted((Path(__file__).parents[1] / "models").glob("*.yaml"))


def test_there_are_models() -> None:
    assert len(MODELS) >= 9


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_a_model_holds(path: Path) -> None:
    result = verify_file(path)
    assert result.error is None
    assert {gradient.verdict for gradient in result.gradients} == {"proved"}
    assert {gradient.numeric.verdict for gradient in result.gradients} == {"agrees"}
    assert all(claim.holds for claim in result.claims), result.claims
    assert any(claim.verdict == "refuted" for claim in result.claims)
