"""A derivation as a person would follow it: one rule a line, every line proved equal to the one before.

Entry by entry, as products of matrices (matrix_steps.py), or by differentials (differential_steps.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from typing import Literal

from derivcheck.forms.index_form import index_form
from derivcheck.forms.letters import fresh_letters
from derivcheck.forms.polynomials import NamedPolynomial
from derivcheck.forms.propagation import Propagation
from derivcheck.forms.ranges import in_ranges
from derivcheck.forms.reading import Namer
from derivcheck.forms.slopes import SlopeStyle
from derivcheck.graph import derive
from derivcheck.graph.axes import Axis, fresh
from derivcheck.graph.nodes import Node, Quantity, constant, delta, multiply, rename, topological
from derivcheck.judging.differential_steps import DifferentialSteps
from derivcheck.judging.lines import FACTS, PUT_IN, Line, LineProver, Step
from derivcheck.judging.matrix_steps import MatrixSteps
from derivcheck.judging.proofreader import Proofreader, UnwrittenError
from derivcheck.judging.rule_names import RuleNames
from derivcheck.language.notation.syntax import (
    Binary,
    Call,
    Derivative,
    Equation,
    Expression,
    Name,
    Number,
    Reduction,
    Subscript,
    bottom_up,
)
from derivcheck.language.tensors import NamedTensor

StepStyle = Literal["index", "matrix", "differential"]
ZERO = Number(Fraction(0))


class StepWriter:
    """Writes the steps from the loss down to one variable; a stage that several of them pass is written once."""

    def __init__(self, proofreader: Proofreader) -> None:
        assert proofreader.derivation is not None
        self.proofreader, self.derivation = proofreader, proofreader.derivation
        self.names = frozenset(self.derivation.tensors)
        self._rules = RuleNames(proofreader.network)
        self._stages: dict[Node, list[Step]] = {}

    def steps(self, variable: NamedTensor, style: StepStyle | None = None) -> list[Step]:
        """Every stage between the loss and the variable; without a style by entries, and the whole at the end.

        Where there is no step of a style, it is one by entries. Raises GrowthError, UndefinedError.
        """
        match style:
            case "differential":
                found = self._differentials.steps(self._path(variable), variable)
                return found or self.steps(variable, "matrix")
            case "matrix":
                return [step for t in self._path(variable) for step in self._matrices.stage(t) or self.stage(t)]
            case "index":
                return [step for tensor in self._path(variable) for step in self.stage(tensor)]
            case None:
                return [*self.steps(variable, "index"), *self.in_matrix_form(variable)]

    def passage(self, tensor: NamedTensor, style: StepStyle | None = None) -> list[Step]:
        """One stage in a style, for a text that passes each once; by entries also what it is in matrices."""
        match style:
            case "matrix":
                return self._matrices.stage(tensor) or self.stage(tensor)
            case "index":
                return self.stage(tensor)
            case _:
                return [*self.stage(tensor), *self.in_matrix_form(tensor)]

    def remark(self, variable: NamedTensor, style: StepStyle | None = None) -> str:
        """What is to be said before the lines of a style; empty for nothing."""
        return self._differentials.remark(self._path(variable), variable) if style == "differential" else ""

    @cached_property
    def _propagation(self) -> Propagation:
        return Propagation(self.derivation)

    @cached_property
    def _matrices(self) -> MatrixSteps:
        return MatrixSteps(self.proofreader, self._propagation, self._rules)

    @cached_property
    def _differentials(self) -> DifferentialSteps:
        return DifferentialSteps(self.proofreader, self._propagation, self._rules)

    def path(self, variables: Iterable[NamedTensor]) -> list[NamedTensor]:
        """What lies on the way from the loss to any of the variables, each once, these at the end."""
        wanted = {tensor.node: tensor for tensor in variables}
        found = {tensor.node: tensor for variable in wanted.values() for tensor in self._path(variable)}
        return [found[node] for node in sorted(found, key=lambda node: (node in wanted, -node.serial))]

    def in_matrix_form(self, variable: NamedTensor) -> list[Step]:
        """The whole derivative as a product of matrices, where it is one. Raises GrowthError, UndefinedError."""
        try:
            proof = self.proofreader.gradient(variable)
        except UnwrittenError:
            return []
        if proof.form.matrix is None or not variable.axes or variable.node not in self.derivation.adjoints:
            return []
        whole = Equation((Derivative(self.derivation.output.tree, (variable.tree,)), proof.form.matrix), ("=",))
        judged = proof.judgements[-1]
        return [Step("in matrix form", whole, judged.verdict, judged.facts, opens=True)]

    def _path(self, variable: NamedTensor) -> list[NamedTensor]:
        """The named quantities between the loss and the variable, nearest to the loss first."""
        adjoints = self.derivation.adjoints
        on_path = {variable.node}
        for node in sorted((n for n in adjoints if isinstance(n, Quantity)), key=lambda n: n.serial):
            if self._propagation.made_of(node) & on_path:
                on_path.add(node)
        chosen = [self.derivation.tensors[n] for n in on_path if n in adjoints]
        return sorted(chosen, key=lambda t: (t.node is variable.node, -t.node.serial))

    # --- one stage ------------------------------------------------------------------------

    def stage(self, tensor: NamedTensor) -> list[Step]:
        """The derivative by one quantity, entry by entry. Raises GrowthError, UndefinedError."""
        if tensor.node not in self._stages:
            self._stages[tensor.node] = self._stage(tensor)
        return self._stages[tensor.node]

    def _stage(self, tensor: NamedTensor) -> list[Step]:
        derivation = self.derivation
        letters = derivation.letters(len(tensor.axes))
        entry = _entry(tensor, letters)
        left = Derivative(derivation.output.tree, (entry,))
        consumers = self._propagation.consumers(tensor.node)
        lines: list[Line] = []
        if [c.node for c in consumers] == [derivation.output.node]:
            lines += self._local_lines(consumers, [()], tensor, letters, Number(Fraction(1)))
        else:
            chain, known = [], []
            named = self._named(tensor)
            totals = all(self._only_directly(c.node, tensor.node) for c in consumers)
            bounds = self._bound(consumers, letters)
            for consumer, bound in zip(consumers, bounds, strict=True):
                chain.append(
                    self._summed(bound, self._above(consumer, bound), Derivative(_entry(consumer, bound), (entry,)))
                )
                local = self._local(consumer, tensor, bound, letters, derivation.slopes)
                above = self._above(consumer, bound)
                if local != ZERO and derivation.adjoints.get(consumer.node) not in named:
                    above = self._put_in(consumer, bound, letters) or above
                known.append(self._summed(bound, above, local))
            if totals:
                lines.append(("chain rule", _total(chain)))
            lines += self._local_lines(consumers, bounds, tensor, letters)
            if _total(known) != lines[-1][1]:
                lines.append((PUT_IN, _total(known)))
        lines.extend(self._simplified(tensor, letters, lines[-1][1]))
        return LineProver(self.proofreader).steps(left, lines)

    def _local_lines(
        self,
        consumers: Sequence[NamedTensor],
        bounds: Sequence[Sequence[str]],
        tensor: NamedTensor,
        letters: Sequence[str],
        one: Expression | None = None,
    ) -> list[Line]:
        """The derivatives of what is made of a quantity put in: by slopes, and by what these are."""
        lines: list[Line] = []
        for slopes in dict.fromkeys(("prime", self.derivation.slopes)):
            parts = [
                self._summed(
                    bound, one or self._above(consumer, bound), self._local(consumer, tensor, bound, letters, slopes)
                )
                for consumer, bound in zip(consumers, bounds, strict=True)
            ]
            rule = self._rules.slope_by_value(lines[-1][1]) if lines else self._rules.derivative(consumers, tensor)
            lines.append((rule, _total(parts)))
        return lines

    def _bound(self, consumers: Sequence[NamedTensor], letters: Sequence[str]) -> list[list[str]]:
        """Letters for the entries of what is made of a quantity, no two alike."""
        used = set(self.derivation.taken) | set(letters)
        found: list[list[str]] = []
        for consumer in consumers:
            found.append(fresh_letters(len(consumer.axes), used))
            used.update(found[-1])
        return found

    def _above(self, consumer: NamedTensor, bound: Sequence[str]) -> Expression:
        """∂L/∂consumer[bound] by its name."""
        if consumer.node is self.derivation.output.node:
            return Number(Fraction(1))
        return Derivative(self.derivation.output.tree, (_entry(consumer, bound),))

    def _summed(self, bound: Sequence[str], above: Expression, local: Expression) -> Expression:
        if above == ZERO:
            return above
        body = local if above == Number(Fraction(1)) else Binary("*", above, local)
        return Reduction("sum", tuple(bound), None, body) if bound else body

    def _only_directly(self, consumer: Node, variable: Node) -> bool:
        """Whether a quantity depends on a name through no other name: then ∂q/∂v is the whole derivative."""
        others = self._propagation.made_of(consumer) - {variable}
        return not any(variable in set(topological([other])) for other in others)

    def _local(
        self,
        consumer: NamedTensor,
        variable: NamedTensor,
        rows: Sequence[str],
        columns: Sequence[str],
        slopes: SlopeStyle,
    ) -> Expression:
        """∂consumer[rows]/∂variable[columns], other names held fixed, as an index expression."""
        row_axes = [fresh(a.dimension, (), f"row{k}.") for k, a in enumerate(consumer.axes)]
        column_axes = [fresh(a.dimension, (), f"column{k}.") for k, a in enumerate(variable.axes)]
        seed = multiply(constant(1), *(delta(a, b) for a, b in zip(consumer.axes, row_axes, strict=True)))
        assert isinstance(consumer.node, Quantity)
        independent = self._propagation.made_of(consumer.node)
        adjoint = derive.adjoints(consumer.node.operand, seed, independent)[variable.node]
        adjoint = rename(adjoint, dict(zip(variable.axes, column_axes, strict=True)))
        axes = (*row_axes, *column_axes)
        reading = Namer(tuple(self.names), (), {}, axes, slopes).reading(adjoint)
        return self._written(reading, axes, (*rows, *columns))

    def _written(self, reading: NamedPolynomial, axes: Sequence[Axis], letters: Sequence[str]) -> Expression:
        return index_form(reading, axes, letters, self.derivation.naming("named"))

    def _named(self, tensor: NamedTensor) -> frozenset[Node]:
        """The derivatives that stand in what a stage ends with; all of them where it has no reading."""
        reading = self.derivation.readings_of(tensor.node)
        if reading is None:
            return frozenset(self.derivation.adjoints.values())
        leaves = reading.canonical.leaf_nodes
        return frozenset(leaves[n] for _, factors in reading.polynomial for n, _, _ in factors if n in leaves)

    def _put_in(self, consumer: NamedTensor, bound: Sequence[str], letters: Sequence[str]) -> Expression | None:
        """The derivative by a consumer as its own stage ends, at bound letters beside those of the variable."""
        reading = self.derivation.readings.get(self.derivation.adjoints.get(consumer.node, consumer.node))
        if reading is None:
            return None
        naming = self.derivation.naming("named")
        return index_form(reading, consumer.axes, bound, replace(naming, taken=naming.taken.union(letters)))

    def _simplified(self, tensor: NamedTensor, letters: Sequence[str], before: Expression) -> list[Line]:
        """The sum carried out, first without facts, then with those given."""
        derivation = self.derivation
        final = derivation.reading(tensor.node)
        deltas = any(isinstance(node, Call) and node.function == "delta" for node in bottom_up(before))
        rule = "sum over a delta" if deltas else _simplification(before)
        lines: list[Line] = []
        if final.facts:
            bare = derivation.without_facts.readings_of(tensor.node)
            if bare is not None:
                lines.append((rule, self._written(bare, tensor.axes, letters)))
        whole = self._written(final, tensor.axes, letters)
        put_in = _names_a_derivative(before) and not _names_a_derivative(whole)
        lines.append((FACTS if final.facts else PUT_IN if put_in else rule, whole))
        return [(name, self._in_ranges(tree)) for name, tree in lines]

    def _in_ranges(self, tree: Expression) -> Expression:
        """The tree with conditions in the ranges of sums, as it is where that is not read back."""
        limited = in_ranges(tree)
        return limited if limited == tree or self.proofreader.judged(tree, limited) is not None else tree


def _names_a_derivative(tree: Expression) -> bool:
    return any(isinstance(node, Derivative) for node in bottom_up(tree))


def _simplification(before: Expression) -> str:
    """What makes a line shorter that has no delta in it."""
    summed = any(isinstance(node, Reduction) for node in bottom_up(before))
    return "sums carried out" if summed else "terms collected"


def _entry(tensor: NamedTensor, letters: Sequence[str]) -> Expression:
    places = tuple(Name(letter) for letter in letters)
    return Subscript(tensor.tree, places) if places else tensor.tree


def _total(parts: Sequence[Expression]) -> Expression:
    result = parts[0]
    for part in parts[1:]:
        result = Binary("+", result, part)
    return result
