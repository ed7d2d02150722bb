"""Deriving and verifying models: a transformer block, a convolution of images, deep and recurrent networks.

Run: python tests/benchmarks/bench_models.py [--shipped] [NAME...]

Every model has a process of its own: the seconds are those of its processor, the memory is the most that it
takes beyond what the mathematics libraries do. A cache of verdicts is not used. NAMEs choose among `block`,
`conv2d`, `transformer` and `lstm`. With --shipped, every shipped spec is verified by itself, and the slowest
ones are listed.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from measures import Measure, Measures, beside, loops, offered

from derivcheck.pipeline.verification import verify_file, verify_text

SPECS = Path(__file__).parents[2] / "specs"
STEPS = (6, 12, 25, 50)
LAYERS = (3, 6, 12, 24)
SLOWEST = 10

BLOCK = """
title: A transformer block, pre-norm, with heads and residuals
tensors:
  X: T d
  Wq: d H*k
  Wk: d H*k
  Wv: d H*k
  Wo: H*k d
  W1: d f
  b1: f
  W2: f d
  b2: d
  C: T d
vectors: row
layers:
  N: rms_norm(X, d)
  Q: split_heads(N @ Wq, H)
  K: split_heads(N @ Wk, H)
  V: split_heads(N @ Wv, H)
  S[h,i,j]: sum_a(Q[h,i,a] * K[h,j,a]) / sqrt(k)
  P: softmax(S, j)
  O: merge_heads(P @ V)
  Y: X + O @ Wo
  M: rms_norm(Y, d)
  Z: M @ W1 + b1
  F: gelu(Z)
  R: Y + F @ W2 + b2
loss: {L: sum(C * R)}
claims:
  down: dL/dW2 = F.T @ C
  hidden: dL/dZ = (C @ W2.T) * gelu'(Z)
  up: dL/dW1 = M.T @ dL/dZ
  output: dL/dWo = O.T @ dL/dY
  weights: dL/dP[h,i,j] = sum_a(split_heads(dL/dO, H)[h,i,a] * V[h,j,a])
  scores: "dL/dS[h,i,j] = P[h,i,j] * (dL/dP[h,i,j] - sum_r(P[h,i,r] * dL/dP[h,i,r]))"
  queries: dL/dWq = N.T @ merge_heads(dL/dQ)
"""
CONVOLUTION = """
title: Two-dimensional convolution, stride 2, padding 1
tensors: {x: c 2*p-1 2*q-1, w: o c 3 3, b: o, g: o p q}
layers:
  y: conv2d(x, w, b, stride=2, padding=1)
  f: pad(x, 1, 2, 3)
loss: {L: sum(g * y)}
claims:
  filters: "dL/dw[m,a,r,s] = sum_{i,j}(g[m,i,j] * f[a,2*i+r-2,2*j+s-2])"
  image: "dL/dx[a,u,v] = sum_{m,i,j,r,s: u + 3 == 2*i+r and v + 3 == 2*j+s}(g[m,i,j] * w[m,a,r,s])"
"""
TRANSFORMER = """
title: A stack of transformer blocks, pre-norm, each with weights of its own
families: {{l: 1..D}}
depths: {{D: [{layers}]}}
vectors: row
tensors:
  "X[0]": T d
  "Wq[l]": d k
  "Wk[l]": d k
  "Wv[l]": d k
  "Wo[l]": k d
  "W1[l]": d f
  "W2[l]": f d
  C: T d
layers:
  N[l]: rms_norm(X[l-1], d)
  Q[l]: N[l] @ Wq[l]
  K[l]: N[l] @ Wk[l]
  V[l]: N[l] @ Wv[l]
  S[l]: Q[l] @ K[l].T / sqrt(k)
  P[l]: softmax(S[l], 2)
  O[l]: P[l] @ V[l]
  Y[l]: X[l-1] + O[l] @ Wo[l]
  M[l]: rms_norm(Y[l], d)
  F[l]: silu(M[l] @ W1[l])
  X[l]: Y[l] + F[l] @ W2[l]
loss: {{L: "sum(C * X[D])"}}
claims:
  down: {{claim: "dL/dW2[l] = F[l].T @ dL/dX[l]", for: l in 1..D}}
  output: {{claim: "dL/dWo[l] = O[l].T @ dL/dY[l]", for: l in 1..D}}
  scores: {{claim: "dL/dQ[l] = dL/dS[l] @ K[l] / sqrt(k)", for: l in 1..D}}
"""
LSTM = """
title: An LSTM over some steps, its weights shared
families: {{t: 1..T}}
depths: {{T: [{steps}]}}
tensors:
  "x[t]": n
  "h[0]": m
  "c[0]": m
  Wi: m n
  Ui: m m
  Wf: m n
  Uf: m m
  Wo: m n
  Uo: m m
  Wg: m n
  Ug: m m
  y: m
layers:
  i[t]: sigmoid(Wi @ x[t] + Ui @ h[t-1])
  f[t]: sigmoid(Wf @ x[t] + Uf @ h[t-1])
  o[t]: sigmoid(Wo @ x[t] + Uo @ h[t-1])
  g[t]: tanh(Wg @ x[t] + Ug @ h[t-1])
  c[t]: f[t] * c[t-1] + i[t] * g[t]
  h[t]: o[t] * tanh(c[t])
loss: {{L: "sse(h[T], y)"}}
claims:
  cell: {{claim: "dL/dc[t] = dL/dh[t] * o[t] * (1 - tanh(c[t])**2) + dL/dc[t+1] * f[t+1]", for: t in 1..T-1}}
  forget gate: {{claim: "dL/df[t] = dL/dc[t] * c[t-1]", for: t in 1..T}}
"""


def verified(text: str) -> tuple[float, float, str]:
    """(seconds of the processor, megabytes, what was found) for a spec."""
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    found = verify_text(text)
    taken = time.process_time() - start
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert found.error is None, found.error
    said = [claim.verdict for claim in found.claims] + [gradient.verdict for gradient in found.gradients]
    return taken, memory, ", ".join(f"{said.count(verdict)} {verdict}" for verdict in sorted(set(said)))


def models() -> Iterator[tuple[str, str, int]]:
    """(the name, the spec, how many steps or layers it has) of every model."""
    yield "block", BLOCK, 1
    yield "conv2d", CONVOLUTION, 1
    for count in LAYERS:
        yield "transformer", TRANSFORMER.format(layers=count), count
    for count in STEPS:
        yield "lstm", LSTM.format(steps=count), count


def shipped() -> None:
    """Print the specs that take longest."""
    taken: list[tuple[float, str]] = []
    for path in sorted(SPECS.rglob("*.yaml")):
        start = time.process_time()
        verify_file(path)
        taken.append((time.process_time() - start, str(path.relative_to(SPECS))))
    print(f"\n{len(taken)} shipped specs, the slowest:")
    for one, name in sorted(taken, reverse=True)[:SLOWEST]:
        print(f"  {one:6.2f} s  {name}")


def measures(quick: bool) -> Measures:
    verified(CONVOLUTION)
    yield Measure("conv2d", loops(lambda: verified(CONVOLUTION), 2))
    if not quick:
        yield Measure("transformer block", loops(lambda: verified(BLOCK), 1), told="a transformer block verified")
        growth = beside(lambda: verified(LSTM.format(steps=50)), lambda: verified(LSTM.format(steps=25)), 1)
        yield Measure("LSTM, 50 steps", growth, "25 steps; linear is 2", told="an LSTM of 50 steps verified")
        deep = [TRANSFORMER.format(layers=layers) for layers in (12, 6)]
        yield Measure(
            "transformer", beside(lambda: verified(deep[0]), lambda: verified(deep[1]), 1), "half; linear is 2"
        )


def main() -> None:
    chosen = [name for name in sys.argv[1:] if not name.startswith("-")]
    # What a process has taken once stays taken: the largest of two models hides the smaller one.
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        for name, spec, count in models():
            if not chosen or name in chosen:
                taken, memory, found = pool.apply(verified, (spec,))
                each = f"{taken / count:6.2f} s and {memory / count:5.2f} MB each of {count:2}" if count > 1 else ""
                print(f"{name:12} {taken:6.2f} s {memory:6.1f} MB  {each:38} {found}", flush=True)
    if "--shipped" in sys.argv[1:]:
        shipped()


if __name__ == "__main__":
    offered(main, measures)
