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
class OpenFile:
    """One open file: its text, the verdicts on it as it was last judged, and the last spec that could be read.

    `judged` are the open files as they were then; what is tried has a memory of its own.
    """

    path: Path
    text: str
    version: int | None = None
    recollection: Recollection = field(default_factory=Recollection)
    trials: Recollection = field(default_factory=Recollection)
    result: FileResult | None = None
    judged: Mapping[Path, str] = field(default_factory=dict)
    spec: Spec | None = None

    @property
    def is_document(self) -> bool:
        return format_of(self.path) is not None


class Desk:
    """The open files. A document that an open spec speaks of is judged with that spec, and not by itself."""

    def __init__(self, request: Request | None = None) -> None:
        self.request = request or Request()
        self.files: dict[Path, OpenFile] = {}

    def put(self, path: Path, text: str, version: int | None = None) -> None:
        """Open a file, or change its text."""
        file = self.files.setdefault(path, OpenFile(path, text))
        file.text, file.version = text, version

    def remove(self, path: Path) -> None:
        self.files.pop(path, None)

    def subject(self, path: Path) -> Path | None:
        """The open file that a file is judged with: itself, or the spec that speaks of it; None for one of no interest.

        A file that is closed is judged with nothing.
        """
        file = self.files.get(path)
        if file is None:
            return None
        if file.is_document:
            for other in self._all():
                if not other.is_document and rests_upon(other.result, path):
                    return other.path
        return path if self.is_of_interest(file) else None

    def is_of_interest(self, file: OpenFile) -> bool:
        """Whether it is a spec or has a sidecar: YAML and prose of other kinds are left alone."""
        if file.is_document:
            return has_sidecar(file.path, file.text, self.files)
        if not file.path.name.endswith(YAML):
            return False
        return file.path.name.endswith(NAMED) or bool(DECLARED.search(file.text.encode("utf-8", "surrogatepass")))

    def subjects(self, path: Path) -> list[Path]:
        """What is to be judged where a file has changed: its own subject first, then what else rests upon it."""
        own = self.subject(path)
        resting = [self.subject(file.path) for file in self._all() if rests_upon(file.result, path)]
        return [one for one in dict.fromkeys([own, *resting]) if one is not None]

    def members(self, subject: Path) -> list[OpenFile]:
        """The open files that are judged with a subject."""
        return [file for file in self._all() if self.subject(file.path) == subject]

    def _all(self) -> list[OpenFile]:
        return list(self.files.values())  # another thread may open one

    def judge(self, path: Path, tell: Callable[[str], None] | None = None) -> FileResult | None:
        """The verdicts on an open file; None where it was closed. Whatever `tell` raises passes through."""
        file = self.files.get(path)
        if file is None:
            return None
        texts = self.texts()
        with unsaved(texts):
            result = file.recollection.judge(path, replace(self.request, progress=tell))
        file.result, file.judged = result, texts
        file.spec = result.spec or file.spec
        return result

    def tried(self, path: Path, texts: Mapping[Path, str], request: Request) -> FileResult:
        """The verdicts on an open file if these were the texts."""
        with unsaved(texts):
            return self.files[path].trials.judge(path, request)

    def texts(self) -> dict[Path, str]:
        """The open files as they are to be read."""
        return {file.path: file.text for file in self._all()}

    def result(self, path: Path) -> FileResult | None:
        """The verdicts that hold of a file, as far as they are of its text as it is now."""
        subject = self.subject(path)
        file = self.files.get(subject) if subject is not None else None
        if file is None or any(self.text(one) != file.judged.get(one) for one in (file.path, path)):
            return None
        return file.result

    def text(self, path: Path) -> str | None:
        file = self.files.get(path)
        return file.text if file is not None else None

    def spec(self, path: Path) -> Spec | None:
        """The spec that a file is judged with, as it could last be read."""
        subject = self.subject(path)
        file = self.files.get(subject if subject is not None else path)
        return file.spec if file is not None else None


def rests_upon(result: FileResult | None, path: Path) -> bool:
    """Whether a file was read, or looked for, for a result."""
    return result is not None and any(is_same(read, path) for read, _ in result.reads)


def is_same(name: str, path: Path) -> bool:
    """Whether a name is that of a file, by whatever way it leads there."""
    return bool(name) and (name == str(path) or os.path.realpath(name) == os.path.realpath(path))
