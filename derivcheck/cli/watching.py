"""`--watch`: files judged again when they change, in one process, so that nothing is imported twice.

Files are looked at by name, every few hundredths of a second: an editor that replaces a
file by another one is seen like one that writes into it. A file that is gone or empty
may be in the middle of being saved, so that it is waited for.
"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from derivcheck.pipeline.recollection import Recollection
from derivcheck.pipeline.request import Request
from derivcheck.pipeline.results import FileResult, Report
from derivcheck.report.page import Page

EVERY = 0.03  # seconds between two looks
PATIENCE = 0.5  # seconds that a file may be gone or empty before that is what is reported

Stamp = tuple[int, int, int] | None
Files = Callable[[], Sequence["Path | FileResult"]]


def stamp_of(path: str | Path) -> Stamp:
    """What changes when a file does: its time, its size, which file it is; None where it is gone or empty."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size, found.st_ino) if found.st_size else None


@dataclass(slots=True)
class Watched:
    """One file, with the document that it may speak of: as it was when it was judged, and since when it is gone."""

    path: Path
    recollection: Recollection = field(default_factory=Recollection)
    beside: tuple[str, ...] = ()
    judged: tuple[Stamp, ...] | None = None
    gone_since: float | None = None

    def stamps(self) -> tuple[Stamp, ...]:
        return (stamp_of(self.path), *(stamp_of(path) for path in self.beside))

    def look(self, now: float) -> bool:
        """Look at the file: whether it has changed, and is there or has been gone for too long to be waited for."""
        stamps = self.stamps()
        if stamps == self.judged:
            self.gone_since = None
            return False
        if all(stamps) or self.judged is None:
            self.gone_since = None
            return True
        self.gone_since = self.gone_since if self.gone_since is not None else now
        return now - self.gone_since >= PATIENCE

    def judge(self, request: Request) -> FileResult:
        """Its verdicts. What is written while it is judged is seen at the next look."""
        self.judged = self.stamps()
        result = self.recollection.judge(self.path, request)
        beside = (result.document,) if result.document and result.document != str(self.path) else ()
        if beside != self.beside and result.error is None:
            self.beside, self.judged = beside, (self.judged[0], *(stamp_of(path) for path in beside))
        return result


class Watch:
    """The files of one `derivcheck verify --watch`."""

    def __init__(self, files: Files, request: Request) -> None:
        self._files = files
        self._request = request
        self._watched: dict[Path, Watched] = {}
        self._said: set[str] = set()

    def look(self) -> list[FileResult]:
        """The results of the files that are new or have changed since the last look."""
        results = []
        now = time.monotonic()
        current = self._files()
        paths = [file for file in current if isinstance(file, Path)]
        for path in paths:
            watched = self._watched.setdefault(path, Watched(path))
            if watched.look(now):
                results.append(watched.judge(self._request))
        for path in self._watched.keys() - set(paths):
            if time.monotonic() - (self._watched[path].gone_since or now) >= PATIENCE:
                del self._watched[path]  # a file of a folder that is deleted, and not replaced
            elif self._watched[path].gone_since is None:
                self._watched[path].gone_since = now
        empty = {file.path: file for file in current if isinstance(file, FileResult)}
        results += [file for path, file in empty.items() if path not in self._said]
        self._said = set(empty)
        return results


def watch(files: Files, request: Request, page: Page, stream: TextIO) -> int:
    """Report, and report again what changes, until it is interrupted: KeyboardInterrupt leaves it."""
    from derivcheck.report.text import write_report

    watching = Watch(files, request)
    try:
        _keep_watching(watching, lambda results: write_report(Report(tuple(results)), stream, page), page, stream)
    except KeyboardInterrupt:
        if stream.isatty():
            stream.write("\n")  # the terminal has shown `^C` on the last line
        raise
    return 0


def _keep_watching(watching: Watch, write: Callable[[list[FileResult]], None], page: Page, stream: TextIO) -> None:
    first = True
    while True:
        results = watching.look()
        if results:
            if not first:
                stream.write("\n")
            write(results)
            again = "" if first else f"; judged again: {', '.join(page.show(result.path) for result in results)}"
            if page.verbosity >= 0:
                stream.write(f"\nwatching, ctrl-C ends{again}\n")
            stream.flush()
            if first:
                # What has been loaded stays: the collector need not look through it at every re-check.
                gc.collect()
                gc.freeze()
            first = False
        time.sleep(EVERY)
