"""A notebook that an editor keeps as cells, put together as the file that they will be."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class EditorCell:
    """One cell: what an editor calls it, and its text."""

    uri: str
    text: str
    is_markdown: bool


def notebook_text(cells: Sequence[EditorCell], metadata: Mapping[str, Any]) -> str:
    """The notebook as it would be saved, as far as it is read."""
    return json.dumps(
        {
            "cells": [
                {"cell_type": "markdown" if cell.is_markdown else "code", "metadata": {}, "source": cell.text}
                for cell in cells
            ],
            "metadata": dict(metadata),
            "nbformat": 4,
            "nbformat_minor": 5,
        }
    )
