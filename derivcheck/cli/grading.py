"""`derivcheck grade`: arguments to rules, the gradebook to its reports."""

from __future__ import annotations

import sys
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from derivcheck.cli.files import replaced
from derivcheck.diagnostics.diagnostic import DerivcheckError, Diagnostic

if TYPE_CHECKING:
    from derivcheck.statements.grading.marks import Gradebook


class GradeFormat(str, Enum):  # noqa: UP042 - Typer reads the values
    text = "text"
    csv = "csv"
    html = "html"
    json = "json"


class AcceptedLayout(str, Enum):  # noqa: UP042
    any = "any"
    mixed = "mixed"
    numerator = "numerator"
    denominator = "denominator"


def grade(
    spec: Annotated[Path, typer.Argument(help="The spec; its claims are the questions.")],
    answers: Annotated[list[Path], typer.Argument(help="Answers: CSV or YAML with who, claim, equation.")],
    accept_layout: Annotated[
        AcceptedLayout | None, typer.Option("--accept-layout", help="Count answers in this layout as right, too.")
    ] = None,
    points: Annotated[
        list[str] | None, typer.Option("--points", metavar="QUESTION=2", help="Points of a question; 1 by default.")
    ] = None,
    credit: Annotated[
        list[str] | None, typer.Option("--credit", metavar="DC203=0.5", help="What is left after a mistake.")
    ] = None,
    credit_file: Annotated[
        Path | None, typer.Option("--credit-file", metavar="FILE.yaml", help="The same for many codes.")
    ] = None,
    no_solution: Annotated[
        bool, typer.Option("--no-solution", help="Show neither the derived form nor a repair.")
    ] = False,
    hints: Annotated[
        int,
        typer.Option("--hints", min=1, max=3, help="How much to say: 1 where a mistake is, 2 its kind, 3 the repair."),
    ] = 3,
    format: Annotated[GradeFormat, typer.Option("--format", help="How to report.")] = GradeFormat.text,
    report: Annotated[
        list[str] | None, typer.Option("--report", metavar="FMT=PATH", help="Write another report to a file.")
    ] = None,
    timeout: Annotated[float, typer.Option("--timeout", min=0.1, max=3600, help="Seconds for one answer.")] = 20.0,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Seed of the random points.")] = None,
    ascii: Annotated[bool, typer.Option("--ascii", help="ASCII only, whatever the terminal can show.")] = False,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Show every mistake, however rare.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Show only the table of people.")] = False,
) -> int:
    """Judge many people's answers against the claims of one spec, with partial credit by mistake.

    An answer is an equation or its right side alone. Exits with 0 when everything was
    graded, right or wrong; with 2 when something could not be read.
    """
    targets = [_target(text) for text in report or []]
    from derivcheck.statements.grading.credit import credit_table
    from derivcheck.statements.grading.grader import LAYOUTS, Rules
    from derivcheck.statements.grading.grader import grade as graded

    accepted = () if accept_layout is None else (accept_layout.value,)
    rules = Rules(
        layouts=LAYOUTS if accept_layout is AcceptedLayout.any else accepted,
        credit=credit_table(credit or [], credit_file),
        points=tuple(points or []),
        solution=not no_solution,
        hints=hints,
        seconds=timeout,
        seed=seed,
        progress=_tell if sys.stderr.isatty() else None,
    )
    book = graded(spec, answers, rules)
    if rules.progress is not None:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
    for chosen, path in targets:
        _write_file(book, chosen, path, ascii)
    _write(book, format, sys.stdout, ascii, 1 if verbose else -1 if quiet else 0)
    sys.stdout.flush()
    if format is GradeFormat.csv:
        _tell_problems(book)
    return book.exit_code


def _tell_problems(book: Gradebook) -> None:
    """What a table has no room for: answers to questions that nobody asked, files that are not read."""
    from derivcheck.report.page import page_for
    from derivcheck.report.text import write_diagnostic

    for problem in book.problems:
        write_diagnostic(problem, sys.stderr, page_for(sys.stderr))


def _tell(done: int, of: int) -> None:
    print(f"\rjudging {done} of {of} different answers\x1b[K", end="", file=sys.stderr, flush=True)


def _target(text: str) -> tuple[GradeFormat, Path]:
    """`html=grades.html`. Raises DerivcheckError (DC665)."""
    name, sign, path = text.partition("=")
    if not sign or not path or name not in set(GradeFormat.__members__):
        raise DerivcheckError(
            Diagnostic(
                "DC665",
                f"`{text}` is not a format and a file",
                None,
                "",
                (("formats", ", ".join(GradeFormat.__members__)),),
                "--report html=grades.html",
            )
        )
    return GradeFormat(name), Path(path)


def _write_file(book: Gradebook, chosen: GradeFormat, path: Path, ascii_only: bool) -> None:
    """A report in a file; CSV begins with the mark by which spreadsheets know UTF-8."""
    encoding = "utf-8-sig" if chosen is GradeFormat.csv else "utf-8"
    try:
        with replaced(path, encoding, "backslashreplace") as stream:
            _write(book, chosen, stream, ascii_only, 0)
    except OSError as problem:
        raise DerivcheckError(
            Diagnostic("DC613", f"`{path}` cannot be written: {problem.strerror or problem}")
        ) from None


def _write(book: Gradebook, chosen: GradeFormat, stream: TextIO, ascii_only: bool, verbosity: int) -> None:
    from derivcheck.report.page import carries_unicode, page_for

    plain = ascii_only or not carries_unicode(stream)
    if chosen is GradeFormat.text:
        from derivcheck.report.grades import write_grades

        write_grades(book, stream, page_for(stream, ascii_only=ascii_only, verbosity=verbosity))
    elif chosen is GradeFormat.json:
        from derivcheck.report.gradesheet import to_json

        stream.write(to_json(book, ascii_only=plain))
    elif chosen is GradeFormat.csv:
        from derivcheck.report.gradesheet import to_csv

        written = to_csv(book)
        stream.write(written.encode("ascii", "backslashreplace").decode() if plain else written)
    else:
        from derivcheck.report.gradepage import to_html

        page = to_html(book)
        stream.write(page.encode("ascii", "xmlcharrefreplace").decode() if plain else page)
