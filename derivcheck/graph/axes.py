"""Dimensions, and the axes that run over them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import sympy

from derivcheck.graph.scalars import Scalar, size_symbol


@dataclass(frozen=True, slots=True, order=True)
class Dimension:
    """A size: an integer combination of named sizes plus a constant (`n1`, `3`, `n - k + 1`)."""

    terms: tuple[tuple[str, int], ...]
    constant: int = 0
    _hash: int = field(init=False, repr=False, compare=False)  # asked for far more often than it is made

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash((self.terms, self.constant)))

    def __hash__(self) -> int:
        return self._hash

    def __reduce__(self) -> tuple[type[Dimension], tuple[object, ...]]:
        return Dimension, (self.terms, self.constant)  # another process has other hashes

    @staticmethod
    def named(name: str) -> Dimension:
        return Dimension(((name, 1),))

    @staticmethod
    def fixed(size: int) -> Dimension:
        return Dimension((), size)

    def plus(self, other: Dimension, factor: int = 1) -> Dimension:
        """self + factor * other."""
        total = dict(self.terms)
        for name, count in other.terms:
            total[name] = total.get(name, 0) + factor * count
        return Dimension(tuple(sorted((n, c) for n, c in total.items() if c)), self.constant + factor * other.constant)

    def size(self, sizes: Mapping[str, int]) -> int:
        """The number for given sizes of the names. Raises KeyError for a name without a size."""
        return sum(count * sizes[name] for name, count in self.terms) + self.constant

    def expression(self) -> Scalar:
        return sympy.Add(*(c * size_symbol(n) for n, c in self.terms), self.constant)

    def __str__(self) -> str:
        if not self.terms:
            return str(self.constant)
        ordered = sorted(self.terms, key=lambda term: term[1] < 0)
        text = ""
        for name, count in ordered:
            sign = "-" if count < 0 else "+" if text else ""
            text += f"{sign}{'' if abs(count) == 1 else f'{abs(count)}*'}{name}"
        return text + (f"{self.constant:+d}" if self.constant else "")


@dataclass(frozen=True, slots=True, order=True)
class Axis:
    """One way of running over a dimension; `key` tells axes of one dimension apart.

    An axis that a person gave a name, `S: t s=t`, has it as its key, behind the sign.
    """

    dimension: Dimension
    key: str
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash((self.dimension, self.key)))

    def __hash__(self) -> int:
        return self._hash

    def __reduce__(self) -> tuple[type[Axis], tuple[object, ...]]:
        return Axis, (self.dimension, self.key)

    @staticmethod
    def named(dimension: Dimension, name: str) -> Axis:
        return Axis(dimension, f"={name}")

    @property
    def name(self) -> str:
        """What it is called, where it has a name of its own."""
        return self.key[1:] if self.key[:1] == "=" else ""

    def __str__(self) -> str:
        return f"{self.dimension}.{self.key}"


Axes = tuple[Axis, ...]


def fresh(dimension: Dimension, avoid: Iterable[Axis], stem: str = "") -> Axis:
    """An axis of the dimension that is not among `avoid`; the same question gets the same answer."""
    taken = set(avoid)
    return next(a for k in itertools.count() if (a := Axis(dimension, f"{stem}{k}")) not in taken)
