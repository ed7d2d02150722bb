"""Indicators of polynomials: where one is positive, and where it is zero.

1[-u > 0] = 1 - 1[u > 0] - 1[u = 0]    1[c u > 0] = 1[u > 0] for c > 0

The last indicator is left out where u is zero at single points only (generic.py).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from fractions import Fraction
from typing import Any, cast

from derivcheck.evidence.canonical.algebra import Algebra
from derivcheck.evidence.canonical.atoms import Indices, Polynomial, Rational, Term, combination, outer_indices, scaled
from derivcheck.evidence.canonical.contents import compound, constant_of, contents, is_even, is_positive, leading_term
from derivcheck.evidence.canonical.generic import MAXIMAL_SWITCHES, is_apart, is_generic, switched


def positive(algebra: Algebra, argument: Polynomial) -> Polynomial:
    """1 where the argument is positive, away from where it is zero."""
    value = constant_of(argument)
    if value is not None:
        return algebra.number(int(value > 0))
    if is_positive(algebra, argument):
        return algebra.number(1)
    if is_positive(algebra, scaled(argument, -1)):
        return {}
    decided = _decided(algebra, argument, lambda there: there > 0)
    if decided is not None:
        return decided
    _, rest = contents(algebra, argument, positive_only=True)
    if len(rest) == 1:
        ((bound, factors), coefficient), *_ = rest.items()
        turned = _turned(algebra, (bound, factors), coefficient)
        if turned is not None:
            return turned
        if not bound:
            odd = tuple(
                (a, i, 1 if isinstance(p, int) else p)
                for a, i, p in factors
                if not is_even(p) and not algebra.atoms[a].positive
            )
            even = [(a, i, p) for a, i, p in factors if is_even(p) and not algebra.atoms[a].positive]
            if not all(is_generic(algebra, {((), (f,)): 1}) for f in even):
                return compound(algebra, "positive", rest)
            if odd != factors:
                return positive(algebra, {((), odd): 1 if coefficient > 0 else -1})
    if rest[leading_term(rest)] > 0:
        return compound(algebra, "positive", rest)
    opposite = scaled(rest, -1)
    either = combination(algebra.number(1), compound(algebra, "positive", opposite), -1)
    return either if is_generic(algebra, opposite) else combination(either, zero(algebra, opposite), -1)


def _decided(algebra: Algebra, argument: Polynomial, holds: Callable[[Rational], bool]) -> Polynomial | None:
    """1 where a condition on a g + b h + c holds, for factors g, h with few values: it is decided at all of them."""
    gates = list(dict.fromkeys((number, indices) for _, inside in argument for number, indices, _ in inside))
    atoms = [algebra.atoms[number] for number, _ in gates]
    if len(gates) > MAXIMAL_SWITCHES or not all(atom.values for atom in atoms) or any(bound for bound, _ in argument):
        return None
    algebra.used.update((atom.name, atom.valued_by) for atom in atoms if atom.kind == "leaf")
    total: Polynomial = {}
    for values in itertools.product(*(atom.values for atom in atoms)):
        there = constant_of(switched(algebra, argument, dict(zip(gates, values, strict=True))))
        if there is None:
            return None
        if holds(there):
            here = (_is_worth(algebra, *gate, value) for gate, value in zip(gates, values, strict=True))
            total = combination(total, algebra.multiply_all(here))
    return total


def _is_worth(algebra: Algebra, number: int, indices: Indices, value: int) -> Polynomial:
    """1 where an entry with few values has this one, 0 where it has another."""
    entry = algebra.factor(number, indices)
    others = [other for other in algebra.atoms[number].values if other != value]
    return algebra.multiply_all(
        scaled(combination(entry, algebra.number(other), -1), Fraction(1, value - other)) for other in others
    )


def _turned(algebra: Algebra, term: Term, coefficient: Rational) -> Polynomial | None:
    """1[s u > 0] for a factor s with few values: Σ_v 1[s = v] 1[v u > 0]."""
    bound, factors = term
    for number, indices, power in factors:
        atom = algebra.atoms[number]
        if bound or not atom.values or power != 1:
            continue
        if atom.kind == "leaf":
            algebra.used.add((atom.name, atom.valued_by))
        total: Polynomial = {}
        for value in atom.values:
            there = switched(algebra, {term: coefficient}, {(number, indices): value})
            here = algebra.multiply(_is_worth(algebra, number, indices, value), positive(algebra, there))
            total = combination(total, here)
        return total
    return None


def zero(algebra: Algebra, argument: Polynomial) -> Polynomial:
    """1 where the argument is zero."""
    value = constant_of(argument)
    if value is not None:
        return algebra.number(int(value == 0))
    if is_positive(algebra, argument) or is_positive(algebra, scaled(argument, -1)):
        return {}
    decided = _decided(algebra, argument, lambda there: there == 0)
    if decided is not None:
        return decided
    _, rest = contents(algebra, argument, positive_only=True)
    if rest[leading_term(rest)] < 0:
        rest = scaled(rest, -1)
    return compound(algebra, "zero", rest, attained=_attained(algebra, rest))


def absolute(algebra: Algebra, argument: Polynomial) -> Polynomial:
    """|u| = (2·1[u > 0] - 1) u."""
    sign = combination(scaled(positive(algebra, argument), 2), algebra.number(1), -1)
    return algebra.multiply(sign, argument)


def _attained(algebra: Algebra, argument: Polynomial) -> tuple[int, ...]:
    """The indices i of an argument c (x_i - max x) if no two x_i are equal on a whole region; else none."""
    for term, coefficient in argument.items():
        bound, factors = term
        if bound or len(factors) != 1 or factors[0][2] != 1:
            continue
        number, indices, _ = factors[0]
        atom = algebra.atoms[number]
        if atom.kind != "function" or not atom.name.startswith("max"):
            continue
        filling = dict(zip(atom.slots, indices, strict=True))
        inner = algebra.substitute(dict(cast(Any, atom.payload[0])), filling)
        reduced = sorted(i for i in outer_indices(inner) if algebra.is_reduced(i))
        if atom.name != f"max{len(reduced)}":
            continue
        rest = {other: c for other, c in argument.items() if other != term}
        free = sorted(i for i in outer_indices(rest) if i not in indices)
        for chosen in itertools.permutations(free, len(reduced)):
            pairs = list(zip(reduced, chosen, strict=True))
            if any(algebra.outer_dimension[a] != algebra.outer_dimension[b] for a, b in pairs):
                continue
            if algebra.substitute(inner, dict(pairs)) == scaled(rest, -1 / Fraction(coefficient)) and is_apart(
                algebra, rest, chosen
            ):
                return chosen
    return ()
