"""Which spec a document is judged with, and where the document of a spec lies."""

from __future__ import annotations

import os
from pathlib import Path

from derivcheck.diagnostics import Diagnostic, SpecError, Where
from derivcheck.document.passages import Manuscript, read_manuscript
from derivcheck.spec import Spec
from derivcheck.spec.document import read_text

FOLDER = "DERIVCHECK_DOCUMENTS"
DOCUMENTS = frozenset({".md", ".markdown", ".tex", ".ltx", ".latex", ".txt", ".rmd", ".qmd"})


def is_document(path: str | Path) -> bool:
    """Whether a file is a document by its name, not a spec."""
    return Path(path).suffix.lower() in DOCUMENTS


def sidecar_of(manuscript: Manuscript) -> Path:
    """The spec that the front matter names, or NAME.derivcheck.yaml beside the document.

    Raises SpecError (DC627) where there is none.
    """
    document = Path(manuscript.path)
    if manuscript.sidecar:
        return document.parent / manuscript.sidecar
    beside = [document.with_suffix(f".derivcheck{ending}") for ending in (".yaml", ".yml")]
    for candidate in beside:
        if candidate.is_file():
            return candidate
    raise SpecError(
        Diagnostic("DC627", f"`{manuscript.path}` has no sidecar that declares its network",
                   Where(manuscript.path, 1, 1, 1, manuscript.text.split("\n", 1)[0]),
                   help=f"write {beside[0].name}, or --spec FILE.yaml")
    )  # fmt: skip


def manuscript_of(spec: Spec, folder: str | Path | None = None) -> Manuscript | None:
    """The document of a spec: beside it, in a folder, or in the folder that DERIVCHECK_DOCUMENTS names; None without.

    Raises SpecError for a document that cannot be read.
    """
    assert spec.document is not None
    name = spec.document.file.text
    folders = [Path(spec.path).parent, *(Path(f) for f in (folder, os.environ.get(FOLDER)) if f)]
    for place in folders:
        path = place / name
        if path.is_file():
            return read_manuscript(read_text(path), str(path))
    return None
