"""What the declaration of a fact says, and the numbers that its points are made of."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, Literal, NoReturn

Array = Any


class Draw(ABC):
    """Random numbers for one tensor, of one number system: floats, the prime field, or many digits.

    Arrays have the `shape` of the tensor and know +, -, * and `sum`; `along` is the axis that the fact
    is about. Where they are not `signed`, a point without negative entries is asked for, if there is one.
    """

    signed = True

    def __init__(self, shape: tuple[int, ...], along: int) -> None:
        self.shape = shape
        self.along = along
        self.inner: Array | None = None

    def over(self, numbers: Array) -> Draw:
        """The same draw, whose free numbers are those of another fact."""
        other = copy(self)
        other.inner = numbers
        return other

    def free(self) -> Array:
        """Any numbers."""
        return self._free() if self.inner is None else self.inner

    @abstractmethod
    def _free(self) -> Array: ...

    @abstractmethod
    def positive(self) -> Array:
        """Numbers above zero."""

    @abstractmethod
    def chosen(self, values: Sequence[int]) -> Array:
        """Entry by entry one of the values."""

    @abstractmethod
    def single(self) -> Array:
        """1 at one place along the axis, 0 elsewhere."""

    @abstractmethod
    def identity(self) -> Array:
        """The identity matrix."""

    @abstractmethod
    def inverse(self, numbers: Array) -> Array:
        """1/x, entry by entry."""

    @abstractmethod
    def refuse(self) -> NoReturn:
        """Raises what says that there is no point of this shape."""


@dataclass(frozen=True, slots=True)
class FactKind:
    """One kind of fact about a tensor y, all of it.

    `formula` and `words` say it of a name; `made` makes a point at which it holds, in every number system.
    What proofs use: `identities` in the language of claims, with y for the tensor and, where one letter is
    all that y has, that letter for the axis the fact holds along; the `support` outside of which an entry of a
    matrix y[i,j] is zero; the few `values` that an entry may have;
    whether entries are `positive`, and whether they are `below_one`. Whatever it `implies` is known too.
    """

    name: str
    formula: str
    words: str
    made: Callable[[Draw], Array]
    identities: tuple[str, ...] = ()
    values: tuple[int, ...] = ()
    support: Literal["", "i >= j", "i <= j", "i == j"] = ""
    positive: bool = False
    below_one: bool = False
    implies: tuple[str, ...] = ()
    amounts: tuple[frozenset[str], ...] = ()  # sets of other facts that together are this one
    together: frozenset[str] = frozenset()  # what holds of a point too that is made of numbers of which it holds
    relaxed: str = ""  # of facts with few values: what is left of it for any numbers in their place
    needs: Literal["", "a vector", "a square matrix", "a matrix"] = ""
    longest: Literal["", "rows", "columns"] = ""  # of a matrix, of which there are at least as many as of the others
    along_an_axis: bool = False
    restricts: bool = True  # entries depend on each other, or have few values
    mostly_positive: bool = False  # entries are above zero but for an edge, of which proofs must not lose sight
    target: bool = False  # of labels, for which no gradient is asked

    @property
    def signature(self) -> str:
        """How it is given of a tensor y, or of one axis of it."""
        if self.along_an_axis:
            return f"y: {{axes: n m, given: {{{self.name}: n}}}}"
        axes = {"a vector": "n", "a square matrix": "n n"}.get(self.needs, "n m")
        return f"y: {{axes: {axes}, given: {self.name}}}"
