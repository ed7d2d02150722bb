"""The axes of a value that a call names, by dimension or by position."""

from __future__ import annotations

from derivcheck.graph.axes import Axes, Axis
from derivcheck.language.lowering.letters import dimension_name, index_error
from derivcheck.language.lowering.state import LoweringState
from derivcheck.language.lowering.values import Value
from derivcheck.language.notation.syntax import Call, Expression, Name, Number
from derivcheck.spec.spelling import is_name


def names_an_axis(lowering: LoweringState, value: Value, tree: Expression) -> bool:
    """Whether a tree is a dimension, or the name of one axis of a value."""
    if dimension_name(tree, lowering.scope) is not None:
        return True
    if not isinstance(tree, Name) or tree.name in lowering.scope.values:
        return False
    return any(axis.name == tree.name for axis in value.axes)


def spelled_axes(value: Value) -> list[str]:
    """Each axis of a value as a call names it: its letter, its dimension where that is a name, its position."""
    every = [axis.dimension for axis in value.axes]
    return [
        axis.name
        or (str(axis.dimension) if is_name(str(axis.dimension)) and every.count(axis.dimension) == 1 else str(place))
        for place, axis in enumerate(value.axes, 1)
    ]


def _positions(value: Value, axes: list[Axis]) -> str:
    return " or ".join(str(value.axes.index(axis) + 1) for axis in axes)


def chosen_axes(lowering: LoweringState, value: Value, names: tuple[Expression, ...], tree: Call) -> Axes:
    """The axes of a value that trailing arguments name, by dimension or by position from 1."""
    chosen: list[Axis] = []
    for name in names:
        match name:
            case Number(number) if number.denominator == 1 and 1 <= number <= len(value.axes):
                axis = value.axes[int(number) - 1]
            case _ if (dimension := dimension_name(name, lowering.scope)) is not None:
                wanted = lowering.scope.dimensions[dimension]
                matching = [a for a in value.axes if a.dimension == wanted and a not in chosen]
                if not matching:
                    raise index_error("DC132", f"no axis runs over `{dimension}`", name.span, value.shape())
                if len(matching) > 1:
                    raise index_error(
                        "DC133",
                        f"two axes run over `{dimension}`",
                        name.span,
                        value.shape(),
                        f"name the axis by its position, {_positions(value, matching)}",
                    )
                axis = matching[0]
            case Name(letter) if any(axis.name == letter for axis in value.axes):
                axis = next(axis for axis in value.axes if axis.name == letter)
            case _:
                message, advice = "a dimension or the position of an axis is expected", " or ".join(spelled_axes(value))
                raise index_error("DC132", message, name.span, value.shape(), advice)
        chosen.append(axis)
    return tuple(chosen)
