"""Squares of sines beside cosines of the same angle.

    sin² a = 1 - cos² a        cos² a / sin a = 1 / sin a - sin a

The second one is used where a sine stands below, so that no square is turned back and forth.
"""

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
        if atom.kind != "function" or atom.name not in ("sin", "cos") or not isinstance(power, int) or power < 2:
            continue
        other = intern(replace(atom, name="cos" if atom.name == "sin" else "sin"))
        if atom.name == "cos" and not any(a == other and at == indices and p < 0 for a, at, p in factors):
            continue
        rest: list[Factor] = [*factors[:position], *factors[position + 1 :]]
        if power > 2:
            rest.append((number, indices, power - 2))
        return [(bound, rest, 1), (bound, [*rest, (other, indices, 2)], -1)]
    return None
