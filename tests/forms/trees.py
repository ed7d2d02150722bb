"""Syntax trees up to the order of sums and entrywise products, and up to the letters that a sum binds.

A number may stand anywhere in a chain of matrix products, and the chain be bracketed anyhow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import permutations

from derivcheck.forms.transposition import is_number
from derivcheck.language.notation.syntax import (
    Binary,
    Call,
    Comparison,
    Conditional,
    Derivative,
    Expression,
    Junction,
    Name,
    Negate,
    Number,
    Reduction,
    Slice,
    Subscript,
    Transpose,
)

Shape = tuple[object, ...]
NO_LETTERS: Mapping[str, str] = {}


def shape_of(tree: object, scalars: frozenset[str], letters: Mapping[str, str] = NO_LETTERS) -> Shape:
    """A value that is the same for trees that differ in nothing but order and bound letters."""

    def shape(part: object) -> Shape:
        return shape_of(part, scalars, letters)

    match tree:
        case Number(value):
            return ("number", value)
        case Name(name):
            return ("name", letters.get(name, name))
        case Binary("+" | "-", _, _):
            return ("sum", *sorted((_product(one, scalars, letters, sign) for one, sign in _terms(tree, 1)), key=repr))
        case Binary("*" | "/" | "@", _, _) | Negate():
            return _product(tree, scalars, letters)
        case Binary(operator, left, right):
            return (operator, shape(left), shape(right))
        case Transpose(operand):
            return ("transpose", shape(operand))
        case Call(function, arguments, primes):
            shapes = [shape(argument) for argument in arguments]
            return ("call", function, primes, *(sorted(shapes, key=repr) if function == "delta" else shapes))
        case Subscript(base, entries):
            return ("entry", shape(base), *map(shape, entries))
        case Derivative(numerator, variables):
            return ("derivative", shape(numerator), *map(shape, variables))
        case Comparison(relation, left, right):
            return ("test", relation, shape(left), shape(right))
        case Junction(operator, left, right):
            return ("test", operator, shape(left), shape(right))
        case Conditional(test, then, otherwise):
            return ("if", shape(test), shape(then), shape(otherwise))
        case Reduction(kind, bound, condition, body):
            ends = tuple(map(shape, tree.ends or ()))
            found = []
            for order in permutations(f"#{len(letters)}.{k}" for k in range(len(bound))):
                inside = {**letters, **dict(zip(bound, order, strict=True))}
                test = ("always",) if condition is None else shape_of(condition, scalars, inside)
                found.append((kind, len(bound), ends, test, shape_of(body, scalars, inside)))
            return min(found, key=repr)
        case Slice():
            return (":",)
        case _:
            raise AssertionError(f"no shape of {tree}")


def _terms(tree: Expression, sign: int) -> list[tuple[Expression, int]]:
    match tree:
        case Binary("+" | "-" as operator, left, right):
            return _terms(left, sign) + _terms(right, -sign if operator == "-" else sign)
        case Negate(Binary("+" | "-") as operand):
            return _terms(operand, -sign)
        case _:
            return [(tree, sign)]


@dataclass
class _Factors:
    sign: int = 1
    above: list[Shape] = field(default_factory=list)
    below: list[Shape] = field(default_factory=list)


def _product(tree: Expression, scalars: frozenset[str], letters: Mapping[str, str], sign: int = 1) -> Shape:
    found = _Factors(sign)
    _collect(tree, scalars, letters, found, False)
    if found.sign > 0 and len(found.above) == 1 and not found.below:
        return found.above[0]
    above, below = (tuple(sorted(side, key=repr)) for side in (found.above, found.below))
    return ("product", found.sign, above, below)


def _collect(
    tree: Expression, scalars: frozenset[str], letters: Mapping[str, str], found: _Factors, is_below: bool
) -> None:
    match tree:
        case Binary("*" | "/" as operator, left, right):
            _collect(left, scalars, letters, found, is_below)
            _collect(right, scalars, letters, found, is_below != (operator == "/"))
        case Negate(operand):
            found.sign = -found.sign
            _collect(operand, scalars, letters, found, is_below)
        case Number(value) if value == 1:
            pass
        case Binary("@", _, _):
            chain = []
            for part in _chain(tree):
                core, scales = _unscaled(part, scalars)
                for scale, under in scales:
                    _collect(scale, scalars, letters, found, is_below != under)
                chain.append(shape_of(core, scalars, letters))
            if len(chain) == 2:
                # An inner product is one either way round: aᵀ b is bᵀ a.
                turned = [_turned(part) for part in reversed(chain)]
                chain = min(chain, turned, key=repr)
            (found.below if is_below else found.above).append(("matmul", *chain))
        case _:
            (found.below if is_below else found.above).append(shape_of(tree, scalars, letters))


def _turned(shape: Shape) -> Shape:
    inner = shape[1]
    return inner if shape[0] == "transpose" and isinstance(inner, tuple) else ("transpose", shape)


def _chain(tree: Expression) -> list[Expression]:
    match tree:
        case Binary("@", left, right):
            return [*_chain(left), *_chain(right)]
        case _:
            return [tree]


def _unscaled(tree: Expression, scalars: frozenset[str]) -> tuple[Expression, list[tuple[Expression, bool]]]:
    """(what is left, the numbers in front of it, each with whether it divides)."""
    match tree:
        case Negate(operand):
            core, scales = _unscaled(operand, scalars)
            return core, [(Negate(Number(Fraction(1))), False), *scales]
        case Binary("*", left, right) if is_number(left, scalars):
            core, scales = _unscaled(right, scalars)
            return core, [(left, False), *scales]
        case Binary("*" | "/" as operator, left, right) if is_number(right, scalars):
            core, scales = _unscaled(left, scalars)
            return core, [(right, operator == "/"), *scales]
        case _:
            return tree, []
