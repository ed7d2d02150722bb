"""Where a formula forks, the readings that conform are judged: one verdict is that verdict, several are undecided."""

from __future__ import annotations

import json

import pytest

from derivcheck.diagnostics.verdicts import ClaimResult
from derivcheck.language.latex import forks
from derivcheck.pipeline.verification import verify_text
from derivcheck.report.json import claim_to_json

SPEC = r"""
tensors:
  x: n
  y: n
  A: n n
  B: n n
  delta: n n
  v: {axes: [], given: positive}
  w: {axes: [], given: positive}
  T: scalar
  wv: scalar
  G: n k
layers: {a: w * v, u: x * y}
loss: {L: sum(u) * a}
"""

# (the kind of fork, LaTeX, the verdict, the readings that are shown where the verdicts differ)
JUDGED = [
    # one reading conforms
    (forks.TURN, r"x^T A x = x^\top A x", "proved", ()),
    (forks.SCALAR_PRODUCT, r"x \cdot y = \sum_i x_i y_i", "proved", ()),
    (forks.APPLICATION, r"u(x) = x \odot y", "proved", ()),
    (forks.DERIVATIVE_REACH, r"\frac{\partial}{\partial x} x^\top A x = A x + A^\top x", "proved", ()),
    (forks.LENGTH, r"|x|^2 = x^\top x", "proved", ()),
    (forks.COLUMN, r"\sum_i A_{i,:}^\top x_i = A^\top x", "proved", ()),
    (forks.EXAMPLE, r"x^{(i)} y^{(i)} = x_i y_i", "proved", ()),
    # several with one verdict
    (forks.SCRIPTS, r"A^2_{ij} = 0", "refuted", ()),
    (forks.SCALAR_PRODUCT, r"x \cdot y = y \cdot x", "proved", ()),
    (forks.PRODUCT, r"A \cdot A = 0", "refuted", ()),
    (forks.APPLICATION, r"a(w) - a(w) = 0", "proved", ()),
    (forks.DERIVATIVE_REACH, r"\frac{d}{dw} (w + 1)(w - 1) = 7 w^3", "refuted", ()),
    (forks.FUNCTION_REACH, r"\log w v = 3", "refuted", ()),
    (forks.LENGTH, r"|x| = -|x|", "refuted", ()),
    (forks.POWER, r"A^2 = A^3", "refuted", ()),
    (forks.POWER, r"A^2 B^2 = (A B)^2", "refuted", ()),
    (forks.NAME, r"wv = 0", "refuted", ()),
    (forks.LIST, r"[v, w]^T [w, v] = 0", "refuted", ()),
    (forks.SAMPLE, r"A g^{(i)} = A G_{:,i}", "proved", ()),
    (forks.BLOCKS, r"[x, y] = [y, x]", "refuted", ()),
    # several with different verdicts
    (forks.SAMPLE, r"g^{(i)} = G_{:,i}", "proved", ()),
    (forks.BLOCKS, r"\operatorname{trace}([x, y]^\top [x, y]) = x^\top x + y^\top y", "proved", ()),
    (forks.POWER, r"A^2 = A A", "undecided", ("A @ A = ", "A**2 = ")),
    (forks.POWER, r"(A^\top)^2 = A^\top A^\top", "undecided", ("A.T @ A.T = ", "A.T**2 = ")),
    (forks.POWER, r"A^{-2} A^2 A = A", "undecided", ("inv(A) @ inv(A) @ (A @ A)", "A**(-2) @ A**2")),
    (forks.NAME, r"wv = v \cdot w", "undecided", ("wv = ", "w * v = ")),
    (forks.LIST, r"\operatorname{sum}([v, w]^T [w, v]^T) = 2 v w", "proved", ()),
    (forks.SCRIPTS, r"A^i_j = A_{ij}", "undecided", ("A[j,i]", "A[i,j]")),
    (forks.SCRIPTS, r"\delta_{ij} = \delta_{ji}", "undecided", ("delta(i,j)", "delta[i,j]")),
    (forks.TURN, r"w^T = w", "undecided", ("w**T", "w.T")),
    (forks.PRODUCT, r"A \cdot B = A B", "undecided", ("A @ B", "A * B")),
    (forks.LINE, r"A_j = A_{:,j}", "undecided", ("A[:,j] = ", "A[j,:].T = ")),
    (forks.DETERMINANT, r"|A B| = |A| |B|", "undecided", ("det(A @ B)", "abs(A @ B)")),
    (forks.APPLICATION, r"a(w) = w v", "undecided", ("a = ", "a * w")),
    (
        forks.DERIVATIVE_REACH,
        r"\frac{d}{dw} (w + 1)(w - 1) = 2 w",
        "undecided",
        ("* (w - 1) = ", "d((w + 1) * (w - 1))/dw"),
    ),
    (forks.FUNCTION_REACH, r"\log w v = \log(w) + \log(v)", "undecided", ("log(w) * v", "log(w * v)")),
    (forks.FUNCTION_REACH, r"\log (w)^2 = 2 \log(w)", "undecided", ("log(w)**2", "log(w**2)")),
]


def judged(latex: str) -> ClaimResult:
    (claim,) = verify_text(f"{SPEC}claims:\n  c: {{latex: '{latex}'}}\n").claims
    return claim


@pytest.mark.parametrize(("kind", "latex", "verdict", "shown"), JUDGED, ids=[row[1] for row in JUDGED])
def test_what_conforms_is_judged(kind: forks.ForkKind, latex: str, verdict: str, shown: tuple[str, ...]) -> None:
    found = judged(latex)
    assert found.verdict == verdict
    assert found.reading
    if not shown:
        assert found.diagnosis is None or found.diagnosis.code != "DC172"
        return
    assert found.diagnosis is not None
    assert found.diagnosis.code == "DC172"
    assert found.diagnosis.help
    notes = [text for _, text in found.diagnosis.notes]
    assert all(any(part in text for text in notes) for part in shown)
    assert any("proved" in text for text in notes)
    assert any("refuted" in text for text in notes)


HELPS = [
    row[1]
    for row in JUDGED
    if row[0] in (forks.SCRIPTS, forks.TURN) and row[2] == "undecided" and "delta" not in row[1]
]


@pytest.mark.parametrize("latex", HELPS)
def test_the_line_for_the_sidecar_settles_it(latex: str) -> None:
    first = judged(latex)
    assert first.diagnosis is not None
    assert first.diagnosis.help.startswith("symbols: {")
    settled = SPEC + first.diagnosis.help
    (claim,) = verify_text(f"{settled}\nclaims:\n  c: {{latex: '{latex}'}}\n").claims
    assert claim.verdict in ("proved", "refuted")


def test_every_kind_of_fork_is_in_the_table() -> None:
    kinds = {kind for name, kind in vars(forks).items() if isinstance(kind, forks.ForkKind)}
    elsewhere = {forks.CHAIN, forks.LAYERS, forks.ORDER, forks.DIFFERENTIAL}  # judged beside what they are about
    assert kinds - elsewhere == {row[0] for row in JUDGED}


def test_both_readings_are_said_in_text_and_in_json() -> None:
    claim = json.loads(claim_to_json(judged("A^i_j = A_{ij}")))["claim"]
    assert claim["verdict"] == "undecided"
    assert [note["text"] for note in claim["diagnosis"]["notes"]] == [
        "A[j,i] = A[i,j] (refuted)",
        "A[i,j] = A[i,j] (proved)",
    ]
    assert claim["diagnosis"]["help"] == "symbols: {'A^i_j': 'A[j,i]'}"
    assert claim["reading"]
