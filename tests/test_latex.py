"""LaTeX is read as it is meant, or refused with a reason: never read silently as something else."""

from __future__ import annotations

import functools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from latex_fragments import NETWORKS, READ, REFUSED

from derivcheck.claims import pairs
from derivcheck.diagnostics import NotationError
from derivcheck.latex import parse_latex, read_latex
from derivcheck.network import build
from derivcheck.notation.parser import parse_equation
from derivcheck.notation.printer import to_plain
from derivcheck.rulings import labelled, spellings
from derivcheck.spec import read_spec
from derivcheck.verify import Examiner, verify_text

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


def test_enough_fragments() -> None:
    assert len(READ) >= 150
    assert len(REFUSED) >= 40


PIECES = [
    *r"x y z p L W_1 W_2 b_1 a_1 z_{2,i} p_i y_k \hat{y} + - * / . , ; : = \ne ( ) [ ] \{ \} { } ^ _ ' | \| & \\ $ ^T ^\top".split(),
    *r"\frac \partial \nabla \sum \sum_k \sum_{k \ne i} \prod \delta_{ij} \cdot \times \odot \otimes \circ \left( \right)".split(),
    *r"\begin{aligned} \end{aligned} \begin{bmatrix} \end{bmatrix} \begin{cases} \end{cases} \text{if} \text{otherwise}".split(),
    *r"\log \exp e^{x} \sqrt \operatorname{diag} \sigma' \sigma(z_1) \mathbf{1} \color{red} \underbrace \dots \vdots 1 0.5 12".split(),
    *r"\frac{\partial L}{\partial z_2} \frac{1}{2} \mathbf \mathrm \text{words here} \quad \, \rightarrow \propto \approx \in".split(),
    *r"\foo \pd \begin \end \left \right \bbox[1px] ^{ _{ \\[2pt] % # é \u0000 \tag{1} \operatorname \hat \bar{x} ∂ Σ ⊙ ᵀ".split(),
]  # fmt: skip


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
        readings = read_latex(text, network.scope, symbols, macros, labels(name))
    except NotationError as problem:
        _check_place(problem, text)
        return
    for reading in readings:
        assert (reading.equation is None) != (reading.problem is None)
        if reading.problem is not None:
            _check_place(reading.problem, text)


def _check_place(problem: NotationError, text: str) -> None:
    assert problem.diagnostic.code.startswith("DC1")
    assert problem.span is not None
    start, stop = problem.span
    assert 0 <= start <= stop <= len(text)


@pytest.mark.parametrize("text", ["(" * 5000 + "x = 1", "x" + "^{2" * 3000, r"\frac{" * 2000, r"\sum_k" * 3000, "x+" * 20000 + "x = 1",
                                  r"\begin{bmatrix}" * 500, "{" * 9000 + "}" * 9000, "'" * 5000, r"\left(" * 4000])  # fmt: skip
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
