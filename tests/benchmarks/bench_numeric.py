"""A million parameters measured: MLP 784-1258-10, batch 32, float64, beside what others do.

Run: python tests/benchmarks/bench_numeric.py [--peers]      (peers: torch, jax, scipy; the extra `peers`)
"""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # threads that wait for each other are counted as if they worked

import numpy as np
from measures import Measure, Measures, beside, offered, spent

from derivcheck.evidence.numeric.comparison import compare_gradient
from derivcheck.evidence.numeric.point_values import PointValues
from derivcheck.evidence.numeric.program import Program
from derivcheck.evidence.numeric.sampling import finite_run
from derivcheck.evidence.numeric.survey import Survey, Surveyor
from derivcheck.evidence.numeric.tensors import Tensor
from derivcheck.graph.derive import gradient
from derivcheck.graph.nodes import Node
from derivcheck.language.network import Network, build
from derivcheck.numeric import check_gradient
from derivcheck.spec import read_spec

SPEC = """
tensors: {X: n0 M, W1: n1 n0, b1: n1, W2: n2 n1, b2: n2, Y: {axes: n2 M, given: {one_hot: n2}}}
layers: {Z1: W1 @ X + b1, A1: tanh(Z1), Z2: W2 @ A1 + b2}
loss: {L: 'mean(cross_entropy_logits(Z2, Y, n2), M)'}
"""
SIZES = {"n0": 784, "n1": 1258, "n2": 10, "M": 32}
PASSES = 10
TOLD = "differences of every entry of a million parameters, {}"
PARAMETERS = ("W1", "b1", "W2", "b2")


def timed(what: str, action: Callable[[], Any], repeat: int = 3) -> tuple[float, Any]:
    """The best of some runs, after one to warm up."""
    result = action()
    best = min(spent(action) for _ in range(repeat)) if repeat else 0.0
    print(f"{what:<66} {best:9.4f} s")
    return best, result


@dataclass(frozen=True)
class Subject:
    """The network at a point: its gradients, a forward and a backward pass, and the surveys of each parameter."""

    network: Network
    values: Mapping[Node, Tensor]
    gradients: Mapping[str, Node]

    @classmethod
    def made(cls) -> Subject:
        network = build(read_spec(SPEC))
        assert network.loss is not None
        output = network.loss.node
        nodes = {name: network.named(name).node for name in PARAMETERS}
        values, _ = finite_run(Program([output]), SIZES, network.facts, 0)
        gradients = {name: gradient(output, node) for name, node in nodes.items()}
        return cls(network, values, gradients)

    @property
    def output(self) -> Node:
        assert self.network.loss is not None
        return self.network.loss.node

    def passes(self, times: int) -> Callable[[], None]:
        """Forward and backward passes of derivcheck's own compiled network."""
        backward = Program([self.output, *self.gradients.values()])

        def run() -> None:
            for _ in range(times):
                backward.run(self.values, SIZES)

        return run

    def surveyors(self) -> dict[str, Surveyor]:
        """What measures each parameter, at one point; nothing is known of it yet."""
        point = PointValues(self.output, self.values, SIZES, 0)
        nodes = {name: self.network.named(name).node for name in PARAMETERS}
        return {name: Surveyor(self.output, node, self.values, SIZES, 0, point) for name, node in nodes.items()}

    def full(self) -> list[Survey]:
        return [surveyor.full() for surveyor in self.surveyors().values()]

    def guarded(self) -> list[Survey]:
        return [surveyor.structured() for surveyor in self.surveyors().values()]

    def unitwise(self) -> list[Survey]:
        """As guarded, without the guard."""
        confirm = Surveyor._confirmed
        Surveyor._confirmed = lambda self, survey: True  # type: ignore[method-assign]
        try:
            return self.guarded()
        finally:
            Surveyor._confirmed = confirm  # type: ignore[method-assign]


def measures(quick: bool) -> Measures:
    subject = Subject.made()
    passes = subject.passes(PASSES)
    beside_passes = "forward and backward passes"
    unitwise = PASSES * beside(subject.unitwise, passes)
    yield Measure("a million entries, unit by unit", unitwise, beside_passes)
    guarded = PASSES * beside(subject.guarded, passes, 2)
    yield Measure("a million entries, unit by unit, guarded", guarded, beside_passes, told=TOLD.format("guarded"))
    if not quick:
        full = PASSES * beside(subject.full, passes, 1)
        yield Measure("a million entries, one by one", full, beside_passes, told=TOLD.format("one by one"))


def main() -> None:
    start = time.perf_counter()
    subject = Subject.made()
    surveyors, values = subject.surveyors(), subject.values
    print(f"{'set-up: a point, the derivation':<66} {time.perf_counter() - start:9.4f} s")
    print("times of the processor, one thread of BLAS; the passes are those of derivcheck's own compiled network")
    plain = spent(subject.passes(PASSES)) / PASSES
    plain = min(plain, *(spent(subject.passes(PASSES)) / PASSES for _ in range(4)))
    print(f"{'forward and backward':<66} {plain:9.4f} s")
    forward, _ = timed("forward", lambda: Program([subject.output]).run(values, SIZES), 10)
    count = sum(s.base.size for s in surveyors.values())
    print(f"parameters: {count}; naive differences need {2 * count} forwards, {2 * count * forward:.0f} s")

    full, every = timed("every entry by itself (rank 1), all four tensors", subject.full, 1)
    unit, _ = timed("unit by unit, without the guard", subject.unitwise)
    guarded, units = timed("unit by unit, with projections and sampled entries as a guard", subject.guarded)
    w1 = surveyors["W1"]
    directions = w1.directions()
    projection, _ = timed("three projections of W1", lambda: w1.projected(directions))
    worst = max(
        float(np.max(np.abs(a.measured - b.measured)) / np.max(np.abs(a.measured)))
        for a, b in zip(every, units, strict=True)
    )
    print(f"largest difference between the two ways, relative: {worst:.1e}")
    print(
        f"in forward-and-backward passes: rank 1 {full / plain:.0f}, unitwise {unit / plain:.1f}, "
        f"guarded {guarded / plain:.1f}, projections {projection / plain:.1f}"
    )

    true = subject.gradients["W1"]
    wrong = np.array(Program([true]).run(values, SIZES)[0].aligned(w1.variable.axes))
    place = np.unravel_index(int(np.argmax(np.abs(wrong))), wrong.shape)
    wrong[place] *= 1 + 1e-3

    def locate() -> Any:
        measured = w1.structured().measured
        return np.unravel_index(int(np.argmax(np.abs(measured - wrong))), wrong.shape)

    _, found = timed("one wrong entry of a million (relative 1e-3) located", locate)
    assert tuple(found) == tuple(place)

    def judged() -> Any:
        return compare_gradient(subject.output, w1.variable, true, SIZES, subject.network.facts, 0, way="structured")

    timed("compare_gradient(W1, structured): measurement, noise, verdict", judged, 1)
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB")
    if "--peers" in sys.argv:
        peers(values, subject.network)


def peers(values: Any, network: Any) -> None:
    """The same network in the others' hands; what takes hours is extrapolated from a slice."""
    import jax
    import scipy.optimize
    import torch
    from jax.test_util import check_grads

    def laid(name: str) -> Any:
        return np.array(values[network.named(name).node].aligned(network.named(name).axes))

    data, labels = laid("X"), laid("Y")
    weights = {name: laid(name) for name in PARAMETERS}

    def torch_loss(w1: Any, b1: Any, w2: Any, b2: Any) -> Any:
        z2 = w2 @ torch.tanh(w1 @ torch.tensor(data) + b1[:, None]) + b2[:, None]
        return torch.mean(torch.logsumexp(z2, 0) - torch.sum(torch.tensor(labels) * z2, 0))

    tensors = [torch.tensor(weights[name], requires_grad=True) for name in PARAMETERS]

    def both() -> None:
        torch_loss(*tensors).backward()

    timed("torch: forward and backward", both, 10)
    fixed = [tensor.detach() for tensor in tensors]

    def sliced(row_of_w1: Any) -> Any:
        return torch_loss(torch.cat([row_of_w1, fixed[0][1:]]), *fixed[1:])

    start = time.perf_counter()
    little = torch.tensor(weights["W1"][:1], requires_grad=True)
    torch.autograd.gradcheck(sliced, (little,))
    took = time.perf_counter() - start
    total = sum(w.size for w in weights.values())
    print(
        f"{'torch.autograd.gradcheck, extrapolated from ' + str(little.numel()) + ' entries':<66} "
        f"{took * total / little.numel():9.1f} s"
    )
    start = time.perf_counter()
    try:
        torch.autograd.gradcheck(torch_loss, tuple(tensors), fast_mode=True)
        verdict = "passes"
    except Exception as problem:
        verdict = type(problem).__name__
    print(f"{'torch.autograd.gradcheck(fast_mode=True): ' + verdict:<66} {time.perf_counter() - start:9.4f} s")

    def flat(v: Any) -> Any:
        w1 = v.reshape(weights["W1"].shape)
        z2 = weights["W2"] @ np.tanh(w1 @ data + weights["b1"][:, None]) + weights["b2"][:, None]
        top = z2.max(0)
        return np.mean(np.log(np.exp(z2 - top).sum(0)) + top - (labels * z2).sum(0))

    def slope(v: Any) -> Any:
        w1 = v.reshape(weights["W1"].shape)
        a1 = np.tanh(w1 @ data + weights["b1"][:, None])
        z2 = weights["W2"] @ a1 + weights["b2"][:, None]
        e = np.exp(z2 - z2.max(0))
        return ((weights["W2"].T @ ((e / e.sum(0) - labels) / 32)) * (1 - a1 * a1) @ data.T).ravel()

    whole = weights["W1"].ravel()
    head = 200

    def few(v: Any) -> Any:
        return flat(np.concatenate([v, whole[head:]]))

    def few_slope(v: Any) -> Any:
        return slope(np.concatenate([v, whole[head:]]))[:head]

    start = time.perf_counter()
    scipy.optimize.check_grad(few, few_slope, whole[:head])
    took = time.perf_counter() - start
    print(f"{'scipy.optimize.check_grad, extrapolated from 200 entries':<66} {took * total / head:9.1f} s")
    start = time.perf_counter()
    result = check_gradient(flat, slope, weights["W1"].ravel())
    print(
        f"{'derivcheck.numeric.check_gradient of the same function: ' + result.verdict:<66} "
        f"{time.perf_counter() - start:9.4f} s"
    )
    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp

    def jax_loss(w1: Any, b1: Any, w2: Any, b2: Any) -> Any:
        z2 = w2 @ jnp.tanh(w1 @ data + b1[:, None]) + b2[:, None]
        return jnp.mean(jax.scipy.special.logsumexp(z2, axis=0) - jnp.sum(labels * z2, axis=0))

    arguments = tuple(jnp.array(weights[name]) for name in PARAMETERS)
    start = time.perf_counter()
    try:
        check_grads(jax_loss, arguments, order=1, modes=["rev"])
        verdict = "passes"
    except AssertionError:
        verdict = "fails"
    print(f"{'jax.test_util.check_grads (one random projection): ' + verdict:<66} {time.perf_counter() - start:9.4f} s")


if __name__ == "__main__":
    offered(main, measures)
