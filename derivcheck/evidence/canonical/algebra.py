"""The rewriting of terms to normal form: deltas, sizes, facts and denominators.

Every rule is an identity of real functions that holds for all sizes wherever
both sides are defined:

    Σ_k δ(k,j) F(k) = F(j)            Σ_k 1 = n               δ(i,j) F(i) = δ(i,j) F(j)
    Σ_k A⁻¹(i,k) A(k,j) = δ(i,j)      what facts declare: Σ_k y(k) = 1 of what sums to one, y² = y of what is 0 or 1,
                                      y(i,j) [i < j] = 0 of what is lower triangular
    M · D^p = D^(p+1) - (D - M) D^p   for the leading term M of a denominator D
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from functools import cached_property, partial
from typing import Any, TypeAlias, cast

from derivcheck.evidence.canonical import leads
from derivcheck.evidence.canonical.affine import without_combinations
from derivcheck.evidence.canonical.atoms import (
    ONE_TERM,
    OUTER,
    SWITCH,
    Atom,
    Factor,
    GrowthError,
    Indices,
    LeafInputs,
    Polynomial,
    Rational,
    added,
    exact,
    frozen,
    outer_indices,
)
from derivcheck.evidence.canonical.identities import with_identities, within_supports
from derivcheck.evidence.canonical.inverses import without_inverses
from derivcheck.evidence.canonical.knowledge import lowest_power
from derivcheck.evidence.canonical.labelling import labelled, sorted_indices
from derivcheck.evidence.canonical.led_inverses import without_led_inverses
from derivcheck.evidence.canonical.occasions import Occasion, occasions_of
from derivcheck.evidence.canonical.orders import about_the_first, in_one_order, is_turned
from derivcheck.evidence.canonical.sines import without_squares_of_sines
from derivcheck.evidence.canonical.terms import Work, eliminated, joined, rebound, substituted
from derivcheck.graph.axes import Dimension

Rule: TypeAlias = "Callable[[tuple[int, ...], list[Factor]], list[Work] | None]"

WORK_CAP = 6000
EXPAND_POWER = 8


class Algebra:
    """The interning table of atoms and dimensions, and the arithmetic of polynomials over it.

    `used` collects the facts that a rewriting needed, as (input name, fact).
    """

    def __init__(
        self,
        rebuild: Callable[[Algebra, int, Indices, Rational], Polynomial],
        inputs: Callable[[int], LeafInputs],
        keeps_roots: bool = False,
        circles: bool = False,
    ) -> None:
        """`rebuild(algebra, atom, indices, power)` makes a compound atom anew from its payload.

        `inputs(leaf)` are the inputs that a leaf atom depends on.

        With `keeps_roots` nothing is taken out of a root: that reads better, and proves less. With `circles` no sine
        is squared: 1 - cos² is not seen to be a square.
        """
        self.circles = circles
        self.keeps_roots = keeps_roots
        self._rebuild = rebuild
        self.inputs = inputs
        self._nesting = 0
        self.atoms: list[Atom] = []
        self._occasions: list[int] = []  # for rules, that every atom gives
        self._numbers: dict[Atom, int] = {}
        self.dimensions: list[Dimension] = []
        self._dimension_numbers: dict[Dimension, int] = {}
        self._outer: dict[tuple[int, object], int] = {}
        self.outer_dimension: dict[int, int] = {}
        self.outer_key: dict[int, object] = {}
        self.used: set[tuple[str, str]] = set()
        self._work = 0

    # --- interning ------------------------------------------------------------------------

    def dimension(self, dimension: Dimension) -> int:
        if dimension not in self._dimension_numbers:
            self._dimension_numbers[dimension] = len(self.dimensions)
            self.dimensions.append(dimension)
        return self._dimension_numbers[dimension]

    def outer(self, dimension: int, key: object) -> int:
        """The index of an axis from outside."""
        found = self._outer.get((dimension, key))
        if found is None:
            found = self._outer[dimension, key] = OUTER + len(self._outer)
            self.outer_dimension[found] = dimension
            self.outer_key[found] = key
        return found

    def intern(self, atom: Atom) -> int:
        found = self._numbers.get(atom)
        if found is None:
            found = self._numbers[atom] = len(self.atoms)
            self.atoms.append(atom)
            self._occasions.append(occasions_of(atom))
        return found

    def start(self) -> None:
        """Begin a new piece of work: reset the cap and the facts used."""
        self._work = 0
        self._nesting = 0
        self.used = set()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Another piece of work in the middle of one, which neither counts nor uses facts."""
        state = self._work, self._nesting, self.used
        try:
            yield
        finally:
            self._work, self._nesting, self.used = state

    # --- polynomials ----------------------------------------------------------------------

    @staticmethod
    def number(value: Rational) -> Polynomial:
        return {ONE_TERM: exact(value)} if value else {}

    def factor(self, atom: int, indices: Indices = (), power: Rational = 1) -> Polynomial:
        """One atom to a power; of indices that are as good as each other the smallest are taken."""
        return {((), (sorted_indices(self.atoms, (atom, indices, power)),)): 1}

    def size(self, dimension: int) -> Polynomial:
        """The size of a dimension, as a polynomial in the named sizes."""
        shape = self.dimensions[dimension]
        result = self.number(shape.constant)
        for name, count in shape.terms:
            atom = self.intern(Atom("size", (name,), (), ((),), positive=True, name=name))
            added(result, ((), ((atom, (), 1),)), count)
        return result

    def multiply(self, left: Polynomial, right: Polynomial) -> Polynomial:
        result: Polynomial = {}
        for (bound, factors), c in left.items():
            for (other_bound, other_factors), d in right.items():
                self._normalise(*joined(bound, factors, other_bound, other_factors), c * d, result)
        return result

    def multiply_all(self, polynomials: Iterable[Polynomial]) -> Polynomial:
        result = self.number(1)
        for polynomial in polynomials:
            result = self.multiply(result, polynomial) if result != {ONE_TERM: 1} else polynomial
        return result

    def sum_over(self, polynomial: Polynomial, outers: Sequence[int]) -> Polynomial:
        """Σ over outer indices, which become bound."""
        result: Polynomial = {}
        dimensions = tuple(self.outer_dimension[o] for o in outers)
        for (bound, factors), c in polynomial.items():
            binding = {o: len(bound) + k for k, o in enumerate(outers)}
            self._normalise(bound + dimensions, substituted(factors, binding), c, result)
        return result

    def in_one_order(self, polynomial: Polynomial) -> Polynomial:
        """The polynomial with every comparison of a free index written in one of two ways."""
        if not any(is_turned(self.atoms, factor) for _, factors in polynomial for factor in factors):
            return polynomial
        result: Polynomial = {}
        for (bound, factors), c in polynomial.items():
            for work in in_one_order(self.atoms, self.delta_atom, (bound, factors, c)):
                self._normalise(*work, result)
        return result

    def substitute(self, polynomial: Polynomial, mapping: Mapping[int, int]) -> Polynomial:
        """The polynomial with outer indices replaced by outer indices or positions."""
        result: Polynomial = {}
        for (bound, factors), c in polynomial.items():
            self._normalise(bound, substituted(factors, mapping), c, result)
        return result

    # --- normal form of one term ----------------------------------------------------------

    @cached_property
    def _rules(self) -> tuple[tuple[int, Rule], ...]:
        """The rules in their order, each with what there has to be in a term for it to apply."""
        proving: list[tuple[int, Rule]] = []
        if not self.keeps_roots:  # rules that prove more and read worse
            proving.append((Occasion.INVERSE, partial(without_led_inverses, self)))
            if self.circles:
                proving.append((Occasion.SINE, partial(without_squares_of_sines, self.atoms, self.intern)))
        return (
            (Occasion.DELTA, self._without_deltas),
            (Occasion.COMBINATION, partial(without_combinations, self)),
            (Occasion.INSTANCE, self._with_instances),
            (Occasion.RADICAL, self._with_integer_radicals),
            (Occasion.SUM, self._without_idle_sums),
            (Occasion.IDENTITY, partial(with_identities, self)),
            (Occasion.SUPPORT, partial(within_supports, self)),
            (Occasion.ATTAINED, self._without_attained),
            (Occasion.INVERSE, partial(without_inverses, self.atoms, self.delta_atom)),
            *proving,
            (Occasion.ZERO, partial(leads.without_zeros, self.atoms)),
            (Occasion.POWER, partial(leads.without_leads, self.atoms)),
            (Occasion.POWER, partial(leads.without_negative_leads, self.atoms)),
        )

    def _normalise(
        self, bound: tuple[int, ...], factors: Sequence[Factor], coefficient: Rational, out: Polynomial
    ) -> None:
        """Add coefficient * term to `out`, fully rewritten."""
        rules, occasions = self._rules, self._occasions
        stack: list[tuple[tuple[int, ...], Sequence[Factor], Rational]] = [(bound, factors, coefficient)]
        while stack:
            self._work += 1
            if self._work > WORK_CAP:
                raise GrowthError
            bound, factors, coefficient = stack.pop()
            merged = self._merged(factors)
            given = Occasion.SUM if bound else 0
            for number, _, _ in merged:
                given |= occasions[number]
            for occasion, rule in rules if given else ():
                rewritten = rule(bound, merged) if given & occasion else None
                if rewritten is not None:  # an empty list is an answer too: the term is zero
                    stack.extend((b, f, c * coefficient) for b, f, c in rewritten if c)
                    break
            else:
                added(out, labelled(self.atoms, bound, merged), coefficient)

    def _merged(self, factors: Iterable[Factor]) -> list[Factor]:
        powers: dict[tuple[int, Indices], Rational] = {}
        for number, indices, power in factors:
            atom = self.atoms[number]
            if len(atom.symmetries) > 1:
                indices = min(tuple(indices[k] for k in symmetry) for symmetry in atom.symmetries)
            key = (number, indices)
            total = powers.get(key, 0) + power
            if atom.values and total != 1:
                lowest = lowest_power(atom.values, exact(total))
                if lowest != total and atom.kind == "leaf":
                    self.used.add((atom.name, atom.valued_by))
                total = lowest
            powers[key] = total
        return [(a, i, exact(p)) for (a, i), p in powers.items() if p]

    def _without_deltas(self, bound: tuple[int, ...], factors: list[Factor]) -> list[Work] | None:
        for position, (number, indices, _) in enumerate(factors):
            if self.atoms[number].kind != "equal":
                continue
            left, right = indices
            rest = factors[:position] + factors[position + 1 :]
            if left == right:
                return [(bound, rest, 1)]
            if left < 0 and right < 0:
                return []
            gone, kept = eliminated(left, right)
            if 0 <= gone < OUTER:
                return [rebound(bound, substituted(rest, {gone: kept}), [gone])]
            if any(gone in others for _, others, _ in rest):
                return [(bound, [*substituted(rest, {gone: kept}), factors[position]], 1)]
        return None

    def _with_instances(self, bound: tuple[int, ...], factors: list[Factor]) -> list[Work] | None:
        """Compound atoms whose indices coincide, or are positions, are made anew from their payload.

        Also expands a power that has become a positive integer.
        """
        for position, (number, indices, power) in enumerate(factors):
            atom = self.atoms[number]
            if atom.kind == "affine":
                continue
            if atom.kind == "less":
                if indices[0] == indices[1]:
                    return []
                if indices[0] < 0 and indices[1] < 0:
                    # positions are stored as -p, so p1 < p2 means -p1 > -p2
                    return (
                        [(bound, factors[:position] + factors[position + 1 :], 1)] if (indices[0] > indices[1]) else []
                    )
                if indices[0] == -1 or indices[1] in (-1, -2):
                    return about_the_first(self.atoms, self.delta_atom, bound, factors, position)
                continue
            expands = atom.kind == "power" and power >= 1 and power // 1 <= EXPAND_POWER
            coincide = atom.slots and (len(set(indices)) < len(indices) or any(i < 0 for i in indices))
            if not expands and not coincide:
                continue
            # Stand-ins of one level must not meet those of another.
            self._nesting += 1
            outside = {i: self._outside(bound, i) for i in indices}
            back = {o: i for i, o in outside.items()}
            if expands:
                whole = int(power // 1)
                base = self.payload(number, tuple(outside[i] for i in indices))
                made = self.integer_power(base, whole)
                rest_power = exact(power - whole)
                if rest_power:
                    remaining: Factor = (number, tuple(outside[i] for i in indices), rest_power)
                    made = {(b, (*f, remaining)): c for (b, f), c in made.items()}
            else:
                made = self._rebuild(self, number, tuple(outside[i] for i in indices), power)
            self._nesting -= 1
            rest = factors[:position] + factors[position + 1 :]
            work: list[Work] = []
            for (other_bound, other), c in made.items():
                shifted = {k: len(bound) + k for k in range(len(other_bound))}
                placed = substituted(other, {**back, **shifted})
                work.append((bound + other_bound, [*rest, *placed], c))
            return work
        return None

    def _outside(self, bound: tuple[int, ...], index: int) -> int:
        """A stand-in from outside for a bound index, so that a payload can be instantiated."""
        return self.outer(bound[index], ("bound", self._nesting, index)) if 0 <= index < OUTER else index

    def _with_integer_radicals(self, bound: tuple[int, ...], factors: list[Factor]) -> list[Work] | None:
        for position, (number, _, power) in enumerate(factors):
            atom = self.atoms[number]
            if atom.kind == "radical" and not 0 < power < 1:
                whole = math.floor(power)
                prime = atom.payload[0]
                assert isinstance(prime, int)
                rest = factors[:position] + factors[position + 1 :]
                if power != whole:
                    rest.append((number, (), exact(power - whole)))
                return [(bound, rest, exact(Fraction(prime) ** whole))]
        return None

    def _without_idle_sums(self, bound: tuple[int, ...], factors: list[Factor]) -> list[Work] | None:
        used = {i for _, indices, _ in factors for i in indices}
        idle = [k for k in range(len(bound)) if k not in used]
        if not idle:
            return None
        sizes = self.multiply_all(self.size(bound[k]) for k in idle)
        left, moved, _ = rebound(bound, factors, idle)
        return [(left, [*moved, *size_factors], c) for (_, size_factors), c in sizes.items()]

    def _without_attained(self, bound: tuple[int, ...], factors: list[Factor]) -> list[Work] | None:
        """Σ_k 1[x(k) = max x] = 1 where the largest entry is one alone."""
        for position, (number, indices, _) in enumerate(factors):
            attained = self.atoms[number].attained
            places = {indices[slot] for slot in attained}
            if not attained or len(places) < len(attained) or any(not 0 <= i < OUTER for i in places):
                continue
            rest = factors[:position] + factors[position + 1 :]
            elsewhere = {i for slot, i in enumerate(indices) if slot not in attained}
            if places.isdisjoint(elsewhere.union(*(others for _, others, _ in rest))):
                return [rebound(bound, rest, sorted(places))]
        return None

    def delta_atom(self, dimension: int) -> int:
        return self.intern(Atom("equal", (), (dimension, dimension), ((0, 1), (1, 0)), values=SWITCH, name="delta"))

    def less_atom(self, dimension: int) -> int:
        return self.intern(Atom("less", (), (dimension, dimension), ((0, 1),), values=SWITCH, name="less"))

    # --- compound atoms -------------------------------------------------------------------

    def abstracted(
        self, polynomials: Sequence[Polynomial]
    ) -> tuple[list[Polynomial], tuple[int, ...], Indices, tuple[tuple[int, ...], ...]]:
        """The polynomials over slots: (payloads, slots, the indices that fill them, symmetries).

        The order of the slots is chosen so that two polynomials that differ in the names
        of their outer indices alone get the same payload.
        """
        outers = sorted(set().union(*(outer_indices(p) for p in polynomials)) if polynomials else set())
        outers = [o for o in outers if not self.is_reduced(o)]
        if not outers:
            return list(polynomials), (), (), ((),)
        if len(outers) > 1:
            outers.sort(key=lambda o: self._occurrences(polynomials, o))
        groups = (
            [list(g) for _, g in itertools.groupby(outers, key=lambda o: self._occurrences(polynomials, o))]
            if len(outers) > 1
            else [outers]
        )
        count = math.prod(math.factorial(len(group)) for group in groups)
        choices = (
            [tuple(outers)]
            if count == 1 or count > 24
            else [tuple(itertools.chain(*c)) for c in itertools.product(*map(itertools.permutations, groups))]
        )
        best: tuple[object, ...] | None = None
        result: list[Polynomial] = []
        winners: list[tuple[int, ...]] = []
        slots: tuple[int, ...] = ()
        for choice in choices:
            names = tuple(self.outer(self.outer_dimension[o], ("slot", k)) for k, o in enumerate(choice))
            renamed = [self.substitute(p, dict(zip(choice, names, strict=True))) for p in polynomials]
            key = tuple(frozen(p) for p in renamed)
            if best is None or key < best:
                best, result, slots, winners = key, renamed, names, [choice]
            elif key == best:
                winners.append(choice)
        filled = min(winners)
        symmetries = sorted(tuple(filled.index(o) for o in winner) for winner in winners)
        return result, slots, filled, tuple(symmetries)

    def is_reduced(self, outer: int) -> bool:
        """Whether an outer index belongs to a reduction inside a payload and is never filled."""
        key = self.outer_key[outer]
        return isinstance(key, tuple) and key[0] == "reduced"

    def _occurrences(self, polynomials: Sequence[Polynomial], outer: int) -> tuple[object, ...]:
        found = []
        for position, polynomial in enumerate(polynomials):
            for (bound, factors), c in polynomial.items():
                for number, indices, power in factors:
                    symmetric = len(self.atoms[number].symmetries) > 1
                    for slot, i in enumerate(indices):
                        if i == outer:
                            found.append((position, bound, number, -1 if symmetric else slot, power, c, len(factors)))
        return (self.outer_dimension[outer], tuple(sorted(found)))

    def payload(self, number: int, indices: Indices) -> Polynomial:
        """The base of a power, or the only argument of an atom, filled with outer indices."""
        atom = self.atoms[number]
        polynomial: Polynomial = dict(cast(Any, atom.payload))
        return self.substitute(polynomial, dict(zip(atom.slots, indices, strict=True)))

    def integer_power(self, polynomial: Polynomial, power: int) -> Polynomial:
        result = self.number(1)
        for _ in range(power):
            result = self.multiply(result, polynomial)
        return result
