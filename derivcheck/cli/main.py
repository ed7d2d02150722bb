"""The entry point: runs the commands and turns what they raise into diagnostics and exit codes.

0 everything holds; 1 a claim is not what it was expected to be; 2 something could not
be judged; 3 derivcheck's own bug; 130 interrupted. Whether anybody reads the output changes none of them.
"""

from __future__ import annotations

import gc
import os
import re
import sys
from pathlib import Path
from typing import Any

from derivcheck.cli.streams import EndedError, be_patient, end_by, end_in_order
from derivcheck.diagnostics.diagnostic import (
    ContradictionError,
    DerivcheckError,
    Diagnostic,
    own_bug,
    tracebacks_are_wanted,
)
from derivcheck.diagnostics.incidents import noted

# Objects: by itself the collector looks at all of SymPy again and again while it is imported.
COLLECTED_AT = (200_000, 20, 100)


def main() -> None:
    """Run the command line and exit."""
    gc.set_threshold(*COLLECTED_AT)
    be_patient()
    end_in_order()
    try:
        sys.exit(run(sys.argv[1:]))
    except EndedError as problem:
        end_by(problem)


def run(arguments: list[str]) -> int:
    """The exit code of a command line. Never raises, and never shows a traceback unasked."""
    noted()  # of an earlier run in the same process
    try:
        code = _run(arguments)
        bugs = noted()
        for bug in bugs:
            _say(bug)
        return 3 if bugs else code
    except KeyboardInterrupt:
        return 130
    except ContradictionError as problem:
        _say(problem.diagnostic)
        return 3
    except DerivcheckError as problem:
        _say(problem.diagnostic)
        return 2
    except OSError as problem:
        _abandon_output()
        _say(Diagnostic("DC613", f"the output cannot be written: {problem.strerror or problem}"))
        return 2
    except Exception as problem:
        if tracebacks_are_wanted():
            raise
        _say(own_bug(problem))
        return 3


def _abandon_output() -> None:
    """Let nothing more be written to the standard output, not even when the interpreter exits."""
    stdout = sys.__stdout__
    if stdout is not None:
        sink = os.open(os.devnull, os.O_WRONLY)
        os.dup2(sink, stdout.fileno())
        os.close(sink)


def _run(arguments: list[str]) -> int:
    from derivcheck.cli.commands import app

    try:
        configured = _configured(arguments)
        result = app(args=arguments, prog_name="derivcheck", standalone_mode=False, default_map=configured)
        sys.stdout.flush()
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 2
    except OSError:
        raise
    except Exception as problem:
        # Typer's own exceptions know how to show themselves and which code they mean.
        if hasattr(problem, "show") and hasattr(problem, "exit_code"):
            _say_usage(problem)
            return int(problem.exit_code)
        if type(problem).__name__ == "Abort":
            return 130
        raise
    return int(result) if isinstance(result, int) else 0


def _say_usage(problem: Any) -> None:
    from derivcheck.cli.usage import say_usage

    if type(problem).__name__ == "NoArgsIsHelpError":  # what it says is the help
        problem.show(file=sys.stderr)
    else:
        say_usage(problem, sys.stderr)


def _configured(arguments: list[str]) -> dict[str, dict[str, Any]]:
    """Defaults of the command from pyproject.toml; help is given whatever stands there."""
    if arguments[:1] != ["verify"] or {"-h", "--help"} & set(arguments):
        return {}
    from derivcheck.cli.configuration import defaults, unknown_variables, verbosity

    for warning in unknown_variables(os.environ):
        _say(warning, "warning")
    try:
        here = Path.cwd()
    except OSError:  # a folder that is deleted has no table, and no specs
        return {}
    found = {**defaults(here), **verbosity(os.environ)}
    # `-q` on the command line must win over `verbose` in the file, and the other way round.
    if found.keys() & {"verbose", "quiet"} and any(_asks_for_verbosity(word) for word in arguments):
        found = {name: value for name, value in found.items() if name not in ("verbose", "quiet")}
    return {"verify": found}


def _asks_for_verbosity(word: str) -> bool:
    return word in ("--verbose", "--quiet") or re.fullmatch(r"-[vq]+", word) is not None


def _say(diagnostic: Diagnostic, title: str = "error") -> None:
    from derivcheck.report.page import page_for
    from derivcheck.report.text import write_diagnostic

    write_diagnostic(diagnostic, sys.stderr, page_for(sys.stderr), title=title)
