"""The checkout, its shipped specs, and the command run as a process in it."""

from __future__ import annotations

import functools
import subprocess
from pathlib import Path

from commands import command

from derivcheck.pipeline.results import FileResult
from derivcheck.pipeline.verification import verify_file

ROOT = Path(__file__).parents[1]
SPECS = sorted((ROOT / "specs").rglob("*.yaml"))
WITH_LOSS = [path for path in SPECS if "\nloss:" in path.read_text(encoding="utf-8")]


@functools.cache
def result_of(name: str) -> FileResult:
    """The verdicts on a shipped spec, with what is not said otherwise."""
    return verify_file(ROOT / "specs" / name)


def derivcheck(*arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    return command("derivcheck", *arguments, cwd=cwd, **environment)
