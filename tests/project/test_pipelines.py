"""The hook, the action and the workflow: valid by their schemas, and run as far as a machine without GitHub can."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

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


def test_the_hook_selects_specs_by_their_name_and_runs_a_command_that_is_there() -> None:
    import re

    (hook,) = read(HOOKS)
    for name, wanted in (("a.derivcheck.yaml", True), ("notes/b.derivcheck.yml", True), ("specs.yaml", False)):
        assert bool(re.search(hook["files"], name)) == wanted
    program, *arguments = hook["entry"].split()
    result = tool(program, *arguments, *hook["args"], "specs/networks/single_neuron.yaml")
    assert result.returncode == 0, result.stdout
