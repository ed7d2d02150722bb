"""Sums put together by what their terms share, summed indices included.

    Σ_jk A(j,i) A(j,k) x(k) - Σ_j A(j,i) b(j)  =  Σ_j A(j,i) (Σ_k A(j,k) x(k) - b(j))

What stands in the brackets is an atom of its own, a *group*, that only writers know: it is the sum
that it holds. The two terms that share most are joined first, until no two share anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, cast

from derivcheck.evidence.canonical.algebra import Algebra
from derivcheck.evidence.canonical.atoms import (
    OUTER,
    Atom,
    Factor,
    Indices,
    Polynomial,
    Rational,
    Term,
    added,
    exact,
    frozen,
    magnitude,
    scaled,
)
from derivcheck.evidence.canonical.form import Canonical
from derivcheck.evidence.canonical.labelling import labelled, sorted_indices
from derivcheck.evidence.canonical.terms import rebound, substituted
from derivcheck.forms.polynomials import is_unnamed, nearer
from derivcheck.graph.nodes import Map

MAXIMAL_TERMS = 12
MAXIMAL_MATCHES = 4000  # of the summed indices of two terms
UNMATCHED = OUTER // 2  # stands for a summed index that the other term has not

FEW = 9  # pairs of summed indices, each of which may be one
POSITIONAL = frozenset({"equal", "less", "affine"})


@dataclass(frozen=True, slots=True)
class Shared:
    """What two terms share: its weight, its factors, and which index of the second is which of the first."""

    weight: int
    factors: tuple[Factor, ...]
    places: tuple[tuple[int, int], ...]


def collected(algebra: Algebra, polynomial: Polynomial, contracts: bool = False) -> Polynomial:
    """The polynomial with its terms joined as long as two of them share something.

    Where sums are written as products of matrices, which `contracts` says, a product that is summed over stays one
    unless a factor of it is shared: `A @ x + B @ y`, not Σ_j of `A[i,j] x[j] + B[i,j] y[j]`.
    """
    current = dict(polynomial)
    if len(current) > MAXIMAL_TERMS:
        return current
    apart = {t: c for t, c in current.items() if any(algebra.atoms[n].kind == "equal" for n, _, _ in t[1])}
    current = {t: c for t, c in current.items() if t not in apart}
    current = _with_quotients(algebra, current)
    while len(current) > 1:
        best: tuple[Shared, Term, Term] | None = None
        terms = sorted(current)
        for position, first in enumerate(terms):
            for second in terms[position + 1 :]:
                shared = _shared(algebra, first, second, contracts)
                if shared is not None and (best is None or shared.weight > best[0].weight):
                    best = shared, first, second
        if best is None:
            break
        shared, first, second = best
        one, other = current.pop(first), current.pop(second)
        term, coefficient = _joined(algebra, shared, (first, one), (second, other))
        added(current, term, coefficient)
    return {**current, **apart}


def _with_quotients(algebra: Algebra, polynomial: Polynomial) -> Polynomial:
    """log(p/q) for log(p) - log(q), where both stand beside the same."""
    logs: dict[object, list[tuple[Term, Factor]]] = {}
    for term in polynomial:
        found = [f for f in term[1] if algebra.atoms[f[0]].kind == "log" and f[2] == 1]
        if len(found) == 1 and not term[0]:
            rest = tuple(f for f in term[1] if f is not found[0])
            logs.setdefault((rest, magnitude(polynomial[term])), []).append((term, found[0]))
    result = dict(polynomial)
    for pair in logs.values():
        if len(pair) != 2 or polynomial[pair[0][0]] != -polynomial[pair[1][0]]:
            continue
        (term, above), (other, below) = sorted(pair, key=lambda one: polynomial[one[0]], reverse=True)
        payloads = [algebra.payload(f[0], f[1]) for f in (above, below)]
        if any(len(payload) != 1 or next(iter(payload))[0] for payload in payloads):
            continue
        (((_, top), c),), (((_, bottom), d),) = (payload.items() for payload in payloads)
        inverted = tuple((n, ii, -p) for n, ii, p in bottom)
        quotient = algebra.multiply({((), top): exact(Fraction(c) / d)}, {((), inverted): 1})
        (payload,), slots, filled, symmetries = algebra.abstracted([quotient])
        dimensions = tuple(algebra.outer_dimension[s] for s in slots)
        log = algebra.intern(Atom("log", frozen(payload), dimensions, symmetries, slots, name="log"))
        rest = tuple(f for f in term[1] if f is not above)
        coefficient = result.pop(term)
        del result[other]
        added(result, labelled(algebra.atoms, (), [*rest, (log, filled, 1)]), coefficient)
    return result


def _shared(algebra: Algebra, first: Term, second: Term, contracts: bool) -> Shared | None:
    """The heaviest thing that two terms share; None for nothing."""
    best: Shared | None = None
    alike = _share_a_leaf(algebra, first, second)
    for places in _matches(first, second):
        mapping = dict(places)
        renamed = {k: mapping.get(k, UNMATCHED + k) for k in range(len(second[0]))}
        there: dict[tuple[int, Indices], Rational] = {}
        for number, indices, power in substituted(second[1], renamed):
            number, indices, _ = sorted_indices(algebra.atoms, (number, indices, power))
            there[number, indices] = power
        here = {(n, ii): power for n, ii, power in (sorted_indices(algebra.atoms, one) for one in first[1])}
        factors = []
        for number, indices in sorted({*here, *there}):
            common = nearer(here.get((number, indices), 0), there.get((number, indices), 0))
            if alike and algebra.atoms[number].kind == "size":
                common = min(here.get((number, indices), 0), there.get((number, indices), 0))
            if common and algebra.atoms[number].kind not in POSITIONAL:
                factors.append((number, indices, common))
        matched = set(mapping.values())
        if any(k >= 0 and k < OUTER and k not in matched for _, ii, _ in factors for k in ii):
            continue
        if contracts and not _stay_products(first, second, factors, mapping):
            continue
        counts = _counts(algebra, first, matched)
        if any(
            algebra.atoms[n].kind in POSITIONAL and matched.intersection(ii) and (n, ii, p) not in counts
            for n, ii, p in first[1]
        ):
            continue
        numbers = [*counts, *_counts(algebra, second, mapping.keys())]
        if _is_wide((first[1], second[1]), numbers, factors, mapping):
            continue
        weight = sum(2 + len(indices) for _, indices, _ in factors) + 2 * len(places)
        if weight and (best is None or weight > best.weight):
            best = Shared(weight, tuple(factors), places)
    return best


def _counts(algebra: Algebra, term: Term, matched: AbstractSet[int]) -> list[Factor]:
    """The factors that count positions, Σ_k 1[k < i]: conditions on an index that stands nowhere else."""
    alone = [k for k in range(len(term[0])) if k not in matched and _count(term[1], k) == 1]
    return [f for f in term[1] if algebra.atoms[f[0]].kind == "less" and any(k in f[1] for k in alone)]


def _is_wide(
    terms: tuple[Sequence[Factor], Sequence[Factor]],
    numbers: Sequence[Factor],
    shared: Sequence[Factor],
    mapping: Mapping[int, int],
) -> bool:
    """Whether what is left of two terms is no matrix: more indices, or along summed ones one less than the other."""
    taken = {(number, indices): power for number, indices, power in shared}
    outside: list[set[int]] = []
    for factors, names in ((terms[0], {j: j for j in mapping.values()}), (terms[1], mapping)):
        outside.append(set())
        for number, indices, power in factors:
            if (number, indices, power) in numbers:
                continue
            here = tuple(names.get(i, i) if 0 <= i < OUTER else i for i in indices)
            if taken.get((number, here)) != power:
                outside[-1].update(
                    names[i] if 0 <= i < OUTER else i for i in indices if i in names or not 0 <= i < OUTER
                )
    every = outside[0] | outside[1]
    return len(every) > 2 or (len(every) == 2 and bool(mapping) and outside[0] != outside[1])


def _stay_products(first: Term, second: Term, shared: Sequence[Factor], mapping: Mapping[int, int]) -> bool:
    """Whether no product over an index that two terms sum over ends up in the brackets, with nothing shared of it."""
    along = {index for _, indices, _ in shared for index in indices}
    return all(
        one in along or max(_count(first[1], one), _count(second[1], other)) < 2 for other, one in mapping.items()
    )


def _count(factors: Sequence[Factor], index: int) -> int:
    return sum(index in indices for _, indices, _ in factors)


def _share_a_leaf(algebra: Algebra, first: Term, second: Term) -> bool:
    """Whether both terms have an entry of one tensor: g - Σ g/n is (n g - Σ g)/n, beside λ w nothing is drawn out."""
    return not _leaves(algebra, first[1]).isdisjoint(_leaves(algebra, second[1]))


def _leaves(algebra: Algebra, factors: Sequence[Factor]) -> set[int]:
    """The tensors among some factors and within their groups."""
    found: set[int] = set()
    for number, indices, _ in factors:
        atom = algebra.atoms[number]
        if atom.kind == "leaf" and indices:
            found.add(number)
        elif atom.kind == "group":
            found.update(*(_leaves(algebra, inside) for (_, inside), _ in cast(Any, atom.payload)))
    return found


def _matches(one: Term, other: Term) -> Iterator[tuple[tuple[int, int], ...]]:
    """Every way in which summed indices of the second term may be ones of the first.

    Of many indices only those may be the same that stand at the same place of the same atom.
    """
    (first, here), (second, there) = one, other
    slots = {(number, slot, index) for number, indices, _ in here for slot, index in enumerate(indices)}
    alike = {
        (k, j) for n, ii, _ in there for slot, k in enumerate(ii) for j in range(len(first)) if (n, slot, j) in slots
    }
    few = len(first) * len(second) <= FEW

    def extended(k: int, taken: tuple[tuple[int, int], ...]) -> Iterator[tuple[tuple[int, int], ...]]:
        if k == len(second):
            yield taken
            return
        used = {one for _, one in taken}
        for j, dimension in enumerate(first):
            if dimension == second[k] and j not in used and (few or (k, j) in alike):
                yield from extended(k + 1, (*taken, (k, j)))
        yield from extended(k + 1, taken)

    for count, found in enumerate(extended(0, ())):
        if count > MAXIMAL_MATCHES:
            return
        yield found


def _joined(
    algebra: Algebra, shared: Shared, first: tuple[Term, Rational], second: tuple[Term, Rational]
) -> tuple[Term, Rational]:
    """Both terms as one: what they share, times the group of what is left of each."""
    bound = first[0][0]
    kept = [one for _, one in shared.places]
    outside = {one: algebra.outer(bound[one], ("collected", k)) for k, one in enumerate(kept)}
    coefficients = [first[1], second[1]]
    scale: Rational = 1
    if magnitude(coefficients[0]) == magnitude(coefficients[1]):
        scale = magnitude(coefficients[0])
    rest: Polynomial = {}
    for (term, coefficient), own in (
        (first, {one: one for one in kept}),
        (second, dict(shared.places)),
    ):
        left = _without(algebra, term, shared.factors, own)
        inverse = {mine: outside[one] for mine, one in own.items()}
        moved = rebound(term[0], substituted(left, inverse), sorted(own))
        _added(algebra, rest, moved[0], tuple(moved[1]), exact(Fraction(coefficient) / scale))
    if all(c < 0 for c in rest.values()):
        scale, rest = -scale, scaled(rest, -1)
    number, filled, sign = group(algebra, rest)
    inside = {there: kept.index(one) for one, there in outside.items()}
    made = [
        *substituted(shared.factors, {one: k for k, one in enumerate(kept)}),
        (number, tuple(inside.get(i, i) for i in filled), 1),
    ]
    powers: dict[tuple[int, Indices], Rational] = {}
    for atom, indices, power in made:
        atom, indices, _ = sorted_indices(algebra.atoms, (atom, indices, power))
        powers[atom, indices] = powers.get((atom, indices), 0) + power
    term = labelled(algebra.atoms, tuple(bound[one] for one in kept), [(a, i, p) for (a, i), p in powers.items()])
    return term, scale * sign


def _without(algebra: Algebra, term: Term, gone: Sequence[Factor], own: dict[int, int]) -> list[Factor]:
    """The factors of a term without those that it shares, of which the indices are those of the first term."""
    powers: dict[tuple[int, Indices], Rational] = {}
    names = {k: own.get(k, UNMATCHED + k) for k in range(len(term[0]))}
    back = {new: old for old, new in names.items()}
    for factor in substituted(term[1], names):
        number, indices, power = sorted_indices(algebra.atoms, factor)
        powers[number, indices] = power
    for number, indices, power in gone:
        powers[number, indices] = powers.get((number, indices), 0) - power
    return [(n, tuple(back.get(i, i) for i in ii), exact(p)) for (n, ii), p in powers.items() if p]


def _added(
    algebra: Algebra, total: Polynomial, bound: tuple[int, ...], factors: tuple[Factor, ...], coefficient: Rational
) -> None:
    """A term, or what it holds where it is nothing but a group."""
    if not bound and len(factors) == 1 and factors[0][2] == 1 and algebra.atoms[factors[0][0]].kind == "group":
        number, indices, _ = factors[0]
        for term, c in algebra.payload(number, indices).items():
            added(total, term, c * coefficient)
        return
    added(total, labelled(algebra.atoms, bound, list(factors)), coefficient)


def group(algebra: Algebra, polynomial: Polynomial) -> tuple[int, Indices, int]:
    """(the atom that holds a sum, the indices that fill it, the sign in front of it): one atom for u and -u."""
    (payload,), slots, filled, symmetries = algebra.abstracted([polynomial])
    held = frozen(payload)
    opposite = frozen(scaled(payload, -1))
    sign = 1 if held > opposite else -1
    atom = Atom(
        "group",
        max(held, opposite),
        tuple(algebra.outer_dimension[s] for s in slots),
        symmetries,
        slots,
        name="group",
    )
    return algebra.intern(atom), filled, sign


def upright(canonical: Canonical, polynomial: Polynomial) -> Polynomial:
    """The polynomial with signs moved into sums within it, where fewer of them are left: y - x for -(x - y)."""
    algebra = canonical.algebra
    result: Polynomial = {}
    for (bound, factors), coefficient in polynomial.items():
        made = []
        for number, indices, power in factors:
            held = _held(canonical, number)
            if held is not None:
                minus = sum(c < 0 for c in held[0].values())
                mixed = coefficient == -1 or (coefficient < 0 and algebra.atoms[number].kind == "group")
                turns = mixed if 0 < minus < len(held[0]) else minus == len(held[0])
                if turns and power == 1:
                    number, coefficient = _holding(algebra, scaled(held[0], -1), held[1]), -coefficient
            made.append((number, indices, power))
        added(result, (bound, tuple(sorted(made))), coefficient)
    return result


def _held(canonical: Canonical, number: int) -> tuple[Polynomial, Atom] | None:
    """The sum that a group, or a part of a formula without a name, stands for, and an atom with its slots."""
    atom = canonical.algebra.atoms[number]
    if atom.kind == "group":
        return dict(cast(Any, atom.payload)), atom
    node = canonical.leaf_nodes.get(number)
    if node is None or not is_unnamed(node) or not isinstance(node, Map):
        return None
    slots = tuple(canonical.outer(axis) for axis in node.axes)
    return canonical.opened(node), replace(atom, slots=slots)


def _holding(algebra: Algebra, polynomial: Polynomial, like: Atom) -> int:
    return algebra.intern(Atom("group", frozen(polynomial), like.dimensions, like.symmetries, like.slots, name="group"))
