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
from .functions import Functions
from .layers import Layers
from .slopes import Slopes
from .trees import (
    All,
    At,
    Big,
    Both,
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
)
from .values import (
    Labels,
    MeaninglessError,
    UnrangedError,
    Value,
    compared,
    own,
    stacked,
)

NEAR_A_KINK = 1e-7


@dataclass
class Point(Slopes, Functions, Layers):
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
            case Der(above, below, holding):
                return self._held(holding)._derivative(above, below, letters)
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
        return self._tensor(stacked(cells, lambda parts: np.array(parts).reshape(shape)), labels)

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
            self.kinks.append("at a kink" if np.all(test.plain[close] == 0) else "near a kink")

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
                return bool(compared(sign, a, b))
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
                return compared(sign, shape.data.plain, 0), shape
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
