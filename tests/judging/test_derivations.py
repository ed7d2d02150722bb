"""A derivation line by line is one chain: judged as the same chain on one line, at every depth and label."""

from __future__ import annotations

import pytest

from derivcheck.diagnostics.verdicts import ClaimResult
from derivcheck.pipeline.verification import verify_text

NETWORK = """
tensors: {x: n0, W: n1 n0, V: n2 n1, y: n2}
layers: {z: W @ x, a: tanh(z), u: V @ a}
loss: {L: "sse(u, y)/2"}
claims:
"""
FAMILY = """
families: {l: 1..L}
depths: {L: [2, 3]}
tensors: {x: "n[0]", "W[l]": "n[l] n[l-1]", y: "n[L]"}
layers:
  a[0]: x
  z[l]: W[l] @ a[l-1]
  a[l]: sigmoid(z[l])
loss: {C: "sse(a[L], y)/2"}
claims:
"""


def judged(network: str, lines: list[str], more: str = "") -> ClaimResult:
    steps = "".join(f'      - "{line}"\n' for line in lines)
    (claim,) = verify_text(f"{network}  c:\n    steps:\n{steps}{more}").claims
    return claim


LINES = {
    "right": ["dL/dz = V.T @ dL/du * (1 - a^2)", "= (V.T @ (u - y)) * (1 - a^2)"],
    "two on a line": ["dL/da = V.T @ dL/du = V.T @ (u - y)", "= V.T @ V @ a - V.T @ y"],
    "wrong in the middle": ["dL/dV = dL/du @ a.T", "= (y - u) @ a.T", "= -(u - y) @ a.T"],
    "wrong at the end": ["dL/dx = W.T @ dL/dz", "= W.T @ (dL/da * (1 - a^2))", "= W.T @ (dL/da * (1 + a^2))"],
    "a transpose": ["dL/dW = dL/dz @ x.T", "= (dL/da * (1 - a^2)) @ x.T", "= ((V @ (u - y)) * (1 - a^2)) @ x.T"],
    "unequal": ["dL/da = V.T @ (u - y)", "!= V.T @ (u + y)"],
}


@pytest.mark.parametrize("name", sorted(LINES))
def test_lines_are_judged_as_the_chain_on_one_line(name: str) -> None:
    lines = LINES[name]
    (whole,) = verify_text(f'{NETWORK}  c: "{" ".join(lines)}"\n').claims
    found = judged(NETWORK, lines)
    assert [link.verdict for link in found.links] == [link.verdict for link in whole.links]
    assert [link.message for link in found.links] == [link.message for link in whole.links]
    assert [link.suggestion for link in found.links] == [link.suggestion for link in whole.links]
    codes = [[link.diagnosis.code for link in one.links if link.diagnosis is not None] for one in (found, whole)]
    assert codes[0] == codes[1]
    assert (found.verdict, found.facts) == (whole.verdict, whole.facts)


def test_a_mistake_stands_at_its_line() -> None:
    found = judged(NETWORK, LINES["wrong in the middle"])
    assert [link.id for link in found.links] == ["c, line 1", "c, line 2", "c, line 3"]
    assert [link.text for link in found.links] == LINES["wrong in the middle"]
    assert [link.where.line for link in found.links if link.where is not None] == [8, 9, 10]
    assert found.text == LINES["wrong in the middle"][0] and found.where is not None and found.where.line == 9
    assert found.message == "c, line 2 is the first wrong step; 1 later one inherits its mistake"
    place = found.links[1].diagnosis
    assert place is not None and place.where is not None and place.where.line == 9


@pytest.mark.parametrize(
    ("second", "code"),
    [("= V.T @ zz", "DC120"), ("= V @ u", "DC131"), ("= V.T @ (u -", "DC103"), ("V.T @ (u - y)", "DC107")],
)
def test_what_has_no_meaning_ends_a_derivation(second: str, code: str) -> None:
    found = judged(NETWORK, ["dL/da = V.T @ dL/du", second, "= V.T @ (u - y)"])
    assert [link.verdict for link in found.links] == ["proved", "invalid"]
    assert found.verdict == "invalid" and found.diagnosis is not None
    assert found.diagnosis.code == code and found.diagnosis.where is not None
    assert found.diagnosis.where.line == 9


def test_the_first_line_that_cannot_be_read() -> None:
    found = judged(NETWORK, ["dL/da = V.T @ dL/du +", "= V.T @ (u - y)"])
    assert (found.verdict, found.links) == ("invalid", ())
    assert found.diagnosis is not None and found.diagnosis.where is not None and found.diagnosis.where.line == 8


BACK = ["dC/dz[l] = dC/da[l] * sigmoid'(z[l])", "= (W[l+1].T @ dC/dz[l+1]) * sigmoid'(z[l])"]


@pytest.mark.parametrize(
    ("lines", "labels", "verdicts", "reach"),
    [
        (BACK, "l in 1..L-1", ["proved", "proved"], "for every layer at any depth"),
        ([BACK[0], "= (W[l+1].T @ dC/dz[l+1]) * sigmoid(z[l])"], "l in 1..L-1", ["proved", "refuted"], ""),
        (["dC/dz[L] = dC/da[L] * sigmoid'(z[L])", "= (a[L] - y) * sigmoid'(z[L])"], "", ["proved"] * 2, "at any depth"),
        # True at the first of the depths alone.
        (["dC/dz[2] = dC/da[2] * sigmoid'(z[2])", "= (a[2] - y) * sigmoid'(z[2])"], "", ["proved", "invalid"], ""),
        (["dC/da[1] = W[2].T @ dC/dz[2]", "= W[2].T @ dC/dz[L]"], "", ["proved", "invalid"], ""),
    ],
)
def test_derivations_hold_at_every_depth_and_label(
    lines: list[str], labels: str, verdicts: list[str], reach: str
) -> None:
    found = judged(FAMILY, lines, f"    for: {labels}\n" if labels else "")
    assert [link.verdict for link in found.links] == verdicts
    assert found.verdict == min(verdicts, key=["invalid", "refuted", "proved"].index)
    assert found.reach == reach
