"""What can be seen of a polynomial: whether it is positive, its constant, and what its terms have in common."""

from __future__ import annotations

from collections.abc import Container, Sequence
from fractions import Fraction

from derivcheck.evidence.canonical.algebra import Algebra
from derivcheck.evidence.canonical.atoms import (
    ONE_TERM,
    OUTER,
    SWITCH,
    Atom,
    AtomKind,
    Indices,
    Polynomial,
    Rational,
    Term,
    exact,
    frozen,
    scaled,
)


def is_even(power: Rational) -> bool:
    return isinstance(power, int) and power % 2 == 0


def is_positive(algebra: Algebra, polynomial: Polynomial) -> bool:
    """Whether the polynomial is visibly positive: positive terms, at least one of them strictly so.

    A negative term may be a positive one times what is below one: 2 v - u v is positive, for u < 1.
    """
    strict = False
    left = dict(polynomial)
    for term, coefficient in polynomial.items():
        if coefficient < 0:
            above = _above(algebra, term, -coefficient, left) if _is_bounded(algebra, polynomial) else None
            if above is None:
                return False
            left[above] = left[above] + coefficient
            strict = True
    for (_, factors), coefficient in left.items():
        if coefficient <= 0:
            continue
        term_strict = True
        for number, _, power in factors:
            atom = algebra.atoms[number]
            if atom.positive:
                continue
            if not (is_even(power) or atom.idempotent):
                return False
            term_strict = False
        strict = strict or term_strict
    return strict


def _is_bounded(algebra: Algebra, polynomial: Polynomial) -> bool:
    """Whether an entry that is below one occurs."""
    return any(algebra.atoms[number].below_one for _, factors in polynomial for number, _, _ in factors)


def _above(algebra: Algebra, term: Term, size: Rational, terms: Polynomial) -> Term | None:
    """A term of at least a size that is positive and above a given one, which is it times what is below one."""
    bound, factors = term
    if bound or not all(algebra.atoms[number].positive for number, _, _ in factors):
        return None
    powers = {(number, indices): power for number, indices, power in factors}
    for other, coefficient in terms.items():
        if other[0] or coefficient < size or other == term:
            continue
        there = {(number, indices): power for number, indices, power in other[1]}
        gaps = {key: powers.get(key, 0) - there.get(key, 0) for key in {*powers, *there}}
        if all(gap == 0 or (gap > 0 and algebra.atoms[number].below_one) for (number, _), gap in gaps.items()):
            return other
    return None


def constant_of(polynomial: Polynomial) -> Rational | None:
    """The rational number that a polynomial is, or None."""
    if not polynomial:
        return 0
    return polynomial[ONE_TERM] if len(polynomial) == 1 and ONE_TERM in polynomial else None


def compound(
    algebra: Algebra, kind: AtomKind, polynomial: Polynomial, power: Rational = 1, attained: Sequence[int] = ()
) -> Polynomial:
    """The atom `kind(polynomial)` to a power."""
    (payload,), slots, filled, symmetries = algebra.abstracted([polynomial])
    # Where the largest entry is one alone, it is the entry that is written as the largest one, x(i) as max x.
    own = [slot for slot, index in zip(slots, filled, strict=True) if index in attained]
    atom = Atom(
        kind,
        frozen(payload),
        tuple(algebra.outer_dimension[s] for s in slots),
        symmetries,
        slots,
        positive=kind == "exp" or (kind == "power" and is_positive(algebra, payload)),
        values=SWITCH if kind in ("positive", "zero") else (),
        attained=frozenset(filled.index(o) for o in attained),
        lead=leading_term(varying_terms(payload, own) or payload) if kind in ("power", "zero") else ONE_TERM,
        name=kind,
    )
    return algebra.factor(algebra.intern(atom), filled, power)


def varying_terms(polynomial: Polynomial, indices: Container[int]) -> Polynomial:
    """The terms with one of the indices."""
    return {term: c for term, c in polynomial.items() if any(i in indices for _, ii, _ in term[1] for i in ii)}


def leading_term(polynomial: Polynomial) -> Term:
    """The lexicographically largest term; the constant term only where nothing else is there."""
    return max(polynomial, key=lambda term: (sorted(term[1], reverse=True), term[0]))


def contents(
    algebra: Algebra, polynomial: Polynomial, positive_only: bool, inside: Indices = ()
) -> tuple[Polynomial, Polynomial]:
    """(c, rest) with polynomial = c * rest: the leading coefficient and the common factors.

    With `positive_only`, c is visibly positive, so that it may leave a root, a log or a sign.
    What has an index that is `inside` stays there.
    """
    common: dict[tuple[int, Indices], Rational] | None = None
    for _, factors in polynomial:
        here = {(a, i): p for a, i, p in factors if all((k >= OUTER or k < 0) and k not in inside for k in i)}
        if common is None:
            common = dict(here)
        else:
            for key in {*common, *here}:
                lowest = min(common.get(key, 0), here.get(key, 0))
                if lowest:
                    common[key] = lowest
                else:
                    common.pop(key, None)
    kept = {
        key: p
        for key, p in (common or {}).items()
        if not algebra.atoms[key[0]].idempotent and (algebra.atoms[key[0]].positive or not positive_only)
    }
    lead = Fraction(polynomial[leading_term(polynomial)])
    lead = abs(lead) if positive_only else lead
    if not kept and lead == 1:
        one = algebra.number(1)
        return (one, polynomial) if positive_only else _upright(algebra, one, polynomial)
    content: Polynomial = {((), tuple(sorted((a, i, p) for (a, i), p in kept.items()))): exact(lead)}
    inverse: Polynomial = {((), tuple(sorted((a, i, -p) for (a, i), p in kept.items()))): exact(1 / lead)}
    rest = algebra.multiply(polynomial, inverse)
    # Dividing by common factors may change which term leads.
    if not rest:
        return algebra.number(1), polynomial
    lead = Fraction(rest[leading_term(rest)])
    lead = abs(lead) if positive_only else lead
    if lead != 1:
        content, rest = scaled(content, lead), scaled(rest, 1 / lead)
    return (content, rest) if positive_only else _upright(algebra, content, rest)


def _upright(algebra: Algebra, content: Polynomial, rest: Polynomial) -> tuple[Polynomial, Polynomial]:
    """(-content, -rest) where -rest is visibly positive: 1 - u and not u - 1 for u < 1."""
    return (scaled(content, -1), scaled(rest, -1)) if is_positive(algebra, scaled(rest, -1)) else (content, rest)
