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
    for one, start in ((os.path.abspath(path), root), (os.path.realpath(path), root.resolve())):
        if Path(one).is_relative_to(start):
            return Path(one).relative_to(start).as_posix()
    return None


def relative_uri(path: str) -> str:
    """A path with slashes as a relative reference, everything but its slashes percent-encoded."""
    return quote(os.fsencode(path), safe="/")


def absolute_uri(path: str) -> str:
    return Path(os.path.abspath(path)).as_uri()
