"""Conditions where they belong: in the range of a sum, or as a case, never as a factor of one or zero.

Σ_k a[k] (1 if k < j else 0)   =  Σ_{k < j} a[k]
Σ_{j,k} g[j] w[k] window(i,j,k)  =  Σ_{j,k: i == j + k - 1} g[j] w[k]
a[i] (1 if i < j else 0)       =  a[i] if i < j else 0
1 - (1 if i < j else 0)        =  1 if i >= j else 0
max_j(z[j]) - z[i] == 0        =  z[i] == max_j(z[j])
a if a > b else b              =  max(a, b)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from derivcheck.forms.index_form import product
from derivcheck.language.notation.syntax import (
    Binary,
    Call,
    Comparison,
    Condition,
    Conditional,
    Expression,
    Junction,
    Name,
    Negate,
    Number,
    Reduction,
    bottom_up,
    rebuilt,
)

ONE, ZERO = Number(Fraction(1)), Number(Fraction(0))
CASES = (ONE, ONE, ZERO)  # what is taken from, and the values of a case
OPPOSITE: dict[str, Any] = {"<": ">=", ">": "<=", "<=": ">", ">=": "<", "=": "!=", "!=": "="}
TURNED: dict[str, Any] = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "!=": "!="}


def in_ranges(tree: Expression) -> Expression:
    """The tree with every condition that is a factor in the range of the sum that it limits, or as a case."""
    return _as_case(rebuilt(tree, _settled))


def asks_cases(tree: Expression) -> bool:
    """Whether a condition is about a value that has cases itself: nobody can read that."""
    tests = [node for node in bottom_up(tree) if isinstance(node, Comparison)]
    return any(isinstance(node, Conditional) for test in tests for node in bottom_up(test))


def _settled(node: Any) -> Any:
    """A part of the tree whose own parts are settled."""
    match node:
        case Reduction():
            return _limited(node)
        case Comparison("=" | "!=" as relation, Binary("-", left, right), zero) if zero == ZERO and not (
            isinstance(left, Name) or isinstance(right, Name)  # numbers of entries along axes of their own
        ):
            return Comparison(relation, right, left)
        case Binary("-", one, Conditional(Comparison(), then, otherwise) as case) if (one, then, otherwise) == CASES:
            return _opposite(case)
        case Binary("-", Conditional(Comparison(), then, otherwise) as case, one) if (one, then, otherwise) == CASES:
            return Negate(_opposite(case))
        case Conditional(Comparison(">" | "<" as relation, left, right), then, otherwise) if (left, right) == (
            then,
            otherwise,
        ):
            return Call("max" if relation == ">" else "min", (left, right))
        case Conditional(Comparison(), then, otherwise) if (then, otherwise) == (ZERO, ONE):
            return replace(_opposite(node), then=ONE, otherwise=ZERO)
        case Binary("+", left, right) if (positive := _without_sign(right)) is not None:
            return Binary("-", left, positive)
        case _:
            return node


def _without_sign(tree: Expression) -> Expression | None:
    """A product without the minus that it begins with; None where there is none."""
    match tree:
        case Negate(operand):
            return operand
        case Binary("*" | "/" as operator, left, right) if (positive := _without_sign(left)) is not None:
            return right if positive == ONE and operator == "*" else Binary(operator, positive, right)
        case _:
            return None


def _opposite(case: Conditional) -> Conditional:
    """1 where a comparison does not hold."""
    assert isinstance(case.test, Comparison)
    return replace(case, test=replace(case.test, relation=OPPOSITE[case.test.relation]))


def _limited(tree: Reduction) -> Reduction:
    """A sum with the conditions among its factors that speak of its letters in its range."""
    if tree.kind != "sum":
        return tree
    if tree.ends is not None:
        # Limits that are written leave no room for a condition.
        return replace(tree, body=_as_case(tree.body))
    tests: list[Condition] = [] if tree.condition is None else [tree.condition]
    rest: list[Expression] = []
    for factor in _factors(tree.body):
        test = _test(factor)
        if test is not None and _speaks_of(test, tree.letters):
            tests.append(_beginning_with(test, tree.letters))
        else:
            rest.append(factor)
    if len(rest) == len(_factors(tree.body)):
        return tree
    return replace(tree, condition=_joined(tests), body=product(rest))


def _as_case(tree: Expression) -> Expression:
    """A product with factors of one or zero as what is left of it, under their conditions; each term of a sum so."""
    match tree:
        case Binary("+" | "-", left, right):
            return replace(tree, left=_as_case(left), right=_as_case(right))
        case Negate(operand):
            return Negate(_as_case(operand))
        case Binary("/", above, below) if isinstance(case := _as_case(above), Conditional):
            return replace(case, then=Binary("/", case.then, below))
    factors = _factors(tree)
    tests = [test for factor in factors if (test := _test(factor)) is not None and not isinstance(factor, Call)]
    if not tests or len(factors) == 1:
        return tree
    rest = [factor for factor in factors if _test(factor) is None or isinstance(factor, Call)]
    return Conditional(_joined(tests), product(rest), ZERO)


def _factors(tree: Expression) -> list[Expression]:
    match tree:
        case Binary("*", left, right):
            return [*_factors(left), *_factors(right)]
        case _:
            return [tree]


def _test(factor: Expression) -> Condition | None:
    """The condition of a factor that is one or zero."""
    match factor:
        case Conditional(test, then, otherwise) if then == ONE and otherwise == ZERO:
            return test
        case Call("window", (place, start, offset)):
            return Comparison("=", place, Binary("-", Binary("+", start, offset), ONE))
        case _:
            return None


def _speaks_of(test: Condition, letters: Sequence[str]) -> bool:
    return any(isinstance(node, Name) and node.name in letters for node in bottom_up(test))


def _beginning_with(test: Condition, letters: Sequence[str]) -> Condition:
    """`k > j` for `j < k` where k is summed over."""
    match test:
        case Comparison(relation, left, Name(letter) as right) if (letter,) == tuple(letters) and relation in TURNED:
            return Comparison(TURNED[relation], right, left)
        case _:
            return test


def _joined(tests: Iterable[Condition]) -> Condition:
    first, *others = tests
    for test in others:
        first = Junction("and", first, test)
    return first
