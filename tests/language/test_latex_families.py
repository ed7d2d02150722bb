"""Every spelling of one thing is that thing, what may be two things is asked or judged, and helps help."""

from __future__ import annotations

import functools
import io
from dataclasses import replace

import pytest
from latex_families import ASKED, FAMILIES, JUDGED, figures
from latex_fragments import NETWORKS
from latex_undecided import UNDECIDED
from ruamel.yaml import YAML
from test_latex import examiner, labels

from derivcheck.diagnostics.diagnostic import Diagnostic, NotationError
from derivcheck.judging.panel import Panel
from derivcheck.judging.rulings import judge
from derivcheck.judging.statement import alone, spellings, stated
from derivcheck.language.latex.reading import parse_latex
from derivcheck.language.notation.parser import parse_equation
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.syntax import Equation
from derivcheck.spec import read_spec


def read(name: str, latex: str, more: dict[str, str] | None = None) -> Equation:
    network = examiner(name).network
    symbols, macros = spellings(network.spec.symbols), spellings(network.spec.macros)
    return parse_latex(latex, network.scope, {**symbols, **(more or {})}, macros, labels(name))


def refused(name: str, latex: str, more: dict[str, str] | None = None) -> Diagnostic | None:
    try:
        read(name, latex, more)
    except NotationError as problem:
        return problem.diagnostic
    return None


@pytest.mark.parametrize("name", NETWORKS)
def test_every_spelling_means_the_same(name: str) -> None:
    vocabulary = examiner(name).network.scope.vocabulary()
    for latex, plain in [(latex, plain) for network, latex, plain in FAMILIES if network == name]:
        found = read(name, latex)
        assert not found.rivals, latex
        assert found == parse_equation(plain, vocabulary), (latex, to_plain(found))


@pytest.mark.parametrize(("name", "latex"), ASKED)
def test_both_readings_are_told(name: str, latex: str) -> None:
    found = refused(name, latex)
    assert found is not None
    told = [text for label, text in found.notes if "reading" in label or "entry" in label or "products" in label]
    told += found.label.split(" or ") if found.code == "DC106" else []
    assert len(told) >= 2, found
    assert len(set(told)) == len(told)
    assert found.help


@pytest.mark.parametrize(("name", "latex"), JUDGED)
def test_both_readings_conform(name: str, latex: str) -> None:
    found = read(name, latex)
    assert found.rivals
    assert found not in found.rivals
    assert found.choice


@functools.cache
def panel(name: str) -> Panel:
    return Panel.of(read_spec(NETWORKS[name]))


@pytest.mark.parametrize("name", dict.fromkeys(name for name, *_ in UNDECIDED))
def test_each_reading_is_shown_with_its_verdict(name: str) -> None:
    for latex, readings in [(latex, readings) for network, latex, readings in UNDECIDED if network == name]:
        # Nobody looks for what is wrong with one: that takes the time of ten verdicts.
        statement = replace(stated(replace(alone(latex), notation="latex"), panel(name)), trial=True)
        found = judge(statement)
        assert found.verdict == "undecided", latex
        assert found.diagnosis is not None
        told = [text for label, text in found.diagnosis.notes if "reading" in label]
        assert [f"{reading} ({verdict})" for reading, verdict in map(parted, readings)] == told, latex
        assert len({verdict for _, verdict in map(parted, readings)}) > 1
        assert found.diagnosis.help
        if line := sidecar(found.diagnosis.help):
            assert not read(name, latex, line).rivals, latex


def parted(reading: str) -> tuple[str, str]:
    text, _, verdict = reading.rpartition(": ")
    return text, verdict


def test_as_many_as_a_reader_needs() -> None:
    counted = figures()
    assert counted["read, their meaning evaluated"] >= 700
    assert counted["forked, every reading checked"] + counted["asked, both readings told"] >= 130
    assert counted["undecided, each reading with its verdict"] >= 120


def sidecar(help_: str) -> dict[str, str]:
    """The symbols of a line for the sidecar; nothing where it leaves what they mean to be filled in."""
    if not help_.startswith("symbols: {") or "..." in help_:
        return {}
    line = YAML(typ="safe", pure=True).load(io.StringIO(help_))
    return {str(key): str(value) for key, value in line["symbols"].items()}


# What is refused, and the formula that its help leads to.
FOLLOWED = [
    ("mlp", r"\sigmoid(z_1) = a_1", r"\text{sigmoid}", r"\text{sigmoid}(z_1) = a_1"),
    ("mlp", r"\softmax(z_2) = p", r"\text{softmax}", r"\text{softmax}(z_2) = p"),
    ("mlp", r"\mathrm{d} x^2 = 0", r"\mathrm{d}(x^2)", r"\mathrm{d}(x^2) = 0"),
    ("mlp", r"\sigma^2(z_1) = 0", r"\sigma(z)^{2}", r"\sigma(z_1)^{2} = 0"),
    ("mlp", r"\sigma^{-1}(z_1) = 0", r"1 / \sigma(z)", r"1 / \sigma(z_1) = 0"),
    ("mlp", r"z_1 = W_1 x 2", r"\cdot 2", r"z_1 = W_1 x \cdot 2"),
    ("mlp", r"z_1 = W_1 (x + x", "add `)`", r"z_1 = W_1 (x + x)"),
    ("mlp", r"\operatorname{relu}^{(2)}(z_1) = 0", r"\operatorname{relu}(z)^{2}", r"\operatorname{relu}(z_1)^{2} = 0"),
    ("mlp", r"p' = 0", r"p^{\top}", r"p^{\top} = 0"),
    ("mlp", r"\nabla_{z_2} p = 0", r"\frac{\partial y}{\partial x}", r"\frac{\partial p}{\partial z_2} = 0"),
    ("mlp", r"\|W_1\| = 1", r"\|W\|_F", r"\|W_1\|_F = 1"),
    ("mlp", r"|W_1| = 1", r"\operatorname{abs}(W)", r"\operatorname{abs}(W_1) = 0"),
    ("mlp", r"p(0) = x", r"\left. p \right|_{z_{2} = 0}", r"\left. p \right|_{z_{2} = 0} = p"),
    ("mlp", r"1/\alpha x = 0", r"\frac{..}{..}", r"\frac{1}{\alpha} x = 0"),
    ("mlp", r"\sum p = 1", r"\sum_k y_k", r"\sum_k p_k = 1"),
    ("mlp", r"[\alpha\; L] = [\alpha, L]", r"[\alpha, L]", r"[\alpha, L] = [\alpha, L]"),
    ("mlp", r"x^{\dagger} x = 0", r"^{\top}", r"x^{\top} x = 0"),
    ("vectors", r"A^\mu = 0", r"W^{\odot 2}", r"A^{\odot \mu} = 0"),
    (
        "vectors",
        r"\frac{\partial}{\partial x} (A x)^T = A",
        r"\frac{\partial}{\partial x}\left((A x)^T\right)",
        r"\frac{\partial}{\partial x}\left((A x)^T\right) = A",
    ),
    ("vectors", r"B + I = 0", "symbols: {'I': eye(n)}", r"A + I_n = 0"),
]


@pytest.mark.parametrize(("name", "latex", "help_", "followed"), FOLLOWED)
def test_what_a_help_says_is_read(name: str, latex: str, help_: str, followed: str) -> None:
    found = refused(name, latex)
    assert found is not None
    assert help_ in found.help
    assert refused(name, followed) is None
