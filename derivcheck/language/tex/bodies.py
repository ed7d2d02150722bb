"""What a macro stands for: its body, and the arguments that it takes."""

from __future__ import annotations

import re
from typing import Self

PARAMETER = re.compile(r"#([1-9])")


class Body(str):
    """The body of a macro; `arity` counts its arguments, `default` is what an optional first one is without.

    A body that says nothing of its arguments, as in a spec, has as many as the largest `#n` in it. `alone` is what it
    is where its last argument does not stand in braces, `further` where one more does.
    """

    __slots__ = ("alone", "arity", "default", "further")
    arity: int
    default: str | None
    alone: str | None
    further: str | None

    def __new__(
        cls,
        text: str,
        arity: int | None = None,
        default: str | None = None,
        alone: str | None = None,
        further: str | None = None,
    ) -> Self:
        made = super().__new__(cls, text)
        made.arity = max(map(int, PARAMETER.findall(text)), default=0) if arity is None else arity
        made.default, made.alone, made.further = default, alone, further
        return made
