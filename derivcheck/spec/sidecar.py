"""The document that a spec is the sidecar of: its lines, and what is expected and needed at a place in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from derivcheck.spec.document import Reader
from derivcheck.spec.values import JsonSchema, Subject

PLACE = re.compile(r"(?:cell [1-9][0-9]*, )?line [1-9][0-9]*|[#*=\\\\<].*[\w}>]\s*")
LINES = re.compile(r"\s*([1-9][0-9]*)\s*\.\.\s*([1-9][0-9]*)\s*")


@dataclass(frozen=True, slots=True)
class LinesValue:
    """A range of lines, `1..120`."""

    def read(self, reader: Reader, node: Any, subject: Subject) -> tuple[int, int]:
        text = reader.text(node, subject.name).text
        match = LINES.fullmatch(text)
        if not match or int(match[1]) > int(match[2]):
            reader.fail("DC046", f"`{text}` is no range of lines", node, "", "lines: 1..120")
        return int(match[1]), int(match[2])

    def schema(self) -> JsonSchema:
        return {"type": "string", "pattern": f"^{LINES.pattern}$"}


def place_of(reader: Reader, subject: Subject) -> dict[str, Any]:
    """The place that a key gives: `line 156`, a label, or `block 3`."""
    return {"at": replace(reader.text(subject.key, "the place"), text=subject.name)}


def line_of(reader: Reader, subject: Subject) -> dict[str, Any]:
    """The place that a key gives, which is a line or a heading. Raises SpecError (DC046)."""
    if not PLACE.fullmatch(subject.name):
        reader.fail("DC046", f"`{subject.name}` is no line of the document", subject.key, "", "line 120")
    return place_of(reader, subject)
