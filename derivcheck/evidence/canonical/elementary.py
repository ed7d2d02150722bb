"""Powers, exp, log, branches and other functions of polynomials, as polynomials over atoms.

exp(a + b) = exp(a) exp(b)      exp(c m) = exp(m)^c       exp(c log x) = x^c
log(a b) = log a + log b for a > 0    log exp(m) = m      (c a^2)^(1/2) = c^(1/2) |a|
1[-u > 0] = 1 - 1[u > 0] - 1[u = 0]    1[c u > 0] = 1[u > 0] for c > 0

The last indicator is left out where u is zero at single points only (generic.py).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Container, Sequence
from fractions import Fraction
from typing import Any, cast

import sympy

from derivcheck.evidence.canonical.algebra import EXPAND_POWER, Algebra
from derivcheck.evidence.canonical.atoms import (
    ONE_TERM,
    OUTER,
    SWITCH,
    Atom,
    AtomKind,
    Factor,
    Indices,
    Polynomial,
    Rational,
    Term,
    UndefinedError,
    ZeroDivisorError,
    combination,
    exact,
    frozen,
    outer_indices,
    scaled,
)
from derivcheck.evidence.canonical.generic import MAXIMAL_SWITCHES, is_apart, is_generic, switched, vanishing

LARGEST_DIVISOR = 1 << 15  # that a number below a root or in a logarithm is divided by, to find its primes


def _even(power: Rational) -> bool:
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
            if not (_even(power) or atom.idempotent):
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
        lead=_lead(_varying(payload, own) or payload) if kind in ("power", "zero") else ONE_TERM,
        name=kind,
    )
    return algebra.factor(algebra.intern(atom), filled, power)


def _varying(polynomial: Polynomial, indices: Container[int]) -> Polynomial:
    """The terms with one of the indices."""
    return {term: c for term, c in polynomial.items() if any(i in indices for _, ii, _ in term[1] for i in ii)}


def _lead(polynomial: Polynomial) -> Term:
    """The lexicographically largest term; the constant term only where nothing else is there."""
    return max(polynomial, key=lambda term: (sorted(term[1], reverse=True), term[0]))


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
    if any(algebra.atoms[a].kind in ("equal", "less", "window", "positive", "zero") for a, _, _ in factors):
        return None
    if whole:
        result = algebra.number(cast(Fraction, Fraction(coefficient) ** exponent))
        raised = tuple((a, i, exact(p * exponent)) for a, i, p in factors)
        return algebra.multiply(result, {((), raised): 1})
    if coefficient < 0:
        return None
    result = rational_power(algebra, coefficient, exponent)
    unknown = 0
    for number, indices, there in factors:
        new = exact(there * exponent)
        if algebra.atoms[number].positive:
            result = algebra.multiply(result, algebra.factor(number, indices, new))
        elif _even(there):
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
            if unknown > 1:
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
    lead = Fraction(polynomial[_lead(polynomial)])
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
    lead = Fraction(rest[_lead(rest)])
    lead = abs(lead) if positive_only else lead
    if lead != 1:
        content, rest = scaled(content, lead), scaled(rest, 1 / lead)
    return (content, rest) if positive_only else _upright(algebra, content, rest)


def _upright(algebra: Algebra, content: Polynomial, rest: Polynomial) -> tuple[Polynomial, Polynomial]:
    """(-content, -rest) where -rest is visibly positive: 1 - u and not u - 1 for u < 1."""
    return (scaled(content, -1), scaled(rest, -1)) if is_positive(algebra, scaled(rest, -1)) else (content, rest)


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
        odd = [f for f in single if not algebra.atoms[f[0]].positive]
        if (
            not bound
            and c > 0
            and all(not _even(f[2]) for f in odd)
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


# --- branches ---------------------------------------------------------------------------------


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
                if not _even(p) and not algebra.atoms[a].positive
            )
            even = [(a, i, p) for a, i, p in factors if _even(p) and not algebra.atoms[a].positive]
            if not all(is_generic(algebra, {((), (f,)): 1}) for f in even):
                return compound(algebra, "positive", rest)
            if odd != factors:
                return positive(algebra, {((), odd): 1 if coefficient > 0 else -1})
    if rest[_lead(rest)] > 0:
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
    if rest[_lead(rest)] < 0:
        rest = scaled(rest, -1)
    return compound(algebra, "zero", rest, attained=_attained(algebra, rest))


def absolute(algebra: Algebra, argument: Polynomial) -> Polynomial:
    """|u| = (2·1[u > 0] - 1) u."""
    sign = combination(scaled(positive(algebra, argument), 2), algebra.number(1), -1)
    return algebra.multiply(sign, argument)


# --- extrema ----------------------------------------------------------------------------------


def largest(algebra: Algebra, argument: Polynomial, reduced: Indices) -> Polynomial:
    """The largest value over the reduced indices: what is the same at all of them stands outside."""
    varying = _varying(argument, reduced)
    fixed = {term: c for term, c in argument.items() if term not in varying}
    if not varying:
        return fixed
    content, rest = contents(algebra, varying, positive_only=True, inside=reduced)
    found = function(algebra, f"max{len(reduced)}", [rest])
    return combination(fixed, algebra.multiply(content, found))


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
        case "power":
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
