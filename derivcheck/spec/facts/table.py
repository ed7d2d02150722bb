"""The facts: one declaration each. Loader, schema, points, proofs, messages and lists take them from here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy

from derivcheck.spec.facts.kinds import Array, Draw, FactKind


def _shares(draw: Draw) -> Array:
    """Positive numbers over their sum."""
    parts = draw.positive()
    return parts * draw.inverse(parts.sum(axis=draw.along, keepdims=True))


def _share_beside_one(draw: Draw) -> Array:
    """v / (1 + v) for positive v."""
    numbers = draw.positive()
    return numbers * draw.inverse(1 + numbers)


def _moved_to_sum(draw: Draw) -> Array:
    """x + (1 - Σ x) / n."""
    if not draw.signed:
        return _shares(draw)
    numbers = draw.free()
    missing = 1 - numbers.sum(axis=draw.along, keepdims=True)
    return numbers + missing * draw.inverse(draw.shape[draw.along])


def _on_the_sphere(draw: Draw) -> Array:
    """Stereographic projection, (2h, 1 - |h|²) / (1 + |h|²), and any signs."""
    numbers = draw.free()
    square = (numbers[:-1] * numbers[:-1]).sum()
    numbers[:-1] = 2 * numbers[:-1]
    numbers[-1] = 1 - square
    return numbers * draw.inverse(1 + square) * draw.chosen((-1, 1))


def _reflections(draw: Draw) -> Array:
    """A product of signs, so that both determinants occur, and of reflections 1 - 2 v vᵀ / |v|²."""
    normals = draw.free()
    made = draw.identity() * draw.chosen((-1, 1))
    for normal in normals:
        heights = (made * normal).sum(axis=1).reshape(-1, 1)
        made = made - 2 * heights * normal * draw.inverse((normal * normal).sum())
    return made


def _frame(draw: Draw) -> Array:
    """The first columns of the identity matrix with any signs, reflected as often as there are columns."""
    made = draw.identity() * draw.chosen((-1, 1))
    if len(made) < len(made.T):
        draw.refuse()
    for normal in draw.free().T:
        heights = (made.T * normal).sum(axis=1)
        made = made - 2 * normal.reshape(-1, 1) * heights * draw.inverse((normal * normal).sum())
    return made


def _frame_of_rows(draw: Draw) -> Array:
    turned = copy(draw)
    turned.shape = draw.shape[::-1]
    return _frame(turned).T


def _mirrored(draw: Draw) -> Array:
    """What stands above the diagonal stands below it too."""
    made = draw.free()
    for row in range(len(made)):
        made[row, :row] = made[:row, row]
    return made


def _moved_to_zero(draw: Draw) -> Array:
    """x - (Σ x) / n."""
    numbers = draw.free()
    return numbers - numbers.sum(axis=draw.along, keepdims=True) * draw.inverse(draw.shape[draw.along])


def _below_the_diagonal(draw: Draw) -> Array:
    made = draw.free()
    for row in range(len(made)):
        made[row, row + 1 :] = 0 * made[row, row + 1 :]
    return made


def _above_the_diagonal(draw: Draw) -> Array:
    return _below_the_diagonal(draw).T.copy()


def _gram_matrix(draw: Draw) -> Array:
    """A Aᵀ + 1."""
    numbers = draw.free()
    return numbers @ numbers.T + draw.identity()


def _projection(draw: Draw) -> Array:
    """Q (D + D X (1 - D)) Qᵀ for D of zeros and ones on a diagonal, and an orthogonal Q: of any rank, and oblique."""
    numbers, turned = draw.free(), _reflections(draw)
    kept = draw.identity() * draw.chosen((0, 1))
    bounded = numbers * draw.inverse(1 + numbers * numbers)
    return turned @ (kept + kept @ bounded @ (draw.identity() - kept)) @ turned.T


KINDS: tuple[FactKind, ...] = (
    FactKind(
        "one_hot",
        "{0} is one-hot",
        "{0} is one-hot",
        lambda draw: draw.single(),
        identities=("y[i]*y[j] = y[i]*delta(i,j)",),
        implies=("binary", "sums_to_one", "unit"),
        amounts=(frozenset({"binary", "sums_to_one"}), frozenset({"binary", "unit"})),
        relaxed="sums_to_one",
        along_an_axis=True,
        target=True,
    ),
    FactKind(
        "simplex",
        "{0} is a distribution",
        "{0} is a distribution",
        _shares,
        implies=("sums_to_one",),
        amounts=(frozenset({"positive", "sums_to_one"}),),
        together=frozenset({"positive"}),
        along_an_axis=True,
        mostly_positive=True,
        target=True,
    ),
    FactKind(
        "sums_to_one",
        "Σ {0} = 1",
        "the entries of {0} sum to one",
        _moved_to_sum,
        identities=("sum_k(y[k]) = 1",),
        along_an_axis=True,
        target=True,
    ),
    FactKind(
        "binary",
        "{0} is 0 or 1",
        "the entries of {0} are zero or one",
        lambda draw: draw.chosen((0, 1)),
        values=(0, 1),
        target=True,
    ),
    FactKind(
        "positive",
        "{0} > 0",
        "the entries of {0} are positive",
        lambda draw: draw.positive(),
        positive=True,
        restricts=False,
    ),
    FactKind(
        "symmetric",
        "{0} is symmetric",
        "{0} is symmetric",
        _mirrored,
        identities=("y[i,j] = y[j,i]",),
        together=frozenset({"positive", "open_unit"}),
        needs="a square matrix",
        restricts=False,
    ),
    FactKind(
        "orthogonal",
        "{0} is orthogonal",
        "{0} is orthogonal",
        _reflections,
        identities=("sum_k(y[k,i]*y[k,j]) = delta(i,j)", "sum_k(y[i,k]*y[j,k]) = delta(i,j)"),
        needs="a square matrix",
    ),
    FactKind(
        "orthonormal_columns",
        "{0}ᵀ{0} = 1",
        "the columns of {0} are orthonormal",
        _frame,
        identities=("sum_k(y[k,i]*y[k,j]) = delta(i,j)",),
        needs="a matrix",
        longest="rows",
    ),
    FactKind(
        "orthonormal_rows",
        "{0}{0}ᵀ = 1",
        "the rows of {0} are orthonormal",
        _frame_of_rows,
        identities=("sum_k(y[i,k]*y[j,k]) = delta(i,j)",),
        needs="a matrix",
        longest="columns",
    ),
    FactKind(
        "unit",
        "‖{0}‖ = 1",
        "{0} has length one",
        _on_the_sphere,
        identities=("sum_k(y[k]^2) = 1",),
        needs="a vector",
    ),
    FactKind(
        "signs",
        "{0} is ±1",
        "the entries of {0} are 1 or -1",
        lambda draw: draw.chosen((-1, 1)),
        values=(-1, 1),
        target=True,
    ),
    FactKind(
        "sums_to_zero",
        "Σ {0} = 0",
        "the entries of {0} sum to zero",
        _moved_to_zero,
        identities=("sum_k(y[k]) = 0",),
        along_an_axis=True,
    ),
    FactKind(
        "lower_triangular",
        "{0} is lower triangular",
        "{0} is lower triangular",
        _below_the_diagonal,
        support="i >= j",
        needs="a square matrix",
    ),
    FactKind(
        "upper_triangular",
        "{0} is upper triangular",
        "{0} is upper triangular",
        _above_the_diagonal,
        support="i <= j",
        needs="a square matrix",
    ),
    FactKind(
        "diagonal",
        "{0} is diagonal",
        "{0} is diagonal",
        lambda draw: draw.free() * draw.identity(),
        support="i == j",
        implies=("symmetric",),
        needs="a square matrix",
    ),
    FactKind(
        "positive_definite",
        "{0} is positive definite",
        "{0} is positive definite",
        _gram_matrix,
        implies=("symmetric",),
        needs="a square matrix",
        restricts=False,
    ),
    FactKind(
        "idempotent",
        "{0}² = {0}",
        "{0} is idempotent",
        _projection,
        identities=("sum_k(y[i,k]*y[k,j]) = y[i,j]",),
        needs="a square matrix",
    ),
    FactKind(
        "open_unit",
        "0 < {0} < 1",
        "the entries of {0} lie between zero and one",
        _share_beside_one,
        below_one=True,
        implies=("positive",),
        restricts=False,
    ),
)
FACTS: dict[str, FactKind] = {kind.name: kind for kind in KINDS}


def with_implied(name: str) -> tuple[FactKind, ...]:
    """A fact and those that follow from it."""
    return (FACTS[name], *(FACTS[implied] for implied in FACTS[name].implies))


def values_of(name: str) -> tuple[int, ...]:
    """The few values that entries have by a fact or by one that follows from it; none where they have any."""
    return next((kind.values for kind in with_implied(name) if kind.values), ())


def exclude_each_other(names: Iterable[str]) -> bool:
    """Whether no number is left of the few that entries have by facts: 1 and -1 are not between zero and one."""
    left = numbers_left(names)
    return left is not None and not left


def numbers_left(names: Iterable[str]) -> frozenset[int] | None:
    """The few numbers that entries may be where all of the facts hold; None where they are any numbers."""
    kinds = [kind for name in names for kind in with_implied(name)]
    listed = [frozenset(kind.values) for kind in kinds if kind.values]
    if not listed:
        return None
    positive, below_one = any(kind.positive for kind in kinds), any(kind.below_one for kind in kinds)
    left = frozenset.intersection(*listed)
    return frozenset(v for v in left if (v > 0 or not positive) and (v < 1 or not below_one))


def is_silent(name: str) -> bool:
    """Whether proofs take a fact for granted without a rewriting that names it."""
    return not FACTS[name].restricts


def weakest_first() -> tuple[str, ...]:
    """The facts that a claim may lack: those of regions first, each after what follows from it.

    They are those of which a proof knows something, but for those by which something is zero: too much is right then.
    """
    known = [k for k in KINDS if k.identities or k.values or k.positive or k.below_one]
    known = [k for k in known if not any(identity.endswith(" = 0") for identity in k.identities)]
    return tuple(kind.name for kind in sorted(known, key=lambda kind: (kind.restricts, len(kind.implies))))


def axis_of(facts: Mapping[str, int | None]) -> int:
    """The axis along which facts of one tensor hold, the first where they need none."""
    return next((place for place in facts.values() if place is not None), 0)


def drawn(facts: Iterable[str], draw: Draw) -> Array:
    """A point at which all of the facts hold: any numbers where none is given."""
    given, made = set(facts), None
    for name in sorted(given, key=lambda name: (bool(FACTS[name].together & given), name)):
        made = FACTS[name].made(draw if made is None else draw.over(made))
    return draw.free() if made is None else made


def fact_texts(facts: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Facts as a reader writes them: `Σ y = 1`."""
    return tuple(FACTS[fact].formula.format(name) for name, fact in facts)
