"""What a JSON report holds: its keys, their types and what they mean, written once for the report and its schema.

Metadata of a type is what its schema says besides: keywords, and a text that describes it. What has no value is
null, never left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

from derivcheck.diagnostics.verdicts import FailOn, NumericVerdict, Verdict
from derivcheck.report.coverage import ORDER

SCHEMA = 1


@dataclass(frozen=True, slots=True, eq=False)
class Keywords:
    """Keywords of JSON Schema, as metadata of a type: told apart by identity, so that a union can hold them."""

    values: Mapping[str, Any]


Version = Annotated[
    int, Keywords({"const": SCHEMA}), "raised when something is renamed, removed, or means something else"
]
Count = Annotated[int, Keywords({"minimum": 0})]
Ordinal = Annotated[int, Keywords({"minimum": 1})]
Lengths = Annotated[Mapping[str, Count], "dimension: its size"]
Measurement = Annotated[float | None, "null where it is not finite, or was not measured"]
ExitCode = Annotated[
    int, Keywords({"enum": [0, 1, 2, 3]}), "0 holds, 1 does not, 2 could not be judged, 3 derivcheck's own bug"
]
TALLIED = ("total", *get_args(Verdict))
Tally = Annotated[
    Mapping[str, Count],
    Keywords({"propertyNames": {"enum": list(TALLIED)}, "required": list(TALLIED)}),
    "how many of each verdict",
]


@dataclass(frozen=True)
class PlaceRecord:
    """Where it stands."""

    path: str
    line: Ordinal
    column: Ordinal
    length: Count
    cell: Annotated[Ordinal | None, "of a notebook, in which lines count within their cell"]


@dataclass(frozen=True)
class RemarkRecord:
    """A line of its own."""

    name: str
    text: str


@dataclass(frozen=True)
class DiagnosticRecord:
    """A message for a person."""

    code: Annotated[str, "`derivcheck explain CODE`; empty for a bare verdict"]
    message: str
    label: Annotated[str | None, "what stands beside the caret"]
    where: PlaceRecord | None
    notes: list[RemarkRecord]
    help: Annotated[str | None, "what can be pasted"]


@dataclass(frozen=True)
class DiagnosisRecord(DiagnosticRecord):
    """What is wrong with a claim."""

    suggestion: Annotated[str | None, "a right side that would be proved"]


@dataclass(frozen=True)
class ExactRecord:
    """Exact arithmetic in finite fields."""

    equal: Annotated[bool | None, "null: not decided"]
    sizes: Annotated[list[Lengths], "the size assignments that were tried"]
    draws: Count
    all_sizes: Annotated[bool, "equal for every size"]
    by: str | None
    reason: str | None


@dataclass(frozen=True)
class PositionsRecord:
    """Positions of an axis."""

    axis: Ordinal
    positions: list[Ordinal]


@dataclass(frozen=True)
class CensusRecord:
    """Which entries differ: how many, in which positions of an axis, their common ratio, the cause it suggests."""

    wrong: Count
    entries: Count
    lines: list[PositionsRecord]
    ratio: Measurement
    cause: str | None


@dataclass(frozen=True)
class NumericRecord:
    """Numbers compared."""

    verdict: NumericVerdict
    scheme: str | None
    max_error: Measurement
    bar: Measurement
    entries: Count
    reason: str | None
    census: CensusRecord | None


@dataclass(frozen=True)
class SpokenOf:
    """What is measured; its key stands before the others."""

    of: Annotated[str, "the derivative that is measured"]


@dataclass(frozen=True)
class DerivativeRecord(NumericRecord, SpokenOf):
    """A derivative that a claim speaks of, measured before the judgement."""


@dataclass(frozen=True)
class WitnessRecord:
    """Where the sides differ."""

    sizes: Lengths
    seed: Count
    spread: Annotated[float, Keywords({"exclusiveMinimum": 0}), "how many times as wide as usual the values are drawn"]
    style: Annotated[str, "how they are drawn: the first way that gives everything a value, `generic` or another"]
    entry: Annotated[list[Count], "counted from 1"]
    claimed: str
    derived: str
    difference: str | None
    finite_difference: str | None


@dataclass(frozen=True)
class EvidenceRecord:
    """What the verdict rests on."""

    ways: Annotated[list[str], "the independent ways that had something to say"]
    exact: ExactRecord
    numeric: NumericRecord
    derivatives: list[DerivativeRecord]
    witness: WitnessRecord | None


@dataclass(frozen=True)
class ClaimRecord:
    """An equation judged."""

    id: str
    text: str
    reading: Annotated[str | None, "how it was read"]
    path: str | None
    line: Ordinal | None
    column: Ordinal | None
    verdict: Verdict
    expected: Annotated[str | None, "what the spec asks for; null: proved or checked"]
    holds: Annotated[bool, "whether it is as expected"]
    open: bool
    ignored: Annotated[str | None, "why the spec lets it pass"]
    facts: list[str]
    evidence: EvidenceRecord
    diagnosis: DiagnosisRecord | None
    message: str | None
    note: Annotated[str | None, "another reading of the text, with the verdict that it would have"]
    reach: Annotated[str | None, "of a claim about a family: the depths it was judged at"]
    lapses: Annotated[list[str], "what failed in the search for its mistake, and cost no result"]
    inferred: Annotated[list[str], "what of the prose around it the verdict rests on"]
    links: Annotated[list[ClaimRecord], "the links of a chain of equations"]


@dataclass(frozen=True)
class GradientRecord:
    """A derived gradient and what three ways say of it."""

    of: str
    wrt: str
    shape: Annotated[list[str], "names of dimensions"]
    index: Annotated[str, "the index form"]
    matrix: str | None
    no_matrix: Annotated[str | None, "why there is no matrix form"]
    slices: Annotated[str | None, "an equation of matrices for each of some letters, where the tensor is no matrix"]
    index_unicode: str | None
    matrix_unicode: str | None
    latex: str | None
    verdict: Verdict
    holds: bool
    facts: Annotated[list[str], "what the proof assumes"]
    exact: ExactRecord
    numeric: NumericRecord
    notes: list[str]
    problem: Annotated[DiagnosticRecord | None, "derivcheck's own bug, of an internal result"]
    line: Ordinal | None


@dataclass(frozen=True)
class FormulaRecord:
    """A formula of a document and what became of it; its evidence is with the claim of the same id and place."""

    kind: Literal["display", "inline"]
    text: str
    path: str
    line: Ordinal
    column: Ordinal
    cell: Annotated[Ordinal | None, "of a notebook, in which lines count within their cell"]
    standing: Annotated[str, Keywords({"enum": list(ORDER)}), "its verdict, or why it has none"]
    claim: Annotated[str | None, "the id of its claim"]
    bound: Annotated[bool, "whether it needed a binding of its own"]
    holds: bool
    reason: Annotated[DiagnosticRecord | None, "why it was not judged"]


@dataclass(frozen=True)
class FileRecord:
    """One spec or document."""

    path: str
    title: str
    source: Annotated[str, "where the equations come from"]
    sizes: Lengths
    seed: Count
    gradients: list[GradientRecord]
    claims: Annotated[list[ClaimRecord], "the spec's own, then those of the document"]
    document: Annotated[str | None, "the document whose formulas are accounted for"]
    formulas: Annotated[list[FormulaRecord], "every formula of the document that asserts something"]
    coverage: Annotated[
        Mapping[str, Ordinal], Keywords({"propertyNames": {"enum": list(ORDER)}}), "how many formulas stand how"
    ]
    notes: list[str]
    warnings: Annotated[list[DiagnosticRecord], "findings about the spec itself"]
    strict: bool
    fail_on: FailOn
    deselected: Count
    error: DiagnosticRecord | None
    contradiction: Annotated[bool, "derivcheck contradicts itself: its own bug, no verdict"]
    exit_code: ExitCode


@dataclass(frozen=True)
class SummaryRecord:
    """All files together."""

    files: Count
    errors: Annotated[Count, "files that could not be judged"]
    gradients: Tally
    claims: Tally
    formulas: Annotated[Count, "formulas of documents"]
    holds: Annotated[Count, "claims that are as expected"]
    fails: Annotated[Count, "claims that make the run fail"]
    ignored: Annotated[Count, "claims that pass for a reason that the spec gives"]
    open: Annotated[Count, "claims that are neither as expected nor settled otherwise"]
    warnings: Count
    deselected: Annotated[Count, "claims and gradients that were not asked for"]
    exit_code: ExitCode


@dataclass(frozen=True)
class ReportRecord:
    """What `derivcheck verify` found."""

    schema: Version
    files: list[FileRecord]
    summary: SummaryRecord


@dataclass(frozen=True)
class CheckRecord:
    """What `derivcheck check` found."""

    schema: Version
    claim: ClaimRecord
