"""Where a side of an equation has no value: on more than single points, 0/0 is not what it is reduced to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from derivcheck.diagnostics.diagnostic import DerivcheckError
from derivcheck.evidence.canonical.form import Facts
from derivcheck.evidence.numeric.program import Program
from derivcheck.evidence.numeric.sampling import STYLES, inputs_of, sample
from derivcheck.evidence.numeric.tensors import Sizes, Tensor
from derivcheck.graph.nodes import Node
from derivcheck.graph.sizes import dimensions_of, small_sizes

POINTS = 12
ZERO = 1e-12


@dataclass(frozen=True, slots=True)
class Divided:
    """A side of an equation, and what it divides by as it is written."""

    worth: Node
    divisors: tuple[Node, ...]


def lost_divisor(first: Divided, second: Divided, facts: Facts | None = None) -> Node | None:
    """A divisor of one side that is zero at a point where the other side has a value; points are drawn at random.

    So x/x is none, and relu(x)/relu(x) is one: it is zero wherever x is negative.
    """
    divisors = (*first.divisors, *second.divisors)
    if not divisors:
        return None
    wanted = (first.worth, second.worth, *divisors)
    sizes, inputs, program = small_sizes(dimensions_of(wanted))[-1], inputs_of(wanted), Program(divisors)
    for seed in range(POINTS):
        try:
            point = sample(inputs, sizes, facts or {}, seed, STYLES[0])
            vanishing = [bool(np.any(np.abs(_array(one)) <= ZERO)) for one in program.run(point, sizes)]
        except (DerivcheckError, ArithmeticError, ValueError):
            return None
        if not any(vanishing):
            continue
        mine, others = vanishing[: len(first.divisors)], vanishing[len(first.divisors) :]
        for own, other, side, found in ((mine, others, second, first), (others, mine, first, second)):
            if any(own) and not any(other) and _has_a_value(side.worth, point, sizes):
                return found.divisors[own.index(True)]
    return None


def _has_a_value(node: Node, point: dict[Node, Tensor], sizes: Sizes) -> bool:
    try:
        with np.errstate(all="ignore"):
            (found,) = Program((node,)).run(point, sizes)
        return bool(np.all(np.isfinite(_array(found))))
    except (DerivcheckError, ArithmeticError, ValueError):
        return False


def _array(value: Tensor) -> Any:
    return np.asarray(value.array)
