"""The hook, the action and the workflow: valid by their schemas, and run as far as a machine without GitHub can."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from executed import blocks_of
from ruamel.yaml import YAML

from derivcheck.cli.main import run
from derivcheck.statements.document.formats import FORMATS, SUFFIXES

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
HOOKS = ROOT / ".pre-commit-hooks.yaml"
ACTION = ROOT / ".github" / "actions" / "verify" / "action.yml"
WORKFLOW = ROOT / ".github" / "workflows" / "ci.yml"


def read(path: Path) -> Any:
    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))


def tool(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(BIN / name), *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )


def test_the_hook_is_valid() -> None:
    result = tool("pre-commit", "validate-manifest", str(HOOKS))
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        ("vendor.github-actions", ACTION),
        ("vendor.github-workflows", WORKFLOW),
        ("custom.github-workflows-require-timeout", WORKFLOW),
    ],
)
def test_action_and_workflow_are_valid(schema: str, path: Path) -> None:
    result = tool("check-jsonschema", "--builtin-schema", schema, str(path))
    assert result.returncode == 0, result.stdout


def test_the_schemas_can_refuse(tmp_path: Path) -> None:
    """What the tests above rely on: a step without anything to do is no step."""
    broken = tmp_path / "action.yml"
    broken.write_text(ACTION.read_text().replace("using: composite", "using: composit"))
    assert tool("check-jsonschema", "--builtin-schema", "vendor.github-actions", str(broken)).returncode == 1
    manifest = tmp_path / "hooks.yaml"
    manifest.write_text(HOOKS.read_text().replace("  entry: derivcheck verify\n", ""))
    assert tool("pre-commit", "validate-manifest", str(manifest)).returncode == 1


def test_no_input_is_pasted_into_a_script() -> None:
    scripts = [step["run"] for step in read(ACTION)["runs"]["steps"] if "run" in step]
    assert len(scripts) == 2
    assert not [script for script in scripts if "${{" in script]


def test_the_workflow_uses_the_action_and_the_command_of_the_readme() -> None:
    steps = [step for job in read(WORKFLOW)["jobs"].values() for step in job["steps"]]
    assert "./.github/actions/verify" in [step.get("uses") for step in steps]
    assert ".ci/run" in [step.get("run") for step in steps]
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    inputs = [step["with"] for step in steps if step.get("uses") == "./.github/actions/verify"]
    assert set().union(*inputs) <= set(read(ACTION)["inputs"])
    assert all((ROOT / given["specs"]).is_dir() for given in inputs)


@pytest.mark.parametrize("code", [0, 1, 2])
def test_what_the_action_runs(tmp_path: Path, code: int) -> None:
    """Its script with a stand-in for Python that writes down how it is called."""
    script = read(ACTION)["runs"]["steps"][-1]["run"]
    python = tmp_path / "python"
    python.write_text(f'#!/bin/bash\nprintf "%s\\n" "$@" > "$RUNNER_TEMP/called"\nexit {code}\n')
    python.chmod(0o755)
    environment = {
        **os.environ,
        "RUNNER_TEMP": str(tmp_path),
        "DERIVCHECK_PYTHON": str(python),
        "SPECS": "specs\n\n-my notes; touch gone.yaml\n",
        "ARGS": "--strict\n--seed=7\n",
    }
    result = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == code, result.stderr
    assert (tmp_path / "called").read_text().splitlines() == [
        "-m",
        "derivcheck",
        "verify",
        "--format",
        "github",
        "--strict",
        "--seed=7",
        "--",
        "specs",
        "-my notes; touch gone.yaml",
    ]


def test_the_hook_selects_specs_and_documents_and_runs_a_command_that_is_there() -> None:
    (hook,) = read(HOOKS)
    for name in ("a.derivcheck.yaml", "notes.yaml", "notes.md", "notes/b.derivcheck.yml", "a.tex", "a.rst", "a.ipynb"):
        assert re.search(hook["files"], name), name
    assert not re.search(hook["files"], "setup.py")
    assert {suffix for form, suffixes in FORMATS.items() for suffix in suffixes if form != "markdown"} <= {
        suffix for suffix in SUFFIXES if re.search(hook["files"], f"a{suffix}")
    }
    program, *arguments = hook["entry"].split()
    result = tool(program, *arguments, *hook["args"], "specs/networks/single_neuron.yaml")
    assert result.returncode == 0, result.stdout


def test_the_hook_is_narrowed_as_the_readme_shows(tmp_path: Path) -> None:
    (block,) = [block for block in blocks_of((ROOT / "README.md").read_text()) if block.rest.startswith(".pre-commit")]
    (tmp_path / block.rest).write_text(block.text)
    (hook,) = read(tmp_path / block.rest)["repos"][0]["hooks"]
    assert hook["id"] == read(HOOKS)[0]["id"]
    chosen = [name for name in ("notes/a.md", "specs/x/b.yaml", "c.md", "notes/d.py") if re.search(hook["files"], name)]
    assert chosen == ["notes/a.md", "specs/x/b.yaml"]
    result = tool("pre-commit", "validate-config", str(tmp_path / block.rest))
    assert result.returncode == 0, result.stdout


WRONG = "tensors: {x: n}\nloss: {L: sum(x^2)}\nclaims: {a: dL/dx = 3*x}\n"
NOTE = "$\\frac{\\partial L}{\\partial x} = 3 x$\n"
SIDECAR = "tensors: {x: n}\nloss: {L: sum(x^2)}\ndocument: {file: note.md}\n"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with files that are none of derivcheck's business."""
    made = tmp_path / "project"
    made.mkdir()
    git(made, "init", "-q")
    for name, text in {"README.md": "$x = 1$\n", "compose.yaml": "services: {}\n", "a.py": "x = 1\n"}.items():
        (made / name).write_text(text)
    return made


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, timeout=60)


@pytest.mark.slow
@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="no checkout")
def test_pre_commit_runs_the_hook(repository: Path, tmp_path: Path) -> None:
    """The checkout as it stands is cloned and installed as pre-commit does it, over the packages that are here."""
    site = next(path for path in sys.path if path.endswith("site-packages"))
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        "PRE_COMMIT_HOME": str(tmp_path / "home"),
        "PIP_NO_DEPS": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # which is how pip spells that there is none
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PYTHONPATH": site,
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
    }

    for name, text in {"notes.yaml": WRONG, "note.md": NOTE, "note.derivcheck.yaml": SIDECAR}.items():
        (repository / name).write_text(text)
    git(repository, "add", "-A")
    changed = ["notes.yaml", "note.md", "README.md", "compose.yaml"]
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "try-repo", str(ROOT), "derivcheck", "--files", *changed],
        cwd=repository,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 1 and "2 claims do not hold" in done.stdout, done.stdout + done.stderr
    assert "notes.yaml:3:" in done.stdout and "note.md:1:" in done.stdout
    assert "README.md" not in done.stdout and "compose.yaml" not in done.stdout


def test_what_changes_beside_specs_is_passed_over(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository)
    assert run(["verify", "--changed", "README.md", "compose.yaml"]) == 0
    assert run(["verify", "--changed"]) == 0
    assert run(["verify", "README.md"]) == run(["verify", "compose.yaml"]) == 2
    (repository / "broken.yaml").write_text("tensors: {x: [\n")
    assert run(["verify", "--changed", "README.md", "broken.yaml"]) == 2


def test_the_action_runs_its_steps(repository: Path, tmp_path: Path) -> None:
    """Both scripts in a shell, with an installer that puts the packages that are here in place of those it fetches."""
    (repository / "notes.yaml").write_text(WRONG)
    home = tmp_path / "temp"
    (stand_in := tmp_path / "bin").mkdir()
    home.mkdir()
    python = stand_in / "python"
    python.write_text(
        "#!/bin/bash\n"
        'mkdir -p "$RUNNER_TEMP/derivcheck/bin"\n'
        f'printf \'#!/bin/bash\\nif [ "$2" = pip ]; then echo "$@" >> "$RUNNER_TEMP/pip"; '
        f'else exec {sys.executable} "$@"; fi\\n\' > "$RUNNER_TEMP/derivcheck/bin/python"\n'
        'chmod +x "$RUNNER_TEMP/derivcheck/bin/python"\n'
    )
    python.chmod(0o755)
    variables = {
        **os.environ,
        "PATH": f"{stand_in}{os.pathsep}{os.environ['PATH']}",
        "RUNNER_TEMP": str(home),
        "GITHUB_ENV": str(home / "env"),
        "GITHUB_STEP_SUMMARY": str(home / "summary.md"),
        "ACTION_PATH": str(ACTION.parent),
        "INSTALL_PATH": "",
        "INSTALL_VERSION": "",
        "SPECS": "notes.yaml",
        "ARGS": "",
    }
    codes = []
    for step in (step for step in read(ACTION)["runs"]["steps"] if "run" in step):
        if (home / "env").exists():
            variables |= dict(line.split("=", 1) for line in (home / "env").read_text().splitlines())
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        done = subprocess.run(
            command, cwd=repository, env=variables, capture_output=True, text=True, timeout=60, check=False
        )
        codes.append(done.returncode)
    assert codes == [0, 1], done.stdout + done.stderr
    assert "::error file=notes.yaml,line=3" in done.stdout and "DC201" in (home / "summary.md").read_text()
    assert (home / "pip").read_text().split()[-1] == f"{ACTION.parent}/../../..[documents]"
