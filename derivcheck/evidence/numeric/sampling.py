"""Random points: generic, scaled sensibly, and honouring the facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import mpmath
import numpy as np
import sympy

from derivcheck.diagnostics.diagnostic import Diagnostic, NumericError
from derivcheck.evidence.canonical.form import Facts
from derivcheck.evidence.numeric.program import Program, Sizes, Tensor
from derivcheck.graph.nodes import Input, Map, Node, Quantity, operands, topological
from derivcheck.graph.scalars import lower

OVERFLOWS = "overflows"
STYLES = ("generic", "positive", "fraction", "dominant", "large", "negative")


def inputs_of(nodes: Iterable[Node], leaves: frozenset[Node] = frozenset()) -> list[Node]:
    """What a point has to give a value to: inputs, and cut quantities."""
    return [n for n in topological(nodes, leaves) if isinstance(n, Input) or n in leaves]


def sample(
    inputs: Iterable[Node], sizes: Sizes, facts: Facts, seed: int, style: str = "generic", spread: float = 1.0
) -> dict[Node, Tensor]:
    """A value for every input, `spread` times as wide as usual. The same seed, name and shape give the same value."""
    values: dict[Node, Tensor] = {}
    for node in inputs:
        axes = node.home if isinstance(node, Input) else node.axes
        shape = tuple(axis.dimension.size(sizes) for axis in axes)
        if any(length < 1 for length in shape):
            raise NumericError(Diagnostic("DC504", f"a dimension of `{_name(node)}` has no entries at these sizes"))
        generator = generator_of(node, seed, shape)
        given = facts.get(_name(node), ()) if isinstance(node, Input) else ()
        values[node] = Tensor(_array(generator, shape, dict(given), style, spread), axes)
    return values


def generator_of(node: Node, seed: int, shape: tuple[int, ...]) -> Any:
    """Random numbers of a node's own."""
    return np.random.default_rng([seed, *_name(node).encode(), *shape])


def _name(node: Node) -> str:
    return node.name if isinstance(node, Input | Quantity) else f"node {node.serial}"


def _array(generator: Any, shape: tuple[int, ...], facts: Mapping[str, int | None], style: str, spread: float) -> Any:
    along = next((facts[f] for f in ("one_hot", "simplex", "sums_to_one") if f in facts), 0) or 0
    if "one_hot" in facts:
        others = tuple(length for k, length in enumerate(shape) if k != along)
        places = generator.integers(0, shape[along], size=others)
        return np.moveaxis(np.eye(shape[along])[places], -1, along)
    if "simplex" in facts or ("sums_to_one" in facts and style in ("positive", "fraction")):
        raw = generator.uniform(0.2, 1.0, size=shape)
        return raw / raw.sum(axis=along, keepdims=True)
    if "sums_to_one" in facts:
        raw = generator.normal(size=shape)
        return raw + (1 - raw.sum(axis=along, keepdims=True)) / shape[along]
    if "binary" in facts:
        return generator.integers(0, 2, size=shape).astype(float)
    if "orthogonal" in facts:
        q, r = np.linalg.qr(generator.normal(size=shape))
        return q * np.sign(np.diag(r))  # uniform over all orthogonal matrices; q alone has one determinant
    scale = 1.0 / np.sqrt(shape[-1]) if len(shape) > 1 else 1.0
    raw = generator.normal(size=shape) * scale
    if "unit" in facts:
        return raw / np.sqrt(np.sum(raw * raw))
    if "positive" in facts or style == "positive":
        raw = spread * np.exp(0.6 * raw)
    elif style == "fraction":
        raw = 0.1 + 0.8 / (1 + np.exp(-raw))
    elif style in ("large", "negative"):
        raw = spread * (2 + 4 * np.exp(0.6 * raw)) * (1 if style == "large" else -1)
    else:
        raw = spread * raw
    if "symmetric" in facts:
        raw = raw + raw.T
    if style == "dominant" and len(shape) == 2 and shape[0] == shape[1]:
        # A positive determinant, whose logarithm there is.
        raw = raw / 2 + 2 * np.eye(shape[0])
    return raw


def honoured(values: Mapping[Node, Tensor], facts: Facts) -> dict[Node, Tensor]:
    """A point of many digits moved by rounding errors, so that the facts hold to all of its digits."""
    found = {}
    for node, value in values.items():
        given = dict(facts.get(_name(node), ())) if isinstance(node, Input) else {}
        found[node] = Tensor(_honoured(value.array, given), value.axes)
    return found


def _honoured(array: Any, facts: Mapping[str, int | None]) -> Any:
    along = next((facts[f] for f in ("simplex", "sums_to_one") if f in facts), 0) or 0
    if "one_hot" in facts:
        return array
    if "simplex" in facts:
        return array / np.sum(array, axis=along, keepdims=True)
    if "sums_to_one" in facts:
        return array + (1 - np.sum(array, axis=along, keepdims=True)) / array.shape[along]
    if "unit" in facts:
        return array / mpmath.sqrt(np.sum(array * array))
    if "orthogonal" in facts:
        rows: list[Any] = []
        for row in array:
            for other in rows:
                row = row - np.sum(row * other) * other
            rows.append(row / mpmath.sqrt(np.sum(row * row)))
        return np.array(rows, dtype=object)
    return array


def finite_sample(
    nodes: Iterable[Node],
    sizes: Sizes,
    facts: Facts,
    seed: int,
    leaves: frozenset[Node] = frozenset(),
    spread: float = 1.0,
) -> dict[Node, Tensor]:
    """A point at which every node is finite. Raises NumericError (DC501) where none is found."""
    return finite_run(Program(list(nodes), leaves, seed), sizes, facts, seed, spread)[0]


def finite_run(
    program: Program, sizes: Sizes, facts: Facts, seed: int, spread: float = 1.0
) -> tuple[dict[Node, Tensor], list[Tensor]]:
    """(a point at which every output of a program is finite, the outputs there). Raises NumericError (DC501)."""
    return styled_run(program, sizes, facts, seed, spread)[1:]


def styled_run(
    program: Program, sizes: Sizes, facts: Facts, seed: int, spread: float = 1.0
) -> tuple[str, dict[Node, Tensor], list[Tensor]]:
    """(the style of a point at which every output is finite, the point, the outputs). Raises NumericError (DC501)."""
    inputs = [n for n in program.order if isinstance(n, Input) or n in program.leaves]
    for style in STYLES:
        values = sample(inputs, sizes, facts, seed, style, spread)
        outputs = program.run(values, sizes)
        if all(np.all(np.isfinite(np.real(t.array))) for t in outputs):
            return style, values, outputs
    raise no_finite_point(program, sizes, facts, seed)


def no_finite_point(program: Program, sizes: Sizes, facts: Facts, seed: int) -> NumericError:
    """The error that tells what goes wrong first at a point: DC501 a value does not exist, DC505 it is too large."""
    inputs = [n for n in program.order if isinstance(n, Input) or n in program.leaves]
    values = sample(inputs, sizes, facts, seed, "dominant")
    culprit = _culprit(program, values, sizes)
    code = "DC505" if culprit.endswith(OVERFLOWS) else "DC501"
    return NumericError(Diagnostic(code, f"{culprit}, at every point tried"))


def _culprit(program: Program, values: Mapping[Node, Tensor], sizes: Sizes) -> str:
    """What goes wrong first, and the named quantity in which it does: "`z` is not a number: the log of ..."."""
    found = program.run_all(dict(values), sizes)
    with np.errstate(all="ignore"):
        plain = {node: np.real(program.settled(value).array) for node, value in found.items()}
    first = next((node for node in program.order if node in plain and not np.all(np.isfinite(plain[node]))), None)
    if first is None:
        return "an expression has no finite value"
    named = next(
        (n for n in program.order if isinstance(n, Quantity) and n in plain and first in topological([n])), None
    )
    name = f"`{named.name}`" if named is not None else "an expression"
    return f"{name} {_failure(first, plain)}"


def _failure(node: Node, plain: Mapping[Node, Any]) -> str:
    """Why a node is the first that is not finite."""
    before = [plain[operand] for operand in operands(node) if operand in plain]
    if isinstance(node, Map) and before:
        lowest = min(float(np.min(array)) for array in before)
        nearest = min(float(np.min(np.abs(array))) for array in before)
        expression = lower(node.expression)
        if expression.has(sympy.log) and lowest < 0:
            return "is not a number: a logarithm of a negative number"
        if expression.has(sympy.log) and nearest == 0:
            return "is infinite: a logarithm of zero"
        if any(part.exp.is_negative for part in expression.atoms(sympy.Pow)) and nearest == 0:
            return "is infinite: a division by zero"
        if any(part.exp.is_integer is False for part in expression.atoms(sympy.Pow)) and lowest < 0:
            return "is not a number: a root of a negative number"
    return OVERFLOWS if np.any(np.isinf(plain[node])) else "is not a number"
