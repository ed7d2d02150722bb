"""What is to be judged, and how: one value that travels from the options to the verdicts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from derivcheck.diagnostics.diagnostic import Diagnostic, SourceText
from derivcheck.diagnostics.verdicts import FailOn
from derivcheck.judging.settings import Measuring
from derivcheck.pipeline.results import FileResult
from derivcheck.spec import Spec
from derivcheck.spec.selection import EVERYTHING, Selection

if TYPE_CHECKING:
    from derivcheck.pipeline.memory import Memory


@dataclass(frozen=True, slots=True)
class DocumentFile:
    """A file that is a document, whatever its name says."""

    path: str


# A file by its path, a spec as text or as it was loaded; the result of what could not even be read passes through.
Subject = str | Path | DocumentFile | SourceText | Spec | FileResult


@dataclass(frozen=True, slots=True)
class Request:
    """Everything that one run judges, and how: plain values, so that any process can take it.

    `sidecar` is the spec of the documents among the `subjects`, `documents` the folder where the documents
    of specs lie. `timeout` is in seconds for each subject, `measuring.seconds` for what is in it; `jobs` is
    the number of processes. A `memory` spares what has not changed since it was judged with the same settings;
    `progress` is told how far it is.
    """

    subjects: tuple[Subject, ...] = ()
    seed: int | None = None
    strict: bool = False
    measuring: Measuring = field(default_factory=Measuring)
    selection: Selection = EVERYTHING
    sidecar: str | Path | None = None
    documents: str | Path | None = None
    fail_on: FailOn = "undecided"
    exit_zero: bool = False
    timeout: float | None = None
    jobs: int = 1
    memory: Memory | None = None
    progress: Callable[[str], None] | None = None

    def of(self, subject: Subject, memory: Memory | None = None) -> Request:
        """The same of one subject, in this process and in silence."""
        return replace(self, subjects=(subject,), jobs=1, progress=None, memory=memory)

    def tell(self, what: str) -> None:
        """Tell of progress, where anybody listens."""
        if self.progress is not None:
            self.progress(what)

    def after(self, words: str) -> Request:
        """The same, its progress told behind some words."""
        tell = self.progress
        if tell is None or not words:
            return self
        return replace(self, progress=lambda what: tell(words + what))

    def late(self, subject: Subject) -> FileResult:
        """The result of a subject that took too long."""
        assert self.timeout is not None
        path, help_ = path_of(subject), f"--timeout {10 * self.timeout:g}"
        said = f"`{path}` was not judged within {self.timeout:g} s"
        return FileResult(path, error=Diagnostic("DC644", said, help=help_))


def path_of(subject: Subject) -> str:
    """What a subject is called in reports."""
    return str(subject) if isinstance(subject, str | Path) else subject.path
