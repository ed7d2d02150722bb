"""The formulas of a document, each with its place: what stands between dollars, in math environments, in fences."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Literal

from derivcheck.diagnostics.diagnostic import DerivcheckError, Diagnostic, SourceText, Stretch, Where
from derivcheck.statements.document.definitions import MacroDefinition
from derivcheck.statements.document.formats import format_of, unknown_format

Kind = Literal["display", "inline"]
INSTALL = "pip install 'derivcheck-nn[documents]'"
_LABEL = re.compile(r"\\(?:label|tag)\*?\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Company:
    """Where a formula stands in the prose: numbers of its sentence, its paragraph, its section."""

    sentence: int
    block: int
    section: int
    titled: bool  # in the heading of the section itself
    lead: str = ""  # the words of the sentence before it, other formulas as `$`


@dataclass(frozen=True, slots=True)
class Passage:
    """One formula as it stands in the document; `stray` says why it is none."""

    kind: Kind
    text: SourceText
    label: str = ""
    stray: str = ""
    under: str = ""  # the word of the sentence, `if`, under which it stands
    company: Company | None = None
    above: int = 0  # where its own part of the text begins, if it goes on with a formula above

    @property
    def lead(self) -> str:
        """The words of its sentence before it, other formulas as `$`."""
        return self.company.lead if self.company is not None else ""

    @property
    def lines(self) -> tuple[int, int]:
        """The first and the last line of the formula."""
        return self.begin[0], self.text.origin[-1][0]

    @property
    def begin(self) -> tuple[int, int]:
        """The line and the column at which its own part begins."""
        row = self.text.text.count("\n", 0, self.above)
        return self.text.origin[min(row, len(self.text.origin) - 1)]


Found = tuple[int, int, Passage]  # a passage and the offsets that it stands between


@dataclass(frozen=True, slots=True)
class Manuscript:
    """A document: its formulas in order, the macros that it defines, and what its front matter says."""

    path: str
    text: str
    passages: tuple[Passage, ...]
    macros: tuple[MacroDefinition, ...] = ()
    sidecar: str = ""
    depth: tuple[tuple[str, int], ...] = ()  # the ends of layer labels that it is written for; any without
    exported: bool = False  # names as the spec declares them: its symbols and bindings are of another text
    parts: tuple[Stretch, ...] = ()  # where its lines stand, if they are not those of one file

    def line(self, number: int, cell: int = 0) -> int:
        """The line of the text that is one of the document's own file, or of a cell of it; 0 where it has none."""
        parts = self.parts or (Stretch(1, self.path),)
        ends = [part.line for part in parts[1:]] + [self.text.count("\n") + 2]
        for part, end in zip(parts, ends, strict=True):
            line = part.line + number - part.first
            if (part.path, part.cell) == (self.path, cell) and part.line <= line < end:
                return line
        return 0


def read_manuscript(text: str, path: str) -> Manuscript:
    """The formulas of a document, found as its name says.

    Raises DerivcheckError: DC634 where no format has such names, DC620 where the library that reads such documents
    is not installed.
    """
    name = format_of(path)
    if name is None:
        raise DerivcheckError(unknown_format(path, Where(path, 1, 1, 1, text.split("\n", 1)[0])))
    found: Manuscript = getattr(import_module(f"derivcheck.statements.document.{name}"), f"{name}_manuscript")(
        text, path
    )
    return found


def label_of(text: str) -> str:
    """What a formula is called by `\\label` or `\\tag` in it."""
    match = _LABEL.search(text)
    return match[1] if match else ""


def with_head(manuscript: Manuscript, head: str) -> Manuscript:
    """What front matter, or comments in LaTeX, say: `derivcheck: FILE.yaml`, `depths: L = 2`, `exported: true`."""
    sidecar = re.search(r"^derivcheck:\s*['\"]?([^'\"\n]+?)['\"]?\s*$", head, re.MULTILINE)
    depths = re.search(r"^depths:(.*)$", head, re.MULTILINE)
    ends = re.findall(r"(\w+)\s*=\s*(\d{1,6})", depths[1]) if depths else []
    exported = re.search(r"^exported:\s*true\s*$", head, re.MULTILINE) is not None
    depth = tuple((label, int(value)) for label, value in ends)
    return replace(manuscript, sidecar=sidecar[1] if sidecar else "", depth=depth, exported=exported)


def missing(what: str, libraries: str, path: str) -> DerivcheckError:
    """What is raised where a library is not installed."""
    return DerivcheckError(Diagnostic("DC620", f"reading {what} needs {libraries}", Where(path, 1, 1), help=INSTALL))
