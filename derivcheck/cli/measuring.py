"""`--numeric` and `--sizes`: how gradients are to be measured."""

from __future__ import annotations

from typing import TextIO, cast

from derivcheck.diagnostics import DerivcheckError, Diagnostic
from derivcheck.numeric.survey import Way
from derivcheck.verify import Measuring

LARGEST = 10**7


def measuring_of(way: str, sizes: str | None, stream: TextIO) -> Measuring:
    """The options as a value; progress goes to a terminal alone. Raises DerivcheckError (DC614)."""

    def tell(what: str) -> None:
        print(f"\r{what}\x1b[K", end="", file=stream, flush=True)

    chosen = _sizes(sizes) if sizes is not None else {}
    return Measuring(cast(Way, way), chosen, tell if chosen and stream.isatty() else None)


def _sizes(text: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in text.split(","):
        name, sign, number = part.partition("=")
        size = number.strip()
        if not sign or not name.strip() or not size.isdecimal() or not 1 <= int(size[:12]) <= LARGEST:
            raise DerivcheckError(
                Diagnostic("DC614", f"`{part.strip()}` is not a dimension and its size", help="--sizes n0=784,M=32")
            )
        found[name.strip()] = int(size)
    return found
