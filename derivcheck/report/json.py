"""A report for programs: everything the table shows, the same bytes for the same seed."""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import Any, get_args

from derivcheck.diagnostics.diagnostic import Diagnostic, Where
from derivcheck.diagnostics.verdicts import (
    Census,
    ClaimResult,
    ExactEvidence,
    FormulaResult,
    GradientResult,
    NumericEvidence,
    Verdict,
    Witness,
)
from derivcheck.pipeline.results import FileResult, Report
from derivcheck.report.coverage import standing, tally

SCHEMA = 1


def to_json(report: Report, *, ascii_only: bool = False) -> str:
    """The report as one JSON document; a number that JSON has no word for is null."""
    return _document(report_values(report), ascii_only)


def claim_to_json(claim: ClaimResult, *, ascii_only: bool = False) -> str:
    """One claim, as `derivcheck check` prints it."""
    return _document({"schema": SCHEMA, "claim": claim_values(claim)}, ascii_only)


def _document(values: dict[str, Any], ascii_only: bool) -> str:
    text = json.dumps(values, ensure_ascii=ascii_only, allow_nan=False, indent=2)
    if not ascii_only and any("\ud800" <= character <= "\udfff" for character in text):
        # Half a character, out of a file name that is not UTF-8: only an escape can carry it.
        text = json.dumps(values, ensure_ascii=True, allow_nan=False, indent=2)
    return text + "\n"


def report_values(report: Report) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "files": [file_values(file) for file in report.files],
        "summary": _summary(report),
    }


def _summary(report: Report) -> dict[str, Any]:
    gradients = [gradient for file in report.files for gradient in file.gradients]
    claims = [claim for file in report.files for claim in file.claims]
    return {
        "files": len(report.files),
        "errors": sum(file.failure is not None for file in report.files),
        "gradients": _tally(gradient.verdict for gradient in gradients),
        "claims": _tally(claim.verdict for claim in claims),
        "formulas": sum(len(file.formulas) for file in report.files),
        "holds": sum(claim.holds for claim in claims),
        "fails": sum(file.fails(claim) for file in report.files for claim in file.claims),
        "ignored": sum(bool(claim.ignored) for claim in claims),
        "open": sum(claim.open and not claim.ignored for claim in claims),
        "warnings": sum(len(file.warnings) for file in report.files),
        "deselected": report.deselected,
        "exit_code": report.exit_code,
    }


def _tally(verdicts: Any) -> dict[str, int]:
    counted = Counter(verdicts)
    return {"total": sum(counted.values()), **{kind: counted[kind] for kind in get_args(Verdict)}}


def file_values(file: FileResult) -> dict[str, Any]:
    return {
        "path": file.path,
        "title": file.title,
        "source": file.source,
        "sizes": dict(file.sizes),
        "seed": file.seed,
        "gradients": [gradient_values(gradient, file.accepts(gradient)) for gradient in file.gradients],
        "claims": [claim_values(claim) for claim in file.claims],
        "document": file.document or None,
        "formulas": [formula_values(formula) for formula in file.formulas],
        "coverage": tally(file),
        "notes": list(file.notes),
        "warnings": [diagnostic_values(warning) for warning in file.warnings],
        "strict": file.strict,
        "fail_on": file.fail_on,
        "deselected": file.deselected,
        "error": diagnostic_values(file.failure),
        "contradiction": file.contradiction,
        "exit_code": file.exit_code,
    }


def gradient_values(gradient: GradientResult, holds: bool) -> dict[str, Any]:
    forms = gradient.forms
    return {
        "of": gradient.of,
        "wrt": gradient.wrt,
        "shape": list(gradient.shape),
        "index": forms.index,
        "matrix": forms.matrix or None,
        "no_matrix": forms.no_matrix or None,
        "index_unicode": forms.index_unicode or None,
        "matrix_unicode": forms.matrix_unicode or None,
        "latex": forms.latex or None,
        "verdict": gradient.verdict,
        "holds": holds,
        "facts": list(gradient.facts),
        "exact": exact_values(gradient.exact),
        "numeric": numeric_values(gradient.numeric),
        "notes": list(gradient.notes),
        "problem": diagnostic_values(gradient.problem),
        "line": gradient.where.line if gradient.where is not None else None,
    }


def exact_values(evidence: ExactEvidence) -> dict[str, Any]:
    return {
        "equal": evidence.equal,
        "sizes": [dict(assignment) for assignment in evidence.sizes],
        "draws": evidence.draws,
        "all_sizes": evidence.all_sizes,
        "by": evidence.by or None,
        "reason": evidence.reason or None,
    }


def numeric_values(evidence: NumericEvidence) -> dict[str, Any]:
    run = evidence.verdict != "not_run"
    return {
        "verdict": evidence.verdict,
        "scheme": evidence.scheme or None,
        "max_error": _number(evidence.max_error) if run else None,
        "bar": _number(evidence.bar) if run else None,
        "entries": evidence.entries,
        "reason": evidence.reason or None,
        "census": census_values(evidence.census),
    }


def census_values(census: Census | None) -> dict[str, Any] | None:
    """Which entries differ: how many, in which positions of an axis, their common ratio, the cause it suggests."""
    if census is None:
        return None
    return {
        "wrong": census.wrong,
        "entries": census.entries,
        "lines": [{"axis": axis, "positions": list(positions)} for axis, positions in census.lines],
        "ratio": None if census.ratio is None else _number(census.ratio),
        "cause": census.cause or None,
    }


def claim_values(claim: ClaimResult) -> dict[str, Any]:
    diagnosis = diagnostic_values(claim.diagnosis)
    if diagnosis is not None:
        diagnosis["suggestion"] = claim.suggestion or None
    return {
        "id": claim.id,
        "text": claim.text,
        "reading": claim.reading or None,
        "path": claim.where.path if claim.where is not None else None,
        "line": claim.where.line if claim.where is not None else None,
        "column": claim.where.column if claim.where is not None else None,
        "verdict": claim.verdict,
        "expected": claim.expected or None,
        "holds": claim.holds,
        "open": claim.open,
        "ignored": claim.ignored or None,
        "facts": list(claim.facts),
        "evidence": {
            "ways": _ways(claim),
            "exact": exact_values(claim.exact),
            "numeric": numeric_values(claim.numeric),
            "derivatives": [{"of": slope.text, **numeric_values(slope.numeric)} for slope in claim.slopes],
            "witness": _witness(claim.witness),
        },
        "diagnosis": diagnosis,
        "message": claim.message or None,
        "note": claim.note or None,
        "reach": claim.reach or None,
        "lapses": list(claim.lapses),
        "links": [claim_values(link) for link in claim.links],
    }


def formula_values(formula: FormulaResult) -> dict[str, Any]:
    """A formula of a document: what became of it; the evidence is with the claim of the same id and place."""
    return {
        "kind": formula.kind,
        "text": formula.text,
        "path": formula.where.path,
        "line": formula.where.line,
        "column": formula.where.column,
        "standing": standing(formula),
        "claim": formula.claim.id if formula.claim is not None else None,
        "bound": formula.bound,
        "holds": formula.holds,
        "reason": diagnostic_values(formula.reason),
    }


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


def _witness(witness: Witness | None) -> dict[str, Any] | None:
    if witness is None:
        return None
    return {
        "sizes": dict(witness.sizes),
        "seed": witness.seed,
        "spread": witness.spread,
        "style": witness.style,
        "entry": list(witness.entry),
        "claimed": witness.claimed,
        "derived": witness.derived,
        "difference": witness.difference or None,
        "finite_difference": witness.finite_difference or None,
    }


def diagnostic_values(diagnostic: Diagnostic | None) -> dict[str, Any] | None:
    if diagnostic is None:
        return None
    return {
        "code": diagnostic.code,
        "message": diagnostic.message,
        "label": diagnostic.label or None,
        "where": _place(diagnostic.where),
        "notes": [{"name": name, "text": text} for name, text in diagnostic.notes],
        "help": diagnostic.help or None,
    }


def _place(where: Where | None) -> dict[str, Any] | None:
    if where is None:
        return None
    return {"path": where.path, "line": where.line, "column": where.column, "length": where.length}


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
