"""A position as two digits: `whole = (slow - 1) * |fast| + fast`, which `//`, `%` and other shapes are made of.

The slow digit says which block of entries, the fast one which entry of the block, as NumPy counts.
"""

from __future__ import annotations

from derivcheck.graph.axes import Axis, Dimension, fresh
from derivcheck.graph.nodes import Node, add, delta, indicator, multiply, sum_over
from derivcheck.graph.positions import ONE, Affine

MOST_BLOCKS = 32


def product(first: Dimension, second: Dimension) -> Dimension | None:
    """The size of two dimensions together; None where that is no combination of sizes."""
    for number, other in ((first, second), (second, first)):
        if not number.terms:
            return Dimension(()).plus(other, number.constant)
    return None


def quotient(whole: Dimension, part: Dimension) -> Dimension | None:
    """How many parts a dimension has, one or more; None where that is no number for all sizes."""
    if not part.terms:
        count = part.constant
        if any(number % count for _, number in whole.terms) or whole.constant % count:
            return None
        return Dimension(tuple((name, number // count) for name, number in whole.terms), whole.constant // count)
    if not whole.terms:
        return None
    count = dict(whole.terms).get(part.terms[0][0], 0) // part.terms[0][1]
    return Dimension.fixed(count) if count > 0 and Dimension(()).plus(part, count) == whole else None


def digits(whole: Affine, slow: Axis, fast: Axis) -> Node | None:
    """1 where a position has these digits; None where neither is one of few numbers."""
    length = fast.dimension
    if not length.terms:
        before = Affine.of(slow).plus(Affine.of(1), -1).times(length.constant)
        return indicator("zero", whole.plus(before, -1).plus(Affine.of(fast), -1))
    if slow.dimension.terms or slow.dimension.constant > MOST_BLOCKS:
        return None
    blocks = range(1, slow.dimension.constant + 1)
    inside = whole.plus(Affine.of(fast), -1)
    starts = ((block, Dimension(()).plus(length, block - 1)) for block in blocks)
    return add(*(multiply(delta(slow, k), indicator("zero", inside.plus(Affine.of(start), -1))) for k, start in starts))


def parted(node: Node, whole: Axis, slow: Dimension, fast: Dimension) -> tuple[Node, Axis, Axis] | None:
    """A tensor with one of its axes as two, and those; None where it cannot be said for all sizes."""
    first = fresh(slow, (*node.axes, whole), "slow")
    second = fresh(fast, (*node.axes, whole, first), "fast")
    there = digits(Affine.of(whole), first, second)
    return None if there is None else (sum_over(multiply(node, there), [whole]), first, second)


def joined(node: Node, slow: Axis, fast: Axis) -> tuple[Node, Axis] | None:
    """A tensor with two of its axes as one, and that one; None where its size is no combination of sizes."""
    if fast.dimension == ONE or slow.dimension == ONE:
        gone, kept = (fast, slow) if fast.dimension == ONE else (slow, fast)
        return sum_over(node, [gone]), kept
    size = product(slow.dimension, fast.dimension)
    if size is None:
        return None
    whole = fresh(size, (*node.axes, slow, fast), "whole")
    there = digits(Affine.of(whole), slow, fast)
    return None if there is None else (sum_over(multiply(node, there), [slow, fast]), whole)
