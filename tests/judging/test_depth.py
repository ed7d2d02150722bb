"""Layers stay names in a proof until looking inside is needed: depth costs nothing, whatever the spelling.

A claim that runs away is undecided, so that these tests end; the search for a mistake has half the time of a claim.
"""

from __future__ import annotations

import pytest

from derivcheck.diagnostics.verdicts import ClaimResult
from derivcheck.judging.settings import Measuring
from derivcheck.pipeline.results import FileResult
from derivcheck.pipeline.verification import verify_spec
from derivcheck.spec import read_spec

WHOLE = "  a[l]: tanh(W[l] @ a[l-1])\n"
NAMED = "  z[l]: W[l] @ a[l-1]\n  a[l]: tanh(z[l])\n"
BACK = "dC/da[l] = W[l+1].T @ (dC/da[l+1] * {})"


def verify_text(text: str) -> FileResult:
    return verify_spec(read_spec(text), measuring=Measuring(seconds=10))


def network(layers: str, depth: int, *claims: str) -> list[ClaimResult]:
    """The verdicts on claims about one network, which is derived once for all of them."""
    text = "\n".join(f'  c{k}: {{claim: "{claim}", for: l in 1..L-1}}' for k, claim in enumerate(claims))
    return list(
        verify_text(f"""
families: {{l: 1..L}}
depths: {{L: {depth}}}
tensors: {{x: n, "W[l]": n n, y: n}}
layers:
  a[0]: x
{layers}loss: {{C: "sum((a[L] - y)^2)"}}
claims:
{text}
""").claims
    )


RIGHT = {
    WHOLE: ("(1 - a[l+1]^2)", "(1 - a[l+1]) * (1 + a[l+1])", "tanh'(W[l+1] @ a[l])"),
    NAMED: ("(1 - a[l+1]^2)", "(1 - tanh(z[l+1])^2)", "tanh'(z[l+1])", "tanh'(W[l+1] @ a[l])"),
}
WRONG = {WHOLE: ("(1 + a[l+1]^2)", "(1 - a[l]^2)"), NAMED: ("2 * tanh'(z[l+1])",)}


@pytest.mark.parametrize("depth", [2, 16])
@pytest.mark.parametrize("layers", [WHOLE, NAMED], ids=["whole", "named"])
def test_a_layer_is_judged_at_any_depth_whatever_its_spelling(layers: str, depth: int) -> None:
    claims = network(layers, depth, *map(BACK.format, (*RIGHT[layers], *WRONG[layers])))
    right = len(RIGHT[layers])
    for claim in claims[:right]:
        assert (claim.verdict, claim.reach) == ("proved", "for every layer at any depth"), claim.text
    for claim in claims[right:]:
        assert claim.verdict == "refuted" and claim.diagnosis is not None, claim.text


def test_what_holds_for_few_depths_only_is_not_proved_for_all() -> None:
    """At L = 2 and 3 the claims are about the same layers as those that hold; deeper, they are not."""
    last = "dC/da[L-1] = W[L].T @ (dC/da[L] * (1 - a[L]^2))"
    every = "dC/da[l] = W[L].T @ (dC/da[L] * (1 - a[L]^2))"
    (claim,) = network(NAMED, 2, every)
    assert (claim.verdict, claim.reach) == ("proved", "at L = 2")
    assert [claim.verdict for claim in network(NAMED, 3, last, every)] == ["proved", "refuted"]


LSTM = """
families: {t: 1..T}
depths: {T: 3}
tensors:
  x[t]: d
  h0: n
  c0: n
  Wf: n d
  Uf: n n
  bf: n
  Wi: n d
  Ui: n n
  Wg: n d
  Ug: n n
  Wo: n d
  Uo: n n
  y: n
layers:
  h[0]: h0
  c[0]: c0
  zf[t]: Wf @ x[t] + Uf @ h[t-1] + bf
  zi[t]: Wi @ x[t] + Ui @ h[t-1]
  zg[t]: Wg @ x[t] + Ug @ h[t-1]
  zo[t]: Wo @ x[t] + Uo @ h[t-1]
  f[t]: sigmoid(zf[t])
  i[t]: sigmoid(zi[t])
  g[t]: tanh(zg[t])
  o[t]: sigmoid(zo[t])
  c[t]: f[t] * c[t-1] + i[t] * g[t]
  h[t]: o[t] * tanh(c[t])
loss: {L: "sse(h[T], y)"}
claims:
"""
GRU = """
families: {t: 1..T}
depths: {T: 3}
tensors:
  x[t]: d
  h0: n
  Wz: n d
  Uz: n n
  Wr: n d
  Ur: n n
  Wg: n d
  Ug: n n
  y: n
layers:
  h[0]: h0
  z[t]: sigmoid(Wz @ x[t] + Uz @ h[t-1])
  r[t]: sigmoid(Wr @ x[t] + Ur @ h[t-1])
  q[t]: r[t] * h[t-1]
  g[t]: tanh(Wg @ x[t] + Ug @ q[t])
  h[t]: z[t] * h[t-1] + (1 - z[t]) * g[t]
loss: {L: "sse(h[T], y)"}
claims:
"""
STEPS = "t in 1..T"
RECURRENT = [
    (LSTM, "dL/dzo[t] = dL/dh[t] * tanh(c[t]) * o[t] * (1 - o[t])", STEPS, "proved"),
    (LSTM, "dL/dc[t] = dL/dh[t] * o[t] * (1 - tanh(c[t])^2) + dL/dc[t+1] * f[t+1]", "t in 1..T-1", "proved"),
    (LSTM, "dL/dzf[t] = dL/dc[t] * c[t-1] * f[t] * (1 - f[t])", STEPS, "proved"),
    (LSTM, "dL/dzi[t] = dL/dc[t] * g[t] * sigmoid'(zi[t])", STEPS, "proved"),
    (LSTM, "dL/dzg[t] = dL/dc[t] * i[t] * (1 - g[t]^2)", STEPS, "proved"),
    (
        LSTM,
        "dL/dh[t] = Uf.T @ dL/dzf[t+1] + Ui.T @ dL/dzi[t+1] + Ug.T @ dL/dzg[t+1] + Uo.T @ dL/dzo[t+1]",
        "t in 1..T-1",
        "proved",
    ),
    (LSTM, "dL/dzg[t] = dL/dc[t] * i[t] * (1 - g[t])", STEPS, "refuted"),
    (GRU, "dL/dg[t] = dL/dh[t] * (1 - z[t])", STEPS, "proved"),
    (GRU, "dL/dz[t] = dL/dh[t] * (h[t-1] - g[t])", STEPS, "proved"),
    (GRU, "dL/dq[t] = Ug.T @ (dL/dg[t] * (1 - g[t]^2))", STEPS, "proved"),
    (GRU, "dL/dr[t] = dL/dq[t] * h[t-1]", STEPS, "proved"),
    (
        GRU,
        "dL/dh[t] = dL/dh[t+1] * z[t+1] + dL/dq[t+1] * r[t+1] + Uz.T @ (dL/dz[t+1] * z[t+1] * (1 - z[t+1]))"
        " + Ur.T @ (dL/dr[t+1] * r[t+1] * (1 - r[t+1]))",
        "t in 1..T-1",
        "proved",
    ),
    (GRU, "dL/dz[t] = dL/dh[t] * (g[t] - h[t-1])", STEPS, "refuted"),
]


@pytest.mark.parametrize("spec", [LSTM, GRU], ids=["LSTM", "GRU"])
def test_recurrent_layers_at_any_depth(spec: str) -> None:
    about = [(equation, steps, verdict) for network, equation, steps, verdict in RECURRENT if network == spec]
    text = spec.replace('loss: {L: "sse(h[T], y)"}', 'loss: {L: "sse(h[T], y)"}\nnumeric: {sizes: {n: 3, d: 2}}')
    text += "".join(f'  c{k}: {{claim: "{equation}", for: {steps}}}\n' for k, (equation, steps, _) in enumerate(about))
    file = verify_text(text)
    assert {gradient.verdict for gradient in file.gradients} == {"proved"}
    for claim, (equation, _, verdict) in zip(file.claims, about, strict=True):
        assert claim.verdict == verdict, equation
        assert verdict != "proved" or claim.reach == "for every layer at any depth", equation


def test_every_gradient_of_a_recurrent_network_is_proved() -> None:
    file = verify_text(LSTM.removesuffix("claims:\n"))
    assert {gradient.verdict for gradient in file.gradients} == {"proved"}
