"""The same value in other words: identities as rewriters of formulas."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from .adjoints import Adjoints
from .entries import ENTRYWISE, ONE, TWO, ZERO, Entries, NoFormError, over, times, unfolded
from .expressions import SCALAR, Maker, Shape, sized
from .trees import Big, Cmp, Entrywise, Fn, Grid, If, Neg, Num, Op, Tree, Turn, Var, num, show

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
        yield Op("@", Fn("eye", (sized(shape[0]),)), tree)
        yield Op("@", Fn("diag", (Adjoints(maker).ones(maker.vector(shape[0])),)), tree)
    if shape[1]:
        yield Op("@", tree, Fn("eye", (sized(shape[1]),)))
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
                count = times(count, sized(label)) if label else count
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
            if "signs" in facts:
                yield Op("/", Op("^", tree, TWO), tree)
                yield Op("*", tree, Fn("abs", (tree,)))
                yield Fn("sign", (tree,))
            if facts & {"positive", "open_unit"}:
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
    commuted,
    associated,
    distributed,
    turned,
    neutral,
    functional,
    functional,
    reduced,
    reduced,
    by_facts,
    by_facts,
    defined,
)


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
