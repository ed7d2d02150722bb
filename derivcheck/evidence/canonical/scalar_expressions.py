"""Scalar expressions as polynomials: sums, products, powers, elementary functions, cases and their conditions."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import sympy

from derivcheck.diagnostics.diagnostic import Diagnostic, UnsupportedError
from derivcheck.evidence.canonical import angles, elementary, indicators
from derivcheck.evidence.canonical.algebra import EXPAND_POWER, Algebra
from derivcheck.evidence.canonical.atoms import (
    ONE_TERM,
    Atom,
    Polynomial,
    UndefinedError,
    added,
    combination,
    exact,
    scaled,
)
from derivcheck.evidence.canonical.contents import constant_of, is_positive
from derivcheck.graph.scalars import NamedFunction, placeholder_position


class ScalarExpressions:
    """What scalar expressions are over an algebra. With `lowered` false, functions of angles keep their names."""

    def __init__(self, algebra: Algebra, lowered: bool) -> None:
        self.algebra = algebra
        self.lowered = lowered

    def form(self, expression: Any, operands: Sequence[Polynomial]) -> Polynomial:
        """The polynomial of an expression over placeholders, which stand for the operands.

        Raises GrowthError, UndefinedError, UnsupportedError.
        """
        algebra = self.algebra
        if isinstance(expression, sympy.Symbol):
            position = placeholder_position(expression)
            if position is not None:
                return operands[position]
            atom = Atom("size", (expression.name,), (), ((),), positive=True, name=expression.name)
            return algebra.factor(algebra.intern(atom))
        if isinstance(expression, sympy.Rational):
            return algebra.number(Fraction(int(expression.p), int(expression.q)))
        if isinstance(expression, sympy.Add):
            total: Polynomial = {}
            for part in expression.args:
                for term, c in self.form(part, operands).items():
                    added(total, term, c)
            return total
        if isinstance(expression, sympy.Mul):
            return algebra.multiply_all(self.form(part, operands) for part in expression.args)
        if isinstance(expression, sympy.Pow):
            return self._power(expression, operands)
        if isinstance(expression, sympy.exp):
            return elementary.exponential(algebra, self.form(expression.args[0], operands))
        if isinstance(expression, sympy.log):
            return elementary.logarithm(algebra, self.form(expression.args[0], operands))
        if isinstance(expression, sympy.Piecewise):
            return self._piecewise(expression, operands)
        if self.lowered and isinstance(expression, (sympy.sin, sympy.cos)):
            sine, cosine = angles.sine_and_cosine(algebra, self.form(expression.args[0], operands))
            return sine if isinstance(expression, sympy.sin) else cosine
        if self.lowered and isinstance(expression, sympy.tan):
            sine, cosine = angles.sine_and_cosine(algebra, self.form(expression.args[0], operands))
            return algebra.multiply(sine, elementary.power(algebra, cosine, -1))
        if self.lowered and isinstance(expression, (sympy.tanh, sympy.sinh, sympy.cosh, sympy.coth)):
            return self.form(expression.rewrite(sympy.exp), operands)
        if expression in (sympy.zoo, sympy.nan, sympy.oo, -sympy.oo):
            raise UndefinedError("division by zero")
        if expression is sympy.I:
            raise UndefinedError("the square root of a negative number")
        if expression is sympy.E:
            return elementary.exponential(algebra, algebra.number(1))
        if isinstance(expression, sympy.NumberSymbol):
            atom = Atom("function", (), (), ((),), positive=True, name=str(expression))
            return algebra.factor(algebra.intern(atom))
        if isinstance(expression, (NamedFunction, sympy.Function)):
            name = type(expression).__name__
            return elementary.function(algebra, name, [self.form(a, operands) for a in expression.args])
        raise UnsupportedError(Diagnostic("DC402", f"the canonical form does not know `{type(expression).__name__}`"))

    def _power(self, expression: Any, operands: Sequence[Polynomial]) -> Polynomial:
        base, exponent = expression.args
        if base is sympy.E:
            return elementary.exponential(self.algebra, self.form(exponent, operands))
        if isinstance(exponent, sympy.Rational):
            rational = exact(Fraction(int(exponent.p), int(exponent.q)))
            return elementary.power(self.algebra, self.form(base, operands), rational)
        return self.raised(self.form(base, operands), self.form(exponent, operands))

    def raised(self, base: Polynomial, exponent: Polynomial) -> Polynomial:
        """base ** exponent; of a base that may be negative it is a function of both. Raises as `form` does."""
        value = constant_of(exponent)
        if value is not None:
            return elementary.power(self.algebra, base, value)
        whole = exponent.get(ONE_TERM, 0)
        if self.lowered and base and whole and not isinstance(whole, Fraction) and abs(whole) <= EXPAND_POWER:
            # x^(γ + 1) = x x^γ
            rest = {term: c for term, c in exponent.items() if term != ONE_TERM}
            return self.algebra.multiply(elementary.power(self.algebra, base, whole), self.raised(base, rest))
        if is_positive(self.algebra, base):
            logged = elementary.logarithm(self.algebra, base)
            return elementary.exponential(self.algebra, self.algebra.multiply(exponent, logged))
        return elementary.function(self.algebra, "power", [base, exponent])

    def _piecewise(self, expression: Any, operands: Sequence[Polynomial]) -> Polynomial:
        total: Polynomial = {}
        remaining = self.algebra.number(1)
        for value, condition in expression.args:
            holds = self._condition(condition, operands)
            here = self.algebra.multiply(remaining, holds)
            total = combination(total, self.algebra.multiply(here, self.form(value, operands)))
            remaining = combination(remaining, here, -1)
        return total

    def _condition(self, condition: Any, operands: Sequence[Polynomial]) -> Polynomial:
        algebra = self.algebra
        if condition is sympy.true or condition is True:
            return algebra.number(1)
        if condition is sympy.false or condition is False:
            return {}
        if isinstance(condition, sympy.Not):
            return combination(algebra.number(1), self._condition(condition.args[0], operands), -1)
        if isinstance(condition, sympy.And):
            return algebra.multiply_all(self._condition(c, operands) for c in condition.args)
        if isinstance(condition, sympy.Or):
            missed = algebra.multiply_all(
                combination(algebra.number(1), self._condition(c, operands), -1) for c in condition.args
            )
            return combination(algebra.number(1), missed, -1)
        if isinstance(condition, sympy.ITE):
            test, yes, no = (self._condition(c, operands) for c in condition.args)
            other = algebra.multiply(combination(algebra.number(1), test, -1), no)
            return combination(algebra.multiply(test, yes), other)
        left, right = (self.form(side, operands) for side in condition.args)
        difference = combination(left, right, -1)
        if isinstance(condition, sympy.StrictGreaterThan):
            return indicators.positive(algebra, difference)
        if isinstance(condition, sympy.StrictLessThan):
            return indicators.positive(algebra, scaled(difference, -1))
        if isinstance(condition, sympy.GreaterThan):
            return combination(algebra.number(1), indicators.positive(algebra, scaled(difference, -1)), -1)
        if isinstance(condition, sympy.LessThan):
            return combination(algebra.number(1), indicators.positive(algebra, difference), -1)
        if isinstance(condition, sympy.Eq):
            return indicators.zero(algebra, difference)
        if isinstance(condition, sympy.Ne):
            return combination(algebra.number(1), indicators.zero(algebra, difference), -1)
        raise UnsupportedError(Diagnostic("DC402", f"the canonical form does not know the condition `{condition}`"))
