"""Identities of the entries of one input, used from the left to the right.

Σ_k y(k,i) y(k,j) = δ(i,j): the left side is a product of entries, in a sum or not, and the right side
has fewer of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from derivcheck.evidence.canonical.atoms import OUTER, Atom, Factor, Identity, Indices
from derivcheck.evidence.canonical.terms import Work, rebound


class FactTable(Protocol):
    """What rules about facts need of the algebra; `used` collects the facts that were needed."""

    atoms: list[Atom]
    used: set[tuple[str, str]]

    def delta_atom(self, dimension: int) -> int: ...


def with_identities(algebra: FactTable, bound: tuple[int, ...], factors: list[Factor]) -> list[Work] | None:
    """What facts say of products of entries: Σ_k y(k) = 1."""
    for position, (number, _, _) in enumerate(factors):
        atom = algebra.atoms[number]
        for identity in atom.identities:
            deltas = [algebra.delta_atom(atom.dimensions[identity.slot(one)]) for one, _ in identity.deltas]
            found = replaced(identity, deltas, bound, factors, position)
            if found is not None:
                algebra.used.add((atom.name, identity.fact))
                return [] if identity.vanishes else [found]
    return None


def within_supports(algebra: FactTable, bound: tuple[int, ...], factors: list[Factor]) -> list[Work] | None:
    """y(i,j) [i < j] = 0 for a lower triangular y, y(i,j) = δ(i,j) y(i,i) for a diagonal one."""
    for position, (number, indices, power) in enumerate(factors):
        # 1/y has no value outside.
        for support, fact in algebra.atoms[number].supports if power > 0 else ():
            row, column = indices
            if support != "i == j":
                outside = indices if support == "i >= j" else (column, row)
                # Positions are stored as -p.
                fixed = row < 0 and column < 0 and outside[0] > outside[1]
                if fixed or any(algebra.atoms[a].kind == "less" and at == outside for a, at, _ in factors):
                    algebra.used.add((algebra.atoms[number].name, fact))
                    return []
            elif row != column:
                algebra.used.add((algebra.atoms[number].name, fact))
                delta: Factor = (algebra.delta_atom(algebra.atoms[number].dimensions[0]), (row, column), 1)
                others = factors[:position] + factors[position + 1 :]
                return [(bound, [*others, (number, (row, row), power), delta], 1)]
    return None


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
