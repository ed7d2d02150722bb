"""What rows of MathML are put together into: brackets that grow, tables of cells."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from derivcheck.report.markup import element


def row(parts: Sequence[Element]) -> Element:
    """Several as one."""
    return parts[0] if len(parts) == 1 else element("mrow", *parts)


def space(width: str) -> Element:
    """Nothing, so many em wide."""
    return element("mspace", width=f"{width}em")


def classed(made: Element, name: str) -> Element:
    """The same, known to the style sheet by a name."""
    made.set("class", name)
    return made


def between(opener: str, inner: Sequence[Element], closer: str) -> Element:
    """What grows with what stands between."""
    before = element("mo", opener, stretchy="true", form="prefix", fence="true") if opener else None
    behind = element("mo", closer, stretchy="true", form="postfix", fence="true") if closer else None
    return element("mrow", before, element("mrow", *inner), behind)


def table(rows: Sequence[Sequence[Sequence[Element]]], kind: str, sides: str = "") -> Element:
    """Cells: alternately right and left in lines of equations, as `sides` says, or centred."""
    width = max(map(len, rows), default=1)
    made = element("mtable", class_=kind) if kind else element("mtable")
    for cells in rows:
        line = element("mtr")
        if len(cells) == 1 < width and _is_prose(cells[0]):
            line.append(element("mtd", *cells[0], columnspan=str(width), class_="left"))
            made.append(line)
            continue
        for column in range(width):
            cell = element("mtd", *(cells[column] if column < len(cells) else ()))
            side = _side(kind, sides, column)
            line.append(classed(cell, side) if side else cell)
        made.append(line)
    return made


def _is_prose(cell: Sequence[Element]) -> bool:
    """Whether words stand alone in a row."""
    return len(cell) == 1 and (cell[0].tag == "mtext" or (cell[0].tag == "mrow" and cell[0].find("mtext") is not None))


def _side(kind: str, sides: str, column: int) -> str:
    if kind == "cases":
        return "left"
    if kind == "lines":
        return "left" if column % 2 else "right"
    return {"l": "left", "r": "right"}.get(sides[column : column + 1], "")
