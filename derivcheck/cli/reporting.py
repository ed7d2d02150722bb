"""Where reports go: one to the standard output, others to files, a table to the summary of a step."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from derivcheck.cli.files import replaced
from derivcheck.diagnostics.diagnostic import ContradictionError, DerivcheckError, Diagnostic

if TYPE_CHECKING:
    from derivcheck.diagnostics.verdicts import ClaimResult
    from derivcheck.pipeline.results import Report
    from derivcheck.report.page import Page

SUMMARY = "GITHUB_STEP_SUMMARY"  # the file that GitHub shows below the log of a step

Reports = Annotated[
    list[str] | None,
    typer.Option("--report", metavar="FMT=PATH", help="Write a report to a file too; may be given several times."),
]


@dataclass(frozen=True, slots=True)
class Target:
    """A report that is wanted in a file; `appended` where others write to that file too."""

    format: str
    path: Path
    appended: bool = False


def targets(wanted: Iterable[str], specs: Iterable[Path] = ()) -> tuple[Target, ...]:
    """The files that reports go to, known to be possible before anything is judged.

    Raises DerivcheckError: DC665 for what is not a format and a file, DC613 where no file can be.
    """
    found: list[Target] = []
    wanted = list(wanted)
    inputs = [os.path.realpath(spec) for spec in specs] if wanted else []
    for text in wanted:
        target = _target(text)
        real = os.path.realpath(target.path)
        if real in inputs:
            _refuse(f"`{target.path}` is what is judged: a report would overwrite it")
        shared = any(os.path.realpath(other.path) == real for other in found)
        if shared and (os.path.isfile(real) or not os.path.lexists(real)):  # /dev/null has room for several
            _refuse(f"two reports go to `{target.path}`")
        _require_place(target.path)
        found.append(target)
    return tuple(found)


def _target(text: str) -> Target:
    from derivcheck.report.formats import FORMATS

    name, equals, path = text.partition("=")
    if not equals or not path or path == "-":
        _refuse(f"`{text}` is not a format and a file" + " (the standard output has --format)" * (path == "-"))
    if name not in FORMATS:
        import difflib

        close = difflib.get_close_matches(name, FORMATS, 1, 0.6)
        _refuse(f"there is no format `{name}`", f"--report {close[0]}={path}" if close else "")
    return Target(name, Path(path))


def _refuse(message: str, help_: str = "") -> None:
    from derivcheck.report.formats import FORMATS

    raise DerivcheckError(
        Diagnostic("DC665", message, None, "", (("formats", ", ".join(FORMATS)),), help_ or "--report json=report.json")
    )


def _require_place(path: Path) -> None:
    folder = path.parent
    if path.is_dir():
        raise DerivcheckError(Diagnostic("DC613", f"`{path}` cannot be written: it is a folder"))
    if not folder.is_dir():
        exists = folder.exists()
        why = f"`{folder}` is not a folder" if exists else f"there is no folder `{folder}`"
        raise DerivcheckError(
            Diagnostic("DC613", f"`{path}` cannot be written: {why}", help="" if exists else f"mkdir -p {folder}")
        )


def write(report: Report, format: str, page: Page, wanted: Sequence[Target] = (), *, ascii_only: bool = False) -> int:
    """The report where it is wanted: files first, whoever reads the standard output.

    Returns the exit code: that of the verdicts, or a higher one where a report could not be made.
    """
    from derivcheck.report.formats import rendered

    if format == "github" and os.environ.get(SUMMARY):
        wanted = (*wanted, Target("markdown", Path(os.environ[SUMMARY]), appended=True))
    code, problems = report.exit_code, []
    for target in wanted:
        try:
            _write_file(report, target, page, ascii_only)
        except DerivcheckError as problem:
            code = max(code, 3 if isinstance(problem, ContradictionError) else 2)
            problems.append(problem.diagnostic)
    sys.stdout.write(rendered(format, report, page))
    sys.stdout.flush()
    for diagnostic in problems:
        from derivcheck.report.page import page_for
        from derivcheck.report.text import write_diagnostic

        write_diagnostic(diagnostic, sys.stderr, page_for(sys.stderr, ascii_only=ascii_only))
    return code


def _write_file(report: Report, target: Target, page: Page, ascii_only: bool) -> None:
    """One report in its file, in UTF-8, as wide as in a pipe. Raises DerivcheckError (DC613)."""
    from derivcheck.report.formats import rendered
    from derivcheck.report.page import WIDTH_IN_A_PIPE

    text = rendered(target.format, report, replace(page, width=WIDTH_IN_A_PIPE, color=False, unicode=not ascii_only))
    try:
        if target.appended:
            with open(target.path, "a", encoding="utf-8", newline="\n") as file:
                file.write(text)
        else:
            with replaced(target.path) as file:
                file.write(text)
    except OSError as problem:
        why = problem.strerror or problem
        raise DerivcheckError(Diagnostic("DC613", f"`{target.path}` cannot be written: {why}")) from None


def claim_text(claim: ClaimResult, format: str, page: Page, spec: Path | None) -> str:
    """One claim as `derivcheck check` shows it; formats that know only files are given one."""
    from derivcheck.pipeline.results import FileResult, Report
    from derivcheck.report.formats import rendered

    if format == "json":
        from derivcheck.report.json import claim_to_json

        return claim_to_json(claim, ascii_only=not page.unicode)
    if format == "html":
        from derivcheck.report.html import claim_to_html
        from derivcheck.spec import load_spec

        declared = load_spec(spec) if spec is not None else None
        return claim_to_html(claim, declared, ascii_only=not page.unicode)
    if format == "text":
        import io

        from derivcheck.report.text import write_claim

        stream = io.StringIO()
        write_claim(claim, stream, page)
        return stream.getvalue()
    path = claim.where.path if claim.where is not None else "<equation>"
    return rendered(format, Report((FileResult(path, claims=(claim,)),)), page)
