"""What formulas of the plain language are worth at a point: the judge of every random claim.

A value is a matrix whose rows and columns are labelled with names of dimensions, or an
array of three or more labelled axes; letters stand for numbers and sums are loops. A
derivative is taken entry by entry with an infinitesimal.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np

from .duals import Dual, UndefinedError, chosen
from .trees import (
    All,
    At,
    Big,
    Both,
    Claim,
    Cmp,
    Der,
    Entrywise,
    Fn,
    Grid,
    If,
    Neg,
    Num,
    Op,
    Tree,
    Turn,
    Var,
    read,
    show,
)

NEAR_A_KINK = 1e-7


class MeaninglessError(Exception):
    """The formula has no meaning: shapes that do not conform, an unknown name."""


class UnrangedError(MeaninglessError):
    """Nothing says over what a letter runs."""


Labels = tuple[str, ...]


@dataclass(frozen=True)
class Value:
    data: Dual
    rows: Labels = ()
    cols: Labels = ()
    more: Labels = ()

    @property
    def axes(self) -> Labels:
        return self.more or self.rows + self.cols

    @property
    def turned(self) -> Value:
        if self.more:
            raise MeaninglessError("a transpose of three axes")
        return Value(self.data.linear(np.transpose), self.cols, self.rows)


def own(labels: Labels) -> Labels:
    """Labels without axes that are of one entry by declaration."""
    return tuple(label for label in labels if label != "1")


@dataclass
class Point:
    """A network at one size with a value for every declared tensor."""

    sizes: Mapping[str, int]
    tensors: Mapping[str, tuple[Any, Labels]]  # arrays in their declared axes
    layers: Mapping[str, Tree]
    lets: Mapping[str, Tree] = field(default_factory=dict)
    functions: Mapping[str, tuple[Labels, Tree]] = field(default_factory=dict)
    vectors: str = "column"
    layout: str = "mixed"
    vec: str = "columns"
    precise: bool = False
    kinks: list[str] = field(default_factory=list)
    ranges: dict[str, str] = field(default_factory=dict)  # the dimensions of the letters that are bound at the moment
    replaced: Mapping[str, Value] = field(default_factory=dict)
    known: dict[Any, Any] = field(default_factory=dict)
    base: Point | None = None
    depth: int = 0

    # --- names ----------------------------------------------------------------------------

    @property
    def declared(self) -> frozenset[str]:
        names = {*self.tensors, *self.layers, *self.lets, *self.sizes}
        return frozenset(name.split("[")[0] for name in names)

    def size(self, label: str) -> int:
        return int(label) if label.isdigit() else self.sizes[label]

    def number(self, value: Fraction | float) -> Any:
        if self.precise:
            return mpmath.mpf(value.numerator) / value.denominator if isinstance(value, Fraction) else mpmath.mpf(value)
        return float(value)

    def scalar(self, value: Fraction | float | Any) -> Value:
        number = self.number(value) if isinstance(value, Fraction | float | int) else value
        return Value(Dual({0: np.array([[number]], dtype=object if self.precise else float)}))

    def filled(self, rows: Labels, cols: Labels, value: int) -> Value:
        shape = (math.prod(map(self.size, rows)), math.prod(map(self.size, cols)))
        return Value(self.scalar(Fraction(value)).data.linear(lambda part: np.broadcast_to(part, shape)), rows, cols)

    def tensor(self, array: Any, labels: Labels) -> Value:
        match len(labels):
            case 0:
                return Value(Dual({0: np.reshape(array, (1, 1))}))
            case 1:
                return self.vector(Dual({0: array}), labels[0])
            case 2:
                return Value(Dual({0: array}), labels[:1], labels[1:])
        return Value(Dual({0: array}), more=labels)

    def vector(self, data: Dual, label: str) -> Value:
        if self.vectors == "column":
            return Value(data.linear(lambda part: np.reshape(part, (-1, 1))), rows=(label,))
        return Value(data.linear(lambda part: np.reshape(part, (1, -1))), cols=(label,))

    def member(self, tree: Tree) -> str | None:
        """The declared name that a tree is."""
        match tree:
            case Var(name):
                pass
            case At(Var(stem), (Num(value),)):
                name = f"{stem}[{value.numerator}]"
            case _:
                return None
        return name if name in self.tensors or name in self.layers or name in self.lets else None

    def depends(self, name: str) -> frozenset[str]:
        """The names a layer is made of, through other layers."""
        key = ("depends", name)
        shared = self.base.known if self.base is not None else self.known
        if key not in shared:
            found: set[str] = set()
            for part in (self.layers.get(name) or self.lets[name]).everything():
                inner = self.member(part)
                if inner is not None:
                    found.add(inner)
                    if inner not in self.tensors:
                        found |= self.depends(inner)
            shared[key] = frozenset(found)
        return shared[key]

    def named(self, name: str) -> Value:
        if name in self.replaced:
            return self.replaced[name]
        if name in self.tensors:
            array, labels = self.tensors[name]
            return self.tensor(array, labels)
        if self.base is not None and not self.depends(name) & set(self.replaced):
            return self.base.named(name)
        key = ("value", name)
        if key not in self.known:
            found = self.value(self.layers.get(name) or self.lets[name], {})
            if not found.more:
                found = replace(found, data=found.data.linear(lambda part: part))
            self.known[key] = found
        return self.known[key]

    # --- expressions ----------------------------------------------------------------------

    def value(self, tree: Tree, letters: Mapping[str, int]) -> Value:
        name = self.member(tree)
        if name is not None:
            return self.named(name)
        match tree:
            case Num(value):
                return self.scalar(value)
            case Var("pi"):
                return self.scalar(mpmath.pi + 0 if self.precise else math.pi)
            case Var(name) | At(Var(name), (Num(),)) if self._dimension(tree, letters) is not None:
                return self.scalar(Fraction(self.size(self._dimension(tree, letters))))
            case Neg(operand):
                inner = self.value(operand, letters)
                return replace(inner, data=-inner.data)
            case Turn(operand):
                return self.value(operand, letters).turned
            case Op("@", left, right):
                return self._product(self.value(left, letters), self.value(right, letters))
            case Op("^", left, right):
                return self._power(self.value(left, letters), self.value(right, letters), right)
            case Op(sign, left, right):
                return self._entrywise(sign, self.value(left, letters), self.value(right, letters))
            case At(base, entries):
                return self._entry(self.value(base, letters), entries, letters)
            case Der(above, below):
                return self._derivative(above, below, letters)
            case If(test, then, otherwise):
                return self._cases(test, self.value(then, letters), self.value(otherwise, letters), letters)
            case Big():
                return self._big(tree, letters)
            case Grid(rows):
                return self._grid(rows, letters)
            case Entrywise(names, body):
                return self._by_entries(names, body)
            case Fn():
                return self._call(tree, letters)
        raise MeaninglessError(f"{tree} has no value")

    def _by_entries(self, names: tuple[str, ...], body: Tree) -> Value:
        """A tensor from the formula of its entries."""
        ranges = self.letters_of((body,))
        missing = [name for name in names if name not in ranges]
        if missing:
            raise UnrangedError(f"over what does {missing[0]} run?")
        labels = tuple(ranges[name] for name in names)
        outside = dict(self.ranges)
        self.ranges.update({name: ranges[name] for name in names})
        cells = [self.value(body, places) for places in self.assignments({name: ranges[name] for name in names})]
        self.ranges.clear()
        self.ranges.update(outside)
        shape = tuple(map(self.size, labels))
        return self._tensor(_stacked(cells, lambda parts: np.array(parts).reshape(shape)), labels)

    def _dimension(self, tree: Tree, letters: Mapping[str, int]) -> str | None:
        match tree:
            case Var(name) if name not in letters and name in self.sizes:
                return name
            case At(Var(stem), (Num(value),)) if f"{stem}[{value.numerator}]" in self.sizes:
                return f"{stem}[{value.numerator}]"
            case Num(value) if value.denominator == 1:
                return str(value.numerator)
        return None

    def _product(self, left: Value, right: Value) -> Value:
        if left.more or right.more or own(left.cols) != own(right.rows):
            raise MeaninglessError(f"{left.rows} x {left.cols} @ {right.rows} x {right.cols}")
        return Value(left.data.bilinear(right.data, np.matmul), left.rows, right.cols)

    def _conform(self, left: Value, right: Value) -> tuple[Labels, Labels, Labels]:
        if left.more or right.more:
            if left.axes and right.axes and left.axes != right.axes:
                raise MeaninglessError(f"{left.axes} and {right.axes}")
            return (), (), left.more or right.more
        sides = []
        for a, b in ((left.rows, right.rows), (left.cols, right.cols)):
            if own(a) and own(b) and own(a) != own(b):
                raise MeaninglessError(f"{left.rows} x {left.cols} and {right.rows} x {right.cols}")
            sides.append((a if own(a) else b) or a)
        return sides[0], sides[1], ()

    def _entrywise(self, sign: str, left: Value, right: Value) -> Value:
        rows, cols, more = self._conform(left, right)
        a, b = (Value(v.data.linear(lambda p: p.reshape(1)) if more and not v.more else v.data) for v in (left, right))
        match sign:
            case "+":
                data = a.data + b.data
            case "-":
                data = a.data - b.data
            case "*":
                data = a.data * b.data
            case _:
                data = self.checked(a.data / b.data)
        return Value(data, rows, cols, more)

    def checked(self, data: Dual) -> Dual:
        plain = data.plain.astype(float) if data.plain.dtype == object else data.plain
        if not np.all(np.isfinite(plain)):
            raise UndefinedError("not finite")
        return data

    def function(self, data: Dual, name: str) -> Dual:
        if name in ("log", "sqrt") and np.any(data.plain <= 0):
            if name == "sqrt" and not np.any(data.plain < 0) and len(data.parts) == 1:
                return data.function(name)
            raise UndefinedError(f"{name} of what is not positive")
        return self.checked(data.function(name))

    def _power(self, left: Value, right: Value, tree: Tree) -> Value:
        if right.axes and own(right.axes):
            raise MeaninglessError("an exponent is a scalar")
        exponent = right.data.plain.reshape(-1)[0]
        if len(right.data.parts) == 1 and exponent == int(exponent) and abs(exponent) <= 30:
            return replace(left, data=self.checked(left.data.power(int(exponent))))
        if np.any(left.data.plain <= 0):
            raise UndefinedError("a root of what is not positive")
        logarithm = left.data.function("log")
        scalar = right.data.linear(lambda p: p.reshape((1,) * left.data.plain.ndim))
        return replace(left, data=(logarithm * scalar).function("exp"))

    # --- indices --------------------------------------------------------------------------

    def position(self, tree: Tree, letters: Mapping[str, int]) -> int | None:
        """What an index is: counted from 0."""
        match tree:
            case Num(value):
                return int(value) - 1
            case Var(name) if name in letters:
                return letters[name]
            case Op("-", Op("+", first, second), Num(one)) if one == 1:
                a, b = self.position(first, letters), self.position(second, letters)
                return a + b if a is not None and b is not None else None
        return None

    def _entry(self, base: Value, entries: tuple[Tree, ...], letters: Mapping[str, int]) -> Value:
        axes = base.axes
        if len(axes) != len(entries):
            raise MeaninglessError(f"{len(entries)} indices for {axes}")
        lengths = tuple(self.size(label) for label in axes)
        places: list[Any] = []
        for entry, length in zip(entries, lengths, strict=True):
            if isinstance(entry, All):
                places.append(slice(None))
                continue
            place = self.position(entry, letters)
            if place is None:
                raise UnrangedError(f"{entry} is no index")
            if not 0 <= place < length:
                raise UndefinedError(f"no entry {place + 1}")
            places.append(place)
        kept = [label for label, place in zip(axes, places, strict=True) if isinstance(place, slice)]
        data = base.data.linear(lambda part: np.asarray(part).reshape(lengths)[tuple(places)])
        if not kept:
            return Value(data.linear(lambda part: np.reshape(part, (1, 1))))
        if len(kept) > 1:
            raise MeaninglessError("slices of more than one axis")
        if base.more:
            return self.vector(data, kept[0])
        if isinstance(places[0], slice) and base.rows:
            return Value(data.linear(lambda part: part.reshape(-1, 1)), rows=(kept[0],))
        return Value(data.linear(lambda part: part.reshape(1, -1)), cols=(kept[0],))

    def letters_of(self, trees: tuple[Tree, ...], outside: Mapping[str, str] | None = None) -> dict[str, str]:
        """Letter -> label of its dimension, for the letters that are free in the trees."""
        found: dict[str, str] = dict(outside or {})
        pairs: list[tuple[str, str]] = []

        def look(tree: Tree, bound: frozenset[str]) -> None:
            if isinstance(tree, Big):
                bound = bound | set(tree.letters)
            if isinstance(tree, At) and self.member(tree) is None:
                letters = [(k, e.name) for k, e in enumerate(tree.entries) if isinstance(e, Var)]
                if letters and self.member(tree.base) is not None:
                    axes = self.named(self.member(tree.base)).axes
                    for k, letter in letters:
                        if letter not in bound and k < len(axes) and found.setdefault(letter, axes[k]) != axes[k]:
                            raise MeaninglessError(f"{letter} runs over two dimensions")
                elif letters and not any(self.is_letter(v) for v in tree.base.everything()):
                    axes = self.value(tree.base, {}).axes
                    for k, letter in letters:
                        if letter not in bound and k < len(axes):
                            found.setdefault(letter, axes[k])
            pair = tree.arguments if isinstance(tree, Fn) and tree.name == "delta" else ()
            if isinstance(tree, Cmp):
                pair = (tree.left, tree.right)
            if len(pair) == 2 and all(isinstance(p, Var) and p.name not in bound for p in pair):
                pairs.append((pair[0].name, pair[1].name))
            for part in tree.parts():
                look(part, bound)

        for tree in trees:
            look(tree, frozenset())
        for _ in pairs:
            for a, b in pairs:
                if a in found and self.is_letter(Var(b)):
                    found.setdefault(b, found[a])
                if b in found and self.is_letter(Var(a)):
                    found.setdefault(a, found[b])
        return found

    def is_letter(self, tree: Tree) -> bool:
        return (
            isinstance(tree, Var)
            and tree.name not in self.tensors
            and tree.name not in self.layers
            and tree.name not in self.lets
            and tree.name not in self.sizes
            and tree.name != "pi"
        )

    def _ranges(self, tree: Big) -> dict[str, str]:
        outside = {letter: label for letter, label in self.ranges.items() if letter not in tree.letters}
        key = ("ranges", tree, tuple(sorted(outside.items())))
        shared = self.base.known if self.base is not None else self.known
        if key not in shared:
            inside = (tree.body,) if tree.test is None else (tree.body, tree.test)
            known = self.letters_of(inside, outside)
            missing = [letter for letter in tree.letters if letter not in known]
            if missing:
                raise UnrangedError(f"over what does {missing[0]} run?")
            shared[key] = {letter: known[letter] for letter in tree.letters}
        return shared[key]

    def _big(self, tree: Big, letters: Mapping[str, int]) -> Value:
        terms: list[Value] = []
        ranges = self._ranges(tree)
        outside = dict(self.ranges)
        self.ranges.update(ranges)
        for bound in self.assignments(ranges):
            inner = {**letters, **bound}
            if tree.test is not None and not self.holds(tree.test, inner):
                continue
            terms.append(self.value(tree.body, inner))
        self.ranges.clear()
        self.ranges.update(outside)
        if not terms:
            if tree.kind in ("sum", "prod"):
                return self.scalar(Fraction(int(tree.kind == "prod")))
            raise UndefinedError("an extremum of nothing")
        found = terms[0]
        for term in terms[1:]:
            match tree.kind:
                case "sum":
                    found = self._entrywise("+", found, term)
                case "prod":
                    found = self._entrywise("*", found, term)
                case "max":
                    found = replace(found, data=self.larger(found.data, term.data))
                case "min":
                    found = replace(found, data=-self.larger(-found.data, -term.data))
        return found

    def assignments(self, ranges: Mapping[str, str]) -> Iterator[dict[str, int]]:
        names = list(ranges)
        for places in itertools.product(*(range(self.size(ranges[name])) for name in names)):
            yield dict(zip(names, places, strict=True))

    # --- conditions -----------------------------------------------------------------------

    def larger(self, a: Dual, b: Dual) -> Dual:
        self.near(a.plain, b.plain, a, b)
        return chosen(a.plain >= b.plain, a, b)

    def near(self, a: Any, b: Any, one: Dual, other: Dual) -> None:
        """Note a decision that a small step could turn, where that matters."""
        apart = np.abs(np.asarray(a - b, dtype=float))
        scale = 1e-3 + np.abs(np.asarray(a, dtype=float)) + np.abs(np.asarray(b, dtype=float))
        close = apart < NEAR_A_KINK * scale
        if np.any(close):
            same = all(
                np.allclose(
                    np.asarray(np.broadcast_arrays(one.parts.get(m, 0) + 0 * a, close)[0][close], dtype=float),
                    np.asarray(np.broadcast_arrays(other.parts.get(m, 0) + 0 * b, close)[0][close], dtype=float),
                )
                for m in set(one.parts) | set(other.parts)
            )
            if not same:
                self.kinks.append("near a kink")

    def decide(self, test: Dual) -> None:
        """Note a test of a sign that a small step could turn; what is exactly 0 decides where nothing is derived."""
        close = np.abs(test.plain.astype(float)) < NEAR_A_KINK
        if len(test.parts) == 1 and test.plain.dtype != object:
            close &= test.plain != 0
        if np.any(close):
            self.kinks.append("near a kink")

    def holds(self, test: Tree, letters: Mapping[str, int]) -> bool:
        match test:
            case Both("and", left, right):
                return self.holds(left, letters) and self.holds(right, letters)
            case Both(_, left, right):
                return self.holds(left, letters) or self.holds(right, letters)
            case Cmp(sign, left, right):
                a, b = self.position(left, letters), self.position(right, letters)
                if a is None or b is None:
                    raise UnrangedError(f"{test} compares no indices")
                return bool(_compared(sign, a, b))
        raise MeaninglessError(f"{test} is no condition")

    def _mask(self, test: Tree, letters: Mapping[str, int]) -> tuple[Any, Value | None]:
        """Where a condition holds, and a value of its shape; None for a condition on indices."""
        match test:
            case Both(word, left, right):
                (a, one), (b, two) = self._mask(left, letters), self._mask(right, letters)
                shape = one if two is None else two if one is None else self._entrywise("+", one, two)
                return (a & b if word == "and" else a | b), shape
            case Cmp(sign, left, right):
                indexed = [isinstance(side, Var) and side.name in letters for side in (left, right)]
                if any(indexed):
                    return np.array(self.holds(test, letters)), None
                a, b = self.value(left, letters), self.value(right, letters)
                shape = self._entrywise("-", a, b)
                self.decide(shape.data)
                return _compared(sign, shape.data.plain, 0), shape
        raise MeaninglessError(f"{test} is no condition")

    def _cases(self, test: Tree, then: Value, otherwise: Value, letters: Mapping[str, int]) -> Value:
        mask, shape = self._mask(test, letters)
        rows, cols, more = self._conform(then, otherwise)
        if shape is None:
            both = self._entrywise("+", then, otherwise)
            picked = then if bool(mask) else otherwise
            return Value(picked.data + both.data.zero, rows, cols, more)
        target = self._entrywise("+", self._entrywise("+", then, otherwise), shape)
        return Value(chosen(mask, then.data, otherwise.data), target.rows, target.cols, target.more)

    # --- derivatives ----------------------------------------------------------------------

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
            inner = Point(
                self.sizes, self.tensors, self.layers, self.lets, self.functions, self.vectors, self.layout, self.vec,
                self.precise, self.kinks, self.ranges, {**self.replaced, name: moved}, {}, self.base or self,
                self.depth + 1,
            )  # fmt: skip
            found = inner.value(above, letters)
            slopes.append(replace(found, data=found.data.coefficient(bit) + zero))
        self.known[key] = numerator, slopes, labels
        return self.known[key]

    def _laid_out(self, numerator: Value, slopes: list[Value], variable: Value) -> Value:
        """All derivatives as one matrix, in the layout that is declared."""
        if not own(numerator.axes) and not numerator.axes:
            shape = variable.data.plain.shape
            data = _stacked(slopes, lambda parts: np.array(parts).reshape(shape))
            result = Value(data, variable.rows, variable.cols, variable.more)
            return result.turned if self.layout == "numerator" and not variable.more else result
        if not variable.axes:
            result = replace(numerator, data=slopes[0].data)
            return result.turned if self.layout == "denominator" and not result.more else result
        if numerator.more or variable.more or any(v.rows and v.cols for v in (numerator, variable)):
            raise MeaninglessError("a derivative with more than two axes")
        data = _stacked(slopes, lambda parts: np.array([part.reshape(-1) for part in parts]).T)
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

    # --- functions ------------------------------------------------------------------------

    def _grid(self, rows: tuple[tuple[Tree, ...], ...], letters: Mapping[str, int]) -> Value:
        values = [[self.value(item, letters) for item in row] for row in rows]
        if any(own(value.axes) for row in values for value in row):
            raise MeaninglessError("the entries of a written-out matrix are scalars")
        masks = {mask for row in values for value in row for mask in value.data.parts}
        zero = 0 * values[0][0].data.plain[0, 0]
        data = Dual({
            m: np.array([[v.data.parts[m][0, 0] if m in v.data.parts else zero for v in row] for row in values])
            for m in masks
        })  # fmt: skip
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
                mask = _compared(sign, a.plain, b.plain)
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
                return Value(self.filled(*((label,) for label in labels), 0).data + Dual(
                    {0: np.eye(length, dtype=object if self.precise else float)}), labels[:1], labels[1:])  # fmt: skip
            if len(labels) == 2:
                return self.filled(labels[:1], labels[1:], int(name == "ones"))
            flat = self.filled(labels, (), int(name == "ones"))
            return flat if self.vectors == "column" else flat.turned
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
            matrix = _stacked(slopes, lambda parts: np.array([part.reshape(-1) for part in parts]).T)
            found = matrix if found is None else found.bilinear(matrix, np.matmul)
            first = first or numerator
            meets = self.member(written.below[0])
        assert found is not None and first is not None and meets is not None
        shape = first.data.plain.shape
        columns = [found.linear(lambda part, k=k: part[:, k].reshape(shape)) for k in range(found.plain.shape[1])]
        return self._laid_out(first, [replace(first, data=column) for column in columns], self.named(meets))

    def _fn_trace(self, value: Value, rest: tuple[Tree, ...], letters: Mapping[str, int]) -> Value:
        if own(value.rows) != own(value.cols) or value.more:
            raise MeaninglessError("the trace of what is not square")
        return Value(value.data.linear(lambda part: np.trace(part).reshape(1, 1) if hasattr(np.trace(part), "reshape")
                                       else np.array([[np.trace(part)]], dtype=part.dtype)))  # fmt: skip

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
        return Value(_determinant(_cells(value.data)).linear(lambda part: np.reshape(part, (1, 1))))

    def _fn_inv(self, value: Value, rest: tuple[Tree, ...], letters: Mapping[str, int]) -> Value:
        self._square(value)
        cells = _cells(value.data)
        whole = _determinant(cells)
        if abs(float(whole.plain)) < 1e-6:
            raise UndefinedError("a singular matrix")
        below = whole.linear(lambda part: np.reshape(part, (1, 1))).inverse().linear(lambda part: part.reshape(()))
        count = len(cells)
        cofactors = [[_cofactor(cells, j, i) * below for j in range(count)] for i in range(count)]
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


def _compared(sign: str, a: Any, b: Any) -> Any:
    match sign:
        case "==":
            return a == b
        case "!=":
            return a != b
        case "<":
            return a < b
        case "<=":
            return a <= b
        case ">":
            return a > b
    return a >= b


def _stacked(slopes: list[Value], join: Any) -> Dual:
    masks = {mask for slope in slopes for mask in slope.data.parts}
    return Dual({m: join([s.data.parts[m] if m in s.data.parts else 0 * s.data.plain for s in slopes]) for m in masks})


def _cells(data: Dual) -> list[list[Dual]]:
    rows, cols = data.plain.shape
    return [[data.linear(lambda part, i=i, j=j: np.asarray(part[i, j])) for j in range(cols)] for i in range(rows)]


def _minor(cells: list[list[Dual]], row: int, col: int) -> list[list[Dual]]:
    return [[c for j, c in enumerate(line) if j != col] for i, line in enumerate(cells) if i != row]


def _determinant(cells: list[list[Dual]]) -> Dual:
    """Laplace's expansion along the first row."""
    if len(cells) == 1:
        return cells[0][0]
    return _total([cells[0][j] * _cofactor(cells, 0, j) for j in range(len(cells))])


def _cofactor(cells: list[list[Dual]], row: int, col: int) -> Dual:
    minor = _minor(cells, row, col)
    found = _determinant(minor) if minor else cells[0][0].zero.shifted(1)
    return -found if (row + col) % 2 else found


def _total(terms: list[Dual]) -> Dual:
    found = terms[0]
    for term in terms[1:]:
        found = found + term
    return found


# --- claims -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Finding:
    """What one claim is at one point: true, false, meaningless or undefined; `apart` is how far the sides differ."""

    truth: str
    apart: float = 0.0
    reason: str = ""


def judged(claim: Claim, point: Point, bar: float = 1e-7) -> Finding:
    """Whether a claim holds at a point, for every value of its free letters."""
    point.kinks.clear()
    point.ranges.clear()
    if isinstance(claim.sides[0], Fn) and claim.sides[0].name == "shape":
        return _shape_judged(claim, point)
    trees = claim.sides if claim.where is None else (*claim.sides, claim.where)
    with np.errstate(all="ignore"):
        return _judged(claim, point, bar, trees)


def _judged(claim: Claim, point: Point, bar: float, trees: tuple[Tree, ...]) -> Finding:
    apart = 0.0
    differ = False
    try:
        ranges = point.letters_of(trees)
        point.ranges.update(ranges)
        pairs: list[tuple[str, Value, Value, Tree, Tree]] = []
        for letters in point.assignments(ranges):
            if claim.where is not None and not point.holds(claim.where, letters):
                continue
            values = [point.value(side, letters) for side in claim.sides]
            for k, sign in enumerate(claim.signs):
                pairs.append((sign, values[k], values[k + 1], claim.sides[k], claim.sides[k + 1]))
        relations = set(claim.signs)
        for sign, left, right, one, two in pairs:
            if sign == "~":
                continue
            found = _difference(left, right, one, two)
            apart = max(apart, found)
            differ = differ or found > bar
        if "~" in relations:
            apart = _not_parallel([(left, right) for sign, left, right, *_ in pairs if sign == "~"])
            differ = apart > bar
    except (UndefinedError, UnrangedError) as problem:
        return Finding("undefined", reason=str(problem))
    except MeaninglessError as problem:
        return Finding("meaningless", reason=str(problem))
    if point.kinks:
        return Finding("undefined", reason="near a kink")
    if "!=" in relations:
        return Finding("true" if differ else "false", apart)
    return Finding("false" if differ else "true", apart)


def _shape_judged(claim: Claim, point: Point) -> Finding:
    """`shape(E) = [n, m]`: a vector as it is declared has one entry, a turned one has two."""
    first, listed = claim.sides
    if not isinstance(first, Fn) or not isinstance(listed, Grid) or claim.signs != ("=",):
        return Finding("undefined", reason="no shape")
    try:
        value = point.value(first.arguments[0], {})
    except UndefinedError as problem:
        return Finding("undefined", reason=str(problem))
    except MeaninglessError as problem:
        return Finding("meaningless", reason=str(problem))
    usual = bool(value.rows) == (point.vectors == "column")
    axes = value.axes if len(value.axes) != 1 or usual else (*(value.rows or ("1",)), *(value.cols or ("1",)))
    wanted = tuple(show(item) for row in listed.rows for item in row)
    return Finding("true" if axes == wanted else "false")


def _difference(left: Value, right: Value, one: Tree, two: Tree) -> float:
    """How far two values are apart, relative to the larger; infinite for different shapes."""
    zero = Num(Fraction(0))
    shaped = [tuple(map(own, (v.rows, v.cols, v.more))) for v in (left, right)]
    if zero not in (one, two) and shaped[0] != shaped[1]:
        return math.inf
    a, b = left.data.plain, right.data.plain
    if zero not in (one, two):
        b = b.reshape(a.shape)
    difference = np.max(np.abs(a - b))
    scale = max(np.max(np.abs(a)), np.max(np.abs(b)))
    if not np.isfinite(float(difference)):
        raise UndefinedError("not finite")
    tiny = 1e-35 if a.dtype == object or b.dtype == object else 1e-8
    return float(difference / (scale + tiny)) if difference > tiny * 1e-3 else 0.0


def _not_parallel(pairs: list[tuple[Value, Value]]) -> float:
    """How far the sides are from one factor between all of their entries."""
    if not pairs:
        raise UndefinedError("no entries")
    for left, right in pairs:
        if tuple(map(own, (left.rows, left.cols, left.more))) != tuple(map(own, (right.rows, right.cols, right.more))):
            return math.inf
    a = np.concatenate([np.asarray(left.data.plain, dtype=float).reshape(-1) for left, _ in pairs])
    b = np.concatenate([np.asarray(right.data.plain, dtype=float).reshape(-1) for _, right in pairs])
    cross = np.abs(np.outer(a, b) - np.outer(b, a))
    return float(np.max(cross) / (np.max(np.abs(a)) * np.max(np.abs(b)) + 1e-12))


def formula(text: str) -> Tree:
    return read(text)
