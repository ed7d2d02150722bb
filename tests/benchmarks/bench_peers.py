"""Deriving and printing the gradients of five small networks, beside PyTensor and tensorgrad.

Run: python tests/benchmarks/bench_peers.py [PYTHON]

The peers run under another PYTHON, one of an environment of their own in which they are installed; what is not
there is left out. Each task runs in a process of its own, where the same task of another size went before:
nothing is imported or compiled for the first time. The seconds are those of the processor, from the text of the
network to the printed gradients by all parameters; the least of a few runs counts. `proved` is what
derivcheck takes for the same with its proofs and measurements.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from measures import Measure, Measures, loops, offered

TASKS = ("softmax", "attention", "layer norm", "depth 8", "depth 64")
DEPTHS = {"depth 8": 8, "depth 64": 64}
RUNS = 3
PATIENCE = 120  # seconds for one task of a peer

SPECS = {
    "softmax": """
tensors: {x: n, W: m n, b: m, y: m}
layers: {z: W @ x + b, p: softmax(z)}
loss: {C: "-sum(y * log(p))"}
""",
    "attention": """
tensors: {X: T d, Wq: d k, Wk: d k, Wv: d k, G: T k}
vectors: row
layers: {Q: X @ Wq, K: X @ Wk, V: X @ Wv, S: Q @ K.T / sqrt(k), P: "softmax(S, 2)", O: P @ V}
loss: {C: sum(G * O)}
""",
    "layer norm": """
tensors: {x: n, g: n, b: n, c: n}
layers: {h: "layer_norm(x, g, b)"}
loss: {C: sum(c * h)}
""",
}
DEEP = """
families: {{l: 1..L}}
depths: {{L: {depth}}}
tensors: {{x: "n[0]", "W[l]": "n[l] n[l-1]", "b[l]": "n[l]", y: "n[L]"}}
layers:
  a[0]: x
  z[l]: W[l] @ a[l-1] + b[l]
  a[l]: sigmoid(z[l])
  a[L]: softmax(z[L])
loss: {{C: "-sum(y * log(a[L]))"}}
"""
WANTED = {"softmax": "W b", "attention": "Wq Wk Wv", "layer norm": "x g b"}


# --- derivcheck -------------------------------------------------------------------------------


def derivcheck(task: str) -> Callable[[], int]:
    from derivcheck.forms.derivation import Derivation
    from derivcheck.language.network import build
    from derivcheck.language.notation.printer import to_plain
    from derivcheck.spec import read_spec

    depth = DEPTHS.get(task)
    text = SPECS[task] if depth is None else DEEP.format(depth=depth)

    def run() -> int:
        network = build(read_spec(text), {"L": depth} if depth else {})
        assert network.loss is not None
        derivation = Derivation(network.loss, network.tensors, network.facts, "column", network.scope.dimensions)
        printed = 0
        for tensor in network.parameters:
            if task in WANTED and tensor.name not in WANTED[task].split():
                continue
            found = derivation.candidates(tensor)
            printed += sum(len(to_plain(tree)) for tree in (*found.indices[:1], *found.matrices[:1]))
        return printed

    return run


def proved(task: str) -> Callable[[], int]:
    from derivcheck.pipeline.verification import verify_text

    depth = DEPTHS.get(task)
    text = SPECS[task] if depth is None else DEEP.format(depth=depth)
    return lambda: sum(len(gradient.forms.index) for gradient in verify_text(text).gradients)


# --- peers ------------------------------------------------------------------------------------


def pytensor(task: str) -> Callable[[], int]:
    import pytensor as library
    import pytensor.tensor as pt

    def network() -> tuple[Any, list[Any]]:
        if task == "softmax":
            x, y, w, b = pt.vector("x"), pt.vector("y"), pt.matrix("W"), pt.vector("b")
            return -(y * pt.log(pt.special.softmax(w @ x + b))).sum(), [w, b]
        if task == "attention":
            x, g, *weights = (pt.matrix(name) for name in ("X", "G", "Wq", "Wk", "Wv"))
            q, k, v = (x @ w for w in weights)
            p = pt.special.softmax(q @ k.T / pt.sqrt(k.shape[1]), axis=1)
            return (g * (p @ v)).sum(), weights
        if task == "layer norm":
            x, g, b, c = (pt.vector(name) for name in ("x", "g", "b", "c"))
            centred = x - x.mean()
            return (c * (g * centred / pt.sqrt((centred**2).mean() + 1e-5) + b)).sum(), [x, g, b]
        depth = DEPTHS[task]
        a, y = pt.vector("x"), pt.vector("y")
        weights = [pt.matrix(f"W{k}") for k in range(depth)]
        biases = [pt.vector(f"b{k}") for k in range(depth)]
        for k, (w, b) in enumerate(zip(weights, biases, strict=True)):
            a = pt.sigmoid(w @ a + b) if k < depth - 1 else pt.special.softmax(w @ a + b)
        return -(y * pt.log(a)).sum(), weights + biases

    def run() -> int:
        loss, variables = network()
        return sum(len(library.printing.pprint(g)) for g in library.grad(loss, variables))

    return run


def tensorgrad(task: str, simplified: bool = True) -> Callable[[], int]:
    import sympy
    import tensorgrad as library
    from tensorgrad import functions as F  # noqa: N812

    def network() -> tuple[Any, list[Any]]:
        n, m, t, d, k = sympy.symbols("n m t d k")
        variable = library.Variable
        if task == "softmax":
            x, y, w, b = variable("x", n=n), variable("y", m=m), variable("W", m=m, n=n), variable("b", m=m)
            p = F.softmax(w @ x + b, ("m",))
            return -F.sum(y * F.log(p)), [w, b]
        if task == "attention":
            x, g = variable("X", t=t, d=d), variable("G", t=t, k=k)
            weights = [variable(name, d=d, k=k) for name in ("Wq", "Wk", "Wv")]
            q, key, v = (x @ w for w in weights)
            scores = q @ key.rename(t="s")
            out = F.softmax(scores, ("s",)) @ v.rename(t="s")
            return F.sum(g * out), weights
        if task == "layer norm":
            x, g, b, c = (variable(name, n=n) for name in ("x", "g", "b", "c"))
            centred = x - F.mean(x, ("n",))
            return F.sum(c * (g * centred / F.sqrt(F.mean(F.pow(centred, 2), ("n",))) + b)), [x, g, b]
        depth = DEPTHS[task]
        sizes = sympy.symbols(f"n0:{depth + 1}")
        a, y = variable("x", n0=sizes[0]), variable("y", **{f"n{depth}": sizes[depth]})
        weights, biases = [], []
        for at in range(depth):
            ends = {f"n{at}": sizes[at], f"n{at + 1}": sizes[at + 1]}
            weights.append(variable(f"W{at}", **ends))
            biases.append(variable(f"b{at}", **{f"n{at + 1}": sizes[at + 1]}))
            z = weights[-1] @ a + biases[-1]
            a = F.sigmoid(z) if at < depth - 1 else F.softmax(z, (f"n{depth}",))
        return -F.sum(y * F.log(a)), weights + biases

    def run() -> int:
        loss, variables = network()
        found = [library.Derivative(loss, variable) for variable in variables]
        return sum(len(str(one.full_simplify() if simplified else one.simplify())) for one in found)

    return run


def plain_tensorgrad(task: str) -> Callable[[], int]:
    return tensorgrad(task, simplified=False)


LIBRARIES: dict[str, Callable[[str], Callable[[], int]]] = {
    "derivcheck": derivcheck,
    "proved": proved,
    "pytensor": pytensor,
    "tensorgrad": tensorgrad,
    "tensorgrad, one step": plain_tensorgrad,
}


# --- the table --------------------------------------------------------------------------------


def one(library: str, task: str) -> dict[str, Any]:
    """What one library takes for one task: seconds of the processor, characters printed."""
    LIBRARIES[library]("softmax")()
    run = LIBRARIES[library](task)
    taken = []
    for _ in range(RUNS):
        start = time.process_time()
        printed = run()
        taken.append(time.process_time() - start)
        if taken[-1] > 1:
            break
    return {"seconds": min(taken), "printed": printed}


def asked(python: str, library: str, task: str) -> str:
    """What a library takes for a task, asked of a process of its own."""
    root = str(Path(__file__).parents[2])
    settings = {**os.environ, "PYTHONPATH": root, "PYTENSOR_FLAGS": "cxx="}
    command = [python, __file__, "--one", library, task]
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, env=settings)
    except subprocess.TimeoutExpired:
        return f"> {PATIENCE} s"
    if told.returncode:
        last = told.stderr.strip().splitlines()[-1:] or ["?"]
        return "not there" if "ModuleNotFoundError" in last[0] else f"cannot: {last[0][:40]}"
    found = json.loads(told.stdout.splitlines()[-1])
    return f"{found['seconds']:.4f} s, {found['printed']}"


def measures(quick: bool) -> Measures:
    for task in ("softmax", "attention", "layer norm", "depth 8"):
        run = derivcheck(task)
        run()
        yield Measure(f"derive, {task}", loops(run, 1 if quick else RUNS))


def main() -> None:
    peers = sys.argv[1] if len(sys.argv) > 1 else sys.executable
    print("seconds of the processor, characters printed")
    for task in TASKS:
        print(f"{task}:")
        for library in LIBRARIES:
            python = sys.executable if library in ("derivcheck", "proved") else peers
            print(f"  {library:22} {asked(python, library, task)}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(one(*sys.argv[2:4])))
        sys.exit()
    offered(main, measures)
