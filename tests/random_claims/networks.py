"""Random networks as values: what a spec declares, its text, and points that honour its facts."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np

from .interpreter import Point
from .trees import At, Entrywise, Num, Op, Tree, Var, num, read, show


@dataclass
class Network:
    """A spec before it is text; a family's members are written with their label."""

    vectors: str = "column"
    layout: str = "mixed"
    vec: str = "columns"
    tensors: dict[str, tuple[tuple[str, ...], tuple[tuple[str, str], ...]]] = field(default_factory=dict)
    functions: dict[str, tuple[tuple[str, ...], Tree | None]] = field(default_factory=dict)
    layers: dict[str, Tree] = field(default_factory=dict)
    loss: tuple[str, Tree] | None = None
    lets: dict[str, Tree] = field(default_factory=dict)
    label: str = ""  # of a family that runs from 1 to L
    depths: tuple[int, ...] = ()

    def text(self, claims: Mapping[str, str | tuple[str, str]]) -> str:
        """The spec, ready to paste."""
        lines = []
        for key, usual in (("vectors", "column"), ("layout", "mixed"), ("vec", "columns")):
            if getattr(self, key) != usual:
                lines.append(f"{key}: {getattr(self, key)}")
        if self.label:
            lines += [f"families: {{{self.label}: 1..L}}", f"depths: {{L: [{', '.join(map(str, self.depths))}]}}"]
        lines.append("tensors:")
        for name, (axes, facts) in self.tensors.items():
            listed = '"' + " ".join(axes) + '"' if axes else "scalar"
            if facts:
                given = ", ".join(fact if not axis else f"{{{fact}: {axis}}}" for fact, axis in facts)
                listed = f"{{axes: {listed if axes else '[]'}, given: [{given}]}}"
            lines.append(f'  "{name}": {listed}')
        if self.functions:
            lines.append("functions:")
            for name, (parameters, body) in self.functions.items():
                head = name if body is None else f"{name}({', '.join(parameters)})"
                lines.append(f'  {head}: "{"opaque" if body is None else show(body)}"')
        if self.layers:
            lines.append("layers:")
            lines += [f'  "{headed(name, tree)}": "{show(tree)}"' for name, tree in self.layers.items()]
        if self.loss is not None:
            lines += ["loss:", f'  {self.loss[0]}: "{show(self.loss[1])}"']
        if self.lets:
            lines.append("let:")
            lines += [f'  "{name}": "{show(tree)}"' for name, tree in self.lets.items()]
        if claims:
            lines.append("claims:")
            for name, claim in claims.items():
                text, labels = claim if isinstance(claim, tuple) else (claim, "")
                lines.append(f'  {name}: {{claim: "{text}", for: {labels}}}' if labels else f'  {name}: "{text}"')
        return "\n".join(lines) + "\n"

    # --- expansion ------------------------------------------------------------------------

    def at_depth(self, depth: int) -> Network:
        """The same network with its family written out."""
        if not self.label:
            return self
        tensors: dict[str, Any] = {}
        for name, (axes, facts) in self.tensors.items():
            for member, labels in self._members(name, depth):
                found = tuple(spelled(axis, {**labels, "L": depth}) for axis in axes)
                tensors[member] = found, tuple((f, a and spelled(a, {**labels, "L": depth})) for f, a in facts)
        layers: dict[str, tuple[bool, Tree]] = {}
        for name, tree in self.layers.items():
            for member, labels in self._members(name, depth):
                if member not in layers or layers[member][0]:
                    general = bool(labels)
                    if member in layers and general:
                        continue
                    layers[member] = general, labelled(tree, {**labels, "L": depth})
        loss = None if self.loss is None else (self.loss[0], labelled(self.loss[1], {"L": depth}))
        lets = {
            member: labelled(tree, {**labels, "L": depth})
            for name, tree in self.lets.items()
            for member, labels in self._members(name, depth)
        }
        return replace(
            self, tensors=tensors, layers={n: t for n, (_, t) in layers.items()}, loss=loss, lets=lets, label=""
        )

    def _members(self, name: str, depth: int) -> Iterator[tuple[str, dict[str, int]]]:
        if "[" not in name:
            yield name, {}
        elif self.label not in name.replace("L", ""):
            yield spelled(name, {"L": depth}), {}
        else:
            for value in range(1, depth + 1):
                yield spelled(name, {self.label: value, "L": depth}), {self.label: value}

    # --- points ---------------------------------------------------------------------------

    @property
    def dimensions(self) -> list[str]:
        found = {axis: None for axes, _ in self.tensors.values() for axis in axes if not axis.isdigit()}
        return sorted(found)

    @property
    def labels(self) -> list[str]:
        """The dimensions, fixed ones too."""
        return sorted({axis for axes, _ in self.tensors.values() for axis in axes})

    @property
    def formulas(self) -> dict[str, Tree]:
        return self.layers if self.loss is None else {**self.layers, self.loss[0]: self.loss[1]}

    def point(self, sizes: Mapping[str, int], seed: int, precise: bool = False, spread: float = 1.0) -> Point:
        """A point of an expanded network."""
        generator = np.random.default_rng(seed)
        arrays = {
            name: (
                drawn(
                    tuple(int(a) if a.isdigit() else sizes[a] for a in axes), axes, facts, generator, precise, spread
                ),
                axes,
            )
            for name, (axes, facts) in self.tensors.items()
        }
        functions = {}
        for name, (parameters, body) in self.functions.items():
            functions[name] = parameters or ("t",), body if body is not None else opaque(seed, name)
        return Point(sizes, arrays, self.formulas, self.lets, functions, self.vectors, self.layout, self.vec, precise)


def headed(name: str, tree: Tree) -> str:
    """How a layer is declared: `z`, or `H[i,j]` by its entries."""
    return f"{name}[{','.join(tree.letters)}]" if isinstance(tree, Entrywise) else name


def opaque(seed: int, name: str) -> Tree:
    """Some analytic function to stand for one that is not specified."""
    chance = random.Random(f"{seed} {name}")
    a, b, c = (Fraction(chance.randint(3, 17), 10) for _ in range(3))
    return read(f"sin({show(num(a))} * t + {show(num(b))}) + {show(num(c))} * t^2 + exp({show(num(a / 4))} * t)")


def spelled(text: str, labels: Mapping[str, int]) -> str:
    """`W[l-1]` for l = 2: `W[1]`."""
    stem, bracket, label = text.partition("[")
    if not bracket:
        return text
    tree = read(label.rstrip("]"))
    return f"{stem}[{label_value(tree, labels)}]"


def label_value(tree: Tree, labels: Mapping[str, int]) -> int:
    match tree:
        case Num(value):
            return int(value)
        case Var(name):
            return labels[name]
        case Op("+", left, right):
            return label_value(left, labels) + label_value(right, labels)
        case Op(_, left, right):
            return label_value(left, labels) - label_value(right, labels)
    raise TypeError(str(tree))


def labelled(tree: Tree, labels: Mapping[str, int]) -> Tree:
    """A formula of a family for given labels."""
    match tree:
        case At(Var(_) as base, (entry,)) if _is_label(entry, labels):
            return At(base, (num(label_value(entry, labels)),))
    return tree.mapped(lambda part: labelled(part, labels))


def _is_label(tree: Tree, labels: Mapping[str, int]) -> bool:
    names = [part.name for part in tree.everything() if isinstance(part, Var)]
    return bool(names) and all(name in labels for name in names)


def drawn(
    shape: tuple[int, ...],
    axes: tuple[str, ...],
    facts: tuple[tuple[str, str], ...],
    generator: Any,
    precise: bool,
    spread: float,
) -> Any:
    """An array that honours facts, exactly so where numbers are precise."""
    given = dict(facts)
    raw = generator.normal(size=shape) * spread
    if len(shape) == 2 and shape[0] == shape[1]:
        raw = raw + 1.5 * np.eye(shape[0]) * generator.choice([-1.0, 1.0])
    if "positive" in given:
        raw = np.exp(0.6 * raw)
    if "binary" in given:
        raw = generator.integers(0, 2, size=shape).astype(float)
    if "signs" in given:
        raw = generator.choice([-1.0, 1.0], size=shape)
    if "open_unit" in given:
        raw = 0.5 + np.arctan(raw) / 3.2
    exact = np.vectorize(mpmath.mpf, otypes=[object])(raw) if precise else raw
    if "symmetric" in given:
        exact = exact + exact.T
    for fact in ("one_hot", "simplex", "sums_to_one"):
        if fact in given:
            along = axes.index(given[fact]) if given[fact] else 0
            if fact == "one_hot":
                others = tuple(length for k, length in enumerate(shape) if k != along)
                places = generator.integers(0, shape[along], size=others)
                exact = np.moveaxis(np.eye(shape[along])[places], -1, along).astype(exact.dtype)
            elif fact == "simplex":
                positive = exact * exact + 0.1
                exact = positive / positive.sum(axis=along, keepdims=True)
            else:
                exact = exact + (1 - exact.sum(axis=along, keepdims=True)) / shape[along]
    if "unit" in given:
        total = (exact * exact).sum()
        exact = exact / (mpmath.sqrt(total) if precise else np.sqrt(total))
    if "orthogonal" in given:
        exact = _orthogonal(shape[0], generator, exact)
    return exact


def _orthogonal(size: int, generator: Any, like: Any) -> Any:
    """A product of reflections, one or two of them: both determinants occur."""
    found = np.eye(size).astype(like.dtype)
    for _ in range(int(generator.integers(1, 3)) + size - 1):
        v = generator.normal(size=(size, 1)).astype(like.dtype)
        if like.dtype == object:
            v = np.vectorize(mpmath.mpf, otypes=[object])(v)
        found = found - (v @ (v.T @ found)) * (2 / (v * v).sum())
    return found
