"""The types by which LaTeX is read are those of the language: in every layout, vectors as columns and as rows."""

from __future__ import annotations

import itertools

import pytest

from derivcheck.diagnostics.diagnostic import DerivcheckError
from derivcheck.language.latex.labels import Labels
from derivcheck.language.lowering.language import Lowering
from derivcheck.language.lowering.types import Types
from derivcheck.language.network import build
from derivcheck.language.notation.parser import parse_expression
from derivcheck.pipeline.verification import check_equation
from derivcheck.spec import read_spec

LAYOUTS = ("mixed", "numerator", "denominator")
ORIENTATIONS = ("column", "row")
SPEC = """
vectors: {vectors}
layout: {layout}
tensors: {{x: n, y: n, g: m, W: m n, A: n n, X: n M, T: n m M, s: scalar, o: 1 n, r: 1}}
functions: {{f: opaque}}
layers: {{z: A @ X, u: x * y, v: sum(x * y) * s, t: f(x), K: W * W}}
loss: {{L: sum(x * f(x)) + sum(W * W) + sum(z)}}
"""
EXPRESSIONS = """
x | x.T | W | W.T | A @ A | W @ A | W @ x | x @ W | x.T @ x | x @ x.T | g.T @ W | g @ W | W @ X | X.T @ A | A @ X.T
s * W | W * s | x * y | x * g | W * x | A * x | x + x.T | A + x | A + x.T | x + s | W / s | s / W | x**2 | x**x | T | T + s | T * T | T @ x
o | o.T | o @ x | x @ o | o * x | r | r * x | r @ x | r.T
dL/dx | dL/dW | dL/dX | dL/ds | dL/dx[i] | dL/dW[i,j] | dL/dz | dL/dx @ W | dL/dx.T @ x | x @ dL/dx
du/dx | dt/dx | du/dx @ x | x.T @ du/dx | du/ds | dv/ds | dv/dx | dz/dX | dz/ds | dx/ds | dx/dW | dW/ds | dK/ds | dK/dW | d(W @ x)/dx | d(g.T @ W)/dx
d(x.T @ A @ x)/dx | d2(x.T @ A @ x)/dx^2 | d(x[i])/dx | d(x[i])/dx[j] | d(W[i,j])/dx | d(x)/dx[j] | d(W[i,:])/dW[i,:] | dL/dW[:,j] | d(o)/dx | d(x)/do
W[i,:] | W[:,j] | W[i,j] | T[i,:,k] | T[:,j,:] | T[i,j,k] | x[1] | A[1,:] | A[:,1] @ x
sum(x) | sum(W, n) | sum(W, m) | sum(W) | mean(X, M) | softmax(x) | softmax(X, n) | diag(x) | diag(A) | trace(A) | norm(x) | vec(W) | kron(A, W) | outer(x, g)
eye(n) | ones(n) | ones(n, m) | zeros(m) | exp(W) | f(A) | f'(x) | inv(A) | det(A) | max(x, y) | dot(x, y) | delta(i,j)*x[i]*x[j]
x if s > 0 else y | x if s > 0 else s | W if s > 0 else x | -W | -(x.T) | [1, 2] | [1, 2; 3, 4] | [x[1]; x[2]] | sum_k(x[k]) | sum_k(W[:,k]) | sum_k(x[k]*y)
"""
TREES = [text.strip() for text in EXPRESSIONS.replace("\n", " | ").split(" | ") if text.strip()]
SETTINGS = list(itertools.product(LAYOUTS, ORIENTATIONS))


@pytest.fixture(scope="module", params=SETTINGS, ids=" ".join)
def scope(request: pytest.FixtureRequest) -> object:
    layout, vectors = request.param
    return build(read_spec(SPEC.format(layout=layout, vectors=vectors))).scope


@pytest.mark.parametrize("text", TREES)
def test_the_type_is_that_of_the_language(scope: object, text: str) -> None:
    tree = parse_expression(text, scope.vocabulary())
    lowering = Lowering(scope)
    lowering.letters.learn(tree)
    try:
        wanted: str | None = lowering.expression(tree).shape()
    except DerivcheckError:
        wanted = None
    found = Types(scope, Labels(scope, {}))(tree)
    assert (None if found is None else str(found)) == wanted


# LaTeX, and the layouts in which it is true.
PRODUCTS = [
    (r"\frac{\partial L}{\partial x} = 2 s A x", "mixed denominator"),
    (r"\frac{\partial L}{\partial x} = 2 s x^\top A", "numerator"),
    (r"\frac{\partial u}{\partial x} x = y \odot x", "mixed numerator denominator"),
    (r"\frac{\partial w}{\partial x} x = W x", "mixed numerator"),
    (r"x^\top \frac{\partial w}{\partial x} = x^\top W^\top", "denominator"),
    (r"\frac{\partial L}{\partial x} x = 2 L", "numerator"),
    (r"\frac{\partial L}{\partial x}^\top x = 2 L", "mixed denominator"),
    (r"\frac{\partial w}{\partial s} = 0", "mixed numerator denominator"),
    (r"\frac{\partial w}{\partial x} \cdot x = W \cdot x", "mixed numerator"),
    (r"\frac{\partial w}{\partial x} = W", "mixed numerator"),
    (r"\frac{\partial w}{\partial x} = W^\top", "denominator"),
    (r"\frac{\partial (s W x)}{\partial s} = W x", "mixed numerator"),
    (r"\frac{\partial (s W x)}{\partial s} = x^\top W^\top", "denominator"),
]
SYMMETRIC = """
layout: {layout}
tensors: {{x: n, y: n, W: m n, A: {{axes: n n, given: symmetric}}, s: scalar}}
layers: {{u: x * y, w: W @ x}}
loss: {{L: "s * x.T @ A @ x"}}
"""


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("latex", "true_in"), PRODUCTS, ids=[latex for latex, _ in PRODUCTS])
def test_products_are_read_in_every_layout(latex: str, true_in: str, layout: str) -> None:
    judged = check_equation(latex, read_spec(SYMMETRIC.format(layout=layout)))
    assert (judged.verdict == "proved") == (layout in true_in.split())
    assert judged.verdict in ("proved", "refuted", "invalid")
