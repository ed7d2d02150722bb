"""The records of a JSON report: every key that they declare is written, and their schema asks for each."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import jsonschema
import pytest
from shipped import result_of

from derivcheck.pipeline.results import Report
from derivcheck.pipeline.verification import verify_text
from derivcheck.report.json import to_json
from derivcheck.report.records import DerivativeRecord, NumericRecord
from derivcheck.report.schema import report_schema, schema_of

TEXT = """\
title: A factor lost, in a chain of three
tensors: {x: n, w: n}
loss: {L: sum(w * x^2)}
claims:
  holds: dL/dw = x^2
  wrong: dL/dx = w * x
  chain: dL/dw = x^2 = x
  meaningless: dL/dw = q
  ignored: dL/dx = w * x  # derivcheck: ignore[DC201] as printed
  unused: dL/dw = x * x  # derivcheck: ignore[DC202] not so
"""
Way = tuple[str | int, ...]


@functools.cache
def written() -> str:
    judged = verify_text(TEXT, "chain.yaml")
    document = result_of("documents/backward_pass.derivcheck.yaml")
    document = replace(document, claims=(), gradients=(), formulas=document.formulas[:3])
    return to_json(Report((judged, document, verify_text("tensors: {x: n\n", "broken.yaml"))))


@functools.cache
def validator() -> Any:
    return jsonschema.Draft202012Validator(report_schema())


def keys(values: Any, path: Way = ()) -> Iterator[Way]:
    """The way to every key of the objects in a value."""
    if isinstance(values, list):
        for k, item in enumerate(values):
            yield from keys(item, (*path, k))
    elif isinstance(values, dict):
        for key, value in values.items():
            yield (*path, key)
            yield from keys(value, (*path, key))


@functools.cache
def kinds() -> Mapping[Way, Way]:
    """One way for each that differs by more than positions in lists, so that every declared key is met once."""
    found = {tuple(step for step in way if isinstance(step, str)): way for way in keys(json.loads(written()))}
    return {kind: way for kind, way in found.items() if "sizes" not in kind[:-1] and "coverage" not in kind[:-1]}


def changed(way: Way, *replacement: Any) -> Any:
    """The report with another value at the end of a way, or without its key."""
    values = json.loads(written())
    place = functools.reduce(lambda value, step: value[step], way[:-1], values)
    if replacement:
        place[way[-1]] = replacement[0]
    else:
        del place[way[-1]]
    return values


def test_every_key_that_is_declared_is_written_in_its_order() -> None:
    defined = report_schema()["$defs"]
    values = json.loads(written())
    judged = values["files"][0]["claims"][1]
    for name, found in {
        "report": values,
        "summary": values["summary"],
        "file": values["files"][0],
        "claim": judged,
        "evidence": judged["evidence"],
        "witness": judged["evidence"]["witness"],
        "derivative": judged["evidence"]["derivatives"][0],
        "diagnosis": judged["diagnosis"],
        "formula": values["files"][1]["formulas"][0],
        "gradient": values["files"][0]["gradients"][0],
        "diagnostic": values["files"][2]["error"],
    }.items():
        assert list(found) == list(defined[name]["properties"]) == defined[name]["required"], name


def test_a_report_is_valid_and_no_longer_so_without_one_of_its_keys() -> None:
    assert validator().is_valid(json.loads(written()))
    assert len(kinds()) > 150
    for kind, way in kinds().items():
        assert not validator().is_valid(changed(way)), kind
        assert not validator().is_valid(changed(way, {"other": {}})), kind


def test_a_measured_derivative_says_first_what_it_is_of() -> None:
    assert [field.name for field in fields(DerivativeRecord)] == [
        "of",
        *(field.name for field in fields(NumericRecord)),
    ]


def test_a_type_that_json_does_not_have_is_an_error_in_the_records() -> None:
    @dataclass
    class Odd:
        """What nobody can write."""

        values: set[str]

    with pytest.raises(TypeError, match="is no type of a record"):
        schema_of(Odd, {})
