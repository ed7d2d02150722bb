"""The entry point: runs the commands and turns what they raise into diagnostics and exit codes.

0 everything holds; 1 a claim is not what it was expected to be; 2 something could not
be judged; 3 derivcheck's own bug; 130 interrupted.
"""

from __future__ import annotations

import os
import sys

from derivcheck.diagnostics import ContradictionError, DerivcheckError, Diagnostic

REPORT_IT = "please report it with the command and the spec; DERIVCHECK_TRACEBACK=1 shows where"


def main() -> None:
    """Run the command line and exit."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """The exit code of a command line. Never raises, and never shows a traceback unasked."""
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of a pipe has gone; nothing more can be said, not even at interpreter exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except ContradictionError as problem:
        _say(problem.diagnostic)
        return 3
    except DerivcheckError as problem:
        _say(problem.diagnostic)
        return 2
    except Exception as problem:
        if os.environ.get("DERIVCHECK_TRACEBACK"):
            raise
        kind = type(problem).__name__
        _say(Diagnostic("DC900", f"derivcheck failed: {kind}: {problem}", help=REPORT_IT))
        return 3


def _run(arguments: list[str]) -> int:
    from derivcheck.cli.commands import app

    try:
        result = app(args=arguments, prog_name="derivcheck", standalone_mode=False)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 2
    except Exception as problem:
        # Typer's own exceptions know how to show themselves and which code they mean.
        show = getattr(problem, "show", None)
        if show is not None and hasattr(problem, "exit_code"):
            show(file=sys.stderr)
            return int(problem.exit_code)
        if type(problem).__name__ == "Abort":
            return 130
        raise
    return int(result) if isinstance(result, int) else 0


def _say(diagnostic: Diagnostic) -> None:
    from derivcheck.report.page import page_for
    from derivcheck.report.text import write_diagnostic

    write_diagnostic(diagnostic, sys.stderr, page_for(sys.stderr))
