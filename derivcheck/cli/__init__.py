"""The command line: arguments in, a value out, a report, an exit code; nothing else.

A command imports what it needs where it runs, so that `--help`, a completion and a wrong option wait for nothing.
"""

from __future__ import annotations

from derivcheck.cli.main import main

__all__ = ["main"]
