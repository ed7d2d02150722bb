r"""Every help that the reader prints is followed: what it says to write is written, and is read.

A line for the spec is put into it. A formula is read by itself, with its letters declared. Of anything else a table
says what it leads to. A help of which no one of these holds fails the test.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping

import pytest
from latex_families import ASKED
from latex_fragments import NETWORKS, REFUSED
from ruamel.yaml import YAML
from test_latex import examiner, labels

from derivcheck.diagnostics.diagnostic import NotationError
from derivcheck.judging.statement import spellings
from derivcheck.language.latex.reading import parse_latex
from derivcheck.language.network import build
from derivcheck.language.tex.commands import COMMANDS, CommandKind
from derivcheck.spec import read_spec

# The letters of helps that show how something is written.
LETTERS = r"""
tensors: {x: n, z: n, y: n, w: n, S: n, W: n n, A: n n, b: n, alpha: [], theta: n, R: n}
given: [a ~ p]
functions: {f: opaque}
layers: {p: softmax(theta), J: "E_{a ~ p}(R[a])", u: W @ x, L: sum(u * y)}
"""

# Refusals beside those of the fragments.
MORE = [
    ("vectors", r"\mathbf{x} + x = 0"),
    ("vectors", r"\frac{\partial q + q}{\partial x} = 0"),
    ("vectors", r"x = y \quad \text{otherwise}"),
    ("vectors", r"\nabla^2 q = 0"),
    ("vectors", r"|x = 0"),
    ("vectors", r"\sum_{k \in S} x_k = 0"),
    ("vectors", r"\sum_{1 \ne i} x_i = 0"),
    ("vectors", r"x_1 + \dots + x_n = 0"),
    ("vectors", r"\sum_{k=2} x_k = 0"),
    ("vectors", r"x \not< y"),
    ("vectors", r"x \hskip y = 0"),
    ("vectors", r"\sqrt[3 x = 0"),
    ("vectors", r"\partial_i q = 0"),
    ("vectors", r"\operatorname{maxpool1d}(x, \mathrm{size}=x) = 0"),
    ("vectors", r"\begin{matrix} x \end{pmatrix} = x"),
    ("vectors", r"x' ' = 0"),
    ("vectors", r"(x)' = 0"),
    ("vectors", r"x \in \mathbb{C}^n"),
    ("vectors", r"softmx(x) = s"),
    ("vectors", r"\softmx(x) = s"),
    ("vectors", r"\ReLU(x) = r"),
    ("vectors", r"A foo = 0"),
    ("vectors", r"U_k^T x = 0"),
    ("vectors", r"\max = 0"),
    ("family", r"a_i = 0"),
    ("family", r"W^{k} = 0"),
    ("family", r"\sum_{k=1} a^k = 0"),
    ("mlp", r"\left. p \right|_{i \ne j} = 0"),
    *(("vectors", rf"\{name} x = 0") for name, command in COMMANDS.items() if command.kind is CommandKind.UNREAD),
]
# What a help that is no whole formula leads to: (network, formula).
FOLLOWED: dict[str, tuple[str, str]] = {
    "... = ...": ("mlp", r"z_1 = W_1 x + b_1"),
    "=": ("mlp", r"z_1 = W_1 x + b_1"),
    r"\ne": ("vectors", r"x_i \ne y_i"),
    r"\cdot 2": ("mlp", r"W_1 x \cdot 2 = 2 W_1 x"),
    "add `)`": ("mlp", r"W_1 (x + x) = 0"),
    "add `]`": ("vectors", r"\sqrt[3]{x} = 0"),
    "add `}`": ("mlp", r"\frac{1}{1 + e^{-z_1}} = a_1"),
    "add `|`": ("vectors", r"|x| = 0"),
    r"\end{aligned}": ("mlp", r"\begin{aligned} x = x \end{aligned}"),
    r"\end{matrix}": ("vectors", r"\begin{matrix} x \end{matrix} = x"),
    r"\begin{cases}": ("vectors", r"x_i = \begin{cases} y_i & i = 1 \\ x_i & \text{otherwise} \end{cases}"),
    r"\text{if } i = j": ("mlp", r"p_i = p_j \text{ if } i = j"),
    r"\text{for all } i": ("mlp", r"p_i = y_i \text{for all } i"),
    r"\text{otherwise}": ("vectors", r"x_i = \begin{cases} y_i & i = 1 \\ x_i & \text{otherwise} \end{cases}"),
    r"\sum_{k}": ("vectors", r"\sum_{k} A_{ik} x_k = 0"),
    r"\sum_{k=1}": ("vectors", r"\sum_{k=1}^{i} A_{ik} x_k = 0"),
    r"\sum_{k \ne i}": ("vectors", r"\sum_{k \ne i} x_k = x_i"),
    r"\sum_k": ("vectors", r"\sum_k x_k = 0"),
    r"\sum_{k=1}^{L}": ("family", r"\sum_{k=1}^{L} C = 0"),
    r"\max": ("vectors", r"\max_i x_i = 0"),
    r"\min": ("vectors", r"\min_i x_i = 0"),
    r"W \in \mathbb{R}^{n_1 \times n_0}": ("mlp", r"W_1 \in \mathbb{R}^{n_1 \times n_0}"),
    r"\nabla^2": ("vectors", r"\nabla^2 q = 0"),
    r"\right|_{x = 0}": ("vectors", r"\left. q \right|_{x = 0} = 0"),
    r"\left. ... \right|_{x = 0}": ("vectors", r"\left. q \right|_{x = 0} = 0"),
    r"\quad i \ne j": ("vectors", r"x_i = x_j \quad i \ne j"),
    r"\mathrm{size}=1": ("vectors", r"\operatorname{maxpool1d}(x, \mathrm{size}=1) = 0"),
    r"\hskip 1em": ("vectors", r"x \hskip 1em = 0"),
    r"^{\top}": ("mlp", r"x^{\top} x = 0"),
    r"\mathbb{E}_{a \sim p}": ("policy", r"J = \mathbb{E}_{a \sim p}[R_a]"),
    r"\operatorname{argmax}(z), or a tensor of that name: let: {argmax: …}": ("mlp", r"\operatorname{argmax}(p) = p"),
    r"\max(z), or a tensor of that name: let: {max: …}": ("vectors", r"\max(x) = 0"),
    r"a name with an underscore stands in \mathrm{..}": ("mlp", r"\mathrm{alpha} = 0"),
    r"a \bmod n = b \bmod n": ("signals", r"w_{i \bmod 2 + 1} = w_{i \bmod 2 + 1}"),
    "a formula for each": ("mlp", r"z_1 = W_1 x + b_1"),
    "aligned, cases, bmatrix": ("mlp", r"\begin{aligned} x = x \end{aligned}"),
    "use another index letter": ("covariance", r"A[i,j] = 0"),
    "put the value into the equation": ("mlp", r"z_1 = z_1"),
    "write two equations": ("mlp", r"p_i = 1 + p_j"),
    "write the number out": ("mlp", r"p_i = 1"),
    "write the derivation without the integral": ("mlp", r"x = 1"),
    "write what they stand for": ("family", r"W^3 W^2 a^1 = 0"),
    "state the limit's value": ("mlp", r"x = x"),
    "leave out what cancels": ("mlp", r"x = x"),
    "an index that is attained has no derivative": ("mlp", r"\max_i p_i = 1"),
    "conditional quantities are not read": ("mlp", r"x = x"),
    "a choice that TeX makes: write out the branch that is meant": ("mlp", r"x = x"),
    r"\begin{bmatrix} a \\ b \end{bmatrix}": ("neuron", r"\begin{bmatrix} a \\ b \end{bmatrix} = 0"),
}


def refusal(name: str, latex: str, more: Mapping[str, Mapping[str, str]] = {}, spec: str = "") -> NotationError | None:
    """Why a formula is not read with what is declared `more`; None where it is."""
    network = build(read_spec(spec)) if spec else examiner(name).network
    symbols, macros = spellings(network.spec.symbols), spellings(network.spec.macros)
    given = {**({} if spec else labels(name)), **dict.fromkeys(more.get("for", ()), 2)}
    try:
        parse_latex(
            latex, network.scope, {**symbols, **more.get("symbols", {})}, {**macros, **more.get("macros", {})}, given
        )
    except NotationError as problem:
        return problem
    return None


def settles(name: str, latex: str, text: str) -> bool:
    """Whether a line for the spec, and those that are asked for next, settle what was asked.

    Dots in a line stand for something that is declared.
    """
    if text.startswith("for: "):
        return refusal(name, latex, {"for": {text.split()[1]: ""}}) is None
    if text.startswith("functions: "):
        return refusal(name, latex, {}, f"{NETWORKS[name]}\n{text}\n") is None
    fillers = [*examiner(name).network.scope.values, "sum", r"\top"] if "..." in text else [""]
    return any(_leads_on(name, latex, text, filler) for filler in fillers)


def _leads_on(name: str, latex: str, text: str, filler: str) -> bool:
    """Whether lines for the spec, each as the refusal before asks for it, end where the formula is read or where
    something else than a line is asked for.
    """
    given: dict[str, dict[str, str]] = {"symbols": {}, "macros": {}}
    while text.startswith(("symbols: {", "macros: {")):
        ((kind, told),) = YAML(typ="safe", pure=True).load(io.StringIO(text.replace("...", f"'{filler}'"))).items()
        if told.keys() <= given[kind].keys():
            return False
        given[kind].update(told)
        problem = refusal(name, latex, given)
        if problem is None:
            return True
        text = problem.diagnostic.help
    return problem.diagnostic.code not in ("DC178", "DC142") and bool(text)


def alternatives(help_: str) -> Iterator[str]:
    """What a help offers, without what it says of it."""
    for one in re.split(r",? or (?=[\\\w(])", help_):
        yield re.split(r" for the | for what | with [a-z]+: |, for ", one)[0].strip()


def is_followed(name: str, latex: str, first: NotationError, text: str) -> bool:
    if re.match(r"(symbols|functions|macros|for): ", text):
        return settles(name, latex, text)
    if text in FOLLOWED:
        return refusal(*FOLLOWED[text]) is None
    assert first.span is not None
    start, stop = first.span
    formula = re.sub(r"\.\.\.|…|\.\.", "x", text)
    whole = [formula, f"{formula} = {formula}", latex[:start] + formula + latex[stop:]]
    return any(refusal(name, one) is None or refusal("", one, {}, LETTERS) is None for one in whole)


def offered(help_: str) -> list[str]:
    """The ways out that a help offers."""
    if help_ in FOLLOWED or re.match(r"(functions|macros|for): ", help_):
        return [help_]
    return list(alternatives(help_))


@pytest.mark.parametrize("name", NETWORKS)
def test_every_help_leads_to_what_is_read(name: str) -> None:
    for latex in [latex for network, latex, *_ in (*REFUSED, *ASKED, *MORE) if network == name]:
        first = refusal(name, latex)
        # What is said of a function without a rule is the plain notation.
        if first is not None and first.diagnostic.code != "DC125" and first.diagnostic.help:
            for text in offered(first.diagnostic.help):
                assert is_followed(name, latex, first, text), (latex, first.diagnostic, text)
