"""Every block of the README is executed: files are written, commands run, what is shown is what is said."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from pathlib import Path

import pytest
from executed import EXITS, blocks_of, execute, said, write
from ruamel.yaml import YAML

from derivcheck.cli.main import run
from derivcheck.diagnostics.explain.topics import TOPICS, title

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
SETUP = "python3 -m venv .venv && .venv/bin/pip install -q -e"
SCREEN = 40  # lines
BLOCKS = blocks_of(README)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files that the README shows, and the shipped specs."""
    made = tmp_path_factory.mktemp("readme")
    shutil.copytree(ROOT / "specs", made / "specs")
    for block in BLOCKS:
        if block.rest not in EXITS and block.rest != "pyproject.toml":
            write(block, made)
    return made


def test_the_first_screen_sets_up_and_runs() -> None:
    first, second = (block.text.strip() for block in BLOCKS[:2])
    assert first == f"{SETUP} '.[documents]' && .venv/bin/derivcheck verify specs"
    assert second == f"{SETUP} '.[test]' && .venv/bin/python -m pytest -n 2"
    assert second in (ROOT / ".ci" / "run").read_text()
    assert len(README[: README.index(second)].splitlines()) < 22


def test_blocks_do_what_they_show(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In order: a text block is what the command or program before it says, line by line."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    output, ran = "", 0
    for block in BLOCKS[2:]:
        if block.language == "sh":
            output = ""
            for command in block.text.splitlines():
                code, text = said(command)
                assert code == EXITS[block.rest], (command, text)
                output += text
                ran += 1
        elif block.language == "python":
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(compile(block.text, "README.md", "exec"), {})
            output = printed.getvalue()
            ran += 1
        elif block.language == "text":
            lines = iter(masked(output))
            for line in masked(block.text):
                assert any(line.strip() in other for other in lines), line
    assert ran >= 9


COMMANDS = sorted({" ".join(command.split()) for command in re.findall(r"`(derivcheck [a-z-]+ [^`]*)`", README)})


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_in_the_text_work(command: str, folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(folder)
    command = command.replace("net.yaml", str(tmp_path / "net.yaml")).replace("explain CODE", "explain DC203")
    command = command.replace('check "..." --witness', 'check "dL/dz2 = y - p" --spec notes.yaml --witness')
    code, text = said(command)
    assert code == ("--witness" in command) and (text or "init" in command)


def test_the_configuration_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    block = next(block for block in BLOCKS if block.rest == "pyproject.toml")
    assert tomllib.loads(block.text)["tool"]["derivcheck"]
    (tmp_path / "pyproject.toml").write_text(block.text)
    shutil.copy(folder / "specs" / "mlp.yaml", tmp_path / "mlp.yaml")
    monkeypatch.chdir(tmp_path)
    assert said("derivcheck verify mlp.yaml")[0] == 0
    (tmp_path / "pyproject.toml").write_text(block.text.replace("strict", "strickt"))
    assert run(["verify", "mlp.yaml"]) == 2


def test_the_reports_that_are_shown_are_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workflow = next(block for block in BLOCKS if block.rest.startswith(".github"))
    steps = YAML(typ="safe").load(workflow.text)["jobs"]["verify"]["steps"]
    command = next(step["run"] for step in steps if "verify" in step.get("run", ""))
    monkeypatch.chdir(folder)
    code, text = said(command.replace("verify notes", "verify notes.yaml"))
    assert code == 1 and "::error file=notes.yaml,line=17" in text
    assert json.loads((folder / "equations.sarif").read_text())["version"] == "2.1.0"


def test_what_is_named_exists() -> None:
    for path in re.findall(r"`(specs/\w+|tests/\w+)`", README):
        assert (ROOT / path).is_dir(), path
    assert (ROOT / ".pre-commit-hooks.yaml").read_text().startswith("- id: derivcheck")
