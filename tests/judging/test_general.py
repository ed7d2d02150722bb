"""Claims about families of layers: for every layer at any depth, or only where they were tried."""

from __future__ import annotations

import pytest

from derivcheck.diagnostics.verdicts import ClaimResult
from derivcheck.pipeline.verification import verify_text

MLP = """
families: {l: 1..L}
depths: {L: [2, 3]}
tensors: {x: "n[0]", "W[l]": "n[l] n[l-1]", "b[l]": "n[l]", y: {axes: "n[L]", given: one_hot}}
layers: {"a[0]": x, "z[l]": "W[l] @ a[l-1] + b[l]", "a[l]": "tanh(z[l])", "a[L]": "softmax(z[L])"}
loss: {C: "cross_entropy(a[L], y)"}
claims: {claim: CLAIM}
"""


def judged(claim: str, spec: str = MLP) -> ClaimResult:
    return verify_text(spec.replace("CLAIM", claim)).claims[0]


GENERAL = [
    '{claim: "dC/dz[l] = (W[l+1].T @ dC/dz[l+1]) * tanh\'(z[l])", for: l in 1..L-1}',
    '{claim: "dC/dW[l] = dC/dz[l] @ a[l-1].T", for: l in 1..L}',
    '{claim: "dC/db[l] = dC/dz[l]", for: l in 1..L}',
    '{claim: "dC/da[l] = W[l+1].T @ dC/dz[l+1]", for: l in 1..L-1}',
    '{claim: "dz[l+1]/da[l] = W[l+1]", for: l in 0..L-1}',
    '"dC/dz[L] = a[L] - y"',
    '"dC/dW[1] = dC/dz[1] @ x.T"',
]


@pytest.mark.parametrize("claim", GENERAL)
def test_local_claims_hold_for_every_depth(claim: str) -> None:
    result = judged(claim)
    assert result.verdict == "proved"
    assert result.reach.endswith("any depth")


# (claim, from which depth on)
SHALLOW = [
    ('"dC/dz[1] = dC/da[1] * tanh\'(z[1])"', "L = 2"),
    ('"dC/dz[3] = dC/da[3] * tanh\'(z[3])"', "L = 4"),
    ('"a[2] = tanh(z[2])"', "L = 3"),
    ('{claim: "dC/dz[l] = dC/da[l] * tanh\'(z[l])", for: l in 1..3}', "L = 4"),
]


@pytest.mark.parametrize(("claim", "start"), SHALLOW)
def test_a_layer_near_the_first_one_may_be_the_last_one(claim: str, start: str) -> None:
    """The last layer is a softmax: of few layers, what is said of the first ones is false."""
    result = judged(claim, MLP.replace("[2, 3]", "[5]"))
    assert (result.verdict, result.reach.partition("at any depth")[2]) == ("proved", f" from {start} on")
    depth = int(start[-1]) - 1
    assert judged(claim, MLP.replace("[2, 3]", f"[{depth}]")).verdict == "refuted"


def test_a_claim_that_is_true_at_the_declared_depths_only_is_not_general() -> None:
    """W[1] and W[L-1] are one tensor at L = 2; at the declared depth the claim is right."""
    claim = '"dC/dz[1] = (W[L].T @ dC/dz[L]) * tanh\'(z[1])"'
    shallow = judged(claim, MLP.replace("[2, 3]", "[2]"))
    assert shallow.verdict == "proved"
    assert shallow.reach == "at L = 2"
    assert judged(claim).verdict in ("refuted", "invalid")


def test_a_claim_that_a_later_layer_breaks_is_not_general() -> None:
    """The fourth layer is a relu: what is right for l up to 3 is wrong there."""
    spec = MLP.replace('"a[L]":', '"a[4]": "relu(z[4])", "a[L]":').replace("[2, 3]", "[5]")
    claim = '{claim: "dC/dz[l] = dC/da[l] * tanh\'(z[l])", for: l in 1..L-2}'
    result = judged(claim, spec)
    assert (result.verdict, result.reach) == ("proved", "at L = 5")
    assert judged(claim, spec.replace("[5]", "[6]")).verdict == "refuted"


def test_a_claim_that_looks_at_all_layers_is_not_general() -> None:
    """A product of all weights: proved at the depths tried, but every depth needs a proof of its own."""
    spec = MLP.replace("tanh(z[l])", "z[l]").replace("softmax(z[L])", "z[L]")
    result = judged('"dz[L]/da[0] = W[L] @ W[L-1]"', spec.replace("[2, 3]", "[2]"))
    assert (result.verdict, result.reach) == ("proved", "at L = 2")


def test_specs_without_families_say_nothing_of_depths() -> None:
    assert verify_text("tensors: {x: n}\nclaims: {a: x = x}\n").claims[0].reach == ""


# Cells whose gates are known by their values alone, and claims about them: what is true, and a mistake in it.
CELLS = {
    "lstm": (
        "zf[t]: V @ h[t-1] + p * c[t-1], f[t]: sigmoid(zf[t]), g[t]: tanh(U @ h[t-1]), c[t]: f[t] * c[t-1] + g[t],"
        " h[t]: tanh(c[t])",
        [
            ("dL/dzf[t] = dL/dc[t] * c[t-1] * f[t] * (1 - f[t])", "dL/dzf[t] = dL/dc[t] * c[t-1] * f[t]"),
            ("dL/dc[t] = dL/dh[t] * (1 - h[t]**2) + dL/dc[t+1] * f[t+1] + p * dL/dzf[t+1]", "dL/dc[t] = dL/dh[t]"),
        ],
    ),
    "gru": (
        "zf[t]: V @ h[t-1], r[t]: sigmoid(zf[t]), zg[t]: U @ (r[t] * h[t-1]), g[t]: tanh(zg[t]), c[t]: c[t-1],"
        " h[t]: (1 - r[t]) * h[t-1] + r[t] * g[t]",
        [
            ("dL/dzg[t] = dL/dh[t] * r[t] * (1 - g[t]**2)", "dL/dzg[t] = dL/dh[t] * r[t] * (1 - g[t])"),
            (
                "dL/dzf[t] = (dL/dh[t] * (g[t] - h[t-1]) + (U.T @ dL/dzg[t]) * h[t-1]) * r[t] * (1 - r[t])",
                "dL/dzf[t] = dL/dh[t] * (g[t] - h[t-1]) * r[t] * (1 - r[t])",
            ),
        ],
    ),
}


@pytest.mark.parametrize("cell", CELLS)
def test_local_claims_see_through_activations(cell: str) -> None:
    layers, claims = CELLS[cell]
    spec = f"""
families: {{t: 1..T}}
depths: {{T: [2]}}
tensors: {{"h[0]": m, "c[0]": m, U: m m, V: m m, p: m, y: m}}
layers: {{{layers}}}
loss: {{L: "y.T @ h[T]"}}
claims: {{claim: {{claim: "CLAIM", for: t in 1..T-1}}}}
"""
    for true, false in claims:
        result = judged(true, spec)
        assert (result.verdict, result.reach) == ("proved", "for every layer at any depth")
        assert judged(false, spec).verdict == "refuted"
