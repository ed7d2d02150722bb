"""Readings over what a forward pass keeps: its names, and the parts of its formulas that have none.

`x - mu` in `(x - mu) * r` stays one thing, as whoever wrote the network has it, so that the product
of both is the normalised `h`. A derivative by something smaller than what is read, that by the mean
or the norm, is looked into. Σ h = 0 and Σ p = 1 are seen from what the names stand for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from derivcheck.diagnostics.diagnostic import UnsupportedError
from derivcheck.evidence.canonical.atoms import (
    ONE_TERM,
    Factor,
    GrowthError,
    Polynomial,
    UndefinedError,
    added,
    outer_indices,
)
from derivcheck.evidence.canonical.contents import constant_of
from derivcheck.evidence.canonical.form import Canonical, Facts
from derivcheck.evidence.canonical.labelling import labelled
from derivcheck.evidence.canonical.terms import rebound
from derivcheck.forms.folding import Pattern, folded, with_powers_of_names
from derivcheck.forms.polynomials import NamedPolynomial, is_bound, is_unnamed
from derivcheck.graph.axes import Axes, Axis
from derivcheck.graph.nodes import Input, Map, Node, Quantity, Sum, operands, sum_over, topological

MAXIMAL_TERMS = 24
MAXIMAL_OPENED = 6  # derivatives that are looked into
LEVELS = 3  # of definitions that are looked into for what a sum is worth


class SavedQuantities:
    """Readings with parts of formulas as leaves; `adjoints` are named derivatives."""

    def __init__(self, names: Sequence[Node], adjoints: frozenset[Node], facts: Facts, first: Sequence[Axis]) -> None:
        self._names = frozenset(names)
        self._adjoints = adjoints
        self._facts = facts
        self._first = first
        self._canonicals: dict[frozenset[Node], Canonical] = {}
        self._pattern_lists: dict[frozenset[Node], dict[Node, Pattern | None]] = {}
        self._sums: dict[tuple[Node, Axes], int | None] = {}

    def readings(self, node: Node, body: Node, repeated: frozenset[Node] = frozenset()) -> Iterator[NamedPolynomial]:
        """What the derivative `node`, which stands for `body`, is read as, the sums of formulas kept, then more.

        Derivatives by something smaller are looked into, and those that stand there more than once, `repeated`.
        """
        opened = self._opened(node, body, repeated)
        sums = frozenset(self._sums_kept & self._below(body))
        more = frozenset(self._parts_kept & self._below(body))
        if not sums and not more and not opened:
            return
        for kept in dict.fromkeys((sums, more)):
            cut = self._names | (self._adjoints - opened) | kept
            try:
                yield self._reading(node, body, frozenset(cut))
            except (GrowthError, UndefinedError, UnsupportedError):
                continue

    def _opened(self, node: Node, body: Node, repeated: frozenset[Node]) -> set[Node]:
        """The derivatives by something smaller that a derivative is made of, and those that these are made of."""
        found = set(repeated)
        for _ in range(LEVELS):
            below = topological([body], self._names | (self._adjoints - found - {node}))
            found |= {a for a in below if a in self._adjoints and len(a.axes) < len(node.axes)}
        return found if len(found) <= MAXIMAL_OPENED else set()

    def _below(self, body: Node) -> set[Node]:
        return set(topological([body], self._names))

    @cached_property
    def _forward(self) -> list[Node]:
        """The parts of formulas that have no name, as they are computed on the way forwards."""
        named = {node.operand for node in self._names if isinstance(node, Quantity)}
        return [n for n in topological(self._names) if n not in self._names and n not in named and is_unnamed(n)]

    @cached_property
    def _sums_kept(self) -> frozenset[Node]:
        """Sums and differences: u - v."""
        return frozenset(n for n in self._forward if isinstance(n, Map) and n.operands and n.expression.is_Add)

    @cached_property
    def _parts_kept(self) -> frozenset[Node]:
        """Those, and numbers that are sums, and sums of what is made of one thing: Σ x²."""
        sums = (n for n in self._forward if isinstance(n, Sum))
        return self._sums_kept | {n for n in sums if not n.axes or len(operands(n.operand)) == 1}

    def _canonical(self, cut: frozenset[Node]) -> Canonical:
        if cut not in self._canonicals:
            made = self._canonicals[cut] = Canonical(self._facts, cut, lowered=False)
            for axis in self._first:
                made.outer(axis)
        return self._canonicals[cut]

    def _reading(self, node: Node, body: Node, cut: frozenset[Node]) -> NamedPolynomial:
        canonical = self._canonical(cut - {node} if node is not body else cut)
        polynomial = canonical.form(body)
        if len(polynomial) > MAXIMAL_TERMS:
            raise GrowthError
        patterns = self._patterns(canonical, body)
        algebra = canonical.algebra
        algebra.start()
        polynomial = self._without_known_sums(canonical, polynomial)
        polynomial = with_powers_of_names(algebra, polynomial, patterns)
        polynomial = self._without_known_sums(canonical, folded(algebra, polynomial, patterns))
        return NamedPolynomial(canonical, polynomial, canonical.facts_used(body) | algebra.used)

    def _patterns(self, canonical: Canonical, body: Node) -> list[Pattern]:
        """What each name is a product of, where it is one of leaves that the body has: the longest first."""
        leaves = self._leaves(body, canonical.cut)
        known = self._pattern_lists.setdefault(canonical.cut, {})
        found = []
        for node in self._layers:
            if node not in known and self._leaves(node.operand, canonical.cut) <= leaves:
                known[node] = self._pattern(canonical, node)
            if (pattern := known.get(node)) is not None:
                found.append(pattern)
        return sorted(found, key=lambda pattern: -len(pattern[2]))

    @cached_property
    def _layers(self) -> list[Quantity]:
        return sorted((n for n in self._names if isinstance(n, Quantity)), key=lambda name: name.serial)

    @staticmethod
    def _leaves(body: Node, cut: frozenset[Node]) -> set[Node]:
        """What a body is made of, as far as it is looked into."""
        return {node for node in topological([body], cut) if node in cut or isinstance(node, Input)}

    def _pattern(self, canonical: Canonical, node: Quantity) -> Pattern | None:
        try:
            polynomial = canonical.opened(node.operand)
        except (GrowthError, UndefinedError, UnsupportedError):
            return None
        if len(polynomial) != 1 or ONE_TERM in polynomial:
            return None
        ((bound, factors), coefficient), *_ = polynomial.items()
        own = {canonical.outer(axis) for axis in node.axes}
        if bound or not own <= outer_indices(polynomial) or not _tells(canonical, node, polynomial):
            return None
        ((_, ((number, indices, _),)), _), *_ = canonical.leaf(node).items()
        return number, indices, factors, coefficient

    # --- sums that are known --------------------------------------------------------------

    def _without_known_sums(self, canonical: Canonical, polynomial: Polynomial) -> Polynomial:
        """Σ_k p(k) = 1 and Σ_k h(k) = 0, where the definitions say so."""
        result: Polynomial = {}
        stack = list(polynomial.items())
        while stack:
            (bound, factors), coefficient = stack.pop()
            for factor, indices in _summed_alone(factors):
                worth = self._sum_of(canonical, factor, indices)
                if worth is not None:
                    if worth:
                        left, moved, _ = rebound(bound, [f for f in factors if f is not factor], indices)
                        stack.append((labelled(canonical.algebra.atoms, left, list(moved)), coefficient))
                    break
            else:
                added(result, (bound, factors), coefficient)
        return result

    def _sum_of(self, canonical: Canonical, factor: Factor, summed: Sequence[int]) -> int | None:
        """What a leaf to the power one sums to over indices, if that is 0 or 1 at all places."""
        number, indices, power = factor
        node = canonical.leaf_nodes.get(number)
        known = node in self._names or (node is not None and is_unnamed(node))
        if power != 1 or not known or len(set(indices)) < len(indices) or not isinstance(node, Quantity | Map):
            return None
        axes = tuple(axis for axis, index in zip(node.axes, indices, strict=True) if index in summed)
        if (node, axes) not in self._sums:
            self._sums[node, axes] = self._found_sum(node, axes)
        return self._sums[node, axes]

    def _found_sum(self, node: Node, axes: Axes) -> int | None:
        opened: set[Node] = {node}
        body = node.operand if isinstance(node, Quantity) else node
        for _ in range(LEVELS):
            try:
                total = Canonical({}, self._names - opened).form(sum_over(body, axes))
            except (GrowthError, UndefinedError, UnsupportedError):
                return None
            value = constant_of(total)
            if value in (0, 1):
                return int(value)
            opened |= set(topological([body], self._names - opened)) & self._names
        return None


def _summed_alone(factors: Sequence[Factor]) -> Iterator[tuple[Factor, Sequence[int]]]:
    """The factors that are summed over what no other factor has: along all of it, and along each index of it."""
    for factor in factors:
        others = {index for other in factors if other is not factor for index in other[1]}
        alone = [index for index in factor[1] if is_bound(index) and index not in others]
        if len(alone) > 1:
            yield factor, alone
        for index in alone:
            yield factor, (index,)


def _tells(canonical: Canonical, node: Quantity, polynomial: Polynomial) -> bool:
    """Whether a product is one that readers know by its name: a normalised vector, a root, no plain product."""
    ((_, factors), _), *_ = polynomial.items()
    if len(factors) == 1 and canonical.algebra.atoms[factors[0][0]].kind == "leaf" and factors[0][2] == 1:
        return False
    for number, indices, power in factors:
        atom = canonical.algebra.atoms[number]
        leaf = canonical.leaf_nodes.get(number)
        if atom.kind not in ("leaf", "size") or power != 1 or (leaf is not None and is_unnamed(leaf)):
            return True
        if len(indices) < len(node.axes) and atom.kind == "leaf":
            return True
    return False
