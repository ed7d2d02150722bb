"""What is written first is right: the reader behind it has nothing to hold back.

A wrong form is never shown, for it is read back before, and the next candidate, or none, takes its place. So a
rule of writing that is wrong can only be seen here.
"""

from __future__ import annotations

import pytest

from derivcheck.judging.examiner import Examiner
from derivcheck.language.network import build
from derivcheck.spec import read_spec

LAYOUTS = ("mixed", "numerator")
# What each spec is about; every size differs from the others.
SPECS = {
    "a product that is turned": "tensors: {A: n m, B: m k, C: n k}\nloss: {L: 'sum((A @ B) * C)'}",
    "a product of three": "tensors: {A: n m, B: m k, C: k p, D: n p}\nloss: {L: 'sum((A @ B @ C) * D)'}",
    "a quadratic form": "tensors: {x: n, A: n n}\nloss: {L: x.T @ A @ x}",
    "a symmetric matrix": "tensors: {x: n, A: {axes: n n, given: symmetric}, B: n m, y: m}\nloss: {L: x.T @ A @ B @ y}",
    "vectors within a product": "tensors: {A: n m, d: m, B: m k, e: k, C: k p, D: n p}\n"
    "loss: {L: 'sum((A @ diag(d) @ B @ diag(e) @ C) * D)'}",
    "matrices side by side": "tensors: {A: n m, B: m n, C: n m}\nloss: {L: 'sum(A * B.T * C)'}",
    "a matrix twice": "tensors: {X: n m, C: m m, D: n n}\nloss: {L: 'sum((X.T @ X) * C) + sum((X @ X.T) * D)'}",
    "a trace": "tensors: {A: n n, B: n n}\nloss: {L: 'trace(A @ B @ A)'}",
    "one negative term": "tensors: {W: m n, x: n, y: m}\nloss: {L: '-sum(y * (W @ x))'}",
    "negative terms": "tensors: {x: n, y: n, w: n, s: scalar}\nloss: {L: '-3*s*sum(x * (y + w))/2 - sum(x)'}",
    "negative terms of one number": "tensors: {A: m n, x: n, b: m, D: p n, s: scalar}\n"
    "loss: {L: '-norm(A @ x - b)^2 - s * norm(D @ x)^2'}",
    "a fraction of one term": "tensors: {x: n, y: n, w: n}\nloss: {L: 'sum(x * y)/2 + sum(x * w)/3'}",
    "terms of either sign": "tensors: {W: m n, x: n, y: m}\nloss: {L: '-sum((y - W @ x)^2)/2'}",
    "fractions": "tensors: {x: n, y: n, s: scalar}\nloss: {L: '-3*s*sum(x^2 * y)/4'}",
    "denominators": "tensors: {x: n, y: n, s: scalar}\nloss: {L: 'sum(x / y)/s^2'}",
    "a layer": "tensors: {W: m n, x: n, b: m, y: m}\nlayers: {z: W @ x + b, a: sigmoid(z)}\nloss: {L: 'sse(a, y)'}",
    "a batch": "tensors: {X: n M, W: m n, b: m, Y: m M}\nlayers: {Z: W @ X + b, A: sigmoid(Z)}\n"
    "loss: {L: 'sum((A - Y)^2)/M'}",
    "attention": "tensors: {Q: n d, K: m d, V: m p, G: n p}\n"
    "layers: {S: 'Q @ K.T / sqrt(d)', P: 'softmax(S, m)', O: P @ V}\nloss: {L: 'sum(O * G)'}",
    "a name that is solved for": "tensors: {z: n, y: n}\nlayers: {a: tanh(z)}\n"
    "loss: {L: '-sum(y*log(1+a) + (1-y)*log(1-a))'}",
    "a name with a coefficient": "tensors: {x: n, y: n}\nlayers: {a: 2*exp(x)}\nloss: {L: 'sum(a^2 * y)'}",
    "names that stand there more than once": "tensors: {x: n, y: n, w: n}\nlayers: {u: exp(x), v: tanh(y)}\n"
    "loss: {L: 'sum(u^3 * v * w)'}",
    "roots of rows": "tensors: {X: N D, G: N D}\nlayers: {r: 'sqrt(sum(X^2, D))'}\n"
    "loss: {L: 'sum_{i,j}(G[i,j] * X[i,j] / r[i])'}",
    "an inverse and a determinant": "tensors: {A: n n, x: n}\nloss: {L: 'x.T @ inv(A) @ x + log(det(A))'}",
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", SPECS)
def test_the_first_candidate_is_read_back(name: str, layout: str) -> None:
    judge = Examiner(build(read_spec(f"layout: {layout}\n{SPECS[name]}\n")))
    assert judge.derivation is not None
    for tensor in judge.network.parameters:
        written, shown = judge.derivation.candidates(tensor), judge.proofreader.form(tensor)
        assert shown.index == written.indices[0], tensor.name
        assert shown.matrix == written.matrices[0], tensor.name
