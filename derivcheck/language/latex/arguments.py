"""Arguments in brackets, and what they depend on."""

from __future__ import annotations

from fractions import Fraction

from derivcheck.graph.nodes import Node, topological
from derivcheck.language.latex.cursor import RowCursor
from derivcheck.language.notation.syntax import Expression, Name, Number
from derivcheck.language.tex.errors import fail


def depends(reader: RowCursor, tree: Expression, part: Expression) -> bool:
    """Whether a quantity is computed from another."""
    whole, below = node_of(reader, tree), node_of(reader, part)
    return whole is not None and below is not None and whole is not below and below in topological([whole])


def node_of(reader: RowCursor, tree: Expression) -> Node | None:
    """What a tree stands for, where it has a meaning."""
    value = reader.context.types.value(tree)
    return None if value is None else value.node


def arguments_here(reader: RowCursor) -> list[Expression]:
    """The arguments in the bracket here."""
    group = reader.element
    inner = reader.enter()
    if inner.at_end():
        fail("DC104", "the bracket is empty", group.span, "expected an argument")
    arguments = [inner.expression()]
    while inner.accept(",", ";") is not None:
        arguments.append(inner.expression())
    inner.leave(group)
    return arguments


def called_here(reader: RowCursor) -> tuple[list[Expression], tuple[tuple[str, Number], ...]]:
    """The arguments in the bracket here, and the options behind them, `\\mathrm{stride}=2`.

    Behind the first one a letter that nobody declares may name one of its axes.
    """
    group = reader.element
    inner = reader.enter()
    if inner.at_end():
        fail("DC104", "the bracket is empty", group.span, "expected an argument")
    arguments = [inner.expression()]
    options: list[tuple[str, Number]] = []
    while inner.accept(",", ";") is not None:
        if _at_option(inner):
            options.append(_option(inner))
        elif (axis := _axis(inner, arguments[0])) is not None:
            arguments.append(axis)
        elif options:
            inner.unexpected("an option such as `\\mathrm{stride}=2`")
        else:
            arguments.append(inner.expression())
    inner.leave(group)
    return arguments, tuple(options)


def _at_option(inner: RowCursor) -> bool:
    return inner.element.kind == "word" and inner.ahead().is_sign("=")


def _option(inner: RowCursor) -> tuple[str, Number]:
    name = inner.advance().text
    inner.advance()
    number = inner.advance()
    if number.kind != "number" or not number.text.isdigit():
        fail("DC122", f"the option `{name}` is a whole number", number.span, "", rf"\mathrm{{{name}}}=1")
    return name, Number(Fraction(number.text), number.span)


def _axis(inner: RowCursor, first: Expression) -> Expression | None:
    """The letter here, where it stands alone and is the name of an axis of the first argument."""
    letter = inner.element
    alone = inner.ahead().kind == "end" or inner.ahead().is_sign(",", ";")
    if letter.kind != "letter" or letter.accent or not alone or inner.context.names.declares(letter):
        return None
    if letter.text not in inner.context.types.axis_names(first):
        return None
    return Name(inner.advance().text, letter.span)


def letters_here(reader: RowCursor) -> list[Expression]:
    """The arguments in the bracket here, all of them index letters."""
    outside, reader.letters = reader.letters, True
    try:
        return arguments_here(reader)
    finally:
        reader.letters = outside
