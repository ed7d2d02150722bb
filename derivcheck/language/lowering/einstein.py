"""Einstein's convention: an index that stands twice in a term is summed over.

    y[i] = A[i,j] * x[j]            Σ_j A[i,j] x[j]
    trace(A) = A[i,i]               Σ_i A[i,i]

An index that stands free in a side, once in a term, is the same in every term of the equation: where
another term repeats it, `d[i] = A[i,i]`, it is not summed. A term in which one stands three times or more
says nothing. What a function is of, a divisor, and what stands in brackets are formulas with terms of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import reduce
from typing import Any

from derivcheck.language.lowering.letters import index_error
from derivcheck.language.lowering.scope import Scope
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.syntax import (
    Binary,
    Call,
    Comparison,
    Condition,
    Conditional,
    Derivative,
    Equation,
    Expression,
    Junction,
    Matrix,
    Name,
    Negate,
    Number,
    Reduction,
    Slice,
    Subscript,
    Transpose,
    bottom_up,
)

Count = Counter[str]  # how often each index stands in a term


def summed(equation: Equation, scope: Scope) -> Equation:
    """The equation with the sums of the convention written down. Raises NotationError (DC157)."""
    loose = _Summing(scope, frozenset(), strict=False)
    free = {letter for side in equation.sides for letter, count in loose.side(side)[1].items() if count == 1}
    if equation.where is not None:
        free.update(node.name for node in bottom_up(equation.where) if isinstance(node, Name))
    summing = _Summing(scope, frozenset(free))
    return replace(equation, sides=tuple(summing.side(side)[0] for side in equation.sides))


class _Summing:
    """Sums what terms repeat, but for the indices that are `kept`; refuses what stands three times where `strict`."""

    def __init__(self, scope: Scope, kept: frozenset[str], strict: bool = True) -> None:
        self.scope, self.kept, self.strict = scope, kept, strict
        self._raised: set[str] = set()  # the indices that stand under a power in the term here

    def side(self, tree: Expression) -> tuple[Expression, Count]:
        """A formula of one or several terms with its sums, and how often its free indices stand in a term."""
        match tree:
            case Binary("+" | "-", left, right):
                (one, first), (other, second) = self.side(left), self.side(right)
                return replace(tree, left=one, right=other), first | second
            case Negate(operand) | Transpose(operand):
                inner, count = self.side(operand)
                return replace(tree, operand=inner), count
            case _:
                return self._term(tree)

    def _term(self, tree: Expression) -> tuple[Expression, Count]:
        outside, self._raised = self._raised, set()
        made, count = self._factor(tree)
        raised, self._raised = self._raised, outside
        repeated = [letter for letter, times in count.items() if times > 1 and letter not in self.kept]
        for letter in repeated:
            if self.strict and (count[letter] > 2 or letter in raised):
                where = f"{count[letter]} times" if count[letter] > 2 else "in a power and beside it"
                raise index_error(
                    "DC157",
                    f"the index `{letter}` stands {where} in a term",
                    tree.span,
                    "summed over, or not?",
                    f"sum_{letter}({to_plain(tree)})",
                )
        left = Counter({letter: min(times, 1) for letter, times in count.items() if letter not in repeated})
        if not repeated:
            return made, left
        return Reduction("sum", tuple(sorted(repeated)), None, made, tree.span), left

    def _factor(self, tree: Expression) -> tuple[Expression, Count]:
        """A factor with the sums inside of it, and the indices with which it stands in a term."""
        match tree:
            case Number() | Name():
                return tree, Counter()
            case Subscript(base, entries):
                made, count = (base, Counter[str]()) if isinstance(base, Name) else self._factor(base)
                own = not (isinstance(base, Name) and self.scope.is_family(base.name))
                return replace(tree, base=made), count + (_indices(entries, self.scope) if own else Counter())
            case Call("delta" | "window", arguments):
                return tree, _indices(arguments, self.scope)
            case Binary("+" | "-") | Negate() | Transpose():
                return self.side(tree)
            case Binary("*" | "@" | "/" as sign, left, right):
                (one, first), (other, second) = self._factor(left), (self.side if sign == "/" else self._factor)(right)
                return replace(tree, left=one, right=other), first + second
            case Binary(_, left, right):
                (one, first), (other, second) = self.side(left), self.side(right)
                self._raised.update(first)
                return replace(tree, left=one, right=other), first | second
            case Call(_, arguments):
                found = [self.side(argument) for argument in arguments]
                return replace(tree, arguments=tuple(made for made, _ in found)), _largest(c for _, c in found)
            case Derivative(numerator, variables):
                made, count = self.side(numerator)
                below = [self._factor(variable)[1] for variable in variables]
                return replace(tree, numerator=made), sum(below, count)
            case Conditional(test, then, otherwise):
                (one, first), (other, second) = self.side(then), self.side(otherwise)
                return replace(tree, then=one, otherwise=other), first | second | Counter(set(_compared(test)))
            case Reduction(_, letters, condition, body):
                inside = _Summing(self.scope, self.kept | set(letters), self.strict)
                made, count = inside.side(body)
                count |= Counter(set(_compared(condition)) if condition is not None else ())
                return replace(tree, body=made), Counter({k: n for k, n in count.items() if k not in letters})
            case Matrix(rows):
                cells = [[self.side(cell) for cell in row] for row in rows]
                made_rows = tuple(tuple(made for made, _ in row) for row in cells)
                return replace(tree, rows=made_rows), _largest(count for row in cells for _, count in row)


def _largest(counts: Iterable[Count]) -> Count:
    return reduce(lambda one, other: one | other, counts, Counter())


def _indices(entries: Iterable[Expression | Slice], scope: Scope) -> Count:
    """The letters of entries; in `x[n-i]` a declared size is none."""
    found: Count = Counter()
    for entry in entries:
        if isinstance(entry, Name):
            found[entry.name] += 1
        elif not isinstance(entry, Slice):
            names = {node.name for node in bottom_up(entry) if isinstance(node, Name)}
            found.update(scope.undeclared(names))
    return found


def _compared(condition: Condition) -> Iterator[str]:
    """The names that a condition compares."""
    match condition:
        case Comparison(_, left, right):
            yield from (side.name for side in (left, right) if isinstance(side, Name))
        case Junction(_, left, right):
            yield from (*_compared(left), *_compared(right))


def summed_in(tree: Expression, scope: Scope, head: Any) -> Expression:
    """The same for the formula of a layer; the letters of its `head` are free."""
    return summed(Equation((head, tree), ("=",)), scope).sides[1]
