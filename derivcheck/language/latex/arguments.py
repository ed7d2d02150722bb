"""Arguments in brackets, and what they depend on."""

from __future__ import annotations

from derivcheck.graph.nodes import Node, topological
from derivcheck.language.latex.cursor import RowCursor
from derivcheck.language.notation.syntax import Expression
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


def letters_here(reader: RowCursor) -> list[Expression]:
    """The arguments in the bracket here, all of them index letters."""
    outside, reader.letters = reader.letters, True
    try:
        return arguments_here(reader)
    finally:
        reader.letters = outside
