"""Sums along a condition that slides, as convolutions of vectors or of matrices.

    Σ_st 1[s = α i + β t + γ] x[s] w[t]   at i     conv(x, w), with a stride of α and a dilation of β
    Σ_it 1[s = i + β t + γ] g[i] w[t]     at s     full_conv(g, flip(w)): the filter turned round, zeros at both ends
    Σ_it 1[s = α i + β t + γ] g[i] w[t]   at s     conv_transpose(g, w)

Of two conditions the factors are matrices, and an image is what comes out. What stands at no factor is a
filter of ones.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from derivcheck.evidence.canonical.affine import combined
from derivcheck.evidence.canonical.algebra import Algebra
from derivcheck.evidence.canonical.atoms import Atom, Factor, Indices
from derivcheck.forms.matrix_naming import NoMatrixForm
from derivcheck.forms.polynomials import is_bound
from derivcheck.graph.axes import Dimension
from derivcheck.language.notation.syntax import Call, Expression, Number

CONDITION = "a condition on indices"
Group = tuple[Factor, ...]
Value = TypeVar("Value", bound=Hashable)


def is_sliding(atom: Atom) -> bool:
    """Whether an atom is a condition on three positions, `s = 2*i + t - 1`."""
    return atom.kind == "affine" and atom.name == "zero" and len(atom.dimensions) == 3


@dataclass(frozen=True, slots=True)
class Slide:
    """`seen = Σ step · position + offset`: where in a signal a filter looks, along one axis."""

    seen: int
    steps: tuple[tuple[int, int], ...]  # (index, its step) of the place of the filter and of the entry of it
    offset: Dimension
    lengths: tuple[tuple[int, Dimension], ...]

    @property
    def indices(self) -> tuple[int, ...]:
        return (self.seen, *(index for index, _ in self.steps))

    @property
    def padding(self) -> Dimension:
        """How many zeros there are in front of the signal."""
        return Dimension.fixed(1 - sum(step for _, step in self.steps)).plus(self.offset, -1)


def slide(algebra: Algebra, factor: Factor) -> Slide:
    """A condition solved for what is seen. Raises NoMatrixForm."""
    _, value, index_of = combined(algebra, factor)
    for axis, count in value.terms:
        others = [(other, -other_count * count) for other, other_count in value.terms if other != axis]
        if len(others) == 2 and abs(count) == 1 and all(step > 0 for _, step in others):
            lengths = tuple((index_of[one], one.dimension) for one, _ in value.terms)
            steps = tuple((index_of[other], step) for other, step in others)
            return Slide(index_of[axis], steps, Dimension(()).plus(value.offset, -count), lengths)
    raise NoMatrixForm(CONDITION)


@dataclass(frozen=True, slots=True)
class Convolution:
    """Two groups of factors along slides: the indices of each, one a slide, and of what comes out."""

    slides: tuple[Slide, ...]
    outer: Indices
    sides: tuple[Indices, Indices]
    groups: tuple[Group, Group]
    others: tuple[Factor, ...]

    @property
    def gone(self) -> set[int]:
        """The indices that are summed over."""
        return {*self.sides[0], *self.sides[1]}

    def written(
        self,
        shown: Callable[[Group, Indices], Expression],
        size: Callable[[Dimension], Expression],
        precedence: Callable[[Group], tuple[int, ...]],
    ) -> Call:
        """The call; of what could be the filter it is the group that comes first. Raises NoMatrixForm."""
        seen = tuple(slide.seen for slide in self.slides)
        # A filter of ones is the last thing that a signal is.
        order = sorted((0, 1), key=lambda k: (bool(self.groups[k]), precedence(self.groups[k])))
        if seen in self.sides:
            order = [1 - self.sides.index(seen), self.sides.index(seen)]
        elif seen != self.outer:
            raise NoMatrixForm(CONDITION)
        filtering, signal = (self._side(k, shown, size) for k in order)
        filters, signals = (self.sides[k] for k in order)
        padding = _same([slide.padding for slide in self.slides])
        dilation = _same([dict(slide.steps)[index] for slide, index in zip(self.slides, filters, strict=True)])
        if seen != self.outer:
            strides = [dict(slide.steps)[index] for slide, index in zip(self.slides, self.outer, strict=True)]
            return _call("conv", signal, filtering, _same(strides), padding, dilation)
        stride = _same([dict(slide.steps)[index] for slide, index in zip(self.slides, signals, strict=True)])
        if stride == 1:
            turned = Call("flip", (filtering, *_axes(len(filters))))
            if padding == Dimension(()):
                return _call("full_conv", signal, turned, 1, padding, dilation)
            reached = [self._length(index).plus(Dimension.fixed(1), -1) for index in filters]
            rest = {Dimension(()).plus(length, dilation).plus(padding, -1) for length in reached}
            if len(rest) == 1 and _is_count(around := rest.pop()):
                return _call("conv", signal, turned, 1, around, dilation)
        return _call("conv_transpose", signal, filtering, stride, padding, dilation)

    def _side(
        self,
        number: int,
        shown: Callable[[Group, Indices], Expression],
        size: Callable[[Dimension], Expression],
    ) -> Expression:
        group, indices = self.groups[number], self.sides[number]
        return shown(group, indices) if group else Call("ones", tuple(size(self._length(i)) for i in indices))

    def _length(self, index: int) -> Dimension:
        return next(length for slide in self.slides for other, length in slide.lengths if other == index)


def convolution(
    algebra: Algebra,
    factors: Collection[Factor],
    sliding: Sequence[Factor],
    order: Sequence[int],
    free: Callable[[Indices], Indices],
) -> Convolution:
    """The factors that slide along conditions; `order` are row and column, `free` the indices that are no letters.

    Raises NoMatrixForm.
    """
    slides = [slide(algebra, factor) for factor in sliding]
    outer = [[index for index in one.indices if not is_bound(index)] for one in slides]
    if len(slides) > 2 or any(len(found) != 1 or found[0] not in order for found in outer):
        raise NoMatrixForm(CONDITION)
    slides.sort(key=lambda one: min(order.index(index) for index in one.indices if not is_bound(index)))
    places = tuple(index for one in slides for index in one.indices if not is_bound(index))
    pairs = [[index for index in one.indices if is_bound(index)] for one in slides]
    moving = {index for pair in pairs for index in pair}
    if len(set(places)) < len(places) or len(moving) < 2 * len(pairs):
        raise NoMatrixForm(CONDITION)
    groups: dict[Indices, list[Factor]] = {}
    for factor in factors:
        here = set(free(factor[1]))
        if here & moving:
            side = tuple(index for pair in pairs for index in pair if index in here)
            if len(side) != len(pairs) or here != set(side):
                raise NoMatrixForm(CONDITION)
            groups.setdefault(side, []).append(factor)
    first = next(iter(groups), tuple(pair[0] for pair in pairs))
    second = tuple(index for pair in pairs for index in pair if index not in first)
    if not set(groups) <= {first, second} or not groups:
        raise NoMatrixForm(CONDITION)
    others = tuple(factor for factor in factors if not set(factor[1]) & moving)
    sides = tuple(groups.get(first, ())), tuple(groups.get(second, ()))
    return Convolution(tuple(slides), places, (first, second), sides, others)


def _same(values: Sequence[Value]) -> Value:
    """What is one value along every axis. Raises NoMatrixForm."""
    if len(set(values)) > 1:
        raise NoMatrixForm(CONDITION)
    return values[0]


def _axes(count: int) -> tuple[Expression, ...]:
    """The axes of an image by their positions; a vector has one, which needs no name."""
    return tuple(Number(Fraction(k)) for k in range(1, count + 1)) if count > 1 else ()


def _is_count(length: Dimension) -> bool:
    return not length.terms and length.constant >= 0


def _call(name: str, signal: Expression, filtering: Expression, stride: int, padding: Dimension, dilation: int) -> Call:
    """The call with the options that are not the usual ones. Raises NoMatrixForm."""
    if not _is_count(padding):
        raise NoMatrixForm(CONDITION)
    given = (("stride", stride, 1), ("padding", padding.constant, 0), ("dilation", dilation, 1))
    options = tuple((option, Number(Fraction(value))) for option, value, usual in given if value != usual)
    return Call(name, (signal, filtering), options=options)
