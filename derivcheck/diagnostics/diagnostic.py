"""What went wrong, as a value: every format renders the same `Diagnostic`."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace

REPORT_IT = "please report it with the command and the spec; DERIVCHECK_TRACEBACK=1 shows where"


@dataclass(frozen=True, slots=True)
class Where:
    """A place in a text file: lines and columns count from 1; `line_text` is the whole line.

    In a notebook lines count within their `cell`, and cells from 1.
    """

    path: str
    line: int
    column: int
    length: int = 1
    line_text: str = ""
    cell: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{f'cell {self.cell}:' if self.cell else ''}{self.line}:{self.column}"

    @property
    def spoken(self) -> str:
        """How a person names its line: `line 7`, `cell 3, line 7`."""
        return f"{f'cell {self.cell}, ' if self.cell else ''}line {self.line}"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One message for a person.

    `message` is lower case without a full stop; `label` stands beside the caret;
    `notes` are `name: text` lines (`derived`, `expected`, ...); `help` can be pasted.
    """

    code: str
    message: str
    where: Where | None = None
    label: str = ""
    notes: tuple[tuple[str, str], ...] = ()
    help: str = ""

    def at(self, where: Where | None) -> Diagnostic:
        """The same diagnostic placed at `where`, unless it has a place already."""
        return self if self.where is not None or where is None else replace(self, where=where)

    def with_notes(self, *notes: tuple[str, str]) -> Diagnostic:
        return replace(self, notes=(*self.notes, *notes))


class DerivcheckError(Exception):
    """Base of every error this package raises on purpose; carries its `Diagnostic`."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(f"{diagnostic.code}: {diagnostic.message}")
        self.diagnostic = diagnostic


class SpecError(DerivcheckError):
    """The YAML text, or what it declares, cannot be used (codes DC0xx)."""


class NotationError(DerivcheckError):
    """A formula cannot be read, or has no meaning: syntax, names, shapes, indices (codes DC1xx)."""

    def __init__(self, diagnostic: Diagnostic, span: tuple[int, int] | None = None) -> None:
        super().__init__(diagnostic)
        self.span = span


class UnsupportedError(DerivcheckError):
    """Understood, but outside what the engine can do: named, never guessed (codes DC4xx)."""


class NumericError(DerivcheckError):
    """Values left the domain of a function, or overflowed (codes DC5xx)."""


class ContradictionError(DerivcheckError):
    """Two independent ways disagree: derivcheck's own bug (codes DC9xx, exit code 3)."""


def own_bug(problem: Exception) -> Diagnostic:
    """What to say of an exception that nobody foresaw."""
    return Diagnostic("DC900", f"derivcheck failed: {type(problem).__name__}: {problem}", help=REPORT_IT)


def lapse(problem: Exception) -> str:
    """A failure that costs no result, as it is noted with it."""
    return f"{type(problem).__name__}: {problem}"


def tracebacks_are_wanted() -> bool:
    """Whether what nobody foresaw is to be raised, not reported: how developers and tests see every bug."""
    return bool(os.environ.get("DERIVCHECK_TRACEBACK"))


@dataclass(frozen=True, slots=True)
class Stretch:
    """Where a stretch of a text stands that was put together of several: `line` of it is line `first` of a file.

    The stretch reaches up to the next part; in a notebook it is a `cell`.
    """

    line: int
    path: str
    first: int = 1
    cell: int = 0


@dataclass(frozen=True, slots=True)
class SourceText:
    """A piece of text that a person wrote, and where it stands.

    `origin` maps character offsets of `text` to (line, column) pairs: one entry per
    line of the text, the place of that line's first character. `width` is that of what
    was written, where the text spells it another way: `delta` for `δ`. Lines are those of
    `lines`; `parts` say where these stand, in order, if they are not the lines of one file.
    """

    text: str
    path: str = "<string>"
    origin: tuple[tuple[int, int], ...] = ((1, 1),)
    lines: tuple[str, ...] = field(default=(), compare=False)
    width: int | None = field(default=None, compare=False)
    parts: tuple[Stretch, ...] = field(default=(), compare=False)

    def where(self, start: int = 0, stop: int | None = None) -> Where:
        """The place of `text[start:stop]` in the file (the first line of it)."""
        stop = len(self.text) if stop is None else stop
        start = max(0, min(start, len(self.text)))
        before = self.text[:start]
        row = before.count("\n")
        offset = start - (before.rfind("\n") + 1)
        line, column = self.origin[min(row, len(self.origin) - 1)]
        first = self.text[start:stop].split("\n", 1)[0]
        shown = self.lines[line - 1] if 0 < line <= len(self.lines) else self.text.split("\n")[row]
        width = len(first) if self.width is None or first != self.text else self.width
        part = next((part for part in reversed(self.parts) if part.line <= line), Stretch(1, self.path))
        return Where(part.path, line - part.line + part.first, column + offset, max(1, width), shown, part.cell)

    def line(self, start: int = 0) -> int:
        """The number of the line among `lines` that an offset of the text stands in."""
        row = self.text.count("\n", 0, max(0, min(start, len(self.text))))
        return self.origin[min(row, len(self.origin) - 1)][0]


def placed(error: DerivcheckError, source: SourceText) -> Diagnostic:
    """What an error says, with its place in the file; the error may be met elsewhere too, and keeps none."""
    span = getattr(error, "span", None)
    return error.diagnostic.at(source.where(*span) if span else source.where())


def located(error: DerivcheckError, source: SourceText) -> DerivcheckError:
    """The same error with its place in the file."""
    error.diagnostic = placed(error, source)
    return error
