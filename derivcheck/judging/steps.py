"""A derivation as a person would follow it: one rule a line, every line proved equal to the one before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from derivcheck.diagnostics.verdicts import Verdict
from derivcheck.forms.index_form import fresh_letter, index_form
from derivcheck.forms.polynomials import NamedPolynomial
from derivcheck.forms.reading import Namer
from derivcheck.graph import derive
from derivcheck.graph.axes import Axis, fresh
from derivcheck.graph.nodes import Node, Quantity, constant, delta, multiply, rename, topological
from derivcheck.judging.proofreader import Proofreader, UnwrittenError
from derivcheck.language.notation.syntax import (
    Binary,
    Derivative,
    Equation,
    Expression,
    Name,
    Number,
    Reduction,
    Subscript,
)
from derivcheck.language.tensors import NamedTensor

ZERO = Number(Fraction(0))


@dataclass(frozen=True, slots=True)
class Step:
    """One line: what was done, the equation, and how it follows from the line before."""

    rule: str
    equation: Equation
    verdict: Verdict
    facts: tuple[str, ...] = ()
    opens: bool = False


class StepWriter:
    """Writes the steps from the loss down to one variable; a stage that several of them pass is written once."""

    def __init__(self, proofreader: Proofreader) -> None:
        assert proofreader.derivation is not None
        self.proofreader, self.derivation = proofreader, proofreader.derivation
        self.names = frozenset(self.derivation.tensors)
        self._stages: dict[Node, list[Step]] = {}

    def steps(self, variable: NamedTensor) -> list[Step]:
        """Every stage between the loss and the variable. Raises GrowthError, UndefinedError."""
        written: list[Step] = []
        for tensor in self._path(variable):
            written.extend(self.stage(tensor))
        return written + self.in_matrix_form(variable)

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
        if proof.form.matrix is None or variable.node not in self.derivation.adjoints:
            return []
        whole = Equation((Derivative(self.derivation.output.tree, (variable.tree,)), proof.form.matrix), ("=",))
        judged = proof.judgements[-1]
        return [Step("in matrix form", whole, judged.verdict, judged.facts, opens=True)]

    def _path(self, variable: NamedTensor) -> list[NamedTensor]:
        """The named quantities between the loss and the variable, nearest to the loss first."""
        adjoints = self.derivation.adjoints
        on_path = {variable.node}
        for node in sorted((n for n in adjoints if isinstance(n, Quantity)), key=lambda n: n.serial):
            if self._direct(node) & on_path:
                on_path.add(node)
        chosen = [self.derivation.tensors[n] for n in on_path if n in adjoints]
        return sorted(chosen, key=lambda t: (t.node is variable.node, -t.node.serial))

    def _direct(self, node: Node) -> set[Node]:
        """The names that a quantity is made of directly."""
        return set(topological([node], self.names - {node})) & self.names - {node}

    def _consumers(self, node: Node) -> list[NamedTensor]:
        """The quantities made of a name directly that the loss depends on, the loss included."""
        found = [
            tensor
            for tensor in self.derivation.tensors.values()
            if isinstance(tensor.node, Quantity)
            and (tensor.node in self.derivation.adjoints or tensor.node is self.derivation.output.node)
            and node in self._direct(tensor.node)
        ]
        return sorted(found, key=lambda t: t.node.serial)

    # --- one stage ------------------------------------------------------------------------

    def stage(self, tensor: NamedTensor) -> list[Step]:
        """The derivative by one quantity, entry by entry. Raises GrowthError, UndefinedError."""
        if tensor.node not in self._stages:
            self._stages[tensor.node] = self._stage(tensor)
        return self._stages[tensor.node]

    def _stage(self, tensor: NamedTensor) -> list[Step]:
        derivation = self.derivation
        letters = list(derivation.letters(len(tensor.axes)))
        places = tuple(Name(letter) for letter in letters)
        left = Derivative(derivation.output.tree, (Subscript(tensor.tree, places) if places else tensor.tree,))
        consumers = self._consumers(tensor.node)
        lines: list[tuple[str, Expression]] = []
        if any(c.node is derivation.output.node for c in consumers) and len(consumers) == 1:
            local = self._local(consumers[0], tensor, [], letters)
            lines.append((f"derivative of {consumers[0].name}", local))
        else:
            chain, substituted, known = [], [], []
            totals = all(self._only_directly(c.node, tensor.node) for c in consumers)
            used = set(derivation._taken) | set(letters)
            for consumer in consumers:
                bound = []
                for _ in consumer.axes:
                    bound.append(fresh_letter(used))
                    used.add(bound[-1])
                entry = Subscript(consumer.tree, tuple(Name(b) for b in bound)) if bound else consumer.tree
                above: Expression = Derivative(derivation.output.tree, (entry,))
                if consumer.node is derivation.output.node:
                    above = Name("1")
                local = self._local(consumer, tensor, bound, letters)
                symbol = Derivative(entry, (Subscript(tensor.tree, places) if places else tensor.tree,))
                chain.append(self._summed(bound, above, symbol))
                substituted.append(self._summed(bound, above, local))
                explicit = self._explicit(consumer, bound)
                known.append(self._summed(bound, explicit if explicit is not None else above, local))
            if totals:
                lines.append(("chain rule", _total(chain)))
            lines.append((f"derivative of {', '.join(c.name for c in consumers)}", _total(substituted)))
            settled = derivation.readings_of(tensor.node)
            if known != substituted and settled is not None and not derivation.mentions_adjoints(settled):
                lines.append(("the derivative above put in", _total(known)))
        lines.extend(self._simplified(tensor, letters))
        return self._checked(left, lines)

    def _summed(self, bound: Sequence[str], above: Expression, local: Expression) -> Expression:
        if above == ZERO:
            return above
        body = local if above == Name("1") else Binary("*", above, local)
        return Reduction("sum", tuple(bound), None, body) if bound else body

    def _only_directly(self, consumer: Node, variable: Node) -> bool:
        """Whether a quantity depends on a name through no other name: then ∂q/∂v is the whole derivative."""
        others = self._direct(consumer) - {variable}
        return not any(variable in set(topological([other])) for other in others)

    def _local(
        self, consumer: NamedTensor, variable: NamedTensor, rows: Sequence[str], columns: Sequence[str]
    ) -> Expression:
        """∂consumer[rows]/∂variable[columns], other names held fixed, as an index expression."""
        row_axes = [fresh(a.dimension, (), f"row{k}.") for k, a in enumerate(consumer.axes)]
        column_axes = [fresh(a.dimension, (), f"column{k}.") for k, a in enumerate(variable.axes)]
        seed = multiply(constant(1), *(delta(a, b) for a, b in zip(consumer.axes, row_axes, strict=True)))
        direct = self._direct(consumer.node)
        assert isinstance(consumer.node, Quantity)
        adjoint = derive.adjoints(consumer.node.operand, seed, direct)[variable.node]
        adjoint = rename(adjoint, dict(zip(variable.axes, column_axes, strict=True)))
        axes = (*row_axes, *column_axes)
        reading = Namer(tuple(self.names), (), {}, axes, self.derivation.slopes).reading(adjoint)
        return self._written(reading, axes, (*rows, *columns))

    def _written(self, reading: NamedPolynomial, axes: Sequence[Axis], letters: Sequence[str]) -> Expression:
        return index_form(reading, axes, letters, self.derivation.naming("named"))

    def _explicit(self, consumer: NamedTensor, letters: Sequence[str]) -> Expression | None:
        """The derivative by a consumer where it is known without naming another derivative."""
        reading = self.derivation.readings.get(self.derivation.adjoints.get(consumer.node, consumer.node))
        if reading is None or self.derivation.mentions_adjoints(reading):
            return None
        return self._written(reading, consumer.axes, letters)

    def _simplified(self, tensor: NamedTensor, letters: Sequence[str]) -> list[tuple[str, Expression]]:
        """The sum carried out, first without facts, then with those given."""
        derivation = self.derivation
        final = derivation.reading(tensor.node)
        lines: list[tuple[str, Expression]] = []
        if final.facts:
            bare = derivation.without_facts().readings_of(tensor.node)
            if bare is not None:
                lines.append(("sums carried out, deltas contracted", self._written(bare, tensor.axes, letters)))
        rule = "facts used" if final.facts else "sums carried out, deltas contracted"
        lines.append((rule, self._written(final, tensor.axes, letters)))
        return lines

    def _checked(self, left: Expression, lines: Sequence[tuple[str, Expression]]) -> list[Step]:
        """Each line that is read back as equal to the one before; one that says the same again is left out."""
        written: list[Step] = []
        previous = left
        for rule, right in lines:
            judged = self.proofreader.judged(previous, right) if right != previous else None
            if judged is None:
                continue
            shown = f"{rule}: {', '.join(judged.facts)}" if rule == "facts used" and judged.facts else rule
            written.append(Step(shown, Equation((left, right), ("=",)), judged.verdict, judged.facts, not written))
            previous = right
        return written


def _total(parts: Sequence[Expression]) -> Expression:
    result = parts[0]
    for part in parts[1:]:
        result = Binary("+", result, part)
    return result
