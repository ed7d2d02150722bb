"""What a wheel brings along: types, examples that the commands of the README need, and true words about itself."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from shipped import ROOT

from derivcheck.cli.examples import FILES, Example, texts
from derivcheck.cli.main import run
from derivcheck.diagnostics.explain.topics import TOPICS

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as an installer unpacks it."""
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert made.returncode == 0, made.stderr
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder / "site")
    return folder / "site"


def test_the_wheel_has_its_types_its_examples_and_its_reference(unpacked: Path) -> None:
    assert (unpacked / "derivcheck" / "py.typed").is_file()
    for names in FILES.values():
        for name in names:
            packed = unpacked / "derivcheck" / "cli" / "examples" / name
            assert packed.read_bytes() == (ROOT / "specs" / name).read_bytes()
    for topic in TOPICS:
        assert (unpacked / "derivcheck" / "diagnostics" / "explain" / "topics" / f"{topic}.md").is_file()
    assert not (unpacked / "specs").exists() and not (unpacked / "tests").exists()


def test_an_example_is_written_from_the_wheel(unpacked: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(unpacked)}
    command = [sys.executable, "-P", "-m", "derivcheck"]
    for arguments in (["init", "--example", "attention"], ["verify", "attention.yaml", "-k", "dL/dQ"]):
        done = subprocess.run(
            [*command, *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["attention.yaml"]


def test_every_example_has_its_files() -> None:
    assert list(FILES) == [example.value for example in Example]


@pytest.mark.parametrize("example", FILES)
def test_examples_are_written_whole_or_not_at_all(
    example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["init", "--example", example, "some/folder"]) == 0
    written = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "some/folder").iterdir()}
    assert written == texts(example)
    last = list(written)[-1]
    (tmp_path / last).write_text("mine")
    assert run(["init", "--example", example]) == 2 and "DC681" in capsys.readouterr().err
    assert {path.name for path in tmp_path.iterdir()} == {"some", last}
    assert (tmp_path / last).read_text() == "mine"
    assert run(["init", "--example", example, "net.yaml"]) == 2 and "DC685" in capsys.readouterr().err


def test_the_classifiers_are_true() -> None:
    said = [line.split(" :: ") for line in PROJECT["classifiers"]]
    versions = [
        words[-1] for words in said if words[:3] == ["Programming Language", "Python", words[-1]] and "." in words[-1]
    ]
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text()
    assert versions and f"python-version: {versions}" in workflow
    assert PROJECT["requires-python"] == f">={versions[0]}"
    assert (ROOT / "LICENSE").read_text().startswith("MIT License")


def test_each_bound_is_written_once_and_the_lowest_versions_are_run() -> None:
    bounds: dict[str, str] = {}
    for line in [
        *PROJECT["dependencies"],
        *(one for extra in PROJECT["optional-dependencies"].values() for one in extra),
    ]:
        name, _, bound = line.partition(">=")
        assert bound and bounds.setdefault(name, bound) == bound, line
    assert ".ci/lowest" in (ROOT / ".github" / "workflows" / "ci.yml").read_text()
