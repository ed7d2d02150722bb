"""What was found of claims, gradients and formulas, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from derivcheck.diagnostics.diagnostic import Diagnostic, Where
from derivcheck.diagnostics.display import Displayed

# `internal`: derivcheck's own bug spoiled this one result; nobody can expect it.
Verdict = Literal["proved", "checked", "refuted", "undecided", "invalid", "internal"]
NumericVerdict = Literal["agrees", "differs", "kink", "undefined", "cannot_tell", "not_run"]
FailOn = Literal["undecided", "refuted"]
HOLDS: frozenset[str] = frozenset({"proved", "checked"})


@dataclass(frozen=True, slots=True)
class ExactEvidence:
    """The finite-field test: `equal` is None where it could not decide, with the `reason`.

    `sizes` are the size assignments that were tried; `all_sizes` says that equality for
    every size follows, and `by` how (`canonical form`, `degree bound`).
    """

    equal: bool | None
    sizes: tuple[tuple[tuple[str, int], ...], ...] = ()
    draws: int = 0
    all_sizes: bool = False
    by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Census:
    """How many entries differ, in which slices, and the cause that the pattern suggests.

    `lines` are (axis from 1, positions from 1) of an axis whose wrong entries lie in some positions only.
    """

    wrong: int
    entries: int
    lines: tuple[tuple[int, tuple[int, ...]], ...] = ()
    ratio: float | None = None
    cause: str = ""

    def __str__(self) -> str:
        text = f"{self.wrong} of {self.entries} entries differ"
        for axis, positions in self.lines:
            shown = ", ".join(map(str, positions[:6])) + (", ..." if len(positions) > 6 else "")
            text += f"; along axis {axis} only at {shown}"
        return text + (f"; {self.cause}" if self.cause else "")


@dataclass(frozen=True, slots=True)
class NumericEvidence:
    """The comparison with finite differences, or of two sides; errors are relative to the tensor."""

    verdict: NumericVerdict
    scheme: str = ""
    max_error: float = 0.0
    bar: float = 0.0
    entries: int = 0
    reason: str = ""
    census: Census | None = None


@dataclass(frozen=True, slots=True)
class Slope:
    """A derivative that a claim speaks of, `dL/dz2`, and how it was measured before the claim was judged."""

    text: str
    numeric: NumericEvidence


@dataclass(frozen=True, slots=True)
class Witness:
    """Where two sides differ: a person can replay it.

    The values of inputs are drawn with the seed, `spread` times as wide as usual and in one of
    several styles (numeric/sampling.py), the first at which everything has a value.
    """

    sizes: tuple[tuple[str, int], ...]
    seed: int
    entry: tuple[int, ...]
    claimed: str
    derived: str
    difference: str = ""
    finite_difference: str = ""
    spread: float = 1.0
    style: str = "generic"


@dataclass(frozen=True, slots=True)
class Forms:
    """One tensor as it reads. `matrix` is empty where there is no matrix form, and `no_matrix` says why.

    `slices` is an equation of a slice of it, for each of its letters: `for each h: dL/dQ[h,:,:] = …`.
    """

    index: str
    matrix: str = ""
    no_matrix: str = ""
    index_unicode: str = ""
    matrix_unicode: str = ""
    latex: str = ""
    letters: tuple[str, ...] = ()  # of the entry that the index form gives
    slices: str = ""
    slices_unicode: str = ""


@dataclass(frozen=True, slots=True)
class GradientResult(Displayed):
    """A derived gradient, and what three independent ways say of its forms."""

    of: str
    wrt: str
    shape: tuple[str, ...]
    forms: Forms
    verdict: Verdict
    exact: ExactEvidence
    numeric: NumericEvidence
    facts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    where: Where | None = None
    problem: Diagnostic | None = None  # of an internal result

    def __repr__(self) -> str:
        return f"<d{self.of}/d{self.wrt} = {self.forms.matrix or self.forms.index}: {self.verdict}>"


@dataclass(frozen=True, slots=True)
class ClaimResult(Displayed):
    """One claim judged: `expected` is what the spec asked for (empty: `proved` or `checked`)."""

    id: str
    text: str
    where: Where | None
    verdict: Verdict
    expected: str
    holds: bool
    facts: tuple[str, ...] = ()
    exact: ExactEvidence = ExactEvidence(None)
    numeric: NumericEvidence = NumericEvidence("not_run")
    slopes: tuple[Slope, ...] = ()
    witness: Witness | None = None
    diagnosis: Diagnostic | None = None
    suggestion: str = ""
    message: str = ""
    reading: str = ""
    links: tuple[ClaimResult, ...] = ()
    note: str = ""  # another reading of its text, with the verdict that it would have
    reach: str = ""  # of a claim about a family: every depth, or the depths that were tried
    ignored: str = ""  # the reason that the spec gives for letting it pass although it does not hold
    lapses: tuple[str, ...] = ()  # what failed unforeseen while its mistake was searched for
    inferred: tuple[str, ...] = ()  # what of the prose around it the verdict rests on

    @property
    def open(self) -> bool:
        """Whether it is neither as expected nor settled otherwise: undecided, or without the proof that is wanted."""
        unproved = self.verdict == "checked" and self.expected in ("", "proved")
        return not self.holds and (self.verdict == "undecided" or unproved)

    @property
    def chained(self) -> bool:
        """Whether a product of derivatives was read as the chain rule, which the text does not ask for by name."""
        return "chain(" in self.reading and "chain" not in self.text

    def __repr__(self) -> str:
        why = f" ({self.diagnosis.code} {self.diagnosis.message})" if self.diagnosis is not None else ""
        return f"<{self.id}: {' '.join(self.text.split())}: {self.verdict}{why}>"


Standing = Literal["judged", "definition", "ambiguous", "unread"]


# Formulas that assert nothing by themselves.
ASIDES = frozenset({"DC624", "DC628", "DC629", "DC630", "DC635", "DC637", "DC638"})


@dataclass(frozen=True, slots=True)
class FormulaResult:
    """One formula of a document that asserts something, accounted for.

    `claim` is its verdict where it was judged or is a definition; `reason` says why it was not read.
    """

    kind: Literal["display", "inline"]
    text: str
    where: Where
    standing: Standing
    claim: ClaimResult | None = None
    reason: Diagnostic | None = None
    bound: bool = False  # whether it needed a binding of its own
    holds: bool = True
    expected: bool = False  # whether the sidecar says what becomes of it

    @property
    def known_as(self) -> str:
        """Its label, or the line it stands on."""
        return self.claim.id if self.claim is not None else self.where.spoken
