"""LaTeX is read as it is meant, or refused with a reason: never read silently as something else."""

from __future__ import annotations

import functools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from latex_fragments import FORKED, NETWORKS, READ, REFUSED

from derivcheck.diagnostics.diagnostic import NotationError
from derivcheck.judging.examiner import Examiner
from derivcheck.judging.statement import labelled, spellings
from derivcheck.language.claims import pairs
from derivcheck.language.latex.equations import Sentence
from derivcheck.language.latex.reading import parse_latex
from derivcheck.language.network import build
from derivcheck.language.notation.parser import parse_equation
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.tex.parser import parse_tex
from derivcheck.language.tex.statements import chains
from derivcheck.pipeline.verification import verify_text
from derivcheck.spec import read_spec

GENERAL = 2  # the label l of the fragments about families


@functools.cache
def examiner(name: str) -> Examiner:
    return Examiner(build(read_spec(NETWORKS[name])))


def labels(name: str) -> dict[str, int]:
    return {**examiner(name).network.depth, "l": GENERAL} if name == "family" else {}


def read(name: str, latex: str):
    network = examiner(name).network
    spec = network.spec
    equation = parse_latex(latex, network.scope, spellings(spec.symbols), spellings(spec.macros), labels(name))
    return labelled(equation, labels(name), network.scope)


def meant(name: str, plain: str):
    scope = examiner(name).network.scope
    return labelled(parse_equation(plain, scope.vocabulary()), labels(name), scope)


@pytest.mark.parametrize(("name", "latex", "plain"), READ, ids=range(len(READ)))
def test_fragment_means_what_it_says(name: str, latex: str, plain: str) -> None:
    found, wanted = read(name, latex), meant(name, plain)
    scope = examiner(name).network.scope
    first, second = pairs(found, scope), pairs(wanted, scope)
    assert found.relations == wanted.relations
    for one, other in zip(first, second, strict=True):
        assert one.shapes == other.shapes, to_plain(found)
        for mine, theirs, shape, their_shape in (
            (one.left, other.left, one.left_value.shape(), other.left_value.shape()),
            (one.right, other.right, one.right_value.shape(), other.right_value.shape()),
        ):
            assert shape == their_shape, to_plain(found)
            if mine is not theirs:
                verdict = examiner(name).judge.judge(mine, theirs, one.axes).verdict
                assert verdict in ("proved", "checked"), to_plain(found)


@pytest.mark.parametrize(("name", "latex", "code", "words"), REFUSED, ids=range(len(REFUSED)))
def test_fragment_is_refused(name: str, latex: str, code: str, words: str) -> None:
    with pytest.raises(NotationError) as caught:
        read(name, latex)
    assert caught.value.diagnostic.code == code
    assert words in caught.value.diagnostic.message
    assert caught.value.span is not None
    start, stop = caught.value.span
    assert 0 <= start <= stop <= len(latex)


@pytest.mark.parametrize(("name", "latex", "readings"), FORKED, ids=range(len(FORKED)))
def test_every_reading_that_conforms_is_kept(name: str, latex: str, readings: tuple[str, ...]) -> None:
    network = examiner(name).network
    symbols, macros = spellings(network.spec.symbols), spellings(network.spec.macros)
    found = parse_latex(latex, network.scope, symbols, macros, labels(name))
    assert tuple(map(to_plain, (found, *found.rivals))) == readings
    assert bool(found.choice) == (len(readings) > 1)


CONDITIONS = [
    (r"p_i = y_i \quad i > 1 \quad i < 3", "p[i] = y[i] where i > 1 and i < 3"),
    (r"p_i = y_i \quad \text{if } i > 1 \quad i < 3", "p[i] = y[i] where i > 1 and i < 3"),
    (r"p_i = y_i \qquad p_i > 0 \quad y_i > 0", "p[i] = y[i] where p[i] > 0 and y[i] > 0"),
    (r"p_i = y_i, \quad i = 1, \dots, n_2 \quad p_i > 0", "p[i] = y[i] where p[i] > 0"),
]


@pytest.mark.parametrize(("latex", "plain"), CONDITIONS)
def test_conditions_that_stand_apart_hold_together(latex: str, plain: str) -> None:
    assert to_plain(read("mlp", latex)) == plain


def test_enough_fragments() -> None:
    assert len(READ) >= 150
    assert len(REFUSED) >= 40


PIECES = [
    *[
        r"x",
        r"y",
        r"z",
        r"p",
        r"L",
        r"W_1",
        r"W_2",
        r"b_1",
        r"a_1",
        r"z_{2,i}",
        r"p_i",
        r"y_k",
        r"\hat{y}",
        r"+",
        r"-",
        r"*",
        r"/",
        r".",
        r",",
        r";",
        r":",
        r"=",
        r"\ne",
        r"(",
        r")",
        r"[",
        r"]",
        r"\{",
        r"\}",
        r"{",
        r"}",
        r"^",
        r"_",
        r"'",
        r"|",
        r"\|",
        r"&",
        r"\\",
        r"$",
        r"^T",
        r"^\top",
    ],
    *[
        r"\frac",
        r"\partial",
        r"\nabla",
        r"\sum",
        r"\sum_k",
        r"\sum_{k",
        r"\ne",
        r"i}",
        r"\prod",
        r"\delta_{ij}",
        r"\cdot",
        r"\times",
        r"\odot",
        r"\otimes",
        r"\circ",
        r"\left(",
        r"\right)",
    ],
    *[
        r"\begin{aligned}",
        r"\end{aligned}",
        r"\begin{bmatrix}",
        r"\end{bmatrix}",
        r"\begin{cases}",
        r"\end{cases}",
        r"\text{if}",
        r"\text{otherwise}",
    ],
    *[
        r"\log",
        r"\exp",
        r"e^{x}",
        r"\sqrt",
        r"\operatorname{diag}",
        r"\sigma'",
        r"\sigma(z_1)",
        r"\mathbf{1}",
        r"\color{red}",
        r"\underbrace",
        r"\dots",
        r"\vdots",
        r"1",
        r"0.5",
        r"12",
    ],
    *[
        r"\frac{\partial",
        r"L}{\partial",
        r"z_2}",
        r"\frac{1}{2}",
        r"\mathbf",
        r"\mathrm",
        r"\text{words",
        r"here}",
        r"\quad",
        r"\,",
        r"\rightarrow",
        r"\propto",
        r"\approx",
        r"\in",
    ],
    *[
        r"\foo",
        r"\pd",
        r"\begin",
        r"\end",
        r"\left",
        r"\right",
        r"\bbox[1px]",
        r"^{",
        r"_{",
        r"\\[2pt]",
        r"%",
        r"#",
        r"é",
        r"\u0000",
        r"\tag{1}",
        r"\operatorname",
        r"\hat",
        r"\bar{x}",
        r"∂",
        r"Σ",
        r"⊙",
        r"ᵀ",
    ],
]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=14), st.sampled_from([" ", ""]))
def test_any_tokens_give_an_equation_or_a_place(pieces: list[str], joint: str) -> None:
    _equation_or_place(joint.join(pieces))


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_any_text_gives_an_equation_or_a_place(text: str) -> None:
    _equation_or_place(text)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_damaged_fragments_give_an_equation_or_a_place(data: st.DataObject) -> None:
    name, latex, _ = data.draw(st.sampled_from(READ))
    cut = data.draw(st.integers(0, len(latex)))
    stop = data.draw(st.integers(cut, min(len(latex), cut + 6)))
    _equation_or_place(latex[:cut] + data.draw(st.sampled_from(["", *PIECES])) + latex[stop:], name)


def _equation_or_place(text: str, name: str = "mlp") -> None:
    network = examiner(name).network
    symbols, macros = spellings(network.spec.symbols), spellings(network.spec.macros)
    try:
        stated = chains(parse_tex(text, macros))
    except NotationError as problem:
        _check_place(problem, text)
        return
    sentence = Sentence(text, network.scope, symbols, macros, labels(name))
    for chain in stated:
        try:
            assert sentence.equation(chain.row).sides
        except NotationError as problem:
            _check_place(problem, text)


def _check_place(problem: NotationError, text: str) -> None:
    assert problem.diagnostic.code.startswith("DC1")
    assert problem.span is not None
    start, stop = problem.span
    assert 0 <= start <= stop <= len(text)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000 + "x = 1",
        "x" + "^{2" * 3000,
        r"\frac{" * 2000,
        r"\sum_k" * 3000,
        "x+" * 20000 + "x = 1",
        r"\begin{bmatrix}" * 500,
        "{" * 9000 + "}" * 9000,
        "'" * 5000,
        r"\left(" * 4000,
    ],
)
def test_hostile_texts_are_refused_quickly(text: str) -> None:
    _equation_or_place(text)


def test_a_step_is_shown_with_what_stands_over_its_relation() -> None:
    spec = r"""
tensors: {x: n, y: n}
claims:
  a: {latex: 'x + y \overset{(a)}{=} y + x \overset{(b)}{=} 26 x'}
"""
    (claim,) = verify_text(spec).claims
    assert [link.text for link in claim.links] == [r"x + y \overset{(a)}{=} y + x", r"\overset{(b)}{=} 26 x"]
