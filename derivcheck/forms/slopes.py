"""Slopes by what is known already: σ'(z) is a (1 - a) where a is σ(z), |w|' is sign(w).

Nothing of this is written down: that a slope is a small polynomial in the function's own value, or
another function of the catalogue, is found in numbers and then proved of the definitions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache, cached_property
from typing import Any, Literal, cast

import numpy as np
import sympy

from derivcheck.diagnostics.diagnostic import UnsupportedError
from derivcheck.evidence.canonical.atoms import (
    Factor,
    GrowthError,
    Indices,
    Polynomial,
    Rational,
    Term,
    UndefinedError,
    added,
    exact,
    frozen,
    scaled,
)
from derivcheck.evidence.canonical.form import Canonical
from derivcheck.forms.collecting import group
from derivcheck.forms.polynomials import NamedPolynomial
from derivcheck.graph.nodes import Map, Node, Quantity, mapped, tensor, topological
from derivcheck.graph.scalars import NamedFunction, Scalar, lower, placeholder
from derivcheck.language.catalogue.functions import activation, activations

SlopeStyle = Literal["value", "prime"]
POWERS = (-1, 0, 1, 2)  # of a function's value
POINTS = (sympy.Rational(-7, 5), sympy.Rational(-1, 3), sympy.Rational(3, 7), sympy.Rational(9, 8))
DIGITS, LARGEST = 40, 64  # of the coefficients that are looked for
VARIABLE = placeholder(0)
UNPROVABLE = (GrowthError, UndefinedError, UnsupportedError)


@dataclass(frozen=True, slots=True)
class SlopeIdentity:
    """What the slope of a function is: another function, or coefficients of powers of the function's value."""

    other: str = ""
    powers: tuple[tuple[int, Fraction], ...] = ()


@cache
def slope_of(slope: type[NamedFunction], function: type[NamedFunction] | None) -> SlopeIdentity:
    """What is known of the slope of a function, both as their classes; of the function, where it is at hand."""
    if slope.definition is None or len(slope.parameters) != 1:
        return SlopeIdentity()
    definition = _in_one_variable(slope)
    if function is not None and function.definition is not None:
        powers = _powers(definition, _in_one_variable(function))
        if powers:
            return SlopeIdentity(powers=powers)
    here = _numbers(definition)
    for name in activations():
        other = activation(name)
        if name == "identity" or len(other.parameters) != 1:
            continue
        candidate = _in_one_variable(other)
        # Numbers are quicker than a proof to say no.
        if np.allclose(here, _numbers(candidate), equal_nan=True) and _are_equal(definition, candidate):
            return SlopeIdentity(other=name)
    return SlopeIdentity()


def _numbers(expression: Scalar) -> list[complex]:
    return [complex(expression.xreplace({VARIABLE: point}).evalf()) for point in POINTS]


def _in_one_variable(function: type[NamedFunction]) -> Scalar:
    return lower(function.definition).xreplace({function.parameters[0]: VARIABLE})


def _powers(slope: Scalar, value: Scalar) -> tuple[tuple[int, Fraction], ...]:
    """The coefficients of powers of the value that make up the slope; none where it is no such sum."""
    if slope.has(sympy.Piecewise) or value.has(sympy.Piecewise):
        return ()
    rows, right = [], []
    for point in POINTS:
        here = value.xreplace({VARIABLE: point}).evalf(DIGITS)
        if not here.is_Float or here == 0:
            return ()
        rows.append([here**power for power in POWERS])
        right.append(slope.xreplace({VARIABLE: point}).evalf(DIGITS))
    matrix = sympy.Matrix(rows)
    if abs(matrix.det()) < sympy.Float(10) ** -20:
        return ()
    found = []
    for power, coefficient in zip(POWERS, matrix.LUsolve(sympy.Matrix(right)), strict=True):
        rational = Fraction(str(coefficient)).limit_denominator(LARGEST)
        if rational:
            found.append((power, rational))
    guess = sum((sympy.Rational(c.numerator, c.denominator) * value**k for k, c in found), sympy.Integer(0))
    return tuple(found) if _are_equal(slope, guess) else ()


def _are_equal(one: Scalar, other: Scalar) -> bool:
    """Whether two expressions in one variable are proved equal."""
    variable = tensor("slope", ())
    try:
        return Canonical().equal(mapped(one, variable), mapped(other, variable)).proved
    except UNPROVABLE:
        return False


class SlopesByValue:
    """Writes slopes of one network by the values that its forward pass has."""

    def __init__(self, names: frozenset[Node]) -> None:
        self._names = names
        self._named: dict[int, dict[int, tuple[int, tuple[int, ...]]]] = {}

    def valued(self, reading: NamedPolynomial, body: Node) -> NamedPolynomial:
        """The reading with the slopes that can be, by values."""
        canonical = reading.canonical
        atoms = canonical.algebra.atoms
        primed = {n for _, factors in reading.polynomial for n, _, _ in factors if atoms[n].name.endswith("'")}
        if not primed:
            return reading
        classes = self._classes(body)
        slopes = {
            n: slope_of(cast(Any, classes[atoms[n].name]), cast(Any, self._functions.get(atoms[n].name.rstrip("'"))))
            for n in primed
            if atoms[n].name in classes
        }
        total: Polynomial = {}
        for (bound, factors), coefficient in reading.polynomial.items():
            made: list[Factor] = []
            for factor in factors:
                made += self._written(canonical, slopes.get(factor[0]), factor, factors)
            for term, c in canonical.algebra.multiply(
                {(bound, tuple(made)): coefficient}, canonical.algebra.number(1)
            ).items():
                _added(canonical, total, term, c)
        return replace(reading, polynomial=total)

    def _classes(self, body: Node) -> Mapping[str, type[NamedFunction]]:
        """The functions in what is read, by their names with primes."""
        maps = [node for node in topological([body], self._names) if isinstance(node, Map)]
        return {type(f).__name__: type(f) for node in maps for f in node.expression.atoms(NamedFunction)}

    @cached_property
    def _functions(self) -> Mapping[str, type[NamedFunction]]:
        """The functions of the forward pass, by their names."""
        found = {type(f) for node in self._forward for f in node.expression.atoms(NamedFunction)}
        return {function.base: function for function in found if not any(function.orders)}

    @cached_property
    def _forward(self) -> list[Map]:
        return [node for node in topological(self._names) if isinstance(node, Map)]

    def _written(
        self, canonical: Canonical, slope: SlopeIdentity | None, factor: Factor, beside: Sequence[Factor]
    ) -> list[Factor]:
        """A factor by values, or as it is."""
        number, indices, power = factor
        algebra = canonical.algebra
        atom = algebra.atoms[number]
        if slope is None or len(atom.payload) != 1:
            return [factor]
        if slope.other:
            other = algebra.intern(replace(atom, name=slope.other))
            leaf, order = self._names_of(canonical).get(other, (other, tuple(range(len(indices)))))
            return [(leaf, tuple(indices[k] for k in order), power)]
        base = algebra.intern(replace(atom, name=atom.name.removesuffix("'")))
        value = self._value(canonical, base, indices, beside)
        if not slope.powers or value is None or not isinstance(power, int) or power < 0:
            return [factor]
        leaf, places = value
        lowest = min(k for k, _ in slope.powers)
        made: list[Factor] = [(leaf, places, lowest * power)] if lowest else []
        rest: Polynomial = {}
        inside = {i: algebra.outer(algebra.atoms[leaf].dimensions[k], ("value", k)) for k, i in enumerate(places)}
        for k, c in slope.powers:
            held = ((leaf, tuple(inside[i] for i in places), k - lowest),) if k != lowest else ()
            added(rest, ((), held), exact(c))
        if rest != {((), ()): 1}:
            name, filled, sign = group(algebra, rest)
            back = {there: i for i, there in inside.items()}
            if sign < 0:
                name = _opposite(canonical, name)
            made.append((name, tuple(back[i] for i in filled), power))
        return made

    def _value(
        self, canonical: Canonical, base: int, indices: Indices, beside: Sequence[Factor]
    ) -> tuple[int, Indices] | None:
        """What the function's own value is written as: a name, or the function where it stands in the forward pass."""
        named = self._names_of(canonical).get(base)
        if named is not None:
            leaf, order = named
            return leaf, tuple(indices[k] for k in order)
        if any((number, places) == (base, indices) for number, places, _ in beside):
            return base, indices
        return (base, indices) if self._is_computed(canonical, base) else None

    def _names_of(self, canonical: Canonical) -> Mapping[int, tuple[int, tuple[int, ...]]]:
        """The functions that have a name: atom -> (leaf, for each of its places the one of the function)."""
        if id(canonical) not in self._named:
            found: dict[int, tuple[int, tuple[int, ...]]] = {}
            for node in sorted(self._names, key=lambda name: name.serial):
                if not isinstance(node, Quantity):
                    continue
                try:
                    polynomial = canonical.opened(node.operand)
                except UNPROVABLE:
                    continue
                if len(polynomial) != 1:
                    continue
                (((bound, factors), coefficient),) = polynomial.items()
                if bound or len(factors) != 1 or coefficient != 1 or factors[0][2] != 1:
                    continue
                number, places, _ = factors[0]
                ((_, ((leaf, own, _),)), _), *_ = canonical.leaf(node).items()
                if canonical.algebra.atoms[number].kind == "function" and sorted(places) == sorted(own):
                    found.setdefault(number, (leaf, tuple(places.index(i) for i in own)))
            self._named[id(canonical)] = found
        return self._named[id(canonical)]

    def _is_computed(self, canonical: Canonical, base: int) -> bool:
        """Whether the function of a name, `tanh(c)`, is a part of a formula on the way forwards."""
        atom = canonical.algebra.atoms[base]
        payload: Polynomial = dict(cast(Any, atom.payload[0]))
        factors = next(iter(payload))[1] if len(payload) == 1 else ()
        node = canonical.leaf_nodes.get(factors[0][0]) if len(factors) == 1 else None
        return node is not None and (atom.name, node) in self._computed

    @cached_property
    def _computed(self) -> frozenset[tuple[str, Node]]:
        return frozenset(
            (function.base, operand)
            for node in self._forward
            for function in node.expression.atoms(NamedFunction)
            if not any(function.orders)
            for operand in node.operands
        )


def _added(canonical: Canonical, total: Polynomial, term: Term, coefficient: Rational) -> None:
    """A term, or the terms of a slope that stands alone: s + (1 - s) is 1."""
    bound, factors = term
    if (
        not bound
        and len(factors) == 1
        and factors[0][2] == 1
        and canonical.algebra.atoms[factors[0][0]].kind == "group"
    ):
        for inner, c in canonical.algebra.payload(*factors[0][:2]).items():
            added(total, inner, exact(Fraction(c) * coefficient))
    else:
        added(total, term, coefficient)


def _opposite(canonical: Canonical, number: int) -> int:
    atom = canonical.algebra.atoms[number]
    return canonical.algebra.intern(replace(atom, payload=frozen(scaled(dict(cast(Any, atom.payload)), -1))))
