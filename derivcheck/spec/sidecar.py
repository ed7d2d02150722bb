"""The `document:` section of a spec: which document it is the sidecar of, and what its formulas need."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from derivcheck.diagnostics.diagnostic import SourceText
from derivcheck.spec.declarations import VERDICTS, Binding, DocumentDeclaration, Expectation
from derivcheck.spec.document import is_mapping, is_null

if TYPE_CHECKING:
    from derivcheck.spec.loader import SpecReader

KEYS = ("file", "lines", "for", "entries", "expect", "bindings", "from")
BINDING_KEYS = ("symbols", "let", "given", "for", "layout", "vectors", "entries", "where", "unread")
EXPECTATION_KEYS = ("verdict", "code", "note")
DOCUMENT_VERDICTS = (*VERDICTS, "definition", "ambiguous", "unread")
LAYOUTS = ("mixed", "numerator", "denominator")
VECTORS = ("column", "row")
ENTRIES = ("strict", "componentwise")
LINE = re.compile(r"line ([1-9][0-9]*)")
LINES = re.compile(r"\s*([1-9][0-9]*)\s*\.\.\s*([1-9][0-9]*)\s*")


def read_document(spec: SpecReader, node: Any) -> DocumentDeclaration:
    """The section. Raises SpecError with file, line and column."""
    reader = spec.reader
    if not is_mapping(node):
        return DocumentDeclaration(reader.text(node, "document"))
    fields: dict[str, Any] = {}
    for name, key, value in reader.pairs(node, "document"):
        if name not in KEYS:
            reader.unknown_key(key, name, "`document`", KEYS)
        if is_null(value):
            reader.fail("DC022", f"`{name}` has no value", key)
        match name:
            case "file":
                fields["file"] = reader.text(value, name)
            case "lines":
                fields["lines"] = tuple(_range(spec, item) for item in reader.items(value))
            case "for":
                fields["quantifier"] = reader.text(value, name)
            case "entries":
                fields[name] = reader.choice(value, name, ENTRIES)
            case "expect":
                fields["expectations"] = tuple(
                    _expectation(spec, _at(spec, at, place), item) for at, place, item in reader.pairs(value, name)
                )
            case "bindings":
                fields["bindings"] = tuple(
                    _binding(spec, _at(spec, at, place), item) for at, place, item in reader.pairs(value, name)
                )
            case "from":
                made = []
                for at, place, item in reader.pairs(value, name):
                    if not LINE.fullmatch(at):
                        reader.fail("DC046", f"`{at}` is no line of the document", place, "", "line 120")
                    made.append(_binding(spec, _at(spec, at, place), item))
                fields["changes"] = tuple(sorted(made, key=lambda change: int(change.at.text.split()[1])))
    if "file" not in fields:
        reader.fail("DC045", "`document` needs the name of its file", node, "", "document: {file: notes.md}")
    return DocumentDeclaration(**fields)


def _at(spec: SpecReader, text: str, key: Any) -> SourceText:
    return replace(spec.reader.text(key, "the place"), text=text)


def _range(spec: SpecReader, node: Any) -> tuple[int, int]:
    text = spec.reader.text(node, "lines").text
    match = LINES.fullmatch(text)
    if not match or int(match[1]) > int(match[2]):
        spec.reader.fail("DC046", f"`{text}` is no range of lines", node, "", "lines: 1..120")
    return int(match[1]), int(match[2])


def _expectation(spec: SpecReader, at: SourceText, node: Any) -> Expectation:
    reader = spec.reader
    if not is_mapping(node):
        return Expectation(at, reader.choice(node, at.text, DOCUMENT_VERDICTS))
    fields: dict[str, str] = {}
    for name, key, value in reader.pairs(node, at.text):
        if name not in EXPECTATION_KEYS:
            reader.unknown_key(key, name, f"`{at.text}`", EXPECTATION_KEYS)
        verdict = name == "verdict"
        fields[name] = reader.choice(value, name, DOCUMENT_VERDICTS) if verdict else reader.text(value, name).text
    if "verdict" not in fields:
        reader.fail("DC045", f"`{at.text}` needs the verdict that is expected", node, "", "{verdict: refuted}")
    return Expectation(at, **fields)


def _binding(spec: SpecReader, at: SourceText, node: Any) -> Binding:
    reader = spec.reader
    fields: dict[str, Any] = {}
    for name, key, value in reader.pairs(node, at.text):
        match name:
            case "symbols":
                fields[name] = spec.spellings(value, name)
            case "let":
                fields[name] = spec.formulas(value, name)
            case "given":
                fields[name] = tuple(reader.text(item, name) for item in reader.items(value))
            case "for":
                fields["quantifier"] = reader.text(value, name)
            case "layout":
                fields[name] = reader.choice(value, name, LAYOUTS)
            case "vectors":
                fields[name] = reader.choice(value, name, VECTORS)
            case "entries":
                fields[name] = reader.choice(value, name, ENTRIES)
            case "where":
                fields[name] = reader.text(value, name)
            case "unread":
                fields[name] = reader.text(value, name).text
            case _:
                reader.unknown_key(key, name, f"`{at.text}`", BINDING_KEYS)
    return Binding(at, **fields)
