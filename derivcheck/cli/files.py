"""Which specs a command finds, where it writes to, and how what it writes names the spec."""

from __future__ import annotations

import errno
import os
import re
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TextIO

from derivcheck.diagnostics.diagnostic import DerivcheckError, Diagnostic

YAML, NAMED = (".yaml", ".yml"), (".derivcheck.yaml", ".derivcheck.yml")
FOREIGN = frozenset({"node_modules", "site-packages", "__pycache__", "__pypackages__", "venv", "build", "dist"})
DECLARED = re.compile(rb"^['\"]?(?:tensors|layers|loss|claims|families)['\"]?[ \t]*:", re.MULTILINE)
MOST_BYTES = 1 << 20
WRITTEN = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
NAME_LIMIT = 200  # so that what is put before and behind a name fits


@contextmanager
def output_of(path: Path | None) -> Iterator[TextIO]:
    """The file in UTF-8, the standard output where none is given. Raises DerivcheckError (DC686)."""
    if path is None:
        yield sys.stdout
        sys.stdout.flush()
        return
    try:
        with replaced(path) as stream:
            yield stream
    except OSError as problem:
        raise DerivcheckError(
            Diagnostic("DC686", f"`{path}` is not written: {(problem.strerror or str(problem)).lower()}")
        ) from None


@contextmanager
def replaced(path: Path, encoding: str = "utf-8", errors: str = "strict") -> Iterator[TextIO]:
    """A file written beside the one it replaces once it is whole: nobody ever sees half of it.

    A device, a pipe, or a file in a folder that takes no other is written in place. Raises OSError.
    """
    there = Path(os.path.realpath(path))
    mode = there.stat().st_mode if there.exists() else None
    if mode is not None and not stat.S_ISREG(mode):
        with open(there, "w", encoding=encoding, errors=errors, newline="\n") as stream:
            yield stream
        return
    if mode is not None and not os.access(there, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    beside = there.with_name(f".{there.name[:NAME_LIMIT]}.{os.getpid()}.part")
    try:
        descriptor = os.open(beside, WRITTEN, 0o666)
    except PermissionError:
        beside, descriptor = there, os.open(there, WRITTEN, 0o666)
    try:
        with os.fdopen(descriptor, "w", encoding=encoding, errors=errors, newline="\n") as stream:
            yield stream
        if beside != there:
            if mode is not None:
                beside.chmod(stat.S_IMODE(mode))
            os.replace(beside, there)
    except BaseException:
        if beside != there:
            beside.unlink(missing_ok=True)
        raise


def seen_from_here(path: Path) -> Path:
    """A path below the working directory as it is called there, so that reports do not tell how it was given."""
    try:
        return path.relative_to(Path.cwd()) if path.is_absolute() else path
    except (OSError, ValueError):
        return path


def specs_below(folder: Path, documents: bool = True) -> list[Path]:
    """The specs of a folder and its subfolders, and the `documents` that have a sidecar.

    What cannot be listed, or vanishes meanwhile, is left out.
    """
    if not documents:
        return sorted(path for path in _files_below(folder) if path.name.endswith(YAML))
    # Where files are named, nobody waits for the formats of documents.
    from derivcheck.statements.document.sidecars import subjects_in

    return subjects_in(_files_below(folder))


def _files_below(folder: Path) -> Iterator[Path]:
    return (Path(parent, name) for parent, _, names in os.walk(folder) for name in names)


def specs_here(wanted: str, documents: bool = True) -> list[Path]:
    """What looks like a spec in the working directory and below: it is named so, or declares what specs declare.

    So are `documents` that have a sidecar.

    Raises DerivcheckError (DC608) where there is none; `wanted` is what can be typed instead.
    """
    found = []
    for parent, folders, names in os.walk(Path()):
        folders[:] = [name for name in folders if not name.startswith(".") and name not in FOREIGN]
        paths = [Path(parent, name) for name in names]
        found += [path for path in paths if (_is_spec(path) if path.name.endswith(YAML) else documents)]
    # As above.
    from derivcheck.statements.document.sidecars import subjects_in

    subjects = subjects_in(found) if documents else sorted(found)
    if not subjects:
        raise DerivcheckError(Diagnostic("DC608", "no spec is named, and there is none below this folder", help=wanted))
    return subjects


def is_of_interest(path: Path) -> bool:
    """Whether a file that somebody has changed may be a spec, or a document: YAML of other programs is neither."""
    return not path.name.endswith(YAML) or _is_spec(path)


def _is_spec(path: Path) -> bool:
    """Whether a YAML file calls itself a spec, or has a key at its top that only specs have."""
    if path.name.endswith(NAMED):
        return True
    try:
        found = path.stat()
        return _declares(path, found.st_mtime_ns, found.st_size)
    except OSError:
        return False


@lru_cache(maxsize=4096)
def _declares(path: Path, changed: int, size: int) -> bool:
    """Looked at again only when it has changed: `--watch` asks many times a second."""
    with open(path, "rb") as file:
        return DECLARED.search(file.read(MOST_BYTES)) is not None


def sidecar_for(spec: Path, document: Path | None) -> str:
    """The path of a spec as a document names it: from the document's folder, or from here where it is printed."""
    if spec.is_absolute():
        return spec.as_posix()
    folder = document.parent if document is not None else Path()
    return Path(os.path.relpath(spec, folder)).as_posix()
