"""The formulas of a Jupyter notebook: those of its Markdown cells, each at its cell and line."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from derivcheck.diagnostics.diagnostic import DerivcheckError, Diagnostic, Stretch, Where
from derivcheck.statements.document.markdown import markdown_manuscript
from derivcheck.statements.document.passages import Manuscript


def notebook_manuscript(text: str, path: str) -> Manuscript:
    """Its Markdown cells as one text, each at a beginning of a paragraph. Code and outputs are no text of it.

    Raises DerivcheckError: DC621 where it is no notebook, DC620 as for Markdown.
    """
    cells = _cells(text, path) if text.strip() else []
    parts: list[Stretch] = []
    lines: list[str] = []
    for number, cell in enumerate(cells, 1):
        if cell.get("cell_type") != "markdown":
            continue
        if lines:
            lines += ["", ""]
        parts.append(Stretch(len(lines) + 1, path, 1, number))
        lines += _source(cell).split("\n")
    found = markdown_manuscript("\n".join(lines), path, tuple(parts))
    told = _told(text) if text.strip() else {}
    return replace(found, sidecar=found.sidecar or str(told.get("derivcheck", "")))


def _cells(text: str, path: str) -> list[dict[str, Any]]:
    try:
        notebook = json.loads(text)
        cells = notebook["cells"]
        if not all(isinstance(cell, dict) for cell in cells):
            raise TypeError
    except (ValueError, TypeError, KeyError, RecursionError):
        first = text.split("\n", 1)[0]
        what = Diagnostic("DC621", f"`{path}` is no notebook: it has no cells", Where(path, 1, 1, 1, first))
        raise DerivcheckError(what) from None
    return list(cells)


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    written = "".join(map(str, source)) if isinstance(source, list) else str(source)
    return written.replace("\r\n", "\n")


def _told(text: str) -> dict[str, Any]:
    """What the metadata of the notebook say."""
    metadata = json.loads(text).get("metadata")
    return metadata if isinstance(metadata, dict) else {}
