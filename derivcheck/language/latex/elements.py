"""A row of the tree of TeX as the reader walks it: what only looks is gone.

Space is a property of what it stands before, braces that nobody sees dissolve, an accent belongs to its letter.
A script is an element behind its base; brackets, scripts, fractions, roots and grids hold rows of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from derivcheck.language.notation.syntax import Span
from derivcheck.language.tex.brackets import evaluates
from derivcheck.language.tex.errors import fail
from derivcheck.language.tex.marks import is_sign, seen
from derivcheck.language.tex.nodes import (
    WIDE,
    Accent,
    Break,
    Broken,
    Fraction,
    Grid,
    Group,
    Node,
    Numeral,
    Prose,
    Root,
    Row,
    ScriptNode,
    Scripts,
    Space,
    Symbol,
)
from derivcheck.language.tex.parser import parse_tex
from derivcheck.language.tex.rows import PAIRS

ElementKind = Literal[
    "letter",
    "word",
    "function",
    "number",
    "sign",
    "keyword",
    "prose",
    "script",
    "group",
    "fraction",
    "root",
    "grid",
    "end",
]


@dataclass(frozen=True, slots=True)
class Element:
    """`text` is that of a symbol, the opening bracket of a group, the sign of a script, the name of a grid.

    `rows` are what stands inside of a group, a script, a fraction (above, below) or a root (its index where there is
    one, then its body); `cells` the rows of a grid. `accent` is what stands above a letter or below; `font` is `roman`
    for text and upright letters, `bold` for other fonts, of which `style` says more; `spaced` says that space stood
    before the element, `wide` a `\\quad`, `made` that a command made it.
    """

    kind: ElementKind
    text: str
    span: Span
    spaced: bool = False
    font: str = ""
    accent: str = ""
    wide: bool = False
    style: str = ""
    closer: str = ""
    rows: tuple[Elements, ...] = ()
    cells: tuple[tuple[Elements, ...], ...] = ()
    made: bool = False

    @property
    def face(self) -> str:
        """The font by which two letters may be two things."""
        return self.style or ("roman" if self.kind == "letter" and self.font == "roman" else "")

    @property
    def spelling(self) -> str:
        """What symbols are compared by: fonts vanish, except on digits (a bold 1 is a vector of ones)."""
        bold = self.font if self.kind == "number" else ""
        return f"{self.text}^{self.accent}" if self.accent else f"{bold}{self.text}"

    @property
    def inside(self) -> Elements:
        """What stands in a group or a script, or in the last row of anything else."""
        return self.rows[-1]

    def is_sign(self, *texts: str) -> bool:
        return self.kind == "sign" and self.text in texts

    def is_group(self, *openers: str) -> bool:
        return self.kind == "group" and self.text in openers


Elements = tuple[Element, ...]


def elements_of(text: str, macros: Mapping[str, str] | None = None) -> Elements:
    """The elements of a piece of a formula. Raises NotationError (DC100 to DC104, DC111, DC170, DC176)."""
    return elements(parse_tex(text, macros))


def elements(row: Row) -> Elements:
    """The elements of a row. Raises NotationError (DC170, and that of a broken part)."""
    found = _Elements()
    found.row(row)
    return tuple(found.out)


def elements_one_by_one(row: Row) -> Iterator[Element]:
    """The same as they are met: who looks at the first alone waits for no others."""
    found, count = _Elements(), 0
    for node in row:
        found.row((node,))
        yield from found.out[count:]
        count = len(found.out)


class _Elements:
    """What has been met of a row, and the space behind it."""

    def __init__(self) -> None:
        self.out: list[Element] = []
        self._spaced = self._wide = self._made = False
        self._blanks = 0

    def row(self, row: Row) -> None:
        for node in row:
            self._node(node)

    def _emit(self, element: Element) -> None:
        if self._spaced or self._wide or self._made:
            element = replace(element, spaced=True, wide=self._wide, made=self._made)
        self.out.append(element)
        self._spaced = self._wide = self._made = False
        self._blanks = 0

    def _node(self, node: Node) -> None:
        match node:
            case Space(_, wide, made):
                self._blanks += made
                self._spaced, self._made = True, self._made or made
                self._wide = self._wide or wide or self._blanks >= WIDE
            case Symbol():
                self._symbol(node)
            case Numeral(text, span, font):
                self._emit(Element("number", text, span, font=font))
            case Prose(text, span):
                self._emit(Element("prose", text, span))
            case Group():
                self._group(node)
            case Scripts(Group(_, body, _) as base, scripts) if evaluates(node):
                self._emit(Element("group", ".", base.span, closer="|", rows=(elements(body),)))
                for script in scripts:
                    self._script(script)
            case Scripts(Symbol(kind="letter") | Numeral() as base, (arrow, *scripts)) if _is_arrow(arrow):
                drawn = _under_arrow(base, base.span.to(arrow.span))
                self._node(Scripts(drawn, tuple(scripts), node.span) if scripts else drawn)
            case Scripts(base, scripts):
                self.row(() if base is None else (base,))
                for script in sorted(scripts, key=lambda one: not _is_prime(one)):  # `z_i'` is `z'_i`
                    self._script(script)
            case Fraction(above, below, span):
                self._emit(Element("fraction", "", span, rows=(elements(above), elements(below))))
                self._spaced = True
            case Root(body, index, span):
                rows = (elements(body),) if index is None else (elements(index), elements(body))
                self._emit(Element("root", "", span, rows=rows))
                self._spaced = True
            case Accent():
                self._accent(node)
            case Grid(name, _, rows, span):
                cells = tuple(tuple(elements(cell) for cell in row) for row in rows)
                self._emit(Element("grid", name, span, True, cells=cells))
            case Break(text, span):
                self._emit(Element("sign", text, span))
            case Broken(problem):
                raise problem

    def _symbol(self, symbol: Symbol) -> None:
        match symbol.kind:
            case "function" | "keyword" | "word" as kind:
                self._emit(Element(kind, symbol.text, symbol.span, True, symbol.font))
            case kind:
                named = symbol.named and kind == "letter"
                self._emit(Element(kind, symbol.text, symbol.span, named, symbol.font, style=symbol.style))

    def _group(self, group: Group) -> None:
        match group:
            case Group(Symbol(text=opener), body, Symbol(text=closer), span):
                self._emit(Element("group", opener, span, closer=closer, rows=(elements(body),)))
            case Group(None, body, None):
                self._spaced = True
                self.row(body)
                self._spaced = True
            case Group(opener, body, closer):
                self.row((*([opener] if opener is not None else []), *body, *([closer] if closer is not None else [])))

    def _script(self, script: ScriptNode) -> None:
        inner = elements(script.body)
        if script.sign.text == "_":
            inner = _primed_letters(inner)
        if script.sign.text == "^" and inner and all(element.is_sign("'") for element in inner):
            for element in inner:
                self._emit(element)
        elif inner:
            self._emit(Element("script", script.sign.text, script.sign.span.to(script.span), rows=(inner,)))

    def _accent(self, node: Accent) -> None:
        first, *others = elements(node.body) or (None,)
        if first is None or first.kind != "letter" or first.accent or (others and others[0].kind != "script"):
            fail("DC170", f"`\\{node.accent}` stands over one letter", node.span, "no name is written so")
        self._emit(replace(first, accent=node.accent, spaced=True, span=node.span))
        self.out += others


def _primed_letters(row: Elements) -> Elements:
    """`k'` below a letter is another index than `k`."""
    found: list[Element] = []
    for element in row:
        last = found[-1] if found else None
        if element.is_sign("'") and last is not None and last.kind == "letter":
            found[-1] = replace(last, text=f"{last.text}prime", span=last.span.to(element.span))
        else:
            found.append(element)
    return tuple(found)


def _is_prime(script: ScriptNode) -> bool:
    return script.sign.text == "^" and bool(seen(script.body)) and all(is_sign(one, "'") for one in seen(script.body))


def _is_arrow(script: ScriptNode) -> bool:
    """Whether an arrow is drawn over a name by hand, `1^{\\rightarrow}`."""
    return is_sign(script.sign, "^") and [is_sign(node, "→") for node in seen(script.body)] == [True]


def _under_arrow(base: Symbol | Numeral, span: Span) -> Symbol | Numeral:
    """A letter or a number as `\\vec` would write it."""
    if isinstance(base, Numeral):
        return replace(base, font=base.font or "bold", span=span)
    return replace(base, style=base.style or "arrow", span=span)


def is_closed(group: Element) -> bool:
    """Whether the bracket that closes a group is that of its opener."""
    return group.closer == PAIRS.get(group.text, group.text)
