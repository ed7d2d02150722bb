"""The catalogue's definitions applied to values: operations that align by named axes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import sympy

from derivcheck.graph.axes import Axes, Axis, Dimension, fresh
from derivcheck.graph.nodes import (
    Node,
    add,
    constant,
    divide,
    extremum,
    indicator,
    mapped,
    multiply,
    negate,
    rename,
    size,
    subtract,
    sum_over,
)
from derivcheck.graph.positions import Affine, divided
from derivcheck.graph.scalars import placeholder
from derivcheck.language.catalogue import functions as catalogue_functions
from derivcheck.language.catalogue.entries import Definition
from derivcheck.language.lowering.axes import chosen_axes, names_an_axis, spelled_axes
from derivcheck.language.lowering.letters import dimension_name, index_error
from derivcheck.language.lowering.state import LoweringState
from derivcheck.language.lowering.values import Value, shape_error, tensor_value
from derivcheck.language.notation.parser import parse_expression
from derivcheck.language.notation.syntax import Binary, Call, Expression, Name, Negate, Number


@dataclass(frozen=True, slots=True)
class Parameter:
    """`name[letters]`; no letters means any axes."""

    name: str
    letters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ParsedDefinition:
    """A definition, parsed: parameters, named lines, the result."""

    parameters: tuple[Parameter, ...]
    lines: tuple[tuple[str, Expression], ...]
    result: Expression
    new: tuple[tuple[str, Expression], ...]
    defaults: Mapping[str, Expression]


@cache
def program(definition: Definition) -> ParsedDefinition:
    """The parsed form of a catalogue definition. Raises NotationError where it is malformed."""
    inside = definition.signature[definition.signature.index("(") + 1 : -1]
    parameters = []
    for text in re.split(r",\s*(?![^\[]*\])", inside):
        name, _, letters = text.strip().partition("[")
        parameters.append(Parameter(name, tuple(letters.rstrip("]").split(",")) if letters else ()))
    *named, result = definition.lines
    lines = [line.split(" = ", 1) for line in named]
    return ParsedDefinition(
        tuple(parameters),
        tuple((name, parse_expression(text)) for name, text in lines),
        parse_expression(result),
        tuple((letter, parse_expression(text)) for letter, text in definition.new),
        {name: parse_expression(text) for name, text in definition.defaults},
    )


def defined(lowering: LoweringState, tree: Call, definition: Definition) -> Value:
    """The value of a catalogue layer or loss. Raises NotationError for arguments that do not fit."""
    if definition.matrix:
        return _in_matrix_language(lowering, tree, definition)
    made = program(definition)
    values, named = _split_arguments(lowering, tree, definition, made)
    if definition.planar is not None and len(values) > 1 and len(values[1].axes) == 2:
        definition, made = definition.planar, program(definition.planar)
    letters = _letters_from_signature(tree, made, values)
    # Of a loss, the first argument may be a number: it is the same for every entry of the next one.
    place = next((k for k, value in enumerate(values) if value.axes), 0) if definition.everything else 0
    first = values[place]
    over: Axes = ()
    if definition.over:
        over = _axes_run_over(lowering, tree, definition, first, named)
    environment = _aligned(tree, made, values, letters, place)
    options = _options(lowering, tree, definition)
    for letter, length in made.new:
        letters[letter] = fresh(_new_size(tree, letter, length, letters, options), letters.values(), "")
    aligned = Aligned(environment, letters, over, options)
    for name, expression in made.lines:
        line = aligned.along(expression)
        environment[name] = Along(lowering.intermediate(name, line.node, _ordered(line.axes, first.axes)), line.axes)
    found = aligned.along(made.result)
    if definition.result:
        axes = tuple(letters[letter] for letter in definition.result)
        extra = tuple(a for a in first.axes if a in found.axes and a not in axes)
        if len(axes) == len(first.axes) == 1:
            # A row stays one.
            return Value(found.node, axes, ()) if first.row else Value(found.node, (), axes)
        return tensor_value(found.node, extra + axes, lowering.scope.vectors)
    if _reduces(made.result):
        left = tuple(axis for axis in first.axes if axis not in over)
        return tensor_value(found.node, left, lowering.scope.vectors)
    return Value(found.node, first.row, first.column, first.more)


def of_entries(definition: Definition, body: Node, axes: Axes, where: Node) -> Node | None:
    """A definition of one tensor, of the entries along axes at which `where` is 1; None where it is no number."""
    made = program(definition)
    if not _reduces(made.result):
        return None
    environment = {made.parameters[0].name: Along(body, frozenset(body.axes))}
    aligned = Aligned(environment, {}, axes, {}, where)
    for name, tree in (*made.defaults.items(), *made.lines):
        environment[name] = aligned.along(tree)
    return aligned.along(made.result).node


def _ordered(axes: frozenset[Axis], order: Axes) -> Axes:
    """Axes in a given order, those that it does not have last."""
    return (*(axis for axis in order if axis in axes), *sorted(axes - set(order)))


def _in_matrix_language(lowering: LoweringState, tree: Call, definition: Definition) -> Value:
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
    lowering: LoweringState, tree: Call, definition: Definition, made: ParsedDefinition
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


def _names_axis(lowering: LoweringState, arguments: list[Expression], parameters: int) -> bool:
    last = arguments[-1]
    name = dimension_name(last, lowering.scope)
    if name is not None and name not in lowering.scope.values:
        return True
    if isinstance(last, Name) and last.name not in lowering.scope.values:
        return names_an_axis(lowering, lowering.expression(arguments[0]), last)
    # A number is the position of an axis only where it cannot be a parameter's value.
    return isinstance(last, Number) and len(arguments) > parameters


def _axes_run_over(
    lowering: LoweringState, tree: Call, definition: Definition, value: Value, named: tuple[Expression, ...]
) -> Axes:
    if named:
        return chosen_axes(lowering, value, named, tree)
    if definition.everything or len(value.axes) == 1:
        return value.axes
    if not value.axes:
        raise shape_error(
            f"`{definition.name}` runs over a dimension, and a scalar has none", tree.arguments[0].span, value.shape()
        )
    raise index_error(
        "DC134",
        f"`{definition.name}` needs the dimension it runs over",
        tree.span,
        value.shape(),
        " or ".join(f"{definition.name}(..., {axis})" for axis in spelled_axes(value)),
    )


def _letters_from_signature(tree: Call, made: ParsedDefinition, values: list[Value]) -> dict[str, Axis]:
    """Letter -> axis, from the last axes of each argument; dimensions must agree."""
    letters: dict[str, Axis] = {}
    for parameter, value, argument in zip(made.parameters, values, tree.arguments, strict=False):
        if not parameter.letters or value.is_scalar:
            continue
        if len(value.axes) < len(parameter.letters):
            asked = [one for one in made.parameters if one.name not in made.defaults]
            shown = ", ".join(f"{one.name}[{','.join(one.letters)}]" if one.letters else one.name for one in asked)
            needed = f"`{parameter.name}` needs {len(parameter.letters)} axes"
            raise shape_error(needed, argument.span, value.shape(), help_=f"{tree.function}({shown})")
        for letter, axis in zip(parameter.letters, value.axes[-len(parameter.letters) :], strict=True):
            if letter not in letters:
                letters[letter] = fresh(axis.dimension, letters.values(), f"{letter}.")
            elif letters[letter].dimension != axis.dimension:
                raise shape_error(
                    f"`{parameter.name}` runs over `{axis.dimension}`, where `{letters[letter].dimension}` is expected",
                    argument.span,
                    value.shape(),
                )
    for parameter, argument in zip(made.parameters, tree.arguments, strict=False):
        if not letters.keys() >= set(parameter.letters):
            raise shape_error(f"`{parameter.name}` needs {len(parameter.letters)} axes", argument.span, "scalar")
    return letters


def _aligned(
    tree: Call, made: ParsedDefinition, values: list[Value], letters: dict[str, Axis], first: int
) -> dict[str, Along]:
    """The arguments on common axes: by letter where the signature has letters, as in the `first` one elsewhere."""
    # Along axes that no letter names, every argument goes with the first.
    taken = len(made.parameters[first].letters)
    carried = list(values[first].axes[: len(values[first].axes) - taken])
    environment: dict[str, Along] = {}
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
                if carried and position != first:
                    span = tree.arguments[position].span if position < len(tree.arguments) else tree.span
                    other = "the first argument" if first == 0 else f"`{made.parameters[first].name}`"
                    raise shape_error(
                        f"`{parameter.name}` runs over `{axis.dimension}`, which {other} does not",
                        span,
                        f"{values[first].shape()} and {value.shape()}",
                    )
                match_ = axis
            else:
                available.remove(match_)
            mapping[axis] = match_
        environment[parameter.name] = Along(rename(value.node, mapping), frozenset(mapping.values()))
    return environment


Options = Mapping[str, int]
Named = Callable[[str], Affine]  # what a letter of a combination stands for: a position, or a size


def _options(lowering: LoweringState, tree: Call, definition: Definition) -> Options:
    """The whole numbers that a call gives by name, and those that it leaves as they are."""
    given = {name: int(number.value) for name, number in tree.options}
    known = [name for name, _ in definition.options]
    for name in given:
        if name not in known:
            message = f"`{definition.name}` has no option `{name}`"
            raise lowering.call_error(tree, message, f"{', '.join(known)}" if known else "leave it out")
    found: dict[str, int] = {}
    for name, usual in definition.options:
        found[name] = given[name] if name in given else found[usual] if usual in found else int(usual)
    if any(number < (name != "padding") for name, number in found.items()):
        raise lowering.call_error(tree, "an option is a whole number of 1 or more, padding one of 0 or more")
    return found


def _new_size(tree: Call, letter: str, size: Expression, letters: Mapping[str, Axis], options: Options) -> Dimension:
    """The size of a new axis. Raises NotationError (DC158) for one that no combination of sizes is."""

    def of(name: str) -> Affine:
        return Affine.of(letters[name].dimension)

    match size:
        case Binary("+", Binary("/", room, Name(divisor)), Number(more)):
            inside, count = _combination(room, of, options).offset, options[divisor]
            quotient = divided(inside, count)
            if quotient is None:
                odd, *fixed = [name for name, number in inside.terms if number % count] or ["n"]
                numbers = "".join(f"`{name}` as a number, " for name in fixed)
                raise shape_error(
                    f"`{tree.function}` makes an axis of ({inside})/{count} + {more} entries, which may be no number",
                    tree.span,
                    f"steps of {count}",
                    help_=f"declare {numbers}the axis `{odd}` as `{count}*m` or `{count}*m+1`",
                    code="DC158",
                )
            return quotient.plus(Dimension.fixed(int(more)))
        case _:
            return _combination(size, of, options).offset


def _combination(tree: Expression, named: Named, options: Options) -> Affine:
    """Σ count · letter + number, where the factors of letters are options."""
    match tree:
        case Number(value):
            return Affine.of(int(value))
        case Name(name):
            return Affine.of(options[name]) if name in options else named(name)
        case Binary("+" | "-" as operator, left, right):
            first, second = (_combination(side, named, options) for side in (left, right))
            return first.plus(second, 1 if operator == "+" else -1)
        case Binary("*", Name(factor), right) if factor in options:
            return _combination(right, named, options).times(options[factor])
        case Binary("*", Number(value), right):
            return _combination(right, named, options).times(int(value))
        case _:
            raise AssertionError("a combination of letters is a sum of multiples")


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
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "**": lambda left, right: mapped(placeholder(0) ** placeholder(1), left, right),
}


@dataclass(frozen=True, slots=True)
class Along:
    """A node and the axes that it is meant along; one that the node lacks is an axis along which it is constant."""

    node: Node
    axes: frozenset[Axis] = frozenset()


class Aligned:
    """Evaluates a definition's formulas; axes align by themselves."""

    def __init__(
        self,
        environment: Mapping[str, Along],
        letters: Mapping[str, Axis],
        over: Axes,
        options: Options,
        where: Node | None = None,
    ) -> None:
        self._environment = environment
        self._letters = letters
        self._over = over
        self._options = options
        self._where = where  # 1 at the entries that are summed

    def _axes(self, names: tuple[Expression, ...]) -> Axes:
        found: list[Axis] = []
        for name in names:
            assert isinstance(name, Name)
            found.extend((self._letters[name.name],) if name.name in self._letters else self._over)
        return tuple(found)

    def _position(self, name: str) -> Affine:
        """A letter of a combination, or how many positions it has: `n_k` for k."""
        counted = self._letters.get(name[2:]) if name.startswith("n_") else None
        return Affine.of(self._letters[name] if counted is None else counted.dimension)

    def along(self, tree: Expression) -> Along:
        match tree:
            case Number(value):
                return Along(constant(sympy.Rational(value.numerator, value.denominator)))
            case Name(name) if name in self._environment:
                return self._environment[name]
            case Name(name):
                return Along(size(self._letters[name].dimension))
            case Negate(operand):
                inner = self.along(operand)
                return Along(negate(inner.node), inner.axes)
            case Binary(operator, left, right):
                first, second = self.along(left), self.along(right)
                return Along(_ENTRYWISE[operator](first.node, second.node), first.axes | second.axes)
            case Call("sum" | "mean" as kind, (body, *names)):
                axes, inner = self._axes(tuple(names)), self.along(body)
                where = self._where or constant(1)
                total = sum_over(multiply(where, inner.node), axes)
                if kind == "mean":
                    total = divide(total, sum_over(where, axes))
                return Along(total, inner.axes - set(axes))
            case Call("max", (body, *names)):
                axes, inner = self._axes(tuple(names)), self.along(body)
                return Along(extremum("max", inner.node, axes), inner.axes - set(axes))
            case Call("sees", (place, seen)):
                there = _combination(seen, self._position, self._options)
                (axis,) = self._axes((place,))
                return Along(indicator("zero", Affine.of(axis).plus(there, -1)), frozenset((axis, *there.axes)))
            case Call(function, arguments, primes):
                symbols = [placeholder(k) for k in range(len(arguments))]
                expression = catalogue_functions.applied(function, primes, list(symbols), {}, tree)
                values = [self.along(argument) for argument in arguments]
                joined = frozenset[Axis]().union(*(value.axes for value in values))
                return Along(mapped(expression, *(value.node for value in values)), joined)
            case _:
                raise AssertionError(f"a definition cannot contain {type(tree).__name__}")
