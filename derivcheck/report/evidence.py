"""Evidence as words: what the three ways say, in one line each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from derivcheck.diagnostics.diagnostic import Diagnostic
from derivcheck.diagnostics.verdicts import ClaimResult, ExactEvidence, NumericEvidence, Slope, Witness
from derivcheck.pipeline.results import FileResult
from derivcheck.report.page import Page


def proof(evidence: ExactEvidence, page: Page) -> str:
    """What exact arithmetic says of two sides."""
    tried = _tried(evidence, page)
    reason = f": {evidence.reason}" if evidence.reason else ""
    match evidence.equal:
        case True if evidence.all_sizes:
            how = f" ({evidence.by})" if evidence.by else ""
            return page.show(f"equal for all sizes{how}{tried if page.verbosity > 1 else ''}")
        case True:
            return page.show(f"equal at the sizes tried, not shown for all{tried}{reason}")
        case False:
            return page.show(f"not equal{tried}{reason}")
        case None:
            return page.show(f"open{reason}")


def _tried(evidence: ExactEvidence, page: Page) -> str:
    if not evidence.sizes:
        return ""
    shown = "; ".join(sizes(one) for one in evidence.sizes) if page.verbosity > 1 else ""
    counted = counting(len(evidence.sizes), "size assignment")
    draws = f", {counting(evidence.draws, 'draw')} each" if evidence.draws else ""
    return f", {shown or counted}{draws}"


def numbers(evidence: NumericEvidence, page: Page) -> str:
    """What the comparison of numbers says."""
    reason = f": {evidence.reason}" if evidence.reason else ""
    scheme = evidence.scheme or "values"
    entries = f"{counting(evidence.entries, 'entry', 'entries')}" if evidence.entries else ""
    within = "≤" if evidence.max_error <= evidence.bar else ">" if evidence.max_error > evidence.bar else "against"
    measured = f"error {magnitude(evidence.max_error)} {within} {magnitude(evidence.bar)}"
    tail = f" ({', '.join(part for part in (entries, scheme) if part)})"
    match evidence.verdict:
        case "agrees":
            text = measured + tail + reason
        case "differs":
            text = f"differs: {measured}{tail}{reason}"
        case "kink":
            text = f"at a kink{reason}{tail}"
        case "cannot_tell" | "undefined":
            text = f"cannot tell{reason}{tail}"
        case "not_run":
            text = f"not run{reason}"
        case _:
            assert_never(evidence.verdict)
    return page.show(text)


def measured(slopes: Sequence[Slope], page: Page) -> str:
    """How every derivative that a claim speaks of was measured: `dL/dz2 by complex step, error 1e-16 ≤ 6e-13`."""
    return page.show("; ".join(dict.fromkeys(map(_measured, slopes))))


def _measured(slope: Slope) -> str:
    found = slope.numeric
    if found.verdict == "agrees":
        return f"{slope.text} by {found.scheme}, error {magnitude(found.max_error)} ≤ {magnitude(found.bar)}"
    return f"{slope.text} not measured: {found.reason or found.verdict}"


def sizes(assignment: tuple[tuple[str, int], ...]) -> str:
    """`n0=4 n1=5`."""
    return " ".join(f"{name}={value}" for name, value in assignment)


def magnitude(value: float) -> str:
    """Two digits of an error; `0` where there is none."""
    return "0" if value == 0 else f"{value:.1e}"


def counting(number: int, singular: str, plural: str = "") -> str:
    """`1 claim`, `2 claims`."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"


def witness_text(witness: Witness) -> str:
    """Where two sides differ, so that a person can replay it."""
    at = f"entry [{','.join(map(str, witness.entry))}]: " if witness.entry else ""
    lines = [f"{at}claimed {witness.claimed}, derived {witness.derived}"]
    if witness.finite_difference:
        lines[0] += f" (finite differences {witness.finite_difference})"
    if witness.difference:
        lines[0] += f", difference {witness.difference}"
    drawn = f"seed {witness.seed}" + (f", {witness.style} values" if witness.style != "generic" else "")
    drawn += f", values {witness.spread:g} times as wide" if witness.spread != 1 else ""
    lines.append(f"sizes {sizes(witness.sizes)}, {drawn}" if witness.sizes else drawn)
    return "\n".join(lines)


def finding(claim: ClaimResult) -> Diagnostic | None:
    """What is to be said of a claim that does not hold; its diagnosis with the witness, or the bare fact."""
    notes: list[tuple[str, str]] = []
    if claim.expected and claim.expected != claim.verdict:
        notes.append(("expected", claim.expected))
    if claim.witness is not None:
        notes.append(("witness", witness_text(claim.witness)))
    if claim.numeric.census is not None and claim.verdict == "refuted":
        notes.append(("census", str(claim.numeric.census)))
    if claim.diagnosis is not None:
        diagnosis = claim.diagnosis.at(claim.where)
        return diagnosis.with_notes(*(note for note in notes if note not in diagnosis.notes))
    message = f"`{claim.id}` is {claim.verdict}"
    if claim.expected and claim.expected != claim.verdict:
        message += f", expected {claim.expected}"
        notes = notes[1:]
    if claim.message:
        message += f": {claim.message}"
    return Diagnostic("", message, claim.where, notes=tuple(notes), help=claim.suggestion)


def file_summary(file: FileResult) -> str:
    """One line: how many gradients and claims, and what became of them."""
    if file.contradiction:
        return "derivcheck contradicts itself here: this is its own bug, not a verdict"
    if file.error is not None:
        return "could not be judged"
    parts = []
    if file.gradients:
        parts.append(f"{counting(len(file.gradients), 'gradient')}: {_tally([g.verdict for g in file.gradients])}")
    if file.claims:
        claims = [_outcome(claim) for claim in file.claims]
        parts.append(f"{counting(len(file.claims), 'claim')}: {_tally(claims)}")
    if file.illegible:
        parts.append(f"{counting(len(file.formulas), 'formula')}, none of which could be read")
    if file.warnings:
        parts.append(f"{counting(len(file.warnings), 'unused ignore')}")
    return "; ".join(parts) or "nothing to judge"


def _outcome(claim: ClaimResult) -> str:
    if claim.expected and claim.holds and claim.verdict not in ("proved", "checked"):
        return f"{claim.verdict} as expected"
    return f"{claim.verdict} and ignored" if claim.ignored else claim.verdict


def _tally(words: list[str]) -> str:
    counted = {word: words.count(word) for word in dict.fromkeys(words)}
    return ", ".join(f"{count} {word}" for word, count in counted.items())
