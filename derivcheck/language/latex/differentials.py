"""`dC` by itself: the differential of C, the gradient by C, or a product with what is called d, as is declared.

An upright d is always a differential. What an italic one is, `differentials: statements` or `gradients` says; where
nothing does, both readings are judged.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from derivcheck.diagnostics.diagnostic import NotationError
from derivcheck.graph.nodes import Input, topological
from derivcheck.language.formulas import name_tree
from derivcheck.language.latex.cursor import RowCursor
from derivcheck.language.latex.elements import Element
from derivcheck.language.latex.forks import DIFFERENTIAL, Fork
from derivcheck.language.lowering.scope import Scope
from derivcheck.language.lowering.types import Types
from derivcheck.language.notation.printer import to_latex, to_plain
from derivcheck.language.notation.syntax import (
    Binary,
    Call,
    Derivative,
    Equation,
    Expression,
    Name,
    Span,
    Subscript,
    Transpose,
    bottom_up,
    rebuilt,
)
from derivcheck.language.tex.errors import fail


def alone(reader: RowCursor, starts: Callable[[Element], bool]) -> Expression | None:
    """What a `d` before a quantity is; None with nothing read for a d that is something else.

    `starts` says where a factor begins. Raises NotationError (DC118) where d is declared besides, and for `d^2`.
    """
    token = reader.element
    if token.text != "d" or token.kind != "letter" or token.accent or reader.context.symbols.has_base(token):
        return None
    script = reader.ahead()
    squared = script.kind == "script" and script.text == "^" and [one.text for one in script.inside] == ["2"]
    count = 1 + squared
    number = _is_number(reader, token)
    declared = reader.context.names.declares(token)
    if not starts(reader.ahead(count)) or (token.font != "roman" and declared and not number):
        return None
    begin, trying = reader.position, reader.trying
    reader.trying = reader.trying or squared or declared or number
    reader.position += count
    brackets = reader.position if reader.at_group("(", "[", "\\{") else None
    try:
        of = reader.factor()
    except NotationError:
        reader.position = begin
        return None
    finally:
        reader.trying = trying
    shapes = reader.context.types
    span = token.span.to(reader.before.span)
    if not any(isinstance(node, Name | Subscript) and shapes.member(node) for node in bottom_up(of)):
        reader.position = begin
        return None
    if squared or declared or number:
        _refuse(reader, of, span, squared, declared or number)
    return _read(reader, of, span, token.font == "roman", whole=brackets == reader.position - 1)


def _read(reader: RowCursor, of: Expression, span: Span, upright: bool, whole: bool) -> Expression:
    """What stands behind the mark, differentiated; `whole` says that brackets hold all of it."""
    if isinstance(of, Transpose):
        return Transpose(_read(reader, of.operand, span, upright, whole), span)
    if isinstance(of, Binary) and of.operator == "**" and not whole:
        power, raised = f"d({to_plain(of)})", f"d({to_plain(of.left)}) to that power"
        help_ = rf"\mathrm{{d}}({reader.source(of.span)})"
        reader.refuse_both(span, "of the power, or a power?", help_, power, raised)
    scope = reader.context.scope
    total = Call("differential", (of,), 0, span)
    named = reader.context.types.whole(of)
    if not scope.loss or not reader.context.types.member(named) or to_plain(named) == scope.loss:
        return total
    gradient = Derivative(name_tree(scope.loss), (of,), span)
    if scope.differentials:
        return total if scope.differentials == "statements" else gradient
    if upright:
        return total
    return reader.context.choices.take(Fork(DIFFERENTIAL, "", span, reader.source(span)), total, gradient)


def resting(equation: Equation, scope: Scope, types: Types) -> tuple[Equation, str]:
    """The equation with the inputs held of which it has no differential, and what to write for that.

    As it stands where nothing else moves: `dJ = r^\\top dr`. Beside that of a layer which another is computed
    from, `dL = (p - y)^\\top dz`, what the layer itself is computed from moves.
    """
    totals = [operand for node in bottom_up(equation) if (operand := _operand(node, types)) is not None]
    moving = _moving(totals, _operand(equation.sides[0], types), types)
    shown: list[str] = []

    def held(node: Expression) -> Expression:
        operand = _operand(node, types)
        whole = None if operand is None else types.whole(operand)
        value = None if whole is None or not types.is_derived(whole) else types.value(whole)
        if not moving or value is None or operand is None:
            return node
        below = {one.name for one in topological([value.node]) if isinstance(one, Input)}
        names = [name_tree(name) for name in scope.values if name in below and name not in moving]
        if not names:
            return node
        found = Call("differential", (operand, *names), 0, node.span)
        shown.append(to_latex(found, families=scope.families))
        return found

    made: Equation = rebuilt(equation, held)
    return (made, shown[0]) if made != equation else (equation, "")


def _moving(totals: Sequence[Expression], first: Expression | None, types: Types) -> set[str]:
    """The names of the inputs that differentials are of, themselves or by a layer from which the first is computed."""
    nodes = {operand: value.node for operand in totals if (value := types.value(types.whole(operand))) is not None}
    within = topological([nodes[first]])[:-1] if first in nodes else []
    moved = [node for node in nodes.values() if isinstance(node, Input) or node in within]
    return {one.name for one in topological(moved) if isinstance(one, Input)}


def _operand(node: Any, types: Types) -> Expression | None:
    """What a differential that holds nothing is of, be it written out or a name for one."""
    if isinstance(node, Name | Subscript):
        node = types.scope.abbreviations.get(types.member(node) or "")
    match node:
        case Call("differential", (operand,)):
            return operand
        case _:
            return None


def _refuse(reader: RowCursor, of: Expression, span: Span, squared: bool, number: bool) -> NoReturn:
    shown = reader.source(of.span)
    readings: tuple[tuple[str, str], ...] = (("one reading", f"the differential of {shown}"),)
    help_ = rf"\mathrm{{d}}\left({shown}\right)"
    if number:
        readings = (*readings, ("another reading", f"the product of {'d^2' if squared else 'd'} and {shown}"))
        help_ = rf"{'d^2' if squared else 'd'} \cdot {shown} for the product"
    fail("DC118", f"`{reader.source(span)}` is not read", span, "a differential?", help_, readings)


def _is_number(reader: RowCursor, token: Element) -> bool:
    """Whether d is declared as a dimension or a scalar."""
    names, values = reader.context.names, reader.context.scope.values
    declared = [name for base in names.bases(token) for name in names.plain.get(base, ())]
    if declared:
        return all(not values[name].axes for name in declared)
    return any(base in names.dimensions for base in names.bases(token))
