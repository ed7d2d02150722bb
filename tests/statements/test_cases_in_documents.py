"""What a document says of a case of its own: scalars, a few entries, another name, one layer."""

from __future__ import annotations

import bisect
import itertools
import pathlib
from collections.abc import Iterable, Mapping

import pytest

from derivcheck.pipeline.results import FileResult
from derivcheck.pipeline.verification import verify_document
from derivcheck.report.coverage import standing

VECTOR = """
functions: {f: opaque, g: opaque}
tensors: {x: n, s: scalar, m: scalar, c: scalar, W: k n, y: k}
layers: {a: f(x), p: softmax(x), z: W @ x, u: g(s), h: f(u)}
"""
LAYERS = """
families: {l: 1..L}
depths: {L: [2, 3]}
functions: {f: opaque}
tensors: {"a[0]": "n[0]", "W[l]": "n[l] n[l-1]"}
layers: {"z[l]": "W[l] @ a[l-1]", "a[l]": "f(z[l])"}
loss: {C: "sse(a[L], zeros(n[L]))"}
let: {"delta[l]": "dC/dz[l]"}
symbols: {'\\delta^l_j': 'delta[l][j]', 'z^l_j': 'z[l][j]', 'w^l_{jk}': 'W[l][j,k]', 'a^l_k': 'a[l][k]'}
"""
FOR_EVERY_LAYER = "document: {file: a.md, for: l in 2..L}\n"


def judged(folder: pathlib.Path, spec: str, text: str) -> FileResult:
    (folder / "a.md").write_text(text)
    (folder / "a.derivcheck.yaml").write_text(spec)
    result = verify_document(folder / "a.md")
    assert result.error is None, result.error
    return result


def told(folder: pathlib.Path, spec: str, texts: Iterable[str]) -> list[list[str]]:
    """How every formula of each text stands, with the code of why it was not judged; all of them are one document."""
    sections = [f"# Section {number}\n\n{text}\n\n" for number, text in enumerate(texts)]
    ends = list(itertools.accumulate(section.count("\n") for section in sections))
    found: list[list[str]] = [[] for _ in sections]
    for one in judged(folder, spec, "".join(sections)).formulas:
        code = f" {one.reason.code}" if one.reason is not None else ""
        found[bisect.bisect_left(ends, one.where.line)].append(standing(one) + code)
    return found


def compared(folder: pathlib.Path, spec: str, table: Mapping[str, str]) -> None:
    """Each text beside how its formulas stand; conditions on indices are left out."""
    found = told(folder, spec, table)
    assert {
        text: ", ".join(one for one in ones if one != "unread DC629") for text, ones in zip(table, found, strict=True)
    } == dict(table)


SLOPE = r"$\frac{d}{dx} f(x) = f'(x)$"
OF_VECTORS = {
    # of scalars
    f"In the scalar case this is {SLOPE}.": "proved",
    f"For scalars, {SLOPE}.": "proved",
    f"In one dimension, the derivative is\n\n$$\n{SLOPE.strip('$')}\n$$": "proved",
    f"The derivative is {SLOPE}.": "refuted",
    f"In the vector case this is {SLOPE}.": "refuted",
    f"In the scalar case this is {SLOPE.replace('= f', '= 2 f')}.": "refuted",
    r"In the scalar case, $\frac{\partial a}{\partial x} = \operatorname{softmax}(x)_1$.": "unread DC628",
    # a few entries stand for all of a vector, where they stand in their order
    "for example $p = [p_1, p_2, p_3]$": "proved",
    "for example $a = [f(x_1), f(x_2)]^T$": "proved",
    "for example $p = [p_1, p_3, p_2]$": "refuted",
    "for example $a = [x_1, x_2, x_3]$": "refuted",
    "for example $z = [p_1, p_2, p_3]$": "invalid",
    # a name that is something else here, but not where the shapes alone are wrong, nor for what the network makes
    "a line $y = m s + c$ in general": "unread DC637",
    "its input $s = x$": "unread DC637",
    "its output $a = m s + c$": "refuted",
    "its target $y = x^T x$": "unread DC637",
    "its target $y = W^T x$": "invalid",
    # an entry of a derivative that vanishes
    r"For $i \ne j$ we have $\frac{\partial a_i}{\partial x_j} = 0$.": "proved",
    "Consider it if $i \\ne j$. In that case,\n$$\n\\frac{\\partial a_i}{\\partial x_j} = 0\n$$": "proved",
    r"Off the diagonal, $\frac{\partial a_i}{\partial x_j} = 0$.": "unread DC628",
    r"For $i \ne j$ we have $\frac{\partial p_i}{\partial x_j} = 0$.": "refuted",
    # a function by itself is its value where it is called once; f is called twice
    r"$\frac{\partial h}{\partial s} = \frac{\partial h}{\partial g} \frac{\partial g}{\partial s}$": "proved",
    r"$\frac{\partial h}{\partial s} = \frac{\partial g}{\partial s}$": "refuted",
    r"$\frac{\partial h}{\partial s} = \frac{\partial f}{\partial s}$": "unread DC114",
    "$2 g = u$": "unread DC114",
    # ones, sets and lists
    r"$(1^{\rightarrow})^T \operatorname{diag}(x) = x^T$": "proved",
    r"$(\vec 1)^T \operatorname{diag}(x) = 2 x^T$": "refuted",
    r"$x = \{x_1, x_2, \dots, x_n\}$": "proved",
    r"$a = \{x_1, x_2, \dots, x_n\}$": "refuted",
    r"$\{x_1, x_2, \dots, x_n\}^T = x^T$": "unread DC107",
    r"$x = \{W, x\}$": "unread DC107",
    r"$p = [p_1, \dots, p_i, \dots, p_n]$": "definition",
    r"$p = [p_1, \dots, p_j, \dots, p_n]$": "definition",
    r"$a = [x_1, x_2, \dots, x_i, \dots, x_n]$": "refuted",
    r"$a = [f(x_1), \dots, x_i, \dots, f(x_n)]$": "unread DC173",
    r"$a = [f(x_1), \dots, f(x_i), \dots, f(x_{n-1})]$": "unread DC173",
}
ENTRY = r"\frac{\partial z^l_j}{\partial w^l_{jk}}"
OF_LAYERS = {
    # which layer is meant
    r"At first we set $\delta^l = \delta^L$.": "",
    r"We must set $\delta^l = \delta^L$ or $\Delta^l = \Delta^L$ first.": "",
    r"One sees that $\delta^l = \delta^L$.": "refuted",
    r"We set $\delta^l = z^L$.": "refuted",
    r"We set $\delta^l = \delta^{l-1}$.": "refuted",
    # a weight of a neuron counts for it, whatever its number is
    f"Consider it if $j \\ne k$. In that case, the weight is not connected, so\n$$\n{ENTRY} = 0\n$$": "invalid",
    # `d := d^T` where the d of the spec is the new one
    r"$\delta^l := (\delta^l)^T = \frac{\partial C}{\partial z^l}$": "definition",
    r"$\delta^l := (\delta^l)^T = -\frac{\partial C}{\partial z^l}$": "refuted",
}
TURNED = {
    # and the old one
    r"$\delta^l := (\delta^l)^T = \left(\frac{\partial C}{\partial z^l}\right)^T$": "proved",
    r"$\delta^l := (\delta^l)^T = 2 \left(\frac{\partial C}{\partial z^l}\right)^T$": "refuted",
}


def test_what_is_said_of_vectors(tmp_path: pathlib.Path) -> None:
    compared(tmp_path, VECTOR, OF_VECTORS)


def test_what_is_said_of_layers(tmp_path: pathlib.Path) -> None:
    compared(tmp_path, LAYERS + FOR_EVERY_LAYER, OF_LAYERS)


def test_a_name_that_is_turned(tmp_path: pathlib.Path) -> None:
    compared(tmp_path, LAYERS + "layout: numerator\n" + FOR_EVERY_LAYER, TURNED)


@pytest.mark.parametrize(
    ("first", "wanted"), [("- x_i x_j", ["proved", "refuted"]), ("- p_i p_j", ["proved", "proved"])]
)
def test_a_step_under_a_condition(tmp_path: pathlib.Path, first: str, wanted: list[str]) -> None:
    """A step that has no meaning leaves the condition of the sentence to the others."""
    text = rf"Where $i \ne j$, $$\frac{{\partial p_i}}{{\partial x_j}} = - p_i p_j = {first} = \sum_j x_j p_j$$"
    found = judged(tmp_path, VECTOR, text).formulas[1]
    assert found.claim is not None
    assert [step.verdict for step in found.claim.links[:2]] == wanted


SUMMED = "tensors: {x: n, W: k n, y: k}\nlayers: {z: W @ x}\nloss: {L: 'sse(z, y)'}\n"
REPEATED = r"$\frac{\partial L}{\partial x_j} = 2 (z_i - y_i) W_{ij}$"
HALF = REPEATED.replace("= 2 ", "= ")
TRANSPOSED = REPEATED.replace("W_{ij}", "W_{ji}")
EINSTEIN = {
    f"With repeated indices summed, {REPEATED}.": "proved",
    f"We use the Einstein convention.\n\n# Later\n\n{REPEATED}": "proved",
    f"Einstein's summation convention holds; {HALF}.": "refuted",
    f"We sum over repeated indices, so {TRANSPOSED}.": "invalid",  # k is not n
    f"Nothing is said: {REPEATED}.": "invalid",
    f"We do not use the Einstein convention: {REPEATED}.": "invalid",
    f"{REPEATED}\n\nFrom here on repeated indices are summed.": "invalid",
}


@pytest.mark.parametrize(("text", "wanted"), EINSTEIN.items())
def test_what_is_repeated_is_summed_where_the_text_says_so(tmp_path: pathlib.Path, text: str, wanted: str) -> None:
    found = judged(tmp_path, SUMMED, text).formulas
    assert [standing(one) for one in found] == [wanted]


def test_it_is_shown_and_can_be_switched_off(tmp_path: pathlib.Path) -> None:
    text = f"With repeated indices summed, {REPEATED}."
    (shown,) = judged(tmp_path, SUMMED, text).formulas
    assert shown.claim is not None and shown.claim.inferred == ("from the text: repeated indices summed",)
    (plain,) = judged(tmp_path, f"{SUMMED}document: {{file: a.md, infer: false}}\n", text).formulas
    assert plain.claim is not None and plain.claim.verdict == "invalid"
