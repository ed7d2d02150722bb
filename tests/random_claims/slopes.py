"""Derivatives: every entry of a variable is moved by an infinitesimal of its own."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import numpy as np

from .duals import Dual, UndefinedError
from .trees import (
    At,
    Der,
    Fn,
    Tree,
    Var,
)
from .values import (
    Labels,
    MeaninglessError,
    UnrangedError,
    Value,
    own,
    stacked,
)


class Slopes:
    """What a point knows of derivatives, of layouts and of chains."""

    def _held(self, holding: tuple[Tree, ...]) -> Slopes:
        """The point at which some quantities stay what they are, whatever moves."""
        names = [self.member(one) for one in holding]
        if not names:
            return self
        if any(name is None or name in self.lets for name in names):
            raise MeaninglessError("what is held is no quantity")
        still = {name: self.named(name) for name in names if name is not None}
        return replace(self, replaced={**self.replaced, **still}, known={}, base=self.base or self)

    def _derivative(self, above: Tree, below: tuple[Tree, ...], letters: Mapping[str, int]) -> Value:
        if len(below) > 1:
            return self._derivative(Der(above, below[:1]), below[1:], letters)
        (variable,) = below
        match variable:
            case At(base, entries) if self.member(variable) is None:
                return self._by_entry(above, base, entries, letters)
            case Fn("vec", (inner,)):
                numerator, slopes, labels = self._slopes(above, inner, letters)
                whole = self.named(self.member(inner) or "")
                shaped = self._vec(whole)
                lengths = tuple(self.size(label) for label in labels)
                order = np.arange(math.prod(lengths)).reshape(lengths)
                if self.vec == "columns":
                    order = order.T
                slopes = [slopes[k] for k in order.reshape(-1)]
                return self._laid_out(numerator, slopes, shaped)
            case _:
                name = self.member(variable)
                if name is None or name in self.lets:
                    raise MeaninglessError(f"{variable} is no variable")
                numerator, slopes, _ = self._slopes(above, variable, letters)
                return self._laid_out(numerator, slopes, self.named(name))

    def _slopes(self, above: Tree, variable: Tree, letters: Mapping[str, int]) -> tuple[Value, list[Value], Labels]:
        """The numerator, and its derivative by every entry of the variable, in order."""
        name = self.member(variable)
        if name is None or name in self.lets:
            raise MeaninglessError(f"{variable} is no variable")
        used = {v.name for v in above.everything() if isinstance(v, Var)}
        key = ("slopes", above, name, tuple(sorted((k, v) for k, v in letters.items() if k in used)))
        if key in self.known:
            return self.known[key]
        whole = self.named(name)
        labels = whole.axes
        shape = whole.data.plain.shape
        bit = 1 << self.depth
        slopes: list[Value] = []
        numerator = self.value(above, letters)
        zero = numerator.data.zero
        for place in np.ndindex(*shape):
            direction = np.zeros(shape, dtype=object if self.precise else float)
            direction[place] = self.number(Fraction(1))
            moved = replace(whole, data=Dual({**whole.data.parts, bit: direction}))
            inner = replace(
                self, replaced={**self.replaced, name: moved}, known={}, base=self.base or self, depth=self.depth + 1
            )
            found = inner.value(above, letters)
            slopes.append(replace(found, data=found.data.coefficient(bit) + zero))
        self.known[key] = numerator, slopes, labels
        return self.known[key]

    def _total(self, tree: Tree, letters: Mapping[str, int]) -> Value:
        """The differential of a formula: along one direction of all inputs, always the same."""
        bit = 1 << self.depth
        moved: dict[str, Value] = {}
        for name in self.tensors:
            whole = self.named(name)
            draws = random.Random(f"direction of {name}")
            parts = [self.number(Fraction(draws.randint(-9, 9), 7)) for _ in range(whole.data.plain.size)]
            direction = np.array(parts, dtype=object if self.precise else float).reshape(whole.data.plain.shape)
            moved[name] = replace(whole, data=Dual({**whole.data.parts, bit: direction}))
        inner = replace(
            self, replaced={**self.replaced, **moved}, known={}, base=self.base or self, depth=self.depth + 1
        )
        found = inner.value(tree, letters)
        return replace(found, data=found.data.coefficient(bit) + found.data.zero)

    def _laid_out(self, numerator: Value, slopes: list[Value], variable: Value) -> Value:
        """All derivatives as one matrix, in the layout that is declared."""
        if not own(numerator.axes) and not numerator.axes:
            shape = variable.data.plain.shape
            data = stacked(slopes, lambda parts: np.array(parts).reshape(shape))
            result = Value(data, variable.rows, variable.cols, variable.more)
            return result.turned if self.layout == "numerator" and not variable.more else result
        if not variable.axes:
            result = replace(numerator, data=slopes[0].data)
            return result.turned if self.layout == "denominator" and not result.more else result
        if numerator.more or variable.more or any(v.rows and v.cols for v in (numerator, variable)):
            raise MeaninglessError("a derivative with more than two axes")
        data = stacked(slopes, lambda parts: np.array([part.reshape(-1) for part in parts]).T)
        result = Value(data, numerator.axes, variable.axes)
        return result.turned if self.layout == "denominator" else result

    def _by_entry(self, above: Tree, base: Tree, entries: tuple[Tree, ...], letters: Mapping[str, int]) -> Value:
        match above:
            case At(whole, inner) if self.member(above) is None and self.member(whole) is not None:
                # The whole tensor is derived once, whatever the letters are.
                numerator, slopes, labels = self._slopes(whole, base, {})
                slope = self._picked(slopes, labels, entries, letters)
                return self._entry(Value(slope.data, numerator.rows, numerator.cols, numerator.more), inner, letters)
        numerator, slopes, labels = self._slopes(above, base, letters)
        slope = self._picked(slopes, labels, entries, letters)
        result = replace(numerator, data=slope.data)
        return result.turned if self.layout == "denominator" and numerator.axes and not numerator.more else result

    def _picked(
        self, slopes: list[Value], labels: Labels, entries: tuple[Tree, ...], letters: Mapping[str, int]
    ) -> Value:
        if len(labels) != len(entries):
            raise MeaninglessError(f"{len(entries)} indices for {labels}")
        place = 0
        for label, entry in zip(labels, entries, strict=True):
            position = self.position(entry, letters)
            if position is None:
                raise UnrangedError(f"{entry} is no index")
            if not 0 <= position < self.size(label):
                raise UndefinedError(f"no entry {position + 1}")
            place = place * self.size(label) + position
        return slopes[place]

    def _chain(self, links: tuple[Tree, ...], letters: Mapping[str, int]) -> Value:
        """Derivatives that meet, contracted over every axis of what stands between."""
        found: Dual | None = None
        first: Value | None = None
        meets: str | None = None
        for link in links:
            written = self.lets.get(self.member(link) or "", link)
            if not isinstance(written, Der) or len(written.below) != 1:
                raise MeaninglessError(f"{link} is no derivative")
            if meets is not None and self.member(written.above) != meets:
                raise MeaninglessError("the links do not meet")
            numerator, slopes, _ = self._slopes(written.above, written.below[0], letters)
            matrix = stacked(slopes, lambda parts: np.array([part.reshape(-1) for part in parts]).T)
            found = matrix if found is None else found.bilinear(matrix, np.matmul)
            first = first or numerator
            meets = self.member(written.below[0])
        assert found is not None and first is not None and meets is not None
        shape = first.data.plain.shape
        columns = [found.linear(lambda part, k=k: part[:, k].reshape(shape)) for k in range(found.plain.shape[1])]
        return self._laid_out(first, [replace(first, data=column) for column in columns], self.named(meets))
