"""What an atom gives the rules of the normal form an occasion for.

Most terms are made of entries of tensors alone, of which most rules have nothing to say. What an atom may
set off is seen once, when it is made; a rule is asked where a term gives an occasion for it.
"""

from __future__ import annotations

from typing import Final

from derivcheck.evidence.canonical.atoms import Atom
from derivcheck.evidence.canonical.inverses import INVERSE


class Occasion:
    """The bits of a set of occasions, which are united for every term."""

    DELTA: Final = 1 << 0
    COMBINATION: Final = 1 << 1
    INSTANCE: Final = 1 << 2
    RADICAL: Final = 1 << 3
    SUM: Final = 1 << 4  # the only one that is no atom's
    IDENTITY: Final = 1 << 5
    SUPPORT: Final = 1 << 6
    ATTAINED: Final = 1 << 7
    INVERSE: Final = 1 << 8
    SINE: Final = 1 << 9
    ZERO: Final = 1 << 10
    POWER: Final = 1 << 11


OF_KIND: dict[str, int] = {
    "equal": Occasion.DELTA,
    "affine": Occasion.COMBINATION,
    "less": Occasion.INSTANCE,
    "power": Occasion.INSTANCE | Occasion.POWER,
    "radical": Occasion.RADICAL,
    "zero": Occasion.ZERO,
}


def occasions_of(atom: Atom) -> int:
    """Everything that some rule looks at an atom for."""
    found = OF_KIND.get(atom.kind, 0)
    if atom.slots:
        found |= Occasion.INSTANCE
    if atom.identities:
        found |= Occasion.IDENTITY
    if atom.supports:
        found |= Occasion.SUPPORT
    if atom.attained:
        found |= Occasion.ATTAINED
    if atom.kind == "function":
        found |= {INVERSE: Occasion.INVERSE, "sin": Occasion.SINE, "cos": Occasion.SINE}.get(atom.name, 0)
    return found
