"""The benchmarks: each tells its figures to a machine, what is slower is named, the README shows what was measured."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "tests" / "benchmarks"


@pytest.fixture(scope="module")
def run_all() -> ModuleType:
    sys.path.insert(0, str(FOLDER))
    try:
        import run_all
    finally:
        sys.path.remove(str(FOLDER))
    return run_all


@pytest.fixture
def place(run_all: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder with a baseline of its own, and a README."""
    monkeypatch.setattr(run_all, "BASELINE", tmp_path / "baseline.json")
    monkeypatch.setattr(run_all, "README", tmp_path / "README.md")
    (tmp_path / "README.md").write_text("before\n\n{}\n\nold\n\n{}\n\nafter\n".format(*run_all.MARKERS))
    return tmp_path


def test_every_benchmark_tells_its_figures(run_all: ModuleType) -> None:
    told = run_all.read(run_all.BASELINE)
    assert sorted(told) == run_all.names() and all(told.values())
    for name in run_all.names():
        text = (FOLDER / f"bench_{name}.py").read_text()
        assert "\n    offered(main, measures)\n" in text, name


def test_the_readme_shows_what_was_measured(run_all: ModuleType) -> None:
    text = (ROOT / "README.md").read_text()
    lines = run_all.table(run_all.read(run_all.BASELINE))
    assert run_all.with_table(text, lines) == text
    assert lines.count("\n") >= 6


def test_a_baseline_names_the_machine_and_the_versions(run_all: ModuleType) -> None:
    found = json.loads((FOLDER / "baseline.json").read_text())
    assert {"processor", "cores", "load"} <= set(found["machine"])
    assert {"python", "numpy", "sympy"} <= set(found["versions"])


def runner(run_all: ModuleType, *values: Mapping[str, float] | str):
    """Runs of the benchmark `depth` that find these values, one after the other."""
    waiting = iter(values)

    def run(name: str, quick: bool) -> object:
        found = next(waiting)
        if isinstance(found, str):
            return run_all.Run(failed=found)
        known = {"time": ("lower", 1.3), "caught": ("higher", 1.0)}
        measures = {
            one: run_all.Measure(one, value, "of a peer", *known[one], told=f"the {one} it takes")
            for one, value in found.items()
        }
        return run_all.Run(measures)

    return run


CASES = {
    "as before": ([{"time": 2.0, "caught": 7}], 0, "nothing is slower"),
    "within noise": ([{"time": 2.5, "caught": 7}], 0, "nothing is slower"),
    "faster": ([{"time": 0.5, "caught": 8}], 0, "nothing is slower"),
    "slower by chance": ([{"time": 3.0, "caught": 7}, {"time": 2.1, "caught": 7}], 0, "nothing is slower"),
    "slower": ([{"time": 3.0, "caught": 7}, {"time": 2.8, "caught": 7}], 1, "slower: depth: time is 1.40 times"),
    "a count that fell": ([{"time": 2.0, "caught": 6}] * 2, 1, "slower: depth: caught is 0.86 times"),
    "a new figure": ([{"caught": 7}], 0, "nothing is slower"),
    "failed": (["AttributeError: best"], 2, "failed: depth"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_slower_is_named(
    case: str, run_all: ModuleType, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_all.main(["--only", "depth", "--update"], runner(run_all, {"time": 2.0, "caught": 7})) == 0
    values, code, said = CASES[case]
    before = (place / "baseline.json").read_text()
    assert run_all.main(["--only", "depth", "--output", str(place / "out.json")], runner(run_all, *values)) == code
    assert said in capsys.readouterr().out
    assert (place / "baseline.json").read_text() == before
    assert ("depth" in json.loads((place / "out.json").read_text())["benchmarks"]) == (code != 2)


def test_an_update_writes_the_table_and_keeps_the_others(run_all: ModuleType, place: Path) -> None:
    run_all.main(["--only", "depth", "--update"], runner(run_all, {"time": 2.0}))
    run_all.main(["--only", "claims", "--update"], runner(run_all, {"caught": 61}))
    assert sorted(run_all.read(place / "baseline.json")) == ["claims", "depth"]
    text = (place / "README.md").read_text()
    assert "| the time it takes | 2 | of a peer | `bench_depth.py` |" in text
    assert "| the caught it takes | 61 | of a peer | `bench_claims.py` |" in text
    assert text.startswith("before\n") and text.endswith("\nafter\n") and "old" not in text


def test_a_benchmark_that_cannot_be_measured_says_why(run_all: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DERIVCHECK_DOCUMENTS", raising=False)
    found = run_all.run("truths", quick=True)
    assert not found.failed and "DERIVCHECK_DOCUMENTS" in found.missing


def test_quick_figures_are_not_what_is_compared_with(run_all: ModuleType, place: Path) -> None:
    with pytest.raises(SystemExit) as stopped:
        run_all.main(["--quick", "--update"], runner(run_all))
    assert stopped.value.code == 2 and not (place / "baseline.json").exists()
