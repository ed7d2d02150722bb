"""How what is derived is measured, and how long anything may take: values of the options, without mathematics."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from derivcheck.evidence.numeric.survey import Way

SECONDS = 20.0  # that a claim or a gradient may take


@dataclass(frozen=True, slots=True)
class Measuring:
    """How derived gradients are measured: the way (numeric/survey.py), sizes of its own, and whom to tell.

    `sizes` hold for the measurement alone; claims are judged at the spec's sizes. `seconds` are what
    a gradient, like a claim, may take in all; 0 for as long as it takes. Without `latex` the forms of
    gradients are not written in LaTeX, nor read back from it: most reports show none.
    """

    way: Way = "full"
    sizes: Mapping[str, int] = field(default_factory=dict)
    progress: Callable[[str], None] | None = None
    seconds: float = SECONDS
    latex: bool = True
