"""Differences of every entry of three models' parameters, beside what others do: one table of one run.

Run: python tests/benchmarks/bench_differences.py        (peers: torch, scipy; the extra `peers`)

Ours measures every entry by itself, and unit by unit with a guard. `torch.autograd.gradcheck` and SciPy's `check_grad`
evaluate the model once or twice for every entry; their times are extrapolated from some entries of every parameter.
SciPy is given derivcheck's own compiled forward pass, torch its own implementation, which gives the same loss.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # threads that wait for each other are counted as if they worked
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from measures import Measure, Measures, beside, offered, spent

from derivcheck.evidence.numeric.point_values import PointValues
from derivcheck.evidence.numeric.program import Program
from derivcheck.evidence.numeric.sampling import finite_run
from derivcheck.evidence.numeric.survey import Surveyor
from derivcheck.evidence.numeric.tensors import Tensor
from derivcheck.graph.derive import gradient
from derivcheck.graph.nodes import Node
from derivcheck.language.network import Network, build
from derivcheck.spec import read_spec

FEW = 24  # entries of every parameter that the others are given
MLP = """
tensors: {X: n0 M, W1: n1 n0, b1: n1, W2: n2 n1, b2: n2, Y: {axes: n2 M, given: {one_hot: n2}}}
layers: {Z1: W1 @ X + b1, A1: tanh(Z1), Z2: W2 @ A1 + b2}
loss: {L: 'mean(cross_entropy_logits(Z2, Y, n2), M)'}
"""
BLOCK = """
tensors: {X: T d, Wq: d H*k, Wk: d H*k, Wv: d H*k, Wo: H*k d, W1: d f, b1: f, W2: f d, b2: d, C: T d}
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
  F: silu(M @ W1 + b1)
  R: Y + F @ W2 + b2
loss: {L: sum(C * R)}
"""
CONVOLUTION = """
tensors: {x: c 2*p-1 2*q-1, w: o c 3 3, b: o, g: o p q}
layers: {y: 'conv2d(x, w, b, stride=2, padding=1)', a: tanh(y)}
loss: {L: sum(g * a)}
"""


def torch_mlp(t: Mapping[str, Any]) -> Any:
    import torch

    z2 = t["W2"] @ torch.tanh(t["W1"] @ t["X"] + t["b1"][:, None]) + t["b2"][:, None]
    return torch.mean(torch.logsumexp(z2, 0) - torch.sum(t["Y"] * z2, 0))


def torch_block(t: Mapping[str, Any]) -> Any:
    import torch

    def normed(x: Any) -> Any:
        return x / torch.sqrt(torch.mean(x * x, 1, keepdim=True) + 1e-5)

    heads, width = BLOCK_SIZES["H"], BLOCK_SIZES["k"]
    n = normed(t["X"])
    q, k, v = (
        (n @ t[name].reshape(n.shape[1], -1)).reshape(-1, heads, width).transpose(0, 1) for name in ("Wq", "Wk", "Wv")
    )
    p = torch.softmax(q @ k.transpose(1, 2) / width**0.5, 2)
    y = t["X"] + (p @ v).transpose(0, 1).reshape(-1, heads * width) @ t["Wo"].reshape(heads * width, -1)
    f = torch.nn.functional.silu(normed(y) @ t["W1"] + t["b1"])
    return torch.sum(t["C"] * (y + f @ t["W2"] + t["b2"]))


def torch_convolution(t: Mapping[str, Any]) -> Any:
    import torch

    y = torch.nn.functional.conv2d(t["x"][None], t["w"], t["b"], stride=2, padding=1)[0]
    return torch.sum(t["g"] * torch.tanh(y))


BLOCK_SIZES = {"T": 16, "d": 32, "H": 2, "k": 16, "f": 96}
Losses = Callable[[Mapping[str, Any]], Any]
MODELS: dict[str, tuple[str, dict[str, int], tuple[str, ...], Losses]] = {
    "perceptron": (MLP, {"n0": 196, "n1": 128, "n2": 10, "M": 32}, ("W1", "b1", "W2", "b2"), torch_mlp),
    "transformer block": (BLOCK, BLOCK_SIZES, ("Wq", "Wk", "Wv", "Wo", "W1", "b1", "W2", "b2"), torch_block),
    "conv2d": (CONVOLUTION, {"c": 8, "o": 16, "p": 8, "q": 7}, ("w", "b", "x"), torch_convolution),
}


@dataclass(frozen=True)
class Model:
    """A network at a point, with its parameters."""

    network: Network
    sizes: Mapping[str, int]
    nodes: Mapping[str, Node]
    values: Mapping[Node, Tensor]
    losses: Losses

    @classmethod
    def made(cls, name: str) -> Model:
        text, sizes, parameters, losses = MODELS[name]
        network = build(read_spec(text))
        assert network.loss is not None
        values, _ = finite_run(Program([network.loss.node]), sizes, network.facts, 0)
        return cls(network, sizes, {one: network.named(one).node for one in parameters}, values, losses)

    @property
    def output(self) -> Node:
        assert self.network.loss is not None
        return self.network.loss.node

    def surveyors(self) -> list[Surveyor]:
        point = PointValues(self.output, self.values, self.sizes, 0)
        return [Surveyor(self.output, node, self.values, self.sizes, 0, point) for node in self.nodes.values()]

    def full(self) -> None:
        for surveyor in self.surveyors():
            surveyor.full()

    def guarded(self) -> None:
        for surveyor in self.surveyors():
            surveyor.structured()

    def passes(self, times: int) -> Callable[[], None]:
        program = Program([self.output, *(gradient(self.output, node) for node in self.nodes.values())])

        def run() -> None:
            for _ in range(times):
                program.run(self.values, self.sizes)

        return run

    def laid(self) -> dict[str, Any]:
        """Every tensor's array, along its axes as they were declared."""
        tensors = (tensor for tensor in self.network.tensors if tensor.node in self.values)
        return {t.name: np.array(self.values[t.node].aligned(t.axes)) for t in tensors}

    @property
    def entries(self) -> int:
        return sum(self.laid()[name].size for name in self.nodes)

    # --- the others -----------------------------------------------------------------------

    def gradcheck(self) -> float:
        """The seconds of torch's check, for all entries."""
        import torch

        arrays = {name: torch.tensor(array) for name, array in self.laid().items()}
        own = Program([self.output]).run(self.values, self.sizes)[0].array
        assert abs(float(self.losses(arrays)) - float(own)) <= 1e-10 * abs(float(own))
        total = 0.0
        for name in self.nodes:
            flat = arrays[name].reshape(-1)
            little = flat[:FEW].clone().requires_grad_()

            def of_few(head: Any, name: str = name, flat: Any = flat) -> Any:
                whole = torch.cat([head, flat[FEW:]]).reshape(arrays[name].shape)
                return self.losses({**arrays, name: whole})

            torch.autograd.gradcheck(of_few, (little,))
            taken = spent(lambda check=of_few, x=little: torch.autograd.gradcheck(check, (x,)))
            total += taken * flat.numel() / little.numel()
        return total

    def check_grad(self) -> float:
        """The seconds of SciPy's check of our own forward pass, for all entries."""
        from scipy.optimize import check_grad

        program = Program([self.output])
        total = 0.0
        for node in self.nodes.values():
            at = self.values[node]
            array, flat = np.array(at.array), np.ravel(at.array)
            slope = np.ravel(Program([gradient(self.output, node)]).run(self.values, self.sizes)[0].aligned(at.axes))

            def of_few(head: Any, node: Node = node, at: Tensor = at, array: Any = array, flat: Any = flat) -> float:
                moved = Tensor(np.concatenate([head, flat[FEW:]]).reshape(array.shape), at.axes)
                return float(program.run({**self.values, node: moved}, self.sizes)[0].array)

            few = flat[:FEW]
            taken = spent(lambda f=of_few, s=slope, x=few: check_grad(f, lambda _: s[:FEW], x))
            total += taken * flat.size / few.size
        return total


def measures(quick: bool) -> Measures:
    for name in MODELS:
        model = Model.made(name)
        passes = model.passes(50)
        yield Measure(f"{name}, one by one", 50 * beside(model.full, passes, 2), "forward and backward passes")
        yield Measure(f"{name}, guarded", 50 * beside(model.guarded, passes, 2), "forward and backward passes")
        if quick:
            continue
        ours = min(spent(model.full) for _ in range(3))
        for check, told in (
            (model.gradcheck, "`torch.autograd.gradcheck`"),
            (model.check_grad, "SciPy's `check_grad`"),
        ):
            try:
                ratio = check() / ours
            except ImportError:
                continue
            line = f"{told} of the {model.entries} entries of a {name}, extrapolated"
            yield Measure(f"{name}: {told}", ratio, "our differences of all entries", "higher", 2.0, told=line)


def main() -> None:
    print("seconds of the processor, one thread; in brackets forward-and-backward passes of our compiled network\n")
    print(f"{'':<18} {'entries':>8} {'one by one':>18} {'guarded':>18} {'gradcheck':>12} {'check_grad':>12}")
    for name in MODELS:
        model = Model.made(name)
        one = min(spent(model.passes(50)) for _ in range(3)) / 50
        ours = [min(spent(way) for _ in range(2)) for way in (model.full, model.guarded)]
        others = []
        for other in (model.gradcheck, model.check_grad):
            try:
                others.append(f"{other():.1f} s")
            except ImportError:
                others.append("missing")
        told = [f"{taken:.3f} s ({taken / one:.0f})" for taken in ours]
        print(f"{name:<18} {model.entries:>8} {told[0]:>18} {told[1]:>18} {others[0]:>12} {others[1]:>12}", flush=True)


if __name__ == "__main__":
    offered(main, measures)
