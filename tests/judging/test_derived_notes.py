"""What a diagnosis says was derived: an equation for the side as it stands, whatever else has the same entries."""

from __future__ import annotations

import pytest

from derivcheck.pipeline.verification import verify_text

SPEC = """
layout: numerator
tensors: {{X: T k, V: k v, Y: T v}}
layers: {{O: X @ V}}
loss: {{L: sum(O * Y)}}
let: {{g: dL/dX}}
claims: {{a: "{claim}"}}
"""

NOTES = [
    ("O = 2 * X @ V", None),  # dL/dY has these entries, and lies otherwise
    ("(dL/dY).T = 2 * X @ V", None),
    ("dL/dY = 2 * (X @ V).T", "dL/dY = O.T"),
    ("g = 2 * Y", "g = V @ Y.T"),
    ("dL/dX = 2 * V @ Y.T", "dL/dX = V @ Y.T"),
    ("O[i,j] = X[i,j]", None),
]


@pytest.mark.parametrize("claim, derived", NOTES)
def test_what_is_derived_is_of_the_side_as_it_stands(claim: str, derived: str | None) -> None:
    (result,) = verify_text(SPEC.format(claim=claim)).claims
    assert result.verdict in ("refuted", "invalid") and result.diagnosis is not None
    assert dict(result.diagnosis.notes).get("derived") == derived


@pytest.mark.parametrize(
    ("claim", "code"),
    [
        ("dz[j]/dW[j,k] = 0 where j != k", "DC221"),  # wrong wherever it is meant
        ("dz[j]/dW[j,k] = x[k] where j != k", "DC141"),  # right but for its condition
    ],
)
def test_a_condition_without_meaning_hides_no_mistake(claim: str, code: str) -> None:
    spec = f"tensors: {{W: m n, x: n}}\nlayers: {{z: W @ x}}\nclaims: {{a: '{claim}'}}\n"
    (result,) = verify_text(spec).claims
    assert result.verdict == "invalid" and result.diagnosis is not None
    assert result.diagnosis.code == code
    assert "DC141" in (code, *dict(result.diagnosis.notes))
