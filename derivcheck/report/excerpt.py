"""A diagnostic as rustc would print it: the message, the line of the file, a caret under the offender."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.text import Text

from derivcheck.diagnostics.diagnostic import Diagnostic, Where
from derivcheck.report.lines import wrapped
from derivcheck.report.page import Page, width_of

ERROR, PLACE, NAME = "bold red", "blue", "bold"
CONTEXT = 24  # characters kept before the caret where a line is longer than the page
ROOM = 8  # columns for what the caret points at and what follows, at least


def diagnostic_lines(diagnostic: Diagnostic, page: Page, *, title: str = "error") -> list[Text]:
    """The lines of one diagnostic, none wider than the page but that of its place."""
    header = Text.assemble((f"{title}[{diagnostic.code}]" if diagnostic.code else title, ERROR), (": ", "bold"))
    header.append_text(page.text(diagnostic.message, "bold"))
    gutter = len(str(diagnostic.where.line)) if diagnostic.where is not None else 1
    lines = wrapped(header, page.width)
    if diagnostic.where is not None:
        lines += _excerpt(diagnostic.where, diagnostic.label, page)
    elif diagnostic.label:
        lines += _note(gutter, "at", 4, diagnostic.label, page)
    lines += _notes(diagnostic, gutter, page)
    return lines


def _excerpt(where: Where, label: str, page: Page) -> Iterator[Text]:
    gutter = len(str(where.line))
    yield Text.assemble((" " * gutter + "--> ", PLACE), page.show(str(where)))
    if not where.line_text.strip():
        if label:
            yield from _note(gutter, "at", 4, label, page)
        return
    start = max(0, min(where.column - 1, len(where.line_text)))
    length = max(1, min(where.length, len(where.line_text) - start))
    before, here, after = _window(where.line_text, start, length, page.width - gutter - 3, page)
    bar = " " * gutter + " |"
    yield Text(bar, PLACE)
    yield Text.assemble((f"{where.line} | ", PLACE), before + here + after)
    carets = "^" * max(1, width_of(here))
    yield from _pointed(bar, width_of(before), carets, page.text(label, "red"), page)


def _pointed(bar: str, start: int, carets: str, label: Text, page: Page) -> Iterator[Text]:
    """The carets with their label beside them, or below where it does not fit."""
    line = Text.assemble((bar + " ", PLACE), " " * start, (carets, ERROR))
    if not label.plain:
        yield line
        return
    beside = line + Text(" ") + label
    if width_of(beside.plain) <= page.width:
        yield beside
        return
    yield line
    room = page.width - len(bar) - 1
    start = min(start, max(0, room - width_of(label.plain)))
    for piece in wrapped(label, room - start, 0):
        yield Text.assemble((bar + " ", PLACE), " " * start) + piece


def _window(line: str, start: int, length: int, width: int, page: Page) -> tuple[str, str, str]:
    """The line cut before, at and behind the caret; a line longer than the page loses its ends."""
    before, here, after = line[:start], line[start : start + length], line[start + length :]
    shown = page.show(before), page.show(here), page.show(after.rstrip())
    if width_of("".join(shown)) <= width:
        return shown
    dots = page.show("…")
    if len(before) > CONTEXT and width_of(shown[0]) + max(ROOM, width_of(shown[1])) + len(dots) > width:
        shown = dots + page.show(before[-CONTEXT:]), shown[1], shown[2]
    room = max(ROOM, width - width_of(shown[0]) - len(dots))
    here_shown, cut = _cut(shown[1], room)
    if cut:
        return shown[0], here_shown, dots
    tail, cut = _cut(shown[2], max(0, room - width_of(here_shown)))
    return shown[0], here_shown, tail + dots if cut else tail


def _cut(text: str, width: int) -> tuple[str, bool]:
    """As much of a text as fits, and whether anything was lost."""
    used = 0
    for position, character in enumerate(text):
        used += width_of(character)
        if used > width:
            return text[:position], True
    return text, False


def _notes(diagnostic: Diagnostic, gutter: int, page: Page) -> Iterator[Text]:
    notes: list[tuple[str, str]] = list(diagnostic.notes)
    if diagnostic.help:
        notes.append(("help", diagnostic.help))
    if diagnostic.code:
        notes.append(("explain", f"derivcheck explain {diagnostic.code}"))
    indent = _indent(notes, page)
    for name, text in notes:
        yield from _note_lines(gutter, name, indent, text, page)


def _indent(notes: Sequence[tuple[str, str]], page: Page) -> int:
    return max((width_of(page.show(name)) for name, _ in notes), default=0) + 3


def _note_lines(gutter: int, name: str, indent: int, text: str, page: Page) -> Iterator[Text]:
    first, *rest = text.split("\n")
    yield from _note(gutter, name, indent, first, page)
    blanks = Text(" " * (gutter + 3 + indent))
    for line in rest:
        yield from wrapped(blanks + page.text(line), page.width, len(blanks))


def _note(gutter: int, name: str, indent: int, text: str, page: Page) -> list[Text]:
    shown = f"{page.show(name)}:"
    padding = " " * max(1, indent - width_of(shown))
    start = Text.assemble((" " * gutter + " = ", PLACE), (shown, NAME), padding)
    return wrapped(start + page.text(text), page.width, len(start))
