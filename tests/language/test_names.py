"""What is declared is no index letter, a letter is nothing that is declared, and `dC` is no product."""

from __future__ import annotations

from pathlib import Path

import pytest

from derivcheck.diagnostics.diagnostic import NotationError
from derivcheck.diagnostics.verdicts import ClaimResult
from derivcheck.language.latex.reading import parse_latex
from derivcheck.language.network import build
from derivcheck.language.notation.parser import parse_equation
from derivcheck.language.notation.printer import to_latex, to_plain, to_unicode
from derivcheck.pipeline.model import load
from derivcheck.pipeline.verification import check_equation, verify_text
from derivcheck.spec import read_spec

# `i` is a gate, as in an LSTM; `d` a dimension, and every scalar a possible letter.
DECLARED = """
tensors: {s: scalar, t: scalar, x: n, y: n, A: n m, i: n, u: n, E: n d, F: d k, q: d}
layers: {C: E @ F, z: sigmoid(q)}
loss: {L: sum(C^2) + sum(z) + sum(x) + s}
"""
SCALARS_ALONE = "tensors: {s: scalar, t: scalar}\nlayers: {r: s*t}\n"


def judged(claim: str, spec: str = DECLARED) -> ClaimResult:
    return check_equation(claim, read_spec(spec))


OF_SCALARS = [
    ("(s if s < t else t) = min(s, t)", "proved"),
    ("(t if s >= t else s) = min(s, t)", "proved"),
    ("max(s, t) = (s if s > t else t)", "proved"),
    ("max(s, t) = (t if s <= t else s)", "proved"),
    ("(s if s == t else 0) = (t if s == t else 0)", "proved"),
    ("(s if s != t else t) = s", "proved"),
    ("max(s - t, 0) = (s - t if s > t else 0)", "proved"),
    ("max(s, t) = (s if 1*s > t else t)", "proved"),
    ("abs(s) = (s if s > 0 else -s)", "proved"),
    ("relu(s) = (s if s >= 0 and t == t else 0)", "proved"),
    (r"\max(s, t) = \begin{cases} s & s > t \\ t & \text{otherwise} \end{cases}", "proved"),
    (r"\max(s, t) = \begin{cases} t & s < t \\ s & t < s \\ t & s = t \end{cases}", "proved"),
    ("(s if s < t else t) = max(s, t)", "refuted"),
    ("(s if s == t else 0) = t", "refuted"),
    ("max(s, t) = (s if t > s else t)", "refuted"),
]


@pytest.mark.parametrize("spec", [DECLARED, SCALARS_ALONE], ids=["with dimensions", "without"])
@pytest.mark.parametrize(("claim", "verdict"), OF_SCALARS)
def test_declared_scalars_are_compared_as_values(claim: str, verdict: str, spec: str) -> None:
    assert judged(claim, spec).verdict in (verdict, "checked" if verdict == "proved" else verdict)


POSITIONS = [
    # values and letters in one equation
    ("max(x, y) = (x if x > y else y)", "proved"),
    ("max(x[i], y[i]) = (x[i] if x[i] > y[i] else y[i])", "proved"),
    ("(x[j] if s < t else y[j]) = y[j] + (x[j] - y[j])*(1 if s < t else 0)", "proved"),
    ("(x[j] if s < t else y[j]) = x[j]", "refuted"),
    ("x = x where s < t", "proved"),
    ("dx[j]/dx[q] = delta(j,q)", "proved"),
    # letters that are called as something declared, where they can be nothing else
    ("sum_s(x[s]) = sum(x)", "proved"),
    ("sum_n(x[n])/n = mean(x)", "proved"),
    ("sum_n(delta(n,j)*x[n]) = x[j]", "proved"),
    ("A[n,m] = A.T[m,n]", "proved"),
    ("i[i]*x[i] = (i*x)[i]", "proved"),
    ("x[i]*delta(i,j) = x[j]*delta(i,j)", "proved"),
    ("(x[i] if i == j else 0) = x[j]*delta(i,j)", "proved"),
    ("sum_{i != j}(x[i]) = sum(x) - x[j]", "proved"),
    ("x[j] + sum_{i < j}(x[i]) = sum(x)", "refuted"),
    # a size as the limit of its own dimension
    ("sum_{j <= n}(x[j]) = sum(x)", "proved"),
    ("sum_{j > n}(x[j]) = 0", "proved"),
    ("sum_{j <= n}(x[j]) = sum(x) - x[1]", "refuted"),
    ("sum_{j < n}(x[j]) = sum(x) - x[n+0]", "proved"),
    ("sum_{j < n}(x[j]) = sum(x)", "refuted"),
    # and the size of another one
    ("sum_{j <= m}(x[j]) = sum(x)", "refuted"),
    ("sum_{j <= m}(x[j]) = sum(x) - sum_{j > m}(x[j])", "proved"),
]


@pytest.mark.parametrize(("claim", "verdict"), POSITIONS)
def test_letters_and_names_in_every_position(claim: str, verdict: str) -> None:
    assert judged(claim).verdict == verdict


REFUSED = [
    # a letter and a value at once
    ("sum_s(x[s]*s) = s*sum(x)", "DC154"),
    ("x[s]*s = s*x[s]", "DC154"),
    ("sum_n(x[n]/n) = mean(x)", "DC154"),
    ("x[n]/n = x[n]/n", "DC154"),
    ("(x[s] if s < t else 0) = x[s]", "DC154"),
    ("(x[s] if s == 1 else 0) = x[1]*delta(s,1)", "DC154"),
    ("sum_{j < n}(x[j]) = sum(x) - x[n]", "DC154"),
    ("sum_{n >= j}(x[j]) = sum(x)", "DC154"),
    ("sum_s(x[j]) = x[j]", "DC154"),
    # an index against a value
    ("sum_{s < t}(x[s]) = sum(x)", "DC144"),
    ("(x[j] if j < t else 0) = 0", "DC144"),
    ("x[j] = x[j] where j > 0", "DC144"),
    ("(x[j] if j == u else 0) = 0", "DC144"),
    ("delta(s,t) = delta(t,s)", "DC144"),
    ("x[j]*delta(j,n) = x[j]*delta(j,n)", "DC144"),
    ("x[j]*window(j,s,t) = 0", "DC144"),
    # a letter of which nothing is known
    ("sum_w(1 if w == 1 else 0) = 1", "DC140"),
    ("(s if w < 1 else t) = s", "DC120"),
]


@pytest.mark.parametrize(("claim", "code"), REFUSED)
def test_what_may_be_a_letter_or_a_value_is_refused(claim: str, code: str) -> None:
    found = judged(claim)
    assert found.verdict == "invalid"
    assert found.diagnosis is not None
    assert found.diagnosis.code == code, found.diagnosis


@pytest.mark.parametrize("other", ["x: n", "x: n, q: k", "A: n k", "i: n", "y: 3"])
def test_what_else_is_declared_changes_nothing(other: str) -> None:
    spec = f"tensors: {{s: scalar, t: scalar, {other}}}"
    assert judged("(s if s < t else t) = min(s, t)", spec).verdict == "proved"
    assert judged("(s if s < t else t) = s", spec).verdict == "refuted"


# --- differentials ----------------------------------------------------------------------------

DIFFERENTIALS = [
    "dC = E @ dF + dE @ F",
    "dC = d*C",
    "2 dC = 2*d*C",
    "dC.T = d*C.T",
    "dC[i,j] = d*C[i,j]",
    "dL = d*L",
    "dz = sigmoid'(q) * dq",
    "∂L/∂q = d qᵀ",
]


@pytest.mark.parametrize("claim", DIFFERENTIALS)
@pytest.mark.parametrize("spec", [DECLARED, DECLARED.replace(" d", " e")], ids=["with a dimension d", "without"])
def test_a_differential_alone_is_refused(claim: str, spec: str) -> None:
    found = judged(claim, spec)
    assert found.verdict == "invalid"
    assert found.diagnosis is not None
    if spec == DECLARED:
        assert found.diagnosis.code == "DC118"
        assert any(text.startswith("the product") and "d * " in text for _, text in found.diagnosis.notes)


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("dL/dq = sigmoid'(q)", "proved"),
        ("dL/dz = ones(d)", "proved"),
        ("∂L/∂F = 2 Eᵀ C", "proved"),
        ("d*C = C*d", "proved"),
        ("sum(z)/d = mean(z)", "proved"),
        ("dL/dq = d*sigmoid'(q)", "refuted"),
    ],
)
def test_a_derivative_is_one_whatever_is_called_d(claim: str, verdict: str) -> None:
    assert judged(claim).verdict == verdict


NAMED_GRADIENTS = """
tensors: {x: n, W: m n}
layers: {z: W @ x, a: tanh(z)}
loss: {L: "sum(a*a)"}
let: {dz: dL/dz, dx: dL/dx, da: "2*a"}
claims:
"""


@pytest.mark.parametrize(
    ("equation", "verdict"),
    [
        ("da/dz = diag(1 - a^2)", "DC118"),
        ("da/dz = 2*a/(dz)", "DC118"),
        ("dz[i]/dx[j] = W[i,j]", "DC118"),
        ("d(a)/d(z) = diag(1 - a^2)", "proved"),
        ("∂a/∂z = diag(1 - a^2)", "proved"),
        ("da/(dz) = 2*a/(dz)", "proved"),
        ("d(a)/d(z) = 2*a/(dz)", "refuted"),
        ("dL/dz = dz", "proved"),  # where dL is not declared, nothing is divided
        ("dL/dx = W.T @ dz", "proved"),
    ],
)
def test_names_that_look_like_differentials_are_asked_about(equation: str, verdict: str) -> None:
    """`da/dz` is a derivative or a quotient where all of a, z, da and dz are declared."""
    (claim,) = verify_text(f"{NAMED_GRADIENTS}  c: '{equation}'").claims
    if verdict.startswith("DC"):
        assert claim.verdict == "invalid"
        assert claim.diagnosis is not None
        assert claim.diagnosis.code == verdict
    else:
        assert claim.verdict == verdict, claim.message


# --- declarations and formulas spell alike ---------------------------------------------------------

SPELLINGS = ["x", "x1", "x₁", "δ", "δ₂", "x_in", "x̂", "ŷ", "ẋ", "ℓ", "𝐱", "Ω", "d", "dx"]
NO_NAMES = [
    "x²",
    "(x²)",
    "δ²",
    "x₂²",
    "xᵀ",
    "xⁿ",
    "xᵢ",
    "ª",
    "①",
    "x½",
    "²",
    "Σ",
    "2x",
    "x'",
    "(x)",
    "x y",
    "∂x",
    "x·y",
]
DECLARATIONS = [
    ("tensors: {{'{0}': n, v: n}}", "DC024", "{0} = {0}"),
    ("tensors: {{v: n}}\nlayers: {{'{0}': 2*v}}", "DC024", "{0} = v + v"),
    ("tensors: {{v: n}}\nloss: {{'{0}': sum(v)}}", "DC024", "{0} = sum(v)"),
    ("tensors: {{v: n}}\nlet: {{'{0}': 2*v}}", "DC024", "{0} = v + v"),
    ("tensors: {{v: ['{0}']}}", "DC029", "sum(ones({0})) = {0}"),
    ("tensors: {{v: n}}\nfunctions: {{'{0}(t)': t^2}}", "DC031", "{0}(v) = v^2"),
    ("tensors: {{v: n}}\nfunctions: {{'f({0})': '{0}^2'}}", "DC031", "f(v) = v^2"),
    ("families: {{'{0}': 1..3}}\ntensors: {{'v[{0}]': n}}", "DC033", "v[2] = v[2]"),
]


@pytest.mark.parametrize(("declaration", "code", "claim"), DECLARATIONS)
def test_what_is_declared_is_found_by_formulas(declaration: str, code: str, claim: str) -> None:
    for name in SPELLINGS:
        result = verify_text(f'{declaration.format(name)}\nclaims: {{a: "{claim.format(name)}"}}\n')
        assert result.error is None and result.claims[0].verdict == "proved", (name, result.error, result.claims)
    for name in NO_NAMES:
        quoted = declaration.format(name.replace("'", "''"))
        error = verify_text(f"{quoted}\nclaims: {{a: 1 = 1}}\n").error
        assert error is not None and error.code == code, (name, error)
    for name in ("if", "pi", "π"):
        error = verify_text(f"{declaration.format(name)}\nclaims: {{a: 1 = 1}}\n").error
        assert error is not None and error.code in (code, "DC025"), (name, error)


@pytest.mark.parametrize(
    ("spec", "code"),
    [
        ("tensors: {x₁: n, x1: m}", "DC026"),
        ("tensors: {δ: n}\nlayers: {delta: 2*δ}", "DC026"),
        ("tensors: {v: δ, delta: n}", "DC027"),
    ],
)
def test_two_spellings_are_one_name(spec: str, code: str) -> None:
    error = verify_text(f"{spec}\nclaims: {{a: 1 = 1}}\n").error
    assert error is not None and error.code == code
    assert (
        error.where is not None and error.where.length == len({"DC026": "delta", "DC027": "δ"}[code])
    ) or "x1" in spec


def test_greek_labels_and_sizes() -> None:
    spec = """
families: {λ: 1..Λ}
depths: {Λ: [2, 3]}
tensors: {x: "δ[0]", "W[λ]": "δ[λ] δ[λ-1]", p: {axes: "M δ₁", given: {simplex: δ₁}}}
layers: {"a[0]": x, "a[λ]": "W[λ] @ a[λ-1]"}
loss: {C: "sum(a[Λ])"}
claims:
  a: {claim: "dC/da[λ] = W[λ+1].T @ dC/da[λ+1]", for: λ in 1..Λ-1}
  b: {claim: "dC/da[lambda] = W[lambda+1].T @ dC/da[lambda+1]", for: lambda in 1..Lambda-1}
  c: {claim: "sum(p, δ₁) = ones(M)"}
  d: {claim: "dC/da[λ] = W[λ+1] @ dC/da[λ+1]", for: λ in 1..Λ-1}
numeric: {sizes: {δ₁: 4}}
"""
    result = verify_text(spec)
    assert [claim.verdict for claim in result.claims] == ["proved", "proved", "proved", "invalid"], result.error


# --- names that look like differentials -------------------------------------------------------------

GLUED = """
tensors: {x: n, W: m n, dx: n, dz: m, dW: m, dL: scalar, d2L: scalar}
layers: {z: W @ x, a: tanh(z)}
loss: {L: "sum(a^2) + dL + sum(dz)"}
claims:
  right: d(L)/d(x) = W.T @ d(L)/d(z)
  turned: d(L)/d(x) = W @ d(L)/d(z)
  twice: d2(L)/d(x)^2 = W.T @ d2(L)/d(z)^2 @ W
  in LaTeX: {latex: '\\frac{\\partial L}{\\partial x} = W^\\top \\frac{\\partial L}{\\partial z}'}
"""


def test_derivatives_are_printed_apart_where_their_halves_are_names() -> None:
    result = verify_text(GLUED)
    assert {gradient.verdict for gradient in result.gradients} == {"proved"}
    assert [claim.verdict for claim in result.claims] == ["proved", "invalid", "proved", "proved"]
    turned = result.claims[1].diagnosis
    assert turned is not None and turned.help == "W.T @ d(L)/d(z)"
    assert dict(turned.notes)["derived"].startswith("d(L)/d(x) = ")


@pytest.mark.parametrize(
    "equation",
    ["d(L)/d(x) = 0", "d2(L)/d(x)^2 = 0", "d(L)/d(x[i]) = d(L)/d(W[1,i])", "d2(L)/d(x[i])d(x[j]) = 2/(d(L)/d(x[j]))"],
)
def test_a_derivative_of_such_names_is_read_back_in_every_notation(equation: str) -> None:
    network = build(read_spec(GLUED))
    vocabulary = network.scope.vocabulary()
    meant = parse_equation(equation, vocabulary)
    assert parse_equation(to_plain(meant, vocabulary), vocabulary) == meant
    assert parse_equation(to_unicode(meant), vocabulary) == meant
    assert parse_latex(to_latex(meant), network.scope) == meant
    with pytest.raises(NotationError):
        parse_equation(to_plain(meant), vocabulary)


def test_the_text_of_a_derived_form_parses_again(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(GLUED)
    form = load(path).derive("x").matrix
    assert str(form).startswith("d(L)/d(x) = ")


def test_one_name_that_looks_like_a_differential_changes_nothing() -> None:
    for declared in ("dx: n", "dL: scalar"):
        vocabulary = build(read_spec(f"tensors: {{x: n, {declared}}}\nloss: {{L: sum(x)}}\n")).scope.vocabulary()
        meant = parse_equation("dL/dx = 1", vocabulary)
        assert to_plain(meant, vocabulary) == "dL/dx = 1"
