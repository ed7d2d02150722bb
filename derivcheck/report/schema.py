"""The JSON Schema of `--format json`: what programs may rely upon, read off the records of the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import is_dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from derivcheck.report.records import CheckRecord, Keywords, ReportRecord

Schema = dict[str, Any]
SIMPLE = {str: "string", bool: "boolean", int: "integer", float: "number", NoneType: "null"}


def report_schema() -> Schema:
    """The schema (draft 2020-12) of a whole report and of the one claim that `derivcheck check` judges."""
    definitions: dict[str, Schema] = {}
    both = [schema_of(record, definitions) for record in (ReportRecord, CheckRecord)]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "derivcheck report",
        "description": "The same bytes for the same specs, options and seed",
        "oneOf": both,
        "$defs": definitions,
    }


def schema_of(kind: Any, definitions: dict[str, Schema]) -> Schema:
    """What is said of one type; every record is defined once. Raises TypeError for a type that has no JSON."""
    if kind in SIMPLE:
        return {"type": SIMPLE[kind]}
    if is_dataclass(kind):
        return _defined(kind, definitions)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        found = schema_of(arguments[0], definitions)
        for said in arguments[1:]:
            found |= said.values if isinstance(said, Keywords) else {"description": said}
        return found
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin in (Union, UnionType):
        return {"anyOf": [schema_of(argument, definitions) for argument in arguments]}
    if origin is list:
        return {"type": "array", "items": schema_of(arguments[0], definitions)}
    if origin is Mapping and arguments[0] is str:
        return {"type": "object", "additionalProperties": schema_of(arguments[1], definitions)}
    raise TypeError(f"{kind} is no type of a record")


def _defined(record: Any, definitions: dict[str, Schema]) -> Schema:
    """A reference to an object with all of these keys and no others."""
    name = record.__name__.removesuffix("Record").lower()
    if name not in definitions:
        definitions[name] = {}  # it may hold its own kind
        hints = get_type_hints(record, include_extras=True)
        properties = {field: schema_of(hints[field], definitions) for field in record.__dataclass_fields__}
        definitions[name] = {
            "type": "object",
            "description": record.__doc__.rstrip("."),
            "additionalProperties": False,
            "required": list(properties),
            "properties": properties,
        }
    return {"$ref": f"#/$defs/{name}"}
