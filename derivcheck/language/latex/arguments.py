"""Arguments in brackets, and what they depend on."""

from __future__ import annotations

from derivcheck.graph.nodes import Node, topological
from derivcheck.language.latex.cursor import CLOSERS, TokenReader
from derivcheck.language.notation.syntax import Expression
from derivcheck.language.tex.errors import fail


def depends(reader: TokenReader, tree: Expression, part: Expression) -> bool:
    """Whether a quantity is computed from another."""
    whole, below = node_of(reader, tree), node_of(reader, part)
    return whole is not None and below is not None and whole is not below and below in topological([whole])


def node_of(reader: TokenReader, tree: Expression) -> Node | None:
    """What a tree stands for, where it has a meaning."""
    value = reader.context.shapes.value(tree)
    return None if value is None else value.node


def arguments_here(reader: TokenReader) -> list[Expression]:
    """The arguments in the bracket here."""
    opener = reader.advance()
    with reader.enclosed():
        arguments = [] if reader.at(CLOSERS[opener.text]) else [reader.expression()]
        while reader.accept(",", ";") is not None:
            arguments.append(reader.expression())
    reader.close(opener)
    if not arguments:
        fail("DC104", "the bracket is empty", opener.span, "expected an argument")
    return arguments


def letters_here(reader: TokenReader) -> list[Expression]:
    """The arguments in the bracket here, all of them index letters."""
    outside, reader.letters = reader.letters, True
    try:
        return arguments_here(reader)
    finally:
        reader.letters = outside
