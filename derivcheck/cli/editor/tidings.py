"""What is told in the lines of a text: findings as diagnostics, verdicts behind what they are of."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from derivcheck.cli.editor.desk import is_same
from derivcheck.cli.editor.places import line_at, statement_end
from derivcheck.diagnostics.diagnostic import Where
from derivcheck.diagnostics.verdicts import ASIDES, HOLDS, ClaimResult, GradientResult
from derivcheck.pipeline.results import FileResult, Report
from derivcheck.report.findings import Finding, findings, own_claims

Severity = Literal["error", "warning", "information", "hint"]
SIDECAR_IS_MISSING = "DC627"
CLOSING = re.compile(r"\s*(?:\$|\\\))")


@dataclass(frozen=True, slots=True)
class Tiding:
    """A finding as it is told in one file; `elsewhere` is its true place where that is in another one."""

    finding: Finding
    severity: Severity
    where: Where
    elsewhere: Where | None = None
    spoken: str = ""  # the place in words, where no line of the text is it

    @property
    def message(self) -> str:
        return (f"{self.spoken}: " if self.spoken else "") + "\n".join(self.finding.lines)


def tidings(result: FileResult, path: Path, open_files: Collection[Path]) -> list[Tiding]:
    """What is told of a result in one file.

    What fails in a file that is not open is told where that file is named, or at the top.
    """
    told = []
    for one in findings(Report((result,))):
        if one.diagnostic.code == SIDECAR_IS_MISSING:
            continue
        if is_same(one.where.path, path):
            told.append(Tiding(one, severity(one), one.where))
        elif one.fails and not any(is_same(one.where.path, other) for other in open_files):
            told.append(Tiding(one, severity(one), _naming(result, path), one.where))
    return told


def as_file(told: Tiding) -> Tiding:
    """As it is told in the file of a notebook itself, which has no lines of cells."""
    where = told.where
    return replace(told, where=Where(where.path, 1, 1), spoken=where.spoken) if where.cell else told


def _naming(result: FileResult, path: Path) -> Where:
    """Where a file names its document."""
    named = result.spec.document if result.spec is not None else None
    where = named.file.where() if named is not None else None
    return where if where is not None and is_same(where.path, path) else Where(str(path), 1, 1)


def severity(finding: Finding) -> Severity:
    if finding.fails:
        return "error"
    if finding.kind == "formula" and finding.verdict in ("unread", "ambiguous"):
        return "hint" if finding.diagnostic.code in ASIDES else "information"
    return "warning"


@dataclass(frozen=True, slots=True)
class Inlay:
    """A verdict behind the text that ends at a place; `evidence` says more to who asks."""

    where: Where
    at_line_end: bool
    text: str
    evidence: str = ""


def inlays(result: FileResult, path: Path, lines: Sequence[str], cell: int = 0) -> list[Inlay]:
    """The verdicts on what stands in the lines of one file, each once; several at the end of one line share it."""
    single: list[Inlay] = []
    ends: dict[int, list[Inlay]] = {}
    for one in (
        *_of_claims(result, path, lines),
        *_of_formulas(result, path, lines, cell),
        *_of_gradients(result, path),
    ):
        if one.at_line_end:
            ends.setdefault(one.where.line, []).append(one)
        else:
            single.append(one)
    for some in ends.values():
        texts = dict.fromkeys(one.text for one in some)
        evidence = dict.fromkeys(one.evidence for one in some if one.evidence)
        single.append(replace(some[0], text="  ".join(texts), evidence="\n".join(evidence)))
    return sorted(single, key=lambda one: (one.where.line, one.where.column))


def _of_claims(result: FileResult, path: Path, lines: Sequence[str]) -> Iterator[Inlay]:
    for claim in own_claims(result):
        if claim.where is not None and is_same(claim.where.path, path):
            end = statement_end(claim.where, lines, result)
            yield Inlay(replace(claim.where, line=end), True, verdict_text(claim), _evidence(claim))


def _of_formulas(result: FileResult, path: Path, lines: Sequence[str], cell: int) -> Iterator[Inlay]:
    for formula in result.formulas:
        where = formula.where
        if formula.standing != "judged" or formula.claim is None or where.cell != cell or not is_same(where.path, path):
            continue
        text, evidence = verdict_text(formula.claim), _evidence(formula.claim)
        rest = formula.text.count("\n")
        if formula.kind == "display" or rest:
            yield Inlay(replace(where, line=where.line + rest), True, text, evidence)
            continue
        behind = CLOSING.match(line_at(lines, where.line), where.column - 1 + where.length)
        length = where.length + (len(behind[0]) if behind is not None else 0)
        yield Inlay(replace(where, length=length), False, text, evidence)


def _of_gradients(result: FileResult, path: Path) -> Iterator[Inlay]:
    """One for each declared tensor: of a family the member that is worst."""
    worst: dict[Where, tuple[bool, GradientResult]] = {}
    for gradient in result.gradients:
        if gradient.where is not None and is_same(gradient.where.path, path):
            holds = result.accepts(gradient)
            if gradient.where not in worst or worst[gradient.where][0] > holds:
                worst[gradient.where] = holds, gradient
    for where, (holds, gradient) in worst.items():
        declared = where.line_text[where.column - 1 : where.column - 1 + where.length]
        name = declared if holds and declared.partition("[")[0] == gradient.wrt.partition("[")[0] else gradient.wrt
        verdict = "" if gradient.verdict == "proved" else f" {gradient.verdict}"
        shown = gradient.forms.matrix_unicode or gradient.forms.index_unicode
        yield Inlay(where, True, f"{_mark(holds)} d{gradient.of}/d{name}{verdict}", shown)


def verdict_text(claim: ClaimResult) -> str:
    """`✓ proved`; what is not wanted and let pass has a mark of its own."""
    sign = "-" if claim.ignored else _mark(claim.holds)
    asked = " as expected" if claim.holds and claim.expected and claim.verdict not in HOLDS else ""
    return f"{sign} {claim.verdict}{asked}"


def _mark(holds: bool) -> str:
    return "✓" if holds else "✗"


def _evidence(claim: ClaimResult) -> str:
    return f"given {', '.join(claim.facts)}" if claim.facts else ""
