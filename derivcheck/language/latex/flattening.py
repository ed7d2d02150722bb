"""The tree of TeX to the tokens of mathematics: what is only looks disappears, words become words.

Braces that remain hold the argument of the script, fraction or root before them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from derivcheck.language.latex.tokens import LatexToken
from derivcheck.language.notation.syntax import Span
from derivcheck.language.tex.errors import fail
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


def plain_tokens(text: str, known: Mapping[str, str] | None = None) -> list[LatexToken]:
    """The tokens of a piece of a formula. Raises NotationError (DC100 to DC104, DC111, DC170, DC176)."""
    return flattened(parse_tex(text, known))


def flattened(row: Row) -> list[LatexToken]:
    """The tokens of a row. Raises NotationError (DC170, and that of a broken part)."""
    flattening = _Flattening()
    flattening.row(row)
    return flattening.out


class _Flattening:
    def __init__(self) -> None:
        self.out: list[LatexToken] = []
        self._spaced = self._wide = False
        self._blanks = 0

    def row(self, row: Row) -> None:
        for node in row:
            self._node(node)

    def _emit(self, token: LatexToken) -> None:
        if self._spaced > token.spaced or self._wide > token.wide:
            token = replace(token, spaced=token.spaced or self._spaced, wide=token.wide or self._wide)
        self.out.append(token)
        self._spaced = self._wide = False
        self._blanks = 0

    def _node(self, node: Node) -> None:
        match node:
            case Space():
                self._space(node)
            case Symbol():
                self._symbol(node)
            case Numeral(text, span, font):
                self._emit(LatexToken("number", text, span, font=font))
            case Prose(text, span):
                self._emit(LatexToken("prose", text, span))
            case Group():
                self._group(node)
            case Scripts(base=base, scripts=scripts):
                self.row(() if base is None else (base,))
                for script in scripts:
                    self._script(script)
            case Fraction(above, below, span):
                self._structure("frac", span, above, below)
            case Root(body, None, span):
                self._structure("sqrt", span, body)
            case Root(body, index, span):
                self._structure("root", span, index or (), body)
            case Accent():
                self._accent(node)
            case Grid():
                self._matrix(node)
            case Break(text, span):
                self._emit(LatexToken("sign", text, span))
            case Broken(problem):
                raise problem

    def _space(self, space: Space) -> None:
        self._blanks += space.made
        self._spaced = True
        self._wide = self._wide or space.wide or self._blanks >= WIDE

    def _symbol(self, symbol: Symbol) -> None:
        match symbol.kind:
            case "function" | "keyword" | "word" as kind:
                self._emit(LatexToken(kind, symbol.text, symbol.span, True, symbol.font))
            case kind:
                token = LatexToken(kind, symbol.text, symbol.span, symbol.named and kind == "letter")
                self._emit(replace(token, font=symbol.font, style=symbol.style))

    def _group(self, group: Group) -> None:
        hidden = group.opener is None and group.closer is None
        self._spaced = self._spaced or hidden
        if group.opener is not None:
            self._symbol(group.opener)
        self.row(group.body)
        if group.closer is not None:
            self._symbol(group.closer)
        self._spaced = self._spaced or hidden

    def _script(self, script: ScriptNode) -> None:
        inner = flattened(script.body)
        if script.sign.text == "^" and inner and all(token.text == "'" for token in inner):
            for token in inner:
                self._emit(token)
        elif inner:
            self._symbol(script.sign)
            self._braced(inner, script.span)

    def _structure(self, name: str, span: Span, *rows: Row) -> None:
        self._emit(LatexToken("sign", name, span))
        for row in rows:
            place = Span(row[0].span.start, row[-1].span.stop) if row else span
            self._braced(flattened(row), place)
        self._spaced = True

    def _braced(self, inner: Sequence[LatexToken], span: Span) -> None:
        """An argument in the braces that remain."""
        self.out.append(LatexToken("sign", "{", Span(span.start, span.start + 1)))
        self.out += inner
        self.out.append(LatexToken("sign", "}", Span(max(span.stop - 1, span.start), span.stop)))

    def _accent(self, node: Accent) -> None:
        inner = flattened(node.body)
        if not inner or inner[0].kind != "letter" or inner[0].accent or (len(inner) > 1 and inner[1].text not in "^_"):
            fail("DC170", f"`\\{node.accent}` stands over one letter", node.span, "no name is written so")
        self._emit(replace(inner[0], accent=node.accent, spaced=True, span=node.span))
        self.out += inner[1:]

    def _matrix(self, matrix: Grid) -> None:
        self._emit(LatexToken("begin", matrix.name, Span(matrix.span.start, matrix.span.start + 1), True))
        for place, row in enumerate(matrix.rows):
            if place:
                self._emit(LatexToken("sign", "\\\\", _before(row, matrix)))
            for column, cell in enumerate(row):
                if column:
                    self._emit(LatexToken("sign", "&", _before((cell,), matrix)))
                self.row(cell)
        self._emit(LatexToken("finish", matrix.name, Span(matrix.span.stop - 1, matrix.span.stop), True))


def _before(row: Sequence[Row], matrix: Grid) -> Span:
    """The place in front of a cell."""
    start = next((node.span.start for cell in row for node in cell), matrix.span.stop)
    return Span(start, start)
