"""The tree of a formula: what each command does to its row."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NoReturn

from derivcheck.graph.scalars import ELEMENTARY
from derivcheck.language.catalogue.functions import activations
from derivcheck.language.lowering.calls import DEFINITIONS
from derivcheck.language.lowering.operations import BUILTINS
from derivcheck.language.notation.syntax import Span
from derivcheck.language.tex.commands import (
    COMMANDS,
    ENVIRONMENTS,
    FUNCTION_WORDS,
    Command,
    CommandKind,
    RowLayout,
    is_kind,
    layout_of,
)
from derivcheck.language.tex.errors import fail
from derivcheck.language.tex.fonts import styled
from derivcheck.language.tex.lexer import Lexeme, lexemes
from derivcheck.language.tex.macros import PACKAGES
from derivcheck.language.tex.marks import is_sign, seen
from derivcheck.language.tex.nodes import (
    Accent,
    Break,
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
from derivcheck.language.tex.rows import Argument, Frame, RowReader
from derivcheck.language.tex.stream import is_plain, rendered
from derivcheck.language.tex.words import read_words

CHOOSES = frozenset({"array", "aligned", "matrix", "gathered"})  # what stands behind the brace of cases
LIMITED = frozenset({"Σ", "Π", "max", "min"})  # below and above which limits stand
UNKNOWN = Command(CommandKind.UNREAD)


def parse_tex(text: str, macros: Mapping[str, str] | None = None) -> Row:
    """The tree of a formula, the author's macros expanded.

    Raises NotationError (DC100 to DC104, DC111, DC170, DC176).
    """
    return TexParser(_undelimited(lexemes(text, macros)), macros or {}).row()


def _undelimited(given: list[Lexeme]) -> list[Lexeme]:
    """Without the dollars or brackets that may stand around a formula."""
    for opener, closer in (("$", "$"), ("$", "$"), ("[", "]"), ("(", ")")):
        kind = "sign" if opener == "$" else "command"
        ends = [(one.kind, one.text) for one in (given[0], given[-1])] if len(given) > 1 else []
        if ends == [(kind, opener), (kind, closer)]:
            given = given[1:-1]
    return given


class TexParser(RowReader):
    """One formula: rows, and what commands make of them."""

    def _command(self, lexeme: Lexeme) -> None:
        name = lexeme.text
        if layout_of(name) in (RowLayout.MATRIX, RowLayout.CASES) and self._sees("{"):
            argument = self._argument(lexeme)
            self._matrix(name, argument.body, lexeme.span.to(argument.span))
            return
        command = COMMANDS.get(name, UNKNOWN)
        match command.kind:
            case CommandKind.SPACE:
                wide = command.meaning == "wide" or (command.meaning == "length" and self._length(lexeme))
                self._space(lexeme.span, wide, True)
            case CommandKind.SIZE:
                if command.meaning == "delimiter" and self._sees("."):
                    self._next()
                self._space(lexeme.span)
            case CommandKind.DELIMITER:
                self._delimiter(lexeme)
            case CommandKind.DROPPED:
                self._drop(lexeme)
                self._space(lexeme.span, command.meaning == "wide")
            case CommandKind.WRAPPER:
                self._wrapper(lexeme, command)
            case CommandKind.STACK:
                self._stack(lexeme, command.meaning)
            case CommandKind.FONT:
                argument = self._argument(lexeme)
                font = "" if command.meaning == "arrow" else "bold"
                self._group(styled(argument.body, font, command.meaning), lexeme.span.to(argument.span))
            case CommandKind.TEXT:
                self._text(lexeme, command)
            case CommandKind.ACCENT:
                argument = self._argument(lexeme)
                self._out.append(Accent(command.meaning, argument.body, lexeme.span.to(argument.span)))
            case CommandKind.FUNCTION:
                self._out.append(Symbol("function", command.meaning, lexeme.span, True))
            case CommandKind.LETTER:
                self._out.append(Symbol("letter", command.meaning, lexeme.span, True))
            case CommandKind.FRACTION:
                above, below = self._argument(lexeme), self._argument(lexeme)
                self._out.append(Fraction(above.body, below.body, lexeme.span.to(below.span)))
            case CommandKind.ROOT:
                index = self._optional()
                inner = self._within(index) if index is not None else None
                argument = self._argument(lexeme)
                self._out.append(Root(argument.body, inner, lexeme.span.to(argument.span)))
            case CommandKind.ENVIRONMENT:
                self._environment(lexeme)
            case CommandKind.NEGATION:
                self._negated(lexeme)
            case CommandKind.QUANTIFIER:
                self._out.append(Symbol("keyword", "for", lexeme.span, True))
            case CommandKind.SIGN if command.meaning == "\\\\":
                self._end_row(lexeme)
            case CommandKind.SIGN if command.meaning == "&":
                self._out.append(Break("&", lexeme.span))
            case CommandKind.SIGN:
                self._symbol(Symbol("sign", command.meaning, lexeme.span))
            case _:
                refuse_command(lexeme, self._macros)

    def _group(self, body: Row, span: Span) -> None:
        """What stands in braces; one letter alone is that letter, with all that is written for it."""
        match [node for node in body if not isinstance(node, Space)]:
            case [Symbol("letter") | Numeral() as node]:
                self._out.extend((Space(span), replace(node, span=span), Space(span)))
            case _:
                self._out.append(Group(None, body, None, span))

    def _end_row(self, lexeme: Lexeme) -> None:
        """`\\\\[2pt]` is a distance, `\\\\ [a]` is not."""
        if self._sees("*"):
            self._next()
        if self._sees("[") and [one.kind for one in self._given[self._at + 1 : self._at + 2]] == ["number"]:
            self._optional()
        self._out.append(Break("\\\\", lexeme.span))

    def _drop(self, lexeme: Lexeme) -> None:
        if self._sees("*"):
            self._next()
        self._optional()
        for _ in range(COMMANDS[lexeme.text].arity):
            self._raw(lexeme)

    def _delimiter(self, lexeme: Lexeme) -> None:
        """`\\left` opens what its `\\right` closes, whatever the signs; a point is no sign."""
        if self._ended:
            fail("DC104", f"`\\{lexeme.text}` needs its delimiter", lexeme.span, "the formula ends here")
        opens = lexeme.text == "left"
        self._space(lexeme.span)
        if opens and self._sees_command("{", "lbrace") and self._chooses():
            self._next()
            self._choice()
            return
        sign = self._delimiting()
        if opens:
            self._frames.append(Frame(sign, lexeme.span.start, True))
            return
        if any(frame.explicit for frame in self._frames):
            while not self._frames[-1].explicit:
                self._dissolve()
            self._close(sign)
        elif sign is not None:
            self._out.append(sign)

    def _delimiting(self) -> Symbol | None:
        """The sign behind `\\left` or `\\right`; what is no sign stays where it is."""
        following = self._given[self._at]
        if following.is_sign("."):
            self._next()
            return None
        if following.kind == "number" and following.text.startswith("."):
            span = Span(following.span.start + 1, following.span.stop)
            self._given[self._at] = replace(following, text=following.text[1:], span=span)
            return None
        if following.kind == "command" and is_kind(following.text, CommandKind.SIGN):
            self._next()
            return Symbol("sign", COMMANDS[following.text].meaning, following.span)
        if following.kind == "sign" and not following.is_sign("{", "}", "^", "_", "&", "$"):
            self._next()
            return Symbol("sign", following.text, following.span)
        return None

    def _chooses(self) -> bool:
        """`\\left\\{ \\begin{array} ...`: an older way to write cases."""
        ahead = [one for one in self._given[self._at + 1 : self._at + 12] if not is_kind(one.text, CommandKind.SPACE)]
        if len(ahead) < 4 or not ahead[0].is_command("begin") or not ahead[1].is_sign("{"):
            return False
        return "".join(one.text for one in ahead[2:]).split("}")[0] in CHOOSES

    def _choice(self) -> None:
        while self._sees_command(*(name for name in COMMANDS if is_kind(name, CommandKind.SPACE))):
            self._next()
        self._environment(self._next(), "cases")

    def _wrapper(self, lexeme: Lexeme, command: Command) -> None:
        self._optional()
        for _ in range(command.arity - 1):
            self._raw(lexeme)
        argument = self._argument(lexeme)
        body = argument.body
        if command.meaning == "list":
            body = tuple(_comma(node) if isinstance(node, Break) else node for node in body)
        self._group(body, lexeme.span.to(argument.span))
        if command.remark and self._sees(command.remark):
            self._raw(self._next())

    def _stack(self, lexeme: Lexeme, place: str) -> None:
        """Limits of a sum, the shape of a tensor, a remark at a relation; beside a letter, another letter."""
        given = self._raw(lexeme)
        other, argument = self._within(given), self._argument(lexeme)
        span = lexeme.span.to(argument.span)
        match seen(argument.body):
            case [Symbol("sign" | "function", text) | Scripts(Symbol("sign" | "function", text)) as base] if (
                text in LIMITED
            ):
                self._out.append(base)
                self._script(Symbol("sign", place, lexeme.span), Argument(other, lexeme.span.to(self._last)))
            case [Symbol("letter")] if [is_sign(node, "→") for node in seen(other)] == [True]:
                self._group(styled(argument.body, "", "arrow"), span)
            case [Symbol("letter")] if not any(is_sign(node, "×") for node in other):
                self._out.append(Accent(f"{lexeme.text}{{{rendered(given).strip()}}}", argument.body, span))
            case _:
                self._group(argument.body, span)

    def _text(self, lexeme: Lexeme, command: Command) -> None:
        if self._sees("*"):
            self._next()
        given = self._raw(lexeme)
        span = lexeme.span.to(self._last)
        if any(one.is_sign("$") for one in given):
            self._mixed(given, span)
        elif command.meaning == "sentence" or is_plain(given):
            self._out.extend(read_words(rendered(given), span))
        else:
            self._group(styled(self._within(given), "roman", ""), span)
        self._space(span)

    def _mixed(self, given: Sequence[Lexeme], span: Span) -> None:
        """Text with formulas in dollars: `\\text{if $i = j$}`."""
        pieces: list[list[Lexeme]] = [[]]
        for lexeme in given:
            if lexeme.is_sign("$"):
                pieces.append([])
            else:
                pieces[-1].append(lexeme)
        for position, piece in enumerate(pieces):
            self._out.extend(self._within(piece) if position % 2 else read_words(rendered(piece), span))

    def _negated(self, lexeme: Lexeme) -> None:
        if not self._sees("=") and not self._sees_command("equiv"):
            fail("DC174", "`\\not` is read before `=` only", lexeme.span, "not an equation", r"\ne")
        self._out.append(Symbol("sign", "!=", lexeme.span.to(self._next().span)))

    # --- environments ---------------------------------------------------------------------

    def _environment(self, lexeme: Lexeme, called: str = "") -> None:
        name = rendered(self._raw(lexeme)).replace(" ", "")
        if name not in ENVIRONMENTS:
            help_ = "aligned, cases, bmatrix"
            fail("DC176", f"unknown environment `{name}`", lexeme.span, "not part of the notation", help_)
        if lexeme.text == "end":
            fail("DC103", f"`\\end{{{name}}}` closes nothing", lexeme.span, "no environment is open here")
        place = [one.text for one in self._given[self._at : self._at + 3]]
        if self._sees("[") and len(place) == 3 and place[1] in "tbcrl" and place[2] == "]":
            self._optional()
        if ENVIRONMENTS[name].columns:
            self._raw(lexeme)
        body = self._body(name, lexeme)
        self._matrix(called or name, body, lexeme.span.to(self._last))

    def _body(self, name: str, opener: Lexeme) -> Row:
        """What an environment holds, up to its own end. Raises NotationError (DC103)."""
        if not any(one.is_command("end") for one in self._given[self._at :]):
            help_ = f"\\end{{{name}}}"
            fail("DC103", f"`\\begin{{{name}}}` is never closed", opener.span, "opened here", help_)
        self._last = opener.span
        body = self._until("end", layout_of(name) in (RowLayout.LINES, RowLayout.CASES))
        closed = rendered(self._raw(opener)).replace(" ", "")
        if closed != name:
            help_ = f"\\end{{{name}}}"
            fail("DC103", f"`{name}` is closed by `{closed}`", opener.span, "opened here", help_)
        return body

    def _matrix(self, name: str, body: Row, span: Span) -> None:
        rows: list[list[list[Node]]] = [[[]]]
        for node in body:
            if not isinstance(node, Break):
                rows[-1][-1].append(node)
            elif node.text == "&":
                rows[-1].append([])
            else:
                rows.append([[]])
        layout = layout_of(name)
        assert layout is not None
        self._out.append(Grid(name, layout, tuple(tuple(map(tuple, row)) for row in rows), span))


def _comma(node: Break) -> Symbol:
    return Symbol("sign", "," if node.text == "\\\\" else node.text, node.span)


def refuse_command(lexeme: Lexeme, macros: Mapping[str, str]) -> NoReturn:
    """Raise NotationError (DC170) for a command that means nothing here."""
    name = lexeme.text
    command = COMMANDS.get(name)
    if command is not None and command.kind is CommandKind.UNREAD:
        fail("DC170", f"`\\{name}` is not read", lexeme.span, "not part of the notation", command.meaning)
    written = {
        **{
            word: rf"\text{{{word}}}"
            for word in (*FUNCTION_WORDS, *BUILTINS, *DEFINITIONS, *activations(), *ELEMENTARY)
        },
        **{n: f"\\{n}" for n in COMMANDS if not is_kind(n, CommandKind.UNREAD)},
        **{n: f"\\{n}" for n in (*PACKAGES, *(macro.lstrip("\\") for macro in macros))},
    }
    alike = [word for word in written if word[0] == name[0]]
    close = [name] if name in written else difflib.get_close_matches(name, alike, 1, 0.75)
    help_ = written[close[0]] if close else f"macros: {{'\\{name}': ...}}"
    fail("DC170", f"unknown macro `\\{name}`", lexeme.span, "not part of the notation", help_)
