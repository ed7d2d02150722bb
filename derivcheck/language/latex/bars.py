"""Evaluation bars: `\\right|_{m}` behind a derivative holds m, `\\bigr|_{x = 0}` puts 0 in the place of x."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NoReturn

from derivcheck.diagnostics.diagnostic import NotationError
from derivcheck.language.latex.cursor import RowCursor
from derivcheck.language.latex.elements import Element, Elements
from derivcheck.language.latex.scripts import Script, divided
from derivcheck.language.notation.relations import NAMES
from derivcheck.language.notation.syntax import (
    Call,
    Derivative,
    Equation,
    Expression,
    Name,
    Span,
    bottom_up,
    rebuilt,
)
from derivcheck.language.tex.errors import fail

POINT = r"\right|_{x = 0}"


def group(reader: RowCursor) -> Expression:
    """`\\left. ... \\right|_{...}`: all of what the bar ends. Raises NotationError (DC118)."""
    whole = reader.advance()
    inner = reader.part(whole.inside, whole.span).whole()
    return _evaluated(reader, inner, reader.advance(), whole.span)


def stands_here(reader: RowCursor) -> bool:
    """Whether a bar with a point below stands behind a factor, `\\bigr|_{x = 0}`."""
    behind = reader.ahead()
    return reader.at("|") and "|" not in reader.bars and behind.kind == "script" and behind.text == "_"


def behind(reader: RowCursor, tree: Expression) -> Expression:
    """The factor before a bar, evaluated. Raises NotationError (DC118)."""
    bar = reader.advance()
    found = _evaluated(reader, tree, reader.advance(), tree.span.to(bar.span))
    if isinstance(found, Call):
        reader.context.barred.add(found.span)
    return found


def subscripted(reader: RowCursor, tree: Expression, scripts: Sequence[Script], span: Span) -> Expression | None:
    """`\\left( \\frac{\\partial q}{\\partial z} \\right)_{m}` holds m; None where no layers stand below."""
    if len(scripts) != 1 or scripts[0].kind != "sub" or not isinstance(tree, Derivative):
        return None
    try:
        names = [_piece(reader, slot, span)[0] for slot in scripts[0].slots]
    except NotationError:
        return None
    held = all(reader.context.types.is_derived(name) for name in names)
    return replace(tree, holding=tuple(names), span=span) if held else None


def refuse_reach(reader: RowCursor, factors: Sequence[Expression]) -> None:
    """Raise NotationError (DC171) for a bar behind one of several factors: the others may be meant as well."""
    for factor in factors if len(factors) > 1 else ():
        if factor.span in reader.context.barred:
            reader.refuse_both(
                factor.span,
                "over one factor, or over all of them?",
                r"\left. ... " + POINT,
                "over the factor before it",
                "over the whole product",
                message=f"how far does the bar of `{reader.source(factor.span)}` reach?",
            )


def _evaluated(reader: RowCursor, tree: Expression, script: Element, before: Span) -> Expression:
    span = before.to(script.span)
    pieces = [_piece(reader, slot, script.span) for slot in divided(script.inside)]
    if all(by is None for _, by in pieces):
        return _holding(reader, tree, [target for target, _ in pieces], script, span)
    if any(by is None for _, by in pieces):
        _refuse(reader, script)
    return Call("at", (tree, *(part for pair in pieces for part in pair if part is not None)), 0, span)


def _holding(
    reader: RowCursor, tree: Expression, names: Sequence[Expression], script: Element, span: Span
) -> Expression:
    if not all(reader.context.types.member(name) for name in names):
        _refuse(reader, script)
    match tree:
        case Derivative():
            return replace(tree, holding=tuple(names), span=span)
        case Call("differential", (operand,)):
            return replace(tree, arguments=(operand, *names), span=span)
        case _:
            _refuse(reader, script)


def _refuse(reader: RowCursor, script: Element) -> NoReturn:
    shown = reader.source(script.span)
    relates = any(element.is_sign(*(NAMES - {"="})) for element in script.inside)
    fail(
        "DC118",
        f"the point `{shown}` of an evaluation is not read",
        script.span,
        "a layer that a derivative holds, or what stands where",
        rf"\quad {shown.strip('_{} ')}" if relates else POINT,
    )


def _piece(reader: RowCursor, slot: Elements, here: Span) -> tuple[Expression, Expression | None]:
    """`x = 0`: what is replaced, and by what; `m` alone is held."""
    parts = divided(slot, "=")
    if len(parts) > 2 or any(element.is_sign(*(NAMES - {"="})) for element in slot):
        _refuse(reader, reader.before)
    found = []
    for part in parts:
        inner = reader.part(part, here)
        inner.letters = True
        found.append(inner.whole())
    return found[0], found[1] if len(found) > 1 else None


def oriented(equation: Equation) -> Equation:
    """The equation in which `|_{i = j}` keeps the letter that the rest of it speaks of."""
    bars = [node for node in bottom_up(equation) if isinstance(node, Call) and node.function == "at"]
    if not bars:
        return equation
    inside = {name for bar in bars for name in _names(bar)}
    outside = {name for side in equation.sides for name in _names(rebuilt(side, _without_bars))}

    def turned(node: Any) -> Any:
        if not isinstance(node, Call) or node.function != "at":
            return node
        tree, *places = node.arguments
        kept: list[Expression] = []
        for one, other in zip(places[::2], places[1::2], strict=True):
            kept += (one, other)
            if isinstance(one, Name) and isinstance(other, Name) and one.name in outside:
                kept[-2:] = (other, one) if other.name in inside - outside else (one, other)
        return replace(node, arguments=(tree, *kept))

    return replace(equation, sides=tuple(rebuilt(side, turned) for side in equation.sides))


def _names(tree: Expression) -> set[str]:
    return {node.name for node in bottom_up(tree) if isinstance(node, Name)}


def _without_bars(node: Any) -> Any:
    return replace(node, arguments=()) if isinstance(node, Call) and node.function == "at" else node
