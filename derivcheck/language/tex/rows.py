"""Lexemes to the nodes of a row: brackets are paired, scripts hang on what stands before them, broken rows are told."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from derivcheck.diagnostics.diagnostic import NotationError
from derivcheck.language.notation.relations import NAMES, UNREAD_SIGNS
from derivcheck.language.notation.syntax import Span
from derivcheck.language.tex.commands import COMMANDS, CommandKind, is_kind
from derivcheck.language.tex.errors import fail
from derivcheck.language.tex.lexer import Lexeme, digits_of
from derivcheck.language.tex.nodes import Break, Broken, Group, Node, Numeral, Row, ScriptNode, Scripts, Space, Symbol
from derivcheck.language.tex.stream import LexemeStream, rendered, shown, unclosed
from derivcheck.language.tex.words import read_words, with_words

MAXIMAL_NESTING = 40
PAIRS = {"(": ")", "[": "]", "\\{": "\\}", "⟨": "⟩", "⌊": "⌋", "⌈": "⌉"}
OPENERS = {"}": "{", "]": "["}
RELATED = NAMES | UNREAD_SIGNS | {"←"}
JOINING = frozenset({"+", "-", "·", "×", "*", "⊙", "⊗", "/", ")", "]"})


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


class RowReader(LexemeStream, ABC):
    """The rows of a formula; what its commands do is not told here."""

    def __init__(self, given: Sequence[Lexeme], macros: Mapping[str, str]) -> None:
        super().__init__(given)
        self._macros = macros
        self._depth = 0
        self._frames: list[Frame] = []

    @abstractmethod
    def _command(self, lexeme: Lexeme) -> None:
        """Carry a command out."""

    @abstractmethod
    def _drop(self, lexeme: Lexeme) -> None:
        """Pass over the arguments of a command that says nothing."""

    def row(self) -> Row:
        """Everything that is left; a row that cannot be read is broken. Raises NotationError (DC103, DC111)."""
        return self._until(None, True)

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
            if closer in ("}", "]") and lexeme.is_command("end"):
                unclosed(OPENERS[closer], closer, opener)
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
                mine[0].nodes[kept:] = [self._skipped(start, closer == "end", problem)]
        else:
            if closer is not None:
                unclosed(OPENERS.get(closer, "\\begin"), closer, opener)
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

    def _skipped(self, start: int, framed: bool, problem: NotationError) -> Broken:
        """The row that begins at `start`, passed over; one that a brace leaves open ends where rows end."""
        ends = ("\\", "cr", "end") if framed else ("\\", "cr")
        self._at = self._row_end(start, self._at, ends, True) or self._row_end(start, start, ends, False)
        row = self._given[start : self._at]
        depth, related = 0, False
        for lexeme in row:
            depth += lexeme.is_sign("{") - lexeme.is_sign("}") + lexeme.is_command("begin") - lexeme.is_command("end")
            related = related or (not depth and sign_of(lexeme) in RELATED)
        signs = [sign_of(lexeme) for lexeme in row if sign_of(lexeme) != "&"]
        joined = not related or (bool(signs) and signs[0] in JOINING)
        self._last = row[-1].span if row else self._last
        return Broken(problem, row[0].span.to(row[-1].span) if row else self._last, joined)

    def _row_end(self, start: int, reached: int, ends: tuple[str, ...], braces: bool) -> int:
        """Where a row ends that was read so far; 0 where a brace in it is never closed."""
        frames = open_ = 0
        for at in range(start, len(self._given)):
            lexeme = self._given[at]
            if lexeme.is_command(*ends) and frames <= 0 and open_ <= 0 and at >= reached:
                return at
            frames += lexeme.is_command("begin") - lexeme.is_command("end")
            open_ += braces * (lexeme.is_sign("{") - lexeme.is_sign("}"))
        return 0 if open_ > 0 else len(self._given)

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
        fail("DC104", f"`{shown(owner)}` needs an argument", owner.span, "the formula ends here")

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
                self._braces(lexeme)
            case "^" | "_":
                argument = self._argument(lexeme)
                self._script(Symbol("sign", lexeme.text, lexeme.span), argument)
            case "$":
                self._words_between(lexeme)
            case "&":
                self._out.append(Break("&", lexeme.span))
            case _:
                self._symbol(Symbol("sign", lexeme.text, lexeme.span), lexeme.spaced)

    def _braces(self, opener: Lexeme) -> None:
        """What stands in braces; those that cross a bracket, `({a) b}`, say nothing."""
        body = self._until("}")
        span = opener.span.to(self._last)
        if not any(_bracket(node) for node in body):
            self._out.append(Group(None, body, None, span))
            return
        for node in (Space(span), *body, Space(span)):
            bracket = _bracket(node)
            if bracket is None:
                self._out.append(node)
                continue
            self._symbol(bracket)
            if isinstance(node, Scripts):
                base = self._out.pop() if bracket.text not in PAIRS else None
                self._out.append(replace(node, base=base))

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


def _bracket(node: Node) -> Symbol | None:
    """The bracket without a partner that a node is."""
    sign = node.base if isinstance(node, Scripts) else node
    lone = isinstance(sign, Symbol) and sign.kind == "sign" and sign.text in (*PAIRS, *PAIRS.values())
    return sign if lone and isinstance(sign, Symbol) else None


def sign_of(lexeme: Lexeme) -> str:
    """The sign that a lexeme is, whoever wrote it; empty for anything else."""
    command = COMMANDS.get(lexeme.text) if lexeme.kind == "command" else None
    if command is not None and command.kind is CommandKind.SIGN:
        return command.meaning
    return lexeme.text if lexeme.kind == "sign" else ""
