"""The derivatives of families with their general label: proved for every layer, or not said."""

from __future__ import annotations

from pathlib import Path

import pytest

from derivcheck.pipeline.generality import general_forms
from derivcheck.spec import load_spec, read_spec

ROOT = Path(__file__).parents[2]
DEEP = """
families: {l: 1..L}
depths: {L: [2, 3]}
tensors: {"a[0]": "n[0]", "W[l]": "n[l] n[l-1]", y: "n[L]"}
layers: {"a[l]": "W[l] @ a[l-1]"}
loss: {C: "sse(a[L], y)"}
"""
FIXED = """
families: {l: 1..4}
tensors: {x: n, "W[l]": n n}
layers: {"h[0]": x, "h[l]": "h[l-1] + tanh(W[l] @ h[l-1])"}
loss: {C: "sum(h[4])"}
"""


def test_the_textbook_equations_of_a_deep_network() -> None:
    found = general_forms(load_spec(ROOT / "specs" / "networks" / "deep_mlp.yaml"))
    assert {claim.text: claim.id for claim in found} == {
        "dC/da[l] = W[l + 1].T @ dC/dz[l + 1]": "l = 1, …, L-1",
        "dC/dz[l] = (W[l + 1].T @ dC/dz[l + 1]) * a[l] * (1 - a[l])": "l = 1, …, L-1",
        "dC/db[l] = dC/dz[l]": "l = 1, …, L",
        "dC/dW[l] = dC/dz[l] @ a[l - 1].T": "l = 1, …, L",
    }
    assert {(claim.verdict, claim.reach) for claim in found} == {("proved", "for every layer at any depth")}


@pytest.mark.parametrize(
    ("spec", "text"), [(DEEP, "dC/da[l][i] = sum_j(W[l + 1][j,i] * dC/da[l + 1][j])"), (FIXED, "dC/dh[l] = ")]
)
def test_a_recursion_is_found(spec: str, text: str) -> None:
    found = general_forms(read_spec(spec, "spec.yaml"))
    assert any(claim.text.startswith(text) for claim in found)
    assert all(claim.verdict == "proved" for claim in found)


def test_what_differs_from_layer_to_layer_is_not_said() -> None:
    """The second layer alone has a weight of two: no form holds for every layer."""
    spec = FIXED.replace('"h[l]": "', '"h[2]": "2 * h[1]", "h[l]": "')
    assert not any(claim.text.startswith("dC/dh[l]") for claim in general_forms(read_spec(spec, "spec.yaml")))
    assert not general_forms(read_spec("tensors: {x: n}\nlayers: {}\nloss: {C: sum(x)}\n", "spec.yaml"))
