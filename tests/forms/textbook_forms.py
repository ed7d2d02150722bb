"""Gradients as a named text prints them: the measure of how what is derived reads.

A row is (network, quantity, form, source); `misses` says what is written instead where that is another form. Forms
are compared as trees, up to the order of sums and of entrywise products, and up to the letters that a sum binds.

    python -m tests.forms.textbook_forms     prints what is missed, and the rate
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from functools import cache

from derivcheck.forms.candidates import GradientForm
from derivcheck.judging.examiner import Examiner
from derivcheck.judging.proofreader import UnwrittenError
from derivcheck.language.network import build
from derivcheck.language.notation.parser import parse_expression
from derivcheck.language.notation.syntax import Expression
from derivcheck.language.tensors import NamedTensor
from derivcheck.spec import read_spec
from tests.forms.trees import shape_of

NETWORKS = {
    # --- regression and classification
    "softmax": "tensors: {z: n, y: {axes: n, given: one_hot}}\nlayers: {p: softmax(z)}\nloss: {L: 'cross_entropy(p, "
    "y)'}",
    "probabilities": "tensors: {p: {axes: n, given: positive}, y: n}\nloss: {L: 'cross_entropy(p, y)'}",
    "soft targets": "tensors: {z: n, y: {axes: n, given: simplex}}\nlayers: {p: softmax(z)}\n"
    "loss: {L: 'cross_entropy(p, y)'}",
    "temperature": "tensors: {z: n, y: {axes: n, given: simplex}, T: {axes: [], given: positive}}\n"
    "layers: {q: softmax(z / T)}\nloss: {C: 'cross_entropy(q, y)'}",
    "linear softmax": "tensors: {X: N D, W: D C, b: C, Y: {axes: N C, given: {one_hot: C}}}\n"
    "layers: {F: X @ W + b, P: 'softmax(F, C)'}\nloss: {L: 'mean(cross_entropy(P, Y, C), N)'}\nvectors: row",
    "softmax regression": "tensors: {Phi: N D, W: D K, T: {axes: N K, given: {one_hot: K}}}\n"
    "layers: {A: Phi @ W, Y: 'softmax(A, K)'}\nloss: {E: 'sum(cross_entropy(Y, T, K))'}",
    "least squares": "tensors: {X: N D, w: D, y: N}\nloss: {L: 'sum((X @ w - y)^2)/2'}",
    "residual sum": "tensors: {A: m n, x: n, b: m}\nloss: {f: 'norm(A @ x - b)^2'}",
    "mean squares": "tensors: {X: N D, w: D, y: N}\nloss: {L: 'mean((X @ w - y)^2)'}",
    "ridge": "tensors: {X: N D, w: D, y: N, lambda: scalar}\nloss: {J: 'sum((y - X @ w)^2)/2 + lambda * w.T @ w / 2'}",
    "tikhonov": "tensors: {A: m n, x: n, b: m, D: p n, delta: scalar}\n"
    "loss: {f: 'norm(A @ x - b)^2 + delta * norm(D @ x)^2'}",
    "lasso": "tensors: {X: N D, w: D, y: N, lambda: scalar}\nloss: {J: 'sum((X @ w - y)^2)/2 + lambda * norm(w, 1)'}",
    "weighted": "tensors: {X: N D, w: D, y: N, r: N}\nloss: {J: 'sum(r * (X @ w - y)^2)/2'}",
    "logistic": "tensors: {X: N D, w: D, y: {axes: N, given: binary}}\nlayers: {p: sigmoid(X @ w)}\n"
    "loss: {L: 'binary_cross_entropy(p, y)'}",
    "logistic with intercept": "tensors: {X: N D, w: D, b: scalar, y: {axes: N, given: binary}}\n"
    "layers: {p: sigmoid(X @ w + b)}\nloss: {L: 'binary_cross_entropy(p, y)/N'}",
    "margin": "tensors: {X: N D, w: D, y: {axes: N, given: signs}}\nloss: {L: 'sum(softplus(-y * (X @ w)))'}",
    "poisson": "tensors: {X: N D, w: D, y: N}\nlayers: {mu: exp(X @ w)}\nloss: {L: 'sum(mu - y * (X @ w))'}",
    "binary probability": "tensors: {p: {axes: n, given: positive}, y: n}\nloss: {L: 'binary_cross_entropy(p, y)'}",
    "binary logits": "tensors: {z: n, y: n}\nlayers: {p: sigmoid(z)}\nloss: {L: 'binary_cross_entropy(p, y)'}",
    "rank pair": "tensors: {s1: scalar, s2: scalar, sigma: scalar}\nloss: {C: 'log(1 + exp(-sigma*(s1 - s2)))'}",
    # --- multilayer networks
    "two layers": "tensors: {x: n0, W1: n1 n0, b1: n1, W2: n2 n1, b2: n2, y: {axes: n2, given: one_hot}}\n"
    "layers: {z1: W1 @ x + b1, a1: sigmoid(z1), z2: W2 @ a1 + b2, p: softmax(z2)}\nloss: {L: 'cross_entropy(p, y)'}",
    "two layers, deltas": "tensors: {x: n0, W1: n1 n0, b1: n1, W2: n2 n1, b2: n2, y: {axes: n2, given: one_hot}}\n"
    "layers: {z1: W1 @ x + b1, a1: sigmoid(z1), z2: W2 @ a1 + b2, p: softmax(z2)}\nloss: {L: 'cross_entropy(p, y)'}\n"
    "let: {delta1: dL/dz1, delta2: dL/dz2}",
    "quadratic cost": "tensors: {x: n0, W1: n1 n0, W2: n2 n1, y: n2}\n"
    "layers: {z1: W1 @ x, a1: sigmoid(z1), z2: W2 @ a1, a2: sigmoid(z2)}\nloss: {C: 'sum((y - a2)^2)/2'}",
    "tanh layer": "tensors: {x: n0, W: n1 n0, v: n1, t: scalar}\nlayers: {z: W @ x, h: tanh(z), y: v.T @ h}\n"
    "loss: {E: '(y - t)^2/2'}",
    "relu layers": "tensors: {x: n0, W1: n1 n0, W2: n2 n1, b2: n2}\n"
    "layers: {f1: W1 @ x, h1: relu(f1), f2: W2 @ h1 + b2}\nloss: {l: opaque(f2)}",
    "batch in rows": "tensors: {X: N D, W: D H, b: H}\nlayers: {Y: X @ W + b}\nloss: {L: opaque(Y)}\nvectors: row",
    "batch in columns": "tensors: {X: n0 m, W1: n1 n0, b1: n1, W2: n2 n1, b2: n2, Y: {axes: n2 m, "
    "given: {one_hot: n2}}}\n"
    "layers: {Z1: W1 @ X + b1, A1: tanh(Z1), Z2: W2 @ A1 + b2, A2: 'softmax(Z2, n2)'}\n"
    "loss: {J: 'mean(cross_entropy(A2, Y, n2), m)'}",
    "residual block": "tensors: {x: n, W: n n}\nlayers: {u: W @ x, y: x + tanh(u)}\nloss: {L: opaque(y)}",
    "dropout": "tensors: {x: n, m: n}\nlayers: {y: m * x}\nloss: {L: opaque(y)}",
    "gated unit": "tensors: {x: n, W: m n, V: m n}\nlayers: {u: W @ x, g: sigmoid(V @ x), h: u * g}\n"
    "loss: {L: opaque(h)}",
    "graph convolution": "tensors: {A: N N, H: N D, W: D F}\nlayers: {Z: A @ H @ W}\nloss: {L: opaque(Z)}",
    # --- recurrent cells
    "lstm": "tensors: {zi: n, zf: n, zo: n, zg: n, c0: n}\n"
    "layers: {i: sigmoid(zi), f: sigmoid(zf), o: sigmoid(zo), g: tanh(zg), c: f*c0 + i*g, h: o * tanh(c)}\n"
    "loss: {L: opaque(h)}",
    "gru": "tensors: {a: n, b: n, h0: n}\nlayers: {z: sigmoid(a), g: tanh(b), h: (1 - z)*h0 + z*g}\n"
    "loss: {L: opaque(h)}",
    "elman": "tensors: {U: n m, W: n n, x: m, h0: n, b: n}\nlayers: {a: b + W @ h0 + U @ x, h: tanh(a)}\n"
    "loss: {L: opaque(h)}",
    # --- words and items
    "cbow": "tensors: {x: V, W: V N, W2: N V, t: {axes: V, given: one_hot}}\n"
    "layers: {h: W.T @ x, u: W2.T @ h, y: softmax(u)}\nloss: {E: 'cross_entropy(y, t)'}",
    "negative sampling": "tensors: {v: n, h: n, t: scalar}\nlayers: {s: sigmoid(v.T @ h)}\n"
    "loss: {E: '-t*log(s) - (1 - t)*log(1 - s)'}",
    "factorization": "tensors: {R: m n, U: m k, V: n k}\nloss: {L: 'norm(R - U @ V.T)^2/2'}",
    "non-negative": "tensors: {V: m n, W: m k, H: k n}\nloss: {L: 'sum((V - W @ H)^2)/2'}",
    "factorization machine": "tensors: {x: n, V: n k, w: n, w0: scalar}\n"
    "loss: {y: 'w0 + w.T @ x + (sum((V.T @ x)^2) - sum((V^2).T @ x^2))/2'}",
    "bilinear": "tensors: {x: n, W: n m, y: m}\nloss: {s: x.T @ W @ y}",
    # --- attention
    "attention": "tensors: {Q: n d, K: m d, V: m p}\nlayers: {S: 'Q @ K.T / sqrt(d)', P: 'softmax(S, m)', O: P @ V}\n"
    "loss: {L: opaque(O)}",
    # --- metric and contrastive learning
    "infonce": "tensors: {q: d, K: k d, y: {axes: k, given: one_hot}, tau: {axes: [], given: positive}}\n"
    "layers: {s: K @ q / tau, p: softmax(s)}\nloss: {L: 'cross_entropy(p, y)'}",
    "triplet": "tensors: {a: n, p: n, q: n, m: scalar}\n"
    "layers: {u: norm(a - p)^2 - norm(a - q)^2 + m}\nloss: {L: relu(u)}",
    "mahalanobis": "tensors: {x: n, y: n, M: {axes: n n, given: symmetric}}\nloss: {d: (x - y).T @ M @ (x - y)}",
    "contrastive": "tensors: {a: n, b: n}\nloss: {L: 'norm(a - b)^2/2'}",
    "kernel": "tensors: {x: n, c: n, s: {axes: [], given: positive}}\nloss: {k: 'exp(-norm(x - c)^2/(2*s^2))'}",
    "cosine": "tensors: {a: n, b: n}\nlayers: {u: norm(a), v: norm(b)}\nloss: {s: 'a.T @ b/(u*v)'}",
    "cosine, no names": "tensors: {a: n, b: n}\nloss: {s: 'a.T @ b/(norm(a)*norm(b))'}",
    "rayleigh": "tensors: {x: n, A: {axes: n n, given: symmetric}}\nloss: {r: 'x.T @ A @ x/(x.T @ x)'}",
    # --- what a derivative divides by cancels
    "logarithm of a sigmoid": "tensors: {z: n, y: n, u: n, c: n}\n"
    "layers: {a: sigmoid(z), l: log(a), h: tanh(u), p: softmax(u)}\n"
    "loss: {L: 'sum(y * l) + sum(c * h^2) - sum(c * log(p))'}",
    "softplus beside its slope": "tensors: {z: n, c: n}\nlayers: {s: sigmoid(z), t: softplus(z)}\n"
    "loss: {L: 'sum(c * t)'}",
    # --- normalisation
    "unit vector": "tensors: {x: n}\nlayers: {r: norm(x), y: x / r}\nloss: {L: opaque(y)}",
    "layer norm": "tensors: {x: n, gamma: n, beta: n, eps: {axes: [], given: positive}}\n"
    "layers: {mu: mean(x), v: mean((x - mu)^2), r: 1/sqrt(v + eps), h: (x - mu) * r, y: gamma * h + beta}\n"
    "loss: {L: opaque(y)}",
    "layer norm, std": "tensors: {x: n, eps: {axes: [], given: positive}}\n"
    "layers: {mu: mean(x), s: sqrt(mean((x - mu)^2) + eps), h: (x - mu) / s}\nloss: {L: opaque(h)}",
    "batch norm": "tensors: {X: m D, gamma: D, beta: D, eps: {axes: [], given: positive}}\n"
    "layers: {mu: 'mean(X, m)', v: 'mean((X - mu)^2, m)', r: 1/sqrt(v + eps), H: (X - mu) * r, Y: gamma * H + beta}\n"
    "loss: {L: opaque(Y)}\nvectors: row",
    "rms norm": "tensors: {x: n, g: n, eps: {axes: [], given: positive}}\n"
    "layers: {r: 1/sqrt(mean(x^2) + eps), h: x * r, y: g * h}\nloss: {L: opaque(y)}",
    "layer norm by its name": "tensors: {x: n, gamma: n, beta: n}\nlayers: {y: 'layer_norm(x, gamma, beta)'}\n"
    "loss: {L: opaque(y)}",
    "layer norm, centred": "tensors: {x: n, eps: {axes: [], given: positive}}\n"
    "layers: {mu: mean(x), c: x - mu, s: sqrt(mean(c^2) + eps), h: c / s}\nloss: {L: opaque(h)}",
    "normalised logits": "tensors: {x: n, y: {axes: n, given: simplex}}\n"
    "layers: {z: layer_norm(x), p: softmax(z)}\nloss: {L: 'cross_entropy(p, y)'}",
    "batch norm by its name": "tensors: {X: N D, gamma: D, beta: D}\n"
    "layers: {Y: 'batch_norm(X, gamma, beta, 0.001, N)'}\nloss: {L: opaque(Y)}",
    "rms norm by its name": "tensors: {x: n, g: n}\nlayers: {y: 'rms_norm(x, g)'}\nloss: {L: opaque(y)}",
    "group norm": "tensors: {X: g c s, gamma: g c, eps: {axes: [], given: positive}, U: g c s}\nlayers:\n"
    "  mu[k]: sum_{a,p}(X[k,a,p]) / (c * s)\n"
    "  r[k]: 1 / sqrt(sum_{a,p}((X[k,a,p] - mu[k])^2) / (c * s) + eps)\n"
    "  H[k,a,p]: (X[k,a,p] - mu[k]) * r[k]\nloss: {L: sum(U * H)}",
    "weight norm, no names": "tensors: {v: n, g: scalar}\nlayers: {w: g * v / norm(v)}\nloss: {L: opaque(w)}",
    "weight norm": "tensors: {v: n, g: scalar}\nlayers: {s: norm(v), w: g * v / s}\nloss: {L: opaque(w)}",
    # --- likelihoods
    "gaussian": "tensors: {x: n, mu: scalar, sigma: {axes: [], given: positive}}\n"
    "loss: {l: '-n*log(sigma) - sum((x - mu)^2)/(2*sigma^2)'}",
    "multivariate gaussian": "tensors: {x: n, mu: n, P: {axes: n n, given: symmetric}}\n"
    "loss: {l: 'log(det(P))/2 - (x - mu).T @ P @ (x - mu)/2'}",
    "gaussian sample": "tensors: {X: n N, mu: n, P: {axes: n n, given: symmetric}}\n"
    "loss: {l: '-sum_{i,j,k}((X[i,k] - mu[i]) * P[i,j] * (X[j,k] - mu[j]))/2'}",
    "gaussian process": "tensors: {y: n, K: {axes: n n, given: symmetric}}\nlayers: {a: inv(K) @ y}\n"
    "loss: {L: '-y.T @ inv(K) @ y/2 - log(det(K))/2'}",
    "vae": "tensors: {mu: n, v: n}\nloss: {K: '-sum(1 + v - mu^2 - exp(v))/2'}",
    "vae, sigma": "tensors: {mu: n, sigma: {axes: n, given: positive}}\n"
    "loss: {K: 'sum(mu^2 + sigma^2 - 2*log(sigma) - 1)/2'}",
    "entropy": "tensors: {p: {axes: n, given: positive}}\nloss: {H: '-sum(p * log(p))'}",
    "divergence": "tensors: {p: {axes: n, given: positive}, q: {axes: n, given: positive}}\n"
    "loss: {K: 'sum(p * log(p/q))'}",
    "log-sum-exp": "tensors: {x: n}\nlayers: {p: softmax(x)}\nloss: {f: logsumexp(x)}",
    "policy": "tensors: {z: n, y: {axes: n, given: one_hot}}\nlayers: {p: softmax(z)}\nloss: {J: 'sum(y * log(p))'}",
    "preference": "tensors: {u: scalar, v: scalar, b: scalar}\nloss: {L: '-log(sigmoid(b*(u - v)))'}",
    # --- convolution
    "convolution": "tensors: {x: n, w: k, g: n-k+1}\nloss: {L: 'sum_{i,a}(g[i] * w[a] * x[i+a-1])'}",
    # --- matrix calculus
    "linear form": "tensors: {x: n, a: n}\nloss: {f: a.T @ x}",
    "square": "tensors: {x: n}\nloss: {f: x.T @ x}",
    "quadratic form": "tensors: {x: n, A: n n}\nloss: {f: x.T @ A @ x}",
    "symmetric form": "tensors: {x: n, A: {axes: n n, given: symmetric}}\nloss: {f: x.T @ A @ x}",
    "quadratic program": "tensors: {x: n, P: {axes: n n, given: symmetric}, q: n}\nloss: {f: x.T @ P @ x/2 + q.T @ x}",
    "two vectors": "tensors: {X: n m, a: n, b: m}\nloss: {f: a.T @ X @ b}",
    "two vectors, turned": "tensors: {X: n m, a: m, b: n}\nloss: {f: a.T @ X.T @ b}",
    "gram form": "tensors: {X: n m, b: m, c: m}\nloss: {f: b.T @ X.T @ X @ c}",
    "affine square": "tensors: {X: n m, b: m, c: n, D: n n}\nloss: {f: (X @ b + c).T @ D @ (X @ b + c)}",
    "affine residual": "tensors: {x: n, A: n m, s: m, W: {axes: n n, given: symmetric}}\n"
    "loss: {f: (x - A @ s).T @ W @ (x - A @ s)}",
    "distance": "tensors: {x: n, a: n}\nloss: {f: norm(x - a)}",
    "trace": "tensors: {X: n m, A: m n}\nloss: {f: trace(X @ A)}",
    "trace of three": "tensors: {A: k n, X: n m, B: m k}\nloss: {f: trace(A @ X @ B)}",
    "trace of a square": "tensors: {X: n n}\nloss: {f: trace(X @ X)}",
    "trace form": "tensors: {X: n m, A: n n}\nloss: {f: trace(X.T @ A @ X)}",
    "trace form, right": "tensors: {X: n m, B: m m}\nloss: {f: trace(X @ B @ X.T)}",
    "trace of five": "tensors: {A: k n, X: n m, B: m m, C: n k}\nloss: {f: trace(A @ X @ B @ X.T @ C)}",
    "frobenius": "tensors: {X: n m}\nloss: {f: norm(X)^2}",
    "determinant": "tensors: {X: n n}\nloss: {f: det(X)}",
    "log determinant": "tensors: {X: n n}\nloss: {f: log(det(X))}",
    "symmetric log determinant": "tensors: {X: {axes: n n, given: symmetric}}\nloss: {f: log(det(X))}",
    "gram log determinant": "tensors: {X: n m}\nloss: {f: log(det(X.T @ X))}",
    "inverse form": "tensors: {X: n n, a: n, b: n}\nloss: {f: a.T @ inv(X) @ b}",
    "trace of an inverse": "tensors: {X: n n, A: n n}\nloss: {f: trace(inv(X) @ A)}",
    "barrier": "tensors: {A: m n, x: n, b: m}\nlayers: {d: 1/(b - A @ x)}\nloss: {f: '-sum(log(b - A @ x))'}",
    "affine log-sum-exp": "tensors: {A: m n, x: n, b: m}\nlayers: {p: softmax(A @ x + b)}\n"
    "loss: {f: logsumexp(A @ x + b)}",
    "hopfield": "tensors: {x: n, W: {axes: n n, given: symmetric}, b: n}\nloss: {E: -x.T @ W @ x/2 - b.T @ x}",
    "quotient": "tensors: {x: n, w: n}\nloss: {L: sum(w/x)}",
    "log softmax": "tensors: {x: n}\nlayers: {y: log_softmax(x)}\nloss: {L: opaque(y)}",
    "square of a product": "tensors: {x: n, b: n, w: n}\nloss: {L: (x.T @ b)^2 * sum(w) / 2}",
    "reciprocal and square": "tensors: {x: {axes: n, given: positive}}\nloss: {f: 'sum(log(x) + x^2)'}",
}


@dataclass(frozen=True, slots=True)
class Printed:
    """What a text prints for ∂loss/∂quantity."""

    network: str
    quantity: str
    form: str
    source: str
    misses: str = ""

    @property
    def is_entry(self) -> bool:
        """Whether the text prints an entry."""
        return re.search(r"\w\[[ij]", self.form) is not None

    def __str__(self) -> str:
        return f"{self.network}, d{self.quantity}"


PRINTED = (
    Printed("softmax", "z", "p - y", "Bishop, PRML, eq. 4.109"),
    Printed("probabilities", "p", "-y/p", "Goodfellow et al., Deep Learning, 6.2"),
    Printed("soft targets", "z", "p - y", "Szegedy et al. 2016, 7"),
    Printed("temperature", "z", "(q - y)/T", "Hinton et al. 2015, eq. 2"),
    Printed("linear softmax", "F", "(P - Y)/N", "CS231n, neural networks case study"),
    Printed("linear softmax", "W", "X.T @ (P - Y)/N", "CS231n, neural networks case study"),
    Printed("linear softmax", "b", "sum(P - Y, N)/N", "CS231n, neural networks case study"),
    Printed("softmax regression", "W", "Phi.T @ (Y - T)", "Bishop, PRML, eq. 4.109"),
    Printed("least squares", "w", "X.T @ (X @ w - y)", "Murphy, PML 1, eq. 11.5"),
    Printed("residual sum", "x", "2*A.T @ (A @ x - b)", "Boyd and Vandenberghe, VMLS, 12.2"),
    Printed("mean squares", "w", "2/N*X.T @ (X @ w - y)", "Goodfellow et al., Deep Learning, eq. 5.7"),
    Printed("ridge", "w", "X.T @ (X @ w - y) + lambda*w", "Murphy, PML 1, 11.3"),
    Printed(
        "tikhonov",
        "x",
        "2*A.T @ (A @ x - b) + 2*delta*D.T @ (D @ x)",
        "Boyd and Vandenberghe, Convex Optimization, 6.3",
        "2 is drawn out of both terms",
    ),
    Printed("lasso", "w", "X.T @ (X @ w - y) + lambda*sign(w)", "Murphy, PML 1, eq. 11.73"),
    Printed("weighted", "w", "X.T @ (r*(X @ w - y))", "Bishop, PRML, 4.3.3"),
    Printed("logistic", "w", "X.T @ (p - y)", "Hastie et al., ESL, eq. 4.24"),
    Printed("logistic with intercept", "w", "X.T @ (p - y)/N", "Murphy, PML 1, eq. 10.21"),
    Printed("logistic with intercept", "b", "sum(p - y)/N", "Murphy, PML 1, eq. 10.21"),
    Printed("margin", "w", "-X.T @ (y*sigmoid(-y*(X @ w)))", "Hastie et al., ESL, 10.6"),
    Printed("poisson", "w", "X.T @ (mu - y)", "McCullagh and Nelder, Generalized Linear Models, 2.5"),
    Printed("binary probability", "p", "-y/p + (1 - y)/(1 - p)", "Ng et al., CS230, backpropagation"),
    Printed("binary logits", "z", "p - y", "Bishop, PRML, eq. 4.91"),
    Printed(
        "rank pair",
        "s1",
        "-sigma/(1 + exp(sigma*(s1 - s2)))",
        "Burges 2010, 2",
        "exp(s1 σ) and exp(s2 σ) are taken apart",
    ),
    Printed("two layers", "z2", "p - y", "Nielsen, Neural Networks and Deep Learning, 3"),
    Printed("two layers", "W2", "(p - y) @ a1.T", "Nielsen, Neural Networks and Deep Learning, 3"),
    Printed("two layers", "z1", "(W2.T @ (p - y))*a1*(1 - a1)", "Bishop, PRML, 5.3.1"),
    Printed("two layers, deltas", "W2", "delta2 @ a1.T", "Nielsen, eq. BP4"),
    Printed("two layers, deltas", "b2", "delta2", "Nielsen, eq. BP3"),
    Printed("two layers, deltas", "W1", "delta1 @ x.T", "Nielsen, eq. BP4"),
    Printed("two layers, deltas", "a1", "W2.T @ delta2", "Nielsen, eq. BP2"),
    Printed("quadratic cost", "z2", "(a2 - y)*a2*(1 - a2)", "Rumelhart et al. 1986"),
    Printed("tanh layer", "v", "(y - t)*h", "Bishop, PRML, eq. 5.67"),
    Printed("tanh layer", "z", "(1 - h^2)*v*(y - t)", "Bishop, PRML, eq. 5.66"),
    Printed("relu layers", "h1", "W2.T @ dl/df2", "Prince, Understanding Deep Learning, eq. 7.20"),
    Printed("relu layers", "f1", "relu'(f1)*(W2.T @ dl/df2)", "Prince, Understanding Deep Learning, eq. 7.20"),
    Printed("relu layers", "W2", "dl/df2 @ h1.T", "Prince, Understanding Deep Learning, eq. 7.22"),
    Printed("batch in rows", "X", "dL/dY @ W.T", "Goodfellow et al., Deep Learning, 6.5.7"),
    Printed("batch in rows", "W", "X.T @ dL/dY", "Goodfellow et al., Deep Learning, 6.5.7"),
    Printed("batch in rows", "b", "sum(dL/dY, N)", "CS231n, backpropagation for a linear layer"),
    Printed("batch in columns", "Z2", "(A2 - Y)/m", "Ng, CS229 notes, backpropagation"),
    Printed("batch in columns", "W2", "(A2 - Y) @ A1.T/m", "Ng, CS229 notes, backpropagation"),
    Printed("batch in columns", "b2", "sum(A2 - Y, m)/m", "Ng, CS229 notes, backpropagation"),
    Printed("batch in columns", "A1", "W2.T @ (A2 - Y)/m", "Ng, CS229 notes, backpropagation"),
    Printed("residual block", "x", "dL/dy + W.T @ (dL/dy*(1 - tanh(u)^2))", "He et al. 2016, eq. 5"),
    Printed("dropout", "x", "m*dL/dy", "Srivastava et al. 2014, 5.1"),
    Printed("gated unit", "u", "g*dL/dh", "Dauphin et al. 2017, 3"),
    Printed("gated unit", "W", "(g*dL/dh) @ x.T", "Dauphin et al. 2017, 3"),
    Printed(
        "graph convolution", "W", "(A @ H).T @ dL/dZ", "Hamilton, Graph Representation Learning, 5", "Hᵀ (Aᵀ dL/dZ)"
    ),
    Printed("graph convolution", "H", "A.T @ dL/dZ @ W.T", "Hamilton, Graph Representation Learning, 5"),
    Printed("lstm", "o", "dL/dh*tanh(c)", "Greff et al. 2017, appendix A"),
    Printed("lstm", "c", "dL/dh*o*(1 - tanh(c)^2)", "Greff et al. 2017, appendix A"),
    Printed("lstm", "zi", "dL/dc*g*i*(1 - i)", "Greff et al. 2017, appendix A"),
    Printed("lstm", "zf", "dL/dc*c0*f*(1 - f)", "Greff et al. 2017, appendix A"),
    Printed("lstm", "zg", "dL/dc*i*(1 - g^2)", "Greff et al. 2017, appendix A"),
    Printed("lstm", "c0", "dL/dc*f", "Greff et al. 2017, appendix A"),
    Printed("gru", "a", "dL/dh*(g - h0)*z*(1 - z)", "Cho et al. 2014"),
    Printed("gru", "b", "dL/dh*z*(1 - g^2)", "Cho et al. 2014"),
    Printed("elman", "a", "dL/dh*(1 - h^2)", "Goodfellow et al., Deep Learning, eq. 10.22"),
    Printed("elman", "W", "(dL/dh*(1 - h^2)) @ h0.T", "Goodfellow et al., Deep Learning, eq. 10.26"),
    Printed("elman", "h0", "W.T @ (dL/dh*(1 - h^2))", "Goodfellow et al., Deep Learning, eq. 10.21"),
    Printed("cbow", "u", "y - t", "Rong 2014, eq. 8"),
    Printed("cbow", "W2", "h @ (y - t).T", "Rong 2014, eq. 10"),
    Printed("cbow", "h", "W2 @ (y - t)", "Rong 2014, eq. 12"),
    Printed("negative sampling", "v", "(s - t)*h", "Rong 2014, eq. 58"),
    Printed("factorization", "U", "(U @ V.T - R) @ V", "Koren et al. 2009"),
    Printed("factorization", "V", "(U @ V.T - R).T @ U", "Koren et al. 2009"),
    Printed("non-negative", "H", "W.T @ (W @ H - V)", "Lee and Seung 2001"),
    Printed(
        "factorization machine",
        "V",
        "x[i]*sum_k(V[k,j]*x[k]) - V[i,j]*x[i]^2",
        "Rendle 2010, eq. 4",
        "x[i] is drawn out of both terms",
    ),
    Printed("factorization machine", "w", "x", "Rendle 2010, eq. 4"),
    Printed("bilinear", "W", "x @ y.T", "Petersen and Pedersen, eq. 70"),
    Printed("attention", "V", "P.T @ dL/dO", "Dao et al. 2022, appendix B.2"),
    Printed("attention", "P", "dL/dO @ V.T", "Dao et al. 2022, appendix B.2"),
    Printed("attention", "S", "P[i,j]*(dL/dP[i,j] - sum_k(P[i,k]*dL/dP[i,k]))", "Dao et al. 2022, appendix B.2"),
    Printed("attention", "Q", "dL/dS @ K/sqrt(d)", "Dao et al. 2022, appendix B.2"),
    Printed("attention", "K", "dL/dS.T @ Q/sqrt(d)", "Dao et al. 2022, appendix B.2"),
    Printed("infonce", "q", "K.T @ (p - y)/tau", "van den Oord et al. 2018"),
    Printed("infonce", "K", "(p - y) @ q.T/tau", "van den Oord et al. 2018"),
    Printed("triplet", "a", "2*(q[i] - p[i]) if u > 0 else 0", "Schroff et al. 2015, 3.1", "relu' stands for the case"),
    Printed("mahalanobis", "x", "2*M @ (x - y)", "Petersen and Pedersen, eq. 85"),
    Printed("mahalanobis", "M", "(x - y) @ (x - y).T", "Petersen and Pedersen, eq. 72"),
    Printed("contrastive", "a", "a - b", "Hadsell et al. 2006"),
    Printed("kernel", "x", "-k*(x - c)/s^2", "Rasmussen and Williams, GPML, 9.4", "the sign is moved into c - x"),
    Printed("cosine", "a", "b/(u*v) - s*a/u^2", "Luo et al. 2018"),
    Printed(
        "cosine, no names",
        "a",
        "b/(norm(a)*norm(b)) - s*a/norm(a)^2",
        "Luo et al. 2018",
    ),
    Printed(
        "rayleigh",
        "x",
        "2*(A @ x - r*x)/(x.T @ x)",
        "Trefethen and Bau, Numerical Linear Algebra, eq. 27.2",
        "Σ x² for xᵀ x",
    ),
    Printed("logarithm of a sigmoid", "z", "y*(1 - a)", "Bishop, PRML, 4.3.2"),
    Printed("logarithm of a sigmoid", "u", "sum(c)*p - c + 2*c*h*(1 - h^2)", "Bishop, PRML, 4.3.4"),
    Printed("softplus beside its slope", "z", "c*s", "Dugas et al. 2001, softplus"),
    Printed("unit vector", "x", "(dL/dy - y*(y.T @ dL/dy))/r", "Wang et al. 2017, NormFace, eq. 5"),
    Printed("layer norm", "gamma", "h*dL/dy", "Ba et al. 2016"),
    Printed("layer norm", "x", "r/n*(n*dL/dh - sum(dL/dh) - h*(h.T @ dL/dh))", "Kratzert 2016; Ba et al. 2016"),
    Printed("layer norm, std", "x", "(n*dL/dh - sum(dL/dh) - h*(h.T @ dL/dh))/(n*s)", "Zakka 2016; Ba et al. 2016"),
    Printed("batch norm", "gamma", "sum(H*dL/dY, m)", "Ioffe and Szegedy 2015, 3"),
    Printed("batch norm", "beta", "sum(dL/dY, m)", "Ioffe and Szegedy 2015, 3"),
    Printed(
        "batch norm",
        "X",
        "r[j]/m*(m*dL/dH[i,j] - sum_k(dL/dH[k,j]) - H[i,j]*sum_k(H[k,j]*dL/dH[k,j]))",
        "Kratzert 2016; Ioffe and Szegedy 2015",
    ),
    Printed("rms norm", "g", "h*dL/dy", "Zhang and Sennrich 2019, 4"),
    Printed("rms norm", "x", "r/n*(n*dL/dh - h*(h.T @ dL/dh))", "Zhang and Sennrich 2019, 4"),
    Printed(
        "layer norm by its name",
        "x",
        "(n*dL/dy_hat - sum(dL/dy_hat) - y_hat*(y_hat.T @ dL/dy_hat))/(n*y_std)",
        "Zakka 2016; Ba et al. 2016",
    ),
    Printed("layer norm, centred", "x", "(n*dL/dh - sum(dL/dh) - h*(h.T @ dL/dh))/(n*s)", "Zakka 2016; Ba et al. 2016"),
    Printed(
        "normalised logits",
        "x",
        "(n*(p - y) - z_hat*(z_hat.T @ (p - y)))/(n*z_std)",
        "Ba et al. 2016, with Σ (p - y) = 0",
        "Σ (p - y) stays",
    ),
    Printed(
        "batch norm by its name",
        "X",
        "(N*dL/dY_hat[i,j] - sum_k(dL/dY_hat[k,j]) - Y_hat[i,j]*sum_k(Y_hat[k,j]*dL/dY_hat[k,j]))/(N*Y_std[j])",
        "Kratzert 2016; Ioffe and Szegedy 2015",
    ),
    Printed(
        "rms norm by its name",
        "x",
        "(n*dL/dy_hat - y_hat*(y_hat.T @ dL/dy_hat))/(n*y_rms)",
        "Zhang and Sennrich 2019, 4",
    ),
    Printed(
        "group norm",
        "X",
        "r[i]*(U[i,j,k] - sum_{m,p}(U[i,m,p])/(c*s) - H[i,j,k]*sum_{m,p}(H[i,m,p]*U[i,m,p])/(c*s))",
        "Wu and He 2018; Ba et al. 2016",
    ),
    Printed(
        "weight norm, no names",
        "v",
        "g/norm(v)*dL/dw - dL/dw.T @ w/norm(v)^2*v",
        "Salimans and Kingma 2016, eq. 3",
    ),
    Printed("weight norm", "g", "dL/dw.T @ v/s", "Salimans and Kingma 2016, eq. 3"),
    Printed("weight norm", "v", "g/s*dL/dw - g*dL/dg/s^2*v", "Salimans and Kingma 2016, eq. 3", "by w, not by dL/dg"),
    Printed("gaussian", "mu", "sum(x - mu)/sigma^2", "Bishop, PRML, 1.2.4"),
    Printed("gaussian", "sigma", "sum((x - mu)^2)/sigma^3 - n/sigma", "Bishop, PRML, 1.2.4"),
    Printed("multivariate gaussian", "mu", "P @ (x - mu)", "Bishop, PRML, eq. 2.120"),
    Printed("multivariate gaussian", "P", "(inv(P) - (x - mu) @ (x - mu).T)/2", "Murphy, PML 1, 4.2.6"),
    Printed("gaussian sample", "mu", "P @ sum(X - mu, N)", "Bishop, PRML, eq. 2.120", "the sum is taken apart"),
    Printed(
        "gaussian process",
        "K",
        "(a @ a.T - inv(K))/2",
        "Rasmussen and Williams, GPML, eq. 5.9",
        "K⁻¹ y is not seen to be a",
    ),
    Printed("vae", "mu", "mu", "Kingma and Welling 2014, appendix B"),
    Printed("vae", "v", "(exp(v) - 1)/2", "Kingma and Welling 2014, appendix B"),
    Printed("vae, sigma", "sigma", "sigma - 1/sigma", "Kingma and Welling 2014, appendix B"),
    Printed("entropy", "p", "-log(p) - 1", "Boyd and Vandenberghe, Convex Optimization, 3.1.5"),
    Printed("divergence", "p", "log(p/q) + 1", "Boyd and Vandenberghe, Convex Optimization, 3.1.5"),
    Printed("divergence", "q", "-p/q", "Boyd and Vandenberghe, Convex Optimization, 3.1.5"),
    Printed("log-sum-exp", "x", "p", "Boyd and Vandenberghe, Convex Optimization, 3.1.5"),
    Printed("policy", "z", "y - p", "Williams 1992"),
    Printed("preference", "u", "-b*sigmoid(-b*(u - v))", "Rafailov et al. 2023, 4", "1 - σ(s) for σ(-s)"),
    Printed("convolution", "w", "sum_j(g[j]*x[i+j-1])", "Goodfellow et al., Deep Learning, eq. 9.11"),
    Printed("linear form", "x", "a", "Petersen and Pedersen, eq. 69"),
    Printed("square", "x", "2*x", "Petersen and Pedersen, eq. 131"),
    Printed("quadratic form", "x", "(A + A.T) @ x", "Petersen and Pedersen, eq. 81"),
    Printed("symmetric form", "x", "2*A @ x", "Boyd and Vandenberghe, Convex Optimization, A.4"),
    Printed("quadratic program", "x", "P @ x + q", "Boyd and Vandenberghe, Convex Optimization, A.4"),
    Printed("two vectors", "X", "a @ b.T", "Petersen and Pedersen, eq. 70"),
    Printed("two vectors, turned", "X", "b @ a.T", "Petersen and Pedersen, eq. 71"),
    Printed("gram form", "X", "X @ (b @ c.T + c @ b.T)", "Petersen and Pedersen, eq. 77"),
    Printed("affine square", "X", "(D + D.T) @ (X @ b + c) @ b.T", "Petersen and Pedersen, eq. 78"),
    Printed("affine residual", "s", "-2*A.T @ W @ (x - A @ s)", "Petersen and Pedersen, eq. 84"),
    Printed("affine residual", "x", "2*W @ (x - A @ s)", "Petersen and Pedersen, eq. 86"),
    Printed("affine residual", "A", "-2*W @ (x - A @ s) @ s.T", "Petersen and Pedersen, eq. 88"),
    Printed("distance", "x", "(x - a)/f", "Petersen and Pedersen, eq. 129"),
    Printed("trace", "X", "A.T", "Petersen and Pedersen, eq. 100"),
    Printed("trace of three", "X", "A.T @ B.T", "Petersen and Pedersen, eq. 101"),
    Printed("trace of a square", "X", "2*X.T", "Petersen and Pedersen, eq. 106"),
    Printed("trace form", "X", "(A + A.T) @ X", "Minka 2000, Old and New Matrix Algebra"),
    Printed("trace form, right", "X", "X @ (B + B.T)", "Minka 2000, Old and New Matrix Algebra"),
    Printed("trace of five", "X", "A.T @ C.T @ X @ B.T + C @ A @ X @ B", "Petersen and Pedersen, eq. 118"),
    Printed("frobenius", "X", "2*X", "Petersen and Pedersen, eq. 132"),
    Printed("determinant", "X", "f*inv(X).T", "Petersen and Pedersen, eq. 49"),
    Printed("log determinant", "X", "inv(X).T", "Petersen and Pedersen, eq. 57"),
    Printed("symmetric log determinant", "X", "inv(X)", "Boyd and Vandenberghe, Convex Optimization, A.4.1"),
    Printed("gram log determinant", "X", "2*X @ inv(X.T @ X)", "Petersen and Pedersen, eq. 55"),
    Printed("inverse form", "X", "-inv(X).T @ a @ b.T @ inv(X).T", "Petersen and Pedersen, eq. 61"),
    Printed("trace of an inverse", "X", "-inv(X).T @ A.T @ inv(X).T", "Petersen and Pedersen, eq. 124"),
    Printed("barrier", "x", "A.T @ d", "Boyd and Vandenberghe, Convex Optimization, 9.6.1"),
    Printed("affine log-sum-exp", "x", "A.T @ p", "Boyd and Vandenberghe, Convex Optimization, A.4.2"),
    Printed("hopfield", "x", "-W @ x - b", "MacKay, ITILA, 42.6"),
    Printed("quotient", "x", "-w/x^2", "elementary"),
    Printed("log softmax", "x", "dL/dy - exp(y)*sum(dL/dy)", "elementary"),
    Printed("square of a product", "w", "(x.T @ b)^2*ones(n)/2", "elementary"),
    Printed("reciprocal and square", "x", "2*x[i] + 1/x[i]", "elementary"),
)


@cache
def examiner(network: str) -> Examiner:
    return Examiner(build(read_spec(NETWORKS[network] + "\n")))


def tensor_of(row: Printed) -> NamedTensor:
    return next(t for t in examiner(row.network).network.tensors if t.name == row.quantity)


def written(row: Printed) -> GradientForm | None:
    """What is derived and shown for a row; None where no form can be written."""
    try:
        return examiner(row.network).proofreader.form(tensor_of(row))
    except UnwrittenError:
        return None


def meant(row: Printed) -> Expression:
    return parse_expression(row.form, examiner(row.network).network.scope.vocabulary())


def hits(row: Printed) -> bool:
    """Whether the matrix form or the entries that are shown are what the text prints."""
    form = written(row)
    if form is None:
        return False
    scalars = examiner(row.network).proofreader.scalars
    wanted = shape_of(meant(row), scalars)
    return any(tree is not None and shape_of(tree, scalars) == wanted for tree in (form.matrix, form.index))


def main() -> int:
    found = 0
    for row in PRINTED:
        if hits(row):
            found += 1
            continue
        judge, form = examiner(row.network), written(row)
        print(f"{row}: {row.form}")
        if form is not None:
            matrix = "no matrix form" if form.matrix is None else judge.proofreader.plain(form.matrix)
            print(f"    {matrix}\n    {judge.proofreader.plain(form.index)}")
    print(f"{found} of {len(PRINTED)} as printed ({100 * found / len(PRINTED):.0f} %)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
