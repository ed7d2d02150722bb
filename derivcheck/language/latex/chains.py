"""Products of linked derivatives: where they are no product of matrices, the chain rule says what they mean.

    \\frac{\\partial L}{\\partial z} \\frac{\\partial z}{\\partial W}    chain(dL/dz, dz/dW)
    \\frac{\\partial p}{\\partial z} \\frac{\\partial z}{\\partial x}    dp/dz @ dz/dx, which is the chain too

Both may conform and differ, as in denominator layout in the order of numerator layout; then
the shape of the other side decides, and where both have it, both are judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from derivcheck.language.lowering.chains import link_of
from derivcheck.language.lowering.types import Type, Types
from derivcheck.language.notation.syntax import Binary, Call, Derivative, Expression

DOTS = frozenset({"", "·", "×", "*", "."})


def runs(factors: Sequence[tuple[str, Expression]], types: Types) -> list[tuple[int, int, Call]]:
    """(start, stop, the chain) of every run of linked factors whose matrix product is something else.

    A factor comes with the sign before it, empty for juxtaposition.
    """
    found: list[tuple[int, int, Call]] = []
    start = 0
    while start < len(factors):
        stop, links, backwards = _longest(factors, start, types)
        if stop > start + 1 and not _is_matrix_product(links, backwards, types):
            span = factors[start][1].span.to(factors[stop - 1][1].span)
            found.append((start, stop, Call("chain", tuple(links), 0, span)))
        start = stop
    return found


def _longest(factors: Sequence[tuple[str, Expression]], start: int, types: Types) -> tuple[int, list[Expression], bool]:
    """(where it ends, its links from the outermost on, whether they are written backwards) of the longest run here."""
    longest: tuple[int, list[Expression], bool] = (start + 1, [], False)
    for backwards in (True, False) if types.scope.layout == "denominator" else (False,):
        links = _links(factors[start][1], types)
        stop = start + 1
        while links and stop < len(factors) and factors[stop][0] in DOTS:
            more = _links(factors[stop][1], types)
            joined = [*more, *links] if backwards else [*links, *more]
            if not more or not _meet(joined, types):
                break
            links, stop = joined, stop + 1
        if stop > longest[0]:
            longest = stop, links, backwards
    return longest


def _links(tree: Expression, types: Types) -> list[Expression]:
    """The links that a factor is: a derivative, a name of one, a product or chain of several; none where it is more."""
    if isinstance(tree, Call) and tree.function == "chain":
        return list(tree.arguments)
    if isinstance(tree, Binary) and tree.operator == "@":
        both = [_links(side, types) for side in (tree.left, tree.right)]
        if types.scope.layout == "denominator":
            both.reverse()
        joined = [link for part in both for link in part]
        return joined if all(both) and _meet(joined, types) else []
    return [tree] if _meant(tree, types) is not None else []


def _meant(tree: Expression, types: Types) -> Derivative | None:
    return link_of(tree, types.scope, types.member)


def _meet(links: Sequence[Expression], types: Types) -> bool:
    meant = [_meant(link, types) for link in links]
    return all(
        one is not None and other is not None and _same(one.variables[0], other.numerator, types)
        for one, other in pairwise(meant)
    )


def _same(one: Expression, other: Expression, types: Types) -> bool:
    first, second = types.value(one), types.value(other)
    return first is not None and second is not None and first.node is second.node


def _is_matrix_product(links: Sequence[Expression], backwards: bool, types: Types) -> bool:
    """Whether every link stands as its numerator by its variable, so that the product contracts what links them."""
    if all(types(link) == Type() for link in links):
        return True
    turned = types.scope.layout == "denominator"
    for link in links:
        meant, shape = _meant(link, types), types(link)
        if meant is None or shape is None or turned != backwards:
            return False
        above, below = types(meant.numerator), types(meant.variables[0])
        if above is None or below is None or shape.more or max(len(above.axes), len(below.axes)) > 1:
            return False
        if (shape.row, shape.column) != ((below.axes, above.axes) if turned else (above.axes, below.axes)):
            return False
    return True
