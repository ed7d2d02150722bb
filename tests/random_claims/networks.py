"""Random networks as values: what a spec declares, its text, and points that honour its facts."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np

from .interpreter import MeaninglessError, Point, UndefinedError, Value
from .trees import At, Cmp, Entrywise, Fn, If, Neg, Num, Op, Tree, Turn, Var, num, read, show

Shape = tuple[str, str]  # labels of rows and columns, "" for one
SCALAR: Shape = ("", "")

SMOOTH = ("sigmoid", "tanh", "softplus", "silu", "gelu", "sin", "cos", "exp", "atan", "erf", "identity", "cosh", "sinh")
KINKED = ("relu", "leaky_relu", "elu", "abs")


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
            name: (drawn(tuple(int(a) if a.isdigit() else sizes[a] for a in axes), axes, facts, generator, precise,
                         spread), axes)
            for name, (axes, facts) in self.tensors.items()
        }  # fmt: skip
        functions = {}
        for name, (parameters, body) in self.functions.items():
            functions[name] = parameters or ("t",), body if body is not None else opaque(seed, name)
        return Point(
            sizes, arrays, self.formulas, self.lets, functions, self.vectors, self.layout, self.vec, precise
        )  # fmt: skip


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
    shape: tuple[int, ...], axes: tuple[str, ...], facts: tuple[tuple[str, str], ...], generator: Any, precise: bool,
    spread: float,
) -> Any:  # fmt: skip
    """An array that honours facts, exactly so where numbers are precise."""
    given = dict(facts)
    raw = generator.normal(size=shape) * spread
    if len(shape) == 2 and shape[0] == shape[1]:
        raw = raw + 1.5 * np.eye(shape[0]) * generator.choice([-1.0, 1.0])
    if "positive" in given:
        raw = np.exp(0.6 * raw)
    if "binary" in given:
        raw = generator.integers(0, 2, size=shape).astype(float)
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


# --- random expressions -------------------------------------------------------------------


class Maker:
    """Draws expressions of a wanted shape over the names of a network."""

    def __init__(self, network: Network, chance: random.Random) -> None:
        self.network = network
        self.chance = chance
        self.sizes = {name: k for k, name in enumerate(network.dimensions, 2)}
        self.reset()

    def reset(self) -> None:
        """After a layer has been added."""
        self.point = self.network.point(self.sizes, 5)
        self.kinds: dict[Tree, Shape | None] = {}
        self.names: dict[Shape, list[Tree]] = {}
        for name in [*self.network.tensors, *self.network.layers]:
            if len(self.network.tensors.get(name, ((), ()))[0]) > 2:
                continue
            shape = self.shape(Var(name)) if "[" not in name else None
            if shape is not None:
                self.names.setdefault(shape, []).append(Var(name))

    def value(self, tree: Tree) -> Value | None:
        try:
            return self.point.value(tree, {})
        except (MeaninglessError, UndefinedError, ZeroDivisionError):
            return None

    def shape(self, tree: Tree) -> Shape | None:
        """Rows and columns of a tree that means something, None otherwise."""
        if tree not in self.kinds:
            value = self.value(tree)
            fits = value is not None and not value.more and len(value.rows) <= 1 and len(value.cols) <= 1
            self.kinds[tree] = (_first(value.rows), _first(value.cols)) if fits and value else None
        return self.kinds[tree]

    def vector(self, label: str) -> Shape:
        return (label, "") if self.network.vectors == "column" else ("", label)

    def pick(self, *options: Any) -> Any:
        return self.chance.choice(options)

    def number(self) -> Tree:
        return num(self.pick("2", "3", "0.5", "1", "0.25", "4", "1.5"))

    def positive(self, tree: Tree) -> bool:
        """Whether a tree is positive whatever its names are worth."""
        match tree:
            case Num(value):
                return value > 0
            case Var(name) if name in self.network.tensors:
                facts = {fact for fact, _ in self.network.tensors[name][1]}
                return bool(facts & {"positive", "simplex"})
            case Var(name):
                return name in self.network.layers and self.positive(self.network.layers[name])
            case Fn("exp" | "sigmoid" | "softplus" | "softmax" | "cosh", _, 0):
                return True
            case Fn("sqrt" | "ones" | "sum" | "mean", (inner, *_), 0):
                return tree.name == "ones" or self.positive(inner)
            case Op("+" | "*" | "/" | "@", left, right):
                return self.positive(left) and self.positive(right)
            case Turn(inner):
                return self.positive(inner)
        return False

    def leaf(self, shape: Shape) -> Tree:
        rows, cols = shape
        options: list[Tree] = list(self.names.get(shape, ()))
        options += [
            Turn(tree) for tree in self.names.get((cols, rows), ()) if rows != cols or self.chance.random() < 0.3
        ]
        if shape == SCALAR:
            options += [self.number()]
            if not self.names.get(SCALAR) or self.chance.random() < 0.2:
                options += [Var(name) for name in self.network.dimensions[:2]]
        if options and self.chance.random() < 0.93:
            return self.pick(*options)
        if rows and cols:
            return Fn("eye", (sized(rows),)) if rows == cols else Fn("ones", (sized(rows), sized(cols)))
        if rows or cols:
            ones = Fn("ones", (sized(rows or cols),))
            return ones if self.vector(rows or cols) == shape else Turn(ones)
        return self.number()

    def tree(self, shape: Shape, depth: int) -> Tree:
        """An expression that has a value at the reference point."""
        for _ in range(20):
            found = self._tree(shape, depth)
            if self.shape(found) == shape:
                return found
        return self.leaf(shape)

    def _tree(self, shape: Shape, depth: int) -> Tree:
        if depth <= 0:
            return self.leaf(shape)
        rows, cols = shape
        chance = self.chance.random()
        if shape == SCALAR and chance < 0.6:
            return self._scalar(depth)
        if rows and rows == cols and chance < 0.15:
            return self._square(rows, depth)
        if chance < 0.35:
            sign = self.pick("+", "-", "*", "+")
            other = shape if self.chance.random() < 0.8 else self.pick(*self._broadcasting(shape))
            left, right = self.tree(shape, depth - 1), self.tree(other, depth - 1)
            return Op(sign, left, right) if self.chance.random() < 0.6 else Op(sign, right, left)
        if chance < 0.55 and self.network.dimensions:
            inner = self.pick(*self.network.labels, *([""] if rows and cols else []))
            return Op("@", self.tree((rows, inner), depth - 1), self.tree((inner, cols), depth - 1))
        if chance < 0.75:
            inner = self.tree(shape, depth - 1)
            if self.positive(inner) and self.chance.random() < 0.4:
                return Fn(self.pick("log", "sqrt"), (inner,))
            if self.chance.random() < 0.1:
                return Fn(self.pick("leaky_relu", "elu", "huber"), (inner, num(self.pick("0.2", "2", "0.5"))))
            return Fn(self.activation(), (inner,))
        if chance < 0.82:
            return Op("*", self.tree(SCALAR, depth - 1), self.tree(shape, depth - 1))
        if chance < 0.86:
            return Op("^", self.tree(shape, depth - 1), num(self.pick(2, 3, 2)))
        if chance < 0.9:
            return self._quotient(shape, depth)
        if chance < 0.93:
            return Turn(self.tree((cols, rows), depth - 1))
        if bool(rows) != bool(cols) and self.vector(rows or cols) == shape:
            return self._vector(shape, depth)
        if self.chance.random() < 0.2:
            test = Cmp(self.pick("<", ">"), self.tree(shape, depth - 1), self.tree(SCALAR, 0))
            return If(test, self.tree(shape, depth - 1), self.tree(shape, depth - 1))
        if self.chance.random() < 0.3:
            return Fn(self.pick("max", "min"), (self.tree(shape, depth - 1), self.tree(shape, depth - 1)))
        return Neg(self.tree(shape, depth - 1))

    def activation(self) -> str:
        own_names = [name for name in self.network.functions if len(self.network.functions[name][0]) <= 1]
        if own_names and self.chance.random() < 0.3:
            return self.pick(*own_names)
        return self.pick(*SMOOTH[:6], *KINKED) if self.chance.random() < 0.7 else self.pick(*SMOOTH, *KINKED)

    def _broadcasting(self, shape: Shape) -> list[Shape]:
        rows, cols = shape
        return [SCALAR, (rows, ""), ("", cols)] if rows and cols else [SCALAR]

    def _quotient(self, shape: Shape, depth: int) -> Tree:
        below = self.tree(SCALAR if self.chance.random() < 0.5 else shape, depth - 1)
        if not self.positive(below):
            below = Op("+", Op("^", below, num(2)), num(1))
        return Op("/", self.tree(shape, depth - 1), below)

    def _vector(self, shape: Shape, depth: int) -> Tree:
        label = shape[0] or shape[1]
        match self.chance.randrange(3):
            case 0:
                return Fn(self.pick("softmax", "log_softmax"), (self.tree(shape, depth - 1),))
            case 1:
                return Fn("diag", (self.tree((label, label), depth - 1),))
            case _:
                other = self.pick(*self.network.dimensions)
                square = self.tree((label, other), depth - 1)
                return Fn("sum", (square, Var(other))) if other != label else Fn("sum", (square, num(2)))

    def _square(self, label: str, depth: int) -> Tree:
        match self.chance.randrange(4):
            case 0:
                return Fn("diag", (self.tree(self.vector(label), depth - 1),))
            case 1:
                other = self.tree(self.vector(label), depth - 1)
                return Fn("outer", (other, self.tree(self.vector(label), depth - 1)))
            case 2:
                names = self.names.get((label, label))
                return Fn("inv", (self.pick(*names),)) if names else Fn("eye", (sized(label),))
            case _:
                return Fn("eye", (sized(label),))

    def _scalar(self, depth: int) -> Tree:
        label = self.pick(*self.network.labels)
        other = self.pick(*self.network.labels)
        shape = self.pick(self.vector(label), (label, other), self.vector(label))
        match self.chance.randrange(8):
            case 0 | 1:
                return Fn(self.pick("sum", "sum", "mean"), (self.tree(shape, depth - 1),))
            case 2:
                return Op("@", self.tree(("", label), depth - 1), self.tree((label, ""), depth - 1))
            case 3:
                return Fn("trace", (self.tree((label, label), depth - 1),))
            case 4:
                return Op("^", Fn("norm", (self.tree(shape, depth - 1),)), num(2))
            case 5:
                names = self.names.get((label, label))
                return Fn("det", (self.pick(*names),)) if names else Fn("sum", (self.tree(shape, depth - 1),))
            case 6:
                pair = (self.tree(self.vector(label), depth - 1), self.tree(self.vector(label), depth - 1))
                return Fn(self.pick("dot", "sse", "mse", "l1"), pair)
            case _:
                return Fn(self.pick("logsumexp", "max", "norm", "l2"), (self.tree(self.vector(label), depth - 1),))


def sized(label: str) -> Tree:
    """A dimension as an argument."""
    return num(label) if label.isdigit() else Var(label)


def _first(labels: tuple[str, ...]) -> str:
    return labels[0] if labels else ""


# --- random networks ----------------------------------------------------------------------

FACTS_OF_VECTORS = ("one_hot", "simplex", "sums_to_one", "binary", "positive", "unit")
FACTS_OF_SQUARES = ("symmetric", "orthogonal", "positive")


def conventions(chance: random.Random) -> Network:
    return Network(
        chance.choice(("column", "column", "column", "row")),
        chance.choice(("mixed", "mixed", "mixed", "numerator", "denominator")),
        chance.choice(("columns", "columns", "columns", "rows")),
    )


def free_algebra(chance: random.Random) -> Network:
    """Tensors of many shapes with some facts, a few layers and a scalar loss."""
    network = conventions(chance)
    labels = chance.sample(["n", "m", "k", "p", "h", "d", "q", "N", "D", "n_in"], chance.randint(1, 3))
    if chance.random() < 0.15:
        labels.append(chance.choice(["1", "2", "3"]))
    named = [label for label in labels if not label.isdigit()]
    for name in chance.sample(["x", "y", "u", "v", "w"], chance.randint(2, 4)):
        fact = chance.choice(FACTS_OF_VECTORS) if chance.random() < 0.3 else ""
        network.tensors[name] = (chance.choice(labels),), (((fact, ""),) if fact else ())
    for name in chance.sample(["A", "B", "C", "S", "X"], chance.randint(2, 4)):
        axes = (chance.choice(labels), chance.choice(labels))
        fact = chance.choice(FACTS_OF_SQUARES) if axes[0] == axes[1] and chance.random() < 0.35 else ""
        if axes[0] == axes[1] and axes[0].isdigit():
            fact = ""
        network.tensors[name] = axes, (((fact, ""),) if fact else ())
    scalars = [name for name in ("s", "c", "eps", "t", "i", "e") if name not in labels]
    for name in chance.sample(scalars, chance.randint(1, 2)):
        network.tensors[name] = (), ((("positive", ""),) if chance.random() < 0.4 else ())
    if not network.dimensions:
        network.tensors["g0"] = (named[0],), ()
    if chance.random() < 0.3:
        network.functions["f"] = (), None
    if chance.random() < 0.2:
        body = chance.choice(["t * sigmoid(t)", "t^3 - 2 * t", "t / (1 + t^2)", "t if t > 0 else 0.5 * t", "max(t, 0)"])
        network.functions["g"] = ("t",), read(body)
    maker = Maker(network, chance)
    for name in ["z", "r", "H"][: chance.randint(0, 3)]:
        label, other = chance.choice(network.labels), chance.choice(network.labels)
        shape = chance.choice([maker.vector(label), (label, other), maker.vector(label), SCALAR])
        network.layers[name] = constant_layer(maker, shape) if chance.random() < 0.12 else maker.tree(shape, 2)
        maker.reset()
    if chance.random() < 0.7:
        loss = maker.tree(SCALAR, 2)
        if (value := maker.value(loss)) is not None and not value.axes:
            network.loss = "L", loss
    return network


def constant_layer(maker: Maker, shape: Shape) -> Tree:
    """A layer whose formula does not vary along an axis."""
    scalar = maker.leaf(SCALAR)
    rows, cols = shape
    if rows and cols:
        ones = Fn("ones", (sized(rows), sized(cols)))
    elif rows or cols:
        ones = Fn("ones", (sized(rows or cols),))
    else:
        return maker.number()
    return maker.pick(Op("*", scalar, ones), ones, Op("+", Op("*", scalar, ones), ones))


def perceptron(chance: random.Random) -> Network:
    """Affine layers, activations, a catalogue loss; with or without a batch."""
    network = conventions(chance)
    row = network.vectors == "row"
    batch = chance.random() < 0.3
    count = chance.randint(1, 2)
    axes = [f"n{k}" for k in range(count + 1)]
    if chance.random() < 0.1:
        axes[-1] = "1"

    def laid(label: str) -> tuple[str, ...]:
        if not batch:
            return (label,)
        return ("M", label) if row else (label, "M")

    names = ("X", "Y") if batch else ("x", "y")
    network.tensors[names[0]] = laid(axes[0]), ()
    for k in range(1, count + 1):
        network.tensors[f"W{k}"] = (axes[k - 1 : k + 1] if row else axes[k - 1 : k + 1][::-1]), ()
        network.tensors[f"W{k}"] = tuple(network.tensors[f"W{k}"][0]), ()
        network.tensors[f"b{k}"] = (axes[k],), ()
    kind = chance.choice(["softmax", "softmax", "squares", "sigmoid"]) if axes[-1] != "1" else "squares"
    fact = chance.choice(["one_hot", "one_hot", "simplex", ""]) if kind == "softmax" else ""
    target = ((fact, axes[-1] if batch else ""),) if fact else ()
    if kind == "sigmoid":
        target = (("binary", ""),)
    network.tensors[names[1]] = laid(axes[-1]), target
    if chance.random() < 0.25:
        network.functions["f"] = (), None
    last: Tree = Var(names[0])
    for k in range(1, count + 1):
        product = Op("@", last, Var(f"W{k}")) if row else Op("@", Var(f"W{k}"), last)
        network.layers[f"z{k}"] = Op("+", product, Var(f"b{k}")) if chance.random() < 0.85 else product
        last = Var(f"z{k}")
        if k < count:
            activation = chance.choice(["f"] if network.functions else [*SMOOTH[:6], "relu", "leaky_relu", "relu"])
            network.layers[f"a{k}"] = Fn(activation, (last,))
            last = Var(f"a{k}")
    along = (Var(axes[-1]),) if batch else ()
    y = Var(names[1])
    if kind == "softmax":
        if chance.random() < 0.3:
            loss: Tree = Fn("cross_entropy_logits", (last, y, *along))
        else:
            network.layers["p"] = Fn("softmax", (last, *along))
            loss = Fn("cross_entropy", (Var("p"), y, *along))
        if batch:
            loss = Fn(chance.choice(["mean", "sum"]), (loss,))
    elif kind == "sigmoid":
        network.layers["p"] = Fn("sigmoid", (last,))
        loss = Fn("binary_cross_entropy", (Var("p"), y))
    else:
        loss = Fn(chance.choice(["sse", "mse", "l1", "huber_loss", "hinge_loss"]), (last, y))
        if chance.random() < 0.3:
            loss = Op("/", Op("^", Fn("norm", (Op("-", last, y),)), num(2)), num(2))
    if chance.random() < 0.08:
        loss = Fn("opaque", (last,))
    elif chance.random() < 0.2:
        network.tensors["lam"] = (), ()
        loss = Op("+", loss, Op("*", Var("lam"), Fn("sum", (Op("^", Var("W1"), num(2)),))))
    network.loss = "L", loss
    if chance.random() < 0.3:
        network.lets["delta1"] = read("dL/dz1")
    return network


def deep(chance: random.Random) -> Network:
    """A family of layers, or a recurrence."""
    network = Network(layout=chance.choice(("mixed", "mixed", "numerator", "denominator")))
    network.label = "l"
    network.depths = chance.choice([(1, 2), (2, 3), (2,), (3,)])
    activation = chance.choice(["sigmoid", "tanh", "relu", "f"])
    if activation == "f":
        network.functions["f"] = (), None
    if chance.random() < 0.6:
        network.tensors = {
            "x": (("n[0]",), ()), "W[l]": (("n[l]", "n[l-1]"), ()), "b[l]": (("n[l]",), ()),
            "y": (("n[L]",), chance.choice([(("one_hot", ""),), ()])),
        }  # fmt: skip
        network.layers = {
            "a[0]": read("x"), "z[l]": read("W[l] @ a[l-1] + b[l]"), "a[l]": read(f"{activation}(z[l])")
        }  # fmt: skip
        if chance.random() < 0.6:
            network.layers["a[L]"] = read("softmax(z[L])")
            network.loss = "C", read("cross_entropy(a[L], y)")
        else:
            network.loss = "C", read("sse(a[L], y)")
    else:
        start = chance.choice(["zeros(n)", "ones(n)", "q"])
        network.tensors = {"x[l]": (("m",), ()), "W": (("n", "n"), ()), "U": (("n", "m"), ()), "y": (("n",), ())}
        if start == "q":
            network.tensors["q"] = ("n",), ()
        network.layers = {
            "h[0]": read(start), "z[l]": read("W @ h[l-1] + U @ x[l]"), "h[l]": read(f"{activation}(z[l])")
        }  # fmt: skip
        network.loss = "C", read("sse(h[L], y)")
    return network


def attention(chance: random.Random) -> Network:
    """Rows that look at one another; layers with sums and shares over a named axis."""
    network = conventions(chance)
    network.vectors = "column"
    network.tensors = {
        "X": (("T", "k"), ()), "W": (("k", "k"), ()), "V": (("k", "v"), ()), "Y": (("T", "v"), ()), "c": ((), ())
    }  # fmt: skip
    network.layers = {
        "S": read(chance.choice(["X @ W @ X.T", "X @ X.T / sqrt(k)", "c * X @ W @ X.T"])),
        "P": read("softmax(S, 2)"),
        "O": read("P @ X @ V"),
    }
    if chance.random() < 0.4:
        network.layers["r"] = read(chance.choice(["sum(O, v)", "mean(O, T)", "logsumexp(O, v)"]))
    network.loss = "L", read(chance.choice(["sse(O, Y)", "sum(O * Y)", "mean((O - Y)^2)", "c * norm(O)^2"]))
    return network


def indexed(chance: random.Random) -> Network:
    """Layers by their entries, tensors of three axes."""
    network = conventions(chance)
    network.vectors = "column"
    network.tensors = {"U": (("n", "m", "k"), ()), "x": (("k",), ()), "A": (("n", "m"), ()), "v": (("m",), ())}
    network.tensors["s"] = ((), ())
    body = chance.choice(["sum_l(U[i,j,l] * x[l])", "s * A[i,j] + sum_l(U[i,j,l] * x[l]^2)", "tanh(A[i,j]) * v[j]"])
    network.layers["H"] = Entrywise(("i", "j"), read(body))
    network.layers["r"] = Entrywise(("i",), read(chance.choice(["sum_j(H[i,j] * v[j])", "sum_j(sigmoid(H[i,j]))"])))
    if chance.random() < 0.5:
        network.layers["z"] = read(chance.choice(["tanh(r)", "softmax(r)", "s * r", "H @ v"]))
    network.loss = "L", read(chance.choice(["sum(r^2)", "sum(H * A)", "norm(r)^2/2", "logsumexp(r)"]))
    return network


def random_network(chance: random.Random) -> Network:
    kind = chance.random()
    if kind < 0.5:
        return free_algebra(chance)
    if kind < 0.55:
        return attention(chance) if chance.random() < 0.6 else indexed(chance)
    return perceptron(chance) if kind < 0.88 else deep(chance)
