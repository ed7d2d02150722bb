"""The JSON Schema of a spec, for editors' YAML servers: the table of keys, written out."""

from __future__ import annotations

from derivcheck.spec.keys import SPEC
from derivcheck.spec.values import JsonSchema


def spec_schema() -> JsonSchema:
    """The schema (draft 2020-12)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "derivcheck spec",
        "description": "A network, its loss and the equations claimed for it",
        **SPEC.schema(),
    }
