"""Evaluation at a point: what stands where in an expression, once everything else is done."""

from __future__ import annotations

from functools import cache

import pytest

from derivcheck.diagnostics.verdicts import ClaimResult
from derivcheck.evidence import exact
from derivcheck.evidence.canonical.form import Canonical
from derivcheck.evidence.numeric.sides import compare_sides
from derivcheck.language.claims import pairs
from derivcheck.language.network import build
from derivcheck.language.notation.mathml import to_mathml
from derivcheck.language.notation.parser import parse_equation
from derivcheck.language.notation.printer import to_plain, to_unicode
from derivcheck.pipeline.verification import check_equation, verify_text
from derivcheck.spec import Spec, read_spec

SPEC = """
tensors: {x: n, w: n, A: n n, W: m n, b: m, c: scalar}
layers: {z: W @ x + b, a: sigmoid(z), p: softmax(z), q: x.T @ A @ x, r: relu(z)}
loss: {L: "sum(a * a)"}
let: {twice: 2 * z}
"""
ROWS = [
    ("at(a, z = 0) = 1/2 * ones(m)", True),
    ("at(a, z = 0) = 1/4 * ones(m)", False),
    ("at(da[i]/dz[j], z = 0) = delta(i,j)/4", True),
    ("at(da[i]/dz[j], z = 0) = delta(i,j)/2", False),
    ("at(p, z = c) = ones(m)/m", True),
    ("at(dp/dz, z = 0) = eye(m)/m - ones(m, m)/m^2", True),
    ("at(dp/dz, z = 0) = eye(m)/m", False),
    ("at(dq/dx, x = w) = (A + A.T) @ w", True),
    ("at(dq/dx, x = w) = (A + A.T) @ x", False),
    ("at(q, x = 2 * w) = 4 * w.T @ A @ w", True),
    ("at(d2q/dx[i]dx[j], x = 0) = A[i,j] + A[j,i]", True),
    ("at(L, z = 0) = m/4", True),
    ("at(L, z = 0) = 1/4", False),
    ("at(dL/db, W = 0, b = 0) = ones(m)/4", True),
    ("at(x.T @ w, x = w, w = x) = w.T @ x", True),  # at once, not one after the other
    ("at(x - w, x = w, w = x) = w - x", True),
    ("at(x - w, x = w, w = x) = 0", False),
    ("at(dp[i]/dz[j], j = i) = p[i] * (1 - p[i])", True),
    ("at(dp[i]/dz[j], j = i) = p[i] * (delta(i,i) - p[i]^2)", False),
    ("at(dq/dx[i], i = 2) = ((A + A.T) @ x)[2]", True),
    ("at(dq/dx[i], i = 2) = ((A + A.T) @ x)[1]", False),
    ("at(A[i,j] * x[j], j = i) = A[i,i] * x[i]", True),
    ("at(r, z = 0) = 0 * z", True),
    ("at(dr[i]/dz[j], z = 3) = delta(i,j)", True),
    ("at(at(x + w, x = 0), w = 0) = 0 * x", True),
    ("at(A[i,j], i = j, j = i) = A[j,i]", True),  # indices at once, too
    ("at(A[i,j], i = j, j = i) = A[i,i]", False),
    ("at(relu(c), c = 0) = 0", True),
    ("at(max(x), x = c) = c", True),
    ("at(d(relu(c))/dc, c = 3) = 1", True),
    ("at(1/c, c = 2) = 1/2", True),
]
NO_VALUE = [
    "at(d(relu(c))/dc, c = x.T @ x - x.T @ x) = 0",
    "at(d(relu(c - q))/dc, c = q) = 0",
    "at(d(max(c, q))/dc, c = q) = 0",
    "at(d(max(x))/dx, x = c) = ones(n)/n",
    "at(d(relu(x[1] - x[2]))/dx[1], x = 1) = 0",
    "at(d(abs(x[i]))/dx[i], x = w - w) = 0",
    # What meets the branch may itself be chosen: where t < 0, a value that jumps.
    "at(d(where(c > 2, 1, x[1]))/dc, c = 2) = 0",
    "at(d(max(where(1 > x[1], c, 1)*c, 1))/dc, c = -1) = 0",
    "at(d(min(relu(x[1]), 1 - c))/dc, c = 1) = -1",
    "at(d(relu(max(c, x[1])))/dc, c = 0) = 0",
    "at(d(relu(c if x[1] > 1 else x[1]))/dc, c = 0) = 0",
    "at(c/c, c = 0) = 1",
    "at(x/x, x = w - w) = ones(n)",
    "at(c**-1, c = 0) = at(c**-1, c = 0)",
    "(c - c)/(c - c) = 1",
    "(c - c)/(c - c) = 2",
]


@cache
def spec() -> Spec:
    return read_spec(SPEC)


def judged(claim: str) -> ClaimResult:
    return check_equation(claim, spec())


@pytest.mark.parametrize(("equation", "true"), ROWS, ids=[row[0] for row in ROWS])
def test_each_way_by_itself(equation: str, true: bool) -> None:
    here = build(spec())
    (link,) = pairs(parse_equation(equation, here.scope.vocabulary()), here.scope)
    assert Canonical(here.facts).equal(link.left, link.right).proved == true
    assert exact.identical(link.left, link.right, facts=here.facts).equal == true
    found = compare_sides(link.left, link.right, link.axes, here.sizes, here.facts, 3, None).evidence.verdict
    assert found == ("agrees" if true else "differs")
    assert judged(equation).verdict == ("proved" if true else "refuted")


@pytest.mark.parametrize("equation", NO_VALUE)
def test_a_kink_and_a_division_by_zero_have_no_value(equation: str) -> None:
    found = judged(equation)
    assert found.verdict == "undecided", found.verdict
    assert "kink" in found.message or "zero" in found.message


@pytest.mark.parametrize(
    ("claim", "code"),
    [
        ("at(x, x = 0, x = w) = w", "DC156"),
        ("at(q, b = 0) = 0", "DC156"),
        ("at(q, q = 0) = q", None),
        ("at(a, z = x) = a", "DC130"),
        ("at(q, x = x.T) = q", "DC130"),
        ("at(a, twice = 0) = a", "DC136"),
        ("at(a, zz = 0) = a", "DC120"),
        ("at(a) = a", "DC122"),
        ("at() = a", "DC122"),
        ("at(a, z) = a", "DC107"),
        ("at(A[i,j], k = i) = A[i,i]", "DC120"),
        ("at(sum_j(A[i,j] * x[j]), j = i) = x[i]", "DC120"),
        ("at(sum_j(A[i,j] * x[j]) * x[k], k = j) = x[i]", "DC156"),
        ("at(A[i,j], j = 1/2) = A[i,i]", "DC143"),
        ("at(x, x = A[:,i]) = A[:,i]", "DC156"),
    ],
)
def test_what_cannot_be_evaluated_is_refused(claim: str, code: str | None) -> None:
    found = judged(claim)
    if code is None:
        assert found.verdict == "refuted"
        return
    assert found.diagnosis is not None
    assert found.verdict == "invalid"
    assert found.diagnosis.code == code


@pytest.mark.parametrize(
    "claim",
    ["at(dr[1]/dz[1], z = 0) = 0", "at(d(max(z))/dz[1], z = 0) = 1/m", "at(d(abs(z[1]))/dz[1], z = 1 - 1) = 0"],
)
def test_a_derivative_at_a_kink_is_not_told(claim: str) -> None:
    found = judged(claim)
    assert found.verdict == "undecided"
    assert "there is a kink" in found.message


def test_at_may_be_a_name() -> None:
    found = verify_text("tensors: {at: n}\nclaims: {a: at = at, b: {claim: 'at[i] = 2 * at[i]', expect: refuted}}")
    assert found.exit_code == 0


@pytest.mark.parametrize(
    "text",
    [
        "at(dL/dz, z = 0, b = 2 * b) = at(a, z = 0).T",
        "at(dp[i]/dz[j], j = i) = 2 * at(x, x = w)[i]",
    ],
)
def test_an_evaluation_prints_so_that_it_reads_back(text: str) -> None:
    scope = build(spec()).scope
    tree = parse_equation(text, scope.vocabulary())
    assert to_plain(tree, scope.vocabulary()) == text
    assert parse_equation(to_unicode(tree, frozenset(scope.dimensions)), scope.vocabulary()) == tree
    assert "|" in to_mathml(tree)


# --- LaTeX --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("latex", "reading", "true"),
    [
        (
            r"\left. \frac{\partial a_i}{\partial z_j} \right|_{z = 0} = \frac{1}{4} \delta_{ij}",
            "at(da[i]/dz[j], z = 0) = 1/4 * delta(i,j)",
            True,
        ),
        (
            r"\frac{\partial p_i}{\partial z_j} \Bigr|_{i = j} = p_i (1 - p_i)",
            "at(dp[i]/dz[j], j = i) = p[i] * (1 - p[i])",
            True,
        ),
        (r"\frac{\partial p_i}{\partial z_j} \Bigr|_{i = j} = p_j (1 - p_j)", "", True),
        (r"\frac{\partial p_i}{\partial z_j} \Bigr|_{i = j} = p_i", "at(dp[i]/dz[j], j = i) = p[i]", False),
        (r"\left. W x + b \right|_{x = 0} = b", "at(W @ x + b, x = 0) = b", True),
        (r"\left. \nabla_x q \right|_{x = w} = (A + A^\top) w", "at(dq/dx, x = w) = (A + A.T) @ w", True),
        (r"q(x) = x^\top A x", "q = x.T @ A @ x", True),
        (r"\frac{\partial L(z)}{\partial z} = 2 a(z) \odot a(z) \odot (1 - a(z))", "", True),
    ],
)
def test_evaluations_in_latex(latex: str, reading: str, true: bool) -> None:
    found = judged(latex)
    assert found.verdict == ("proved" if true else "refuted")
    assert not reading or found.reading == reading


def test_a_layer_at_another_point_is_refused_and_the_help_says_how() -> None:
    found = judged(r"p(0)^\top p(0) = \frac{1}{m}")
    assert found.diagnosis is not None
    assert (found.verdict, found.diagnosis.code) == ("invalid", "DC177")
    assert judged(rf"({found.diagnosis.help})^\top {found.diagnosis.help} = \frac{{1}}{{m}}").verdict == "proved"


# (equation, what is known of u, verdict): a fact may put the point on a kink, or keep it away from one
AT_A_FACT = [
    ("at(d(abs(s))/ds, s = u) = 1", "binary", "undecided"),
    ("at(d(relu(s))/ds, s = 1 - u) = 1 - u", "binary", "undecided"),
    ("at(d(abs(s))/ds, s = u) = u", "signs", "proved"),
    ("at(d(relu(s))/ds, s = u) = 1", "positive", "proved"),
    ("at(d(relu(s))/ds, s = u) = u", "positive", "refuted"),
]


@pytest.mark.parametrize(("equation", "fact", "verdict"), AT_A_FACT)
@pytest.mark.parametrize("of_the_claim", [False, True])
def test_what_is_known_of_the_point_counts(equation: str, fact: str, verdict: str, of_the_claim: bool) -> None:
    declared, given = ("scalar", f", given: u is {fact}") if of_the_claim else (f"{{axes: [], given: {fact}}}", "")
    text = f"tensors: {{s: scalar, u: {declared}}}\nclaims: {{a: {{claim: '{equation}'{given}}}}}\n"
    assert verify_text(text).claims[0].verdict == verdict
