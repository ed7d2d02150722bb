"""Marks for spreadsheets and for programs: CSV with one row for each person, and JSON with everything."""

from __future__ import annotations

import csv
import io
from fractions import Fraction
from typing import Any

from derivcheck.diagnostics.diagnostic import Diagnostic
from derivcheck.report.cells import guarded
from derivcheck.report.json import json_text
from derivcheck.statements.grading.marks import STATUSES, Gradebook, Mark, Question, shown_number

SCHEMA = 1


def to_csv(book: Gradebook) -> str:
    """One row for each person: the points and a remark for each question, the sum, how much is open.

    Text that a spreadsheet would take for a formula begins with an apostrophe.
    """
    written = io.StringIO()
    sheet = csv.writer(written, lineterminator="\n")
    heads = [head for question in book.questions for head in (question.label, f"{question.label} remark")]
    sheet.writerow([guarded(head) for head in ("person", *heads, "points", "of", "open")])
    for who in book.people:
        cells = []
        for mark in book.of_person(who):
            cells += ["" if mark.is_open else shown_number(mark.points), guarded(remark(mark))]
        sheet.writerow(
            [guarded(who), *cells, shown_number(book.total(who)), shown_number(book.possible), book.open(who)]
        )
    return written.getvalue()


def remark(mark: Mark) -> str:
    """A mark in words, for whoever got it."""
    finding = mark.finding
    said: str = finding.status
    if finding.status == "wrong":
        said = f"{finding.title} ({finding.code})"
    elif finding.status in ("by hand", "unreadable"):
        words = finding.message if finding.status == "unreadable" else finding.title
        said = f"{finding.status}: {words}" + (f" ({finding.code})" if finding.code else "")
    elif finding.message:
        said = finding.message
    return said + (f"; the last of {mark.earlier + 1} answers" if mark.earlier else "")


def to_json(book: Gradebook, *, ascii_only: bool = False) -> str:
    """Everything that was found, the same bytes for the same answers."""
    return json_text(grade_values(book), ascii_only)


def grade_values(book: Gradebook) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "spec": book.path,
        "title": book.title,
        "solution_shown": book.solution,
        "points": _number(book.possible),
        "questions": [_question_values(book, question) for question in book.questions],
        "people": [
            {
                "who": who,
                "points": _number(book.total(who)),
                "open": book.open(who),
                "answers": [_mark_values(mark) for mark in book.of_person(who)],
            }
            for who in book.people
        ],
        "credit": {code: _number(value) for code, value in sorted(book.credit.items())},
        "problems": [_problem_values(problem) for problem in book.problems],
        "notes": list(book.notes),
        "exit_code": book.exit_code,
    }


def _question_values(book: Gradebook, question: Question) -> dict[str, Any]:
    counted = book.tally(question)
    return {
        "label": question.label,
        "asked": question.asked,
        "points": _number(question.points),
        "answers": {status: counted[status] for status in STATUSES},
        "mistakes": [{"code": code, "title": title, "count": count} for code, title, count in book.census(question)],
    }


def _mark_values(mark: Mark) -> dict[str, Any]:
    finding, where = mark.finding, mark.where
    return {
        "question": mark.question.label,
        "status": finding.status,
        "points": None if mark.is_open else _number(mark.points),
        "code": finding.code or None,
        "title": finding.title or None,
        "message": finding.message or None,
        "answer": finding.shown or None,
        "notation": mark.answer.notation if mark.answer is not None else None,
        "notes": [{"name": name, "text": text} for name, text in finding.notes],
        "derived": finding.derived or None,
        "repair": finding.repair or None,
        "earlier_answers": mark.earlier,
        "file": where.path if where is not None else None,
        "line": where.line if where is not None else None,
        "column": where.column if where is not None else None,
    }


def _problem_values(problem: Diagnostic) -> dict[str, Any]:
    where = problem.where
    return {
        "code": problem.code,
        "message": problem.message,
        "file": where.path if where is not None else None,
        "line": where.line if where is not None else None,
        "column": where.column if where is not None else None,
        "help": problem.help or None,
    }


def _number(value: Fraction) -> int | float:
    return value.numerator if value.denominator == 1 else round(float(value), 4)
