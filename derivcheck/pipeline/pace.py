"""How far the judging of one file is, told while it goes on, and how long each gradient and claim took."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Duration:
    """How long one gradient, claim or formula of a file took."""

    path: str
    name: str
    seconds: float


class Pace:
    """Counts the steps of one file: what is begun is told by its name, so that a slow one is known while it runs."""

    def __init__(self, path: str, tell: Callable[[str], None]) -> None:
        self._path, self._tell = path, tell
        self._kind, self._count, self._done = "", 0, 0
        self.durations: list[Duration] = []

    def begin(self, kind: str, count: int = 0) -> None:
        """What comes next, and how many there are of it where that is known."""
        self._kind, self._count, self._done = kind, count, 0

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """The next of its kind."""
        self._done += 1
        of = f" of {self._count}" if self._count else ""
        self._tell(f"{self._path}: {self._kind} {self._done}{of}: {name}")
        start = time.perf_counter()
        try:
            yield
        finally:
            self.durations.append(Duration(self._path, name, time.perf_counter() - start))
