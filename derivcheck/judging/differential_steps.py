"""A derivation by differentials, as matrix calculus is taught: dL, d of each layer, collect, read off.

    dL  = −(y/p)ᵀ dp                  differential of L
    dp  = p ⊙ (dz − (dzᵀ p))          differential of softmax
    dz  = dW x                        differential of z
    dL  = (p − y)ᵀ dz                 dp put in
        = tr(x (p − y)ᵀ dW)           dz put in
    ∂L/∂W = (p − y) xᵀ                read off dL = tr((∂L/∂W)ᵀ dW)

Everything but the one variable is held, which is said once in front and is part of what every line means.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from derivcheck.evidence.canonical.atoms import GrowthError, UndefinedError
from derivcheck.forms.entries import native
from derivcheck.forms.matrix_naming import NoMatrixForm
from derivcheck.forms.propagation import Propagation
from derivcheck.forms.transposition import transposed
from derivcheck.graph.nodes import Input, topological
from derivcheck.judging.lines import Line, LineProver, Step
from derivcheck.judging.proofreader import Proofreader, UnwrittenError
from derivcheck.judging.rule_names import RuleNames
from derivcheck.language.lowering.letters import member_name
from derivcheck.language.notation.syntax import Binary, Call, Derivative, Equation, Expression, rebuilt
from derivcheck.language.tensors import NamedTensor


class DifferentialSteps:
    """Derivations of one network by differentials."""

    def __init__(self, proofreader: Proofreader, propagation: Propagation, rules: RuleNames) -> None:
        self.proofreader, self.propagation, self.rules = proofreader, propagation, rules
        self.derivation = propagation.derivation
        self._found: dict[NamedTensor, list[Step]] = {}

    def remark(self, path: Sequence[NamedTensor], variable: NamedTensor) -> str:
        """What is held, or that there are no such lines."""
        if path and not self.steps(path, variable):
            return "not by differentials: one on the way is no product of matrices"
        held = [tensor.name for tensor in self._held(self.derivation.output, variable)]
        return f"held: {', '.join(held)}" if held else ""

    def steps(self, path: Sequence[NamedTensor], variable: NamedTensor) -> list[Step]:
        """All lines, none where a differential or a derivative on the way is no product of matrices."""
        if variable not in self._found:
            self._found[variable] = self._steps(path, variable)
        return self._found[variable]

    def _steps(self, path: Sequence[NamedTensor], variable: NamedTensor) -> list[Step]:
        output = self.derivation.output
        layers = [output, *(tensor for tensor in path if tensor.node is not variable.node)]
        chain = LineProver(self.proofreader, lambda equation: self._held_in(equation, variable))
        try:
            form = self.proofreader.form(variable)
            found = [step for layer in layers[1:] for step in chain.steps(*self._layer(layer, layers, variable))]
            if form.matrix is None or len(found) < len(layers) - 1:
                return []
            lines = list(self._collected(layers, variable))
        except (NoMatrixForm, GrowthError, UndefinedError, UnwrittenError):
            return []
        collected = chain.steps(_d(output), lines)
        gradient = Derivative(output.tree, (variable.tree,))
        off = LineProver(self.proofreader).steps(gradient, [(f"read off: {self._pattern(variable)}", form.matrix)])
        return [*found, *collected, *off] if len(collected) == len(lines) and off else []

    def _layer(
        self, layer: NamedTensor, layers: Sequence[NamedTensor], variable: NamedTensor
    ) -> tuple[Expression, list[Line]]:
        """The differential of one layer by those of what moves in it."""
        moving = self._moving(layer, layers, variable)
        return _d(layer), [(self.rules.differential(layer, moving), self.propagation.forward(layer, moving))]

    def _moving(self, layer: NamedTensor, layers: Sequence[NamedTensor], variable: NamedTensor) -> list[NamedTensor]:
        made_of = self.propagation.made_of(layer.node)
        return [tensor for tensor in (*layers, variable) if tensor.node in made_of]

    def _collected(self, layers: Sequence[NamedTensor], variable: NamedTensor) -> Iterator[Line]:
        """dL by the differentials that are left as one layer after the other is put in, nearest to the loss first."""
        done: list[NamedTensor] = []
        front: list[NamedTensor] = [layers[0]]
        for layer in layers:
            done.append(layer)
            front = [one for one in front if one is not layer]
            front += [one for one in self._moving(layer, layers, variable) if one not in front]
            terms = [self._term(one, done) for one in front]
            tree = terms[0]
            for term in terms[1:]:
                tree = Binary("+", tree, term)
            yield (
                (f"d({layer.name}) put in, collected" if len(done) > 1 else self.rules.differential(layer, front)),
                tree,
            )

    def _term(self, tensor: NamedTensor, done: Sequence[NamedTensor]) -> Expression:
        """What of dL is known to go through a quantity: tr(Gᵀ dX), where G is all of its derivative or a part."""
        consumers = self.propagation.consumers(tensor.node)
        known = [one for one in consumers if one in done]
        form = self.proofreader.form(tensor).matrix if len(known) == len(consumers) else None
        weight = form if form is not None else self.propagation.back(known, tensor)
        return self._paired(weight, tensor)

    def _paired(self, weight: Expression, tensor: NamedTensor) -> Expression:
        scalars, layout = self.derivation.scalars, self.derivation.layout
        if not tensor.axes:
            return Binary("*", weight, _d(tensor))
        turned = weight if layout == "numerator" else transposed(weight, scalars)
        column = native(tensor, tensor.tree, scalars) == tensor.tree and self.derivation.vectors == "column"
        if len(tensor.axes) == 1:
            return Binary("@", turned, _d(tensor)) if column else Binary("@", _d(tensor), turned)
        return Call("trace", (Binary("@", turned, _d(tensor)),))

    def _pattern(self, variable: NamedTensor) -> str:
        """How a derivative is read off a differential, for the words beside the line."""
        output = self.derivation.output
        paired = self._paired(Derivative(output.tree, (variable.tree,)), variable)
        return self.proofreader.plain(Equation((_d(output), paired), ("=",)))

    # --- what is held ---------------------------------------------------------------------

    def _held(self, quantity: NamedTensor, variable: NamedTensor) -> list[NamedTensor]:
        """The inputs that a quantity is made of, but for the variable."""
        inside = set(topological([quantity.node], {variable.node}))
        tensors = self.derivation.tensors.values()
        return [t for t in tensors if isinstance(t.node, Input) and t.node in inside and t.node is not variable.node]

    def _held_in(self, equation: Equation, variable: NamedTensor) -> Equation:
        """The equation with every differential holding what the remark says is held."""
        scope = self.proofreader.network.scope
        known = {tensor.name: tensor for tensor in self.derivation.tensors.values()}

        def change(node: Any) -> Any:
            match node:
                case Call("differential", (quantity,)) if (name := member_name(quantity, scope)) in known:
                    held = self._held(known[name], variable) if known[name] is not variable else []
                    return replace(node, arguments=(quantity, *(tensor.tree for tensor in held)))
                case _:
                    return node

        found: Equation = rebuilt(equation, change)
        return found


def _d(tensor: NamedTensor) -> Expression:
    return Call("differential", (tensor.tree,))
