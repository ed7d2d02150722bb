"""A standalone NumPy script that shows where two sides differ; it does not import derivcheck.

Nothing that somebody has written stands in it but as a string or as a name that the spec has checked: the text of an
equation in a comment could declare another encoding of the whole file.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from derivcheck.diagnostics.diagnostic import DerivcheckError, Diagnostic
from derivcheck.diagnostics.verdicts import ClaimResult
from derivcheck.evidence.numeric.opaque_functions import witnessed
from derivcheck.evidence.numeric.sampling import inputs_of, sample
from derivcheck.forms.source.conditions import condition
from derivcheck.forms.source.identifiers import Identifiers
from derivcheck.forms.source.scalars import ATOM, Scalars, at
from derivcheck.graph.axes import Axes, Axis
from derivcheck.graph.nodes import (
    Determinant,
    Extremum,
    Held,
    Indicator,
    Input,
    Inverse,
    Map,
    Node,
    Product,
    Quantity,
    Rename,
    Sum,
    topological,
)
from derivcheck.graph.scalars import lower
from derivcheck.judging.examiner import Examiner
from derivcheck.judging.panel import Panel
from derivcheck.judging.statement import alone, stated
from derivcheck.language.bare import bare_spec
from derivcheck.language.claims import Pair
from derivcheck.language.network import Network, build, depths
from derivcheck.language.provisions import provided
from derivcheck.spec import Spec, load_spec


def script(equation: str, spec: Spec | str | Path | None, result: ClaimResult) -> str:
    """Python source that evaluates both sides at the witness. Raises DerivcheckError where there is none."""
    if result.witness is None:
        raise DerivcheckError(
            Diagnostic(
                "DC612", f"the equation is {result.verdict}: there is no witness to print", help="derivcheck check ..."
            )
        )
    if spec is None:
        loaded = bare_spec(equation)
    else:
        loaded = spec if isinstance(spec, Spec) else load_spec(spec)
    network = provided(build(loaded, depths(loaded)[0]), loaded.given)
    link = _refuted(_pairs(equation, network, result.witness.seed), result)
    link = replace(link, left=network.known.imposed(link.left), right=network.known.imposed(link.right))
    sizes = {**network.sizes, **dict(result.witness.sizes)}
    seed = result.witness.seed
    witness = result.witness
    values = sample(inputs_of([link.left, link.right]), sizes, network.facts, seed, witness.style, witness.spread)
    writer = _Script(sizes, seed)
    lines = [
        '"""Both sides of an equation at a point where they differ."""',
        "",
        "import math",
        "",
        "import numpy as np",
        "",
        f"equation = {' '.join(equation.split())!a}",
        f"sizes = {dict(result.witness.sizes)!a}  # seed {seed}",
        "",
    ]
    for node, tensor in values.items():
        name = node.name if isinstance(node, Input) else "input"
        array = np.asarray(tensor.array)
        lines.append(f"{writer.name(node)} = np.array({array.tolist()!r})  # {name}")
        writer.axes[node] = tensor.axes
    body = writer.body([link.left, link.right])
    lines += ["", *(line for one in writer.scalars.definitions for line in one.splitlines()), "", *body]
    left, right = writer.along(link.left, link.axes), writer.along(link.right, link.axes)
    entry = tuple(k - 1 for k in result.witness.entry)
    lines += [
        "",
        f"left = np.broadcast_to({left}, {tuple(a.dimension.size(sizes) for a in link.axes)})",
        f"right = np.broadcast_to({right}, {tuple(a.dimension.size(sizes) for a in link.axes)})",
        f"entry = {entry!r}",
        "print(equation, sizes)",
        "print('left side  ', left[entry])",
        "print('right side ', right[entry])",
        "print('largest difference', np.max(np.abs(left - right)))",
        "assert not np.allclose(left, right, rtol=1e-9, atol=0)",
        "",
    ]
    return "\n".join(lines)


def _pairs(equation: str, network: Network, seed: int) -> list[Pair]:
    """Every step of the equation that has a meaning, read as it was when it was judged, in LaTeX too."""
    panel = Panel([Examiner(network, seed)])
    statement, examiner = stated(alone(equation), panel), panel.first
    read = [one for labels in statement.labels_at(examiner) for one in statement.assertions(examiner, labels)]
    return [link.outcome for assertion in read for link in assertion.links if isinstance(link.outcome, Pair)]


def _refuted(found: list[Pair], result: ClaimResult) -> Pair:
    """The step of a chain that the witness is of."""
    verdicts = [link.verdict for link in result.links]
    return found[verdicts.index("refuted")] if len(verdicts) == len(found) and "refuted" in verdicts else found[0]


class _Script:
    """One assignment per node, arrays with explicit axes."""

    def __init__(self, sizes: dict[str, int], seed: int) -> None:
        self.sizes, self.seed = sizes, seed
        self.axes: dict[Node, Axes] = {}
        self._names: dict[Node, str] = {}
        self.scalars = Scalars(Identifiers(frozenset({"np", "math"})), lambda name: str(sizes[name]))

    def name(self, node: Node) -> str:
        return self._names.setdefault(node, f"v{len(self._names)}")

    def along(self, node: Node, axes: Axes) -> str:
        """The node's array transposed and extended to the given axes."""
        own = self.axes[node]
        order = [own.index(axis) for axis in axes if axis in own]
        index = ", ".join(":" if axis in own else "None" for axis in axes)
        moved = f"np.transpose({self.name(node)}, {order})" if order != list(range(len(order))) else self.name(node)
        return f"np.asarray({moved})[{index}]" if axes and index.strip(": ,") else moved

    def body(self, roots: list[Node]) -> list[str]:
        lines = []
        for node in topological(roots):
            if node not in self.axes:
                lines.append(f"{self.name(node)} = {self._value(node)}")
                if isinstance(node, Quantity):
                    lines[-1] += f"  # {node.name}"
        return lines

    def _value(self, node: Node) -> str:
        match node:
            case Quantity():
                self.axes[node] = node.axes
                if node.axes == self.axes[node.operand]:
                    return self.name(node.operand)
                full = tuple(axis.dimension.size(self.sizes) for axis in node.axes)
                return f"np.broadcast_to({self.along(node.operand, node.axes)}, {full})"
            case Map():
                axes: Axes = tuple(sorted({a for o in node.operands for a in self.axes[o]}))
                operands = [self.along(o, axes) for o in node.operands]
                self.axes[node] = axes
                expression = witnessed(lower(node.expression), self.seed)
                return at(self.scalars.write(expression, [(operand, ATOM) for operand in operands]), ATOM)
            case Sum() | Product() | Extremum():
                own = self.axes[node.operand]
                places = tuple(own.index(axis) for axis in node.bound)
                self.axes[node] = tuple(a for a in own if a not in node.bound)
                function = "sum" if isinstance(node, Sum) else "prod" if isinstance(node, Product) else node.kind
                return f"np.{function}({self.name(node.operand)}, axis={places})"
            case Inverse() | Determinant():
                own = self.axes[node.operand]
                left = tuple(a for a in own if a not in (node.row, node.column))
                moved = self.along(node.operand, (*left, node.row, node.column))
                inverted = isinstance(node, Inverse)
                self.axes[node] = (*left, node.row, node.column) if inverted else left
                return f"np.linalg.{'inv' if inverted else 'det'}({moved})"
            case Rename():
                mapping = dict(node.mapping)
                self.axes[node] = tuple(mapping.get(a, a) for a in self.axes[node.operand])
                return self.name(node.operand)
            case Held():
                self.axes[node] = self.axes[node.operand]
                return self.name(node.operand)
            case Indicator():
                return self._indicator(node)
            case Input():
                raise AssertionError("an input without a value")

    def _indicator(self, node: Indicator) -> str:
        self.axes[node] = node.axes

        def positions(axis: Axis) -> str:
            shape = [1] * len(node.axes)
            shape[node.axes.index(axis)] = -1
            return f"np.arange(1, {axis.dimension.size(self.sizes) + 1}).reshape({tuple(shape)})"

        full = tuple(axis.dimension.size(self.sizes) for axis in node.axes)
        return f"np.broadcast_to({condition(node, positions, lambda d: str(d.size(self.sizes)))}, {full}).astype(float)"
