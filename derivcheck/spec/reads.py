"""Which files a verdict rests upon: every one that was read or looked for, and how it was found.

Whoever reads or looks for a file while a spec is judged does it here, so that a verdict can be kept as long as
nothing it rests upon has changed.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ABSENT, UNSTEADY = "absent", "changed while it was read"
CLOCK = ""  # no file has this name

_open: list[dict[str, str]] = []
_unsaved: dict[str, bytes] = {}  # by where the file really lies


@contextmanager
def unsaved(texts: Mapping[Path, str]) -> Iterator[None]:
    """Texts in the place of files, as an editor shows them before they are saved."""
    before = dict(_unsaved)
    _unsaved.update({os.path.realpath(path): text.encode("utf-8", "surrogatepass") for path, text in texts.items()})
    try:
        yield
    finally:
        _unsaved.clear()
        _unsaved.update(before)


def content_of(path: str | Path, most: int = -1) -> bytes:
    """The first bytes of a file, or of what stands in its place. Raises OSError and ValueError."""
    instead = _instead(path)
    if instead is not None:
        return instead if most < 0 else instead[:most]
    with open(path, "rb") as file:
        return file.read(most)


def _instead(path: str | Path) -> bytes | None:
    return _unsaved.get(os.path.realpath(path)) if _unsaved else None


@contextmanager
def recorded() -> Iterator[dict[str, str]]:
    """The files of all that happens inside, by path: their states."""
    found: dict[str, str] = {}
    _open.append(found)
    try:
        yield found
    finally:
        _open.remove(found)


def state_of(path: str | Path) -> str:
    """What changes when a file does: where it really lies, and what is in it."""
    try:
        real = os.path.realpath(path)
        if os.path.isdir(path):
            return f"folder {real}"
        return _state(real, content_of(path))
    except (OSError, ValueError):
        return ABSENT


def noted(path: str | Path, data: bytes | None) -> None:
    """That a file was read, or could not be."""
    if _open:
        _note(path, ABSENT if data is None else _state(os.path.realpath(path), data))


def hurried() -> None:
    """That something was not finished in its time: what follows does not rest upon files alone."""
    for found in _open:
        found[CLOCK] = UNSTEADY


def is_file(path: Path) -> bool:
    """Whether there is such a file; noted either way."""
    _look(path)
    return path.is_file() or _instead(path) is not None


def exists(path: Path) -> bool:
    """Whether there is such a file or folder; noted either way."""
    _look(path)
    return path.exists() or _instead(path) is not None


def _look(path: Path) -> None:
    if _open:
        _note(path, state_of(path))


def _note(path: str | Path, state: str) -> None:
    for found in _open:
        known = found.setdefault(str(path), state)
        if known != state:
            found[str(path)] = UNSTEADY


def _state(real: str, data: bytes) -> str:
    return f"{hashlib.sha256(data).hexdigest()} {real}"
