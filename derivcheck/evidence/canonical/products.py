"""Products over axes.

Π_r u(r) = exp(Σ_r log u(r)) for u > 0        Π_r u(r)^p v(r) = (Π_r u(r))^p Π_r v(r)
Π_r (b(r) + δ(i,r) c(r)) = (b(i) + c(i)) / b(i) · Π_r b(r), where b is zero at single points only
"""

from __future__ import annotations

from collections.abc import Sequence

from derivcheck.evidence.canonical import elementary
from derivcheck.evidence.canonical.algebra import Algebra
from derivcheck.evidence.canonical.atoms import OUTER, Polynomial, added, combination, outer_indices
from derivcheck.evidence.canonical.contents import is_positive
from derivcheck.evidence.canonical.generic import is_generic


def product_over(algebra: Algebra, polynomial: Polynomial, axes: Sequence[int]) -> Polynomial:
    """Π over outer indices, all of which occur."""
    if is_positive(algebra, polynomial):
        return elementary.exponential(algebra, algebra.sum_over(elementary.logarithm(algebra, polynomial), axes))
    separate = _separate(algebra, polynomial, axes)
    if separate is not None:
        return separate
    if len(axes) == 1:
        without_gate = _without_gate(algebra, polynomial, axes[0])
        if without_gate is not None:
            return without_gate
    return _atom(algebra, polynomial, axes)


def _atom(algebra: Algebra, polynomial: Polynomial, axes: Sequence[int]) -> Polynomial:
    reduced = {axis: algebra.outer(algebra.outer_dimension[axis], ("reduced", k)) for k, axis in enumerate(axes)}
    return elementary.function(algebra, f"product{len(axes)}", [algebra.substitute(polynomial, reduced)])


def _separate(algebra: Algebra, polynomial: Polynomial, axes: Sequence[int]) -> Polynomial | None:
    """The products of the factors, where each of them varies along all of the axes."""
    ((bound, factors), coefficient), *others = polynomial.items()
    whole = all(isinstance(power, int) and power > 0 and set(axes) <= set(indices) for _, indices, power in factors)
    if others or bound or coefficient != 1 or not whole or (len(factors) == 1 and factors[0][2] == 1):
        return None
    return algebra.multiply_all(
        algebra.integer_power(product_over(algebra, algebra.factor(number, indices), axes), int(power))
        for number, indices, power in factors
    )


def _without_gate(algebra: Algebra, polynomial: Polynomial, axis: int) -> Polynomial | None:
    """The product of what holds everywhere, with the one factor exchanged that a delta singles out."""
    others: Polynomial = {}
    gated: dict[int, Polynomial] = {}
    for (bound, factors), coefficient in polynomial.items():
        gates = [f for f in factors if algebra.atoms[f[0]].kind == "equal" and axis in f[1]]
        if not gates:
            added(others, (bound, factors), coefficient)
            continue
        (place,) = (i for i in gates[0][1] if i != axis)
        if len(gates) > 1 or 0 <= place < OUTER:
            return None
        added(gated.setdefault(place, {}), (bound, tuple(f for f in factors if f is not gates[0])), coefficient)
    if len(gated) != 1 or axis not in outer_indices(others):
        return None
    ((place, here),) = gated.items()
    if not is_generic(algebra, others):
        return None
    everywhere = algebra.substitute(others, {axis: place})
    single = combination(everywhere, algebra.substitute(here, {axis: place}))
    exchanged = algebra.multiply(single, elementary.power(algebra, everywhere, -1))
    return algebra.multiply(exchanged, product_over(algebra, others, (axis,)))
