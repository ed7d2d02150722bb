"""A node as an index expression that follows the graph: operation by operation, nothing multiplied out.

    Map       f(a[i], b[j])        Sum      sum_k(a[i,k])        Rename   the same at other letters
    Extremum  max_k(a[k])          Product  prod_k(a[k])         Indicator  delta(i,j), 1 if i < j else 0

It says what the canonical form says, in the order in which it is computed: shorter where
branches stand within branches, which the canonical form multiplies out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, assert_never, cast

import sympy

from derivcheck.evidence.canonical.atoms import GrowthError, UndefinedError
from derivcheck.forms.combinations import condition as condition_of
from derivcheck.forms.index_form import Naming, number, quotient, total
from derivcheck.forms.letters import fresh_letter
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
)
from derivcheck.graph.positions import Affine
from derivcheck.graph.scalars import NamedFunction, declared, placeholder_position
from derivcheck.language.notation.relations import Relation
from derivcheck.language.notation.syntax import (
    Binary,
    Call,
    Comparison,
    Condition,
    Conditional,
    Expression,
    Junction,
    Name,
    Negate,
    Number,
    Reduction,
)

LARGEST = 400  # parts of an expression
ONE, ZERO = Number(Fraction(1)), Number(Fraction(0))
RELATIONS: Mapping[type, Relation] = {
    sympy.StrictGreaterThan: ">",
    sympy.GreaterThan: ">=",
    sympy.StrictLessThan: "<",
    sympy.LessThan: "<=",
    sympy.Eq: "=",
    sympy.Ne: "!=",
}


class StructuralForm:
    """Writes nodes over named leaves; `names` are the nodes that `naming` has an entry for."""

    def __init__(self, names: frozenset[Node], naming: Naming) -> None:
        self._names, self._naming = names, naming
        self._parts = 0

    def expression(self, node: Node, letters: Mapping[Axis, str]) -> Expression:
        """The entry of a node at letters. Raises GrowthError, and UndefinedError for what has no entry of its own."""
        self._parts += 1
        if self._parts > LARGEST:
            raise GrowthError
        if node in self._names:
            axes = node.home if isinstance(node, Input) else node.axes
            used = self._naming.taken | frozenset(letters.values())
            return self._naming.entry(node, [Name(letters[axis]) for axis in axes], used)
        match node:
            case Quantity() | Held():
                return self.expression(node.operand, letters)
            case Map():
                return self._scalar(declared(node.expression), node.operands, letters)
            case Sum() | Product() | Extremum():
                kind = "sum" if isinstance(node, Sum) else "prod" if isinstance(node, Product) else node.kind
                inside, bound = dict(letters), []
                for axis in node.bound:
                    inside[axis] = fresh_letter({*inside.values(), *self._naming.taken})
                    bound.append(inside[axis])
                return Reduction(kind, tuple(bound), None, self.expression(node.operand, inside))
            case Rename():
                mapping = dict(node.mapping)
                return self.expression(node.operand, {**letters, **{old: letters[new] for old, new in mapping.items()}})
            case Indicator():
                return self._indicator(node, letters)
            case Inverse() | Determinant() | Input():
                raise UndefinedError(f"an entry of this {type(node).__name__.lower()} is not written")
            case _:
                assert_never(node)

    def _indicator(self, node: Indicator, letters: Mapping[Axis, str]) -> Expression:
        if node.relation in ("zero", "positive"):
            (value,) = node.terms
            assert isinstance(value, Affine)
            terms = [(Name(letters[axis]), count) for axis, count in value.terms]
            return condition_of(node.relation, terms, value.offset)
        places: list[Expression] = [
            Name(letters[term]) if isinstance(term, Axis) else Number(Fraction(cast(int, term))) for term in node.terms
        ]
        if node.relation == "equal":
            return Call("delta", tuple(places))
        return Conditional(Comparison("<", places[0], places[1]), ONE, ZERO)

    # --- scalar expressions ---------------------------------------------------------------

    def _scalar(self, expression: Any, operands: Sequence[Node], letters: Mapping[Axis, str]) -> Expression:
        def written(part: Any) -> Expression:
            return self._scalar(part, operands, letters)

        match expression:
            case sympy.Symbol():
                position = placeholder_position(expression)
                return Name(expression.name) if position is None else self.expression(operands[position], letters)
            case sympy.Rational():
                value = Fraction(int(expression.p), int(expression.q))
                return number(value) if value >= 0 else Negate(number(-value))
            case sympy.NumberSymbol():
                return Call("exp", (ONE,)) if expression is sympy.E else Name(str(expression))
            case sympy.Add():
                return total([(written(part), False) for part in expression.args])
            case sympy.Mul():
                return self._product(expression, written)
            case sympy.Pow():
                return self._power(expression, written)
            case sympy.Piecewise():
                return self._choice(expression, written)
            case NamedFunction():
                if any(expression.orders[1:]):
                    raise UndefinedError(f"the derivative `{type(expression).__name__}` has no spelling")
                return Call(expression.base, tuple(map(written, expression.args)), expression.orders[0])
            case sympy.Function():
                return Call(type(expression).__name__, tuple(map(written, expression.args)))
            case _:
                raise UndefinedError(f"`{type(expression).__name__}` has no spelling")

    @staticmethod
    def _product(expression: Any, written: Any) -> Expression:
        above, below = [], []
        for factor in expression.args:
            if isinstance(factor, sympy.Rational):
                top, bottom = written(sympy.Integer(factor.p)), factor.q
                above += [top] if top != ONE else []
                below += [number(int(bottom))] if bottom != 1 else []
            elif isinstance(factor, sympy.Pow) and factor.exp.could_extract_minus_sign() and factor.base is not sympy.E:
                below.append(written(factor.base**-factor.exp))
            else:
                above.append(written(factor))
        return quotient([*above] or [ONE], below)

    @staticmethod
    def _power(expression: Any, written: Any) -> Expression:
        base, exponent = expression.args
        if base is sympy.E:
            return Call("exp", (written(exponent),))
        if exponent == sympy.Rational(1, 2):
            return Call("sqrt", (written(base),))
        if exponent.could_extract_minus_sign():
            return Binary("/", ONE, written(base**-exponent))
        return Binary("**", written(base), written(exponent))

    def _choice(self, expression: Any, written: Any) -> Expression:
        *cases, (last, _) = expression.args
        result: Expression = written(last)
        for value, condition in reversed(cases):
            result = Conditional(self._condition(condition, written), written(value), result)
        return result

    def _condition(self, condition: Any, written: Any) -> Condition:
        if isinstance(condition, sympy.And | sympy.Or):
            first, *others = (self._condition(part, written) for part in condition.args)
            joined: Condition = first
            for other in others:
                joined = Junction("and" if isinstance(condition, sympy.And) else "or", joined, other)
            return joined
        relation = RELATIONS.get(type(condition))
        if relation is None:
            raise UndefinedError(f"the condition `{type(condition).__name__}` has no spelling")
        left, right = condition.args
        return Comparison(relation, written(left), written(right))


def structural_form(
    node: Node, axes: Sequence[Axis], letters: Sequence[str], names: frozenset[Node], naming: Naming
) -> Expression:
    """The entry of a node at the given letters, one for each axis; `names` are looked at as leaves.

    Raises GrowthError, UndefinedError.
    """
    return StructuralForm(names, naming).expression(node, dict(zip(axes, letters, strict=True)))
