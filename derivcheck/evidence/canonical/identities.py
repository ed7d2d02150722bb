"""Identities of the entries of one input, used from the left to the right.

Σ_k y(k,i) y(k,j) = δ(i,j): the left side is a product of entries, in a sum or not, and the right side
has fewer of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derivcheck.evidence.canonical.atoms import OUTER, Factor, Identity, Indices
from derivcheck.evidence.canonical.terms import Work, rebound


def replaced(
    identity: Identity,
    deltas: Sequence[int],
    bound: tuple[int, ...],
    factors: list[Factor],
    position: int,
) -> Work | None:
    """The term with the right side of an identity for its left side, of which one entry stands at the position.

    `deltas` are the atoms of the deltas of the identity.
    """
    number, indices, _ = factors[position]
    left = {
        place: power
        for place, (other, at, power) in enumerate(factors)
        if other == number and isinstance(power, int) and _beside(identity, at) == _beside(identity, indices)
    }
    if position not in left or sum(left.values()) < len(identity.entries):
        return None
    for letters, rest in _matches(identity, factors, left, (position,)):
        gone = letters.get(identity.bound)
        if gone is not None and not _is_summed_here(gone, identity, letters, factors, rest):
            continue
        kept = [(n, at, rest.get(p, power)) for p, (n, at, power) in enumerate(factors) if rest.get(p, power)]
        kept += [(number, _filled(indices, identity, entry, letters), 1) for entry in identity.kept]
        pairs = ((letters[one], letters[other]) for one, other in identity.deltas)
        kept += [(delta, pair, 1) for delta, pair in zip(deltas, pairs, strict=True)]
        return (bound, kept, 1) if gone is None else rebound(bound, kept, [gone])
    return None


def _beside(identity: Identity, indices: Indices) -> Indices:
    """The indices along the axes that an identity is not about."""
    return tuple(index for slot, index in enumerate(indices) if slot not in identity.slots)


def _filled(indices: Indices, identity: Identity, entry: tuple[str, ...], letters: dict[str, int]) -> Indices:
    filled = list(indices)
    for slot, letter in zip(identity.slots, entry, strict=True):
        filled[slot] = letters[letter]
    return tuple(filled)


def _matches(
    identity: Identity, factors: list[Factor], left: dict[int, int], taken: tuple[int, ...]
) -> Iterator[tuple[dict[str, int], dict[int, int]]]:
    """(the index of every letter, what is left of the powers): every way to find the entries, the first one taken."""
    rest = dict(left)
    letters: dict[str, int] = {}
    for place, entry in zip(taken, identity.entries, strict=False):
        rest[place] -= 1
        for slot, letter in zip(identity.slots, entry, strict=True):
            if letters.setdefault(letter, factors[place][1][slot]) != factors[place][1][slot]:
                return
    if len(taken) == len(identity.entries):
        yield letters, rest
        return
    for place, power in rest.items():
        if power:
            yield from _matches(identity, factors, left, (*taken, place))


def _is_summed_here(
    index: int, identity: Identity, letters: dict[str, int], factors: list[Factor], rest: dict[int, int]
) -> bool:
    """Whether an index is bound, and stands at its letter in the entries found and nowhere else."""
    if not 0 <= index < OUTER or any(i == index for letter, i in letters.items() if letter != identity.bound):
        return False
    return all(
        index not in at or (rest.get(place, power) == 0 and index not in _beside(identity, at))
        for place, (_, at, power) in enumerate(factors)
    )
