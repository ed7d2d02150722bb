"""Sums and products over the labels of families: what they mean, what they say, how far a proof reaches."""

from __future__ import annotations

import functools

import pytest

from derivcheck.diagnostics.diagnostic import DerivcheckError, NotationError
from derivcheck.diagnostics.verdicts import ClaimResult
from derivcheck.judging.examiner import Examiner
from derivcheck.judging.panel import Panel
from derivcheck.judging.rulings import judge
from derivcheck.judging.statement import labelled, stated
from derivcheck.language.latex.reading import parse_latex
from derivcheck.language.network import build, depths
from derivcheck.language.notation.parser import parse_equation, parse_expression
from derivcheck.language.notation.printer import to_latex, to_plain, to_unicode
from derivcheck.pipeline.verification import check_equation
from derivcheck.spec import read_spec

RECURRENT = """
families: {t: 1..T}
depths: {T: [2, 3]}
tensors: {"h[0]": n, "x[t]": d, W: n n, U: n d, b: n, v: n, w: m, q: scalar}
layers:
  "z[t]": W @ h[t-1] + U @ x[t] + b
  "h[t]": tanh(z[t])
  "E[t]": v.T @ h[t]
loss: {L: "sum_{t in 1..T}(E[t])"}
let: {"D[t]": "dL/dz[t]"}
claims: {claim: CLAIM}
"""


@functools.cache
def examiners(spec: str) -> list[Examiner]:
    loaded = read_spec(spec.replace("CLAIM", "x = x"))
    return [Examiner(build(loaded, depth)) for depth in depths(loaded)]


def judged(claim: str, spec: str = RECURRENT) -> ClaimResult:
    declared = read_spec(spec.replace("CLAIM", claim)).claims[0]
    return judge(stated(declared, Panel(examiners(spec))))


def latex(formula: str) -> str:
    return f"{{latex: '{formula}'}}"


TRUE = [
    '"dL/dW = sum_t(D[t] @ h[t-1].T)"',
    '"dL/dW = sum_{t in 1..T}(D[t] @ h[t-1].T)"',
    '"dL/dW = sum_{t=1..T}(D[t] @ h[t-1].T)"',
    '"dL/dW = sum_{t=1}^{T}(D[t] @ h[t-1].T)"',
    '"dL/dW = sum_{k in 1..T}(D[k] @ h[k-1].T)"',
    '"dL/dW = sum_{t in 0..T-1}(D[t+1] @ h[t].T)"',
    '"dL/dW = Σ_{t=1}^T D[t] h[t-1]ᵀ"',
    '"dL/dW = D[1] @ h[0].T + sum_{t in 2..T}(D[t] @ h[t-1].T)"',
    '"dL/dW = D[1] @ h[0].T + sum_{t != 1}(D[t] @ h[t-1].T)"',
    '"dL/dW = D[1] @ h[0].T + sum_{t in 1..T: t > 1}(D[t] @ h[t-1].T)"',
    '"dL/dW = D[1] @ h[0].T + sum_{t in 1..T: t > 1 or t > 2}(D[t] @ h[t-1].T)"',
    '"dL/dW[i,j] = sum_t(D[t][i] * h[t-1][j])"',
    '"dL/dW[i,j] = sum_t(sum_k1(delta(i,k1) * D[t][k1] * h[t-1][j]))"',
    '"sum_{t,k1}(D[t][k1]) = sum(sum_t(D[t]))"',
    '"L = sum_t(E[t])"',
    '"L = sum_t(v).T @ sum_t(h[t]) / T"',
    '"dL/db = sum_t(D[t])"',
    '"sum_{t in 1..T}(sum_{k in 1..t}(E[k])) = sum_{k in 1..T}((T + 1 - k) * E[k])"',
    '"sum_t(q**t) = q * sum_t(q**(t-1))"',
    '"sum_{i in 1..n}(v[i]) = sum(v)"',
    '"prod_{t in 1..T}(E[t]) = E[T] * prod_{t in 1..T-1}(E[t])"',
    '"prod_{t in 1..T}((dh[t]/dh[t-1]).T).T = dh[T]/dh[0]"',
    '{claim: "sum_{k in t+1..T}(D[k]) = zeros(n)", for: t in T..T}',
    '{claim: "prod_{k in t+1..T}(dh[k]/dh[k-1]) = eye(n)", for: t in T..T}',
    '{claim: "prod_{k in t+1..T}(E[k]) = 1", for: t in T..T}',
    '{claim: "dL/dh[t] = sum_{k in t..T}(dE[k]/dh[t])", for: t in 1..T}',
    '{claim: "dE[T]/dh[t] = sum_{k in T..T}(dE[k]/dh[t])", for: t in 1..T}',
    '{claim: "dL/dh[t] = v + sum_{k in t+1..T}(dE[k]/dh[t])", for: t in 1..T}',
    '{claim: "dL/dE[t] = sum_{k in t..t}(1)", for: t in 1..T}',
    latex(r"\frac{\partial L}{\partial W} = \sum_{t=1}^{T} D_t h_{t-1}^\top"),
    latex(r"\frac{\partial L}{\partial W} = \sum_t \frac{\partial L}{\partial z_t} h_{t-1}^\top"),
    latex(r"\frac{\partial L}{\partial U} = \sum_{t=1}^T \frac{\partial E_t}{\partial U}"),
    latex(r"\frac{\partial L}{\partial W_{ij}} = \sum_t \frac{\partial L}{\partial z_{t,i}} h_{t-1,j}"),
    latex(r"\frac{\partial L}{\partial b} = D_1 + \sum_{k=2}^{T} D_k"),
    latex(r"\frac{\partial L}{\partial b} = \sum_{t \le T} D_t"),
    latex(r"L = \sum_{t=1}^T E_t"),
    latex(r"T \sum_{t=1}^{T} q^{t-1} = \frac{T}{q} \sum_{t=1}^T q^t"),
    latex(r"\sum_{k=2}^{2} D_k = D_2"),
    latex(r"\sum_{t=1}^{T} t = \frac{T (T + 1)}{2}"),
]
FALSE = [
    '"dL/dW = sum_t(D[t] @ h[t].T)"',
    '"dL/dW = sum_{t in 2..T}(D[t] @ h[t-1].T)"',
    '"dL/dW = sum_{t in 1..T-1}(D[t] @ h[t-1].T)"',
    '"dL/dW = sum_t(D[t] @ h[t-1].T) / T"',
    '"dL/dW = sum_{t != 1}(D[t] @ h[t-1].T)"',
    '"dL/dW[i,j] = sum_t(D[t][j] * h[t-1][i])"',
    '"sum_t(D[t]) = zeros(n)"',
    '{claim: "sum_{k in t+1..T}(D[k]) = zeros(d)", for: t in T..T}',
    '{claim: "sum_{k in t+1..T}(D[k]) = 1", for: t in T..T}',
    '{claim: "prod_{k in t+1..T}(E[k]) = 0", for: t in T..T}',
    '"prod_{t in 1..T}(dh[t]/dh[t-1]) = dh[T]/dh[0]"',
    '{claim: "dL/dh[t] = sum_{k in t+1..T}(dE[k]/dh[t])", for: t in 1..T}',
    latex(r"\frac{\partial L}{\partial W} = \sum_{t=2}^{T} D_t h_{t-1}^\top"),
    latex(r"\frac{\partial L}{\partial b} = \sum_{t < T} D_t"),
]


@pytest.mark.parametrize("claim", TRUE)
def test_a_sum_over_layers_is_the_sum_of_its_terms(claim: str) -> None:
    result = judged(claim)
    assert result.verdict == "proved", result.message


@pytest.mark.parametrize("claim", FALSE)
def test_another_sum_is_refuted(claim: str) -> None:
    assert judged(claim).verdict == "refuted"


# --- reach ----------------------------------------------------------------------------------------

ADDED = """
families: {t: 1..T}
depths: {T: DEPTHS}
tensors: {"h[0]": n, W: n n, "y[t]": n, p: k}
layers:
  "z[t]": W @ h[t-1]
  "h[t]": tanh(z[t])
  "E[t]": sse(h[t], y[t])
  N: sum_t(1)
  MORE
loss: {L: "LOSS"}
claims: {claim: CLAIM}
"""


def reach(claim: str, loss: str = "sum_t(E[t])", depths: str = "[2, 3]", more: str = "") -> str:
    spec = ADDED.replace("LOSS", loss).replace("DEPTHS", depths).replace("MORE", more)
    result = judged(claim, spec)
    assert result.verdict == "proved", result.message
    return result.reach


@pytest.mark.parametrize("loss", ["sum_t(E[t])", "sum_{t in 1..T}(E[t]) / 2 + sum(p)", "-sum_t(sse(y[t], h[t]))"])
def test_a_local_claim_under_a_loss_of_all_layers_holds_for_every_depth(loss: str) -> None:
    assert reach('{claim: "dL/dz[t] = dL/dh[t] * tanh\'(z[t])", for: t in 1..T}', loss).endswith("any depth")


# Each of these is right at the depths that are tried, and wrong at the next one.
NOT_GENERAL = [
    ('"(N - 6) * (N - 7) * h[T] = 0"', "sum_t(E[t])", "[6, 7]"),
    ('"sum_{k in 8..T}(E[k]) = 0"', "sum_t(E[t])", "[2, 3]"),
    ('{claim: "dL/dE[t] = 0", for: t in 1..T}', "sum_{k in 8..T}(E[k])", "[2, 3]"),
    ('{claim: "dL/dE[t] = 1", for: t in 1..T-1}', "sum_{k in 1..6}(E[k])", "[6, 7]"),
    ('{claim: "dL/dE[t] = 1", for: t in 2..T}', "sum_{k in T-5..T}(E[k])", "[6, 7]"),
    ('{claim: "dL/dE[t] = 1", for: t in 1..T-1}', "E[1] + E[2] + E[3] + E[4] + E[5] + E[6]", "[6, 7]"),
    ('{claim: "dL/dE[t] = 1", for: t in 2..T}', "E[T] + E[T-1] + E[T-2] + E[T-3] + E[T-4] + E[T-5]", "[6, 7]"),
    ('"dL/dE[T] = 0"', "E[T] * (N - 6) * (N - 7)", "[6, 7]"),
    ('"dL/dE[T] = 0"', "E[T] * (T - 6) * (T - 7)", "[6, 7]"),
    ('"dL/dE[T] = 0"', "E[T] * (6 - sum_t(1)) * (7 - sum_t(1))", "[6, 7]"),
    ('"sum_t(1) * (sum_t(1) - 6) * (sum_t(1) - 7) = 0"', "sum_t(E[t])", "[6, 7]"),
    ('{claim: "(t-1)*(t-2)*(t-3)*(t-4)*(t-5)*(t-6)*(t-7) = 0", for: t in 1..T}', "sum_t(E[t])", "[6, 7]"),
    ('{claim: "dL/dE[t] = (t-1)*(t-2)*(t-3)*(t-4)*(t-5)*(t-6)*(t-7)", for: t in 1..T}', "0 * sum_t(E[t])", "[6, 7]"),
    ('"dL/dW = sum_t(dL/dz[t] @ h[t-1].T)"', "sum_t(E[t])", "[2, 3]"),
    ('{claim: "dL/dE[t] = (1 if t < 8 else 0)", for: t in 1..T}', "sum_t(E[t])", "[6, 7]"),
    ('{claim: "dL/dE[t] = 1", for: t in 7..T}', "E[T]", "[7]"),
    ('{claim: "dL/dE[t] = 0", for: t in 1..T-6}', "E[1]*0 + E[2] + E[3]", "[7]"),
    ('{claim: "dL/dE[t] = 0", for: t in 1..6}', "E[T]*0", "[6, 7]"),
]


@pytest.mark.parametrize(("claim", "loss", "depths"), NOT_GENERAL)
def test_what_ends_beyond_the_depths_tried_is_not_said_of_any(claim: str, loss: str, depths: str) -> None:
    assert "any depth" not in reach(claim, loss, depths)


def test_a_layer_that_is_special_beyond_the_depths_tried_is_seen() -> None:
    claim = '{claim: "dL/dz[t] = dL/dh[t] * tanh\'(z[t])", for: t in 1..T}'
    assert "any depth" not in reach(claim, depths="[6, 7]", more='"h[8]": "0*h[0]"')
    assert "any depth" in reach(claim, depths="[6, 7]")


# --- what is refused, and what instead ------------------------------------------------------------

REFUSED = [
    ("dL/dW = sum_{k}(D[k] @ h[k-1].T)", "DC119", "sum_{k in 1..T}(D[k] @ h[k - 1].T)"),
    ("dL/dW = sum_{k <= T}(D[k] @ h[k-1].T)", "DC119", "sum_{k in 1..T}(D[k] @ h[k - 1].T)"),
    ("dL/dW = sum_{t in 0..T}(D[t] @ h[t-1].T)", "DC121", "sum_{t in 1..T}(D[t] @ h[t - 1].T)"),
    ("dL/dW = sum_{t in 1..T+1}(D[t] @ h[t-1].T)", "DC121", "sum_{t in 1..T}(D[t] @ h[t - 1].T)"),
    ("dL/dW = sum_{t in 1..S}(D[t] @ h[t-1].T)", "DC119", "sum_{t in 1..T}(D[t] @ h[t - 1].T)"),
    ("dL/dW = sum_{t = 1}(D[t] @ h[t-1].T)", "DC119", "sum_{t in 1..T}(...)"),
    ("dL/dW = sum_t^T(D[t] @ h[t-1].T)", "DC119", "sum_{t in 1..T}(...)"),
    ("sum_{i in 1..3}(v[i]) = 0", "DC119", "sum_i(...), or sum_{i <= 3}(...) for a part"),
]


@pytest.mark.parametrize(("claim", "code", "advice"), REFUSED)
def test_what_is_refused_says_what_to_write(claim: str, code: str, advice: str) -> None:
    found = judged(f'"{claim}"').diagnosis
    assert found is not None and (found.code, found.help) == (code, advice)


@pytest.mark.parametrize("advice", [advice for _, _, advice in REFUSED if "..." not in advice])
def test_what_is_advised_is_read_and_right(advice: str) -> None:
    assert judged(f'"dL/dW = {advice}"').verdict == "proved"


IN_LATEX = [
    (r"\sum_{k} D_k", "DC119", r"\sum_{k=1}^{T}"),
    (r"\sum_{k \le T} D_k", "DC119", r"\sum_{k=1}^{T}"),
    (r"\sum_{t=0}^{T} D_t", "DC121", r"\sum_{t=1}^{T}"),
    (r"\sum_{t=1} D_t", "DC119", r"\sum_{t=1}^{T}"),
    (r"\sum_t^T D_t", "DC119", r"\sum_{t=1}^{T}"),
]


@pytest.mark.parametrize(("right", "code", "advice"), IN_LATEX)
def test_what_is_refused_in_latex_says_what_to_write(right: str, code: str, advice: str) -> None:
    left = r"\frac{\partial L}{\partial b} = "
    found = judged(latex(left + right)).diagnosis
    assert found is not None and (found.code, found.help) == (code, advice)
    assert judged(latex(f"{left}{advice} {right.split()[-1]}")).verdict == "proved"


def test_limits_that_run_downwards_are_no_empty_range() -> None:
    found = judged('"dh[T]/dh[0] = prod_{t in T..1}(dh[t]/dh[t-1])"').diagnosis
    assert found is not None and (found.code, found.help[:21]) == ("DC119", "prod_{t in 1..T}(dh[T")
    assert judged(f'"dh[T]/dh[0] = {found.help}"').verdict == "proved"
    assert judged('{claim: "sum_{k in t+1..T}(q) = (T - t)*q", for: t in 1..T}').verdict == "proved"


LIMITS = """
families: {l: 1..L}
depths: {L: [2, 3]}
tensors: {"x": "n[0]", "W[l]": "n[l] n[l-1]", "s[l]": scalar}
layers: {"a[0]": x, "a[l]": "W[l] @ a[l-1]"}
loss: {C: "sum(a[L])"}
claims: {claim: CLAIM}
"""
# A range is empty where its limits cross by the label or the depth at hand.
EMPTY = [
    ("sum_{k in 1..l-1}(s[k]) + s[l] = sum_{k in 1..l}(s[k])", "l in 1..L"),
    ("sum_{k in l+1..L}(s[k]) + s[l] = sum_{k in l..L}(s[k])", "l in 1..L"),
    ("sum_{k in 1..l-2}(s[k]) = 0", "l in 1..2"),
    ("sum_{k in l+1..L}(s[k]) = 0", "l in L..L"),
    ("sum_{k in 1..L-2}(s[k]) + s[L-1] + s[L] = sum_{k in 1..L}(s[k])", ""),
    ("sum_{j in 1..L}(sum_{k in j+1..L}(s[k])) = sum_{k in 1..L}(sum_{j in 1..k-1}(s[k]))", ""),
    ("sum_{j in 1..l}(sum_{k in j+1..l}(s[k])) = sum_{k in 1..l}(sum_{j in 1..k-1}(s[k]))", "l in 1..L"),
    ("s[l] = sum_{k in l..2}(s[k])", "l in 2..2"),
]
# (right side, its labels, what is said, what is to be pasted): limits that no depth sets apart.
CROSSED = [
    ("sum_{k in l..1}(s[k])", "l in 1..L", "run downwards", "sum_{k in 1..l}(s[k])"),
    ("sum_{k in l..2}(s[k])", "l in 2..L", "run downwards", "sum_{k in 2..l}(s[k])"),
    ("sum_{k in L..1}(s[k])", "", "run downwards", "sum_{k in 1..L}(s[k])"),
    ("sum_{k in L..l}(s[k])", "l in 1..L", "run downwards", "sum_{k in l..L}(s[k])"),
    ("sum_{k in 4..3}(s[k])", "", "hold no term at any depth", "sum_{k in 3..4}(s[k])"),
    ("sum_{k in 1..0}(s[k])", "", "hold no term at any depth", "sum_{k in 0..1}(s[k])"),
    ("sum_{k in L+1..L}(s[k])", "", "hold no term at any depth", "sum_{k in L..L + 1}(s[k])"),
    ("sum_{k in l..l-1}(s[k])", "l in 1..L", "hold no term at any depth", "sum_{k in l - 1..l}(s[k])"),
    ("sum_{j in 2..L}(sum_{k in j..1}(s[k]))", "", "run downwards", "sum_{k in 1..j}(s[k])"),
]


def for_labels(equation: str, labels: str) -> str:
    return f'{{claim: "{equation}", for: {labels}}}' if labels else f'"{equation}"'


@pytest.mark.parametrize(("equation", "labels"), EMPTY)
def test_a_range_may_be_empty_at_some_labels(equation: str, labels: str) -> None:
    assert judged(for_labels(equation, labels), LIMITS).verdict == "proved"


@pytest.mark.parametrize(("right", "labels", "message", "advice"), CROSSED)
def test_a_range_that_no_depth_fills_is_a_mistake(right: str, labels: str, message: str, advice: str) -> None:
    found = judged(for_labels(f"0 = {right}", labels), LIMITS).diagnosis
    assert found is not None and found.code == "DC119"
    assert message in found.message and found.help == advice


@pytest.mark.parametrize("fixed", ["1..2", "1..3"])
def test_limits_of_a_family_whose_end_is_a_number(fixed: str) -> None:
    spec = LIMITS.replace("1..L", fixed).replace("depths: {L: [2, 3]}\n", "").replace("a[L]", f"a[{fixed[-1]}]")
    for equation in (f"sum_{{k in l+1..{fixed[-1]}}}(s[k]) + s[l] = sum_{{k in l..{fixed[-1]}}}(s[k])", EMPTY[0][0]):
        assert judged(for_labels(equation, f"l in {fixed}"), spec).verdict == "proved"
    found = judged(for_labels("0 = sum_{k in l..1}(s[k])", f"l in {fixed}"), spec).diagnosis
    assert found is not None and found.code == "DC119"


def test_limits_in_layers_and_abbreviations() -> None:
    """What a spec defines is refused where it is defined."""
    with pytest.raises(DerivcheckError, match="run downwards"):
        build(read_spec(LIMITS.replace("sum(a[L])", "sum_{k in L..1}(s[k])").replace("CLAIM", "x = x")))
    with pytest.raises(DerivcheckError, match="run downwards"):
        build(read_spec(LIMITS.replace("CLAIM", "x = x") + 'let: {"R[l]": "sum_{k in l..1}(s[k])"}\n'))


def test_the_order_of_a_product_of_matrices_is_asked_for_in_latex() -> None:
    formula = r"\frac{\partial h_T}{\partial h_0} = \prod_{i=1}^T \frac{\partial h_i}{\partial h_{i-1}}"
    found = judged(latex(formula)).diagnosis
    assert found is not None and found.code == "DC172"
    readings = [text.rpartition(" ")[2] for name, text in found.notes if "reading" in name]
    assert readings == ["(refuted)", "(proved)"]


def test_the_label_of_a_tensor_without_labels_is_no_power() -> None:
    found = judged(latex(r"v^T x_1 = \sum_{t=1}^T v^t")).diagnosis
    assert found is not None and found.code == "DC119"


OPEN = [
    '"dL/dz[t] = dL/dh[t] * (1 - h[t]^2)"',
    '"h[t] = tanh(z[t])"',
    latex(r"\frac{\partial L}{\partial z_t} = \frac{\partial L}{\partial h_t} \odot (1 - h_t \odot h_t)"),
]


@pytest.mark.parametrize("claim", OPEN)
def test_a_claim_of_every_layer_says_for_which(claim: str) -> None:
    found = judged(claim).diagnosis
    assert found is not None and (found.code, found.help) == ("DC121", "for: t in 1..T")
    inner = claim[1:-1] if claim.startswith("{") else f"claim: {claim}"
    assert judged(f"{{{inner}, {found.help}}}").verdict == "proved"


def test_a_label_bound_and_free_in_one_side_is_invalid() -> None:
    found = judged('{claim: "dL/dh[t] = v + 0*h[t] + sum_{t in 2..T}(D[t])", for: t in 1..T}').diagnosis
    assert found is not None and found.code == "DC150"


def test_a_letter_that_is_a_label_and_an_index_is_invalid() -> None:
    found = judged('"sum_t(D[t][t]) = 0"').diagnosis
    assert found is not None and found.code == "DC141"


def test_terms_of_different_shapes_have_no_sum() -> None:
    spec = RECURRENT.replace('"x[t]": d', '"x[t]": d, "V[t]": "k[t] n"').replace("W @ h", "0*sum(V[t]) + W @ h")
    found = judged('"sum_t(V[t]) = 0"', spec).diagnosis
    assert found is not None and found.code == "DC130"
    empty = judged('{claim: "sum_{k in t+1..T}(V[k]) = 0", for: t in T..T}', spec).diagnosis
    assert empty is not None and empty.code == "DC130"


# --- printing -------------------------------------------------------------------------------------

PRINTED = [
    ("sum_{t in 1..T}(D[t] @ h[t-1].T)", "Σ_{t=1}^{T} D[t] h[t − 1]ᵀ", r"\sum_{t=1}^{T}"),
    ("sum_{k in t+1..T-1}(D[k])", "Σ_{k=t+1}^{T−1} D[k]", r"\sum_{k=t+1}^{T-1}"),
    ("sum_{k in 1..T: k != 2}(D[k])", "Σ_{k in 1..T: k != 2} D[k]", r"\sum_{k=1, k \ne 2}^{T}"),
    ("sum_t(D[t])", "Σ_t D[t]", r"\sum_{t} "),
    ("prod_{k in 1..T}(E[k])", "Π_{k=1}^{T} E[k]", r"\prod_{k=1}^{T}"),
    ("2 * sum_{k in 1..T}(E[k] * h[k]) + b", "2 * (Σ_{k=1}^{T} E[k] ⊙ h[k]) + b", r"\sum_{k=1}^{T}"),
]


@pytest.mark.parametrize(("plain", "mathematical", "typeset"), PRINTED)
def test_a_sum_over_layers_is_printed_as_it_is_read(plain: str, mathematical: str, typeset: str) -> None:
    network = build(read_spec(RECURRENT.replace("CLAIM", "L = L")))
    scope = network.scope
    tree = parse_expression(plain, scope.vocabulary())
    assert parse_expression(to_plain(tree), scope.vocabulary()) == tree
    assert to_unicode(tree, frozenset({"E"}), frozenset({"D", "E", "h"})) == mathematical
    assert parse_expression(mathematical, scope.vocabulary()) == tree
    shown = to_latex(tree, frozenset({"E"}), scope.families | {"D"})
    assert typeset in shown
    known = {**network.depth, "t": 1}
    again = parse_latex(f"0 = {shown}", scope, {}, {}, known)
    wanted = parse_equation(f"0 = {to_plain(tree)}", scope.vocabulary())
    assert labelled(again, known, scope).sides[1] == labelled(wanted, known, scope).sides[1]


@pytest.mark.parametrize("text", ["sum_{t in 1}(x)", "sum_{t in 1..}(x)", "sum_{t=1}^(x)", "1..2", "sum_{in 1..2}(x)"])
def test_half_a_range_is_refused(text: str) -> None:
    with pytest.raises(NotationError):
        parse_expression(text)


# --- what is wrong inside of a sum ----------------------------------------------------------------

MISTAKES = [
    ('"dL/dW = sum_t(D[t] @ h[t].T)"', "DC213", "sum_t(D[t] @ h[t - 1].T)"),
    ('"dL/dW = sum_t(D[t] @ h[t-1])"', "DC203", "sum_t(D[t] @ h[t-1].T)"),
    ('"dL/dW = -sum_t(D[t] @ h[t-1].T)"', "DC202", "sum_t(D[t] @ h[t-1].T)"),
    ('"dL/db = sum_{t in 1..T}(D[t-1 + 1]) / 2"', "DC201", "sum_{t in 1..T}(D[t-1 + 1])"),
    (
        latex(r"\frac{\partial L}{\partial W} = \sum_{t=1}^T D_t h_t^\top"),
        "DC213",
        r"\sum_{t=1}^{T} D_t \, h^{(t - 1)\top}",
    ),
]


@pytest.mark.parametrize(("claim", "code", "advice"), MISTAKES)
def test_a_mistake_inside_of_a_sum_is_named(claim: str, code: str, advice: str) -> None:
    result = judged(claim)
    assert result.diagnosis is not None
    assert (result.diagnosis.code, result.suggestion) == (code, advice)


def test_steps_speak_of_sums_over_layers() -> None:
    steps = '["dL/dW = sum_t(D[t] @ h[t-1].T)", "= D[1] @ h[0].T + sum_{t in 2..T}(D[t] @ h[t-1].T)", "= 0"]'
    result = judged(steps)
    assert [link.verdict for link in result.links] == ["proved", "proved", "refuted"]


SUMMED_UP_TO = [
    ("cumsum(x)[i] = sum_{j in 1..i}(x[j])", "proved"),
    ("cumsum(x)[i] = sum_{j in i..n}(x[j])", "refuted"),
    ("sum_{j in 1..i-1}(A[i,j]*x[j]) + A[i,i]*x[i] + sum_{j in i+1..n}(A[i,j]*x[j]) = sum_j(A[i,j]*x[j])", "proved"),
    ("sum_{j in 1..i}(A[i,j]*x[j]) + A[i,i]*x[i] + sum_{j in i+1..n}(A[i,j]*x[j]) = sum_j(A[i,j]*x[j])", "refuted"),
    ("d(sum(cumsum(x)**2))/dx[i] = 2*sum_{j in i..n}(cumsum(x)[j])", "proved"),
    ("d(sum(cumsum(x)**2))/dx[i] = 2*sum_{j in i+1..n}(cumsum(x)[j])", "refuted"),
    ("sum_{i in 1..n}(sum_{j in i..n}(A[i,j])) = sum(triu(A))", "proved"),
    ("cumsum(x)[i] = sum_{j in 1..i+1}(x[j])", "invalid"),
    ("cumsum(x)[i] = sum_{j in i-1..n}(x[j])", "invalid"),
    ("x[i] = sum_{j in 1..i}(y[j])", "invalid"),
]


@pytest.mark.parametrize(("claim", "verdict"), SUMMED_UP_TO)
def test_the_limits_of_an_index_may_be_those_of_another(claim: str, verdict: str) -> None:
    found = check_equation(claim, read_spec("tensors: {x: n, y: m, A: n n}\n"))
    assert found.verdict == verdict
    if verdict == "invalid":
        assert found.diagnosis is not None and found.diagnosis.code == "DC119"


WIDTHS = """
families: {l: 1..L}
depths: {L: [2, 3]}
tensors: {"W[l]": "n[l] n[l-1]", "h[0]": "n[0]"}
layers: {"h[l]": "W[l] @ h[l-1]"}
loss: {J: "sum(h[L])"}
claims: {claim: CLAIM}
"""


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ('{for: l in 1..L, claim: "mean(h[l]) = sum(h[l]) / n[l]"}', "proved"),
        ('{for: l in 1..L, claim: "mean(h[l]) = sum(h[l]) / n[l-1]"}', "refuted"),
        ("d(J / n[L])/dW[L] = ones(n[L]) @ h[L-1].T / n[L]", "proved"),
        ("d(J / n[L])/dW[L] = ones(n[L]) @ h[L-1].T", "refuted"),
        ("n[1] = n[1]", "proved"),
        ("n[1] = n[2]", "refuted"),
        ("n[7] * J = J", "invalid"),
    ],
)
def test_how_many_entries_a_layer_has_is_a_number(claim: str, verdict: str) -> None:
    assert judged(claim, WIDTHS).verdict == verdict
