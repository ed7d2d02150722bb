"""Macros: what one stands for, and those that packages bring and everybody writes.

What an author defines himself goes before them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
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


def _derivative(d: str, further: str | None = None) -> Body:
    """`\\pdv[2]{f}{x}`; `\\pdv{x}` alone is the operator, `\\pdv{f}{x}{y}` the mixed one; `\\dv` takes two."""
    return Body(
        rf"\frac{{{d}^{{#1}} #2}}{{{d} #3^{{#1}}}}",
        3,
        "",
        alone=rf"\frac{{{d}^{{#1}}}}{{{d} #2^{{#1}}}}",
        further=further,
    )


PARTIAL = _derivative(r"\partial", r"\frac{\partial^2 #2}{\partial #3 \partial #4}")
TOTAL = _derivative(r"\mathrm{d}")
PACKAGES: Mapping[str, Body] = {
    **dict.fromkeys(("pdv", "pderivative", "partialderivative"), PARTIAL),
    **dict.fromkeys(("dv", "odv", "derivative"), TOTAL),
    **dict.fromkeys(("norm", "Norm"), Body(r"\left\|#1\right\|")),
    **dict.fromkeys(("abs", "absolutevalue"), Body(r"\left|#1\right|")),
    **dict.fromkeys(("vb", "vectorbold"), Body(r"\mathbf{#1}")),
    **dict.fromkeys(("grad", "gradient"), Body(r"\nabla ")),
    **dict.fromkeys(("tr", "Tr", "trace"), Body(r"\operatorname{tr}")),
    **dict.fromkeys(("R", "RR", "Reals", "reals"), Body(r"\mathbb{R}")),
    **dict.fromkeys(("N", "NN", "natnums"), Body(r"\mathbb{N}")),
    **dict.fromkeys(("Z", "ZZ"), Body(r"\mathbb{Z}")),
    "diag": Body(r"\operatorname{diag}"),
    "innerproduct": Body(r"\left\langle #1, #2\right\rangle"),
}
