"""Rules that turn on the leading term of a denominator, or of what an indicator says is zero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, cast

from derivcheck.evidence.canonical.atoms import (
    ONE_TERM,
    OUTER,
    Atom,
    Factor,
    Indices,
    Polynomial,
    Rational,
    Term,
    exact,
)
from derivcheck.evidence.canonical.terms import Work, rebound, shift, substituted


def without_zeros(atoms: Sequence[Atom], bound: tuple[int, ...], factors: list[Factor]) -> list[Work] | None:
    """1[u = 0] 1[u > 0] = 0, and 1[u = 0] M = -1[u = 0] (u - M) for the leading term M of u."""
    for position, (number, indices, _) in enumerate(factors):
        atom = atoms[number]
        if atom.kind != "zero":
            continue
        rest = factors[:position] + factors[position + 1 :]
        for other, places, _ in rest:
            found = atoms[other]
            if found.kind == "positive" and (found.payload, places) == (atom.payload, indices):
                return []
        if atom.lead == ONE_TERM or atom.lead[0]:
            continue
        slots = dict(zip(atom.slots, indices, strict=True))
        matched = _match_lead(atom.lead, slots, rest, len(bound))
        if matched is None:
            continue
        base: Polynomial = dict(cast(Any, atom.payload))
        lead_coefficient = base.pop(atom.lead)
        work: list[Work] = []
        for (other_bound, others), c in base.items():
            placed = slots | {k: len(bound) + k for k in range(len(other_bound))}
            moved = [*matched[0], factors[position], *substituted(others, placed)]
            work.append((bound + other_bound, moved, exact(-Fraction(c) / lead_coefficient)))
        return work
    return None


def without_leads(atoms: Sequence[Atom], bound: tuple[int, ...], factors: list[Factor]) -> list[Work] | None:
    """M D^p = D^(p+1) - (D - M) D^p, where the term holds the leading term M of a denominator D."""
    for position, (number, indices, power) in enumerate(factors):
        atom = atoms[number]
        if atom.kind != "power" or power >= 0 or atom.lead == ONE_TERM:
            continue
        rest = factors[:position] + factors[position + 1 :]
        slots = dict(zip(atom.slots, indices, strict=True))
        matched = _match_lead(atom.lead, slots, rest, len(bound))
        if matched is None:
            continue
        quotient, gone = matched
        base: Polynomial = dict(cast(Any, atom.payload))
        lead_coefficient = base.pop(atom.lead)
        raised: Factor = (number, indices, exact(power + 1))
        work: list[Work] = [rebound(bound, [*quotient, raised], gone, exact(Fraction(1) / lead_coefficient))]
        left, moved, _ = rebound(bound, [*quotient, factors[position]], gone)
        moving = shift(bound, gone)
        for (other_bound, other), c in base.items():
            placed = {s: moving.get(i, i) for s, i in slots.items()}
            placed |= {k: len(left) + k for k in range(len(other_bound))}
            work.append(
                (left + other_bound, [*moved, *substituted(other, placed)], exact(-Fraction(c) / lead_coefficient))
            )
        return work
    return None


def without_negative_leads(atoms: Sequence[Atom], bound: tuple[int, ...], factors: list[Factor]) -> list[Work] | None:
    """X D^p = X T^-1 D^(p+1) - X T^-1 (D - T) D^p, where X holds a unit of D's leading term to a negative power.

    T is a term of D that is a product of units (exps) without that one. Together with
    the rule above this leaves one form for e^-1 / (1 + e) = e^-1 - 1 / (1 + e).
    """
    for position, (number, indices, power) in enumerate(factors):
        atom = atoms[number]
        if atom.kind != "power" or power >= 0 or atom.lead[0]:
            continue
        slots = dict(zip(atom.slots, indices, strict=True))
        here = {
            (a, tuple(slots.get(i, i) for i in ii)) for a, ii, p in atom.lead[1] if atoms[a].kind == "exp" and p > 0
        }
        if len(atom.lead[1]) != len(here) or not any((a, i) in here and p < 0 for a, i, p in factors):
            continue
        base: Polynomial = dict(cast(Any, atom.payload))
        trailing = [t for t in base if not t[0] and all(atoms[a].kind == "exp" for a, _, _ in t[1]) and t != atom.lead]
        if not trailing:
            continue
        chosen = min(trailing)
        coefficient = Fraction(base.pop(chosen))
        inverse = [(a, i, -p) for a, i, p in substituted(chosen[1], slots)]
        raised: Factor = (number, indices, exact(power + 1))
        rest = factors[:position] + factors[position + 1 :]
        work: list[Work] = [(bound, [*rest, *inverse, raised], exact(1 / coefficient))]
        for (other_bound, other), c in base.items():
            placed = {**slots, **{k: len(bound) + k for k in range(len(other_bound))}}
            work.append(
                (bound + other_bound, [*factors, *inverse, *substituted(other, placed)], exact(-c / coefficient))
            )
        return work
    return None


def _match_lead(
    lead: Term, slots: Mapping[int, int], factors: list[Factor], bound_count: int
) -> tuple[list[Factor], list[int]] | None:
    """(the factors without the leading term, the bound indices it used up), or None.

    The bound indices of the leading term must occur in nothing but what is matched.
    """
    lead_bound, lead_factors = lead
    left: dict[tuple[int, Indices], Rational] = {(a, i): p for a, i, p in factors}
    binding: dict[int, int] = {}
    taken = set(slots.values())
    for number, indices, power in sorted(lead_factors, key=lambda f: -len(f[1])):
        wanted = [slots.get(i, binding.get(i, i)) for i in indices]
        found = None
        for (other, place), there in left.items():
            if other != number or not there:
                continue
            trial = dict(binding)
            fits = True
            for want, have, original in zip(wanted, place, indices, strict=True):
                if 0 <= original < OUTER and original not in slots:
                    if trial.setdefault(original, have) != have or not 0 <= have < bound_count or have in taken:
                        fits = False
                elif want != have:
                    fits = False
            bounded = any(0 <= i < OUTER for i in indices)
            if (
                fits
                and len(set(trial.values())) == len(trial)
                and (there == power if bounded else (there >= power > 0 or there <= power < 0))
            ):
                found = (other, place), trial
                break
        if found is None:
            return None
        left[found[0]] -= power
        binding = found[1]
    quotient = [(a, i, exact(p)) for (a, i), p in left.items() if p]
    gone = list(binding.values())
    if len(gone) != len(lead_bound) or any(set(i) & set(gone) for _, i, _ in quotient):
        return None
    return quotient, gone
