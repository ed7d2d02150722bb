"""The names of the rules that lines of a derivation follow from: derivative of softmax, product rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from derivcheck.forms.transposition import is_number
from derivcheck.language.formulas import mentioned_names
from derivcheck.language.network import Network, formulas
from derivcheck.language.notation.syntax import Binary, Call, Expression, Negate, Subscript, Transpose, bottom_up
from derivcheck.language.tensors import NamedTensor


class RuleNames:
    """Names of rules, by how the layers of one network are defined."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def derivative(self, consumers: Sequence[NamedTensor], variable: NamedTensor) -> str:
        """By which rule the derivatives of some layers by a quantity are put in."""
        parts = dict.fromkeys(part for consumer in consumers for part in self._of(consumer, variable))
        return ", ".join(parts)

    def differential(self, layer: NamedTensor, moving: Sequence[NamedTensor]) -> str:
        """By which rule the differential of a layer is written."""
        function = self._function(layer)
        if function:
            return f"differential of {function}"
        names = [variable.name for variable in moving]
        both = sum(any(name in names for name in mentioned_names(factor)) for factor in self._factors(layer)) > 1
        return f"differential of {layer.name}{', product rule' if both else ''}"

    def slope_by_value(self, line: Expression) -> str:
        """What makes `a (1 - a)` of a line with `sigmoid'(z)` in it."""
        names = dict.fromkeys(n.function.replace("_", " ") for n in bottom_up(line) if isinstance(n, Call) and n.primes)
        return f"slope of {', '.join(names)} by its value" if names else "slopes by values"

    def _of(self, consumer: NamedTensor, variable: NamedTensor) -> Iterator[str]:
        function = self._function(consumer)
        yield f"derivative of {function or consumer.name}"
        if sum(variable.name in mentioned_names(factor) for factor in self._factors(consumer)) > 1:
            yield "product rule"

    @cached_property
    def _formulas(self) -> dict[str, Expression]:
        """What every layer is, by its name."""
        return {name: equation.sides[-1] for name, equation in formulas(self._network).items()}

    def _function(self, layer: NamedTensor) -> str:
        """The function that a layer is the value of; empty where it is more than that."""
        tree = self._formulas.get(layer.name)
        if not isinstance(tree, Call) or tree.primes or self._is_of_numbers(tree):
            return ""
        return tree.function.replace("_", " ")

    def _is_of_numbers(self, tree: Call) -> bool:
        """Whether a sum or a mean is of one number, so that there is nothing to it."""
        return tree.function in ("sum", "mean") and is_number(tree.arguments[0], self._numbers)

    @cached_property
    def _numbers(self) -> frozenset[str]:
        scope = self._network.scope
        return frozenset(scope.dimensions) | {name for name, value in scope.values.items() if value.is_scalar}

    def _factors(self, layer: NamedTensor) -> list[Expression]:
        """The factors of the first product in a layer's formula."""
        tree = self._formulas.get(layer.name)
        products = (
            [node for node in bottom_up(tree) if isinstance(node, Binary) and node.operator in "*@"] if tree else []
        )
        return _factors(products[-1]) if products else []


def _factors(tree: Expression) -> list[Expression]:
    match tree:
        case Binary("*" | "@", left, right):
            return [*_factors(left), *_factors(right)]
        case Negate(operand) | Transpose(operand) | Subscript(operand, _):
            return _factors(operand)
        case _:
            return [tree]
