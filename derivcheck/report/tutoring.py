"""One mistake explained to whoever made it: what was done, why it fails, the numbers, what to check next time."""

from __future__ import annotations

from derivcheck.diagnostics.diagnostic import DerivcheckError, Diagnostic
from derivcheck.diagnostics.explain.advice import ADVICE
from derivcheck.diagnostics.explain.pages import PAGES
from derivcheck.diagnostics.verdicts import ClaimResult, Witness
from derivcheck.report.page import Page


def tutored(claim: ClaimResult, page: Page, code: str = "") -> list[str]:
    """The paragraph as lines to be wrapped; of the `code` that was asked about, where that is another one.

    Raises DerivcheckError (DC617) for a claim that has no mistake.
    """
    wrong = next((link for link in claim.links if link.verdict == claim.verdict and link.diagnosis), claim)
    found = wrong.diagnosis or claim.diagnosis
    if found is None:
        raise DerivcheckError(
            Diagnostic("DC617", f"`{claim.id}` has no mistake to explain: it is {claim.verdict}", claim.where)
        )
    about = PAGES[found.code]
    lines = [f"{claim.id}: {' '.join(claim.text.split())}", f"{found.code}: {about.title}", ""]
    if code and code != found.code:
        lines += [f"This is not {code} ({PAGES[code].title}) but {found.code}.", ""]
    lines.append(f"What was done: {found.message}{_place(found)}.")
    lines.append(f"Why it fails: {about.about}")
    if wrong.witness is not None:
        lines.append(_numbers(wrong.witness))
    if found.help:
        lines.append(f"What is right: {found.help}")
    lines += [f"What is derived: {text}" for name, text in found.notes if name == "derived" and text != found.help]
    if found.code in ADVICE:
        lines.append(f"Next time: {ADVICE[found.code]}")
    return [page.show(line) for line in lines]


def _place(found: Diagnostic) -> str:
    """The piece of the claim that the mistake is in."""
    where = found.where
    if where is None or not where.line_text:
        return ""
    piece = where.line_text[where.column - 1 : where.column - 1 + where.length]
    return f", at `{piece}`" if piece.strip() and len(piece) < len(where.line_text.strip()) else ""


def _numbers(witness: Witness) -> str:
    """What both sides are at the entry at which they were seen to differ."""
    entry = f", in entry ({', '.join(map(str, witness.entry))})" if witness.entry else ""
    sizes = ", ".join(f"{name} = {size}" for name, size in witness.sizes)
    at = f" with {sizes}" if sizes else ""
    measured = f" (finite differences of the forward pass say {witness.finite_difference})"
    return (
        f"At the numbers{at}{entry}: the claim gives {witness.claimed}, right is {witness.derived}"
        f"{measured if witness.finite_difference else ''}."
    )
