"""Deriving a sigmoid MLP with softmax cross-entropy, printed forms included, at growing depth.

Run: python tests/benchmarks/bench_depth.py [--peers]

With --peers, SymPy's array route, PyTensor and tensorgrad are timed beside it where they
are installed and can do it, each at depth 8 in this one run.
"""

from __future__ import annotations

import sys
import time

from measures import Measure, Measures, beside, loops, offered

from derivcheck.forms.derivation import Derivation
from derivcheck.language.network import build
from derivcheck.language.notation.printer import to_plain
from derivcheck.spec import read_spec

SPEC = """
families: {{l: 1..L}}
depths: {{L: {depth}}}
tensors: {{x: "n[0]", "W[l]": "n[l] n[l-1]", "b[l]": "n[l]", y: {{axes: "n[L]", given: one_hot}}}}
layers:
  a[0]: x
  z[l]: W[l] @ a[l-1] + b[l]
  a[l]: sigmoid(z[l])
  a[L]: softmax(z[L])
loss: {{C: "cross_entropy(a[L], y)"}}
"""


def ours(depth: int) -> tuple[float, float, int]:
    """(seconds to load, seconds to derive and print, characters printed)."""
    start = time.perf_counter()
    network = build(read_spec(SPEC.format(depth=depth)), {"L": depth})
    loaded = time.perf_counter()
    assert network.loss is not None
    derivation = Derivation(network.loss, network.tensors, network.facts, "column", network.scope.dimensions)
    printed = 0
    for tensor in network.parameters:
        form = derivation.candidates(tensor)
        printed += sum(len(to_plain(tree)) for trees in (form.indices, form.matrices) for tree in trees[:1])
    return loaded - start, time.perf_counter() - loaded, printed


def sympy_arrays(depth: int) -> float:
    """SymPy's matrix expressions, which it differentiates by its array route; fixed sizes, no softmax."""
    import sympy

    start = time.perf_counter()
    n = 3
    a: object = sympy.MatrixSymbol("x", n, 1)
    weights = [sympy.MatrixSymbol(f"W{k}", n, n) for k in range(1, depth + 1)]
    for w in weights:
        a = (w * a).applyfunc(sympy.tanh)
    for w in weights:
        str(sympy.diff(sympy.MatrixSymbol("y", 1, n) * a, w))
    return time.perf_counter() - start


def pytensor(depth: int) -> float:
    import pytensor
    import pytensor.tensor as pt

    pytensor.config.cxx = ""
    start = time.perf_counter()
    x, y = pt.vector("x"), pt.vector("y")
    weights = [pt.matrix(f"W{k}") for k in range(1, depth + 1)]
    biases = [pt.vector(f"b{k}") for k in range(1, depth + 1)]
    a = x
    for k, (w, b) in enumerate(zip(weights, biases, strict=True)):
        z = w @ a + b
        a = pt.sigmoid(z) if k < depth - 1 else pt.special.softmax(z)
    loss = -(y * pt.log(a)).sum()
    for gradient in pytensor.grad(loss, weights + biases):
        pytensor.printing.pprint(gradient)
    return time.perf_counter() - start


def tensorgrad(depth: int) -> float:
    import tensorgrad as tg
    from tensorgrad import functions as F  # noqa: N812

    start = time.perf_counter()
    symbols = tg.sympy.symbols if hasattr(tg, "sympy") else __import__("sympy").symbols
    n = symbols("n")
    a = tg.Variable("x", i0=n)
    weights = []
    for k in range(depth):
        w = tg.Variable(f"W{k}", **{f"i{k}": n, f"i{k + 1}": n})
        weights.append(w)
        a = F.sigmoid(w @ a)
    y = tg.Variable("y", **{f"i{depth}": n})
    loss = F.sum(y * F.log(F.softmax(a, dim=f"i{depth}")))
    for w in weights:
        str(tg.Derivative(loss, w).full_simplify())
    return time.perf_counter() - start


PEERS = {"sympy arrays": sympy_arrays, "pytensor": pytensor, "tensorgrad": tensorgrad}


def measures(quick: bool) -> Measures:
    ours(2)
    yield Measure("depth 8", loops(lambda: ours(8)))
    growth = beside(lambda: ours(64), lambda: ours(16), 3)
    yield Measure("depth 64", growth, "depth 16; linear is 4")
    if not quick:
        growth = beside(lambda: ours(256), lambda: ours(64), 2)
        told = "deriving and printing every gradient at depth 256"
        yield Measure("depth 256", growth, "depth 64; linear is 4", told=told)
        for name in ("sympy arrays", "pytensor"):
            try:
                PEERS[name](2)
            except Exception:  # not installed, or not up to it
                continue
            ratio = beside(lambda: ours(8), lambda name=name: PEERS[name](8))
            yield Measure(f"depth 8 beside {name}", ratio, f"{name}, without a printed form that is read")


def main() -> None:
    ours(2)
    print(f"{'depth':>6} {'load s':>9} {'derive and print s':>19} {'characters':>11}")
    for depth in (2, 4, 8, 16, 64, 256):
        loaded, derived, printed = ours(depth)
        print(f"{depth:>6} {loaded:>9.4f} {derived:>19.4f} {printed:>11}")
    if "--peers" in sys.argv:
        print("peers at depth 8, seconds (second run of each)")
        for name, peer in PEERS.items():
            try:
                peer(2)
                print(f"  {name:<14} {peer(8):.4f}")
            except ImportError as problem:
                print(f"  {name:<14} not installed ({problem})")
            except Exception as problem:
                print(f"  {name:<14} cannot: {type(problem).__name__}: {str(problem)[:80]}")
        print(f"  {'derivcheck':<14} {sum(ours(8)[:2]):.4f} (load included)")


if __name__ == "__main__":
    offered(main, measures)
