"""`∂L/∂z = p_i - y_i`: a vector set equal to an entry, read entry by entry where a document says that it writes so."""

from __future__ import annotations

from dataclasses import replace

from derivcheck.diagnostics.diagnostic import NotationError, UnsupportedError
from derivcheck.language.lowering.language import Lowering
from derivcheck.language.lowering.scope import Scope
from derivcheck.language.notation.syntax import Equation, Expression, Name, Subscript


def componentwise(equation: Equation, scope: Scope) -> Equation:
    """The equation with its vectors indexed by the one letter that is free in its other sides.

    An equation in which no side, every side or something else than a vector lacks the
    letter is returned as it is.
    """
    lowered = [_lowered(side, scope) for side in equation.sides]
    letters = {letter for found in lowered if found is not None for letter in found[0]}
    if len(letters) != 1:
        return equation
    (letter,) = letters
    sides: list[Expression] = []
    for side, found in zip(equation.sides, lowered, strict=True):
        if found is None or found[0]:
            sides.append(side)
        elif found[1]:
            sides.append(Subscript(side, (Name(letter, side.span),), side.span))
        else:
            return equation
    return replace(equation, sides=tuple(sides))


def _lowered(side: Expression, scope: Scope) -> tuple[frozenset[str], bool] | None:
    """(the letters that are free in a side, whether it is a vector); None for a side that has no meaning by itself."""
    lowering = Lowering(scope)
    try:
        lowering.letters.learn(side)
        value = lowering.expression(side)
    except (NotationError, UnsupportedError):
        return None
    return frozenset(lowering.letters.used_free), value.is_vector
