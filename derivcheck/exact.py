"""The identity test over a prime field: exact arithmetic at random points, no tolerance.

Two worlds: p = 2q + 1 with p and q prime. Every leaf has a value in GF(p) and one in
GF(q); the arguments of exp are evaluated in GF(q), and exp(a) = 4^a mod p is a true
homomorphism with positive values (4 generates the quadratic residues). Functions of
which nothing is known are hashes of their argument. Two different rational functions
agree by chance with a probability of about degree / 2^61 (Schwartz-Zippel). Equality is
evidence; inequality says only that the field knows no proof.
"""

from __future__ import annotations

import hashlib
import itertools
import math
import random
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, assert_never

import numpy as np
import sympy

from derivcheck.canonical.form import Facts
from derivcheck.diagnostics import UnsupportedError
from derivcheck.evaluation import evaluator
from derivcheck.graph import (
    Axes,
    Axis,
    Determinant,
    Extremum,
    Indicator,
    Input,
    Inverse,
    Map,
    Node,
    Product,
    Quantity,
    Rename,
    Sum,
    operands,
    topological,
)
from derivcheck.points import Points
from derivcheck.scalars import lower
from derivcheck.verdicts import ExactEvidence

P = 2305843009213655999
Q = (P - 1) // 2
REDRAWS = 40
PATTERNS = 6
LARGEST = 4096


MAXIMAL_ENTRIES = 100_000  # of a tensor: residues are Python integers, one by one


class Redraw(Exception):  # noqa: N818 - a draw that cannot be used, not an error
    """A zero denominator or a root that does not exist at this point."""


class Missing(Exception):  # noqa: N818
    """An entry that does not exist at these sizes."""


@dataclass(frozen=True, slots=True)
class Residues:
    """An array of residues mod p and mod q, and those of its logarithm where it is known to be positive."""

    p: Any
    q: Any
    log_p: Any = None
    log_q: Any = None

    def each(self, change: Any) -> Residues:
        """The same change of layout applied to every part."""
        logs = (None, None) if self.log_p is None else (change(self.log_p), change(self.log_q))
        return Residues(change(self.p), change(self.q), *logs)


def _hashed(seed: int, name: str, world: int, values: Sequence[Any]) -> Any:
    """A deterministic free value for a function of residues, entry by entry."""
    modulus = P if world == 0 else Q

    def one(*arguments: int) -> int:
        text = f"{seed}|{name}|{world}|{arguments}".encode()
        return int.from_bytes(hashlib.blake2b(text, digest_size=16).digest(), "big") % modulus

    return np.frompyfunc(one, len(values), 1)(*values)


def _inverse(value: Any, modulus: int) -> Any:
    def one(x: int) -> int:
        if x % modulus == 0:
            raise Redraw
        return pow(int(x), -1, modulus)

    return np.frompyfunc(one, 1, 1)(value)


def _root(value: Any, degree: int, modulus: int) -> Any:
    """The root of a degree: the residue one for a square root. Raises Redraw where there is none, Missing."""
    odd, halvings = degree, 0
    while odd % 2 == 0:
        odd, halvings = odd // 2, halvings + 1
    if math.gcd(odd, modulus - 1) != 1:
        raise Missing(f"roots of degree {degree} are not evaluated in the field")
    exponent = pow(odd, -1, modulus - 1)

    def one(x: int) -> int:
        x = int(x) % modulus
        for _ in range(halvings):
            root = pow(x, (modulus + 1) // 4, modulus)
            if root * root % modulus != x:
                raise Redraw
            x = root
        return pow(x, exponent, modulus)

    return np.frompyfunc(one, 1, 1)(value)


class FieldArithmetic:
    """The operations of scalar expressions on residues.

    `bits` maps the representatives of branch conditions to 0 or 1; where it is None a
    condition is a free value c with 1 - c for the opposite condition.
    """

    def __init__(self, seed: int, bits: Mapping[int, int] | None = None) -> None:
        self.seed = seed
        self.bits = bits
        self.conditions: set[int] = set()

    def constant(self, value: sympy.Expr) -> Residues:
        if isinstance(value, sympy.Rational):
            top, bottom = int(value.p), int(value.q)
            made = Residues(
                np.asarray(top * pow(bottom, -1, P) % P, dtype=object),
                np.asarray(top * pow(bottom, -1, Q) % Q, dtype=object),
            )
            if top > 0:
                logs = [self._log_of_integer(n, s) for n, s in ((top, 1), (bottom, -1))]
                return Residues(made.p, made.q, sum(p for p, _ in logs) % P, sum(q for _, q in logs) % Q)
            return made
        if value is sympy.E:
            return self.exp(self.constant(sympy.S.One))
        blank = np.asarray(0, dtype=object)
        parts = [_hashed(self.seed, str(value), world, [blank]) for world in (0, 1, 2, 3)]
        return Residues(parts[0], parts[1], parts[2] % P, parts[3] % Q)

    def _log_of_integer(self, number: int, sign: int) -> tuple[int, int]:
        if number > 10**9:
            factors = {number: 1}
        else:
            factors = {int(prime): int(count) for prime, count in sympy.factorint(number).items()}
        p = q = 0
        for prime, count in factors.items():
            argument = [np.asarray(prime, dtype=object)]
            p += sign * count * int(_hashed(self.seed, "log", 0, argument))
            q += sign * count * int(_hashed(self.seed, "log", 1, argument))
        return p, q

    def add(self, values: Sequence[Residues]) -> Residues:
        p = sum(v.p for v in values) % P
        q = sum(v.q for v in values) % Q
        if all(v.log_p is not None for v in values):
            return self.positive(p, q)
        return Residues(p, q)

    def positive(self, p: Any, q: Any) -> Residues:
        """A value known to be positive, with a logarithm of its own."""
        return Residues(p, q, _hashed(self.seed, "log", 0, [p]), _hashed(self.seed, "log", 1, [p]))

    def multiply(self, values: Sequence[Residues]) -> Residues:
        p, q = values[0].p, values[0].q
        for v in values[1:]:
            p, q = p * v.p % P, q * v.q % Q
        if all(v.log_p is not None for v in values):
            return Residues(p, q, sum(v.log_p for v in values) % P, sum(v.log_q for v in values) % Q)
        return Residues(p, q)

    def power(self, base: Residues, exponent: sympy.Rational) -> Residues:
        top, bottom = int(exponent.p), int(exponent.q)
        p, q = base.p, base.q
        if bottom != 1:
            p, q = _root(p, bottom, P), _root(q, bottom, Q)
        if top < 0:
            p, q = _inverse(p, P), _inverse(q, Q)
        p = np.frompyfunc(lambda x: pow(int(x), abs(top), P), 1, 1)(p)
        q = np.frompyfunc(lambda x: pow(int(x), abs(top), Q), 1, 1)(q)
        if base.log_p is not None:
            scale_p, scale_q = top * pow(bottom, -1, P), top * pow(bottom, -1, Q)
            return Residues(p, q, base.log_p * scale_p % P, base.log_q * scale_q % Q)
        return Residues(p, q)

    def general_power(self, base: Residues, exponent: Residues) -> Residues:
        if base.log_p is not None:
            product = Residues(base.log_p * exponent.p % P, base.log_q * exponent.q % Q)
            return self.exp(product)
        return self.function("power", [base, exponent])

    def exp(self, value: Residues) -> Residues:
        p = np.frompyfunc(lambda a: pow(4, int(a), P), 1, 1)(value.q)
        q = _hashed(self.seed, "exp", 1, [value.q])
        return Residues(p, q, value.p, value.q)

    def log(self, value: Residues) -> Residues:
        if value.log_p is not None:
            return Residues(value.log_p, value.log_q)
        return Residues(_hashed(self.seed, "log", 0, [value.p]), _hashed(self.seed, "log", 1, [value.p]))

    def log_of_one_plus(self, value: Residues) -> Residues:
        return self.log(self.add([self.constant(sympy.S.One), value]))

    def function(self, name: str, values: Sequence[Residues]) -> Residues:
        arguments = [v.p for v in values]
        return Residues(_hashed(self.seed, name, 0, arguments), _hashed(self.seed, name, 1, arguments))

    # --- branches: a condition is a residue, 1 where it holds -----------------------------

    def truth(self, holds: bool) -> Any:
        return np.asarray(int(holds), dtype=object)

    def negation(self, condition: Any) -> Any:
        return (1 - condition) % P

    def junction(self, every: bool, parts: Sequence[Any]) -> Any:
        result = parts[0] if every else 1 - parts[0]
        for part in parts[1:]:
            result = result * (part if every else 1 - part) % P
        return result if every else (1 - result) % P

    def compare(self, relation: str, left: Residues, right: Residues) -> Any:
        difference = (left.p - right.p) % P
        if relation in ("Equality", "Unequality"):
            equal = np.frompyfunc(lambda d: self._free(d, "zero", False), 1, 1)(difference)
            return equal if relation == "Equality" else (1 - equal) % P
        greater = relation in ("StrictGreaterThan", "GreaterThan")
        if _is_zero(right) and left.log_p is not None:
            return np.frompyfunc(lambda d: int(greater), 1, 1)(difference)
        if _is_zero(left) and right.log_p is not None:
            return np.frompyfunc(lambda d: int(not greater), 1, 1)(difference)
        holds = np.frompyfunc(lambda d: self._free(d, "positive", True), 1, 1)(difference)
        return holds if greater else (1 - holds) % P

    def _free(self, difference: int, name: str, odd: bool) -> int:
        """The free value of a condition on a difference, opposite for the opposite sign."""
        difference = int(difference)
        if difference == 0:
            return 0 if odd else 1
        representative = min(difference, P - difference)
        if not odd and self.bits is not None:
            return 0
        if self.bits is None:
            value = int(_hashed(self.seed, name, 0, [np.asarray(representative, dtype=object)]))
        else:
            value = self.bits.get(representative, 0)
        self.conditions.add(representative)
        return value if not odd or difference == representative else (1 - value) % P

    def choose(self, choices: Sequence[tuple[Any, Residues]]) -> Residues:
        p: Any = 0
        q: Any = 0
        left: Any = 1
        for condition, value in choices:
            p = (p + left * condition % P * value.p) % P
            # In GF(q) the branch is a free value of its own, made of the same condition.
            weight = _hashed(self.seed, "branch", 1, [np.asarray(left * condition % P)])
            q = (q + weight * value.q) % Q
            left = left * (1 - condition) % P
        if all(v.log_p is not None for _, v in choices) and self.bits is None:
            return self.positive(p, q)
        return Residues(p, q)


def _is_zero(value: Residues) -> bool:
    return bool(np.all(np.asarray(value.p) == 0))


@cache
def _in_exponentials(expression: Any) -> Any:
    """A lowered expression with hyperbolic functions written with exp."""
    hyperbolic = (sympy.tanh, sympy.sinh, sympy.cosh, sympy.coth)
    return expression.rewrite(sympy.exp) if expression.has(*hyperbolic) else expression


@dataclass(frozen=True, slots=True)
class Known:
    """A node's residues along its axes, and the branch conditions that it depends on."""

    residues: Residues
    axes: Axes
    conditions: frozenset[int] = frozenset()

    @property
    def pair(self) -> tuple[Residues, Axes]:
        return self.residues, self.axes

    def along(self, axes: Axes) -> Residues:
        return self.residues.each(_aligner(self.axes, axes))


class FieldProgram:
    """Evaluates nodes in the field at given sizes."""

    def __init__(self, roots: Sequence[Node], sizes: Mapping[str, int], cut: Container[Node]) -> None:
        self.order = topological(roots, cut)
        self.sizes = sizes

    def run(self, values: dict[Node, Known], arithmetic: FieldArithmetic) -> None:
        """Adds the value of every node. Raises Redraw and Missing; what was found before stays."""
        for node in self.order:
            if node not in values:
                arithmetic.conditions = set()
                residues, axes = self._value(node, values, arithmetic)
                decided = frozenset(arithmetic.conditions).union(*(values[o].conditions for o in operands(node)))
                values[node] = Known(residues, axes, decided)

    def _value(self, node: Node, values: Mapping[Node, Known], arithmetic: FieldArithmetic) -> tuple[Residues, Axes]:
        match node:
            case Input():
                raise AssertionError("an input without a value")
            case Quantity():
                return values[node.operand].pair
            case Map():
                axes: Axes = tuple(sorted({a for o in node.operands for a in values[o].axes}))
                given = [values[o].along(axes) for o in node.operands]
                run = evaluator(_in_exponentials(lower(node.expression)))
                result: Residues = run(arithmetic, given, self.sizes)
                shape = tuple(a.dimension.size(self.sizes) for a in axes)
                spread: Residues = result.each(lambda x: np.broadcast_to(np.asarray(x, dtype=object), shape))
                return spread, axes
            case Sum():
                value, own = values[node.operand].pair
                places = tuple(own.index(axis) for axis in node.bound)
                p, q = (np.sum(x, axis=places) % m for x, m in ((value.p, P), (value.q, Q)))
                left = tuple(a for a in own if a not in node.bound)
                return (arithmetic.positive(p, q) if value.log_p is not None else Residues(p, q)), left
            case Rename():
                value, own = values[node.operand].pair
                mapping = dict(node.mapping)
                return value, tuple(mapping.get(a, a) for a in own)
            case Indicator():
                return self._indicator(node)
            case Extremum():
                value, own = values[node.operand].pair
                return self._extremum(node, value, own, arithmetic)
            case Product():
                value, own = values[node.operand].pair
                left = tuple(a for a in own if a not in node.bound)
                moved = value.each(_aligner(own, left + node.bound))
                flat = moved.each(lambda x: x.reshape((*x.shape[: len(left)], -1)))
                p, q = (_product(x, m) for x, m in ((flat.p, P), (flat.q, Q)))
                return Residues(p, q), left
            case Inverse() | Determinant():
                value, own = values[node.operand].pair
                return self._of_matrix(node, value, own)
            case _:
                assert_never(node)

    def _indicator(self, node: Indicator) -> tuple[Residues, Axes]:
        lengths = [t.dimension.size(self.sizes) if isinstance(t, Axis) else None for t in node.terms]
        if node.relation != "window":
            for term, length in zip(node.terms, reversed(lengths), strict=True):
                if isinstance(term, int) and length is not None and term > length:
                    raise Missing(f"there is no entry {term} at size {length}")
        shape = [axis.dimension.size(self.sizes) for axis in node.axes]
        array = np.zeros(shape, dtype=object)
        for place in itertools.product(*(range(n) for n in shape)):
            at = [t - 1 if isinstance(t, int) else place[node.axes.index(t)] for t in node.terms]
            match node.relation:
                case "equal":
                    holds = at[0] == at[1]
                case "less":
                    holds = at[0] < at[1]
                case "window":
                    holds = at[0] == at[1] + at[2]
            array[place] = int(holds)
        return Residues(array, array), node.axes

    def _of_matrix(self, node: Inverse | Determinant, value: Residues, own: Axes) -> tuple[Residues, Axes]:
        """By elimination in both worlds."""
        left = tuple(a for a in own if a not in (node.row, node.column))
        axes = (*left, node.row, node.column)
        shape = [axis.dimension.size(self.sizes) for axis in axes]
        spread = value.each(_aligner(own, axes)).each(lambda x: np.broadcast_to(x, shape))
        results = []
        for array, modulus in ((spread.p, P), (spread.q, Q)):
            solved = [_eliminated(array[place], modulus) for place in np.ndindex(*shape[:-2])]
            if isinstance(node, Determinant):
                results.append(np.array([found for found, _ in solved], dtype=object).reshape(shape[:-2]))
            else:
                if any(found == 0 for found, _ in solved):
                    raise Redraw
                results.append(np.array([matrix for _, matrix in solved], dtype=object).reshape(shape))
        return Residues(*results), left if isinstance(node, Determinant) else axes

    def _extremum(
        self, node: Extremum, value: Residues, own: Axes, arithmetic: FieldArithmetic
    ) -> tuple[Residues, Axes]:
        """The maximum is not visible in a field: a free value of the entries, whatever their order."""
        left = tuple(a for a in own if a not in node.bound)
        flat = value.each(_aligner(own, left + node.bound)).each(lambda x: x.reshape((*x.shape[: len(left)], -1)))
        parts = []
        for world, array in ((0, flat.p), (1, flat.q)):
            ordered = np.sort(np.asarray(array, dtype=object), axis=-1)
            arguments = [ordered[..., k] for k in range(ordered.shape[-1])]
            parts.append(_hashed(arithmetic.seed, node.kind, world, arguments))
        return Residues(parts[0], parts[1]), left


def _eliminated(matrix: Any, modulus: int) -> tuple[int, Any]:
    """(determinant, inverse) of a square matrix of residues; the inverse means nothing where the determinant is 0."""
    size = len(matrix)
    rows = [[int(x) % modulus for x in row] + [int(i == j) for j in range(size)] for i, row in enumerate(matrix)]
    determinant = 1
    for k in range(size):
        pivot = next((i for i in range(k, size) if rows[i][k]), None)
        if pivot is None:
            return 0, None
        if pivot != k:
            rows[k], rows[pivot] = rows[pivot], rows[k]
            determinant = -determinant
        determinant = determinant * rows[k][k] % modulus
        inverted = pow(rows[k][k], -1, modulus)
        rows[k] = [x * inverted % modulus for x in rows[k]]
        for i in range(size):
            if i != k and rows[i][k]:
                factor = rows[i][k]
                rows[i] = [(x - factor * y) % modulus for x, y in zip(rows[i], rows[k], strict=True)]
    return determinant % modulus, [row[size:] for row in rows]


def _product(array: Any, modulus: int) -> Any:
    result = np.ones(array.shape[:-1], dtype=object)
    for k in range(array.shape[-1]):
        result = result * array[..., k] % modulus
    return result


def _aligner(own: Axes, axes: Axes) -> Any:
    order = [own.index(axis) for axis in axes if axis in own]
    index = tuple(slice(None) if axis in own else None for axis in axes)
    return lambda array: np.asarray(array, dtype=object).transpose(order)[index]


# --- drawing points ---------------------------------------------------------------------------


class Draws:
    """Random leaves that honour the facts."""

    def __init__(self, seed: int, facts: Facts, sizes: Mapping[str, int]) -> None:
        self.random = random.Random()
        self.seed = seed
        self.facts = facts
        self.sizes = sizes

    def add_leaves(self, nodes: Iterable[Node], cut: frozenset[Node], values: dict[Node, Known]) -> None:
        """A value for every input and cut node that has none. Raises Redraw."""
        for node in nodes:
            if node not in values and (isinstance(node, Input) or node in cut):
                values[node] = Known(*self.leaf(node))

    def leaf(self, node: Node) -> tuple[Residues, Axes]:
        axes = node.home if isinstance(node, Input) else node.axes
        shape = tuple(axis.dimension.size(self.sizes) for axis in axes)
        # The same value whatever else is drawn.
        self.random.seed(f"{self.seed}|{type(node).__name__}|{getattr(node, 'name', node.serial)}|{shape}")
        facts = dict(self.facts.get(node.name, ())) if isinstance(node, Input) else {}
        along = next((facts[f] for f in ("one_hot", "simplex", "sums_to_one") if f in facts), 0) or 0
        if "one_hot" in facts:
            array = self._one_hot(shape, along)
            return Residues(array, array), axes
        if "binary" in facts:
            array = self._filled(shape, 2)
            return Residues(array, array), axes
        if "orthogonal" in facts:
            signs = [self.random.choice((-1, 1)) for _ in range(shape[0])]
            p, q = (self._orthogonal(shape[0], signs, m) for m in (P, Q))
            return Residues(p, q), axes
        p, q = self._filled(shape, P), self._filled(shape, Q)
        if "unit" in facts:
            return Residues(self._unit(p, P), self._unit(q, Q)), axes
        if "symmetric" in facts:
            p, q = (np.triu(x) + np.triu(x, 1).T for x in (p, q))
        positive = "positive" in facts or "simplex" in facts
        if positive:
            p, q = p * p % P, q * q % Q
        if "simplex" in facts or "sums_to_one" in facts:
            p, q = (self._closed(x, along, m) for x, m in ((p, P), (q, Q)))
        if positive:
            return FieldArithmetic(self.seed).positive(p, q), axes
        return Residues(p, q), axes

    def _filled(self, shape: tuple[int, ...], modulus: int) -> Any:
        array = np.empty(shape, dtype=object)
        for place in np.ndindex(*shape):
            array[place] = self.random.randrange(modulus)
        return array

    def _one_hot(self, shape: tuple[int, ...], along: int) -> Any:
        array = np.zeros(shape, dtype=object)
        others = [range(n) if k != along else range(1) for k, n in enumerate(shape)]
        for place in itertools.product(*others):
            at = list(place)
            at[along] = self.random.randrange(shape[along])
            array[tuple(at)] = 1
        return array

    def _closed(self, array: Any, along: int, modulus: int) -> Any:
        """All entries but one as drawn, the last so that they sum to one."""
        moved = np.moveaxis(array, along, -1).copy()
        moved[..., -1] = (1 - np.sum(moved[..., :-1], axis=-1)) % modulus
        return np.moveaxis(moved, -1, along)

    def _unit(self, array: Any, modulus: int) -> Any:
        """A point of the sphere by stereographic projection."""
        head = array[:-1]
        total = int(np.sum(head * head)) % modulus if head.size else 0
        inverse = _inverse(np.asarray((1 + total) % modulus, dtype=object), modulus)
        result = array.copy()
        result[:-1] = 2 * head * inverse % modulus
        result[-1] = (1 - total) * inverse % modulus
        return result

    def _orthogonal(self, size: int, signs: list[int], modulus: int) -> Any:
        """Cayley's (I - A)(I + A)^-1 for skew A, times signs, so that both determinants occur."""
        skew = np.zeros((size, size), dtype=object)
        for i in range(size):
            for j in range(i):
                skew[i, j] = self.random.randrange(modulus)
                skew[j, i] = -skew[i, j]
        eye = np.zeros((size, size), dtype=object) + np.diag([1] * size)
        rotation = (eye - skew).dot(_matrix_inverse((eye + skew) % modulus, modulus)) % modulus
        return rotation * np.asarray(signs, dtype=object) % modulus


def _matrix_inverse(matrix: Any, modulus: int) -> Any:
    size = matrix.shape[0]
    work = np.concatenate([matrix, np.diag([1] * size).astype(object)], axis=1)
    for column in range(size):
        pivot = next((r for r in range(column, size) if work[r, column] % modulus), None)
        if pivot is None:
            raise Redraw
        work[[column, pivot]] = work[[pivot, column]]
        work[column] = work[column] * pow(int(work[column, column]), -1, modulus) % modulus
        for row in range(size):
            if row != column:
                work[row] = (work[row] - work[row, column] * work[column]) % modulus
    return work[:, size:]


# --- the test ---------------------------------------------------------------------------------


def default_sizes(nodes: Iterable[Node], cut: frozenset[Node] = frozenset()) -> tuple[dict[str, int], ...]:
    """Two assignments of small, pairwise different sizes, one of them with a 1; every axis has an entry."""
    order = topological(nodes, cut)
    axes = {axis for node in order for axis in node.axes}
    symbols = {
        s.name
        for node in order
        if isinstance(node, Map)
        for s in node.expression.free_symbols
        if not s.name.startswith("_")
    }
    names = sorted({name for axis in axes for name, _ in axis.dimension.terms} | symbols)
    chosen = []
    for start in range(2):
        # Should a derived size such as n - k + 1 come out empty, the sizes are spread further apart.
        for spread in range(8):
            span = max(2, min(len(names), 5))
            sizes = {n: 1 + (k + start) % span + (1 - start) + spread * (len(names) - k) for k, n in enumerate(names)}
            if all(1 <= axis.dimension.size(sizes) <= LARGEST for axis in axes):
                chosen.append(sizes)
                break
            sizes = {n: 1 + (k + start) % span + spread * k for k, n in enumerate(names)}
            if all(1 <= axis.dimension.size(sizes) <= LARGEST for axis in axes):
                chosen.append(sizes)
                break
    return tuple(chosen) or ({},)


def identical(
    left: Node,
    right: Node,
    *,
    sizes: Sequence[Mapping[str, int]] | None = None,
    facts: Facts | None = None,
    cut: frozenset[Node] = frozenset(),
    draws: int = 2,
    seed: int = 0,
    points: Points[Known] | None = None,
) -> ExactEvidence:
    """Whether two nodes agree at random points of the field, at every size tried.

    A node that lacks an axis of the other is constant along it. `cut` nodes are drawn
    like inputs; `points`, of one cut, remember what is evaluated. The evidence is None,
    with a reason, where nothing can be said.
    """
    tried = tuple(sizes) if sizes is not None else default_sizes([left, right], cut)
    points = points or Points()
    done: list[tuple[tuple[str, int], ...]] = []
    count = 0
    reason = ""
    try:
        for assignment in tried:
            for draw in range(draws):
                outcome = _one_draw(left, right, assignment, facts or {}, cut, seed * 1000 + draw, points)
                if outcome is None:
                    reason = "undefined at every point tried"
                    break
                if isinstance(outcome, str):
                    reason = outcome
                    break
                count += 1
                if not outcome:
                    shown = tuple(sorted(assignment.items()))
                    return ExactEvidence(False, (shown,), count, reason="the sides differ in the field")
            else:
                done.append(tuple(sorted(assignment.items())))
    except UnsupportedError as problem:
        return ExactEvidence(None, reason=problem.diagnostic.message)
    if not done:
        return ExactEvidence(None, reason=reason or "nothing could be evaluated")
    return ExactEvidence(True, tuple(done), count)


def _one_draw(
    left: Node, right: Node, sizes: Mapping[str, int], facts: Facts, cut: frozenset[Node], seed: int,
    points: Points[Known],
) -> bool | str | None:  # fmt: skip
    """Equality at one point: True or False, a reason, or None where every point is undefined."""
    for attempt in range(REDRAWS):
        draws = Draws(seed * REDRAWS + attempt, facts, sizes)
        known = points.at(sizes, facts, draws.seed)
        program = FieldProgram([left, right], sizes, known.keys())
        if any(axis.dimension.size(sizes) < 1 for node in program.order for axis in node.axes):
            return "a dimension has no entries at these sizes"
        if any(math.prod(axis.dimension.size(sizes) for axis in node.axes) > MAXIMAL_ENTRIES for node in program.order):
            return "too many entries to be evaluated in the field"
        try:
            draws.add_leaves(program.order, cut, known)
            arithmetic = FieldArithmetic(draws.seed)
            # A positive leaf's logarithm must be that of the same arithmetic.
            program.run(known, arithmetic)
            if _agree(known, left, right):
                return True
            conditions = known[left].conditions | known[right].conditions
            if not conditions:
                return False
            return _by_patterns(left, right, conditions, sizes, draws, cut)
        except Redraw:
            continue
        except Missing as why:
            return str(why)
    return None


def _by_patterns(
    left: Node, right: Node, conditions: frozenset[int], sizes: Mapping[str, int], draws: Draws, cut: frozenset[Node]
) -> bool | str:
    """Every pattern of branches in turn, where there are few."""
    ordered = sorted(conditions)
    if len(ordered) > PATTERNS:
        return "too many branches to try them all"
    program = FieldProgram([left, right], sizes, cut)
    leaves: dict[Node, Known] = {}
    draws.add_leaves(program.order, cut, leaves)
    for bits in itertools.product((0, 1), repeat=len(ordered)):
        arithmetic = FieldArithmetic(draws.seed, dict(zip(ordered, bits, strict=True)))
        values = dict(leaves)
        try:
            program.run(values, arithmetic)
        except Redraw:
            continue
        if not _agree(values, left, right):
            return False
        if (values[left].conditions | values[right].conditions) - conditions:
            return "branches inside branches"
    return True


def _agree(values: Mapping[Node, Known], left: Node, right: Node) -> bool:
    axes: Axes = tuple(sorted({*values[left].axes, *values[right].axes}))
    first, second = (values[node].along(axes) for node in (left, right))
    return bool(np.all((first.p - second.p) % P == 0))
