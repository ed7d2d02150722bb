"""Terms taken apart and put together: indices renamed, bound ones removed, two terms joined."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from derivcheck.evidence.canonical.atoms import OUTER, Factor, Factors, Rational

Work = tuple[tuple[int, ...], Sequence[Factor], Rational]


def substituted(factors: Iterable[Factor], mapping: Mapping[int, int]) -> tuple[Factor, ...]:
    return tuple((a, tuple(mapping.get(i, i) for i in indices), p) for a, indices, p in factors)


def joined(
    bound: tuple[int, ...], factors: Factors, other_bound: tuple[int, ...], other: Factors
) -> tuple[tuple[int, ...], Factors]:
    if bound and other_bound:
        other = substituted(other, {k: len(bound) + k for k in range(len(other_bound))})
    return bound + other_bound, factors + other


def shift(bound: tuple[int, ...], gone: Iterable[int]) -> dict[int, int]:
    lost = set(gone)
    return {old: new for new, old in enumerate(k for k in range(len(bound)) if k not in lost)}


def rebound(bound: tuple[int, ...], factors: Iterable[Factor], gone: Sequence[int], coefficient: Rational = 1) -> Work:
    """The term without the bound indices `gone`, the others counted anew."""
    kept = tuple(dimension for k, dimension in enumerate(bound) if k not in set(gone))
    return kept, substituted(factors, shift(bound, gone)), coefficient


def eliminated(left: int, right: int) -> tuple[int, int]:
    """(which index a delta removes, which it keeps): bound before free, free before a position."""
    for gone, kept in ((left, right), (right, left)):
        if 0 <= gone < OUTER:
            return gone, kept
    return (max(left, right), min(left, right))
