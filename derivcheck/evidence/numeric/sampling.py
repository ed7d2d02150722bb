"""Random points: generic, scaled sensibly, and honouring the facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NoReturn

import mpmath
import numpy as np
import sympy

from derivcheck.diagnostics.diagnostic import Diagnostic, NumericError
from derivcheck.evidence.canonical.form import Facts
from derivcheck.evidence.numeric.program import Program
from derivcheck.evidence.numeric.tensors import Sizes, Tensor
from derivcheck.graph.nodes import Input, Map, Node, Quantity, operands, topological
from derivcheck.graph.scalars import lower
from derivcheck.spec.facts.kinds import Draw
from derivcheck.spec.facts.table import axis_of, drawn

OVERFLOWS = "overflows"
STYLES = ("generic", "positive", "fraction", "dominant", "large", "negative")


def inputs_of(nodes: Iterable[Node], leaves: frozenset[Node] = frozenset()) -> list[Node]:
    """What a point has to give a value to: inputs, and cut quantities."""
    return [n for n in topological(nodes, leaves) if isinstance(n, Input) or n in leaves]


def sample(
    inputs: Iterable[Node],
    sizes: Sizes,
    facts: Facts,
    seed: int,
    style: str = "generic",
    spread: float = 1.0,
    precise: bool = False,
) -> dict[Node, Tensor]:
    """A value for every input, `spread` times as wide as usual. The same seed, name and shape give the same value.

    `precise`, it is a number of the working precision of mpmath, and the facts hold to all of its digits.
    """
    values: dict[Node, Tensor] = {}
    for node in inputs:
        axes = node.home if isinstance(node, Input) else node.axes
        shape = tuple(axis.dimension.size(sizes) for axis in axes)
        if any(length < 1 for length in shape):
            raise NumericError(Diagnostic("DC504", f"a dimension of `{_name(node)}` has no entries at these sizes"))
        given = dict(facts.get(_name(node), ()) if isinstance(node, Input) else ())
        draw = FloatDraw(shape, axis_of(given), generator_of(node, seed, shape), style, spread, precise)
        values[node] = Tensor(np.asarray(drawn(given, draw)), axes)
    return values


def generator_of(node: Node, seed: int, shape: tuple[int, ...]) -> Any:
    """Random numbers of a node's own."""
    return np.random.default_rng([seed, *_name(node).encode(), *shape])


def _name(node: Node) -> str:
    return node.name if isinstance(node, Input | Quantity) else f"node {node.serial}"


class FloatDraw(Draw):
    """Floats, or the same numbers to many digits."""

    def __init__(
        self, shape: tuple[int, ...], along: int, generator: Any, style: str, spread: float, precise: bool = False
    ) -> None:
        super().__init__(shape, along)
        self.signed = style not in ("positive", "fraction")
        self._generator = generator
        self._style = style
        self._spread = spread
        self._kind = in_digits if precise else np.asarray

    def _free(self) -> Any:
        if not self.signed:
            return self.positive()
        raw = self._normal()
        if self._style in ("large", "negative"):
            raw = self._spread * (2 + 4 * np.exp(0.6 * raw)) * (1 if self._style == "large" else -1)
        else:
            raw = self._spread * raw
        return self._kind(self._dominant(raw))

    def positive(self) -> Any:
        raw = self._normal()
        if self._style == "fraction":  # also where positive is all that is given: sqrt(1 - x)
            return self._kind(0.1 + 0.8 / (1 + np.exp(-raw)))
        return self._kind(self._dominant(self._spread * np.exp(0.6 * raw)))

    def chosen(self, values: Sequence[int]) -> Any:
        places = self._generator.integers(0, len(values), size=self.shape)
        return self._kind(np.asarray(values, dtype=float)[places])

    def single(self) -> Any:
        others = tuple(length for k, length in enumerate(self.shape) if k != self.along)
        count = self.shape[self.along]
        places = self._generator.integers(0, count, size=others)
        return self._kind(np.moveaxis(np.eye(count)[places], -1, self.along))

    def identity(self) -> Any:
        return self._kind(np.eye(self.shape[0], self.shape[-1]))

    def refuse(self) -> NoReturn:
        raise NumericError(Diagnostic("DC504", "there is no such matrix at these sizes"))

    def inverse(self, numbers: Any) -> Any:
        # A third in floats is none in 50 digits.
        return 1 / (self._kind(numbers) if isinstance(numbers, int) else numbers)

    def _normal(self) -> Any:
        scale = 1.0 / np.sqrt(self.shape[-1]) if len(self.shape) > 1 else 1.0
        return self._generator.normal(size=self.shape) * scale

    def _dominant(self, raw: Any) -> Any:
        """With a positive determinant, whose logarithm there is, where a matrix is to be dominant."""
        if self._style == "dominant" and len(self.shape) == 2 and self.shape[0] == self.shape[1]:
            return raw / 2 + 2 * np.eye(self.shape[0])
        return raw


def in_digits(array: Any) -> Any:
    """Floats as numbers of the working precision of mpmath."""
    return np.vectorize(lambda x: mpmath.mpf(float(x)), otypes=[object])(np.asarray(array))


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
