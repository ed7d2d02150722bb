"""A table for spreadsheets (RFC 4180): a row for each claim, gradient and formula, and for what was not judged."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from derivcheck.diagnostics.diagnostic import Diagnostic, Where
from derivcheck.diagnostics.verdicts import ClaimResult, FormulaResult, GradientResult
from derivcheck.pipeline.results import FileResult, Report
from derivcheck.report.cells import guarded
from derivcheck.report.coverage import standing
from derivcheck.report.findings import (
    Finding,
    claim_finding,
    file_finding,
    formula_finding,
    gradient_finding,
    own_claims,
    warning_findings,
)
from derivcheck.report.page import Page

HEADS = ("file", "line", "kind", "name", "verdict", "expected", "code", "message")
Line = tuple[str | int, ...]


def to_csv(report: Report, *, ascii_only: bool = False) -> str:
    """The rows in the order of the files; text that a spreadsheet would take for a formula begins with an apostrophe.

    What holds has the code and the message of its diagnosis too, where it has one; `expected` is empty where the
    spec asks for no verdict by name.
    """
    page = Page(unicode=not ascii_only)
    written = io.StringIO()
    sheet = csv.writer(written)
    sheet.writerow(HEADS)
    for file in report.files:
        for line in _lines(file):
            sheet.writerow([guarded(cell, page) if isinstance(cell, str) else cell for cell in line])
    return written.getvalue()


def _lines(file: FileResult) -> Iterator[Line]:
    problem = file_finding(file)
    if problem is not None:
        yield _of_finding(problem)
    for claim in own_claims(file):
        yield _claim(claim, file)
    for formula in file.formulas:
        yield _formula(formula, file)
    for gradient in file.gradients:
        yield _gradient(gradient, file)
    yield from map(_of_finding, warning_findings(file))
    for note in file.notes:
        yield file.path, 1, "note", file.path, "", "", "", note


def _of_finding(found: Finding) -> Line:
    said = found.diagnostic
    return found.where.path, found.where.line, found.kind, found.subject, found.verdict, "", said.code, said.message


def _claim(claim: ClaimResult, file: FileResult) -> Line:
    where = claim.where or Where(file.path, 1, 1)
    code, message = _said(claim_finding(claim, file), claim.diagnosis)
    return where.path, where.line, "claim", claim.id, claim.verdict, claim.expected, code, message


def _formula(formula: FormulaResult, file: FileResult) -> Line:
    claim, where = formula.claim, formula.where
    diagnosis = formula.reason or (claim.diagnosis if claim is not None else None)
    code, message = _said(formula_finding(formula, file), diagnosis)
    expected = claim.expected if claim is not None else ""
    return where.path, where.line, "formula", formula.known_as, standing(formula), expected, code, message


def _gradient(gradient: GradientResult, file: FileResult) -> Line:
    where = gradient.where or Where(file.path, 1, 1)
    name = f"d{gradient.of}/d{gradient.wrt}"
    code, message = _said(gradient_finding(gradient, file), gradient.problem)
    return where.path, where.line, "gradient", name, gradient.verdict, "", code, message


def _said(found: Finding | None, diagnosis: Diagnostic | None) -> tuple[str, str]:
    """The code and the message of what is wrong, or else of what is known; an ignored finding gives its reason."""
    said = found.diagnostic if found is not None else diagnosis
    if said is None:
        return "", ""
    reason = f" (ignored: {found.ignored})" if found is not None and found.ignored else ""
    return said.code, said.message + reason
