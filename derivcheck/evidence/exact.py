"""The identity test over a prime field: exact arithmetic at random points, no tolerance.

Two different rational functions agree by chance with a probability of about degree / 2^61
(Schwartz-Zippel; residues.py has the field). Equality is evidence; inequality says only that
the field knows no proof.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from derivcheck.diagnostics.diagnostic import UnsupportedError
from derivcheck.diagnostics.verdicts import ExactEvidence
from derivcheck.evidence.canonical.form import Facts
from derivcheck.evidence.field import FieldProgram, Known
from derivcheck.evidence.points import Points
from derivcheck.evidence.residues import (
    FieldArithmetic,
    Missing,
    P,
    Q,
    Redraw,
    Residues,
    inverse_modulo,
)
from derivcheck.graph.nodes import Axes, Input, Node
from derivcheck.graph.sizes import dimensions_of, small_sizes

REDRAWS = 40
PATTERNS = 6
MAXIMAL_ENTRIES = 100_000  # of a tensor: residues are Python integers, one by one


# --- drawing points ---------------------------------------------------------------------------


class Draws:
    """Random leaves that honour the facts."""

    def __init__(self, seed: int, facts: Facts, sizes: Mapping[str, int]) -> None:
        self.random = random.Random()
        self.seed = seed
        self.facts = facts
        self.sizes = sizes

    def add_leaves(self, nodes: Iterable[Node], cut: frozenset[Node], values: dict[Node, Known]) -> None:
        """A value for every input and cut node that has none. Raises Redraw."""
        for node in nodes:
            if node not in values and (isinstance(node, Input) or node in cut):
                values[node] = Known(*self.leaf(node))

    def leaf(self, node: Node) -> tuple[Residues, Axes]:
        axes = node.home if isinstance(node, Input) else node.axes
        shape = tuple(axis.dimension.size(self.sizes) for axis in axes)
        # The same value whatever else is drawn.
        self.random.seed(f"{self.seed}|{type(node).__name__}|{getattr(node, 'name', node.serial)}|{shape}")
        facts = dict(self.facts.get(node.name, ())) if isinstance(node, Input) else {}
        along = next((facts[f] for f in ("one_hot", "simplex", "sums_to_one") if f in facts), 0) or 0
        if "one_hot" in facts:
            array = self._one_hot(shape, along)
            return Residues(array, array), axes
        if "binary" in facts:
            array = self._filled(shape, 2)
            return Residues(array, array), axes
        if "orthogonal" in facts:
            signs = [self.random.choice((-1, 1)) for _ in range(shape[0])]
            p, q = (self._orthogonal(shape[0], signs, m) for m in (P, Q))
            return Residues(p, q), axes
        p, q = self._filled(shape, P), self._filled(shape, Q)
        if "unit" in facts:
            return Residues(self._unit(p, P), self._unit(q, Q)), axes
        if "symmetric" in facts:
            p, q = (np.triu(x) + np.triu(x, 1).T for x in (p, q))
        positive = "positive" in facts or "simplex" in facts
        if positive:
            p, q = p * p % P, q * q % Q
        if "simplex" in facts or "sums_to_one" in facts:
            p, q = (self._closed(x, along, m) for x, m in ((p, P), (q, Q)))
        if positive:
            return FieldArithmetic(self.seed).positive(p, q), axes
        return Residues(p, q), axes

    def _filled(self, shape: tuple[int, ...], modulus: int) -> Any:
        array = np.empty(shape, dtype=object)
        for place in np.ndindex(*shape):
            array[place] = self.random.randrange(modulus)
        return array

    def _one_hot(self, shape: tuple[int, ...], along: int) -> Any:
        array = np.zeros(shape, dtype=object)
        others = [range(n) if k != along else range(1) for k, n in enumerate(shape)]
        for place in itertools.product(*others):
            at = list(place)
            at[along] = self.random.randrange(shape[along])
            array[tuple(at)] = 1
        return array

    def _closed(self, array: Any, along: int, modulus: int) -> Any:
        """All entries but one as drawn, the last so that they sum to one."""
        moved = np.moveaxis(array, along, -1).copy()
        moved[..., -1] = (1 - np.sum(moved[..., :-1], axis=-1)) % modulus
        return np.moveaxis(moved, -1, along)

    def _unit(self, array: Any, modulus: int) -> Any:
        """A point of the sphere by stereographic projection."""
        head = array[:-1]
        total = int(np.sum(head * head)) % modulus if head.size else 0
        inverse = inverse_modulo(np.asarray((1 + total) % modulus, dtype=object), modulus)
        result = array.copy()
        result[:-1] = 2 * head * inverse % modulus
        result[-1] = (1 - total) * inverse % modulus
        return result

    def _orthogonal(self, size: int, signs: list[int], modulus: int) -> Any:
        """Cayley's (I - A)(I + A)^-1 for skew A, times signs, so that both determinants occur."""
        skew = np.zeros((size, size), dtype=object)
        for i in range(size):
            for j in range(i):
                skew[i, j] = self.random.randrange(modulus)
                skew[j, i] = -skew[i, j]
        eye = np.zeros((size, size), dtype=object) + np.diag([1] * size)
        rotation = (eye - skew).dot(_matrix_inverse((eye + skew) % modulus, modulus)) % modulus
        return rotation * np.asarray(signs, dtype=object) % modulus


def _matrix_inverse(matrix: Any, modulus: int) -> Any:
    size = matrix.shape[0]
    work = np.concatenate([matrix, np.diag([1] * size).astype(object)], axis=1)
    for column in range(size):
        pivot = next((r for r in range(column, size) if work[r, column] % modulus), None)
        if pivot is None:
            raise Redraw
        work[[column, pivot]] = work[[pivot, column]]
        work[column] = work[column] * pow(int(work[column, column]), -1, modulus) % modulus
        for row in range(size):
            if row != column:
                work[row] = (work[row] - work[row, column] * work[column]) % modulus
    return work[:, size:]


# --- the test ---------------------------------------------------------------------------------


def identical(
    left: Node,
    right: Node,
    *,
    sizes: Sequence[Mapping[str, int]] | None = None,
    facts: Facts | None = None,
    cut: frozenset[Node] = frozenset(),
    draws: int = 2,
    seed: int = 0,
    points: Points[Known] | None = None,
) -> ExactEvidence:
    """Whether two nodes agree at random points of the field, at every size tried.

    A node that lacks an axis of the other is constant along it. `cut` nodes are drawn
    like inputs; `points`, of one cut, remember what is evaluated. The evidence is None,
    with a reason, where nothing can be said.
    """
    tried = tuple(sizes) if sizes is not None else small_sizes(dimensions_of([left, right], cut))
    points = points or Points()
    done: list[tuple[tuple[str, int], ...]] = []
    count = 0
    reason = ""
    try:
        for assignment in tried:
            for draw in range(draws):
                outcome = _one_draw(left, right, assignment, facts or {}, cut, seed * 1000 + draw, points)
                if outcome is None:
                    reason = "undefined at every point tried"
                    break
                if isinstance(outcome, str):
                    reason = outcome
                    break
                count += 1
                if not outcome:
                    shown = tuple(sorted(assignment.items()))
                    return ExactEvidence(False, (shown,), count, reason="the sides differ in the field")
            else:
                done.append(tuple(sorted(assignment.items())))
    except UnsupportedError as problem:
        return ExactEvidence(None, reason=problem.diagnostic.message)
    if not done:
        return ExactEvidence(None, reason=reason or "nothing could be evaluated")
    return ExactEvidence(True, tuple(done), count)


def _one_draw(
    left: Node,
    right: Node,
    sizes: Mapping[str, int],
    facts: Facts,
    cut: frozenset[Node],
    seed: int,
    points: Points[Known],
) -> bool | str | None:
    """Equality at one point: True or False, a reason, or None where every point is undefined."""
    for attempt in range(REDRAWS):
        draws = Draws(seed * REDRAWS + attempt, facts, sizes)
        known = points.at(sizes, facts, draws.seed)
        program = FieldProgram([left, right], sizes, known.keys())
        if any(axis.dimension.size(sizes) < 1 for node in program.order for axis in node.axes):
            return "a dimension has no entries at these sizes"
        if any(math.prod(axis.dimension.size(sizes) for axis in node.axes) > MAXIMAL_ENTRIES for node in program.order):
            return "too many entries to be evaluated in the field"
        try:
            draws.add_leaves(program.order, cut, known)
            arithmetic = FieldArithmetic(draws.seed)
            # A positive leaf's logarithm must be that of the same arithmetic.
            program.run(known, arithmetic)
            if _agree(known, left, right):
                return True
            conditions = known[left].conditions | known[right].conditions
            if not conditions:
                return False
            return _by_patterns(left, right, conditions, sizes, draws, cut)
        except Redraw:
            continue
        except Missing as why:
            return str(why)
    return None


def _by_patterns(
    left: Node, right: Node, conditions: frozenset[int], sizes: Mapping[str, int], draws: Draws, cut: frozenset[Node]
) -> bool | str:
    """Every pattern of branches in turn, where there are few."""
    ordered = sorted(conditions)
    if len(ordered) > PATTERNS:
        return "too many branches to try them all"
    program = FieldProgram([left, right], sizes, cut)
    leaves: dict[Node, Known] = {}
    draws.add_leaves(program.order, cut, leaves)
    evaluated = 0
    for bits in itertools.product((0, 1), repeat=len(ordered)):
        arithmetic = FieldArithmetic(draws.seed, dict(zip(ordered, bits, strict=True)))
        values = dict(leaves)
        try:
            program.run(values, arithmetic)
        except Redraw:
            continue
        if not _agree(values, left, right):
            return False
        evaluated += 1
        if (values[left].conditions | values[right].conditions) - conditions:
            return "branches inside branches"
    return True if evaluated else "undefined on every branch"


def _agree(values: Mapping[Node, Known], left: Node, right: Node) -> bool:
    axes: Axes = tuple(sorted({*values[left].axes, *values[right].axes}))
    first, second = (values[node].along(axes) for node in (left, right))
    return bool(np.all((first.p - second.p) % P == 0))
