"""Subjects of a request judged in several processes, the results in their order.

Each process is forked from one that has imported what judges (spawned where a system
cannot fork safely), asks for a subject at a time, and ends with its pipe, or with the process
that started it, however that one ends. A process that dies, or that its own timer cannot
stop, costs the subject it was at and is replaced.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING

from derivcheck.diagnostics.diagnostic import Diagnostic
from derivcheck.pipeline.request import Request, Subject, path_of
from derivcheck.pipeline.results import FileResult, Report

if TYPE_CHECKING:
    from multiprocessing.context import ForkContext, SpawnContext

GRACE = 2.0  # seconds that a process gets to stop by itself once its time is over
FORKS = sys.platform == "linux"
ENDINGS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


Verify = Callable[[Request], Report]


def judge_all(request: Request, verify: Verify) -> list[FileResult]:
    """The results of the subjects, in their order, found by `verify` in as many processes as are asked for.

    No process is left behind, whatever is raised.
    """
    subjects = request.subjects
    results = {k: subject for k, subject in enumerate(subjects) if isinstance(subject, FileResult)}
    waiting = [k for k in range(len(subjects)) if k not in results][::-1]
    asked, ready = len(waiting), len(results)
    workers: list[_Worker] = []
    try:
        while len(results) < len(subjects):
            while waiting and len(workers) < request.jobs:
                workers.append(_Worker.started(request, verify, [worker.pipe for worker in workers]))
                workers[-1].take(waiting.pop(), subjects)
            for worker in _ready(workers, request.timeout):
                results[worker.at] = worker.result(subjects[worker.at], request)
                request.tell(f"{len(results) - ready}/{asked} {_at(workers, subjects)}")
                if not worker.alive:
                    workers.remove(worker)
                    worker.end()
                elif waiting:
                    worker.take(waiting.pop(), subjects)
                else:
                    worker.at = -1
    finally:
        for worker in workers:
            worker.end()
    return [results[position] for position in range(len(subjects))]


@dataclass(slots=True, eq=False)
class _Worker:
    """One process, our end of its pipe, which subject it is at (-1: none) and since when."""

    process: BaseProcess
    pipe: Connection
    at: int = -1
    since: float = 0.0
    alive: bool = True

    @classmethod
    def started(cls, request: Request, verify: Verify, others: Sequence[Connection]) -> _Worker:
        context: ForkContext | SpawnContext
        context = multiprocessing.get_context("fork") if FORKS else multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        # A fork inherits every open pipe: it closes ours, so that it sees when we are gone.
        inherited = (ours, *others) if FORKS else ()
        alike = replace(request, subjects=(), progress=None)
        process = context.Process(target=_work, args=(theirs, alike, verify, inherited), daemon=True)
        with _uninterrupted():
            process.start()
        theirs.close()
        return cls(process, ours)

    def take(self, position: int, subjects: Sequence[Subject]) -> None:
        self.at, self.since = position, time.monotonic()
        try:
            self.pipe.send(subjects[position])
        except OSError:
            self.alive = False  # it died while it had nothing to do

    def result(self, subject: Subject, request: Request) -> FileResult:
        """What it found, or what became of it."""
        late = request.timeout is not None and not self.pipe.poll()
        if self.alive and not (late and self.process.is_alive()):
            try:
                found = self.pipe.recv()
                assert isinstance(found, FileResult)
                return found
            except (EOFError, OSError):
                late = False
        self.alive = False
        if late:
            return request.late(subject)
        path = path_of(subject)
        self.process.join(GRACE)
        code = self.process.exitcode
        how = f"ended by signal {-code}" if code is not None and code < 0 else f"ended with code {code}"
        return FileResult(
            path,
            error=Diagnostic("DC645", f"the process that judged `{path}` {how}", help="--jobs 1, or fewer of them"),
        )

    def end(self) -> None:
        self.pipe.close()
        if self.process.is_alive():
            self.process.terminate()
            self.process.join(GRACE)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        self.process.close()


def _at(workers: Sequence[_Worker], subjects: Sequence[Subject]) -> str:
    """What is being judged."""
    return ", ".join(path_of(subjects[worker.at]) for worker in workers if worker.at >= 0)


def _ready(workers: Sequence[_Worker], timeout: float | None) -> list[_Worker]:
    """The workers that have something to say, have died, or are long past their time."""
    busy = [worker for worker in workers if worker.at >= 0]
    limit = None
    if timeout is not None:
        first = min(worker.since for worker in busy)
        limit = max(0.0, first + timeout + GRACE - time.monotonic())
    said = {id(pipe) for pipe in wait([worker.pipe for worker in busy if worker.alive], _soonest(busy, limit))}
    now = time.monotonic()
    overdue = timeout + GRACE if timeout is not None else float("inf")
    return [w for w in busy if not w.alive or id(w.pipe) in said or now - w.since >= overdue]


def _soonest(busy: Sequence[_Worker], limit: float | None) -> float | None:
    return limit if all(worker.alive for worker in busy) else 0.0


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Signals wait while a process starts: it must not see them before it answers them in its own way."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, *ENDINGS})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(pipe: Connection, request: Request, verify: Verify, inherited: Sequence[Connection]) -> None:
    """The life of a process: interrupted by its pipe alone, so that ctrl-C is answered once."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in ENDINGS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDINGS)
    for other in inherited:
        other.close()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        while True:
            (found,) = verify(request.of(pipe.recv())).files
            pipe.send(found)
    except (EOFError, OSError):
        return


def _end_with_parent() -> None:
    """End this process as soon as the one that started it is gone, whatever it is at.

    A parent that a signal ends closes nothing, and a pipe is only looked at between two files.
    """
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os._exit(1)
