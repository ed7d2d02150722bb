"""Differentials as statements, names `dW` of gradients, and ∇ in the shape of its variable."""

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
tensors:
  {A: n m, B: m k, D: n m, S: n n, x: m, W: n m, b: n, G: n k,
   y: {axes: n, given: one_hot}, c: {axes: [], given: positive}}
layers: {C: A @ B, z: W @ x + b, p: softmax(z), phi: sum(G * C), v: "sum(b * b)", u: b / sqrt(v + c)}
loss: {L: "cross_entropy(p, y)"}
"""
ROWS = [
    ("d(C) = d(A) @ B + A @ d(B)", True),
    ("d(C) = d(A) @ B - A @ d(B)", False),
    ("d(C) = d(A) @ B", False),
    ("d(A @ B) = d(C)", True),
    ("d(A * D) = d(A) * D + A * d(D)", True),
    ("d(A * D) = d(A) * d(D)", False),
    ("d(A.T) = d(A).T", True),
    ("d(2 * A - D) = 2 * d(A) - d(D)", True),
    ("d(trace(S)) = trace(d(S))", True),
    ("d(trace(S @ S)) = 2 * trace(S @ d(S))", True),
    ("d(trace(S @ S)) = 2 * trace(S.T @ d(S))", False),
    ("d(sum(S * S)) = 2 * sum(S * d(S))", True),
    ("d(inv(S)) = -inv(S) @ d(S) @ inv(S)", True),
    ("d(inv(S)) = -inv(S) @ inv(S) @ d(S)", False),
    ("d(det(S)) = det(S) * trace(inv(S) @ d(S))", True),
    ("d(phi) = trace(G.T @ d(C)) + trace(C.T @ d(G))", True),
    ("d(phi) holding G = trace(G.T @ d(C))", True),
    ("d(phi) = trace(G.T @ d(C))", False),
    ("d(z) = d(W) @ x + W @ d(x) + d(b)", True),
    ("d(z) holding x = d(W) @ x + d(b)", True),
    ("d(z) holding (W, x) = d(b)", True),
    ("d(z) holding W, x = d(b)", True),
    ("d(z) holding b = d(W) @ x + d(b)", False),
    ("d(z[i]) = sum_j(d(W[i,j]) * x[j] + W[i,j] * d(x[j])) + d(b[i])", True),
    ("d(p) = (diag(p) - p @ p.T) @ d(z)", True),
    ("d(p) = (diag(p) + p @ p.T) @ d(z)", False),
    ("d(p[i]) = sum_j(dp[i]/dz[j] * d(z[j]))", True),
    ("d(L) holding y = (p - y).T @ d(z)", True),
    ("d(L) holding y = (dL/dW).T @ d(W)", False),
    ("d(L) holding y, x = trace((dL/dW).T @ d(W)) + (dL/db).T @ d(b)", True),
    ("d(u) holding v, c = d(b) / sqrt(v + c)", True),
    ("d(u) holding c = d(b) / sqrt(v + c)", False),
    ("d(u) holding c = d(b) / sqrt(v + c) - b * (b.T @ d(b)) / (v + c)^(3/2)", True),
    ("d(2) = 0", True),
    ("d(n * c) = n * d(c)", True),
    ("d(d(A)) = 0 * A", True),
    ("d(A) = A", False),
]


@cache
def spec(text: str = SPEC) -> Spec:
    return read_spec(text)


def judged(claim: str, text: str = SPEC) -> ClaimResult:
    return check_equation(claim, spec(text))


@pytest.mark.parametrize(("equation", "true"), ROWS, ids=[equation for equation, _ in ROWS])
def test_each_way_by_itself(equation: str, true: bool) -> None:
    here = build(spec())
    (link,) = pairs(parse_equation(equation, here.scope.vocabulary()), here.scope)
    if link.shapes is None:
        assert Canonical(here.facts).equal(link.left, link.right).proved == true
        assert exact.identical(link.left, link.right, facts=here.facts).equal in (true, None)
        found = compare_sides(link.left, link.right, link.axes, here.sizes, here.facts, 3, None).evidence.verdict
        assert found == ("agrees" if true else "differs")
    assert judged(equation).verdict == ("proved" if true else "refuted")


@pytest.mark.parametrize(
    ("claim", "help_"),
    [
        ("d(C) = d(A) @ B", "d(C) holding B = d(A) @ B"),
        ("d(z) = d(W) @ x + d(b)", "d(z) holding x = d(W) @ x + d(b)"),
        ("d(L) = (p - y).T @ d(z)", "d(L) holding y = (p - y).T @ d(z)"),
        (
            "d(L) = trace((dL/dW).T @ d(W)) + (dL/db).T @ d(b)",
            "d(L) holding (x, y) = trace((dL/dW).T @ d(W)) + (dL/db).T @ d(b)",
        ),
    ],
)
def test_a_differential_that_is_true_with_inputs_held_says_so(claim: str, help_: str) -> None:
    found = judged(claim)
    assert found.diagnosis is not None
    assert (found.verdict, found.diagnosis.code, found.diagnosis.help) == ("refuted", "DC233", help_)
    assert judged(help_).verdict == "proved"


def test_every_slope_of_a_differential_is_measured() -> None:
    found = judged("d(z) holding x = d(W) @ x + d(b)")
    assert [slope.text for slope in found.slopes] == ["dz/dW holding x", "dz/db holding x", "dW/dW", "db/db"]
    refuted = judged("d(z) holding x = 2 * d(W) @ x + d(b)")
    assert refuted.witness is not None
    assert float(refuted.witness.finite_difference) == pytest.approx(float(refuted.witness.derived))


def test_an_opaque_loss_has_a_differential() -> None:
    text = "tensors: {x: n, W: m n, y: m}\nlayers: {z: W @ x}\nloss: {L: 'opaque(z, y)'}"
    assert judged("d(L) = (dL/dz).T @ d(z) + (dL/dy).T @ d(y)", text).verdict == "proved"
    assert judged("d(L) = (dL/dz).T @ d(z)", text).verdict == "refuted"


@pytest.mark.parametrize(
    ("claim", "code"),
    [("d() = 0", "DC122"), ("d'(A) = A", "DC122"), ("d(A) holding B = A", "DC139"), ("d(A) holding A = A", "DC139")],
)
def test_what_is_no_differential_is_refused(claim: str, code: str) -> None:
    found = judged(claim)
    assert found.diagnosis is not None
    assert (found.verdict, found.diagnosis.code) == ("invalid", code)


# --- names of differentials -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("declared", "pasted"),
    [
        ("", ["d(W)", "dL/dW"]),
        (", d: scalar", ["differential(W)", "dL/dW", "d * W"]),
        (", v: d", ["d(W)", "dL/dW", "d * W"]),
    ],
)
def test_a_differential_by_itself_is_refused_with_every_reading_to_paste(declared: str, pasted: list[str]) -> None:
    text = f"tensors: {{W: n m, x: m{declared}}}\nlayers: {{z: W @ x}}\nloss: {{L: sum(z * z)}}"
    found = judged("dW = 2 * z @ x.T", text)
    assert found.verdict == "invalid"
    assert found.diagnosis is not None
    assert found.diagnosis.code == "DC118"
    assert len(found.diagnosis.notes) == len(pasted)
    for reading in pasted:
        assert f"{reading} for" in found.diagnosis.help
        assert judged(f"{reading} = 2 * z @ x.T", text).verdict in ("proved", "refuted")


NG = """
{convention}
families: {{l: 1..2}}
tensors: {{X: n M, "W[l]": "n n", "b[l]": n, Y: n M{more}}}
layers:
  A[0]: X
  Z[l]: W[l] @ A[l-1] + b[l]
  A[l]: tanh(Z[l])
loss: {{J: "sum((A[2] - Y)^2)/M"}}
claims:
  output: dZ[2] = 2/M * (A[2] - Y) * (1 - A[2]^2)
  weights: {{claim: "dW[l] = dZ[l] @ A[l-1].T", for: l in 1..2}}
  biases: {{claim: "db[l] = sum(dZ[l], M)", for: l in 1..2}}
  hidden: dZ[1] = (W[2].T @ dZ[2]) * (1 - A[1]^2)
  average: {{claim: "dW[2] = 1/M * dZ[2] @ A[1].T", expect: refuted, code: DC201}}
  beside a derivative: dJ/dW[2] = dW[2]
  of one entry: dW[1][i,j] = dJ/dW[1][i,j]
  a Jacobian stays one: dA[1][i,s]/dZ[1][j,t] = (1 - A[1][i,s]^2) * delta(i,j) * delta(s,t)
"""


def test_a_spec_may_say_that_differentials_are_gradients() -> None:
    found = verify_text(NG.format(convention="differentials: gradients", more=""))
    assert found.exit_code == 0, [(claim.id, claim.verdict, claim.message) for claim in found.claims if not claim.holds]
    undeclared = verify_text(NG.format(convention="", more=""))
    assert [claim.verdict for claim in undeclared.claims] == ["invalid"] * 7 + ["proved"]


def test_what_is_declared_is_no_gradient() -> None:
    text = "differentials: gradients\ntensors: {x: n, dx: n, y: n}\nloss: {L: sum(x * y)}\n"
    assert judged("dx = y", text).verdict == "refuted"
    assert judged("dy = x", text).verdict == "proved"


# --- the gradient in the shape of its variable ------------------------------------------------

LAYOUTS = (
    "{convention}\ntensors: {{x: n, W: m n, y: m, A: n n}}\nlayers: {{q: x.T @ A @ x}}\nloss: {{L: sum(y * (W @ x))}}"
)


@pytest.mark.parametrize(
    ("convention", "true", "false"),
    [
        ("", ["grad(L, x) = W.T @ y", "grad(L, W) = y @ x.T"], ["grad(L, x) = (W.T @ y).T"]),
        ("layout: numerator", ["grad(L, x) = (W.T @ y).T", "grad(L, W) = x @ y.T"], ["grad(L, x) = W.T @ y"]),
        ("layout: denominator", ["grad(L, x) = W.T @ y"], ["grad(L, W) = x @ y.T"]),
        (
            "layout: numerator\ngradient: column",
            ["grad(L, x) = W.T @ y", "grad(L, W) = y @ x.T", "dL/dx = grad(L, x).T", "∇_x q = (A + Aᵀ) x"],
            ["grad(L, x) = (W.T @ y).T", "dL/dx = grad(L, x)", "grad(L, W) = x @ y.T"],
        ),
        ("gradient: column", ["grad(L, x) = W.T @ y", "∇_{x} L = dL/dx", "∇_W L = y xᵀ"], ["∇_x L = yᵀ W"]),
        ("layout: numerator\ngradient: layout", ["grad(L, x) = dL/dx"], ["grad(L, x) = W.T @ y"]),
    ],
)
def test_the_gradient_is_laid_out_as_the_spec_says(convention: str, true: list[str], false: list[str]) -> None:
    text = LAYOUTS.format(convention=convention)
    assert [judged(claim, text).verdict for claim in true] == ["proved"] * len(true)
    assert [judged(claim, text).verdict for claim in false] == ["refuted"] * len(false)


@pytest.mark.parametrize(
    ("claim", "code"),
    [("grad(L) = x", "DC122"), ("grad(W @ x, x) = W", "DC122"), ("∇ L = x", "DC118"), ("grad(L, 2) = x", "DC136")],
)
def test_what_is_no_gradient_is_refused(claim: str, code: str) -> None:
    found = judged(claim, LAYOUTS.format(convention=""))
    assert found.diagnosis is not None
    assert (found.verdict, found.diagnosis.code) == ("invalid", code)


# --- what is printed reads back ---------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "d(C) = d(A) @ B + A @ d(B)",
        "d(z) holding (W, x) = d(b)",
        "2 * (d(z) holding x) - d(z).T = d(W @ x)",
        "d(p[i])/2 = d(C[i,j])",
        "grad(L, W) = grad(L, W[i,j])",
    ],
)
def test_a_differential_prints_so_that_it_reads_back(text: str) -> None:
    scope = build(spec()).scope
    tree = parse_equation(text, scope.vocabulary())
    assert to_plain(tree, scope.vocabulary()) == text
    assert parse_equation(to_unicode(tree, frozenset(scope.dimensions)), scope.vocabulary()) == tree
    assert "differential" not in to_mathml(tree)


# --- LaTeX --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("latex", "reading", "verdict"),
    [
        (r"\mathrm{d}C = \mathrm{d}A\, B + A\,\mathrm{d}B", "d(C) = d(A) @ B + A @ d(B)", "proved"),
        (r"\mathrm{d}C = \mathrm{d}A\, B - A\,\mathrm{d}B", "d(C) = d(A) @ B - A @ d(B)", "refuted"),
        (r"\mathrm d\phi = \operatorname{tr}(G^\top \mathrm dC) + \operatorname{tr}(C^\top \mathrm d G)", "", "proved"),
        (r"\mathrm d(AB) = (\mathrm dA) B + A (\mathrm dB)", "d(A @ B) = d(A) @ B + A @ d(B)", "proved"),
        (r"\left. \mathrm{d} z \right|_{x} = \mathrm{d} W\, x + \mathrm{d} b", "", "proved"),
        # An italic one may be a gradient: where only differentials fit, these are the reading.
        (r"dC = dA\,B + A\,dB", "d(C) = d(A) @ B + A @ d(B)", "proved"),
        (r"d\phi = \operatorname{tr}(G^\top dC) + \operatorname{tr}(C^\top dG)", "", "proved"),
        # What the layer on the right is not computed from may rest.
        (r"\mathrm d\phi = \operatorname{tr}(G^\top \mathrm dC)", "", "undecided"),
        (r"\mathrm d\phi = 2 \operatorname{tr}(G^\top \mathrm dC)", "", "refuted"),
        (r"dz = dW\,x + W\,dx + db", "d(z) = d(W) @ x + W @ d(x) + d(b)", "undecided"),
    ],
)
def test_differentials_in_latex(latex: str, reading: str, verdict: str) -> None:
    found = judged(latex)
    assert found.verdict == verdict
    assert not reading or found.reading == reading


@pytest.mark.parametrize(
    ("convention", "claim", "verdict"),
    [
        ("", r"dW^{2} = \frac{2}{M} \, dZ^{2} A^{1\top}", "refuted"),
        ("", r"dW^{(2)} = dZ^{(2)} A^{(1)\top}", "undecided"),
        ("differentials: gradients", r"dW^{(2)} = dZ^{(2)} A^{(1)\top}", "proved"),
        ("differentials: gradients", r"dW^{(2)} = \frac{1}{M} dZ^{(2)} A^{(1)\top}", "refuted"),
        ("differentials: statements", r"dW^{(2)} = dZ^{(2)} A^{(1)\top}", "refuted"),
        ("differentials: statements", r"dZ^{(2)} = dW^{(2)} A^{(1)} + W^{(2)} \, dA^{(1)} + db^{(2)}", "proved"),
        ("differentials: gradients", r"dZ^{(1)}_{is} = dA^{(1)}_{is} \, (1 - (A^{(1)}_{is})^2)", "proved"),
    ],
)
def test_what_an_italic_d_is_in_latex_is_said_by_the_spec(convention: str, claim: str, verdict: str) -> None:
    found = judged(claim, NG.format(convention=convention, more="").partition("claims:")[0])
    assert found.verdict == verdict, (found.reading, found.message)
    if verdict == "undecided":
        assert found.diagnosis is not None and found.diagnosis.code == "DC172"
        assert {note.rpartition(" ")[2] for _, note in found.diagnosis.notes} == {"(refuted)", "(proved)"}


@pytest.mark.parametrize(
    ("convention", "verdict"),
    [("layout: numerator", "refuted"), ("layout: numerator\ngradient: column", "proved"), ("", "proved")],
)
def test_nabla_in_latex(convention: str, verdict: str) -> None:
    assert judged(r"\nabla_x L = W^\top y", LAYOUTS.format(convention=convention)).verdict == verdict
    assert judged(r"(\nabla_x L)^\top = y^\top W", LAYOUTS.format(convention=convention)).verdict == verdict


SQUARES = """
tensors: {x: n, A: m n, t: m}
layers: {r: A @ x - t}
loss: {J: 1/2 * r.T @ r}
differentials: statements
"""


@pytest.mark.parametrize(
    ("latex", "verdict", "held"),
    [
        (r"dJ = r^\top A \, dx", "undecided", "(A, t)"),
        (r"dr = A \, dx", "undecided", "(A, t)"),
        (r"\mathrm{d} r = A \, \mathrm{d} x", "undecided", "(A, t)"),
        (r"dJ = r^\top A \, dx + r^\top dA\, x", "undecided", "t"),
        (r"dJ = r^\top dr", "proved", ""),
        (r"dJ = r^\top A \, dx + r^\top dA\, x - r^\top dt", "proved", ""),
        (r"dJ = 2 r^\top A \, dx", "refuted", ""),
        (r"d(A x) = A \, dx", "refuted", ""),  # a term of the product rule is missing
    ],
)
def test_inputs_without_a_differential_may_rest(latex: str, verdict: str, held: str) -> None:
    (claim,) = verify_text(f"{SQUARES}claims:\n  c: {{latex: '{latex}'}}\n").claims
    assert claim.verdict == verdict
    if held:
        assert claim.diagnosis is not None
        assert any(f"holding {held}" in text and "proved" in text for _, text in claim.diagnosis.notes)
        left = claim.diagnosis.help
        right = latex.partition("=")[2]
        (settled,) = verify_text(f"{SQUARES}claims:\n  c: {{latex: '{left} = {right}'}}\n").claims
        assert settled.verdict == "proved"
