"""The JSON Schema of a spec, for editors' YAML servers; made from the same lists the loader reads."""

from __future__ import annotations

from typing import Any

from derivcheck.spec.declarations import FACTS, VERDICTS
from derivcheck.spec.loader import MAXIMAL_SIZE
from derivcheck.spec.sidecar import DOCUMENT_VERDICTS, ENTRIES, LAYOUTS, VECTORS

TEXT = {"type": ["string", "number"]}
FORMULA = {"type": ["string", "number"], "description": "a formula of the equation language"}
NAMES = r"^[^\W\d]\w*(\[[^\[\]]+\])?$"


def _formulas(description: str) -> dict[str, Any]:
    return {"type": "object", "description": description, "additionalProperties": FORMULA}


def _document(claim_fields: dict[str, Any]) -> dict[str, Any]:
    binding = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "symbols": {"type": "object", "additionalProperties": {"type": "string"}},
            "let": claim_fields["let"],
            "given": claim_fields["given"],
            "for": claim_fields["for"],
            "layout": {"enum": list(LAYOUTS)},
            "vectors": {"enum": list(VECTORS)},
            "entries": {"enum": list(ENTRIES)},
            "where": {"type": "string", "description": "a condition on indices, j != k"},
            "unread": {"type": "string", "description": "why the formula is not to be read"},
        },
    }
    verdict = {"enum": list(DOCUMENT_VERDICTS)}
    expectation = {
        "oneOf": [
            verdict,
            {
                "type": "object",
                "additionalProperties": False,
                "required": ["verdict"],
                "properties": {"verdict": verdict, "code": claim_fields["code"], "note": TEXT},
            },
        ]
    }
    lines = {"type": "string", "pattern": r"^\s*[1-9][0-9]*\s*\.\.\s*[1-9][0-9]*\s*$"}
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["file"],
        "properties": {
            "file": {"type": "string", "description": "beside the spec, or in the folder of --documents"},
            "lines": {"oneOf": [lines, {"type": "array", "items": lines}]},
            "for": claim_fields["for"],
            "entries": {
                "enum": list(ENTRIES),
                "description": "componentwise: a vector set equal to an entry is read entry by entry",
            },
            "expect": {
                "type": "object",
                "additionalProperties": expectation,
                "description": "line 156, a label, or block 3: what the formula is expected to be",
            },
            "bindings": {
                "type": "object",
                "additionalProperties": binding,
                "description": "line 156, a label, or block 3: what this formula needs",
            },
            "from": {
                "type": "object",
                "additionalProperties": binding,
                "propertyNames": {"pattern": "^line [1-9][0-9]*$"},
                "description": "line 156: what holds from there on",
            },
        },
    }


def spec_schema() -> dict[str, Any]:
    """The schema (draft 2020-12)."""
    axes = {
        "description": "dimension names or numbers, separated by spaces or as a list; `scalar` for none",
        "oneOf": [{"type": ["string", "integer"]}, {"type": "array", "items": {"type": ["string", "integer"]}}],
    }
    fact = {"type": "string", "pattern": rf"^\s*({'|'.join(FACTS)})([\s,]+({'|'.join(FACTS)}))*\s*$"}
    facts_along = {
        "type": "object",
        "propertyNames": {"enum": list(FACTS)},
        "additionalProperties": {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
    }
    given = {
        "description": "facts used in proofs and in sampling; a fact along one of several axes names it",
        "oneOf": [fact, facts_along, {"type": "array", "items": {"oneOf": [fact, facts_along]}}],
    }
    tensor = {
        "oneOf": [
            *axes["oneOf"],
            {
                "type": "object",
                "properties": {"axes": axes, "given": given},
                "required": ["axes"],
                "additionalProperties": False,
            },
        ]
    }
    claim_fields = {
        "claim": FORMULA,
        "latex": {"type": "string", "description": "the equation as LaTeX"},
        "steps": {"type": "array", "items": FORMULA, "description": "a derivation, each line continuing the one above"},
        "expect": {"enum": list(VERDICTS)},
        "code": {"type": "string", "description": "the diagnosis that is expected"},
        "note": TEXT,
        "for": {"type": "string", "description": "the label's range: l in 1..L-1"},
        "let": _formulas("abbreviations of this claim"),
        "given": {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
    }
    claim = {
        "oneOf": [
            FORMULA,
            {"type": "array", "items": FORMULA},
            {
                "type": "object",
                "properties": claim_fields,
                "additionalProperties": False,
                "oneOf": [{"required": ["claim"]}, {"required": ["latex"]}, {"required": ["steps"]}],
            },
        ]
    }
    size = {"type": "integer", "minimum": 1, "maximum": MAXIMAL_SIZE}
    properties = {
        "title": TEXT,
        "source": {**TEXT, "description": "where the equations come from; quoted in reports"},
        "vectors": {"enum": ["column", "row"], "description": "what a one-axis tensor is in a matrix product"},
        "layout": {"enum": ["mixed", "numerator", "denominator"]},
        "vec": {"enum": ["columns", "rows"], "description": "the order in which vec() reads a matrix"},
        "tensors": {
            "type": "object",
            "description": "name: its axes, by dimension name",
            "propertyNames": {"pattern": NAMES},
            "additionalProperties": tensor,
        },
        "functions": {
            "type": "object",
            "description": "swish(t): t * sigmoid(t), or f: opaque",
            "additionalProperties": FORMULA,
        },
        "families": {
            "type": "object",
            "description": "label: range, as in l: 1..L",
            "additionalProperties": {"type": "string"},
        },
        "depths": {
            "type": "object",
            "description": "the depths to judge at",
            "additionalProperties": {"oneOf": [{"type": "integer"}, {"type": "array", "items": {"type": "integer"}}]},
        },
        "layers": _formulas("name: formula, in order; H[i,j]: formula for the entries"),
        "loss": {"oneOf": [FORMULA, {**_formulas("name: formula"), "maxProperties": 1}]},
        "let": _formulas("names for quantities that the text uses"),
        "symbols": {
            "type": "object",
            "description": "how a LaTeX text writes a name",
            "additionalProperties": {"type": "string"},
        },
        "macros": {
            "type": "object",
            "description": "what a macro of the LaTeX text stands for",
            "additionalProperties": {"type": "string"},
        },
        "document": {
            "oneOf": [{"type": "string"}, _document(claim_fields)],
            "description": "the document that this spec is the sidecar of",
        },
        "claims": {
            "oneOf": [
                {"type": "object", "additionalProperties": claim},
                {"type": "array", "items": claim},
                {"type": "null"},
            ]
        },
        "numeric": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "sizes": {"type": "object", "additionalProperties": size},
                "seed": {"type": "integer", "minimum": 0},
            },
        },
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "derivcheck spec",
        "description": "A network, its loss and the equations claimed for it",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }
