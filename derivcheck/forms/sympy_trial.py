"""SymPy source is run before it is shown: the object that it builds has the numbers of what was derived.

The source is executed, and the object is evaluated here, operation by operation, at a
random point with random analytic functions for opaque ones.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import sympy
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction

from derivcheck.diagnostics.diagnostic import DerivcheckError
from derivcheck.evidence.numeric.opaque_functions import witnessed
from derivcheck.evidence.numeric.program import Program
from derivcheck.evidence.numeric.sampling import finite_sample
from derivcheck.evidence.numeric.tensors import Tensor
from derivcheck.forms.candidates import GradientForm
from derivcheck.forms.derivation import Derivation
from derivcheck.forms.execution import RefusedError, executed
from derivcheck.forms.sympy_form import IMPORTED, symbol_name
from derivcheck.graph.axes import Axes
from derivcheck.graph.nodes import Input, Node
from derivcheck.graph.scalars import lower, opaque
from derivcheck.language.lowering.language import Lowering
from derivcheck.language.network import Network
from derivcheck.language.notation.syntax import Derivative, Expression

SEED = 11
ENTRIES = 4  # that an index form is evaluated at
TOLERANCE = 1e-7
FAILURES = (DerivcheckError, RefusedError, ArithmeticError, TypeError, ValueError, SyntaxError, NameError)


class UnknownPartError(ValueError):
    """A part of an object that is not evaluated here."""


class SympyTrial:
    """Runs the SymPy source of the forms of one network."""

    def __init__(self, network: Network, derivation: Derivation) -> None:
        self.network, self.derivation = network, derivation

    def holds(self, source: str, form: GradientForm, whole: bool) -> bool:
        """Whether what a source builds has the numbers of the gradient, `whole` or entry by entry."""
        try:
            built = executed(f"result = {source}", IMPORTED)["result"]
            return self._whole(built, form) if whole else self._entries(built, form)
        except FAILURES:
            return False

    def _entries(self, built: Any, form: GradientForm) -> bool:
        expected = self._array(self._gradient(form), form.wrt.axes)
        places = list(itertools.product(*(range(length) for length in expected.shape)))
        chosen = [places[k * (len(places) - 1) // max(ENTRIES - 1, 1)] for k in range(ENTRIES)]
        evaluator = Evaluator(self._numbers, self.network.sizes)
        for place in dict.fromkeys(chosen):
            at = {letter: position + 1 for letter, position in zip(form.letters, place, strict=True)}
            if not _near(evaluator.number(built, at), expected[place], expected):
                return False
        return True

    def _whole(self, built: Any, form: GradientForm) -> bool:
        value = Lowering(self.network.scope).expression(Derivative(self.derivation.output.tree, (form.wrt.tree,)))
        expected = self._laid_out(value.node, value.row, value.column)
        evaluator = Evaluator(self._matrices, self.network.sizes)
        found = evaluator.matrix(built) if isinstance(built, sympy.MatrixExpr) else evaluator.number(built, {})
        if np.ndim(found) == 0 and found != 0:
            return expected.size == 1 and _near(found, expected.reshape(()), expected)
        return bool(np.shape(found) in ((), expected.shape) and _near(found, expected, expected))

    # --- values ---------------------------------------------------------------------------

    def _gradient(self, form: GradientForm) -> Node:
        lowered = Lowering(self.network.scope).expression(Derivative(self.derivation.output.tree, (form.wrt.tree,)))
        return self.derivation.adjoints.get(form.wrt.node, lowered.node)

    @cached_property
    def _point(self) -> Mapping[Node, Tensor]:
        nodes = [*self.derivation.adjoints.values(), *(tensor.node for tensor in self.network.tensors)]
        known = [node for node in nodes if node is not self.derivation.output.node]
        return finite_sample(known, self.network.sizes, self.network.facts, SEED)

    def _value(self, node: Node) -> Tensor:
        given: dict[Node, Tensor] = {n: t for n, t in self._point.items() if isinstance(n, Input)}
        return Program([node], seed=SEED).run(given, self.network.sizes)[0]

    def _array(self, node: Node, axes: Axes) -> Any:
        shape = tuple(axis.dimension.size(self.network.sizes) for axis in axes)
        return np.broadcast_to(np.asarray(self._value(node).aligned(axes), dtype=float), shape)

    def _laid_out(self, node: Node, row: Axes, column: Axes) -> Any:
        array = self._array(node, (*row, *column))
        down = int(np.prod([axis.dimension.size(self.network.sizes) for axis in row], dtype=int))
        return array.reshape(down, -1)

    def _everything(self) -> Sequence[tuple[str, Expression, Node, Axes]]:
        """Every name that a form may use: (its name, how it is written, its node, its axes)."""
        of = self.derivation.output
        found = [(symbol_name(t.tree), t.tree, t.node, t.axes) for t in self.network.tensors if t.node is not of.node]
        for node, adjoint in self.derivation.adjoints.items():
            tensor = self.derivation.tensors[node]
            tree = Derivative(of.tree, (tensor.tree,))
            found.append((symbol_name(tree), tree, adjoint, tensor.axes))
        return found

    @cached_property
    def _numbers(self) -> Mapping[str, Callable[[], Any]]:
        """The arrays behind IndexedBase, each along its own axes."""
        return {name: lambda n=node, a=axes: self._array(n, a) for name, _, node, axes in self._everything()}  # type: ignore[misc]

    @cached_property
    def _matrices(self) -> Mapping[str, Callable[[], Any]]:
        """The arrays behind MatrixSymbol, laid out in rows and columns."""

        def laid_out(tree: Expression) -> Any:
            value = Lowering(self.network.scope).expression(tree)
            array = self._laid_out(value.node, value.row, value.column)
            return array.reshape(()) if value.is_scalar else array

        return {name: lambda t=tree: laid_out(t) for name, tree, _, _ in self._everything()}  # type: ignore[misc]


def _near(found: Any, expected: Any, all_of_it: Any) -> bool:
    height = max(1e-30, float(np.max(np.abs(all_of_it), initial=0.0)))
    return bool(np.all(np.abs(np.asarray(found) - expected) <= TOLERANCE * max(height, 1e-9)))


class Evaluator:
    """Numbers of SymPy's expressions with indices and matrices; `values` are the arrays behind names."""

    def __init__(self, values: Mapping[str, Callable[[], Any]], sizes: Mapping[str, int]) -> None:
        self._sources, self._sizes = values, sizes
        self._values: dict[str, Any] = {}

    def _value(self, name: str) -> Any:
        if name not in self._sources:
            raise UnknownPartError(name)
        if name not in self._values:
            self._values[name] = self._sources[name]()
        return self._values[name]

    def number(self, part: Any, at: Mapping[str, Any]) -> Any:
        """The value of a scalar expression; `at` are the values of letters."""
        match part:
            case sympy.Number() | sympy.NumberSymbol():
                return float(part)
            case sympy.Symbol():
                for known in (at, self._sizes):
                    if part.name in known:
                        return known[part.name]
                return float(self._value(part.name))
            case sympy.Indexed():
                places = tuple(round(self.number(place, at)) - 1 for place in part.indices)
                return float(self._value(part.base.label.name)[places])
            case sympy.Sum():
                return self._sum(part.args[0], part.args[1:], at)
            case sympy.KroneckerDelta():
                left, right = (self.number(side, at) for side in part.args[:2])
                return float(left == right)
            case sympy.Piecewise():
                for value, test in part.args:
                    if self._holds(test, at):
                        return self.number(value, at)
                raise UnknownPartError("a case")
            case sympy.matrices.expressions.matexpr.MatrixElement():
                row, column = (round(self.number(place, at)) for place in part.args[1:])
                return float(self.matrix(part.args[0])[row, column])
            case sympy.Determinant():
                return float(np.linalg.det(self.matrix(part.args[0])))
            case sympy.Add():
                return sum(self.number(one, at) for one in part.args)
            case sympy.Mul():
                return float(np.prod([self.number(one, at) for one in part.args]))
            case sympy.Pow():
                return self.number(part.args[0], at) ** self.number(part.args[1], at)
            case AppliedUndef():
                return self._opaque(part, (0,) * len(part.args), [self.number(one, at) for one in part.args])
            case sympy.Subs():
                return self._derivative(part, at)
            case sympy.Function() | sympy.exp():
                return float(part.func(*(sympy.Float(self.number(one, at)) for one in part.args)))
            case _:
                raise UnknownPartError(type(part).__name__)

    def _sum(self, body: Any, limits: Sequence[Any], at: Mapping[str, Any]) -> Any:
        ranges = [range(int(self.number(low, at)), int(self.number(high, at)) + 1) for _, low, high in limits]
        letters = [limit[0].name for limit in limits]
        total = 0.0
        for place in itertools.product(*ranges):
            total += self.number(body, {**at, **dict(zip(letters, place, strict=True))})
        return total

    def _holds(self, test: Any, at: Mapping[str, Any]) -> bool:
        if test in (sympy.true, sympy.false):
            return bool(test)
        if isinstance(test, sympy.Not):
            return not self._holds(test.args[0], at)
        if isinstance(test, sympy.ITE):
            return self._holds(test.args[1 if self._holds(test.args[0], at) else 2], at)
        if isinstance(test, sympy.And | sympy.Or):
            found = [self._holds(one, at) for one in test.args]
            return all(found) if isinstance(test, sympy.And) else any(found)
        return bool(test.func(*(sympy.Float(self.number(side, at)) for side in test.args)))

    @staticmethod
    def _opaque(part: Any, orders: Sequence[int], values: Sequence[Any]) -> Any:
        letters = sympy.symbols(f"t:{len(values)}", real=True)
        body = lower(witnessed(opaque(part.func.__name__, len(values))(*letters), SEED))
        for letter, order in zip(letters, orders, strict=True):
            body = sympy.diff(body, letter, order) if order else body
        return float(body.subs(dict(zip(letters, values, strict=True))))

    def _derivative(self, part: Any, at: Mapping[str, Any]) -> Any:
        """f'(u), written as the derivative of f(t) at t = u."""
        derivative, letters, values = part.args
        function = derivative.args[0]
        if not isinstance(derivative, sympy.Derivative) or not isinstance(function, AppliedUndef):
            raise UnknownPartError("a derivative")
        given = dict(zip(letters, (self.number(value, at) for value in values), strict=True))
        counts = dict(derivative.variable_count)
        return self._opaque(
            function,
            [int(counts.get(one, 0)) for one in function.args],
            [given[one] if one in given else self.number(one, at) for one in function.args],
        )

    def matrix(self, part: Any) -> Any:
        """The array of a matrix expression."""
        match part:
            case sympy.MatrixSymbol():
                return self._value(part.name)
            case sympy.MatMul():
                found: Any = 1.0
                for one in part.args:
                    value = self.matrix(one) if isinstance(one, sympy.MatrixExpr) else self.number(one, {})
                    found = found @ value if np.ndim(found) and np.ndim(value) else found * value
                return found
            case sympy.MatAdd():
                return sum(self.matrix(one) for one in part.args)
            case sympy.HadamardProduct():
                product: Any = 1.0
                for one in part.args:
                    product = product * self.matrix(one)
                return product
            case sympy.HadamardPower():
                return self.matrix(part.args[0]) ** self.number(part.args[1], {})
            case sympy.Transpose():
                return self.matrix(part.args[0]).T
            case sympy.DiagMatrix():
                return np.diag(self.matrix(part.args[0]).reshape(-1))
            case sympy.Identity():
                return np.eye(round(self.number(part.args[0], {})))
            case sympy.matrices.expressions.special.OneMatrix():
                return np.ones([round(self.number(one, {})) for one in part.args])
            case sympy.ZeroMatrix():
                return np.zeros([round(self.number(one, {})) for one in part.args])
            case sympy.Inverse():
                return np.linalg.inv(self.matrix(part.args[0]))
            case sympy.MatPow():
                return np.linalg.matrix_power(self.matrix(part.args[0]), int(part.args[1]))
            case ElementwiseApplyFunction():
                (letter,), body = part.function.args
                entries = self.matrix(part.expr)
                return np.vectorize(lambda entry: self.number(body, {letter.name: entry}), otypes=[float])(entries)
            case _:
                raise UnknownPartError(type(part).__name__)
