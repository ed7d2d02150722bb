"""Polynomials over named leaves, and what their terms have in common."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from derivcheck.evidence.canonical.atoms import OUTER, Factor, Indices, Polynomial, Rational, exact, magnitude
from derivcheck.evidence.canonical.form import Canonical
from derivcheck.graph.nodes import Input, Node, Quantity


@dataclass(frozen=True, slots=True)
class NamedPolynomial:
    """A polynomial over named leaves: `canonical` holds its atoms, `facts` what the rewriting used."""

    canonical: Canonical
    polynomial: Polynomial
    facts: frozenset[tuple[str, str]]


class Summand(NamedTuple):
    """One term of a sum: its bound dimensions, its factors, its coefficient."""

    bound: tuple[int, ...]
    factors: tuple[Factor, ...]
    coefficient: Rational


def is_unnamed(node: Node) -> bool:
    """Whether a leaf is a part of a formula that has no name."""
    return not isinstance(node, Input | Quantity)


def is_bound(index: int) -> bool:
    return 0 <= index < OUTER


@dataclass(frozen=True, slots=True)
class Factored:
    """coefficient * Π common * Σ terms; with one term everything is in it and nothing is common."""

    coefficient: Rational
    common: tuple[Factor, ...]
    terms: tuple[Summand, ...]


def factored(canonical: Canonical, polynomial: Polynomial) -> Factored:
    """The common factors and coefficient of all terms, taken out of the sum; positive terms first."""
    items = [Summand(term[0], term[1], coefficient) for term, coefficient in polynomial.items()]
    if len(items) == 1:
        return Factored(1, (), (items[0],))
    shared: dict[tuple[int, Indices], Rational] | None = None
    for item in items:
        here = {(a, i): p for a, i, p in item.factors if not any(is_bound(k) for k in i)}
        if shared is None:
            shared = here
        else:
            shared = {k: p for k in shared.keys() & here.keys() if (p := nearer(shared[k], here[k]))}
    common = {k: p for k, p in (shared or {}).items() if p}
    sizes = {magnitude(item.coefficient) for item in items}
    coefficient: Rational = magnitude(items[0].coefficient) if len(sizes) == 1 else 1
    if all(item.coefficient < 0 for item in items) and (common or coefficient != 1):
        coefficient = -coefficient
    rest: list[Summand] = []
    for item in items:
        kept = tuple((a, i, q) for a, i, p in item.factors if (q := exact(p - common.get((a, i), 0))))
        rest.append(Summand(item.bound, kept, exact(Fraction(item.coefficient) / coefficient)))
    rest.sort(key=lambda term: (term.coefficient < 0, len(term.bound), len(term.factors), _declared(canonical, term)))
    return Factored(coefficient, tuple((a, i, p) for (a, i), p in sorted(common.items())), tuple(rest))


def _declared(canonical: Canonical, term: Summand) -> list[int]:
    """When the leaves of a term were declared: terms of one length stand in that order."""
    return sorted(leaf.serial for atom, _, _ in term.factors if (leaf := canonical.leaf_nodes.get(atom)) is not None)


def nearer(left: Rational, right: Rational) -> Rational:
    """The common part of two powers, 0 for none: of denominators what is the same in both, S/σ³ - n/σ stays."""
    if left > 0 and right > 0:
        return min(left, right)
    return left if left == right else 0
