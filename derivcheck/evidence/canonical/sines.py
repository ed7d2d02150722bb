"""The square of a sine is that of the cosine taken from one: sin² a = 1 - cos² a."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from derivcheck.evidence.canonical.atoms import Atom, Factor
from derivcheck.evidence.canonical.terms import Work


def without_squares_of_sines(
    atoms: Sequence[Atom], intern: Callable[[Atom], int], bound: tuple[int, ...], factors: list[Factor]
) -> list[Work] | None:
    """A term with a sine to the power two or more, by the cosine; None where there is none."""
    for position, (number, indices, power) in enumerate(factors):
        atom = atoms[number]
        if atom.kind != "function" or atom.name != "sin" or not isinstance(power, int) or power < 2:
            continue
        rest: list[Factor] = [*factors[:position], *factors[position + 1 :]]
        if power > 2:
            rest.append((number, indices, power - 2))
        cosine: Factor = (intern(replace(atom, name="cos")), indices, 2)
        return [(bound, rest, 1), (bound, [*rest, cosine], -1)]
    return None
