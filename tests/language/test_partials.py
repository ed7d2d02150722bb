"""Direct partials: what a derivative holds fixed, said behind it or understood in a chain over paths."""

from __future__ import annotations

from functools import cache

import pytest

from derivcheck.diagnostics.verdicts import ClaimResult
from derivcheck.evidence import exact
from derivcheck.evidence.canonical.form import Canonical
from derivcheck.evidence.numeric.sides import compare_sides
from derivcheck.language.claims import pairs
from derivcheck.language.lowering.paths import along_paths
from derivcheck.language.network import build
from derivcheck.language.notation.mathml import to_mathml
from derivcheck.language.notation.parser import parse_equation
from derivcheck.language.notation.printer import to_plain, to_unicode
from derivcheck.pipeline.verification import check_equation, verify_text
from derivcheck.spec import Spec, read_spec

NORMALISED = """
tensors: {z: n, g: n, t: n, c: {axes: scalar, given: positive}, W: k n}
layers: {m: mean(z), q: z - m, v: mean(q * q), u: q / sqrt(v + c), y: g * u, s: W @ u}
loss: {E: "sum(t * y) + sum(s^2)"}
let: {dy: dE/dy, double: 2 * y}
"""
RECURRENT = """
families: {t: 1..T}
depths: {T: [2, 3]}
tensors: {"x[t]": m, "h[0]": n, W: n n, U: n m, y: n}
layers:
  h[t]: tanh(W @ h[t-1] + U @ x[t])
loss: {L: "sse(h[T], y)"}
"""

ROWS = [
    ("dq[i]/dz[j] holding m = delta(i,j)", True),
    ("dq[i]/dz[j] holding m = delta(i,j) - 1/n", False),
    ("dq[i]/dz[j] holding m = 2 * delta(i,j)", False),
    ("dq[i]/dz[j] holding nothing = delta(i,j) - 1/n", True),
    ("dq[i]/dz[j] holding nothing = delta(i,j)", False),
    ("dq/dz holding m = eye(n)", True),
    ("dq/dz holding m = ones(n, n)", False),
    ("d(vec(q))/d(vec(z)) holding m = eye(n)", True),
    ("d(vec(q))/d(vec(z)) = eye(n)", False),
    ("dz/d(vec(z)) = eye(n)", True),
    ("du[i]/dz[j] holding m, v = delta(i,j) / sqrt(v + c)", True),
    ("du[i]/dz[j] holding v = (delta(i,j) - 1/n) / sqrt(v + c)", True),
    ("du[i]/dz[j] holding v = delta(i,j) / sqrt(v + c)", False),
    ("du[i]/dz[j] holding q = 0 * u[i] * u[j]", True),  # no path is left
    ("dE/dz holding u = dE/dz - dE/dz", True),
    ("dv/dz[i] holding m = 2 * q[i] / n", True),
    ("dv/dz[i] holding q = 2 * q[i] / n", False),
    ("d2v/dz[i]dz[j] holding m = 2 * delta(i,j) / n", True),
    ("d2v/dz[i]dz[j] holding m = 2 * delta(i,j) / n - 2/n^2", False),
    ("d(q[i] * m)/dz[j] holding m = m * delta(i,j)", True),
    ("d(q[i] * m)/dz[j] holding m = m * delta(i,j) + q[i] / n", False),
    ("dE/dz = chain(dE/dq, dq/dz holding m) + chain(dE/dm, dm/dz)", True),
    ("dE/dz = chain(dE/dq, dq/dz holding m) - chain(dE/dm, dm/dz)", False),
    ("dE/dz[i] = dE/dq[i] * (dq[i]/dz[i] holding m) + dE/dm * dm/dz[i]", True),
    ("dE/dz[i] = dE/dq[i] * dq[i]/dz[i] holding m + dE/dm * dm/dz[i]", True),
]

CHAINS = [
    # (claim, verdict, how the right side was read)
    (
        "dE/dz[i] = dE/dq[i] * dq[i]/dz[i] + dE/dm * dm/dz[i]",
        "proved",
        "dE/dq[i] * (dq[i]/dz[i] holding m) + dE/dm * dm/dz[i]",
    ),
    (
        "dE/dz[i] = sum_k(dE/dq[k] * dq[k]/dz[i]) + dE/dm * dm/dz[i]",
        "proved",
        "sum_k(dE/dq[k] * (dq[k]/dz[i] holding m)) + dE/dm * dm/dz[i]",
    ),
    (
        "dE/dz = chain(dE/dq, dq/dz) + chain(dE/dm, dm/dz)",
        "proved",
        "chain(dE/dq, dq/dz holding m) + chain(dE/dm, dm/dz)",
    ),
    (
        "dE/dz[i] = dE/du[i] * du[i]/dz[i] + dE/dv * dv/dz[i] + dE/dm * dm/dz[i]",
        "proved",
        "dE/du[i] * (du[i]/dz[i] holding (m, v)) + dE/dv * (dv/dz[i] holding m) + dE/dm * dm/dz[i]",
    ),
    (
        "dE/dz[i] = -(-dE/dm * dm/dz[i] - sum_k(dE/dq[k] * dq[k]/dz[i]))",
        "proved",
        "-(-dE/dm * dm/dz[i] - sum_k(dE/dq[k] * (dq[k]/dz[i] holding m)))",
    ),
    ("dE/dz[i] = sum_k(dy[k] * dy[k]/dz[i])", "refuted", "sum_k(dy[k] * dy[k]/dz[i])"),
    # One term alone runs along every path.
    ("dE/dz[i] = sum_k(dE/dq[k] * dq[k]/dz[i])", "proved", "sum_k(dE/dq[k] * dq[k]/dz[i])"),
    ("dE/dz[i] = dE/dq[i] * dq[i]/dz[i]", "refuted", "dE/dq[i] * dq[i]/dz[i]"),
    # A derivative by itself holds nothing, whatever stands beside it.
    ("dE/dz = dE/dz + chain(dE/dm, dm/dz)", "refuted", "dE/dz + chain(dE/dm, dm/dz)"),
    # A term that is wrong, or missing, stays wrong.
    (
        "dE/dz[i] = dE/dq[i] * dq[i]/dz[i] - dE/dm * dm/dz[i]",
        "refuted",
        "dE/dq[i] * (dq[i]/dz[i] holding m) - dE/dm * dm/dz[i]",
    ),
    (
        "dE/dz[i] = 2 * dE/dq[i] * dq[i]/dz[i] + dE/dm * dm/dz[i]",
        "refuted",
        "2 * dE/dq[i] * (dq[i]/dz[i] holding m) + dE/dm * dm/dz[i]",
    ),
    (
        "dE/dz[i] = dE/du[i] * du[i]/dz[i] + dE/dv * dv/dz[i]",
        "refuted",
        "dE/du[i] * (du[i]/dz[i] holding v) + dE/dv * dv/dz[i]",
    ),
    (
        "dE/dz[i] = dE/dq[i] * dq[i]/dz[i] holding nothing + dE/dm * dm/dz[i]",
        "refuted",
        "dE/dq[i] * (dq[i]/dz[i] holding nothing) + dE/dm * dm/dz[i]",
    ),
]


@cache
def spec(text: str = NORMALISED) -> Spec:
    return read_spec(text)


def judged(claim: str) -> ClaimResult:
    return check_equation(claim, spec())


@pytest.mark.parametrize(("equation", "true"), ROWS, ids=[equation for equation, _ in ROWS])
def test_each_way_by_itself(equation: str, true: bool) -> None:
    here = build(spec())
    (link,) = pairs(along_paths(parse_equation(equation, here.scope.vocabulary()), here.scope), here.scope)
    assert Canonical(here.facts).equal(link.left, link.right).proved == true
    assert exact.identical(link.left, link.right, facts=here.facts).equal == true
    found = compare_sides(link.left, link.right, link.axes, here.sizes, here.facts, 3, None).evidence.verdict
    assert found == ("agrees" if true else "differs")
    assert judged(equation).verdict == ("proved" if true else "refuted")


@pytest.mark.parametrize(("claim", "verdict", "reading"), CHAINS, ids=[row[0] for row in CHAINS])
def test_a_chain_over_paths_holds_what_stands_in_between(claim: str, verdict: str, reading: str) -> None:
    found = judged(claim)
    assert (found.verdict, found.reading) == (verdict, f"{claim.partition(' = ')[0]} = {reading}")
    again = judged(found.reading)
    assert (again.verdict, again.reading) == (verdict, found.reading)


def test_a_chain_that_holds_along_every_path_alone_has_two_readings() -> None:
    found = judged("q[i] * dE/dq[i] * dq[i]/dz[i] + dE/dm * dm/dz[i] = q[i] * dE/dq[i] * (1 - 1/n) + dE/dm / n")
    assert found.verdict == "undecided"
    assert found.diagnosis is not None and found.diagnosis.code == "DC172"
    verdicts = []
    for _, note in found.diagnosis.notes:
        equation, _, verdict = note.rpartition(" (")
        assert "holding" in equation
        verdicts.append(verdict.rstrip(")"))
        assert judged(equation).verdict == verdicts[-1]
    assert verdicts == ["refuted", "proved"]


@pytest.mark.parametrize(
    ("claim", "held"),
    [
        ("dq[i]/dz[j] = delta(i,j)", "dq[i]/dz[j] holding m = delta(i,j)"),
        ("dq/dz = eye(n)", "dq/dz holding m = eye(n)"),
        ("du[i]/dz[j] = delta(i,j)/sqrt(v + c)", "du[i]/dz[j] holding (m, v) = delta(i,j)/sqrt(v + c)"),
        ("dq/dz = 2 * eye(n)", ""),
        ("3 * dq/dz = 3 * eye(n)", "3 * (dq/dz holding m) = 3 * eye(n)"),
        ("eye(n) = dq/dz", "eye(n) = dq/dz holding m"),
    ],
)
def test_a_partial_that_is_true_with_a_layer_held_says_so(claim: str, held: str) -> None:
    found = judged(claim)
    assert found.diagnosis is not None
    if held:
        assert (found.verdict, found.diagnosis.code, found.diagnosis.help) == ("refuted", "DC233", held)
        assert judged(held).verdict == "proved"
    else:
        assert found.diagnosis.code != "DC233"


def test_whatever_is_zero_then_is_no_explanation() -> None:
    found = judged("du/dz = zeros(n, n)")
    assert found.verdict == "refuted"
    assert found.diagnosis is not None and found.diagnosis.code != "DC233"


@pytest.mark.parametrize(
    ("claim", "code", "words"),
    [
        ("dm/dz holding q = ones(n)/n", "DC139", "`m` is not computed from it"),
        ("dq/dz holding q = eye(n)", "DC139", "it is what is derived"),
        ("dq[i]/dz[j] holding q = delta(i,j)", "DC139", "it is what is derived"),
        ("dq[i]/dz[j] holding z = delta(i,j)", "DC139", "or derived by"),
        ("dE/dy holding double = t", "DC136", "an abbreviation"),
        ("dq/dz holding mm = eye(n)", "DC120", "not declared"),
        ("dq/dz holding = eye(n)", "DC107", ""),
        ("dq/dz holding 2 = eye(n)", "DC107", ""),
        ("(dq/dz holding m, v) = eye(n)", "DC107", ""),
    ],
)
def test_what_cannot_be_held_is_refused(claim: str, code: str, words: str) -> None:
    found = judged(claim)
    assert found.verdict == "invalid"
    assert found.diagnosis is not None
    assert found.diagnosis.code == code
    assert words in found.diagnosis.label + found.diagnosis.message


def test_backpropagation_through_time() -> None:
    claims = {
        "sum over time": ("dL/dW = sum_t(chain(dL/dh[t], dh[t]/dW))", "proved"),
        "through the last": ("dL/dW = sum_t(chain(dL/dh[T], dh[T]/dh[t], dh[t]/dW))", "proved"),
        "entries": ("dL/dW[i,j] = sum_t(sum_k(dL/dh[t][k] * dh[t][k]/dW[i,j]))", "proved"),
        "said": ("dL/dW = sum_t(chain(dL/dh[t], dh[t]/dW holding h[t-1]))", "proved"),
        "all said": ("dL/dW = sum_t(chain(dL/dh[t], dh[t]/dW holding h))", "proved"),
        "twice": ("dL/dW = sum_t(2 * chain(dL/dh[t], dh[t]/dW))", "refuted"),
        "without the last": ("dL/dW = sum_{t in 1..T-1}(chain(dL/dh[t], dh[t]/dW))", "refuted"),
        "from the second": ("dL/dW = sum_{t in 2..T}(chain(dL/dh[t], dh[t]/dW))", "refuted"),
        "nothing": ("dL/dW = sum_t(chain(dL/dh[t], dh[t]/dW holding nothing))", "refuted"),
    }
    told = "".join(f"  {name}: {{claim: '{claim}', expect: {verdict}}}\n" for name, (claim, verdict) in claims.items())
    local = (
        "  local: {claim: 'dh[t][k]/dW[i,j] holding h[t-1] = (1 - h[t][k]^2)*delta(i,k)*h[t-1][j]', for: t in 1..T}\n"
        "  not held: {claim: 'dh[t][k]/dW[i,j] = (1 - h[t][k]^2)*delta(i,k)*h[t-1][j]', for: t in 1..T,"
        " expect: refuted, code: DC233}\n"
    )
    found = verify_text(f"{RECURRENT}claims:\n{told}{local}")
    assert found.exit_code == 0, [(claim.id, claim.verdict, claim.message) for claim in found.claims if not claim.holds]
    by_name = {claim.id: claim for claim in found.claims}
    assert by_name["sum over time"].reading == "dL/dW = sum_t(chain(dL/dh[t], dh[t]/dW holding h))"
    # Of layers in between that no term goes through, nothing is held.
    assert "holding" not in by_name["from the second"].reading
    assert by_name["local"].reach == "for every layer at any depth"


def test_what_is_held_is_measured_as_it_is_held() -> None:
    found = judged("dq[i]/dz[j] holding m = 2 * delta(i,j)")
    assert [slope.text for slope in found.slopes] == ["dq[i]/dz[j] holding m"]
    assert found.witness is not None
    assert float(found.witness.finite_difference) == pytest.approx(float(found.witness.derived))
    # At m = mean(z), not at an m of its own.
    other = judged("dv/dz[i] holding m = q[i] / n")
    assert other.witness is not None
    assert float(other.witness.finite_difference) == pytest.approx(float(other.witness.derived))


@pytest.mark.parametrize(
    "text",
    [
        "dq/dz holding m = eye(n)",
        "dq/dz holding nothing = eye(n)",
        "-(du/dz holding (m, v)).T = y",
        "y = t - (du/dz holding (m, v)).T @ t",
        "chain(dE/dq, dq/dz holding m, dz/dz) = t",
        "d(q * m)/dz holding (m, v) = eye(n)",
        "2/(dE/dm holding nothing) = E",
    ],
)
def test_what_is_held_prints_so_that_it_reads_back(text: str) -> None:
    scope = build(spec()).scope
    tree = parse_equation(text, scope.vocabulary())
    assert to_plain(tree, scope.vocabulary()) == text
    assert parse_equation(to_unicode(tree, frozenset(scope.dimensions)), scope.vocabulary()) == tree
    assert "|" in to_mathml(tree) or "nothing" in text


def test_a_quantity_may_be_called_holding() -> None:
    found = verify_text("tensors: {holding: n}\nlayers: {q: 2 * holding}\nclaims: {a: dq/dholding = 2 * eye(n)}")
    assert [claim.verdict for claim in found.claims] == ["proved"]


# --- LaTeX --------------------------------------------------------------------------------------

D = r"\frac{{\partial {}}}{{\partial {}}}"


@pytest.mark.parametrize(
    ("latex", "reading"),
    [
        (
            rf"{D.format('E', 'z_i')} = {D.format('E', 'q_i')}{D.format('q_i', 'z_i')} + {D.format('E', 'm')}"
            rf"{D.format('m', 'z_i')}",
            "dE/dz[i] = dE/dq[i] * (dq[i]/dz[i] holding m) + dE/dm * dm/dz[i]",
        ),
        (
            rf"{D.format('E', 'z')} = {D.format('E', 'q')}{D.format('q', 'z')} + {D.format('E', 'm')}{D.format('m', 'z')}",
            "dE/dz = chain(dE/dq, dq/dz holding m) + chain(dE/dm, dm/dz)",
        ),
        (rf"\left. {D.format('q_i', 'z_j')} \right|_{{m}} = \delta_{{ij}}", "dq[i]/dz[j] holding m = delta(i,j)"),
        (rf"{D.format('q_i', 'z_j')} \bigg|_{{m}} = \delta_{{ij}}", "dq[i]/dz[j] holding m = delta(i,j)"),
        (rf"\left( {D.format('q_i', 'z_j')} \right)_{{m}} = \delta_{{ij}}", "dq[i]/dz[j] holding m = delta(i,j)"),
        (
            rf"\left. {D.format('u', 'z')} \right|_{{m, v}} = \frac{{1}}{{\sqrt{{v + c}}}} I_n",
            "du/dz holding (m, v) = 1/sqrt(v + c) * eye(n)",
        ),
    ],
)
def test_latex_says_what_is_held(latex: str, reading: str) -> None:
    found = judged(latex)
    assert (found.verdict, found.reading) == ("proved", reading)


def test_the_help_is_in_the_notation_of_the_claim() -> None:
    found = judged(rf"{D.format('q_i', 'z_j')} = \delta_{{ij}}")
    assert found.diagnosis is not None and found.diagnosis.code == "DC233"
    assert found.diagnosis.help.startswith(r"\left. \frac{\partial q_{i}}{\partial z_{j}} \right|_{m}")
    assert judged(found.diagnosis.help).verdict == "proved"
