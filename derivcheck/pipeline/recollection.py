"""A file judged again and again: each time it costs what has changed since the last."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from derivcheck.pipeline.request import Request
from derivcheck.pipeline.results import FileResult
from derivcheck.pipeline.verification import verify

if TYPE_CHECKING:
    from derivcheck.pipeline.memory import Memory


class Recollection:
    """What is remembered of one file; nothing before it is judged."""

    def __init__(self) -> None:
        self.memory: Memory | None = None

    def judge(self, path: Path, request: Request) -> FileResult:
        """The verdicts on the file; whatever is raised while progress is told leaves what was found until then."""
        # Who only waits for a file needs no mathematics.
        from derivcheck.graph.derive import forget_sweeps
        from derivcheck.pipeline.memory import Memory

        self.memory = self.memory or Memory()
        (result,) = verify(replace(request, subjects=(path,), jobs=1, memory=self.memory)).files
        if result.exit_code == 3 or (result.error is not None and result.error.code == "DC644"):
            self.memory = Memory()  # what was interrupted, or contradicts itself, is not built upon
        forget_sweeps()
        return result
