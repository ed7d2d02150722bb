"""A LaTeX document of several files as one text: what `\\input` and `\\include` put in, and packages beside it."""

from __future__ import annotations

import re
from pathlib import Path

from derivcheck.diagnostics.diagnostic import DerivcheckError, Stretch
from derivcheck.spec.document import read_text
from derivcheck.spec.reads import is_file
from derivcheck.statements.document.asides import latex_asides
from derivcheck.statements.document.sheets import masked

FILE = re.compile(
    r"\\(?P<put>input|include|subfile)\s*(?:\{(?P<braced>[^{}]*)\}|(?P<bare>[\w./-]+))"
    r"|\\(?P<taken>usepackage|RequirePackage|documentclass|LoadClass)\s*(?:\[[^\]]*\]\s*)?\{(?P<names>[^{}]*)\}"
)
ENDINGS = {"input": ".tex", "include": ".tex", "subfile": ".tex", "documentclass": ".cls", "LoadClass": ".cls"}
BEGUN = re.compile(r"\\begin\s*\{document\}|\\end\s*\{document\}.*", re.DOTALL)
DEEPEST = 16
LONGEST = 4_000_000  # characters of all files together


def project(text: str, path: str) -> tuple[str, tuple[Stretch, ...]]:
    """The text with the files that it names put in, and where its lines stand; none where it names no file.

    Only files below the folder of the document are read; what is not there is left as it stands.
    """
    made = _Project(Path(path))
    if not any(made.files(match, Path(path).parent) for match in FILE.finditer(masked(text, latex_asides(text)))):
        return text, ()
    made.put(text, Path(path), 0)
    return "\n".join(made.lines), tuple(made.parts)


class _Project:
    def __init__(self, path: Path) -> None:
        self.folder = path.parent
        self.lines: list[str] = []
        self.parts: list[Stretch] = []
        self._open: set[Path] = set()
        self._size = 0

    def files(self, match: re.Match[str], beside: Path) -> list[Path]:
        """The files below the folder of the document that a macro names; packages of others are none."""
        names = (match["braced"] or match["bare"] or match["names"] or "").split("," if match["taken"] else "\0")
        ending = ENDINGS.get(match["put"] or match["taken"], ".sty")
        found = []
        for name in map(str.strip, names):
            spelled = [name, name + ending] if Path(name).suffix else [name + ending]
            places = [place / one for place in (self.folder, beside) for one in spelled if name]
            found += [path for path in places if is_file(path) and self._is_below(path)][:1]
        return found

    def _is_below(self, path: Path) -> bool:
        try:
            return path.resolve().is_relative_to(self.folder.resolve())
        except (OSError, RuntimeError, ValueError):  # a loop of links, or no name of a file
            return False

    def put(self, text: str, path: Path, depth: int) -> None:
        """Put the lines of a file behind those that are there, and those of the files that it names in between."""
        self._open.add(path.resolve())
        self._size += len(text)
        seen = masked(text, latex_asides(text))
        lines = text.split("\n")
        row = column = 0  # of what comes next
        self.parts.append(Stretch(len(self.lines) + 1, str(path)))
        for match in FILE.finditer(seen):
            files = [file for file in self.files(match, path.parent) if self._may_put(file, depth)]
            if not files:
                continue
            line = seen.count("\n", 0, match.end())
            behind = match.end() - (seen.rfind("\n", 0, match.end()) + 1)
            first = lines[row]
            above = [" " * column + first[column:], *lines[row + 1 : line + 1]] if line > row else [first]
            above[-1] = (" " * column + above[-1][column:behind]) if line == row else above[-1][:behind]
            self.lines += above
            for file in files:
                self.put(_inside(read_text(file)), file, depth + 1)
            row, column = line, behind
            self.parts.append(Stretch(len(self.lines) + 1, str(path), row + 1))
        self.lines += [" " * column + lines[row][column:], *lines[row + 1 :]]
        self._open.discard(path.resolve())

    def _may_put(self, file: Path, depth: int) -> bool:
        """Whether a file may still be put in: none into itself, and not without end."""
        if file.resolve() in self._open or depth >= DEEPEST:
            return False
        try:
            return self._size + len(read_text(file)) <= LONGEST
        except DerivcheckError:
            return False


def _inside(text: str) -> str:
    """A file as it is put in: the frame of a document in it begins and ends none."""
    return BEGUN.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
