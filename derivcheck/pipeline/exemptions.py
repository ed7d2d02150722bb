"""Ignored findings: which claims pass for a reason that the spec gives, and which reasons are not needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from derivcheck.diagnostics.diagnostic import Diagnostic
from derivcheck.diagnostics.verdicts import ClaimResult
from derivcheck.spec import ClaimDeclaration
from derivcheck.spec.declarations import Ignore


def exempted(
    claims: Sequence[ClaimResult], declarations: Sequence[ClaimDeclaration], stray: Iterable[Ignore] = ()
) -> tuple[tuple[ClaimResult, ...], tuple[Diagnostic, ...]]:
    """The claims with those marked that are ignored, and a warning (DC056) for every ignore that ignores nothing.

    `stray` are ignores that stand at no claim. A contradiction is never a claim's finding,
    so that none can be hidden.
    """
    made, unused = [], [(ignore, "it stands at no claim") for ignore in stray]
    for claim, declaration in zip(claims, declarations, strict=True):
        found = finding_of(claim)
        for ignore in declaration.ignores:
            if ignore.code == found and not claim.ignored:
                claim = replace(claim, ignored=ignore.reason)
            elif ignore.code == found:
                unused.append((ignore, f"`{claim.id}` ignores it twice"))
            else:
                has = f"has the finding {found}" if found else f"is {claim.verdict}" + " as expected" * claim.holds
                unused.append((ignore, f"`{claim.id}` {has}"))
        made.append(claim)
    unused.sort(key=lambda pair: (pair[0].where.line, pair[0].where.column))
    return tuple(made), tuple(
        Diagnostic("DC056", f"nothing is ignored by `ignore[{ignore.code}]`", ignore.where, why, help="remove it")
        for ignore, why in unused
    )


def finding_of(claim: ClaimResult) -> str:
    """What an ignore has to name: the diagnosis of a claim that does not hold, or that it is open; else nothing."""
    if claim.holds or claim.verdict == "internal":
        return ""
    if claim.diagnosis is not None and claim.diagnosis.code:
        return claim.diagnosis.code
    return claim.verdict if claim.open else ""
