"""LaTeX: fonts and accents tell letters apart where both are there, and `dC` is no product."""

from __future__ import annotations

import pytest

from derivcheck.diagnostics.diagnostic import Diagnostic
from derivcheck.pipeline.verification import verify_text

NETWORK = r"""
tensors: {X: n m, v: m, q: n, w: n, t: scalar, A: n d, u: d}
layers: {r: X @ v - q, zpre: w.T @ q, z: sigmoid(zpre), C: A @ diag(u)}
loss: {Loss: 1/2 * r.T @ r + z + sum(C^2)}
let: {G: dLoss/dv, g: dLoss/dr}
symbols: {'\mathcal{R}': Loss, '\mathbf{X}': X, '\mathbf{g}': G, '\mathfrak{q}': v, '\underline{z}': zpre}
"""


def judged(latex: str, network: str = NETWORK) -> tuple[str, Diagnostic | None]:
    quoted = latex.replace("'", "''")
    (claim,) = verify_text(f"{network}claims: {{claim: {{latex: '{quoted}'}}}}").claims
    return claim.verdict, claim.diagnosis


@pytest.mark.parametrize(
    ("latex", "verdict"),
    [
        (r"\mathbf{g} = \mathbf{X}^\top r", "proved"),
        (r"g = r", "proved"),
        (r"g = X^\top r", "refuted"),
        (r"\mathbf{g} = r", "refuted"),
        (r"\boldsymbol{g} = X^\top r", "proved"),
        (r"\frac{\partial \mathcal{R}}{\partial v} = \mathbf{X}^\top r", "proved"),
        (r"q = \mathfrak{q}", "refuted"),
        (r"\frac{\partial z}{\partial \underline{z}} = z (1 - z)", "proved"),
        (r"\frac{\partial z}{\partial \underline{z}} = 1", "refuted"),
        (r"z = \underline{z}", "refuted"),
        (r"\underline{z} = w^\top q", "proved"),
        (r"z = w^\top q", "refuted"),
        (r"\mathbf{r}_i = r_i", "proved"),
    ],
)
def test_fonts_and_accents_that_are_declared_are_told_apart(latex: str, verdict: str) -> None:
    assert judged(latex)[0] == verdict


@pytest.mark.parametrize(
    ("latex", "code"),
    [
        (r"\frac{\partial R}{\partial v} = X^\top r", "DC120"),  # no R but the calligraphic one
        (r"\mathbf{R} = \mathcal{R}", "DC120"),
        (r"\underline{w} = w", "DC120"),
        (r"\underline{w + q} = w + q", "DC170"),
        (r"\mathbf{w} = w", "DC171"),
        (r"w = \mathbf{w}", "DC171"),
        (r"\vec{w} = w", "DC171"),
        (r"\mathrm{w} = w", "DC171"),
        (r"\mathbf{w}^\top q = w^\top q", "DC171"),
    ],
)
def test_another_font_is_not_taken_for_the_same(latex: str, code: str) -> None:
    verdict, found = judged(latex)
    assert verdict == "invalid"
    assert found is not None
    assert found.code == code


def test_the_help_for_two_fonts_settles_them() -> None:
    found = judged(r"\mathbf{w} = w")[1]
    assert found is not None
    assert found.help == r"symbols: {'\mathbf{w}': w}"
    settled = NETWORK.replace("symbols: {", r"symbols: {'\mathbf{w}': w, ")
    assert judged(r"\mathbf{w} = w", settled)[0] == "proved"
    assert judged(r"\mathbf{w} = 2 w", settled)[0] == "refuted"


DIFFERENTIALS = [
    r"dC = A \, dB",
    r"d C = C d",
    r"\mathrm{d} C = C d",
    r"\mathrm{d}C = 2 C",
    r"d(A A^\top) = d \cdot A A^\top",
    r"d^2 C = C",
    r"C d = d C",
    r"d \log u = u",
    r"dz = \sigma'(z) \cdot dz",
]


@pytest.mark.parametrize("latex", DIFFERENTIALS)
def test_a_differential_alone_is_refused_in_latex(latex: str) -> None:
    verdict, found = judged(latex)
    assert verdict == "invalid"
    assert found is not None
    assert found.code == "DC118"
    assert dict(found.notes)["another reading"].startswith("the product of d")


@pytest.mark.parametrize(
    ("latex", "verdict"),
    [
        (r"d \cdot C = C \cdot d", "proved"),
        (r"\frac{1}{d n} C = C \cdot \frac{1}{n d}", "proved"),
        (r"\frac{d z}{d w} = z (1 - z) q", "proved"),
        (r"dz/dw = z (1 - z) q", "proved"),
        (r"\frac{\mathrm{d} z}{\mathrm{d} w} = z (1 - z) q", "proved"),
        (r"\frac{dz}{dw} = d \cdot z (1 - z) q", "refuted"),
        (r"\frac{C}{\sqrt{d}} = C d^{-1/2}", "proved"),
    ],
)
def test_derivatives_and_sizes_are_read_with_a_dimension_d(latex: str, verdict: str) -> None:
    assert judged(latex)[0] == verdict


def test_a_vector_called_d_is_a_factor() -> None:
    network = "tensors: {x: n, W: m n, c: m}\nlayers: {h: W @ x}\nloss: {L: c.T @ h}\nlet: {d: dL/dh}\n"
    assert judged(r"\frac{\partial L}{\partial W} = d x^\top", network)[0] == "proved"
    assert judged(r"\frac{\partial L}{\partial W} = \mathrm{d} x^\top", network)[0] == "invalid"


def test_a_number_of_one_entry_is_a_factor_in_latex_as_in_plain_text() -> None:
    network = (
        'tensors: {W: 1 n, x: n, b: 1, y: 1}\nlayers: {z: W @ x + b, a: sigmoid(z)}\nloss: {L: "sum((a - y)^2)"}\n'
    )
    for right in (r"2 (a - y) \odot a \odot (1 - a) W^\top", r"2 W^\top \left((a - y) \odot a \odot (1 - a)\right)"):
        assert judged(rf"\frac{{\partial L}}{{\partial x}} = {right}", network)[0] in ("proved", "checked")
        assert judged(rf"\frac{{\partial L}}{{\partial x}} = -{right}", network)[0] == "refuted"


def test_a_bold_one_is_what_is_declared() -> None:
    """A matrix of ones, with and without scripts, and not the vector that it is elsewhere."""
    found = verify_text(r"""
tensors: {X: N}
layers: {mu: mean(X), R: X - mu}
loss: {L: sum(R*R)}
symbols: {'\mathbf{1}': 'ones(N,N)'}
claims:
  a: {latex: 'R = X - \frac{1}{N} \mathbf{1} X'}
  b: {latex: 'R = X - \frac{1}{N} (\mathbf{1} X)'}
  c: {latex: 'R = X - \frac{1}{N} \mathbf{1}^\top X'}
  d: {latex: 'R = X - \mathbf{1} X', expect: refuted}
""")
    assert found.exit_code == 0, [(claim.id, claim.verdict) for claim in found.claims]
