"""The catalogue's definitions applied to values: operations that align by named axes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import sympy

from derivcheck.catalogue import functions as catalogue_functions
from derivcheck.catalogue.entries import Definition
from derivcheck.graph import (
    Axes,
    Axis,
    Dimension,
    Node,
    add,
    constant,
    divide,
    fresh,
    indicator,
    mapped,
    multiply,
    negate,
    rename,
    size,
    subtract,
    sum_over,
)
from derivcheck.lowering.letters import dimension_name, index_error
from derivcheck.lowering.values import Value, shape_error, tensor_value
from derivcheck.notation.parser import parse_expression
from derivcheck.notation.syntax import Binary, Call, Expression, Name, Negate, Number
from derivcheck.scalars import placeholder

if TYPE_CHECKING:
    from derivcheck.lowering.language import Lowering


@dataclass(frozen=True, slots=True)
class Parameter:
    """`name[letters]`; no letters means any axes."""

    name: str
    letters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Program:
    """A definition, parsed: parameters, named lines, the result."""

    parameters: tuple[Parameter, ...]
    lines: tuple[tuple[str, Expression], ...]
    result: Expression
    new: tuple[tuple[str, Expression], ...]
    defaults: Mapping[str, Expression]


@cache
def program(definition: Definition) -> Program:
    """The parsed form of a catalogue definition. Raises NotationError where it is malformed."""
    inside = definition.signature[definition.signature.index("(") + 1 : -1]
    parameters = []
    for text in re.split(r",\s*(?![^\[]*\])", inside):
        name, _, letters = text.strip().partition("[")
        parameters.append(Parameter(name, tuple(letters.rstrip("]").split(",")) if letters else ()))
    *named, result = definition.lines
    lines = [line.split(" = ", 1) for line in named]
    return Program(
        tuple(parameters),
        tuple((name, parse_expression(text)) for name, text in lines),
        parse_expression(result),
        tuple((letter, parse_expression(text)) for letter, text in definition.new),
        {name: parse_expression(text) for name, text in definition.defaults},
    )


def defined(lowering: Lowering, tree: Call, definition: Definition) -> Value:
    """The value of a catalogue layer or loss. Raises NotationError for arguments that do not fit."""
    if definition.matrix:
        return _in_matrix_language(lowering, tree, definition)
    made = program(definition)
    values, named = _split_arguments(lowering, tree, definition, made)
    letters = _letters_from_signature(tree, made, values)
    over: Axes = ()
    if definition.over:
        over = _axes_run_over(lowering, tree, definition, values[0], named)
    environment = _aligned(tree, made, values, letters)
    for letter, dimension in made.new:
        letters[letter] = fresh(_dimension(dimension, letters), letters.values(), "")
    aligned = Aligned(environment, letters, over)
    for name, expression in made.lines:
        environment[name] = lowering.intermediate(name, aligned.node(expression), values[0].axes)
    node = aligned.node(made.result)
    if definition.result:
        axes = tuple(letters[letter] for letter in definition.result)
        extra = tuple(a for a in values[0].axes if a in node.axes and a not in axes)
        return tensor_value(node, extra + axes, lowering.scope.vectors)
    if _reduces(made.result):
        left = tuple(axis for axis in values[0].axes if axis not in over)
        return tensor_value(node, left, lowering.scope.vectors)
    first = values[0]
    return Value(node, first.row, first.column, first.more)


def _in_matrix_language(lowering: Lowering, tree: Call, definition: Definition) -> Value:
    """`dense(x, W, b)`: the formula of the spec's orientation with the arguments put in."""
    made = re.split(r",\s*", definition.signature[definition.signature.index("(") + 1 : -1])
    defaults = dict(definition.defaults)
    if not len(made) - len(defaults) <= len(tree.arguments) <= len(made):
        raise lowering.call_error(tree, f"`{definition.name}` is called as `{definition.signature}`")
    values = {
        name: lowering.expression(tree.arguments[k] if k < len(tree.arguments) else parse_expression(defaults[name]))
        for k, name in enumerate(made)
    }
    formula = parse_expression(dict(definition.matrix)[lowering.scope.vectors])
    inner = type(lowering)(lowering.scope.with_values(values))
    return inner.expression(formula)


def _split_arguments(
    lowering: Lowering, tree: Call, definition: Definition, made: Program
) -> tuple[list[Value], tuple[Expression, ...]]:
    """(a value for each parameter, the trailing arguments that name dimensions)."""
    arguments = list(tree.arguments)
    named: list[Expression] = []
    while definition.over and len(arguments) > 1 and _names_axis(lowering, arguments, len(made.parameters)):
        named.insert(0, arguments.pop())
    if len(arguments) > len(made.parameters):
        raise lowering.call_error(tree, f"`{definition.name}` is called as `{definition.signature}`")
    values = []
    for position, parameter in enumerate(made.parameters):
        if position < len(arguments):
            values.append(lowering.expression(arguments[position]))
        elif parameter.name in made.defaults:
            values.append(lowering.expression(made.defaults[parameter.name]))
        else:
            raise lowering.call_error(
                tree, f"`{definition.name}` needs `{parameter.name}`", definition.signature, "an argument is missing"
            )
    return values, tuple(named)


def _names_axis(lowering: Lowering, arguments: list[Expression], parameters: int) -> bool:
    last = arguments[-1]
    name = dimension_name(last, lowering.scope)
    if name is not None and name not in lowering.scope.values:
        return True
    # A number is the position of an axis only where it cannot be a parameter's value.
    return isinstance(last, Number) and len(arguments) > parameters


def _axes_run_over(
    lowering: Lowering, tree: Call, definition: Definition, value: Value, named: tuple[Expression, ...]
) -> Axes:
    from derivcheck.lowering.calls import chosen_axes

    if named:
        return chosen_axes(lowering, value, named, tree)
    if definition.everything or len(value.axes) == 1:
        return value.axes
    raise index_error("DC134", f"`{definition.name}` needs the dimension it runs over", tree.span, value.shape(),
                      " or ".join(f"{definition.name}(..., {axis.dimension})" for axis in value.axes))  # fmt: skip


def _letters_from_signature(tree: Call, made: Program, values: list[Value]) -> dict[str, Axis]:
    """Letter -> axis, from the last axes of each argument; dimensions must agree."""
    letters: dict[str, Axis] = {}
    for parameter, value, argument in zip(made.parameters, values, tree.arguments, strict=False):
        if not parameter.letters or value.is_scalar:
            continue
        if len(value.axes) < len(parameter.letters):
            raise shape_error(f"`{parameter.name}` needs {len(parameter.letters)} axes", argument.span, value.shape())
        for letter, axis in zip(parameter.letters, value.axes[-len(parameter.letters) :], strict=True):
            if letter not in letters:
                letters[letter] = fresh(axis.dimension, letters.values(), f"{letter}.")
            elif letters[letter].dimension != axis.dimension:
                raise shape_error(
                    f"`{parameter.name}` runs over `{axis.dimension}`, where `{letters[letter].dimension}` is expected",
                    argument.span, value.shape(),
                )  # fmt: skip
    return letters


def _aligned(tree: Call, made: Program, values: list[Value], letters: dict[str, Axis]) -> dict[str, Node]:
    """The arguments on common axes: by letter where the signature has letters, by dimension elsewhere."""
    carried = list(values[0].axes) if not made.parameters[0].letters else []
    environment: dict[str, Node] = {}
    for position, (parameter, value) in enumerate(zip(made.parameters, values, strict=True)):
        mapping: dict[Axis, Axis] = {}
        own = value.axes[-len(parameter.letters) :] if parameter.letters and not value.is_scalar else ()
        mapping.update({axis: letters[letter] for axis, letter in zip(own, parameter.letters, strict=False)})
        available = list(carried)
        for axis in value.axes:
            if axis in mapping:
                continue
            match_ = next((a for a in available if a.dimension == axis.dimension), None)
            if match_ is None:
                if carried and position:
                    span = tree.arguments[position].span if position < len(tree.arguments) else tree.span
                    raise shape_error(
                        f"`{parameter.name}` runs over `{axis.dimension}`, which the first argument does not",
                        span, f"{values[0].shape()} and {value.shape()}",
                    )  # fmt: skip
                match_ = axis
            else:
                available.remove(match_)
            mapping[axis] = match_
        environment[parameter.name] = rename(value.node, mapping)
    return environment


def _dimension(tree: Expression, letters: Mapping[str, Axis]) -> Dimension:
    match tree:
        case Name(letter):
            return letters[letter].dimension
        case Number(value):
            return Dimension.fixed(int(value))
        case Binary("+" | "-" as operator, left, right):
            return _dimension(left, letters).plus(_dimension(right, letters), 1 if operator == "+" else -1)
        case _:
            raise AssertionError("a new dimension is a sum of others")


def _reduces(result: Expression) -> bool:
    """Whether the outermost operation of a definition removes the axis it runs over."""
    match result:
        case Negate(operand):
            return _reduces(operand)
        case Call("sum" | "mean"):
            return True
        case Call("log" | "sqrt", (argument,)):
            return _reduces(argument)
        case _:
            return False


_ENTRYWISE: Mapping[str, Callable[[Node, Node], Node]] = {
    "+": add, "-": subtract, "*": multiply, "/": divide,
    "**": lambda left, right: mapped(placeholder(0) ** placeholder(1), left, right),
}  # fmt: skip


class Aligned:
    """Evaluates a definition's formulas on nodes; axes align by themselves."""

    def __init__(self, environment: Mapping[str, Node], letters: Mapping[str, Axis], over: Axes) -> None:
        self._environment = environment
        self._letters = letters
        self._over = over

    def _axes(self, names: tuple[Expression, ...]) -> Axes:
        found: list[Axis] = []
        for name in names:
            assert isinstance(name, Name)
            found.extend((self._letters[name.name],) if name.name in self._letters else self._over)
        return tuple(found)

    def node(self, tree: Expression) -> Node:
        match tree:
            case Number(value):
                return constant(sympy.Rational(value.numerator, value.denominator))
            case Name(name):
                return self._environment[name] if name in self._environment else size(self._letters[name].dimension)
            case Negate(operand):
                return negate(self.node(operand))
            case Binary(operator, left, right):
                return _ENTRYWISE[operator](self.node(left), self.node(right))
            case Call("sum" | "mean" as kind, (body, *names)):
                axes = self._axes(tuple(names))
                total = sum_over(self.node(body), axes)
                return total if kind == "sum" else divide(total, multiply(*(size(a.dimension) for a in axes)))
            case Call("window", names):
                return indicator("window", *self._axes(names))
            case Call(function, arguments, primes):
                symbols = [placeholder(k) for k in range(len(arguments))]
                expression = catalogue_functions.applied(function, primes, list(symbols), {}, tree)
                return mapped(expression, *(self.node(argument) for argument in arguments))
            case _:
                raise AssertionError(f"a definition cannot contain {type(tree).__name__}")
