"""What the text says besides its assertions: what names mean, under what a formula holds, what goes on."""

from __future__ import annotations

import pathlib
from collections import defaultdict

import pytest

from derivcheck.cli.main import run
from derivcheck.pipeline.memory import Memory
from derivcheck.pipeline.results import FileResult
from derivcheck.pipeline.verification import verify_document
from derivcheck.report.coverage import standing

SOFTMAX = "tensors: {z: n, y: {axes: n, given: one_hot}, w: d, x: d}\nlayers: {p: softmax(z)}\n"
SOFTMAX += "loss: {L: 'cross_entropy(p, y)'}\n"
LOGISTIC = "tensors: {x: M, w: M, b: scalar, y: scalar, c: scalar, v: M, d: scalar, W: C M, B: C}\n"
LOGISTIC += "layers: {z: w.T @ x + b}\nloss: {J: 'binary_cross_entropy_logits(z, y)'}\n"
LOGISTIC += "symbols: {'W_2': 'W[2,:].T', 'b_2': 'B[2]'}\n"
SQUARES = "tensors: {A: m n, x: n, t: m}\nlayers: {r: A @ x - t}\nloss: {J: 1/2 * r.T @ r}\n"
JACOBIAN = r"$\frac{\partial p_i}{\partial z_j} = -p_i p_j$"
ON_DIAGONAL = r"$\frac{\partial p_i}{\partial z_j} = p_i (1 - p_i)$"


MEMORIES: defaultdict[str, Memory] = defaultdict(Memory)  # of the network and its gradients, for all texts about it


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    return tmp_path_factory.mktemp("inferences")


@pytest.mark.parametrize(
    ("text", "standings"),
    [
        (r"$A \in \RR^{m \times n}$ and $x \in \R^m$", ["proved", "refuted"]),
        (r"$A \in \reals^{m \times n}$, $t \in \Reals^n$", ["proved", "refuted"]),
        (r"$$x^\star = A^T t$$", ["definition"]),  # another quantity than x
        (r"$A \star x = A x$", ["unread"]),  # no product that everybody knows
    ],
    ids=["own", "short", "optimum", "operation"],
)
def test_short_names_of_the_web_are_read(folder: pathlib.Path, text: str, standings: list[str]) -> None:
    assert [standing(formula) for formula in judged(folder, SQUARES, text).formulas] == standings


SLOPE = r"\frac{\partial L}{\partial z_i}"


@pytest.mark.parametrize(
    ("lines", "standings"),
    [
        # Each line of these goes on from its own statement, so that one sign alone makes one refutation.
        ([r"\text{By (1)} => @ &= p_i - y_i", r"&= -(y_i - p_i)"], ["proved", "proved"]),
        ([r"\text{Then } @ &= p_i - y_i", r"&= -(p_i - y_i)"], ["proved", "refuted"]),
        ([r"\text{Then } @ &= y_i - p_i", r"&= p_i (1 - p_i)"], ["proved", "refuted"]),
        ([r"\because \sum_k y_k &= 1", r"&= (1 - p_i) p_i"], ["proved", "proved"]),
        ([r"\text{since } \sum_k y_k &= 1", r"&= (1 - p_i) p_i"], ["proved", "proved"]),
        ([r"&= p_i - p_i^2 \quad \because \sum_k p_k = 1", r"&= (1 - p_i) p_i"], ["proved", "proved"]),
        ([r"&= p_i - p_i^2 \quad \because \sum_k p_k = 2", r"&= (1 + p_i) p_i"], ["refuted", "refuted"]),
    ],
)
def test_a_step_goes_on_from_its_own_statement(folder: pathlib.Path, lines: list[str], standings: list[str]) -> None:
    rows = [r"\frac{\partial p_i}{\partial z_i} &= p_i (1 - p_i)", *lines]
    text = "$$\\begin{aligned}" + " \\\\ ".join(rows).replace("@", SLOPE) + "\\end{aligned}$$"
    assert [standing(formula) for formula in judged(folder, SOFTMAX, text).formulas] == standings


def judged(folder: pathlib.Path, spec: str, text: str, more: str = "") -> FileResult:
    (folder / "a.md").write_text(text)
    (folder / "a.derivcheck.yaml").write_text(spec + more)
    result = verify_document(folder / "a.md", memory=MEMORIES[spec + more])
    assert result.error is None, result.error
    return result


def told(result: FileResult) -> list[str]:
    """How every formula stands, with the code of why it was not judged."""
    return [standing(one) + (f" {one.reason.code}" if one.reason is not None else "") for one in result.formulas]


def inferred(result: FileResult) -> list[tuple[str, ...]]:
    return [one.claim.inferred if one.claim is not None else () for one in result.formulas]


OFF = "document: {file: a.md, infer: false}\n"

# --- names ----------------------------------------------------------------------------------------

NAMES = {
    "two names of one sentence": (
        r"Set $u = e^{z_i}$ and $v = \sum_k e^{z_k}$. Then $\frac{\partial u}{\partial z_j} = u \delta_{ij}$, but not "
        r"$\frac{\partial v}{\partial z_j} = 2 e^{z_j}$.",
        ["definition DC636", "definition DC636", "proved", "refuted"],
    ),
    "a vector": (
        r"With $s = w^\top x$ we have $\frac{\partial s}{\partial w} = x$ and not $\frac{\partial s}{\partial w} = w$.",
        ["definition DC636", "proved", "refuted"],
    ),
    "entries": (
        r"Define $u_i = e^{z_i}$. Then $\frac{\partial u_k}{\partial z_j} = u_k \delta_{kj}$, $u^\top u = -u^\top u$.",
        ["definition DC636", "proved", "refuted"],
    ),
    "a name with an accent, and one with a word below": (
        r"Let $\hat{e} = p - y$, and let $e_{\text{out}} = 2 \hat{e}$. So $\frac{\partial L}{\partial z} = \hat{e}$ "
        r"and $e_{\text{out}} = 3 \hat{e}$.",
        ["definition DC636", "definition DC636", "proved", "unread DC636"],
    ),
    "a display": (
        "$$e = y - p, \\qquad \\frac{\\partial L}{\\partial z} = -e$$\n\n$\\frac{\\partial L}{\\partial z} = e$",
        ["definition DC636", "proved", "refuted"],
    ),
    "a sign of definitions": (
        r"$e := y - p$, so $\frac{\partial L}{\partial z} = e$",
        ["definition DC636", "refuted"],
    ),
    "a chain behind a name": (
        r"where $\Delta z = -\frac{\partial L}{\partial z} = y - p$ and "
        r"$\Delta w = -\frac{\partial L}{\partial z} = p - y$",
        ["proved", "refuted"],
    ),
    "nothing before its definition": (
        r"$\frac{\partial L}{\partial z} = e$ where $e = p - y$",
        ["unread DC120", "definition DC636"],
    ),
    "no definition in the midst of a text": (r"One sees $q = x$.", ["unread DC120"]),
    "a name that the sidecar knows": (r"where $p = 2 y$", ["refuted"]),
    "nothing unknown": (r"where $e = \log q$", ["unread DC120"]),
    "the symbol of Kronecker besides": (
        r"Let $\delta = p - y$. Then $\frac{\partial L}{\partial z} = \delta$ and "
        r"$\frac{\partial p_i}{\partial z_j} = p_i (\delta_{ij} - p_j)$ "
        r"but $\frac{\partial p_i}{\partial z_j} = \delta_{ij}$.",
        ["definition DC636", "proved", "proved", "refuted"],
    ),
    "letters that mean something else too": (
        r"Let $e = y - p$. Then $p_i = \frac{e^{z_i}}{\sum_k e^{z_k}}$ and $\frac{\partial L}{\partial z} = e$. "
        r"Let $k = \sum_i z_i$. Then $L = -\sum_k y_k \log p_k$ and $\frac{\partial k}{\partial z_j} = 2$.",
        ["definition DC636", "definition", "refuted", "definition DC636", "definition", "refuted"],
    ),
    "a mistake in what was defined is no other meaning": (
        "$$e = p - y$$\n\nand so\n\n$$e = y - p$$\n\n$$e = p - y$$",
        ["definition DC636", "unread DC636", "proved"],
    ),
    "another meaning from there on": (
        r"Let $e = p - y$. Then $\frac{\partial L}{\partial z} = e$. "
        r"Now let $e = y - p$, so $\frac{\partial L}{\partial z} = e$.",
        ["definition DC636", "proved", "definition DC636", "refuted"],
    ),
}


@pytest.mark.parametrize("name", NAMES)
def test_what_names_mean_by_the_text(folder: pathlib.Path, name: str) -> None:
    text, wanted = NAMES[name]
    assert told(judged(folder, SOFTMAX, text)) == wanted


def test_what_a_verdict_rests_on_is_shown(folder: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        "Let $e = p - y$.\n\nThen $\\frac{\\partial L}{\\partial z} = e$ and\n$\\frac{\\partial L}{\\partial z} = -e$."
    )
    result = judged(folder, SOFTMAX, text)
    assert inferred(result) == [(), ("from the text, line 1: e = p - y",), ("from the text, line 1: e = p - y",)]
    for options, wanted in (((), 3), (("--format", "json"), 4), (("--format", "html"), 2)):
        run(["verify", str(folder / "a.md"), *options])
        assert capsys.readouterr().out.count("from the text, line 1: e = p - y") >= wanted, options


def test_the_text_can_be_left_out(folder: pathlib.Path) -> None:
    text = NAMES["a vector"][0] + "\n\n" + f"When $i \\neq j$: {JACOBIAN}.\n\n$$z$$\n\n$$= -z$$\n"
    wanted = ["unread DC120", "unread DC120", "unread DC120", "unread DC629", "unread DC628", "unread DC109"]
    assert told(judged(folder, SOFTMAX, text, OFF)) == wanted
    wanted = ["definition DC636", "proved", "refuted", "unread DC629", "proved", "refuted"]
    assert told(judged(folder, SOFTMAX, text, OFF.replace("false", "true"))) == wanted


# --- conditions -----------------------------------------------------------------------------------

DISPLAY = "\n$$\n" + JACOBIAN.strip("$") + "\n$$\n"
UNDER = [
    f"When $i \\neq j$ the entry is {JACOBIAN}.",
    f"When $i \\neq j$, the algebra is the same, but now the entry is {JACOBIAN}, as claimed.",
    f"For $i \\neq j$ we get {JACOBIAN}.",
    f"If $i \\neq j$, then {JACOBIAN}.",
    f"In the case $i \\neq j$: {JACOBIAN}.",
    f"The derivative is {JACOBIAN} because $i \\neq j$.",
    f"Case 2 ($i \\neq j$):{DISPLAY}",
    f"**Case $i \\neq j$.** We find\n{DISPLAY}",
    f"When $i \\neq j$:\n{DISPLAY}",
    f"### $i \\neq j$\n{DISPLAY}",
]


@pytest.mark.parametrize("text", UNDER)
def test_indices_beside_a_formula_are_its_condition(folder: pathlib.Path, text: str) -> None:
    """The right entry is proved under it; one with another sign, one of the other case are refuted or not read."""
    result = judged(folder, SOFTMAX, text)
    assert sorted(told(result)) == ["proved", "unread DC629"]
    assert any(lines and lines[0].endswith("i \\neq j") for lines in inferred(result))
    assert sorted(told(judged(folder, SOFTMAX, text.replace("= -p_i", "= p_i")))) == ["refuted", "unread DC629"]
    other = sorted(told(judged(folder, SOFTMAX, text.replace("-p_i p_j", "p_i (1 - p_i)"))))
    assert other == ["refuted", "unread DC629"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (f"Unlike the case $i = j$, here {ON_DIAGONAL}.", ["unread DC629", "refuted"]),
        (f"If it rains and $i = j$, then {JACOBIAN}.", ["unread DC629", "unread DC628"]),
        (f"If it rains, then {JACOBIAN}.", ["unread DC628"]),
        (f"We find {JACOBIAN}, and $i \\neq j$ is not needed.", ["unread DC628", "unread DC629"]),
        (r"If it rains, then $\frac{\partial L}{\partial z} = p - y$.", ["proved"]),
        (f"For $i = 1, \\dots, n$ we get {JACOBIAN}.", ["unread DC629", "refuted"]),
    ],
)
def test_what_is_no_condition_that_can_be_used(folder: pathlib.Path, text: str, wanted: list[str]) -> None:
    assert told(judged(folder, SOFTMAX, text)) == wanted


VALUES = [
    ("For a positive example ($y = 1$) the loss is $J = {}$.", r"-\log \sigma(z)", r"-\log(1 - \sigma(z))"),
    ("If the label is $y = 1$, the loss is $J = {}$.", r"-\log \sigma(z)", r"\log \sigma(z)"),
    ("When the label is $y = 0$, we have $J = {}$.", r"-\log (1 - \sigma(z))", r"-\log \sigma(z)"),
    ("At $z = 0$ the slope is $\\sigma'(z) = {}$.", "1/4", "1/3"),
    ("The derivative is largest at $z = 0$, where $\\sigma(z) = {}$.", "1/2", "1/4"),
    ("With $b = 0$ this becomes $z = {}$.", r"w^\top x", r"-w^\top x"),
    ("Ignoring the bias ($b = 0$), $z = {}$.", r"w^\top x", r"2 w^\top x"),
    ("Assume that $b = 0$. Then $z = {}$.", r"w^\top x", r"w^\top x + 1"),
    ("Choosing $v = w$ and $d = b$, we have $z = {}$.", r"v^\top x + d", r"v^\top x - d"),
    ("If we set $c = -\\max_i x_i$, then $\\max_i e^{{x_i + c}} = {}$.", "1", "2"),
    ("At $w = 0$ the gradient is $\\frac{{\\partial J}}{{\\partial b}} = {}$.", r"\sigma(b) - y", r"\sigma(b) + y"),
]


@pytest.mark.parametrize(("text", "right", "wrong"), VALUES)
def test_values_beside_a_formula_are_its_point(folder: pathlib.Path, text: str, right: str, wrong: str) -> None:
    found = judged(folder, LOGISTIC, text.format(right))
    assert told(found)[-1] in ("proved", "checked") and inferred(found)[-1]
    assert all(one.startswith("unread DC63") for one in told(found)[:-1])
    assert told(judged(folder, LOGISTIC, text.format(wrong)))[-1] in ("refuted", "unread DC628")


def test_a_sum_of_one_is_a_fact_beside_a_formula(folder: pathlib.Path) -> None:
    spec = SOFTMAX.replace("{axes: n, given: one_hot}", "n")
    text = r"Since $\sum_k y_k = 1$, we get $\frac{\partial L}{\partial z} = p - y$."
    assert told(judged(folder, spec, text)) == ["unread DC637", "proved"]
    assert told(judged(folder, spec, text.replace("p - y", "y - p"))) == ["unread DC637", "refuted"]
    assert told(judged(folder, spec, text.split(", ")[1])) == ["refuted"]


@pytest.mark.parametrize(("right", "standing"), [(r"- w^\top v", "proved"), (r"w^\top v", "refuted")])
def test_an_equation_of_inputs_is_given_beside_a_formula(folder: pathlib.Path, right: str, standing: str) -> None:
    text = f"If $x + v = 0$, then $w^\\top x = {right}$."
    assert told(judged(folder, LOGISTIC, text)) == ["unread DC637", standing]


# --- choices, updates, points ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (r"We set $c = -\max_i x_i$.", "unread DC637"),
        (r"Choosing $v = W_2$", "unread DC637"),
        (r"Suppose $x = v$.", "unread DC637"),
        (r"$y = \sigma(z) - \frac{\partial J}{\partial z}$", "proved"),
        (r"$y = \sigma(z) + \frac{\partial J}{\partial z}$", "refuted"),
        (r"$z = w^\top x - b$", "refuted"),
        (r"where $z = w^\top x - b$", "refuted"),
        (r"$b = 2 b$", "refuted"),
        (r"$w = (1 - 2 c) w - c \frac{\partial J}{\partial w}$", "definition DC626"),
        (r"$w_{new} = w_{old} - c \frac{\partial J}{\partial w}$", "definition DC626"),
        (r"$w^{(t+1)} = w^{(t)} - c \frac{\partial J}{\partial w}$", "definition DC626"),
        (r"$w_{t+1} \leftarrow w_t - c \frac{\partial J}{\partial w}$", "definition DC626"),
        (r"$q_{new} = r_{old} - c$", "unread DC120"),
        (r"$\hat{w} = w - c \frac{\partial J}{\partial w}$", "definition DC626"),
        (r"$\hat{w} = x - c$", "unread DC120"),
        (r"$c \ge 0$", "unread DC637"),
        (r"$J \ge 1$", "undecided"),
        (r"$J(w, b) = -y \log \sigma(z) - (1 - y) \log(1 - \sigma(z))$", "definition"),
        (r"$J(w) = y \log \sigma(z) + (1 - y) \log(1 - \sigma(z))$", "refuted"),
        (r"$\hat{w} = \arg\min_w J$", "unread DC638"),
        (r"$P(y = 1 \mid x) = \sigma(z)$", "unread DC638"),
        (r"$\hat{w} \sim q$", "unread DC638"),
        (r"$(C \times M) \times (M \times 1) = C \times 1$", "unread DC629"),
    ],
)
def test_what_asserts_nothing_is_said(folder: pathlib.Path, text: str, wanted: str) -> None:
    assert told(judged(folder, LOGISTIC, text)) == [wanted]


NORMAL = r"$A^\top A x = A^\top t$"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (f"The minimum has $\\frac{{\\partial J}}{{\\partial x}} = 0$, that is, {NORMAL}.", ["unread DC635", "proved"]),
        (f"Setting the gradient to zero gives {NORMAL}.", ["proved"]),
        (f"At the minimum {NORMAL} holds.", ["proved"]),
        (f"Setting the gradient to zero gives ${NORMAL[1:-1].replace('= A', '= 2 A')}$.", ["unread DC635"]),
        (f"So {NORMAL}.", ["unread DC635"]),
        (f"So ${NORMAL[1:-1].replace('= A', '= 2 A')}$.", ["refuted"]),
        (r"So $0 = A^\top t - A^\top A x$ and $r = t$.", ["unread DC635", "refuted"]),
        (r"$A x = 2 A x$", ["refuted"]),
        (r"Setting the gradient to zero gives $\frac{3}{m} A^\top (A x - t) = 0$.", ["proved"]),
        (r"Setting the gradient to zero gives $A^\top A = A^\top A + 1$.", ["unread DC635"]),
        (r"Setting the derivative to zero gives $x = (A^\top A)^{-1} A^\top t$.", ["unread DC637"]),
    ],
)
def test_what_holds_where_a_derivative_vanishes(folder: pathlib.Path, text: str, wanted: list[str]) -> None:
    assert told(judged(folder, SQUARES, text)) == wanted


# --- what goes on ---------------------------------------------------------------------------------

FIRST = r"\frac{\partial L}{\partial z_i} = -\sum_k \frac{y_k}{p_k} \frac{\partial p_k}{\partial z_i}"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (f"$${FIRST}$$\n$$= p_i - y_i$$", [("proved", 1), ("proved", 2)]),
        (f"$${FIRST}$$\n$$= p_i + y_i$$\n\nand\n\n$$= y_i + p_i$$", [("proved", 1), ("refuted", 2), ("proved", 6)]),
        ("$$\\frac{\\partial L}{\\partial z}$$\n\nwhich is\n\n$$\n&= p - y\n$$", [("proved", 6)]),
        (
            "$\\frac{\\partial L}{\\partial z} = p - y$ \\\n$ = y - p$\\\n$= y - p$",
            [("proved", 1), ("refuted", 2), ("proved", 3)],
        ),
        ("$\\frac{\\partial L}{\\partial z} = p - y$ and $ = y - p$", [("proved", 1), ("unread", 1)]),
        ("$$\\frac{\\partial L}{\\partial z} =$$\n$$y - p$$", [("refuted", 1)]),
        (f"$${FIRST}$$\n\n# Another\n\n$$= p_i - y_i$$", [("proved", 1), ("unread", 5)]),
        (f"$${FIRST}$$\n\none\n\ntwo\n\nthree\n\n$$= p_i - y_i$$", [("proved", 1), ("unread", 9)]),
        (
            "$$\\begin{aligned} \\frac{\\partial L}{\\partial z} &= p - y \\\\ \\intertext{so} &= y - p "
            "\\end{aligned}$$",
            [("proved", 1), ("refuted", 1)],
        ),
    ],
)
def test_a_display_goes_on_from_the_one_above(folder: pathlib.Path, text: str, wanted: list[tuple[str, int]]) -> None:
    found = judged(folder, SOFTMAX, text)
    assert [(standing(one), one.where.line) for one in found.formulas] == wanted
