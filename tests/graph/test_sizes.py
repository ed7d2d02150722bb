"""Sizes are found for any constraints on dimensions, are different where they can be, and the user's are kept."""

from __future__ import annotations

import itertools

import pytest

from derivcheck.graph.axes import Dimension
from derivcheck.graph.sizes import SizeChoice, fitted, names_of, sizes_from, small_sizes
from derivcheck.pipeline.results import FileResult
from derivcheck.pipeline.verification import verify_text


def dimensions(text: str) -> frozenset[Dimension]:
    """`h kh h-kh+1` as dimensions."""
    found = set()
    for word in text.split():
        total = Dimension((), 0)
        for part in word.replace("-", " -").replace("+", " +").split():
            name = part.lstrip("+-")
            one = Dimension.fixed(int(name)) if name.isdigit() else Dimension.named(name)
            total = total.plus(one, -1 if part.startswith("-") else 1)
        found.add(total)
    return frozenset(found)


CONSTRAINTS = [
    "n m k",
    "h kh h-kh+1",
    "c h w o kh kw h-kh+1 w-kw+1",
    "c h v o kh kv h-kh+1 v-kv+1",
    "a b c a-b b-c c-1",
    "n k n-k-k",
    "n n-9",
    "x y x-40 x+y-90",
    "a b a-b+3 b-a+3",
    "n p q n-p-q n-p-p+1",
]


@pytest.mark.parametrize("text", CONSTRAINTS)
def test_every_axis_has_an_entry_and_sizes_differ(text: str) -> None:
    every = dimensions(text)
    chosen = [*small_sizes(every), *(sizes_from(base, every) for base in (2, 3, 7))]
    assert chosen
    for sizes in chosen:
        assert sizes is not None
        assert set(sizes) == set(names_of(every))
        assert all(dimension.size(sizes) >= 1 for dimension in every)
        assert len(set(sizes.values())) == len(sizes) or len(sizes) > 5


def test_names_do_not_matter() -> None:
    """Whatever the dimensions are called, and so in whatever order they come."""
    for names in itertools.permutations("abcdef"):
        c, h, w, o, k, l = names
        every = dimensions(f"{c} {h} {w} {o} {k} {l} {h}-{k}+1 {w}-{l}+1")
        for sizes in small_sizes(every):
            assert all(dimension.size(sizes) >= 1 for dimension in every), names
            assert len(set(sizes.values())) == 6, names


def test_what_is_wanted_and_possible_is_taken() -> None:
    every = dimensions("h k h-k+1 n")
    assert fitted({"h": 5, "k": 3, "n": 2}, every) == {"h": 5, "k": 3, "n": 2}
    assert fitted({"h": 2, "k": 4, "n": 3}, every, {"k": 4}) == {"h": 5, "k": 4, "n": 3}
    assert fitted({"h": 2, "k": 4, "n": 3}, every, {"h": 2}) == {"h": 2, "k": 1, "n": 3}
    assert fitted({"h": 2, "k": 4, "n": 3}, every, {"h": 2, "k": 4}) is None
    assert fitted({"a": 2, "b": 3}, dimensions("a-b b-a")) is None
    assert small_sizes(dimensions("a-b b-a")) == ()
    assert small_sizes(frozenset()) == ({},)


def test_many_names_that_are_equal_once_differ_elsewhere() -> None:
    names = [f"n{k:02}" for k in range(16)]
    first, second = small_sizes(dimensions(" ".join(names)))
    for one, other in itertools.combinations(names, 2):
        assert first[one] != first[other] or second[one] != second[other], (one, other)


def test_given_sizes_are_kept() -> None:
    choice = SizeChoice(dimensions("h k n h-k+1"), {"h": 9, "k": 4, "n": 5}, {"h": 9})
    assert choice.usual() == {"h": 9, "k": 4, "n": 5}
    assert all(sizes["h"] == 9 for sizes in (*choice.small(), choice.exact()[0]))
    assert {sizes["h"] for sizes in choice.every()} > {9}
    large = SizeChoice(dimensions("h k"), {"h": 784, "k": 4}, {"h": 784})
    assert large.usual()["h"] == 784
    assert all(sizes["h"] < 12 for sizes in (*large.small(), *large.exact()))


# --- specs ------------------------------------------------------------------------------------

CONVOLUTION = """
tensors: {{x: {0} {1} {2}, K: {3} {0} {4} {5}, G: {3} {1}-{4}+1 {2}-{5}+1}}
loss: {{L: "sum_{{o1,i,j,c1,s,t}}(G[o1,i,j] * K[o1,c1,s,t] * x[c1,i+s-1,j+t-1])"}}
claims:
  true: dL/dK[o1,c1,s,t] = sum_{{i,j}}(G[o1,i,j] * x[c1,i+s-1,j+t-1])
  shifted: dL/dK[o1,c1,s,t] = sum_{{i,j}}(G[o1,i,j] * x[c1,i+t-1,j+s-1])
"""


@pytest.mark.parametrize("names", ["c h w o kh kw", "c h v o kh kv", "z y r w v u", "a b c d e f"])
def test_a_convolution_under_any_names(names: str) -> None:
    result = verify_text(CONVOLUTION.format(*names.split()))
    assert result.error is None
    assert [gradient.verdict for gradient in result.gradients] == ["proved"] * 3
    verdicts = [claim.verdict for claim in result.claims]
    assert verdicts[0] == "proved"
    assert verdicts[1] in ("refuted", "invalid")


def judged(text: str) -> FileResult:
    result = verify_text(text)
    assert result.error is None, result.error
    return result


def test_the_sizes_of_the_spec_are_used_everywhere() -> None:
    result = judged(
        "tensors: {x: n, W: m n}\nloss: {L: sum(W @ x)}\nnumeric: {sizes: {n: 6}}\n"
        "claims: {wrong: dL/dx = sum(W) * ones(n), right: 'dL/dx = sum(W, m)'}\n"
    )
    wrong, right = result.claims
    assert dict(result.sizes)["n"] == 6
    assert wrong.witness is not None
    assert dict(wrong.witness.sizes)["n"] == 6
    assert wrong.exact is not None
    assert dict(wrong.exact.sizes[0])["n"] == 6
    assert right.exact is not None
    assert dict(right.exact.sizes[0])["n"] == 6


def test_what_holds_at_the_given_sizes_alone_is_false() -> None:
    result = judged("tensors: {x: n}\nnumeric: {sizes: {n: 4}}\nclaims: {a: '(n - 4) * x = 0', b: 'n = 4'}\n")
    assert [claim.verdict for claim in result.claims] == ["refuted", "refuted"]


def test_sizes_of_a_family() -> None:
    text = """
families: {l: 1..L}
depths: {L: [2, 3]}
tensors: {"x[0]": "n[0]", "W[l]": "n[l] n[l-1]"}
layers: {"a[0]": "x[0]", "a[l]": "W[l] @ a[l-1]"}
loss: {C: "sum(a[L])"}
"""
    assert dict(judged(text + "numeric: {sizes: {n: 3, 'n[1]': 5}}").sizes) == {"n[0]": 3, "n[1]": 5, "n[2]": 3}
    assert dict(judged(text + "numeric: {sizes: {'n[3]': 5}}").sizes).keys() == {"n[0]", "n[1]", "n[2]"}
    unknown = verify_text(text + "numeric: {sizes: {m: 3}}").error
    assert unknown is not None
    assert unknown.code == "DC039"


@pytest.mark.parametrize(
    "text",
    [
        "tensors: {x: a-b b-a}\nloss: {L: sum(x)}\n",
        "tensors: {x: a-b, y: a}\nloss: {L: sum(x)}\nnumeric: {sizes: {a: 2, b: 2}}\n",
    ],
)
def test_without_sizes_the_report_says_which_to_give(text: str) -> None:
    error = verify_text(text).error
    assert error is not None
    assert error.code == "DC048"
    assert error.help == "numeric: {sizes: {a: ..., b: ...}}"


def test_a_dimension_that_only_an_equation_speaks_of() -> None:
    """At the sizes n = 3 and w = 8 the convolution has no entry."""
    spec = "tensors: {X: c n, V: o c w, a: 2, b: 3}\nnumeric: {sizes: {n: 3}}\n"
    result = judged(spec + "claims: {a: 'conv1d(2 * X, V) = 2 * conv1d(X, V)', b: 'conv1d(X, V) = 2 * conv1d(X, V)'}\n")
    assert [claim.verdict for claim in result.claims] == ["proved", "refuted"]
    assert all("entries" not in claim.message for claim in result.claims)


DECLARATIONS = [
    ("tensors: {x: n}\nclaims:\n  a: []\n", "DC022", 3),
    ("tensors: {x: n}\nclaims:\n  a: {steps: []}\n", "DC022", 3),
    ("families: {l: 1..L}\ndepths: {L: []}\ntensors: {'a[0]': n}\nlayers: {'a[l]': 'a[l-1]'}\n", "DC022", 2),
    ("families: {l: q..L}\ndepths: {L: [2]}\ntensors: {'a[0]': n}\nlayers: {'a[l]': 'a[l-1]'}\n", "DC035", 1),
    (
        "families: {l: 1..2}\ntensors: {'a[0]': n}\nlayers: {'a[l]': 'a[l-1]'}\nloss: {'C[l]': 'sum(a[l])'}\n",
        "DC032",
        4,
    ),
    (
        "families: {l: 3..2}\ntensors: {'a[0]': n}\nlayers: {'a[l]': 'a[l-1]'}\nloss: {'C[l]': 'sum(a[l])'}\n",
        "DC032",
        4,
    ),
]


@pytest.mark.parametrize(("text", "code", "line"), DECLARATIONS)
def test_what_is_empty_is_an_error_at_its_place(text: str, code: str, line: int) -> None:
    error = verify_text(text).error
    assert error is not None
    assert error.where is not None
    assert (error.code, error.where.line) == (code, line)
