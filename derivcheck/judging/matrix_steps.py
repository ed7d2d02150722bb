"""A derivation in matrices: the chain rule from layer to layer as a product, what is known put in, facts used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derivcheck.evidence.canonical.atoms import GrowthError, UndefinedError
from derivcheck.forms.matrix_naming import NoMatrixForm
from derivcheck.forms.propagation import Propagation
from derivcheck.judging.lines import FACTS, PUT_IN, Line, LineProver, Step
from derivcheck.judging.proofreader import Proofreader, UnwrittenError
from derivcheck.judging.rule_names import RuleNames
from derivcheck.language.notation.syntax import Binary, Derivative, Expression, Transpose
from derivcheck.language.tensors import NamedTensor


class MatrixSteps:
    """The stages of one derivation as products of matrices; each is written once."""

    def __init__(self, proofreader: Proofreader, propagation: Propagation, rules: RuleNames) -> None:
        self.proofreader, self.propagation, self.rules = proofreader, propagation, rules
        self.derivation = propagation.derivation
        self._stages: dict[NamedTensor, list[Step]] = {}

    def stage(self, tensor: NamedTensor) -> list[Step]:
        """The derivative by one quantity; nothing where it is no product of matrices. Raises GrowthError."""
        if tensor not in self._stages:
            left = Derivative(self.derivation.output.tree, (tensor.tree,))
            lines = list(self._lines(tensor))
            self._stages[tensor] = LineProver(self.proofreader).steps(left, lines) if lines else []
        return self._stages[tensor]

    def _lines(self, tensor: NamedTensor) -> Iterator[Line]:
        try:
            form = self.proofreader.form(tensor)
        except UnwrittenError:
            return
        if form.matrix is None:
            return
        consumers = self.propagation.consumers(tensor.node)
        yield from self._chain_rule(consumers, tensor)
        before: Expression | None = None
        for slopes in dict.fromkeys(("prime", self.derivation.slopes)):
            try:
                written = self.propagation.back(consumers, tensor, slopes)
            except (NoMatrixForm, GrowthError, UndefinedError):
                continue
            yield self.rules.slope_by_value(before) if before else self.rules.derivative(consumers, tensor), written
            before = written
        if form.facts:
            yield from ((PUT_IN, tree) for tree in self.derivation.without_facts.candidates(tensor).matrices[:1])
        yield FACTS if form.facts else PUT_IN, form.matrix

    def _chain_rule(self, consumers: Sequence[NamedTensor], tensor: NamedTensor) -> Iterator[Line]:
        """`(∂p/∂z)ᵀ ∂L/∂p`, the other way round in numerator layout, where the Jacobian is a matrix."""
        output = self.derivation.output
        if len(consumers) != 1 or consumers[0].node is output.node:
            return
        (consumer,) = consumers
        if len(consumer.axes) != 1 or len(tensor.axes) != 1:
            return
        jacobian, above = Derivative(consumer.tree, (tensor.tree,)), Derivative(output.tree, (consumer.tree,))
        orders = Binary("@", Transpose(jacobian), above), Binary("@", above, jacobian), Binary("@", jacobian, above)
        left = Derivative(output.tree, (tensor.tree,))
        for tree in orders:
            if self.proofreader.judged(left, tree) is not None:
                yield "chain rule", tree
                return
