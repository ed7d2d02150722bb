"""Where a command writes to, and how what it writes names the spec."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from derivcheck.diagnostics.diagnostic import DerivcheckError, Diagnostic


@contextmanager
def output_of(path: Path | None) -> Iterator[TextIO]:
    """The file in UTF-8, the standard output where none is given. Raises DerivcheckError (DC686)."""
    if path is None:
        yield sys.stdout
        sys.stdout.flush()
        return
    try:
        stream = path.open("w", encoding="utf-8", newline="\n")
    except OSError as problem:
        raise DerivcheckError(
            Diagnostic("DC686", f"`{path}` is not written: {(problem.strerror or str(problem)).lower()}")
        ) from None
    with stream:
        yield stream


def sidecar_for(spec: Path, document: Path | None) -> str:
    """The path of a spec as a document names it: from the document's folder, or from here where it is printed."""
    if spec.is_absolute():
        return spec.as_posix()
    folder = document.parent if document is not None else Path()
    return Path(os.path.relpath(spec, folder)).as_posix()
