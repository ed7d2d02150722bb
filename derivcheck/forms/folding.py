"""Products that mean a name, written as the name: `u r` as h where h is u r, u^(-3/2) as r³ where r is u^(-1/2)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from typing import TypeAlias

from derivcheck.evidence.canonical.algebra import Algebra
from derivcheck.evidence.canonical.atoms import Factor, Indices, Polynomial, Rational, added, exact

Pattern: TypeAlias = "tuple[int, Indices, tuple[Factor, ...], Rational]"
"""(leaf atom, its indices, the factors that mean it, their coefficient)."""


def folded(algebra: Algebra, polynomial: Polynomial, patterns: Sequence[Pattern]) -> Polynomial:
    """Products that mean a known name, written as that name."""
    result: Polynomial = {}
    for (bound, factors), coefficient in polynomial.items():
        current, scale = list(factors), coefficient
        for (number, slots, pattern, c), sign in product(patterns, (1, -1)):
            signed = [(atom, indices, sign * power) for atom, indices, power in pattern]
            while (found := match(signed, slots, current)) is not None:
                current, filled = found
                current.append((number, filled, sign))
                scale = exact(Fraction(scale) / Fraction(c) ** sign)
        for term, c in algebra.multiply({(bound, tuple(sorted(current))): scale}, algebra.number(1)).items():
            added(result, term, c)
    return result


def with_powers_of_names(algebra: Algebra, polynomial: Polynomial, patterns: Sequence[Pattern]) -> Polynomial:
    """Powers of what a name is one power of: (v + ε)^(-3/2) is r³."""
    single = [(number, slots, pattern[0], c) for number, slots, pattern, c in patterns if len(pattern) == 1]
    result: Polynomial = {}
    for (bound, factors), coefficient in polynomial.items():
        made: list[Factor] = []
        scale = Fraction(coefficient)
        for atom, indices, power in factors:
            for number, slots, (base, places, root), c in single:
                times = Fraction(power) / Fraction(root)
                whole = times.denominator == 1 and (times > 0 or Fraction(power).denominator > 1)
                if atom == base and whole and set(places) == set(slots) and len(set(places)) == len(places):
                    filling = dict(zip(places, indices, strict=True))
                    made.append((number, tuple(filling[slot] for slot in slots), exact(times)))
                    scale /= Fraction(c) ** int(times)
                    break
            else:
                made.append((atom, indices, power))
        for term, c in algebra.multiply({(bound, tuple(sorted(made))): exact(scale)}, algebra.number(1)).items():
            added(result, term, c)
    return result


def match(pattern: Sequence[Factor], slots: Indices, factors: list[Factor]) -> tuple[list[Factor], Indices] | None:
    """(the factors without one instance of the pattern, the indices of its slots), or None."""
    left: dict[tuple[int, Indices], Rational] = {}
    for number, indices, power in factors:  # a name that was folded in before may stand there more than once
        left[number, indices] = left.get((number, indices), 0) + power
    binding: dict[int, int] = {}
    for number, indices, power in sorted(pattern, key=lambda f: -len(f[1])):
        for (other, place), there in left.items():
            if other != number or not (there >= power > 0 or there <= power < 0):
                continue
            trial = dict(binding)
            if all(
                (trial.setdefault(i, have) if i in slots else i) == have for i, have in zip(indices, place, strict=True)
            ):
                binding = trial
                left[other, place] = exact(there - power)
                break
        else:
            return None
    if any(slot not in binding for slot in slots):
        return None
    return [(a, i, p) for (a, i), p in left.items() if p], tuple(binding[s] for s in slots)
