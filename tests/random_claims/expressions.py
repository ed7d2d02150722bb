"""Random expressions of a wanted shape over the names of a network."""

from __future__ import annotations

import random
from typing import Any

from .duals import UndefinedError
from .networks import Network
from .trees import Cmp, Fn, If, Neg, Num, Op, Tree, Turn, Var, num
from .values import MeaninglessError, Value

Shape = tuple[str, str]  # labels of rows and columns, "" for one
SCALAR: Shape = ("", "")

SMOOTH = (
    *("sigmoid", "tanh", "softplus", "silu", "gelu", "sin", "cos", "exp", "atan", "erf", "identity", "cosh", "sinh"),
    *("expm1", "asinh", "erfc", "stop_gradient"),
)
KINKED = ("relu", "leaky_relu", "elu", "abs")


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
                return bool(facts & {"positive", "simplex", "open_unit"})
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
