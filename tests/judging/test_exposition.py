"""What is exported is read back as it was meant, and every formula of it is proved."""

from __future__ import annotations

import functools
import json
import re
from fractions import Fraction
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shipped import ROOT, WITH_LOSS, derivcheck

from derivcheck.diagnostics.diagnostic import DerivcheckError, NotationError
from derivcheck.judging.examiner import Examiner
from derivcheck.judging.exposition import Exposition, Expositor, Lines, Words, in_words
from derivcheck.language.claims import pairs
from derivcheck.language.latex.reading import parse_latex
from derivcheck.language.network import build, depths
from derivcheck.language.notation.parser import parse_equation, parse_expression
from derivcheck.language.notation.printer import to_latex, to_plain, to_unicode
from derivcheck.language.notation.syntax import (
    Binary,
    Call,
    Comparison,
    Conditional,
    Derivative,
    Equation,
    Name,
    Negate,
    Number,
    Reduction,
    Slice,
    Subscript,
    Transpose,
)
from derivcheck.pipeline.casebook import Casebook
from derivcheck.pipeline.memory import Memory
from derivcheck.pipeline.request import Request
from derivcheck.report.exposition import to_article, to_markdown
from derivcheck.report.page import Page
from derivcheck.spec import Spec, load_spec, read_spec
from derivcheck.statements.document.passages import read_manuscript

pytestmark = pytest.mark.slow

SPECS = [str(path.relative_to(ROOT)) for path in WITH_LOSS]
MLP = "specs/mlp.yaml"


def same(found: Equation, meant: Equation, judge: Examiner) -> bool:
    scope = judge.network.scope
    return all(
        one is other or judge.judge.judge(one, other, mine.axes).verdict == "proved"
        for mine, theirs in zip(pairs(meant, scope), pairs(found, scope), strict=True)
        for one, other in ((mine.left, theirs.left), (mine.right, theirs.right))
    )


def equations(judge: Examiner) -> dict[str, Equation]:
    """Both forms of every gradient, and every line of its derivation."""
    derivation = judge.derivation
    assert derivation is not None
    writer = judge.writer
    found: list[Equation] = []
    for tensor in judge.network.parameters:
        form = judge.proofreader.form(tensor)
        entry = Subscript(tensor.tree, tuple(map(Name, form.letters))) if form.letters else tensor.tree
        found.append(Equation((Derivative(derivation.output.tree, (entry,)), form.index), ("=",)))
        if form.matrix is not None:
            found.append(Equation((Derivative(derivation.output.tree, (tensor.tree,)), form.matrix), ("=",)))
        found += [step.equation for step in writer.steps(tensor)]
    return {to_plain(equation): equation for equation in found}


@pytest.mark.parametrize("path", SPECS)
def test_every_formula_is_read_back_and_proved(path: str) -> None:
    """What is derived, by itself in every notation, and in the documents that are written of it."""
    spec = load_spec(path)
    judge = Examiner(build(spec, depths(spec)[-1]))
    read_back(judge)
    told = Expositor(judge, steps=True).exposition(judge.network.parameters)
    memory = Memory()  # so that the network is built and derived once for both documents
    assert "definition" in account(told, spec, "told.md", memory) or "opaque" in Path(path).read_text()
    account(Expositor(judge).exposition(judge.network.parameters), spec, "forms.tex", memory)
    left_out = [part.code for s in told.sections for part in s.parts if isinstance(part, Words) and part.code]
    assert all("opaque(" in code for code in left_out), left_out


def read_back(judge: Examiner) -> None:
    scope = judge.network.scope
    assert judge.derivation is not None
    scalars = judge.derivation.scalars | frozenset(scope.dimensions)
    for plain, equation in equations(judge).items():
        assert same(parse_equation(plain, scope.vocabulary()), equation, judge), plain
        unicode = to_unicode(equation, scalars, scope.families)
        assert same(parse_equation(unicode, scope.vocabulary()), equation, judge), unicode
        latex = to_latex(equation, scalars, scope.families)
        assert same(parse_latex(latex, scope, labels=judge.network.depth), equation, judge), latex


def account(exposition: Exposition, spec: Spec, name: str, memory: Memory) -> list[str]:
    """What is found about every formula of the document; as many as were written."""
    write = to_markdown if name.endswith(".md") else to_article
    text = write(exposition, spec.path, Page())
    found = Casebook(spec, Request(memory=memory), read_manuscript(text, name)).formulas()
    written = sum(isinstance(part, Lines) for section in exposition.sections for part in section.parts)
    assert len(found) == written > 0
    for result in found:
        assert result.standing in ("judged", "definition"), (result.text, result.reason)
        assert result.claim is not None
        assert result.claim.verdict == "proved", (result.text, result.claim.message)
    return [result.standing for result in found]


@pytest.mark.parametrize(
    ("path", "format", "name"),
    [
        (MLP, "markdown", "out.md"),
        ("specs/networks/deep_mlp.yaml", "latex", "out.tex"),
        ("specs/documents/backward_pass.derivcheck.yaml", "markdown", "out.md"),
    ],
)
def test_what_derive_writes_is_what_verify_judges(path: str, format: str, name: str, tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    written = folder / name
    assert derivcheck("derive", path, "--steps", "--format", format, "-o", str(written)).returncode == 0
    printed = derivcheck("derive", path, "--steps", "--format", format).stdout
    assert [line for line in printed.split("\n") if "derivcheck:" not in line] == [
        line for line in written.read_text().split("\n") if "derivcheck:" not in line
    ]
    for text, arguments in ((printed, [str(written), "--spec", path]), (written.read_text(), [str(written)])):
        written.write_text(text)
        judged = derivcheck("verify", *arguments)
        assert judged.returncode == 0, judged.stdout + judged.stderr
        accounted = re.search(r"(\d+) formulas: (\d+) proved, (\d+) definitions\n", judged.stdout)
        assert accounted is not None, judged.stdout
        whole, proved, definitions = map(int, accounted.groups())
        assert (
            whole
            == proved + definitions
            == printed.count("\\begin{align")
            + printed.count("$$\n") // 2 * (format == "markdown")
            - printed.count("\\begin{aligned}")
            + printed.count("\\[\n")
        )


SMALL = """
tensors: {A: n n, B: n n, x: n, y: n, z1: n, s: scalar, "W[l]": n n, "u[l]": n}
families: {l: 1..3}
layers: {q: A @ x}
loss: {L: sum(q * y)}
"""


@functools.cache
def small() -> Examiner:
    return Examiner(build(read_spec(SMALL)))


def member(stem: str, label: int) -> Subscript:
    return Subscript(Name(stem), (Number(Fraction(label)),))


MATRICES = st.sampled_from(
    [Name("A"), Name("B"), member("W", 2), Derivative(Name("q"), (Name("x"),)), Derivative(Name("L"), (Name("A"),))]
)
VECTORS = st.sampled_from(
    [
        Name("x"),
        Name("z1"),
        member("u", 3),
        Derivative(Name("L"), (Name("y"),)),
        Subscript(Name("A"), (Slice(), Number(Fraction(2)))),
        Call("diag", (Name("B"),)),
    ]
)
NUMBERS = st.sampled_from(
    [Name("s"), Number(Fraction(2)), Number(Fraction(1, 3)), Number(Fraction(-1)), Call("sum", (Name("x"),))]
)
FUNCTIONS = st.sampled_from([("exp", 0), ("tanh", 0), ("sigmoid", 1)])


def entrywise(trees: st.SearchStrategy) -> st.SearchStrategy:
    """Operations that keep the shape."""
    return st.one_of(
        st.builds(Negate, trees),
        st.builds(Binary, st.sampled_from("+-*"), trees, trees),
        st.builds(Binary, st.just("*"), NUMBERS, trees),
        st.builds(Binary, st.just("/"), trees, NUMBERS),
        st.builds(lambda f, t: Call(f[0], (t,), f[1]), FUNCTIONS, trees),
        st.builds(lambda t: Binary("**", t, Number(Fraction(2))), trees.filter(lambda t: isinstance(t, Call | Name))),
    )


matrices = st.recursive(
    MATRICES,
    lambda trees: st.one_of(
        entrywise(trees).filter(lambda t: not (isinstance(t, Binary) and t.operator == "**")),
        st.builds(Binary, st.just("@"), trees, trees),
        st.builds(Transpose, trees),
    ),
    max_leaves=5,
)
vectors = st.recursive(
    VECTORS,
    lambda trees: st.one_of(entrywise(trees), st.builds(Binary, st.just("@"), matrices, trees)),
    max_leaves=4,
)
ROW, COLUMN = Name("i"), Name("j")
ENTRY = Subscript(Name("A"), (ROW, COLUMN))
UNLIKE, BEFORE = Comparison("!=", COLUMN, ROW), Comparison("<=", COLUMN, ROW)
entries = st.recursive(
    st.sampled_from(
        [
            Subscript(Name("x"), (ROW,)),
            Subscript(Name("z1"), (ROW,)),
            Subscript(member("W", 2), (ROW, ROW)),
            Subscript(member("u", 1), (ROW,)),
            Name("s"),
            *(
                Reduction(kind, ("j",), test, Binary("*", ENTRY, Subscript(Name("y"), (COLUMN,))))
                for kind, test in product(("sum", "prod", "max"), (None, UNLIKE, BEFORE))
            ),
            Conditional(Comparison("=", ROW, Number(Fraction(1))), Subscript(Name("y"), (ROW,)), Name("s")),
            Conditional(Comparison(">", Subscript(Name("x"), (ROW,)), Name("s")), Name("s"), Number(Fraction(0))),
            Derivative(Name("L"), (Subscript(Name("x"), (ROW,)),)),
            Derivative(Name("L"), (Subscript(member("u", 2), (ROW,)),)),
            Derivative(Subscript(Name("q"), (ROW,)), (Subscript(Name("x"), (ROW,)),)),
            Derivative(Name("L"), (Subscript(Name("A"), (ROW, ROW)),), holding=(Name("q"),)),
            Derivative(Name("L"), (Subscript(Name("x"), (ROW,)), Subscript(Name("y"), (ROW,)))),
            Call("delta", (ROW, Number(Fraction(2)))),
        ]
    ),
    entrywise,
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(st.one_of(matrices, vectors, entries))
def test_printing_and_reading_is_the_identity(tree) -> None:  # type: ignore[no-untyped-def]
    judge = small()
    scope = judge.network.scope
    assert judge.derivation is not None
    scalars = judge.derivation.scalars | frozenset(scope.dimensions)
    equation = Equation((tree, tree), ("=",))
    try:
        meant = pairs(equation, scope)[0]
    except DerivcheckError:
        return  # a power that is no entrywise one, a sum that hides a letter
    for text, read in (
        (to_plain(equation), lambda t: parse_equation(t, scope.vocabulary())),
        (to_unicode(equation, scalars, scope.families), lambda t: parse_equation(t, scope.vocabulary())),
        (to_latex(equation, scalars, scope.families), lambda t: parse_latex(t, scope)),
    ):
        try:
            found = pairs(read(text), scope)[0]
        except NotationError as problem:
            raise AssertionError(f"{text}: {problem}") from None
        assert (found.left, found.right) == (meant.left, meant.right) or same(read(text), equation, judge), text


@pytest.mark.parametrize(
    ("plain", "latex"),
    [
        ("A * -B", r"A \odot (-B)"),
        ("s * -1", r"s \, (-1)"),
        ("W[2].T @ x", r"W^{(2)\top} \, x"),
        ("exp(-x)**2", r"(\exp(-x))^{2}"),
        ("tanh(x)**2", r"\tanh(x)^{2}"),
        ("A[i,j]**(-1)", r"(A_{i, j})^{-1}"),
        ("delta(i,2)**2", r"(\delta_{i 2})^{2}"),
        ("A.T[i,:]", r"(A^{\top})_{i, :}"),
        ("W[2][i,j]", r"W^{(2)}_{i, j}"),
        ("u[1]**2", r"(u^{(1)})^{2}"),
        ("A.T.T", r"(A^{\top})^{\top}"),
    ],
)
def test_spellings(plain: str, latex: str) -> None:
    scope = small().network.scope
    tree = parse_expression(plain, scope.vocabulary())
    assert to_latex(tree, frozenset({"s"}), scope.families) == latex


def test_a_name_that_looks_like_an_entry_is_spelled_out() -> None:
    text = "tensors: {z: n, z1: n, y: n}\nlayers: {q: z * z1}\nloss: {L: sum(q * y)}\n"
    judge = Examiner(build(read_spec(text)))
    parts = [part for s in Expositor(judge).exposition(judge.network.parameters).sections for part in s.parts]
    assert all(isinstance(part, Lines) for part in parts)
    assert any(r"\mathrm{z1}" in right for part in parts for right, _ in part.rights)
    document = read_manuscript(to_markdown(Expositor(judge).exposition(judge.network.parameters), "x", Page()), "x.md")
    found = Casebook(read_spec(text), manuscript=document).formulas()
    assert [result.claim.verdict for result in found if result.claim] == ["proved"] * len(parts)


def test_a_convolution_can_be_followed() -> None:
    shown = derivcheck("derive", "specs/networks/conv1d.yaml", "--steps", "--wrt", "w")
    assert shown.returncode == 0
    assert "x[j,q + m − 1]" in shown.stdout


def test_deltas_beside_a_quantity_called_delta() -> None:
    text = "tensors: {x: n, y: n}\nlayers: {q: x * y}\nloss: {L: sum(q)}\nlet: {delta: dL/dq}\n"
    vocabulary = build(read_spec(text)).scope.vocabulary()
    assert parse_expression("delta(i,j)", vocabulary) == Call("delta", (ROW, COLUMN))
    assert parse_expression("δ(i, j) + 1", vocabulary) == Binary("+", Call("delta", (ROW, COLUMN)), Number(Fraction(1)))
    with pytest.raises(NotationError):
        parse_expression("delta(i, j, k)", vocabulary)


HOSTILE = "<script>alert(1)</script> $x = 1$ `a` \\input{x} # & % | {y}"


@pytest.mark.parametrize(("write", "name"), [(to_markdown, "x.md"), (to_article, "x.tex")])
def test_hostile_titles_are_words(write, name: str) -> None:  # type: ignore[no-untyped-def]
    judge = Examiner(build(read_spec(f"title: {json.dumps(HOSTILE)}\nsource: {json.dumps(HOSTILE)}\n{SMALL}")))
    text = write(Expositor(judge).exposition(judge.network.parameters[:1]), "x.yaml", Page())
    found = Casebook(judge.network.spec, manuscript=read_manuscript(text, name)).formulas()
    assert all(result.claim is not None and result.claim.verdict == "proved" for result in found)
    assert len(found) == 4
    assert "<script>" not in text
    assert "\\input{" not in text


def test_documents_of_another_depth_are_refused(tmp_path: Path) -> None:
    spec = load_spec("specs/networks/deep_mlp.yaml")
    for head, code in (("depths: K = 2", "DC631"), ("depths: L = 0", "DC631"), ("depths: L = 3", "")):
        manuscript = read_manuscript(f"---\n{head}\n---\n\n$a^{{(1)}} = \\sigma(z^{{(1)}})$\n", "x.md")
        try:
            found = Casebook(spec, manuscript=manuscript).formulas()
            assert not code
            assert [result.standing for result in found] == ["definition"]
        except DerivcheckError as problem:
            assert problem.diagnostic.code == code


def test_a_document_that_names_its_depth_says_nothing_of_others() -> None:
    spec = load_spec("specs/networks/deep_mlp.yaml")
    formula = r"$\frac{\partial C}{\partial W^{(1)}} = \frac{\partial C}{\partial z^{(1)}} a^{(0)\top}$"
    for head, reach in (("", "at any depth"), ("---\ndepths: L = 3\n---\n\n", "at L = 3")):
        (found,) = Casebook(spec, manuscript=read_manuscript(f"{head}{formula}\n", "x.md")).formulas()
        assert found.claim is not None
        assert (found.claim.verdict, found.claim.reach) == ("proved", reach)


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    refused = derivcheck("derive", MLP, "--format", "markdown", "-o", str(tmp_path / "no" / "x.md"))
    assert refused.returncode == 2
    assert "DC686" in refused.stderr


@pytest.mark.parametrize(
    ("fact", "words"),
    [
        ("Σ y = 1", "the entries of y sum to one"),
        ("‖x‖ = 1", "x has length one"),
        ("y is one-hot", "y is one-hot"),
        ("x > 0", "the entries of x are positive"),
        ("t is 0 or 1", "the entries of t are zero or one"),
    ],
)
def test_facts_in_words(fact: str, words: str) -> None:
    assert in_words(fact) == words
