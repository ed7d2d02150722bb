"""Nothing is shown that was not read back: every format, all layouts, both orientations, and forms that are wrong."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest

from derivcheck.diagnostics.verdicts import HOLDS, GradientResult
from derivcheck.forms import derivation, index_form, matrix_form
from derivcheck.forms.source.function import numpy_source
from derivcheck.graph.nodes import World, inside
from derivcheck.judging import side_writer
from derivcheck.judging.examiner import Examiner
from derivcheck.language.claims import pairs
from derivcheck.language.latex.reading import parse_latex
from derivcheck.language.network import build
from derivcheck.language.notation.parser import parse_equation
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.syntax import Derivative, Equation, Expression, Name, Negate, Number, Subscript
from derivcheck.language.tensors import NamedTensor
from derivcheck.pipeline.model import Model
from derivcheck.pipeline.results import FileResult
from derivcheck.pipeline.verification import verify_text
from derivcheck.report.derivation import Manner, write_derivation
from derivcheck.report.page import Page
from derivcheck.spec import Spec, read_spec

LAYOUTS = ("mixed", "numerator", "denominator")
# What each spec is about; every size differs from the others.
SPECS = {
    "a saved inverse root": "tensors: {x: n, g: n}\nlayers: {r: 1/sqrt(sum(x^2))}\nloss: {L: sum(g * r * x)}",
    "a saved root of the mean": "tensors: {x: n, g: n, e: {axes: scalar, given: positive}}\n"
    "layers: {s: sqrt(mean(x^2) + e), y: x / s}\nloss: {L: sum(g * y)}",
    "a saved root of each row": "tensors: {X: N D, G: N D}\nlayers: {r: 'sqrt(sum(X^2, D))'}\n"
    "loss: {L: 'sum_{i,j}(G[i,j] * X[i,j] / r[i])'}",
    "the sum of a product": "tensors: {A: n m, B: m k}\nloss: {L: sum(A @ B)}",
    "the mean of a layer": "tensors: {X: n M, W: k n}\nlayers: {Z: W @ X}\nloss: {L: mean(Z)}",
    "pooled columns": "tensors: {X: c n, g: c}\nlayers: {h: 'mean(X, n)'}\nloss: {L: sum(g * h)}",
    "pooled rows": "tensors: {X: N d, g: d}\nlayers: {m: 'mean(X, N)'}\nloss: {L: sum(m * g)}",
    "the sum of a vector": "tensors: {x: n}\nloss: {L: sum(x)}",
    "fixed sizes": "tensors: {A: 2 3}\nloss: {L: sum(A)}",
    "pi": "tensors: {x: n, s: scalar}\nloss: {L: 'pi * s * sum(erf(x))'}",
    "an inverse": "tensors: {K: n n, y: n, s: scalar}\nloss: {L: 'sum((inv(K + s*eye(n)) @ outer(y, y)) * K)'}",
    "a determinant": "tensors: {K: {axes: n n, given: symmetric}, B: n m}\nloss: {L: 'log(det(K)) + sum(inv(K) @ B)'}",
    "clipping": "tensors: {r: scalar, A: scalar, e: scalar}\nloss: {L: 'min(r * A, min(max(r, 1 - e), 1 + e) * A)'}",
    "an opaque function": "tensors: {x: n, y: n, W: n n}\nfunctions: {f: opaque}\nlayers: {z: f(y)}\n"
    "loss: {L: 'sum_{i,j}(z[i] * W[i,j] * f(x[j]))'}",
    "two axes": "tensors: {X: n m, w: m}\nlayers: {p: 'softmax(X, m)'}\nloss: {L: 'sum_{i,j}(p[i,j] * w[j] * X[i,j])'}",
    "a largest entry": "tensors: {X: n m, c: scalar}\nlayers: {h: 'max(X, m)'}\nloss: {L: c * sum(h * h)}",
}
SETTINGS = [(name, layout, vectors) for name in SPECS for layout in LAYOUTS for vectors in ("column", "row")]


def examiner(name: str, layout: str = "mixed", vectors: str = "column") -> Examiner:
    return Examiner(build(read_spec(f"layout: {layout}\nvectors: {vectors}\n{SPECS[name]}\n")))


def left_sides(judge: Examiner, tensor: NamedTensor, result: GradientResult) -> tuple[Expression, Expression]:
    """∂L/∂x as a whole, and its entry."""
    assert judge.derivation is not None
    of = judge.derivation.output.tree
    places = tuple(map(Name, result.forms.letters))
    return Derivative(of, (tensor.tree,)), Derivative(of, (Subscript(tensor.tree, places) if places else tensor.tree,))


def means_the_adjoint(judge: Examiner, equation: Equation) -> bool:
    """Whether both sides of what was read are one function, by the judge's own account."""
    (link,) = pairs(equation, judge.network.scope)
    return link.shapes is None and judge.judge.judge(link.left, link.right, link.axes).verdict in HOLDS


@pytest.mark.parametrize(("name", "layout", "vectors"), SETTINGS)
def test_every_notation_is_read_back(name: str, layout: str, vectors: str) -> None:
    judge = examiner(name, layout, vectors)
    scope = judge.network.scope
    for tensor in judge.network.parameters:
        result = judge.gradient(tensor)
        # Where branches stand within branches, numbers and the field agree, and nothing is proved.
        assert result.verdict in (HOLDS if name == "clipping" else ("proved",)), (result, result.notes)
        whole, entry = left_sides(judge, tensor, result)
        assert result.forms.index
        shown = [(to_plain(entry), result.forms.index, "plain"), (to_plain(entry), result.forms.index_unicode, "plain")]
        if result.forms.matrix:
            shown += [(to_plain(whole), text, "plain") for text in (result.forms.matrix, result.forms.matrix_unicode)]
        for left, right, _ in shown:
            assert means_the_adjoint(judge, parse_equation(f"{left} = {right}", scope.vocabulary())), right
        sides = judge.proofreader.latex(Equation((whole if result.forms.matrix else entry,) * 2, ("=",)))
        assert sides is not None
        latex = f"{sides[0]} = {result.forms.latex}"
        assert "texttt" not in latex and means_the_adjoint(judge, parse_latex(latex, scope)), latex


@pytest.mark.parametrize(
    ("name", "variable", "matrix"),
    [
        ("a saved inverse root", "x", "r * (g - r**2 * (x.T @ g) * x)"),
        ("the sum of a product", "A", "ones(n) @ sum(B, k).T"),
        ("the sum of a product", "B", "sum(A, n) @ ones(k).T"),
        ("pooled columns", "X", "(g/n) @ ones(n).T"),
        ("the sum of a vector", "x", "ones(n)"),
        ("fixed sizes", "A", "ones(2, 3)"),
        ("a determinant", "B", "sum(inv(K), 2) @ ones(m).T"),
    ],
)
def test_forms_that_textbooks_print(name: str, variable: str, matrix: str) -> None:
    with inside(World()):  # the order of factors is that of their making
        judge = examiner(name)
        assert judge.gradient(judge.network.named(variable)).forms.matrix == matrix


@pytest.mark.parametrize(("name", "layout", "vectors"), SETTINGS)
def test_code_runs(name: str, layout: str, vectors: str) -> None:
    judge = examiner(name, layout, vectors)
    numpy_source(judge.network, judge.network.parameters, {})
    stream = io.StringIO()
    write_derivation(judge, judge.network.parameters, stream, Page(), Manner("sympy"))
    text = stream.getvalue()
    assert "does not have the numbers" not in text, text
    assert "SymPy has no object" not in text or name == "a largest entry", text
    names: dict[str, Any] = {}
    exec(compile(text, "<sympy>", "exec"), names)
    assert all(f"dL_d{tensor.name}_index" in text for tensor in judge.network.parameters)


# --- sabotage ---------------------------------------------------------------------------------

MLP = (
    "tensors: {x: n, W: m n, b: m, y: m}\nlayers: {z: W @ x + b, a: sigmoid(z)}\nloss: {L: 'sse(a, y)'}\n"
    'claims: {wrong: "dL/dW = 2 * ((a - y) * a * (1 - a)) @ x", right: "dL/db = 2 * (a - y) * sigmoid\'(z)"}\n'
)


def gradients(report: FileResult) -> dict[str, GradientResult]:
    return {gradient.wrt: gradient for gradient in report.gradients}


def negated(write: Callable[..., Expression]) -> Callable[..., Expression]:
    def wrong(*arguments: Any) -> Expression:
        return Negate(write(*arguments))

    return wrong


def test_a_wrong_matrix_form_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(derivation, "matrix_form", negated(matrix_form.matrix_form))
    report = verify_text(MLP)
    assert report.error is None and not report.contradiction
    for gradient in report.gradients:
        assert gradient.verdict == "proved" and gradient.forms.index and not gradient.forms.matrix
        assert gradient.forms.no_matrix == "what was written could not be read back"
    assert [claim.verdict for claim in report.claims] == ["invalid", "proved"]


def test_an_unreadable_form_is_not_the_error_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(derivation, "matrix_form", lambda *_: Name("nowhere_declared"))
    report = verify_text(MLP)
    assert report.error is None and all(gradient.forms.index for gradient in report.gradients)
    assert "nowhere_declared" not in str(report.gradients)


def test_a_wrong_index_form_gives_way_to_one_along_the_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(derivation, "index_form", negated(index_form.index_form))
    found = gradients(verify_text(MLP))
    assert {name: gradient.verdict for name, gradient in found.items()} == dict.fromkeys("xWby", "proved")
    assert all(gradient.forms.index for gradient in found.values())


def test_without_any_form_gradients_are_measured_and_claims_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("matrix_form", "index_form", "structural_form"):
        monkeypatch.setattr(derivation, name, lambda *_: Number(77))
    report = verify_text(MLP)
    assert report.error is None
    for gradient in report.gradients:
        assert gradient.verdict == "checked" and gradient.numeric.verdict == "agrees"
        assert not gradient.forms.index and "no form could be written" in gradient.notes[-1]
    assert [claim.verdict for claim in report.claims] == ["invalid", "proved"]
    assert "77" not in str(report.gradients)


def test_a_wrong_form_is_no_derived_line(monkeypatch: pytest.MonkeyPatch) -> None:
    claim = "tensors: {x: n, w: n}\nloss: {L: sum(w * x^2)}\nclaims: {c: 'dL/dx = w * x^3', e: 'dL/dx[i] = w[i]'}\n"
    told = dict(verify_text(claim).claims[0].diagnosis.notes)  # type: ignore[union-attr]
    assert told["derived"].startswith("dL/dx = 2 * ")
    for module in (derivation, side_writer):
        monkeypatch.setattr(module, "matrix_form", negated(matrix_form.matrix_form))
    told = dict(verify_text(claim).claims[0].diagnosis.notes)  # type: ignore[union-attr]
    assert told["derived"].startswith("dL/dx[i] = 2 * ")


def test_a_line_of_the_steps_that_is_wrong_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    from derivcheck.judging import steps

    honest = verify_steps()
    monkeypatch.setattr(steps, "index_form", negated(index_form.index_form))
    assert all("-" not in line.split("=")[1] for line in honest)
    assert not [line for line in verify_steps() if line not in honest]


def verify_steps() -> list[str]:
    judge = Examiner(build(read_spec("tensors: {x: n, w: n}\nlayers: {z: w * x}\nloss: {L: sum(z * z)}\n")))
    written = steps_of(judge)
    return [to_plain(step.equation) for step in written]


def steps_of(judge: Examiner) -> list[Any]:
    return judge.writer.steps(judge.network.named("x"))


INNER_PRODUCTS = {
    "a number between matrices": (
        "tensors: {x: n, B: n m, y: m}\nloss: {L: (x.T @ B @ y)^2}",
        "B",
        "∂L/∂B = 2 * (xᵀ B y) * x yᵀ",
        r"\frac{\partial L}{\partial B} = 2 \, (x^{\top} \, B \, y) \, x \, y^{\top}",
    ),
    "a matrix that a vector is multiplied with stays": (
        "tensors: {A: n m, x: m, v: n}\nlayers: {u: A @ x}\nloss: {L: sum(v * u^2)}",
        "x",
        "∂L/∂x = 2 * Aᵀ (v ⊙ u)",
        r"\frac{\partial L}{\partial x} = 2 \, A^{\top} \, (v \odot u)",
    ),
}


@pytest.mark.parametrize(("spec", "name", "unicode", "latex"), INNER_PRODUCTS.values(), ids=INNER_PRODUCTS)
def test_nothing_is_entrywise_about_a_number(spec: str, name: str, unicode: str, latex: str) -> None:
    with inside(World()):
        model = Model(**{part.name: getattr(read_spec(spec), part.name) for part in fields(Spec)})
        found = model.derive(name).matrix
        assert found is not None
        assert (found.unicode, found.latex) == (unicode, latex)
        assert ("⊙" in found.mathml) == ("⊙" in unicode)
