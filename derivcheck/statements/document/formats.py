"""The formats of documents. Each is a line here and the module of its name, imported when such a file is read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

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


def format_of(path: str | Path) -> str | None:
    """The format of a document by its name; None for what is none."""
    return SUFFIXES.get(Path(path).suffix.lower())
