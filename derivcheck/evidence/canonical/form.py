"""Graph to canonical form, and equality for all sizes."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, assert_never, cast

from derivcheck.diagnostics.diagnostic import UnsupportedError
from derivcheck.evidence.canonical import (
    affine,
    elementary,
    generic,
    inverted,
    matrices,
    matrix_functions,
    products,
)
from derivcheck.evidence.canonical.algebra import Algebra
from derivcheck.evidence.canonical.atoms import (
    OUTER,
    Atom,
    GrowthError,
    LeafInputs,
    Polynomial,
    UndefinedError,
    ZeroDivisorError,
    combination,
    outer_indices,
    scaled,
)
from derivcheck.evidence.canonical.knowledge import knowledge
from derivcheck.evidence.canonical.matrix_functions import MatrixFunctions
from derivcheck.evidence.canonical.powers import powers_of_powers
from derivcheck.evidence.canonical.scalar_expressions import ScalarExpressions
from derivcheck.graph.axes import Axis
from derivcheck.graph.nodes import (
    Determinant,
    Extremum,
    Held,
    Indicator,
    Input,
    Inverse,
    Map,
    Node,
    Product,
    Quantity,
    Rename,
    Sum,
    operands,
    topological,
)
from derivcheck.graph.positions import Affine
from derivcheck.graph.scalars import declared, lower
from derivcheck.spec.facts.table import FACTS, values_of, with_implied

Facts = Mapping[str, tuple[tuple[str, int | None], ...]]


def without_switches(facts: Facts) -> Facts:
    """The facts without what says that an input has few values; the entries of a one-hot one still sum to one."""
    found = {}
    for name, given in facts.items():
        left = ((FACTS[fact].relaxed if values_of(fact) else fact, place) for fact, place in given)
        found[name] = tuple((fact, place) for fact, place in left if fact)
    return found


@dataclass(frozen=True, slots=True)
class Equality:
    """Whether two nodes have one canonical form, the facts the rewriting used, or why it is not known."""

    proved: bool
    facts: tuple[tuple[str, str], ...] = ()
    reason: str = ""
    undefined: bool = False  # a side has no value anywhere


class Canonical:
    """Canonical forms of nodes under given facts, remembered between questions.

    `cut` nodes are leaves. With `lowered` false, named functions keep their names
    (`sigmoid'` is an atom), which is how forms for display are made.
    """

    def __init__(
        self,
        facts: Facts | None = None,
        cut: frozenset[Node] = frozenset(),
        lowered: bool = True,
        circles: bool = False,
    ) -> None:
        self.algebra = Algebra(elementary.rebuilt, self._inputs, keeps_roots=not lowered, circles=circles)
        self._scalars = ScalarExpressions(self.algebra, lowered)
        self._on_circles: Canonical | None = None
        self.facts = dict(facts or {})
        self.cut = cut
        # An inverse or a determinant that is cut by its name is that name wherever it occurs.
        self._named = {
            node.operand: node
            for node in cut
            if isinstance(node, Quantity) and isinstance(node.operand, Inverse | Determinant)
        }
        self.lowered = lowered
        self.leaf_nodes: dict[int, Node] = {}
        self._forms: dict[Node, Polynomial] = {}
        # Below what is cut, or known, nothing is looked for.
        self._settled = ChainMap[Node, Any](self._forms, dict.fromkeys(cut))
        self._overgrown: set[Node] = set()
        self._leaf_inputs: dict[Node, LeafInputs] = {}
        self._used: dict[Node, frozenset[tuple[str, str]]] = {}  # by a form and those that it is made of

    def outer(self, axis: Axis) -> int:
        return self.algebra.outer(self.algebra.dimension(axis.dimension), axis)

    def form(self, root: Node) -> Polynomial:
        """The polynomial of a node over its axes. Raises GrowthError, UndefinedError, UnsupportedError."""
        if root in self._forms:
            return self._forms[root]
        for node in topological([root], self._settled):
            if node in self._overgrown:
                raise GrowthError
            if node not in self._forms:
                self.algebra.start()
                is_cut = node in self.cut
                try:
                    self._forms[node] = self.leaf(node) if is_cut else self._made(node)
                except GrowthError:
                    self._overgrown.add(node)
                    raise
                below = () if is_cut else operands(node)
                self._used[node] = frozenset(self.algebra.used).union(*(self._used[n] for n in below))
        return self._forms[root]

    def facts_used(self, root: Node) -> frozenset[tuple[str, str]]:
        """The facts that the form of a node rests on; nothing before it is made."""
        return self._used.get(root, frozenset())

    def equal(self, left: Node, right: Node, denominators: bool = True) -> Equality:
        """Whether both nodes are the same function for all sizes.

        With `denominators`, a difference that is not zero is brought over one denominator first.
        """
        try:
            difference = combination(self.form(left), self.form(right), -1)
            self.algebra.start()
            if difference and denominators:
                difference = self._over_one_denominator(difference)
                difference = self._beside_matrices(difference) if difference else difference
            if difference:
                difference = self.algebra.in_one_order(difference)
        except GrowthError:
            return Equality(False, reason="the canonical form grows too large")
        except ZeroDivisorError as problem:
            return Equality(False, reason=str(problem))
        except UndefinedError as problem:
            return Equality(False, reason=str(problem), undefined=True)
        except UnsupportedError as problem:
            return Equality(False, reason=problem.diagnostic.message)
        if difference and not self.algebra.circles and any(atom.name in ("sin", "cos") for atom in self.algebra.atoms):
            # Squares of sines stay squares, of which more is known, unless 1 - cos² has to be told to be one.
            self._on_circles = self._on_circles or Canonical(self.facts, self.cut, self.lowered, circles=True)
            return self._on_circles.equal(left, right, denominators)
        if difference:
            return Equality(False, reason="the canonical forms differ")
        used = self.facts_used(left) | self.facts_used(right) | self.algebra.used
        return Equality(True, tuple(sorted(used)))

    def _beside_matrices(self, difference: Polynomial, depth: int = 2) -> Polynomial:
        """The difference times a matrix whose inverse stands in it: zero where that is, otherwise as it was."""
        for number, indices in sorted({(n, ii) for _, factors in difference for n, ii, p in factors if p == 1}):
            for product in inverted.beside_its_matrix(self.algebra, number, indices, difference):
                product = self._over_one_denominator(product)
                if not product or (depth > 1 and not self._beside_matrices(product, depth - 1)):
                    return {}
        return difference

    def _over_one_denominator(self, difference: Polynomial) -> Polynomial:
        """The difference times its denominators that have no bound index; they are not zero."""
        for _ in range(6):
            worst: dict[tuple[int, tuple[int, ...]], Any] = {}
            for _, factors in difference:
                for number, indices, power in factors:
                    if (
                        self.algebra.atoms[number].kind == "power"
                        and power < 0
                        and all(i >= OUTER or i < 0 for i in indices)
                    ):
                        worst[number, indices] = min(worst.get((number, indices), 0), power)
            if not worst:
                break
            (number, indices), power = min(worst.items(), key=lambda item: item[0])
            lift = self.algebra.factor(number, indices, -power)
            difference = self.algebra.multiply(difference, lift)
        return difference

    def opened(self, node: Node) -> Polynomial:
        """The polynomial of a node that is a leaf here, over the leaves below it. Raises as `form` does."""
        for operand in operands(node):
            self.form(operand)
        self.algebra.start()
        return self._made(node)

    # --- one node -------------------------------------------------------------------------

    def leaf(self, node: Node) -> Polynomial:
        """A node as an atom of its own."""
        axes = node.home if isinstance(node, Input) else node.axes
        name = node.name if isinstance(node, Input | Quantity) else ""
        facts = self.facts.get(name, ()) if isinstance(node, Input) else ()
        known = knowledge(tuple(facts), len(axes))
        atom = Atom(
            "leaf",
            (name, node.serial),
            tuple(self.algebra.dimension(axis.dimension) for axis in axes),
            known.symmetries,
            positive=known.positive,
            below_one=known.below_one,
            values=known.values,
            valued_by=known.valued_by,
            identities=known.identities,
            # What is shown is right for any entries; proofs know which are zero.
            supports=known.supports if self.lowered else (),
            name=name,
            positive_inside=known.positive_inside,
        )
        number = self.algebra.intern(atom)
        self.leaf_nodes[number] = node
        found = self.algebra.factor(number, tuple(self.outer(axis) for axis in axes))
        return self.algebra.multiply(found, self.algebra.number(1)) if atom.supports else found

    def _less(self, dimension: int, indices: tuple[int, ...]) -> Polynomial:
        return self.algebra.factor(self.algebra.less_atom(dimension), indices)

    def _inputs(self, number: int) -> LeafInputs:
        """What a leaf depends on; that of a cut node is seen in what it stands for."""
        node = self.leaf_nodes.get(number)
        if node is None:
            return LeafInputs(frozenset(), frozenset())
        if node not in self._leaf_inputs:
            # The names that it is made of come first, so that nothing recurses on depth.
            for below in topological([node]):
                if (below is node or below in self.cut) and below not in self._leaf_inputs:
                    names = frozenset(n.name for n in topological([below]) if isinstance(n, Input))
                    self._leaf_inputs[below] = LeafInputs(self._pivots(below), names, self._carriers(below))
        return self._leaf_inputs[node]

    def _pivots(self, node: Node) -> frozenset[str]:
        if isinstance(node, Input):
            return frozenset() if self._is_restricted(node) else frozenset([node.name])
        if not isinstance(node, Quantity) or isinstance(node.operand, Inverse | Determinant):
            return frozenset()  # an inverse that has a name is that name, which says nothing of its entries
        try:
            with self.algebra.aside():
                return generic.pivots(self.algebra, self.form(node.operand))
        except (GrowthError, UndefinedError, UnsupportedError):
            return frozenset()

    def _carriers(self, node: Node) -> frozenset[tuple[str, frozenset[int]]]:
        if isinstance(node, Input):
            # The entries of a symmetric matrix are equal in pairs.
            known = knowledge(tuple(self.facts.get(node.name, ())), len(node.axes))
            slots = frozenset(range(1 if len(known.symmetries) > 1 else len(node.axes)))
            return frozenset() if self._is_restricted(node) else frozenset([(node.name, slots)])
        if not isinstance(node, Quantity) or isinstance(node.operand, Inverse | Determinant):
            return frozenset()
        places = {self.outer(axis): k for k, axis in enumerate(node.axes)}
        try:
            with self.algebra.aside():
                found = generic.carriers(self.algebra, self.form(node.operand))
        except (GrowthError, UndefinedError, UnsupportedError):
            return frozenset()
        return frozenset((name, frozenset(places[i] for i in indices if i in places)) for name, indices in found)

    def _is_restricted(self, node: Input) -> bool:
        """Whether the entries of an input are bound to each other, or to a few values."""
        return any(kind.restricts for fact, _ in self.facts.get(node.name, ()) for kind in with_implied(fact))

    def _made(self, node: Node) -> Polynomial:
        algebra = self.algebra
        match node:
            case Input():
                return self.leaf(node)
            case Quantity() | Held():
                return self._forms[node.operand]
            case Map():
                expression = lower(node.expression) if self.lowered else declared(node.expression)
                expression, inner = powers_of_powers(expression, node.operands, self._forms)
                return self._scalars.form(expression, [self._forms[operand] for operand in inner])
            case Sum():
                return algebra.sum_over(self._forms[node.operand], [self.outer(axis) for axis in node.bound])
            case Rename():
                mapping = {self.outer(old): self.outer(new) for old, new in node.mapping}
                return algebra.substitute(self._forms[node.operand], mapping)
            case Indicator():
                return self._indicator(node)
            case Extremum() | Product():
                return self._reduced(node)
            case Inverse() | Determinant():
                named = self._named.get(node)
                return self._of_matrix(node) if named is None else self.leaf(named)
            case _:
                assert_never(node)

    def _reduced(self, node: Extremum | Product) -> Polynomial:
        """The reduction as a function of what it runs over; along an axis on which nothing depends there is none."""
        algebra, inner = self.algebra, self._forms[node.operand]
        mentioned = outer_indices(inner)
        axes = [index for index in map(self.outer, node.bound) if index in mentioned]
        if isinstance(node, Product):
            idle = [axis for axis in node.bound if self.outer(axis) not in mentioned]
            count = algebra.multiply_all(self._scalars.form(axis.dimension.expression(), []) for axis in idle)
            product = products.product_over(algebra, inner, axes) if axes else inner
            return self._scalars.raised(product, count) if idle else product
        if not axes:
            return inner
        reduced = {i: algebra.outer(algebra.outer_dimension[i], ("reduced", k)) for k, i in enumerate(axes)}
        sign = -1 if node.kind == "min" else 1
        moved = algebra.substitute(scaled(inner, sign), reduced)
        return scaled(elementary.largest(algebra, moved, tuple(reduced.values())), sign)

    def _of_matrix(self, node: Inverse | Determinant) -> Polynomial:
        """A function of the whole matrix (matrix_functions.py)."""
        algebra = self.algebra
        factored = matrices.of_factors(node, self.cut) if self.lowered else None
        if factored is not None:
            with algebra.aside():
                found = self.form(factored)
            algebra.used |= self._used[factored]
            return found
        triangle = self._of_triangle(node) if isinstance(node, Determinant) and self.lowered else None
        if triangle is not None:
            return triangle
        at = self._forms[node.operand], self.outer(node.row), self.outer(node.column)
        if not self.lowered:
            return matrix_functions.bare(algebra, *at, isinstance(node, Inverse))
        functions = MatrixFunctions(algebra, self._scalars.raised, self._is_free)
        return functions.determinant(*at) if isinstance(node, Determinant) else functions.inverse(*at)

    def _is_free(self, leaf: int) -> bool:
        """Whether a matrix is an input of which nothing is known but that it may be symmetric: it has an inverse."""
        node = self.leaf_nodes.get(leaf)
        return isinstance(node, Input) and all(fact == "symmetric" for fact, _ in self.facts.get(node.name, ()))

    def _of_triangle(self, node: Determinant) -> Polynomial | None:
        """The product of the diagonal, where nothing stands on one side of it; None elsewhere."""
        algebra, inner = self.algebra, self._forms[node.operand]
        row, column = self.outer(node.row), self.outer(node.column)
        dimension = algebra.dimension(node.row.dimension)
        sides = self._less(dimension, (column, row)), self._less(dimension, (row, column))
        if not matrices.is_triangular(algebra, inner, *sides):
            return None
        diagonal = algebra.substitute(inner, {column: row})
        if row in outer_indices(diagonal):
            return products.product_over(algebra, diagonal, (row,))
        return self._scalars.raised(diagonal, algebra.size(dimension))

    def _indicator(self, node: Indicator) -> Polynomial:
        algebra = self.algebra
        if node.relation in ("zero", "positive"):
            (value,) = node.terms
            assert isinstance(value, Affine)
            index_of = {axis: self.outer(axis) for axis in value.axes}
            parts = affine.indicator(algebra, node.relation, value, index_of)
            return {((), factors): coefficient for factors, coefficient in parts}
        dimension = algebra.dimension(next(t.dimension for t in node.terms if isinstance(t, Axis)))
        indices = tuple(self.outer(t) if isinstance(t, Axis) else -cast(int, t) for t in node.terms)
        if node.relation == "less":
            return self._less(dimension, indices)
        return algebra.factor(algebra.delta_atom(dimension), indices)
