"""Array expressions with the axes they run along: aligned by transposing and `None`, contracted by `@` and einsum."""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass, replace

from derivcheck.forms.source.scalars import ATOM, PRODUCT, at
from derivcheck.graph.axes import Axes, Axis


@dataclass(frozen=True, slots=True)
class Array:
    """A text, how tightly it binds, and its axes in the order of the array's own."""

    text: str
    binding: int
    axes: Axes

    def at(self, minimum: int) -> str:
        return at((self.text, self.binding), minimum)


def turned(array: Array, axes: Axes) -> Array:
    """The same along its own axes in another order."""
    if array.axes == axes:
        return array
    if len(axes) == 2:
        return Array(f"{array.at(ATOM)}.T", ATOM, axes)
    places = tuple(array.axes.index(axis) for axis in axes)
    return Array(f"np.transpose({array.text}, {places})", ATOM, axes)


def aligned(array: Array, axes: Axes) -> Array:
    """The array so that it broadcasts along the given axes, those that it lacks included."""
    own = tuple(axis for axis in axes if axis in array.axes)
    array = turned(array, own)
    if own == axes[len(axes) - len(own) :]:
        return array
    index = ", ".join(":" if axis in own else "None" for axis in axes[axes.index(own[0]) :])
    return Array(f"{array.at(ATOM)}[{index}]", ATOM, own)


def joint_axes(arrays: Sequence[Array], wanted: Axes | None) -> Axes:
    """The axes of what is made entrywise of several: as wanted, else in the order of the largest."""
    every = {axis for array in arrays for axis in array.axes}
    if wanted is not None and every <= set(wanted):
        return tuple(axis for axis in wanted if axis in every)
    found: list[Axis] = []
    for array in sorted(arrays, key=lambda a: -len(a.axes)):
        found += [axis for axis in array.axes if axis not in found]
    return tuple(found)


def outer(left: Array, right: Array, wanted: Axes | None) -> Array | None:
    """The product of two vectors along different axes, None for anything else."""
    if len(left.axes) != 1 or len(right.axes) != 1 or left.axes == right.axes:
        return None
    if wanted == (*right.axes, *left.axes):
        left, right = right, left
    return Array(f"np.outer({left.text}, {right.text})", ATOM, (*left.axes, *right.axes))


def summed(array: Array, bound: Axes) -> Array:
    left = tuple(axis for axis in array.axes if axis not in bound)
    if not left:
        return Array(f"np.sum({array.text})", ATOM, ())
    places = tuple(k for k, axis in enumerate(array.axes) if axis in bound)
    return Array(f"np.sum({array.text}, axis={places[0] if len(places) == 1 else places})", ATOM, left)


def contracted(arrays: Sequence[Array], bound: Axes, wanted: Axes | None) -> Array:
    """The sum over `bound` of the product of arrays; those without axes are factors."""
    scales = [array for array in arrays if not array.axes]
    factors = [array for array in arrays if array.axes]
    if not factors:
        raise AssertionError("a sum over an axis that nothing runs along")
    if not bound and len(arrays) == 1:
        return arrays[0]
    made = _without_scales(factors, bound, wanted)
    if not scales:
        return made
    scale = " * ".join(array.at(PRODUCT + 1) for array in scales)
    return Array(f"{scale} * {made.at(PRODUCT + 1)}", PRODUCT, made.axes)


def _without_scales(factors: Sequence[Array], bound: Axes, wanted: Axes | None) -> Array:
    if len(factors) == 1:
        return summed(factors[0], bound)
    if len(factors) == 2 and len(bound) == 1:
        found = _matrix_product(factors[0], factors[1], bound[0], wanted)
        if found is not None:
            return found
    if len(factors) == 2 and set(factors[0].axes) == set(factors[1].axes) == set(bound):
        second = turned(factors[1], factors[0].axes)
        return Array(f"np.sum({factors[0].at(PRODUCT)} * {second.at(PRODUCT + 1)})", ATOM, ())
    return _einsum(factors, bound, wanted)


def _matrix_product(left: Array, right: Array, axis: Axis, wanted: Axes | None) -> Array | None:
    """`A @ B`, where each has the bound axis and at most one more, of its own."""
    if wanted is not None and len(wanted) == 2 and right.axes != (axis,) and wanted[0] in right.axes:
        left, right = right, left
    before = tuple(a for a in left.axes if a != axis)
    after = tuple(a for a in right.axes if a != axis)
    both = axis in left.axes and axis in right.axes
    if not both or len(before) > 1 or len(after) > 1 or before == after != ():
        return None
    if not before and after and len(right.axes) == 2 and right.axes[0] == after[0]:
        left, right, before, after = right, left, after, before  # `W @ x` reads better than `x @ W.T`
    first, second = turned(left, (*before, axis)), turned(right, (axis, *after))
    return Array(f"{first.at(PRODUCT)} @ {second.at(PRODUCT + 1)}", PRODUCT, (*before, *after))


def _einsum(factors: Sequence[Array], bound: Axes, wanted: Axes | None) -> Array:
    names: dict[Axis, str] = {}
    letters = string.ascii_lowercase[8:] + string.ascii_lowercase[:8] + string.ascii_uppercase
    for factor in factors:
        for axis in factor.axes:
            names.setdefault(axis, letters[len(names)])
    free = tuple(axis for axis in names if axis not in bound)
    if wanted is not None and set(free) <= set(wanted):
        free = tuple(axis for axis in wanted if axis in free)
    inputs = ",".join("".join(names[axis] for axis in factor.axes) for factor in factors)
    formula = f"{inputs}->{''.join(names[axis] for axis in free)}"
    return Array(f'np.einsum("{formula}", {", ".join(factor.text for factor in factors)})', ATOM, free)


def renamed(array: Array, mapping: Sequence[tuple[Axis, Axis]]) -> Array:
    given = dict(mapping)
    return replace(array, axes=tuple(given.get(axis, axis) for axis in array.axes))
