"""Macros that packages bring and everybody writes: what an author defines himself goes before them."""

from __future__ import annotations

from collections.abc import Mapping

from derivcheck.language.tex.bodies import Body


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
    "diag": Body(r"\operatorname{diag}"),
    "innerproduct": Body(r"\left\langle #1, #2\right\rangle"),
}
