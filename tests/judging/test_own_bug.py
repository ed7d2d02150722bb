"""The independent ways must be able to disagree: a broken rule is reported as derivcheck's own bug."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from derivcheck.graph import derive
from derivcheck.graph.nodes import Map, Node, Sum, negate
from derivcheck.pipeline.results import Report
from derivcheck.pipeline.verification import verify_file

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
