"""The i-th example of a batch, `x^{(i)}`: a column of X, or a row of it set upright, or an entry of a vector.

A small letter that nobody declares speaks so of the matrix that its capital is, a symbol of the matrix it stands for,
a small letter that is declared of itself.
"""

from __future__ import annotations

from derivcheck.language.latex.forks import EXAMPLE, SAMPLE, Fork, symbol_line
from derivcheck.language.latex.scripts import Script, Scripted, slot_tree
from derivcheck.language.notation.syntax import Expression, Name, Slice, Subscript, Transpose


def sample(quantity: Scripted, whole: Expression | None) -> Expression | None:
    """What a base with the label of an example is; `whole` is what a symbol stands for. None where it is no example."""
    labels = [script for script in quantity.scripts if script.kind == "sup" and script.is_bracketed]
    others = [script for script in quantity.scripts if script not in labels]
    letter = _letter(quantity, labels[0]) if len(labels) == 1 else None
    matrix = _matrix(quantity) if whole is None else whole
    if letter is None or not isinstance(matrix, Name):
        return None
    span, choices = quantity.span, quantity.reader.context.choices
    axes = len(_axes(quantity, matrix))
    if axes == 1 and not others:
        shown, entry = quantity.reader.source(span), Subscript(matrix, (letter,), span)
        return choices.take(Fork(EXAMPLE, matrix.name, span, shown, symbol_line(shown, entry)), entry)
    if axes != 2:
        return None
    below = [script for script in others if script.kind == "sub"]
    if below:
        if len(others) > 1 or len(below[0].slots) != 1:
            return None
        index = slot_tree(quantity.reader, below[0].slots[0], below[0].span)
        entries = [Subscript(matrix, pair, span) for pair in ((index, letter), (letter, index))]
        return choices.take(_fork(quantity, matrix, entries[0]), *entries)
    column: Expression = Subscript(matrix, (Slice(span), letter), span)
    row: Expression = Subscript(matrix, (letter, Slice(span)), span)
    upright = quantity.reader.context.scope.vectors == "column"
    readings = (column, Transpose(row, span)) if upright else (row, Transpose(column, span))
    found = choices.take(_fork(quantity, matrix, readings[0]), *readings)
    return Transpose(found, span) if others else found


def _fork(quantity: Scripted, matrix: Name, first: Expression) -> Fork:
    """One for all that is said of the examples of a matrix."""
    shown = quantity.reader.source(quantity.span)
    return Fork(SAMPLE, matrix.name, quantity.span, shown, symbol_line(shown, first))


def _letter(quantity: Scripted, script: Script) -> Name | None:
    """The letter in the brackets, where it is no label of layers and names nothing."""
    if len(script.slots) != 1 or len(script.slots[0]) != 1:
        return None
    (element,) = script.slots[0]
    context = quantity.reader.context
    if element.kind != "letter" or element.accent or len(element.text) > 1 or not element.text.islower():
        return None
    known = (
        context.names.declares(element) or context.labels.may_be(element.text) or element.text in context.scope.labels
    )
    return None if known else Name(element.text, element.span)


def _matrix(quantity: Scripted) -> Expression | None:
    """The declared tensor that the capital of the base is."""
    base, names = quantity.base, quantity.reader.context.names
    if base.kind != "letter" or base.accent or len(base.text) > 1 or not base.text.islower():
        return None
    found = sorted(names.plain.get(base.text, ()))
    if not found and not names.begins(base):
        found = sorted(names.plain.get(base.text.upper(), ()))
    return Name(found[0], quantity.span) if len(found) == 1 else None


def _axes(quantity: Scripted, tree: Expression) -> tuple[object, ...]:
    shape = quantity.reader.context.types(tree)
    return () if shape is None else shape.axes
