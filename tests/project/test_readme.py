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
SCREEN = 28  # lines
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
    first, shown, second = BLOCKS[:3]
    assert first.text.strip() == f"{SETUP} '.[documents]' && .venv/bin/derivcheck verify specs"
    assert second.text.strip() == f"{SETUP} '.[test]' && .venv/bin/python -m pytest -n 2"
    assert second.text.strip() in (ROOT / ".ci" / "run").read_text()
    assert len(README[: README.index(second.text)].splitlines()) <= SCREEN
    assert shown.language == "text" and "`all hold`" in README[: README.index(shown.text)]


def test_what_one_sees_after_the_first_command(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    lines = [line.split() for line in BLOCKS[1].text.splitlines()]
    code, text = said(f"derivcheck verify {' '.join(words[0] for words in lines)}")
    shown = [line.split() for line in text.splitlines()]
    assert code == 0 and "all hold" in text and len(lines) == 2 and all(line in shown for line in lines)


def test_each_role_is_led_to_its_section() -> None:
    headings = {
        re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall("^## (.*)$", README, re.MULTILINE)
    }
    led = re.findall(r"\]\(#([^)]*)\)", README)
    assert len(led) == 7 and set(led) <= headings


def test_the_topics_of_the_reference_are_listed() -> None:
    rows = re.findall(r"^\| \[(\w+)\]\((\S+)\) \| (.*) \|$", README, re.MULTILINE)
    assert [(topic, told) for topic, _, told in rows] == [(topic, title(topic)) for topic in TOPICS]
    assert all((ROOT / path).is_file() and Path(path).stem == topic for topic, path, _ in rows)
    assert set(re.findall(r"derivcheck explain ([a-z]+)", README)) <= set(TOPICS)


def test_blocks_do_what_they_show(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    assert execute([block for block in BLOCKS[3:] if block.rest != "pyproject.toml"], folder) >= 16


COMMANDS = sorted({" ".join(command.split()) for command in re.findall(r"`(derivcheck [a-z-]+ [^`]*)`", README)})


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_in_the_text_work(command: str, folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(folder)
    command = command.replace("net.yaml", str(tmp_path / "net.yaml")).replace("explain CODE", "explain DC203")
    command = command.replace("explain TOPIC", "explain spec")
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
