"""A reading as an index expression: entries, sums over bound letters, deltas."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any, cast

from derivcheck.evidence.canonical.affine import combined
from derivcheck.evidence.canonical.algebra import Algebra
from derivcheck.evidence.canonical.atoms import Atom, Factor, Indices, Polynomial, Rational, UndefinedError, magnitude
from derivcheck.evidence.canonical.form import Canonical
from derivcheck.forms.collecting import collected, upright
from derivcheck.forms.combinations import ONE, condition, written_sum
from derivcheck.forms.index_sums import drawn_out
from derivcheck.forms.letters import LETTERS, fresh_letter
from derivcheck.forms.polynomials import NamedPolynomial, factored, is_bound, is_unnamed
from derivcheck.forms.rewriting import summands
from derivcheck.graph.axes import Axis, Dimension
from derivcheck.graph.nodes import Node
from derivcheck.graph.positions import NOTHING, Affine, Comparing, is_within
from derivcheck.language.notation.syntax import (
    Binary,
    BinaryOperator,
    Call,
    Comparison,
    Conditional,
    Expression,
    Name,
    Negate,
    Number,
    Reduction,
    ReductionKind,
    Subscript,
    bottom_up,
)


def number(value: Rational) -> Expression:
    """A nonnegative rational as it is written."""
    value = Fraction(value)
    if value.denominator == 1:
        return Number(Fraction(value.numerator))
    return Binary("/", Number(Fraction(value.numerator)), Number(Fraction(value.denominator)))


def product(factors: Sequence[Expression], operator: BinaryOperator = "*") -> Expression:
    if not factors:
        return Number(Fraction(1))
    bare = [factor.operand if isinstance(factor, Negate) else factor for factor in factors]
    if sum(isinstance(factor, Negate) for factor in factors) % 2:
        return Negate(product(bare, operator))
    if operator == "*":
        bare = _with_numbers_first(bare)
        bare = _cancelled([factor for factor in bare if factor != Number(Fraction(1))] or bare[:1])
    factors = bare
    result = factors[0]
    for factor in factors[1:]:
        match operator, factor:
            case "*", Binary("/", Number(value), below) if value == 1:
                result = Binary("/", result, below)
            case _:
                result = Binary(operator, result, factor)
    return result


def _with_numbers_first(factors: Sequence[Expression]) -> list[Expression]:
    """Factors with the numbers that others begin with drawn to the front: 2 w y for w (2 y)."""
    parted = [_parted(factor) for factor in factors]
    if all(value == 1 for value, _ in parted[1:]):
        return list(factors)
    value = prod((number for number, _ in parted), start=Fraction(1))
    rest = [tree for _, tree in parted if tree != ONE]
    return rest if value == 1 and rest else [Number(value), *rest]


def _parted(tree: Expression) -> tuple[Fraction, Expression]:
    """(the whole number that a product begins with, the rest)."""
    match tree:
        case Number(value) if value.denominator == 1:
            return value, ONE
        case Binary("*" | "/" as operator, left, right):
            value, rest = _parted(left)
            if operator == "*" and rest == ONE:
                return value, right
            return value, Binary(operator, rest, right)
        case _:
            return Fraction(1), tree


def _cancelled(factors: Sequence[Expression]) -> list[Expression]:
    """Factors without what is multiplied and divided by, as long as others are left: 1 - s for 1/s ⊙ s ⊙ (1 - s)."""
    found = list(factors)
    for factor in factors:
        match factor:
            case Binary("/", above, below) if len(found) > 2 and below in found:
                found.remove(below)
                found[found.index(factor)] = above
    return [factor for factor in found if factor != Number(Fraction(1))] if len(found) < len(factors) else found


def quotient(numerator: Sequence[Expression], denominator: Sequence[Expression]) -> Expression:
    top, below = product(numerator), product(denominator)
    if not denominator:
        return top
    if isinstance(top, Negate):
        return Negate(Binary("/", top.operand, below))
    return Binary("/", top, below)


def total(terms: Sequence[tuple[Expression, bool]]) -> Expression:
    """The sum of (expression, is negative) pairs."""
    if not terms:
        return Number(Fraction(0))
    terms = [(t.operand, not minus) if isinstance(t, Negate) else (t, minus) for t, minus in terms]
    terms = _with_one_number(terms)
    terms.sort(key=lambda term: term[1])
    first, negative = terms[0]
    result: Expression = Negate(first) if negative else first
    for expression, minus in terms[1:]:
        result = Binary("-" if minus else "+", result, expression)
    return result


def _with_one_number(terms: list[tuple[Expression, bool]]) -> list[tuple[Expression, bool]]:
    """The terms with the whole numbers within them added up: `i - j` for `(i - 1) - (j - 1)`."""
    flat = [(part, minus != inner) for term, minus in terms for part, inner in summands(term)]
    numbers = [(part.value, minus) for part, minus in flat if isinstance(part, Number)]
    if len(numbers) < 2:
        return terms
    whole = sum((-value if minus else value for value, minus in numbers), Fraction(0))
    kept: list[tuple[Expression, bool]] = [(part, minus) for part, minus in flat if not isinstance(part, Number)]
    return [*kept, (Number(abs(whole)), whole < 0)] if whole or not kept else kept


@dataclass(frozen=True, slots=True)
class MatrixFunction:
    """`inv(M)` or `det(M)`; `places` are the indices of its row and its column, positions as negative numbers."""

    expression: Expression
    places: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Naming:
    """How leaves are written.

    `entry(node, places, letters)` is an entry of a leaf, the places in the order of the
    canonical form's axes; `letters` are in use around it. `taken` are names that no bound
    letter may use. `matrix_of` writes an inverse or a determinant; without it there is none.
    """

    entry: Callable[[Node, Sequence[Expression], frozenset[str]], Expression]
    taken: frozenset[str]
    matrix_of: Callable[[Canonical, Atom], MatrixFunction] | None = None


class _Letters(dict[int, str]):
    """Index -> letter, the letters in use around it, and what stands for an index that has none."""

    def __init__(self, letters: Mapping[int, str], used: frozenset[str]) -> None:
        super().__init__(letters)
        self.used = used
        self.solved: Mapping[int, Expression] = {}

    def place(self, index: int) -> Expression:
        """An index as it is written in brackets."""
        if index < 0:
            return Number(Fraction(-index))
        return self.solved.get(index) or Name(self[index])


MATRIX_FUNCTIONS = {"inverse": "inv", "determinant": "det"}


class IndexForm:
    """Writes polynomials of one canonical form as index expressions."""

    def __init__(self, canonical: Canonical, naming: Naming) -> None:
        self._canonical = canonical
        self._algebra: Algebra = canonical.algebra
        self._naming = naming

    def expression(
        self, polynomial: Polynomial, letters: Mapping[int, str], used: frozenset[str] = frozenset()
    ) -> Expression:
        """The polynomial with its outer indices written as the given letters; `used` ones are not bound."""
        letters = _Letters(letters, used | getattr(letters, "used", frozenset()))
        if not polynomial:
            return Number(Fraction(0))
        parts = factored(self._canonical, upright(self._canonical, collected(self._algebra, polynomial)))
        terms = [
            (self._term(t.bound, t.factors, magnitude(t.coefficient), letters), t.coefficient < 0) for t in parts.terms
        ]
        inner = total(terms)
        if not parts.common and parts.coefficient == 1:
            return inner
        scale = magnitude(parts.coefficient)
        above, below = self._factors(parts.common, letters)
        front = [number(scale)] if scale != 1 else []
        result = quotient([*front, *above, inner], below)
        return Negate(result) if parts.coefficient < 0 else result

    def _term(
        self,
        bound: tuple[int, ...],
        factors: Sequence[Factor],
        coefficient: Rational,
        letters: Mapping[int, str],
    ) -> Expression:
        """coefficient * Π factors, each connected group of bound indices under a sum of its own."""
        names = _Letters(letters, getattr(letters, "used", frozenset()))
        used = set(names.values()) | self._naming.taken | names.used
        for k in range(len(bound)):
            names[k] = fresh_letter(used)
            used.add(names[k])
        names.solved, said = self._solved(factors, names)
        counts = self._counts(bound, factors, names)
        free = [f for f in factors if not any(is_bound(i) for i in f[1])]
        above, below = self._factors(free, names)
        for group, members in _groups(range(len(bound)), factors):
            here = [counts[k] for k in group if k in counts]
            up, down = self._factors([f for f in members if f not in said and f not in dict(here)], names)
            summed = [k for k in group if k not in names.solved and k not in counts]
            ranges = [(names[k], self._algebra.dimensions[bound[k]]) for k in summed]
            parts = drawn_out({letter for letter, _ in ranges}, [*up, *(count for _, count in here)], down)
            above += [*parts.outside_above, _reduced("sum", ranges, quotient(parts.above, parts.below))]
            below += parts.outside_below
        value = Fraction(coefficient)
        if value.numerator != 1 or not above:
            above.insert(0, Number(Fraction(value.numerator)))
        if value.denominator != 1:
            below.insert(0, Number(Fraction(value.denominator)))
        return quotient(above, below)

    def _solved(self, factors: Sequence[Factor], names: _Letters) -> tuple[dict[int, Expression], list[Factor]]:
        """What bound indices of tensors are, `x[2*t + a - 2]`, by conditions that say it; and these conditions."""
        solved: dict[int, Expression] = {}
        said: list[Factor] = []
        kept: set[int] = set()
        for factor in factors:
            atom = self._algebra.atoms[factor[0]]
            if atom.kind != "affine" or atom.name != "zero" or set(factor[1]) & solved.keys():
                continue
            others = [f for f in factors if f != factor]
            _, value, index_of = combined(self._algebra, factor)
            for axis, count in value.terms:
                index = index_of[axis]
                there = Affine.of(axis).plus(value, -count)
                alone = is_bound(index) and index not in kept and self._stands_alone(index, others)
                # A letter by itself would run over two dimensions.
                bare = there.offset == NOTHING and [c for _, c in there.terms] == [1]
                if alone and not bare and abs(count) == 1 and is_within(there, axis.dimension):
                    places = [(names.place(index_of[a]), c) for a, c in there.terms]
                    solved[index] = written_sum(places, there.offset)
                    said.append(factor)
                    kept |= set(index_of.values()) - {index}
                    break
        return solved, said

    def _stands_alone(self, index: int, factors: Iterable[Factor]) -> bool:
        """Whether an index stands in the brackets of tensors alone."""
        nodes = [self._canonical.leaf_nodes.get(number) for number, indices, _ in factors if index in indices]
        return all(node is not None and not is_unnamed(node) for node in nodes)

    def _counts(
        self, bound: Sequence[int], factors: Sequence[Factor], names: _Letters
    ) -> dict[int, tuple[Factor, Expression]]:
        """Bound indices that count the positions before one, or after it: the condition, and the number it sums to."""
        found: dict[int, tuple[Factor, Expression]] = {}
        for index in range(len(bound)):
            members = [factor for factor in factors if index in factor[1]]
            if len(members) != 1 or self._algebra.atoms[members[0][0]].kind != "less":
                continue
            left, right = members[0][1]
            if left == index:
                found[index] = members[0], Binary("-", names.place(right), ONE)
            else:
                size = written_sum([], self._algebra.dimensions[bound[index]])
                found[index] = members[0], Binary("-", size, names.place(left))
        return found

    def _factors(self, factors: Iterable[Factor], names: _Letters) -> tuple[list[Expression], list[Expression]]:
        """(numerator, denominator) in reading order."""
        above: list[tuple[tuple[object, ...], Expression]] = []
        below: list[tuple[tuple[object, ...], Expression]] = []
        for number_, indices, power in factors:
            atom = self._algebra.atoms[number_]
            key = _reading_order(atom, [names.get(i, "") for i in indices])
            inverted = power < 0 and atom.kind != "exp"
            shown = self._factor(number_, indices, -power if inverted else power, names)
            (below if inverted else above).append((key, shown))
        return [e for _, e in sorted(above, key=lambda item: item[0])], [
            e for _, e in sorted(below, key=lambda item: item[0])
        ]

    def _factor(self, number_: int, indices: Indices, power: Rational, names: _Letters) -> Expression:
        atom = self._algebra.atoms[number_]
        if atom.kind == "exp":
            inside = self._payload(atom, indices, names, power)
            return Call("exp", (inside,))
        base = self._atom(number_, atom, indices, names)
        return raised(base, power)

    def _atom(self, number_: int, atom: Atom, indices: Indices, names: _Letters) -> Expression:
        places = [names.place(i) for i in indices]
        match atom.kind:
            case "leaf" if is_unnamed(node := self._canonical.leaf_nodes[number_]):
                filled = {
                    self._canonical.outer(axis): names.get(i, str(-i))
                    for axis, i in zip(node.axes, indices, strict=True)
                }
                used = frozenset(names.values()) | getattr(names, "used", frozenset())
                return self.expression(self._canonical.opened(node), _Letters(filled, used))
            case "leaf":
                return self._naming.entry(
                    self._canonical.leaf_nodes[number_],
                    places,
                    self._naming.taken.union(names.values(), getattr(names, "used", ())),
                )
            case "size":
                return Name(atom.name)
            case "equal":
                return Call("delta", tuple(places))
            case "less":
                return Conditional(Comparison("<", places[0], places[1]), Number(Fraction(1)), Number(Fraction(0)))
            case "affine":
                relation, counts, offset = atom.payload
                terms = tuple(zip(places, cast("tuple[int, ...]", counts), strict=True))
                return condition(cast(Comparing, relation), terms, cast(Dimension, offset))
            case "radical":
                assert isinstance(atom.payload[0], int)
                return Number(Fraction(atom.payload[0]))
            case "positive" | "zero":
                inside = self._payload(atom, indices, names)
                relation = Comparison(">" if atom.kind == "positive" else "=", inside, Number(Fraction(0)))
                return Conditional(relation, Number(Fraction(1)), Number(Fraction(0)))
            case "log":
                return Call("log", (self._payload(atom, indices, names),))
            case "power" | "group":
                return self._payload(atom, indices, names)
            case "function":
                return self._function(atom, indices, names)
            case "exp":
                raise AssertionError("exp is written with its power")

    def _payload(self, atom: Atom, indices: Indices, names: _Letters, factor: Rational = 1) -> Expression:
        polynomial: Polynomial = dict(cast(Any, atom.payload))
        if factor != 1:
            polynomial = {term: c * factor for term, c in polynomial.items()}
        return self.expression(polynomial, self._filled(atom, indices, names))

    def _filled(self, atom: Atom, indices: Indices, names: _Letters) -> _Letters:
        filled = {slot: names.get(i, str(-i)) for slot, i in zip(atom.slots, indices, strict=True)}
        return _Letters(filled, frozenset(names.values()) | getattr(names, "used", frozenset()))

    def _function(self, atom: Atom, indices: Indices, names: _Letters) -> Expression:
        name, primes = atom.name.rstrip("'"), atom.name.count("'")
        if name in MATRIX_FUNCTIONS:
            return self._of_matrix(name, atom, indices, names)
        if not atom.payload:
            return Name(name)  # a number with a name of its own: pi
        filled = self._filled(atom, indices, names)
        for kind in ("max", "product"):
            if name.startswith(kind) and name[len(kind) :].isdigit():
                return self._reduction(atom, kind, filled)
        arguments = tuple(self.expression(dict(cast(Any, p)), filled) for p in atom.payload)
        if name == "power":
            base, exponent = arguments
            return Binary("**", base, exponent)
        return Call(name, arguments, primes)

    def _of_matrix(self, name: str, atom: Atom, indices: Indices, names: _Letters) -> Expression:
        if self._naming.matrix_of is None:
            shown = MATRIX_FUNCTIONS[name]
            raise UndefinedError(f"the {name} is written by its name: give it one among the layers, `C: {shown}(A)`")
        made = self._naming.matrix_of(self._canonical, atom)
        at = dict(zip(atom.slots, indices, strict=True))
        places = [at.get(place, place) for place in made.places]
        return subscripted(made.expression, [Name(names[i]) if i >= 0 else Number(Fraction(-i)) for i in places])

    def _reduction(self, atom: Atom, kind: str, filled: _Letters) -> Expression:
        polynomial: Polynomial = dict(cast(Any, atom.payload[0]))
        used = set(filled.values()) | self._naming.taken | filled.used
        ranges = []
        for index in sorted({i for _, fs in polynomial for _, ii, _ in fs for i in ii}):
            if index not in filled and not is_bound(index) and index >= 0:
                letter = fresh_letter(used)
                used.add(letter)
                ranges.append((letter, self._algebra.dimensions[self._algebra.outer_dimension[index]]))
                filled = _Letters({**filled, index: letter}, filled.used)
        return _reduced("max" if kind == "max" else "prod", ranges, self.expression(polynomial, filled))


def _reduced(kind: ReductionKind, ranges: Sequence[tuple[str, Dimension]], body: Expression) -> Expression:
    """A reduction over letters; those that index nothing by themselves have limits."""
    plain = {e.name for node in bottom_up(body) for e in _indices(node) if isinstance(e, Name)}
    said = {node.name for node in bottom_up(body) if isinstance(node, Name)}
    for letter, dimension in ranges:
        if kind == "sum" and letter not in said:
            body = product([written_sum([], dimension), *([] if body == ONE else [body])])
        elif letter not in plain:
            body = Reduction(kind, (letter,), None, body, ends=(ONE, written_sum([], dimension)))
    letters = tuple(letter for letter, _ in ranges if letter in plain)
    return Reduction(kind, letters, None, body) if letters else body


def _indices(node: Any) -> tuple[Any, ...]:
    """What stands at a node where a letter can learn its dimension."""
    match node:
        case Subscript(_, entries):
            return entries
        case Call("delta" | "window", arguments):
            return arguments
        case Comparison(_, Name() as left, Name() as right):
            return left, right
        case _:
            return ()


def raised(base: Expression, power: Rational) -> Expression:
    if power == 1:
        return base
    if power == Fraction(1, 2):
        return Call("sqrt", (base,))
    return Binary("**", base, number(power)) if power > 0 else Binary("/", Number(Fraction(1)), raised(base, -power))


def _reading_order(atom: Atom, letters: Sequence[str]) -> tuple[object, ...]:
    """Matrices before vectors, weights before adjoints before functions, free letters first."""
    kinds = {"size": 0, "radical": 0, "leaf": 1, "group": 2, "exp": 3, "power": 4, "log": 4, "function": 5}
    return (kinds.get(atom.kind, 6), -len(letters), [LETTERS.find(x) for x in letters], atom.name)


def _groups(bound: Iterable[int], factors: Sequence[Factor]) -> list[tuple[list[int], list[Factor]]]:
    """Bound indices that share factors, with those factors."""
    groups: list[tuple[set[int], list[Factor]]] = [({k}, []) for k in bound]
    for factor in factors:
        here = {i for i in factor[1] if is_bound(i)}
        if not here:
            continue
        joined = [g for g in groups if g[0] & here]
        merged = (set().union(*(g[0] for g in joined)), [f for g in joined for f in g[1]] + [factor])
        groups = [g for g in groups if not g[0] & here] + [merged]
    return [(sorted(ks), fs) for ks, fs in sorted(groups, key=lambda g: min(g[0]))]


def index_form(reading: NamedPolynomial, axes: Sequence[Axis], letters: Sequence[str], naming: Naming) -> Expression:
    """The entry of a reading at the given letters, one for each axis."""
    outer = {reading.canonical.outer(axis): letter for axis, letter in zip(axes, letters, strict=True)}
    reading.canonical.algebra.start()
    return IndexForm(reading.canonical, naming).expression(reading.polynomial, outer)


def subscripted(base: Expression, places: Sequence[Expression]) -> Expression:
    return Subscript(base, tuple(places)) if places else base
