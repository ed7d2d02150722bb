"""True claims: formulas rewritten, taken apart into entries, and differentiated by rules of their own."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Mapping

from .networks import SCALAR, Maker, Network, Shape
from .trees import At, Big, Claim, Cmp, Der, Entrywise, Fn, Grid, If, Neg, Num, Op, Tree, Turn, Var, num, read, show

LETTERS = "ijklabcefgoqrtuv"
ENTRYWISE = (
    "huber",
    "hinge",
    "sigmoid",
    "tanh",
    "relu",
    "leaky_relu",
    "elu",
    "softplus",
    "silu",
    "gelu",
    "identity",
    "abs",
    "sign",
    "exp",
    "log",
    "sqrt",
    "sin",
    "cos",
    "tan",
    "atan",
    "erf",
    "sinh",
    "cosh",
)
ZERO, ONE, TWO = num(0), num(1), num(2)


class NoFormError(Exception):
    """The formula is not one that this rule knows."""


# --- arithmetic with the obvious left out ---------------------------------------------------


def plus(a: Tree, b: Tree) -> Tree:
    return b if a == ZERO else a if b == ZERO else Op("+", a, b)


def times(a: Tree, b: Tree) -> Tree:
    if ZERO in (a, b):
        return ZERO
    return b if a == ONE else a if b == ONE else Op("*", a, b)


def minus(a: Tree) -> Tree:
    return a if a == ZERO else a.operand if isinstance(a, Neg) else Neg(a)


def over(a: Tree, b: Tree) -> Tree:
    return a if a == ZERO or b == ONE else Op("/", a, b)


# --- losses by their definitions -------------------------------------------------------------


def unfolded(tree: Tree) -> Tree | None:
    """A catalogue loss in elementary functions."""
    match tree:
        case Fn("sse", (a, b)):
            return Fn("sum", (Op("^", Op("-", a, b), TWO),))
        case Fn("mse", (a, b)):
            return Fn("mean", (Op("^", Op("-", a, b), TWO),))
        case Fn("l1", (a, b)):
            return Fn("sum", (Fn("abs", (Op("-", a, b),)),))
        case Fn("l2", (a,)):
            return Fn("sum", (Op("^", a, TWO),))
        case Fn("huber_loss", (a, b)):
            return Fn("sum", (Fn("huber", (Op("-", a, b),)),))
        case Fn("hinge_loss", (s, y)):
            return Fn("sum", (Fn("hinge", (Op("*", y, s),)),))
        case Fn("binary_cross_entropy", (p, y)):
            first = Op("*", y, Fn("log", (p,)))
            second = Op("*", Op("-", ONE, y), Fn("log", (Op("-", ONE, p),)))
            return Neg(Fn("sum", (Op("+", first, second),)))
        case Fn("binary_cross_entropy_logits", (z, y)):
            return Fn("sum", (Op("-", Fn("softplus", (z,)), Op("*", y, z)),))
        case Fn("cross_entropy_logits", (z, y)):
            return Fn("sum", (Op("*", y, Op("-", Fn("logsumexp", (z,)), z)),))
        case Fn("cross_entropy", (p, y, *along)):
            return Neg(Fn("sum", (Op("*", y, Fn("log", (p,))), *along)))
        case Fn("nll", (q, y)):
            return Neg(Fn("sum", (Op("*", y, q),)))
        case Fn("entropy", (p,)):
            return Neg(Fn("sum", (Op("*", p, Fn("log", (p,))),)))
        case Fn("kl", (p, q)):
            return Fn("sum", (Op("*", p, Fn("log", (Op("/", p, q),))),))
    return None


# --- entries ------------------------------------------------------------------------------


class Entries:
    """Formulas of matrices as formulas of their entries."""

    def __init__(self, maker: Maker, used: str = "") -> None:
        self.maker = maker
        taken = {*maker.network.tensors, *maker.network.layers, *maker.network.dimensions, *maker.network.lets, *used}
        taken |= set(maker.network.functions)
        self.letters = iter([letter for letter in LETTERS if letter not in taken])

    def fresh(self) -> Var:
        found = next(self.letters, None)
        if found is None:
            raise NoFormError("no letters are left")
        return Var(found)

    def axes(self, tree: Tree) -> tuple[bool, bool]:
        shape = self.maker.shape(tree)
        if shape is None:
            raise NoFormError(show(tree))
        return bool(shape[0]), bool(shape[1])

    def entry(self, tree: Tree, i: Tree | None, j: Tree | None) -> Tree:
        rows, cols = self.axes(tree)
        i, j = (i if rows else None), (j if cols else None)
        places = tuple(place for place in (i, j) if place is not None)
        match tree:
            case Num():
                return tree
            case Var(name):
                if name in self.maker.network.dimensions or name == "pi":
                    return tree
                declared = self.maker.point.named(name).axes
                if len(declared) != len(places):
                    raise NoFormError(name)
                return At(tree, places) if places else tree
            case Neg(operand):
                return Neg(self.entry(operand, i, j))
            case Turn(operand):
                return self.entry(operand, j, i)
            case Op("@", left, right):
                if not self.axes(left)[1]:
                    return Op("*", self.entry(left, i, None), self.entry(right, None, j))
                k = self.fresh()
                return Big("sum", (k.name,), None, Op("*", self.entry(left, i, k), self.entry(right, k, j)))
            case Op("^", left, right):
                return Op("^", self.entry(left, i, j), right)
            case Op(sign, left, right):
                return Op(sign, self.entry(left, i, j), self.entry(right, i, j))
            case Fn("ones", _):
                return ONE
            case Fn("zeros", _):
                return ZERO
            case Fn("eye", (Var(),)) if i is not None and j is not None:
                return Fn("delta", (i, j))
            case Fn("inv", _) if len(places) == 2:
                return At(tree, places)
            case Fn("det", _):
                return tree
            case Fn("outer", (left, right)):
                return Op("*", self.vector(left, i), self.vector(right, j))
            case Fn("diag", (inner,)):
                if all(self.axes(inner)):
                    place = i if i is not None else j
                    return self.entry(inner, place, place)
                return Op("*", Fn("delta", (i, j)), self.vector(inner, i))  # type: ignore[arg-type]
            case Fn("trace", (inner,)) if all(self.axes(inner)):
                k = self.fresh()
                return Big("sum", (k.name,), None, self.entry(inner, k, k))
            case Fn("dot", (left, right)):
                k = self.fresh()
                return Big("sum", (k.name,), None, Op("*", self.vector(left, k), self.vector(right, k)))
            case Fn() if (whole := unfolded(tree)) is not None:
                return self.entry(whole, i, j)
            case If(Cmp(sign, left, right), then, otherwise):
                test = Cmp(sign, self.entry(left, i, j), self.entry(right, i, j))
                return If(test, self.entry(then, i, j), self.entry(otherwise, i, j))
            case Fn("sum" | "mean" as kind, (inner, along)):
                gone = self.along(inner, along)
                k = self.fresh()
                left_over = i if i is not None else j
                places_ = (k, left_over) if gone == 0 else (left_over, k)
                body = Big("sum", (k.name,), None, self.entry(inner, *places_))
                if k not in set(body.body.everything()):
                    raise NoFormError("a sum of what does not vary")
                return body if kind == "sum" else over(body, _size((self.maker.shape(inner) or SCALAR)[gone]))
            case Fn("softmax", (inner, along)):
                k = self.fresh()
                others = (k, j) if self.along(inner, along) == 0 else (i, k)
                below = Big("sum", (k.name,), None, Fn("exp", (self.entry(inner, *others),)))
                return Op("/", Fn("exp", (self.entry(inner, i, j),)), below)
            case Fn("leaky_relu" | "elu" | "huber" as name, (inner, Num() as size)):
                return Fn(name, (self.entry(inner, i, j), size), tree.primes)
            case Fn("norm", (inner,)):
                return Fn("sqrt", (self.total(Op("^", inner, TWO)),))
            case Fn("sum", (inner,)):
                return self.total(inner)
            case Fn("mean", (inner,)):
                shape = self.maker.shape(inner) or SCALAR
                count: Tree = ONE
                for label in shape:
                    count = times(count, _size(label)) if label else count
                return over(self.total(inner), count)
            case Fn("max" | "min" as kind, (inner,)) if any(self.axes(inner)) and not all(self.axes(inner)):
                k = self.fresh()
                return Big(kind, (k.name,), None, self.vector(inner, k))
            case Fn("max" | "min" as kind, (left, right)):
                return Fn(kind, (self.entry(left, i, j), self.entry(right, i, j)))
            case Fn("softmax", (inner,)) if not all(self.axes(inner)):
                k = self.fresh()
                below = Big("sum", (k.name,), None, Fn("exp", (self.vector(inner, k),)))
                return Op("/", Fn("exp", (self.entry(inner, i, j),)), below)
            case Fn("logsumexp", (inner,)) if not all(self.axes(inner)):
                k = self.fresh()
                return Fn("log", (Big("sum", (k.name,), None, Fn("exp", (self.vector(inner, k),))),))
            case Fn("log_softmax", (inner,)):
                return Op("-", self.entry(inner, i, j), self.entry(Fn("logsumexp", (inner,)), None, None))
            case Fn(name, (inner,)) if name in ENTRYWISE or name in self.maker.network.functions:
                return Fn(name, (self.entry(inner, i, j),), tree.primes)
        raise NoFormError(show(tree))

    def along(self, inner: Tree, named: Tree) -> int:
        """Which of the two axes an argument names."""
        shape = self.maker.shape(inner)
        if shape is None or not all(shape):
            raise NoFormError(show(inner))
        if isinstance(named, Num):
            return int(named.value) - 1
        matching = [k for k, label in enumerate(shape) if Var(label) == named]
        if len(matching) != 1:
            raise NoFormError(show(named))
        return matching[0]

    def vector(self, tree: Tree, k: Tree | None) -> Tree:
        """The entry of a vector, whatever way it lies."""
        return self.entry(tree, k, None) if self.axes(tree)[0] else self.entry(tree, None, k)

    def total(self, tree: Tree) -> Tree:
        letters = [self.fresh() if axis else None for axis in self.axes(tree)]
        body = self.entry(tree, *letters)
        for letter in reversed([one for one in letters if one is not None]):
            if letter not in set(body.everything()):
                raise NoFormError("a sum of what does not vary")
            body = Big("sum", (letter.name,), None, body)
        return body


def _size(label: str) -> Tree:
    return num(label) if label.isdigit() else Var(label)


# --- derivatives of entries -----------------------------------------------------------------


def slope(tree: Tree, variable: Tree, network: Network, depends: Callable[[str], bool]) -> Tree:
    """∂tree/∂variable for a formula of entries; `variable` is an entry x[i] or a scalar name."""

    def of(tree: Tree) -> Tree:
        return slope(tree, variable, network, depends)

    base = variable.base if isinstance(variable, At) else variable
    assert isinstance(base, Var)
    match tree:
        case Num():
            return ZERO
        case Var(name) | At(Var(name), _):
            if name == base.name:
                if not isinstance(tree, At) or not isinstance(variable, At):
                    return ONE
                found: Tree = ONE
                for one, other in zip(tree.entries, variable.entries, strict=True):
                    if one != other:
                        found = times(found, Fn("delta", (one, other)))
                return found
            return Der(tree, (variable,)) if name in network.formulas and depends(name) else ZERO
        case Neg(operand):
            return minus(of(operand))
        case Op("+", left, right):
            return plus(of(left), of(right))
        case Op("-", left, right):
            return plus(of(left), minus(of(right)))
        case Op("*", left, right):
            return plus(times(of(left), right), times(left, of(right)))
        case Op("/", left, right):
            first = over(of(left), right)
            second = over(times(left, of(right)), Op("^", right, TWO))
            return plus(first, minus(second))
        case Op("^", left, Num(value)):
            power = left if value == 2 else Op("^", left, num(value - 1))
            return times(times(num(value), power), of(left))
        case Big("sum", letters, test, body):
            inner = of(body)
            return ZERO if inner == ZERO else Big("sum", letters, test, inner)
        case If(test, then, otherwise):
            first, second = of(then), of(otherwise)
            return ZERO if (first, second) == (ZERO, ZERO) else If(test, first, second)
        case Fn("exp", (inner,), 0):
            return times(tree, of(inner))
        case Fn("log", (inner,), 0):
            return over(of(inner), inner)
        case Fn("sqrt", (inner,), 0):
            return over(of(inner), times(TWO, tree))
        case Fn("delta", _):
            return ZERO
        case Fn("leaky_relu" | "elu" | "huber" as name, (inner, Num() as size), primes) if primes < 2:
            return times(Fn(name, (inner, size), primes + 1), of(inner))
        case Fn(name, (inner,), primes) if (name in ENTRYWISE or name in network.functions) and primes < 2:
            return times(Fn(name, (inner,), primes + 1), of(inner))
    if variable not in set(tree.everything()) and base not in set(tree.everything()):
        names = {part.name for part in tree.everything() if isinstance(part, Var)}
        if not any(name in network.formulas and depends(name) for name in names):
            return ZERO
    raise NoFormError(show(tree))


# --- gradients of matrices --------------------------------------------------------------------


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
            return Fn("ones", (_size(rows), _size(cols)))
        if not rows and not cols:
            return ONE
        vector = Fn("ones", (_size(rows or cols),))
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
                    count = times(count, _size(label)) if label else count
                self.back(inner, over(times(adjoint, self.ones(self.shape(inner))), count))
            case Fn("trace", (inner,)) if self.shape(inner)[0]:
                self.back(inner, times(adjoint, Fn("eye", (_size(self.shape(inner)[0]),))))
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
                self.back(Fn("sum", (inner, along)), over(adjoint, _size(self.shape(inner)[gone])))
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


# --- rewriting ------------------------------------------------------------------------------

Rewriter = Callable[[Tree, Maker], Iterator[Tree]]


def commuted(tree: Tree, maker: Maker) -> Iterator[Tree]:
    match tree:
        case Op("+" | "*" as sign, left, right):
            yield Op(sign, right, left)
        case Op("-", left, right):
            yield Op("+", Neg(right), left)
            yield Neg(Op("-", right, left))


def associated(tree: Tree, maker: Maker) -> Iterator[Tree]:
    match tree:
        case Op("+" | "*" | "@" as sign, Op(inner, a, b), c) if sign == inner:
            yield Op(sign, a, Op(sign, b, c))
        case Op("+" | "*" | "@" as sign, a, Op(inner, b, c)) if sign == inner:
            yield Op(sign, Op(sign, a, b), c)


def distributed(tree: Tree, maker: Maker) -> Iterator[Tree]:
    match tree:
        case Op("*" | "@" as sign, Op("+" | "-" as inner, a, b), c):
            if sign == "*" or maker.shape(a) == maker.shape(b):
                yield Op(inner, Op(sign, a, c), Op(sign, b, c))
        case Op("*" | "@" as sign, a, Op("+" | "-" as inner, b, c)):
            if sign == "*" or maker.shape(b) == maker.shape(c):
                yield Op(inner, Op(sign, a, b), Op(sign, a, c))
        case Op("/", Op("+" | "-" as inner, a, b), c):
            yield Op(inner, Op("/", a, c), Op("/", b, c))
        case Neg(Op("+", a, b)):
            yield Op("-", Neg(a), b)
        case Neg(Op("*" | "@" as sign, a, b)):
            yield Op(sign, Neg(a), b)
            yield Op(sign, a, Neg(b))
        case Op("^", a, Num(value)) if value == 2:
            yield Op("*", a, a)
        case Op("^", Op("+", a, b), Num(value)) if value == 2:
            yield Op("+", Op("+", Op("^", a, TWO), Op("*", Op("*", TWO, a), b)), Op("^", b, TWO))


def turned(tree: Tree, maker: Maker) -> Iterator[Tree]:
    match tree:
        case Turn(Turn(inner)):
            yield inner
        case Turn(Op("@", left, right)):
            yield Op("@", Turn(right), Turn(left))
        case Op("@", left, right):
            yield Turn(Op("@", Turn(right), Turn(left)))
        case Turn(Op(sign, left, right)) if sign in "+-*/":
            yield Op(sign, Turn(left), Turn(right))
        case Turn(Fn(name, (inner,), primes)) if name in ENTRYWISE:
            yield Fn(name, (Turn(inner),), primes)
        case Turn(Fn("inv", (inner,))):
            yield Fn("inv", (Turn(inner),))
        case Fn("trace", (inner,)):
            yield Fn("trace", (Turn(inner),))
            if isinstance(inner, Op) and inner.sign == "@":
                yield Fn("trace", (Op("@", inner.right, inner.left),))
        case Fn("det", (inner,)):
            yield Fn("det", (Turn(inner),))
        case Fn("sum" | "norm" as name, (inner,)):
            yield Fn(name, (Turn(inner),))


def neutral(tree: Tree, maker: Maker) -> Iterator[Tree]:
    shape = maker.shape(tree)
    if shape is None:
        return
    yield Neg(Neg(tree))
    yield Op("-", Op("*", TWO, tree), tree)
    yield Op("/", Op("*", num(3), tree), num(3))
    yield Op("+", tree, Op("*", ZERO, tree))
    if shape[0]:
        yield Op("@", Fn("eye", (_size(shape[0]),)), tree)
        yield Op("@", Fn("diag", (Adjoints(maker).ones(maker.vector(shape[0])),)), tree)
    if shape[1]:
        yield Op("@", tree, Fn("eye", (_size(shape[1]),)))
    if bool(shape[0]) != bool(shape[1]):
        yield Op("*", Adjoints(maker).ones(shape), tree)
    if shape == SCALAR:
        yield Fn("trace", (tree,))
        yield Fn("sum", (tree,))


def functional(tree: Tree, maker: Maker) -> Iterator[Tree]:
    """Identities of activations and elementary functions."""
    match tree:
        case Fn("sigmoid", (z,), 0):
            yield Op("-", ONE, Fn("sigmoid", (Neg(z),)))
            yield Op("/", ONE, Op("+", ONE, Fn("exp", (Neg(z),))))
            yield Op("/", Op("+", ONE, Fn("tanh", (Op("/", z, TWO),))), TWO)
        case Fn("sigmoid", (z,), 1):
            yield Op("*", Fn("sigmoid", (z,)), Op("-", ONE, Fn("sigmoid", (z,))))
        case Fn("tanh", (z,), 0):
            yield Op("-", Op("*", TWO, Fn("sigmoid", (Op("*", TWO, z),))), ONE)
            yield Neg(Fn("tanh", (Neg(z),)))
        case Fn("tanh", (z,), 1):
            yield Op("-", ONE, Op("^", Fn("tanh", (z,)), TWO))
        case Fn("tanh", (z,), 2):
            yield Op("*", Op("*", num(-2), Fn("tanh", (z,))), Fn("tanh", (z,), 1))
        case Fn("softplus", (z,), 0):
            yield Fn("log", (Op("+", ONE, Fn("exp", (z,))),))
            yield Op("+", z, Fn("softplus", (Neg(z),)))
        case Fn("softplus", (z,), 1):
            yield Fn("sigmoid", (z,))
        case Fn("silu", (z,), 0):
            yield Op("*", z, Fn("sigmoid", (z,)))
        case Fn("relu", (z,), 0):
            yield Fn("max", (z, ZERO))
            yield Op("/", Op("+", z, Fn("abs", (z,))), TWO)
            yield If(Cmp(">", z, ZERO), z, ZERO)
            yield Op("*", z, Fn("relu", (z,), 1))
        case Fn("abs", (z,), 0):
            yield Op("+", Fn("relu", (z,)), Fn("relu", (Neg(z),)))
            yield Fn("max", (z, Neg(z)))
            yield Op("*", z, Fn("sign", (z,)))
            yield Fn("sqrt", (Op("^", z, TWO),))
        case Fn("abs", (z,), 1):
            yield Fn("sign", (z,))
        case Fn("leaky_relu", (z, Num() as size), 0):
            yield Op("-", Fn("relu", (z,)), Op("*", size, Fn("relu", (Neg(z),))))
        case Fn("elu", (z, Num() as size), 0):
            yield If(Cmp(">", z, ZERO), z, Op("*", size, Op("-", Fn("exp", (z,)), ONE)))
        case Fn("huber", (z,), 0):
            inner, outer = Op("/", Op("^", z, TWO), TWO), Op("-", Fn("abs", (z,)), num("0.5"))
            yield If(Cmp("<=", Fn("abs", (z,)), ONE), inner, outer)
        case Fn("hinge", (z,), 0):
            yield Fn("relu", (Op("-", ONE, z),))
        case Fn("leaky_relu", (z,), 0):
            yield Op("-", Fn("relu", (z,)), Op("*", num("0.01"), Fn("relu", (Neg(z),))))
            yield Fn("max", (z, Op("*", num("0.01"), z)))
        case Fn("elu", (z,), 0):
            yield If(Cmp(">", z, ZERO), z, Op("-", Fn("exp", (z,)), ONE))
        case Fn("exp", (Op("+", a, b),), 0):
            yield Op("*", Fn("exp", (a,)), Fn("exp", (b,)))
        case Fn("exp", (Neg(a),), 0):
            yield Op("/", ONE, Fn("exp", (a,)))
        case Fn("exp", (z,), 0):
            yield Op("^", Fn("exp", (Op("/", z, TWO),)), TWO)
        case Fn("log", (Op("*", a, b),), 0) if maker.positive(a) and maker.positive(b):
            yield Op("+", Fn("log", (a,)), Fn("log", (b,)))
        case Fn("sin", (z,), 1):
            yield Fn("cos", (z,))
        case Fn("cos", (z,), 1):
            yield Neg(Fn("sin", (z,)))
        case Op("^", Fn("sin", (z,), 0), Num(value)) if value == 2:
            yield Op("-", ONE, Op("^", Fn("cos", (z,)), TWO))
        case Fn("max", (a, b)) if maker.shape(a) == maker.shape(b):
            yield Fn("max", (b, a))
            yield Op("/", Op("+", Op("+", a, b), Fn("abs", (Op("-", a, b),))), TWO)
            yield Neg(Fn("min", (Neg(a), Neg(b))))
            yield If(Cmp(">", a, b), a, b)
        case Fn("min", (a, b)) if maker.shape(a) == maker.shape(b):
            yield Op("-", Op("+", a, b), Fn("max", (a, b)))
            yield If(Cmp("<", a, b), a, b)


def reduced(tree: Tree, maker: Maker) -> Iterator[Tree]:
    """Identities of sums, norms, traces, losses and layers."""
    whole = unfolded(tree)
    if whole is not None:
        yield whole
    match tree:
        case Fn("sum", (inner, along)) if (shape := maker.shape(inner)) is not None and all(shape):
            try:
                gone = Entries(maker).along(inner, along)
            except NoFormError:
                return
            ones = Adjoints(maker).ones
            if gone == 1:
                total: Tree = Op("@", inner, ones((shape[1], "")))
                yield total if maker.network.vectors == "column" else Turn(total)
            else:
                total = Op("@", ones(("", shape[0])), inner)
                yield total if maker.network.vectors == "row" else Turn(total)
        case Fn("sum", (Op("+" | "-" as sign, a, b),)) if maker.shape(a) == maker.shape(b):
            yield Op(sign, Fn("sum", (a,)), Fn("sum", (b,)))
        case Fn("sum", (Op("*", a, b),)) if maker.shape(a) == maker.shape(b):
            yield Fn("trace", (Op("@", Turn(a), b),))
        case Fn("sum", (a,)):
            shape = maker.shape(a) or SCALAR
            if shape[0] and not shape[1]:
                yield Op("@", Adjoints(maker).ones(("", shape[0])), a)
            if all(shape):
                left = Op("@", Adjoints(maker).ones(("", shape[0])), a)
                yield Op("@", left, Adjoints(maker).ones((shape[1], "")))
        case Fn("mean", (a,)):
            count: Tree = ONE
            for label in maker.shape(a) or SCALAR:
                count = times(count, _size(label)) if label else count
            yield over(Fn("sum", (a,)), count)
        case Op("^", Fn("norm", (a,)), Num(value)) if value == 2:
            yield Fn("sum", (Op("^", a, TWO),))
            yield Fn("l2", (a,))
            yield Fn("trace", (Op("@", Turn(a), a),))
        case Fn("norm", (a,)):
            yield Fn("sqrt", (Fn("sum", (Op("*", a, a),)),))
        case Fn("dot", (a, b)):
            yield Fn("sum", (Op("*", a, b),))
            yield Fn("dot", (b, a))
        case Fn("sse", (a, b)):
            yield Op("^", Fn("norm", (Op("-", a, b),)), TWO)
        case Fn("mse", (a, b)):
            yield Fn("mean", (Op("^", Op("-", a, b), TWO),))
        case Fn("l1", (a, b)):
            yield Fn("sum", (Fn("abs", (Op("-", a, b),)),))
            yield Fn("norm", (Op("-", a, b), ONE))
        case Fn("softmax", (z,)):
            yield Op("/", Fn("exp", (z,)), Fn("sum", (Fn("exp", (z,)),)))
            yield Fn("softmax", (Op("+", z, maker.leaf(SCALAR)),))
            yield Fn("exp", (Fn("log_softmax", (z,)),))
        case Fn("log_softmax", (z,)):
            yield Op("-", z, Fn("logsumexp", (z,)))
            yield Fn("log", (Fn("softmax", (z,)),))
        case Fn("logsumexp", (z,)):
            yield Fn("log", (Fn("sum", (Fn("exp", (z,)),)),))
        case Fn("cross_entropy", (p, y)):
            yield Neg(Fn("sum", (Op("*", y, Fn("log", (p,))),)))
        case Fn("trace", (Op("+", a, b),)) if maker.shape(a) == maker.shape(b):
            yield Op("+", Fn("trace", (a,)), Fn("trace", (b,)))
        case Fn("outer", (a, b)):
            first = a if (maker.shape(a) or SCALAR)[0] else Turn(a)
            second = b if (maker.shape(b) or SCALAR)[1] else Turn(b)
            yield Op("@", first, second)
        case Fn("det", (a,)) if (shape := maker.shape(a)) is not None and shape[0]:
            yield Op("/", Fn("det", (Op("@", a, a),)), Fn("det", (a,)))
            yield Op("/", ONE, Fn("det", (Fn("inv", (a,)),)))
        case Fn("inv", (a,)):
            yield Op("@", Op("@", Fn("inv", (a,)), a), Fn("inv", (a,)))
        case Op("*", a, b) if _column(maker.shape(a)) and maker.shape(a) == maker.shape(b):
            yield (
                Op("@", Fn("diag", (a,)), b)
                if maker.network.vectors == "column"
                else Turn(Op("@", Fn("diag", (a,)), Turn(b)))
            )


def _column(shape: Shape | None) -> bool:
    return shape is not None and bool(shape[0]) != bool(shape[1])


def by_facts(tree: Tree, maker: Maker) -> Iterator[Tree]:
    """What holds because of a fact."""
    match tree:
        case Var(name) if name in maker.network.tensors:
            facts = {fact for fact, _ in maker.network.tensors[name][1]}
            if "symmetric" in facts:
                yield Turn(tree)
            if facts & {"one_hot", "binary"}:
                yield Op("*", tree, tree)
            if facts & {"one_hot", "simplex", "sums_to_one"} and len(maker.network.tensors[name][0]) == 1:
                yield Op("*", Fn("sum", (tree,)), tree)
            if "unit" in facts:
                yield Op("*", tree, Fn("norm", (tree,)))
                yield Op("/", tree, Fn("sum", (Op("^", tree, TWO),)))
            if "positive" in facts:
                yield Fn("abs", (tree,))
                yield Fn("exp", (Fn("log", (tree,)),))
                yield Fn("sqrt", (Op("^", tree, TWO),))
                yield Fn("relu", (tree,))
            if "orthogonal" in facts:
                yield Fn("inv", (Turn(tree),))
                yield Op("@", Op("@", tree, Turn(tree)), tree)
        case Turn(Var(name)) if name in maker.network.tensors:
            if "orthogonal" in {fact for fact, _ in maker.network.tensors[name][1]}:
                yield Fn("inv", (Var(name),))


def defined(tree: Tree, maker: Maker) -> Iterator[Tree]:
    """A name for its definition."""
    if isinstance(tree, Var) and tree.name in maker.network.formulas:
        if isinstance(maker.network.formulas[tree.name], Entrywise):
            return
        yield maker.network.formulas[tree.name]
    for name, formula in maker.network.formulas.items():
        if formula == tree:
            yield Var(name)


REWRITERS: tuple[Rewriter, ...] = (
    commuted, associated, distributed, turned, neutral, functional, functional, reduced, reduced, by_facts, by_facts,
    defined,
)  # fmt: skip


def spots(tree: Tree) -> Iterator[tuple[tuple[Callable[[Tree], Tree], ...], Tree]]:
    """Every subformula outside derivatives and letters, with how to put another in its place."""

    def walk(tree: Tree, put: Callable[[Tree], Tree]) -> Iterator[tuple[Callable[[Tree], Tree], Tree]]:
        yield put, tree
        match tree:
            case Neg(operand):
                yield from walk(operand, lambda new: put(Neg(new)))
            case Turn(operand):
                yield from walk(operand, lambda new: put(Turn(new)))
            case Op(sign, left, right):
                yield from walk(left, lambda new: put(Op(sign, new, right)))
                if sign != "^":
                    yield from walk(right, lambda new: put(Op(sign, left, new)))
            case Fn(name, arguments, primes) if name not in ("ones", "zeros", "eye", "delta"):
                for k, argument in enumerate(arguments):
                    if (
                        k
                        and name in ("sum", "mean", "norm", "softmax", "log_softmax", "cross_entropy")
                        and k > (name == "cross_entropy")
                    ):
                        continue

                    def there(new: Tree, k: int = k) -> Tree:
                        return put(Fn(name, (*arguments[:k], new, *arguments[k + 1 :]), primes))

                    yield from walk(argument, there)
            case If(test, then, otherwise):
                yield from walk(then, lambda new: put(If(test, new, otherwise)))
                yield from walk(otherwise, lambda new: put(If(test, then, new)))
            case Big(kind, letters, test, body):
                yield from walk(body, lambda new: put(Big(kind, letters, test, new)))
            case Grid():
                return

    for put, found in walk(tree, lambda new: new):
        yield (put,), found


def rewritten(tree: Tree, maker: Maker, chance: random.Random, steps: int) -> Tree:
    """The same value in other words."""
    for _ in range(steps):
        for _ in range(12):
            (put,), spot = chance.choice(list(spots(tree)))
            options = list(chance.choice(REWRITERS)(spot, maker))
            if not options:
                continue
            candidate = put(chance.choice(options))
            if len(show(candidate)) < 260 and maker.shape(candidate) == maker.shape(tree) is not None:
                tree = candidate
                break
    return tree


# --- claims -----------------------------------------------------------------------------------


def equation(left: Tree, right: Tree, where: Tree | None = None, sign: str = "=") -> Claim:
    return Claim((left, right), (sign,), where)


def shape_to_claim(maker: Maker, chance: random.Random) -> Shape:
    network = maker.network
    label, other = chance.choice(network.labels), chance.choice(network.labels)
    return chance.choice([SCALAR, maker.vector(label), (label, other), maker.vector(label)])


def identity(maker: Maker, chance: random.Random) -> Claim:
    """A formula and the same rewritten."""
    names = [name for name, tree in maker.network.formulas.items() if maker.shape(tree) is not None]
    names = [name for name in names if not isinstance(maker.network.formulas[name], Entrywise)]
    names = [name for name in names if "opaque(" not in show(maker.network.formulas[name])]
    if names and chance.random() < 0.3:
        name = chance.choice(names)
        left: Tree = Var(name)
        right = rewritten(maker.network.formulas[name], maker, chance, chance.randint(1, 3))
    else:
        left = maker.tree(shape_to_claim(maker, chance), chance.randint(1, 3))
        right = rewritten(left, maker, chance, chance.randint(1, 4))
    if chance.random() < 0.2:
        factor = maker.leaf(SCALAR)
        left, right = Op("*", factor, left), Op("*", right, factor)
    return equation(left, right)


def entries_of(maker: Maker, chance: random.Random) -> Claim:
    """A formula of matrices, and of its entries."""
    tree = maker.tree(shape_to_claim(maker, chance), chance.randint(1, 3))
    names = [n for n in maker.network.formulas if chance.random() < 0.4]
    if names:
        tree = maker.network.formulas[names[0]]
    shape = maker.shape(tree)
    if shape is None:
        raise NoFormError(show(tree))
    entries = Entries(maker)
    letters = [entries.fresh() if label else None for label in shape]
    right = entries.entry(tree, *letters)
    places = tuple(letter for letter in letters if letter is not None)
    if names and not maker.network.dimensions:
        raise NoFormError("")
    left = At(Var(names[0]) if names else tree, places) if places else (Var(names[0]) if names else tree)
    if chance.random() < 0.3 and not isinstance(right, Num):
        right = contracted(right, chance)
    return equation(left, right)


def contracted(tree: Tree, chance: random.Random) -> Tree:
    """Sums over deltas carried out, deltas written as cases."""
    match tree:
        case Big("sum", (letter,), None, body):
            factors = _factors(body)
            for k, factor in enumerate(factors):
                if isinstance(factor, Fn) and factor.name == "delta" and Var(letter) in factor.arguments:
                    (other,) = [a for a in factor.arguments if a != Var(letter)] or [None]
                    if other is None:
                        break
                    rest: Tree = ONE
                    for one in factors[:k] + factors[k + 1 :]:
                        rest = times(rest, one)
                    inner = _put(rest, letter, other)
                    if _places(inner) and _named(other) <= _places(inner):
                        return contracted(inner, chance)
        case Fn("delta", (a, b)) if a == b:
            return ONE
        case Fn("delta", (a, b)) if chance.random() < 0.3:
            return If(Cmp("==", a, b), ONE, ZERO)
    return tree.mapped(lambda part: contracted(part, chance))


def _named(letter: Tree) -> set[str]:
    return {letter.name} if isinstance(letter, Var) else set()


def _places(tree: Tree) -> set[str]:
    """The letters that stand as indices of tensors."""
    return {e.name for part in tree.everything() if isinstance(part, At) for e in part.entries if isinstance(e, Var)}


def _factors(tree: Tree) -> list[Tree]:
    return [*_factors(tree.left), *_factors(tree.right)] if isinstance(tree, Op) and tree.sign == "*" else [tree]


def _put(tree: Tree, letter: str, other: Tree) -> Tree:
    if isinstance(tree, Var) and tree.name == letter:
        return other
    if isinstance(tree, Big) and letter in tree.letters:
        return tree
    return tree.mapped(lambda part: _put(part, letter, other))


def freshened(tree: Tree, entries: Entries) -> Tree:
    """The same with new bound letters."""
    if isinstance(tree, Big):
        body = tree.body
        letters = [entries.fresh().name for _ in tree.letters]
        for old, new in zip(tree.letters, letters, strict=True):
            body = _put(body, old, Var(new))
        return Big(tree.kind, tuple(letters), tree.test, freshened(body, entries))
    return tree.mapped(lambda part: freshened(part, entries))


def variables(maker: Maker, chance: random.Random) -> list[str]:
    names = [*maker.network.tensors, *maker.network.layers]
    chance.shuffle(names)
    return names


def slopes(maker: Maker, chance: random.Random, order: int = 1) -> Claim:
    """A derivative of an entry by an entry, once or twice."""
    network = maker.network
    entries = Entries(maker)
    for name in variables(maker, chance):
        depends = depends_on(network, name)
        layers = [n for n in network.formulas if depends(n) and n != name]
        free = not layers or chance.random() < 0.4
        tree = maker.tree(shape_to_claim(maker, chance), 2) if free else network.formulas[chance.choice(layers)]
        if Var(name) not in set(tree.everything()) and free and chance.random() < 0.9:
            continue
        axes = maker.point.named(name).axes
        if "1" in axes:
            continue
        if isinstance(tree, Entrywise):
            letters = [entries.fresh() for _ in tree.letters]
            formula = freshened(tree.body, entries)
            for old, new in zip(tree.letters, letters, strict=True):
                formula = _put(formula, old, new)
        else:
            shape = maker.shape(tree)
            if shape is None:
                continue
            letters = [entries.fresh() if label else None for label in shape]
            formula = entries.entry(tree, *letters)
        right: Tree = formula
        below: list[Tree] = []
        for _ in range(order):
            places = tuple(entries.fresh() for _ in axes)
            below.append(At(Var(name), places) if places else Var(name))
            right = slope(right, below[-1], network, depends)
        if order == 2 and any(isinstance(part, Der) for part in right.everything()):
            raise NoFormError("a derivative of a derivative")
        if chance.random() < 0.5:
            right = contracted(right, chance)
        known = next((n for n, f in network.formulas.items() if f == tree), None)
        outer = tuple(letter for letter in letters if letter is not None)
        above: Tree = formula
        if known is not None and chance.random() < 0.7:
            above = At(Var(known), outer) if outer else Var(known)
        if known is None and network.loss is None and chance.random() < 0.0:
            raise NoFormError("")
        left = Der(above, tuple(below))
        if _free(right) - _free(left):
            raise NoFormError("a letter of the right side only")
        return equation(left, right)
    raise NoFormError("no variable")


def _free(tree: Tree) -> set[str]:
    """Names that stand as indices and are not bound."""
    match tree:
        case At(base, entries):
            return _free(base) | {e.name for e in entries if isinstance(e, Var)}
        case Fn("delta", arguments):
            return {a.name for a in arguments if isinstance(a, Var)}
        case Cmp(_, left, right):
            return {a.name for a in (left, right) if isinstance(a, Var)}
        case Big(_, letters, test, body):
            inside = _free(body) | (set() if test is None else _free(test))
            return inside - set(letters)
    return set(itertools.chain.from_iterable(_free(part) for part in tree.parts()))


def curvature(maker: Maker, chance: random.Random) -> Claim:
    return slopes(maker, chance, order=2)


def gradients(maker: Maker, chance: random.Random) -> Claim:
    """dL/dvariable by reverse mode, rewritten a little."""
    network = maker.network
    if network.loss is None:
        raise NoFormError("no loss")
    for name in variables(maker, chance):
        shape = maker.shape(Var(name))
        if shape is None or not depends_on(network, name)(network.loss[0]):
            continue
        right = gradient(maker, name, chance)
        if maker.shape(right) != shape:
            raise NoFormError(show(right))
        if chance.random() < 0.6:
            right = rewritten(right, maker, chance, chance.randint(1, 2))
        if network.layout == "numerator" and shape != SCALAR:
            right = Turn(right)
        left = Der(Var(network.loss[0]), (Var(name),))
        for let, meant in network.lets.items():
            if chance.random() < 0.7:
                right = _swapped(right, meant, Var(let))
        if len(show(right)) > 300:
            raise NoFormError("too long")
        if chance.random() < 0.1:
            factor = maker.leaf(SCALAR)
            left, right = Op("*", factor, left), Op("*", factor, right)  # type: ignore[assignment]
        return equation(left, right)
    raise NoFormError("nothing to derive by")


def _swapped(tree: Tree, old: Tree, new: Tree) -> Tree:
    return new if tree == old else tree.mapped(lambda part: _swapped(part, old, new))


def same_slope(maker: Maker, chance: random.Random) -> Claim:
    """Derivatives of one quantity in two spellings."""
    network = maker.network
    name = chance.choice(variables(maker, chance))
    axes = maker.point.named(name).axes
    shape = SCALAR if len(axes) == 2 or chance.random() < 0.5 else maker.vector(chance.choice(network.dimensions))
    tree = maker.tree(shape, 2)
    other = rewritten(tree, maker, chance, chance.randint(1, 3))
    if (
        any(isinstance(part, Var) and part.name in network.formulas for part in other.everything())
        != any(isinstance(part, Var) and part.name in network.formulas for part in tree.everything())
        and name in network.formulas
    ):
        raise NoFormError("the variable may have been written out")
    return equation(Der(tree, (Var(name),)), Der(other, (Var(name),)))


def chained(maker: Maker, chance: random.Random) -> Claim:
    """The chain rule through a layer, by entries."""
    network = maker.network
    for name in variables(maker, chance):
        depends = depends_on(network, name)
        for layer in network.layers:
            users = [n for n, f in network.formulas.items() if Var(layer) in set(f.everything())]
            if layer == name or not depends(layer) or not users:
                continue
            above = users[-1]
            # Only where everything goes through the layer.
            others = [n for n in network.layers if n != layer and depends(n) and _reaches(network, n, above, layer)]
            if others or Var(name) in set(network.formulas[above].everything()):
                continue
            entries = Entries(maker)
            places = [tuple(entries.fresh() for _ in maker.point.named(n).axes) for n in (above, layer, name)]
            tops = [At(Var(n), p) if p else Var(n) for n, p in zip((above, layer, name), places, strict=True)]
            body: Tree = Op("*", Der(tops[0], (tops[1],)), Der(tops[1], (tops[2],)))
            for letter in reversed(places[1]):
                body = Big("sum", (letter.name,), None, body)
            return equation(Der(tops[0], (tops[2],)), body)
    raise NoFormError("no chain")


def _reaches(network: Network, start: str, above: str, without: str) -> bool:
    """Whether a layer is used by another one on a way that avoids a third."""
    if start == above:
        return False
    seen, waiting = set(), [above]
    while waiting:
        name = waiting.pop()
        if name == start:
            return True
        if name in seen or name == without or name not in network.formulas:
            continue
        seen.add(name)
        waiting += [part.name for part in network.formulas[name].everything() if isinstance(part, Var)]
    return False


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
                return Fn("eye", (_size(shape[0]),)) if shape[0] else ONE
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


def jacobians(maker: Maker, chance: random.Random) -> Claim:
    """A Jacobian as a matrix, in the layout that is declared."""
    network = maker.network
    if network.vectors == "row":
        raise NoFormError("columns only")
    for name in variables(maker, chance):
        shape = maker.shape(Var(name))
        if shape is None or not shape[0] or shape[1]:
            continue
        tops: list[Tree] = [Var(n) for n in network.formulas if n != name and depends_on(network, name)(n)]
        tops = [top for top in tops if (maker.shape(top) or ("", "x"))[1] == "" and maker.shape(top) != SCALAR]
        free = maker.tree(maker.vector(chance.choice(network.dimensions)), 2)
        above = chance.choice(tops) if tops and chance.random() < 0.7 else free
        right = jacobian(above, name, maker)
        if right == ZERO:
            continue
        if network.layout == "denominator":
            right = Turn(right)
        right = rewritten(right, maker, chance, chance.randint(0, 2))
        return equation(Der(above, (Var(name),)), right)
    raise NoFormError("no vectors")


def hessians(maker: Maker, chance: random.Random) -> Claim:
    """A Hessian, the Jacobian of a gradient."""
    network = maker.network
    if network.loss is None or network.vectors == "row":
        raise NoFormError("no loss")
    for name in variables(maker, chance):
        shape = maker.shape(Var(name))
        if shape is None or not shape[0] or shape[1] or not depends_on(network, name)(network.loss[0]):
            continue
        right = jacobian(gradient(maker, name, chance, symbols=0), name, maker)
        left: Tree = Der(Var(network.loss[0]), (Var(name), Var(name)))
        if right == ZERO:
            right = Fn("zeros", (_size(shape[0]), _size(shape[0])))
        return equation(left, rewritten(right, maker, chance, chance.randint(0, 2)))
    raise NoFormError("no vectors")


def kronecker(maker: Maker, chance: random.Random) -> Claim:
    """Products of matrices as columns of their entries."""
    network = maker.network
    r, k, m, c = (chance.choice(network.dimensions) for _ in range(4))
    a, x, b = maker.tree((r, k), 1), maker.leaf((k, m)), maker.tree((m, c), 1)
    product = Op("@", Op("@", a, x), b)
    matrix = Fn("kron", (Turn(b), a) if network.vec == "columns" else (a, Turn(b)))
    whole, inner = Fn("vec", (product,)), Fn("vec", (x,))
    kind = chance.randrange(4)
    if kind == 0:
        right = Op("@", matrix, inner) if network.vectors == "column" else Op("@", inner, Turn(matrix))
        return equation(whole, right)
    if kind == 1 and isinstance(x, Var) and x.name not in {p.name for p in [*a.everything(), *b.everything()] if
                                                            isinstance(p, Var)}:  # fmt: skip
        if not _known_without(maker, (a, b), x.name):
            raise NoFormError("the factors depend on the variable")
        return equation(Der(whole, (inner,)), Turn(matrix) if network.layout == "denominator" else matrix)
    if kind == 2:
        d = maker.tree((c, r), 1)
        return equation(Op("@", Fn("kron", (a, b)), Fn("kron", (x, d))), Fn("kron", (Op("@", a, x), Op("@", b, d))))
    return equation(Turn(Fn("kron", (a, b))), Fn("kron", (Turn(a), Turn(b))))


def _known_without(maker: Maker, trees: tuple[Tree, ...], name: str) -> bool:
    depends = depends_on(maker.network, name)
    return not any(isinstance(part, Var) and depends(part.name) for tree in trees for part in tree.everything())


def links(maker: Maker, chance: random.Random) -> Claim:
    """`chain(dL/da, da/dz)` of whole tensors."""
    claim = chained(maker, chance)
    left, right = claim.sides
    assert isinstance(left, Der)

    def whole(tree: Tree) -> Tree:
        return tree.base if isinstance(tree, At) else tree

    found = [part for part in right.everything() if isinstance(part, Der)]
    chain = Fn("chain", tuple(Der(whole(d.above), tuple(map(whole, d.below))) for d in found))
    factor = maker.leaf(SCALAR)
    if chance.random() < 0.4:
        return equation(Op("*", factor, Der(whole(left.above), (whole(left.below[0]),))), Op("*", factor, chain))
    return equation(Der(whole(left.above), (whole(left.below[0]),)), chain)


def textbook(maker: Maker, chance: random.Random) -> Claim:
    """What books say of a softmax with cross-entropy, whether or not the facts are given."""
    network = maker.network
    if network.loss is None or "p" not in network.layers:
        raise NoFormError("no softmax")
    p, batch = network.layers["p"], "Y" in network.tensors
    assert isinstance(p, Fn)
    y, z = Var("Y" if batch else "y"), p.arguments[0]
    right: Tree = Op("-", Var("p"), y)
    if isinstance(network.loss[1], Fn) and network.loss[1].name == "mean":
        right = Op("/", right, Var("M"))
    if network.layout == "numerator":
        right = Turn(right)
    return equation(Der(Var(network.loss[0]), (z,)), right)


def split(maker: Maker, chance: random.Random) -> Claim:
    """A sum as one of its terms and the others; a derivative beside its diagonal."""
    if chance.random() < 0.5:
        claim = slopes(maker, chance)
        deltas = [
            part for part in claim.sides[1].everything()
            if isinstance(part, Fn) and part.name == "delta" and set(part.arguments) <= _letters_on(claim.sides[0])
        ]  # fmt: skip
        if not deltas:
            raise NoFormError("no delta of free letters")
        found = chance.choice(deltas)
        equal = chance.random() < 0.5
        a, b = found.arguments

        def put(tree: Tree) -> Tree:
            return (ONE if equal else ZERO) if tree == found else tree.mapped(put)

        where = Cmp("==" if equal else "!=", a, b)
        return Claim((claim.sides[0], put(claim.sides[1])), ("=",), where)
    label = chance.choice(maker.network.dimensions)
    tree = maker.tree(maker.vector(label), 2)
    entries = Entries(maker)
    i, k = entries.fresh(), entries.fresh()
    one, other = entries.vector(tree, i), entries.vector(tree, k)
    if i not in set(one.everything()):
        raise NoFormError("nothing varies")
    if chance.random() < 0.5:
        right: Tree = Big("sum", (k.name,), Cmp("!=", k, i), other)
    else:
        parts = [Big("sum", (k.name,), Cmp(sign, k, i), other) for sign in ("<", ">")]
        right = Op("+", parts[0], parts[1])
    return equation(Op("-", Fn("sum", (tree,)), one), right)


def _letters_on(tree: Tree) -> set[Tree]:
    return {Var(name) for name in _free(tree)}


def shapes(maker: Maker, chance: random.Random) -> Claim:
    """`shape(dL/dW) = [n, m]`."""
    network = maker.network
    names = [name for name in variables(maker, chance) if maker.shape(Var(name)) is not None]
    tree: Tree = Var(chance.choice(names))
    if network.loss is not None and chance.random() < 0.7:
        tree = Der(Var(network.loss[0]), (tree,))
    value = maker.value(tree)
    if value is None or "1" in value.axes:
        raise NoFormError("a scalar")
    usual = bool(value.rows) == (network.vectors == "column")
    axes = value.axes if len(value.axes) != 1 or usual else (*(value.rows or ("1",)), *(value.cols or ("1",)))
    if chance.random() < 0.3:
        axes = axes[::-1]
    return equation(Fn("shape", (tree,)), Grid((tuple(map(_size, axes)),) if axes else ()))


def dealt(maker: Maker, chance: random.Random) -> Claim:
    """A formula over letters with a largest or smallest entry, or a product of all."""
    label = chance.choice(maker.network.dimensions)
    tree = maker.tree(maker.vector(label), 2)
    entries = Entries(maker)
    k = entries.fresh()
    body = entries.vector(tree, k)
    if k not in _places_of(body):
        raise NoFormError("nothing varies")
    scalar = maker.leaf(SCALAR)
    kind = chance.choice(["max", "min", "prod"])
    if kind == "prod":
        left = Big("prod", (k.name,), None, Fn("exp", (body,)))
        return equation(left, Fn("exp", (Fn("sum", (tree,)),)))
    whole = Big(kind, (k.name,), None, Op("+", body, scalar))
    if chance.random() < 0.5 or not isinstance(scalar, Var) or scalar in set(body.everything()):
        return equation(whole, Op("+", Fn(kind, (tree,)), scalar))
    if scalar.name not in maker.network.tensors or not _known_without(maker, (tree,), scalar.name):
        raise NoFormError("no scalar of its own")
    return equation(Der(whole, (scalar,)), ONE)


def _places_of(tree: Tree) -> set[Tree]:
    return {Var(name) for name in _places(tree)}


CLAIMS: Mapping[str, tuple[float, Callable[[Maker, random.Random], Claim]]] = {
    "identity": (3, identity),
    "entries": (2, entries_of),
    "slope": (3, slopes),
    "curvature": (1, curvature),
    "gradient": (4, gradients),
    "same slope": (1, same_slope),
    "chain": (1, chained),
    "jacobian": (2, jacobians),
    "hessian": (1.5, hessians),
    "kronecker": (0.7, kronecker),
    "links": (0.7, links),
    "textbook": (1, textbook),
    "split": (0.7, split),
    "shape": (0.3, shapes),
    "extremum": (0.7, dealt),
}


def true_claim(maker: Maker, chance: random.Random) -> tuple[str, Claim]:
    """A claim that should hold, and of what kind it is."""
    kinds = list(CLAIMS)
    for _ in range(30):
        kind = chance.choices(kinds, [CLAIMS[k][0] for k in kinds])[0]
        try:
            claim = CLAIMS[kind][1](maker, chance)
        except NoFormError:
            continue
        if len(show(claim)) < 420:
            return kind, claim
    return "identity", equation(read("1"), read("1"))


DEEP = (
    ("l in 1..L", "dC/db[l] = dC/dz[l]"),
    ("l in 1..L", "dC/dW[l] = dC/dz[l] @ a[l-1].T"),
    ("l in 1..L", "dC/dW[l][i,j] = dC/dz[l][i] * a[l-1][j]"),
    ("l in 1..L-1", "dC/dz[l] = dC/da[l] * f'(z[l])"),
    ("l in 1..L-1", "dC/da[l] = W[l+1].T @ dC/dz[l+1]"),
    ("l in 1..L-1", "dC/dz[l] = (W[l+1].T @ dC/dz[l+1]) * f'(z[l])"),
    ("l in 1..L", "dz[l][i]/da[l-1][j] = W[l][i,j]"),
    ("l in 1..L-1", "dz[l+1][i]/dz[l][j] = W[l+1][i,j] * f'(z[l][j])"),
    ("l in 1..L-1", "da[l][i]/dz[l][j] = delta(i,j) * f'(z[l][i])"),
)
RECURRENT = (
    ("l in 1..L", "dC/dz[l] = dC/dh[l] * f'(z[l])"),
    ("l in 1..L-1", "dC/dh[l] = W.T @ (dC/dh[l+1] * f'(z[l+1]))"),
    ("l in 1..L", "dC/dx[l] = U.T @ dC/dz[l]"),
    ("l in 1..L", "dh[l][i]/dh[l-1][j] = f'(z[l][i]) * W[i,j]"),
    ("", "dC/dh[L] = 2 * (h[L] - y)"),
    ("", "dC/dh[0] = W.T @ dC/dz[1]"),
)


def deep_claim(network: Network, chance: random.Random) -> tuple[str, str]:
    """(labels, text) of a claim about a family; columns in mixed layout, turned for numerator layout."""
    recurrent = "h[0]" in network.layers
    labels, text = chance.choice(RECURRENT if recurrent else DEEP)
    function = network.layers["h[l]" if recurrent else "a[l]"]
    assert isinstance(function, Fn)
    return labels, text.replace("f'", f"{function.name}'")
