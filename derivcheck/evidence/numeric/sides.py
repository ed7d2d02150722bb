"""Both sides of an equation at a point.

They are compared in floats, whose difference is confirmed to 50 digits, and to many digits alone. No tolerance is
absolute: the bar is the measured noise of what is compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

import mpmath
import numpy as np

from derivcheck.diagnostics.verdicts import NumericEvidence, NumericVerdict
from derivcheck.evidence.canonical.form import Facts
from derivcheck.evidence.numeric.branches import is_whole
from derivcheck.evidence.numeric.census import census
from derivcheck.evidence.numeric.differences import EPSILON
from derivcheck.evidence.numeric.noise import spread_of
from derivcheck.evidence.numeric.program import Program
from derivcheck.evidence.numeric.rounding import Rounding
from derivcheck.evidence.numeric.sampling import STYLES, generator_of, no_finite_point, sample, styled_run
from derivcheck.evidence.numeric.survey import PROBE, laid_out
from derivcheck.evidence.numeric.tensors import Sizes, Tensor
from derivcheck.evidence.points import Points
from derivcheck.graph.axes import Axes
from derivcheck.graph.nodes import Input, Node

NOISY = 1e-3  # of the values: an agreement within such noise is none,
NOISE_OF_ZERO = 1e-9  # unless both sides are as good as zero
JITTER = 1 << 20  # added to the seed of a point for the signs of its moves
DIGITS = 60  # of what is said to hold to 50
SEEN = 1e-40  # of the largest number on the way: a difference beyond that is no rounding error of many digits
FINEST = 460  # digits that tell apart what any number that can be written makes different
SHOWN = 25  # digits of both sides in a witness
REMEMBERED = 1 << 14  # entries of an array, above which it is evaluated anew for every question
REMEMBERED_DIGITS = 1 << 17  # numbers of many digits that are remembered at one point: more would fill the memory


@dataclass(frozen=True, slots=True)
class SidesAtAPoint:
    """Both sides of an equation at one point, and the entry at which they differ most."""

    evidence: NumericEvidence
    entry: tuple[int, ...] = ()
    left: float = 0.0
    right: float = 0.0
    precise_left: str = ""
    precise_right: str = ""
    difference: str = ""  # where the digits of both sides do not show it
    sizes: Sizes = field(default_factory=dict)
    seed: int = 0
    spread: float = 1.0
    style: str = STYLES[0]


def compare_sides(
    left: Node,
    right: Node,
    axes: Axes,
    sizes: Sizes,
    facts: Facts,
    seed: int,
    points: Points[Tensor] | None = None,
    spread: float = 1.0,
    confirmed: bool = True,
    beside: Sequence[Node] = (),
) -> SidesAtAPoint:
    """Both sides in floats; a difference beyond the bar is confirmed to 50 digits, where `confirmed`.

    The point is one at which the nodes `beside` have values too. `points` remember what is evaluated.
    Raises NumericError where no finite point is found.
    """
    points = points or Points()
    style, known, (*_, one, other) = copies([*beside, left, right], sizes, facts, seed, points, spread)
    shape = [3, *(axis.dimension.size(sizes) for axis in axes)]
    sides = [np.broadcast_to(t.aligned((PROBE, *axes)), shape) for t in (one, other)]
    first, second = (side[0] for side in sides)
    bar = spread_of([side[1:] for side in sides], (first, second))
    error = np.abs(first - second)
    count = int(np.size(error))
    place = np.unravel_index(int(np.argmax(error)), np.shape(error)) if count else ()
    worst = float(error[place]) if count else 0.0
    scale = max(float(np.max(np.abs(first))), float(np.max(np.abs(second)))) if count else 0.0
    relative, relative_bar = (worst / scale, bar / scale) if scale else (0.0, 0.0)
    if 0.0 < worst <= bar and bar > max(NOISY * scale, NOISE_OF_ZERO):
        reason = "rounding errors are as large as the values"
        return SidesAtAPoint(NumericEvidence("cannot_tell", "two sides", relative, relative_bar, count, reason))
    if worst <= bar or worst == 0.0:
        return SidesAtAPoint(NumericEvidence("agrees", "two sides", relative, relative_bar, count))
    if not confirmed:
        quick: NumericVerdict = "differs" if worst > 16 * bar else "cannot_tell"
        return SidesAtAPoint(NumericEvidence(quick, "two sides", relative, relative_bar, count))

    def to_digits(digits: int) -> list[Any]:
        at = points.at(sizes, facts, seed, style, spread, digits) if digits <= 2 * DIGITS else {}
        return [side[place] for side in _to_digits(digits, left, right, axes, sizes, facts, seed, style, spread, at)]

    try:
        precise = to_digits(DIGITS)
    except ZeroDivisionError:
        reason = "a division by zero"
        return SidesAtAPoint(NumericEvidence("cannot_tell", "two sides", relative, relative_bar, count, reason))
    gap = abs(precise[0] - precise[1])
    size = max(abs(precise[0]), abs(precise[1]), mpmath.mpf(10) ** -300)
    found = census(second, first, np.broadcast_to(bar, np.shape(first))) if count > 1 else None
    differs = gap > size * mpmath.mpf(10) ** -30 and gap > mpmath.mpf(worst) / 1000
    if differs:
        # What floats and many digits agree on is settled, unless both may have lost it beside a larger number.
        floats = [mpmath.mpf(float(side[place])) for side in (first, second)]
        differs = (gap > SEEN * _largest(known.values()) and _is_the_same(precise, floats)) or _is_the_same(
            to_digits(_enough(DIGITS, gap)), precise
        )
    verdict: NumericVerdict = "differs" if differs else "cannot_tell"
    return SidesAtAPoint(
        NumericEvidence(verdict, "two sides", relative, relative_bar, count, "", found),
        tuple(int(k) + 1 for k in place),
        float(first[place]),
        float(second[place]),
        mpmath.nstr(precise[0], 12),
        mpmath.nstr(precise[1], 12),
        "",
        dict(sizes),
        seed,
        spread,
        style,
    )


def _largest(values: Iterable[Tensor]) -> float:
    """The largest number on the way; infinite where exponents are kept apart."""
    found = 1.0
    for value in values:
        if value.scale is not None:
            return float("inf")
        found = max(found, float(np.max(np.abs(value.array), initial=0.0)))
    return found if np.isfinite(found) else float("inf")


def _enough(digits: int, gap: Any) -> int:
    """More digits: so many that a gap beside numbers of the size of 1 is seen in all of the usual ones."""
    return max(2 * digits, min(digits - int(mpmath.floor(mpmath.log10(gap))), FINEST + digits))


def _is_the_same(sides: Sequence[Any], fewer: Sequence[Any]) -> bool:
    """Whether more digits leave a difference as it is: of rounding errors they make another one, be it larger.

    Two sides that are zero have no size that the difference could be compared with.
    """
    more, less = (pair[0] - pair[1] for pair in (sides, fewer))
    return bool(abs(more - less) < abs(less) / 1000)


def copies(
    nodes: Sequence[Node],
    sizes: Sizes,
    facts: Facts,
    seed: int,
    points: Points[Tensor],
    spread: float,
    first: str = STYLES[0],
) -> tuple[str, dict[Node, Tensor], list[Tensor]]:
    """(the style of a point at which every node is finite, what is known there, the nodes there).

    Everything has three copies along the probe axis: the point itself, and two whose inputs are
    moved by a few units in the last place, and every step of which is rounded to fewer bits. The
    style tried `first` is the given one. Raises NumericError where no finite point is found.
    """
    rounding = Rounding(copies=PROBE)
    for style in dict.fromkeys((first, *STYLES)):
        known = points.at(sizes, facts, seed, style, spread)
        program = Program(nodes, known.keys(), seed)
        fresh = [node for node in program.order if isinstance(node, Input) and node not in known]
        for node, value in sample(fresh, sizes, facts, seed, style, spread).items():
            array = np.asarray(value.array)
            signs = generator_of(node, seed + JITTER, array.shape).choice([-1.0, 1.0], size=(2, *array.shape))
            # What is 0 or 1 is so without an error.
            error = 0.0 if is_whole(array) else 4 * EPSILON
            moved = np.concatenate([array[None], array * (1 + error * signs)])
            known[node] = rounding(Tensor(moved, (PROBE, *value.axes)))
        values = program.run_all(known, sizes, rounding)
        for node in program.order:
            if node in values and np.size(values[node].array) <= REMEMBERED:
                known[node] = values[node]
        outputs = [program.settled(values[node]) for node in nodes]
        plain = [t.aligned((PROBE, *(axis for axis in t.axes if axis != PROBE)))[0] for t in outputs]
        if all(np.all(np.isfinite(np.real(array))) for array in plain):
            return style, values, outputs
    raise no_finite_point(Program(nodes, seed=seed), sizes, facts, seed)


def compare_precisely(
    left: Node,
    right: Node,
    axes: Axes,
    sizes: Sizes,
    facts: Facts,
    seed: int,
    beside: Sequence[Node] = (),
    digits: int = DIGITS,
) -> SidesAtAPoint:
    """Both sides to so many digits less ten, every entry, at a point that honours the facts to as many.

    What floats cannot tell apart, a difference of 1e-14, is told apart here. The nodes `beside` have
    values there too. Raises NumericError where no finite point is found.
    """
    scheme = f"{digits - 10} digits"
    style, _, _ = styled_run(Program([left, right, *beside], seed=seed), sizes, facts, seed)

    def sides(digits: int) -> list[Any]:
        return _to_digits(digits, left, right, axes, sizes, facts, seed, style, 1.0, {})

    first, second = sides(digits)
    count = int(np.size(first))
    gaps = [abs(gap) for gap in np.ravel(np.asarray(first - second, dtype=object))]
    beyond = any(isinstance(x, mpmath.mpc) for x in (*np.ravel(first), *np.ravel(second)))
    if not count or beyond or any(not mpmath.isfinite(gap) for gap in gaps):
        return SidesAtAPoint(NumericEvidence("cannot_tell", scheme, entries=count))
    place = np.unravel_index(max(range(count), key=lambda k: gaps[k]), np.shape(first))
    gap = max(gaps)
    size = max([abs(x) for x in (*np.ravel(first), *np.ravel(second))])
    bar = mpmath.mpf(10) ** (20 - digits)
    differs = gap > size * bar
    if differs:
        differs = _is_the_same([side[place] for side in sides(_enough(digits, gap))], [first[place], second[place]])
    relative = float(gap / size) if size and differs else 0.0
    evidence = NumericEvidence("differs" if differs else "agrees", scheme, relative, float(bar), count)
    one, other = first[place], second[place]
    return SidesAtAPoint(
        evidence,
        tuple(int(k) + 1 for k in place),
        float(one),
        float(other),
        mpmath.nstr(one, SHOWN),
        mpmath.nstr(other, SHOWN),
        mpmath.nstr(one - other, 3) if differs and gap * mpmath.mpf(10) ** (SHOWN - 4) < size else "",
        dict(sizes),
        seed,
        style=style,
    )


def _to_digits(
    digits: int,
    left: Node,
    right: Node,
    axes: Axes,
    sizes: Sizes,
    facts: Facts,
    seed: int,
    style: str,
    spread: float,
    known: dict[Node, Tensor],
) -> list[Any]:
    """Both sides calculated to many digits at a point of floats; facts hold to as many.

    What is `known` there to as many digits is taken from there and added to.
    """
    with mpmath.workdps(digits):
        program = Program([left, right], known.keys(), seed, digits)
        fresh = [node for node in program.order if isinstance(node, Input) and node not in known]
        given = {node: known[node] for node in program.order if node in known}
        given |= sample(fresh, sizes, facts, seed, style, spread, precise=True)
        made = [node for node in program.order if node not in program.fused]
        entries = sum(prod(axis.dimension.size(sizes) for axis in node.axes) for node in made)
        if entries + sum(np.size(value.array) for value in known.values()) <= REMEMBERED_DIGITS:
            values = program.run_all(given, sizes)
            known.update(values)
            found = [values[side] for side in program.outputs]
        else:
            found = program.run(given, sizes)
        return [np.asarray(laid_out(side, axes, sizes), dtype=object) for side in found]
