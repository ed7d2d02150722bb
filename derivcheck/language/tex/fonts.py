"""Letters in another font."""

from __future__ import annotations

from dataclasses import replace

from derivcheck.language.tex.nodes import (
    Accent,
    Fraction,
    Grid,
    Group,
    Node,
    Numeral,
    Root,
    Row,
    Scripts,
    Space,
    Symbol,
)


def styled(row: Row, font: str, style: str) -> Row:
    """The letters of a row in a font, those that have none; a number where it stands alone."""
    alone = len([node for node in row if not isinstance(node, Space)]) == 1
    return tuple(_styled(node, font, style, alone) for node in row)


def _styled(node: Node, font: str, style: str, alone: bool) -> Node:
    match node:
        case Symbol("letter"):
            return replace(node, style=node.style or style, font=node.font or font)
        case Numeral() if alone:
            # A number in bold, or under an arrow, is a vector.
            return replace(node, font=node.font or font or ("bold" if style else ""))
        case Group(body=body) | Accent(body=body):
            return replace(node, body=tuple(_styled(part, font, style, alone and len(body) == 1) for part in body))
        case Scripts(base=base, scripts=scripts):
            return replace(
                node,
                base=None if base is None else _styled(base, font, style, False),
                scripts=tuple(
                    replace(script, body=tuple(_styled(part, font, style, False) for part in script.body))
                    for script in scripts
                ),
            )
        case Fraction(above=above, below=below):
            above, below = (tuple(_styled(part, font, style, False) for part in row) for row in (above, below))
            return replace(node, above=above, below=below)
        case Root(body=body):
            return replace(node, body=tuple(_styled(part, font, style, False) for part in body))
        case Grid(rows=rows):
            return replace(
                node,
                rows=tuple(
                    tuple(tuple(_styled(part, font, style, False) for part in cell) for cell in row) for row in rows
                ),
            )
        case _:
            return node
