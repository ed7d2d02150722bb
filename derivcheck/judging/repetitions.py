"""Edits of the same mistake in several places at once: a transpose left out four times, a label shifted everywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations, islice
from typing import Any

from derivcheck.forms.rewriting import is_entry, places, put
from derivcheck.judging.edit import Edit
from derivcheck.judging.stock import Stock, entry_of
from derivcheck.language.claims import Pair
from derivcheck.language.lowering.values import dimensions
from derivcheck.language.notation.labels import shifted
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.syntax import (
    Binary,
    Call,
    Derivative,
    Expression,
    Name,
    Number,
    Reduction,
    Subscript,
    Transpose,
    bottom_up,
    rebuilt,
)

TIMES = ("", "once", "twice", "three times", "four times", "five times", "six times")
MOST = 6  # different quantities that are looked at together
MOST_EDITS = 120
Local = Callable[[Expression, Pair], Iterator[Edit]]


class Repetitions:
    """Edits of what stands in a claim more than once."""

    def __init__(self, stock: Stock, local: Local) -> None:
        """`local` are the edits of one subexpression."""
        self.stock, self._local = stock, local

    def of(self, link: Pair, right: Expression) -> Iterator[Edit]:
        yield from self._turned(right)
        yield from self._everywhere(link, right)
        yield from self._factors(link, right)
        yield from self._drawn_out(link, right)
        yield from self._exchanged(link, right)
        yield from self._functions(right)
        yield from self._labels(right)
        yield from self._two_labels(right)
        yield from self._summed_over_labels(right)

    def _turned(self, right: Expression) -> Iterator[Edit]:
        """Every transpose of some quantities put in or taken away."""
        named = [node for node in bottom_up(right) if isinstance(node, Name | Subscript | Derivative | Call)]
        counts = Counter(node for node in named if not is_entry(node) and not self._is_number(node))
        found = list(counts)[:MOST]
        for size in (1, 2, 3):
            for chosen in combinations(found, size):
                made, times = _toggled(right, frozenset(chosen))
                if times > 1:
                    shown = " and ".join(f"`{to_plain(node)}`" for node in chosen)
                    message = f"transpose missing or superfluous, {_times(times)}: of {shown}"
                    yield Edit("DC203", message, made, right.span, 4 + size)

    def _is_number(self, tree: Expression) -> bool:
        if isinstance(tree, Name):
            return tree.name in self.stock.scope.dimensions or self.stock.is_scalar(tree)
        value = self.stock.value_of(tree)
        return value is None or value.is_scalar

    def _everywhere(self, link: Pair, right: Expression) -> Iterator[Edit]:
        """Another quantity, a power, an order of indices: wherever the old one stands."""
        for node, count in self._repeated(right):
            for edit in islice(self._local(node, link), 40):
                if edit.code in ("DC213", "DC223", "DC209", "DC210", "DC211") or isinstance(node, Subscript):
                    made = _replaced(right, node, edit.tree)
                    yield Edit(edit.code, f"{edit.message}, {_times(count)}", made, right.span, edit.cost + 2)

    def _factors(self, link: Pair, right: Expression) -> Iterator[Edit]:
        """`w[j] G[i,j]` for `G[i,j]`, in every term, at the letters that stand there."""
        bases = Counter(
            node.base for node in bottom_up(right) if isinstance(node, Subscript) and isinstance(node.base, Name)
        )
        tensors = list(self.stock.tensors(link)) if link.letters else []
        for base, count in bases.items():
            value = self.stock.scope.values.get(base.name) if isinstance(base, Name) else None
            if count < 2 or value is None:
                continue
            own = dimensions(value.axes)
            for tree, other in tensors:
                where = [own.index(size) for size in dimensions(other.axes) if own.count(size) == 1]
                if tree != base and len(where) == len(other.axes):
                    made = _with_factor(right, base, tree, where)
                    message = f"the factor `{to_plain(tree)}` of `{to_plain(base)}` is missing, {_times(count)}"
                    yield Edit("DC236", message, made, right.span, 5)

    def _drawn_out(self, link: Pair, right: Expression) -> Iterator[Edit]:
        """`w (g - mean(g))` for `w g - mean(w g)`: a factor in front of sums that belongs to what is summed."""
        for path, node in places(right):
            if not isinstance(node, Binary) or node.operator != "*":
                continue
            for factor, rest in ((node.left, node.right), (node.right, node.left)):
                if not any(isinstance(part, Reduction | Call) and _is_sum(part) for part in bottom_up(rest)):
                    continue
                for shown, made, count in self._with_factors(factor, rest):
                    message = f"the factor `{to_plain(factor)}` belongs to `{shown}`, inside the sums: {_times(count)}"
                    yield Edit("DC206", message, put(right, path, made), node.span, 4)

    def _with_factors(self, factor: Expression, rest: Expression) -> Iterator[tuple[str, Expression, int]]:
        """(name, tree with the factor at it, how often) for each quantity of a tree that the factor may belong to."""
        values, base = self.stock.scope.values, factor.base if isinstance(factor, Subscript) else factor
        own = values.get(base.name) if isinstance(base, Name) else None
        if own is None or not own.axes:
            return
        named = Counter(node.base if isinstance(node, Subscript) else node for _, node in places(rest))
        for other, count in named.items():
            value = values.get(other.name) if isinstance(other, Name) and other != base else None
            if value is None or count < 2:
                continue
            if not isinstance(factor, Subscript) and dimensions(value.axes) == dimensions(own.axes):
                yield to_plain(other), _replaced(rest, other, Binary("*", factor, other)), count
            sizes = dimensions(value.axes)
            where = [sizes.index(size) for size in dimensions(own.axes) if sizes.count(size) == 1]
            if isinstance(factor, Subscript) and len(where) == len(own.axes):
                yield to_plain(other), _with_factor(rest, other, base, where), count

    def _exchanged(self, link: Pair, right: Expression) -> Iterator[Edit]:
        """Two quantities of one shape, each where the other belongs."""
        values = self.stock.scope.values
        found = [node for node in dict.fromkeys(bottom_up(right)) if isinstance(node, Name) and node.name in values]
        for one, other in combinations(found[:MOST], 2):
            if dimensions(values[one.name].axes) == dimensions(values[other.name].axes):
                turned = {one: other, other: one}

                def moved(node: Any, turned: dict[Name, Name] = turned) -> Any:
                    return turned.get(node, node) if isinstance(node, Name) else node

                made = rebuilt(right, moved)
                message = f"`{one.name}` and `{other.name}` are exchanged"
                yield Edit("DC213", message, made, right.span, 4)

    def _functions(self, right: Expression) -> Iterator[Edit]:
        """f' for f and f for f', wherever f stands."""
        counts = Counter((n.function, n.primes) for n in bottom_up(right) if isinstance(n, Call))
        for (function, primes), count in counts.items():
            if count < 2 or not self.stock.is_entrywise(function):
                continue
            for other, code in ((primes + 1, "DC209"), (primes - 1, "DC210")):
                if other < 0:
                    continue
                message = f"`{function}{chr(39) * other}` is meant, {_times(count)}"
                yield Edit(code, message, _primed(right, function, primes, other), right.span, 4)

    def _labels(self, right: Expression) -> Iterator[Edit]:
        """The same label, wherever it stands, one layer on or back."""
        scope = self.stock.scope

        def is_member(node: Any) -> bool:
            return isinstance(node, Subscript) and isinstance(node.base, Name) and scope.is_family(node.base.name)

        members = [node for node in bottom_up(right) if isinstance(node, Subscript) and is_member(node)]
        for label, count in Counter(node.entries[0] for node in members if len(node.entries) == 1).items():
            for shift in (1, -1) if count > 1 else ():

                def moved(node: Any, label: Any = label, shift: int = shift) -> Any:
                    if is_member(node) and node.entries == (label,):
                        return replace(node, entries=(_moved(label, shift),))
                    return node

                message = f"a label is off by one, {_times(count)}"
                yield Edit("DC213", message, rebuilt(right, moved), right.span, 4)

    def _two_labels(self, right: Expression) -> Iterator[Edit]:
        """Two of the labels, those of `W[1].T @ dC/dz[1]`, one layer on or back."""
        found = [(path, node) for path, node in places(right) if self._moved_member(node, 1) is not None]
        for (one, first), (other, second) in combinations(found[:MOST], 2):
            for shift in (1, -1):
                moved = [self._moved_member(node, shift) for node in (first, second)]
                if moved[0] is not None and moved[1] is not None and one != other[: len(one)]:
                    made = put(put(right, one, moved[0]), other, moved[1])
                    message = f"`{to_plain(moved[0])}` and `{to_plain(moved[1])}` are meant: labels off by one"
                    yield Edit("DC213", message, made, right.span, 4)

    def _moved_member(self, node: Expression, shift: int) -> Expression | None:
        """A member of a family, or a derivative by one, with another label; None for anything else."""
        match node:
            case Subscript(Name(stem), (label,)) if self.stock.scope.is_family(stem):
                return replace(node, entries=(_moved(label, shift),))
            case Derivative(_, (variable,)) if (moved := self._moved_member(variable, shift)) is not None:
                return replace(node, variables=(moved,))
            case _:
                return None

    def _summed_over_labels(self, right: Expression) -> Iterator[Edit]:
        """`sum_t(d[t] @ h[t-1].T)` for one term of it, at a number or at the label."""
        scope = self.stock.scope
        entries = [
            node.entries[0]
            for node in bottom_up(right)
            if isinstance(node, Subscript) and len(node.entries) == 1 and scope.is_family(_stem(node))
        ]
        numbers = dict.fromkeys(int(entry.value) for entry in entries if isinstance(entry, Number))
        for label in scope.labels:
            bodies = [right] if any(Name(label) in bottom_up(entry) for entry in entries) else []
            bodies += [self._at_label(right, label, number) for number in numbers]
            for body in bodies:
                total = Reduction("sum", (label,), None, body)
                yield Edit("DC215", f"the sum over `{label}` is missing", total, right.span, 2)

    def _at_label(self, tree: Expression, label: str, number: int) -> Expression:
        """The tree with a label for a number of its members, and what lies beside it for the others."""

        def moved(node: Any) -> Any:
            match node:
                case Subscript(Name(stem), (Number(value),)) if self.stock.scope.is_family(stem):
                    return replace(node, entries=(shifted(Name(label), int(value) - number),))
                case _:
                    return node

        return rebuilt(tree, moved)  # type: ignore[no-any-return]

    def _repeated(self, right: Expression) -> list[tuple[Expression, int]]:
        counts: Counter[Expression] = Counter(node for _, node in places(right) if isinstance(node, Name | Subscript))
        return [(node, count) for node, count in counts.items() if count > 1][:MOST]


def _stem(tree: Subscript) -> str:
    return tree.base.name if isinstance(tree.base, Name) else ""


def _is_sum(tree: Reduction | Call) -> bool:
    return isinstance(tree, Reduction) or tree.function in ("sum", "mean")


def _moved(label: Any, shift: int) -> Any:
    return Number(label.value + shift) if isinstance(label, Number) else shifted(label, shift)


def _times(count: int) -> str:
    return TIMES[count] if count < len(TIMES) else f"{count} times"


def _toggled(tree: Expression, chosen: frozenset[Expression]) -> tuple[Expression, int]:
    """The tree with every transpose of the chosen quantities put in, and those that stand there taken away."""
    times = 0
    made = tree
    for path, node in sorted(places(tree), key=lambda item: -len(item[0])):
        match node:
            case Transpose(operand) if operand in chosen:
                made, times = put(made, path, operand), times + 1
            case _ if node in chosen and not _is_turned(tree, path):
                made, times = put(made, path, Transpose(node)), times + 1
    return made, times


def _is_turned(tree: Expression, path: tuple[int, ...]) -> bool:
    return bool(path) and isinstance(dict(places(tree))[path[:-1]], Transpose)


def _replaced(tree: Expression, old: Expression, new: Expression) -> Expression:
    made = tree
    for path, node in places(tree):
        if node == old:
            made = put(made, path, new)
    return made


def _with_factor(tree: Expression, base: Expression, factor: Expression, where: list[int]) -> Expression:
    made = tree
    for path, node in sorted(places(tree), key=lambda item: -len(item[0])):
        if isinstance(node, Subscript) and node.base == base:
            names = [entry.name for entry in node.entries if isinstance(entry, Name)]
            if len(names) == len(node.entries):
                made = put(made, path, Binary("*", entry_of(factor, [names[k] for k in where]), node))
    return made


def _primed(tree: Expression, function: str, primes: int, other: int) -> Expression:
    made = tree
    for path, node in sorted(places(tree), key=lambda item: -len(item[0])):
        if isinstance(node, Call) and (node.function, node.primes) == (function, primes):
            now = dict(places(made))[path]
            assert isinstance(now, Call)
            made = put(made, path, replace(now, primes=other))
    return made
