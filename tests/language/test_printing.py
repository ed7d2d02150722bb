"""What is printed is read again as the same tree, whatever nodes it is made of."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derivcheck.language.network import build
from derivcheck.language.notation.parser import parse_equation, parse_expression
from derivcheck.language.notation.printer import to_latex, to_plain, to_unicode
from derivcheck.language.notation.syntax import (
    Binary,
    Call,
    Comparison,
    Conditional,
    Derivative,
    Equation,
    Expression,
    Junction,
    Matrix,
    Name,
    Negate,
    Number,
    Reduction,
    Slice,
    Subscript,
    Transpose,
)
from derivcheck.spec import read_spec

VOCABULARY = build(
    read_spec(
        """
tensors: {A: n n, B: n n, x: n, y: n, s: scalar, "W[l]": n n, "u[l]": n}
families: {l: 1..3}
functions: {f: opaque}
layers: {q: A @ x, r: f(q)}
loss: {L: sum(r * y)}
"""
    )
).scope.vocabulary()

NUMBERS = st.builds(lambda k: Number(Fraction(k, 4)), st.sampled_from((0, 1, 2, 4, 6, 8, 12, 40)))
NAMES = st.sampled_from([Name(name) for name in ("A", "B", "x", "y", "s", "q", "r", "L", "n")])
MEMBERS = st.builds(
    lambda stem, k: Subscript(Name(stem), (Number(Fraction(k)),)), st.sampled_from("Wu"), st.integers(1, 3)
)
LETTERS = st.sampled_from([Name(letter) for letter in ("i", "j", "k")])
INDICES = st.one_of(LETTERS, st.just(Slice()), st.builds(lambda k: Number(Fraction(k)), st.integers(1, 3)))
ENTRIES = st.builds(Subscript, st.one_of(NAMES, MEMBERS), st.lists(INDICES, min_size=1, max_size=2).map(tuple))
RELATIONS = st.sampled_from(("=", "!=", "<", "<=", ">", ">="))


def larger(trees: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    comparisons = st.builds(Comparison, RELATIONS, trees, trees)
    tests = st.one_of(comparisons, st.builds(Junction, st.sampled_from(("and", "or")), comparisons, comparisons))
    return st.one_of(
        st.builds(Negate, trees),
        st.builds(Transpose, trees),
        st.builds(Binary, st.sampled_from(("+", "-", "*", "/", "@", "**", "//", "%")), trees, trees),
        st.builds(
            lambda name, primes, tree: Call(name, (tree,), primes),
            st.sampled_from(("exp", "f", "tanh")),
            st.integers(0, 2),
            trees,
        ),
        st.builds(
            lambda name, one, other: Call(name, (one, other)),
            st.sampled_from(("max", "dot", "kron", "chain")),
            trees,
            trees,
        ),
        st.builds(
            lambda one, by, held: Derivative(one, (by,), holding=held),
            trees,
            st.one_of(NAMES, MEMBERS, ENTRIES),
            st.sampled_from((None, (Name("q"),), (Name("q"), Name("x")))),
        ),
        st.builds(lambda one, by, other: Derivative(one, (by, other)), trees, NAMES, NAMES),
        st.builds(Conditional, tests, trees, trees),
        st.builds(
            Reduction,
            st.sampled_from(("sum", "prod", "max", "min", "mean")),
            st.sampled_from((("k",), ("i", "k"))),
            st.one_of(st.none(), tests),
            trees,
        ),
        st.builds(
            lambda tree, first, last: Reduction("sum", ("l",), None, tree, ends=(first, last)),
            trees,
            st.just(Number(Fraction(1))),
            st.sampled_from((Number(Fraction(3)), Name("L"))),
        ),
        st.lists(trees, min_size=2, max_size=4).map(lambda row: Matrix((tuple(row),))),
        st.lists(st.tuples(trees, trees), min_size=2, max_size=3).map(lambda rows: Matrix(tuple(rows))),
    )


TREES = st.recursive(st.one_of(NUMBERS, NAMES, MEMBERS, ENTRIES), larger, max_leaves=7)
TESTS = st.one_of(st.none(), st.builds(Comparison, RELATIONS, TREES, TREES))
EQUATIONS = st.builds(
    lambda sides, test: Equation(tuple(tree for tree, _ in sides), tuple(sign for _, sign in sides[1:]), test),
    st.lists(st.tuples(TREES, RELATIONS), min_size=2, max_size=3),
    TESTS,
)


@settings(max_examples=200, deadline=None)
@given(EQUATIONS)
def test_printing_and_parsing_is_the_identity(equation: Equation) -> None:
    text = to_plain(equation)
    assert parse_equation(text, VOCABULARY) == equation, text


@pytest.mark.parametrize(
    ("text", "in_unicode", "in_latex"),
    [
        ("sum_{alpha}(x[alpha])", "Σ_α x[α]", r"\sum_{\alpha} x_{\alpha}"),
        ("sum_{k,mu: k < mu}(x[k])", "Σ_{k,μ: k < μ} x[k]", r"\sum_{k,\mu: k < \mu} x_{k}"),
        ("sum_{mu in 1..i}(x[mu])", "Σ_{μ=1}^{i} x[μ]", r"\sum_{\mu=1}^{i} x_{\mu}"),
        ("max_mu(x[mu])", "max_μ(x[μ])", r"\max_{\mu} x_{\mu}"),
    ],
)
def test_a_letter_that_is_bound_is_written_as_in_the_body(text: str, in_unicode: str, in_latex: str) -> None:
    tree = parse_expression(text)
    assert (to_unicode(tree), to_latex(tree)) == (in_unicode, in_latex)
    assert parse_expression(in_unicode) == tree
