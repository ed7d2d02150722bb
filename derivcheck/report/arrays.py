"""Arrays worth looking at: where a claimed tensor is wrong, and Jacobians of layers that mix their entries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from derivcheck.diagnostics.diagnostic import DerivcheckError
from derivcheck.evidence.numeric.program import Program
from derivcheck.evidence.numeric.sampling import finite_run
from derivcheck.evidence.numeric.survey import laid_out
from derivcheck.forms.derivation import is_affine_layer
from derivcheck.graph import derive
from derivcheck.graph.axes import Axis, fresh
from derivcheck.graph.nodes import Quantity, topological
from derivcheck.judging.examiner import Examiner
from derivcheck.language.claims import Pair, pairs
from derivcheck.language.notation.parser import parse_equation
from derivcheck.language.tensors import NamedTensor

MOST_ENTRIES = 10**6  # nobody looks at more, and a Jacobian has the square of what a vector has


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Claimed minus derived, relative to the largest derived entry; one row for a vector."""

    title: str
    array: Any


@dataclass(frozen=True, slots=True)
class Jacobian:
    """∂output/∂variable of a layer in numbers, rows are outputs."""

    output: str
    variable: str
    array: Any


def disagreements(examiner: Examiner, title: str, text: str) -> Iterator[Disagreement]:
    """The refuted links of an equation of vectors and matrices; nothing of one that cannot be read here."""
    network = examiner.network
    try:
        links = pairs(parse_equation(text, network.scope.vocabulary()), network.scope)
        for link in links:
            if link.relation != "=" or link.shapes is not None or not 1 <= len(link.axes) <= 2:
                continue
            if _entries(link.axes, network.sizes) > MOST_ENTRIES:
                continue
            if examiner.judge.judge(link.left, link.right, link.axes, derived=link.derived).verdict == "refuted":
                yield Disagreement(title, _difference(examiner, link))
    except DerivcheckError:
        return


def _entries(axes: Sequence[Axis], sizes: Mapping[str, int]) -> int:
    return prod(axis.dimension.size(sizes) for axis in axes)


def _difference(examiner: Examiner, link: Pair) -> Any:
    sizes = examiner.network.sizes
    program = Program([link.left, link.right], seed=examiner.seed)
    _, found = finite_run(program, sizes, examiner.network.facts, examiner.seed)
    left, right = (np.atleast_2d(laid_out(side, link.axes, sizes)) for side in found)
    return (right - left) / (float(np.max(np.abs(left))) or 1.0)


def jacobians(examiner: Examiner) -> Iterator[Jacobian]:
    """The Jacobian of every vector layer by the vector before it, unless each entry depends on its own alone."""
    network = examiner.network
    names = frozenset(t.node for t in network.tensors)
    vectors = {t.node: t for t in network.tensors if len(t.axes) == 1}
    for tensor in vectors.values():
        node = tensor.node
        if not isinstance(node, Quantity) or is_affine_layer(node, names - {node}):
            continue
        direct = set(topological([node.operand], names - {node}))
        before = [v for n, v in vectors.items() if n in direct and isinstance(n, Quantity)]
        if len(before) != 1 or _entries((*tensor.axes, *before[0].axes), network.sizes) > MOST_ENTRIES:
            continue
        try:
            array = _jacobian(examiner, tensor, before[0])
        except DerivcheckError:
            continue
        if array.shape[0] != array.shape[1] or np.any(array - np.diag(np.diag(array))):
            yield Jacobian(tensor.name, before[0].name, array)


def _jacobian(examiner: Examiner, output: NamedTensor, variable: NamedTensor) -> Any:
    network = examiner.network
    rows, columns = (fresh(t.axes[0].dimension, (), prefix) for t, prefix in ((output, "row"), (variable, "column")))
    node = derive.jacobian(output.node, variable.node, {output.axes[0]: rows}, {variable.axes[0]: columns})
    program = Program([node], seed=examiner.seed)
    _, (found,) = finite_run(program, network.sizes, network.facts, examiner.seed)
    return laid_out(found, (rows, columns), network.sizes)
