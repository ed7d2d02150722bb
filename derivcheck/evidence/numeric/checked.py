"""What a check of a gradient found: its verdict, and every entry with its bar."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from derivcheck.diagnostics.verdicts import Census

CheckVerdict = Literal["agrees", "differs", "kink", "cannot_tell", "not_deterministic"]

SHOWN = 5


@dataclass(frozen=True, slots=True)
class CheckedEntry:
    """One entry of a gradient: what was given, what was measured, and how far they may lie apart.

    `argument` counts from 1 where a gradient by several arguments was checked.
    """

    index: tuple[int, ...]
    given: float
    measured: float
    bar: float
    verdict: CheckVerdict
    argument: int | None = None

    def __str__(self) -> str:
        place = "[" + ",".join(map(str, self.index)) + "]" if self.index else ""
        name = "x" if self.argument is None else f"argument {self.argument} "
        ratio = f", ratio {self.given / self.measured:.6g}" if self.measured else ""
        return (
            f"{name}{place}: given {self.given:.10g}, measured {self.measured:.10g} ± {self.bar:.1e}{ratio}: "
            f"{self.verdict}"
        )


@dataclass(frozen=True, slots=True)
class GradientCheck:
    """What was found about a gradient.

    `verdict` is `agrees`, `differs`, `kink` (every odd entry lies between the one-sided
    slopes), `cannot_tell` or `not_deterministic`; `max_error` and `bar` are relative to
    the largest entry; `entries` are the worst first.
    """

    verdict: CheckVerdict
    scheme: str
    max_error: float = float("nan")
    bar: float = float("nan")
    entries: tuple[CheckedEntry, ...] = ()
    evaluations: int = 0
    reason: str = ""
    census: Census | None = field(default=None, repr=False)

    @property
    def ok(self) -> bool:
        return self.verdict in ("agrees", "kink")

    def __str__(self) -> str:
        how = f"{self.scheme}, {self.evaluations} evaluations"
        lines = [f"{self.verdict}: relative error {self.max_error:.1e}, bar {self.bar:.1e} ({how})"]
        if self.reason:
            lines.append(self.reason)
        if self.verdict != "agrees":
            lines += [str(entry) for entry in self.entries[:SHOWN] if entry.verdict != "agrees"]
        if self.census is not None and self.verdict == "differs":
            lines.append(str(self.census))
        return "\n".join(lines)
