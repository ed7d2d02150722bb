"""The independent ways must be able to disagree: a broken rule is reported as derivcheck's own bug."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from derivcheck.graph import derive
from derivcheck.graph.nodes import Map, Node, Quantity, Sum, negate
from derivcheck.pipeline.results import Report
from derivcheck.pipeline.verification import verify_file, verify_text

SPEC = Path(__file__).parents[2] / "specs" / "mlp.yaml"


@pytest.mark.parametrize("kind", [Map, Sum])
def test_a_broken_adjoint_rule_is_our_own_bug(monkeypatch: pytest.MonkeyPatch, kind: type) -> None:
    honest = derive._contributions

    def broken(node: Node, adjoint: Node, wanted: set[Node]) -> Iterable[tuple[Node, Node]]:
        for operand, part in honest(node, adjoint, wanted):
            yield operand, negate(part) if isinstance(node, kind) else part

    derive._sweeps.clear()
    monkeypatch.setattr(derive, "_contributions", broken)
    try:
        result = verify_file(SPEC)
    finally:
        derive._sweeps.clear()
    problems = [gradient.problem for gradient in result.gradients if gradient.verdict == "internal"]
    assert problems and all(problem is not None and problem.code.startswith("DC9") for problem in problems)
    assert Report((result,)).exit_code == 3


FAMILY = """
families: {l: 1..L}
depths: {L: [2, 3]}
tensors: {x: "n[0]", "W[l]": "n[l] n[l-1]", y: "n[L]"}
layers: {"a[0]": x, "z[l]": "W[l] @ a[l-1]", "a[l]": "tanh(z[l])"}
loss: {C: "sum((a[L] - y)^2)"}
claims:
  by activations: {claim: "dC/da[l] = W[l+1].T @ dC/dz[l+1]", for: l in 1..L-1}
  by weights: {claim: "dC/dW[l] = dC/dz[l] @ a[l-1].T", for: l in 1..L}
"""


@pytest.mark.parametrize("layer", ["z[5]", "a[4]"])
def test_derivatives_of_deeper_networks_are_measured_too(monkeypatch: pytest.MonkeyPatch, layer: str) -> None:
    """A proof for any depth looks at networks deeper than those that are declared."""
    honest = derive._contributions

    def broken(node: Node, adjoint: Node, wanted: set[Node]) -> Iterable[tuple[Node, Node]]:
        for operand, part in honest(node, adjoint, wanted):
            yield operand, negate(part) if isinstance(node, Quantity) and node.name == layer else part

    assert [claim.reach for claim in verify_text(FAMILY).claims] == ["for every layer at any depth"] * 2
    derive._sweeps.clear()
    monkeypatch.setattr(derive, "_contributions", broken)
    try:
        result = verify_text(FAMILY)
    finally:
        derive._sweeps.clear()
    assert {gradient.verdict for gradient in result.gradients} == {"proved"}
    assert [claim.verdict for claim in result.claims] == ["internal"] * 2
    assert all(claim.diagnosis is not None and claim.diagnosis.code == "DC902" for claim in result.claims)
