"""Gradients and Jacobians as formulas of matrices, by rules of their own."""

from __future__ import annotations

import random
from collections.abc import Callable

from .entries import ENTRYWISE, ONE, TWO, ZERO, Entries, NoFormError, minus, over, plus, times, unfolded
from .expressions import SCALAR, Maker, Shape, sized
from .networks import Network
from .trees import Der, Fn, If, Neg, Num, Op, Tree, Turn, Var, num, show


class Adjoints:
    """Reverse mode on formulas: adjoints as formulas, in the shape of their variables."""

    def __init__(self, maker: Maker) -> None:
        self.maker = maker
        self.found: dict[str, list[Tree]] = {}

    def shape(self, tree: Tree) -> Shape:
        shape = self.maker.shape(tree)
        if shape is None:
            raise NoFormError(show(tree))
        return shape

    def ones(self, shape: Shape) -> Tree:
        rows, cols = shape
        if rows and cols:
            return Fn("ones", (sized(rows), sized(cols)))
        if not rows and not cols:
            return ONE
        vector = Fn("ones", (sized(rows or cols),))
        return vector if self.maker.vector(rows or cols) == shape else Turn(vector)

    def fitted(self, adjoint: Tree, outer: Shape, inner: Shape) -> Tree:
        """An adjoint of the shape `outer` summed to the shape of an operand that was repeated."""
        if outer == inner or adjoint == ZERO:
            return adjoint
        if inner == SCALAR:
            return Fn("sum", (adjoint,))
        if inner[0] == outer[0]:
            return Op("@", adjoint, self.ones((outer[1], "")))
        return Op("@", self.ones(("", outer[0])), adjoint)

    def back(self, tree: Tree, adjoint: Tree) -> None:
        shape = self.shape(tree)
        network = self.maker.network

        def on(part: Tree, found: Tree) -> None:
            self.back(part, self.fitted(found, shape, self.shape(part)))

        match tree:
            case Num():
                return
            case Var(name):
                if name in network.tensors or name in network.formulas:
                    self.found.setdefault(name, []).append(adjoint)
            case Neg(operand):
                on(operand, minus(adjoint))
            case Turn(operand):
                self.back(operand, Turn(adjoint))
            case Op("+", left, right):
                on(left, adjoint)
                on(right, adjoint)
            case Op("-", left, right):
                on(left, adjoint)
                on(right, minus(adjoint))
            case Op("*", left, right):
                on(left, times(adjoint, right))
                on(right, times(adjoint, left))
            case Op("/", left, right):
                on(left, Op("/", adjoint, right))
                on(right, minus(Op("/", times(adjoint, left), Op("^", right, TWO))))
            case Op("@", left, right):
                self.back(left, Op("@", adjoint, Turn(right)))
                self.back(right, Op("@", Turn(left), adjoint))
            case Op("^", left, Num(value)):
                self.back(
                    left, times(adjoint, times(num(value), left if value == 2 else Op("^", left, num(value - 1))))
                )
            case Fn("sum", (inner,)):
                self.back(inner, times(adjoint, self.ones(self.shape(inner))))
            case Fn("mean", (inner,)):
                count = ONE
                for label in self.shape(inner):
                    count = times(count, sized(label)) if label else count
                self.back(inner, over(times(adjoint, self.ones(self.shape(inner))), count))
            case Fn("trace", (inner,)) if self.shape(inner)[0]:
                self.back(inner, times(adjoint, Fn("eye", (sized(self.shape(inner)[0]),))))
            case Fn("dot", (left, right)):
                self.back(left, times(adjoint, right))
                self.back(right, times(adjoint, left))
            case Fn("l2", (inner,)):
                self.back(inner, times(adjoint, times(TWO, inner)))
            case Fn("norm", (inner,)):
                self.back(inner, times(adjoint, Op("/", inner, tree)))
            case Fn("sse", (left, right)):
                self.back(Fn("l2", (Op("-", left, right),)), adjoint)
            case Fn("log", (inner,), 0):
                on(inner, Op("/", adjoint, inner))
            case Fn("exp", (inner,), 0):
                on(inner, times(adjoint, tree))
            case Fn() if (whole := unfolded(tree)) is not None:
                self.back(whole, adjoint)
            case If(test, then, otherwise):
                on(then, If(test, adjoint, ZERO))
                on(otherwise, If(test, ZERO, adjoint))
            case Fn("sum", (inner, along)):
                inside = self.shape(inner)
                gone = Entries(self.maker).along(inner, along)
                left_over = (inside[0], "") if gone == 1 else ("", inside[1])
                turned_over = adjoint if left_over == shape else Turn(adjoint)
                self.back(inner, times(turned_over, self.ones(inside)))
            case Fn("mean", (inner, along)):
                gone = Entries(self.maker).along(inner, along)
                self.back(Fn("sum", (inner, along)), over(adjoint, sized(self.shape(inner)[gone])))
            case Fn("softmax", (inner, along)):
                part = times(adjoint, tree)
                if Entries(self.maker).along(inner, along) == 0:
                    total = Op("@", self.ones(("", shape[0])), part)
                else:
                    total = Op("@", part, self.ones((shape[1], "")))
                self.back(inner, Op("*", tree, Op("-", adjoint, total)))
            case Fn("leaky_relu" | "elu" | "huber" as name, (inner, Num() as size), 0):
                self.back(inner, times(adjoint, Fn(name, (inner, size), 1)))
            case Fn("logsumexp", (inner,)):
                self.back(inner, times(adjoint, Fn("softmax", (inner,))))
            case Fn("softmax", (inner,)) if not all(shape):
                self.back(inner, Op("*", tree, Op("-", adjoint, Fn("sum", (times(adjoint, tree),)))))
            case Fn("det", (inner,)):
                self.back(inner, times(adjoint, times(tree, Turn(Fn("inv", (inner,))))))
            case Fn("inv", (inner,)):
                self.back(inner, Neg(Op("@", Op("@", Turn(tree), adjoint), Turn(tree))))
            case Fn("ones" | "zeros" | "eye", _):
                return
            case Fn("opaque", arguments) if network.loss is not None:
                for argument in arguments:
                    known = Der(Var(network.loss[0]), (argument,))
                    turned_over = network.layout == "numerator" and self.shape(argument) != SCALAR
                    self.back(argument, Turn(known) if turned_over else known)
            case Fn("diag", (inner,)) if all(self.shape(inner)):
                self.back(inner, Fn("diag", (adjoint,)))
            case Fn("outer", (left, right)):
                columns = [part if self.shape(part)[0] else Turn(part) for part in (left, right)]
                self.back(Op("@", columns[0], Turn(columns[1])), adjoint)
            case Fn(name, (inner,), 0) if name in ENTRYWISE or name in network.functions:
                self.back(inner, times(adjoint, Fn(name, (inner,), 1)))
            case _:
                raise NoFormError(show(tree))


def depends_on(network: Network, variable: str) -> Callable[[str], bool]:
    """Whether a layer is made of a variable."""
    known: dict[str, bool] = {variable: True}

    def of(name: str) -> bool:
        if name not in known:
            tree = network.formulas.get(name)
            known[name] = False
            if tree is not None:
                known[name] = any(isinstance(part, Var) and of(part.name) for part in tree.everything())
        return known[name]

    return of


def gradient(maker: Maker, variable: str, chance: random.Random, symbols: float = 0.5) -> Tree:
    """dL/dvariable in the shape of the variable; with some chance in terms of dL/dlayer."""
    network = maker.network
    assert network.loss is not None
    depends = depends_on(network, variable)
    order = list(network.layers)
    waiting: dict[str, Tree] = {network.loss[0]: ONE}
    adjoints = Adjoints(maker)
    adjoints.found = {}
    for name in [network.loss[0], *reversed(order)]:
        if name == variable:
            break
        adjoint = waiting.get(name) or (adjoints.found.get(name) and _sum(adjoints.found[name]))
        if not adjoint or not depends(name):
            continue
        if name != network.loss[0] and chance.random() < symbols:
            known = Der(Var(network.loss[0]), (Var(name),))
            adjoint = Turn(known) if network.layout == "numerator" and maker.shape(Var(name)) != SCALAR else known
        adjoints.back(network.formulas[name], adjoint)
    found = adjoints.found.get(variable)
    return _sum(found) if found else ZERO


def _sum(terms: list[Tree]) -> Tree:
    found = terms[0]
    for term in terms[1:]:
        found = plus(found, term)
    return found


def jacobian(tree: Tree, variable: str, maker: Maker) -> Tree:
    """Forward mode on columns: ∂tree/∂variable as a matrix, a row for a scalar; ZERO where it does not depend."""
    network = maker.network
    depends = depends_on(network, variable)

    def of(tree: Tree) -> Tree:
        return jacobian(tree, variable, maker)

    shape = maker.shape(tree)
    if shape is None or shape[1]:
        raise NoFormError(show(tree))
    if not any(isinstance(part, Var) and depends(part.name) for part in tree.everything()):
        return ZERO
    match tree:
        case Var(name):
            if name == variable:
                return Fn("eye", (sized(shape[0]),)) if shape[0] else ONE
            return of(network.formulas[name])
        case Neg(operand):
            return minus(of(operand))
        case Op("+", left, right) if maker.shape(left) == maker.shape(right):
            return plus(of(left), of(right))
        case Op("-", left, right) if maker.shape(left) == maker.shape(right):
            return plus(of(left), minus(of(right)))
        case Op("@", left, right):
            if any(isinstance(part, Var) and depends(part.name) for part in left.everything()):
                raise NoFormError(show(tree))
            inner = of(right)
            return ZERO if inner == ZERO else Op("@", left, inner)
        case Op("*", left, right) if maker.shape(left) == maker.shape(right) and shape[0]:
            return plus(_scaled(right, of(left)), _scaled(left, of(right)))
        case Op("*", left, right) if maker.shape(left) == SCALAR:
            first, second = of(left), of(right)
            stretched = ZERO if first == ZERO else Op("@" if shape[0] else "*", right, first)
            return plus(stretched, times(left, second))
        case Op("^", left, Num(value)):
            return _scaled(times(num(value), left if value == 2 else Op("^", left, num(value - 1))), of(left))
        case Fn("softmax", (inner,)):
            return Op("@", Op("-", Fn("diag", (tree,)), Op("@", tree, Turn(tree))), of(inner))
        case Fn("sum", (inner,)):
            label = (maker.shape(inner) or SCALAR)[0]
            return Op("@", Adjoints(maker).ones(("", label)), of(inner))
        case Fn(name, (inner,), primes) if (name in ENTRYWISE or name in network.functions) and primes < 2 and shape[0]:
            return _scaled(Fn(name, (inner,), primes + 1), of(inner))
    raise NoFormError(show(tree))


def _scaled(factor: Tree, inner: Tree) -> Tree:
    return ZERO if inner == ZERO else Op("@", Fn("diag", (factor,)), inner)
