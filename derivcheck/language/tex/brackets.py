"""Brackets whose halves stand in two rows: `\\left( a \\right. \\\\ \\left. + b \\right)` is one pair."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from derivcheck.language.tex.nodes import Group, Node, Row, Scripts, Symbol
from derivcheck.language.tex.rows import PAIRS


def paired(row: Iterable[Node]) -> Row:
    """The row with brackets that stand in it as signs made groups, where they fit."""
    out: list[Node] = []
    open_: list[int] = []
    for node in _halves(row):
        sign = node.base if isinstance(node, Scripts) else node
        text = sign.text if isinstance(sign, Symbol) and sign.kind == "sign" else ""
        if open_ and text and text == PAIRS.get(_text(out[open_[-1]])):
            start = open_.pop()
            opener, *body = out[start:]
            assert isinstance(opener, Symbol) and isinstance(sign, Symbol)
            group = Group(opener, tuple(body), sign, opener.span.to(sign.span))
            scripts = node.scripts if isinstance(node, Scripts) else ()
            out[start:] = [Scripts(group, scripts, opener.span.to(node.span)) if scripts else group]
            continue
        if text in PAIRS and node is sign:
            open_.append(len(out))
        out.append(node)
    return tuple(out)


def evaluates(node: Scripts) -> bool:
    """`\\left. x \\right|_{a = 0}`: what a bar with a point below it ends is evaluated there."""
    match node:
        case Scripts(Group(None, _, Symbol(text="|")), scripts):
            return any(script.sign.text == "_" for script in scripts)
        case _:
            return False


def _text(node: Node) -> str:
    return node.text if isinstance(node, Symbol) else ""


def _halves(row: Iterable[Node]) -> Iterator[Node]:
    """A group with one bracket alone is that bracket, and what stands on the other side of it."""
    for node in row:
        match node:
            case Scripts(Group(None, _, Symbol(text="|"))) if evaluates(node):
                yield node
            case Group(Symbol() as opener, body, None) | Scripts(Group(Symbol() as opener, body, None), _):
                yield opener
                yield from _halves(body)
                if isinstance(node, Scripts):
                    yield Scripts(None, node.scripts, node.span)
            case Group(None, body, Symbol() as closer):
                yield from _halves(body)
                yield closer
            case Scripts(Group(None, body, Symbol() as closer), scripts, span):
                yield from _halves(body)
                yield Scripts(closer, scripts, span)
            case _:
                yield node
