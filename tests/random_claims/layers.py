"""Functions of matrices, layers and losses by their definitions."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from .duals import Dual, UndefinedError
from .trees import (
    Num,
    Tree,
)
from .values import (
    MeaninglessError,
    Value,
    cells_of,
    cofactor,
    determinant,
    own,
)


class Layers:
    """What a point knows of named functions of whole tensors."""

    def _fn_trace(self, value: Value, rest: tuple[Tree, ...], letters: Mapping[str, int]) -> Value:
        if own(value.rows) != own(value.cols) or value.more:
            raise MeaninglessError("the trace of what is not square")
        return Value(
            value.data.linear(
                lambda part: (
                    np.trace(part).reshape(1, 1)
                    if hasattr(np.trace(part), "reshape")
                    else np.array([[np.trace(part)]], dtype=part.dtype)
                )
            )
        )

    def _fn_diag(self, value: Value, rest: tuple[Tree, ...], letters: Mapping[str, int]) -> Value:
        if not (value.rows and value.cols) and not value.more:
            return Value(value.data.linear(lambda part: np.diag(part.reshape(-1))), value.axes, value.axes)
        if value.rows != value.cols:
            raise MeaninglessError("the diagonal of what is not square")
        return self.vector(value.data.linear(np.diagonal), value.rows[0])

    def _fn_outer(self, value: Value, rest: tuple[Tree, ...], letters: Mapping[str, int]) -> Value:
        other = self.value(rest[0], letters)
        if len(value.axes) != 1 or len(other.axes) != 1:
            raise MeaninglessError("outer needs two vectors")
        column = value.data.linear(lambda part: part.reshape(-1, 1))
        row = other.data.linear(lambda part: part.reshape(1, -1))
        return Value(column * row, value.axes, other.axes)

    def _fn_dot(self, value: Value, rest: tuple[Tree, ...], letters: Mapping[str, int]) -> Value:
        other = self.value(rest[0], letters)
        if len(value.axes) != 1 or value.axes != other.axes:
            raise MeaninglessError("dot needs two vectors of one dimension")
        flat = [v.data.linear(lambda part: part.reshape(1, -1)) for v in (value, other)]
        return Value((flat[0] * flat[1]).linear(lambda part: part.sum(axis=1, keepdims=True)))

    def _fn_vec(self, value: Value, rest: tuple[Tree, ...], letters: Mapping[str, int]) -> Value:
        return self._vec(value)

    def _fn_kron(self, value: Value, rest: tuple[Tree, ...], letters: Mapping[str, int]) -> Value:
        other = self.value(rest[0], letters)
        return Value(value.data.bilinear(other.data, np.kron), value.rows + other.rows, value.cols + other.cols)

    def _fn_norm(self, value: Value, rest: tuple[Tree, ...], letters: Mapping[str, int]) -> Value:
        if rest and rest[0] == Num(Fraction(1)):
            return self.reduced(replace(value, data=self.entrywise("abs", value.data)), "sum", ())
        total = self.reduced(replace(value, data=value.data * value.data), "sum", ())
        return replace(total, data=self.function(total.data, "sqrt"))

    def _fn_det(self, value: Value, rest: tuple[Tree, ...], letters: Mapping[str, int]) -> Value:
        self._square(value)
        return Value(determinant(cells_of(value.data)).linear(lambda part: np.reshape(part, (1, 1))))

    def _fn_inv(self, value: Value, rest: tuple[Tree, ...], letters: Mapping[str, int]) -> Value:
        self._square(value)
        cells = cells_of(value.data)
        whole = determinant(cells)
        if abs(float(whole.plain)) < 1e-6:
            raise UndefinedError("a singular matrix")
        below = whole.linear(lambda part: np.reshape(part, (1, 1))).inverse().linear(lambda part: part.reshape(()))
        count = len(cells)
        cofactors = [[cofactor(cells, j, i) * below for j in range(count)] for i in range(count)]
        masks = {mask for row in cofactors for cell in row for mask in cell.parts}
        zero = 0 * cofactors[0][0].plain
        data = Dual({m: np.array([[c.parts.get(m, zero) for c in row] for row in cofactors]) for m in masks})
        return Value(data, value.rows, value.cols)

    def _square(self, value: Value) -> None:
        if value.more or len(value.rows) != 1 or value.rows != value.cols:
            raise MeaninglessError("a square matrix is needed")

    # --- layers and losses ----------------------------------------------------------------

    def _exp_shares(self, value: Value, names: tuple[Tree, ...]) -> tuple[Value, Dual]:
        """Σ exp along axes, and the same repeated along them."""
        if not names and len(value.axes) > 1:
            raise MeaninglessError("name the axis")
        gone = self._along(value, names)
        powers = replace(value, data=self.checked(value.data.function("exp")))
        total = self.reduced(powers, "sum", names)
        return total, self._spread(total, value, gone)

    def _fn_softmax(self, value: Value, rest: tuple[Tree, ...], letters: Mapping[str, int]) -> Value:
        _, spread = self._exp_shares(value, rest)
        return replace(value, data=value.data.function("exp") / spread)

    def _fn_log_softmax(self, value: Value, rest: tuple[Tree, ...], letters: Mapping[str, int]) -> Value:
        _, spread = self._exp_shares(value, rest)
        return replace(value, data=value.data - spread.function("log"))

    def _fn_logsumexp(self, value: Value, rest: tuple[Tree, ...], letters: Mapping[str, int]) -> Value:
        total, _ = self._exp_shares(value, rest)
        return replace(total, data=total.data.function("log"))

    def _fn_layer_norm(self, value: Value, rest: tuple[Tree, ...], letters: Mapping[str, int]) -> Value:
        if len(value.axes) != 1:
            raise MeaninglessError("layer_norm of a vector only")
        mean = self._spread(self.reduced(value, "mean", ()), value, [0])
        centred = value.data - mean
        square = replace(value, data=centred * centred)
        variance = self._spread(self.reduced(square, "mean", ()), value, [0])
        normed = centred / self.function(variance.shifted(self.number(Fraction(1, 100000))), "sqrt")
        others = [self.value(tree, letters) for tree in rest]
        if others:
            normed = normed * others[0].data
        return replace(value, data=normed + others[1].data if len(others) > 1 else normed)

    def _fn_rms_norm(self, value: Value, rest: tuple[Tree, ...], letters: Mapping[str, int]) -> Value:
        square = replace(value, data=value.data * value.data)
        mean = self._spread(self.reduced(square, "mean", ()), value, [0])
        normed = value.data / self.function(mean.shifted(self.number(Fraction(1, 100000))), "sqrt")
        return replace(value, data=normed * self.value(rest[0], letters).data if rest else normed)

    def _loss(self, first: Value, rest: tuple[Tree, ...], letters: Mapping[str, int], of: Any) -> Value:
        second = self.value(rest[0], letters)
        if first.axes != second.axes:
            raise MeaninglessError(f"a loss of {first.axes} and {second.axes}")
        if first.rows != second.rows:
            second = second.turned  # axes are matched by name, whatever way a vector lies
        terms = replace(first, data=of(first.data, second.data))
        return self.reduced(terms, "sum", rest[1:])

    def _fn_cross_entropy(self, value: Value, rest: tuple[Tree, ...], letters: Mapping[str, int]) -> Value:
        return self._loss(value, rest, letters, lambda p, y: -(y * self.function(p, "log")))

    def _fn_nll(self, value: Value, rest: tuple[Tree, ...], letters: Mapping[str, int]) -> Value:
        return self._loss(value, rest, letters, lambda q, y: -(y * q))

    def _fn_kl(self, value: Value, rest: tuple[Tree, ...], letters: Mapping[str, int]) -> Value:
        return self._loss(value, rest, letters, lambda p, q: p * self.function(p / q, "log"))

    def _fn_sse(self, value: Value, rest: tuple[Tree, ...], letters: Mapping[str, int]) -> Value:
        return self._loss(value, rest, letters, lambda a, y: (a - y) * (a - y))

    def _fn_mse(self, value: Value, rest: tuple[Tree, ...], letters: Mapping[str, int]) -> Value:
        total = self._fn_sse(value, rest, letters)
        count = math.prod(self.size(value.axes[k]) for k in self._along(value, rest[1:]))
        return replace(total, data=total.data.scaled(1 / self.number(Fraction(count))))

    def _fn_l1(self, value: Value, rest: tuple[Tree, ...], letters: Mapping[str, int]) -> Value:
        return self._loss(value, rest, letters, lambda a, y: self.entrywise("abs", a - y))

    def _fn_huber_loss(self, value: Value, rest: tuple[Tree, ...], letters: Mapping[str, int]) -> Value:
        return self._loss(value, rest, letters, lambda a, y: self.entrywise("huber", a - y))

    def _fn_hinge_loss(self, value: Value, rest: tuple[Tree, ...], letters: Mapping[str, int]) -> Value:
        return self._loss(value, rest, letters, lambda s, y: self.entrywise("hinge", y * s))

    def _fn_binary_cross_entropy(self, value: Value, rest: tuple[Tree, ...], letters: Mapping[str, int]) -> Value:
        def of(p: Dual, y: Dual) -> Dual:
            one = p.zero.shifted(1)
            return -(y * self.function(p, "log") + (one - y) * self.function(one - p, "log"))

        return self._loss(value, rest, letters, of)

    def _fn_binary_cross_entropy_logits(
        self, value: Value, rest: tuple[Tree, ...], letters: Mapping[str, int]
    ) -> Value:
        return self._loss(value, rest, letters, lambda z, y: self.entrywise("softplus", z) - y * z)

    def _fn_cross_entropy_logits(self, value: Value, rest: tuple[Tree, ...], letters: Mapping[str, int]) -> Value:
        _, spread = self._exp_shares(value, rest[1:])
        return self._loss(value, rest, letters, lambda z, y: y * (spread.function("log") - z))

    def _fn_entropy(self, value: Value, rest: tuple[Tree, ...], letters: Mapping[str, int]) -> Value:
        terms = replace(value, data=-(value.data * self.function(value.data, "log")))
        return self.reduced(terms, "sum", rest)

    def _fn_l2(self, value: Value, rest: tuple[Tree, ...], letters: Mapping[str, int]) -> Value:
        return self.reduced(replace(value, data=value.data * value.data), "sum", rest)
