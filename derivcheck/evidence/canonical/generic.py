"""Where a polynomial is zero: at single points, or on whole regions of what its inputs may be.

`x - t` is zero at single points, so that 1[-u > 0] = 1 - 1[u > 0] wherever there is no kink.
`relu(x) - relu(t)` is zero wherever both are negative, a difference of two 0/1 values where
they agree, and `x(i) - x(j)` where the indices meet: there, both indicators are 0.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, cast

from derivcheck.evidence.canonical.algebra import Algebra
from derivcheck.evidence.canonical.atoms import OUTER, SWITCH, Atom, Factor, Polynomial, added
from derivcheck.graph.scalars import ELEMENTARY

MAXIMAL_SWITCHES = 4


def is_generic(algebra: Algebra, polynomial: Polynomial) -> bool:
    """Whether a polynomial is seen to be zero at single points only, even where its indices meet.

    It is where some free input occurs in one term alone, times what is generic itself: whatever
    the rest is worth, few values of that input make it zero. No entry of that input is in another
    term, whichever indices are one.
    """
    return bool(pivots(algebra, polynomial))


def pivots(algebra: Algebra, polynomial: Polynomial) -> frozenset[str]:
    """The free inputs that occur in one term alone, times what is generic."""
    supports = [_support(algebra, factors) for _, factors in polynomial]
    found: set[str] = set()
    for k, (_, factors) in enumerate(polynomial):
        elsewhere = frozenset[str]().union(*(s for j, s in enumerate(supports) if j != k))
        for position, factor in enumerate(factors):
            others = factors[:position] + factors[position + 1 :]
            if all(_is_generic_factor(algebra, other) for other in others):
                found |= _pivots_of(algebra, factor) - elsewhere - _support(algebra, others)
    return frozenset(found)


def is_apart(algebra: Algebra, polynomial: Polynomial, indices: Sequence[int]) -> bool:
    """Whether its values at different places of the indices are seen to be equal at single points only.

    They are where some free input is carried along: its entry at one place is in the value there alone.
    """
    return any(found.issuperset(indices) for _, found in carriers(algebra, polynomial))


def carriers(algebra: Algebra, polynomial: Polynomial) -> frozenset[tuple[str, frozenset[int]]]:
    """(free input, the outer indices of its entries) in which it is analytic and not constant, on every branch."""
    switches = {
        (number, indices): None
        for _, factors in polynomial
        for number, indices, _ in factors
        if algebra.atoms[number].kind == "positive"
    }
    if len(switches) > MAXIMAL_SWITCHES:
        return frozenset()
    branches = (
        switched(algebra, polynomial, dict(zip(switches, values, strict=True)))
        for values in itertools.product((0, 1), repeat=len(switches))
    )
    return frozenset.intersection(*(frozenset(_carriers_on_branch(algebra, branch)) for branch in branches))


def _carriers_on_branch(algebra: Algebra, polynomial: Polynomial) -> Iterator[tuple[str, frozenset[int]]]:
    supports = [_support(algebra, factors) for _, factors in polynomial]
    for k, (_, factors) in enumerate(polynomial):
        elsewhere = frozenset[str]().union(*(s for j, s in enumerate(supports) if j != k))
        for position, factor in enumerate(factors):
            others = factors[:position] + factors[position + 1 :]
            if all(_is_generic_factor(algebra, other) and not _may_vanish(algebra, other) for other in others):
                taken = elsewhere | _support(algebra, others)
                yield from ((name, found) for name, found in _carriers_of(algebra, factor) if name not in taken)


def _may_vanish(algebra: Algebra, factor: Factor) -> bool:
    """Whether a factor may be zero where its indices meet, as `x(i) - x(j)` is."""
    atom = algebra.atoms[factor[0]]
    return not atom.positive and atom.kind != "leaf"


def _carriers_of(algebra: Algebra, factor: Factor) -> Iterator[tuple[str, frozenset[int]]]:
    number, indices, _ = factor
    atom = algebra.atoms[number]
    inside: Iterable[tuple[str, frozenset[int]]]
    match atom.kind:
        case "leaf":
            for name, slots in algebra.inputs(number).carriers:
                yield name, frozenset(indices[slot] for slot in slots)
            return
        case "exp" | "log" | "power":
            inside = carriers(algebra, dict(cast(Any, atom.payload)))
        case "function" if atom.name in ELEMENTARY and len(atom.payload) == 1:
            inside = carriers(algebra, dict(cast(Any, atom.payload[0])))
        case _:
            return
    filled = dict(zip(atom.slots, indices, strict=True))
    for name, found in inside:
        yield name, frozenset(filled[i] for i in found if i in filled)


def _pivots_of(algebra: Algebra, factor: Factor) -> frozenset[str]:
    atom = algebra.atoms[factor[0]]
    match atom.kind:
        case "leaf":
            return algebra.inputs(factor[0]).pivots
        case "power":
            return pivots(algebra, dict(cast(Any, atom.payload)))
        case _:
            return frozenset()


def _is_generic_factor(algebra: Algebra, factor: Factor) -> bool:
    return algebra.atoms[factor[0]].positive or bool(_pivots_of(algebra, factor))


def _support(algebra: Algebra, factors: tuple[Factor, ...]) -> frozenset[str]:
    """The inputs that factors depend on, however deep."""
    found: set[str] = set()
    for number, _, _ in factors:
        atom = algebra.atoms[number]
        found |= algebra.inputs(number).all if atom.kind == "leaf" else _payload_support(algebra, atom)
    return frozenset(found)


def _payload_support(algebra: Algebra, atom: Atom) -> frozenset[str]:
    match atom.kind:
        case "equal" | "less" | "affine" | "radical" | "size":
            return frozenset()
        case "function":
            payloads = [dict(cast(Any, payload)) for payload in atom.payload]
        case _:
            payloads = [dict(cast(Any, atom.payload))]
    return frozenset[str]().union(*(_support(algebra, factors) for payload in payloads for _, factors in payload))


def vanishing(algebra: Algebra, polynomial: Polynomial) -> Atom | None:
    """An input of few values for some of which a polynomial is zero, entry by entry; None for none."""
    switches: dict[tuple[int, tuple[int, ...]], None] = {}
    for _, factors in polynomial:
        for number, indices, _ in factors:
            atom = algebra.atoms[number]
            if atom.kind == "leaf" and atom.values and all(i >= OUTER or i < 0 for i in indices):
                switches[number, indices] = None
    if not switches:
        return None
    first = algebra.atoms[next(iter(switches))[0]]
    if len(switches) > MAXIMAL_SWITCHES:
        return first
    for values in itertools.product(*(algebra.atoms[number].values for number, _ in switches)):
        if not switched(algebra, polynomial, dict(zip(switches, values, strict=True))):
            return first
    return None


def switched(algebra: Algebra, polynomial: Polynomial, values: Mapping[tuple[int, tuple[int, ...]], int]) -> Polynomial:
    """The polynomial with values for some of its entries that have few."""
    result: Polynomial = {}
    for (bound, factors), coefficient in polynomial.items():
        kept = []
        for number, indices, power in factors:
            value = values.get((number, indices))
            if value is None or (isinstance(power, Fraction) and value not in SWITCH):
                kept.append((number, indices, power))
            else:
                coefficient = coefficient * (Fraction(value) ** int(power) if value else 0)
        if coefficient:
            added(result, (bound, tuple(kept)), coefficient)
    return result
