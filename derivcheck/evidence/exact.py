"""The identity test over a prime field: exact arithmetic at random points, no tolerance.

Two different rational functions agree by chance with a probability of about degree / 2^61
(Schwartz-Zippel; residues.py has the field). Equality is evidence; inequality says only that
the field knows no proof.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from typing import Any, NoReturn

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
from derivcheck.graph.axes import Axes
from derivcheck.graph.nodes import Input, Node, operands
from derivcheck.graph.sizes import dimensions_of, small_sizes
from derivcheck.spec.facts.kinds import Draw
from derivcheck.spec.facts.table import axis_of, drawn, with_implied

REDRAWS = 40
PATTERNS = 6
MAXIMAL_ENTRIES = 100_000  # of a tensor: residues are Python integers, one by one


# --- drawing points ---------------------------------------------------------------------------


class Draws:
    """Random leaves that honour the facts."""

    def __init__(self, seed: int, facts: Facts, sizes: Mapping[str, int]) -> None:
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
        seed = f"{self.seed}|{type(node).__name__}|{getattr(node, 'name', node.serial)}|{shape}"
        facts = dict(self.facts.get(node.name, ()) if isinstance(node, Input) else ())
        draws = (FieldDraw(shape, axis_of(facts), modulus, seed) for modulus in (P, Q))
        p, q = (np.asarray(drawn(facts, draw) % draw.modulus, dtype=object) for draw in draws)
        if any(kind.positive or kind.mostly_positive for fact in facts for kind in with_implied(fact)):
            return FieldArithmetic(self.seed).positive(p, q), axes
        return Residues(p, q), axes


class FieldDraw(Draw):
    """Numbers modulo a prime; what is chosen is the same for every prime."""

    def __init__(self, shape: tuple[int, ...], along: int, modulus: int, seed: str) -> None:
        super().__init__(shape, along)
        self.modulus = modulus
        self._numbers = random.Random(f"{seed}|{modulus}")
        self._choices = random.Random(seed)

    def _free(self) -> Any:
        return self._filled(lambda: self._numbers.randrange(self.modulus))

    def positive(self) -> Any:
        root = self._free()
        return root * root % self.modulus

    def chosen(self, values: Sequence[int]) -> Any:
        return self._filled(lambda: self._choices.choice(values))

    def single(self) -> Any:
        array = self._filled(lambda: 0)
        others = [range(n) if k != self.along else range(1) for k, n in enumerate(self.shape)]
        for place in itertools.product(*others):
            at = list(place)
            at[self.along] = self._choices.randrange(self.shape[self.along])
            array[tuple(at)] = 1
        return array

    def identity(self) -> Any:
        array = self._filled(lambda: 0)
        np.fill_diagonal(array, 1)
        return array

    def refuse(self) -> NoReturn:
        raise Missing("there is no such matrix at these sizes")

    def inverse(self, numbers: Any) -> Any:
        return inverse_modulo(np.asarray(numbers, dtype=object), self.modulus)

    def _filled(self, number: Callable[[], int]) -> Any:
        array = np.empty(self.shape, dtype=object)
        for place in np.ndindex(*self.shape):
            array[place] = number()
        return array


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
    beside: Facts | None = None,
) -> ExactEvidence:
    """Whether two nodes agree at random points of the field, at every size tried.

    A node that lacks an axis of the other is constant along it. `cut` nodes are drawn
    like inputs; `points`, of one cut, remember what is evaluated. What no input is below whose facts are others
    than `beside` is worth the same as under those. The evidence is None, with a reason, where nothing can be said.
    """
    tried = tuple(sizes) if sizes is not None else small_sizes(dimensions_of([left, right], cut))
    points = points or Points()
    done: list[tuple[tuple[str, int], ...]] = []
    count = 0
    reason = ""
    try:
        for assignment in tried:
            for draw in range(draws):
                outcome = _one_draw(left, right, assignment, facts or {}, cut, seed * 1000 + draw, points, beside)
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
    beside: Facts | None = None,
) -> bool | str | None:
    """Equality at one point: True or False, a reason, or None where every point is undefined."""
    for attempt in range(REDRAWS):
        draws = Draws(seed * REDRAWS + attempt, facts, sizes)
        known = points.at(sizes, facts, draws.seed)
        if beside is not None and not known:
            changed = {name for name in {*facts, *beside} if facts.get(name) != beside.get(name)}
            known.update(_unchanged(points.at(sizes, beside, draws.seed), changed))
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


def _unchanged(values: Mapping[Node, Known], changed: Container[str]) -> dict[Node, Known]:
    """The values of the nodes below which none of the inputs is that have changed."""
    kept: dict[Node, Known] = {}
    for node in sorted(values, key=lambda node: node.serial):
        below = operands(node)
        is_kept = all(part in kept for part in below) if below else getattr(node, "name", "") not in changed
        if is_kept:
            kept[node] = values[node]
    return kept


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
