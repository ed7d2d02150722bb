"""A product of vectors and matrices as a graph, contracted until a row and a column are left.

The indices are the vertices, vectors sit on vertices and matrices on edges. Parallel edges are one Hadamard product; a
bound vertex at a dead end is a matrix times a vector; one with two neighbours is a matrix product; what is left between
row and column is the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from derivcheck.forms.index_form import product
from derivcheck.forms.matrix_naming import MatrixNaming, NoMatrixForm
from derivcheck.forms.transposition import marked, transposes
from derivcheck.graph.axes import Dimension
from derivcheck.language.notation.syntax import Binary, Call, Expression, Number

ONE = Number(Fraction(1))
ROW, COLUMN = -2, -1  # vertices; bound indices count from 0


def contractions_first(factors: Sequence[Expression]) -> list[Expression]:
    """Factors of a Hadamard product in reading order: (Wᵀ δ) ⊙ σ′(z)."""
    return sorted(factors, key=lambda factor: not (isinstance(factor, Binary) and factor.operator == "@"))


def along_diagonal(matrix: Expression) -> Expression:
    """The diagonal of a matrix: 1/diag(A), as 1/A has no value where A is zero beside it."""
    match matrix:
        case Binary("/", Number() as above, below):
            return Binary("/", above, along_diagonal(below))
        case Binary("**", base, Number() as power):
            return Binary("**", along_diagonal(base), power)
        case Call("log" | "exp" | "sqrt" as function, (inner,), 0):
            return Call(function, (along_diagonal(inner),))
        case _:
            return Call("diag", (matrix,))


@dataclass
class FactorGraph:
    """Vectors on vertices, matrices on edges (oriented from the smaller to the larger vertex), scalars."""

    naming: MatrixNaming
    turned: Callable[[Expression], Expression]
    dimensions: Mapping[int, Dimension]
    scalars: list[Expression] = field(default_factory=list)
    vectors: dict[int, list[Expression]] = field(default_factory=dict)
    edges: dict[tuple[int, int], list[Expression]] = field(default_factory=dict)

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

    def contract(self, bound: Collection[int]) -> None:
        """Contract the bound vertices: dead ends first, then vertices on a path."""
        left = set(bound)
        while left:
            vertex = min(left, key=lambda v: (len(self.neighbours(v)), v))
            near = self.neighbours(vertex)
            vectors = self.vectors.pop(vertex, [])
            match near:
                case []:
                    self.scalars.append(self._inner(vectors))
                case [a] if a in left and not vectors and not self.vectors.get(a) and self.neighbours(a) == [vertex]:
                    left.discard(a)
                    self.scalars.append(self._whole_sum(self.edges.pop((min(a, vertex), max(a, vertex)))))
                case [a]:
                    matrix = self.taken(a, vertex)
                    if vectors:
                        folded: Expression = Binary("@", matrix, product(vectors))
                    else:
                        folded = self._row_sums(matrix, vertex, a)
                    self.vectors.setdefault(a, []).append(folded)
                case [a, b]:
                    before, after = self.taken(a, vertex), self.taken(vertex, b)
                    if vectors:
                        before = Binary("@", before, Call("diag", (product(vectors),)))
                    self.edge(a, b, Binary("@", before, after))
                case _:
                    raise NoMatrixForm("a summed index stands in three matrices at once")
            left.discard(vertex)

    def _inner(self, vectors: list[Expression]) -> Expression:
        """Σ_k of a product of vectors; the sum of a diagonal is a trace."""
        if len(vectors) == 1:
            match self.naming.as_column(vectors[0]):
                case Call("diag", (matrix,)):
                    return marked(Call("trace", (matrix,)))
            return marked(Call("sum", (vectors[0],)))
        first, rest = vectors[0], product(vectors[1:])
        forms = [Binary("@", self.turned(first), rest), Binary("@", self.turned(rest), first)]
        return marked(min(forms, key=transposes))

    def _whole_sum(self, matrices: list[Expression]) -> Expression:
        """Σ over rows and columns of a Hadamard product: `sum(A * B)`, or tr(A Bᵀ) where that saves transposes."""
        upright = product(contractions_first(matrices))
        forms: list[Expression] = [Call("sum", (min((upright, self.turned(upright)), key=transposes),))]
        if len(matrices) == 2:
            first, second = matrices
            forms += [Call("trace", (Binary("@", first, self.turned(second)),))]
            forms += [Call("trace", (Binary("@", self.turned(first), second),))]
        return marked(min(forms, key=transposes))

    def _row_sums(self, matrix: Expression, summed: int, kept: int) -> Expression:
        """The sums of a matrix over its columns: `sum(M, n)`, a one-axis tensor.

        The dimension is named where that is a plain name and the rows have another one.
        """
        dimension, other = self.dimensions[summed], self.dimensions[kept]
        if len(dimension.terms) == 1 and not dimension.constant and dimension.terms[0][1] == 1 and dimension != other:
            shorter = min((matrix, self.turned(matrix)), key=transposes)
            return self.naming.as_column(Call("sum", (shorter, self.naming.dimension_name(dimension))))
        return self.naming.as_column(Call("sum", (matrix, Number(Fraction(2)))))

    def between_row_and_column(self, deltas: bool) -> Part:
        """What is left; `deltas` say that rows and columns agree."""
        rows = contractions_first(self.vectors.pop(ROW, []))
        columns = contractions_first(self.vectors.pop(COLUMN, []))
        if deltas:
            if self.edges:
                raise NoMatrixForm("a diagonal that is not a vector's")
            on_it = rows + columns
            size = self.naming.dimension_name(self.dimensions[ROW])
            return Part(Call("diag", (product(on_it),)) if on_it else Call("eye", (size,)), True, True)
        if (ROW, COLUMN) in self.edges:
            matrix = self.taken(ROW, COLUMN)
            if rows:
                matrix = Binary("@", Call("diag", (product(rows),)), matrix)
            if columns:
                matrix = Binary("@", matrix, Call("diag", (product(columns),)))
            return Part(matrix, True, True)
        if rows and columns:
            return Part(Binary("@", product(rows), self.turned(product(columns))), True, True)
        if rows:
            return Part(product(rows), True, False)
        if columns:
            return Part(self.turned(product(columns)), False, True)
        return Part(ONE, False, False)


@dataclass(frozen=True, slots=True)
class Part:
    """An expression in column flavour, and which of row and column it varies along."""

    expression: Expression
    row: bool
    column: bool
