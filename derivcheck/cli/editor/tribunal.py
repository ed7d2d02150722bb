"""Who judges: one thread, the main one so that limits of time hold, takes what has changed and what is asked."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from derivcheck.cli.editor.desk import Desk, SupersededError

Answer = TypeVar("Answer")


class Tribunal:
    """What waits to be judged or answered. What is asked of a file waits until the file is judged as it is now."""

    def __init__(self, desk: Desk, tell: Callable[[Path], None], complain: Callable[[Exception], None]) -> None:
        """`tell` is called with the subject whose verdicts are new, `complain` with what nobody foresaw."""
        self.desk = desk
        self._tell = tell
        self._complain = complain
        self._changed = threading.Condition()
        self._waiting: dict[Path, None] = {}  # in the order in which they changed
        self._asked: deque[tuple[Path | None, Future[Any], Callable[[], Any]]] = deque()
        self._ended = False

    # --- from the thread of the editor ----------------------------------------------------

    def submit(self, subjects: list[Path]) -> None:
        """Have some files judged, the first of them first."""
        with self._changed:
            self._waiting = dict.fromkeys([*subjects, *self._waiting])
            self._changed.notify()

    def ask(self, path: Path, work: Callable[[], Answer]) -> Future[Answer]:
        """An answer that is found where the judging is done."""
        future: Future[Answer] = Future()
        with self._changed:
            self._asked.append((self.desk.subject(path), future, work))
            self._changed.notify()
        return future

    def end(self) -> None:
        with self._changed:
            self._ended = True
            self._changed.notify()

    # --- in the thread that judges --------------------------------------------------------

    def run(self) -> None:
        """Judge and answer until the end."""
        while True:
            with self._changed:
                while not (self._ended or self._waiting or self._asked):
                    self._changed.wait()
                if self._ended:
                    return
                ready = next((one for one in self._asked if one[0] not in self._waiting), None)
                if ready is not None:
                    self._asked.remove(ready)
                else:
                    subject = next(iter(self._waiting))
                    del self._waiting[subject]
            if ready is not None:
                _answer(ready[1], ready[2])
            else:
                self._judge(subject)

    def _judge(self, subject: Path) -> None:
        def tell(what: str) -> None:
            if self._ended or subject in self._waiting:
                raise SupersededError

        try:
            self.desk.judge(subject, tell)
            self._tell(subject)
        except SupersededError:
            pass
        except Exception as problem:
            self._complain(problem)


def _answer(future: Future[Any], work: Callable[[], Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(work())
    except Exception as problem:
        future.set_exception(problem)
