"""Answers in a table of cells, as spreadsheets and forms save it: CSV with any usual separator."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from derivcheck.diagnostics.diagnostic import DerivcheckError, Diagnostic, SourceText, Where
from derivcheck.spec.document import MAXIMAL_BYTES
from derivcheck.statements.grading.answers import Answers, Register

SEPARATORS = (",", ";", "\t", "|")
SEPARATOR_LINE = re.compile(r"sep=(.)\s*")
# What people call the columns; where several are there, the first of a row here is taken.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "who": ("who", "student", "person", "name", "full name", "email", "email address", "id"),
    "claim": ("claim", "label", "question", "exercise"),
    "equation": ("equation", "answer", "formula", "response"),
    "notation": ("notation",),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell and the place of its first character; `lines` are the lines of the whole file."""

    source: SourceText

    @property
    def text(self) -> str:
        return self.source.text

    def where(self) -> Where:
        return self.source.where()


Record = list[Cell]


def read_sheet(text: str, path: str, labels: Sequence[str]) -> Answers:
    """The answers of a CSV text: one row for each answer, or one for each person with a column for each question.

    Raises DerivcheckError (DC651) where the columns cannot be told.
    """
    lines = tuple(re.split(r"\r\n|\n|\r", text))
    announced = SEPARATOR_LINE.fullmatch(lines[0])
    separator = announced[1] if announced else _separator(text, labels)
    register = Register(labels)
    records = _records(text, path, lines, separator, register)
    if announced:
        next(records)
    header = next(records, None)
    if header is None:
        return register.done()
    columns = _columns(header, labels, path)
    for record in records:
        while len(record) > len(header) and not record[-1].text.strip():
            record.pop()
        if len(record) > len(header) and columns.get("equation") == len(header) - 1:
            record = _joined(record, len(header), lines)
        if len(record) > len(header):
            register.problems.append(
                Diagnostic(
                    "DC654",
                    f"{len(record)} cells, but the header has {len(header)}",
                    record[len(header)].where(),
                    "one cell too many",
                    (),
                    f"quote an equation with `{separator.strip() or 'a tab'}` in it",
                )
            )
            continue
        _row(record, columns, register)
    return register.done()


def _row(record: Record, columns: Mapping[str, int], register: Register) -> None:
    def cell(column: int | None) -> Cell:
        if column is not None and column < len(record):
            return record[column]
        last = record[-1].source
        return Cell(SourceText("", last.path, last.origin[:1], last.lines))

    who = cell(columns["who"])
    notation = cell(columns.get("notation")).text
    if "claim" in columns:
        label, equation = cell(columns["claim"]), cell(columns["equation"])
        register.add(who.text, label.text, equation.source, notation, label.where(), who.where())
        return
    for label_text in register.labels:
        if f"question {label_text}" in columns:
            equation = cell(columns[f"question {label_text}"])
            register.add(who.text, label_text, equation.source, notation, equation.where(), who.where())
            if not who.text.strip():
                return


def _joined(record: Record, count: int, lines: tuple[str, ...]) -> Record:
    """The row with an unquoted equation at its end in one piece, the separators in it included."""
    first = record[count - 1].source
    line, column = first.origin[0]
    if record[-1].source.origin[0][0] != line or lines[line - 1][column - 2 : column - 1] == '"':
        return record
    return [*record[: count - 1], Cell(SourceText(lines[line - 1][column - 1 :], first.path, first.origin, lines))]


# --- columns ----------------------------------------------------------------------------------


def _headings(cells: Sequence[str]) -> list[str]:
    return [" ".join(cell.casefold().split()) for cell in cells]


def _known(headings: Sequence[str], labels: Sequence[str]) -> dict[str, int]:
    """Which column is which: by its name, or by the question it is named after."""
    found: dict[str, int] = {}
    for meaning, words in COLUMNS.items():
        for word in words:
            if word in headings:
                found[meaning] = headings.index(word)
                break
    for label in labels:
        if "claim" not in found and label.casefold() in headings:
            found[f"question {label}"] = headings.index(label.casefold())
    return found


def _columns(header: Record, labels: Sequence[str], path: str) -> dict[str, int]:
    found = _known(_headings([cell.text for cell in header]), labels)
    missing = ""
    if "who" not in found:
        missing = "who"
    elif "claim" in found and "equation" not in found:
        missing = "equation"
    elif "claim" not in found and not any(name.startswith("question ") for name in found):
        missing = "claim"
    if missing:
        seen = ", ".join(f"`{cell.text.strip()}`" for cell in header[:12])
        raise DerivcheckError(
            Diagnostic(
                "DC651",
                f"the table has no column `{missing}`",
                header[0].where(),
                "the columns",
                (("found", seen), ("also read", ", ".join(COLUMNS[missing][1:]))),
                "who,claim,equation",
            )
        )
    return found


def _separator(text: str, labels: Sequence[str]) -> str:
    """The separator under which most columns are known: equations have commas, so no census of characters tells."""
    first = next((line for line in re.split(r"\r\n|\n|\r", text) if line.strip()), "")

    def known(separator: str) -> int:
        try:
            cells = next(csv.reader([first], delimiter=separator, skipinitialspace=True), [])
        except csv.Error:
            return -1
        return len(_known(_headings(cells), labels))

    return max(SEPARATORS, key=known)


# --- records ----------------------------------------------------------------------------------


def _records(text: str, path: str, lines: tuple[str, ...], separator: str, register: Register) -> Iterator[Record]:
    """The rows that hold anything; a text that is no table from some line on ends them with a problem."""
    before = csv.field_size_limit(MAXIMAL_BYTES)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True, skipinitialspace=True)
    first = 0
    try:
        while True:
            first = reader.line_num
            try:
                cells = next(reader, None)
            except csv.Error as problem:
                where = Where(path, first + 1, 1, max(1, len(lines[first])), lines[first])
                register.problems.append(
                    Diagnostic(
                        "DC654",
                        f"the table cannot be read from here on: {problem}",
                        where,
                        "this row begins it",
                        (),
                        'a cell with " in it is quoted, and each " doubled',
                    )
                )
                return
            if cells is None:
                return
            if any(cell.strip() for cell in cells):
                raw = "\n".join(lines[first : reader.line_num])
                yield [
                    Cell(_source(cell, place, first, path, lines))
                    for cell, place in zip(cells, _places(raw, separator), strict=True)
                ]
    finally:
        csv.field_size_limit(before)


def _source(cell: str, place: tuple[int, int], first: int, path: str, lines: tuple[str, ...]) -> SourceText:
    text = re.sub(r"\r\n?", "\n", cell)
    row, column = place
    further = tuple((first + row + k, 1) for k in range(2, text.count("\n") + 2))
    return SourceText(text, path, ((first + row + 1, column), *further), lines)


def _places(raw: str, separator: str) -> list[tuple[int, int]]:
    """(row from 0, column from 1) of the first character of each cell, behind its quote where it has one."""
    found: list[tuple[int, int]] = []
    row, column = 0, 1
    begins, in_quotes, inside = True, False, False
    for character in raw:
        if begins and character != " ":
            in_quotes = inside = character == '"'
            found.append((row, column + inside))
            begins = character == separator
        elif character == '"' and in_quotes:
            inside = not inside
        elif character == separator and not inside and not begins:
            begins = True
        row, column = (row + 1, 1) if character == "\n" else (row, column + 1)
    if begins:
        found.append((row, column))
    return found
