"""A report as a table: a row for everything that was judged or not, read back by the standard library."""

from __future__ import annotations

import csv
import functools
import io

import pytest
from shipped import result_of

from derivcheck.diagnostics.diagnostic import Where
from derivcheck.diagnostics.verdicts import ClaimResult
from derivcheck.pipeline.results import FileResult, Report
from derivcheck.pipeline.verification import verify_text
from derivcheck.report.csv import HEADS, to_csv

MIXED = """\
tensors: {x: n, w: n}
loss: {L: sum(w * x^2)}
claims:
  holds: dL/dw = x^2
  factor: dL/dx = w * x
  meaningless: dL/dw = q
  misprint: {claim: dL/dx = -2 * w * x, expect: refuted}
  surprise: {claim: dL/dx = 2 * w * x, expect: refuted}
  ignored: dL/dx = w * x  # derivcheck: ignore[DC201] as "so" in print
  unused: dL/dw = x * x  # derivcheck: ignore[DC202] not so
"""
ROWS = [
    ("mixed.yaml", "4", "claim", "holds", "proved", "", "", ""),
    ("mixed.yaml", "5", "claim", "factor", "refuted", "", "DC201", "a factor 2 is missing"),
    ("mixed.yaml", "6", "claim", "meaningless", "invalid", "", "DC120", "unknown name `q`"),
    ("mixed.yaml", "7", "claim", "misprint", "refuted", "refuted", "DC202", "the sign is wrong"),
    ("mixed.yaml", "8", "claim", "surprise", "proved", "refuted", "", "`surprise` is proved, expected refuted"),
    (
        "mixed.yaml",
        "9",
        "claim",
        "ignored",
        "refuted",
        "",
        "DC201",
        'a factor 2 is missing (ignored: as "so" in print)',
    ),
    ("mixed.yaml", "10", "claim", "unused", "proved", "", "", ""),
    ("mixed.yaml", "1", "gradient", "dL/dx", "proved", "", "", ""),
    ("mixed.yaml", "1", "gradient", "dL/dw", "proved", "", "", ""),
]


def table(report: Report, *, ascii_only: bool = False) -> list[tuple[str, ...]]:
    """The rows as somebody else reads them; every record ends as RFC 4180 asks for, and stands on one line."""
    text = to_csv(report, ascii_only=ascii_only)
    assert text.endswith("\r\n")
    rows = list(map(tuple, csv.reader(io.StringIO(text, newline=""), strict=True)))
    assert rows[0] == HEADS
    assert all(len(row) == len(HEADS) for row in rows)
    assert text.count("\n") == text.count("\r\n") == len(rows)
    return rows[1:]


@functools.cache
def mixed() -> FileResult:
    return verify_text(MIXED, "mixed.yaml")


def test_everything_that_is_judged_has_its_row() -> None:
    rows = table(Report((mixed(),)))
    assert rows[: len(ROWS)] == ROWS
    [warning] = rows[len(ROWS) :]
    assert warning[:6] == ("mixed.yaml", "10", "spec", "mixed.yaml", "warning", "")
    assert warning[6] == "DC056"


def test_files_follow_one_another_and_what_could_not_be_read_is_a_row() -> None:
    broken = verify_text("tensors: {x: n\n", "broken.yaml")
    rows = table(Report((broken, mixed(), FileResult("odd.yaml", contradiction=True, notes=("nothing, yet",)))))
    assert rows[0][:6] == ("broken.yaml", "1", "file", "broken.yaml", "error", "")
    assert rows[0][6].startswith("DC0")
    assert rows[1 : 1 + len(ROWS)] == ROWS
    assert rows[-2][2:7] == ("bug", "odd.yaml", "internal error", "", "DC901")
    assert rows[-1] == ("odd.yaml", "1", "note", "odd.yaml", "", "", "", "nothing, yet")
    assert table(Report(())) == []


def test_the_formulas_of_a_document_are_rows_and_their_claims_are_not_repeated() -> None:
    file = result_of("documents/backward_pass.derivcheck.yaml")
    rows = table(Report((file,)))
    formulas = [row for row in rows if row[2] == "formula"]
    assert [int(row[1]) for row in formulas] == [formula.where.line for formula in file.formulas]
    assert {row[0] for row in formulas} == {file.document}
    assert not [row for row in rows if row[2] == "claim"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", " =", "\n=", "\r@", "＝", "＋", "－", "＠"])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_no_cell_is_a_formula_for_a_spreadsheet(start: str, ascii_only: bool) -> None:
    evil = f'{start}HYPERLINK("https://example.org","a")'
    claim = ClaimResult(evil, evil, Where(evil, 3, 1), "undecided", "", False, message=evil)
    [row] = table(Report((FileResult(evil, claims=(claim,)),)), ascii_only=ascii_only)
    assert row[0].startswith("'") and row[3].startswith("'")
    assert not any(cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "＝", "＋", "－", "＠")) for cell in row)
