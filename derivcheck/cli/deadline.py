"""A limit on the time that something takes, in this process and without another one."""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType
from typing import TypeVar

from derivcheck.diagnostics import DerivcheckError, Diagnostic

Result = TypeVar("Result")
AGAIN = 0.2  # seconds until an interruption is repeated that was lost, in a destructor for instance


class LateError(BaseException):
    """The time is over. No `Exception`, so that nothing on the way takes it for its own."""


def require_deadlines() -> None:
    """Raises DerivcheckError (DC643) where the system has no interval timers."""
    if not hasattr(signal, "setitimer"):
        raise DerivcheckError(Diagnostic("DC643", "`--timeout` needs a system with interval timers"))


def within(seconds: float, work: Callable[[], Result], late: Callable[[], Result]) -> Result:
    """What `work` returns, or `late` where it takes longer; to be called in the main thread of a process."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise LateError

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        try:
            signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
            return work()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    except LateError:
        signal.setitimer(signal.ITIMER_REAL, 0)
        return late()
    finally:
        signal.signal(signal.SIGALRM, before)


def late_after(path: str, seconds: float) -> Diagnostic:
    """What is said of a file that took too long."""
    return Diagnostic("DC644", f"`{path}` was not judged within {seconds:g} s", help=f"--timeout {10 * seconds:g}")
