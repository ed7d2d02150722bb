"""What lies open in an editor, and what was last found of it: each text stands for its file until it is saved."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from derivcheck.cli.files import DECLARED, NAMED, YAML
from derivcheck.pipeline.recollection import Recollection
from derivcheck.pipeline.request import Request
from derivcheck.pipeline.results import FileResult
from derivcheck.spec import Spec
from derivcheck.spec.reads import unsaved
from derivcheck.statements.document.formats import format_of
from derivcheck.statements.document.sidecars import has_sidecar


class SupersededError(BaseException):
    """A text was changed while it was judged. No `Exception`, so that nothing on the way takes it for its own."""


@dataclass(slots=True)
class Sheet:
    """One open file: its text, the verdicts on it as it was last judged, and the last spec that could be read.

    `judged` are the open files as they were then.
    """

    path: Path
    text: str
    version: int | None = None
    recollection: Recollection = field(default_factory=Recollection)
    result: FileResult | None = None
    judged: Mapping[Path, str] = field(default_factory=dict)
    spec: Spec | None = None

    @property
    def is_document(self) -> bool:
        return format_of(self.path) is not None

    @property
    def is_of_interest(self) -> bool:
        """Whether it is a spec or has a sidecar: YAML and prose of other kinds are left alone."""
        if self.is_document:
            return has_sidecar(self.path, self.text)
        if not self.path.name.endswith(YAML):
            return False
        return self.path.name.endswith(NAMED) or bool(DECLARED.search(self.text.encode("utf-8", "surrogatepass")))


class Desk:
    """The open files. A document that an open spec speaks of is judged with that spec, and not by itself."""

    def __init__(self, request: Request | None = None) -> None:
        self.request = request or Request()
        self.sheets: dict[Path, Sheet] = {}

    def put(self, path: Path, text: str, version: int | None = None) -> None:
        """Open a file, or change its text."""
        sheet = self.sheets.setdefault(path, Sheet(path, text))
        sheet.text, sheet.version = text, version

    def remove(self, path: Path) -> None:
        self.sheets.pop(path, None)

    def subject(self, path: Path) -> Path | None:
        """The open file that a file is judged with: itself, or the spec that speaks of it; None for one of no interest.

        A file that is closed is judged with nothing.
        """
        sheet = self.sheets.get(path)
        if sheet is None:
            return None
        if sheet.is_document:
            for other in self._all():
                if not other.is_document and rests_upon(other.result, path):
                    return other.path
        return path if sheet.is_of_interest else None

    def subjects(self, path: Path) -> list[Path]:
        """What is to be judged where a file has changed: its own subject first, then what else rests upon it."""
        own = self.subject(path)
        resting = [self.subject(sheet.path) for sheet in self._all() if rests_upon(sheet.result, path)]
        return [one for one in dict.fromkeys([own, *resting]) if one is not None]

    def members(self, subject: Path) -> list[Sheet]:
        """The open files that are judged with a subject."""
        return [sheet for sheet in self._all() if self.subject(sheet.path) == subject]

    def _all(self) -> list[Sheet]:
        return list(self.sheets.values())  # another thread may open one

    def judge(self, path: Path, tell: Callable[[str], None] | None = None) -> FileResult | None:
        """The verdicts on an open file; None where it was closed. Whatever `tell` raises passes through."""
        sheet = self.sheets.get(path)
        if sheet is None:
            return None
        texts = self.texts()
        with unsaved(texts):
            result = sheet.recollection.judge(path, replace(self.request, progress=tell))
        sheet.result, sheet.judged = result, texts
        sheet.spec = result.spec or sheet.spec
        return result

    def texts(self) -> dict[Path, str]:
        """The open files as they are to be read."""
        return {sheet.path: sheet.text for sheet in self._all()}

    def result(self, path: Path) -> FileResult | None:
        """The verdicts that hold of a file, as far as they are of its text as it is now."""
        subject = self.subject(path)
        sheet = self.sheets.get(subject) if subject is not None else None
        if sheet is None or any(self.text(one) != sheet.judged.get(one) for one in (sheet.path, path)):
            return None
        return sheet.result

    def text(self, path: Path) -> str | None:
        sheet = self.sheets.get(path)
        return sheet.text if sheet is not None else None

    def spec(self, path: Path) -> Spec | None:
        """The spec that a file is judged with, as it could last be read."""
        subject = self.subject(path)
        sheet = self.sheets.get(subject if subject is not None else path)
        return sheet.spec if sheet is not None else None


def rests_upon(result: FileResult | None, path: Path) -> bool:
    """Whether a file was read, or looked for, for a result."""
    return result is not None and any(is_same(read, path) for read, _ in result.reads)


def is_same(name: str, path: Path) -> bool:
    """Whether a name is that of a file, by whatever way it leads there."""
    return bool(name) and (name == str(path) or os.path.realpath(name) == os.path.realpath(path))
