"""A limit on the time that one piece of work may take."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

REPEATED = 0.5  # seconds; where a library swallows the first one, the next one comes


class TimeIsUpError(BaseException):
    """No Exception: nothing that catches those by the way may swallow it."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """The body in at most so many seconds; 0 is no limit. Raises TimeIsUpError.

    Without alarms (on Windows, in a thread) there is no limit: then only the limits on
    the length and the nesting of formulas hold.
    """
    alarms = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    if seconds <= 0 or not alarms:
        yield
        return

    def ring(*_: Any) -> None:
        raise TimeIsUpError

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, REPEATED)
    try:
        yield
    finally:
        _stop_the_clock()
        signal.signal(signal.SIGALRM, before)


def _stop_the_clock() -> None:
    while True:
        try:
            signal.setitimer(signal.ITIMER_REAL, 0)
            return
        except TimeIsUpError:
            continue
