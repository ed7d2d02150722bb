"""Limits on the time that pieces of work may take, one inside the other, in this process and without another one.

One alarm serves all of them: it is set for whichever ends first. Without alarms (on Windows,
in a thread that is not the main one) there are no limits.
"""

from __future__ import annotations

import signal
import threading
import time
import weakref
from collections.abc import Callable
from math import inf
from types import FrameType
from typing import Any, TypeVar

from derivcheck.spec.reads import hurried

Result = TypeVar("Result")
Time = tuple[float, float]  # of the clock on the wall, of the processor
AGAIN = 0.2  # seconds until an interruption is repeated that was lost, in a destructor for instance
STARVED = 5  # times as long as it computes, by the clock on the wall: then even a busy limit is over
ASIDE = 0.5  # how much longer the work beside may take, as a part of the time itself


def now() -> Time:
    """What the clock on the wall says, and what this process has computed: to ask for it is what takes longest here."""
    return time.monotonic(), time.process_time()


class TimeIsUpError(BaseException):
    """The time of `limit` is over. No `Exception`, so that nothing on the way takes it for its own."""

    def __init__(self, limit: Limit) -> None:
        super().__init__(f"longer than {limit.seconds:g} s")
        self.limit = limit


class Limit:
    """So many seconds for one piece of work; 0 for as long as it takes.

    A `busy` limit counts what this process computes, so that a verdict does not depend on who else is on the machine;
    work that only waits has `STARVED` times as long. `beside` are the seconds for what is done aside: work that must
    not use up the time itself.
    """

    def __init__(self, seconds: float, busy: bool = False) -> None:
        self.seconds = seconds
        self.busy = busy
        self.beside = ASIDE * seconds
        self._left = seconds or inf
        self._since: tuple[float, float] | None = None

    def start(self) -> None:
        if has_alarms():
            _clock.add(self)
            self.go_on(now())

    def go_on(self, at: Time) -> None:
        self._since = at
        _clock.wind(at)

    def stand_still(self, at: Time) -> None:
        self._left, self._since = self.left(at), None
        _clock.wind(at)

    def close(self) -> None:
        """The work is done, and with it all that was begun inside it; may be said twice."""
        at = now()
        self._left, self._since = self.left(at), None
        if has_alarms():
            _clock.remove(self, at)

    @property
    def runs(self) -> bool:
        return self._since is not None

    def left(self, at: Time) -> float:
        """The seconds that are left at a time."""
        if self._since is None:
            return self._left
        waited, computed = at[0] - self._since[0], at[1] - self._since[1]
        return self._left - (max(computed, waited / STARVED) if self.busy else waited)


class _Foreign:
    """An alarm that somebody else has set: it rings when it would have rung, by their own handler."""

    def __init__(self, handler: Any, seconds: float, interval: float) -> None:
        self.handler = handler
        self.interval = interval
        self._end = time.monotonic() + seconds if seconds else inf

    @property
    def left(self) -> float:
        return self._end - time.monotonic()

    def ring(self, number: int, frame: FrameType | None) -> None:
        self._end = time.monotonic() + self.interval if self.interval else inf
        if callable(self.handler):
            self.handler(number, frame)


class _Clock:
    """The limits that are running, the outermost first; the alarm is ours as long as there is one."""

    def __init__(self) -> None:
        self.running: list[Limit] = []
        self.foreign: _Foreign | None = None

    def add(self, limit: Limit) -> None:
        if self.foreign is None:
            delay, interval = signal.setitimer(signal.ITIMER_REAL, 0)
            self.foreign = _Foreign(signal.signal(signal.SIGALRM, self._ring), delay, interval)
        self.running.append(limit)

    def remove(self, limit: Limit, at: Time) -> None:
        if limit in self.running:
            del self.running[self.running.index(limit) :]
        foreign = self.foreign
        if self.running or foreign is None:
            self.wind(at)
            return
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, foreign.handler if foreign.handler is not None else signal.SIG_DFL)
        self.foreign = None
        if foreign.left < inf:
            signal.setitimer(signal.ITIMER_REAL, max(1e-6, foreign.left), foreign.interval)

    def wind(self, at: Time) -> None:
        """Set the alarm for what ends first, as it is seen at a time."""
        ends = [limit.left(at) for limit in self.running if limit.runs]
        first = min([*ends, *([self.foreign.left] if self.foreign is not None else [])], default=inf)
        if first < inf:
            signal.setitimer(signal.ITIMER_REAL, max(1e-6, first), AGAIN)
        elif self.foreign is not None:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def _ring(self, number: int, frame: FrameType | None) -> None:
        """Raise for the outermost limit that is over; what an exception cannot leave is interrupted a moment later."""
        if self.foreign is not None and self.foreign.left <= 0:
            self.foreign.ring(number, frame)
        if frame is not None and (frame.f_code.co_name == "__del__" or frame.f_code.co_filename == weakref.__file__):
            return
        at = now()
        for limit in self.running:
            if limit.runs and limit.left(at) <= 0:
                raise TimeIsUpError(limit)
        self.wind(at)


_clock = _Clock()


def has_alarms() -> bool:
    """Whether work can be interrupted here."""
    return hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()


def within(limit: Limit, work: Callable[[], Result], late: Callable[[], Result]) -> Result:
    """What `work` returns or, where it takes longer, `late`: nothing that `work` has half made is to be trusted.

    An outer limit that ends in the middle of it is not this one's: its TimeIsUpError passes through.
    """
    try:
        try:
            limit.start()
            return work()
        finally:
            limit.close()
    except TimeIsUpError as problem:
        limit.close()
        if problem.limit is not limit:
            raise
    hurried()
    return late()


def aside(work: Callable[[], Result], late: Callable[[], Result]) -> Result:
    """Work that adds to what is known already: in a time of its own, while the innermost limit stands still.

    The work beside one limit has half of its seconds, all together.
    """
    around = _clock.running[-1] if _clock.running and has_alarms() else None
    if around is None or not around.seconds:
        return work()
    if around.beside <= 0:
        hurried()
        return late()
    own = Limit(around.beside, around.busy)
    around.stand_still(now())
    try:
        return within(own, work, late)
    finally:
        at = now()
        around.beside = own.left(at)
        around.go_on(at)
