"""`--numeric` and `--sizes`: how gradients are to be measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, cast

from derivcheck.diagnostics.diagnostic import DerivcheckError, Diagnostic
from derivcheck.spec.spelling import spelled

if TYPE_CHECKING:
    from derivcheck.evidence.numeric.survey import Way
    from derivcheck.pipeline.verification import Measuring

LARGEST = 10**7


def measuring_of(
    way: str, sizes: Mapping[str, int], tell: Callable[[str], None] | None = None, seconds: float | None = None
) -> Measuring:
    """The options as a value; progress is told where sizes are given, for then it takes long."""
    from derivcheck.judging.examiner import SECONDS, Measuring

    told = tell if sizes else None
    return Measuring(cast("Way", way), sizes, told, SECONDS if seconds is None else seconds)


def sizes_of(text: str | None) -> dict[str, int]:
    """The sizes of `--sizes`. Raises DerivcheckError (DC614)."""
    if text is None:
        return {}
    found: dict[str, int] = {}
    for part in text.split(","):
        name, sign, number = part.partition("=")
        size = number.strip()
        if not sign or not name.strip() or not size.isdecimal() or not 1 <= int(size[:12]) <= LARGEST:
            raise DerivcheckError(
                Diagnostic("DC614", f"`{part.strip()}` is not a dimension and its size", help="--sizes n0=784,M=32")
            )
        found[spelled(name.strip())] = int(size)
    return found
