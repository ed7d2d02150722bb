"""A report for programs: everything the table shows, the same bytes for the same seed."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from derivcheck.diagnostics.diagnostic import Diagnostic, Where
from derivcheck.diagnostics.verdicts import (
    Census,
    ClaimResult,
    ExactEvidence,
    FormulaResult,
    GradientResult,
    NumericEvidence,
    Slope,
    Witness,
)
from derivcheck.pipeline.results import FileResult, Report
from derivcheck.report.coverage import standing, tally
from derivcheck.report.records import (
    SCHEMA,
    TALLIED,
    CensusRecord,
    CheckRecord,
    ClaimRecord,
    DerivativeRecord,
    DiagnosisRecord,
    DiagnosticRecord,
    EvidenceRecord,
    ExactRecord,
    FileRecord,
    FormulaRecord,
    GradientRecord,
    NumericRecord,
    PlaceRecord,
    PositionsRecord,
    RemarkRecord,
    ReportRecord,
    SummaryRecord,
    WitnessRecord,
)


def to_json(report: Report, *, ascii_only: bool = False) -> str:
    """The report as one JSON document; a number that JSON has no word for is null."""
    return json_text(asdict(report_record(report)), ascii_only)


def claim_to_json(claim: ClaimResult, *, ascii_only: bool = False) -> str:
    """One claim, as `derivcheck check` prints it."""
    return json_text(asdict(CheckRecord(SCHEMA, claim_record(claim))), ascii_only)


def json_text(values: Mapping[str, Any], ascii_only: bool) -> str:
    """One JSON document, in ASCII where that is wanted or nothing else can carry it."""
    text = json.dumps(values, ensure_ascii=ascii_only, allow_nan=False, indent=2)
    if not ascii_only and any("\ud800" <= character <= "\udfff" for character in text):
        # Half a character, out of a file name that is not UTF-8: only an escape can carry it.
        text = json.dumps(values, ensure_ascii=True, allow_nan=False, indent=2)
    return text + "\n"


def report_record(report: Report) -> ReportRecord:
    return ReportRecord(SCHEMA, [file_record(file) for file in report.files], _summary(report))


def _summary(report: Report) -> SummaryRecord:
    gradients = [gradient for file in report.files for gradient in file.gradients]
    claims = [claim for file in report.files for claim in file.claims]
    return SummaryRecord(
        files=len(report.files),
        errors=sum(file.failure is not None for file in report.files),
        gradients=_tally(gradient.verdict for gradient in gradients),
        claims=_tally(claim.verdict for claim in claims),
        formulas=sum(len(file.formulas) for file in report.files),
        holds=sum(claim.holds for claim in claims),
        fails=sum(file.fails(claim) for file in report.files for claim in file.claims),
        ignored=sum(bool(claim.ignored) for claim in claims),
        open=sum(claim.open and not claim.ignored for claim in claims),
        warnings=sum(len(file.warnings) + len(file.remarks) for file in report.files),
        deselected=report.deselected,
        exit_code=report.exit_code,
    )


def _tally(verdicts: Iterable[str]) -> Mapping[str, int]:
    counted = Counter(verdicts)
    return {word: counted.total() if word == "total" else counted[word] for word in TALLIED}


def file_record(file: FileResult) -> FileRecord:
    return FileRecord(
        path=file.path,
        title=file.title,
        source=file.source,
        sizes=dict(file.sizes),
        seed=file.seed,
        gradients=[gradient_record(gradient, file.accepts(gradient)) for gradient in file.gradients],
        claims=[claim_record(claim) for claim in file.claims],
        document=file.document or None,
        formulas=[formula_record(formula) for formula in file.formulas],
        coverage=tally(file),
        notes=list(file.notes),
        warnings=[diagnostic_record(warning) for warning in (*file.warnings, *file.remarks)],
        strict=file.strict,
        fail_on=file.fail_on,
        deselected=file.deselected,
        error=diagnostic_record(file.failure) if file.failure is not None else None,
        contradiction=file.contradiction,
        exit_code=file.exit_code,
    )


def gradient_record(gradient: GradientResult, holds: bool) -> GradientRecord:
    forms = gradient.forms
    return GradientRecord(
        of=gradient.of,
        wrt=gradient.wrt,
        shape=list(gradient.shape),
        index=forms.index,
        matrix=forms.matrix or None,
        no_matrix=forms.no_matrix or None,
        slices=forms.slices or None,
        index_unicode=forms.index_unicode or None,
        matrix_unicode=forms.matrix_unicode or None,
        latex=forms.latex or None,
        verdict=gradient.verdict,
        holds=holds,
        facts=list(gradient.facts),
        exact=exact_record(gradient.exact),
        numeric=numeric_record(gradient.numeric),
        notes=list(gradient.notes),
        problem=diagnostic_record(gradient.problem) if gradient.problem is not None else None,
        line=gradient.where.line if gradient.where is not None else None,
    )


def exact_record(evidence: ExactEvidence) -> ExactRecord:
    return ExactRecord(
        equal=evidence.equal,
        sizes=[dict(assignment) for assignment in evidence.sizes],
        draws=evidence.draws,
        all_sizes=evidence.all_sizes,
        by=evidence.by or None,
        reason=evidence.reason or None,
    )


def numeric_record(evidence: NumericEvidence) -> NumericRecord:
    run = evidence.verdict != "not_run"
    return NumericRecord(
        verdict=evidence.verdict,
        scheme=evidence.scheme or None,
        max_error=_number(evidence.max_error) if run else None,
        bar=_number(evidence.bar) if run else None,
        entries=evidence.entries,
        reason=evidence.reason or None,
        census=_census(evidence.census) if evidence.census is not None else None,
    )


def _census(census: Census) -> CensusRecord:
    return CensusRecord(
        wrong=census.wrong,
        entries=census.entries,
        lines=[PositionsRecord(axis, list(positions)) for axis, positions in census.lines],
        ratio=None if census.ratio is None else _number(census.ratio),
        cause=census.cause or None,
    )


def claim_record(claim: ClaimResult) -> ClaimRecord:
    where = claim.where
    return ClaimRecord(
        id=claim.id,
        text=claim.text,
        reading=claim.reading or None,
        path=where.path if where is not None else None,
        line=where.line if where is not None else None,
        column=where.column if where is not None else None,
        verdict=claim.verdict,
        expected=claim.expected or None,
        holds=claim.holds,
        open=claim.open,
        ignored=claim.ignored or None,
        facts=list(claim.facts),
        evidence=_evidence(claim),
        diagnosis=_diagnosis(claim.diagnosis, claim.suggestion) if claim.diagnosis is not None else None,
        message=claim.message or None,
        note=claim.note or None,
        reach=claim.reach or None,
        lapses=list(claim.lapses),
        inferred=list(claim.inferred),
        links=[claim_record(link) for link in claim.links],
    )


def _evidence(claim: ClaimResult) -> EvidenceRecord:
    return EvidenceRecord(
        ways=_ways(claim),
        exact=exact_record(claim.exact),
        numeric=numeric_record(claim.numeric),
        derivatives=[_derivative(slope) for slope in claim.slopes],
        witness=_witness(claim.witness) if claim.witness is not None else None,
    )


def _derivative(slope: Slope) -> DerivativeRecord:
    return DerivativeRecord(of=slope.text, **vars(numeric_record(slope.numeric)))


def _diagnosis(diagnosis: Diagnostic, suggestion: str) -> DiagnosisRecord:
    return DiagnosisRecord(**vars(diagnostic_record(diagnosis)), suggestion=suggestion or None)


def formula_record(formula: FormulaResult) -> FormulaRecord:
    return FormulaRecord(
        kind=formula.kind,
        text=formula.text,
        path=formula.where.path,
        line=formula.where.line,
        column=formula.where.column,
        cell=formula.where.cell or None,
        standing=standing(formula),
        claim=formula.claim.id if formula.claim is not None else None,
        bound=formula.bound,
        holds=formula.holds,
        reason=diagnostic_record(formula.reason) if formula.reason is not None else None,
    )


def _ways(claim: ClaimResult) -> list[str]:
    """Which of the independent ways had something to say."""
    ways = []
    if claim.exact.equal is not None:
        ways.append(claim.exact.by or "exact evaluation")
        if claim.exact.draws and claim.exact.by:
            ways.append("exact evaluation")
    if claim.numeric.verdict not in ("not_run", "undefined", "cannot_tell"):
        ways.append(claim.numeric.scheme or "numbers")
    return list(dict.fromkeys(ways))


def _witness(witness: Witness) -> WitnessRecord:
    return WitnessRecord(
        sizes=dict(witness.sizes),
        seed=witness.seed,
        spread=witness.spread,
        style=witness.style,
        entry=list(witness.entry),
        claimed=witness.claimed,
        derived=witness.derived,
        difference=witness.difference or None,
        finite_difference=witness.finite_difference or None,
    )


def diagnostic_record(diagnostic: Diagnostic) -> DiagnosticRecord:
    return DiagnosticRecord(
        code=diagnostic.code,
        message=diagnostic.message,
        label=diagnostic.label or None,
        where=_place(diagnostic.where) if diagnostic.where is not None else None,
        notes=[RemarkRecord(name, text) for name, text in diagnostic.notes],
        help=diagnostic.help or None,
    )


def _place(where: Where) -> PlaceRecord:
    return PlaceRecord(where.path, where.line, where.column, where.length, where.cell or None)


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
