"""Powers, exp, log, extrema and other functions of polynomials, as polynomials over atoms.

exp(a + b) = exp(a) exp(b)      exp(c m) = exp(m)^c       exp(c log x) = x^c
log(a b) = log a + log b for a > 0    log exp(m) = m      (c a^2)^(1/2) = c^(1/2) |a|
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, cast

import sympy

from derivcheck.evidence.canonical.algebra import EXPAND_POWER, Algebra
from derivcheck.evidence.canonical.atoms import (
    INDICATORS,
    ONE_TERM,
    Atom,
    Factor,
    Indices,
    Polynomial,
    Rational,
    UndefinedError,
    ZeroDivisorError,
    combination,
    exact,
    frozen,
    scaled,
)
from derivcheck.evidence.canonical.contents import compound, constant_of, contents, is_even, varying_terms
from derivcheck.evidence.canonical.generic import vanishing
from derivcheck.evidence.canonical.indicators import absolute, positive, zero

LARGEST_DIVISOR = 1 << 15  # that a number below a root or in a logarithm is divided by, to find its primes


# --- powers -----------------------------------------------------------------------------------


def power(algebra: Algebra, base: Polynomial, exponent: Rational) -> Polynomial:
    """base ** exponent for a rational exponent."""
    exponent = exact(exponent)
    if exponent == 0:
        return algebra.number(1)
    if exponent < 0 and (atom := vanishing(algebra, base)) is not None:
        # y² = y has no inverse of y: y y / y is y, and y / y is 1.
        raise ZeroDivisorError(atom.name, atom.values)
    if not base:
        if exponent < 0:
            raise UndefinedError("division by zero")
        return {}
    if exponent == 1:
        return base
    if isinstance(exponent, int) and 0 < exponent <= EXPAND_POWER:
        return algebra.integer_power(base, exponent)
    if len(base) == 1:
        ((bound, factors), coefficient), *_ = base.items()
        if not bound:
            single = _power_of_term(algebra, factors, coefficient, exponent)
            if single is not None:
                return single
    return _power_of_sum(algebra, base, exponent)


def _power_of_term(
    algebra: Algebra, factors: Sequence[Factor], coefficient: Rational, exponent: Rational
) -> Polynomial | None:
    """The power of a product, factor by factor; None where a sign is not known."""
    whole = isinstance(exponent, int)
    if any(algebra.atoms[a].kind in INDICATORS for a, _, _ in factors):
        return None
    if whole:
        result = algebra.number(cast(Fraction, Fraction(coefficient) ** exponent))
        raised = tuple((a, i, exact(p * exponent)) for a, i, p in factors)
        return algebra.multiply(result, {((), raised): 1})
    if coefficient < 0:
        return None
    result = rational_power(algebra, coefficient, exponent)
    unknown, edge = 0, any(algebra.atoms[number].positive_inside for number, _, _ in factors)
    for number, indices, there in factors:
        new = exact(there * exponent)
        if algebra.atoms[number].positive or algebra.atoms[number].positive_inside:
            result = algebra.multiply(result, algebra.factor(number, indices, new))
        elif is_even(there):
            if not isinstance(new, int):
                return None
            base = algebra.factor(number, indices)
            if new % 2:
                result = algebra.multiply(result, absolute(algebra, base))
                new = exact(new - 1)
            if new:
                result = algebra.multiply(result, algebra.factor(number, indices, new))
        else:
            # The one factor of unknown sign is positive wherever the power is defined.
            unknown += 1
            if unknown > 1 or edge:  # beside a zero it may be negative
                return None
            result = algebra.multiply(result, algebra.factor(number, indices, new))
    return result


def rational_power(algebra: Algebra, base: Rational, exponent: Rational) -> Polynomial:
    """A positive rational to a rational power, over the roots of primes and of what is left of a large number."""
    base = Fraction(base)
    result = algebra.number(1)
    for number, sign in ((base.numerator, 1), (base.denominator, -1)):
        for prime, count in _factors(number).items():
            atom = algebra.intern(Atom("radical", (prime,), (), ((),), positive=True, name=str(prime)))
            result = algebra.multiply(result, algebra.factor(atom, (), exact(Fraction(sign * count) * exponent)))
    return result


def _factors(number: int) -> dict[int, int]:
    """The primes of a number and their powers; a cofactor without small divisors stays as it is."""
    found = sympy.factorint(number, limit=LARGEST_DIVISOR, use_rho=False, use_pm1=False, use_ecm=False)
    return {int(factor): count for factor, count in found.items()}


def _power_of_sum(algebra: Algebra, base: Polynomial, exponent: Rational) -> Polynomial:
    """content^exponent * D^exponent with a normalised base D."""
    if algebra.keeps_roots and not isinstance(exponent, int):
        return compound(algebra, "power", base, exponent)
    content, rest = contents(algebra, base, positive_only=not isinstance(exponent, int))
    if len(rest) == 1:
        ((bound, factors), coefficient), *_ = rest.items()
        if not bound and not any(algebra.atoms[a].idempotent for a, _, _ in factors):
            single = _power_of_term(algebra, factors, coefficient, exponent)
            if single is not None:
                return algebra.multiply(power(algebra, content, exponent), single)
    atom = compound(algebra, "power", rest, exponent)
    return algebra.multiply(power(algebra, content, exponent), atom) if content != {ONE_TERM: 1} else atom


# --- exp and log ------------------------------------------------------------------------------


def exponential(algebra: Algebra, argument: Polynomial) -> Polynomial:
    result = algebra.number(1)
    for (bound, factors), coefficient in argument.items():
        if not bound and len(factors) == 1 and factors[0][2] == 1 and algebra.atoms[factors[0][0]].kind == "log":
            inside = algebra.payload(factors[0][0], factors[0][1])
            part = power(algebra, inside, coefficient)
        else:
            part = compound(algebra, "exp", {(bound, factors): 1}, coefficient)
        result = algebra.multiply(result, part)
    return result


def logarithm(algebra: Algebra, argument: Polynomial) -> Polynomial:
    if not argument:
        raise UndefinedError("log of zero")
    content, rest = contents(algebra, argument, positive_only=True)
    ((_, factors), coefficient), *_ = content.items()
    if len(rest) == 1:
        ((bound, single), c), *_ = rest.items()
        odd = [f for f in single if not (algebra.atoms[f[0]].positive or algebra.atoms[f[0]].positive_inside)]
        if (
            not bound
            and c > 0
            and all(not is_even(f[2]) for f in odd)
            and len(odd) <= 1
            and not any(algebra.atoms[f[0]].idempotent for f in single)
        ):
            factors, coefficient, rest = (*factors, *single), coefficient * c, {}
    result = _log_of_rational(algebra, coefficient)
    for number, indices, p in factors:
        atom = algebra.atoms[number]
        if atom.kind == "exp":
            part = algebra.payload(number, indices)
        elif atom.kind == "power":
            part = _log_atom(algebra, algebra.payload(number, indices))
        else:
            part = _log_atom(algebra, algebra.factor(number, indices))
        result = combination(result, part, p)
    if rest and constant_of(rest) != 1:
        result = combination(result, _log_atom(algebra, rest))
    return result


def _log_atom(algebra: Algebra, argument: Polynomial) -> Polynomial:
    return compound(algebra, "log", argument)


def _log_of_rational(algebra: Algebra, value: Rational) -> Polynomial:
    value = Fraction(value)
    if value <= 0:
        raise UndefinedError("log of a negative number")
    result: Polynomial = {}
    for number, sign in ((value.numerator, 1), (value.denominator, -1)):
        for prime, count in _factors(number).items():
            result = combination(result, _log_atom(algebra, algebra.number(prime)), sign * count)
    return result


# --- extrema ----------------------------------------------------------------------------------


def largest(algebra: Algebra, argument: Polynomial, reduced: Indices) -> Polynomial:
    """The largest value over the reduced indices: what is the same at all of them stands outside."""
    varying = varying_terms(argument, reduced)
    fixed = {term: c for term, c in argument.items() if term not in varying}
    if not varying:
        return fixed
    content, rest = contents(algebra, varying, positive_only=True, inside=reduced)
    found = function(algebra, f"max{len(reduced)}", [rest])
    return combination(fixed, algebra.multiply(content, found))


# --- any other function -----------------------------------------------------------------------


def function(algebra: Algebra, name: str, arguments: Sequence[Polynomial], power_of: Rational = 1) -> Polynomial:
    """An atom of which nothing is known but its name and arguments."""
    payloads, slots, filled, symmetries = algebra.abstracted(arguments)
    atom = Atom(
        "function",
        tuple(frozen(p) for p in payloads),
        tuple(algebra.outer_dimension[s] for s in slots),
        symmetries,
        slots,
        name=name,
    )
    return algebra.factor(algebra.intern(atom), filled, power_of)


def rebuilt(algebra: Algebra, number: int, indices: Indices, exponent: Rational) -> Polynomial:
    """A compound atom made anew with indices that may coincide or be positions."""
    atom = algebra.atoms[number]
    if atom.kind == "function":
        filling = dict(zip(atom.slots, indices, strict=True))
        arguments = [algebra.substitute(dict(p), filling) for p in cast(Any, atom.payload)]
        return function(algebra, atom.name, arguments, exponent)
    argument = algebra.payload(number, indices)
    match atom.kind:
        case "power" | "group":
            return power(algebra, argument, exponent)
        case "exp":
            return exponential(algebra, scaled(argument, exponent))
        case "log":
            return power(algebra, logarithm(algebra, argument), exponent)
        case "positive":
            return positive(algebra, argument)
        case "zero":
            return zero(algebra, argument)
        case _:
            raise AssertionError(f"an atom of kind {atom.kind} has no payload to rebuild")
