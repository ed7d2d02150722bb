"""Deriving and verifying models: a transformer block, a convolution of images, and an LSTM over many steps.

Run: python tests/benchmarks/bench_models.py [--shipped]

The seconds are those of the processor; a cache of verdicts is not used. With --shipped, every shipped spec
is verified by itself, and the slowest ones are listed.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from measures import Measure, Measures, beside, loops, offered

from derivcheck.pipeline.verification import verify_file, verify_text

SPECS = Path(__file__).parents[2] / "specs"
STEPS = (6, 12, 25, 50)
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


def seconds(text: str) -> tuple[float, str]:
    """(seconds of the processor, what was found) for a spec."""
    start = time.process_time()
    found = verify_text(text)
    taken = time.process_time() - start
    assert found.error is None, found.error
    said = [claim.verdict for claim in found.claims] + [gradient.verdict for gradient in found.gradients]
    return taken, ", ".join(f"{said.count(verdict)} {verdict}" for verdict in sorted(set(said)))


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
    seconds(CONVOLUTION)
    yield Measure("conv2d", loops(lambda: seconds(CONVOLUTION), 2))
    if not quick:
        yield Measure("transformer block", loops(lambda: seconds(BLOCK), 1), told="a transformer block verified")
        growth = beside(lambda: seconds(LSTM.format(steps=50)), lambda: seconds(LSTM.format(steps=25)), 1)
        yield Measure("LSTM, 50 steps", growth, "25 steps; linear is 2", told="an LSTM of 50 steps verified")


def main() -> None:
    for name, spec in (("transformer block", BLOCK), ("conv2d", CONVOLUTION)):
        time_, found = seconds(spec)
        print(f"{name:18} {time_:6.2f} s  {found}")
    for count in STEPS:
        time_, found = seconds(LSTM.format(steps=count))
        print(f"LSTM, {count:2} steps     {time_:6.2f} s  {time_ / count:5.2f} s a step  {found}")
    if "--shipped" in sys.argv[1:]:
        shipped()


if __name__ == "__main__":
    offered(main, measures)
