"""Formulas of matrices as formulas of their entries, and the derivatives of these."""

from __future__ import annotations

from collections.abc import Callable

from .expressions import SCALAR, Maker, sized
from .networks import Network
from .trees import At, Big, Cmp, Der, Fn, If, Neg, Num, Op, Tree, Turn, Var, num, show

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
    "expm1",
    "asinh",
    "erfc",
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
                return body if kind == "sum" else over(body, sized((self.maker.shape(inner) or SCALAR)[gone]))
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
                    count = times(count, sized(label)) if label else count
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
