"""The tree of a formula as TeX sees it: what is set above, below and beside what, and nothing of what it means.

    Symbol   a letter, a sign, a name, a keyword        Scripts   a base with what hangs on it
    Numeral   digits                                     Fraction  one row over another
    Prose    words                                      Root      what stands below a root
    Space    what parts its neighbours                  Accent    a letter with something above or below
    Group    braces, or a pair of brackets              Grid    rows of cells: matrices, cases, lines
    Break    the end of a row outside of environments   Broken    what cannot be read, and why

Every node has its place in the text of the author, also where a macro of his made it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from derivcheck.diagnostics.diagnostic import NotationError
from derivcheck.language.notation.syntax import Span
from derivcheck.language.tex.commands import RowLayout

Row: TypeAlias = tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Symbol:
    """`text` is normalised: Greek spelled out, signs by one name each. `named` says that a command wrote it."""

    kind: Literal["letter", "sign", "function", "word", "keyword"]
    text: str
    span: Span
    named: bool = False
    style: str = ""  # of a font: bold, script, ...
    font: str = ""  # `roman` in words, `bold` in any other font that is marked


@dataclass(frozen=True, slots=True)
class Numeral:
    text: str
    span: Span
    font: str = ""


@dataclass(frozen=True, slots=True)
class Prose:
    """Prose: what no name, no condition and no number is."""

    text: str
    span: Span


WIDE = 2  # so many small spaces are a large one


@dataclass(frozen=True, slots=True)
class Space:
    """Space in the text; `made` where a command makes it, `wide` where it is that of a `\\quad`."""

    span: Span
    wide: bool = False
    made: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """What stands between two brackets, or in braces, which nobody sees: neither has a sign there."""

    opener: Symbol | None
    body: Row
    closer: Symbol | None
    span: Span


@dataclass(frozen=True, slots=True)
class ScriptNode:
    """A superscript `^` or a subscript `_`; primes are superscripts of signs `'`."""

    sign: Symbol
    body: Row
    span: Span  # of the body, with its braces


@dataclass(frozen=True, slots=True)
class Scripts:
    """What hangs on a base, in the order of the text; nothing may stand before the first script."""

    base: Node | None
    scripts: tuple[ScriptNode, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Fraction:
    above: Row
    below: Row
    span: Span


@dataclass(frozen=True, slots=True)
class Root:
    """`index` is that of `\\sqrt[3]{x}`."""

    body: Row
    index: Row | None
    span: Span


@dataclass(frozen=True, slots=True)
class Accent:
    accent: str
    body: Row
    span: Span


@dataclass(frozen=True, slots=True)
class Grid:
    """An environment by its name and its layout; a cell is a row of nodes."""

    name: str
    layout: RowLayout
    rows: tuple[tuple[Row, ...], ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Break:
    """`\\\\` or `&` outside of an environment."""

    text: Literal["\\\\", "&"]
    span: Span


@dataclass(frozen=True, slots=True)
class Broken:
    """A row that cannot be read; its neighbours live. One that is `joined` goes on with the row above it."""

    problem: NotationError
    span: Span
    joined: bool = False


Node: TypeAlias = Symbol | Numeral | Prose | Space | Group | Scripts | Fraction | Root | Accent | Grid | Break | Broken


def with_rows(node: Node, change: Callable[[Row], Row]) -> Node:
    """The node with each row that it holds changed; a base is a row of its own."""
    match node:
        case Group(body=body) | Accent(body=body):
            return replace(node, body=change(body))
        case Scripts(base=base, scripts=scripts):
            changed = tuple(replace(script, body=change(script.body)) for script in scripts)
            return replace(node, base=None if base is None else change((base,))[0], scripts=changed)
        case Fraction(above=above, below=below):
            return replace(node, above=change(above), below=change(below))
        case Root(body=body, index=index):
            return replace(node, body=change(body), index=None if index is None else change(index))
        case Grid(rows=rows):
            return replace(node, rows=tuple(tuple(change(cell) for cell in row) for row in rows))
        case _:
            return node


def rows_of(node: Node) -> list[Row]:
    """The rows that a node holds."""
    found: list[Row] = []

    def note(row: Row) -> Row:
        found.append(row)
        return row

    with_rows(node, note)
    return found
