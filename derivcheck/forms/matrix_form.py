"""A reading as a matrix expression: the product as a factor graph over row, column and bound indices.

Each term of a reading is a product of factors with at most two indices. The
indices are the vertices of a graph, vectors sit on vertices and matrices on
edges. Parallel edges are one Hadamard product; a bound vertex at a dead end is
a matrix times a vector; one with two neighbours is a matrix product; what is
left between row and column is the answer. Vectors are columns while this is
built, and turned into rows at the end where the spec says `vectors: row`.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, cast

from derivcheck.evidence.canonical.atoms import Atom, Factor, Indices, Polynomial, Rational, UndefinedError, magnitude
from derivcheck.evidence.canonical.form import Canonical
from derivcheck.forms.index_form import MATRIX_FUNCTIONS, MatrixFunction, number, product, quotient, raised, total
from derivcheck.forms.reading import Factored, NamedPolynomial, Summand, factored, is_bound
from derivcheck.graph.nodes import Axis, Dimension, Node
from derivcheck.language.notation.syntax import (
    Binary,
    BinaryOperator,
    Call,
    Derivative,
    Expression,
    Name,
    Negate,
    Number,
    Transpose,
)
from derivcheck.spec.declarations import Orientation


class NoMatrixForm(Exception):  # noqa: N818 - a finding, not an error
    """There is no expression in matrix language; the message says why."""


ONE = Number(Fraction(1))
# Functions of the notation that act entrywise, so that a transpose passes through them.
NOT_ENTRYWISE = frozenset(
    {"sum", "mean", "diag", "eye", "ones", "zeros", "trace", "outer", "vec", "kron", "det", "inv", "norm", "chain"}
)


def transposed(
    expression: Expression, scalars: frozenset[str] = frozenset(), symmetric: Container[Expression] = ()
) -> Expression:
    """The transpose, pushed inwards as far as it goes; `scalars` are numbers, `symmetric` ones stay."""
    if is_number(expression, scalars) or expression in symmetric:
        return expression
    match expression:
        case Transpose(operand):
            return operand
        case Number():
            return expression
        case Negate(operand):
            return replace(expression, operand=transposed(operand, scalars, symmetric))
        case Binary("@", left, right):
            return Binary("@", transposed(right, scalars, symmetric), transposed(left, scalars, symmetric))
        case Binary(operator, left, right):
            return Binary(operator, transposed(left, scalars, symmetric), transposed(right, scalars, symmetric))
        case Call("diag", (inner,), 0) if not (isinstance(inner, Call) and inner.function == "diag"):
            return expression
        case Call("eye"):
            return expression
        case Call("ones" | "zeros" as function, (rows, columns)):
            return Call(function, (columns, rows))
        case Call(function, arguments, primes) if function not in NOT_ENTRYWISE and len(arguments) == 1:
            return Call(function, (transposed(arguments[0], scalars, symmetric),), primes)
        case _:
            return Transpose(expression)


def is_number(expression: object, scalars: frozenset[str]) -> bool:
    """Whether an expression is visibly a scalar: built from numbers, sizes and full reductions."""
    match expression:
        case _Scalar() | Number():
            return True
        case Name(name):
            return name in scalars or name == "pi"
        case Negate(operand) | Transpose(operand):
            return is_number(operand, scalars)
        case Binary(_, left, right):
            return is_number(left, scalars) and is_number(right, scalars)
        case Call("trace" | "norm" | "det", _, _):
            return True
        case Call("sum" | "mean", (_,), _):
            return True
        case Call("ones" | "zeros" | "eye", _, _):
            return False  # the arguments are numbers, what is made of them is none
        case Call(_, arguments, _):
            return bool(arguments) and all(is_number(argument, scalars) for argument in arguments)
        case Derivative(numerator, variables):
            return is_number(numerator, scalars) and all(is_number(v, scalars) for v in variables)
        case _:
            return False


@dataclass(frozen=True, slots=True)
class _Scalar:
    """A marker around scalar expressions while a form is built: a transpose leaves them alone."""

    expression: Expression


def _unmarked(expression: Any) -> Expression:
    """The tree without the scalar markers."""
    match expression:
        case _Scalar(inner):
            return _unmarked(inner)
        case Binary(operator, left, right):
            return _signed(operator, _unmarked(left), _unmarked(right))
        case Negate(operand):
            inner = _unmarked(operand)
            return inner.operand if isinstance(inner, Negate) else Negate(inner)
        case Transpose(operand):
            return Transpose(_unmarked(operand))
        case Call(function, arguments, primes):
            return Call(function, tuple(_unmarked(a) for a in arguments), primes)
        case _:
            return cast(Expression, expression)


def _signed(operator: BinaryOperator, left: Expression, right: Expression) -> Expression:
    """The operation with minus signs where a reader expects them."""
    if operator in ("+", "-"):
        if isinstance(right, Negate):
            return Binary("-" if operator == "+" else "+", left, right.operand)
        return Binary(operator, left, right)
    if operator == "**":
        return Binary(operator, left, right)
    bare = [side.operand if isinstance(side, Negate) else side for side in (left, right)]
    made = Binary(operator, bare[0], bare[1])
    return Negate(made) if isinstance(left, Negate) != isinstance(right, Negate) else made


def _scalar(expression: Expression) -> Expression:
    return cast(Expression, expression if isinstance(expression, _Scalar) else _Scalar(expression))


def transposes(expression: object) -> int:
    """How many transposes a reader has to see."""
    match expression:
        case Transpose(operand):
            return 1 + transposes(operand)
        case Binary(_, left, right):
            return transposes(left) + transposes(right)
        case Negate(operand) | _Scalar(operand):
            return transposes(operand)
        case Call(_, arguments, _):
            return sum(transposes(argument) for argument in arguments)
        case _:
            return 0


@dataclass(frozen=True, slots=True)
class MatrixNaming:
    """How leaves are written in the matrix language.

    `leaf(node)` is (expression, axes in the order of the declaration); raises NoMatrixForm.
    """

    leaf: Callable[[Node], tuple[Expression, tuple[Axis, ...]]]
    vectors: Orientation
    scalars: frozenset[str]
    dimension_name: Callable[[Dimension], Expression]


def contractions_first(factors: Sequence[Expression]) -> list[Expression]:
    """Factors of a Hadamard product in reading order: (Wᵀ δ) ⊙ σ′(z)."""
    return sorted(factors, key=lambda factor: not (isinstance(factor, Binary) and factor.operator == "@"))


@dataclass
class _FactorGraph:
    """Vectors on vertices, matrices on edges (oriented from the smaller to the larger vertex), scalars."""

    scalars: list[Expression]
    vectors: dict[int, list[Expression]]
    edges: dict[tuple[int, int], list[Expression]]
    turned: Callable[[Expression], Expression]
    dimensions: dict[int, int]

    def edge(self, a: int, b: int, matrix: Expression) -> None:
        """A matrix with rows a and columns b; parallel edges are kept side by side."""
        if a < b:
            self.edges.setdefault((a, b), []).append(matrix)
        else:
            self.edges.setdefault((b, a), []).append(self.turned(matrix))

    def neighbours(self, vertex: int) -> list[int]:
        return [b if a == vertex else a for a, b in self.edges if vertex in (a, b)]

    def taken(self, a: int, b: int) -> Expression:
        """The Hadamard product of the edges between a and b, with rows a; removes them."""
        matrix = product(contractions_first(self.edges.pop((min(a, b), max(a, b)))))
        return matrix if a < b else self.turned(matrix)


class MatrixForm:
    """Writes polynomials of one canonical form as matrix expressions."""

    def __init__(self, canonical: Canonical, naming: MatrixNaming) -> None:
        self._canonical = canonical
        self._algebra = canonical.algebra
        self._naming = naming
        self._symmetric: set[Expression] = set()

    def expression(self, polynomial: Polynomial, row: int | None, column: int | None) -> Expression:
        """The matrix with the given outer indices as rows and columns, in column flavour."""
        return _unmarked(self._filled(self._matrix(polynomial, row, column), row, column))

    def _filled(self, part: _Part, row: int | None, column: int | None) -> Expression:
        """A part that lacks a row or column index is constant along it: spread it out."""
        matrix = part.expression
        ones: Callable[[int], Expression] = lambda index: self._native(  # noqa: E731
            Call("ones", (self._size_name(index),))
        )
        if row is not None and not part.row:
            if column is not None and not part.column:
                every = Call("ones", (self._size_name(row), self._size_name(column)))
                return every if matrix in (ONE, _scalar(ONE)) else Binary("*", matrix, every)
            spread = ones(row)
            if column is not None:
                return Binary("@", spread, matrix)
            return spread if matrix in (ONE, _scalar(ONE)) else Binary("*", matrix, spread)
        if column is not None and not part.column:
            return Binary("@", matrix, self._turned(ones(column)))
        return matrix

    def _size_name(self, index: int) -> Expression:
        return self._naming.dimension_name(self._dimension(index))

    def _dimension(self, index: int) -> Dimension:
        return self._algebra.dimensions[self._algebra.outer_dimension[index]]

    def _native(self, vector: Expression) -> Expression:
        """A one-axis tensor of the notation as a column."""
        if self._naming.vectors == "column":
            return vector
        return vector.operand if isinstance(vector, Transpose) else Transpose(vector)

    def _turned(self, expression: Expression) -> Expression:
        return transposed(expression, self._naming.scalars, self._symmetric)

    def native(self, column: Expression) -> Expression:
        """A vector as it is written in the spec's orientation."""
        return self._turned(column) if self._naming.vectors == "row" else column

    # --- sums of terms --------------------------------------------------------------------

    def _matrix(self, polynomial: Polynomial, row: int | None, column: int | None) -> _Part:
        if not polynomial:
            return _Part(_scalar(Number(Fraction(0))), False, False)
        parts = factored(self._canonical, polynomial)
        diagonal = any(self._algebra.atoms[a].kind == "equal" for t in parts.terms for a, _, _ in t.factors)
        if diagonal:
            # diag(p) - p pᵀ, not diag(p) (I - 1 pᵀ): a delta stays with its factors.
            whole = [Summand(term[0], term[1], c) for term, c in polynomial.items()]
            parts = Factored(1, (), tuple(sorted(whole, key=lambda t: t.coefficient < 0)))
        if len(parts.terms) == 1:
            only = parts.terms[0]
            part = self._product(only.bound, only.factors, magnitude(only.coefficient), row, column)
            return part if only.coefficient > 0 else replace(part, expression=Negate(part.expression))
        terms = []
        for t in parts.terms:
            part = self._product(t.bound, t.factors, magnitude(t.coefficient), row, column)
            if diagonal and not (part.row and part.column):
                # I - 1 1ᵀ/n, not I - 1/n: beside a diagonal every term is the matrix that it is.
                part = _Part(self._filled(part, row, column), row is not None, column is not None)
            terms.append((part, t.coefficient < 0))
        inner = _Part(
            total([(part.expression, negative) for part, negative in terms]),
            any(part.row for part, _ in terms),
            any(part.column for part, _ in terms),
        )
        if not inner.row and not inner.column:
            inner = replace(inner, expression=_scalar(inner.expression))
        if not parts.common and parts.coefficient == 1:
            return inner
        part = self._product((), parts.common, magnitude(parts.coefficient), row, column, inner)
        return part if parts.coefficient > 0 else replace(part, expression=Negate(part.expression))

    # --- one product ----------------------------------------------------------------------

    def _product(
        self,
        bound: tuple[int, ...],
        factors: Sequence[Factor],
        coefficient: Rational,
        row: int | None,
        column: int | None,
        remainder: _Part | None = None,
    ) -> _Part:
        # Vertices: row -2, column -1, bound indices from 0.
        place = {index: vertex for index, vertex in ((row, -2), (column, -1)) if index is not None}
        of_vertex = {vertex: self._algebra.outer_dimension[index] for index, vertex in place.items()}
        graph = _FactorGraph([], {}, {}, self._turned, {**of_vertex, **dict(enumerate(bound))})
        below: list[Expression] = []
        deltas = False
        for number_, indices, power in sorted(factors, key=lambda f: (-len(f[1]), f)):
            atom = self._algebra.atoms[number_]
            inverted = power < 0 and atom.kind != "exp" and not indices
            if inverted:
                below.append(self._factor(number_, (), -power, bound))
                continue
            shown = self._factor(number_, indices, power, bound)
            vertices = []
            for index in indices:
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
                    graph.vectors.setdefault(a, []).append(self._native(Call("diag", (shown,))))
                case [a, b]:
                    graph.edge(a, b, shown)
                case _:
                    raise NoMatrixForm("a factor has more than two indices")
        if remainder is not None:
            if remainder.row and remainder.column:
                graph.edge(-2, -1, remainder.expression)
            elif remainder.row:
                graph.vectors.setdefault(-2, []).append(remainder.expression)
            elif remainder.column:
                graph.vectors.setdefault(-1, []).append(self._turned(remainder.expression))
            else:
                graph.scalars.append(remainder.expression)
        self._eliminate(graph, bound)
        result = self._between_row_and_column(graph, deltas, row)
        return self._scaled(result, graph.scalars, below, coefficient)

    def _eliminate(self, graph: _FactorGraph, bound: tuple[int, ...]) -> None:
        """Contract the bound vertices: dead ends first, then vertices on a path."""
        left = set(range(len(bound)))
        while left:
            vertex = min(left, key=lambda v: (len(graph.neighbours(v)), v))
            near = graph.neighbours(vertex)
            vectors = graph.vectors.pop(vertex, [])
            match near:
                case []:
                    graph.scalars.append(self._inner(vectors))
                case [a]:
                    matrix = graph.taken(a, vertex)
                    if vectors:
                        folded: Expression = Binary("@", matrix, product(vectors))
                    else:
                        folded = self._row_sums(matrix, bound[vertex], a, graph)
                    graph.vectors.setdefault(a, []).append(folded)
                case [a, b]:
                    before, after = graph.taken(a, vertex), graph.taken(vertex, b)
                    if vectors:
                        before = Binary("@", before, Call("diag", (product(vectors),)))
                    graph.edge(a, b, Binary("@", before, after))
                case _:
                    raise NoMatrixForm("a summed index stands in three matrices at once")
            left.discard(vertex)

    def _inner(self, vectors: list[Expression]) -> Expression:
        """Σ_k of a product of vectors."""
        if len(vectors) == 1:
            return _scalar(Call("sum", (vectors[0],)))
        return _scalar(Binary("@", self._turned(vectors[0]), product(vectors[1:])))

    def _row_sums(self, matrix: Expression, summed: int, kept: int, graph: _FactorGraph) -> Expression:
        """The sums of a matrix over its columns: `sum(M, n)`, a one-axis tensor.

        The dimension is named where that is a plain name and the rows have another one.
        """
        dimension, other = self._algebra.dimensions[summed], self._algebra.dimensions[graph.dimensions[kept]]
        if len(dimension.terms) == 1 and not dimension.constant and dimension.terms[0][1] == 1 and dimension != other:
            shorter = min((matrix, self._turned(matrix)), key=transposes)
            return self._native(Call("sum", (shorter, self._naming.dimension_name(dimension))))
        return self._native(Call("sum", (matrix, Number(Fraction(2)))))

    def _between_row_and_column(self, graph: _FactorGraph, deltas: bool, row: int | None) -> _Part:
        rows = contractions_first(graph.vectors.pop(-2, []))
        columns = contractions_first(graph.vectors.pop(-1, []))
        if deltas:
            if graph.edges:
                raise NoMatrixForm("a diagonal that is not a vector's")
            assert row is not None
            on_it = rows + columns
            diagonal: Expression = Call("diag", (product(on_it),)) if on_it else Call("eye", (self._size_name(row),))
            return _Part(diagonal, True, True)
        if (-2, -1) in graph.edges:
            matrix = graph.taken(-2, -1)
            if rows:
                matrix = Binary("@", Call("diag", (product(rows),)), matrix)
            if columns:
                matrix = Binary("@", matrix, Call("diag", (product(columns),)))
            return _Part(matrix, True, True)
        if rows and columns:
            return _Part(Binary("@", product(rows), self._turned(product(columns))), True, True)
        if rows:
            return _Part(product(rows), True, False)
        if columns:
            return _Part(self._turned(product(columns)), False, True)
        return _Part(ONE, False, False)

    def _scaled(self, part: _Part, scalars: list[Expression], below: list[Expression], coefficient: Rational) -> _Part:
        value = Fraction(coefficient)
        bare = not part.row and not part.column
        front = [scalar for scalar in scalars if scalar not in (ONE, _scalar(ONE))]
        if value.numerator != 1:
            front.insert(0, number(value.numerator))
        under = list(below)
        if value.denominator != 1:
            under.insert(0, number(value.denominator))
        if not front and not under:
            return replace(part, expression=_scalar(part.expression)) if bare else part
        scale = quotient(front or [ONE], under)
        if bare:
            return _Part(_scalar(scale), False, False)
        return _Part(Binary("*", _scalar(scale), part.expression), part.row, part.column)

    # --- factors --------------------------------------------------------------------------

    def _factor(self, number_: int, indices: Indices, power: Rational, bound: tuple[int, ...]) -> Expression:
        """A factor as scalar, column vector or matrix whose rows are its first index."""
        atom = self._algebra.atoms[number_]
        match atom.kind:
            case "leaf":
                base = self._leaf(number_, indices)
            case "size":
                base = _scalar(Name(atom.name))
            case "radical":
                base = _scalar(number(cast(int, atom.payload[0])))
            case "equal":
                return ONE
            case "less" | "window":
                raise NoMatrixForm("a condition on indices")
            case "exp":
                return self._entrywise(Call("exp", (self._payload(atom, atom.payload, power),)), atom)
            case "positive" | "zero":
                raise NoMatrixForm("a case distinction")
            case "log":
                base = self._entrywise(Call("log", (self._payload(atom, atom.payload),)), atom)
            case "power":
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
        shown = raised(base, power)
        self._note_symmetry(atom, base, shown)
        return _scalar(shown) if not indices else shown

    def _note_symmetry(self, atom: Atom, *written: Expression) -> None:
        if len(atom.slots or atom.dimensions) == 2 and (1, 0) in atom.symmetries:
            self._symmetric.update(written)

    def _function_of_matrix(self, atom: Atom, indices: Indices, power: Rational) -> Expression:
        """An inverse as the matrix, vector or number that its places make of it, a determinant as a number."""
        made = self.of_matrix(atom)
        if not made.places:
            return _scalar(raised(made.expression, power))
        if any(place not in atom.slots for place in made.places) or len(indices) != len(atom.slots):
            raise NoMatrixForm("an entry at a fixed position")
        base = raised(made.expression, power)
        self._note_symmetry(atom, base, made.expression)
        if len(atom.slots) == 1:
            return self._native(Call("diag", (base,)))
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
        return call if atom.slots else _scalar(call)

    def _leaf(self, number_: int, indices: Indices) -> Expression:
        node = self._canonical.leaf_nodes[number_]
        expression, axes = self._naming.leaf(node)
        if len(axes) > 2:
            raise NoMatrixForm(f"a tensor with {len(axes)} axes")
        if len(axes) < len(indices):
            raise NoMatrixForm("a tensor with an axis that is not its own")
        if not axes:
            return _scalar(expression)
        if len(axes) == 1:
            return self._native(expression)
        if len(indices) == 1:
            raise NoMatrixForm("a tensor that is constant along an axis")
        own = [self._canonical.outer(axis) for axis in axes]
        atom_order = [self._canonical.outer(axis) for axis in self._leaf_axes(node)]
        return expression if own == atom_order else Transpose(expression)

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


def _places_of(marks: Polynomial) -> Iterator[int]:
    """The indices that a product of the leaves which mark the places of an inverse stands at."""
    for _, factors in marks:
        for _, indices, power in factors:
            yield from indices * int(power)


@dataclass(frozen=True, slots=True)
class _Part:
    """An expression in column flavour, and which of row and column it varies along."""

    expression: Expression
    row: bool
    column: bool


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
