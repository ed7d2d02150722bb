"""One file judged as the options say: plain values in, a result out, so that any process can do it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from derivcheck.diagnostics.diagnostic import DerivcheckError, Diagnostic, own_bug, tracebacks_are_wanted
from derivcheck.diagnostics.verdicts import FailOn
from derivcheck.judging.deadline import Limit, has_alarms, within
from derivcheck.pipeline.results import FileResult
from derivcheck.spec.selection import EVERYTHING, Selection

if TYPE_CHECKING:
    from derivcheck.pipeline.memory import Memory


@dataclass(frozen=True, slots=True)
class Judging:
    """How every file is judged; `timeout` is in seconds, for each of them, `claim_timeout` for what is in it."""

    seed: int | None = None
    strict: bool = False
    way: str = "full"
    sizes: dict[str, int] = field(default_factory=dict)
    sidecar: Path | None = None
    documents: Path | None = None
    selection: Selection = EVERYTHING
    fail_on: FailOn = "undecided"
    timeout: float | None = None
    claim_timeout: float | None = None

    def judge(self, path: Path, tell: Callable[[str], None] | None = None, memory: Memory | None = None) -> FileResult:
        """One file's results. A failure of derivcheck's own is reported for this file, so that others are judged."""

        def work() -> FileResult:
            return self._judged(path, tell, memory)

        def late() -> FileResult:
            assert self.timeout is not None
            return FileResult(str(path), error=late_after(str(path), self.timeout))

        result = work() if self.timeout is None else within(Limit(self.timeout), work, late)
        return replace(result, fail_on=self.fail_on)

    def _judged(self, path: Path, tell: Callable[[str], None] | None, memory: Memory | None) -> FileResult:
        try:
            from derivcheck.cli.measuring import measuring_of
            from derivcheck.pipeline.verification import verify_document, verify_file
            from derivcheck.statements.document.sidecars import is_document

            measuring = measuring_of(self.way, self.sizes, tell, self.claim_timeout)
            if is_document(path):
                return verify_document(
                    path, self.sidecar, self.seed, self.strict, measuring, selection=self.selection, memory=memory
                )
            return verify_file(
                path, self.seed, self.strict, measuring, self.documents, selection=self.selection, memory=memory
            )
        except DerivcheckError as problem:
            return FileResult(str(path), error=problem.diagnostic)
        except Exception as problem:
            if tracebacks_are_wanted():
                raise
            return FileResult(str(path), error=own_bug(problem), contradiction=True)


def require_deadlines() -> None:
    """Raises DerivcheckError (DC643) where the system has no interval timers."""
    if not has_alarms():
        raise DerivcheckError(Diagnostic("DC643", "`--timeout` needs a system with interval timers"))


def late_after(path: str, seconds: float) -> Diagnostic:
    """What is said of a file that took too long."""
    return Diagnostic("DC644", f"`{path}` was not judged within {seconds:g} s", help=f"--timeout {10 * seconds:g}")
