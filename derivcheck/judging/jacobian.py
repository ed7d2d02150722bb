"""The Jacobian of one catalogue function: as entries, by cases, as a matrix, in numbers, and its structure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from derivcheck.diagnostics.diagnostic import ContradictionError, DerivcheckError, Diagnostic
from derivcheck.diagnostics.display import Displayed
from derivcheck.diagnostics.verdicts import NumericEvidence, Verdict
from derivcheck.evidence.canonical.atoms import GrowthError, UndefinedError
from derivcheck.evidence.numeric.comparison import compare_gradient
from derivcheck.evidence.numeric.program import Program
from derivcheck.evidence.numeric.sampling import finite_sample
from derivcheck.evidence.numeric.survey import laid_out
from derivcheck.evidence.numeric.tensors import Tensor
from derivcheck.forms.entries import entry_writer
from derivcheck.forms.index_form import IndexForm, Naming, index_form
from derivcheck.forms.matrix_form import MatrixForm, matrix_function_writer
from derivcheck.forms.matrix_naming import MatrixNaming, NoMatrixForm
from derivcheck.forms.ranges import in_ranges
from derivcheck.forms.reading import Namer
from derivcheck.forms.structural_form import structural_form
from derivcheck.forms.transposition import transposed
from derivcheck.graph import derive
from derivcheck.graph.axes import Axis, fresh
from derivcheck.graph.nodes import Node, Quantity, constant, rename, sum_over
from derivcheck.judging.judge import Judge, Judgement
from derivcheck.judging.proofreader import UNREADABLE, Proofreader
from derivcheck.language.catalogue.specs import definition_parameters, function_spec
from derivcheck.language.lowering.language import Lowering
from derivcheck.language.network import Network, build
from derivcheck.language.notation.parser import parse_expression
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.syntax import Call, Conditional, Derivative, Equation, Expression, Name, Subscript
from derivcheck.language.notation.syntax import Comparison as Test
from derivcheck.language.tensors import NamedTensor


@dataclass(frozen=True, slots=True)
class Shown:
    """One form in every notation."""

    plain: str
    unicode: str
    latex: str


@dataclass(frozen=True, slots=True)
class JacobianResult(Displayed):
    """∂output/∂variable of a function: `matrix` is None where there is no matrix form (`no_matrix` says why).

    `numbers` is the Jacobian at `point`, rows and columns as in the layout; a tensor of
    higher order is flattened, first index slowest.
    """

    name: str
    definition: str
    of: str
    wrt: str
    layout: str
    entry: Shown
    index: Shown
    cases: Shown | None
    matrix: Shown | None
    no_matrix: str
    structure: tuple[str, ...]
    verdict: Verdict
    numeric: NumericEvidence
    point: tuple[tuple[str, Any], ...]
    numbers: Any
    sizes: tuple[tuple[str, int], ...]


def show(
    name: str,
    size: str = "",
    at: Sequence[float] | None = None,
    layout: str = "numerator",
    wrt: str = "",
    seed: int = 0,
) -> JacobianResult:
    """The Jacobian of a catalogue function by one of its arguments (the first where none is named).

    `size` is `3`, or `2x2` for an entrywise function of a matrix. Raises DerivcheckError
    for an unknown name, argument or size.
    """
    spec, definition, output = function_spec(name, size, layout)
    network = build(spec)
    candidates = [t for t in network.tensors if t.name in definition_parameters(spec)]
    chosen = next((t for t in candidates if t.name == wrt), None) if wrt else candidates[0]
    if chosen is None:
        known = ", ".join(t.name for t in candidates)
        raise DerivcheckError(Diagnostic("DC605", f"`{name}` has no argument `{wrt}`", notes=(("arguments", known),)))
    return _Shower(network, network.named(output), chosen, seed, layout).result(name, definition, at)


class _Shower:
    """One output of one network by one variable."""

    def __init__(self, network: Network, output: NamedTensor, variable: NamedTensor, seed: int, layout: str) -> None:
        self.network, self.output, self.variable = network, output, variable
        self.seed, self.layout = seed, layout
        tensors = list(network.tensors)
        self.tensors = {t.node: t for t in tensors}
        self.taken = frozenset({t.name for t in tensors} | set(network.scope.dimensions))
        self.rows = tuple(fresh(a.dimension, (), f"row{k}.") for k, a in enumerate(output.axes))
        self.columns = tuple(fresh(a.dimension, (), f"column{k}.") for k, a in enumerate(variable.axes))
        node = derive.jacobian(
            output.node,
            variable.node,
            dict(zip(output.axes, self.rows, strict=True)),
            dict(zip(variable.axes, self.columns, strict=True)),
        )
        self.node = node
        self.axes = (*self.rows, *self.columns)
        function_names = [t.node for t in tensors]
        self.reading = Namer(function_names, (), network.facts, self.axes).reading(node)
        cuts = [frozenset(n for n in function_names if isinstance(n, Quantity))]
        self.judge = Judge(network.facts, network.sizes, seed, cuts, given=network.given)
        self.proofreader = Proofreader(network, None, self.judge)

    def result(self, name: str, definition: str, at: Sequence[float] | None) -> JacobianResult:
        """Raises ContradictionError (DC903) where no form of the entries is read back."""
        letters = self._letters()
        entry = Derivative(
            self._entry(self.output, letters[: len(self.rows)]),
            (self._entry(self.variable, letters[len(self.rows) :]),),
        )
        index, judgement = self._index(name, entry, letters)
        verdict = judgement.verdict
        cases = self._cases(letters)
        if cases is not None and self.proofreader.judged(entry, cases) is None:
            cases = None
        matrix, reason = self._matrix()
        if matrix is not None:
            second = self._judged(matrix)
            if second is None:
                matrix, reason = None, "what was written could not be read back"
            else:
                verdict = min(verdict, second.verdict, key=("undecided", "checked", "proved").index)
        rows = dict(zip(self.output.axes, self.rows, strict=True))
        columns = dict(zip(self.variable.axes, self.columns, strict=True))
        numeric = compare_gradient(
            self.output.node,
            self.variable.node,
            self.node,
            self.network.sizes,
            self.network.facts,
            self.seed,
            rows,
            columns,
        )
        point, numbers = self._numbers(at)
        return JacobianResult(
            name,
            definition,
            self.output.name,
            self.variable.name,
            self.layout,
            self._shown(entry),
            self._shown(index, entry),
            None if cases is None else self._shown(cases, entry),
            None if matrix is None else self._shown(matrix),
            reason,
            self._structure(),
            verdict,
            numeric,
            point,
            numbers,
            tuple(self.network.sizes.items()),
        )

    # --- writing --------------------------------------------------------------------------

    def _index(self, name: str, entry: Expression, letters: Sequence[str]) -> tuple[Expression, Judgement]:
        """The entries as they may be shown."""
        naming = self._naming()
        leaves = frozenset(self.tensors) - {self.output.node}
        writers: tuple[Callable[[], Expression], ...] = (
            lambda: index_form(self.reading, self.axes, letters, naming),
            lambda: structural_form(self.node, self.axes, letters, leaves, naming),
        )
        for write in writers:
            try:
                tree = write()
            except (GrowthError, UndefinedError):
                continue
            for form in dict.fromkeys((in_ranges(tree), tree)):
                if (judgement := self.proofreader.judged(entry, form)) is not None:
                    return form, judgement
        raise ContradictionError(
            Diagnostic("DC903", f"no form of the Jacobian of `{name}` is read back as it is meant")
        )

    def _judged(self, matrix: Expression) -> Judgement | None:
        """What is found of the matrix form as its text says."""
        if len(self.axes) <= 2:
            return self.proofreader.judged(Derivative(self.output.tree, (self.variable.tree,)), matrix)
        try:
            found = self._whole(parse_expression(self.proofreader.plain(matrix), self.network.scope.vocabulary()))
        except UNREADABLE:
            return None
        return self.proofreader.judgement(*found) if found is not None else None

    def _shown(self, tree: Expression, left: Expression | None = None) -> Shown:
        """A form that was read back, in every notation as it was read back there."""
        equation = Equation((tree if left is None else left, tree), ("=",))
        sides = [self.proofreader.sides(equation, notation) for notation in ("plain", "unicode", "latex")]
        return Shown(*(both[1] if both is not None else to_plain(tree) for both in sides))

    def _letters(self) -> tuple[str, ...]:
        pool = [letter for letter in "ijkmpqrst" if letter not in self.taken]
        return tuple(pool[: len(self.axes)])

    def _entry(self, tensor: NamedTensor, letters: Sequence[str]) -> Expression:
        return Subscript(tensor.tree, tuple(Name(letter) for letter in letters)) if letters else tensor.tree

    def _naming(self) -> Naming:
        return Naming(entry_writer(self.tensors), self.taken, matrix_function_writer(self._matrix_naming()))

    def _matrix_naming(self) -> MatrixNaming:
        return MatrixNaming(
            lambda node: (self.tensors[node].tree, self.tensors[node].axes),
            "column",
            self.proofreader.scalars,
            lambda d: Name(str(d)),
        )

    def _cases(self, letters: Sequence[str]) -> Expression | None:
        """`A if i == j else B`, where deltas of a square Jacobian make the difference."""
        canonical = self.reading.canonical
        algebra = canonical.algebra
        if len(self.rows) != 1 or len(self.columns) != 1 or self.rows[0].dimension != self.columns[0].dimension:
            return None
        i, j = canonical.outer(self.rows[0]), canonical.outer(self.columns[0])
        if not any(self._is_delta(a) for _, factors in self.reading.polynomial for a, _, _ in factors):
            return None
        algebra.start()
        same = algebra.substitute(self.reading.polynomial, {j: i})
        other = {t: c for t, c in self.reading.polynomial.items() if not any(self._is_delta(a) for a, _, _ in t[1])}
        form = IndexForm(canonical, self._naming())
        function_names = {i: letters[0], j: letters[1]}
        test = Test("=", Name(letters[0]), Name(letters[1]))
        return Conditional(test, form.expression(same, function_names), form.expression(other, function_names))

    def _is_delta(self, number: int) -> bool:
        return self.reading.canonical.algebra.atoms[number].kind == "equal"

    def _matrix(self) -> tuple[Expression | None, str]:
        """The matrix form in the layout asked for, or the reason why there is none."""
        try:
            tree = self._flat() if len(self.axes) > 2 else self._plain_matrix()
        except NoMatrixForm as why:
            return None, str(why)
        # The derivative of a number is a row in numerator layout, that by a number a column.
        across = self.layout == "numerator" if not self.rows else self.layout == "denominator"
        return (transposed(tree, self.proofreader.scalars) if across else tree), ""

    def _plain_matrix(self) -> Expression:
        outer = [self.reading.canonical.outer(axis) for axis in self.axes] + [None, None]
        row, column = (outer[0], outer[1]) if self.rows else (outer[0], None)
        if not self.rows and len(self.columns) == 2:
            row, column = outer[0], outer[1]
        self.reading.canonical.algebra.start()
        return MatrixForm(self.reading.canonical, self._matrix_naming()).expression(
            self.reading.polynomial, row, column
        )

    def _flat(self) -> Expression:
        """Flattened row by row: `diag(vec(F))` of an entrywise function, `kron(A, B)` of a product."""
        canonical = self.reading.canonical
        if len(self.reading.polynomial) != 1:
            raise NoMatrixForm("the flattened Jacobian is not one product")
        ((bound, factors), coefficient), *_ = self.reading.polynomial.items()
        if bound or coefficient != 1:
            raise NoMatrixForm("the flattened Jacobian is not one product")
        rows = [canonical.outer(axis) for axis in self.rows]
        columns = [canonical.outer(axis) for axis in self.columns]
        form = MatrixForm(canonical, self._matrix_naming())
        deltas = [f for f in factors if self._is_delta(f[0])]
        rest = tuple(f for f in factors if not self._is_delta(f[0]))
        matched = {frozenset(couple) for couple in zip(rows, columns, strict=False)}
        if len(rows) == len(columns) == 2 and {frozenset(d[1]) for d in deltas} == matched:
            kept = {i for _, ii, _ in rest for i in ii}
            function_names = rows if kept <= set(rows) else columns
            inner = form.expression({((), rest): 1}, function_names[0], function_names[1])
            return Call("diag", (Call("vec", (inner,)),))
        if len(rows) == 1 and len(columns) == 2:
            for first, second in ((columns[0], columns[1]), (columns[1], columns[0])):
                left = tuple(f for f in factors if set(f[1]) <= {rows[0], first})
                right = tuple(f for f in factors if set(f[1]) <= {second})
                if len(left) + len(right) == len(factors) and left and right:
                    a = form.expression({((), left): 1}, rows[0], first)
                    b = transposed(form.expression({((), right): 1}, second, None))
                    return Call("kron", (a, b) if first == columns[0] else (b, a))
        raise NoMatrixForm(f"a tensor of order {len(self.axes)}")

    def _whole(self, matrix: Expression) -> tuple[Node, Node, tuple[Axis, ...]] | None:
        """The flattened Jacobian and the lowered matrix form, along common axes; None where the shapes differ."""
        value = Lowering(self.network.scope).expression(matrix)
        if self.layout == "denominator":
            value = value.transposed()
        own, wanted = (*value.row, *value.column), self.axes
        if [a.dimension for a in own] != [a.dimension for a in wanted]:
            return None
        return self.node, rename(value.node, dict(zip(own, wanted, strict=True))), self.axes

    # --- structure and numbers ------------------------------------------------------------

    def _structure(self) -> tuple[str, ...]:
        """What is proved of the Jacobian: diagonal, symmetric, rows or columns summing to zero."""
        found = []
        if len(self.rows) == len(self.columns) == 1:
            i, j = self.rows[0], self.columns[0]
            if i.dimension == j.dimension:
                if all(any(self._is_delta(a) for a, _, _ in factors) for _, factors in self.reading.polynomial):
                    found.append("diagonal")
                if self.judge.prover.proof(self.node, rename(self.node, {i: j, j: i})).proved:
                    found.append("symmetric")
            for axis, text in ((j, "rows sum to zero"), (i, "columns sum to zero")):
                if self.judge.prover.proof(sum_over(self.node, [axis]), constant(0)).proved:
                    found.append(text)
        return tuple(found)

    def _numbers(self, at: Sequence[float] | None) -> tuple[tuple[tuple[str, Any], ...], Any]:
        sizes = dict(self.network.sizes)
        program = Program([self.node], seed=self.seed)
        values = finite_sample([self.output.node, self.node], sizes, self.network.facts, self.seed)
        if at is not None:
            count = int(np.prod([a.dimension.size(sizes) for a in self.variable.axes]))
            if len(at) != count:
                raise DerivcheckError(
                    Diagnostic("DC606", f"`--at` needs {count} numbers, {len(at)} are given", help=f"--size {len(at)}")
                )
            shape = [a.dimension.size(sizes) for a in self.variable.axes]
            values[self.variable.node] = Tensor(np.array(at, dtype=float).reshape(shape), self.variable.axes)
        array = np.array(laid_out(program.run(values, sizes)[0], self.axes, sizes))
        down = int(np.prod([a.dimension.size(sizes) for a in self.rows]))
        flat = array.reshape(down, -1)
        if self.layout == "denominator":
            flat = flat.T
        point = tuple((n.name, np.asarray(t.array).tolist()) for n, t in values.items() if hasattr(n, "name"))
        return point, flat.tolist()
