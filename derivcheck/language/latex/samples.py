r"""The i-th example of a batch, `x^{(i)}`: a column of X, or a row of it set upright, or an entry of a vector.

So is the k-th vector of a matrix, `U_k` or `w_k^\top x`.

A small letter that nobody declares speaks so of the matrix that its capital is, a symbol of the matrix it stands for,
a small letter that is declared of itself.
"""

from __future__ import annotations

from derivcheck.language.latex.forks import EXAMPLE, LINE, SAMPLE, Fork, symbol_line
from derivcheck.language.latex.scripts import Script, Scripted, slot_tree
from derivcheck.language.notation.syntax import Expression, Name, Slice, Subscript, Transpose


def sample(quantity: Scripted, whole: Expression | None) -> Expression | None:
    """What a base with the label of an example is; `whole` is what a symbol stands for. None where it is no example."""
    labels = [script for script in quantity.scripts if script.kind == "sup" and script.is_bracketed]
    if not labels:
        labels = [script for script in quantity.scripts if script.kind == "sub"]
    others = [script for script in quantity.scripts if script not in labels]
    letter = _letter(quantity, labels[0]) if len(labels) == 1 else None
    if letter is None:
        return None
    span, choices, lowered = quantity.span, quantity.reader.context.choices, labels[0].kind == "sub"
    if lowered and (not all(_is_transpose(quantity, one) for one in others) or _runs_on(quantity, labels[0])):
        return None
    matrix = _matrix(quantity, lowered) if whole is None else whole
    if not isinstance(matrix, Name):
        return None
    axes = len(_axes(quantity, matrix))
    if axes == 1 and not others and not lowered:
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
    turned_row, turned_column = Transpose(row, span), Transpose(column, span)
    if upright:
        readings = (
            (turned_column, row)
            if others
            else (column, turned_row, *([row] if lowered and _is_multiplied(quantity) else []))
        )
    else:
        readings = (turned_row, column) if others else (row, turned_column)
    return choices.take(_fork(quantity, matrix, readings[0]), *readings)


def _fork(quantity: Scripted, matrix: Name, first: Expression) -> Fork:
    """One for all that is said of the examples of a matrix, or of its rows or columns."""
    shown = quantity.reader.source(quantity.span)
    raised = any(script.kind == "sup" and script.is_bracketed for script in quantity.scripts)
    return Fork(SAMPLE if raised else LINE, matrix.name, quantity.span, shown, symbol_line(shown, first))


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


def _is_transpose(quantity: Scripted, script: Script) -> bool:
    letter = script.kind == "sup" and script.is_letter_t
    return script.kind == "transpose" or (letter and not quantity.reader.context.names.declares(script.row[0]))


def _is_multiplied(quantity: Scripted) -> bool:
    """Whether a letter stands behind it, as in `W_i x`, where the row lies as it does in the matrix."""
    return quantity.reader.element.kind in ("letter", "word")


def _runs_on(quantity: Scripted, script: Script) -> bool:
    """Whether a letter stands right behind a script without braces: `S_ij` is hardly S_i times j."""
    behind, text = quantity.reader.element, quantity.reader.context.text
    return behind.kind == "letter" and not behind.spaced and text[script.span.stop - 1] != "}"


def _matrix(quantity: Scripted, lowered: bool) -> Expression | None:
    """The declared tensor that the capital of the base is; below it, `w_k` must look like a vector."""
    base, names = quantity.base, quantity.reader.context.names
    if base.kind != "letter" or base.accent or len(base.text) > 1 or not (lowered or base.text.islower()):
        return None
    found = sorted(names.plain.get(base.text, ()))
    vector = not lowered or base.font == "bold" or any(_is_transpose(quantity, one) for one in quantity.scripts)
    if not found and vector and base.text.islower() and not names.begins(base):
        found = sorted(names.plain.get(base.text.upper(), ()))
    return Name(found[0], quantity.span) if len(found) == 1 else None


def _axes(quantity: Scripted, tree: Expression) -> tuple[object, ...]:
    shape = quantity.reader.context.types(tree)
    return () if shape is None else shape.axes
