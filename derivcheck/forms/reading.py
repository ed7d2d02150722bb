"""Which polynomial a reader would write for an adjoint: known names folded in, common factors taken out.

The canonical form over named leaves has several variants: a quantity such as
p = softmax(z) may stay a leaf, or be opened and folded back; the adjoint of the
next quantity may stay a name, or be replaced by its own explicit form. The
shortest variant is the one that reads like the textbook's: dL/dz = p - y.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from fractions import Fraction
from functools import cached_property
from math import prod

from derivcheck.evidence.canonical import elementary
from derivcheck.evidence.canonical.atoms import (
    ONE_TERM,
    GrowthError,
    Indices,
    Polynomial,
    Rational,
    UndefinedError,
    added,
    exact,
    outer_indices,
)
from derivcheck.evidence.canonical.form import Canonical, Facts
from derivcheck.forms.folding import Pattern, folded
from derivcheck.forms.lengths import collected_length, length
from derivcheck.forms.polynomials import NamedPolynomial
from derivcheck.forms.saved import SavedQuantities
from derivcheck.forms.slopes import SlopesByValue, SlopeStyle
from derivcheck.graph.axes import Axis
from derivcheck.graph.nodes import Node, Quantity

MAXIMAL_TERMS = 60


class Namer:
    """Readings of nodes over the given named quantities and named adjoints.

    The facts are used where they make the result shorter; a reading reports them. Slopes are written by
    values of the forward pass where they can be, `a (1 - a)`, or stay slopes, `sigmoid'(z)`.
    """

    def __init__(
        self,
        names: Sequence[Node],
        adjoints: Sequence[Node],
        facts: Facts,
        first: Sequence[Axis] = (),
        slopes: SlopeStyle = "value",
    ) -> None:
        """`first` are axes whose letters a delta keeps: δ(i,j) f(i), not δ(i,j) f(j)."""
        self._first = tuple(first)
        self._names = tuple(names)
        self._adjoints = frozenset(node for node in adjoints if isinstance(node, Quantity))
        self._facts = facts
        self._slope_style = slopes
        self._explicit: dict[Node, tuple[Polynomial | None, Polynomial | None, Polynomial | None]] = {}

    def _canonical(self, cut: frozenset[Node], lowered: bool) -> Canonical:
        made = Canonical(self._facts, cut, lowered)
        for axis in self._first:
            made.outer(axis)
        return made

    @cached_property
    def _closed(self) -> Canonical:
        """Every name is a leaf."""
        return self._canonical(frozenset(self._names) | self._adjoints, lowered=False)

    @cached_property
    def _foldable(self) -> dict[Node, Polynomial]:
        """Quantities that are one product of functions of other names, with that product."""
        found: dict[Node, Polynomial] = {}
        closed = Canonical(self._facts, frozenset(self._names), lowered=False)
        for node in self._names:
            if not isinstance(node, Quantity):
                continue
            try:
                polynomial = closed.form(node.operand)
            except (GrowthError, UndefinedError):
                continue
            if not {closed.outer(axis) for axis in node.axes} <= outer_indices(polynomial):
                continue  # where its factors occur, nothing says at which entry of the name that is
            if (
                len(polynomial) == 1
                and not next(iter(polynomial))[0]
                and any(closed.algebra.atoms[a].kind not in ("leaf", "size") for a, _, _ in next(iter(polynomial))[1])
            ):
                found[node] = polynomial
        return found

    @cached_property
    def _open(self) -> Canonical:
        """Foldable names are looked into."""
        return self._canonical(self._kept | self._adjoints, lowered=False)

    @cached_property
    def _lowered(self) -> Canonical:
        """Foldable names are looked into, and named functions replaced by their definitions."""
        return self._canonical(self._kept | self._adjoints, lowered=True)

    @cached_property
    def _kept(self) -> frozenset[Node]:
        return frozenset(self._names) - frozenset(self._foldable)

    @cached_property
    def _solved(self) -> dict[int, tuple[int, tuple[int, ...], Rational, Rational]]:
        """Atom -> (leaf, slots, c, d) where a name is c + d * atom, so that the atom is (leaf - c) / d."""
        found: dict[int, tuple[int, tuple[int, ...], Rational, Rational]] = {}
        for node in self._foldable:
            polynomial = self._lowered.form(node.operand) if isinstance(node, Quantity) else {}
            constant = polynomial.get(ONE_TERM, 0)
            others = [(term, c) for term, c in polynomial.items() if term != ONE_TERM]
            if len(others) != 1 or others[0][0][0] or len(others[0][0][1]) != 1:
                continue
            ((number, indices, power),), slope = others[0][0][1], others[0][1]
            ((_, ((leaf, slots, _),)), _), *_ = self._lowered.leaf(node).items()
            if set(indices) == set(slots) and len(indices) == len(slots) and power in (1, -1):
                order = tuple(indices.index(slot) for slot in slots)
                found.setdefault(number * 2 + (power == -1), (leaf, order, constant, slope))
        return found

    @cached_property
    def _patterns(self) -> list[Pattern]:
        """What foldable names are, the longest first."""
        patterns = []
        for node in self._foldable:
            polynomial = self._open.form(node)
            if len(polynomial) != 1 or ONE_TERM in polynomial:
                continue
            ((_, factors), coefficient), *_ = polynomial.items()
            leaf = self._open.leaf(node)
            ((_, ((number, indices, _),)), _), *_ = leaf.items()
            patterns.append((number, indices, factors, coefficient))
        return sorted((*patterns, *self._exponentials()), key=lambda pattern: -len(pattern[2]))

    def _exponentials(self) -> Iterator[Pattern]:
        """What the exponentials of logarithms are that have names: exp(x) / Σ exp(x) is exp(y) where y is its log."""
        algebra = self._open.algebra
        for node in self._names:
            polynomial = self._kept_forms.get(node, {})
            atoms = (algebra.atoms[atom] for _, factors in polynomial for atom, _, _ in factors)
            if len(polynomial) < 2 or not any(atom.kind == "log" for atom in atoms):
                continue
            meant = elementary.exponential(algebra, polynomial)
            ((_, whole), _), *_ = elementary.exponential(algebra, self._open.leaf(node)).items()
            if len(meant) == 1 and len(whole) == 1:
                ((bound, factors), coefficient), *_ = meant.items()
                (number, indices, power), *_ = whole
                if not bound and power == 1 and len(factors) > 1:
                    yield number, indices, factors, coefficient

    @cached_property
    def _kept_forms(self) -> dict[Node, Polynomial]:
        """What names that are not folded are, over names."""
        found: dict[Node, Polynomial] = {}
        for node in self._kept:
            with suppress(GrowthError, UndefinedError):
                found[node] = self._open.form(node.operand) if isinstance(node, Quantity) else {}
        return found

    def reading(self, node: Node, of_name: bool = False) -> NamedPolynomial:
        """The shortest reading of a node. Raises GrowthError.

        With `of_name`, the node is a named adjoint and what the name stands for is read.
        """
        body = node.operand if of_name and isinstance(node, Quantity) else node
        shortest = self._shortest(node, body)
        if not _is_simple(shortest.canonical, shortest.polynomial):
            shortest = self._chosen((shortest, *self._saved.readings(node, body)), node, body)
        written = self._reduced(self._valued(shortest, body), node, body)
        if of_name:
            self._weights[node] = self._weight(node)(written)
            self._terms[node] = len(written.polynomial)
            self._divisors[node] = {leaf for leaf, power in self._leaf_powers(written) if power < 0}
        return written

    def _valued(self, reading: NamedPolynomial, body: Node) -> NamedPolynomial:
        return self._slopes.valued(reading, body) if self._slope_style == "value" else reading

    def _reduced(self, reading: NamedPolynomial, node: Node, body: Node) -> NamedPolynomial:
        """The reading with the derivatives put in that divide by a factor of it: y (1 - a), not y/a a (1 - a)."""
        leaves = list(self._leaf_powers(reading))
        factors = {leaf for leaf, power in leaves if power > 0}
        opened = frozenset(leaf for leaf, _ in leaves if not factors.isdisjoint(self._divisors.get(leaf, ())))
        if not opened:
            return reading
        others = (self._valued(found, body) for found in self._saved.readings(node, body, opened))
        return min((reading, *others), key=self._weight(node, opened))

    @staticmethod
    def _leaf_powers(reading: NamedPolynomial) -> Iterator[tuple[Node, Rational]]:
        """The named quantities of a reading, each with its power in a term."""
        nodes = reading.canonical.leaf_nodes
        for _, factors in reading.polynomial:
            yield from ((node, power) for number, _, power in factors if (node := nodes.get(number)) is not None)

    @cached_property
    def _slopes(self) -> SlopesByValue:
        return SlopesByValue(frozenset(self._names))

    def _weight(self, node: Node, repeated: frozenset[Node] = frozenset()) -> Callable[[NamedPolynomial], int]:
        """How much there is to read; derivatives by something smaller, or `repeated`, stand for what they are worth."""
        worth = {other: weight for other, weight in self._weights.items() if len(other.axes) < len(node.axes)}
        worth |= {other: self._weights[other] for other in repeated}
        return lambda reading: collected_length(reading.canonical, reading.polynomial, worth)

    def _chosen(self, readings: Sequence[NamedPolynomial], node: Node, body: Node) -> NamedPolynomial:
        """The shortest, with what terms share put in where terms cancel: `∂L/∂c - mean(∂L/∂c)` of a layer norm."""
        shortest = min(readings, key=self._weight(node))
        for reading in readings:
            repeated = frozenset(other for other, times in self._terms_with(reading).items() if times > 1)
            opened = self._saved.readings(node, body, repeated) if repeated <= self._terms.keys() and repeated else ()
            cancelled = [found for found in opened if len(found.polynomial) < self._terms_opened(reading, repeated)]
            if cancelled:
                return min((shortest, *cancelled), key=self._weight(node, repeated))
        return shortest

    def _terms_opened(self, reading: NamedPolynomial, opened: AbstractSet[Node]) -> int:
        """Of how many terms a reading is with some named derivatives put in and nothing cancelled."""
        leaves = reading.canonical.leaf_nodes
        here = [[leaves.get(number) for number, _, _ in factors] for _, factors in reading.polynomial]
        return sum(prod(self._terms[node] for node in term if node is not None and node in opened) for term in here)

    def _terms_with(self, reading: NamedPolynomial) -> Counter[Node]:
        """In how many terms each named derivative stands."""
        leaves = reading.canonical.leaf_nodes
        terms = ({leaves.get(number) for number, _, _ in factors} for _, factors in reading.polynomial)
        return Counter(node for term in terms for node in term if node in self._adjoints)

    @cached_property
    def _weights(self) -> dict[Node, int]:
        return {}

    @cached_property
    def _divisors(self) -> dict[Node, set[Node]]:
        """What each named derivative divides by that has been read."""
        return {}

    @cached_property
    def _terms(self) -> dict[Node, int]:
        """Of how many terms each named derivative is that has been read."""
        return {}

    @cached_property
    def _saved(self) -> SavedQuantities:
        return SavedQuantities(self._names, self._adjoints, self._facts, self._first)

    def _shortest(self, node: Node, body: Node) -> NamedPolynomial:
        """The shortest reading over names."""
        closed = self._closed.form(body)
        if _is_simple(self._closed, closed):
            simple = NamedPolynomial(self._closed, closed, self._closed.facts_used(body))
            atoms = [self._closed.algebra.atoms[a] for _, factors in closed for a, _, _ in factors]
            # Without a slope such as σ'(z), the names of adjoints in a parameter's gradient say all there is.
            nearer = body is not node or any(atom.kind == "function" for atom in atoms)
            return self._nearer_the_loss(simple, node, body) if nearer else simple
        opened = self._open.form(body)
        facts = self._closed.facts_used(body) | self._open.facts_used(body)
        candidates = [(self._closed, closed, self._closed.facts_used(body)), (self._open, opened, facts)]
        for canonical, polynomial, which in ((self._closed, closed, 0), (self._open, opened, 1)):
            canonical.algebra.start()
            replaced = self._with_explicit(canonical, polynomial, which)
            if replaced is not None:
                candidates.append((canonical, replaced, facts | canonical.algebra.used | self._facts_of_explicit))
        chosen = [(c, self._folded(p) if c is self._open else p, f) for c, p, f in candidates]
        chosen.extend(self._solutions(body))
        canonical, polynomial, used = min(chosen, key=lambda item: length(item[0], item[1]))
        if body is not node and not self._adjoint_leaves(canonical, polynomial):
            explicit = {c is self._open: p for c, p, _ in candidates if not self._adjoint_leaves(c, p)}
            self._explicit[node] = (explicit.get(False), explicit.get(True), self._lowered_explicit(body))
            self._facts_of_explicit |= used
        return NamedPolynomial(canonical, polynomial, used)

    def _lowered_explicit(self, body: Node) -> Polynomial | None:
        """The explicit form over definitions, where there is one in bounds: what is long over names is longer there."""
        if not self._solved or len(self._closed.form(body)) > MAXIMAL_TERMS:
            return None
        try:
            polynomial = self._lowered.form(body)
            self._lowered.algebra.start()
            replaced = self._with_explicit(self._lowered, polynomial, 2)
        except (GrowthError, UndefinedError):
            return None
        if not self._adjoint_leaves(self._lowered, polynomial):
            return polynomial
        return replaced

    def _solutions(self, body: Node) -> list[tuple[Canonical, Polynomial, frozenset[tuple[str, str]]]]:
        """Readings over definitions, with the atoms that names determine written with the names."""
        polynomial = self._lowered_explicit(body)
        if polynomial is None:
            return []
        algebra = self._lowered.algebra
        total: Polynomial = {}
        try:
            for (bound, factors), coefficient in polynomial.items():
                outside = [algebra.outer(dimension, ("solved", k)) for k, dimension in enumerate(bound)]
                placed = dict(enumerate(outside))
                product: Polynomial = {((), ()): coefficient}
                for number, indices, power in factors:
                    here = tuple(placed.get(i, i) for i in indices)
                    product = algebra.multiply(product, self._rewritten(number, here, power))
                for term, c in algebra.sum_over(product, outside).items():
                    added(total, term, c)
        except GrowthError:
            return []
        facts = self._lowered.facts_used(body) | frozenset(algebra.used) | self._facts_of_explicit
        return [(self._lowered, total, frozenset(facts))]

    def _rewritten(self, number: int, indices: Indices, power: Rational) -> Polynomial:
        """A factor, or the expression in a name that it equals."""
        algebra = self._lowered.algebra
        for inverted, exponent in ((0, power), (1, -power)):
            found = self._solved.get(number * 2 + inverted)
            if found is not None and isinstance(exponent, int) and 0 < exponent <= 4:
                leaf, order, constant, slope = found
                slots = tuple(indices[k] for k in order)
                solved: Polynomial = {((), ((leaf, slots, 1),)): exact(1 / Fraction(slope))}
                if constant:
                    solved[ONE_TERM] = exact(-Fraction(constant) / slope)
                return algebra.integer_power(solved, exponent)
        return algebra.factor(number, indices, power)

    @cached_property
    def _facts_of_explicit(self) -> set[tuple[str, str]]:
        return set()

    def _nearer_the_loss(self, simple: NamedPolynomial, node: Node, body: Node) -> NamedPolynomial:
        """dL/dz = p - y where dL/dp is explicit, instead of dL/dp times the slope of p."""
        leaves = self._adjoint_leaves(self._closed, simple.polynomial)
        if not leaves or not leaves <= set(self._explicit):
            return simple
        bound = length(self._closed, simple.polynomial) + 2
        if body is node and (written := self._with_explicit(self._closed, simple.polynomial, 0)) is not None:
            # A parameter's gradient is written without the names of adjoints, where they have a form.
            bound = max(bound, length(self._closed, written) - 1)
        for canonical, polynomial, facts in self._solutions(body):
            if length(canonical, polynomial) <= bound and not self._adjoint_leaves(canonical, polynomial):
                explicit = [self._with_explicit(c, c.form(body), k) for k, c in enumerate((self._closed, self._open))]
                self._explicit[node] = (explicit[0], explicit[1], self._lowered_explicit(body))
                return NamedPolynomial(canonical, polynomial, facts)
        return simple

    def _adjoint_leaves(self, canonical: Canonical, polynomial: Polynomial) -> set[Node]:
        leaves = (canonical.leaf_nodes.get(a) for _, factors in polynomial for a, _, _ in factors)
        return {node for node in leaves if node in self._adjoints}

    def _with_explicit(self, canonical: Canonical, polynomial: Polynomial, which: int) -> Polynomial | None:
        """The polynomial with adjoints replaced by their explicit forms, where all of them have one."""
        leaves = self._adjoint_leaves(canonical, polynomial)
        if not leaves or not leaves <= set(self._explicit):
            return None
        algebra = canonical.algebra
        total: Polynomial = {}
        for (bound, factors), coefficient in polynomial.items():
            outside = [algebra.outer(dimension, ("explicit", k)) for k, dimension in enumerate(bound)]
            placed = dict(enumerate(outside))
            product: Polynomial = {((), ()): coefficient}
            for number, indices, power in factors:
                here = tuple(placed.get(i, i) for i in indices)
                node = canonical.leaf_nodes.get(number)
                form = self._explicit[node][which] if node in leaves and node is not None else None
                if node in leaves:
                    if form is None or power != 1:
                        return None
                    assert node is not None
                    axes = [canonical.outer(axis) for axis in node.axes]
                    part = algebra.substitute(form, dict(zip(axes, here, strict=True)))
                else:
                    part = algebra.factor(number, here, power)
                product = algebra.multiply(product, part)
            for term, c in algebra.sum_over(product, outside).items():
                added(total, term, c)
        return total

    def _folded(self, polynomial: Polynomial) -> Polynomial:
        """Products that mean a known name, written as that name."""
        return folded(self._open.algebra, polynomial, self._patterns)


def _is_simple(canonical: Canonical, polynomial: Polynomial) -> bool:
    """One product of a few leaves and functions: nothing shorter is to be found."""
    if not polynomial:
        return True
    if len(polynomial) > 1:
        return False
    ((_, factors), _), *_ = polynomial.items()
    kinds = {canonical.algebra.atoms[a].kind for a, _, _ in factors}
    return kinds <= {"leaf", "function", "size"} and len(factors) <= 4 and all(p == 1 for _, _, p in factors)
