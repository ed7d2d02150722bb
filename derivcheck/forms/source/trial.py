"""Generated NumPy code is run before it is shown: its loss and gradients are those of the graph at a random point."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import sympy

from derivcheck.diagnostics.diagnostic import ContradictionError, Diagnostic, NumericError
from derivcheck.evidence.numeric.opaque_functions import witnessed
from derivcheck.evidence.numeric.program import Program
from derivcheck.evidence.numeric.sampling import finite_sample, sample
from derivcheck.evidence.numeric.tensors import Tensor
from derivcheck.forms.execution import executed
from derivcheck.graph.nodes import Node
from derivcheck.graph.scalars import NamedFunction, lower, placeholder
from derivcheck.language.network import Network
from derivcheck.language.tensors import NamedTensor

SEED = 11
RELATIVE, ROUNDING = 1e-6, 1e-12


def require_agreement(
    text: str,
    function: str,
    network: Network,
    inputs: Sequence[NamedTensor],
    gradients: Mapping[str, Node | None],
    opaque: Mapping[str, type[NamedFunction]],
) -> None:
    """Run `function` of a source on `inputs` and random analytic functions in place of the `opaque` ones.

    Raises ContradictionError (DC904) where it fails, or computes something else than the
    loss and the gradients.
    """
    assert network.loss is not None
    nodes = [network.loss.node, *(node for node in gradients.values() if node is not None)]
    try:
        point: dict[Node, Tensor] = finite_sample(nodes, network.sizes, network.facts, SEED)
    except NumericError:
        point = {}  # there is no value anywhere: neither here nor there
    rest = [tensor.node for tensor in inputs if tensor.node not in point]
    point = {**sample(rest, network.sizes, network.facts, SEED), **point}
    arrays = [np.array(point[tensor.node].aligned(tensor.axes), dtype=float) for tensor in inputs]
    with np.errstate(all="ignore"):
        try:
            loss, found = executed(text, {"np": np, "math": math})[function](
                *(array if array.ndim else float(array) for array in arrays), *map(_witness, opaque.values())
            )
        except Exception as problem:
            raise _wrong(f"it fails: {type(problem).__name__}: {problem}") from problem
        own_loss, *own = Program(nodes, seed=SEED).run(point, network.sizes)
    expected = dict(zip((name for name, node in gradients.items() if node is not None), own, strict=True))
    height = max([1.0, *(float(np.max(np.abs(array), initial=0.0)) for array in arrays)])
    if not _agree(loss, own_loss.array, height):
        raise _wrong("its loss is not the one declared")
    axes = {tensor.name: tensor.axes for tensor in network.tensors}
    for name in gradients:
        there = expected[name].aligned(axes[name]) if name in expected else 0.0
        if not _agree(found[name], np.broadcast_to(there, np.shape(found[name])), height):
            raise _wrong(f"its gradient by `{name}` is not the one derived")


def _agree(found: Any, expected: Any, height: float) -> bool:
    found, expected = np.asarray(found, dtype=float), np.asarray(expected, dtype=float)
    if found.shape != expected.shape:
        return False
    finite = np.isfinite(expected)
    own = float(np.max(np.abs(expected[finite]), initial=0.0))
    return bool(np.all(np.abs(found[finite] - expected[finite]) <= RELATIVE * own + ROUNDING * height))


def _witness(function: type[NamedFunction]) -> Callable[..., Any]:
    """A random analytic function, the one that numbers are computed with elsewhere."""
    letters = [placeholder(k) for k in range(len(function.orders))]
    made: Callable[..., Any] = sympy.lambdify(letters, lower(witnessed(function(*letters), SEED)), "numpy")
    return made


def _wrong(why: str) -> ContradictionError:
    return ContradictionError(
        Diagnostic(
            "DC904",
            f"the code that was written does not compute what was derived: {why}",
            help="this is a bug of derivcheck: please report it with the spec",
        )
    )
