"""Atoms, terms and polynomials: the values that the canonical form is made of.

An *index* is an integer: 0, 1, … are the bound indices of a term, a negative
number -p is the fixed position p, and everything from `OUTER` on stands for an
axis from outside (a free axis, or a slot of an atom's payload).
A *factor* is `(atom, indices, power)`; a *term* is `(bound dimensions, factors)`;
a *polynomial* maps terms to rational coefficients.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias

OUTER = 1 << 20

Rational: TypeAlias = "int | Fraction"
Indices: TypeAlias = "tuple[int, ...]"
Factor: TypeAlias = "tuple[int, Indices, Rational]"
Factors: TypeAlias = "tuple[Factor, ...]"
Term: TypeAlias = "tuple[tuple[int, ...], Factors]"
Polynomial: TypeAlias = "dict[Term, Rational]"

ONE_TERM: Term = ((), ())

AtomKind = Literal[
    "leaf",  # an input or a cut node
    "size",  # the size of a dimension
    "equal",  # Kronecker's delta
    "less",
    "affine",  # a combination of positions is zero, or positive
    "positive",  # 1 where the payload is positive
    "zero",  # 1 where the payload is zero
    "exp",  # exp of a monomial with coefficient 1
    "log",
    "radical",  # the positive root of a prime: power strictly between 0 and 1
    "power",  # a sum of several terms, to a power that is negative, fractional or too large to expand
    "function",  # any other function of the payload
    "group",  # the payload itself, a sum that is kept together: in forms for display only
]

INDICATORS: frozenset[str] = frozenset({"equal", "less", "affine", "positive", "zero"})


SWITCH = (0, 1)  # the values of an indicator


@dataclass(frozen=True, slots=True)
class Identity:
    """A product of entries of one input, summed over the letter `bound` if it has one, and what it is worth.

    `entries` and `kept` are the letters of the entries on the left and on the right, which stand in the
    `slots`; an identity that turns an entry into another says that both are one.
    """

    fact: str
    entries: tuple[tuple[str, ...], ...]
    bound: str
    kept: tuple[tuple[str, ...], ...]
    deltas: tuple[tuple[str, str], ...]
    slots: tuple[int, ...]
    turned: bool
    vanishes: bool = False  # the right side is zero

    def slot(self, letter: str) -> int:
        return next(
            slot for entry in self.entries for slot, other in zip(self.slots, entry, strict=True) if other == letter
        )


@dataclass(frozen=True, slots=True)
class Atom:
    """`payload` is hashable; polynomials inside it address their slots by outer indices.

    `dimensions` has one entry a slot. `symmetries` are the permutations of slots that
    leave the atom unchanged, the identity first. `lead` is the leading term of a power's base.
    Over the slots in `attained`, exactly one place is 1: where an extremum is attained. Entries with few
    `values` are those of an indicator, or of an input by the fact `valued_by`. Outside of its `supports`, each
    with the fact that says so, an entry is zero. What is `positive_inside` is positive where its logarithm has a value.
    """

    kind: AtomKind
    payload: tuple[object, ...]
    dimensions: tuple[int, ...]
    symmetries: tuple[tuple[int, ...], ...]
    slots: tuple[int, ...] = ()
    positive: bool = False
    below_one: bool = False
    values: tuple[int, ...] = ()
    valued_by: str = ""
    identities: tuple[Identity, ...] = ()
    supports: tuple[tuple[str, str], ...] = ()
    attained: frozenset[int] = frozenset()
    lead: Term = ONE_TERM
    name: str = ""
    positive_inside: bool = False

    @property
    def idempotent(self) -> bool:
        return self.values == SWITCH


@dataclass(frozen=True, slots=True)
class LeafInputs:
    """The inputs that a leaf depends on; for almost any value of all others, few values of a `pivot` make it zero.

    `carriers` are the inputs whose own entries, all others as they are, make those of the leaf differ
    along some of its slots: (input, those slots).
    """

    pivots: frozenset[str]
    all: frozenset[str]
    carriers: frozenset[tuple[str, frozenset[int]]] = frozenset()


class GrowthError(Exception):
    """The canonical form would grow past the cap; nothing is concluded from that."""


class UndefinedError(Exception):
    """A division by what is identically zero, or a function outside its domain everywhere."""


class ZeroDivisorError(UndefinedError):
    """A division by what is zero for some values of an input that has few: such a fact allows no inverse."""

    def __init__(self, name: str, values: tuple[int, ...]) -> None:
        few = " or ".join(map(str, values))
        super().__init__(f"a division by what is zero for some values of `{name}`, which is {few}")


def exact(value: Rational) -> Rational:
    """An integer where it is one, so that arithmetic stays fast."""
    return value.numerator if isinstance(value, Fraction) and value.denominator == 1 else value


def magnitude(value: Rational) -> Rational:
    return -value if value < 0 else value


def added(target: Polynomial, term: Term, coefficient: Rational) -> None:
    """target += coefficient * term, in place."""
    total = target.get(term, 0) + coefficient
    if total:
        target[term] = exact(total)
    else:
        target.pop(term, None)


def combination(left: Polynomial, right: Polynomial, factor: Rational = 1) -> Polynomial:
    """left + factor * right."""
    result = dict(left)
    for term, coefficient in right.items():
        added(result, term, coefficient * factor)
    return result


def scaled(polynomial: Polynomial, factor: Rational) -> Polynomial:
    return {term: exact(c * factor) for term, c in polynomial.items()} if factor else {}


def frozen(polynomial: Polynomial) -> tuple[tuple[Term, Rational], ...]:
    """The polynomial as a hashable value, the same for equal polynomials."""
    return tuple(sorted(polynomial.items()))


def outer_indices(polynomial: Polynomial) -> set[int]:
    """The indices from outside that occur."""
    return {i for _, factors in polynomial for _, indices, _ in factors for i in indices if i >= OUTER}
