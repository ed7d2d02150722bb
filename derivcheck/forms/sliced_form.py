"""A reading of more than two axes as a matrix expression for each of some letters.

    ∂L/∂Wq[h,:,:] = Xᵀ ∂L/∂Q[h,:,:]                 a head, a channel: a letter that stands on both sides
    ∂L/∂X = Σ_h ∂L/∂Q[h,:,:] Wq[h,:,:]ᵀ             or that is summed over
    ∂L/∂w[o,c,:] = conv(x[c,:], ∂L/∂z[o,:])         what filters slide along (convolutions.py)

A letter is an index that is neither row nor column; what has it is a slice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, cast

from derivcheck.evidence.canonical.atoms import Atom, Factor, Indices, Polynomial, Rational, UndefinedError, frozen
from derivcheck.evidence.canonical.form import Canonical
from derivcheck.evidence.canonical.terms import rebound, substituted
from derivcheck.forms.convolutions import Group, convolution, is_sliding
from derivcheck.forms.factor_graph import COLUMN, ROW, FactorGraph, Part
from derivcheck.forms.index_form import product
from derivcheck.forms.letters import fresh_letter
from derivcheck.forms.matrix_form import MatrixForm
from derivcheck.forms.matrix_naming import MatrixNaming, NoMatrixForm
from derivcheck.forms.polynomials import NamedPolynomial
from derivcheck.forms.transposition import MarkedScalar, marked, transposes
from derivcheck.graph.axes import Axis
from derivcheck.graph.nodes import Input, Node
from derivcheck.language.notation.syntax import (
    Derivative,
    Expression,
    Name,
    Negate,
    Reduction,
    Slice,
    Subscript,
    Transpose,
    bottom_up,
)

MOST_SUMMED = 2  # letters that a sum of matrices runs over


@dataclass(frozen=True, slots=True)
class SlicedMatrix:
    """A matrix expression for the slice at `places`: a letter, or the colon, for each axis."""

    places: tuple[Expression | Slice, ...]
    matrix: Expression

    @property
    def letters(self) -> tuple[str, ...]:
        return tuple(place.name for place in self.places if isinstance(place, Name))

    @property
    def every(self) -> str:
        """What goes before its equation."""
        return f"for each {', '.join(self.letters)}"


class SlicedForm(MatrixForm):
    """Writes polynomials whose outer indices in `letters` stand still; `taken` are names that no letter has."""

    def __init__(
        self, canonical: Canonical, naming: MatrixNaming, letters: Mapping[int, str], taken: frozenset[str]
    ) -> None:
        super().__init__(canonical, naming)
        self._letters = dict(letters)
        self._used = {*taken, *letters.values()}
        self._lying: set[Expression] = set()  # rows that slide, and so does what comes of them

    def slice(self, polynomial: Polynomial, outer: Sequence[int], kept: tuple[int, ...]) -> Expression:
        """The matrix along some of the outer indices, laid out as the slice of a tensor that has all of them is."""
        rows_and_columns: list[int | None] = [*(outer[k] for k in kept), None, None]
        found = self.expression(polynomial, rows_and_columns[0], rows_and_columns[1])
        if len(kept) != 1:
            return found
        # `W[i,:]` lies down and `W[:,j]` stands upright, a vector is as the spec has it.
        lies = kept == (1,) if len(outer) == 2 else self._naming.vectors == "row"
        return self._turned(found) if lies else found

    # --- letters that are summed over -------------------------------------------------------

    def _product(
        self,
        bound: tuple[int, ...],
        factors: Sequence[Factor],
        coefficient: Rational,
        row: int | None,
        column: int | None,
        remainder: Part | None = None,
    ) -> Part:
        reason = NoMatrixForm("a factor has more than two indices")
        for number, summed in enumerate(self._choices(bound, factors)):
            try:
                if not summed:
                    return super()._product(bound, factors, coefficient, row, column, remainder)
                inside = self._summed(bound, [factor for factor in factors if factor[1]], summed, row, column)
            except NoMatrixForm as why:
                reason = reason if number else why
                continue
            # What is the same for every letter stands in front of the sum.
            return super()._product((), [f for f in factors if not f[1]], coefficient, row, column, inside)
        raise reason

    def _summed(
        self,
        bound: tuple[int, ...],
        factors: Sequence[Factor],
        summed: tuple[int, ...],
        row: int | None,
        column: int | None,
    ) -> Part:
        """Σ over letters of a product of matrices."""
        letters: dict[int, str] = {}
        for k in summed:
            letters[k] = fresh_letter(self._used)
            self._used.add(letters[k])
        outside = {k: self._algebra.outer(bound[k], ("letter", letter)) for k, letter in letters.items()}
        self._letters |= {outside[k]: letter for k, letter in letters.items()}
        kept, here, _ = rebound(bound, substituted(factors, outside), summed)
        try:
            part = super()._product(kept, here, 1, row, column)
        finally:
            self._used -= set(letters.values())
        return replace(part, expression=_sum_over(tuple(letters.values()), part.expression))

    def _choices(self, bound: tuple[int, ...], factors: Sequence[Factor]) -> Iterator[tuple[int, ...]]:
        """Bound indices that may be letters, few first: as many as leave no factor more than two indices."""
        sliding = {i for number, indices, _ in factors if is_sliding(self._algebra.atoms[number]) for i in indices}
        free = [k for k in range(len(bound)) if k not in sliding]
        for count in range(min(MOST_SUMMED, len(free)) + 1):
            for summed in combinations(free, count):
                left = (
                    [i for i in self._unlabelled(indices) if i not in summed]
                    for number, indices, _ in factors
                    if not is_sliding(self._algebra.atoms[number])
                )
                if all(len(indices) <= 2 for indices in left):
                    yield summed

    def _unlabelled(self, indices: Indices) -> Indices:
        return tuple(index for index in indices if index not in self._letters)

    # --- slices -----------------------------------------------------------------------------

    def _atom(self, number_: int, indices: Indices) -> Atom:
        """An atom with its letters put in: the slots that are left are its rows and columns."""
        atom = self._algebra.atoms[number_]
        if self._unlabelled(indices) == indices:
            return atom
        if atom.kind in ("equal", "less", "affine"):
            raise NoMatrixForm("a condition on indices")
        if atom.kind == "leaf" or not atom.slots:
            return atom
        filled = {slot: index for slot, index in zip(atom.slots, indices, strict=True) if index in self._letters}
        kept = [k for k, slot in enumerate(atom.slots) if slot not in filled]
        payloads = atom.payload if atom.kind == "function" else (atom.payload,)
        here = tuple(frozen(self._algebra.substitute(dict(cast(Any, payload)), filled)) for payload in payloads)
        return replace(
            atom,
            payload=here if atom.kind == "function" else here[0],
            slots=tuple(atom.slots[k] for k in kept),
            dimensions=tuple(atom.dimensions[k] for k in kept),
            symmetries=(tuple(range(len(kept))),),
        )

    def _leaf(self, number_: int, indices: Indices) -> Expression:
        if self._unlabelled(indices) == indices:
            return super()._leaf(number_, indices)
        node = self._canonical.leaf_nodes[number_]
        expression, axes = self._naming.leaf(node)
        at = dict(zip(self._leaf_axes(node), indices, strict=True))
        if set(at) != set(axes):
            raise NoMatrixForm("a tensor with an axis that is not its own")
        places = [Name(self._letters[at[axis]]) if at[axis] in self._letters else Slice() for axis in axes]
        found = _slice_of(expression, tuple(places))
        left = [at[axis] for axis in axes if at[axis] not in self._letters]
        if not left:
            return marked(found)
        if len(left) == 1 and len(axes) == 2:
            # A row of a matrix lies down: everything here stands upright.
            return found if isinstance(places[0], Slice) else Transpose(found)
        if len(left) == 1:
            return self._naming.as_column(found)
        return found if tuple(left) == self._unlabelled(indices) else self._turned(found)

    def _unnamed(self, node: Node, indices: Indices) -> Expression:
        if self._unlabelled(indices) == indices:
            return super()._unnamed(node, indices)
        outer = [self._canonical.outer(axis) for axis in node.axes]
        filled = {place: index for place, index in zip(outer, indices, strict=True) if index in self._letters}
        left: list[int | None] = [place for place in outer if place not in filled]
        if len(left) > 2:
            raise NoMatrixForm("a tensor with more than two axes")
        left += [None, None]
        part = self._matrix(self._algebra.substitute(self._canonical.opened(node), filled), left[0], left[1])
        return self._filled(part, left[0], left[1])

    # --- what slides ------------------------------------------------------------------------

    def _gathered(
        self, graph: FactorGraph, bound: tuple[int, ...], factors: Sequence[Factor], place: Mapping[int, int]
    ) -> tuple[Sequence[Factor], set[int]]:
        sliding = [factor for factor in factors if is_sliding(self._algebra.atoms[factor[0]])]
        if not sliding:
            return factors, set()
        if any(self._unlabelled(indices) != indices for _, indices, _ in sliding):
            raise NoMatrixForm("a condition on indices")
        order = sorted(place, key=lambda index: place[index])
        others = [factor for factor in factors if factor not in sliding]
        found = convolution(self._algebra, others, sliding, order, self._unlabelled)
        shown = found.written(
            lambda group, indices: self._together(group, indices, bound), self._naming.dimension_name, self._precedence
        )
        vertices = [place[index] for index in found.outer]
        if len(vertices) == 1:
            upright = Transpose(shown) if shown.arguments[0] in self._lying else shown
            graph.vectors.setdefault(vertices[0], []).append(upright)
        else:
            graph.edge(ROW, COLUMN, shown)
        return found.others, found.gone

    def _together(self, group: Group, order: Indices, bound: tuple[int, ...]) -> Expression:
        """The entrywise product of factors with the first of some indices as rows; a vector may lie or stand."""
        found: list[Expression] = []
        for number, indices, power in group:
            shown = self._factor(number, indices, power, bound)
            found.append(shown if self._unlabelled(indices) == order else self._turned(shown))
        upright = product(found)
        turned = self._turned(upright)
        if len(order) > 1 or transposes(turned) >= transposes(upright):
            return upright
        self._lying.add(turned)
        return turned

    def _precedence(self, group: Group) -> tuple[int, ...]:
        """What is called the filter comes first: parameters, in the order of their declaration."""
        nodes = [self._canonical.leaf_nodes.get(number) for number, _, _ in group]
        return (not all(isinstance(node, Input) for node in nodes), *(node.serial for node in nodes if node))


def _sum_over(letters: tuple[str, ...], body: Expression) -> Expression:
    """Σ over letters, a minus sign and the mark of a number in front of it."""
    match body:
        case MarkedScalar(inner):
            return marked(_sum_over(letters, inner))
        case Negate(inner):
            return Negate(_sum_over(letters, inner))
        case _:
            return Reduction("sum", letters, None, body)


def _slice_of(tree: Expression, places: tuple[Expression | Slice, ...]) -> Expression:
    """A slice of a tensor, or of a derivative by it. Raises NoMatrixForm for what is put together."""
    match tree:
        case Derivative(numerator, (variable,)):
            return Derivative(numerator, (_slice_of(variable, places),))
        case Name() | Subscript():
            return Subscript(tree, places)
        case _:
            raise NoMatrixForm("an entry of what has no name")


def sliced_form(
    reading: NamedPolynomial, axes: Sequence[Axis], letters: Sequence[str], naming: MatrixNaming, taken: frozenset[str]
) -> SlicedMatrix:
    """The reading for each of as few letters as suffice; `letters` are those of an entry.

    The last axes are rows and columns first. Raises NoMatrixForm where there is none.
    """
    reason = NoMatrixForm("it is zero")
    best: tuple[tuple[int, int], SlicedMatrix] | None = None
    canonical = reading.canonical
    for kept in _kept(len(axes)) if reading.polynomial else ():
        outer = [canonical.outer(axis) for axis in axes]
        still = {outer[k]: letters[k] for k in range(len(axes)) if k not in kept}
        canonical.algebra.start()
        form = SlicedForm(canonical, naming, still, taken)
        try:
            found = form.slice(reading.polynomial, outer, kept)
        except (NoMatrixForm, UndefinedError) as why:
            reason = why if isinstance(why, NoMatrixForm) else NoMatrixForm(str(why))
            continue
        places = tuple(Slice() if k in kept else Name(letters[k]) for k in range(len(axes)))
        parts = bottom_up(found)
        summed = {letter for tree in parts if isinstance(tree, Reduction) for letter in tree.letters}
        weight = (len(still) + len(summed), len(parts))
        if best is None or weight < best[0]:
            best = weight, SlicedMatrix(places, found)
        if not summed and len(kept) == 2:
            break
    if best is None:
        raise reason
    return best[1]


def _kept(count: int) -> Iterator[tuple[int, ...]]:
    """Which axes may be rows and columns: two, one or none of so many, the last ones first."""
    for many in (2, 1, 0):
        yield from reversed(list(combinations(range(count), many))) if many <= count else ()
