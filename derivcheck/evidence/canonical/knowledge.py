"""What proofs know of an input by its facts, read from their declarations."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import permutations

from derivcheck.evidence.canonical.atoms import Identity, Rational
from derivcheck.spec.facts.kinds import FactKind
from derivcheck.spec.facts.table import with_implied

SIDES = re.compile(r"(?:sum_(?P<bound>\w)\((?P<summed>.*)\)|(?P<product>.*)) = (?P<right>.*)")
PART = re.compile(r"y\[([\w,]+)\](?:\^(\d))?|delta\((\w),(\w)\)|[01]")


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All that is known of one input; `valued_by` is the fact by which its entries have few values."""

    positive: bool = False
    below_one: bool = False
    values: tuple[int, ...] = ()
    valued_by: str = ""
    identities: tuple[Identity, ...] = ()
    symmetries: tuple[tuple[int, ...], ...] = ()
    positive_inside: bool = False  # but for an edge, on which it is zero
    supports: tuple[tuple[str, str], ...] = ()  # outside of which entries are zero, each with the fact that says so


@cache
def knowledge(facts: tuple[tuple[str, int | None], ...], rank: int) -> Knowledge:
    """What the facts, each along its axis, say of an input with `rank` axes."""
    positive = below_one = inside = False
    values: tuple[int, ...] = ()
    valued_by = ""
    identities: list[Identity] = []
    symmetries = [tuple(range(rank))]
    supports: list[tuple[str, str]] = []
    for name, place in facts:
        # What the weakest fact knows is its own.
        for kind in reversed(with_implied(name)):
            positive, below_one = positive or kind.positive, below_one or kind.below_one
            inside = inside or kind.mostly_positive
            if kind.values and not values:
                values, valued_by = kind.values, kind.name
            supports += [(kind.support, kind.name)] if kind.support else []
            for identity in _identities(kind, place):
                if identity.turned and rank == len(identity.slots):
                    symmetries += [other for other in permutations(range(rank)) if other != symmetries[0]]
                elif not identity.turned:
                    identities.append(identity)
    return Knowledge(
        positive,
        below_one,
        values,
        valued_by,
        tuple(identities),
        tuple(symmetries),
        inside,
        tuple(dict.fromkeys(supports)),
    )


@cache
def _identities(kind: FactKind, place: int | None) -> tuple[Identity, ...]:
    return tuple(identity_of(kind.name, text, place) for text in kind.identities)


def identity_of(fact: str, text: str, place: int | None) -> Identity:
    """An identity as it is declared. Raises ValueError for one that is no such product."""
    match = SIDES.fullmatch(text)
    if match is None:
        raise ValueError(f"no identity: {text}")
    left = _parts(match["summed"] or match["product"])
    right = _parts(match["right"])
    entries, kept = ([letters for kind, letters in side if kind == "entry"] for side in (left, right))
    slots = (place or 0,) if len(entries[0]) == 1 else tuple(range(len(entries[0])))
    deltas = tuple((one, other) for kind, (one, *others) in right if kind == "delta" for other in others)
    vanishes = match["right"] == "0"
    turned = len(entries) == len(kept) and not deltas
    return Identity(fact, tuple(entries), match["bound"] or "", tuple(kept), deltas, slots, turned, vanishes)


def _parts(text: str) -> list[tuple[str, tuple[str, ...]]]:
    found: list[tuple[str, tuple[str, ...]]] = []
    for part in text.split("*"):
        match = PART.fullmatch(part)
        if match is None:
            raise ValueError(f"no part of an identity: {part}")
        letters, power, one, other = match.groups()
        if letters:
            found += [("entry", tuple(letters.split(",")))] * int(power or 1)
        elif one:
            found.append(("delta", (one, other)))
    return found


@cache
def lowest_power(values: tuple[int, ...], power: Rational) -> Rational:
    """The lowest power that is worth the same at all of the values: y² = y for 0 and 1, s² = 1 for -1 and 1."""
    if isinstance(power, Fraction):
        return 1 if power > 0 and set(values) <= {0, 1} else power
    if power < 0 and 0 in values:
        return power
    worth = [Fraction(value) ** power for value in values]
    return next((low for low in range(0, max(power, 2)) if [Fraction(v) ** low for v in values] == worth), power)
