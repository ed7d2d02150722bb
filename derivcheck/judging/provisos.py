"""What a refuted claim is right under: a fact that is not given, one diagonal, one size, rounded constants."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import partial
from math import e, floor, log, log10, pi, sqrt

from derivcheck.diagnostics.diagnostic import DerivcheckError
from derivcheck.evidence import exact
from derivcheck.evidence.canonical.form import Facts
from derivcheck.forms.letters import fresh_letters
from derivcheck.graph.axes import Axes
from derivcheck.graph.nodes import Inverse, Node, constant, delta, multiply, subtract, topological
from derivcheck.graph.sizes import dimensions_of, small_sizes
from derivcheck.judging.edits import DerivedSides
from derivcheck.judging.judge import Judge
from derivcheck.judging.stock import Stock
from derivcheck.language.claims import Pair, pair
from derivcheck.language.facts import fits
from derivcheck.language.formulas import name_tree
from derivcheck.language.network import Network
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.syntax import (
    Binary,
    Call,
    Derivative,
    Expression,
    Name,
    Number,
    Subscript,
    bottom_up,
)
from derivcheck.spec.facts.table import FACTS, fact_texts, numbers_left, weakest_first, with_implied

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
        if link.shapes is not None:
            matrix = self._as_matrix(link)
            return None if matrix is None else self._first(matrix, self._diagonal)
        for kind in (self._diagonal, self._rounded, self._special_sizes):
            if (found := self._first(link, kind)) is not None:
                return found
        return None

    def _as_matrix(self, link: Pair) -> Pair | None:
        """The claim with the vector on its right side as a diagonal matrix, where that has a meaning."""
        try:
            found = pair(link.left_tree, Call("diag", (link.right_tree,)), "=", link.where, self.network.scope)
        except DerivcheckError:
            return None
        return found if found.shapes is None else None

    def _first(self, link: Pair, kind: Callable[[Pair], Iterator[Proviso]]) -> Proviso | None:
        if link.shapes is not None:
            return None
        found: Proviso | None = self.derived.attempted(lambda: next(kind(link), None), None)
        return found

    def _needed_facts(self, link: Pair) -> Iterator[Proviso]:
        below = set(topological([link.left, link.right]))
        beside_inverses = any(isinstance(node, Inverse) for node in below)
        sizes = small_sizes(dimensions_of([link.left, link.right]))[:1]
        self._equal_in_field(link, sizes, self.judge.facts)
        for tensor in self.network.tensors:
            home = getattr(tensor.node, "home", None)
            if home is None or tensor.node not in below:
                continue
            known = self.judge.facts.get(tensor.name, ())
            for fact, axis in _further(known, home):
                given = {**self.judge.facts, tensor.name: (*known, (fact, axis))}
                # A point honours one fact of a tensor, not two together; and the field has no order.
                ordered = FACTS[fact].positive or FACTS[fact].below_one
                if not known and self._differ_under(link, sizes, given, ordered):
                    continue
                # A proof beside inverses is long: where no point tells what is wrong, it has to be seen at a glance.
                proof = self.judge.prover.glance if known and beside_inverses else self.judge.prover.proof
                if proof(link.left, link.right, given).proved:
                    text = fact_texts([(tensor.name, fact)])[0]
                    yield "DC219", f"right only if {text}, which is not given"
                    return

    def _differ_under(self, link: Pair, sizes: Sequence[Mapping[str, int]], facts: Facts, ordered: bool) -> bool:
        """Whether both sides differ at a point at which facts hold: of the field, or of floats, which have an order."""
        if not ordered and self._equal_in_field(link, sizes, facts) is False:
            return True
        # The field has no order, and does not know every function; and at its small sizes what is 0 or 1 may be 0.
        return self.judge.differs_at_once(link.left, link.right, link.axes, facts)

    def _equal_in_field(self, link: Pair, sizes: Sequence[Mapping[str, int]], facts: Facts) -> bool | None:
        """Whether both sides agree at a point of the field; what facts change nothing of is evaluated once."""
        return exact.identical(
            link.left,
            link.right,
            sizes=sizes,
            facts=facts,
            draws=1,
            seed=17,
            points=self.judge.field_points,
            beside=self.judge.facts,
        ).equal

    def _diagonal(self, link: Pair) -> Iterator[Proviso]:
        """Right where two letters agree: what is missing is the rest of the Jacobian."""
        axes = link.letters or link.axes
        for a, b in itertools.combinations(axes, 2):
            if a.dimension != b.dimension:
                continue
            mask = delta(a, b)
            if a in link.right.axes and b in link.right.axes and not self._drops(link, mask):
                continue
            left, right = multiply(link.left, mask), multiply(link.right, mask)
            if not self.judge.differs_at_once(left, right, link.axes) and self.judge.prover.proof(left, right).proved:
                where = f"where {a.key} = {b.key}" if link.letters else "on the diagonal"
                yield "DC217", f"right only {where}: the other entries are dropped"
                return
        yield from self._diagonal_chain(link)

    def _drops(self, link: Pair, diagonal: Node) -> bool:
        """Whether the right side is zero off a diagonal."""
        beside = multiply(link.right, subtract(constant(1), diagonal))
        differs = self.judge.differs_at_once(beside, constant(0), link.axes)
        return not differs and self.judge.prover.proof(beside, constant(0)).proved

    def _diagonal_chain(self, link: Pair) -> Iterator[Proviso]:
        """`dL/da * diag(da/dz)`: the chain rule through a Jacobian of which the diagonal alone is taken."""
        found = self._entrywise(link)
        if found is None:
            return
        of, by, places, right = found
        at = partial(Subscript, entries=tuple(map(Name, places)))
        for tensor in self.network.tensors:
            through = name_tree(tensor.name)
            if tensor.axes and through != by:
                jacobian = Derivative(through, (by,))
                wrong = Binary("*", Derivative(of, (at(through),)), Derivative(at(through), (at(by),)))
                try:
                    trial = pair(right, wrong, "=", None, self.network.scope)
                except DerivcheckError:
                    continue
                differs = trial.shapes is not None or self.judge.differs_at_once(trial.left, trial.right, trial.axes)
                if not differs and self.judge.prover.proof(trial.left, trial.right).proved:
                    yield "DC217", f"the Jacobian `{to_plain(jacobian)}` is taken as diagonal: it is not"
                    return

    def _entrywise(self, link: Pair) -> tuple[Expression, Expression, Sequence[str], Expression] | None:
        """(what is derived, by what, letters, right side at the letters) of the derivative of a number."""
        match link.left_tree:
            case Derivative(of, (Subscript(Name() as by, entries),)) if len(entries) == len(link.letters):
                places = [entry.name for entry in entries if isinstance(entry, Name)]
                return (of, by, places, link.right_tree) if places == [a.key for a in link.letters] else None
            case Derivative(of, (Name() as by,)) if link.axes and not link.letters:
                used = {node.name for node in bottom_up(link.right_tree) if isinstance(node, Name)}
                places = fresh_letters(len(link.axes), {*used, *self.network.scope.values})
                return of, by, places, Subscript(link.right_tree, tuple(map(Name, places)))
            case _:
                return None

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


def _further(known: Sequence[tuple[str, int | None]], home: Axes) -> Iterator[tuple[str, int | None]]:
    """The facts, along each axis, that a tensor may have beside those that are known of it; the weakest first.

    Those that follow from these are none, nor are those that leave one of few numbers for every entry.
    """
    names = {name for name, _ in known}
    implied = {(kind.name, axis if kind.along_an_axis else None) for n, axis in known for kind in with_implied(n)}
    least = 1 if numbers_left(names) is None else 2
    for fact in weakest_first():
        left = numbers_left([fact, *names])
        if not fits(fact, home) or (left is not None and len(left) < least):
            continue
        for axis in range(len(home)) if FACTS[fact].along_an_axis else (None,):
            if (fact, axis) not in implied:
                yield fact, axis


def _names_of(value: Fraction) -> Iterator[str]:
    """Constants that a decimal is rounded from."""
    digits = len(str(value.denominator)) - 1
    for name, known in KNOWN_CONSTANTS:
        if abs(known - float(value)) <= 0.51 * 10.0**-digits:
            yield name
