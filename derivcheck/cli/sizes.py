"""`--sizes`: dimensions and the sizes at which gradients are to be measured."""

from __future__ import annotations

from derivcheck.diagnostics.diagnostic import DerivcheckError, Diagnostic
from derivcheck.spec.spelling import spelled

LARGEST = 10**7


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
