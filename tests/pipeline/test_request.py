"""One request, one pipeline: every way in judges alike, and no network is built or derived twice."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import derivcheck
from derivcheck.diagnostics.diagnostic import SourceText
from derivcheck.forms.derivation import Derivation
from derivcheck.judging import examiner, panel
from derivcheck.judging.judge import Judge
from derivcheck.judging.settings import Measuring
from derivcheck.pipeline.casebook import Casebook
from derivcheck.pipeline.request import Request
from derivcheck.pipeline.results import FileResult
from derivcheck.pipeline.verification import verify
from derivcheck.spec import load_spec
from derivcheck.spec.roster import claims_of, gradients_of

SPECS = Path(__file__).parents[2] / "specs"
MLP, DEEP = SPECS / "mlp.yaml", SPECS / "networks" / "deep_mlp.yaml"
SIDECAR = SPECS / "documents" / "backward_pass.derivcheck.yaml"


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> Counter[object]:
    """How often a network is built at a depth, and `derived` how often anything is derived."""
    counted: Counter[object] = Counter()
    honest, derive = panel.build, Derivation.__init__

    def build(spec: Any, depth: Any = None) -> Any:
        counted[tuple(sorted((depth or {}).items()))] += 1
        return honest(spec, depth)

    def init(self: Derivation, *arguments: Any, **named: Any) -> None:
        counted["derived"] += 1
        derive(self, *arguments, **named)

    monkeypatch.setattr(panel, "build", build)
    monkeypatch.setattr(examiner, "build", build)
    monkeypatch.setattr(Derivation, "__init__", init)
    return counted


@pytest.mark.parametrize(
    "path", [MLP, DEEP, SIDECAR, SIDECAR.with_name("backward_pass.md")], ids=lambda path: path.name
)
def test_a_network_is_built_and_derived_once(path: Path, built: Counter[object]) -> None:
    """Further depths than the spec's are those at which a proof for any depth is looked for, each once too."""
    assert derivcheck.verify(path).exit_code == 0
    derived = built.pop("derived")
    assert set(built.values()) == {1} and derived == len(built)


def test_every_way_in_judges_alike() -> None:
    spec = load_spec(MLP)
    (result,) = verify(Request((MLP,))).files
    assert result == derivcheck.verify(MLP)
    assert result == derivcheck.load(MLP).verify()
    (text,) = verify(Request((SourceText(MLP.read_text(), str(MLP)),))).files
    assert text == result
    casebook = Casebook(spec)
    entry_by_entry = [casebook.claim(entry) for entry in claims_of(spec)]
    assert tuple(entry_by_entry) == result.claims
    assert tuple(g for entry in gradients_of(spec) for g in casebook.gradients(entry)) == result.gradients


@pytest.mark.parametrize("jobs", [1, 2])
def test_subjects_of_every_kind_in_their_order(jobs: int, tmp_path: Path) -> None:
    empty = FileResult(str(tmp_path), notes=("nothing here",))
    small = SourceText("tensors: {x: n}\nclaims: {a: x = x, b: x = 2*x}\n", "small.yaml")
    gone = tmp_path / "gone.yaml"
    report = verify(Request((small, empty, gone, MLP), jobs=jobs, fail_on="refuted", exit_zero=True))
    assert [file.path for file in report.files] == ["small.yaml", str(tmp_path), str(gone), str(MLP)]
    assert [file.exit_code for file in report.files] == [1, 0, 2, 0]
    assert report.files[1] is empty and report.exit_code == 2
    assert [claim.verdict for claim in report.files[0].claims] == ["proved", "refuted"]


def test_the_time_of_a_claim_is_that_of_a_formula_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "notes.md").write_text("$$x + 0 = x$$\n")
    path = tmp_path / "net.yaml"
    path.write_text("tensors: {x: n}\ndocument: {file: notes.md}\n")

    def spin(*arguments: object, **named: object) -> None:
        while True:
            time.sleep(0.01)

    monkeypatch.setattr(Judge, "judge", spin)
    (formula,) = derivcheck.verify(path, measuring=Measuring(seconds=0.1)).formulas
    assert formula.claim is not None and formula.claim.verdict == "undecided"
    assert "took longer than 0.1 s" in formula.claim.message
