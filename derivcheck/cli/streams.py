"""What the system does to a run: streams that nobody reads any more, and signals that end it."""

from __future__ import annotations

import io
import os
import signal
import sys
from types import FrameType
from typing import NoReturn, TextIO

ENDINGS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


class PatientWriter(io.RawIOBase):
    """The end of a pipe. Once its reader has gone, what is written goes nowhere, as if it had been read."""

    def __init__(self, raw: io.RawIOBase) -> None:
        super().__init__()
        self._raw = raw
        self._gone = False

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._raw.fileno()

    def isatty(self) -> bool:
        return self._raw.isatty()

    def write(self, data: object) -> int | None:
        length = len(memoryview(data))  # type: ignore[arg-type]
        if self._gone:
            return length
        try:
            return self._raw.write(data)  # type: ignore[arg-type]
        except BrokenPipeError:
            self._gone = True
            return length


class EndedError(BaseException):
    """A signal asks this process to end: raised so that its processes are ended and no half of a file is left."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def end_in_order() -> None:
    """Let the signals that end a process be raised; one that is ignored, as `nohup` has it, stays ignored."""
    for number in ENDINGS:
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _raise)


def _raise(number: int, frame: FrameType | None) -> NoReturn:
    signal.signal(number, signal.SIG_IGN)  # one is enough
    raise EndedError(number)


def end_by(problem: EndedError) -> None:
    """End by the signal that was raised, so that whoever waits for this process sees it."""
    signal.signal(problem.number, signal.SIG_DFL)
    os.kill(os.getpid(), problem.number)


def be_patient() -> None:
    """Let this process's standard streams lose what nobody reads; one that is closed loses everything."""
    sys.stdout = _patient(sys.stdout)
    sys.stderr = _patient(sys.stderr)


def _patient(stream: TextIO | None) -> TextIO:
    if stream is None:  # so says Python of a stream that was closed when it began
        return os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8")
    buffer = getattr(stream, "buffer", None)
    raw = getattr(buffer, "raw", buffer)  # unbuffered streams have none between
    if not isinstance(stream, io.TextIOWrapper) or not isinstance(raw, io.RawIOBase):
        return stream
    return io.TextIOWrapper(
        io.BufferedWriter(PatientWriter(raw)),
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )
