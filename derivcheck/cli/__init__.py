"""The command line: arguments in, a value out, a report, an exit code; nothing else."""

from __future__ import annotations

from derivcheck.cli.main import main

__all__ = ["main"]
