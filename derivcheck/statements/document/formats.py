"""The formats of documents. Each is a line here and the module of its name, imported when such a file is read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from derivcheck.diagnostics.diagnostic import DerivcheckError, Diagnostic, Where
from derivcheck.spec.reads import is_file

# `name` is read by `name_manuscript` of the module `derivcheck.statements.document.name`.
FORMATS: Mapping[str, tuple[str, ...]] = {
    "markdown": (".md", ".markdown", ".txt", ".rmd", ".qmd", ".myst"),
    "tex": (".tex", ".ltx", ".latex"),
    "rst": (".rst", ".rest"),
    "notebook": (".ipynb",),
    "mdx": (".mdx",),
    "html": (".html", ".htm", ".xhtml"),
    "org": (".org",),
}
SUFFIXES = {suffix: name for name, suffixes in FORMATS.items() for suffix in suffixes}
SPECS = (".yaml", ".yml", ".json")


def format_of(path: str | Path) -> str | None:
    """The format of a document by its name; None for what is none."""
    return SUFFIXES.get(Path(path).suffix.lower())


def is_document(path: str | Path) -> bool:
    """Whether a file is a document by its name, not a spec; one without an ending, as of a pipe, is a spec.

    Raises DerivcheckError (DC634) for a file that has the name of neither.
    """
    known = format_of(path) is not None
    suffix = Path(path).suffix.lower()
    if not known and suffix and suffix not in SPECS and is_file(Path(path)):
        raise DerivcheckError(unknown_format(path, Where(str(path), 1, 1), SPECS))
    return known


def unknown_format(path: str | Path, where: Where, specs: tuple[str, ...] = ()) -> Diagnostic:
    """What is said of a file whose name says neither what document it is nor that it is a spec."""
    known = (("documents", " ".join(SUFFIXES)), *((("specs", " ".join(specs)),) if specs else ()))
    suffix = Path(path).suffix
    what = f"`{suffix}` is no ending of" if suffix else "no ending says that it is"
    kinds = "a document or a spec" if specs else "a document"
    return Diagnostic("DC634", f"`{path}` is not read: {what} {kinds}", where, "", known)
