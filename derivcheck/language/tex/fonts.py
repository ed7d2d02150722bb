"""Letters in another font."""

from __future__ import annotations

from dataclasses import replace

from derivcheck.language.tex.nodes import Accent, Group, Node, Numeral, Row, Space, Symbol, with_rows


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
        case _:
            alone = alone and isinstance(node, Group | Accent)
            return with_rows(node, lambda row: tuple(_styled(one, font, style, alone and len(row) == 1) for one in row))
