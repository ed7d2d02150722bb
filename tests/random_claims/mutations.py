"""Claims that are wrong, or true only here and there."""

from __future__ import annotations

import random
from collections.abc import Iterator

from .expressions import SCALAR, Maker
from .trees import At, Big, Both, Claim, Cmp, Der, Fn, If, Neg, Num, Op, Tree, Turn, Var, num, read
from .truths import equation


def mistakes(tree: Tree, maker: Maker, chance: random.Random) -> Iterator[Tree]:
    """What somebody might have written instead of one subformula."""
    match tree:
        case Neg(operand):
            yield operand
        case Turn(operand):
            yield operand
        case Op("+", left, right):
            yield Op("-", left, right)
            yield left
            yield right
        case Op("-", left, right):
            yield Op("+", left, right)
            yield Op("-", right, left)
            yield left
        case Op("@", left, right):
            yield Op("@", right, left)
            yield Op("@", Turn(left), right)
            yield Op("@", left, Turn(right))
            yield Op("*", left, right)
        case Op("*", left, right):
            yield left
            yield right
            yield Op("@", left, right)
        case Op("/", left, right):
            yield left
            yield Op("*", left, right)
        case Op("^", left, Num(value)):
            yield left
            yield Op("^", left, num(value + 1))
        case Fn("sum", arguments):
            yield Fn("mean", arguments)
        case Fn("mean", arguments):
            yield Fn("sum", arguments)
        case Fn("max", arguments):
            yield Fn("min", arguments)
        case Fn("trace", (inner,)):
            yield Fn("sum", (inner,))
            yield Fn("det", (inner,))
        case Fn("inv", (inner,)):
            yield inner
        case Fn("delta", _):
            yield num(1)
        case Fn(name, (inner,), primes) if name not in ("ones", "zeros", "eye", "diag", "softmax"):
            yield inner
            if primes:
                yield Fn(name, (inner,), primes - 1)
            elif name not in ("norm", "l2", "logsumexp", "det", "vec", "log_softmax", "prod"):
                yield Fn(name, (inner,), 1)
        case At(base, (first, second)):
            yield At(base, (second, first))
        case Big("sum", letters, test, body):
            if test is not None:
                yield Big("sum", letters, None, body)
        case If(test, then, otherwise):
            yield If(test, otherwise, then)
        case Num(value):
            yield num(value + 1)
            yield num(2 * value)
        case Var(name):
            others = [v for v in maker.names.get(maker.shape(tree) or SCALAR, ()) if v != tree]
            if others:
                yield chance.choice(others)
    if not isinstance(tree, Num):
        yield Neg(tree)
        yield Op("*", num(2), tree)


def places(tree: Tree) -> Iterator[tuple[Tree, ...]]:
    """Paths to subformulas that are not inside derivatives, as chains of nodes."""
    yield (tree,)
    if isinstance(tree, Der):
        return
    for part in tree.parts():
        if isinstance(tree, Fn) and tree.name in ("ones", "zeros", "eye", "delta"):
            return
        if (isinstance(tree, At) and part in tree.entries) or isinstance(part, Cmp | Both):
            continue
        for path in places(part):
            yield (tree, *path)


def put(path: tuple[Tree, ...], new: Tree) -> Tree:
    """The formula with the last node of a path replaced, once."""
    for outer, inner in zip(path[-2::-1], path[:0:-1], strict=False):
        done = False
        replacement = new

        def change(part: Tree, inner: Tree = inner, replacement: Tree = replacement) -> Tree:
            nonlocal done
            if not done and part is inner:
                done = True
                return replacement
            return part

        new = outer.mapped(change)
    return new


def mutated(claim: Claim, maker: Maker, chance: random.Random) -> Claim:
    """A claim with one mistake in one side."""
    for _ in range(20):
        k = chance.choice([len(claim.sides) - 1, len(claim.sides) - 1, 0])
        path = chance.choice(list(places(claim.sides[k])))
        options = list(mistakes(path[-1], maker, chance))
        if not options:
            continue
        side = put(path, chance.choice(options))
        if side != claim.sides[k]:
            return Claim((*claim.sides[:k], side, *claim.sides[k + 1 :]), claim.signs, claim.where)
    return claim


def by_a_hair(claim: Claim, chance: random.Random) -> Claim:
    """Off by a relative error that no finite difference shows."""
    factor = num(chance.choice(["1.000000000001", "0.999999999999", "1.00000001"]))
    return Claim((*claim.sides[:-1], Op("*", factor, claim.sides[-1])), claim.signs, claim.where)


# Templates over a vector x, matrices A and B of one dimension n, a positive p, a vector y of the fact named.
SMALL = (
    "A @ B = B @ A",
    "det(A + B) = det(A) + det(B)",
    "trace(A @ B) = trace(A) * trace(B)",
    "det(s * A) = s * det(A)",
    "det(s * A) = s^2 * det(A)",
    "norm(x, 1) = norm(x)^1 * sqrt(n)",
    "sum(x) = mean(x)",
    "A = A.T",
    "A @ A - trace(A) * A + det(A) * eye(n) = zeros(n, n)",
    "A @ inv(A) * trace(A) = A",
    "2 * sum(softmax(x)^3) = 3 * sum(softmax(x)^2) - 1",
    "sum(softmax(x)^2) = 1",
    "(n - 1) * (n - 2) * x = zeros(n)",
    "(n - 1) * (n - 2) * (n - 3) * (n - 4) * (n - 5) * sum(x) = 0",
    "(n - 1) * (n - 2) * (n - 3) * (n - 4) * (n - 5) * (n - 6) * (n - 7) * (n - 8) * x[i] = 0",
    "sum_{i != j}(x[i] * x[j]) * (n - 2) = 0",
    "n * sum(x^2) = sum(x)^2",
    "sum(x)^2 = sum(x^2)",
    "prod(x) = sum(x)",
    "max(x) = sum(x)",
    "max(x) = logsumexp(x)",
    "kron(A, x) = kron(x, A)",
    "kron(A, B) = kron(B, A)",
    "vec(A) = vec(A.T)",
    "outer(x, x) = diag(x^2)",
    "inv(A) = diag(1 / diag(A))",
    "sum_{k != i}(x[k]) = sum(x) - x[i]",
    "sum_{k != i}(x[k]) = 0 * x[i]",
    "prod_k(x[k]) = x[i]",
    "d(det(A))/dA = eye(n)",
    "d(norm(x))/dx = x / norm(x)",
    "d(norm(x))/dx = sign(x)",
    "d(max(x))/dx = ones(n)",
    "d(softmax(x)[i])/dx[j] = 0 * x[i] * x[j]",
    "d(prod(x))/dx[i] = 1 + 0 * x[i]",
    "x[1] = x[i]",
    "A[i,j] = A[i,i]",
    "eye(n) = ones(n, n)",
    "eye(n) * A = A",
    "trace(A) = A[1,1]",
    "det(A) = A[1,1] * A[2,2] - A[1,2] * A[2,1]",
)
FACTUAL = (
    ("one_hot", "y * y = y"),
    ("one_hot", "sum(y) = 1"),
    ("one_hot", "max(y) = 1"),
    ("one_hot", "norm(y) = 1"),
    ("one_hot", "y[i] * y[j] = y[i] * delta(i,j)"),
    ("one_hot", "sum(y * log(p)) = log(sum(y * p))"),
    ("one_hot", "diag(y) = y @ y.T"),
    ("simplex", "sum(y) = 1"),
    ("simplex", "abs(y) = y"),
    ("simplex", "mean(y) * n = 1"),
    ("sums_to_one", "d(cross_entropy(softmax(x), y))/dx = softmax(x) - y"),
    ("sums_to_one", "sum(y) = 1"),
    ("binary", "y^2 = y"),
    ("binary", "exp(y) = 1 + (exp(1) - 1) * y"),
    ("binary", "y * (1 - y) = zeros(n)"),
    ("positive", "abs(y) = y"),
    ("positive", "sqrt(y^2) = y"),
    ("positive", "exp(log(y)) = y"),
    ("positive", "log(y * p) = log(y) + log(p)"),
    ("positive", "relu(y) = y"),
    ("positive", "sign(y) = ones(n)"),
    ("positive", "norm(y, 1) = sum(y)"),
    ("signs", "y^2 = ones(n)"),
    ("signs", "abs(y * p) = abs(p)"),
    ("signs", "sign(y * p) = y * sign(p)"),
    ("signs", "1 / (2 + y) = (2 - y) / 3"),
    ("signs", "relu(y) = (1 + y) / 2"),
    ("signs", "norm(y)^2 = n"),
    ("open_unit", "abs(1 - y) = 1 - y"),
    ("open_unit", "log(y / (1 - y)) = log(y) - log(1 - y)"),
    ("open_unit", "relu(y - y * y) = y - y * y"),
    ("open_unit", "sqrt(y * (1 - y))^2 = y * (1 - y)"),
    ("open_unit", "abs(y - y^2 * p^2) = y - y^2 * p^2"),
    ("unit", "norm(y) = 1"),
    ("unit", "y.T @ y = 1"),
    ("unit", "d(norm(y))/dy = y"),
    ("unit", "sum(y^2) = 1"),
)
OF_SQUARES = (
    ("symmetric", "Q = Q.T"),
    ("symmetric", "d(x.T @ Q @ x)/dx = 2 * Q @ x"),
    ("symmetric", "x.T @ Q = (Q @ x).T"),
    ("symmetric", "trace(Q @ A) = trace(Q @ A.T)"),
    ("symmetric", "inv(Q) = inv(Q).T"),
    ("symmetric", "Q[i,j] = Q[j,i]"),
    ("orthogonal", "Q @ Q.T = eye(n)"),
    ("orthogonal", "inv(Q) = Q.T"),
    ("orthogonal", "norm(Q @ x) = norm(x)"),
    ("orthogonal", "det(Q)^2 = 1"),
    ("orthogonal", "det(Q) = 1"),
    ("orthogonal", "trace(Q.T @ A @ Q) = trace(A)"),
    ("orthogonal", "sum_k(Q[k,i] * Q[k,j]) = delta(i,j)"),
    ("positive", "abs(Q) = Q"),
    ("positive", "log(Q * Q) = 2 * log(Q)"),
    ("positive", "norm(Q, 1) = sum(Q)"),
)


def near_truth(
    maker: Maker, chance: random.Random
) -> tuple[Claim, dict[str, tuple[tuple[str, ...], tuple[tuple[str, str], ...]]]]:
    """A claim with the tensors that it speaks of; the fact it needs is given in half of the cases."""
    given = chance.random() < 0.5
    vector, square = ("n",), ("n", "n")
    tensors: dict[str, tuple[tuple[str, ...], tuple[tuple[str, str], ...]]] = {
        "x": (vector, ()),
        "A": (square, ()),
        "B": (square, ()),
        "p": (vector, (("positive", ""),)),
        "s": ((), ()),
        "y": (vector, ()),
        "Q": (square, ()),
    }
    match chance.randrange(4):
        case 0 | 1:
            text = chance.choice(SMALL)
        case 2:
            fact, text = chance.choice(FACTUAL)
            tensors["y"] = vector, (((fact, ""),) if given else ())
        case _:
            fact, text = chance.choice(OF_SQUARES)
            tensors["Q"] = square, (((fact, ""),) if given else ())
    claim = read_claim_of(text)
    used = {part.name for part in claim.everything() if isinstance(part, Var)}
    return claim, {name: tensor for name, tensor in tensors.items() if name in used or name == "x"}


def read_claim_of(text: str) -> Claim:
    left, _, right = text.partition(" = ")
    return equation(read(left), read(right))


def related(claim: Claim, chance: random.Random) -> Claim:
    """The same sides under another relation."""
    sign = chance.choice(["!=", "~"])
    left, right = claim.sides[:2]
    if sign == "~" and chance.random() < 0.6:
        right = Op(chance.choice("*/"), right, num(chance.choice(["2", "0.5", "3"])))
    return Claim((left, right), (sign,), claim.where)
