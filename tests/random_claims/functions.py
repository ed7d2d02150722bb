"""Functions of the language: reductions, functions of one number, and what a call means."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import mpmath
import numpy as np

from .duals import Dual, chosen
from .trees import (
    Cmp,
    Fn,
    If,
    Neg,
    Num,
    Op,
    Tree,
    Var,
)
from .values import (
    Labels,
    MeaninglessError,
    UnrangedError,
    Value,
    compared,
    own,
)


class Functions:
    """What a point knows of functions, each by its definition."""

    def _grid(self, rows: tuple[tuple[Tree, ...], ...], letters: Mapping[str, int]) -> Value:
        values = [[self.value(item, letters) for item in row] for row in rows]
        if any(own(value.axes) for row in values for value in row):
            raise MeaninglessError("the entries of a written-out matrix are scalars")
        if not all(values) or len({len(row) for row in values}) != 1:
            raise MeaninglessError("a written-out matrix has rows of one length, and that not 0")
        masks = {mask for row in values for value in row for mask in value.data.parts}
        zero = 0 * values[0][0].data.plain[0, 0]
        data = Dual(
            {
                m: np.array([[v.data.parts[m][0, 0] if m in v.data.parts else zero for v in row] for row in values])
                for m in masks
            }
        )
        if len(rows) == 1:
            return self.vector(data, str(len(rows[0])))
        return Value(data, (str(len(rows)),), (str(len(rows[0])),))

    def _vec(self, value: Value) -> Value:
        if value.more:
            raise MeaninglessError("vec of three axes")
        order = "F" if self.vec == "columns" else "C"
        labels = value.cols + value.rows if self.vec == "columns" else value.rows + value.cols
        column = value.data.linear(lambda part: part.reshape((-1, 1), order=order))
        result = Value(column, labels, ())
        return result if self.vectors == "column" else result.turned

    def _along(self, value: Value, names: tuple[Tree, ...]) -> list[int]:
        """The axes of a value that arguments name, all where there are none."""
        if not names:
            return list(range(len(value.axes)))
        found: list[int] = []
        for name in names:
            if isinstance(name, Num):
                if not 1 <= name.value <= len(value.axes):
                    raise MeaninglessError(f"no axis {name.value}")
                found.append(int(name.value) - 1)
                continue
            label = self._dimension(name, {})
            matching = [k for k, axis in enumerate(value.axes) if axis == label and k not in found]
            if len(matching) != 1:
                raise MeaninglessError(f"no one axis runs over {name}")
            found.append(matching[0])
        return found

    def reduced(self, value: Value, kind: str, names: tuple[Tree, ...]) -> Value:
        gone = self._along(value, names)
        lengths = tuple(self.size(label) for label in value.axes)
        left = [k for k in range(len(lengths)) if k not in gone]
        shaped = value.data.linear(lambda part: part.reshape(lengths).transpose([*left, *gone]))
        kept = tuple(lengths[k] for k in left)
        flat = shaped.linear(lambda part: part.reshape((*kept, -1)))
        if kind in ("sum", "mean"):
            data = flat.linear(lambda part: part.sum(axis=-1))
            if kind == "mean":
                data = data.scaled(1 / self.number(Fraction(math.prod(lengths[k] for k in gone))))
        else:
            data = self._folded(flat, kind)
        return self._tensor(data, tuple(value.axes[k] for k in left))

    def _folded(self, flat: Dual, kind: str) -> Dual:
        kept = flat.plain.shape[:-1]
        columns = [flat.linear(lambda part, k=k: part[..., k : k + 1]) for k in range(flat.plain.shape[-1])]
        found = columns[0]
        for item in columns[1:]:
            if kind == "prod":
                found = found * item
            elif kind == "max":
                found = self.larger(found, item)
            else:
                found = -self.larger(-found, -item)
        return found.linear(lambda part: part.reshape(kept))

    def _tensor(self, data: Dual, labels: Labels) -> Value:
        match len(labels):
            case 0:
                return Value(data.linear(lambda part: np.reshape(part, (1, 1))))
            case 1:
                return self.vector(data, labels[0])
            case 2:
                return Value(data, labels[:1], labels[1:])
        return Value(data, more=labels)

    def _spread(self, reduced: Value, like: Value, gone: list[int]) -> Dual:
        """A reduced value, repeated along the axes that went."""
        lengths = [1 if k in gone else self.size(label) for k, label in enumerate(like.axes)]
        shape = like.data.plain.shape
        full = tuple(self.size(label) for label in like.axes)
        return reduced.data.linear(lambda part: np.broadcast_to(part.reshape(lengths), full).reshape(shape))

    def entrywise(self, name: str, data: Dual, size: Dual | None = None) -> Dual:
        """The functions of one number by their definitions, perhaps with a parameter."""
        one = data.zero.shifted(1)
        match name:
            case "identity":
                return data
            case "sigmoid":
                return ((-data).function("exp") + one).inverse()
            case "relu":
                return self._branch(data, data, data.zero)
            case "abs":
                return self._branch(data, data, -data)
            case "sign":
                return self._branch(data, one, -one)
            case "leaky_relu":
                return self._branch(data, data, data * size if size else data.scaled(self.number(Fraction(1, 100))))
            case "elu":
                below = data.function("exp") - one
                return self._branch(data, data, below * size if size else below)
            case "softplus":
                return (data.function("exp") + one).function("log")
            case "silu":
                return data * self.entrywise("sigmoid", data)
            case "gelu":
                root = self.number(Fraction(1, 2)) ** self.number(Fraction(1, 2))
                return (data * (data.scaled(root).function("erf") + one)).scaled(self.number(Fraction(1, 2)))
            case "hinge":
                return self._branch(one - data, one - data, data.zero)
            case "huber":
                length, width, half = self.entrywise("abs", data), size or one, self.number(Fraction(1, 2))
                return self._branch(width - length, (data * data).scaled(half), width * (length - width.scaled(half)))
            case "stop_gradient":
                return Dual({0: data.plain})
            case "expm1":
                return data.function("exp") - one
            case "asinh":
                return (data + (data * data + one).function("sqrt")).function("log")
            case "erfc":
                return one - data.function("erf")
            case "tan":
                return data.function("sin") / data.function("cos")
            case "sinh":
                return (data.function("exp") - (-data).function("exp")).scaled(self.number(Fraction(1, 2)))
            case "cosh":
                return (data.function("exp") + (-data).function("exp")).scaled(self.number(Fraction(1, 2)))
            case "exp" | "log" | "sqrt" | "sin" | "cos" | "tanh" | "atan" | "erf":
                return self.function(data, name)
        if name in self.functions and len(self.functions[name][0]) == 1:
            (parameter,), body = self.functions[name]
            return self._apply(body, {parameter: data})
        raise MeaninglessError(f"unknown function {name}")

    def _branch(self, test: Dual, yes: Dual, no: Dual) -> Dual:
        self.decide(test)
        return chosen(test.plain > 0, yes, no)

    def _apply(self, body: Tree, values: Mapping[str, Dual]) -> Dual:
        """The formula of a scalar function on arrays."""
        like = next(iter(values.values()))
        match body:
            case Var(name) if name in values:
                return values[name]
            case Num(value):
                return like.zero.shifted(self.number(value))
            case Neg(operand):
                return -self._apply(operand, values)
            case Op("^", left, Num(value)) if value.denominator == 1:
                return self._apply(left, values).power(int(value))
            case Op(sign, left, right):
                a, b = self._apply(left, values), self._apply(right, values)
                return {"+": a.__add__, "-": a.__sub__, "*": a.__mul__, "/": a.__truediv__}[sign](b)
            case If(Cmp(sign, left, right), then, otherwise):
                a, b = self._apply(left, values), self._apply(right, values)
                self.decide(a - b)
                mask = compared(sign, a.plain, b.plain)
                return chosen(mask, self._apply(then, values), self._apply(otherwise, values))
            case Fn("max", (left, right)):
                return self.larger(self._apply(left, values), self._apply(right, values))
            case Fn(name, (argument,), 0):
                return self.entrywise(name, self._apply(argument, values))
        raise MeaninglessError(f"{body} is no scalar formula")

    def derived(self, name: str, data: Dual, primes: int, size: Dual | None = None) -> Dual:
        """f', f'' by infinitesimals of their own."""
        bits = [1 << (self.depth + 8 + k) for k in range(primes)]
        moved = data
        for bit in bits:
            moved = moved + Dual({0: 0 * data.plain, bit: 0 * data.plain + self.number(Fraction(1))})
        found = self.entrywise(name, moved, size)
        for bit in bits:
            found = found.coefficient(bit)
        return found + data.zero

    def _call(self, tree: Fn, letters: Mapping[str, int]) -> Value:
        name, arguments = tree.name, tree.arguments
        if name in ("ones", "zeros", "eye"):
            labels = tuple(self._dimension(argument, letters) or "" for argument in arguments)
            if "" in labels:
                raise MeaninglessError(f"{tree} needs dimensions")
            if name == "eye":
                labels = (labels[0], labels[0])
                length = self.size(labels[0])
                return Value(
                    self.filled(*((label,) for label in labels), 0).data
                    + Dual({0: np.eye(length, dtype=object if self.precise else float)}),
                    labels[:1],
                    labels[1:],
                )
            if len(labels) == 2:
                return self.filled(labels[:1], labels[1:], int(name == "ones"))
            flat = self.filled(labels, (), int(name == "ones"))
            return flat if self.vectors == "column" else flat.turned
        if name == "d":
            if tree.primes:
                raise MeaninglessError("a differential has no primes")
            return self._total(*arguments, letters)
        if name == "delta":
            places = [self.position(argument, letters) for argument in arguments]
            if None in places:
                raise UnrangedError(f"{tree} compares no indices")
            return self.scalar(Fraction(int(places[0] == places[1])))
        if name == "opaque":
            return self._opaque([self.value(argument, letters) for argument in arguments])
        if name == "chain":
            return self._chain(arguments, letters)
        if not arguments:
            raise MeaninglessError(f"{tree} has no arguments")
        return self._known(tree, self.value(arguments[0], letters), letters)

    def _opaque(self, values: list[Value]) -> Value:
        """Some smooth number to stand for a loss that is not specified."""
        total = self.scalar(Fraction(0)).data
        for k, value in enumerate(values):
            shape = value.data.plain.shape
            weights = np.cos(1.3 * np.arange(math.prod(shape)) + k).reshape(shape)
            if self.precise:
                weights = np.vectorize(mpmath.mpf, otypes=[object])(weights)
            terms = (value.data * Dual({0: weights})).function("sin") + (value.data * value.data).scaled(
                self.number(Fraction(1, 3))
            )
            total = total + self.reduced(replace(value, data=terms), "sum", ()).data
        return Value(total * total + total)

    def _known(self, tree: Fn, first: Value, letters: Mapping[str, int]) -> Value:
        name, rest = tree.name, tree.arguments[1:]
        if tree.primes or (len(rest) == 1 and name in ("leaky_relu", "elu", "huber")):
            size = self.value(rest[0], letters) if rest else None
            shape = first if size is None else self._entrywise("+", first, size)
            data = first.data + shape.data.zero
            return replace(shape, data=self.derived(name, data, tree.primes, size.data if size else None))
        if name in ("max", "min") and len(rest) == 1 and self._dimension(rest[0], letters) is None:
            second = self.value(rest[0], letters)
            return self._extreme(name, first, second)
        if name in ("max", "min") and len(rest) == 1 and isinstance(rest[0], Num):
            return self._extreme(name, first, self.value(rest[0], letters))
        if name in ("sum", "mean", "max", "min", "prod"):
            return self.reduced(first, name, rest)
        special = getattr(self, f"_fn_{name}", None)
        if special is not None:
            return special(first, rest, letters)
        if rest:
            raise MeaninglessError(f"unknown function {name} of {len(rest) + 1}")
        return replace(first, data=self.entrywise(name, first.data))

    def _extreme(self, name: str, first: Value, second: Value) -> Value:
        shape = self._entrywise("+", first, second)
        a, b = first.data + shape.data.zero, second.data + shape.data.zero
        data = self.larger(a, b) if name == "max" else -self.larger(-a, -b)
        return replace(shape, data=data)
