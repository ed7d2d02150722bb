"""The package keeps its own rules: style, types, layers, imports, and the README's commands."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


def tool(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(str(Path(sys.executable).parent / name), *arguments)


def test_ruff() -> None:
    result = tool("ruff", "check", "derivcheck")
    assert result.returncode == 0, result.stdout


def test_format() -> None:
    result = tool("ruff", "format", "--check", "derivcheck")
    assert result.returncode == 0, result.stdout


@pytest.mark.slow
def test_mypy() -> None:
    result = tool("mypy")
    assert result.returncode == 0, result.stdout


def test_layers() -> None:
    result = tool("lint-imports")
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("arguments", [["--help"], ["verify", "--help"], ["list"], ["explain", "DC203"], ["schema"]])
def test_help_loads_no_mathematics(arguments: list[str]) -> None:
    program = (
        "import sys; from derivcheck.cli.main import run; code = run(sys.argv[1:]); "
        "assert not {'sympy', 'numpy', 'mpmath'} & set(sys.modules), 'loaded'; sys.exit(code)"
    )
    result = run(sys.executable, "-c", program, *arguments)
    assert result.returncode == 0, result.stderr


def test_importing_the_package_loads_nothing() -> None:
    result = run(sys.executable, "-c", "import sys, derivcheck; assert 'sympy' not in sys.modules")
    assert result.returncode == 0, result.stderr


def test_the_ci_runs_the_command_of_the_readme() -> None:
    readme, script = (ROOT / "README.md").read_text(), (ROOT / ".ci" / "run").read_text()
    command = "python3 -m venv .venv && .venv/bin/pip install -q -e '.[test]' && .venv/bin/python -m pytest -n 2"
    assert command in readme
    assert command in script


def test_user_text_never_reaches_an_evaluator() -> None:
    """What derivcheck has generated itself is run, by one module that lets nothing else through."""
    for file in (ROOT / "derivcheck").rglob("*.py"):
        if file.name == "execution.py":
            continue
        text = file.read_text()
        for word in ("sympify(", "parse_expr(", "eval(", "exec("):
            bare = [line for line in text.splitlines() if word in line and not line.strip().startswith("#")]
            if word.startswith(("eval", "exec")):  # a method may be called so
                bare = [line for line in bare if f".{word}" not in line and f"_{word}" not in line]
            assert not bare, (file, bare)
