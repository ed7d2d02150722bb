"""The same function without overflow: exponentials are shifted by the largest of their exponents.

log (exp(u) / S) = u - log S
log S = m + log Σ exp(u - m),  exp(v) / S = exp(v - m) / Σ exp(u - m)      for S = Σ exp(u) and m = max u

Nothing is known here of softmax, of a loss or of a derivative: quotients and logarithms of exponentials are
found in the forward graph, and what is derived of the shifted one does not overflow either.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sympy

from derivcheck.forms.source.exponentials import gains, is_sum_of_exponentials
from derivcheck.graph.axes import Axis
from derivcheck.graph.nodes import (
    Indicator,
    Map,
    Node,
    Quantity,
    Rename,
    Sum,
    extremum,
    held,
    mapped,
    multiply,
    quantity,
    rename,
    sum_over,
    topological,
)
from derivcheck.graph.scalars import lower, placeholder, placeholder_position
from derivcheck.graph.substitution import over

NESTED = 6  # entrywise functions inside each other that are looked through
LARGEST = 60  # operations of a formula that is looked into

Scalar = Any
FARTHEST = -sympy.Float("1e300")
ABOVE_ZERO = sympy.Piecewise((placeholder(0), placeholder(0) > 0), (0, True))


def shifted(root: Node, kept: frozenset[Node]) -> Mapping[Node, Node]:
    """What computes each node below the root; quantities that are `kept` are not looked through."""
    return _Shifting(kept).images(root)


@dataclass(frozen=True, slots=True)
class _Total:
    """Σ exp(u) · weight, as exp(most) times a sum of exponentials of 0 at most."""

    most: Node
    rest: Node


class _Shifting:
    def __init__(self, kept: frozenset[Node]) -> None:
        self._kept = kept
        self._made: dict[Node, Node] = {}
        self.closed: set[Node] = set()
        self._rests: set[Node] = set()  # sums that are shifted already

    def images(self, root: Node) -> Mapping[Node, Node]:
        for node in topological([root]):
            match node:
                case Quantity(name, operand):
                    image = quantity(name, self._made[operand], node.axes)
                    if node in self._kept:
                        self.closed.add(image)
                case Map(expression, parts):
                    image = self._map(expression, [self._made[part] for part in parts])
                case _:
                    image = over(node, self._made)
            self._made[node] = image
        return self._made

    def _map(self, expression: Scalar, parts: Sequence[Node]) -> Node:
        plain = mapped(expression, *parts)
        if not any(_may_gain(part) for part in sympy.preorder_traversal(expression)):
            return plain
        formula = _Formula(self)
        whole = formula.opened(expression, parts, NESTED)
        small = sympy.count_ops(whole) <= LARGEST
        if not small or not (self.is_of_exponentials(whole, formula.leaves) or gains(whole)):
            return plain
        made = whole.replace(lambda p: isinstance(p, sympy.log), lambda p: formula.logarithm(p.args[0]))
        made = made.replace(lambda p: isinstance(p, sympy.Mul), formula.quotient)
        return mapped(made, *formula.leaves) if made != whole or gains(whole) else plain

    def is_derived_by(self, node: Node) -> bool:
        """Whether a node depends on what is derived by."""
        return not (self._kept | self.closed).isdisjoint(topological([node]))

    def logarithm_of_chosen(self, node: Node) -> Node | None:
        """log Σ_j δ_ij p_j = Σ_j δ_ij log p_j, where that gains something; None for any other sum."""
        node = self.unnamed(node)
        if isinstance(node, Rename):
            inner = self.logarithm_of_chosen(node.operand)
            return None if inner is None else rename(inner, dict(node.mapping))
        if not isinstance(node, Sum) or not isinstance(term := self.unnamed(node.operand), Map):
            return None
        deltas = [part for part in term.operands if isinstance(part, Indicator) and part.relation == "equal"]
        others = [part for part in term.operands if part not in deltas]
        gone = [axis for delta in deltas for axis in delta.axes if axis in node.bound]
        chosen = all(len(delta.axes) == 2 and len({*delta.axes} & {*node.bound}) == 1 for delta in deltas)
        if len(others) != 1 or sorted(gone) != sorted(node.bound) or not chosen:
            return None  # of a trace all entries count
        if term.expression != sympy.Mul(*map(placeholder, range(len(term.operands)))):
            return None
        logarithm = sympy.log(placeholder(0))
        made = self._map(logarithm, others)
        return None if made is mapped(logarithm, *others) else sum_over(multiply(*deltas, made), node.bound)

    # --- sums of exponentials -------------------------------------------------------------

    def is_of_exponentials(self, formula: Scalar, leaves: Sequence[Node]) -> bool:
        if lower(formula).has(sympy.exp):
            return True
        places = (placeholder_position(symbol) for symbol in formula.free_symbols)
        return any(self.is_shifted(leaves[k]) or self.total(leaves[k]) is not None for k in places if k is not None)

    def is_shifted(self, node: Node) -> bool:
        return _bare(node) in self._rests

    def unnamed(self, node: Node) -> Node:
        """What a quantity stands for, where it may be looked through."""
        while isinstance(node, Quantity) and node not in self.closed and set(node.axes) == set(node.operand.axes):
            node = node.operand
        if isinstance(node, Rename) and isinstance(inner := self.unnamed(node.operand), Map):
            there = dict(node.mapping)
            return mapped(inner.expression, *(rename(part, there) for part in inner.operands))
        return node

    def total(self, node: Node) -> _Total | None:
        """A sum of exponentials, as it is shifted; None for anything else, and for one that is shifted already."""
        match node:
            case Quantity() if self.unnamed(node) is not node:
                return self.total(self.unnamed(node))
            case Rename(operand, mapping):
                inner = self.total(operand)
                there: dict[Axis, Axis] = dict(mapping)
                return None if inner is None else _Total(rename(inner.most, there), rename(inner.rest, there))
            case Sum(operand, bound) if node not in self._rests:
                term = self.unnamed(operand)
                return self._shifted_sum(term, bound) if isinstance(term, Map) else None
            case _:
                return None

    def _shifted_sum(self, term: Map, bound: tuple[Axis, ...]) -> _Total | None:
        formula = _Formula(self)
        factors = sympy.Mul.make_args(formula.opened(term.expression, term.operands, NESTED))
        exponents = [factor for factor in factors if isinstance(factor, sympy.exp)]
        if not exponents:
            return None
        others = [factor for factor in factors if factor not in exponents]
        exponent, switch = sympy.Add(*(factor.args[0] for factor in exponents)), formula.switch(others)
        # What is weighted with 0 is no largest exponent, and may be as large as it is.
        most = held(extremum("max", mapped(switched(exponent, switch, FARTHEST), *formula.leaves), bound))
        if isinstance(most, Map):
            return None  # a number
        below = mapped(sympy.exp(switched(exponent - formula.leaf(most), switch)), *formula.leaves)
        weight = mapped(sympy.Mul(*others), *formula.leaves)
        rest = sum_over(multiply(below, weight), bound)
        self._rests.add(rest)
        return _Total(most, rest)


class _Formula:
    """A scalar formula in leaves, which are nodes."""

    def __init__(self, shifting: _Shifting) -> None:
        self._shifting = shifting
        self.leaves: list[Node] = []

    def leaf(self, node: Node) -> Scalar:
        if node not in self.leaves:
            self.leaves.append(node)
        return placeholder(self.leaves.index(node))

    def opened(self, expression: Scalar, parts: Sequence[Node], depth: int) -> Scalar:
        """The formula with the entrywise formulas that it is made of put in, where they speak of exponentials."""
        closed = self._shifting.closed
        places: dict[Scalar, Scalar] = {}
        for position, part in enumerate(parts):
            inner = self._shifting.unnamed(part)
            if (
                depth
                and inner not in closed
                and isinstance(inner, Map)
                and (
                    _speaks_of_exponentials(inner, NESTED) or (depth == NESTED and sympy.S.One in inner.expression.args)
                )
            ):
                places[placeholder(position)] = self.opened(inner.expression, inner.operands, depth - 1)
            else:
                places[placeholder(position)] = self.leaf(part)
        return expression.xreplace(places)

    def switch(self, factors: Sequence[Scalar]) -> Scalar:
        """The product of the masks among factors, by which nothing is derived: where it is 0, nothing counts."""
        made = [factor for factor in factors if factor.free_symbols and self._is_switch(factor)]
        return self.leaf(mapped(sympy.Mul(*made), *self.leaves)) if made else sympy.S.One

    def _is_switch(self, factor: Scalar) -> bool:
        places = [placeholder_position(symbol) for symbol in factor.free_symbols]
        return all(k is not None and not self._shifting.is_derived_by(self.leaves[k]) for k in places)

    # --- logarithms -----------------------------------------------------------------------

    def logarithm(self, argument: Scalar) -> Scalar:
        """The logarithm of a product as a sum, where one of the factors is made of exponentials."""
        above, below = sympy.fraction(sympy.together(lower(argument)))
        terms = [*self._terms(sympy.factor_terms(above), 1), *self._terms(sympy.factor_terms(below), -1)]
        if None in terms or not self._shifting.is_of_exponentials(argument, self.leaves):
            return sympy.log(argument)
        return sympy.Add(*terms)

    def _terms(self, product: Scalar, sign: int) -> Iterator[Scalar | None]:
        """The logarithms of the factors; None for one that is not seen to be positive."""
        for factor in sympy.Mul.make_args(product):
            base, exponent = factor.as_base_exp()
            if isinstance(factor, sympy.exp):
                yield sign * factor.args[0]
            elif factor == 1:
                yield sympy.S.Zero
            elif exponent.is_number and exponent != 1 and exponent.is_real:
                yield from (None if term is None else exponent * term for term in self._terms(base, sign))
            elif isinstance(factor, sympy.Symbol) and placeholder_position(factor) is not None:
                yield self._of_leaf(factor, sign)
            else:
                yield sign * sympy.log(factor) if _is_positive(factor) else None

    def _of_leaf(self, symbol: Scalar, sign: int) -> Scalar | None:
        position = placeholder_position(symbol)
        assert position is not None
        node = self.leaves[position]
        if self._shifting.is_shifted(node):
            return sign * sympy.log(symbol)
        if (chosen := self._shifting.logarithm_of_chosen(node)) is not None:
            return sign * self.leaf(chosen)
        total = self._shifting.total(node)
        return None if total is None else sign * (self.leaf(total.most) + sympy.log(self.leaf(total.rest)))

    # --- quotients ------------------------------------------------------------------------

    def _total(self, base: Scalar) -> _Total | None:
        """Σ exp(u), or that beside a positive number; None for anything else."""
        symbols = [term for term in sympy.Add.make_args(base) if isinstance(term, sympy.Symbol)]
        beside = base - sympy.Add(*symbols)
        if len(symbols) != 1 or not (beside.is_number and beside.is_nonnegative):
            return None
        position = placeholder_position(symbols[0])
        total = None if position is None else self._shifting.total(self.leaves[position])
        if total is None or beside.is_zero:
            return total
        # c + exp(m) s = exp(k) (c exp(-k) + s exp(m - k)) for k = max(m, 0)
        most = held(mapped(ABOVE_ZERO, total.most))
        rest = placeholder(0) * sympy.exp(placeholder(1) - placeholder(2)) + beside * sympy.exp(-placeholder(2))
        return _Total(most, mapped(rest, total.rest, total.most, most))

    def quotient(self, product: Scalar) -> Scalar:
        """exp(v) / S with both shifted by the largest exponent in S; anything else as it is."""
        exponents = [factor for factor in product.args if isinstance(factor, sympy.exp)]
        others = [factor for factor in product.args if not isinstance(factor, sympy.exp)]
        if not exponents:
            return product
        exponent, changed = sympy.Add(*(factor.args[0] for factor in exponents)), []
        for factor in others:
            base, power = factor.as_base_exp()
            total = self._total(base) if power.is_negative else None
            if total is None:
                changed.append(factor)
            else:
                exponent = exponent + power * self.leaf(total.most)
                changed.append(self.leaf(total.rest) ** power)
        if changed == others:
            return product
        exponent = switched(exponent, self.switch(others))
        return sympy.Mul(self.leaf(mapped(sympy.exp(exponent), *self.leaves)), *changed)


def switched(exponent: Scalar, switch: Scalar, otherwise: Scalar = sympy.S.Zero) -> Scalar:
    """An exponent where a switch is not 0, another number elsewhere."""
    if switch.is_number:
        return exponent
    return sympy.Piecewise((exponent, sympy.Ne(switch, 0)), (otherwise, True))


def _may_gain(part: Scalar) -> bool:
    """Whether a part is a logarithm, a divisor, or a sum with 1, which exponentials may stand in."""
    divisor = isinstance(part, sympy.Pow) and bool(part.args[1].could_extract_minus_sign())
    return divisor or isinstance(part, sympy.log) or (isinstance(part, sympy.Add) and bool({1, -1} & {*part.args}))


def _bare(node: Node) -> Node:
    """The node without its names, and as it runs along other axes."""
    while isinstance(node, Quantity | Rename):
        node = node.operand
    return node


def _speaks_of_exponentials(node: Node, depth: int) -> bool:
    node = _bare(node)
    if not isinstance(node, Map) or not depth:
        return False
    return lower(node.expression).has(sympy.exp) or any(_speaks_of_exponentials(p, depth - 1) for p in node.operands)


def _is_positive(factor: Scalar) -> bool:
    """Whether a factor is a positive number, a size, or a sum of exponentials."""
    if factor.is_number or isinstance(factor, sympy.Symbol):
        return bool(factor.is_positive)
    return is_sum_of_exponentials(factor)
