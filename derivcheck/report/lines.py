"""Lines and tables written to a page: a line that is wider goes on below, between words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from derivcheck.report.page import width_of

WORD = re.compile(r"\S+")
# Where a formula that is one long word may go on below: behind what closes or separates, before a command of TeX.
JOINT = re.compile(r"(?<=[,;)\]}=])(?=.)|(?<=.)(?=\\[a-zA-Z])")
PLACE = re.compile(r"\S:\d+:\d+(?:\D|$)")
PATH = re.compile(r"[`'\"(]*[\w.~+-]*/[\w.~+/-]*[`'\",;:)]*")


def wrapped(line: Text, width: int, hang: int = 2) -> list[Text]:
    """The line cut between words where it is wider than the page; what goes on is set in by `hang`.

    A place, `path:line:col`, stays with its line, and a path in one piece: both are to be pasted. What else
    is longer than a line is cut where a formula may be.
    """
    plain = line.plain
    if width_of(plain) <= width or PLACE.search(plain):
        return [line]
    hang = min(hang, width // 2)
    cuts, start, room = [], 0, width
    for word in WORD.finditer(plain):
        if width_of(plain[start : word.end()]) <= room:
            continue
        if plain[start : word.start()].strip():
            cuts.append(word.start())
            start, room = word.start(), width - hang
        if width_of(plain[start : word.end()]) > room and not PATH.fullmatch(word[0]):
            for cut in _within(plain, word, start, room, width - hang):
                cuts.append(cut)
                start, room = cut, width - hang
    first, *rest = line.divide(cuts)
    for piece in (first, *rest):
        piece.rstrip()
    return [first, *(Text(" " * hang) + piece for piece in rest)]


def _within(plain: str, word: re.Match[str], start: int, room: int, further: int) -> Iterator[int]:
    """Where a word is cut that is longer than a line: at its joints, without any where the line ends."""
    joints = [match.start() for match in JOINT.finditer(plain, word.start(), word.end())]
    while width_of(plain[start : word.end()]) > room:
        end = max(start, word.start()) + 1
        while width_of(plain[start : end + 1]) <= room:
            end += 1
        start = max((joint for joint in joints if max(start, word.start()) < joint <= end), default=end)
        room = further
        yield start


def write_line(console: Console, line: Text, hang: int = 2) -> None:
    """A line as wide as the page at most, except where a place or a path must stay in one piece."""
    write_lines(console, [(line, hang)])


def write_lines(console: Console, lines: Iterable[tuple[Text, int]]) -> None:
    """The same for several lines at once, each with what its rest is set in by: to print is what takes long."""
    pieces = [piece for line, hang in lines for piece in wrapped(line, console.width, hang)]
    if pieces:
        console.print(Text("\n").join(pieces), soft_wrap=True)


def write_table(table: Table, console: Console) -> None:
    """A table without the blanks that fill its last column: they only disturb in a pipe."""
    with console.capture() as captured:
        console.print(table)
    for line in captured.get().splitlines():
        console.file.write(line.rstrip() + "\n")
