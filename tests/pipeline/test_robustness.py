"""Hostile input: a diagnostic with a place, in bounded time, and never another exception."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derivcheck.diagnostics.diagnostic import DerivcheckError, NotationError, SpecError
from derivcheck.language.notation.parser import parse_equation, parse_expression
from derivcheck.language.notation.printer import to_plain, to_unicode
from derivcheck.pipeline.verification import check_equation, verify_text
from derivcheck.spec import Spec, read_spec

PIECES = st.sampled_from(
    [
        "dL",
        "dW1",
        "W1",
        "x",
        "y",
        "z",
        "p",
        "a1",
        "d2l",
        "dx^2",
        "sigmoid",
        "'",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "+",
        "-",
        "*",
        "/",
        "@",
        "**",
        "^",
        ".T",
        "ᵀ",
        "⊙",
        "∂",
        "Σ_k",
        "δ_ij",
        "sum_k",
        "sum_{",
        ",",
        ":",
        ";",
        "=",
        "==",
        "!=",
        "<",
        "1",
        "0.5",
        "1e9",
        "i",
        "j",
        "k",
        "if",
        "else",
        "where",
        "and",
        "or",
        "delta(i,j)",
        "_",
        "$",
        "é",
        "\x00",
        "\n",
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=25).map(" ".join)))
def test_any_text_parses_or_says_where_it_does_not(text: str) -> None:
    for parse in (parse_expression, parse_equation):
        try:
            parse(text)
        except NotationError as problem:
            assert problem.span is not None
            start, stop = problem.span
            assert 0 <= start <= stop <= len(text)


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=16).map(" ".join))
def test_what_parses_prints_and_parses_again(text: str) -> None:
    try:
        tree = parse_expression(text)
    except NotationError:
        return
    assert parse_expression(to_plain(tree)) == tree
    parse_expression(to_unicode(tree))


def test_an_anchor_given_twice_is_an_error_with_a_place() -> None:
    for text in ("&0{&0", "a: &0 1\nb: &0 2\nc: *0\n"):
        assert verify_text(text).error is not None


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.text(max_size=200),
        st.lists(
            st.sampled_from(
                [
                    "tensors:",
                    "\n",
                    "  ",
                    "x: n",
                    "{",
                    "}",
                    "[",
                    "]",
                    "layers:",
                    "z: x",
                    "loss: {L: sum(x)}",
                    "&a",
                    "*a",
                    "- ",
                    "'",
                    '"',
                    "#",
                    "|",
                ]
            ),
            max_size=20,
        ).map("".join),
    )
)
def test_any_text_is_a_spec_or_a_spec_error(text: str) -> None:
    try:
        assert isinstance(read_spec(text), Spec)
    except SpecError as problem:
        assert problem.diagnostic.where is not None


ROUND_TRIPS = [
    "d(softmax(x)[i])/dx[j]",
    "d2(logsumexp(x))/dx^2",
    "dL/dW[l+1][i,j]",
    "(a @ b) * c @ d",
    "a @ (b * c)",
    "-(x - y)**2",
    "sum_{k != i, j < 3}(x[k]) * 2",
    "(sum_k(x[k])).T",
    "(1 if i == j else 0) * x[i]",
]


@pytest.mark.parametrize("text", ROUND_TRIPS)
def test_printed_trees_mean_the_same(text: str) -> None:
    tree = parse_expression(text)
    assert parse_expression(to_plain(tree)) == tree


HOSTILE_CLAIMS = [
    "(" * 1000 + "x" + ")" * 1000,
    "x = " + "(" * 5000,
    "x = x^1000000",
    "x = 9^9^9^9^9",
    "__import__('os').system('true') = 1",
    "x.__class__ = 1",
    "x = " + "-" * 3000 + "x",
    "x = " + "x + " * 3000 + "x",
    "= =",
    "",
    "x = x[i]",
    "x[i] = x",
    "sum_k(x[k]) = sum_x(x)",
    "x = " + "sin(" * 50 + "x" + ")" * 50,
    "x = 1/0",
    "x = log(0)",
    "x = 0/0",
    "x = x[99]",
]


@pytest.mark.parametrize("equation", HOSTILE_CLAIMS, ids=lambda e: e[:24])
def test_hostile_claims_get_a_diagnostic(equation: str) -> None:
    spec = read_spec("tensors: {x: n}")
    try:
        result = check_equation(equation, spec)
    except DerivcheckError as problem:
        assert problem.diagnostic.message
        return
    assert result.verdict in ("invalid", "undecided", "refuted")


BAD_SPECS = {
    "cycle": ("tensors: {x: n}\nlayers: {a: b, b: c, c: a + x}", "DC040"),
    "loss not scalar": ("tensors: {x: n}\nloss: {L: 2*x}", "DC038"),
    "unknown name": ("tensors: {x: n}\nlayers: {z: 2*q}", "DC120"),
    "shape error": ("tensors: {x: n, W: m n}\nlayers: {z: W.T @ x}", "DC131"),
    "size zero": ("tensors: {x: n}\nnumeric: {sizes: {n: 0}}", "DC019"),
    "absurd size": ("tensors: {x: n}\nnumeric: {sizes: {n: 1000000000}}", "DC019"),
    "alias bomb": ("a: &a [x, x]\nb: &b [*a, *a]\ntensors: *b", "DC004"),
    "deep": ("tensors: " + "[" * 500, "DC003"),
    "binary": ("\x00\x01", "DC001"),
}


@pytest.mark.parametrize("name", sorted(BAD_SPECS))
def test_bad_specs_are_explained(name: str) -> None:
    text, code = BAD_SPECS[name]
    result = verify_text(text)
    assert result.error is not None
    assert result.error.code == code
    assert result.exit_code == 2


def test_a_parameter_the_loss_does_not_depend_on() -> None:
    result = verify_text("tensors: {x: n, q: m}\nloss: {L: sum(x)}")
    unused = next(g for g in result.gradients if g.wrt == "q")
    assert unused.verdict == "proved"
    assert unused.forms.index == "0"
    assert any("does not depend" in note for note in unused.notes)


def test_outside_the_domain_is_reported() -> None:
    result = verify_text("tensors: {x: n}\nlayers: {q: log(-exp(x))}\nloss: {L: sum(q)}\nclaims: {a: L = L + 1}")
    assert result.exit_code != 0


@pytest.mark.parametrize("loss", ["norm(x - x)^2", "sum(A @ x)*sqrt(trace(A - A))", "norm(A @ (x - x)) + sum(x)"])
def test_a_gradient_that_has_no_value_anywhere_is_undecided(loss: str) -> None:
    """What divides by zero has no canonical form, and is written entry by entry all the same."""
    result = verify_text(f"tensors: {{x: n, A: n n}}\nloss: {{L: '{loss}'}}\n")
    verdicts = {gradient.wrt: gradient.verdict for gradient in result.gradients}
    assert "internal" not in verdicts.values() and "undecided" in verdicts.values(), verdicts


# Branches that numbers decide, of functions at a constant.
OF_NUMBERS = [
    ("max(1, relu(0*s)) = 1", "proved"),
    ("max(1, relu'(0*s)) = 1", "proved"),
    ("max(1, silu(0*s)) = 1", "proved"),
    ("max(1, softplus(0*s) - log(2)) = 1", "proved"),
    ("max(1, elu(0*s) + sigmoid(0) - 1/2) = 1", "proved"),
    ("max(s, tanh(1 + 0*s) - 2*sigmoid(2) + 1) = relu(s)", "proved"),
    ("max(1, g(1 + 0*s)) = 1", "proved"),
    ("max(1, f(0*s) - f(0)) = 1", "proved"),
    ("max(s, relu(0*s)) = s", "refuted"),
    ("max(1, relu(0*s)) = -min(-1/m, -max(0*s, 0))", "refuted"),
    ("relu(1 + 0*s) = 0", "refuted"),
    ("elu(-1 + 0*s) = exp(-1) - 1", "proved"),
    ("sigmoid(0*s) = 1/2", "proved"),
    ("sigmoid'(0*s) = 1/4", "proved"),
    ("sigmoid(1 + 0*s) = 1/2", "refuted"),
]


@pytest.mark.parametrize(("claim", "verdict"), OF_NUMBERS)
def test_branches_that_numbers_decide(claim: str, verdict: str) -> None:
    """SymPy looks for the sign of `relu(0) - 1` without end where `relu(0)` is left as a name."""
    spec = "tensors: {u: m, s: scalar}\nfunctions: {f: opaque, g(t): t*(1 - t)}\n"
    (found,) = verify_text(f'{spec}claims: {{a: "{claim}"}}\n').claims
    assert found.verdict == verdict, found


def test_one_error_does_not_hide_another_claim() -> None:
    result = verify_text("tensors: {x: n}\nclaims:\n  a: x = x @ x\n  b: x = x\n")
    assert [c.verdict for c in result.claims] == ["invalid", "proved"]


def test_large_fixed_sizes_are_no_matter_of_memory() -> None:
    """A thousand by a thousand: no three axes are laid out for a number, and the field is not asked."""
    judged = verify_text(
        "tensors: {x: 999, W: 999 999}\nloss: {L: 'sum((W@x)^2)'}\nclaims: {a: 'dL/dx = 2*W.T@W@x', b: 'dL/dW = 2*W@x@x.T'}\n"
    )
    assert [claim.verdict for claim in judged.claims] == ["proved", "proved"] and judged.exit_code == 0


def test_a_folder_that_vanishes_while_it_is_searched_costs_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from derivcheck.cli.verifying import spec_files

    for name in ("a/one.yaml", "gone/two.yaml", "b/three.yml", "b/notes.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("tensors: {x: n}\n")
    listed = os.scandir

    def scandir(path: Any) -> Any:
        if Path(path).name == "gone":
            raise FileNotFoundError(2, "No such file or directory", str(path))
        return listed(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert spec_files([tmp_path]) == [tmp_path / "a" / "one.yaml", tmp_path / "b" / "three.yml"]


@pytest.mark.parametrize("axis", ["²", "n²", "n ①", "n+₂", "⁴"])
def test_raised_digits_are_no_sizes(axis: str) -> None:
    with pytest.raises(SpecError) as raised:
        read_spec(f"tensors: {{x: m, y: {axis}}}\nloss: {{L: sum(x)}}\n")
    assert raised.value.diagnostic.code == "DC029"
    assert verify_text("tensors: {x: n₁}\nloss: {L: sum(x)}\n").exit_code == 0
