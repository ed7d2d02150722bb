"""Edits of a refuted claim on trial: numbers at one point, and the canonical form for what they let pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from derivcheck.diagnostics.diagnostic import DerivcheckError
from derivcheck.graph.axes import Axes
from derivcheck.graph.nodes import Node, constant, is_zero
from derivcheck.judging.edit import Edit
from derivcheck.judging.judge import Judge
from derivcheck.language.claims import Pair, pair
from derivcheck.language.lowering.memory import LoweringMemory
from derivcheck.language.network import Network
from derivcheck.language.notation.syntax import Binary, Expression, Name, Number

POINTS = 8  # of each size, at which an edit that is not proved has to agree
PLACES = 6  # at which the left side is looked at: where it is zero, or has no value, nothing is told apart
Place = tuple[Mapping[str, int], int]


@dataclass(frozen=True, slots=True)
class Trial:
    """An edited claim that has a meaning; its left side is `ratio` times its right one at one point."""

    edit: Edit
    pair: Pair
    ratio: float


class Trials:
    """The edits of one refuted claim; none is tried twice."""

    def __init__(self, link: Pair, network: Network, judge: Judge) -> None:
        self.link, self.network, self.judge = link, network, judge
        left = self._imposed(link.left)
        places = list(islice(judge.places(link.left, link.right, link.axes), PLACES))
        valued = [place for place in places if judge.ratio(left, left, link.axes, place) is not None]
        telling = (place for place in valued if not self._is_zero(left, link.axes, place))
        self._place = next(telling, (valued or places)[0])
        self.has_value = bool(valued)
        self.vanishes = (
            self.has_value
            and not _is_literal_zero(link.left_tree)
            and self._is_zero(left, link.axes, self._place)
            and judge.prover.proof(left, constant(0)).proved
        )
        self._memory = LoweringMemory()
        self._tried: set[tuple[Expression, Expression]] = set()
        self._unproved: list[Trial] = []

    def tried(self, edit: Edit) -> Trial | None:
        """The trial of an edit; None for one that is ruled out: without a meaning, trivial, or wrong at a point."""
        left = self.link.left_tree if edit.left is None else edit.left
        if (left, edit.tree) in self._tried:
            return None
        self._tried.add((left, edit.tree))
        try:
            trial = pair(left, edit.tree, "=", self.link.where, self.network.scope, self._memory)
        except (DerivcheckError, ValueError, RecursionError):
            return None
        if trial.shapes is not None or (is_zero(trial.left) and is_zero(trial.right)):
            return None  # zeros are equal whatever stands beside them
        if not self.has_value:
            return Trial(edit, trial, 1.0)
        if (
            self.vanishes if edit.left is None else self._is_zero(trial.left, trial.axes, self._place)
        ) and not _is_literal_zero(edit.tree):
            return None
        one, other = self._imposed(trial.left), self._imposed(trial.right)
        ratio = self.judge.ratio(one, other, trial.axes, self._place)
        return None if ratio is None else Trial(edit, trial, ratio)

    def proves(self, trial: Trial) -> bool:
        """Whether an edited claim that agrees at a point is proved; the derivatives it speaks of are measured."""
        one, other = trial.pair.left, trial.pair.right
        proved = self.judge.prover.proof(one, other).proved or (
            bool(self.judge.known.texts((one, other)))
            and self.judge.prover.proof(self._imposed(one), self._imposed(other)).proved
        )
        if proved:
            self.judge.measured(trial.pair.derived)
        else:
            self._unproved.append(trial)
        return proved

    def likely(self) -> Edit | None:
        """The first edit of the right side that was not proved and agrees wherever it is looked at."""
        unproved = [one for one in self._unproved if one.edit.left is None]
        if not unproved or all(self._agreements(self.link)):
            return None  # what is refuted elsewhere only says nothing at these points
        return next((one.edit for one in unproved if all(self._agreements(one.pair))), None)

    def _agreements(self, link: Pair) -> Iterator[bool]:
        """Whether both sides agree, wherever they have a value; False in the end where they mostly have none."""
        one, other = self._imposed(link.left), self._imposed(link.right)
        places, told = self._places(one, other, link.axes), 0
        for place in places:
            agrees = self.judge.agrees_at(one, other, link.axes, place)
            if agrees is not None:
                told += 1
                yield agrees
        yield 2 * told > len(places)

    def _places(self, one: Node, other: Node, axes: Axes) -> list[Place]:
        """Different sizes, and many points at the largest."""
        sizes = [size for size, _ in islice(self.judge.places(one, other, axes), PLACES)]
        return [(size, seed) for size in sizes for seed in range(POINTS)]

    def number(self, tree: Expression) -> float | None:
        """What a number is at the point, if it is a literal or a size; None for others."""
        match tree:
            case Number(value):
                return float(value)
            case Name(name) if name in self._place[0] and name in self.network.scope.dimensions:
                return float(self._place[0][name])
            case Binary("/", above, below):
                one, other = self.number(above), self.number(below)
                return None if one is None or not other else one / other
            case _:
                return None

    def is_proved(self, edit: Edit) -> bool:
        """Whether an edit makes the claim true."""
        trial = self.tried(edit)
        return trial is not None and trial.ratio == 1.0 and self.proves(trial)

    def _imposed(self, node: Node) -> Node:
        return self.judge.known.imposed(node) if self.judge.known.equations else node

    def _is_zero(self, node: Node, axes: Axes, place: Place) -> bool:
        return self.judge.ratio(node, constant(0), axes, place) == 1.0


def _is_literal_zero(tree: Expression) -> bool:
    return isinstance(tree, Number) and tree.value == 0
