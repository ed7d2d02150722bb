"""The chain rule by name in plain text, by what is linked in LaTeX; `@` is the product of matrices and nothing else."""

from __future__ import annotations

import functools
import itertools
from typing import Literal

import pytest
from latex_fragments import NETWORKS

from derivcheck.diagnostics.diagnostic import SourceText
from derivcheck.diagnostics.verdicts import ClaimResult
from derivcheck.judging.examiner import Examiner
from derivcheck.judging.panel import Panel
from derivcheck.judging.rulings import judge
from derivcheck.judging.statement import stated
from derivcheck.language.claims import pairs
from derivcheck.language.latex.reading import parse_latex
from derivcheck.language.network import build
from derivcheck.language.notation.parser import parse_equation
from derivcheck.language.notation.printer import to_latex, to_plain, to_unicode
from derivcheck.pipeline.verification import check_equation
from derivcheck.spec import ClaimDeclaration, read_spec

NETWORK = """
layout: {layout}
tensors:
  {{x: n, W: m n, b: m, V: k m, s: scalar, t: scalar, Q: n n, A: n n, v: n, r: "1 n", c: "1",
   y: {{axes: k, given: one_hot}}}}
layers: {{u: W @ x + b, a: sigmoid(u), z: V @ a, p: softmax(z), K: s * Q + A, g: tanh(r @ x + c), e: exp(t * v)}}
loss: {{L: "cross_entropy(p, y) + sum(K^3) + sum(g^2) + sum(e)"}}
let: {{gz: dL/dz, Ja: dz/da, Jau: {product}, twice: 2 * dL/dz}}
symbols: {{'g_z': gz}}
"""
PRODUCTS = {"denominator": "da/du @ dz/da"}


@functools.cache
def examiner(layout: str) -> Examiner:
    spec = NETWORK.format(layout=layout, product=PRODUCTS.get(layout, "dz/da @ da/du"))
    return Examiner(build(read_spec(spec)))


def judged(claim: str, layout: str = "mixed") -> ClaimResult:
    source = SourceText(claim, "<claim>", ((1, 1),), (claim,))
    notation: Literal["plain", "latex"] = "latex" if "\\" in claim else "plain"
    declared = ClaimDeclaration("claim", notation, source, (), "", "", "", None, (), (), source.where())
    return judge(stated(declared, Panel([examiner(layout)])))


LAYOUTS = ("mixed", "numerator", "denominator")
TRUE = [
    "dL/du = chain(dL/dz, dz/da, da/du)",
    "dL/du = chain(gz, Ja, da/du)",
    "-3/2 * t * dL/du = t * chain(gz, Ja, da/du) * -3/2",
    "dL/dx = chain(dL/dx)",
    "dp/dx = chain(dp/dz, dz/da, da/du, du/dx)",
    "dL/dW = chain(dL/du, du/dW)",
    "dL/dW[i,j] = chain(dL/du, du/dW[i,j])",
    "dz[i]/dW[j,q] = chain(dz[i]/da, da/du, du/dW[j,q])",
    "dz[1]/dx[q] = chain(dz[1]/da, da/dx[q])",
    "dL/dW[:,j] = chain(dL/du, du/dW[:,j])",
    "dL/dW[2,1] = chain(dL/du, du/dW[2,1])",
    "dL/dA = chain(dL/dK, dK/dA)",
    "d(sum(K^3))/ds = chain(d(sum(K^3))/dK, dK/ds)",
    "dL/ds = chain(dL/dK, dK/ds)",
    "de/dt = chain(de/dt, dt/dt)",
    "dL/dr = chain(dL/dg, dg/dr)",
    "d(vec(K))/ds = chain(d(vec(K))/dK, dK/ds)",
    "dL/ds = sum_{i,j}(dL/dK[i,j] * dK[i,j]/ds)",
]
FALSE = [
    "dL/du = chain(dL/dz, dz/du) * 2",
    "dL/du = -chain(dL/dz, dz/du)",
    "dL/da = chain(dL/dp, dp/dz, dz/da) + dL/da",
    "dL/dx = chain(dL/dz, dz/dx)",  # x goes another way to L too
    "dL/ds = chain(dL/dK, dK/ds) + s",
    "dL/dA = chain(dL/dK, dK/dA).T",
    "dp/du = chain(dp/dz, dz/du).T",
]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("claim", TRUE)
def test_a_chain_is_the_derivative_in_every_layout(claim: str, layout: str) -> None:
    assert judged(claim, layout).verdict == "proved"


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("claim", FALSE)
def test_a_wrong_chain_is_refuted(claim: str, layout: str) -> None:
    assert judged(claim, layout).verdict == "refuted"


@pytest.mark.parametrize(
    ("chain", "code", "words"),
    [
        ("chain(dL/dz, da/du)", "DC138", "the links of the chain do not meet"),
        ("chain(da/du, dL/da)", "DC138", "the links of the chain do not meet"),
        ("chain(dL/dz, p)", "DC138", "`p` is no link of a chain"),
        ("chain(dL/dz, dz/da.T)", "DC138", "`(dz/da).T` is no link of a chain"),
        ("chain(twice, dz/du)", "DC138", "`twice` is no link of a chain"),
        ("chain(gz, Jau)", "DC138", "`Jau` is no link of a chain"),
        ("chain(dL/dz[1], dz[1]/du)", "DC138", "a chain goes through whole tensors"),
        ("chain(dL/dz, 3 * dz/du)", "DC138", "`3 * dz/du` is no link of a chain"),
        ("chain(d2L/dudu, du/dx)", "DC138", "is no link of a chain"),
        ("chain()", "DC122", "`chain` needs the derivatives"),
        ("chain(dL/dzz, dz/du)", "DC120", "unknown name `zz`"),
        ("chain'(dL/dz, dz/du)", "DC122", "`chain` is not an entrywise function"),
        ("chain(dz/da, da/du, du/dW)", "DC135", "is not a matrix"),
    ],
)
def test_what_is_no_chain_is_refused(chain: str, code: str, words: str) -> None:
    found = judged(f"dL/dx = {chain}")
    assert found.verdict == "invalid"
    assert found.diagnosis is not None
    assert found.diagnosis.code == code
    assert words in found.diagnosis.message


# --- `@` is the product of matrices -----------------------------------------------------------

# One product in many spellings: a name, a factor, a sign or a bracket changes nothing.
GRADIENT = [
    ("dL/du", "dL/dz @ dz/da @ da/du"),
    ("dL/du", "gz @ dz/da @ da/du"),
    ("dL/du", "gz @ Ja @ da/du"),
    ("dL/du", "dL/dz @ (dz/da @ da/du)"),
    ("dL/du", "dL/dz @ Jau"),
    ("t * dL/du", "t * dL/dz @ dz/da @ da/du"),
    ("t * dL/du", "t * (dL/dz @ dz/da @ da/du)"),
    ("-dL/du", "-dL/dz @ dz/da @ da/du"),
    ("2 * dL/du", "2 * dL/dz @ dz/du"),
]
UNEQUAL_SHAPES = [("dL/ds", "dL/dK @ dK/ds"), ("2 * dL/ds", "2 * dL/dK @ dK/ds"), ("-dL/ds", "-dL/dK @ dK/ds")]


@pytest.mark.parametrize(("left", "right"), GRADIENT)
def test_a_product_written_for_numerator_layout_has_that_name_and_the_right_product_as_help(
    left: str, right: str
) -> None:
    assert judged(f"{left} = {right}", "numerator").verdict == "proved"
    found = judged(f"{left} = {right}")
    assert found.verdict == "invalid"
    assert found.diagnosis is not None
    assert (found.diagnosis.code, found.diagnosis.message) == (
        "DC205",
        "equal up to layout: true in numerator layout",
    )
    assert "chain" not in found.suggestion
    assert judged(f"{left} = {found.suggestion}").verdict == "proved"


@pytest.mark.parametrize(("left", "right"), UNEQUAL_SHAPES)
def test_a_chain_through_a_matrix_is_no_product_of_matrices(left: str, right: str) -> None:
    for layout in LAYOUTS:
        assert judged(f"{left} = {right}", layout).verdict == "refuted"
    assert judged("dL/dK @ dK/ds = 3 * K^2 @ Q").verdict == "proved"
    assert judged("dL/dK @ dK/ds = sum(3 * K^2 * Q)").verdict == "refuted"


@pytest.mark.parametrize(
    ("left", "right", "help_"),
    [
        ("dL/ds", "dL/dK @ dK/ds", "chain(dL/dK, dK/ds)"),
        ("dL/dW", "dL/du @ du/dW", "chain(dL/du, du/dW)"),
        ("dL/dW", "gz @ Ja @ da/du @ du/dW", "chain(gz, Ja, da/du, du/dW)"),
        ("dL/dW", "dL/dz @ dz/da @ da/du @ x.T", "chain(dL/dz, dz/da, da/du) @ x.T"),
    ],
)
def test_where_no_product_says_it_the_chain_is_the_help(left: str, right: str, help_: str) -> None:
    found = judged(f"{left} = {right}")
    assert found.verdict in ("invalid", "refuted")
    assert found.diagnosis is not None
    assert found.diagnosis.code == "DC232"
    assert found.suggestion == help_
    assert judged(f"{left} = {help_}").verdict == "proved"


def test_an_axis_of_size_1_changes_nothing() -> None:
    wrong = judged("d(sum(g^2))/dx = d(sum(g^2))/dg @ dg/dx")
    assert wrong.verdict == "refuted"
    assert wrong.diagnosis is not None
    assert wrong.diagnosis.code == "DC205"
    assert judged("d(sum(g^2))/dx = chain(d(sum(g^2))/dg, dg/dx)").verdict == "proved"


# --- LaTeX: what is linked is read as the chain where the product of matrices is none ----------

D = r"\frac{{\partial {}}}{{\partial {}}}"


def linked(*names: str, sign: str = " ") -> str:
    return sign.join(D.format(one, other) for one, other in itertools.pairwise(names))


READ = [
    (D.format("L", "u") + " = " + linked("L", "z", "a", "u"), "dL/du = chain(dL/dz, dz/da, da/du)"),
    (D.format("L", "u") + " = " + linked("L", "z", "a", "u", sign=r" \cdot "), "dL/du = chain(dL/dz, dz/da, da/du)"),
    (D.format("L", "u") + " = " + linked("L", "z", "a", "u", sign=r" \times "), "dL/du = chain(dL/dz, dz/da, da/du)"),
    ("-t" + D.format("L", "u") + " = -t " + linked("L", "z", "u"), "-(t * dL/du) = -(t * chain(dL/dz, dz/du))"),
    (
        r"\frac{1}{2}" + D.format("L", "u") + r" = \frac{1}{2}" + linked("L", "z", "u"),
        "1/2 * dL/du = 1/2 * chain(dL/dz, dz/du)",
    ),
    (D.format("L", "u") + " = g_z " + linked("z", "a", "u"), "dL/du = chain(gz, dz/da, da/du)"),
    (D.format("L", "W") + " = " + linked("L", "u", "W"), "dL/dW = chain(dL/du, du/dW)"),
    (D.format("L", "W_{ij}") + " = " + linked("L", "u", "W_{ij}"), "dL/dW[i,j] = chain(dL/du, du/dW[i,j])"),
    (D.format("L", "W") + " = " + linked("L", "z", "u") + r" x^\top", "dL/dW = chain(dL/dz, dz/du) @ x.T"),
    (
        D.format("L", "u") + " = " + D.format("L", "z") + r"\left(" + linked("z", "a", "u") + r"\right)",
        "dL/du = chain(dL/dz, dz/da, da/du)",
    ),
    (D.format("L", "s") + " = " + linked("L", "K", "s"), "dL/ds = chain(dL/dK, dK/ds)"),
    (
        "2" + D.format("L", "s") + r" = 2 \cdot " + linked("L", "K", "s", sign=r" \cdot "),
        "2 * dL/ds = 2 * chain(dL/dK, dK/ds)",
    ),
    (linked("L", "K", "s") + " = 3 (K \\odot K) Q", "dL/dK @ dK/ds = (3 * (K * K)) @ Q"),
    # Between Jacobians the product is the chain.
    (D.format("p", "u") + " = " + linked("p", "z", "u"), "dp/du = dp/dz @ dz/du"),
]


@pytest.mark.parametrize(("latex", "plain"), READ)
def test_latex_says_how_linked_derivatives_were_read(latex: str, plain: str) -> None:
    found = judged(latex)
    assert found.reading == plain
    assert found.verdict == "proved"
    assert found.chained == ("chain(" in plain)
    assert judged(plain).verdict == "proved"


@pytest.mark.parametrize(
    ("latex", "verdict"),
    [
        (D.format("L", "u") + " = 2 " + linked("L", "z", "u"), "refuted"),
        (D.format("L", "u") + " = -" + linked("L", "z", "a", "u"), "refuted"),
        (D.format("L", "x") + " = " + linked("L", "z", "x"), "refuted"),
        (linked("L", "K", "s") + " = 3 (K \\odot K) A", "refuted"),
        (D.format("L", "u") + " = " + D.format("z", "u") + D.format("L", "z"), "invalid"),  # in no order of links
        (D.format("L", "u") + " = " + D.format("L", "z") + D.format("a", "u"), "invalid"),
    ],
)
def test_wrong_products_of_derivatives_in_latex(latex: str, verdict: str) -> None:
    assert judged(latex).verdict == verdict


@pytest.mark.parametrize("order", [("L", "z", "u"), ("p", "z", "u")])
def test_denominator_layout_reads_both_orders(order: tuple[str, str, str]) -> None:
    first, middle, last = order
    left = D.format(first, last)
    backwards = D.format(middle, last) + D.format(first, middle)
    assert judged(f"{left} = {backwards}", "denominator").verdict == "proved"
    assert judged(f"{left} = {linked(*order)}", "denominator").verdict == "proved"
    assert judged(f"{left} = 2 {linked(*order)}", "denominator").verdict == "refuted"


SQUARE = r"""
layout: denominator
tensors: {x: n, A: n n, B: n n, C: {axes: n n, given: symmetric}}
layers: {u: A @ x, v: B @ u, h: C @ x, q: h + C @ h}
"""


def square(latex: str) -> ClaimResult:
    return check_equation(latex, read_spec(SQUARE))


def test_two_readings_of_the_shape_that_is_asked_for_are_both_judged() -> None:
    both = square(D.format("v", "x") + " = " + linked("v", "u", "x"))
    assert both.verdict == "undecided"
    assert both.diagnosis is not None
    assert both.diagnosis.code == "DC172"
    assert [text for _, text in both.diagnosis.notes] == [
        "dv/dx = chain(dv/du, du/dx) (proved)",
        "dv/dx = dv/du @ du/dx (refuted)",
    ]
    same = square(D.format("q", "x") + " = " + linked("q", "h", "x"))
    assert same.verdict == "proved"
    assert same.reading == "dq/dx = chain(dq/dh, dh/dx)"
    assert same.note == "the other reading, `dq/dx = dq/dh @ dh/dx`, is proved too"
    wrong = square(D.format("v", "x") + " = 2 " + linked("v", "u", "x"))
    assert wrong.verdict == "refuted"


# --- what is printed reads back ----------------------------------------------------------------


@pytest.mark.parametrize(
    "plain",
    [
        "dL/dW1 = chain(dL/dz2, dz2/da1, da1/dW1)",
        "2*dL/dW1 = 2*chain(dL/dz2, dz2/dW1).T.T",
        "dL/dW1[i,j] = -chain(dL/dz1, dz1/dW1[i,j])",
        "d(log(p[i]))/dx = chain(d(log(p[i]))/dz2, dz2/dx)",
    ],
)
def test_a_chain_prints_so_that_it_reads_back(plain: str) -> None:
    mlp = Examiner(build(read_spec(NETWORKS["mlp"])))
    scope = mlp.network.scope
    tree = parse_equation(plain, scope.vocabulary())
    scalars = frozenset(scope.dimensions) | {name for name, value in scope.values.items() if value.is_scalar}
    for text in (to_plain(tree), to_unicode(tree, scalars)):
        assert parse_equation(text, scope.vocabulary()) == tree
    latex = to_latex(tree, scalars)
    again = pairs(parse_latex(latex, scope), scope)
    for one, other in zip(pairs(tree, scope), again, strict=True):
        for mine, theirs in ((one.left, other.left), (one.right, other.right)):
            assert mlp.judge.judge(mine, theirs, one.axes).verdict == "proved"
