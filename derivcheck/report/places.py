"""Paths as a forge shows them: seen from the root of the repository."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote


def repository() -> Path:
    """The root of the repository that is worked in; the working directory where there is none."""
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / ".git").exists()), here)


def repository_path(path: str, root: Path) -> str | None:
    """The path seen from the root, with slashes; None where it lies elsewhere."""
    there = Path(os.path.abspath(path))
    if not there.is_relative_to(root):
        try:
            there, root = Path(os.path.realpath(path)), root.resolve()
        except (OSError, ValueError):  # a name that no file can have
            return None
    return there.relative_to(root).as_posix() if there.is_relative_to(root) else None


def relative_uri(path: str) -> str:
    """A path with slashes as a relative reference, everything but its slashes percent-encoded."""
    return quote(_bytes(path), safe="/")


def absolute_uri(path: str) -> str:
    """A path as a reference of its own."""
    there = Path(os.path.abspath(path)).as_posix()
    return "file://" + ("" if there.startswith("/") else "/") + quote(_bytes(there), safe="/:")


def _bytes(path: str) -> bytes:
    try:
        return os.fsencode(path)
    except UnicodeEncodeError:
        return path.encode("utf-8", "replace")
