"""What is given besides: facts in the spelling of a tensor, and equations between what is declared."""

from __future__ import annotations

import pytest

from derivcheck.pipeline.verification import verify_text

TENSORS = """
tensors: {A: n n, B: n n, W: m n, Q: N n, P: n n, v: n, x: n, y: n, e: n, lam: scalar, s: scalar, t: scalar,
  u: {axes: m, given: unit}, w: {axes: n, given: unit}, S: {axes: n n, given: symmetric}, r: {axes: n, given: positive}}
"""


def judged(claim: str, given: str) -> tuple[str, tuple[str, ...]]:
    (found,) = verify_text(f"{TENSORS}claims:\n  a: {{claim: '{claim}', given: {given}}}\n").claims
    return found.verdict, found.facts


# Several spellings of one fact, what it makes true, and the fact as it is told.
SPELLINGS = [
    ("sums_to_zero: e", "sum(e) = 0", "Σ e = 0"),
    ("'e: sums_to_zero'", "sum(e) = 0", "Σ e = 0"),
    ("e sums_to_zero", "sum(e) = 0", "Σ e = 0"),
    ("e is sums_to_zero", "sum(e) = 0", "Σ e = 0"),
    ("{e: sums_to_zero}", "sum(e) = 0", "Σ e = 0"),
    ("{sums_to_zero: e}", "sum(e) = 0", "Σ e = 0"),
    ("[{e: sums_to_zero}]", "sum(e) = 0", "Σ e = 0"),
    ("sum(e) = 0", "sum(e) = 0", "Σ e = 0"),
    ("0 = sum(e)", "sum(e) = 0", "Σ e = 0"),
    ("2*sum(e) = 0", "sum(e) = 0", "Σ e = 0"),
    ("{Q: {simplex: n}}", "sum(Q, n) = ones(N)", "Σ Q = 1"),
    ("'simplex: Q along n'", "sum(Q, n) = ones(N)", "Σ Q = 1"),
    ("sum(Q, n) = ones(N)", "sum(Q, n) = ones(N)", "Σ Q = 1"),
    ("{P: {simplex: 2}}", "sum(P, 2) = ones(n)", "Σ P = 1"),
    ("'simplex: P along 1'", "sum(P, 1) = ones(n)", "Σ P = 1"),
    ("x > 0", "abs(x) = x", "x > 0"),
    ("0 < x < 1", "relu(1 - x) = 1 - x", "0 < x < 1"),
    ("B.T @ B = eye(n)", "B.T @ B @ x = x", "B is orthogonal"),
    ("B @ B.T = eye(n)", "B.T @ B @ x = x", "B is orthogonal"),
    ("A = A.T", "A @ x = A.T @ x", "A is symmetric"),
    ("B @ B = B", "B @ B @ B = B", "B² = B"),
    ("x.T @ x = 1", "sum(x**2) = 1", "‖x‖ = 1"),
    ("W.T @ W = eye(n)", "sum((W @ x)**2) = sum(x**2)", "WᵀW = 1"),
    ("W @ W.T = eye(m)", "W @ W.T @ W = W", "WWᵀ = 1"),
]


@pytest.mark.parametrize(("given", "claim", "fact"), SPELLINGS)
def test_a_fact_has_many_spellings(given: str, claim: str, fact: str) -> None:
    if ": " in given and given[0] not in "{[\"'":
        given = f"'{given}'"
    assert judged(claim, given) == ("proved", (fact,))
    assert judged(claim, "'x: sums_to_one'" if "x" not in claim else "'e: sums_to_one'")[0] == "refuted"


# An equation, what follows from it, and what does not.
EQUATIONS = [
    ("A @ v = lam * v", "A @ A @ v = lam**2 * v", "A @ A @ v = lam * v"),
    ("{A @ v: lam * v}", "matrix_power(A, 3) @ v = lam**3 * v", "A @ v = v"),
    ("lam * v = A @ v", "v.T @ A @ v = lam * v.T @ v", "v.T @ A = lam * v.T"),
    ("S @ x = lam * x", "x.T @ S = lam * x.T", "S @ y = lam * y"),
    ("v.T @ A = lam * v.T", "v.T @ A @ A = lam**2 * v.T", "A @ v = lam * v"),
    ("[W @ w = s * u, W.T @ u = s * w]", "W.T @ W @ w = s**2 * w", "W.T @ W @ w = s * w"),
    ("[W @ w = s * u, W.T @ u = s * w]", "u.T @ W @ w = s", "u.T @ W @ w = s**2"),
    ("x.T @ y = 0", "(x + y).T @ (x + y) = x.T @ x + y.T @ y", "x.T @ x = y.T @ y"),
    ("A.T @ e = zeros(n)", "e.T @ A @ x = 0", "e.T @ x = 0"),
    ("y = A @ x", "y.T @ y = x.T @ A.T @ A @ x", "y = x"),
    ("2*x - y = x", "x = y", "x = 2*y"),
    ("sum(x) = sum(y)", "mean(x - y) = 0", "x = y"),
    ("sum(x) = lam", "sum(x)/lam = 1", "sum(x) = 1"),
    ("mean(x) = 0", "sum((x - mean(x))**2) = sum(x**2)", "sum(x**2) = 0"),
    ("lam = 3", "lam**2 = 9", "lam = 9"),
    ("s + t = 1", "s*x + t*x = x", "s*x = t*x"),
    ("A @ B = eye(n)", "A @ B @ x = x", "A @ x = B @ x"),
    ("x * r = y", "x = y / r", "x = y"),
    ("-x = y", "x + y = zeros(n)", "x = y"),
    ("A.T = B", "trace(A @ B.T) = sum(A**2) - sum(A**2) + trace(B.T @ B.T)", "A = B"),
]


@pytest.mark.parametrize(("given", "true", "false"), EQUATIONS)
def test_what_follows_from_an_equation_is_proved_and_no_more(given: str, true: str, false: str) -> None:
    verdict, told = judged(true, given)
    assert verdict == "proved" and told
    assert judged(true, "[]")[0] == "refuted"
    assert judged(false, given)[0] == "refuted"


def test_an_equation_holds_for_all_claims_of_a_spec() -> None:
    found = verify_text(f"""{TENSORS}
given: {{A @ v: lam * v}}
loss: {{L: v.T @ A @ v}}
claims:
  value: L = lam * v.T @ v
  a derivative does not follow the equation: dL/dA = v @ v.T
  nor by the vector: dL/dv = lam * v + A.T @ v
  mistake: {{claim: dL/dv = 2 * lam * v, expect: refuted}}
""")
    assert [claim.verdict for claim in found.claims] == ["proved", "proved", "proved", "refuted"]
    assert {gradient.verdict for gradient in found.gradients} == {"proved"}


# Each has more solutions than the one that a division or an inverse finds: where t is 0, A singular, relu(y) zero.
SEVERAL = [
    ("s = 2", "s*t = 2*t"),
    ("x = y", "A @ x = A @ y"),
    ("A @ B = eye(n)", "A @ B @ A = A"),
    ("A = zeros(n, n)", "A @ B = zeros(n, n)"),
    ("B = eye(n)", "A @ B = A"),
    ("x = v", "x * relu(y) = v * relu(y)"),
    ("x = v", "x * z = v * z"),
    ("s = t", "s * relu(lam) = t * relu(lam)"),
    ("s = t", "s * cos(lam) = t * cos(lam)"),
    ("s = 2", "s * lam**2 = 2 * lam**2"),
    ("x.T @ y = v.T @ y", "x.T @ z = v.T @ z"),
]


@pytest.mark.parametrize(("claim", "given"), SEVERAL)
def test_an_equation_with_several_solutions_is_not_solved_for_one(claim: str, given: str) -> None:
    spec = TENSORS.replace("v: n,", "v: n, z: {axes: n, given: binary},")
    (found,) = verify_text(f"{spec}claims:\n  a: {{claim: '{claim}', given: '{given}'}}\n").claims
    assert found.verdict == "invalid" and found.diagnosis is not None and found.diagnosis.code == "DC044"
    assert "may be zero" in found.diagnosis.label


@pytest.mark.parametrize(
    ("claim", "given"),
    [
        ("x = v", "x * exp(y) = v * exp(y)"),
        ("x = v", "x * z = v * z"),
        ("x = v", "P @ x = P @ v"),
        ("n * x = y", "x = y/n"),
        ("x = y/n", "n * x = y"),
    ],
)
def test_what_is_never_zero_divides(claim: str, given: str) -> None:
    spec = TENSORS.replace("v: n,", "v: n, z: {axes: n, given: signs},")
    spec = spec.replace("P: n n", "P: {axes: n n, given: orthogonal}")
    (found,) = verify_text(f"{spec}claims:\n  a: {{claim: '{claim}', given: '{given}'}}\n").claims
    assert found.verdict == "proved"


@pytest.mark.parametrize(
    ("claim", "given"),
    [
        ("s/s = 1", "s = 0"),
        ("x/x = ones(n)", "x = zeros(n)"),
        ("d(max(s, t))/ds = 0", "s = t"),
        ("d(max(s, t))/ds = 1", "s = t"),
        ("d(max(x))/dx = ones(n)/n", "x = zeros(n)"),
        ("d(relu(s))/ds = 0", "s = 0"),
    ],
)
def test_what_is_given_may_leave_no_value(claim: str, given: str) -> None:
    assert judged(claim, given)[0] == "undecided"
    assert judged("d(relu(s))/ds = 1", "s = 3")[0] == "proved"


REFUSED = [
    ("exp(x) + x = y + y**2", "DC044"),
    ("W.T @ W = eye(n)", "proved"),
    ("Q.T @ Q = 2*eye(n)", "DC044"),
    ("r = y", "proved"),
    ("u.T @ W @ w = sum(r)", "proved"),
    ("sum(r) = 1", "proved"),
    ("sum(u) = 0", "DC043"),
    ("norm(r) = s", "proved"),
    ("x = nonsense", "DC042"),
    ("x = W", "DC042"),
    ("x < y", "DC042"),
    ("x", "DC042"),
    ("{x: [1, 2]}", "DC042"),
]


@pytest.mark.parametrize(("given", "answer"), REFUSED)
def test_what_no_point_is_known_for_is_refused(given: str, answer: str) -> None:
    (found,) = verify_text(f"{TENSORS}claims:\n  a: {{claim: x = x, given: {given}}}\n").claims
    assert (found.diagnosis.code if found.diagnosis else found.verdict) == answer


def test_an_axis_that_two_have_is_named_by_its_place() -> None:
    spec = "tensors: {P: {axes: n n, given: {simplex: %s}}}\nclaims: {a: P @ ones(n) = ones(n)}\n"
    assert [verify_text(spec % place).claims[0].verdict for place in (1, 2)] == ["refuted", "proved"]
    error = verify_text(spec % "n").error
    assert error is not None and (error.code, error.help) == ("DC037", "given: {simplex: 2}")


def test_a_simplex_of_all_entries_is_told() -> None:
    spec = "tensors: {{P: n n}}\nclaims: {{a: {{claim: 'sum(P)*P[i,j] = P[i,j]', given: '{}'}}}}\n"
    (refused,) = verify_text(spec.format("P simplex")).claims
    assert refused.diagnosis is not None and refused.diagnosis.code == "DC042"
    instead = refused.diagnosis.help.partition(", or ")[2].partition(" for ")[0]
    assert instead == "sum(P) = 1"
    (told,) = verify_text(spec.format(instead)).claims
    assert told.verdict == "proved"


def test_an_opaque_number_is_told_from_a_function_of_each_entry() -> None:
    result = verify_text('tensors: {z: n, a: n}\nlayers: {f: "opaque(z)"}\nloss: {L: a.T @ f}\n')
    assert result.error is not None and result.error.code == "DC403"
    assert "functions: {f: opaque}" in result.error.help
    entrywise = "tensors: {z: n, a: n}\nfunctions: {f: opaque}\nlayers: {h: f(z)}\nloss: {L: a.T @ h}\n"
    assert verify_text(entrywise).exit_code == 0
