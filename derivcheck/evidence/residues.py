"""Numbers of the prime field, and the operations of scalar expressions on them.

Two worlds: p = 2q + 1 with p and q prime. Every leaf has a value in GF(p) and one in
GF(q); the arguments of exp are evaluated in GF(q), and exp(a) = 4^a mod p is a true
homomorphism with positive values (4 generates the quadratic residues). Functions of
which nothing is known are hashes of their argument.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import sympy

P = 2305843009213655999
Q = (P - 1) // 2


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


def hashed(seed: int, name: str, world: int, values: Sequence[Any]) -> Any:
    """A deterministic free value for a function of residues, entry by entry."""
    modulus = P if world == 0 else Q

    def one(*arguments: int) -> int:
        text = f"{seed}|{name}|{world}|{arguments}".encode()
        return int.from_bytes(hashlib.blake2b(text, digest_size=16).digest(), "big") % modulus

    return np.frompyfunc(one, len(values), 1)(*values)


def inverse_modulo(value: Any, modulus: int) -> Any:
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
        parts = [hashed(self.seed, str(value), world, [blank]) for world in (0, 1, 2, 3)]
        return Residues(parts[0], parts[1], parts[2] % P, parts[3] % Q)

    def _log_of_integer(self, number: int, sign: int) -> tuple[int, int]:
        if number > 10**9:
            factors = {number: 1}
        else:
            factors = {int(prime): int(count) for prime, count in sympy.factorint(number).items()}
        p = q = 0
        for prime, count in factors.items():
            argument = [np.asarray(prime, dtype=object)]
            p += sign * count * int(hashed(self.seed, "log", 0, argument))
            q += sign * count * int(hashed(self.seed, "log", 1, argument))
        return p, q

    def add(self, values: Sequence[Residues]) -> Residues:
        p = sum(v.p for v in values) % P
        q = sum(v.q for v in values) % Q
        if all(v.log_p is not None for v in values):
            return self.positive(p, q)
        return Residues(p, q)

    def positive(self, p: Any, q: Any) -> Residues:
        """A value known to be positive, with a logarithm of its own."""
        return Residues(p, q, hashed(self.seed, "log", 0, [p]), hashed(self.seed, "log", 1, [p]))

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
            p, q = inverse_modulo(p, P), inverse_modulo(q, Q)
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
        q = hashed(self.seed, "exp", 1, [value.q])
        return Residues(p, q, value.p, value.q)

    def log(self, value: Residues) -> Residues:
        if value.log_p is not None:
            return Residues(value.log_p, value.log_q)
        return Residues(hashed(self.seed, "log", 0, [value.p]), hashed(self.seed, "log", 1, [value.p]))

    def log_of_one_plus(self, value: Residues) -> Residues:
        return self.log(self.add([self.constant(sympy.S.One), value]))

    def function(self, name: str, values: Sequence[Residues]) -> Residues:
        arguments = [v.p for v in values]
        return Residues(hashed(self.seed, name, 0, arguments), hashed(self.seed, name, 1, arguments))

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
        equal = int(relation in ("GreaterThan", "LessThan"))

        def holds(difference: int) -> int:
            if not difference:
                return equal
            above = self._free(difference, "positive", True)
            return above if greater else (1 - above) % P

        return np.frompyfunc(holds, 1, 1)(difference)

    def _free(self, difference: int, name: str, odd: bool) -> int:
        """The free value of a condition on a difference, opposite for the opposite sign."""
        difference = int(difference)
        if difference == 0:
            return 1
        representative = min(difference, P - difference)
        if not odd and self.bits is not None:
            return 0
        if self.bits is None:
            value = int(hashed(self.seed, name, 0, [np.asarray(representative, dtype=object)]))
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
            weight = hashed(self.seed, "branch", 1, [np.asarray(left * condition % P)])
            q = (q + weight * value.q) % Q
            left = left * (1 - condition) % P
        if all(v.log_p is not None for _, v in choices) and self.bits is None:
            return self.positive(p, q)
        return Residues(p, q)


def _is_zero(value: Residues) -> bool:
    return bool(np.all(np.asarray(value.p) == 0))


@cache
def in_exponentials(expression: Any) -> Any:
    """A lowered expression with hyperbolic functions written with exp."""
    hyperbolic = (sympy.tanh, sympy.sinh, sympy.cosh, sympy.coth)
    return expression.rewrite(sympy.exp) if expression.has(*hyperbolic) else expression
