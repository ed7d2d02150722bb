"""What a gradient may be written as, and how much of it there is to read."""

from __future__ import annotations

from dataclasses import dataclass

from derivcheck.forms.sliced_form import SlicedMatrix
from derivcheck.language.notation.syntax import (
    Binary,
    Call,
    Comparison,
    Conditional,
    Derivative,
    Expression,
    Junction,
    Negate,
    Reduction,
    Subscript,
    Transpose,
)
from derivcheck.language.tensors import NamedTensor


@dataclass(frozen=True, slots=True)
class GradientForm:
    """∂of/∂wrt: the entry at `letters`, and the matrix expression or the reason why there is none.

    Of more than two axes, `slices` are matrices for each of some letters.
    """

    wrt: NamedTensor
    letters: tuple[str, ...]
    index: Expression
    matrix: Expression | None
    no_matrix: str
    facts: frozenset[tuple[str, str]]
    slices: SlicedMatrix | None = None


@dataclass(frozen=True, slots=True)
class Candidates:
    """What a gradient may be written as, the best first; `reason` says why there is no matrix form, or no form."""

    letters: tuple[str, ...]
    indices: tuple[Expression, ...]
    matrices: tuple[Expression, ...]
    reason: str
    facts: frozenset[tuple[str, str]]
    slices: tuple[SlicedMatrix, ...] = ()


def length(tree: object) -> int:
    """The number of nodes of a syntax tree, without recursion."""
    count, stack = 0, [tree]
    while stack:
        node = stack.pop()
        count += 1
        match node:
            case Binary(_, left, right):
                stack += [left, right]
            case Negate(inner) | Transpose(inner):
                stack.append(inner)
            case Call(_, arguments, _):
                stack += arguments
            case Subscript(base, entries):
                stack += [base, *entries]
            case Reduction(_, _, _, body):
                stack.append(body)
            case Conditional(test, then, otherwise):
                stack += [test, then, otherwise]
            case Comparison(_, left, right) | Junction(_, left, right):
                stack += [left, right]
            case Derivative(numerator, variables):
                stack += [numerator, *variables]
    return count
