"""Sums and products over a label, and over ranges of it: written out term by term."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

from derivcheck.diagnostics.diagnostic import DerivcheckError, Diagnostic, NotationError, UnsupportedError
from derivcheck.graph.nodes import add, constant, delta, divide, multiply
from derivcheck.language.lowering.descents import written_over
from derivcheck.language.lowering.ranges import Labels, check_members, term_at, terms
from derivcheck.language.lowering.state import LoweringState
from derivcheck.language.lowering.values import Value, contracted, dimensions, onto, same_shape, shape_error
from derivcheck.language.notation.syntax import (
    Reduction,
    Span,
)


def reduced(lowering: LoweringState, tree: Reduction, letters: Sequence[str]) -> Value:
    """The value of a sum or product over labels.

    Raises NotationError: DC121 it reaches a member that is not declared, DC130 its terms
    have different shapes, or there are none and nothing says which shape they have.
    """
    if tree.kind not in ("sum", "prod", "mean"):
        raise UnsupportedError(Diagnostic("DC404", f"`{tree.kind}` over a label is not supported yet"))
    if len(tree.letters) == 1:
        check_members(tree, lowering.scope, {}, lambda first, last: written_over(tree, letters[0], first, last))
    found: list[tuple[Labels, Value]] = []
    for labels, term in terms(tree, letters, lowering.scope):
        try:
            found.append((labels, lowering.expression(term)))
        except NotationError as problem:
            problem.diagnostic = problem.diagnostic.with_notes((f"in the {tree.kind}", _shown(labels)))
            raise
    if not found:
        return _empty(lowering, tree, letters)
    if tree.kind == "prod":
        return reduce(lambda left, right: _times(left, right, tree.span), (value for _, value in found))
    first_labels, first = found[0]
    for labels, value in found:
        if not same_shape(value, first):
            raise shape_error(
                "the terms of the sum have different shapes",
                tree.body.span,
                "",
                ((f"at {_shown(first_labels)}", first.shape()), (f"at {_shown(labels)}", value.shape())),
            )
    total = add(*(onto(value, first) for _, value in found))
    count = constant(len(found) if tree.kind == "mean" else 1)
    return Value(divide(total, count), first.row, first.column, first.more)


def _shown(labels: Labels) -> str:
    return ", ".join(f"{letter} = {number}" for letter, number in labels.items())


def _times(left: Value, right: Value, span: Span) -> Value:
    if left.is_scalar and right.is_scalar:
        return Value(multiply(left.node, right.node))
    return contracted(left, right, span)


def _empty(lowering: LoweringState, tree: Reduction, letters: Sequence[str]) -> Value:
    """0, or the unit of a product, in the one shape that its terms have wherever there are any."""
    shapes: list[Value] = []
    for number in sorted({number for found in lowering.scope.labels.values() for number in found}):
        try:
            whole = replace(tree, condition=None)
            term = term_at(whole, dict.fromkeys(letters, number), lowering.scope)
            assert term is not None
            shapes.append(lowering.expression(term))
        except DerivcheckError:
            continue
    shape = shapes[0] if shapes else None
    if shape is None or not all(same_shape(other, shape) for other in shapes):
        raise shape_error(
            f"the {tree.kind} is empty at this depth, and its terms have no one shape",
            tree.span,
            " or ".join(dict.fromkeys(s.shape() for s in shapes)),
        )
    if tree.kind == "sum":
        return Value(constant(0), shape.row, shape.column, shape.more)
    if shape.is_scalar:
        return Value(constant(1))
    if shape.more or dimensions(shape.row) != dimensions(shape.column):
        raise shape_error(
            "the product is empty at this depth, and its factors are not square", tree.span, shape.shape()
        )
    deltas = [delta(i, j) for i, j in zip(shape.row, shape.column, strict=True)]
    return Value(multiply(*deltas), shape.row, shape.column)
