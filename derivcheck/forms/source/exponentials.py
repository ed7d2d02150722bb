"""Scalar formulas in functions of NumPy that keep digits and do not overflow.

log(1 + u) = log1p(u),  exp(u) - 1 = expm1(u),  log(exp(u) + exp(v)) = logaddexp(u, v)
exp(w) / (exp(u) + exp(v))^k = exp(w - k logaddexp(u, v))
"""

from __future__ import annotations

from functools import reduce
from typing import Any

import sympy

Scalar = Any


class logaddexp(sympy.Function):  # type: ignore[misc]  # noqa: N801 - written as it is called
    """log(exp(u) + exp(v))."""


class log1p(sympy.Function):  # type: ignore[misc]  # noqa: N801
    """log(1 + u)."""


class expm1(sympy.Function):  # type: ignore[misc]  # noqa: N801
    """exp(u) - 1."""


def without_overflow(expression: Scalar) -> Scalar:
    """The same function in those functions."""
    if not expression.has(sympy.exp, sympy.log):
        return expression
    made = expression.replace(lambda p: isinstance(p, sympy.log), lambda p: _logarithm(p.args[0]))
    made = made.replace(lambda p: isinstance(p, sympy.Pow), _power)
    made = made.replace(lambda p: isinstance(p, sympy.Mul), _joined)
    return made.replace(lambda p: isinstance(p, sympy.Add), _less_one)


def gains(expression: Scalar) -> bool:
    """Whether a formula has a part that is written in one of those functions."""
    return bool(expression.has(sympy.exp, sympy.log)) and without_overflow(expression) != expression


def is_sum_of_exponentials(expression: Scalar) -> bool:
    """Whether it is a sum of positive numbers and positive multiples of exponentials, which are in it."""
    return (
        isinstance(expression, sympy.Add)
        and any(isinstance(term, sympy.exp) or term.has(sympy.exp) for term in expression.args)
        and all(_exponent(term) is not None for term in expression.args)
    )


def _exponent(term: Scalar) -> Scalar | None:
    """u of exp(u), and of c exp(u) with log c; None for anything else."""
    factors = sympy.Mul.make_args(term)
    exponents = [factor.args[0] for factor in factors if isinstance(factor, sympy.exp)]
    rest = sympy.Mul(*(factor for factor in factors if not isinstance(factor, sympy.exp)))
    return sympy.Add(sympy.log(rest), *exponents) if rest.is_number and rest.is_positive else None


def _logarithm(argument: Scalar) -> Scalar:
    if is_sum_of_exponentials(argument):
        exponents = [u for term in argument.args if (u := _exponent(term)) is not None]
        return reduce(logaddexp, sorted(exponents, key=lambda u: (not u.is_number, str(u))))
    if isinstance(argument, sympy.Add) and sympy.S.One in argument.args:
        return log1p(argument - 1)
    return sympy.log(argument)


def _power(power: Scalar) -> Scalar:
    base, exponent = power.args
    if exponent.could_extract_minus_sign() and is_sum_of_exponentials(base):
        return sympy.exp(exponent * _logarithm(base))
    return power


def _joined(product: Scalar) -> Scalar:
    """Exponentials over a sum of them: one exponential each, as the parts may be too large."""
    exponentials = [factor for factor in product.args if isinstance(factor, sympy.exp)]
    if not any(factor.has(logaddexp) for factor in exponentials):
        return product
    sums = [f for f in product.args if f.as_base_exp()[0].is_Add and f.has(sympy.exp) and f not in exponentials]
    rest = [factor for factor in product.args if factor not in (*exponentials, *sums)]
    exponent = sympy.Add(*(factor.args[0] for factor in exponentials))
    terms = []
    for term in sympy.Add.make_args(sympy.expand(sympy.Mul(*sums))):
        inside = [factor for factor in sympy.Mul.make_args(term) if isinstance(factor, sympy.exp)]
        outside = [factor for factor in sympy.Mul.make_args(term) if factor not in inside]
        terms.append(sympy.Mul(*outside, sympy.exp(sympy.Add(exponent, *(factor.args[0] for factor in inside)))))
    return sympy.Mul(*rest, sympy.Add(*terms))


def _less_one(total: Scalar) -> Scalar:
    exponentials = [term for term in total.args if isinstance(-term, sympy.exp) or isinstance(term, sympy.exp)]
    for term in exponentials:
        sign = 1 if isinstance(term, sympy.exp) else -1
        if -sign in total.args:
            return total - term + sign + sign * expm1((sign * term).args[0])
    return total
