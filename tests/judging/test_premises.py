"""What stands before and behind an arrow: each is judged, and nothing is refuted without the condition it stands under."""

from __future__ import annotations

import pytest

from derivcheck.diagnostics.verdicts import ClaimResult
from derivcheck.pipeline.verification import check_equation
from derivcheck.spec import read_spec

SPEC = """
tensors: {x: k, W: n k, b: n, A: n k, B: k r}
layers: {h: W @ x + b, C: A @ B, phi: sum(C * C), q: sum(h * h)}
"""


def judged(claim: str) -> ClaimResult:
    return check_equation(claim, read_spec(SPEC))


@pytest.mark.parametrize(
    ("claim", "verdicts"),
    [
        (r"h = Wx + b \Rightarrow \frac{\partial q}{\partial h} = 2h", ["proved", "proved"]),
        (r"h = Wx + b \implies \frac{\partial q}{\partial h} = h", ["proved", "refuted"]),
        (r"C = AB \therefore \phi = \operatorname{tr}(C^\top C)", ["proved", "proved"]),
        (r"C = AB \iff C - AB = 0", ["proved", "proved"]),
        (
            r"C = AB \Rightarrow \phi = \operatorname{tr}(C^\top C) \Rightarrow \phi = q",
            ["proved", "proved", "refuted"],
        ),
        (r"C = AB \\ \Rightarrow \phi = 2\operatorname{tr}(C^\top C)", ["proved", "refuted"]),
        # An equation that is no identity is a condition: nothing is refuted without it.
        (r"h = 0 \Rightarrow q = 0", ["undecided", "undecided"]),
        (r"b = 0 \implies h = W x", ["undecided", "undecided"]),
        (r"b = 0 \therefore h = W x", ["undecided", "undecided"]),
        (r"b = 0 \\ \therefore h = W x", ["undecided", "undecided"]),
        (r"b = 0 \Rightarrow q = q", ["undecided", "proved"]),
        (r"h = 0 \iff q = 0", ["undecided", "undecided"]),
        (r"b = 0 \Rightarrow h = Wx \Rightarrow q = 0", ["undecided", "undecided", "undecided"]),
        (r"C = AB \Rightarrow b = 0 \Rightarrow h = W x", ["proved", "undecided", "undecided"]),
        # What has no meaning has none, whatever it stands under.
        (r"b = 0 \Rightarrow h = W b", ["undecided", "invalid"]),
    ],
)
def test_both_sides_of_an_arrow_are_judged(claim: str, verdicts: list[str]) -> None:
    found = judged(claim)
    assert [link.verdict for link in found.links] == verdicts
    order = ("invalid", "refuted", "undecided", "proved")
    assert found.verdict == min(verdicts, key=order.index)


def test_a_condition_says_that_it_is_one() -> None:
    found = judged(r"b = 0 \Rightarrow h = W x")
    assert [link.message for link in found.links] == [
        "it is no identity, and a premise of what stands behind the arrow",
        "it is claimed under the equation before the arrow, which is no identity",
    ]
    assert found.witness is None and found.diagnosis is None
