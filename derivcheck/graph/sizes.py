"""Sizes for the dimensions of a graph: small, pairwise different, and such that every axis has an entry.

A derived dimension such as `h-kh+1` is a constraint. All sizes that are not given by the
user are chosen here.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from math import prod
from typing import TypeVar
from weakref import WeakKeyDictionary

import sympy

from derivcheck.graph.axes import Dimension
from derivcheck.graph.nodes import Determinant, Indicator, Inverse, Map, Node, operands, topological
from derivcheck.graph.positions import Affine

SMALL = 12  # up to which a size that the user gives is one for exact arithmetic too
LARGER, LARGEST = 7, 12  # what holds for a few small sizes may end there: (n - 2) (n - 3) x = 0
DIFFERENT = 7  # names up to which all sizes are different; those of more repeat with a period
PERIOD = 5
WIDER = (1, 2, 8, 64)  # how far beyond what is wanted sizes are looked for
TRIALS = 4_000
ENTRIES = 1 << 18  # of all nodes together: what may be laid out at once, be it as numbers of 50 digits
CAPS = (1024, 512, 256, 128, 64, 32, 16, 12, 8, 6, 5, 4, 3, 2)

MIXED, COMBINATIONS = 4, 100  # the largest of the sizes that are combined, and how many combinations there may be

Sizes = dict[str, int]
Shapes = Mapping[tuple[Dimension, ...], int]
Assignment = TypeVar("Assignment", bound=Mapping[str, int])


@dataclass(frozen=True, slots=True)
class SizeChoice:
    """Where an equation over some dimensions is evaluated.

    `network` are the sizes of the network, `given` those among them that the user asked
    for: they are kept wherever there is one assignment of sizes only, and in witnesses. `shapes`
    say how many nodes have which dimensions, for what they take of memory.
    """

    dimensions: frozenset[Dimension]
    network: Mapping[str, int]
    given: Mapping[str, int]
    shapes: Shapes = field(default_factory=dict)

    def usual(self) -> Mapping[str, int]:
        """The network's sizes; others where an axis has no entry at them, or memory does not suffice."""
        sizes = fitted(self.network, self.dimensions, self.given) or self.network
        return affordable(sizes, self.dimensions, self.shapes)

    def exact(self) -> list[Sizes]:
        """Small sizes for exact arithmetic, those first that keep what the user gives."""
        return _once([*small_sizes(self.dimensions, self._small), *small_sizes(self.dimensions)])

    def small(self) -> list[Mapping[str, int]]:
        """Small sizes that keep what the user gives, the smallest first."""
        more = (sizes_from(base, self.dimensions, self._small) for base in (2, 3))
        found = [*small_sizes(self.dimensions, self._small), *(sizes for sizes in more if sizes)]
        return sorted(self._whole(found), key=lambda sizes: sum(sizes.values())) or [self.usual()]

    def every(self) -> list[Mapping[str, int]]:
        """The small ones, freely chosen ones, and larger ones: what holds at a few sizes need not hold at all."""
        more = (sizes_from(base, self.dimensions) for base in (2, 3, LARGER))
        found = [*small_sizes(self.dimensions), *(sizes for sizes in more if sizes)]
        return _once([*self.small(), *self._whole(found)])

    def corners(self) -> list[Mapping[str, int]]:
        """Every name with the size 1 by itself, all of them together, and sizes larger than the larger ones."""
        names = names_of(self.dimensions)
        base = self.small()[-1]
        found = [fitted({**base, name: 1}, self.dimensions, {name: 1}) for name in names]
        found += [fitted({**base, **dict.fromkeys(names, 1)}, self.dimensions), sizes_from(LARGEST, self.dimensions)]
        return self._whole(sizes for sizes in found if sizes)

    def one_after_the_other(self) -> list[Mapping[str, int]]:
        """Sizes from each number up to the largest: combinations of positions meet at some of them only."""
        return self._whole(
            sizes for base in range(1, LARGEST + 1) if (sizes := sizes_from(base, self.dimensions)) is not None
        )

    def combinations(self) -> list[Mapping[str, int]]:
        """The smallest sizes in every combination: two conditions on positions may meet where n is 2 and m is not."""
        names = sorted(names_of(self.dimensions))
        largest = next((size for size in range(MIXED, 1, -1) if size ** len(names) <= COMBINATIONS), 1)
        every = itertools.product(range(1, largest + 1), repeat=len(names))
        made = (fitted(dict(zip(names, sizes, strict=True)), self.dimensions) for sizes in every)
        return self._whole(sizes for sizes in made if sizes)

    def _whole(self, found: Iterable[Mapping[str, int]]) -> list[Mapping[str, int]]:
        """Sizes for every name of the network, that memory suffices for."""
        return _once([affordable({**self.network, **s}, self.dimensions, self.shapes) for s in found])

    @property
    def _small(self) -> Sizes:
        return {name: size for name, size in self.given.items() if size <= SMALL}


def affordable(
    sizes: Mapping[str, int], dimensions: Iterable[Dimension], shapes: Shapes, entries: int = ENTRIES
) -> Mapping[str, int]:
    """The sizes, or smaller ones of the same pattern with which the shapes have so many entries at most, all together.

    What is equal stays equal, what is larger stays larger.
    """
    if _entries(shapes, sizes) <= entries:
        return sizes
    dimensions = frozenset(dimensions)
    smaller = sizes
    for cap in CAPS:
        found = fitted(_capped(sizes, cap), dimensions)
        smaller = found if found is not None else smaller
        if _entries(shapes, smaller) <= entries:
            break
    return smaller


def _capped(sizes: Mapping[str, int], cap: int) -> Sizes:
    kept = {size for size in sizes.values() if size <= cap}
    larger = sorted(set(sizes.values()) - kept)
    first = max(cap - len(larger) + 1, max(kept, default=0) + 1)
    return {name: first + larger.index(size) if size > cap else size for name, size in sizes.items()}


def _entries(shapes: Shapes, sizes: Mapping[str, int]) -> int:
    return sum(count * prod(dimension.size(sizes) for dimension in shape) for shape, count in shapes.items())


def shapes_of(nodes: Iterable[Node], *others: tuple[Dimension, ...]) -> Shapes:
    """How many nodes have which dimensions, of those that are more than numbers; `others` stand beside them."""
    found = Counter(others)
    for axes, count in Counter(node.axes for node in nodes if node.axes).items():
        found[tuple(axis.dimension for axis in axes)] += count
    return found


def _once(found: Sequence[Assignment]) -> list[Assignment]:
    return [sizes for k, sizes in enumerate(found) if sizes not in found[:k]]


_below: WeakKeyDictionary[Node, frozenset[Dimension]] = WeakKeyDictionary()


def dimensions_of(nodes: Iterable[Node], cut: Container[Node] = frozenset()) -> frozenset[Dimension]:
    """Every dimension that nodes speak of: by an axis, by a matrix along it, or by its size."""
    nodes = list(nodes)
    if cut:
        return frozenset().union(*map(_own_dimensions, topological(nodes, cut)))
    # What lies beneath a node is the same whoever asks.
    for node in topological(nodes, _below):
        if node not in _below:
            _below[node] = _own_dimensions(node).union(*(_below[operand] for operand in operands(node)))
    return frozenset().union(*(_below[node] for node in nodes))


def _own_dimensions(node: Node) -> frozenset[Dimension]:
    """The dimensions that a node itself speaks of."""
    found = {axis.dimension for axis in node.axes}
    match node:
        case Inverse() | Determinant():
            found.add(node.row.dimension)
        case Indicator():
            for term in node.terms:
                offset = term.offset if isinstance(term, Affine) else Dimension(())
                found.update(Dimension.named(name) for name, _ in offset.terms)
        case Map():
            found |= _sizes_in(node.expression)
    return frozenset(found)


@cache
def _sizes_in(expression: sympy.Expr) -> frozenset[Dimension]:
    """The dimensions whose sizes an expression speaks of."""
    names = (symbol.name for symbol in expression.free_symbols)
    return frozenset(Dimension.named(name) for name in names if not name.startswith("_"))


def names_of(dimensions: Iterable[Dimension]) -> list[str]:
    """The names of sizes, in alphabetical order."""
    return sorted({name for dimension in dimensions for name, _ in dimension.terms})


def small_sizes(dimensions: Iterable[Dimension], given: Mapping[str, int] | None = None) -> tuple[Sizes, ...]:
    """Two assignments of small sizes, one of them with a 1; none where there are no sizes at all.

    Those of `given` stay as they are.
    """
    dimensions = frozenset(dimensions)
    names, fixed = _free(dimensions, given)
    span = max(2, min(len(names), DIFFERENT))
    ring = [size for size in range(2, 2 + span + len(fixed)) if size not in fixed.values()][:span]
    # What is equal in the first, for there are many names, differs in the second; the third is for few names.
    rings = ((ring, 0), ([*ring[:-1], 1], 1), ([size + 1 for size in ring], 0))
    chosen: list[Sizes] = []
    for sizes, shift in rings:
        found = fitted({n: sizes[(k + shift * (k // span)) % span] for k, n in enumerate(names)}, dimensions, fixed)
        if found is not None and found not in chosen:
            chosen.append(found)
    return tuple(chosen[:2])


def sizes_from(base: int, dimensions: Iterable[Dimension], given: Mapping[str, int] | None = None) -> Sizes | None:
    """Sizes from `base` on, None where there are none; those of `given` stay as they are."""
    dimensions = frozenset(dimensions)
    names, fixed = _free(dimensions, given)
    ring = [size for size in range(base, base + PERIOD + len(fixed)) if size not in fixed.values()][:PERIOD]
    return fitted({name: ring[k % PERIOD] for k, name in enumerate(names)}, dimensions, fixed)


def _free(dimensions: frozenset[Dimension], given: Mapping[str, int] | None) -> tuple[list[str], Sizes]:
    """(the names that sizes are to be chosen for, the smallest ones first; the sizes given)."""
    fixed = {name: size for name, size in (given or {}).items() if name in names_of(dimensions)}
    derived = [dimension for dimension in dimensions if not _is_plain(dimension)]
    subtracted = {name for dimension in derived for name, count in dimension.terms if count < 0}
    concerned = set(names_of(derived)) - subtracted

    def place(name: str) -> tuple[int, str]:
        return 0 if name in subtracted else 1 if name in concerned else 2, name

    return sorted((name for name in names_of(dimensions) if name not in fixed), key=place), fixed


def fitted(
    wanted: Mapping[str, int], dimensions: Iterable[Dimension], fixed: Mapping[str, int] | None = None, least: int = 1
) -> Sizes | None:
    """The sizes wanted, as far as every dimension has `least` entries by them; None where no sizes do.

    Those of `fixed` stay. What has to be changed is chosen near what is wanted, and different
    from all others where it can be.
    """
    sizes = {**wanted, **(fixed or {})}
    constraints = [d for d in dimensions if d.terms and not _is_plain(d)]
    broken = [d for d in constraints if d.size(sizes) < least]
    if not broken:
        return sizes
    loose = _linked(broken, constraints) - set(fixed or {})
    kept = {name: size for name, size in sizes.items() if name not in loose}
    concerned = [d for d in constraints if any(name in loose for name, _ in d.terms)]
    if any(d.size(sizes) < least for d in broken if d not in concerned):
        return None
    # Those that are subtracted first: the others can grow.
    order = sorted(loose, key=lambda name: (_weight(name, concerned), name))
    room = max(8, *sizes.values())
    for distinct in (True, False):
        for width in WIDER:
            search = _Search(order, concerned, sizes, room * width, least, distinct)
            found = search.run(dict(kept))
            if found is not None:
                return {name: found[name] for name in sizes}
    return None


def _is_plain(dimension: Dimension) -> bool:
    """Whether a dimension has entries whatever the sizes are."""
    return dimension.constant >= 0 and all(count > 0 for _, count in dimension.terms)


def _weight(name: str, dimensions: Sequence[Dimension]) -> int:
    return sum(count for dimension in dimensions for other, count in dimension.terms if other == name)


def _linked(broken: Sequence[Dimension], constraints: Sequence[Dimension]) -> set[str]:
    """The names that stand in a broken constraint, or in one with a name that does."""
    found = set(names_of(broken))
    while True:
        more = {name for d in constraints if found & {n for n, _ in d.terms} for name, _ in d.terms} - found
        if not more:
            return found
        found |= more


@dataclass(slots=True)
class _Search:
    """Backtracking over the sizes of a few names, nearest to the wanted ones first."""

    order: Sequence[str]
    constraints: Sequence[Dimension]
    wanted: Mapping[str, int]
    limit: int
    least: int
    distinct: bool
    trials: int = field(default=0, init=False)

    def run(self, known: Sizes) -> Sizes | None:
        place = next((k for k, name in enumerate(self.order) if name not in known), None)
        if place is None:
            return known
        name = self.order[place]
        taken = set(known.values()) if self.distinct else set()
        near = sorted(range(1, self.limit + 1), key=lambda size: (abs(size - self.wanted[name]), size))
        for size in near:
            self.trials += 1
            if self.trials > TRIALS:
                return None
            trial = {**known, name: size}
            if size not in taken and all(self._can_hold(d, trial) for d in self.constraints):
                found = self.run(trial)
                if found is not None:
                    return found
        return None

    def _can_hold(self, dimension: Dimension, known: Mapping[str, int]) -> bool:
        """Whether a dimension has entries for some sizes of the names that have none yet."""
        largest = dimension.constant
        for name, count in dimension.terms:
            largest += count * known.get(name, self.limit if count > 0 else 1)
        return largest >= self.least
