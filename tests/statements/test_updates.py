"""Updates in a text are judged by the rule that its sidecar names, and assert nothing where it names none."""

from __future__ import annotations

import pathlib

import pytest

from derivcheck.diagnostics.verdicts import FormulaResult
from derivcheck.pipeline.verification import verify_document

NEURON = """
tensors: {w: n, x: n, v: n, b: scalar, y: scalar, eta: scalar}
layers: {z: w.T @ x + b, p: sigmoid(z)}
loss: {J: "-y * log(p) - (1 - y) * log(1 - p)"}
document: {file: notes.md, updates: {w: w - eta * dJ/dw}}
"""
LAYERS = r"""
families: {l: 1..L}
depths: {L: [2, 3]}
tensors: {"a[0]": "n[0]", "W[l]": "n[l] n[l-1]", y: "n[L]", eta: scalar}
layers: {"z[l]": "W[l] @ a[l-1]", "a[l]": "tanh(z[l])"}
loss: {E: "sse(a[L], y)"}
let: {"delta[l]": "dE/dz[l]"}
document: {file: notes.md, for: l in 1..L, updates: {"W[l]": "W[l] - eta * dE/dW[l]"}}
"""


def judged(folder: pathlib.Path, sidecar: str, text: str) -> FormulaResult:
    (folder / "notes.derivcheck.yaml").write_text(sidecar)
    (folder / "notes.md").write_text(text)
    result = verify_document(folder / "notes.md")
    assert result.error is None, result.error
    (formula,) = result.formulas
    return formula


def told(formula: FormulaResult) -> str:
    claim, reason = formula.claim, formula.reason
    code = claim.diagnosis.code if claim is not None and claim.diagnosis is not None else ""
    found = claim.verdict if claim is not None else formula.standing
    return f"{found} {reason.code if reason is not None else code}".rstrip()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (r"$w \leftarrow w - \eta (p - y) x$", "proved"),
        (r"$w = w - \eta \frac{\partial J}{\partial w}$", "proved"),
        (r"$w_{t+1} = w_t - \eta \nabla_w J$", "proved"),
        (r"$w^{(k+1)} = w^{(k)} - \eta (p - y) x$", "proved"),
        (r"$w_t = w_{t-1} - \eta (p - y) x$", "proved"),
        (r"$w_{new} = w_{old} + \eta (y - p) x$", "proved"),
        (r"$w_i \leftarrow w_i - \eta (p - y) x_i$", "proved"),
        (r"$\hat{w} = w - \eta (p - y) x$", "proved"),
        (r"$w \leftarrow w + \eta (p - y) x$", "refuted DC202"),
        (r"$w_{t+1} = w_t - \eta (y - p) x$", "refuted DC202"),
        (r"$w_{t+1} = w_t - 2 \eta (p - y) x$", "refuted DC201"),
        (r"$\hat{w} = w + \eta (p - y) x$", "refuted DC202"),
        (r"$w_i \leftarrow w_i - \eta (p - y) x_j$", "invalid DC151"),
        # Of these no rule is named.
        (r"$b \leftarrow b - \eta (p - y)$", "definition DC626"),
        (r"$b_{t+1} = b_t - \eta (p - y)$", "definition DC626"),
        # Of what nobody knows, nothing is said.
        (r"$w_{t+1} = w_t - \eta g_t$", "definition DC626"),
        (r"$u{_i} = u{_i} - \eta g{_i}$", "definition DC626"),
        (r"$u{_i} = v{_i} - \eta g{_i}$", "unread DC120"),
        # The step of another name is none.
        (r"$v_{t+1} = w_t - \eta (p - y) x$", "invalid DC155"),
    ],
)
def test_updates_are_judged_by_their_rule(tmp_path: pathlib.Path, text: str, wanted: str) -> None:
    assert told(judged(tmp_path, NEURON, text)) == wanted


def test_the_verdict_says_by_which_rule(tmp_path: pathlib.Path) -> None:
    claim = judged(tmp_path, NEURON, r"$w_{t+1} = w_t - \eta (p - y) x$").claim
    assert claim is not None
    assert claim.inferred == ("judged by the rule for updates: w - eta * dJ/dw",)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (r"$W^{(l)} := W^{(l)} - \eta \delta^{(l)} (a^{(l-1)})^\top$", "proved"),
        (r"$W^{(l)} := W^{(l)} - \eta \delta^{(l)} (a^{(l-1)})^\top + \eta W^{(l)}$", "refuted DC222"),
        (r"$W^{(2)} := W^{(2)} - \eta \delta^{(2)} (a^{(1)})^\top$", "proved"),
        (r"$W^{(2)} := W^{(2)} - \eta (a^{(1)})^\top \delta^{(2)}$", "invalid"),
    ],
)
def test_the_rule_of_a_family_is_that_of_its_members(tmp_path: pathlib.Path, text: str, wanted: str) -> None:
    assert told(judged(tmp_path, LAYERS, text)).startswith(wanted)


def test_a_rule_that_is_not_read_is_said_at_its_place(tmp_path: pathlib.Path) -> None:
    (tmp_path / "notes.derivcheck.yaml").write_text(NEURON.replace("w - eta * dJ/dw}", "w - eta *}"))
    (tmp_path / "notes.md").write_text(r"$w \leftarrow w - \eta (p - y) x$")
    error = verify_document(tmp_path / "notes.md").error
    assert error is not None and error.where is not None
    assert error.where.line == 5
