"""Which spec a document is judged with, and where the document of a spec lies."""

from __future__ import annotations

import os
import re
from collections.abc import Container, Iterable
from functools import lru_cache
from pathlib import Path

from derivcheck.diagnostics.diagnostic import Diagnostic, SourceText, SpecError, Where
from derivcheck.spec import Spec
from derivcheck.spec.document import read_text
from derivcheck.spec.reads import is_file
from derivcheck.statements.document.formats import format_of, unknown_format
from derivcheck.statements.document.joining import joined
from derivcheck.statements.document.passages import Manuscript, read_manuscript

FOLDER = "DERIVCHECK_DOCUMENTS"
NAMES_DOCUMENT = re.compile(r"^document\s*:", re.MULTILINE)
NAMES_SIDECAR = re.compile(
    r"\A---\n(?:.*\n)*?derivcheck:|^%[ \t]*derivcheck:|^#\+derivcheck:|^(?:\.\.[ \t]+|:)derivcheck:"
    r"|<meta name=[\"']derivcheck[\"']",
    re.MULTILINE,
)
NOTEBOOK_NAMES = re.compile(r"\"derivcheck\"\s*:|derivcheck: ")
HEAD, LONGEST = 2_000, 1_000_000  # characters


def subjects_in(names: Iterable[Path]) -> list[Path]:
    """What of the files of a folder is judged: its specs, and its documents that have a sidecar.

    A sidecar beside a document that does not name it itself is judged with that document.
    """
    files = sorted(names)
    specs = [path for path in files if path.suffix in (".yaml", ".yml")]
    documents = [path for path in files if format_of(path) is not None]
    beside = {path: [one for one in _beside(path) if one in specs] for path in documents}
    alone = {one for found in beside.values() for one in found if not _says(one, NAMES_DOCUMENT)}
    judged = [path for path in documents if alone & set(beside[path]) or _names_sidecar(path)]
    return sorted([path for path in specs if path not in alone] + judged)


def has_sidecar(document: Path, text: str, known: Container[Path] = ()) -> bool:
    """Whether a document of this text names a sidecar, or has one beside it, in a file or among those that are known.

    No verdict rests upon the answer.
    """
    notebook = document.suffix.lower() == ".ipynb"
    head, pattern = (text[:LONGEST], NOTEBOOK_NAMES) if notebook else (text[:HEAD], NAMES_SIDECAR)
    return pattern.search(head) is not None or any(path in known or path.is_file() for path in _beside(document))


def _beside(document: Path) -> list[Path]:
    return [document.with_suffix(f".derivcheck{ending}") for ending in (".yaml", ".yml")]


def _names_sidecar(document: Path) -> bool:
    notebook = document.suffix.lower() == ".ipynb"
    return _says(document, NOTEBOOK_NAMES if notebook else NAMES_SIDECAR, LONGEST if notebook else HEAD)


def _says(path: Path, pattern: re.Pattern[str], longest: int = LONGEST) -> bool:
    """Whether the beginning of a file says something; one that cannot be read says nothing, and is told when judged."""
    try:
        found = path.stat()
        return _says_so(path, pattern, longest, found.st_mtime_ns, found.st_size)
    except OSError:
        return False


@lru_cache(maxsize=4096)
def _says_so(path: Path, pattern: re.Pattern[str], longest: int, changed: int, size: int) -> bool:
    """Looked at again only when the file has changed."""
    with open(path, encoding="utf-8", errors="replace") as file:
        return pattern.search(file.read(longest)) is not None


def sidecar_of(manuscript: Manuscript) -> Path:
    """The spec that the front matter names, or NAME.derivcheck.yaml beside the document.

    The front matter names one below the folder of the document or the working directory.
    Raises SpecError: DC627 where there is none, DC633 where it lies elsewhere.
    """
    document = Path(manuscript.path)
    if manuscript.sidecar:
        named = document.parent / manuscript.sidecar
        if not any(_is_below(named, folder) for folder in (document.parent, Path())):
            raise SpecError(
                Diagnostic(
                    "DC633",
                    f"the front matter of `{manuscript.path}` names a sidecar outside its folder",
                    Where(manuscript.path, 1, 1, 1, manuscript.text.split("\n", 1)[0]),
                    help="move it beside the document, or --spec FILE.yaml",
                )
            )
        return named
    beside = _beside(document)
    for candidate in beside:
        if is_file(candidate):
            return candidate
    serving = _serving(document)
    draft = f"derivcheck init --from {manuscript.path}, or --spec FILE.yaml"
    raise SpecError(
        Diagnostic(
            "DC627",
            f"`{manuscript.path}` has no sidecar that declares its network",
            Where(manuscript.path, 1, 1, 1, manuscript.text.split("\n", 1)[0]),
            notes=(("served by", f"`{serving}`"),) if serving is not None else (),
            help=f"derivcheck verify {serving}" if serving is not None else draft,
        )
    )


def _serving(document: Path) -> Path | None:
    """A spec in the folder of a document that lists it among others."""
    listed = re.compile(rf"^\s*(?:files?\s*:|-)(?:.*[\s\[\"',])?{re.escape(document.name)}(?![\w.])", re.MULTILINE)
    try:
        specs = sorted(path for path in document.parent.iterdir() if path.suffix in (".yaml", ".yml"))
    except OSError:
        return None
    return next((path for path in specs if _says(path, NAMES_DOCUMENT) and _says(path, listed)), None)


def manuscript_of(spec: Spec, folder: str | Path | None = None) -> Manuscript | None:
    """The document of a spec: beside it, in a folder, or in the folder that DERIVCHECK_DOCUMENTS names; None without.

    A spec is read by who did not write it, in a pipeline for instance: the document it names lies below one of
    these folders, once `..` and links are followed, and nothing is said of a file that does not.
    Raises SpecError for a document that cannot be read (DC634), or lies elsewhere (DC633).
    """
    assert spec.document is not None
    found = [_manuscript_at(spec, file, folder) for file in spec.document.files]
    return None if any(one is None for one in found) else joined([one for one in found if one is not None])


def _manuscript_at(spec: Spec, file: SourceText, folder: str | Path | None) -> Manuscript | None:
    """One file of a document."""
    name = file.text
    if format_of(name) is None:
        raise SpecError(unknown_format(name, file.where()))
    folders = [Path(spec.path).parent, *(Path(f) for f in (folder, os.environ.get(FOLDER)) if f)]
    paths = [place / name for place in folders if _is_below(place / name, place)]
    if not paths:
        raise SpecError(
            Diagnostic(
                "DC633",
                f"the document `{name}` lies outside the folder of its sidecar",
                file.where(),
                "the document",
                help="name it as seen from its own folder, and give that: --documents FOLDER",
            )
        )
    for path in paths:
        if is_file(path):
            return read_manuscript(read_text(path), str(path))
    return None


def _is_below(path: Path, folder: Path) -> bool:
    """Whether a file lies below a folder, once `..` and links are followed."""
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):  # a loop of links, or no name of a file
        return False
