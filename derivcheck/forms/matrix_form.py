"""A reading as a matrix expression.

Each term of a reading is a product of factors with at most two indices: a graph over row, column and bound indices,
which is contracted (factor_graph.py). Vectors are columns while this is built, and turned into rows at the end where
the spec says `vectors: row`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, cast

from derivcheck.evidence.canonical.atoms import Atom, Factor, Indices, Polynomial, Rational, UndefinedError, magnitude
from derivcheck.evidence.canonical.form import Canonical
from derivcheck.forms.collecting import collected, upright
from derivcheck.forms.factor_graph import COLUMN, ONE, ROW, FactorGraph, Part, along_diagonal
from derivcheck.forms.index_form import MATRIX_FUNCTIONS, MatrixFunction, number, quotient, raised, total
from derivcheck.forms.matrix_naming import MatrixNaming, NoMatrixForm
from derivcheck.forms.polynomials import Factored, NamedPolynomial, Summand, factored, is_bound, is_unnamed
from derivcheck.forms.transposition import MarkedScalar, is_number, marked, transposed, transposes, unmarked
from derivcheck.graph.axes import Axis, Dimension
from derivcheck.graph.nodes import Node
from derivcheck.language.notation.syntax import Binary, Call, Expression, Name, Negate, Number


class MatrixForm:
    """Writes polynomials of one canonical form as matrix expressions."""

    def __init__(self, canonical: Canonical, naming: MatrixNaming) -> None:
        self._canonical = canonical
        self._algebra = canonical.algebra
        self._naming = naming
        self._symmetric: set[Expression] = set()

    def expression(self, polynomial: Polynomial, row: int | None, column: int | None) -> Expression:
        """The matrix with the given outer indices as rows and columns, in column flavour."""
        return unmarked(self._filled(self._matrix(polynomial, row, column), row, column))

    def _filled(self, part: Part, row: int | None, column: int | None) -> Expression:
        """A part that lacks a row or column index is constant along it: spread it out."""
        matrix = part.expression
        ones: Callable[[int], Expression] = lambda index: self._naming.as_column(  # noqa: E731
            Call("ones", (self._size_name(index),))
        )
        if row is not None and not part.row:
            if column is not None and not part.column:
                every = Call("ones", (self._size_name(row), self._size_name(column)))
                return every if matrix in (ONE, marked(ONE)) else Binary("*", matrix, every)
            spread = ones(row)
            if column is not None:
                return Binary("@", spread, matrix)
            return spread if matrix in (ONE, marked(ONE)) else Binary("*", matrix, spread)
        if column is not None and not part.column:
            return Binary("@", matrix, self._turned(ones(column)))
        return matrix

    def _size_name(self, index: int) -> Expression:
        return self._naming.dimension_name(self._dimension(index))

    def _dimension(self, index: int) -> Dimension:
        return self._algebra.dimensions[self._algebra.outer_dimension[index]]

    def _turned(self, expression: Expression) -> Expression:
        return transposed(expression, self._naming.scalars, self._symmetric)

    def native(self, column: Expression) -> Expression:
        """A vector as it is written in the spec's orientation."""
        return self._turned(column) if self._naming.vectors == "row" else column

    # --- sums of terms --------------------------------------------------------------------

    def _matrix(self, polynomial: Polynomial, row: int | None, column: int | None) -> Part:
        if not polynomial:
            return Part(marked(Number(Fraction(0))), False, False)
        polynomial = upright(self._canonical, collected(self._algebra, polynomial, contracts=True))
        parts = factored(self._canonical, polynomial)
        diagonal = any(self._algebra.atoms[a].kind == "equal" for t in parts.terms for a, _, _ in t.factors)
        if diagonal and not self._stays_square(parts, row, column):
            # diag(p) - p pᵀ, not diag(p) (I - 1 pᵀ): a delta stays with its factors.
            whole = [Summand(term[0], term[1], c) for term, c in polynomial.items()]
            parts = Factored(1, (), tuple(sorted(whole, key=lambda t: t.coefficient < 0)))
        if len(parts.terms) == 1:
            only = parts.terms[0]
            part = self._product(only.bound, only.factors, magnitude(only.coefficient), row, column)
            return part if only.coefficient > 0 else replace(part, expression=Negate(part.expression))
        square = diagonal or any(_is_outer(term, row, column) for term in parts.terms)
        terms = []
        for t in parts.terms:
            part = self._product(t.bound, t.factors, magnitude(t.coefficient), row, column)
            if square and not (part.row and part.column):
                # I - 1 1ᵀ/n, not I - 1/n: beside a diagonal, or u vᵀ, every term is the matrix that it is.
                part = Part(self._filled(part, row, column), row is not None, column is not None)
            terms.append((part, t.coefficient < 0))
        inner = Part(
            total([(part.expression, negative) for part, negative in terms]),
            any(part.row for part, _ in terms),
            any(part.column for part, _ in terms),
        )
        if not inner.row and not inner.column:
            inner = replace(inner, expression=marked(inner.expression))
        if not parts.common and parts.coefficient == 1:
            return inner
        part = self._product((), parts.common, magnitude(parts.coefficient), row, column, inner)
        return part if parts.coefficient > 0 else replace(part, expression=Negate(part.expression))

    def _stays_square(self, parts: Factored, row: int | None, column: int | None) -> bool:
        """Whether every term is still along rows and along columns without what is common: diag(γ) (I - h hᵀ/n)."""
        return bool(parts.common) and all(
            {row, column} <= {index for _, indices, _ in term.factors for index in indices} for term in parts.terms
        )

    # --- one product ----------------------------------------------------------------------

    def _product(
        self,
        bound: tuple[int, ...],
        factors: Sequence[Factor],
        coefficient: Rational,
        row: int | None,
        column: int | None,
        remainder: Part | None = None,
    ) -> Part:
        place = {index: vertex for index, vertex in ((row, ROW), (column, COLUMN)) if index is not None}
        dimensions = {vertex: self._dimension(index) for index, vertex in place.items()}
        dimensions |= {vertex: self._algebra.dimensions[number_] for vertex, number_ in enumerate(bound)}
        graph = FactorGraph(self._naming, self._turned, dimensions)
        below: list[Expression] = []
        deltas = False
        factors, gone = self._gathered(graph, bound, factors, place)
        for number_, indices, power in sorted(factors, key=self._contracting_order):
            atom = self._algebra.atoms[number_]
            inverted = power < 0 and atom.kind != "exp" and not indices
            if inverted:
                below.append(_as_norm(self._factor(number_, (), -power, bound)))
                continue
            scale, shown = self._unscaled(self._factor(number_, indices, power, bound))
            above, under = scale
            graph.scalars.extend(above)
            below.extend(under)
            vertices = []
            for index in self._unlabelled(indices):
                if not is_bound(index) and index not in place:
                    raise NoMatrixForm("an entry at a fixed position")
                vertices.append(index if is_bound(index) else place[index])
            if atom.kind == "equal":
                deltas = True
                continue
            match vertices:
                case []:
                    graph.scalars.append(shown)
                case [a]:
                    graph.vectors.setdefault(a, []).append(shown)
                case [a, b] if a == b:
                    graph.vectors.setdefault(a, []).append(self._naming.as_column(along_diagonal(shown)))
                case [a, b]:
                    graph.edge(a, b, shown)
                case _:
                    raise NoMatrixForm("a factor has more than two indices")
        if remainder is not None:
            if remainder.row and remainder.column:
                graph.edge(ROW, COLUMN, remainder.expression)
            elif remainder.row:
                graph.vectors.setdefault(ROW, []).append(remainder.expression)
            elif remainder.column:
                graph.vectors.setdefault(COLUMN, []).append(self._turned(remainder.expression))
            else:
                graph.scalars.append(remainder.expression)
        graph.contract(set(range(len(bound))) - gone)
        return self._scaled(graph.between_row_and_column(deltas), graph.scalars, below, coefficient)

    def _contracting_order(self, factor: Factor) -> tuple[int, bool, Factor]:
        """Matrices before vectors before numbers, of which sizes come first: 1/(n s)."""
        return -len(factor[1]), self._algebra.atoms[factor[0]].kind != "size", factor

    def _gathered(
        self, graph: FactorGraph, bound: tuple[int, ...], factors: Sequence[Factor], place: Mapping[int, int]
    ) -> tuple[Sequence[Factor], set[int]]:
        """(the factors that are still to be put into the graph, the bound indices that are none of its vertices)."""
        return factors, set()

    def _unlabelled(self, indices: Indices) -> Indices:
        """The indices that are rows, columns or summed over."""
        return indices

    def _scaled(self, part: Part, scalars: list[Expression], below: list[Expression], coefficient: Rational) -> Part:
        value = Fraction(coefficient)
        bare = not part.row and not part.column
        minus = [unmarked(scalar) for scalar in scalars if isinstance(unmarked(scalar), Negate)]
        if minus:
            others = [scalar for scalar in scalars if not isinstance(unmarked(scalar), Negate)]
            others += [marked(scalar.operand) for scalar in minus if isinstance(scalar, Negate)]
            found = self._scaled(part, others, below, coefficient)
            return replace(found, expression=Negate(found.expression)) if len(minus) % 2 else found
        front = [scalar for scalar in scalars if scalar not in (ONE, marked(ONE))]
        if value.numerator != 1:
            front.insert(0, number(value.numerator))
        under = list(below)
        if value.denominator != 1:
            under.insert(0, number(value.denominator))
        if not front and not under:
            return replace(part, expression=marked(part.expression)) if bare else part
        if bare:
            return Part(marked(quotient(front or [ONE], under)), False, False)
        whole = part.expression
        if front:
            whole = Binary("*", marked(quotient(front, under)), whole)
        elif isinstance(whole, Negate):
            whole = Negate(Binary("/", whole.operand, marked(quotient(under, []))))
        else:
            whole = Binary("/", whole, marked(quotient(under, [])))
        return Part(whole, part.row, part.column)

    def _unscaled(self, shown: Expression) -> tuple[tuple[list[Expression], list[Expression]], Expression]:
        """((numbers above, numbers below), the rest) of a product: a number stands in front of a chain of matrices."""
        above: list[Expression] = []
        below: list[Expression] = []
        while True:
            match shown:
                case Negate(operand):
                    above.append(Negate(ONE))
                    shown = operand
                case Binary("*", left, right) if self._is_scale(left):
                    _parted(left, above, below)
                    shown = right
                case Binary("/", left, right) if self._is_scale(right) and not self._is_scale(left):
                    below.append(marked(right))
                    shown = left
                case _:
                    return (above, below), shown

    def _is_scale(self, tree: Expression) -> bool:
        return is_number(tree, self._naming.scalars)

    # --- factors --------------------------------------------------------------------------

    def _factor(self, number_: int, indices: Indices, power: Rational, bound: tuple[int, ...]) -> Expression:
        """A factor as scalar, column vector or matrix whose rows are its first index."""
        atom = self._atom(number_, indices)
        match atom.kind:
            case "leaf" if is_unnamed(node := self._canonical.leaf_nodes[number_]):
                base = self._unnamed(node, indices)
            case "leaf":
                base = self._leaf(number_, indices)
            case "size":
                base = marked(Name(atom.name))
            case "radical":
                base = marked(number(cast(int, atom.payload[0])))
            case "equal":
                return ONE
            case "less" | "affine":
                raise NoMatrixForm("a condition on indices")
            case "exp":
                return self._entrywise(Call("exp", (self._payload(atom, atom.payload, power),)), atom)
            case "positive" | "zero":
                raise NoMatrixForm("a case distinction")
            case "log":
                base = self._entrywise(Call("log", (self._payload(atom, atom.payload),)), atom)
            case "power" | "group":
                base = self._payload(atom, atom.payload)
            case "function":
                name, primes = atom.name.rstrip("'"), atom.name.count("'")
                if name in MATRIX_FUNCTIONS:
                    return self._function_of_matrix(atom, indices, power)
                if name[-1:].isdigit() and name.rstrip("0123456789") in ("max", "product"):
                    raise NoMatrixForm("an extremum or product over an index")
                if name == "power":
                    raise NoMatrixForm("a power with a symbol above")
                arguments = tuple(self._payload(atom, payload) for payload in atom.payload)
                # A number with a name of its own: pi.
                base = self._entrywise(Call(name, arguments, primes) if arguments else Name(name), atom)
        shown = _raised(base, power)
        self._note_symmetry(atom, base, shown)
        return marked(shown) if not self._unlabelled(indices) else shown

    def _atom(self, number_: int, indices: Indices) -> Atom:
        """What stands at some indices."""
        return self._algebra.atoms[number_]

    def _note_symmetry(self, atom: Atom, *written: Expression) -> None:
        if len(atom.slots or atom.dimensions) == 2 and (1, 0) in atom.symmetries:
            self._symmetric.update(written)

    def _function_of_matrix(self, atom: Atom, indices: Indices, power: Rational) -> Expression:
        """An inverse as the matrix, vector or number that its places make of it, a determinant as a number."""
        made = self.of_matrix(atom)
        if not made.places:
            return marked(raised(made.expression, power))
        if any(place not in atom.slots for place in made.places) or len(indices) != len(atom.slots):
            raise NoMatrixForm("an entry at a fixed position")
        base = raised(made.expression, power)
        self._note_symmetry(atom, base, made.expression)
        if len(atom.slots) == 1:
            return self._naming.as_column(Call("diag", (base,)))
        return base if made.places == atom.slots else self._turned(base)

    def of_matrix(self, atom: Atom) -> MatrixFunction:
        """`inv(M)` or `det(M)`, whichever of M and its transpose is written with fewer transposes.

        Raises NoMatrixForm where M is none.
        """
        matrix: Polynomial = dict(cast(Any, atom.payload[0]))
        free = {i for _, factors in matrix for _, indices, _ in factors for i in indices if not is_bound(i) and i >= 0}
        aside = sorted(free - set(atom.slots))
        if not aside or free & set(atom.slots):
            raise NoMatrixForm("a function of more than one matrix")
        dimension = self._algebra.outer_dimension[aside[0]]
        row, column = (self._algebra.outer(dimension, ("reduced", k)) for k in (0, 1))
        written = self.expression(matrix, row, column)
        turned = self._turned(written)
        is_turned = transposes(turned) < transposes(written)
        places = [index for payload in atom.payload[1:] for index in _places_of(dict(cast(Any, payload)))]
        if is_turned:
            written, places = turned, places[::-1]
        return MatrixFunction(Call("inv" if places else "det", (written,)), tuple(places))

    def _entrywise(self, call: Expression, atom: Atom) -> Expression:
        return call if atom.slots else marked(call)

    def _leaf(self, number_: int, indices: Indices) -> Expression:
        node = self._canonical.leaf_nodes[number_]
        expression, axes = self._naming.leaf(node)
        if len(axes) > 2:
            raise NoMatrixForm(f"a tensor with {len(axes)} axes")
        if len(axes) < len(indices):
            raise NoMatrixForm("a tensor with an axis that is not its own")
        if not axes:
            return marked(expression)
        if len(axes) == 1:
            return self._naming.as_column(expression)
        if len(indices) == 1:
            raise NoMatrixForm("a tensor that is constant along an axis")
        own = [self._canonical.outer(axis) for axis in axes]
        atom_order = [self._canonical.outer(axis) for axis in self._leaf_axes(node)]
        return expression if own == atom_order else self._turned(expression)

    def _unnamed(self, node: Node, indices: Indices) -> Expression:
        """A node without a name at some indices, as what it stands for."""
        if len(node.axes) > 2:
            raise NoMatrixForm("a tensor with more than two axes")
        places: list[int | None] = [*(self._canonical.outer(axis) for axis in node.axes), None, None]
        part = self._matrix(self._canonical.opened(node), places[0], places[1])
        return self._filled(part, places[0], places[1])

    def _leaf_axes(self, node: Node) -> tuple[Axis, ...]:
        return getattr(node, "home", None) or node.axes

    def _payload(self, atom: Atom, payload: Any, factor: Rational = 1) -> Expression:
        """What a function is of, along the slots of its atom; beside another argument a number stays one."""
        polynomial: Polynomial = {term: c * factor for term, c in dict(payload).items()}
        slots: list[int | None] = [*atom.slots, None, None]
        if len(atom.slots) > 2:
            raise NoMatrixForm("a function of a tensor with more than two axes")
        part = self._matrix(polynomial, slots[0], slots[1])
        if len(atom.payload) > 1 and not part.row and not part.column:
            return part.expression
        return self._filled(part, slots[0], slots[1])


def _raised(base: Expression, power: Rational) -> Expression:
    """A power; the root of a sum of squares is a norm."""
    inner = base.expression if isinstance(base, MarkedScalar) else base
    match inner:
        case Call("sum", (Binary("**", squared, Number(value)),)) if value == 2 and Fraction(power).denominator == 2:
            return raised(marked(Call("norm", (squared,))), power * 2)
        case _:
            return raised(base, power)


def _is_outer(term: Summand, row: int | None, column: int | None) -> bool:
    """Whether a term is u vᵀ."""
    along = {indices for _, indices, _ in term.factors if indices}
    return not term.bound and row is not None and column is not None and along == {(row,), (column,)}


def _as_norm(divisor: Expression) -> Expression:
    """A sum of squares that is divided by is the square of a norm."""
    inner = divisor.expression if isinstance(divisor, MarkedScalar) else divisor
    match inner:
        case Call("sum", (Binary("**", squared, Number(power)),)) if power == 2:
            return marked(raised(marked(Call("norm", (squared,))), 2))
        case _:
            return divisor


def _parted(scale: Expression, above: list[Expression], below: list[Expression]) -> None:
    """A number as what stands above and what stands below its line."""
    match scale:
        case MarkedScalar(inner):
            _parted(inner, above, below)
        case Binary("/", top, bottom):
            if top != ONE:
                above.append(marked(top))
            below.append(marked(bottom))
        case _:
            above.append(marked(scale))


def _places_of(marks: Polynomial) -> Iterator[int]:
    """The indices that a product of the leaves which mark the places of an inverse stands at."""
    for _, factors in marks:
        for _, indices, power in factors:
            yield from indices * int(power)


def matrix_function_writer(naming: MatrixNaming) -> Callable[[Canonical, Atom], MatrixFunction]:
    """Writes inverses and determinants for index forms. Raises UndefinedError where there is no matrix form."""

    def write(canonical: Canonical, atom: Atom) -> MatrixFunction:
        try:
            return MatrixForm(canonical, naming).of_matrix(atom)
        except NoMatrixForm as why:
            raise UndefinedError(f"what an inverse or a determinant is of is no matrix expression: {why}") from None

    return write


def matrix_form(reading: NamedPolynomial, axes: Sequence[Axis], naming: MatrixNaming) -> Expression:
    """The reading as a matrix expression for the tensor with the given axes. Raises NoMatrixForm."""
    if len(axes) > 2:
        raise NoMatrixForm(f"the tensor has {len(axes)} axes")
    if not reading.polynomial:
        return Number(Fraction(0))
    outer: list[int | None] = [reading.canonical.outer(axis) for axis in axes]
    outer += [None] * (2 - len(outer))
    reading.canonical.algebra.start()
    form = MatrixForm(reading.canonical, naming)
    result = form.expression(reading.polynomial, outer[0], outer[1])
    return form.native(result) if len(axes) == 1 else result
