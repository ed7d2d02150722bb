"""Sines and cosines of sums and multiples, over those of single angles.

sin(a + b) = sin a cos b + cos a sin b        sin(-a) = -sin a        sin² a = 1 - cos² a
cos(a + b) = cos a cos b - sin a sin b        cos(-a) = cos a
"""

from __future__ import annotations

from fractions import Fraction

from derivcheck.evidence.canonical import elementary
from derivcheck.evidence.canonical.algebra import Algebra
from derivcheck.evidence.canonical.atoms import (
    Polynomial,
    Rational,
    Term,
    combination,
    exact,
    scaled,
)
from derivcheck.evidence.canonical.contents import leading_term

MAXIMAL_TERMS, MAXIMAL_MULTIPLE = 3, 6


def sine_and_cosine(algebra: Algebra, argument: Polynomial) -> tuple[Polynomial, Polynomial]:
    """(sin, cos) of a polynomial."""
    found: tuple[Polynomial, Polynomial] = {}, algebra.number(1)
    if len(argument) > MAXIMAL_TERMS:
        return _of_angle(algebra, argument)
    for term, coefficient in sorted(argument.items()):
        found = _of_sum(algebra, found, _of_term(algebra, term, coefficient))
    return found


def _of_sum(
    algebra: Algebra, one: tuple[Polynomial, Polynomial], other: tuple[Polynomial, Polynomial]
) -> tuple[Polynomial, Polynomial]:
    (sine, cosine), (s, c) = one, other
    return (
        combination(algebra.multiply(sine, c), algebra.multiply(cosine, s)),
        combination(algebra.multiply(cosine, c), algebra.multiply(sine, s), -1),
    )


def _of_term(algebra: Algebra, term: Term, coefficient: Rational) -> tuple[Polynomial, Polynomial]:
    """Of a multiple of one angle, by that of the angle."""
    value = Fraction(coefficient)
    times = abs(value.numerator)
    if times > MAXIMAL_MULTIPLE:
        return _of_angle(algebra, {term: coefficient})
    single = _of_angle(algebra, {term: exact(Fraction(1, value.denominator))})
    found = single
    for _ in range(times - 1):
        found = _of_sum(algebra, found, single)
    return (scaled(found[0], -1), found[1]) if value < 0 else found


def _of_angle(algebra: Algebra, angle: Polynomial) -> tuple[Polynomial, Polynomial]:
    turned = angle[leading_term(angle)] < 0
    upright = scaled(angle, -1) if turned else angle
    sine, cosine = (elementary.function(algebra, name, [upright]) for name in ("sin", "cos"))
    return scaled(sine, -1) if turned else sine, cosine
