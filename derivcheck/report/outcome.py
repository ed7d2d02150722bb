"""All files together: a line for each, what was not read of them, and the last line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from derivcheck.diagnostics.verdicts import FormulaResult
from derivcheck.pipeline.results import FileResult, Report
from derivcheck.report.evidence import counting
from derivcheck.report.lines import write_line
from derivcheck.report.marks import mark
from derivcheck.report.page import Page, width_of

WIDEST_PATH = 40
MOST_REASONS = 3


def file_lines(report: Report, page: Page) -> list[Text]:
    """`specs/mlp.yaml  5 gradients, 5 claims ✓`, the numbers below each other."""
    column = min(WIDEST_PATH, max((width_of(page.show(file.path)) for file in report.files), default=0))
    return [_file_line(file, column, page) for file in report.files]


def _file_line(file: FileResult, column: int, page: Page) -> Text:
    holds = file.exit_code == 0 and file.failure is None
    path = page.show(file.path)
    line = Text(path + " " * (max(0, column - width_of(path)) + 2))
    line.append(page.show(_counted(file)))
    return line.append(" " + mark(holds, page), style="green" if holds else "red")


def _counted(file: FileResult) -> str:
    """How many gradients and claims there are, and how many of them do not hold."""
    if file.failure is not None or file.contradiction:
        return "could not be judged"
    parts = [counting(len(file.gradients), "gradient")] if file.gradients else []
    parts += [counting(len(file.claims), "claim")] if file.claims else []
    wrong = sum(file.fails(claim) for claim in file.claims) + sum(map(file.gradient_fails, file.gradients))
    parts += [f"{wrong} {'does' if wrong == 1 else 'do'} not hold"] if wrong else []
    unread = len(_unread(file))
    parts += [f"{unread} not read"] if unread else []
    return ", ".join(parts) or "nothing judged"


def _unread(file: FileResult) -> list[FormulaResult]:
    return [formula for formula in file.formulas if formula.standing in ("unread", "ambiguous")]


def write_unread(report: Report, console: Console, page: Page) -> None:
    """What was not read, and why: the formulas of a document by their reasons, the notes by what they say."""
    lines = [*_unread_lines(report, page), *_note_lines(report, page)]
    if lines:
        console.line()
    for line in lines:
        write_line(console, line, 4)


def _unread_lines(report: Report, page: Page) -> Iterator[Text]:
    for file in report.files:
        why = Counter(f"{found.reason.code} {found.reason.message}" for found in _unread(file) if found.reason)
        told = [f"{reason} ({count})" if count > 1 else reason for reason, count in why.most_common(MOST_REASONS)]
        rest = sum(why.values()) - sum(count for _, count in why.most_common(MOST_REASONS))
        told += [f"{counting(rest, 'other')}: derivcheck verify {file.path}"] if rest else []
        if told:
            yield Text.assemble(("not read: ", "bold")) + page.text(f"{file.path}: {'; '.join(told)}")


def _note_lines(report: Report, page: Page) -> Iterator[Text]:
    files: dict[str, list[str]] = {}
    for file in report.files:
        for note in file.notes:
            files.setdefault(note, []).append(file.path)
    for note, paths in files.items():
        yield Text.assemble(("note: ", "bold")) + page.text(f"{note} ({_some(paths)})")


def _some(paths: Sequence[str]) -> str:
    """The first few of them, so that a long report need not be searched."""
    return ", ".join(paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")


def overall(report: Report, page: Page) -> Text:
    """The last line: all files together."""
    gradients = [gradient for file in report.files for gradient in file.gradients]
    claims = [claim for file in report.files for claim in file.claims]
    wrong = sum(file.fails(claim) for file in report.files for claim in file.claims)
    failed = [f"{counting(wrong, 'claim')} {'does' if wrong == 1 else 'do'} not hold"] if wrong else []
    open_ = sum(file.gradient_fails(gradient) for file in report.files for gradient in file.gradients)
    failed += [f"{counting(open_, 'gradient')} {'does' if open_ == 1 else 'do'} not hold"] if open_ else []
    unread = [file.path for file in report.files if file.failure is not None or file.contradiction]
    failed += [f"{counting(len(unread), 'spec')} could not be judged ({_some(unread)})"] if unread else []
    bugs = sum(file.internal for file in report.files)
    failed += [f"{counting(bugs, 'internal error')}"] if bugs else []
    formulas = sum(file.fails(formula) for file in report.files for formula in file.formulas if formula.claim is None)
    failed += [f"{counting(formulas, 'formula')} {'is' if formulas == 1 else 'are'} unread"] if formulas else []
    unused = sum(len(file.warnings) for file in report.files if file.strict)
    failed += [f"{counting(unused, 'ignore')} {'is' if unused == 1 else 'are'} not needed"] if unused else []
    counted = ", ".join(
        (counting(len(report.files), "spec"), counting(len(gradients), "gradient"), counting(len(claims), "claim"))
    )
    holds = report.exit_code == 0 and not failed
    ignored = sum(bool(claim.ignored) for claim in claims)
    passed = sum(c.open and not c.ignored for c in claims) + sum(
        not file.accepts(gradient) for file in report.files for gradient in file.gradients
    )
    remarks = [f"{ignored} ignored"] * bool(ignored) + [f"{passed} open"] * bool(holds and passed)
    passing = sum(
        not formula.expected
        for file in report.files
        for formula in file.formulas
        if formula.holds and formula.standing in ("unread", "ambiguous")
    )
    remarks += [f"{counting(passing, 'formula')} not read"] * bool(passing)
    remarks += [f"{report.deselected} not selected"] * bool(report.deselected)
    outcome = ("all others hold" if ignored or passed else "all hold") if holds else ", ".join(failed)
    outcome = "; ".join([outcome or "nothing to judge", *remarks])
    if failed and report.exit_code == 0:
        outcome += " (exit code 0 all the same, by --exit-zero)"
    style = "bold green" if holds else "bold red"
    return Text.assemble((f"{mark(holds, page)} {counted}: {page.show(outcome)}", style))
