"""One file judged as the options say: plain values in, a result out, so that any process can do it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from derivcheck.cli.deadline import late_after, within
from derivcheck.diagnostics import DerivcheckError
from derivcheck.selection import EVERYTHING, Selection
from derivcheck.verdicts import FailOn, FileResult

if TYPE_CHECKING:
    from derivcheck.memory import Memory


@dataclass(frozen=True, slots=True)
class Judging:
    """How every file is judged; `timeout` is in seconds, for each of them."""

    seed: int | None = None
    strict: bool = False
    way: str = "full"
    sizes: dict[str, int] = field(default_factory=dict)
    sidecar: Path | None = None
    documents: Path | None = None
    selection: Selection = EVERYTHING
    fail_on: FailOn = "undecided"
    timeout: float | None = None

    def judge(
        self, path: Path, tell: Callable[[str], None] | None = None, memory: Memory | None = None
    ) -> FileResult:  # fmt: skip
        """One file's results. A failure of derivcheck's own is reported for this file, so that others are judged."""

        def work() -> FileResult:
            return self._judged(path, tell, memory)

        def late() -> FileResult:
            assert self.timeout is not None
            return FileResult(str(path), error=late_after(str(path), self.timeout))

        result = work() if self.timeout is None else within(self.timeout, work, late)
        return replace(result, fail_on=self.fail_on)

    def _judged(self, path: Path, tell: Callable[[str], None] | None, memory: Memory | None) -> FileResult:
        try:
            from derivcheck.cli.measuring import measuring_of
            from derivcheck.document.sidecars import is_document
            from derivcheck.verify import verify_document, verify_file

            measuring = measuring_of(self.way, self.sizes, tell)
            if is_document(path):
                return verify_document(path, self.sidecar, self.seed, self.strict, measuring,
                                       selection=self.selection, memory=memory)  # fmt: skip
            return verify_file(path, self.seed, self.strict, measuring, self.documents,
                               selection=self.selection, memory=memory)  # fmt: skip
        except DerivcheckError as problem:
            return FileResult(str(path), error=problem.diagnostic)
        except Exception as problem:
            if os.environ.get("DERIVCHECK_TRACEBACK"):
                raise
            from derivcheck.cli.main import own_bug

            return FileResult(str(path), error=own_bug(problem), contradiction=True)
