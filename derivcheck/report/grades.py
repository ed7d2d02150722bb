"""Marks for people: a table by person, the mistakes of each question, what waits for a person to decide."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TextIO

from rich import box
from rich.table import Table
from rich.text import Text

from derivcheck.judging.diagnose import CODES
from derivcheck.report.excerpt import diagnostic_lines
from derivcheck.report.lines import write_line, write_table
from derivcheck.report.page import Page, width_of
from derivcheck.statements.grading.marks import Gradebook, Mark, Question, Sameness, shown_number

HEADING, DIM = "bold", "dim"
STYLES = {"right": "green", "wrong": "red", "by hand": "yellow", "unreadable": "yellow", "missing": "dim"}
WIDEST_NAME, WIDEST_QUESTION, WIDEST_ASKED = 24, 12, 14
MOST_MISTAKES, MOST_KINDS, MOST_NAMES = 8, 5, 6
CELLS = {"by hand": "by hand", "unreadable": "unread", "missing": "—"}
INDENT = " " * 4
GAP = 2  # between columns


def write_grades(book: Gradebook, stream: TextIO, page: Page) -> None:
    """The whole report; quiet pages show the people and the summary only."""
    console = page.console(stream)
    heading = page.text(book.path, HEADING)
    if book.title:
        heading.append_text(page.text(f"  {book.title}"))
    write_line(console, heading)
    for table in _people(book, page):
        write_table(table, console)
    if page.verbosity >= 0:
        if book.questions:
            write_table(_questions(book, page), console)
        for line in _sections(book, page):
            write_line(console, line)
    for problem in book.problems:
        console.line()
        for line in diagnostic_lines(problem, page):
            write_line(console, line)
    console.line()
    for note in book.notes:
        write_line(console, Text.assemble(("note: ", HEADING)) + page.text(note))
    style = "bold green" if book.exit_code == 0 else "bold red"
    mark = page.show("✓" if book.exit_code == 0 else "✗")
    write_line(console, Text(f"{mark} ", style) + page.text(summary(book), style))


def summary(book: Gradebook) -> str:
    """The last line: how many of what."""
    counted = {status: sum(book.tally(question)[status] for question in book.questions) for status in STYLES}
    parts = [f"{count} {status}" for status, count in counted.items() if count]
    if book.problems:
        parts.append(f"{_count(len(book.problems), 'problem')} in the files")
    people, questions = _count(len(book.people), "person"), _count(len(book.questions), "question")
    return f"{people}, {questions}: {', '.join(parts) or 'no answers'}"


def _count(number: int, what: str) -> str:
    plural = "people" if what == "person" else f"{what}s"
    return f"{number} {what if number == 1 else plural}"


def _table(page: Page) -> Table:
    return Table(box=box.SIMPLE_HEAD if page.unicode else None, header_style=HEADING, padding=(0, 1, 0, 0))


def _cut(text: str, width: int, page: Page) -> str:
    """A text as the page can carry it, in at most so many cells."""
    # Every character takes at least a cell, as shown: what is beyond the end need not be looked at.
    shown = page.show(text[: width + 1])
    if len(text) <= width + 1 and width_of(shown) <= width:
        return shown
    dots = page.show("…")
    while shown and width_of(shown) + len(dots) > width:
        shown = shown[:-1]
    return shown + dots


# --- people -----------------------------------------------------------------------------------


def _people(book: Gradebook, page: Page) -> Iterator[Table]:
    """One row for each person; where the questions do not fit side by side, one table after the other."""
    if not book.people:
        return
    names = max(6, *(width_of(_cut(who, WIDEST_NAME, page)) for who in book.people))
    labels = [_cut(question.label, WIDEST_QUESTION, page) for question in book.questions]
    widths = [
        max(width_of(label), *(width_of(_cell(mark, page)) for mark in book.of_question(question)))
        for label, question in zip(labels, book.questions, strict=True)
    ]
    sums = width_of(f"of {shown_number(book.possible)}") + GAP + any(book.open(who) for who in book.people) * (4 + GAP)
    room = page.width - 2 - names - sums
    while True:
        taken, used = 0, 0
        while taken < len(widths) and (used + widths[taken] + GAP <= room or not taken):
            used += widths[taken] + GAP
            taken += 1
        last = taken == len(widths)
        first = len(book.questions) - len(widths)
        yield _people_table(book, page, book.questions[first : first + taken], last)
        if last:
            return
        widths = widths[taken:]


def _people_table(book: Gradebook, page: Page, questions: Sequence[Question], last: bool) -> Table:
    table = _table(page)
    table.add_column("person", no_wrap=True)
    for question in questions:
        table.add_column(_cut(question.label, WIDEST_QUESTION, page), no_wrap=True)
    open_ = any(book.open(who) for who in book.people)
    if last:
        table.add_column(f"of {shown_number(book.possible)}", no_wrap=True, justify="right")
        if open_:
            table.add_column("open", no_wrap=True, justify="right")
    for who in book.people:
        row = [Text(_cut(who, WIDEST_NAME, page))]
        for question in questions:
            mark = book.marks[who, question.label]
            row.append(Text(_cell(mark, page), STYLES[mark.finding.status]))
        if last:
            row.append(Text(shown_number(book.total(who)), HEADING))
            if open_:
                row.append(Text(str(book.open(who) or ""), "yellow"))
        table.add_row(*row)
    return table


def _cell(mark: Mark, page: Page) -> str:
    finding = mark.finding
    if finding.status == "right":
        return shown_number(mark.points)
    if finding.status == "wrong":
        return f"{shown_number(mark.points)} {finding.code}".rstrip()
    return page.show(CELLS[finding.status])


# --- questions --------------------------------------------------------------------------------


def _questions(book: Gradebook, page: Page) -> Table:
    table = _table(page)
    table.add_column("question", no_wrap=True)
    table.add_column("asked", no_wrap=True)
    for heading in ("points", "right", "wrong", "hand", "unread", "missing"):
        table.add_column(heading, no_wrap=True, justify="right")
    for question in book.questions:
        counted = book.tally(question)
        table.add_row(
            Text(_cut(question.label, WIDEST_QUESTION, page), HEADING),
            Text(_cut(question.asked, WIDEST_ASKED, page)),
            shown_number(question.points),
            *(Text(str(counted[status] or page.show("—")), style) for status, style in STYLES.items()),
        )
    return table


def _sections(book: Gradebook, page: Page) -> Iterator[Text]:
    for question in book.questions:
        census = book.census(question)
        if census:
            yield Text(_cut(question.label, WIDEST_QUESTION, page) + ": most frequent mistakes", HEADING)
            for code, title, count in census[: None if page.verbosity > 0 else MOST_KINDS]:
                yield page.text(f"{count:>6} ×  {title}{f' ({code})' if code else ''}")
            yield Text()
    yield from _section("mistakes", book.same("wrong"), book, page, MOST_MISTAKES)
    yield from _section("to be marked by hand", book.same("by hand"), book, page)
    yield from _section("unreadable", book.same("unreadable"), book, page)
    replaced = [mark for mark in book.marks.values() if mark.earlier]
    if replaced:
        yield Text("answered more than once: the last answer counts", HEADING)
        for mark in replaced:
            yield page.text(f"{INDENT}{mark.who}, {mark.question.label}: {mark.earlier + 1} answers, {mark.where}")
        yield Text()
    yield from credit_lines(book, page)


def _section(
    heading: str, groups: Sequence[Sameness], book: Gradebook, page: Page, most: int | None = None
) -> Iterator[Text]:
    """The findings of one kind; of each question at most so many, unless everything is asked for."""
    if not groups:
        return
    yield Text(heading, HEADING)
    shown: dict[str, int] = {}
    for group in groups:
        label = group.question.label
        shown[label] = shown.get(label, 0) + 1
        if most is None or page.verbosity > 0 or shown[label] <= most:
            yield from _group(group, page)
    hidden = {label: count - most for label, count in shown.items() if most is not None and count > most}
    if hidden and page.verbosity <= 0:
        rest = ", ".join(f"{count} of {label}" for label, count in hidden.items())
        yield page.text(f"  … and {sum(hidden.values())} rarer ones ({rest}): -v shows them", DIM)
        yield Text()


def _group(group: Sameness, page: Page) -> Iterator[Text]:
    finding, question = group.finding, group.question
    said = f"{finding.message} ({finding.code})" if finding.code else finding.message
    if finding.status == "wrong":
        points = (finding.credit or 0) * question.points
        said += f": {shown_number(Fraction(points))} of {shown_number(question.points)}"
    yield Text("  ") + page.text(question.label, HEADING) + page.text(f"  {said}")
    yield from _excerpt(group, page)
    for name, text in (*finding.notes, ("derived", finding.derived), ("help", finding.repair)):
        if text:
            yield Text(INDENT) + page.text(f"{name}: ", DIM) + page.text(text)
    if finding.status == "wrong" and finding.shown:
        names = [_cut(mark.who, WIDEST_NAME, page) for mark in group.marks[:MOST_NAMES]]
        more = len(group.marks) - len(names)
        people = ", ".join(names) + (f" and {more} more" if more else "")
        yield Text(f"{INDENT}{_count(len(group.marks), 'person')}: {people}", DIM)
    else:
        for mark in group.marks:
            yield Text(INDENT) + page.text(f"{mark.where}  {mark.who}", DIM)
    yield Text()


def _excerpt(group: Sameness, page: Page) -> Iterator[Text]:
    """The answer's text, cut to the page around the place, and a caret under it."""
    finding = group.finding
    text, room = finding.shown, page.width - len(INDENT)
    if not text:
        return
    start, stop = finding.span or (-1, -1)
    if not 0 <= start < len(text):
        yield Text(INDENT + _cut(text, room, page))
        return
    dots = page.show("…")
    before, here, after = page.show(text[:start]), page.show(text[start:stop]), page.show(text[stop:])
    if width_of(before + here + after) > room and len(before) > room // 2:
        before = dots + before[-(room // 3) :]
    here = _cut(here, max(8, room - width_of(before) - len(dots)), page)
    after = _cut(after, max(len(dots), room - width_of(before) - width_of(here)), page) if after else ""
    yield Text(INDENT + before + here + after)
    yield Text(INDENT + " " * width_of(before)) + Text("^" * max(1, width_of(here)), "bold red")


def credit_lines(book: Gradebook, page: Page) -> Iterator[Text]:
    """The credit table: by fraction, what is worth it."""
    yield Text("credit: the fraction of a question's points that is left after one mistake", HEADING)
    by_value: dict[Fraction, list[str]] = {Fraction(0): []}
    for code in sorted(book.credit):
        by_value.setdefault(book.credit[code], []).append(f"{CODES[code]} ({code})")
    for value, names in sorted(by_value.items(), reverse=True):
        lead = f"{shown_number(value):>6}  "
        text = "; ".join([*names, *(["anything else", "a number alone"] if not value else [])])
        for line in textwrap.wrap(page.show(text), page.width - len(lead)):
            yield Text(lead + line)
            lead = " " * len(lead)
