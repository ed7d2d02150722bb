"""What a claimed derivation skips between two of its lines, on request."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from derivcheck.diagnostics.diagnostic import DerivcheckError, Diagnostic

if TYPE_CHECKING:
    from derivcheck.judging.examiner import Examiner
    from derivcheck.judging.lines import Step
    from derivcheck.language.notation.syntax import Equation, Expression
    from derivcheck.spec import ClaimDeclaration, Spec


def filled_in(spec: Spec, examiner: Examiner, claim: str, between: tuple[int, int] | None) -> list[Step]:
    """The lines from one line of a claim to another, from its left side to its end where none are named.

    A claim of a family is taken at its first label. Raises DerivcheckError (DC693) where nothing leads there.
    """
    from derivcheck.judging.filling import StepFilling

    declaration = _declared(spec, claim)
    examiner = examiner.for_claim(declaration)
    sides = list(_sides(declaration, examiner))
    first, last = between or (0, len(sides) - 1)
    if not 0 <= first < last < len(sides):
        why = f"`{claim}` has lines 1 to {len(sides) - 1}; 0 is the left side of the first"
        raise DerivcheckError(Diagnostic("DC693", why, help=f"--between 0 {len(sides) - 1}"))
    found = StepFilling(examiner.proofreader).between(sides[first], sides[last])
    if not found:
        why = f"lines {first} and {last} of `{claim}` are not the same: nothing leads from one to the other"
        raise DerivcheckError(Diagnostic("DC693", why, help=f"derivcheck verify {Path(spec.path)} -k {claim}"))
    return found


def _declared(spec: Spec, claim: str) -> ClaimDeclaration:
    import difflib

    known = {declaration.id: declaration for declaration in spec.claims}
    if claim not in known:
        close = difflib.get_close_matches(claim, known, 1, 0.4)
        help = f"--claim '{close[0]}'" if close else ""
        notes = (("known", ", ".join(known)),)
        raise DerivcheckError(Diagnostic("DC693", f"`{spec.path}` has no claim `{claim}`", notes=notes, help=help))
    return known[claim]


def _sides(declaration: ClaimDeclaration, examiner: Examiner) -> Iterator[Expression]:
    """The left side of the first line, and the right side of every line; a chain has one for each of its signs."""
    from derivcheck.judging.panel import Panel
    from derivcheck.judging.statement import stated

    statement = stated(declaration, Panel([examiner]))
    for labels in statement.labels_at(examiner)[:1]:
        equations: list[Equation] = [assertion.equation for assertion in statement.assertions(examiner, labels)]
        yield equations[0].sides[0]
        for equation in equations:
            yield from equation.sides[1:]
