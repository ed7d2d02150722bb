"""Whether a claim holds at a point."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from .duals import UndefinedError
from .interpreter import Point
from .trees import (
    Claim,
    Fn,
    Grid,
    Num,
    Tree,
    show,
)
from .values import (
    MeaninglessError,
    UnrangedError,
    Value,
    own,
)


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
        return Finding("undefined", reason=point.kinks[0])
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
    a = np.concatenate([np.asarray(left.data.plain).reshape(-1) for left, _ in pairs])
    b = np.concatenate([np.asarray(right.data.plain).reshape(-1) for _, right in pairs])
    cross = np.abs(np.outer(a, b) - np.outer(b, a))
    tiny = 1e-40 if a.dtype == object or b.dtype == object else 1e-12
    return float(np.max(cross) / (np.max(np.abs(a)) * np.max(np.abs(b)) + tiny))
