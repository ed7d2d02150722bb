"""Every spelling of one thing is that thing, what may be two things is asked or judged, and helps help."""

from __future__ import annotations

import functools
import io
from dataclasses import replace

import pytest
from latex_families import ASKED, FAMILIES, JUDGED, figures
from latex_fragments import NETWORKS, REFUSED
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


HELPED = [(name, latex) for name, latex, *_ in (*REFUSED, *ASKED)]


@pytest.mark.parametrize("name", NETWORKS)
def test_a_line_for_the_sidecar_settles_what_was_asked(name: str) -> None:
    for latex in [latex for network, latex in HELPED if network == name]:
        first = refused(name, latex)
        assert first is not None
        line = sidecar(first.help)
        again = refused(name, latex, line) if line else None
        assert again is None or again.message != first.message, (latex, first.help)
