"""The checkout, its shipped specs, and the command run as a process in it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from commands import command

ROOT = Path(__file__).parents[1]
SPECS = sorted((ROOT / "specs").rglob("*.yaml"))
WITH_LOSS = [path for path in SPECS if "\nloss:" in path.read_text(encoding="utf-8")]


def derivcheck(*arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    return command("derivcheck", *arguments, cwd=cwd, **environment)
