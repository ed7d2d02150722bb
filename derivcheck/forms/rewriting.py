"""Rewriting of syntax trees: subexpressions by place, their replacement, terms, and tidying up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from derivcheck.forms.letters import fresh_letters
from derivcheck.forms.transposition import transposed
from derivcheck.language.notation.syntax import (
    Binary,
    Call,
    Conditional,
    Derivative,
    Expression,
    Name,
    Negate,
    Number,
    Reduction,
    Subscript,
    Transpose,
    bottom_up,
    rebuilt,
)


def places(tree: Expression) -> Iterator[tuple[tuple[int, ...], Expression]]:
    """Every subexpression with the path that leads to it."""
    stack: list[tuple[tuple[int, ...], Expression]] = [((), tree)]
    while stack:
        path, node = stack.pop()
        yield path, node
        for k, child in enumerate(_parts(node)):
            stack.append(((*path, k), child))


def _parts(node: Expression) -> Sequence[Expression]:
    match node:
        case Negate(operand) | Transpose(operand):
            return (operand,)
        case Binary(_, left, right):
            return (left, right)
        case Call(_, arguments):
            return arguments
        case Reduction(_, _, _, body):
            return (body,)
        case Conditional(_, then, otherwise):
            return (then, otherwise)
        case _:
            return ()


def put(tree: Expression, path: tuple[int, ...], new: Expression) -> Expression:
    """The tree with the subexpression at a path replaced."""
    if not path:
        return new
    here, rest = path[0], path[1:]
    child = put(_parts(tree)[here], rest, new)
    match tree:
        case Negate() | Transpose():
            return replace(tree, operand=child)
        case Binary():
            return replace(tree, left=child) if here == 0 else replace(tree, right=child)
        case Call(_, arguments):
            return replace(tree, arguments=(*arguments[:here], child, *arguments[here + 1 :]))
        case Reduction():
            return replace(tree, body=child)
        case Conditional():
            return replace(tree, then=child) if here == 0 else replace(tree, otherwise=child)
        case _:
            raise AssertionError("a path that leads nowhere")


def at_letters(tree: Expression, letters: Mapping[str, str]) -> Expression:
    """The tree with other letters for its free ones; a bound one that is called like a new one gives way."""
    used = {node.name for node in bottom_up(tree) if isinstance(node, Name)} | {*letters, *letters.values()}
    bound = {letter for node in bottom_up(tree) if isinstance(node, Reduction) for letter in node.letters}
    moving = sorted(bound & set(letters.values()))
    changed = {**letters, **dict(zip(moving, fresh_letters(len(moving), used | bound), strict=True))}

    def moved(node: object) -> object:
        match node:
            case Name(name):
                return Name(changed.get(name, name))
            case Reduction():
                return replace(node, letters=tuple(changed.get(letter, letter) for letter in node.letters))
            case _:
                return node

    return rebuilt(tree, moved)  # type: ignore[no-any-return]


def matrix_factors(tree: Expression) -> tuple[Expression, ...]:
    """The factors of a matrix product, from the left; of anything else itself."""
    if isinstance(tree, Binary) and tree.operator == "@":
        return (*matrix_factors(tree.left), *matrix_factors(tree.right))
    return (tree,)


def summands(tree: Expression) -> Iterator[tuple[Expression, bool]]:
    """(term, whether it is subtracted) of the outermost sum."""
    match tree:
        case Binary("+" | "-" as operator, left, right):
            yield from summands(left)
            for term, negative in summands(right) if operator == "+" else ((right, False),):
                yield term, negative != (operator == "-")
        case Negate(operand):
            for term, negative in summands(operand):
                yield term, not negative
        case _:
            yield tree, False


def joined(terms: Sequence[tuple[Expression, bool]]) -> Expression:
    first, negative = terms[0]
    result: Expression = Negate(first) if negative else first
    for term, minus in terms[1:]:
        result = Binary("-" if minus else "+", result, term)
    return result


def negated(tree: Expression) -> Expression:
    match tree:
        case Negate(operand):
            return operand
        case Binary("-", left, right):
            return replace(tree, left=right, right=left)
        case _:
            return Negate(tree)


def tidied(tree: Expression) -> Expression:
    """The tree without the double transposes and signs that an edit may leave; a bare number is worked out."""
    number = _worked_out(tree)
    if number is not None:
        return number if number.value >= 0 else Negate(Number(-number.value))
    match tree:
        case Transpose(operand):
            inner = tidied(operand)
            return (
                inner.operand
                if isinstance(inner, Transpose)
                else (transposed(inner) if isinstance(inner, Binary) and inner.operator == "@" else Transpose(inner))
            )
        case Binary("+" | "-", operand, Number(value)) if not value:
            return tidied(operand)
        case Negate(operand):
            inner = tidied(operand)
            return inner.operand if isinstance(inner, Negate) else Negate(inner)
        case _:
            for k, part in enumerate(_parts(tree)):
                tree = put(tree, (k,), tidied(part))
            return tree


def _worked_out(tree: Expression) -> Number | None:
    match tree:
        case Number():
            return tree
        case Negate(operand):
            inner = _worked_out(operand)
            return None if inner is None else Number(-inner.value)
        case Binary("+" | "-" | "*" | "/" as operator, left, right):
            first, second = _worked_out(left), _worked_out(right)
            if first is None or second is None or (operator == "/" and second.value == 0):
                return None
            operation = {"+": Fraction.__add__, "-": Fraction.__sub__, "*": Fraction.__mul__, "/": Fraction.__truediv__}
            return Number(operation[operator](first.value, second.value))
        case _:
            return None


def is_entry(tree: Expression) -> bool:
    """An entry at letters, a number: what a transpose says nothing about."""
    match tree:
        case Number() | Reduction():
            return True
        case Subscript():
            return True
        case Call("delta", _):
            return True
        case Call(_, arguments):
            return bool(arguments) and all(is_entry(a) for a in arguments)
        case Binary(_, left, right):
            return is_entry(left) and is_entry(right)
        case Negate(operand):
            return is_entry(operand)
        case Derivative(_, variables):
            return all(isinstance(v, Subscript) for v in variables)
        case _:
            return False
