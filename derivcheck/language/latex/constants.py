"""Names that mean something everywhere: Kronecker's delta, the exponential, the identity matrix, π."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from derivcheck.language.latex.scripts import Scripted, atoms, dimension_at, index_at
from derivcheck.language.notation.syntax import Call, Expression, Name, Number


def special(quantity: Scripted, declared: bool) -> Iterator[Expression]:
    """Kronecker's delta, the exponential, the identity matrix, π: where their letters mean nothing else."""
    names = quantity.reader.context.names
    if quantity.base.kind == "word" or quantity.base.accent:
        return
    match quantity.base.text:
        case "delta":
            yield from _kronecker(quantity)
        case "e" if quantity.scripts and (not declared or _is_no_square(quantity)):
            yield from _exponential(quantity)
        case "I" if not declared and not names.declares(quantity.base) and len(quantity.scripts) <= 1:
            yield from _identity(quantity)
        case "pi" if not declared and not quantity.scripts:
            yield Name("pi", quantity.span)


def _kronecker(quantity: Scripted) -> Iterator[Expression]:
    names = quantity.reader.context.names
    kinds = [script.kind for script in quantity.scripts]
    if kinds != ["sub"] and (sorted(kinds) != ["sub", "sup"] or names.declares(quantity.base)):
        return
    slots = [slot for script in quantity.scripts for slot in script.slots]
    if len(slots) != 2:
        slots = [atom for slot in slots for atom in atoms(slot) or [slot]]
    if len(slots) != 2:
        return
    letters = tuple(index_at(quantity.reader, slot, quantity.span) for slot in slots)
    known = tuple(letter for letter in letters if isinstance(letter, Name | Number))
    if known == letters:
        yield Call("delta", known, 0, quantity.span)


def _is_no_square(quantity: Scripted) -> bool:
    """Whether the superscript of a declared `e` may be an exponent of the number: `e^2` is the square of e."""
    script = quantity.scripts[0]
    text = script.name
    return not script.is_letter_t and not (text is not None and text.isdigit())


def _exponential(quantity: Scripted) -> Iterator[Expression]:
    first, *rest = quantity.scripts
    if first.kind == "sup" and not rest:
        exponent = quantity.exponent(first)
        tree = exponent if exponent is not None else quantity.tensor(first)
        if tree is not None:
            yield Call("exp", (tree,), 0, quantity.span)


def _identity(quantity: Scripted) -> Iterator[Expression]:
    """`I_n`, and `I`, which has the size that fits: a number one until that is known."""
    if not quantity.scripts:
        quantity.reader.context.unsized.add(quantity.span)
        quantity.reader.context.identities.add(quantity.span)
        yield Number(Fraction(1), quantity.span)
        return
    script = quantity.scripts[0]
    if script.kind == "sub":
        size = dimension_at(quantity.reader, script.row, script.span)
        if isinstance(size, Name | Number):
            yield Call("eye", (size,), 0, quantity.span)
