"""Lexemes to the tree of a formula."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NoReturn

from derivcheck.diagnostics.diagnostic import NotationError
from derivcheck.language.notation.relations import NAMES, UNREAD_SIGNS
from derivcheck.language.notation.syntax import Span
from derivcheck.language.tex.commands import COMMANDS, ENVIRONMENTS, Command, CommandKind, RowLayout, is_kind, layout_of
from derivcheck.language.tex.errors import fail
from derivcheck.language.tex.lexer import Lexeme, digits_of, lexemes
from derivcheck.language.tex.nodes import (
    Accent,
    Break,
    Broken,
    Fraction,
    Grid,
    Group,
    Node,
    Numeral,
    Root,
    Row,
    ScriptNode,
    Scripts,
    Space,
    Symbol,
)
from derivcheck.language.tex.packages import PACKAGES
from derivcheck.language.tex.words import read_words, with_words

MAXIMAL_NESTING = 40
PAIRS = {"(": ")", "[": "]", "\\{": "\\}", "⟨": "⟩"}
CHOOSES = frozenset({"array", "aligned", "matrix", "gathered"})  # what stands behind the brace of cases
RELATED = NAMES | UNREAD_SIGNS | {"←"}
JOINING = frozenset({"+", "-", "·", "×", "*", "⊙", "⊗", "/", ")", "]"})
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


@dataclass
class Frame:
    """The nodes since a bracket was opened; `explicit` is one that only its `\\right` closes."""

    opener: Symbol | None
    begin: int
    explicit: bool = False
    nodes: list[Node] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Argument:
    """The argument of a command or a script: its nodes, and its place with the braces around it."""

    body: Row
    span: Span


class TexParser:
    """One formula; the lexemes that are still to be read wait on a stack."""

    def __init__(self, given: Sequence[Lexeme], macros: Mapping[str, str]) -> None:
        self._given = list(given)
        self._at = 0
        self._macros = macros
        self._depth = 0
        self._frames: list[Frame] = []
        self._last = Span(0, 0)  # of the lexeme that was read last

    def row(self) -> Row:
        """Everything that is left; a row that cannot be read is broken. Raises NotationError (DC103, DC111)."""
        return self._until(None, True)

    # --- lexemes --------------------------------------------------------------------------

    def _next(self) -> Lexeme:
        lexeme = self._given[self._at]
        self._at += 1
        self._last = lexeme.span
        return lexeme

    @property
    def _ended(self) -> bool:
        return self._at >= len(self._given)

    @property
    def _ahead(self) -> Lexeme | None:
        """The lexeme that follows."""
        return None if self._ended else self._given[self._at]

    def _sees(self, *signs: str) -> bool:
        return self._ahead is not None and self._ahead.is_sign(*signs)

    def _sees_command(self, *names: str) -> bool:
        return self._ahead is not None and self._ahead.is_command(*names)

    def _braced(self) -> list[Lexeme]:
        """The lexemes up to the brace that closes the one just read."""
        opener = self._last
        taken: list[Lexeme] = []
        depth = 1
        while not self._ended:
            lexeme = self._next()
            depth += lexeme.is_sign("{") - lexeme.is_sign("}")
            if not depth:
                return taken
            taken.append(lexeme)
        _unclosed("{", "}", opener)

    def _raw(self, owner: Lexeme) -> list[Lexeme]:
        """The lexemes of an argument that is not read as a formula."""
        while is_kind(self._looks(), CommandKind.SPACE, CommandKind.SIZE):
            self._next()
        if self._ended or self._sees("}", "&"):
            fail("DC104", f"`{_shown(owner)}` needs an argument", owner.span, "the formula ends here")
        first = self._next()
        return self._braced() if first.is_sign("{") else [first]

    def _looks(self) -> str:
        """The name of the command that follows, or nothing."""
        return self._ahead.text if self._ahead is not None and self._ahead.kind == "command" else ""

    def _optional(self) -> list[Lexeme] | None:
        """What stands in the brackets of an optional argument."""
        if not self._sees("["):
            return None
        opener = self._next()
        taken: list[Lexeme] = []
        while not self._ended:
            lexeme = self._next()
            if lexeme.is_sign("]"):
                return taken
            taken.append(lexeme)
        _unclosed("[", "]", opener.span)

    # --- rows -----------------------------------------------------------------------------

    def _until(self, closer: str | None, recovers: bool = False) -> Row:
        """The nodes up to a closing lexeme, which is read, or up to the end. Brackets without a partner are signs.

        Where it recovers, a row that cannot be read becomes a broken node.
        """
        opener = self._last
        mine = [Frame(None, 0)]
        outside, self._frames = self._frames, mine
        self._deeper(opener)
        start, kept, depth = self._at, 0, self._depth
        while not self._ended:
            lexeme = self._next()
            if closer is not None and (lexeme.is_command("end") if closer == "end" else lexeme.is_sign(closer)):
                break
            try:
                if lexeme.is_sign("}"):
                    fail("DC103", "`}` closes nothing", lexeme.span, "no brace is open here")
                self._step(lexeme)
                if lexeme.is_command("\\", "cr") and len(mine) == 1:
                    start, kept = self._at, len(mine[0].nodes)
            except NotationError as problem:
                if not recovers:
                    raise
                self._frames, self._depth, mine[1:] = mine, depth, []
                mine[0].nodes[kept:] = [self._skipped(start, problem)]
        else:
            if closer is not None:
                _unclosed("{" if closer == "}" else "[", closer, opener)
        while len(self._frames) > 1:
            self._dissolve()
        nodes = self._frames[0].nodes
        self._frames = outside
        self._depth -= 1
        return with_words(tuple(nodes))

    def _deeper(self, opener: Span) -> None:
        self._depth += 1
        if self._depth > MAXIMAL_NESTING:
            help_ = "split it with `let:` names"
            fail("DC111", "the formula is nested too deeply", opener, f"more than {MAXIMAL_NESTING} levels", help_)

    def _skipped(self, start: int, problem: NotationError) -> Broken:
        """The row that begins at `start`, passed over."""
        reached, self._at = self._at, start
        depth = 0
        related = False
        while not self._ended:
            lexeme = self._given[self._at]
            inner = depth > 0 or self._at < reached
            ends = lexeme.is_command("\\", "cr", "end")
            if ends and not inner:
                break
            depth += lexeme.is_sign("{") - lexeme.is_sign("}")
            depth += lexeme.is_command("begin") - lexeme.is_command("end")
            related = related or (not depth and _sign_of(lexeme) in RELATED)
            self._at += 1
        row = self._given[start : self._at]
        signs = [_sign_of(lexeme) for lexeme in row if _sign_of(lexeme) != "&"]
        joined = not related or (bool(signs) and signs[0] in JOINING)
        self._last = row[-1].span if row else self._last
        return Broken(problem, row[0].span.to(row[-1].span) if row else self._last, joined)

    def _dissolve(self) -> None:
        """A bracket that nothing closes is a sign."""
        frame = self._frames.pop()
        self._frames[-1].nodes += [*([frame.opener] if frame.opener is not None else []), *frame.nodes]

    @property
    def _out(self) -> list[Node]:
        return self._frames[-1].nodes

    def _within(self, given: Sequence[Lexeme]) -> Row:
        """Lexemes that were set aside, read as a row of their own."""
        outside = self._given, self._at, self._last
        self._given, self._at = list(given), 0
        try:
            return self._until(None)
        finally:
            self._given, self._at, self._last = outside

    def _argument(self, owner: Lexeme) -> Argument:
        """The next argument; what only looks is passed over before it. Raises NotationError (DC104)."""
        while not self._ended:
            lexeme = self._next()
            if lexeme.is_sign("{"):
                begin = lexeme.span
                return Argument(self._until("}"), begin.to(self._last))
            if lexeme.is_sign("}", "&"):
                break
            if lexeme.kind == "number":
                self._at -= 1
                self._given[self._at : self._at + 1] = digits_of(lexeme)
                return self._single(self._next())
            if lexeme.kind == "command" and is_kind(lexeme.text, CommandKind.SPACE, CommandKind.SIZE):
                continue
            if lexeme.kind == "command" and is_kind(lexeme.text, CommandKind.DROPPED):
                self._drop(lexeme)
                continue
            return self._single(lexeme)
        fail("DC104", f"`{_shown(owner)}` needs an argument", owner.span, "the formula ends here")

    def _single(self, lexeme: Lexeme) -> Argument:
        """One lexeme as an argument; a command takes its own arguments along: `^\\mathrm T`, `^\\frac12`."""
        outside, self._frames = self._frames, [Frame(None, 0)]
        self._deeper(lexeme.span)
        self._step(lexeme)
        body = tuple(self._frames[0].nodes)
        self._frames = outside
        self._depth -= 1
        return Argument(body, lexeme.span.to(self._last))

    # --- one lexeme -----------------------------------------------------------------------

    def _step(self, lexeme: Lexeme) -> None:
        if lexeme.spaced:
            self._space(Span(lexeme.span.start, lexeme.span.start), lexeme.wide)
        match lexeme.kind:
            case "command":
                self._command(lexeme)
            case "number":
                self._out.append(Numeral(lexeme.text, lexeme.span))
            case "letter":
                self._out.append(Symbol("letter", lexeme.text, lexeme.span))
            case "sign":
                self._sign(lexeme)
            case "broken":
                assert lexeme.problem is not None
                raise lexeme.problem

    def _space(self, span: Span, wide: bool = False, made: bool = False) -> None:
        self._out.append(Space(span, wide, made))

    def _sign(self, lexeme: Lexeme) -> None:
        match lexeme.text:
            case "{":
                self._out.append(Group(None, self._until("}"), None, lexeme.span.to(self._last)))
            case "^" | "_":
                argument = self._argument(lexeme)
                self._script(Symbol("sign", lexeme.text, lexeme.span), argument)
            case "$":
                self._words_between(lexeme)
            case "&":
                self._out.append(Break("&", lexeme.span))
            case _:
                self._symbol(Symbol("sign", lexeme.text, lexeme.span), lexeme.spaced)

    def _symbol(self, symbol: Symbol, spaced: bool = True) -> None:
        """A sign: a bracket opens or closes, two of one sign may be one."""
        last = self._out[-1] if self._out else None
        if symbol.text == "'":
            self._script(Symbol("sign", "^", symbol.span), Argument((symbol,), symbol.span))
        elif symbol.text in PAIRS:
            self._frames.append(Frame(symbol, symbol.span.start))
        elif symbol.text in PAIRS.values() and self._closes(symbol):
            self._close(symbol)
        elif isinstance(last, Symbol) and not spaced and (last.text, symbol.text) in ((":", "="), ("|", "|")):
            text = "=" if symbol.text == "=" else "‖"
            self._out[-1] = Symbol("sign", text, last.span.to(symbol.span))
        else:
            self._out.append(symbol)

    def _closes(self, symbol: Symbol) -> bool:
        opener = self._frames[-1].opener
        return opener is not None and not self._frames[-1].explicit and PAIRS.get(opener.text) == symbol.text

    def _close(self, closer: Symbol | None) -> None:
        frame = self._frames.pop()
        stop = closer.span.stop if closer is not None else self._last.stop
        self._out.append(Group(frame.opener, tuple(frame.nodes), closer, Span(frame.begin, stop)))

    def _script(self, sign: Symbol, argument: Argument) -> None:
        script = ScriptNode(sign, argument.body, argument.span)
        out = self._out
        blanks = []
        while out and isinstance(out[-1], Space) and not out[-1].made:
            blanks.append(out.pop())
        last = out[-1] if out else None
        span = sign.span.to(argument.span)
        if isinstance(last, Scripts):
            out[-1] = Scripts(last.base, (*last.scripts, script), last.span.to(span))
        elif last is None or isinstance(last, Break | Space):
            out += [*reversed(blanks), Scripts(None, (script,), span)]
        else:
            out[-1] = Scripts(last, (script,), last.span.to(span))

    def _words_between(self, opener: Lexeme) -> None:
        """`$f'(z) = 1$ if $z > 0$`: the dollars close and open again, and words stand between."""
        piece: list[Lexeme] = []
        while not self._ended and not self._sees("$"):
            piece.append(self._next())
        if self._ended or not piece:
            fail("DC100", "unexpected character `$`", opener.span, "the dollars stand outside the formula")
        self._out.extend(read_words(rendered(piece), opener.span.to(self._next().span)))
        self._space(opener.span)

    # --- commands -------------------------------------------------------------------------

    def _command(self, lexeme: Lexeme) -> None:
        name = lexeme.text
        if layout_of(name) in (RowLayout.MATRIX, RowLayout.CASES) and self._sees("{"):
            argument = self._argument(lexeme)
            self._matrix(name, argument.body, lexeme.span.to(argument.span))
            return
        command = COMMANDS.get(name, UNKNOWN)
        match command.kind:
            case CommandKind.SPACE:
                self._space(lexeme.span, command.meaning == "wide", True)
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
            self._frames.append(Frame(sign, (sign or lexeme).span.start, True))
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
        body = self._until("end", layout_of(name) is RowLayout.LINES)
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


def _sign_of(lexeme: Lexeme) -> str:
    """The sign that a lexeme is, whoever wrote it; empty for anything else."""
    command = COMMANDS.get(lexeme.text) if lexeme.kind == "command" else None
    if command is not None and command.kind is CommandKind.SIGN:
        return command.meaning
    return lexeme.text if lexeme.kind == "sign" else ""


def _comma(node: Break) -> Symbol:
    return Symbol("sign", "," if node.text == "\\\\" else node.text, node.span)


def _unclosed(opener: str, closer: str, span: Span) -> NoReturn:
    fail("DC103", f"`{opener}` is never closed", span, "opened here", f"add `{closer}`")


def _shown(lexeme: Lexeme) -> str:
    return f"\\{lexeme.text}" if lexeme.kind == "command" else lexeme.text


def refuse_command(lexeme: Lexeme, macros: Mapping[str, str]) -> NoReturn:
    """Raise NotationError (DC170) for a command that means nothing here."""
    name = lexeme.text
    command = COMMANDS.get(name)
    if command is not None and command.kind is CommandKind.UNREAD:
        fail("DC170", f"`\\{name}` is not read", lexeme.span, "not part of the notation", command.meaning)
    words = [*(n for n in COMMANDS if not is_kind(n, CommandKind.UNREAD)), *PACKAGES, *(n.lstrip("\\") for n in macros)]
    close = difflib.get_close_matches(name, words, 1, 0.6)
    help_ = f"\\{close[0]}" if close else f"declare it: macros: {{'\\{name}': ...}}"
    fail("DC170", f"unknown macro `\\{name}`", lexeme.span, "not part of the notation", help_)


# --- words and fonts --------------------------------------------------------------------------


def rendered(given: Sequence[Lexeme]) -> str:
    """Lexemes as the text a reader sees."""
    text = ""
    for lexeme in given:
        if lexeme.spaced:
            text += " "
        if lexeme.kind != "command":
            text += "" if lexeme.text in "{}" else lexeme.text
        elif is_kind(lexeme.text, CommandKind.SPACE):
            text += " "
        else:
            text += lexeme.text if lexeme.text in ("_", "&", "%", "#") else f"\\{lexeme.text}"
    return text


def is_plain(given: Sequence[Lexeme]) -> bool:
    """Whether an argument of `\\mathrm` is words only, not a formula in another font."""
    for lexeme in given:
        if lexeme.kind == "command" and not is_kind(lexeme.text, CommandKind.SPACE) and lexeme.text != "_":
            return False
        if lexeme.kind == "sign" and lexeme.text in "^_+/()":
            return False
    return True


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
