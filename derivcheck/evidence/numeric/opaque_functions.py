"""Opaque functions in numbers: each is a random analytic one."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import sympy

from derivcheck.graph.scalars import NamedFunction, placeholder


@cache
def witnessed(expression: Any, seed: int) -> Any:
    """The expression with every opaque function replaced by a random analytic one."""
    if not expression.has(NamedFunction):
        return expression
    if isinstance(expression, NamedFunction):
        function = type(expression)
        arguments = [witnessed(argument, seed) for argument in expression.args]
        body = _random_function(function.base, len(function.orders), seed)
        for position, order in enumerate(function.orders):
            for _ in range(order):
                body = sympy.diff(body, placeholder(position))
        return body.xreplace({placeholder(k): argument for k, argument in enumerate(arguments)})
    return expression.func(*(witnessed(argument, seed) for argument in expression.args))


@cache
def _random_function(name: str, arity: int, seed: int) -> Any:
    """A generic smooth function of a name: a line plus waves with rational coefficients."""
    generator = np.random.default_rng([seed, *name.encode()])

    def coefficient(low: int, high: int) -> Any:
        return sympy.Rational(int(generator.integers(low, high)), 97)

    terms = []
    for _ in range(3):
        phase = sum((coefficient(40, 140) * placeholder(k) for k in range(arity)), start=coefficient(-90, 90))
        terms.append(coefficient(30, 150) * sympy.sin(phase))
    line = sum((coefficient(20, 120) * placeholder(k) for k in range(arity)), start=coefficient(-90, 90))
    return sympy.Add(*terms, line)
