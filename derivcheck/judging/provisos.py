"""What a refuted claim is right under: a fact that is not given, one diagonal, one size, rounded constants."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from math import e, floor, log, log10, pi, sqrt

from derivcheck.evidence import exact
from derivcheck.evidence.canonical.form import Facts
from derivcheck.graph.axes import Axis
from derivcheck.graph.nodes import Node, constant, delta, multiply, topological
from derivcheck.graph.sizes import dimensions_of, small_sizes
from derivcheck.judging.edits import DerivedSides
from derivcheck.judging.judge import Judge
from derivcheck.judging.stock import Stock
from derivcheck.language.claims import Pair
from derivcheck.language.facts import fits
from derivcheck.language.network import Network
from derivcheck.language.notation.syntax import Number, bottom_up
from derivcheck.spec.facts.table import FACTS, exclude_each_other, fact_texts, weakest_first

ROUNDED = 2e-3  # relative difference up to which rounded constants are the cause
KNOWN_CONSTANTS: tuple[tuple[str, float], ...] = (
    ("sqrt(2/pi)", sqrt(2 / pi)),
    ("1/sqrt(2*pi)", 1 / sqrt(2 * pi)),
    ("sqrt(2*pi)", sqrt(2 * pi)),
    ("2/sqrt(pi)", 2 / sqrt(pi)),
    ("pi", pi),
    ("1/pi", 1 / pi),
    ("sqrt(2)", sqrt(2)),
    ("1/sqrt(2)", 1 / sqrt(2)),
    ("sqrt(3)", sqrt(3)),
    ("exp(1)", e),
    ("log(2)", log(2)),
    ("1/log(2)", 1 / log(2)),
    ("log(10)", log(10)),
    ("1/3", 1 / 3),
    ("2/3", 2 / 3),
)
Proviso = tuple[str, str]  # its code, and what to say


class Provisos:
    """Conditions of claims about one network."""

    def __init__(self, network: Network, judge: Judge, stock: Stock, derived: DerivedSides) -> None:
        self.network, self.judge, self.stock, self.derived = network, judge, stock, derived

    def fact(self, link: Pair) -> Proviso | None:
        """The weakest fact that is not given, under which the claim is right."""
        return self._first(link, self._needed_facts)

    def condition(self, link: Pair) -> Proviso | None:
        """Where else the claim is right."""
        for kind in (self._diagonal, self._rounded, self._special_sizes):
            if (found := self._first(link, kind)) is not None:
                return found
        return None

    def _first(self, link: Pair, kind: Callable[[Pair], Iterator[Proviso]]) -> Proviso | None:
        if link.shapes is not None:
            return None
        found: Proviso | None = self.derived.attempted(lambda: next(kind(link), None), None)
        return found

    def _needed_facts(self, link: Pair) -> Iterator[Proviso]:
        below = set(topological([link.left, link.right]))
        sizes = small_sizes(dimensions_of([link.left, link.right]))[:1]
        for tensor in self.network.tensors:
            home = getattr(tensor.node, "home", None)
            if home is None or tensor.node not in below:
                continue
            for fact in weakest_first():
                known = self.judge.facts.get(tensor.name, ())
                if not fits(fact, home) or exclude_each_other([fact, *(name for name, _ in known)]):
                    continue
                axes = range(len(home)) if FACTS[fact].along_an_axis else (None,)
                for axis in axes:
                    given = {**self.judge.facts, tensor.name: (*known, (fact, axis))}
                    # A point honours one fact of a tensor, not two together; and the field has no order.
                    ordered = FACTS[fact].positive or FACTS[fact].below_one
                    if not known and self._differ_under(link, sizes, given, ordered):
                        continue
                    if self.judge.prover.proof(link.left, link.right, given).proved:
                        text = fact_texts([(tensor.name, fact)])[0]
                        yield "DC219", f"right only if {text}, which is not given"
                        return

    def _differ_under(self, link: Pair, sizes: Sequence[Mapping[str, int]], facts: Facts, ordered: bool) -> bool:
        """Whether both sides differ at a point at which facts hold: of the field, or of floats, which have an order."""
        if not ordered:
            found = exact.identical(
                link.left, link.right, sizes=sizes, facts=facts, draws=1, seed=17, points=self.judge.field_points
            ).equal
            if found is not None:
                return not found
        # The field has no order, and does not know every function.
        return self.judge.differs_at_once(link.left, link.right, link.axes, facts)

    def _diagonal(self, link: Pair) -> Iterator[Proviso]:
        """Right where two letters agree: what is missing is the rest of the Jacobian."""
        for a in link.letters:
            for b in link.letters:
                if a.key < b.key and a.dimension == b.dimension:
                    on: Axis = a
                    mask = delta(on, b)
                    left, right = multiply(link.left, mask), multiply(link.right, mask)
                    if (
                        not self.judge.differs_at_once(left, right, link.axes)
                        and self.judge.prover.proof(left, right).proved
                    ):
                        yield "DC217", f"right only where {a.key} = {b.key}: the other entries are dropped"
                        return

    def _rounded(self, link: Pair) -> Iterator[Proviso]:
        """Sides that agree to as many digits as the constants of the right one are written with."""
        decimals = [
            node.value
            for node in bottom_up(link.right_tree)
            if isinstance(node, Number) and node.value.denominator >= 1000
        ]
        if not decimals:
            return
        error = self.judge.relative_difference(link.left, link.right, link.axes)
        if error is None or not 0 < error < ROUNDED:
            return
        named = (f"{float(value):.10g} is `{name}`" for value in decimals for name in _names_of(value))
        said = "; ".join(dict.fromkeys(named))
        yield "DC227", f"right to {floor(-log10(error))} digits: constants are rounded" + (f"; {said}" if said else "")

    def _special_sizes(self, link: Pair) -> Iterator[Proviso]:
        """Right for a dimension of size 1 only, or where two dimensions have one size only."""
        names = self.stock.dimension_names(link)
        bases = small_sizes(dimensions_of([link.left, link.right]))
        for name in names:
            if self._holds_at(link, [{**base, name: 1} for base in bases]):
                yield "DC220", f"right only where {name} = 1"
                return
        for one, other in itertools.combinations(names, 2):
            if self._holds_at(link, [{**base, one: count, other: count} for base in bases for count in (2, 3, 4)]):
                yield "DC220", f"right only where {one} = {other}"
                return

    def _holds_at(self, link: Pair, sizes: list[dict[str, int]]) -> bool:
        """Whether both sides agree at these sizes, and not because everything is zero there: a softmax of one entry."""
        return self._equal_at(link.left, link.right, sizes) and not self._equal_at(link.left, constant(0), sizes)

    def _equal_at(self, left: Node, right: Node, sizes: list[dict[str, int]]) -> bool:
        found = exact.identical(
            left, right, sizes=sizes, facts=self.judge.facts, draws=2, seed=17, points=self.judge.field_points
        )
        return bool(found.equal) and len(found.sizes) == len(sizes)


def _names_of(value: Fraction) -> Iterator[str]:
    """Constants that a decimal is rounded from."""
    digits = len(str(value.denominator)) - 1
    for name, known in KNOWN_CONSTANTS:
        if abs(known - float(value)) <= 0.51 * 10.0**-digits:
            yield name
