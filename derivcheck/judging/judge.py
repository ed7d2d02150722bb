"""Are two nodes the same function? Three independent ways, each saying only what it can know.

    canonical form   equal forms prove equality for all sizes; of few entries of fixed sizes, each by itself
    field            equality is a second proof at the sizes tried; inequality proves nothing
    numbers          a difference beyond the bar, confirmed to 50 digits, refutes

Proof against numbers is a contradiction: derivcheck's own bug. So is a derivative of either side
that is not that of its forward pass: each is measured before anything is said (measurement.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from derivcheck.diagnostics.diagnostic import ContradictionError, Diagnostic, NumericError, UnsupportedError
from derivcheck.diagnostics.verdicts import ExactEvidence, NumericEvidence, NumericVerdict, Slope, Verdict, Witness
from derivcheck.evidence import exact
from derivcheck.evidence.canonical.form import Equality, Facts, without_switches
from derivcheck.evidence.extents import extents
from derivcheck.evidence.field import Known
from derivcheck.evidence.jumps import jumps_at
from derivcheck.evidence.numeric.branches import (
    are_multivalued,
    are_rational,
    far_numbers,
    is_branched,
    rounding_decides,
)
from derivcheck.evidence.numeric.ratios import ratio
from derivcheck.evidence.numeric.sampling import inputs_of
from derivcheck.evidence.numeric.sides import DIGITS, FINEST, SidesAtAPoint, compare_precisely, compare_sides
from derivcheck.evidence.numeric.tensors import Tensor
from derivcheck.evidence.points import Points
from derivcheck.graph.axes import Axes
from derivcheck.graph.derive import Derived
from derivcheck.graph.nodes import Node, constant, topological
from derivcheck.graph.sizes import SizeChoice, dimensions_of, names_of, shapes_of
from derivcheck.judging.conditions import Point, are_combined, are_met, branches
from derivcheck.judging.measurement import Slopes, described
from derivcheck.judging.proof import Prover
from derivcheck.language.conditions import NO_CONDITIONS, Conditions
from derivcheck.spec.facts.table import fact_texts, with_implied

SMOOTH_POINTS, CORNER_POINTS, BRANCHED_POINTS = 2, 8, 48
CHOICES = 16  # points, where an input has few values: a sign alone is the same at two points half of the time
PRECISE_POINTS = 12  # at which functions with branches are compared to 50 digits
FINEST_POINTS = 4  # and to many more
# Of the further points of functions with branches.
SPREADS = (1.0, 8.0, 1.0, 1 / 64, 1.0, 64.0, 1.0, 4096.0, 2.0**-10, 2.0**20)
AT_A_KINK = "rounding errors choose the branch"
NO_DERIVATIVE = "a derivative does not exist where the sides differ"
TOO_CLOSE = f"the sides differ exactly, by less than {FINEST - 10} digits show"
NEVER_HOLDS = "the condition holds nowhere"
NEVER_MET = "a condition holds at no point that was tried"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is found about `left = right`."""

    verdict: Verdict
    facts: tuple[str, ...]
    exact: ExactEvidence
    numeric: NumericEvidence
    witness: Witness | None = None
    reason: str = ""
    slopes: tuple[Slope, ...] = ()


@dataclass(frozen=True, slots=True)
class Goal:
    """Is `left = right` along the axes, under the facts? `derived` are the derivatives that the sides speak of.

    Where there is a `condition`, 1 or 0, both sides are weighted with it.
    """

    left: Node
    right: Node
    axes: Axes
    facts: Facts
    derived: tuple[Derived, ...] = ()
    condition: Node | None = None

    @property
    def sides(self) -> tuple[Node, Node]:
        return self.left, self.right

    @property
    def numerators(self) -> tuple[Node, ...]:
        """What is derived: it has to have a value where its derivative has one."""
        return tuple(dict.fromkeys(one.numerator for one in self.derived))


class Judge:
    """Judges pairs of nodes of one network; what is proved and evaluated is remembered between questions."""

    def __init__(
        self,
        facts: Facts,
        sizes: Mapping[str, int],
        seed: int,
        cuts: Sequence[frozenset[Node]] = (),
        adjoints: frozenset[Node] = frozenset(),
        given: Mapping[str, int] | None = None,
        known: Conditions = NO_CONDITIONS,
    ) -> None:
        """`cuts` and `adjoints` are those of the prover.

        `sizes` are those of the network, `given` the ones among them that the user asked for, and `known` the
        equations under which everything is judged.
        """
        self.known = known
        self.prover = Prover(facts, cuts, adjoints)
        self._given = dict(given or {})
        self.facts = facts
        self.sizes = dict(sizes)
        self.seed = seed
        self._chosen: tuple[Goal, SizeChoice] | None = None
        self.field_points: Points[Known] = Points()
        self._points: Points[Tensor] = Points()
        self.reduced: dict[str, int] = {}  # sizes below those that were given, which would take too much memory
        self.slopes = Slopes(facts, self.sizes, self._given, seed, self._points)

    # --- all three ways -------------------------------------------------------------------

    def judge(
        self,
        left: Node,
        right: Node,
        axes: Axes,
        facts: Facts | None = None,
        derived: tuple[Derived, ...] = (),
        condition: Node | None = None,
    ) -> Judgement:
        """The verdict on `left = right` along the given axes, weighted with the `condition` of both if there is one.

        `derived`, the derivatives that the sides speak of, are measured first. Raises ContradictionError.
        """
        slopes = self.measured(derived)
        missing = next((slope.text for slope in slopes if slope.numeric.verdict == "kink"), None)
        if missing is not None:
            reason = f"`{missing}` does not exist at any point tried: there are kinks"
            nothing = NumericEvidence("kink", reason=reason)
            return Judgement("undecided", (), ExactEvidence(None), nothing, reason=reason, slopes=slopes)
        facts = self.facts if facts is None else facts
        goal = Goal(left, right, axes, facts, derived, condition)
        if self.known.texts(goal.sides):
            without = self.prover.proof(left, right, facts, far=False).proved
            # What is equal almost everywhere need not be where an equation holds, if a branch jumps there.
            if not without or is_branched(goal.sides):
                under = self._judged_under_conditions(goal)
                if not without or under.verdict != "proved":
                    return replace(under, slopes=slopes)
        return replace(self._judged(goal), slopes=slopes)

    def _judged_under_conditions(self, goal: Goal) -> Judgement:
        """The verdict where the equations that are given hold; derivatives are the unconstrained ones."""
        kink = next(
            (one for one in goal.derived if jumps_at([one.node, one.numerator], self.known.images, goal.facts)), None
        )
        if kink is not None:
            reason = f"`{described(kink)}` does not exist, given `{'`, `'.join(self.known.texts(goal.sides))}`: a kink"
            nothing = NumericEvidence("kink", reason=reason)
            return Judgement("undecided", (), ExactEvidence(None), nothing, reason=reason)
        left, right = (self.known.imposed(side) for side in goal.sides)
        condition = None if goal.condition is None else self.known.imposed(goal.condition)
        found = self._judged(replace(goal, left=left, right=right, condition=condition, derived=()))
        return (
            replace(found, facts=(*found.facts, *self.known.texts(goal.sides))) if found.verdict == "proved" else found
        )

    def measured(self, derived: Iterable[Derived]) -> tuple[Slope, ...]:
        """How derivatives compare with the forward pass. Raises ContradictionError (DC902)."""
        return self.slopes.confirmed(derived)

    def _judged(self, asked: Goal) -> Judgement:
        usual = self._choice(asked).usual()
        self.reduced.update({name: usual[name] for name, size in self._given.items() if usual[name] < size})
        sides = self._numbers(asked, usual)
        numeric = sides.evidence
        if numeric.verdict == "differs":
            # Sides that differ are proved equal by a mistake only: for that no long way is gone, the field goes it.
            proof = self.prover.glance(asked.left, asked.right, asked.facts)
        else:
            proof = self.prover.proof(asked.left, asked.right, asked.facts)
            if not proof.proved:
                proof = self.prover.entry_by_entry(asked.left, asked.right, asked.axes, asked.facts) or proof
        field = self._field(asked, proof.proved)
        if proof.proved:
            return self._proved(asked, proof, field, sides)
        if proof.undefined:
            return Judgement("undecided", (), field, numeric, reason=f"a side has no value: {proof.reason}")
        if numeric.verdict == "differs":
            if field.equal and self._holds_in_field_there(asked):
                self._contradiction("the field agrees where numbers differ", sides)
            return self._refuted(asked, field, sides)
        beside = numeric.reason == NO_DERIVATIVE
        agrees = numeric.verdict == "agrees" or beside
        # What rounding decides here is not settled by a size of 1, at which sums are exact.
        rounded = agrees and rounding_decides(asked.sides, usual, asked.facts, self.seed, 1.0)
        elsewhere = self._other_points(asked, corners=agrees and not rounded)
        if elsewhere is not None and elsewhere.evidence.verdict == "differs":
            return self._refuted(asked, field, elsewhere)
        if numeric.verdict == "undefined" and (found := self._beside_zero(asked)) is not None:
            return found
        if beside and elsewhere is not None:
            numeric = elsewhere.evidence
        if numeric.verdict == "cannot_tell" and self._agrees_closely(asked):
            numeric = replace(numeric, verdict="agrees", scheme="50 digits", reason="")
        if numeric.verdict != "agrees":
            return Judgement("undecided", (), field, numeric, reason=numeric.reason or "numbers cannot tell")
        if rounded or (not agrees and rounding_decides(asked.sides, usual, asked.facts, self.seed, 1.0)):
            return Judgement("undecided", (), field, replace(numeric, verdict="kink"), reason=AT_A_KINK)
        closely = self._precisely(asked, field)
        if closely is not None:
            if field.equal and self._holds_in_field_there(asked):
                self._contradiction("the field agrees where 50 digits differ", closely)
            return Judgement("refuted", (), field, closely.evidence, self._witness(asked, closely))
        if not self._meets_conditions(asked):
            return Judgement("undecided", (), field, numeric, reason=NEVER_MET)
        reason = proof.reason
        if field.equal is False and are_rational(asked.sides):
            return Judgement("undecided", (), field, numeric, reason=TOO_CLOSE)
        if field.equal is False:
            field = replace(field, equal=None, reason="the field does not show it")
        if field.equal:
            reason = f"equal in the field at the sizes tried; no proof for all sizes: {proof.reason}"
        return Judgement("checked", (), field, numeric, reason=reason)

    def _proved(self, asked: Goal, proof: Equality, field: ExactEvidence, sides: SidesAtAPoint) -> Judgement:
        """The verdict beside a proof."""
        numeric = sides.evidence
        # The field takes one root and knows few functions: that it does not agree says nothing.
        field = replace(field if field.equal else ExactEvidence(True), all_sizes=True, by="canonical form")
        if numeric.verdict == "differs":
            self._contradiction("the canonical form proves what numbers refute", sides)
        if numeric.verdict == "undefined":
            return self._beside_zero(asked) or Judgement("undecided", (), field, numeric, reason=numeric.reason)
        if asked.condition is not None and self.prover.proof(asked.condition, constant(0), asked.facts).proved:
            return Judgement("undecided", (), field, numeric, reason=NEVER_HOLDS)
        return Judgement("proved", fact_texts(proof.facts), field, numeric)

    def _beside_zero(self, asked: Goal) -> Judgement | None:
        """The proof for any numbers in place of those that are 0 or 1, at which there is no value: `y log y` at 0."""
        weaker = without_switches(asked.facts)
        if weaker == asked.facts:
            return None
        found = self._judged(replace(asked, facts=weaker))
        return found if found.verdict == "proved" else None

    def _field(self, asked: Goal, proved: bool) -> ExactEvidence:
        """A second proof at one small assignment of sizes beside a proof; at two, drawn twice, without one."""
        sizes = self._choice(asked).exact()
        tried, draws = (sizes[:1], 1) if proved else (sizes, CHOICES if self._chooses(asked) else 2)
        return exact.identical(
            *asked.sides, sizes=tried, facts=asked.facts, draws=draws, seed=self.seed, points=self.field_points
        )

    def _choice(self, asked: Goal) -> SizeChoice:
        """Where a goal is evaluated; remembered while it is the one that is judged."""
        if self._chosen is None or self._chosen[0] is not asked:
            self._chosen = asked, self._chosen_for(asked)
        return self._chosen[1]

    def _chosen_for(self, asked: Goal) -> SizeChoice:
        dimensions = dimensions_of(asked.sides).union(axis.dimension for axis in asked.axes)
        dimensions |= extents(asked.sides, asked.facts)
        whole = tuple(axis.dimension for axis in asked.axes)
        shapes = shapes_of(topological([*asked.sides, *asked.numerators]), whole)
        return SizeChoice(dimensions, self.sizes, self._given, shapes)

    def differs_at_once(self, left: Node, right: Node, axes: Axes, facts: Facts | None = None) -> bool:
        """Whether floats differ at the first point, by far and without a closer look."""
        facts = self.facts if facts is None else facts
        sizes = self._choice(Goal(left, right, axes, facts)).usual()
        try:
            sides = compare_sides(left, right, axes, sizes, facts, self.seed, self._points, confirmed=False)
        except (NumericError, UnsupportedError):
            return False
        return sides.evidence.verdict == "differs"

    def relative_difference(self, left: Node, right: Node, axes: Axes) -> float | None:
        """By how much floats differ at the first point, in relation to the values; None where there are none."""
        sizes = self._choice(Goal(left, right, axes, self.facts)).usual()
        try:
            sides = compare_sides(left, right, axes, sizes, self.facts, self.seed, self._points, confirmed=False)
        except (NumericError, UnsupportedError):
            return None
        return sides.evidence.max_error

    def places(self, left: Node, right: Node, axes: Axes) -> Iterator[tuple[Mapping[str, int], int]]:
        """(sizes, seed) of points at which both sides may be compared, the usual ones first."""
        choice = self._choice(Goal(left, right, axes, self.facts))
        for seed in range(self.seed, self.seed + SMOOTH_POINTS):
            for sizes in (choice.usual(), *choice.every(), *choice.one_after_the_other()):
                yield {**self.sizes, **sizes}, seed

    def ratio(self, left: Node, right: Node, axes: Axes, place: tuple[Mapping[str, int], int]) -> float | None:
        """The one number by which floats differ at a point, 1 where they agree, None where there is none.

        What has no value there is as good as what differs.
        """
        sizes, seed = place
        try:
            return ratio(left, right, axes, sizes, self.facts, seed, self._points)
        except (NumericError, UnsupportedError):
            return None

    def agrees_at(self, left: Node, right: Node, axes: Axes, place: tuple[Mapping[str, int], int]) -> bool | None:
        """Whether floats agree at a point; None where there are none."""
        sizes, seed = place
        try:
            return ratio(left, right, axes, sizes, self.facts, seed, self._points) == 1.0
        except (NumericError, UnsupportedError):
            return None

    def _numbers(
        self, asked: Goal, sizes: Mapping[str, int], seed: int | None = None, spread: float = 1.0
    ) -> SidesAtAPoint:
        """Both sides at a point at which what is derived has a value too, if there is one."""
        found = self._compared(asked, sizes, seed, spread, asked.numerators)
        if found.evidence.verdict == "undefined" and asked.numerators:
            return self._compared(asked, sizes, seed, spread)
        return found

    def _compared(
        self, asked: Goal, sizes: Mapping[str, int], seed: int | None, spread: float, beside: Sequence[Node] = ()
    ) -> SidesAtAPoint:
        # Further points are many, and asked about once.
        points = self._points if seed is None else None
        seed = self.seed if seed is None else seed
        try:
            sides = compare_sides(
                asked.left, asked.right, asked.axes, sizes, asked.facts, seed, points, spread, beside=beside
            )
            if sides.evidence.verdict != "differs":
                return sides
            kink = AT_A_KINK if rounding_decides(asked.sides, sizes, asked.facts, seed, spread) else ""
            if not kink and not self.slopes.exist(asked.derived, sizes, asked.facts, seed, spread):
                kink = NO_DERIVATIVE
            return replace(sides, evidence=replace(sides.evidence, verdict="kink", reason=kink)) if kink else sides
        except (NumericError, UnsupportedError) as problem:
            verdict: NumericVerdict = "undefined" if problem.diagnostic.code == "DC501" else "cannot_tell"
            return SidesAtAPoint(NumericEvidence(verdict, reason=problem.diagnostic.message))

    def _other_points(self, asked: Goal, corners: bool) -> SidesAtAPoint | None:
        """Further points and sizes: what agrees at one may differ at another.

        The first at which the sides differ, else one at which they agree. Functions with branches are
        tried at many more points, near and far: they may differ in a region only. The `corners` of
        what has a value elsewhere: sizes of 1, and larger ones.
        """
        agreed = None
        for sizes, seed, spread in self._further_points(asked, corners):
            sides = self._numbers(asked, sizes, seed, spread)
            if sides.evidence.verdict == "differs":
                return sides
            agreed = sides if agreed is None and sides.evidence.verdict == "agrees" else agreed
        return agreed

    def _further_points(self, asked: Goal, corners: bool) -> Iterator[Point]:
        branched = are_multivalued(asked.sides)
        spreads: tuple[float, ...] = SPREADS
        if branched:
            # A branch at `s < 10^9` is seen from as far as that only, and on one side of it.
            spreads += 2 * tuple(8 * size for size in far_numbers(asked.sides))
        choice = self._choice(asked)
        every = choice.every()
        least = CHOICES if self._chooses(asked) else SMOOTH_POINTS
        beyond = choice.corners()
        if are_combined(asked.sides):
            beyond += [*choice.one_after_the_other(), *choice.combinations()]
        for sizes in (*every, *(beyond if corners else ())):
            count = least if not branched else BRANCHED_POINTS if sizes in every else CORNER_POINTS
            for k in range(count):
                yield sizes, self.seed + 1 + k, spreads[k % len(spreads)] if branched else 1.0

    def _meets_conditions(self, asked: Goal) -> bool:
        """Whether every condition holds somewhere at the points tried; where it does not, nothing is compared.

        Along one entry alone much is equal that differs elsewhere: branches are to be taken at sizes that are usual.
        """
        found = are_met(branches(asked.sides), asked.sides, self._further_points(asked, corners=False), asked.facts)
        behind = () if asked.condition is None else (asked.condition,)
        return found and are_met(behind, asked.sides, self._further_points(asked, corners=True), asked.facts)

    def _holds_in_field_there(self, asked: Goal) -> bool:
        """Whether the field agrees at the very sizes at which numbers differ; of branches and roots it takes one."""
        if are_multivalued(asked.sides):
            return False
        sizes = self._choice(asked).usual()
        draws = CHOICES if self._chooses(asked) else 3
        found = exact.identical(*asked.sides, sizes=[sizes], facts=asked.facts, draws=draws, seed=self.seed + 1)
        return bool(found.equal)

    def _chooses(self, asked: Goal) -> bool:
        """Whether an input has few values, or entries that are bound to each other: parts of it may be chosen."""
        facts = {fact for node in inputs_of(asked.sides) for fact, _ in asked.facts.get(getattr(node, "name", ""), ())}
        return any(kind.restricts for fact in facts for kind in with_implied(fact))

    def _refuted(self, asked: Goal, field: ExactEvidence, sides: SidesAtAPoint) -> Judgement:
        """A refutation with the smallest witness found."""
        chosen = sides
        for small in self._choice(asked).small():
            trial = self._numbers(asked, small)
            if trial.evidence.verdict == "differs":
                chosen = trial
                break
        return Judgement("refuted", (), field, sides.evidence, self._witness(asked, chosen))

    def _precisely(self, asked: Goal, field: ExactEvidence) -> SidesAtAPoint | None:
        """A difference that floats do not show, on one of several branches; None without one.

        Where the field does not say that the sides are equal, what any number that can be written makes
        different is looked for: `x + 1e-300*y`.
        """
        branched = are_multivalued(asked.sides)
        levels = [(DIGITS, PRECISE_POINTS)] if field.equal else [(DIGITS, PRECISE_POINTS), (FINEST, FINEST_POINTS)]
        for digits, points in levels:
            for seed in range(self.seed, self.seed + (points if branched else 1)):
                sides = self._to_digits(asked, seed, digits)
                if sides is None or sides.evidence.verdict != "differs":
                    continue
                # Of a condition that is zero but for rounding errors, those of many digits say as little.
                if rounding_decides(asked.sides, sides.sizes, asked.facts, seed, sides.spread):
                    continue
                if self.slopes.exist(asked.derived, sides.sizes, asked.facts, seed, sides.spread):
                    return sides
        return None

    def _agrees_closely(self, asked: Goal) -> bool:
        """Whether an agreement is seen to 50 digits where rounding errors hide it from floats."""
        sides = self._to_digits(asked, self.seed, DIGITS)
        return sides is not None and sides.evidence.verdict == "agrees"

    def _to_digits(self, asked: Goal, seed: int, digits: int) -> SidesAtAPoint | None:
        """Both sides at the largest of the small sizes, which is no special case; None where they have no value."""
        sizes = self._choice(asked).small()[-1]
        for beside in dict.fromkeys((asked.numerators, ())):
            try:
                return compare_precisely(*asked.sides, asked.axes, sizes, asked.facts, seed, beside, digits)
            except (NumericError, UnsupportedError, ZeroDivisionError):
                continue
        return None

    def _witness(self, asked: Goal, sides: SidesAtAPoint) -> Witness:
        used = set(names_of(self._choice(asked).dimensions))
        return Witness(
            tuple(sorted((n, s) for n, s in sides.sizes.items() if n in used)),
            sides.seed,
            sides.entry,
            claimed=sides.precise_right,
            derived=sides.precise_left,
            difference=sides.difference,
            spread=sides.spread,
            style=sides.style,
        )

    def _contradiction(self, message: str, sides: SidesAtAPoint) -> None:
        raise ContradictionError(
            Diagnostic(
                "DC901",
                message,
                notes=(("left", sides.precise_left), ("right", sides.precise_right)),
                help="this is a bug of derivcheck: please report it with the spec",
            )
        )
