"""Marks as one self-contained HTML page: no script, nothing fetched, every text escaped where it becomes markup."""

from __future__ import annotations

import html
from collections.abc import Iterable
from functools import partial

from derivcheck.diagnostics.diagnostic import Diagnostic
from derivcheck.diagnostics.incidents import in_short, isolated
from derivcheck.judging.diagnose import CODES
from derivcheck.report.grades import summary
from derivcheck.report.gradesheet import remark
from derivcheck.report.page import Page
from derivcheck.statements.grading.marks import Gradebook, Mark, Sameness, shown_number

PAGE = Page()
STYLE = """
:root { color-scheme: light dark; --line: #8886; --good: #1a6b2f; --bad: #a4262c; --open: #7a5200; }
@media (prefers-color-scheme: dark) { :root { --good: #7bd88f; --bad: #ff9a9a; --open: #f0c36a; } }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem;
  background: Canvas; color: CanvasText; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; } h3 { font-size: 1rem; margin-bottom: .2rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .7rem; text-align: left; vertical-align: top; }
thead th { position: sticky; top: 0; background: Canvas; } td.number, th.number { text-align: right; }
.right { color: var(--good); } .wrong { color: var(--bad); } .open { color: var(--open); }
code, pre { font: .9rem/1.4 ui-monospace, monospace; } pre { overflow-x: auto; margin: .2rem 0; }
mark { background: none; color: inherit; border-bottom: 2px solid var(--bad); }
small { display: block; } dt { font-weight: 600; } dd { margin: 0 0 .3rem 1rem; }
@media print { thead th { position: static; } }
"""


class Markup(str):
    """Text that is markup already; whatever else comes into an element is escaped there."""

    __slots__ = ()


def element(name: str, *parts: str, kind: str = "", scope: str = "") -> Markup:
    """`<name class=kind>parts</name>`; a part that is no Markup is a text."""
    attributes = "".join(
        f' {key}="{html.escape(value)}"' for key, value in (("class", kind), ("scope", scope)) if value
    )
    inner = "".join(part if isinstance(part, Markup) else text(part) for part in parts)
    return Markup(f"<{name}{attributes}>{inner}</{name}>")


def text(words: str) -> Markup:
    """Words on one line, without invisible characters, escaped."""
    return Markup(html.escape(PAGE.show(words)))


def to_html(book: Gradebook) -> str:
    """The page. Bytes depend on nothing but the gradebook."""
    title = f"Grades: {book.title or book.path}"
    body = [
        element("h1", title),
        element("p", f"{summary(book)}. " + ("" if book.solution else "Solutions are not shown.")),
        element("h2", "People"),
        _people(book),
        element("h2", "Questions"),
        _questions(book),
        *_section("Mistakes", book.same("wrong")),
        *_section("To be marked by hand", book.same("by hand")),
        *_section("Unreadable", book.same("unreadable")),
        *_problems(book),
        element("h2", "Credit"),
        _credit(book),
    ]
    head = Markup(
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        + element("title", title)
        + f"<style>{STYLE}</style>"
    )
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head>\n<body>\n' + "\n".join(body) + "\n</body></html>\n"


def _table(head: Iterable[Markup], rows: Iterable[Markup]) -> Markup:
    made = element("table", element("thead", element("tr", *head)), element("tbody", *rows))
    return Markup(f'<div class="wide" tabindex="0">{made}</div>')


def _head(words: str, kind: str = "") -> Markup:
    return element("th", words, scope="col", kind=kind)


def _people(book: Gradebook) -> Markup:
    heads = [_head("person"), *(_head(question.label) for question in book.questions)]
    heads += [_head(f"of {shown_number(book.possible)}", "number"), _head("open", "number")]
    rows = [
        element(
            "tr",
            element("th", who, scope="row"),
            *(isolated(partial(_mark, mark), _lost_mark) for mark in book.of_person(who)),
            element("td", shown_number(book.total(who)), kind="number"),
            element("td", str(book.open(who) or "–"), kind="number"),
        )
        for who in book.people
    ]
    return _table(heads, rows)


def _mark(mark: Mark) -> Markup:
    if mark.finding.status == "missing":
        return element("td", "–")
    kind = mark.finding.status if mark.finding.status in ("right", "wrong") else "open"
    points = "?" if mark.is_open else shown_number(mark.points)
    said = "" if remark(mark) == "right" else element("small", remark(mark))
    return element("td", points, said, kind=kind)


def _lost_mark(bug: Diagnostic) -> Markup:
    return element("td", in_short(bug))


def _questions(book: Gradebook) -> Markup:
    statuses = ("right", "wrong", "by hand", "unreadable", "missing")
    heads = [_head("question"), _head("asked"), _head("points", "number")]
    heads += [_head(status, "number") for status in statuses] + [_head("most frequent mistakes")]
    rows = []
    for question in book.questions:
        counted = book.tally(question)
        mistakes = [f"{count} × {title} ({code})" for code, title, count in book.census(question)]
        rows.append(
            element(
                "tr",
                element("th", question.label, scope="row"),
                element("td", element("code", question.asked)),
                element("td", shown_number(question.points), kind="number"),
                *(element("td", str(counted[status]), kind="number") for status in statuses),
                element("td", *(element("small", mistake) for mistake in mistakes)),
            )
        )
    return _table(heads, rows)


def _section(heading: str, groups: list[Sameness]) -> Iterable[Markup]:
    if groups:
        yield element("h2", heading)
    for group in groups:
        yield isolated(partial(_group, group), partial(_lost, group.question.label))


def _group(group: Sameness) -> Markup:
    """One finding, and whose answers have it."""
    finding = group.finding
    said = f"{group.question.label}: {finding.message}" + (f" ({finding.code})" if finding.code else "")
    notes = (*finding.notes, ("derived", finding.derived), ("help", finding.repair))
    parts = [
        element("h3", said),
        *([Markup(f'<pre tabindex="0">{_excerpt(group)}</pre>')] if finding.shown else []),
        element(
            "dl",
            *(Markup(element("dt", name) + element("dd", element("code", words))) for name, words in notes if words),
            element("dt", f"{len(group.marks)} of them"),
            element("dd", *(element("small", f"{mark.who} ({mark.where})") for mark in group.marks)),
        ),
    ]
    return Markup("\n".join(parts))


def _lost(what: str, bug: Diagnostic) -> Markup:
    """What stands in the place of a piece that a bug of derivcheck costs."""
    return element("p", f"{what}: {in_short(bug)}")


def _excerpt(group: Sameness) -> Markup:
    """The answer with its wrong place marked."""
    finding = group.finding
    shown = finding.shown
    if finding.span is None:
        return text(shown)
    start, stop = finding.span
    return Markup(text(shown[:start]) + element("mark", shown[start:stop]) + text(shown[stop:]))


def _problems(book: Gradebook) -> Iterable[Markup]:
    if book.problems or book.notes:
        yield element("h2", "Problems and notes")
        lines = [
            f"{problem.where or ''} {problem.code}: {problem.message}" + (f"; {problem.help}" if problem.help else "")
            for problem in book.problems
        ]
        yield element("ul", *(element("li", line.strip()) for line in (*lines, *book.notes)))


def _credit(book: Gradebook) -> Markup:
    heads = [_head("mistake"), _head("code"), _head("fraction that is left", "number")]
    rows = [
        element(
            "tr", element("td", CODES[code]), element("td", code), element("td", shown_number(value), kind="number")
        )
        for code, value in sorted(book.credit.items(), key=lambda item: (-item[1], item[0]))
    ]
    rows.append(
        element(
            "tr",
            element("td", "anything else, or a number alone"),
            element("td", "–"),
            element("td", "0", kind="number"),
        )
    )
    return _table(heads, rows)
