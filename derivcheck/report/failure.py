"""What a test that fails has to say: the findings as the terminal shows them, as a text without colours."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TextIO

from derivcheck.diagnostics.diagnostic import Diagnostic
from derivcheck.diagnostics.verdicts import ClaimResult, FormulaResult, GradientResult
from derivcheck.report.gradients import gradient_table
from derivcheck.report.lines import write_table
from derivcheck.report.page import Page, page_for
from derivcheck.report.text import write_claim, write_diagnostic


def failure_page() -> Page:
    """The page of the real standard output, whatever stands in its place while a test runs."""
    stream = sys.__stdout__ if sys.__stdout__ is not None else sys.stdout
    return replace(page_for(stream), color=False, verbosity=-1)


def diagnostic_text(diagnostic: Diagnostic, page: Page, *, title: str = "error") -> str:
    """A diagnostic with its caret."""
    return _written(lambda stream: write_diagnostic(diagnostic, stream, page, title=title))


def claim_text(claim: ClaimResult, page: Page) -> str:
    """A claim with its verdict, its steps and what is wrong with it."""
    return _written(lambda stream: write_claim(claim, stream, page))


def formula_text(formula: FormulaResult, page: Page) -> str:
    """A formula of a document that is not as expected."""
    if formula.claim is not None:
        return claim_text(formula.claim, page)
    message = f"`{' '.join(formula.text.split())}` is {formula.standing}"
    reason = formula.reason or Diagnostic("", message, formula.where)
    return diagnostic_text(reason, page, title=formula.standing)


def gradients_text(gradients: Sequence[GradientResult], strict: bool, page: Page) -> str:
    """The gradients with their forms and what the independent ways say."""
    return _written(lambda stream: write_table(gradient_table(gradients, page, strict=strict), page.console(stream)))


def _written(write: Callable[[TextIO], None]) -> str:
    stream = io.StringIO()
    write(stream)
    return "\n".join(line.rstrip() for line in stream.getvalue().strip().splitlines())
