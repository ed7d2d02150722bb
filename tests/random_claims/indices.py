"""Random index arithmetic: layers by shifts, strides, digits, blocks and shapes, and claims about their gradients.

The loss is linear in every tensor, so that loops over all positions and exact fractions say what each
derivative is; claims use another index as often as the right one.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

Array = dict[tuple[int, ...], Fraction]
Place = Callable[[int, int, Mapping[str, int]], int]
SIZES = ({"n": 4, "m": 3}, {"n": 5, "m": 2}, {"n": 3, "m": 4}, {"n": 11, "m": 12})
HEAD = """padding: zero
tensors: {x: n, e: 2*m, A: m 2, w: 3, g: n, u: m}
layers:
"""


@dataclass(frozen=True)
class Source:
    """Entries in a row: a layer's formula or a tensor, how many there are, and what each of them is."""

    written: str
    length: Callable[[Mapping[str, int]], int]
    entry: Callable[[int, Mapping[str, Array], Mapping[str, int]], Fraction]

    def at(self, k: int, values: Mapping[str, Array], sizes: Mapping[str, int]) -> Fraction:
        """The entry at a position, zero outside."""
        return self.entry(k, values, sizes) if 1 <= k <= self.length(sizes) else Fraction(0)


@dataclass(frozen=True)
class Index:
    """An index in t and a as it is written, and where it looks."""

    written: str
    place: Place


def of_tensor(name: str) -> Callable[[int, Mapping[str, Array], Mapping[str, int]], Fraction]:
    return lambda k, values, sizes: values[name].get((k,), Fraction(0))


def flipped(k: int, values: Mapping[str, Array], sizes: Mapping[str, int]) -> Fraction:
    return values["x"].get((sizes["n"] + 1 - k,), Fraction(0))


def behind_each_other(k: int, values: Mapping[str, Array], sizes: Mapping[str, int]) -> Fraction:
    return values["x"][k,] if 1 <= k <= sizes["n"] else values["w"].get((k - sizes["n"],), Fraction(0))


def in_rows(k: int, values: Mapping[str, Array], sizes: Mapping[str, int]) -> Fraction:
    return values["A"].get(((k + 1) // 2, (k - 1) % 2 + 1), Fraction(0))


def in_columns(k: int, values: Mapping[str, Array], sizes: Mapping[str, int]) -> Fraction:
    column, row = divmod(k - 1, sizes["m"])
    return values["A"].get((row + 1, column + 1), Fraction(0))


SOURCES = (
    Source("x", lambda sizes: sizes["n"], of_tensor("x")),
    Source("e", lambda sizes: 2 * sizes["m"], of_tensor("e")),
    Source("flip(x)", lambda sizes: sizes["n"], flipped),
    Source("[x; w]", lambda sizes: sizes["n"] + 3, behind_each_other),
    Source("pad(x, 2)", lambda sizes: sizes["n"] + 4, lambda k, values, sizes: of_tensor("x")(k - 2, values, sizes)),
    Source("reshape(A, 2*m)", lambda sizes: 2 * sizes["m"], in_rows),
    Source("reshape(A.T, 2*m)", lambda sizes: 2 * sizes["m"], in_columns),
    Source("e[3:]", lambda sizes: 2 * sizes["m"] - 2, lambda k, values, sizes: of_tensor("e")(k + 2, values, sizes)),
)


def indices(chance: random.Random) -> Index:
    """A random index."""
    step, gap, offset = chance.choice((1, 1, 2, 3, -1)), chance.choice((1, 1, 2, -1)), chance.randint(-3, 3)
    base = chance.choice((2, 3))
    match chance.choice(("affine", "affine", "affine", "quotient", "remainder", "end")):
        case "affine":
            return Index(
                f"{step}*t + {gap}*a + {offset}".replace("+ -", "- "), lambda t, a, sizes: step * t + gap * a + offset
            )
        case "quotient":
            return Index(f"(t-1)//{base} + a", lambda t, a, sizes: (t - 1) // base + a)
        case "remainder":
            return Index(f"(t+1) % {base} + a", lambda t, a, sizes: (t + 1) % base + a)
        case _:
            return Index(f"n + {gap}*a - t".replace("+ -", "- "), lambda t, a, sizes: sizes["n"] + gap * a - t)


@dataclass(frozen=True)
class Claim:
    text: str
    is_true: bool


@dataclass(frozen=True)
class Case:
    """A spec and its claims; the letters t and a run over g and w, or over u and w."""

    spec: str
    claims: tuple[Claim, ...]


def case(seed: int) -> Case:
    """A random network with claims, each of them true or false by loops over all positions."""
    chance = random.Random(seed)
    source, right = chance.choice(SOURCES), indices(chance)
    over, label = chance.choice((("g", "n"), ("u", "m")))
    layers = f"  s: '{source.written}'\n  y[t in 1..{label}]: sum_a(w[a] * s[{right.written}])\n"
    spec = f"{HEAD}{layers}loss: {{L: 'sum({over} * y)'}}\n"
    # Where the source has w in it, the derivative by w is more than the layer's own.
    kinds = (
        (_of_the_factors, _of_the_source)
        if "w" in source.written
        else (_of_the_weights, _of_the_factors, _of_the_source)
    )
    claims = [_claim(chance.choice(kinds), index, source, right, over) for index in (right, indices(chance), right)]
    return Case(spec, tuple(dict.fromkeys(claims)))


Values = Mapping[str, Array]
Entry = Callable[[Index, Source, Values, Mapping[str, int], str], Array]


def _claim(kind: tuple[str, Entry], index: Index, source: Source, right: Index, over: str) -> Claim:
    text, entries = kind
    written = text.format(index=index.written, over=over)
    true = all(
        entries(index, source, values, sizes, over) == entries(right, source, values, sizes, over)
        for sizes in SIZES
        for values in (_values(sizes),)
    )
    return Claim(written, true)


def _values(sizes: Mapping[str, int]) -> dict[str, Array]:
    chance = random.Random(str(sizes))
    shapes = {"x": ("n",), "e": ("2m",), "A": ("m", "2"), "w": ("3",), "g": ("n",), "u": ("m",)}
    lengths = {**sizes, "2m": 2 * sizes["m"], "2": 2, "3": 3}
    return {
        name: {
            place: Fraction(chance.randint(-50, 50), 7)
            for place in product(*(range(1, lengths[label] + 1) for label in shape))
        }
        for name, shape in shapes.items()
    }


def _positions(values: Values, over: str) -> list[tuple[int, int]]:
    return [(t, a) for (t,) in values[over] for (a,) in values["w"]]


def _by_weights(index: Index, source: Source, values: Values, sizes: Mapping[str, int], over: str) -> Array:
    found: Array = {}
    for t, a in _positions(values, over):
        seen = source.at(index.place(t, a, sizes), values, sizes)
        found[a,] = found.get((a,), Fraction(0)) + values[over][t,] * seen
    return found


def _by_factors(index: Index, source: Source, values: Values, sizes: Mapping[str, int], over: str) -> Array:
    found: Array = {}
    for t, a in _positions(values, over):
        seen = source.at(index.place(t, a, sizes), values, sizes)
        found[t,] = found.get((t,), Fraction(0)) + values["w"][a,] * seen
    return found


def _by_source(index: Index, source: Source, values: Values, sizes: Mapping[str, int], over: str) -> Array:
    found: Array = {(k,): Fraction(0) for k in range(1, source.length(sizes) + 1)}
    for t, a in _positions(values, over):
        place = (index.place(t, a, sizes),)
        if place in found:
            found[place] += values[over][t,] * values["w"][a,]
    return found


_of_the_weights = ("dL/dw[a] = sum_t({over}[t] * s[{index}])", _by_weights)
_of_the_factors = ("y[t] = sum_a(w[a] * s[{index}])", _by_factors)
_of_the_source = ("dL/ds[p] = sum_{{t,a: p == {index}}}({over}[t] * w[a])", _by_source)
