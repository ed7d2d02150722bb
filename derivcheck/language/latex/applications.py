"""A quantity before a prime or a bracket: a transpose, a product, or its name with what it depends on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import NoReturn

from derivcheck.graph.nodes import Input, Quantity, topological
from derivcheck.language.formulas import name_tree
from derivcheck.language.latex import numbers
from derivcheck.language.latex.arguments import arguments_here, depends
from derivcheck.language.latex.cursor import RowCursor
from derivcheck.language.latex.elements import Element
from derivcheck.language.latex.forks import APPLICATION, Fork, symbol_line
from derivcheck.language.notation.printer import to_latex, to_plain
from derivcheck.language.notation.syntax import (
    Binary,
    Expression,
    Name,
    Number,
    Span,
    Subscript,
    Transpose,
    bottom_up,
)
from derivcheck.language.tex.errors import fail


def primed(reader: RowCursor, tree: Expression, token: Element, primes: int, span: Span) -> Expression:
    """`W'` is the transpose of an input; behind a layer a prime would be read by guess."""
    types = reader.context.types
    shape = types(tree)
    base = types.whole(tree)
    if primes == 1 and types.is_input(base) and base is tree and shape is not None and 0 < len(shape.axes) < 3:
        whole = span.to(reader.before.span)
        reader.context.primed.add(whole)
        return Transpose(tree, whole)
    shown = reader.source(span)
    turns = shape is None or 0 < len(shape.axes) < 3
    fail(
        "DC114",
        f"`{shown}'` is not read: `{shown}` is no function",
        span,
        "a transpose, or a derivative by what?",
        f"{shown}^{{\\top}}" if turns else rf"\frac{{\partial {shown}}}{{\partial x}}",
    )


def applied(reader: RowCursor, tree: Expression) -> Expression:
    """A quantity before a bracket: the product, or its name with what it depends on. Raises NotationError (DC177)."""
    bracket, behind = reader.element, reader.ahead()
    begin = reader.position
    arguments = arguments_here(reader)
    span = tree.span.to(bracket.span)
    inner = arguments[0]
    if len(arguments) > 1:
        if all(depends(reader, tree, argument) for argument in arguments):
            return replace(tree, span=span)
        _refuse_several(reader, tree, arguments, span)
    reader.position = begin
    if numbers.is_place(reader, inner) and not bracket.spaced:
        _refuse_application(reader, tree, span, f"{to_plain(tree)} at {reader.source(inner.span)}")
    types = reader.context.types
    base, shape, lone = types.whole(tree), types(tree), types.is_named(inner)
    derived = types.is_derived(base) and base is tree and tree not in bottom_up(inner)
    scalar = shape is not None and shape.is_scalar
    # In `\\delta (a^{l-1})^T` the bracket is there for the transpose.
    scripted = any(element.kind == "script" for element in bracket.inside)
    if lone and scripted and behind.kind == "script" and behind.text == "^":
        return tree
    if isinstance(inner, Number) and types.is_derived(base) and base is tree:
        _refuse_other_point(reader, tree, inner, span)
    if lone and types.is_derived(tree) and depends(reader, tree, inner):
        return _of_its_argument(reader, tree, inner, span)
    if lone or (derived and _speaks_of(reader, tree, inner, any if scalar else all)):
        _refuse_application(reader, tree, span, f"{to_plain(tree)} as a function of {reader.source(inner.span)}")
    return tree


def _of_its_argument(reader: RowCursor, tree: Expression, inner: Expression, span: Span) -> Expression:
    """`p(z)` of a layer and what it is computed from: the layer, or the product where the equation allows no layer."""
    applied = replace(tree, span=span)
    shape, other = reader.context.types(tree), reader.context.types(inner)
    shown = reader.source(span)
    fork = Fork(APPLICATION, shown, span, shown, symbol_line(shown, tree))
    scalar = any(one is not None and one.is_scalar for one in (shape, other))
    multiplies = scalar or reader.context.types(Binary("@", tree, inner)) is not None
    found = reader.context.choices.take(fork, applied, tree) if multiplies else applied
    if found is applied:
        reader.advance()
    return found


def _refuse_other_point(reader: RowCursor, tree: Expression, inner: Expression, span: Span) -> NoReturn:
    """`p(0)`: a layer is declared where it stands, and has a value there alone."""
    value, scope = reader.context.types.value(tree), reader.context.scope
    assert value is not None
    below = [node for node in topological([value.node]) if isinstance(node, Input | Quantity)]
    names = [node.name for node in below[:-1] if node.name in scope.values]
    argument = to_latex(name_tree(names[-1]), families=scope.families) if names else ""
    point = rf"\left. {reader.source(tree.span)} \right|_{{{argument} = {reader.source(inner.span)}}}"
    message = f"`{reader.source(span)}` is the layer `{to_plain(tree)}` at another point"
    fail("DC177", message, span, "of what it is computed from?", point if names else "")


def _speaks_of(reader: RowCursor, tree: Expression, inner: Expression, how: Callable[[Iterable[bool]], bool]) -> bool:
    """Whether a bracket speaks of what a layer is made of: `a(W x + b)`, `L(w + \\epsilon)`."""
    parts = [n for n in bottom_up(inner) if isinstance(n, Name | Subscript) and reader.context.types.member(n)]
    return bool(parts) and how(part != tree and depends(reader, tree, part) for part in parts)


def _refuse_several(reader: RowCursor, tree: Expression, arguments: Sequence[Expression], span: Span) -> NoReturn:
    """`W(i, j)` is an entry to some, `f(x, y)` a value."""
    shape = reader.context.types(tree)
    places = [one for one in arguments if isinstance(one, Number | Name) and reader.context.types.member(one) is None]
    if shape is None or not len(shape.axes) == len(places) == len(arguments):
        _refuse_application(reader, tree, span, to_plain(tree))
    entry, shown = Subscript(tree, tuple(places), span), reader.source(span)
    product = "the product with what stands in the bracket"
    reader.refuse_both(
        span, "an entry or a product?", symbol_line(shown, entry), to_plain(entry), product, code="DC177"
    )


def _refuse_application(reader: RowCursor, tree: Expression, span: Span, applied: str) -> NoReturn:
    line, product = symbol_line(reader.source(span), tree), "the product with what stands in the bracket"
    reader.refuse_both(span, "applied or multiplied?", line, applied, product, code="DC177")
