"""Edits that turn the filter of a convolution round: `Σ_a w[a] g[s + a]` for `Σ_a w[a] g[s - a]`, `flip(w)` for `w`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import reduce
from itertools import chain, combinations, product
from typing import TypeAlias

from derivcheck.forms.combinations import ONE, written_sum
from derivcheck.forms.rewriting import places, put
from derivcheck.graph.axes import Dimension
from derivcheck.judging.edit import Edit
from derivcheck.judging.stock import Stock
from derivcheck.language.claims import Pair
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.syntax import (
    Binary,
    Call,
    Derivative,
    Expression,
    Name,
    Negate,
    Number,
    Subscript,
)

MOST = 2  # axes along which a filter slides
Linear: TypeAlias = "Counter[str]"
"""Σ count · letter or size, the constant under "": `s - a + 2`."""


def of(link: Pair, right: Expression, stock: Stock) -> Iterator[Edit]:
    """Every filter of the right side the other way round."""
    for path, node in places(right):
        match node:
            case Call("flip", (turned, *_), 0):
                said = f"the filter is flipped: `{to_plain(turned)}` is meant, not `{to_plain(node)}`"
                yield Edit("DC239", said, put(right, path, turned), node.span, 1)
                for made in _flipped(turned, stock):
                    said = f"the flip runs along the wrong axes: `{to_plain(made)}` is meant, not `{to_plain(node)}`"
                    yield Edit("DC239", said, put(right, path, made), node.span, 2)
            case Call(function, arguments, 0) if "conv" in function:
                for k, argument in enumerate(arguments[:2]):
                    for made in _flipped(argument, stock):
                        said = f"the filter is not flipped: `{to_plain(made)}` is meant, not `{to_plain(argument)}`"
                        yield Edit("DC239", said, put(right, (*path, k), made), argument.span, 1)
    yield from _of_entries(link, right, stock)


def _flipped(argument: Expression, stock: Stock) -> Iterator[Expression]:
    """An argument turned round along its last axis, or its last two."""
    value = stock.value_of(argument) if isinstance(argument, Name | Subscript | Derivative) else None
    count = 0 if value is None else len(value.axes)
    if count == 1:
        yield Call("flip", (argument,))
    for along in range(1, min(count, MOST) + 1) if count > 1 else ():
        axes = (Number(Fraction(k)) for k in range(count - along + 1, count + 1))
        yield Call("flip", (argument, *axes))


def _of_entries(link: Pair, right: Expression, stock: Stock) -> Iterator[Edit]:
    """What slides read backwards: g[s - a + 2] for g[s + a - 2], of an image along both axes."""
    sizes = stock.letters(link, right)
    for path, node in places(right):
        match node:
            case Subscript():
                for made in _read_backwards(node, sizes):
                    yield Edit("DC239", _said(node, made, node), put(right, path, made), node.span, 1)
            case Derivative(_, (Subscript() as variable,)):
                for made in _read_backwards(variable, sizes):
                    other = replace(node, variables=(made,))
                    yield Edit("DC239", _said(node, other, variable), put(right, path, other), node.span, 1)


def _read_backwards(node: Subscript, sizes: Mapping[str, Dimension]) -> Iterator[Subscript]:
    """A tensor at its sliding entries turned round: one of them, or two."""
    turned = {k: list(_turned(linear, sizes)) for k, entry in enumerate(node.entries) if (linear := _sliding(entry))}
    for chosen in chain.from_iterable(combinations(turned, count) for count in range(1, MOST + 1)):
        for entries in product(*(turned[k] for k in chosen)):
            places_made = dict(zip(chosen, entries, strict=True))
            yield replace(node, entries=tuple(places_made.get(k, entry) for k, entry in enumerate(node.entries)))


def _sliding(entry: object) -> Linear | None:
    """A combination of letters, if it is one of several."""
    linear = _linear(entry) if isinstance(entry, Binary) else None
    return linear if linear is not None and sum(bool(name and count) for name, count in linear.items()) > 1 else None


def _turned(linear: Linear, sizes: Mapping[str, Dimension]) -> Iterator[Expression]:
    """A combination with a letter from the other end, K + 1 - a, or turned round at the others: s - (a - 1)."""
    for letter in [name for name in linear if name in sizes and abs(linear[name]) == 1]:
        ended, size = Counter(linear), sizes[letter]
        for name, count in (*size.terms, ("", size.constant + 1)):
            ended[name] += linear[letter] * count
        ended[letter] = -linear[letter]
        yield _written(ended)
        yield _written(Counter({n: c if n in sizes and n != letter else -c for n, c in linear.items()}))


def _linear(tree: object) -> Linear | None:
    match tree:
        case Number(value) if value.denominator == 1:
            return Counter({"": int(value)})
        case Name(name):
            return Counter({name: 1})
        case Negate(operand):
            return _combined(Counter(), _linear(operand), -1)
        case Binary("+" | "-" as sign, left, right):
            return _combined(_linear(left), _linear(right), 1 if sign == "+" else -1)
        case Binary("*", Number(value), Name(name)) if value.denominator == 1:
            return Counter({name: int(value)})
        case _:
            return None


def _combined(left: Linear | None, right: Linear | None, sign: int) -> Linear | None:
    if left is None or right is None:
        return None
    return Counter({name: left[name] + sign * right[name] for name in (*left, *right)})


def _written(linear: Linear) -> Expression:
    """Letters in the order in which they were read, the constant last."""
    names = sorted((name for name, count in linear.items() if name and count), key=lambda name: linear[name] < 0)
    parts: list[tuple[Expression, int]] = [(Name(name), linear[name]) for name in names]
    if linear[""] or not parts:
        parts.append((ONE, linear[""]))
    first, *rest = parts
    start = _counted(first) if first[1] > 0 else Negate(_counted(first))
    return reduce(lambda left, part: Binary("+" if part[1] > 0 else "-", left, _counted(part)), rest, start)


def _counted(part: tuple[Expression, int]) -> Expression:
    return written_sum([(part[0], abs(part[1]))], Dimension(()))


def _said(shown: Expression, meant: Expression, sliding: Subscript) -> str:
    """A filter that runs against what it slides along is flipped."""
    linears = [linear for entry in sliding.entries if (linear := _sliding(entry)) is not None]
    against = any(count < 0 for linear in linears for name, count in linear.items() if name)
    flipped = "flipped" if against else "not flipped"
    return f"the filter is {flipped}: `{to_plain(meant)}` is meant, not `{to_plain(shown)}`"
