"""The JSON Schema of `--format json`: what programs may rely upon."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

from derivcheck.diagnostics.verdicts import FailOn, NumericVerdict, Verdict
from derivcheck.report.coverage import ORDER
from derivcheck.report.json import SCHEMA

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
COUNT: Schema = {"type": "integer", "minimum": 0}
FROM_ONE: Schema = {"type": "integer", "minimum": 1}
SWITCH: Schema = {"type": "boolean"}
VERDICT: Schema = {"enum": list(get_args(Verdict))}
SIZES: Schema = {"type": "object", "additionalProperties": COUNT, "description": "dimension: its size"}
POSITIVE: Schema = {"type": "number", "exclusiveMinimum": 0}
NUMBER: Schema = {"type": ["number", "null"], "description": "null where it is not finite, or was not measured"}


def report_schema() -> Schema:
    """The schema (draft 2020-12) of a whole report and of the one claim that `derivcheck check` judges."""
    version = {"const": SCHEMA, "description": "raised when something is renamed, removed, or means something else"}
    report = _object("what `derivcheck verify` found", schema=version, files=_list(_ref("file")), summary=_summary())
    single = _object("what `derivcheck check` found", schema=version, claim=_ref("claim"))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "derivcheck report",
        "description": "The same bytes for the same specs, options and seed",
        "oneOf": [report, single],
        "$defs": {
            "file": _file(),
            "gradient": _gradient(),
            "claim": _claim(),
            "formula": _formula(),
            "exact": _exact(),
            "numeric": _numeric(),
            "diagnostic": _diagnostic(),
        },
    }


def _object(description: str, **properties: Schema) -> Schema:
    """An object with all of these keys and no others."""
    return {
        "type": "object",
        "description": description,
        "additionalProperties": False,
        "required": list(properties),
        "properties": properties,
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _list(items: Schema, description: str = "") -> Schema:
    return {"type": "array", "items": items, **({"description": description} if description else {})}


def _maybe(schema: Schema, description: str = "") -> Schema:
    return {"anyOf": [schema, {"type": "null"}], **({"description": description} if description else {})}


def _said(schema: Schema, description: str) -> Schema:
    return {**schema, "description": description}


def _tally(words: Sequence[str]) -> Schema:
    return _object("how many of each verdict", total=COUNT, **dict.fromkeys(words, COUNT))


def _summary() -> Schema:
    verdicts = get_args(Verdict)
    return _object(
        "all files together",
        files=COUNT,
        errors=_said(COUNT, "files that could not be judged"),
        gradients=_tally(verdicts),
        claims=_tally(verdicts),
        formulas=_said(COUNT, "formulas of documents"),
        holds=_said(COUNT, "claims that are as expected"),
        fails=_said(COUNT, "claims that make the run fail"),
        ignored=_said(COUNT, "claims that pass for a reason that the spec gives"),
        open=_said(COUNT, "claims that are neither as expected nor settled otherwise"),
        warnings=COUNT,
        deselected=_said(COUNT, "claims and gradients that were not asked for"),
        exit_code=_exit_code(),
    )


def _exit_code() -> Schema:
    return {"enum": [0, 1, 2, 3], "description": "0 holds, 1 does not, 2 could not be judged, 3 derivcheck's own bug"}


def _file() -> Schema:
    standings = {"enum": list(ORDER)}
    return _object(
        "one spec or document",
        path=TEXT,
        title=TEXT,
        source=_said(TEXT, "where the equations come from"),
        sizes=SIZES,
        seed=COUNT,
        gradients=_list(_ref("gradient")),
        claims=_list(_ref("claim"), "the spec's own, then those of the document"),
        document=_maybe(TEXT, "the document whose formulas are accounted for"),
        formulas=_list(_ref("formula"), "every formula of the document that asserts something"),
        coverage={
            "type": "object",
            "propertyNames": standings,
            "additionalProperties": FROM_ONE,
            "description": "how many formulas stand how",
        },
        notes=_list(TEXT),
        warnings=_list(_ref("diagnostic"), "findings about the spec itself"),
        strict=SWITCH,
        fail_on={"enum": list(get_args(FailOn))},
        deselected=COUNT,
        error=_maybe(_ref("diagnostic")),
        contradiction=_said(SWITCH, "derivcheck contradicts itself: its own bug, no verdict"),
        exit_code=_exit_code(),
    )


def _gradient() -> Schema:
    return _object(
        "a derived gradient and what three ways say of it",
        of=TEXT,
        wrt=TEXT,
        shape=_list(TEXT, "names of dimensions"),
        index=_said(TEXT, "the index form"),
        matrix=_maybe(TEXT),
        no_matrix=_maybe(TEXT, "why there is no matrix form"),
        index_unicode=_maybe(TEXT),
        matrix_unicode=_maybe(TEXT),
        latex=_maybe(TEXT),
        verdict=VERDICT,
        holds=SWITCH,
        facts=_list(TEXT, "what the proof assumes"),
        exact=_ref("exact"),
        numeric=_ref("numeric"),
        notes=_list(TEXT),
        problem=_maybe(_ref("diagnostic"), "derivcheck's own bug, of an internal result"),
        line=_maybe(FROM_ONE),
    )


def _claim() -> Schema:
    witness = _object(
        "where the sides differ",
        sizes=SIZES,
        seed=COUNT,
        spread=_said(POSITIVE, "how many times as wide as usual the values are drawn"),
        style=_said(TEXT, "how they are drawn: the first way that gives everything a value, `generic` or another"),
        entry=_list(COUNT, "counted from 1"),
        claimed=TEXT,
        derived=TEXT,
        difference=_maybe(TEXT),
        finite_difference=_maybe(TEXT),
    )
    evidence = _object(
        "what the verdict rests on",
        ways=_list(TEXT, "the independent ways that had something to say"),
        exact=_ref("exact"),
        numeric=_ref("numeric"),
        derivatives=_list(_numeric(of=_said(TEXT, "the derivative that is measured")), "measured before the judgement"),
        witness=_maybe(witness),
    )
    diagnosis = _diagnostic(suggestion=_maybe(TEXT, "a right side that would be proved"))
    return _object(
        "an equation judged",
        id=TEXT,
        text=TEXT,
        reading=_maybe(TEXT, "how it was read"),
        path=_maybe(TEXT),
        line=_maybe(FROM_ONE),
        column=_maybe(FROM_ONE),
        verdict=VERDICT,
        expected=_maybe(TEXT, "what the spec asks for; null: proved or checked"),
        holds=_said(SWITCH, "whether it is as expected"),
        open=SWITCH,
        ignored=_maybe(TEXT, "why the spec lets it pass"),
        facts=_list(TEXT),
        evidence=evidence,
        diagnosis=_maybe(diagnosis),
        message=_maybe(TEXT),
        note=_maybe(TEXT, "another reading of the text, with the verdict that it would have"),
        reach=_maybe(TEXT, "of a claim about a family: the depths it was judged at"),
        lapses=_list(TEXT, "what failed in the search for its mistake, and cost no result"),
        links=_list(_ref("claim"), "the links of a chain of equations"),
    )


def _formula() -> Schema:
    return _object(
        "a formula of a document",
        kind={"enum": ["display", "inline"]},
        text=TEXT,
        path=TEXT,
        line=FROM_ONE,
        column=FROM_ONE,
        standing=_said({"enum": list(ORDER)}, "its verdict, or why it has none"),
        claim=_maybe(TEXT, "the id of its claim"),
        bound=_said(SWITCH, "whether it needed a binding of its own"),
        holds=SWITCH,
        reason=_maybe(_ref("diagnostic"), "why it was not judged"),
    )


def _exact() -> Schema:
    return _object(
        "exact arithmetic in finite fields",
        equal=_maybe(SWITCH, "null: not decided"),
        sizes=_list(SIZES, "the size assignments that were tried"),
        draws=COUNT,
        all_sizes=_said(SWITCH, "equal for every size"),
        by=_maybe(TEXT),
        reason=_maybe(TEXT),
    )


def _numeric(**more: Schema) -> Schema:
    line = _object("positions of an axis", axis=FROM_ONE, positions=_list(FROM_ONE))
    census = _object(
        "which entries differ", wrong=COUNT, entries=COUNT, lines=_list(line), ratio=NUMBER, cause=_maybe(TEXT)
    )
    return _object(
        "numbers compared",
        verdict={"enum": list(get_args(NumericVerdict))},
        scheme=_maybe(TEXT),
        max_error=NUMBER,
        bar=NUMBER,
        entries=COUNT,
        reason=_maybe(TEXT),
        census=_maybe(census),
        **more,
    )


def _diagnostic(**more: Schema) -> Schema:
    place = _object("where it stands", path=TEXT, line=FROM_ONE, column=FROM_ONE, length=COUNT)
    note = _object("a line of its own", name=TEXT, text=TEXT)
    return _object(
        "a message for a person",
        code=_said(TEXT, "`derivcheck explain CODE`; empty for a bare verdict"),
        message=TEXT,
        label=_maybe(TEXT, "what stands beside the caret"),
        where=_maybe(place),
        notes=_list(note),
        help=_maybe(TEXT, "what can be pasted"),
        **more,
    )
